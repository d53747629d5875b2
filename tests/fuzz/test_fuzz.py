"""A few thousand of the requests of `make fuzz`: every kind of them; and that what it looks for would be found."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from random import Random

import pytest
from aiohttp import web

from adapters.slack import endpoint as on_slack
from adapters.teams.tokens import Token
from bot import server
from tests.fuzz.mutator import ODD, Mutator
from tests.fuzz.outcome import FEWEST_ROUNDS, Outcome, figures, leaks, left_over, slopes, table
from tests.fuzz.play import Opens, play
from tests.fuzz.teams_tries import FORGERIES
from tests.fuzz.worlds import installed, over_http, over_sockets

SEED = 20261123


@pytest.mark.parametrize(("opens", "requests"), [(over_http, 3_500), (over_sockets, 1_000), (installed, 500)])
def test_whatever_is_sent_nothing_breaks_and_nothing_forged_is_taken(opens: Opens, requests: int) -> None:
    outcome = play(0, SEED, requests, opens)
    assert outcome.violations == [], table(outcome)
    assert outcome.requests == requests
    assert 0 < outcome.trusted.total() < requests
    assert "5xx 0, " in figures(outcome, seconds=1)
    if opens is over_http:
        tried = {kind for endpoint, kind, _ in outcome.counts if endpoint == "POST /api/messages"}
        assert FORGERIES.keys() <= tried


def found(opens: Opens, requests: int = 300) -> list[str]:
    return [each.partition("\n")[0] for each in play(0, SEED, requests, opens).violations]


def test_a_signature_that_is_not_looked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_slack, "_is_signed", lambda *_: True)
    violations = found(over_http)
    assert any(each.startswith("POST /slack/events, unsigned: answered 200") for each in violations)
    assert any("while forged requests came, there was more" in each for each in violations)


def test_a_token_for_another_service_url_that_is_taken_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Token, "check", lambda *_: None)
    assert "POST /api/messages, another service URL: answered 200" in found(over_http, 1_200)


def test_a_body_that_breaks_what_reads_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unread(request: web.Request) -> None:
        await request.text()

    monkeypatch.setattr(server, "_receive", unread)
    violations = found(over_http, 600)
    assert any(each.endswith("answered 500") for each in violations)
    assert any(each.startswith("logged bot.server: request_broke") for each in violations)


@pytest.fixture
def unlogged() -> Iterator[None]:
    """What is logged is not remembered: pytest keeps all of it until a test's end."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("unlogged")
def test_what_remembers_each_request_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    received, kept = server._receive, []

    async def remembered(request: web.Request) -> None:
        await received(request)
        kept.append([f"{request.method} {request.path}"])

    assert left_over(play(0, SEED, 1_500, installed)) < 1_000
    monkeypatch.setattr(server, "_receive", remembered)
    assert left_over(play(0, SEED, 1_500, installed)) > 1_000


def test_a_process_that_grows_and_requests_that_leave_something_over_are_told() -> None:
    def memory(more: float) -> list[tuple[int, float]]:
        return [(10_000 * n, 150 + more * n) for n in range(FEWEST_ROUNDS)]

    flat = Outcome(memory={1: memory(0.4)}, measured=100_000, grown=4_000)
    growing = Outcome(memory={1: memory(0), 2: memory(0.6)}, measured=100_000, grown=6_000)
    assert slopes(flat) == [pytest.approx(4.0)]
    assert leaks(flat) == []
    assert leaks(growing) == ["a process grows by 6.0 MB", "of 1,000 forged requests 60 blocks of memory are left over"]


def test_the_same_seed_tries_the_same() -> None:
    def tried(outcome: Outcome) -> dict[tuple[str, str], int]:
        return {(endpoint, kind): count for (endpoint, kind, _), count in outcome.counts.items()}

    assert tried(play(0, 7, 100, over_http)) == tried(play(0, 7, 100, over_http))


def test_what_one_payload_becomes_changes_no_other() -> None:
    before, mutator = repr(ODD), Mutator(Random(SEED))
    for _ in range(5_000):
        mutator.payload('{"a": [1, {"b": 2}]}')
    assert repr(ODD) == before
