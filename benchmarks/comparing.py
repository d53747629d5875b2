"""The floor and the product side by side on one kind of database, in rounds: A B A B."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import Connection, distinct, func, make_url, select

from benchmarks.load import NotMeasured, Round, measure
from benchmarks.processes import Server, cores, free_port, server
from benchmarks.reviews import SECRET, THREADS, begin, messages
from conversations.review import ActKind
from storage.database import migrate, open_database
from storage.models import act

LEVELS = (1, 16, 32)  # requests in flight


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    rounds: int
    seconds: float
    reviews: int


FULL = Scale(rounds=7, seconds=1.0, reviews=12 * THREADS)
QUICK = Scale(rounds=1, seconds=0.2, reviews=THREADS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What was measured right after one another."""

    floor: Round
    product: Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """An endless supply of requests to each, and how many the product has acked."""

    floor: Iterator[bytes]
    product: Iterator[bytes]


def on_sqlite(folder: Path) -> tuple[str, str]:
    """The URLs of two databases: the floor's, the product's."""
    return f"sqlite:///{folder}/floor.db", f"sqlite:///{folder}/product.db"


def on_postgres(server_url: str) -> tuple[str, str]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name in ("floor", "product"):
            connection.execute(f"CREATE DATABASE {name}")
    floor, product = (make_url(server_url).set(database=name) for name in ("floor", "product"))
    migrate(product.render_as_string(hide_password=False))
    return floor.render_as_string(hide_password=False), product.render_as_string(hide_password=False)


async def compare(urls: tuple[str, str], folder: Path, scale: Scale) -> Mapping[int, list[Pair]]:
    """Pairs by the number of requests in flight. Raises `NotMeasured`."""
    texts = await begin(urls[1], scale.reviews)
    sources = Sources(
        floor=(each for _ in count() for each in messages(scale.reviews, texts)),
        product=messages(scale.reviews, texts),
    )
    pairs: dict[int, list[Pair]] = {level: [] for level in LEVELS}
    acked = 0
    async with both(urls, folder) as (floor, product):
        for number in range(1 + scale.rounds):  # the first one warms up
            for level in LEVELS:
                pair = await _pair(floor, product, sources, level, scale.seconds)
                acked += len(pair.product.taken)
                if number:
                    pairs[level].append(pair)
    await _check_kept(urls[1], acked)
    return pairs


async def _pair(floor: Server, product: Server, sources: Sources, level: int, seconds: float) -> Pair:
    with product.standing_still():
        below = await measure(floor, sources.floor, in_flight=level, seconds=seconds)
    return Pair(floor=below, product=await measure(product, sources.product, in_flight=level, seconds=seconds))


@asynccontextmanager
async def both(urls: tuple[str, str], folder: Path) -> AsyncIterator[tuple[Server, Server]]:
    """Both servers on one core; on the other one whoever asks them, and what stands for Slack."""
    servers, others = cores()
    everywhere = os.sched_getaffinity(0)
    api, floor, product = (free_port() for _ in range(3))
    environment = {
        "DATABASE_URL": urls[1],
        "HOST": "127.0.0.1",
        "PORT": str(product),
        "SLACK_API_URL": f"http://127.0.0.1:{api}/api/",
        "SLACK_BOT_TOKEN": "xoxb-of-the-measurement",
        "SLACK_SIGNING_SECRET": SECRET,
    }
    with (
        server("benchmarks.fake_slack", str(api), port=api, core=others, folder=folder),
        server("benchmarks.floor", urls[0], str(floor), SECRET, port=floor, core=servers, folder=folder) as a,
        server("bot", "serve", port=product, core=servers, folder=folder, environment=environment) as b,
    ):
        os.sched_setaffinity(0, {others})
        try:
            yield a, b
        finally:
            os.sched_setaffinity(0, everywhere)


async def _check_kept(url: str, acked: int) -> None:
    database = await asyncio.to_thread(open_database, url, alone=False)
    try:
        kept = await database.read(_answering)
    finally:
        await asyncio.to_thread(database.close)
    if kept != acked:
        raise NotMeasured(f"{acked} messages were acked, and {kept} have answered something")


def _answering(connection: Connection) -> int:
    """How many messages have answered something."""
    answered = select(func.count(distinct(act.c.source_key + act.c.review_id))).where(act.c.kind == ActKind.ANSWERED)
    return connection.execute(answered).scalar_one()
