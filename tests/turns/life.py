"""One process of the simulation: it lives, dies at a point or at a moment, and from then on nothing of it goes on."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_whose: contextvars.ContextVar[Life | None] = contextvars.ContextVar("whose", default=None)

POINTS = (
    *("turn_begun", "inbox_written", "version_written", "acts_written", "outbox_written", "unit_committed"),
    *("committed", "relay_claimed", "relay_sending", "relay_sent", "relay_marking", "relay_marked", "relay_told"),
    *("tick_claimed", "tick_planned", "plan_begun", "letter_written", "tick_kept", "called_back"),
)
"""The product's own, but for `unit_committed`: the database has it, and nobody was told yet."""


class Died(BaseException):
    """The process is dead. No handler of the product may take it for a trouble of its own."""


class Life:
    """`doomed` names the point at which it dies, and how often it passes it before."""

    def __init__(self, name: str, doomed: tuple[str, int] | None, on_death: Callable[[str], object]) -> None:
        self.name = name
        self.dead = False
        self.tasks: set[asyncio.Task[Any]] = set()
        self._doomed = doomed
        self._on_death = on_death
        self.context = contextvars.copy_context()
        self.context.run(_whose.set, self)

    def reach(self, point: str) -> None:
        self.alive()
        if self._doomed is not None and self._doomed[0] == point:
            self._doomed = (point, self._doomed[1] - 1)
            if self._doomed[1] < 0:
                self.die(point)
                raise Died

    def alive(self) -> None:
        if self.dead:
            raise Died

    def spared(self) -> None:
        """From now on no point kills it."""
        self._doomed = None

    def die(self, point: str) -> None:
        """Whatever is under way is cut off in the loop's next round; until then it can do nothing any more."""
        if not self.dead:
            self.dead = True
            self._on_death(point)
            asyncio.get_running_loop().call_soon(self._cut_off)

    def begin(self, what: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        return asyncio.get_running_loop().create_task(what, context=self.context)

    async def buried(self) -> None:
        """Returns when nothing of it is left."""
        while waiting := [task for task in self.tasks if not task.done()]:
            self._cut_off()
            await asyncio.wait(waiting)

    def _cut_off(self) -> None:
        for task in [task for task in self.tasks if not task.done()]:
            task.cancel()


def whose_task(loop: asyncio.AbstractEventLoop, what: Any, *, context: Any = None) -> asyncio.Task[Any]:
    """A task factory: a task belongs to the process that has begun it."""
    task = asyncio.Task(what, loop=loop, context=context)
    life = _whose.get() if context is None else context.get(_whose)  # an empty context is false
    if life is not None:
        life.tasks.add(task)
        task.add_done_callback(life.tasks.discard)
    return task
