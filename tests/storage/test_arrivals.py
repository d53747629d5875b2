"""Of a message nobody knows whether it arrived, until somebody presses something in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations.activities import Activity, Shown
from conversations.effects import Post, Revise, Turn
from conversations.ports import Found
from conversations.review import Review
from storage.database import Database
from storage.models import DeliveryState
from storage.outbox import give_up, postpone
from tests.storage import tiny
from tests.storage.test_outbox import claimed, only, send, send_all, wants
from tests.storage.test_unit_of_work import counted
from tests.storage.tiny import AT, begun, everything, run, says, taken

CARD = tiny.quoting(1)
TO_BEN, TO_ALL = Post(key="ask/a/ben", card=CARD, to="ben"), Post(key="question/b", card=CARD)
NAME = "D1 7.7"


async def left(database: Database, post: Post, state: DeliveryState | None = DeliveryState.UNKNOWN) -> Review:
    """A review, and a message of it that was tried once by a process that told nobody; None: it is to be sent again."""
    review = await begun(database.units)
    await send_all(database.units)
    await wants(database.units, post, key="left")
    one = await only(database.units)
    if state is None:
        await database.units(postpone, one.delivery, me="me", until=AT, unknown=True)
    else:
        await database.units(give_up, one.delivery, state, "may have arrived", me="me", now=AT)
    return review


def presses(*, who: str = "ben", private: bool = True, thread: str | None = None, tenant: str = "local") -> Activity:
    by = says("yes", key="press", who=who)
    place = replace(by.reference, tenant=tenant, channel="" if private else "C", thread=thread)
    shown = Shown(delivery=f"{says('', key='left').turn}/0", message=NAME)
    return replace(by, reference=place, private=private, pressed_in=shown)


IN_THREAD = presses(who="eve", private=False, thread="T")


async def press(database: Database, activity: Activity, *effects: Revise) -> None:
    await taken(database.units, activity, lambda _, found: Turn(review=found.review, effects=effects))


async def known(database: Database, post: Post) -> tuple[str, list[str]]:
    """What became of a message, and what it is called."""
    rows = await everything(database)
    (state,) = (row["state"] for row in rows["outbox"] if (row["message_key"], row["kind"]) == (post.key, "post"))
    return state, [row["platform_id"] for row in rows["message"] if row["message_key"] == post.key]


@pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.PARKED, None])
@pytest.mark.parametrize(("post", "by"), [(TO_BEN, presses()), (TO_ALL, IN_THREAD)])
def test_what_is_pressed_has_arrived_and_is_revised(
    database: Database, post: Post, by: Activity, state: DeliveryState | None
) -> None:
    async def scene() -> None:
        review = await left(database, post, state)
        await press(database, replace(by, review=review.id), Revise(key=post.key, card=CARD, to=post.to))
        assert await known(database, post) == ("sent", [NAME])
        (revision,) = await send_all(database.units)  # and it is not said again
        assert (revision.delivery.key, revision.delivery.message) == (post.key, NAME)

    run(scene())


@pytest.mark.parametrize(
    ("post", "by"),
    [
        (TO_BEN, presses(who="eve")),
        (TO_BEN, presses(private=False)),
        (TO_BEN, presses(private=False, thread="T")),
        (TO_BEN, presses(tenant="other")),
        (TO_ALL, presses()),
        (TO_ALL, presses(private=False)),
        (TO_ALL, presses(private=False, thread="T2")),
        (TO_ALL, presses(private=False, thread="T", tenant="other")),
    ],
)
def test_nobody_can_say_so_of_a_message_that_is_not_before_them(database: Database, post: Post, by: Activity) -> None:
    async def scene() -> None:
        await left(database, post)
        await press(database, by)
        assert await known(database, post) == ("unknown", [])

    run(scene())


def test_what_was_never_tried_cannot_have_arrived(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send_all(database.units)
        await wants(database.units, TO_BEN, key="left")
        await press(database, presses())
        assert await known(database, TO_BEN) == ("pending", [])

    run(scene())


def test_of_two_copies_the_newer_one_is_revised_whichever_is_pressed(database: Database) -> None:
    async def scene() -> None:
        await left(database, TO_ALL, None)
        await send(database.units, await only(database.units), "T 8.8")
        await press(database, IN_THREAD)
        assert await known(database, TO_ALL) == ("sent", ["T 8.8"])

    run(scene())


def test_a_message_whose_name_was_not_told_gets_it(database: Database) -> None:
    async def scene() -> None:
        await left(database, TO_ALL, None)
        await send(database.units, await only(database.units), None)
        await press(database, IN_THREAD)
        assert await known(database, TO_ALL) == ("sent", [NAME])

    run(scene())


def test_a_press_while_it_is_being_sent_does_not_disturb_that(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await send_all(database.units)
        await wants(database.units, TO_BEN, key="left")
        (one,) = await claimed(database.units)
        await press(database, presses())
        await send(database.units, one, NAME)
        assert await known(database, TO_BEN) == ("sent", [NAME])
        assert await send_all(database.units) == []

    run(scene())


def test_a_press_takes_two_statements_more_than_words_do(database: Database) -> None:
    def looks(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review)

    async def scene() -> list[int]:
        await left(database, TO_ALL)
        counts = []
        for activity in (replace(IN_THREAD, keys=("first",), pressed_in=None), IN_THREAD):
            with counted() as statements:
                await taken(database.units, activity, looks)
            counts.append(len(statements))
        return counts

    words, pressing = run(scene())
    assert pressing == words + 2
