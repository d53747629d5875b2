"""What came of each fault, as a table, and of all together, as a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from tests.faults.world import Played

_HEAD = ("what", "platform", "database", "times", "lost", "doubled", "disordered", "recovery: median", "longest")
_WIDTHS = (40, 8, 8, 6, 5, 8, 11, 17, 8)


def head() -> str:
    return _line(_HEAD)


def line(row: Played) -> str:
    verdict, took = row.verdict, row.recoveries
    counts = (row.times, len(verdict.lost), len(verdict.doubled), len(verdict.disordered))
    seconds = (f"{median(took):.2f} s", f"{max(took):.2f} s") if took else ("", "")
    said = f"  {', '.join(row.notes)}" if row.notes else ""
    return f"{_line((row.what, row.platform, row.base, *map(str, counts), *seconds))}{said}".rstrip()


def figures(rows: Sequence[Played], points: Iterable[str]) -> str:
    """The last line."""
    killed = [row for row in rows if row.what in points]
    others = sum(row.times for row in rows) - sum(row.times for row in killed)
    wrong = [sum(len(getattr(row.verdict, kind)) for row in rows) for kind in ("lost", "doubled", "disordered")]
    took = [seconds for row in killed for seconds in row.recoveries]
    recovery = f"; recovered from a kill in {median(took):.2f} s, at most {max(took):.2f} s" if took else ""
    return (
        f"{sum(row.times for row in killed)} kills and {others} other faults: "
        f"lost {wrong[0]}, doubled {wrong[1]}, out of order {wrong[2]}{recovery}"
    )


def _line(cells: Iterable[str]) -> str:
    padded = (
        f"{cell:<{width}}" if n < 3 else f"{cell:>{width}}"
        for n, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return " ".join(padded)
