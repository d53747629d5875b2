"""Finding what is somebody's, and keeping what was planned for them: all of it once, or nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.activities import ActivityKind, turn_id
from conversations.effects import Revise
from conversations.errors import AlreadyTold, LookAgain, StaleReview
from conversations.letters import Pending, Plan, Told
from conversations.people import Person, Preferences
from conversations.review import ActKind, Review
from storage.database import Database, open_database
from storage.people import PeopleRows
from storage.queries import newest_moment, reviews
from storage.reminders import LEASE
from storage.shelf import PackShelf
from tests.storage import tiny
from tests.storage.nudged import (
    ANA,
    BEN,
    DAY,
    EVE,
    TODAY,
    changes,
    claimed,
    kept,
    looking,
    looks_of,
    only_looked,
    pending,
    planned,
    with_digest,
    with_looks,
)
from tests.storage.test_looks import QUIET, wishing
from tests.storage.test_outbox import send_all
from tests.storage.test_unit_of_work import counted, database_is_sqlite
from tests.storage.tiny import AT, everything, run, says, taken

NOW = {"": AT + DAY, "ana": AT, "ben": AT}


async def begun(database: Database, *names: str) -> list[Review]:
    """Reviews that ana and ben are looked at for, their own messages sent."""
    found = [await with_looks(database.units, name, NOW) for name in names]
    await send_all(database.units)
    return found


async def nudge(database: Database) -> tuple[Plan, Pending]:
    found = (await pending(database, BEN))[BEN]
    return planned(found), found


# --- what is theirs --------------------------------------------------------------------------------------------------


def test_what_is_somebodys_is_found_whole(database: Database) -> None:
    ben = Person(platform=BEN.platform, tenant=BEN.tenant, id="ben", name="Ben", zone="Europe/Berlin", read_at=AT)

    async def scene() -> None:
        first, second = await begun(database, "First", "Second")
        other = await with_looks(database.units, "Other", {"ana": AT})
        await PeopleRows(database.units).keep([ben, replace(ben, tenant="T2", name="Another")])
        wish = says("nudges off", key="w", who="ben", thread=None, kind=ActivityKind.COMMAND)
        await taken(database.units, wish, wishing(QUIET, []))
        plan, _ = await nudge(database)
        await kept(database.units, plan)
        await kept(database.units, with_digest(replace(plan, read={}), TODAY - DAY))
        found = await pending(database, BEN, ANA, EVE)
        assert list(found) == [BEN, ANA, EVE]
        told = Told(letter_on=TODAY, letter_at=AT, digest_at=AT)
        assert (found[BEN].person, found[BEN].preferences, found[BEN].told) == (ben, QUIET, told)
        assert [each.id for each in found[BEN].reviews] == sorted(
            (first.id, second.id), key=[first.id, second.id].index
        )
        assert [[act.kind for act in each.acts] for each in found[BEN].reviews] == [[ActKind.REMINDED]] * 2
        assert {each.id for each in found[ANA].reviews} == {first.id, second.id, other.id}
        nothing = Pending(account=EVE, person=None, preferences=Preferences(), told=Told(), reviews=())
        assert found[EVE] == nothing
        assert await pending(database) == {}

    run(scene())


def test_of_several_letters_the_newest_counts(database: Database) -> None:
    async def scene() -> None:
        await begun(database, "First")
        for days in (0, 2, 1):
            _, found = await nudge(database)
            plan = planned(found, day=TODAY + days * DAY, at=AT + days * DAY)
            await kept(database.units, plan)
        assert (await nudge(database))[1].told == Told(letter_on=TODAY + 2 * DAY, letter_at=AT + 2 * DAY)
        assert await database.read(newest_moment) == AT + 2 * DAY

    run(scene())


def test_it_takes_as_many_statements_for_fifty_people_as_for_one(database: Database) -> None:
    async def scene() -> list[int]:
        await begun(database, "Small")
        people = [replace(ANA, id=f"p{n}") for n in range(50)]
        review = await with_looks(database.units, "Large", {each.id: AT for each in people})
        await changes(database.units, review, looking({}, acts=21), "many")
        counts = []
        for accounts in ([BEN], people, [BEN, *people]):
            with counted() as statements:
                found = await pending(database, *accounts)
            assert all(each.reviews for each in found.values())
            counts.append(len(statements))
        return counts

    begin = 1 if database_is_sqlite(database) else 0
    assert run(scene()) == [7 + begin] * 3  # one of them for the pack, which a new process has not read yet


# --- what was planned ------------------------------------------------------------------------------------------------


def test_a_plan_is_kept_whole(database: Database) -> None:
    async def scene() -> None:
        (review,) = await begun(database, "First")
        lease = (await claimed(database.units)).lease
        plan, _ = await nudge(database)
        also = replace(plan.turns[0], effects=(Revise(key="root", card=tiny.quoting(1)),))
        also = replace(also, looks={"": AT + 2 * DAY, "ben": AT, "eve": AT + DAY}, looked=NOW)
        await kept(database.units, replace(plan, turns=(also,)), lease)
        (after,) = await database.read(reviews, PackShelf())
        assert after == also.review
        assert await looks_of(database) == {"": AT + 2 * DAY, "ben": AT + DAY, "eve": AT}
        rows = await everything(database)
        assert [(row["who"], row["kind"], row["day"], row["at"]) for row in rows["ledger"]] == [
            ("ben", "letter", TODAY, AT)
        ]
        key = f"letter/{TODAY}/console/local/ben"
        assert [(row["delivery_id"], row["message_key"], row["to_person"]) for row in rows["outbox"][2:]] == [
            (f"{turn_id(key)}/{review.id}/2/0", "root", None),
            (key, key, "ben"),
        ]
        sent = {one.delivery.key: one.delivery for one in await send_all(database.units)}
        assert (sent[key].card, sent[key].review, sent[key].reference) == (
            plan.letter and plan.letter.card,
            review.id,
            review.reference,
        )
        assert (sent[key].lane, sent[key].pack) == ("person/console/local/ben", tiny.PACK.digest)

    run(scene())


def test_a_digest_is_no_message_of_a_review(database: Database) -> None:
    async def scene() -> None:
        await begun(database, "First")
        plan, _ = await nudge(database)
        await kept(database.units, with_digest(plan))
        (one,) = await send_all(database.units)
        assert (one.delivery.delivery_id, one.delivery.key, one.delivery.review) == (
            f"digest/{TODAY}/console/local/ben",
            None,
            None,
        )
        assert (one.delivery.to, one.delivery.reference.channel) == ("ben", "")

    run(scene())


def test_where_nothing_goes_out_somebody_is_only_looked_at_again(database: Database) -> None:
    async def scene() -> None:
        first, second = await begun(database, "First", "Second")
        lease = (await claimed(database.units)).lease
        plan, _ = await nudge(database)
        before = await everything(database)
        await kept(database.units, only_looked(replace(plan, look_at={second.id: AT + 3 * DAY})), lease)
        after = await everything(database)
        assert {name for name in after if after[name] != before[name]} == {"reminder"}
        looks = await looks_of(database)
        assert (looks.get("First/ben"), looks["Second/ben"]) == (None, AT + 3 * DAY)
        assert (looks["First/ana"], first.id in plan.read) == (lease, True)

    run(scene())


def test_a_plan_that_was_kept_cannot_be_kept_again(database: Database) -> None:
    async def scene() -> None:
        await begun(database, "First")
        plan, _ = await nudge(database)
        await kept(database.units, plan)
        before = await everything(database)
        with pytest.raises(StaleReview):
            await kept(database.units, plan)
        again, _ = await nudge(database)
        with pytest.raises(AlreadyTold):
            await kept(database.units, again)
        assert await everything(database) == before
        await kept(database.units, with_digest(again))
        with pytest.raises(AlreadyTold):
            await kept(database.units, with_digest(again))

    run(scene())


def test_of_several_who_plan_for_the_same_person_one_writes(database_url: str) -> None:
    """Of other reviews each, so that only the ledger stands between them."""
    several = 1 if database_url.startswith("sqlite") else 3
    databases = [open_database(database_url) for _ in range(several)]

    async def one(database: Database, plan: Plan) -> int:
        try:
            await kept(database.units, plan)
        except AlreadyTold:
            return 0
        return 1

    async def scene() -> None:
        await begun(databases[0], *(f"N{n}" for n in range(6)))
        _, found = await nudge(databases[0])
        plans = [planned(replace(found, reviews=(each,))) for each in found.reviews]
        wrote = await asyncio.gather(*(one(databases[n % several], plan) for n, plan in enumerate(plans)))
        rows = await everything(databases[0])
        assert sum(wrote) == 1
        assert [len(rows[table]) for table in ("ledger", "letter", "letter_line", "act")] == [1, 1, 1, 1]

    run(scene())
    for database in databases:
        database.close()


@pytest.mark.parametrize("writes", [True, False])
def test_a_turn_between_reading_and_keeping_is_found_out(database: Database, writes: bool) -> None:
    async def scene() -> None:
        first, _ = await begun(database, "First", "Second")
        lease = (await claimed(database.units)).lease
        plan, _ = await nudge(database)
        far = AT + timedelta(minutes=2)  # after the lease: no row tells of it
        await changes(database.units, first, looking({"ben": far}, {"ben": AT}), "a")
        before = await everything(database)
        with pytest.raises(StaleReview):
            await kept(database.units, plan if writes else only_looked(plan), lease)
        assert await everything(database) == before
        assert BEN in (await claimed(database.units, lease)).people
        again, _ = await nudge(database)
        await kept(database.units, again, lease + LEASE)
        assert (await looks_of(database))["First/ben"] == AT + DAY

    run(scene())


def test_a_wish_between_reading_and_keeping_is_heard_before_anything_is_sent(database: Database) -> None:
    now = AT + timedelta(seconds=3)

    async def scene() -> None:
        await begun(database, "First")
        lease = (await claimed(database.units)).lease
        plan, _ = await nudge(database)
        wish = says("nudges off", key="w", who="ben", thread=None, kind=ActivityKind.COMMAND)
        await taken(database.units, replace(wish, at=now), wishing(QUIET, []))
        with pytest.raises(LookAgain):
            await kept(database.units, plan, lease)
        await kept(database.units, only_looked(plan), lease)
        assert (await looks_of(database))["ben"] == now  # what was looked at without it does not count
        assert BEN in (await claimed(database.units, now)).people

    run(scene())


def test_a_review_that_begins_meanwhile_is_not_forgotten(database: Database) -> None:
    now = AT + timedelta(seconds=3)

    async def scene() -> None:
        await begun(database, "First")
        lease = (await claimed(database.units)).lease
        plan, _ = await nudge(database)
        await with_looks(database.units, "Later", {"ben": AT}, now)
        with pytest.raises(LookAgain):
            await kept(database.units, plan, lease)
        await kept(database.units, only_looked(plan), lease)
        assert {name: at for name, at in (await looks_of(database)).items() if name.endswith("ben")} == {
            "First/ben": AT + DAY,
            "Later/ben": now,
        }

    run(scene())


def test_thirty_answers_beside_a_plan_that_is_made_again_lose_nothing(database: Database) -> None:
    async def persisting() -> None:
        for _ in range(60):
            plan, _ = await nudge(database)
            try:
                await kept(database.units, plan)
            except StaleReview:
                continue
            return
        raise AssertionError("never kept")

    async def scene() -> None:
        (review,) = await begun(database, "First")
        said = (changes(database.units, review, looking({}), f"k{n}") for n in range(30))
        await asyncio.gather(persisting(), *said)
        (after,) = await database.read(reviews, PackShelf())
        kinds = [act.kind for act in after.acts]
        assert (kinds.count(ActKind.ANSWERED), kinds.count(ActKind.REMINDED)) == (30, 1)
        assert after.version == review.version + 31

    run(scene())


@pytest.mark.parametrize("many", [1, 21])
def test_a_letter_takes_as_many_statements_for_a_large_review_as_for_a_small_one(database: Database, many: int) -> None:
    async def scene() -> int:
        (review,) = await begun(database, "First")
        await changes(database.units, review, looking({}, acts=many), "many")
        lease = (await claimed(database.units)).lease
        plan, _ = await nudge(database)
        with counted() as statements:
            await kept(database.units, plan, lease)
        return len(statements)

    assert run(scene()) == 11 + (1 if database_is_sqlite(database) else 0)
