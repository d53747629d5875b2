"""Who is due, and whose they are once somebody has claimed them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, text

from conversations.letters import Silence
from conversations.people import Account, Preferences
from storage.database import Database, open_database
from storage.models import reminder
from storage.parts import Away, away_people, people_with_a_part
from storage.preferences import save_preferences
from storage.queries import newest_moment
from storage.reminders import (
    LEASE,
    claim_due,
    next_due,
    pulse,
    waiting,
)
from tests.storage.nudged import ANA, BEN, DAY, EVE, claimed, looks_of, with_looks
from tests.storage.test_unit_of_work import counted, database_is_sqlite
from tests.storage.tiny import AT, run

SOON = AT + timedelta(hours=1)


def fill(connection: Connection, rows: int, *, due: int = 0, each: int = 1) -> None:
    """So many rows, `each` a person's; the first ones are due, one a minute."""
    first = AT - timedelta(minutes=due - 1)
    wanted = [
        {
            "due_at": first + timedelta(minutes=n) if n < due else AT + timedelta(minutes=n + 1),
            "review_id": f"r{n}",
            "platform": "console",
            "tenant": "local",
            "who": f"p{n // each}",
        }
        for n in range(rows)
    ]
    connection.execute(insert(reminder), wanted)


def analyze(connection: Connection) -> None:
    connection.execute(text("ANALYZE reminder"))


def test_who_is_due_is_claimed_with_all_rows_for_the_time_of_the_lease(database: Database) -> None:
    async def scene() -> None:
        first = await with_looks(database.units, "First", {"": AT, "ana": AT, "ben": AT}, AT)
        await with_looks(database.units, "Other", {"": SOON, "ana": AT}, AT + timedelta(seconds=9))
        await with_looks(database.units, "Third", {"ana": AT}, AT + timedelta(minutes=9))
        assert await database.read(next_due) == AT
        claim = await claimed(database.units)
        assert set(claim.people) == {ANA, BEN}
        assert claim.reviews == ((first.id, first.reference),)
        assert claim.lease == AT + LEASE
        looks = await looks_of(database)
        assert {name: at for name, at in looks.items() if at != claim.lease} == {
            "Other/": SOON,
            "Third/ana": AT + timedelta(minutes=9),
        }
        assert await database.read(next_due) == claim.lease
        nobody = await claimed(database.units, claim.lease - timedelta(seconds=1))
        assert (nobody.people, nobody.reviews) == ((), ())
        assert set((await claimed(database.units, claim.lease)).people) == {ANA, BEN}  # whoever had them is dead

    run(scene())


def test_who_has_waited_longest_comes_first_and_nobody_is_claimed_in_part(database: Database) -> None:
    async def scene() -> None:
        await with_looks(database.units, "First", {"ben": AT}, AT - 2 * DAY)
        for n in range(9):
            await with_looks(database.units, f"N{n}", {"ana": AT}, AT - DAY)
        await with_looks(database.units, "Last", {"eve": AT}, AT)
        claims = [await claimed(database.units, limit=2) for _ in range(3)]
        assert [set(claim.people) for claim in claims] == [{ANA, BEN}, {EVE}, set()]

    run(scene())


def test_several_at_once_claim_everybody_once(database_url: str) -> None:
    several = 1 if database_url.startswith("sqlite") else 3
    databases = [open_database(database_url) for _ in range(several)]

    async def take(database: Database) -> list[Account]:
        mine: list[Account] = []
        while people := (await database.units(claim_due, now=AT, limit=7)).people:
            mine += people
        return mine

    async def scene() -> list[Account]:
        await databases[0].units(fill, 600, due=600, each=3)
        taken = await asyncio.gather(*(take(database) for database in databases for _ in range(4)))
        while rest := await take(databases[0]):  # of who claimed at the same moment, all may have come away empty
            taken.append(rest)
        return [account for accounts in taken for account in accounts]

    claimed_by_all = run(scene())
    for database in databases:
        database.close()
    assert len(claimed_by_all) == len(set(claimed_by_all)) == 200


def test_a_claim_takes_as_many_statements_for_fifty_as_for_one(database: Database) -> None:
    async def scene() -> list[int]:
        for n in range(50):
            await with_looks(database.units, f"N{n}", {"": AT, f"p{n}": AT, "ana": AT})
        counts = []
        for limit in (2, 101):
            with counted() as statements:
                claim = await claimed(database.units, limit=limit)
            assert claim.people
            counts.append(len(statements))
        return counts

    begin = 1 if database_is_sqlite(database) else 0
    assert run(scene()) == [3 + begin, 3 + begin]


def test_a_claim_and_the_looks_for_what_is_due_are_found_by_the_indexes(database: Database) -> None:
    seen: dict[str, str] = {}

    def plan(connection: Connection, statement: str, parameters: Any) -> str:
        how = "QUERY PLAN " if connection.dialect.name == "sqlite" else ""
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN {how}{statement}", parameters))

    async def scene() -> None:
        await database.units(fill, 6000, due=4000, each=4)
        await database.units(analyze)
        parameters: list[Any] = []
        with counted(parameters) as statements:
            await claimed(database.units, limit=5)
            await database.units(next_due)
        asked = [(s, p) for s, p in zip(statements, parameters, strict=True) if "reminder" in s]
        for name, (statement, given) in zip(("claim", "others", "next"), asked, strict=True):
            seen[name] = await database.units(plan, statement, given)

    run(scene())
    by_moment = "reminder USING PRIMARY KEY (due_at<?)" if database_is_sqlite(database) else "pk_reminder"
    assert not [name for name, found in seen.items() if "Seq Scan" in found or "SCAN reminder\n" in found], seen
    assert by_moment in seen["claim"]
    assert "ix_reminder_who" in seen["claim"]
    assert "ix_reminder_who" in seen["others"], seen["others"]


def test_a_sweep_costs_as_much_among_many_rows_as_among_few(sqlite_url: str) -> None:
    """Counted in steps of SQLite's own machine, so that no other load is seen."""
    database = open_database(sqlite_url)

    def swept(connection: Connection) -> int:
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(step, 100)
        for _ in range(10):
            assert len(claim_due(connection, now=AT, limit=100).people) == 100
        driver.set_progress_handler(None, 0)
        return steps

    async def scene() -> list[int]:
        costs = []
        for rows in (5000, 50_000):
            await database.units(lambda connection: connection.execute(delete(reminder)))
            for first in range(0, rows, 5000):
                await database.units(_more, first, due=1000)
            costs.append(await database.units(swept))
        return costs

    few, many = run(scene())
    database.close()
    assert many <= 1.1 * few


def _more(connection: Connection, first: int, *, due: int) -> None:
    rows = [
        {
            "due_at": AT if n < due else AT + timedelta(minutes=n),
            "review_id": "r",
            "platform": "console",
            "tenant": "local",
            "who": f"p{n}",
        }
        for n in range(first, first + 5000)
    ]
    connection.execute(insert(reminder), rows)


def test_who_waits_is_told_without_claiming_anybody(database: Database) -> None:
    async def scene() -> None:
        await with_looks(database.units, "First", {"": AT, "ben": SOON}, AT)
        await with_looks(database.units, "Later", {"ana": SOON}, SOON)
        assert await database.read(waiting, by=AT) == [BEN]
        assert await database.read(waiting, by=None) == [ANA, BEN]
        assert await database.read(next_due) == AT

    run(scene())


# --- the pulse -------------------------------------------------------------------------------------------------------


def test_the_newest_time_for_which_nobody_was_at_work_is_known(database: Database) -> None:
    minute, hour = timedelta(minutes=1), timedelta(hours=1)

    async def scene() -> None:
        async def beats(at: datetime) -> Silence | None:
            return await database.units(pulse, at)

        assert await beats(AT) is None
        assert await beats(AT + hour) is None
        back = AT + 2 * hour + minute
        first = Silence(since=AT + hour, until=back)
        assert await beats(back) == first
        assert await beats(back + minute) == first
        again = Silence(since=back + minute, until=back + DAY)
        assert await beats(back + DAY) == again
        assert await beats(AT) == again  # by a clock that is behind
        assert await database.read(newest_moment) == back + DAY

    run(scene())


def test_it_is_written_once_a_minute(database: Database) -> None:
    async def scene() -> list[int]:
        counts = []
        for seconds in (0, 20, 40, 60, 80):
            with counted() as statements:
                await database.units(pulse, AT + timedelta(seconds=seconds))
            counts.append(sum(not each.startswith(("SELECT", "BEGIN")) for each in statements))
        return counts

    assert run(scene()) == [1, 0, 0, 1, 0]


# --- who has a part --------------------------------------------------------------------------------------------------


def test_who_has_a_part_is_found_by_tenant_and_who_is_away_with_their_reviews(database: Database) -> None:
    until = (AT + 9 * DAY).date()

    async def scene() -> None:
        first = await with_looks(database.units, "First", {"": AT, "ana": AT, "ben": AT})
        second = await with_looks(database.units, "Second", {"ana": AT})
        assert await database.read(people_with_a_part, "console") == {"local": {"ana", "ben"}}
        assert await database.read(people_with_a_part, "slack") == {}
        for account, away in ((ANA, until), (BEN, None), (EVE, until)):
            await database.units(save_preferences, [account], Preferences(away_until=away), AT)
        both = tuple(sorted((first.id, second.id)))
        there = [Away(account=ANA, until=until, reviews=both)]
        assert await database.read(away_people, on=AT.date()) == there
        assert await database.read(away_people, on=until - DAY) == there
        assert await database.read(away_people, on=until) == []
        await database.units(save_preferences, [replace(ANA, tenant="T2")], Preferences(away_until=until), AT)
        assert await database.read(away_people, on=AT.date()) == there

    run(scene())
