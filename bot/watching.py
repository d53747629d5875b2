"""What is seen of the work: each piece of it, its time and what became of it, for figures, traces and the log.

What is known of a piece are words of ours and numbers: never a name, a tenant or anything that somebody wrote. All
that a turn brings about carries its id (`turn_id`), here and in the process that delivers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic
from typing import Any, Literal, TypeAlias, TypeVar

from bot.logs import TURN
from storage.threads import Units

T = TypeVar("T")
Work: TypeAlias = Literal["request", "turn", "unit", "delivery", "tick"]
Facts: TypeAlias = dict[str, str | int | float]
Counted: TypeAlias = Callable[[Work, Facts, float], object]
"""Told each piece when it has ended: what is known of it, and how many seconds it took."""
Spanned: TypeAlias = Callable[[Work, str | None, Facts], AbstractContextManager[object]]
"""What a piece stands in; the turn's id where it is one's. Its facts are complete at the end."""


class Watch:
    """Tells of each piece of work; as it is made by itself, only the log."""

    def __init__(
        self,
        counted: Counted = lambda *_: None,
        spanned: Spanned = lambda *_: nullcontext(),
        late: Callable[[float], object] = lambda _: None,
    ) -> None:
        self._counted = counted
        self._spanned = spanned
        self.late = late  # how many seconds after its moment something due is looked at
        self.under_way: dict[str, int] = {}  # units that run or wait, by access

    @contextmanager
    def over(self, work: Work, turn: str | None = None, **facts: str | int | float) -> Iterator[Facts]:
        """What becomes of it is put into the facts that are yielded; the name of an error goes there by itself."""
        begun, of_turn = monotonic(), TURN.set(turn or TURN.get())
        try:
            with self._spanned(work, turn, facts):
                try:
                    yield facts
                except BaseException as error:
                    facts.setdefault("outcome", type(error).__name__)
                    raise
        finally:
            TURN.reset(of_turn)
            self._counted(work, facts, monotonic() - begun)

    def watched(self, units: Units, access: str) -> Units:
        """The same units, each of them seen."""
        self.under_way[access] = 0

        async def run(unit: Callable[..., T], *args: Any, **kwargs: Any) -> T:
            self.under_way[access] += 1
            try:
                with self.over("unit", unit=getattr(unit, "__name__", "unit"), access=access):
                    return await units(unit, *args, **kwargs)
            finally:
                self.under_way[access] -= 1

        return run
