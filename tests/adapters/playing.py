"""What the tests of all platforms' cards and senders share: a clock that sleeping moves, and cards of any project."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from conversations.cards import Way


class Clock:
    """What everybody looks at: the platform, the sender and the pace, for whom time passes while they sleep."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def of_project(value: object, name: str) -> Any:
    """A card in which every project is called so."""
    if isinstance(value, tuple):
        return tuple(of_project(each, name) for each in value)
    if is_dataclass(value) and not isinstance(value, type) and not isinstance(value, Way):
        named = {f.name: of_project(getattr(value, f.name), name) for f in fields(value) if f.init}
        return replace(value, **named | ({"project": name} if "project" in named else {}))
    return value
