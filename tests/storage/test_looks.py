"""When to look at whom, as turns and wishes change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.activities import Activity, ActivityKind
from conversations.effects import Turn
from conversations.people import Person, Preferences
from conversations.ports import Decide, Found
from conversations.review import Review
from storage.database import Database
from storage.people import PeopleRows
from storage.shelf import PackShelf
from tests.storage.nudged import ANA, DAY, changes, claimed, lapse, looking, looks_of, with_looks
from tests.storage.test_unit_of_work import counted, faulty
from tests.storage.tiny import AT, run, says, taken

SOON, LATER = AT + timedelta(hours=1), AT + 3 * DAY


def test_whoever_is_new_is_looked_at_at_once_and_the_review_itself_when_its_moment_comes(database: Database) -> None:
    async def scene() -> None:
        review = await with_looks(database.units, "Claims", {"": LATER, "ana": LATER})
        assert await looks_of(database) == {"": LATER, "ana": AT}
        more = looking({"": SOON, "ana": LATER, "ben": SOON}, {"": LATER, "ana": LATER})
        await changes(database.units, review, more, "a", at=SOON)
        assert await looks_of(database) == {"": SOON, "ana": AT, "ben": SOON}

    run(scene())


def test_a_turn_moves_a_look_at_somebody_to_an_earlier_moment_only_and_that_of_the_review_to_any(
    database: Database,
) -> None:
    async def scene() -> None:
        review = await with_looks(database.units, "Claims", {"": SOON, "ana": LATER})
        lease = (await claimed(database.units)).lease
        assert await looks_of(database) == {"": SOON, "ana": lease}
        later = looking({"": LATER, "ana": LATER + DAY}, {"": SOON, "ana": LATER})
        await changes(database.units, review, later, "a")
        assert await looks_of(database) == {"": LATER, "ana": lease}
        sooner = looking({"ana": lease - timedelta(seconds=7)}, {"ana": LATER})
        await changes(database.units, review, sooner, "b")
        assert await looks_of(database) == {"": LATER, "ana": lease - timedelta(seconds=7)}

    run(scene())


def test_who_has_nothing_more_to_come_is_not_looked_at(database: Database) -> None:
    async def scene() -> None:
        review = await with_looks(database.units, "Claims", {"": SOON, "ana": SOON, "ben": SOON})
        await with_looks(database.units, "Other", {"ben": SOON})
        await changes(database.units, review, looking({"ana": SOON}, {"": SOON, "ana": SOON, "ben": SOON}), "a")
        assert await looks_of(database) == {"Claims/ana": AT, "Other/ben": AT}

    run(scene())


def test_a_turn_that_changes_nothing_of_it_takes_no_statement_and_any_other_at_most_two(database: Database) -> None:
    async def scene() -> list[int]:
        review = await with_looks(database.units, "Claims", {"ana": SOON})
        counts, people = list[int](), {f"p{n}": SOON for n in range(50)}
        ana, ben, zoe = ({who: SOON} for who in ("ana", "ben", "zoe"))
        many = [(ana, people | ana | ben), (zoe, people)]
        for n, (looks, looked) in enumerate([({}, {}), (ana, ana), (ben, {}), ({}, ben), (people, {}), *many]):
            with counted() as statements:
                await changes(database.units, review, looking(looks, looked), f"k{n}")
            counts.append(len(statements))
        return counts

    none, *more = run(scene())
    assert [count - none for count in more] == [0, 1, 1, 1, 1, 2]


def test_a_form_with_a_fault_changes_nothing_of_it(database: Database) -> None:
    async def scene() -> None:
        review = await with_looks(database.units, "Claims", {"ana": SOON})
        before = await looks_of(database)

        def decide(activity: Activity, found: Found) -> Turn:
            return replace(faulty(activity, found), looks={"ben": SOON}, looked={"ana": SOON})

        await changes(database.units, review, decide, "f")
        assert await looks_of(database) == before

    run(scene())


# --- a lapse ---------------------------------------------------------------------------------------------------------


def test_a_lapse_moves_its_own_row_though_nothing_has_changed_and_brings_back_what_was_lost(database: Database) -> None:
    whole = {"": LATER, "ana": SOON, "ben": SOON}

    def nothing(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review, looks=whole, looked=whole)

    async def scene() -> None:
        review = await with_looks(database.units, "Claims", {"": AT, "ana": LATER})
        claim = await claimed(database.units)
        assert [(of, at) for of, at in claim.reviews] == [(review.id, review.reference)]
        assert await taken(database.units, lapse(review, "lapse", AT), nothing)
        assert await looks_of(database) == {"": LATER, "ana": claim.lease, "ben": SOON}
        assert (await claimed(database.units)).reviews == ()

    run(scene())


def test_a_lapse_after_which_none_is_in_sight_is_the_last_one(database: Database) -> None:
    def closed(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review)

    async def scene() -> None:
        review = await with_looks(database.units, "Claims", {"": AT})
        await claimed(database.units)
        await taken(database.units, lapse(review, "lapse", AT), closed)
        assert await looks_of(database) == {}

    run(scene())


# --- how people want to be written to --------------------------------------------------------------------------------

QUIET = Preferences(nudges=False, zone="Asia/Tokyo", days=(0, 2), away_until=(AT + 9 * DAY).date())


def wishing(preferences: Preferences, found: list[Found]) -> Decide:
    def decide(_activity: Activity, here: Found) -> Turn:
        found.append(here)
        return Turn(review=here.review, preferences=preferences)

    return decide


def test_what_somebody_wants_is_kept_and_whatever_may_be_theirs_is_looked_at_again(database: Database) -> None:
    async def scene() -> None:
        for name in ("Claims", "Other"):
            await with_looks(database.units, name, {"ana": LATER, "ben": LATER})
        lease = (await claimed(database.units)).lease
        found: list[Found] = []
        now = AT + timedelta(seconds=5)
        said = replace(says("nudges off", key="k", thread=None, kind=ActivityKind.COMMAND), at=now)
        for key, wish in (("k1", replace(QUIET, nudges=True)), ("k2", QUIET)):
            assert await taken(database.units, replace(said, keys=(key,)), wishing(wish, found))
        assert [each.preferences for each in found] == [Preferences(), replace(QUIET, nudges=True)]
        people = {"Claims/ana": now, "Claims/ben": lease, "Other/ana": now, "Other/ben": lease}
        assert await looks_of(database) == people
        elsewhere = replace(said, keys=("e",), reference=replace(said.reference, tenant="T2"))
        assert await taken(database.units, elsewhere, wishing(QUIET, found))
        assert found[-1].preferences == Preferences()  # of another organisation

    run(scene())


@pytest.mark.parametrize(
    ("kind", "text", "known"),
    [
        (ActivityKind.COMMAND, "list", True),
        (ActivityKind.MESSAGE, "nudges off", True),
        (ActivityKind.MESSAGE, "we can", False),
    ],
)
def test_the_actor_is_found_only_where_their_wishes_may_be_spoken_of(
    database: Database, kind: ActivityKind, text: str, known: bool
) -> None:
    ana = Person(platform=ANA.platform, tenant=ANA.tenant, id="ana", name="Ana", read_at=AT)
    found: list[Found] = []

    def look(_activity: Activity, here: Found) -> Turn:
        found.append(here)
        return Turn(review=here.review)

    async def scene() -> None:
        await with_looks(database.units, "T", {})
        await PeopleRows(database.units).keep([ana])
        thread = None if kind is ActivityKind.COMMAND else "T"
        assert await taken(database.units, says(text, key="k", kind=kind, thread=thread), look)

    run(scene())
    (one,) = found
    assert (one.person, one.preferences) == ((ana, Preferences()) if known else (None, None))


@pytest.mark.parametrize(
    ("text", "names"), [("digest now", ["Both", "Hers"]), ("hours 9-17", ["Both", "Hers"]), ("home", None)]
)
def test_who_speaks_of_themselves_only_has_their_own_reviews_read(
    database: Database, text: str, names: list[str] | None
) -> None:
    found: list[Found] = []
    people = {"Hers": {"ana": LATER}, "His": {"ben": LATER}, "Both": {"ana": LATER, "ben": LATER}}

    async def scene() -> None:
        for name, theirs in people.items():
            await with_looks(database.units, name, theirs)
        said = says(text, key="k", thread=None, kind=ActivityKind.COMMAND)
        await taken(database.units, said, wishing(Preferences(), found))

    run(scene())
    assert sorted(review.project for review in found[0].others) == (names or sorted(people))


def test_a_review_keeps_what_the_walk_has_reached_and_what_waits(database: Database) -> None:
    def reaches(activity: Activity, found: Found) -> Turn:
        turn = looking({})(activity, found)
        assert turn.review
        return replace(turn, review=replace(turn.review, reached={"a.b": SOON}, waits={"ask/a.b/ben": LATER}))

    seen: list[Review | None] = []

    def look(_activity: Activity, found: Found) -> Turn:
        seen.append(found.review)
        return Turn(review=found.review)

    async def scene() -> None:
        review = await with_looks(database.units, "Claims", {})
        turn = await changes(database.units, review, reaches, "a")
        await taken(database.units, replace(says("b", key="b"), reference=review.reference), look, PackShelf())
        assert seen == [turn.review]

    run(scene())
