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

from benchmarks.comparing import Pair
from benchmarks.load import Round

ROOT = Path(__file__).parents[1]
_COLUMNS = ("p50 ms", "p99/p50", "requests/s", "CPU ms")
_LIBRARIES = ("aiohttp", "slack-bolt", "slack-sdk", "SQLAlchemy", "psycopg")


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
        return f"{'met' if self.met else 'MISSED':6} {self.name:54} {ratio:>6} {spread:13} {bound}"


def counted(name: str, number: float, target: float, *, floor: str = "-", most: bool = True) -> Figure:
    """What does not vary from round to round."""
    return Figure(name=name, floor=floor, ratio=number, low=number, high=number, target=target, most=most)


def figures(store: str, pairs: Mapping[int, Sequence[Pair]], targets: Mapping[int, float]) -> list[Figure]:
    """`targets` are those of the p50, by requests in flight."""
    floor = f"Bolt no-op + one commit on {store}"
    told = [
        spread(f"{store}, {level} in flight: p50", floor, [p.product.p50 / p.floor.p50 for p in pairs[level]], target)
        for level, target in targets.items()
    ]
    busy = pairs[32]
    tails = [pair.product.p99_over_p50 for pair in busy]
    over = [pair.product.p99_over_p50 / pair.floor.p99_over_p50 for pair in busy]
    told.append(spread(f"{store}, 32 in flight: p99/p50 over the floor's", f"its own p99/p50, {floor}", over, 1.3))
    told.append(spread(f"{store}, 32 in flight: p99/p50", "its own p50", tails, 3.0))
    return told


def growth(store: str, pairs: Mapping[int, Sequence[Pair]]) -> Figure:
    several = zip(pairs[32], pairs[1], strict=True)
    ratios = [many.product.throughput / one.product.throughput for many, one in several]
    return spread(f"{store}: throughput, 32 over 1 in flight", "itself, 1 in flight", ratios, 1.5, most=False)


def spread(name: str, floor: str, ratios: Sequence[float], target: float, *, most: bool = True) -> Figure:
    """The median of ratios, with its quartiles."""
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Figure(name=name, floor=floor, ratio=middle, low=low, high=high, target=target, most=most)


def table(store: str, pairs: Mapping[int, Sequence[Pair]]) -> list[str]:
    """The floor's and the product's own figures, for orientation."""
    head = f"{store:12}{'in flight':>10}" + "".join(f"{name:>18}" for name in _COLUMNS)
    lines = [
        f"{'':12}{level:10}" + "".join(f"{below:>9}{ours:>9}" for below, ours in _columns(each))
        for level, each in pairs.items()
    ]
    return [head, *lines]


def _columns(pairs: Sequence[Pair]) -> Iterable[tuple[str, str]]:
    shown: tuple[tuple[Callable[[Round], float], str], ...] = (
        (lambda one: one.p50 * 1000, ".2f"),
        (lambda one: one.p99_over_p50, ".1f"),
        (lambda one: one.throughput, ".0f"),
        (lambda one: one.cpu_per_request * 1000, ".2f"),
    )
    for of, form in shown:
        floor = statistics.median(of(pair.floor) for pair in pairs)
        product = statistics.median(of(pair.product) for pair in pairs)
        yield format(floor, form), format(product, form)


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
