from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.logs import TURN, Json, Lines, Text

WRITTEN = "what Ana wrote"
AT = datetime(2026, 11, 23, 9, 0, 0, 120000, UTC)


def line(form: Lines, name: str, message: str, error: Exception | None = None, **fields: object) -> str:
    about = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, "file.py", 1, message, None, about)
    record.created = AT.timestamp()
    vars(record).update(fields)
    return form.format(record)


def raised() -> Exception:
    try:
        raise ValueError(WRITTEN)
    except ValueError as error:
        return error


def test_an_event_stands_with_its_fields() -> None:
    fields: dict[str, Any] = {"review": "r1", "version": 2}
    said = "2026-11-23T09:00:00.120Z ERROR turn_committed review=r1 version=2"
    assert line(Text(), "bot.turns", "turn_committed", **fields) == said
    told = {"time": "2026-11-23T09:00:00.120Z", "level": "error", "event": "turn_committed"}
    assert json.loads(line(Json(), "bot.turns", "turn_committed", **fields)) == told | fields


def test_as_json_it_is_one_line_whatever_stands_in_it() -> None:
    written = line(Json(), "bot.turns", "event", what="one\ntwo", who={"a set"}, when=AT)
    assert "\n" not in written
    assert json.loads(written)["what"] == "one\ntwo"


def test_what_is_said_while_a_turn_runs_carries_its_id() -> None:
    token = TURN.set("of a turn")
    try:
        assert json.loads(line(Json(), "storage.threads", "storage_refused"))["turn"] == "of a turn"
        assert line(Text(), "storage.threads", "storage_refused").endswith("storage_refused turn=of a turn")
    finally:
        TURN.reset(token)
    assert "turn" not in json.loads(line(Json(), "storage.threads", "storage_refused"))


@pytest.mark.parametrize("form", [Text(), Json()])
@pytest.mark.parametrize(
    ("name", "said", "stands"),
    [
        ("slack_bolt", "Failed to connect (error: 503, url='wss://slack/link/?ticket=secret')", "Failed to connect"),
        ("asyncio", f"Task exception was never retrieved\nfuture: <Task {WRITTEN}>", "Task exception was never"),
        ("opentelemetry.exporter", f"Failed to export, reason: {WRITTEN}", "Failed to export, reason"),
    ],
)
def test_of_what_a_library_says_only_the_beginning_stands(form: Lines, name: str, said: str, stands: str) -> None:
    written = line(form, name, said, url="wss://secret")
    assert stands in written
    assert name in written
    assert "secret" not in written
    assert WRITTEN not in written


@pytest.mark.parametrize("form", [Text(), Json()])
@pytest.mark.parametrize("name", ["bot.turns", "asyncio"])
def test_of_an_error_its_type_and_its_place_stand(form: Lines, name: str) -> None:
    written = line(form, name, "broke", raised())
    assert "ValueError" in written
    assert "raised:" in written
    assert WRITTEN not in written
    assert "place" not in line(form, name, "broke", ValueError(WRITTEN))
