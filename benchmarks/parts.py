"""What a run consists of, part by part; each can be asked for alone."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from benchmarks.cards import cards, cards_shape
from benchmarks.claims import claims, claims_shape
from benchmarks.digests import digests
from benchmarks.due_shape import due_shape
from benchmarks.figures import Figure
from benchmarks.memory import memory
from benchmarks.monday import monday, monday_shape
from benchmarks.relay import relay, relay_shape
from benchmarks.setting import Setting
from benchmarks.several import several
from benchmarks.slack import SLACK
from benchmarks.starts import starts, starts_shape
from benchmarks.step import engine
from benchmarks.sweeps import sweeps
from benchmarks.teams import TEAMS
from benchmarks.turns import counts, turns, turns_shape
from benchmarks.year import year

Measured: TypeAlias = Callable[[Setting], Coroutine[Any, Any, list[Figure]]]

_BOTH = ("SQLite", "PostgreSQL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`quickly` counts, and looks at no time; on as few stores as tell it."""

    fully: Measured | None = None
    quickly: Measured | None = None
    stores: tuple[str, ...] = ("SQLite",)
    quick_stores: tuple[str, ...] = ("SQLite",)


PARTS: Mapping[str, Part] = {
    "slack": Part(
        fully=partial(turns, platform=SLACK),
        quickly=partial(turns_shape, platform=SLACK),
        stores=_BOTH,
        quick_stores=_BOTH,
    ),
    "teams": Part(fully=partial(turns, platform=TEAMS), quickly=partial(turns_shape, platform=TEAMS), stores=_BOTH),
    "counts": Part(fully=counts, stores=_BOTH),
    "engine": Part(fully=engine),
    "cards": Part(fully=cards, quickly=cards_shape),
    "relay": Part(fully=relay, quickly=relay_shape),
    "starts": Part(fully=starts, quickly=starts_shape),
    "memory": Part(fully=memory),
    "several": Part(fully=several, stores=("PostgreSQL",)),
    "sweeps": Part(fully=sweeps, quickly=due_shape, stores=_BOTH, quick_stores=_BOTH),
    "claims": Part(fully=claims, quickly=claims_shape, stores=_BOTH, quick_stores=_BOTH),
    "year": Part(fully=year),
    "digests": Part(fully=digests, stores=_BOTH),
    "monday": Part(fully=monday, quickly=monday_shape, stores=_BOTH),
}
