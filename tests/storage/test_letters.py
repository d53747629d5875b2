"""Letters, whose lines are settled by the reviews that they are of; and what is said in answer to them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from conversations.activities import ConversationReference
from conversations.cards import Became, Card, LetterCard, Line, NudgeCard, RetiredCard
from conversations.effects import Effect, Revise
from conversations.letters import LetterLine, bound
from conversations.review import Review
from storage.database import Database
from storage.letters import to_letter, waits
from storage.mapping import to_card_json
from storage.models import letter_line
from storage.outbox import Claimed
from storage.threads import Units
from tests.storage import tiny
from tests.storage.nudged import (
    BEN,
    DAY,
    NUDGE,
    TODAY,
    changes,
    kept,
    looking,
    pending,
    planned,
    with_digest,
    with_looks,
)
from tests.storage.test_direct_messages import meant, sent
from tests.storage.test_outbox import send_all
from tests.storage.test_unit_of_work import counted
from tests.storage.tiny import AT, everything, run

KEY = f"letter/{TODAY}/console/local/ben"
DONE = replace(NUDGE, became=Became.ANSWERED, by="ben", ways=())
SNOOZED = replace(NUDGE, became=Became.SNOOZED, by="ben", ways=())
RETIRED = RetiredCard(project="Claims", about="runbook")
ALONE = ConversationReference(platform=tiny.PLATFORM, tenant="local", channel="D1")


async def told(database: Database, *names: str, send: bool = True) -> list[Review]:
    """Reviews, and a letter to ben with a line about each."""
    for name in names:
        await with_looks(database.units, name, {"ben": AT})
    await send_all(database.units)
    found = (await pending(database, BEN))[BEN]
    await kept(database.units, planned(found))
    if send:
        await sent(database.units, "D1/7.7")
    by_name = {each.project: each for each in (await pending(database, BEN))[BEN].reviews}
    return [by_name[name] for name in names]


def line_of(review: Review) -> str:
    return f"reminder/{review.acts[0].n}/ben"


async def settled(units: Units, review: Review, card: Card, *more: Effect, key: str = "s") -> None:
    revise = Revise(key=line_of(review), card=card, to="ben")
    await changes(units, review, looking({}, None, revise, *more), key)


async def letters(units: Units) -> list[Claimed]:
    """Those of what is sent now."""
    return [one for one in await send_all(units) if one.delivery.key == KEY]


def lines_of(one: Claimed) -> list[Became | None]:
    assert isinstance(one.delivery.card, LetterCard)
    return [line.became for line in one.delivery.card.lines if isinstance(line, NudgeCard)]


def test_a_line_that_its_review_settles_revises_the_whole_letter(database: Database) -> None:
    async def scene() -> None:
        first, second, third = await told(database, "First", "Second", "Third")
        assert len({first.id, second.id, third.id}) == 3
        await settled(database.units, second, DONE)
        (one,) = await letters(database.units)
        expected = [
            LetterLine(review=each.id, key=line_of(each), card=DONE if each is second else NUDGE)
            for each in (first, second, third)
        ]
        assert one.delivery.card == bound("ben", tuple(expected))
        assert (one.delivery.message, one.delivery.review, one.delivery.to) == ("D1/7.7", first.id, "ben")
        assert one.delivery.reference == first.reference
        assert one.delivery.lane == "person/console/local/ben"
        await settled(database.units, first, SNOOZED, key="t")
        (one,) = await letters(database.units)
        assert lines_of(one) == [Became.SNOOZED, Became.ANSWERED, None]

    run(scene())


def test_several_lines_that_one_turn_settles_revise_it_once(database: Database) -> None:
    async def scene() -> None:
        await with_looks(database.units, "Claims", {"ben": AT})
        await send_all(database.units)
        found = (await pending(database, BEN))[BEN]
        (review,) = found.reviews
        plan = planned(found)
        keys = ("ask/a.b/ben", "ask/a.c/ben")
        lines = tuple(LetterLine(review=review.id, key=key, card=NUDGE) for key in keys)
        assert plan.letter
        await kept(database.units, replace(plan, letter=replace(plan.letter, lines=lines, card=bound("ben", lines))))
        await sent(database.units, "D1/7.7")
        revises = (Revise(key=key, card=DONE, to="ben") for key in keys)
        ordinary = Revise(key="ask/a.d/ben", card=DONE, to="ben")
        await changes(
            database.units, (await pending(database, BEN))[BEN].reviews[0], looking({}, None, *revises, ordinary), "s"
        )
        private = [one for one in await send_all(database.units) if one.delivery.to == "ben"]
        assert [(one.delivery.key, one.delivery.kind) for one in private] == [
            (KEY, "revise"),
            ("ask/a.d/ben", "revise"),
        ]
        assert lines_of(private[0]) == [Became.ANSWERED] * 2

    run(scene())


def test_two_turns_at_the_same_moment_leave_a_letter_that_knows_of_both(database: Database) -> None:
    async def scene() -> None:
        first, second = await told(database, "First", "Second")
        await asyncio.gather(*(settled(database.units, each, DONE, key=each.project) for each in (first, second)))
        *_, last = await letters(database.units)
        assert lines_of(last) == [Became.ANSWERED] * 2

    run(scene())


def test_a_line_about_what_is_no_longer_asked_keeps_what_it_said_and_asks_nothing(database: Database) -> None:
    async def scene() -> None:
        first, _ = await told(database, "First", "Second")
        await settled(database.units, first, RETIRED)
        (one,) = await letters(database.units)
        assert lines_of(one) == [Became.SETTLED, None]
        assert isinstance(one.delivery.card, LetterCard)
        assert one.delivery.card.lines[0] == replace(NUDGE, became=Became.SETTLED, ways=())

    run(scene())


@pytest.mark.parametrize("kind", get_args(Line), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_any_line_can_be_left_so(kind: type[Line], data: st.DataObject) -> None:
    card = data.draw(st.from_type(kind))
    row = {"review_id": "r", "message_key": "k", "person": "ben", "since": None, "card": to_card_json(card)}
    (line,) = to_letter([row | {"open": False}]).lines
    assert type(line) is kind
    assert not waits(line)
    assert not (waits(card) and line.ways)


def test_a_line_may_open_again(database: Database) -> None:
    async def scene() -> None:
        (first,) = await told(database, "First")
        await settled(database.units, first, DONE)
        await settled(database.units, first, NUDGE, key="again")
        (one,) = await letters(database.units)
        assert lines_of(one) == [None]

    run(scene())


def test_what_changes_before_the_letter_is_sent_comes_after_it(database: Database) -> None:
    async def scene() -> None:
        (first,) = await told(database, "First", send=False)
        await settled(database.units, first, DONE)
        posted, revised = await letters(database.units)
        assert [one.delivery.kind for one in (posted, revised)] == ["post", "revise"]
        assert (lines_of(posted), lines_of(revised)) == ([None], [Became.ANSWERED])
        assert revised.delivery.message is not None

    run(scene())


def test_a_letter_whose_lines_another_version_has_written_is_parked_and_the_lane_goes_on(database: Database) -> None:
    async def scene() -> None:
        first, second = await told(database, "First", "Second")
        await settled(database.units, first, DONE)
        await database.units(_of_another_version)
        assert await letters(database.units) == []
        rows = [row for row in (await everything(database))["outbox"] if row["message_key"] == KEY]
        assert [row["state"] for row in rows] == ["sent", "parked"]
        assert second.id != first.id

    run(scene())


def _of_another_version(connection: Connection) -> None:
    connection.execute(letter_line.update().values(card={"type": "LaterCard"}))


def test_settling_takes_one_statement_more_however_many_lines(database: Database) -> None:
    async def scene() -> list[int]:
        first, second = await told(database, "First", "Second")
        counts = []
        for n, effects in enumerate([(), [(first, "x")], [(first, key) for key in "abcdefgh"]]):
            revises = [Revise(key=f"reminder/{key}/ben", card=DONE, to="ben") for _, key in effects]
            also = [Revise(key=line_of(second), card=DONE, to="ben")] if effects else []
            with counted() as statements:
                await changes(database.units, second, looking({}, None, *revises, *also), f"k{n}")
            counts.append(len(statements))
        return counts

    none, *some = run(scene())
    assert [each - none for each in some] == [1, 1]


# --- what is said in answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("thread", ["7.7", "D1/7.7", None])
def test_an_answer_to_a_letter_is_about_its_first_line_that_waits_else_the_first(
    database: Database, thread: str | None
) -> None:
    at = replace(ALONE, thread=thread)

    async def scene() -> None:
        first, second, third = await told(database, "First", "Second", "Third")
        assert await meant(database.units, at) == first.id
        await settled(database.units, first, DONE)
        assert await meant(database.units, at) == second.id
        await settled(database.units, third, DONE, key="t")
        await settled(database.units, second, RETIRED, key="u")
        assert await meant(database.units, at) == first.id
        assert await meant(database.units, replace(at, tenant="T2")) is None

    run(scene())


def test_a_digest_is_no_news_of_a_review(database: Database) -> None:
    async def scene() -> None:
        first, second = await told(database, "First", "Second")
        plan = planned((await pending(database, BEN))[BEN], day=TODAY + DAY)
        assert plan.letter
        digest = with_digest(plan)
        assert digest.digest
        await kept(database.units, replace(digest, digest=replace(digest.digest, review=second.id)))
        await sent(database.units, "D1/8.8")
        assert await meant(database.units, ALONE) == first.id
        assert await meant(database.units, replace(ALONE, thread="8.8")) == first.id

    run(scene())
