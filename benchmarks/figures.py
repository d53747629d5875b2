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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[1]
_LIBRARIES = ("aiohttp", "slack-bolt", "slack-sdk", "botbuilder-core", "SQLAlchemy", "psycopg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`low` and `high` are the quartiles. With `most` the target is an upper bound, otherwise a lower one.

    `row` is that of the table of targets. Without a target it is told, and counts for nothing.
    """

    row: int
    name: str
    floor: str
    ratio: float
    low: float
    high: float
    target: float | None
    most: bool = True

    @property
    def counts(self) -> bool:
        return self.target is not None

    @property
    def met(self) -> bool:
        return self.target is None or (self.ratio <= self.target if self.most else self.ratio >= self.target)

    @property
    def verdict(self) -> str:
        return ("met" if self.met else "MISSED") if self.counts else "-"

    @property
    def bound(self) -> str:
        return "-" if self.target is None else f"{'at most' if self.most else 'at least'} {self.target:g}"

    def __str__(self) -> str:
        spread = f"({self.low:.2f}-{self.high:.2f})" if self.low < self.high else ""
        return f"{self.verdict:6} {self.row:>2} {self.name:60} {_short(self.ratio):>6} {spread:13} {self.bound}"

    def as_markdown(self) -> str:
        spread = f" ({_short(self.low)}–{_short(self.high)})" if self.low < self.high else ""
        verdict = {"met": "met", "MISSED": "**missed**", "-": "–"}[self.verdict]
        cells = (str(self.row), self.name, self.floor, f"{_short(self.ratio)}{spread}", self.bound, verdict)
        return f"| {' | '.join(cells)} |"


def markdown(told: Iterable[Figure]) -> list[str]:
    """The figures as the table that docs/performance.md has."""
    ordered = sorted(told, key=lambda figure: figure.row)  # stable: within a row as they were measured
    head = ["| row | figure | over | ratio (quartiles) | target | |", "|---|---|---|---|---|---|"]
    return [*head, *(figure.as_markdown() for figure in ordered)]


def _short(number: float) -> str:
    return f"{number:.4g}" if number >= 100 else f"{number:.3g}"


def counted(row: int, name: str, number: float, target: float | None, *, floor: str = "-", most: bool = True) -> Figure:
    """What does not vary from round to round."""
    return Figure(row=row, name=name, floor=floor, ratio=number, low=number, high=number, target=target, most=most)


def spread(
    row: int, name: str, floor: str, ratios: Sequence[float], target: float | None, *, most: bool = True
) -> Figure:
    """The median of ratios, with its quartiles."""
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Figure(row=row, name=name, floor=floor, ratio=middle, low=low, high=high, target=target, most=most)


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
