"""One id leads from what somebody did to everything that is delivered of it, in the log and in the figures."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.logs import Json
from conversations.activities import turn_id
from tests import serving, serving_teams
from tests.served import Served

Lines = list[dict[str, Any]]
SECRET = "the Ravenscroft ledger"


@pytest.fixture
def lines() -> Iterator[Callable[[], Lines]]:
    """What was logged, read as JSON line by line."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Json())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)
    assert SECRET not in written.getvalue()


def of(lines: Lines, event: str, **fields: Any) -> Lines:
    return [line for line in lines if line["event"] == event and fields.items() <= line.items()]


def followed(lines: Lines, turn: dict[str, Any]) -> None:
    """From a turn to what was delivered of it."""
    assert turn["turn"] == turn_id(turn["activity"])
    sent = of(lines, "delivery_sent", turn=turn["turn"])
    assert 0 < len(sent) <= turn["effects"]  # one revision may take another's place
    assert all(line["delivery"].startswith(f"{turn['turn']}/") for line in sent)


async def played(serve: Served, lines: Callable[[], Lines]) -> None:
    assert {line["level"] for line in lines()} <= {"info", "warning"}
    for turn in of(lines(), "turn_committed"):
        followed(lines(), turn)
    every = {line["turn"] for line in of(lines(), "turn_committed")}
    assert len(every) >= 2
    assert {line["turn"] for line in of(lines(), "delivery_sent")} == every


def test_in_slack_an_activity_is_followed_to_its_deliveries(sqlite_url: str, lines: Callable[[], Lines]) -> None:
    async def scene(serve: serving.Serve) -> None:
        await serve.starts()
        await serve.says("ana", SECRET)
        await played(serve, lines)

    serving.with_serve(scene, sqlite_url)


def test_in_teams_an_activity_is_followed_to_its_deliveries(sqlite_url: str, lines: Callable[[], Lines]) -> None:
    async def scene(serve: serving_teams.TeamsServe) -> None:
        await serve.starts()
        await serve.says("ana", SECRET)
        await played(serve, lines)

    serving_teams.with_serve(scene, sqlite_url)
