from __future__ import annotations

import logging

from bot.logs import Fields


def line(name: str, message: str, **fields: object) -> str:
    record = logging.LogRecord(name, logging.ERROR, "file.py", 1, message, None, None)
    vars(record).update(fields)
    return Fields("%(levelname)s %(message)s").format(record)


def test_an_event_stands_with_its_fields() -> None:
    assert line("bot.turns", "turn_committed", review="r1", version=2) == "ERROR turn_committed review=r1 version=2"


def test_of_what_the_sdk_says_only_the_beginning_stands() -> None:
    said = "Failed to connect (error: 503, url='wss://slack/link/?ticket=secret'); Retrying..."
    assert line("slack_bolt", said) == "ERROR Failed to connect"
    record = logging.LogRecord("slack_sdk.web", logging.ERROR, "file.py", 1, "Broke: what Ana wrote", None, None)
    record.exc_info = (ValueError, ValueError("what Ana wrote"), None)
    assert Fields("%(message)s").format(record) == "Broke"
