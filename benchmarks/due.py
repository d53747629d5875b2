"""Databases that a tick looks into: many who wait, and reviews that are copies of one that was really answered.

Everything here is written by the database itself, in a connection without the bounds of a unit: it is never timed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    cast,
    create_engine,
    delete,
    event,
    insert,
    literal,
    make_url,
    select,
    text,
)

from benchmarks.reviews import Posted, answers, start
from benchmarks.slack import SLACK
from bot.bootstrap import running
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind
from conversations.people import Account
from storage.database import migrate, to_address
from storage.models import Entry, act, ledger, reminder, review

BEGUN = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday, after the hour of digests
FRIDAY, NEXT_MONDAY = BEGUN + timedelta(days=4), BEGUN + timedelta(days=7)
ROWS_EACH = 3  # of one who waits, in as many reviews
_LATER = BEGUN + timedelta(days=60)
_MOMENTS, _STEP = 10_007, 4_801  # different ones, a prime; and what scatters them
_ORIGINAL = 90_000  # the number of the review that others are copies of: nobody else has it
_PLACE = SLACK.place(_ORIGINAL)

_moment = Table("moment", MetaData(), Column("n", Integer, primary_key=True), Column("at", reminder.c.due_at.type))


def databases(where: Path | str, *names: str) -> list[str]:
    """URLs of new databases with today's schema: files in a folder, or on the server of that URL."""
    if isinstance(where, Path):
        urls = [f"sqlite:///{where}/{name}.db" for name in names]
    else:
        with psycopg.connect(where, autocommit=True) as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}")
        urls = [make_url(where).set(database=name).render_as_string(hide_password=False) for name in names]
    for url in urls:
        migrate(url)
    return urls


async def begin_one(url: str, *, answered: int) -> str:
    """A review of the usual pack, begun on `BEGUN`, with so many of its items answered, one by one."""
    settings = Settings(database_url=url)
    async with running(settings, {"slack": Posted(SLACK)}, command="make bench", clock=lambda: BEGUN) as application:
        await start(application, SLACK, _ORIGINAL, now=BEGUN)
        await application.relay.drain()
        said = list(answers(application.engine, SLACK).values())[:answered]
        turns = [await application.runner.run(saying(_ORIGINAL, n, words, now=BEGUN)) for n, words in enumerate(said)]
    if not all(turn and turn.review and turn.review.acts for turn in turns):
        raise AssertionError("something was no answer")
    return next(turn.review.id for turn in turns if turn and turn.review)


def saying(number: int, n: int, words: str, *, now: datetime) -> Activity:
    """What is said in the thread of a review, as the n-th there."""
    return Activity(
        keys=(f"said/{number}/{n}",),
        kind=ActivityKind.MESSAGE,
        source=f"1750000000.{n:06}",
        actor=SLACK.actor,
        reference=SLACK.place(number),
        at=now,
        text=words,
    )


@contextmanager
def filling(url: str) -> Iterator[Connection]:
    """A connection that may take its time; at the end what it wrote is there, and the database knows what it has."""
    engine = create_engine(to_address(url), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hurry)
    with engine.begin() as connection:
        yield connection
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()


def _hurry(driver: Any, _record: object) -> None:
    for pragma in ("synchronous=OFF", "cache_size=-300000"):
        driver.execute(f"PRAGMA {pragma}").close()


def wait(connection: Connection, rows: int) -> None:
    """So many rows, and no others, of people who are to be looked at much later, in no order."""
    connection.execute(delete(reminder))
    _moment.create(connection)
    connection.execute(insert(_moment), [{"n": n, "at": later(n)} for n in range(_MOMENTS)])
    n = numbers(rows)
    values = _row(_moment.c.at, "waiting" + cast(n.c.n, Text), "W" + cast(n.c.n // ROWS_EACH, Text))
    scattered = select(*values).join_from(n, _moment, _moment.c.n == n.c.n % _MOMENTS * _STEP % _MOMENTS)
    connection.execute(insert(reminder).from_select(list(reminder.c.keys()), scattered))
    _moment.drop(connection)


def later(n: int) -> datetime:
    return _LATER + timedelta(minutes=n % _MOMENTS)


def waiting_one(n: int) -> tuple[Account, tuple[str, ...]]:
    """The n-th of those who wait, and the reviews that they wait for."""
    account = Account(platform=_PLACE.platform, tenant=_PLACE.tenant, id=f"W{n}")
    return account, tuple(f"waiting{n * ROWS_EACH + i}" for i in range(ROWS_EACH))


def copy(connection: Connection, original: str, owners: int, *, each: int, batch: str) -> None:
    """Reviews of so many owners, `each` a person's; nobody is due because of them."""
    n = numbers(owners * each)
    name, owner = f"{batch}-" + cast(n.c.n, Text), _owner(n, each, batch)
    own = {
        "id": "copy" + name,
        "channel": "D" + name,
        "thread": "1700000000." + name,
        "project": "Project " + name,
        "project_key": "project " + name,
        "owner": owner,
        "started_by": owner,
    }
    _insert(connection, review, n, own, review.c.id == original)
    _insert(connection, act, n, {"review_id": "copy" + name}, act.c.review_id == original)


def make_due(connection: Connection, owners: int, *, each: int, batch: str, at: datetime) -> None:
    """The owners of these copies are to be looked at from `at` on, because of each of them."""
    n = numbers(owners * each)
    moment = literal(at, reminder.c.due_at.type)
    values = _row(moment, f"copy{batch}-" + cast(n.c.n, Text), _owner(n, each, batch))
    connection.execute(insert(reminder).from_select(list(reminder.c.keys()), select(*values)))


def tell(connection: Connection, owners: int, *, batch: str, at: datetime) -> None:
    """The owners of these copies got a digest then."""
    n = numbers(owners)
    row = {
        "platform": literal(_PLACE.platform),
        "tenant": literal(_PLACE.tenant),
        "who": _owner(n, 1, batch),
        "kind": literal(Entry.DIGEST, ledger.c.kind.type),
        "day": literal(at.date()),
        "at": literal(at, ledger.c.at.type),
    }
    connection.execute(insert(ledger).from_select(list(row), select(*row.values())))


def owner(n: int, batch: str) -> Account:
    return Account(platform=_PLACE.platform, tenant=_PLACE.tenant, id=f"U{batch}-{n}")


def _owner(n: CTE, each: int, batch: str) -> ColumnElement[str]:
    return f"U{batch}-" + cast(n.c.n // each, Text)


def _row(at: ColumnElement[datetime], of: ColumnElement[str], who: ColumnElement[str]) -> list[ColumnElement[Any]]:
    """In the order of the columns of `reminder`."""
    return [at, of, literal(_PLACE.platform), literal(_PLACE.tenant), who]


def _insert(
    connection: Connection, table: Table, n: CTE, own: dict[str, ColumnElement[str]], where: ColumnElement[bool]
) -> None:
    taken = select(*(own.get(column.name, column) for column in table.c)).select_from(table.join(n, where))
    connection.execute(insert(table).from_select(list(table.c.keys()), taken))


def numbers(many: int) -> CTE:
    """0 to `many` - 1, in a column `n`."""
    first = select(literal(0).label("n")).cte(recursive=True)
    return first.union_all(select(first.c.n + 1).where(first.c.n < many - 1))
