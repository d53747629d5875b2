"""What goes wrong between an app and Slack, when a test says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Trouble(Enum):
    DROP_BEFORE = "the connection is cut, nothing was done"
    DROP_AFTER = "the connection is cut, it was done"
    SLOW = "it was done, and the answer takes its time"


@dataclass(slots=True, kw_only=True)
class Fault:
    """`how` is a Trouble, an HTTP status or an error's name; `times` None is until it heals."""

    method: str
    how: Trouble | int | str
    channel: str | None
    times: int | None
    seconds: float


class Faults:
    """Faults in the order in which they were asked for; the first that fits happens."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, method: str, arguments: Mapping[str, Any]) -> Fault | None:
        fitting = (each for each in self._waiting if each.method in ("*", method))
        found = next((each for each in fitting if each.channel in (None, arguments.get("channel"))), None)
        if found and found.times is not None:
            found.times -= 1
            if not found.times:
                self._waiting.remove(found)
        return found
