"""`make bench`: what the product costs over a floor, as ratios. docs/performance.md says how, and what it means."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from benchmarks.comparing import FULL, LEVELS, QUICK, Trial, compare, on_postgres, on_sqlite
from benchmarks.digests import digests
from benchmarks.due_shape import due_shape
from benchmarks.figures import ROOT, Figure, counted, facts, figures, growth, keep, p50_over, spread, table
from benchmarks.monday import monday, monday_shape
from benchmarks.platforms import PRODUCT, Platform
from benchmarks.processes import postgres
from benchmarks.shape import shape
from benchmarks.shape_teams import shape_on_teams
from benchmarks.slack import SLACK
from benchmarks.sweeps import sweeps
from benchmarks.teams import STOCK, TEAMS
from bot.serving import SWITCH_SECONDS

LONGEST_SECONDS = 1_200  # about twice what a quiet machine takes
STORES = ("SQLite", "PostgreSQL")
TARGETS = {
    ("SQLite", SLACK): {1: 3.0, 16: 2.0, 32: 2.0},
    ("SQLite", TEAMS): {1: 3.0, 16: 3.0, 32: 3.0},
    ("PostgreSQL", SLACK): {1: 3.0, 16: 3.0, 32: 3.0},
    ("PostgreSQL", TEAMS): {1: 3.0, 16: 3.0, 32: 3.0},
}
_OURS = ("AI_READINESS_", "SLACK_", "TEAMS_", "DATABASE_URL", "HOST", "PORT", "PUBLIC_URL")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what can be counted instead of timed")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a target is missed")
    chosen = parser.parse_args()
    end_in_time()
    sys.setswitchinterval(SWITCH_SECONDS)  # as `serve` has it: ticks are played in this process
    with tempfile.TemporaryDirectory(prefix="ai-readiness-bench-") as name, nobodys_settings(Path(name)):
        told = measured(Path(name), quick=chosen.quick)
    met = sum(figure.met for figure in told)
    print(f"{met} of {len(told)} targets met")
    return 1 if chosen.strict and met < len(told) else 0


def measured(folder: Path, *, quick: bool) -> list[Figure]:
    known, told = facts(folder), list[Figure]()
    print(*(f"{name} {value}" for name, value in known.items()), sep=", ", flush=True)
    with postgres(folder) as server_url:
        for store in STORES:
            where = folder if store == "SQLite" else server_url
            for platform in (SLACK, TEAMS):
                urls = on_sqlite(folder, platform) if store == "SQLite" else on_postgres(server_url, platform)
                told += asyncio.run((quickly if quick else fully)(store, platform, urls, folder))
            told += asyncio.run((due_quickly if quick else due_fully)(store, where, folder))
    print(*told, sep="\n")
    known |= {"load after": round(os.getloadavg()[0], 1)}
    keep(ROOT / "build" / "bench.json", known, told)
    print(f"load after {known['load after']}; as JSON in build/bench.json")
    return told


async def fully(store: str, platform: Platform, urls: tuple[str, str], folder: Path) -> list[Figure]:
    trials = await compare(platform, urls, folder, FULL)
    print("", *table(store, platform, trials), "", sep="\n", flush=True)
    told = figures(store, platform, trials, TARGETS[store, platform])
    if platform is TEAMS:
        told += stock_figures(store, trials)
    return [*told, growth(store, platform, trials)] if store == "SQLite" else told


def stock_figures(store: str, trials: Mapping[int, Sequence[Trial]]) -> list[Figure]:
    name, sdk = f"{store}, {TEAMS.title}", "the SDK's own no-op, alone"
    return [
        spread(f"{name}, {level} in flight: p50 over the SDK's", sdk, p50_over(STOCK, trials[level]), 0.2)
        for level in (1, 32)
    ]


async def quickly(store: str, platform: Platform, urls: tuple[str, str], folder: Path) -> list[Figure]:
    """No time is looked at: that every request was acked, and kept, is what was to be seen."""
    trials = await compare(platform, urls, folder, QUICK)
    acked = min(len(trial[PRODUCT].taken) for level in LEVELS for trial in trials[level])
    counts = shape_on_teams(store, urls[1]) if platform is TEAMS else shape(store, urls[1], folder)
    return [
        counted(f"{store}, {platform.title}: messages acked and kept, at least", acked, 1, most=False),
        *await counts,
    ]


async def due_fully(store: str, where: Path | str, folder: Path) -> list[Figure]:
    """What is done at its time, where the databases are made: in a folder, or on a server."""
    return [*await sweeps(store, where), *await digests(store, where), *await monday(store, where, folder)]


async def due_quickly(store: str, where: Path | str, folder: Path) -> list[Figure]:
    return [*await due_shape(store, where), *await monday_shape(store, where, folder)]


@contextlib.contextmanager
def nobodys_settings(folder: Path) -> Iterator[None]:
    """An environment without anybody's own settings, and a working folder without a `.env`."""
    for name in [each for each in os.environ if each.startswith(_OURS)]:
        del os.environ[name]
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def end_in_time() -> None:
    """Whatever happens, `finally` and `with` see to the processes that were started."""

    def stop(number: int, _frame: object) -> NoReturn:
        sys.exit(f"make bench was stopped by {signal.Signals(number).name}")

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.alarm(LONGEST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
