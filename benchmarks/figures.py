"""From rounds to figures, and from figures to a table, a file and the last line.

A figure is the median over the rounds of a ratio within each round, because ratios outlive a machine and its moods.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.comparing import Trial
from benchmarks.load import Round
from benchmarks.platforms import FLOOR, PRODUCT, Platform

ROOT = Path(__file__).parents[1]
_COLUMNS = ("p50 ms", "p99/p50", "requests/s", "CPU ms")
_LIBRARIES = ("aiohttp", "slack-bolt", "slack-sdk", "botbuilder-core", "SQLAlchemy", "psycopg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`low` and `high` are the quartiles. With `most` the target is an upper bound, otherwise a lower one."""

    name: str
    floor: str
    ratio: float
    low: float
    high: float
    target: float
    most: bool = True

    @property
    def met(self) -> bool:
        return self.ratio <= self.target if self.most else self.ratio >= self.target

    def __str__(self) -> str:
        bound = f"{'at most' if self.most else 'at least'} {self.target:g}"
        spread = f"({self.low:.2f}-{self.high:.2f})" if self.low < self.high else ""
        ratio = f"{self.ratio:.2f}" if spread else f"{self.ratio:g}"
        return f"{'met' if self.met else 'MISSED':6} {self.name:58} {ratio:>6} {spread:13} {bound}"


def counted(name: str, number: float, target: float, *, floor: str = "-", most: bool = True) -> Figure:
    """What does not vary from round to round."""
    return Figure(name=name, floor=floor, ratio=number, low=number, high=number, target=target, most=most)


def figures(
    store: str, platform: Platform, trials: Mapping[int, Sequence[Trial]], targets: Mapping[int, float]
) -> list[Figure]:
    """`targets` are those of the p50, by requests in flight."""
    name, floor = f"{store}, {platform.title}", f"{platform.floor} + one commit on {store}"
    told = [
        spread(f"{name}, {level} in flight: p50", floor, p50_over(FLOOR, trials[level]), target)
        for level, target in targets.items()
    ]
    busy = trials[32]
    tails = [trial[PRODUCT].p99_over_p50 for trial in busy]
    over = [trial[PRODUCT].p99_over_p50 / trial[FLOOR].p99_over_p50 for trial in busy]
    told.append(spread(f"{name}, 32 in flight: p99/p50 over the floor's", f"its own p99/p50, {floor}", over, 1.3))
    told.append(spread(f"{name}, 32 in flight: p99/p50", "its own p50", tails, 3.0))
    return told


def p50_over(server: str, trials: Sequence[Trial]) -> list[float]:
    """The product's, over that of another server."""
    return [trial[PRODUCT].p50 / trial[server].p50 for trial in trials]


def growth(store: str, platform: Platform, trials: Mapping[int, Sequence[Trial]]) -> Figure:
    several = zip(trials[32], trials[1], strict=True)
    ratios = [many[PRODUCT].throughput / one[PRODUCT].throughput for many, one in several]
    name = f"{store}, {platform.title}: throughput, 32 over 1 in flight"
    return spread(name, "itself, 1 in flight", ratios, 1.5, most=False)


def spread(name: str, floor: str, ratios: Sequence[float], target: float, *, most: bool = True) -> Figure:
    """The median of ratios, with its quartiles."""
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Figure(name=name, floor=floor, ratio=middle, low=low, high=high, target=target, most=most)


def table(store: str, platform: Platform, trials: Mapping[int, Sequence[Trial]]) -> list[str]:
    """Each server's own figures, for orientation."""
    head = f"{f'{store}, {platform.title}':20}{'in flight':>10}" + "".join(f"{name:>12}" for name in _COLUMNS)
    lines = [
        f"{name:20}{level:10}" + "".join(f"{shown:>12}" for shown in _shown([trial[name] for trial in several]))
        for level, several in trials.items()
        for name in several[0]
    ]
    return [head, *lines]


def _shown(rounds: Sequence[Round]) -> Iterable[str]:
    shown: tuple[tuple[Callable[[Round], float], str], ...] = (
        (lambda one: one.p50 * 1000, ".2f"),
        (lambda one: one.p99_over_p50, ".1f"),
        (lambda one: one.throughput, ".0f"),
        (lambda one: one.cpu_per_request * 1000, ".2f"),
    )
    return (format(statistics.median(map(of, rounds)), form) for of, form in shown)


def facts(folder: Path) -> dict[str, Any]:
    """The machine and what runs on it."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "fsync ms": round(_fsync_seconds(folder) * 1000, 3),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in _LIBRARIES},
        "commit": commit.stdout.strip() or "unknown",
    }


def _fsync_seconds(folder: Path) -> float:
    """Median of a hundred overwrites of 8 kB."""
    taken = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(100):
            begun = perf_counter()
            file.seek(0)
            file.write(bytes(8192))
            file.flush()
            os.fdatasync(file.fileno())
            taken.append(perf_counter() - begun)
    return statistics.median(taken)


def keep(path: Path, known: Mapping[str, Any], told: Sequence[Figure]) -> None:
    path.parent.mkdir(exist_ok=True)
    rows = [asdict(figure) | {"met": figure.met} for figure in told]
    path.write_text(json.dumps({"machine": known, "figures": rows}, indent=1) + "\n")
