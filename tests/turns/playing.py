"""Playing histories, one after another or on all cores: each worker has an engine and a database."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from bot.library import load_engine
from bot.settings import Settings
from conversations.decide import Engine
from tests.turns.database import Memory, template
from tests.turns.world import World

_AT_ONCE = 20  # histories that are handed to a worker together


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    seed: int
    broken: str | None
    lines: Sequence[str]
    figures: Counter[str]


@dataclass(slots=True, kw_only=True)
class Outcome:
    histories: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    broken: list[History] = field(default_factory=list)
    seconds: float = 0


class Player:
    def __init__(self) -> None:
        self._memory = Memory()

    def play(self, seed: int, steps: int | None = None) -> History:
        world = World(seed, self._memory, engine(), steps)
        world.run()
        return History(seed=seed, broken=world.broken, lines=world.lines, figures=world.figures)


@cache
def engine() -> Engine:
    return load_engine(Settings())


def play_all(seeds: Iterable[int], workers: int) -> Outcome:
    """What a worker needs is loaded before it is forked."""
    began, outcome = time.monotonic(), Outcome()
    engine(), template()
    logging.getLogger().setLevel(logging.CRITICAL)
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(workers, _begin) as pool:
        for history in pool.imap_unordered(_play, seeds, chunksize=_AT_ONCE):
            outcome.histories += 1
            outcome.figures += history.figures
            if history.broken:
                outcome.broken.append(history)
    outcome.broken.sort(key=lambda each: each.seed)
    outcome.seconds = time.monotonic() - began
    return outcome


_player: Player | None = None  # of this worker


def _begin() -> None:
    global _player  # noqa: PLW0603  # a pool hands its workers nothing else
    _player = Player()


def _play(seed: int) -> History:
    assert _player is not None
    history = _player.play(seed)
    return history if history.broken else replace(history, lines=())
