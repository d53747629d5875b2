from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

from conversations.activities import Activity, ConversationReference
from conversations.effects import Turn
from conversations.ports import Found
from conversations.review import Phase
from storage.database import Database
from storage.places import living_reviews, move_channel
from tests.storage import tiny
from tests.storage.test_outbox import only, send, send_all
from tests.storage.tiny import begun, run, says, starts, taken


def test_a_channel_that_got_another_id_takes_its_reviews_and_what_is_to_be_said_along(database: Database) -> None:
    async def scene() -> None:
        review = await begun(database.units)
        await send(database.units, await only(database.units))
        for tenant, moved in (("other", 0), ("local", 1), ("local", 0)):
            assert await database.units(move_channel, "console", tenant, "C", "C2") == moved
        question = await only(database.units)
        assert question.delivery.reference == replace(review.reference, channel="C2")
        await send(database.units, question)
        assert await database.read(living_reviews, "console", "local") == [
            (review.id, replace(review.reference, channel="C2"))
        ]
        said = says("we can", key="a")
        turn = await taken(database.units, replace(said, reference=replace(said.reference, channel="C2")))
        assert turn
        assert turn.review
        assert turn.review.id == review.id
        assert {one.delivery.reference.channel for one in await send_all(database.units)} == {"C2"}

    run(scene())


def test_what_a_turn_says_while_its_channel_moves_is_said_in_the_new_one(postgres_database: Database) -> None:
    """On SQLite nobody else can write meanwhile."""
    decided, go_on = threading.Event(), threading.Event()

    def slow(activity: Activity, found: Found) -> Turn:
        decided.set()
        assert go_on.wait(5)
        return tiny.decide(activity, found)

    async def scene() -> None:
        units = postgres_database.units
        await begun(units)
        await send_all(units)
        answer = asyncio.create_task(taken(units, says("we can", key="a"), slow))
        await asyncio.to_thread(decided.wait, 5)
        moving = asyncio.create_task(units(move_channel, "console", "local", "C", "C2"))
        await asyncio.sleep(0.1)
        go_on.set()
        assert await answer
        assert await moving == 1
        assert {one.delivery.reference.channel for one in await send_all(units)} == {"C2"}

    run(scene())


def test_the_living_reviews_of_a_place_are_found_and_no_others(database: Database) -> None:
    def cancel(_activity: Activity, found: Found) -> Turn:
        assert found.review
        return Turn(review=replace(found.review, phase=Phase.CANCELLED, version=found.review.version + 1))

    async def start(name: str, at: ConversationReference) -> None:
        await taken(database.units, replace(starts(name, key=name), reference=at))

    async def scene() -> None:
        here = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1")
        await start("one", here)
        await start("two", replace(here, channel="C2"))
        await start("gone", replace(here, thread="2"))
        await taken(database.units, replace(says("cancel", key="c"), reference=replace(here, thread="2")), cancel)
        await start("not yet", replace(here, thread=None))
        await start("theirs", replace(here, tenant="T2"))
        await start("elsewhere", replace(here, platform="teams"))
        every = [at for _, at in await database.read(living_reviews, "slack", "T1")]
        in_one = [at for _, at in await database.read(living_reviews, "slack", "T1", "C1")]
        assert {(at.channel, at.thread) for at in every} == {("C1", "1"), ("C2", "1"), ("C1", None)}
        assert {(at.channel, at.thread) for at in in_one} == {("C1", "1"), ("C1", None)}
        assert len(every) == 3

    run(scene())
