"""What the fakes of platforms share: what an app answered them, and what goes wrong when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the app said. `status` is 0 where nothing came in time; `body` is read JSON, or text."""

    status: int
    body: Any = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Trouble(Enum):
    DROP_BEFORE = "the connection is cut, nothing was done"
    DROP_AFTER = "the connection is cut, it was done"
    SLOW = "it was done, and the answer takes its time"
    HALF = "it was done, and the connection is cut in the middle of the answer"


@dataclass(slots=True, kw_only=True)
class Fault:
    """`how` is a Trouble, an HTTP status or an error's name; `times` None is until it heals."""

    method: str
    how: Trouble | int | str
    where: str | None  # the channel or conversation
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

    def take(self, method: str, where: str | None) -> Fault | None:
        fitting = (each for each in self._waiting if each.method in ("*", method))
        found = next((each for each in fitting if each.where in (None, where)), None)
        if found and found.times is not None:
            found.times -= 1
            if not found.times:
                self._waiting.remove(found)
        return found


async def until(
    true: Callable[[], Any], changed: asyncio.Event, seconds: float, told: Callable[[], Iterable[str]]
) -> Any:
    """What `true` says as soon as it is true; looked at after each change, and in between.

    Where it does not come to that, `told` says what was called last.
    """
    try:
        async with asyncio.timeout(seconds):
            while not (found := true()):
                changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), 0.01)
    except TimeoutError:
        latest = "\n".join(told())
        raise AssertionError(f"it did not come to that; the latest calls:\n{latest}") from None
    return found


async def half(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Its headers promise all of it, and half of it comes."""
    body = response.body if isinstance(response.body, bytes) else b"{}"
    begun = web.StreamResponse(status=response.status, headers=response.headers)
    begun.content_length = len(body)
    await begun.prepare(request)
    await begun.write(body[: len(body) // 2])
    if request.transport:
        request.transport.abort()
    return begun
