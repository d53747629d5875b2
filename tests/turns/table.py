"""What was injected into the histories, and the figures in one line."""

from __future__ import annotations

from tests.turns.life import POINTS
from tests.turns.playing import Outcome


def table(outcome: Outcome) -> str:
    return "\n".join(f"{name:34}{count:>10,}" for name, count in sorted(outcome.figures.items()))


def last_line(outcome: Outcome) -> str:
    figures = outcome.figures
    deaths = sum(count for name, count in figures.items() if name.startswith("death "))
    points = sum(f"death {point}" in figures for point in POINTS)
    troubles = sum(count for name, count in figures.items() if name.startswith("answer ") and name != "answer ok")
    return (
        f"{outcome.histories:,} seeds in {outcome.seconds:,.0f} s: {figures['turns']:,} turns, "
        f"{figures['told again']:,} told again, {deaths:,} deaths at {points} of {len(POINTS)} points and in between, "
        f"{troubles:,} troubled answers, {figures['clock steps']:,} clock steps; violations {len(outcome.broken)}"
    )
