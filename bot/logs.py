"""The log of `serve`: a line an event on standard error, with its fields; never with what anybody wrote.

A line is text, or a JSON object. What belongs to a turn carries its id, from the activity to all that is delivered of
it. Of what libraries log only the beginning stands, and of an error its type and its place: behind that come addresses
with tickets, and texts that repeat what people wrote.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Literal

TURN: ContextVar[str | None] = ContextVar("turn", default=None)  # whose work this is
_OURS = ("adapters", "bot", "conversations", "storage")
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# At a lower level the SDKs write down whole requests, and with them what people wrote. Bolt and the scheduler warn of
# what is meant.
_LEVELS = {
    "slack_sdk": logging.WARNING,
    "slack_bolt": logging.ERROR,
    "aiohttp": logging.WARNING,
    "aiohttp.server": logging.CRITICAL,  # it repeats what strangers send; `bot.server` tells of faults of our own
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    **dict.fromkeys(("botbuilder", "botframework", "msrest"), logging.WARNING),
}


class Lines(logging.Formatter):
    """The fields of a record, as one line; of every record the same ones come first."""

    def format(self, record: logging.LogRecord) -> str:
        return self.line(_fields(record))

    def line(self, fields: Mapping[str, object]) -> str:
        raise NotImplementedError


class Text(Lines):
    def line(self, fields: Mapping[str, object]) -> str:
        time, level, event, *more = fields.items()
        told = " ".join(f"{name}={value}" for name, value in more)
        return f"{time[1]} {str(level[1]).upper()} {event[1]} {told}".rstrip()


class Json(Lines):
    def line(self, fields: Mapping[str, object]) -> str:
        return json.dumps(fields, ensure_ascii=False, default=str)


def log_to_stderr(form: Literal["text", "json"] = "text") -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Text())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    hush()


def hush() -> None:
    """Nobody's libraries write what people wrote."""
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)


def place_of(error: BaseException) -> str:
    """Where it was raised, if it was. The text of an error may repeat what people wrote."""
    frames = extract_tb(error.__traceback__)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "nowhere"


def _fields(record: logging.LogRecord) -> dict[str, object]:
    said = record.getMessage()
    ours = record.name.partition(".")[0] in _OURS
    fields: dict[str, object] = {
        "time": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "level": record.levelname.lower(),
        "event": said if ours else re.split(r"[(:\n]", said, maxsplit=1)[0].strip(),
    }
    if not ours:
        fields["logger"] = record.name
    if (turn := TURN.get()) is not None:
        fields["turn"] = turn
    if record.exc_info and (error := record.exc_info[1]) is not None:
        fields |= {"error": type(error).__name__, "at": place_of(error)}
    return fields | ({name: value for name, value in vars(record).items() if name not in _PLAIN} if ours else {})
