"""The log of `serve`: a line an event on standard error, with its fields; never with what anybody wrote."""

from __future__ import annotations

import logging
import re
import time
from traceback import extract_tb

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


class Fields(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("slack_"):  # behind that come addresses with tickets, and texts of errors
            record.msg, record.args = re.split(r"[(:]", record.getMessage(), maxsplit=1)[0].strip(), ()
            record.exc_info = record.exc_text = None
        fields = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        told = " ".join(f"{name}={value}" for name, value in fields.items())
        line = super().format(record)
        return f"{line} {told}" if told else line


def log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Fields("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    hush()


def hush() -> None:
    """Nobody's libraries write what people wrote."""
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)


def place_of(error: BaseException) -> str:
    """Where it was raised. The text of an error may repeat what people wrote."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{frame.name}:{frame.lineno}"
