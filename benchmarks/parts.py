"""What a run consists of, part by part; each can be asked for alone."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from benchmarks.cards import cards
from benchmarks.digests import digests
from benchmarks.due_shape import due_shape
from benchmarks.figures import Figure
from benchmarks.monday import monday, monday_shape
from benchmarks.relay import relay, relay_shape
from benchmarks.setting import Setting
from benchmarks.slack import SLACK
from benchmarks.sweeps import sweeps
from benchmarks.teams import TEAMS
from benchmarks.turns import turns, turns_shape

Measured: TypeAlias = Callable[[Setting], Coroutine[Any, Any, list[Figure]]]

_BOTH = ("SQLite", "PostgreSQL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`quickly` counts, and looks at no time."""

    fully: Measured | None = None
    quickly: Measured | None = None
    stores: tuple[str, ...] = ("SQLite",)


PARTS: Mapping[str, Part] = {
    "slack": Part(fully=partial(turns, platform=SLACK), quickly=partial(turns_shape, platform=SLACK), stores=_BOTH),
    "teams": Part(fully=partial(turns, platform=TEAMS), quickly=partial(turns_shape, platform=TEAMS), stores=_BOTH),
    "cards": Part(fully=cards),
    "relay": Part(fully=relay, quickly=relay_shape),
    "sweeps": Part(fully=sweeps, quickly=due_shape, stores=_BOTH),
    "digests": Part(fully=digests, stores=_BOTH),
    "monday": Part(fully=monday, quickly=monday_shape, stores=_BOTH),
}
