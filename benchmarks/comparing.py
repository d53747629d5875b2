"""The floor and the product side by side on one kind of database, in rounds: A B A B."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeAlias

import psycopg
from sqlalchemy import Connection, distinct, func, make_url, select

from benchmarks.load import NotMeasured, Round, measure
from benchmarks.platforms import PRODUCT, THREADS, Asked, Platform
from benchmarks.processes import cores
from benchmarks.reviews import begin, messages
from conversations.review import ActKind
from storage.database import migrate, open_database
from storage.models import act

LEVELS = (1, 16, 32)  # requests in flight

Trial: TypeAlias = Mapping[str, Round]  # by server, measured right after one another


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    rounds: int
    seconds: float
    reviews: int
    profiled_seconds: float


FULL = Scale(rounds=7, seconds=1.0, reviews=12 * THREADS, profiled_seconds=3.0)
QUICK = Scale(rounds=1, seconds=0.2, reviews=LEVELS[-1], profiled_seconds=0.1)


def on_sqlite(folder: Path, platform: Platform, part: str = "turns") -> tuple[str, str]:
    """The URLs of two databases: the floor's, the product's."""
    name = f"sqlite:///{folder}/{part}_{platform.name}"
    return f"{name}_floor.db", f"{name}_product.db"


def on_postgres(server_url: str, platform: Platform, part: str = "turns") -> tuple[str, str]:
    names = [f"{part}_{platform.name}_floor", f"{part}_{platform.name}_product"]
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
    floor, product = (make_url(server_url).set(database=name) for name in names)
    migrate(product.render_as_string(hide_password=False))
    return floor.render_as_string(hide_password=False), product.render_as_string(hide_password=False)


async def compare(
    platform: Platform, urls: tuple[str, str], folder: Path, scale: Scale
) -> tuple[Mapping[int, list[Trial]], str]:
    """Trials by the number of requests in flight, and where the product's time goes. Raises `NotMeasured`."""
    texts = await begin(platform, urls[1], scale.reviews)
    trials: dict[int, list[Trial]] = {level: [] for level in LEVELS}
    acked = 0
    with platform.servers(urls, folder) as servers, on_the_other_core():
        asking = {name: _asking(name, platform, scale.reviews, texts, asked) for name, asked in servers.items()}
        for number in range(1 + scale.rounds):  # the first one warms up
            for level in LEVELS:
                trial = await _trial(servers, asking, level, scale.seconds)
                acked += len(trial[PRODUCT].taken)
                if number:
                    trials[level].append(trial)
        profiled = partial(measure, servers[PRODUCT].server, asking[PRODUCT], in_flight=LEVELS[-1])
        with servers[PRODUCT].server.profiled() as profile:
            acked += len((await profiled(seconds=scale.profiled_seconds)).taken)
    await _check_kept(urls[1], acked)
    return trials, profile()


def _asking(name: str, platform: Platform, reviews: int, texts: list[str], asked: Asked) -> Iterator[bytes]:
    """Requests; without an end but for the product, which takes an answer once."""
    if name == PRODUCT:
        return messages(platform, reviews, texts, asked.request)
    return (each for _ in count() for each in messages(platform, reviews, texts, asked.request))


async def _trial(
    servers: Mapping[str, Asked], asking: Mapping[str, Iterator[bytes]], level: int, seconds: float
) -> Trial:
    trial = {}
    product = servers[PRODUCT].server
    with product.standing_still():
        for name in (each for each in servers if each != PRODUCT):
            trial[name] = await measure(servers[name].server, asking[name], in_flight=level, seconds=seconds)
    trial[PRODUCT] = await measure(product, asking[PRODUCT], in_flight=level, seconds=seconds)
    return trial


@contextmanager
def on_the_other_core() -> Iterator[None]:
    """Whoever asks the servers is not where they are."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores()[1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, everywhere)


async def _check_kept(url: str, acked: int) -> None:
    database = await asyncio.to_thread(open_database, url, alone=False)
    try:
        kept = await database.read(answering)
    finally:
        await asyncio.to_thread(database.close)
    if kept != acked:
        raise NotMeasured(f"{acked} messages were acked, and {kept} have answered something")


def answering(connection: Connection) -> int:
    """How many messages have answered something."""
    answered = select(func.count(distinct(act.c.source_key + act.c.review_id))).where(act.c.kind == ActKind.ANSWERED)
    return connection.execute(answered).scalar_one()
