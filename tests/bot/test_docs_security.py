"""What `docs/security.md` says of limits, and of what was tried, is what the code has."""

from __future__ import annotations

import inspect
import re
import sys
from datetime import timedelta

import pytest
from aiohttp.web_protocol import RequestHandler
from slack_sdk.signature import SignatureVerifier

from adapters.payloads import DEEPEST
from adapters.slack.desk import TURN_SECONDS
from adapters.slack.endpoint import MOST_FIELDS
from adapters.slack.installing import STATE_LIVES
from adapters.teams import desk as on_teams
from adapters.teams.tokens import LEEWAY_SECONDS, LOOKS, LOOKS_SECONDS, TRUSTED_SECONDS
from bot.server import BODY_SECONDS, IDLE_SECONDS, LARGEST_BODY_BYTES, LINGER_SECONDS
from tests.fuzz import slack_tries, teams_tries
from tests.house.tree import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_AIOHTTP = inspect.signature(RequestHandler).parameters
SLACKS_SECONDS = 300
LIMITS = {
    "body": f"{LARGEST_BODY_BYTES:,} bytes",
    "time for a body to arrive": f"{BODY_SECONDS:.0f} seconds",
    "time for a connection to begin a request, headers and all": f"{IDLE_SECONDS:.0f} seconds",
    "time to go on sending after the answer": f"{LINGER_SECONDS:.0f} seconds",
    "nesting of JSON": f"{DEEPEST} levels",
    "fields of a form": f"{MOST_FIELDS}",
    "digits of a number": f"{sys.get_int_max_str_digits():,}",
    "a line of the header": f"{_AIOHTTP['max_line_size'].default:,} bytes",
    "headers": f"{_AIOHTTP['max_headers'].default}",
    "compressed bodies": "none is unpacked",
    "age of Slack's signature, or how far ahead": f"{SLACKS_SECONDS} seconds",
    "difference between Microsoft's clock and ours": f"{LEEWAY_SECONDS} seconds",
    "Microsoft's keys without news of them": f"{TRUSTED_SECONDS:,.0f} seconds",
    "looks for unknown keys": f"{LOOKS} in {LOOKS_SECONDS:.0f} seconds",
    "state of an installation": f"{STATE_LIVES // timedelta(seconds=1)} seconds, once",
    "a turn": f"{TURN_SECONDS:g} seconds",
}


def rows(heading: str) -> list[list[str]]:
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", SECURITY, re.MULTILINE)
    assert table, heading
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table[1].splitlines()]


def test_each_limit_is_the_codes() -> None:
    assert {name: what for name, what, _ in rows("limit")} == LIMITS
    assert on_teams.TURN_SECONDS == TURN_SECONDS


@pytest.mark.parametrize(("apart", "holds"), [(SLACKS_SECONDS, True), (SLACKS_SECONDS + 1, False)])
def test_slacks_signatures_hold_as_long_as_is_said(apart: int, holds: bool) -> None:
    class Clock:
        def now(self) -> float:
            return 1_000_000 + apart

    verifier = SignatureVerifier("secret", Clock())  # type: ignore[arg-type]  # the SDK's own has no base
    signature = verifier.generate_signature(timestamp="1000000", body="x")
    assert signature
    assert verifier.is_valid("x", "1000000", signature) is holds


def test_each_forgery_that_is_named_is_tried_and_each_that_is_tried_is_named() -> None:
    tokens = {name for _, names in rows("of") for name in re.findall(r"`([^`]+)`", names)}
    assert tokens == teams_tries.FORGERIES.keys()
    of_slack = SECURITY.partition("Forged signatures of Slack's")[2].partition("Forged tokens")[0]
    assert set(re.findall(r"`([^`]+)`", of_slack)) == slack_tries.FORGERIES.keys()
