"""What Slack is answered where a turn could not be taken: the rest of it is played through `serve`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.listeners import Listeners
from conversations.activities import Activity
from conversations.cards import Notice
from conversations.errors import StorageDown
from tests.adapters.slack_payloads import enveloped, message

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
PRESS = {
    "type": "block_actions",
    "team": {"id": "T0ACME"},
    "user": {"id": "U0ANA", "team_id": "T0ACME"},
    "trigger_id": "1.2",
    "actions": [{"type": "button", "block_id": "1/r1/", "action_id": "status||", "action_ts": "1763888470.5"}],
}
IN_MODAL = PRESS | {"container": {"type": "view"}, "view": {"id": "V1", "type": "modal", "private_metadata": "{}"}}
IN_CHANNEL = PRESS | {
    "channel": {"id": "C1"},
    "container": {"message_ts": "1.1", "channel_id": "C1"},
    "response_url": "https://hooks.slack.com/actions/1",
}


class Desk:
    """Takes no turn, and notes what is said instead."""

    def __init__(self, error: Exception) -> None:
        self.said: list[tuple[str, Notice]] = []
        self.outcomes: list[str] = []
        self._error = error
        self.shell = SimpleNamespace(
            clock=lambda: AT, heard=lambda _kind, outcome, _seconds: self.outcomes.append(outcome)
        )

    async def run(self, _activity: Activity) -> None:
        raise self._error

    async def show(self, _tenant: str, view: str, notice: Notice) -> None:
        self.said.append((view, notice))

    async def say_at(self, address: str, notice: Notice) -> None:
        self.said.append((address, notice))


def answered(desk: Desk, body: Mapping[str, Any]) -> BoltResponse:
    async def next_() -> BoltResponse:
        raise AssertionError("nothing goes on to Bolt")

    request = AsyncBoltRequest(body=json.dumps(body), headers={"content-type": ["application/json"]})
    listeners = Listeners(desk)  # type: ignore[arg-type]  # as much of a desk as is needed here
    return asyncio.run(listeners.async_process(req=request, resp=BoltResponse(status=200), next=next_))


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (enveloped(message()), 503, []),
        (IN_CHANNEL, 200, [("https://hooks.slack.com/actions/1", Notice.NOT_SAVED)]),
        (IN_MODAL, 200, [("V1", Notice.NOT_SAVED)]),
    ],
    ids=["an event", "in a channel", "in a modal"],
)
def test_what_could_not_be_kept_is_refused_or_said(
    body: Mapping[str, Any], status: int, said: list[tuple[str, Notice]]
) -> None:
    desk = Desk(StorageDown())
    assert answered(desk, body).status == status
    assert (desk.said, desk.outcomes) == (said, ["refused"])


def test_what_breaks_is_refused_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    desk = Desk(ValueError("what Ana wrote"))
    assert answered(desk, enveloped(message())).status == 500
    assert desk.outcomes == ["broke"]
    assert "activity_broke" in caplog.text
    assert "Ana wrote" not in caplog.text
