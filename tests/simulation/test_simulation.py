"""A month of the simulation: with one process, the same again, and with four of which two are killed."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from tests.simulation.bots import Bot
from tests.simulation.plan import Plan
from tests.simulation.several import SeveralProcesses
from tests.simulation.table import table
from tests.simulation.world import Outcome, World

MONTH = Plan(seed=3, days=30, reviews=25, people=80, outage_count=2, restarts=8)
STEADY = Plan(seed=5, days=10, reviews=10, people=40, outage_count=0, restarts=0, pulse_minutes=45)
SHORT = Plan(seed=2, days=10, reviews=6, people=30, outage_count=1, restarts=3)


def _one_process(plan: Plan, folder: Path) -> Outcome:
    return asyncio.run(World(plan, partial(Bot, f"sqlite:///{folder / 'simulation.db'}")).run())


def _said(outcome: Outcome, world: World) -> set[tuple[object, ...]]:
    """Who was told what on which day."""
    return {
        (message.to, world.diaries[message.to].day(message.at), message.weekly, frozenset(message.lines))
        for message in outcome.messages
    }


def test_a_month_breaks_no_rule(tmp_path: Path) -> None:
    outcome = _one_process(MONTH, tmp_path)
    assert [str(breach) for breach in outcome.breaches] == [], table(MONTH, outcome)
    assert outcome.figures["deaths"] > 0
    assert outcome.figures["outages"] == MONTH.outage_count
    assert len(outcome.messages) > 100


def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    said = []
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        said.append(_one_process(SHORT, tmp_path / name).messages)
    assert sorted(map(repr, said[0])) == sorted(map(repr, said[1]))
    assert said[0]


def test_four_processes_of_which_two_are_killed_say_what_one_would_say(tmp_path: Path, postgres_url: str) -> None:
    alone = World(STEADY, partial(Bot, f"sqlite:///{tmp_path / 'simulation.db'}"))
    expected = asyncio.run(alone.run())
    bots: list[SeveralProcesses] = []

    make = partial(SeveralProcesses, postgres_url, tmp_path / "said", ticks_between=25)

    def several(*args: object) -> SeveralProcesses:
        bots.append(make(*args))  # type: ignore[arg-type]  # as `Bot` takes them
        return bots[-1]

    together = World(STEADY, several)
    outcome = asyncio.run(together.run())
    assert bots[0].killed >= 2
    assert _said(outcome, together) == _said(expected, alone)
    assert len(outcome.messages) == len(expected.messages) > 40
    assert [str(breach) for breach in outcome.breaches] == []
