from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from conversations.activities import Activity
from conversations.effects import Effect, Post, React, Revise, Turn, Whisper
from conversations.errors import LaneLost
from conversations.ports import Found
from storage.database import Database, open_database
from storage.models import DeliveryState, lane, outbox
from storage.outbox import LEASE, UNREADABLE, Claimed, claim, give_up, mark_sent, postpone
from storage.parked import parked
from storage.threads import Units
from tests.storage import tiny
from tests.storage.tiny import AT, begun, everything, run, says, taken

CARD = tiny.quoting(1)


async def claimed(units: Units, *, at: datetime = AT, me: str = "me", limit: int = 20) -> list[Claimed]:
    return await units(claim, now=at, me=me, limit=limit)


async def only(units: Units, *, at: datetime = AT, me: str = "me") -> Claimed:
    (one,) = await claimed(units, at=at, me=me)
    return one


async def send(units: Units, one: Claimed, name: str | None = "p1", *, me: str = "me") -> None:
    await units(mark_sent, one.delivery, name, me=me, now=AT)


async def send_all(units: Units) -> list[Claimed]:
    sent: list[Claimed] = []
    while due := await claimed(units):
        for one in due:
            await send(units, one, f"p{one.delivery.id}")
        sent += due
    return sent


async def wants(units: Units, *effects: Effect, key: str) -> None:
    """A turn that wants these."""

    def decide(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review, effects=effects)

    await taken(units, says("please", key=key), decide)


def marked(activity: Activity, _found: Found) -> Turn:
    """Where there is no review."""
    return Turn(review=None, effects=(React(source="m"), Whisper(to=activity.actor.id, card=CARD)))


def test_a_thread_is_told_in_order_and_one_thing_at_a_time(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        root = await only(database.units)
        assert root.delivery.key == "root"
        assert root.delivery.reference.thread == "T"
        assert await claimed(database.units) == []
        await send(database.units, root)
        question = await only(database.units)
        assert question.delivery.key == "question/a"
        await send(database.units, question)
        assert await claimed(database.units) == []
        assert [(row["due_at"], row["lease_by"]) for row in (await everything(database))["lane"]] == [(None, None)]

    run(scene())


def test_people_and_channels_have_lanes_of_their_own(database: Database) -> None:
    async def scene() -> None:
        review = await begun(database.units)
        await send_all(database.units)
        await wants(
            database.units,
            Post(key="ask/a/ben", card=CARD, to="ben"),
            Whisper(to="ben", card=CARD),
            Post(key="summary", card=CARD),
            key="k",
        )
        await taken(database.units, says("hello", key="nowhere", thread=None), marked)
        lanes = {one.delivery.lane for one in await claimed(database.units)}
        assert lanes == {f"review/{review.id}", "person/console/local/ben", "channel/console/local/C"}

    run(scene())


def test_what_is_only_whispered_waits_for_no_thread_and_beside_cards_it_stays_behind_them(database: Database) -> None:
    whispers = Whisper(to="ana", card=CARD), Whisper(to="ben", card=CARD)

    async def scene() -> None:
        review = await begun(database.units)
        stuck = await only(database.units)
        await wants(database.units, *whispers, key="alone")
        assert [one.delivery.lane for one in await claimed(database.units)] == [
            f"person/console/local/{who}" for who in ("ana", "ben")
        ]
        await wants(database.units, *whispers, Revise(key="root", card=CARD), key="beside")
        assert await claimed(database.units) == []
        await send(database.units, stuck)
        assert {one.delivery.lane for one in await send_all(database.units)} == {f"review/{review.id}"}

    run(scene())


def test_a_whisper_knows_where_the_platform_takes_it_and_only_that_of_the_actor_does(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send_all(database.units)

        def decide(_activity: Activity, found: Found) -> Turn:
            to = ("ana", "ben")
            return Turn(review=found.review, effects=tuple(Whisper(to=who, card=CARD) for who in to))

        await taken(database.units, replace(says("edit", key="k"), reply_to="view/V1"), decide)
        assert {one.delivery.to: one.delivery.source for one in await claimed(database.units)} == {
            "ana": "view/V1",
            "ben": None,
        }

    run(scene())


def test_a_delivery_says_which_pack_its_review_runs_on(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        assert (await only(database.units)).delivery.pack == tiny.PACK.digest
        await taken(database.units, says("hello", key="nowhere", thread=None))
        (whisper,) = await claimed(database.units)
        assert (whisper.delivery.review, whisper.delivery.pack) == (None, None)

    run(scene())


def test_a_card_comes_with_the_words_it_quotes(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send_all(database.units)
        await taken(database.units, says("we can", key="a"))
        one = await only(database.units)
        assert one.words == {1: "we can"}
        assert "we can" not in str((await everything(database))["outbox"])

    run(scene())


def test_a_message_is_revised_by_the_name_that_the_platform_gave_it(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send(database.units, await only(database.units), "p-root")
        await send(database.units, await only(database.units), "p-question")
        await wants(database.units, Revise(key="root", card=CARD), key="k")
        assert (await only(database.units)).delivery.message == "p-root"

    run(scene())


def test_the_root_message_names_a_thread_that_has_no_name_yet(database: Database) -> None:
    async def scene() -> None:
        review = await begun(database.units, thread=None)
        await send(database.units, await only(database.units), "17.5")
        question = await only(database.units)
        assert question.delivery.reference == replace(review.reference, thread="17.5")
        assert await taken(database.units, says("we can", key="a", thread="17.5"))
        (row,) = (await everything(database))["review"]
        assert (row["thread"], row["version"]) == ("17.5", 2)

    run(scene())


def test_a_thread_that_is_named_before_its_message_is_that_of_the_review(database: Database) -> None:
    thread = "19:claims@thread.tacv2;messageid=17"

    async def scene() -> None:
        review = await begun(database.units, thread=None)
        await send(database.units, await only(database.units), f"{thread} f3a1")
        question = await only(database.units)
        assert question.delivery.reference == replace(review.reference, thread=thread)
        await send(database.units, question, f"{thread} f3a2")
        rows = await everything(database)
        assert [row["thread"] for row in rows["review"]] == [thread]
        assert sorted(row["platform_id"] for row in rows["message"]) == [f"{thread} f3a1", f"{thread} f3a2"]

    run(scene())


def test_only_the_newest_revision_of_a_message_is_sent(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send_all(database.units)
        for n in range(4):
            await taken(database.units, says(f"answer {n}", key=f"k{n}"))
        sent = await send_all(database.units)
        revised = [(one.delivery.key, one.words) for one in sent if one.delivery.kind == "revise"]
        assert revised == [("root", {4: "answer 3"}), ("question/a", {4: "answer 3"})]
        assert sum(one.delivery.kind == "whisper" for one in sent) == 4

    run(scene())


def test_a_revision_that_may_have_arrived_is_not_left_out(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send_all(database.units)
        await wants(database.units, Revise(key="root", card=CARD), key="first")
        first = await only(database.units)
        await wants(database.units, Revise(key="root", card=CARD), key="second")
        again = await only(database.units, at=AT + LEASE)
        assert (again.delivery.id, again.delivery.attempts, again.tries) == (first.delivery.id, 1, 1)

    run(scene())


def test_a_dead_relay_loses_its_lanes_after_the_lease_and_can_mark_nothing_then(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        mine = await only(database.units, me="dead")
        assert await claimed(database.units, at=AT + LEASE - timedelta(seconds=1)) == []
        theirs = await only(database.units, at=AT + LEASE, me="heir")
        assert theirs.delivery.attempts == 1
        before = await everything(database)
        with pytest.raises(LaneLost):
            await send(database.units, mine, me="dead")
        assert await everything(database) == before
        await send(database.units, theirs, me="heir")

    run(scene())


def test_postponing_stops_the_lane_and_forgets_a_try_that_did_not_arrive(database: Database) -> None:
    until = AT + timedelta(seconds=7)

    async def scene() -> None:
        await begun(database.units)
        one = await only(database.units)
        await database.units(postpone, one.delivery, me="me", until=until, unknown=False)
        await wants(database.units, Post(key="summary", card=CARD), key="k")
        assert await claimed(database.units) == []
        again = await only(database.units, at=until)
        assert (again.delivery.attempts, again.tries) == (0, 1)
        await database.units(postpone, again.delivery, me="me", until=until, unknown=True)
        assert (await only(database.units, at=until)).delivery.attempts == 1

    run(scene())


def test_what_is_given_up_is_kept_to_be_looked_at_and_the_lane_goes_on(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        one = await only(database.units)
        await database.units(give_up, one.delivery, DeliveryState.PARKED, "no such channel", me="me", now=AT)
        assert [(p.delivery_id, p.trouble) for p in await database.read(parked)] == [
            (one.delivery.delivery_id, "no such channel")
        ]
        assert (await only(database.units)).delivery.key == "question/a"

    run(scene())


def test_a_new_process_takes_up_at_once_what_the_dead_one_had_claimed_on_sqlite(sqlite_url: str) -> None:
    async def scene() -> None:
        first = open_database(sqlite_url)
        await begun(first.units)
        await only(first.units)
        first.close()
        second = open_database(sqlite_url)
        assert (await only(second.units, me="other")).delivery.attempts == 1
        second.close()

    run(scene())


def test_a_turn_beside_a_release_leaves_no_lane_asleep(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send_all(database.units)
        for n in range(20):
            await wants(database.units, Post(key="summary", card=CARD), key=f"a{n}")
            one = await only(database.units)
            await asyncio.gather(
                send(database.units, one), wants(database.units, Post(key="summary", card=CARD), key=f"b{n}")
            )
            assert len(await send_all(database.units)) == 1
        assert await database.read(_awake) == 0

    run(scene())


def _awake(connection: Connection) -> int:
    return len(connection.execute(lane.select().where(lane.c.due_at.is_not(None))).all())


def test_what_another_version_has_written_is_parked_and_the_lane_goes_on(database: Database) -> None:
    def unreadable(connection: Connection) -> None:
        connection.execute(outbox.update().where(outbox.c.message_key == "root").values(card={"type": "LaterCard"}))

    async def scene() -> None:
        await begun(database.units)
        await database.units(unreadable)
        assert await claimed(database.units) == []
        (known,) = await claimed(database.units)
        assert known.delivery.key == "question/a"
        rows = {row["message_key"]: row for row in (await everything(database))["outbox"]}
        assert (rows["root"]["state"], rows["root"]["trouble"]) == (DeliveryState.PARKED, UNREADABLE)

    run(scene())
