"""Running turns: one at a time for each conversation or review, taken again where another process was faster.

When `run` returns, the turn is durable, and only then may a platform be told that it was received.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from bot.watching import Facts, Watch
from conversations.activities import Activity, ConversationReference
from conversations.cards import NoticeCard
from conversations.effects import Turn, Whisper
from conversations.errors import StaleReview, StorageDown
from conversations.ports import Decide
from storage.shelf import PackShelf
from storage.threads import Units
from storage.unit_of_work import Reach, no_op, run_turn

TRIES = 5
TURN_SECONDS = 2.0  # after that no new try is begun: the platform waits for an answer, and will repeat
_PAUSE_SECONDS = 0.02  # at most, before the second try; twice that before the third, and so on

_log = logging.getLogger(__name__)


class TurnRunner:
    """`wake` is called after each commit that left something to send."""

    def __init__(
        self,
        units: Units,
        decide: Decide,
        shelf: PackShelf,
        wake: Callable[[], None],
        reach: Reach = no_op,
        watch: Watch | None = None,
    ) -> None:
        self._units = units
        self._watch = watch or Watch()
        self._decide = decide
        self._shelf = shelf
        self._wake = wake
        self._reach = reach
        # Turns that would only wait for each other must not hold the threads. A lock lives while somebody uses it.
        self._locks: WeakValueDictionary[ConversationReference | str, asyncio.Lock] = WeakValueDictionary()
        self._under_way = 0
        self._rest = asyncio.Event()
        self._rest.set()

    async def run(self, activity: Activity) -> Turn | None:
        """The turn, once it is committed; None when the activity was seen before.

        Raises `Busy` and `StorageDown` (the platform is to try again), `StaleReview` after the last try, and
        whatever the engine raises. Then nothing was kept.
        """
        lock = self._locks.setdefault(activity.review or activity.reference, asyncio.Lock())
        self._under_way += 1
        self._rest.clear()
        about = {"platform": activity.reference.platform, "kind": activity.kind.value}
        try:
            with self._watch.over("turn", activity.turn, **about) as facts:
                async with lock:
                    turn = await self._taken(activity, facts)
                facts.update(_became(turn))
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._rest.set()
        self._reach("committed")
        if turn is not None and turn.standing is not None:
            self._shelf.remember(turn.standing)
        if turn is not None and turn.effects:
            self._wake()
        return turn

    async def rest(self, seconds: float) -> None:
        """Returns as soon as no turn is under way, and after so many seconds all the same."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rest.wait()

    async def _taken(self, activity: Activity, facts: Facts) -> Turn | None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for attempt in range(1, TRIES + 1):
            facts["retries"] = attempt - 1
            try:
                turn = await self._units(run_turn, activity, self._decide, self._shelf, self._reach)
            except (StaleReview, StorageDown):
                if attempt == TRIES or loop.time() - begun > TURN_SECONDS:
                    raise
                await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS * attempt))
            else:
                _tell(activity, turn, attempt)
                return turn
        raise AssertionError("the last try returns or raises")


def _became(turn: Turn | None) -> Facts:
    if turn is None:
        return {"outcome": "seen_before"}
    if turn.errors:
        return {"outcome": "faulty_form"}
    return {"outcome": "refused", "why": _told(turn)} if turn.refused else {"outcome": "committed"}


def _told(turn: Turn) -> str:
    """Which sentence they were refused with."""
    cards = (effect.card for effect in turn.effects if isinstance(effect, Whisper))
    return next((card.notice.value if isinstance(card, NoticeCard) else type(card).__name__ for card in cards), "")


def _tell(activity: Activity, turn: Turn | None, attempt: int) -> None:
    fields: dict[str, object] = {"activity": activity.keys[0], "kind": activity.kind.value, "attempt": attempt}
    if turn is None:
        _log.info("activity_seen_before", extra=fields)
        return
    fields |= {"effects": len(turn.effects), "refused": turn.refused}
    if turn.review is not None:
        fields |= {"review": turn.review.id, "version": turn.review.version}
    _log.info("turn_committed", extra=fields)
