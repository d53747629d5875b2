from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from conversations.activities import Activity, ActivityKind
from conversations.cards import FieldFault, Notice
from conversations.effects import FieldError, Post, Turn, Whisper
from conversations.errors import EventRefused, NameTaken, StaleReview
from conversations.ports import Found
from conversations.review import Phase
from storage.database import Database
from storage.queries import packs_in_use, reviews, typed_lines
from storage.shelf import PackShelf
from tests.storage import tiny
from tests.storage.tiny import begun, everything, run, says, starts, taken


def test_a_review_comes_back_as_it_was_saved(database: Database) -> None:
    async def scene() -> None:
        await taken(database.units, starts("Claims  Copilot", thread="T"))
        turn = await taken(database.units, says("we can", key="a"))
        assert turn
        assert await database.read(reviews, PackShelf(), project=" claims copilot") == (turn.review,)
        assert await database.read(reviews, PackShelf(), tenant="other") == ()
        assert await database.read(packs_in_use) == {("tiny", "1"): tiny.PACK.digest}

    run(scene())


def test_what_was_seen_before_changes_nothing(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        three = replace(says("we can", key="one"), keys=("one", "two", "three"))
        await taken(database.units, three)
        before = await everything(database)
        assert await taken(database.units, three) is None
        assert await taken(database.units, replace(three, keys=("three",))) is None
        assert await everything(database) == before

    run(scene())


def test_the_same_activity_three_times_at_once_is_one_turn(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        turns = await asyncio.gather(*(taken(database.units, says("we can", key="same")) for _ in range(3)))
        assert sum(turn is not None for turn in turns) == 1

    run(scene())


def test_thirty_people_at_once_are_all_heard(database: Database) -> None:
    async def scene() -> None:
        review = await begun(database.units)
        await asyncio.gather(*(taken(database.units, says(f"answer {n}", key=f"k{n}")) for n in range(30)))
        (after,) = await database.read(reviews, PackShelf())
        assert sorted(act.said or "" for act in after.acts) == sorted(f"answer {n}" for n in range(30))
        assert [act.n for act in after.acts] == list(range(1, 31))
        assert after.version == review.version + 30

    run(scene())


def test_when_the_engine_raises_not_even_the_key_is_kept(database: Database) -> None:
    def refuse(_activity: Activity, _found: Found) -> Turn:
        raise EventRefused

    async def scene() -> None:
        await begun(database.units)
        before = await everything(database)
        with pytest.raises(EventRefused):
            await taken(database.units, says("we can", key="a"), refuse)
        assert await everything(database) == before
        assert await taken(database.units, says("we can", key="a"))

    run(scene())


def test_a_name_that_somebody_else_took_meanwhile_is_found_out(database: Database) -> None:
    def blind(activity: Activity, _found: Found) -> Turn:
        return tiny.decide(activity, Found())

    async def scene() -> None:
        await begun(database.units)
        with pytest.raises(NameTaken):
            await taken(database.units, starts("  CLAIMS ", key="again"), blind)
        with pytest.raises(StaleReview) as same_thread:
            await taken(database.units, starts("Other", key="again", thread="T"), blind)
        assert not isinstance(same_thread.value, NameTaken)

    run(scene())


def test_the_name_of_a_cancelled_review_is_free(database: Database) -> None:
    def cancel(_activity: Activity, found: Found) -> Turn:
        assert found.review
        return Turn(review=replace(found.review, phase=Phase.CANCELLED, version=found.review.version + 1))

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("cancel", key="c"), cancel)
        turn = await taken(database.units, starts("claims", key="again"), _blind)
        assert turn
        assert turn.review

    run(scene())


def test_a_review_that_changed_meanwhile_is_stale(postgres_database: Database) -> None:
    """On SQLite nobody else can write meanwhile."""
    decided, go_on = threading.Event(), threading.Event()

    def slow(activity: Activity, found: Found) -> Turn:
        decided.set()
        assert go_on.wait(5)
        return tiny.answered(activity, found.others[0])

    async def scene() -> None:
        await begun(postgres_database.units)
        command = says("for all", key="slow", thread=None, kind=ActivityKind.COMMAND)
        late = asyncio.create_task(taken(postgres_database.units, command, slow))
        await asyncio.to_thread(decided.wait, 5)
        await taken(postgres_database.units, says("quick", key="quick"))
        go_on.set()
        with pytest.raises(StaleReview):
            await late
        (after,) = await postgres_database.read(reviews, PackShelf())
        assert [act.said for act in after.acts] == ["quick"]

    run(scene())


def test_a_command_may_change_a_review_that_it_was_not_said_in(database: Database) -> None:
    def first_of_all(activity: Activity, found: Found) -> Turn:
        return tiny.answered(activity, found.others[0])

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("we can", key="a", thread=None, kind=ActivityKind.COMMAND), first_of_all)
        (after,) = await database.read(reviews, PackShelf())
        assert [act.said for act in after.acts] == ["we can"]

    run(scene())


def test_only_a_command_looks_at_the_other_reviews(database: Database) -> None:
    seen: list[Found] = []

    def look(_activity: Activity, found: Found) -> Turn:
        seen.append(found)
        return Turn(review=found.review)

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("hello", key="1"), look)
        await taken(database.units, says("list", key="2", thread=None, kind=ActivityKind.COMMAND), look)
        elsewhere = says("list", key="3", thread=None, kind=ActivityKind.COMMAND)
        await taken(database.units, replace(elsewhere, reference=replace(elsewhere.reference, tenant="x")), look)

    run(scene())
    assert [(found.review is not None, len(found.others)) for found in seen] == [(True, 0), (False, 1), (False, 0)]


def test_a_turn_that_only_says_something_leaves_the_review_alone(database: Database) -> None:
    whisper = Whisper(to="ana", card=tiny.notice(Notice.WHICH))

    def faulty(activity: Activity, found: Found) -> Turn:
        assert found.review
        return replace(
            tiny.answered(activity, found.review),
            effects=(whisper,),
            errors={"a.b": FieldError(fault=next(iter(FieldFault)))},
        )

    def quiet(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review, effects=(whisper,))

    async def scene() -> None:
        review = await begun(database.units)
        await taken(database.units, says("by then", key="f"), faulty)
        await taken(database.units, says("status", key="s"), quiet)
        assert await database.read(reviews, PackShelf()) == (review,)
        rows = (await everything(database))["outbox"]
        assert [row["delivery_id"] for row in rows[2:]] == ["f/0", "s/0"]
        assert {row["lane"] for row in rows} == {f"review/{review.id}"}

    run(scene())


def test_a_turn_that_skips_a_version_is_a_mistake(database: Database) -> None:
    def skip(activity: Activity, found: Found) -> Turn:
        assert found.review
        turn = tiny.answered(activity, found.review)
        assert turn.review
        return replace(turn, review=replace(turn.review, version=99))

    async def scene() -> None:
        await begun(database.units)
        with pytest.raises(ValueError, match="next version"):
            await taken(database.units, says("we can", key="a"), skip)

    run(scene())


@pytest.mark.parametrize("many", [1, 5, 21])
def test_a_turn_takes_as_few_statements_for_many_items_as_for_one(database: Database, many: int) -> None:
    more = tuple(Post(key=f"follow_up/{n}", card=tiny.quoting(1), to="ben") for n in range(many))
    shelf = PackShelf()

    def several(activity: Activity, found: Found) -> Turn:
        review = found.review or found.others[0]
        return tiny.answered(activity, review, acts=many, also=more)

    async def scene() -> list[int]:
        await begun(database.units)
        await taken(database.units, says("warm", key="w"), tiny.decide, shelf)
        counts = []
        for activity in (
            says("we can", key="a"),
            says("we can", key="b", thread=None, kind=ActivityKind.COMMAND),
        ):
            with counted() as statements:
                await taken(database.units, activity, several, shelf)
            counts.append(len(statements))
        with counted() as statements:
            await taken(database.units, starts("Another", key="s", thread="T2"), tiny.decide, shelf)
        return [*counts, len(statements)]

    begin = 1 if database_is_sqlite(database) else 0
    assert run(scene()) == [7 + begin, 7 + begin, 8 + begin]


def test_erased_words_are_nowhere(database: Database, database_url: str) -> None:
    secret = "Adalbert knows the secret"

    def erase(_activity: Activity, found: Found) -> Turn:
        assert found.review
        acts = tuple(replace(act, said=None) for act in found.review.acts)
        return Turn(review=replace(found.review, acts=acts, version=found.review.version + 1))

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says(secret, key="a"))
        assert secret in str(await everything(database))
        await taken(database.units, says("gone", key="b"), erase)
        rows = await everything(database)
        assert secret not in str(rows)
        assert [row["erased_at"] for row in rows["act"]] == [tiny.AT]

    run(scene())
    if database_is_sqlite(database):
        run(database.units(_checkpoint))
        path = Path(database_url.removeprefix("sqlite:///"))
        assert not any(secret.encode() in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_typed_lines_are_counted_by_thread(database: Database) -> None:
    async def scene() -> None:
        for key in ("console/T/1", "console/T/2", "console/T2/1", "slack/T/1"):
            await taken(database.units, says("hello", key=key))
        assert await database.read(typed_lines, "T") == 2

    run(scene())


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def database_is_sqlite(database: Database) -> bool:
    return database.units is not database.read


def _blind(activity: Activity, _found: Found) -> Turn:
    return tiny.decide(activity, Found())


def _checkpoint(connection: Connection) -> None:
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.exec_driver_sql("BEGIN")
