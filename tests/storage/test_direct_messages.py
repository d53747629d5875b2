"""Which review is meant by what somebody says to the bot alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from conversations.activities import Activity, ActivityKind, ConversationReference
from conversations.cards import Notice
from conversations.effects import Effect, Post, Turn
from conversations.ports import Found
from conversations.review import Review
from storage.database import Database
from storage.models import DeliveryState, message, outbox
from storage.outbox import claim, give_up, mark_sent
from storage.shelf import PackShelf
from storage.threads import Units
from tests.storage import tiny
from tests.storage.test_unit_of_work import counted
from tests.storage.tiny import AT, run, says, starts, taken

THERE = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1.1")
ALONE = replace(THERE, channel="D1", thread=None)
NUMBERS = count()  # what is said has a key of its own


async def started(units: Units, name: str, at: ConversationReference) -> Review:
    turn = await taken(units, replace(starts(name, key=f"{name}/{at}"), reference=at))
    await sent(units)
    assert turn
    assert turn.review
    return turn.review


async def tells(units: Units, review: Review, to: str = "ben", key: str = "ask/a/ben") -> None:
    """The review asks a person, and the relay has not said it yet."""

    def decide(_activity: Activity, found: Found) -> Turn:
        effects: tuple[Effect, ...] = (Post(key=key, card=tiny.notice(Notice.FIRST), to=to),)
        return Turn(review=found.review, effects=effects)

    asks = says("ask", key=f"{review.id}/{to}/{key}")
    assert await taken(units, replace(asks, reference=review.reference, review=review.id), decide)


async def sent(units: Units, name: str | None = None) -> None:
    while due := await units(claim, now=AT, me="me", limit=20):
        for one in due:
            platform_id = name or f"p{one.delivery.id}"
            await units(mark_sent, one.delivery, platform_id, me="me", now=AT)


async def meant(
    units: Units, at: ConversationReference = ALONE, who: str = "ben", shelf: PackShelf | None = None, **more: Any
) -> str | None:
    """The id of the review that is found."""
    found: list[Found] = []

    def look(_activity: Activity, here: Found) -> Turn:
        found.append(here)
        return Turn(review=here.review)

    say = replace(says("we can", key=f"said/{next(NUMBERS)}", who=who), reference=at, private=True, **more)
    await taken(units, say, look, shelf)
    (one,) = found
    return one.review.id if one.review else None


def test_it_is_about_the_newest_message_that_reached_this_person(database: Database) -> None:
    async def scene() -> None:
        units = database.units
        first = await started(units, "First", THERE)
        second = await started(units, "Second", replace(THERE, thread="2.2"))
        assert await meant(units) is None
        await tells(units, first)
        assert await meant(units) is None  # not said yet
        await sent(units)
        assert await meant(units) == first.id
        await tells(units, second)
        await sent(units)
        assert await meant(units) == second.id
        assert await meant(units, replace(ALONE, thread="D1/9.9")) == second.id  # a thread of nothing that is known
        assert await meant(units, who="zoe") is None
        await tells(units, first, key="ask/b/ben")
        for one in await units(claim, now=AT, me="me", limit=20):
            await units(give_up, one.delivery, DeliveryState.PARKED, "no such person", me="me", now=AT)
        assert await meant(units) == second.id  # they never saw the other one

    run(scene())


@pytest.mark.parametrize("thread", ["7.7", "D1/7.7"])
def test_a_reply_to_a_message_is_about_the_review_that_it_is_of(database: Database, thread: str) -> None:
    async def scene() -> None:
        units = database.units
        first = await started(units, "First", THERE)
        await tells(units, first)
        await sent(units, "D1/7.7")
        second = await started(units, "Second", replace(THERE, thread="2.2"))
        await tells(units, second)
        await sent(units)
        assert await meant(units) == second.id
        assert await meant(units, replace(ALONE, thread=thread)) == first.id
        assert await meant(units, replace(ALONE, thread=thread), review=second.id) == second.id

    run(scene())


@pytest.mark.parametrize("thread", ["7.7", "D1/7.7"])
def test_a_reply_in_the_thread_of_a_review_that_began_there_is_about_it(database: Database, thread: str) -> None:
    async def scene() -> None:
        units = database.units
        own = await started(units, "Own", replace(ALONE, thread=thread))
        other = await started(units, "Other", THERE)
        await tells(units, other)
        await sent(units)
        assert await meant(units, replace(ALONE, thread=thread)) == own.id
        assert await meant(units) == other.id

    run(scene())


@pytest.mark.parametrize("place", [{"tenant": "T2"}, {"platform": "teams"}], ids=["organisation", "platform"])
def test_nothing_of_another_one_is_found(database: Database, place: dict[str, str]) -> None:
    async def scene() -> None:
        units = database.units
        review = await started(units, "Hidden", THERE)
        await tells(units, review)
        await sent(units, "D1/7.7")
        elsewhere = replace(ALONE, **place)
        assert await meant(units, replace(ALONE, thread="7.7")) == review.id
        assert await meant(units, elsewhere) is None
        assert await meant(units, replace(elsewhere, thread="7.7")) is None
        assert await meant(units, elsewhere, review=review.id) is None

    run(scene())


def test_in_a_chat_that_has_no_channel_it_is_about_the_newest_message_too(database: Database) -> None:
    thread = "19:claims@thread.tacv2;messageid=17"
    there = ConversationReference(platform="teams", tenant="T1", channel="19:claims@thread.tacv2", thread=thread)
    alone = replace(there, channel="", thread=None)

    async def scene() -> None:
        review = await started(database.units, "First", there)
        assert await meant(database.units, alone) is None
        await tells(database.units, review)
        await sent(database.units, "a:1chat 1763888500")
        assert await meant(database.units, alone) == review.id
        assert await meant(database.units, replace(alone, tenant="T2")) is None

    run(scene())


def test_a_command_said_in_private_still_sees_all_reviews(database: Database) -> None:
    async def scene() -> None:
        review = await started(database.units, "First", THERE)
        seen: list[Found] = []

        def look(_activity: Activity, found: Found) -> Turn:
            seen.append(found)
            return Turn(review=None)

        said = says("list", key="list", kind=ActivityKind.COMMAND)
        await taken(database.units, replace(said, reference=ALONE, private=True), look)
        assert [(found.review, [other.id for other in found.others]) for found in seen] == [(None, [review.id])]

    run(scene())


def test_it_takes_at_most_two_statements_more_than_in_a_thread(database: Database) -> None:
    async def scene() -> list[int]:
        review = await started(database.units, "First", THERE)
        await tells(database.units, review)
        await sent(database.units)
        shelf, counts = PackShelf(), []
        await meant(database.units, shelf=shelf)
        for at, private in ((THERE, False), (ALONE, True), (replace(ALONE, thread="9.9"), True)):
            with counted() as statements:
                assert await meant(database.units, at, shelf=shelf, **({} if private else {"review": review.id}))
            counts.append(len(statements))
        return counts

    here, alone, in_a_thread = run(scene())
    assert (alone - here, in_a_thread - here) == (0, 1)


def test_the_newest_message_to_a_person_is_found_by_the_index(database: Database) -> None:
    """However many there are: in a table of a few rows, what the statistics say of it is chance."""
    seen: list[str] = []

    def many(connection: Connection) -> None:
        told = connection.execute(select(outbox).where(outbox.c.to_person.is_not(None))).mappings().first()
        assert told is not None
        others = [dict(told) | {"delivery_id": f"d{n}", "to_person": f"p{n}"} for n in range(3000)]
        connection.execute(insert(outbox), [{k: v for k, v in row.items() if k != "id"} for row in others])
        named = [{"review_id": told["review_id"], "message_key": f"n{n}", "platform_id": f"n{n}"} for n in range(3000)]
        connection.execute(insert(message), named)
        for table in ("message", "outbox"):
            connection.execute(text(f"ANALYZE {table}"))

    def plan(connection: Connection, statement: str, parameters: Any) -> None:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", parameters)
        seen.append("\n".join(str(row[-1]) for row in rows))

    async def scene() -> None:
        review = await started(database.units, "First", THERE)
        await tells(database.units, review)
        await sent(database.units)
        await database.units(many)
        parameters: list[Any] = []
        with counted(parameters) as statements:
            await meant(database.units, replace(ALONE, thread="9.9"))
        asked = [(s, p) for s, p in zip(statements, parameters, strict=True) if "outbox" in s or "UNION" in s]
        for statement, given in asked:
            await database.units(plan, statement, given)

    run(scene())
    by_message, by_person = seen
    assert "ix_message_platform_id" in by_message
    assert "ix_outbox_told" in by_person


@pytest.mark.parametrize("kind", [ActivityKind.EDIT, ActivityKind.DELETION])
def test_what_is_changed_or_taken_back_belongs_to_the_review_that_it_was_said_to(
    database: Database, kind: ActivityKind
) -> None:
    async def scene() -> None:
        units = database.units
        first = await started(units, "First", THERE)
        await tells(units, first)
        await sent(units)
        answer = replace(says("Dana", key="answer", who="ben"), reference=ALONE, private=True, source="D1/5.5")
        assert await taken(units, answer, tiny.decide)
        second = await started(units, "Second", replace(THERE, thread="2.2"))
        await tells(units, second)
        await sent(units)
        assert await meant(units, kind=kind, source="D1/5.5") == first.id
        assert await meant(units, kind=kind, source="D1/6.6") is None
        assert await meant(units, replace(ALONE, tenant="T2"), kind=kind, source="D1/5.5") is None

    run(scene())
