"""What one turn costs the processor, part by part: `python -m benchmarks.turn`, with `--profile` to see what of.

For work on the engine and on the unit of work. One process and one thread, without servers and platforms, and CPU time
only. That too is longer where the machine is busy, so it is told in the time that a small fixed piece of work takes
right beside each turn: what was won shows at once. PostgreSQL's own processes are not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import thread_time
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine as Connections

from benchmarks.comparing import on_postgres
from benchmarks.processes import postgres
from benchmarks.reviews import Posted, answers, start
from benchmarks.slack import SLACK
from bot.bootstrap import running
from bot.library import load_engine
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind
from conversations.decide import Engine
from storage.bundles import in_bundles
from storage.database import postgres_engine, to_address, to_path, writing_engine
from storage.shelf import PackShelf
from storage.unit_of_work import run_turn

P = ParamSpec("P")
T = TypeVar("T")

REVIEWS = 12
PACKS = ("core", "full")


class Meter:
    """CPU milliseconds of this thread, by part of a turn, and those of the yardstick."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {"decide": [], "turn": [], "commit": [], "yardstick": []}

    def of(self, part: str, work: Callable[P, T]) -> Callable[P, T]:
        def measured(*args: P.args, **kwargs: P.kwargs) -> T:
            begun = thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.spent[part].append(1e3 * (thread_time() - begun))

        return measured

    def line(self) -> str:
        decide, turn, commit, yard = (median(self.spent[part]) for part in ("decide", "turn", "commit", "yardstick"))
        parts = {"decide": decide, "rows": turn - decide, "commit": commit, "all": turn + commit}
        told = (f"{name} {spent / yard:5.1f}" for name, spent in parts.items())
        return f"{'  '.join(told)}  yardsticks of {yard:.2f} ms"


def _yardstick() -> None:
    """Calls, dictionaries and texts, as turns are made of."""
    for n in range(40):
        str(sorted({f"{key}": (key, n) for key in range(10)}.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="what the functions of a turn take")
    parser.add_argument("--postgres", action="store_true", help="with PostgreSQL, else with SQLite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _store(Path(name), postgresql=chosen.postgres) as url:
        for n, pack in enumerate(PACKS):
            engine = load_engine(Settings(database_url=url), pack)
            asyncio.run(_begin(url, pack, n * REVIEWS))
            address = to_address(url)
            connections = in_bundles(postgres_engine(address)) if chosen.postgres else writing_engine(to_path(address))
            meter = Meter()
            with _profiled() if chosen.profile else _plain():
                _play(connections, engine, n * REVIEWS, meter)
            connections.dispose()
            print(f"{pack:6} {meter.line()}, the median of {len(meter.spent['turn'])} turns")


def _play(connections: Connections, engine: Engine, first: int, meter: Meter) -> None:
    """Every item of some reviews, in rotation, each answered completely."""
    shelf, decide = PackShelf(), meter.of("decide", engine.decide)
    turn = meter.of("turn", run_turn)
    with connections.connect() as connection:
        for n, text in enumerate(answers(engine, SLACK).values()):
            for number in range(first, first + REVIEWS):
                with connection.begin() as transaction:
                    told = turn(connection, _message(number, n, text), decide, shelf)
                    if told is None or not told.effects:
                        raise AssertionError(f"{text!r} has answered nothing")
                    meter.of("commit", transaction.commit)()
                    if told.standing is not None:
                        shelf.remember(told.standing)
                meter.of("yardstick", _yardstick)()


def _message(number: int, n: int, text: str) -> Activity:
    return Activity(
        keys=(f"turn/{number}/{n}", f"turn/{number}/{n}/again"),
        kind=ActivityKind.MESSAGE,
        actor=SLACK.actor,
        reference=SLACK.place(number),
        at=datetime.now(UTC),
        source=f"1750000000.{n:06}",
        text=text,
    )


async def _begin(url: str, pack: str, first: int) -> None:
    senders = {"slack": Posted(SLACK)}
    async with running(Settings(database_url=url), senders, command="a measurement", pack=pack) as application:
        for number in range(first, first + REVIEWS):
            await start(application, SLACK, number, now=datetime.now(UTC))
        await application.relay.drain()


@contextmanager
def _store(folder: Path, *, postgresql: bool) -> Iterator[str]:
    if not postgresql:
        yield f"sqlite:///{folder}/turn.db"
        return
    with postgres(folder) as server:
        yield on_postgres(server, SLACK)[1]


@contextmanager
def _profiled() -> Iterator[None]:
    with cProfile.Profile() as profile:
        yield
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


@contextmanager
def _plain() -> Iterator[None]:
    yield


if __name__ == "__main__":
    main()
