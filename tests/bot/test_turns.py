from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.turns import TRIES, TurnRunner
from bot.watching import Facts, Watch
from conversations.activities import Activity
from conversations.cards import Notice, NoticeCard
from conversations.effects import Turn, Whisper
from conversations.errors import Busy, EventRefused, NameTaken, StaleReview, StorageDown
from conversations.ports import Decide, Found
from conversations.standing import stand
from storage import models
from storage.database import Database
from storage.queries import reviews
from storage.shelf import PackShelf
from storage.threads import Units
from tests.storage import tiny
from tests.storage.tiny import AT, begun, everything, run, says, starts, taken


class Unlucky:
    """Units whose first calls go wrong."""

    def __init__(self, units: Units, *errors: Exception) -> None:
        self.units = units
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self, unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return await self.units(unit, *args, **kwargs)


def runner(units: Units, decide: Decide = tiny.decide, wakes: list[str] | None = None) -> TurnRunner:
    rung = [] if wakes is None else wakes
    return TurnRunner(units, decide, PackShelf(), lambda: rung.append("wake"))


def standing_decide(seen: list[Found]) -> Decide:
    """One that tells where the review stands, as the engine does, and notes what it was given."""

    def decide(activity: Activity, found: Found) -> Turn:
        seen.append(found)
        turn = tiny.decide(activity, found)
        return replace(turn, standing=stand(turn.review, AT) if turn.review else None)

    return decide


def test_where_a_review_stood_is_known_until_somebody_else_was_there_or_its_place_is_another(
    database: Database,
) -> None:
    seen = list[Found]()

    async def scene() -> None:
        await begun(database.units)
        one, two = (runner(database.units, standing_decide(seen)) for _ in range(2))
        assert [await _is_known(each, seen, key) for key, each in enumerate((one, one, two, two, one, one))] == [
            False,
            True,
            False,
            True,
            False,
            True,
        ]
        assert [act.said for act in seen[-1].review.acts] == ["0", "1", "2", "3", "4"] if seen[-1].review else False
        await database.units(lambda connection: connection.execute(update(models.review).values(thread="U")))
        assert not await _is_known(one, seen, 6, thread="U")

    run(scene())


async def _is_known(process: TurnRunner, seen: list[Found], key: int, thread: str = "T") -> bool:
    await process.run(says(str(key), key=str(key), thread=thread))
    stood = seen[-1].stood
    assert stood is None or stood.review is seen[-1].review
    return stood is not None


def test_what_was_not_committed_is_not_known(database: Database) -> None:
    seen, dies = list[Found](), [True]

    def reach(point: str) -> None:
        if point == "outbox_written" and dies.pop():
            raise ZeroDivisionError

    async def scene() -> None:
        await begun(database.units)
        one = TurnRunner(database.units, standing_decide(seen), PackShelf(), lambda: None, reach)
        with pytest.raises(ZeroDivisionError):
            await one.run(says("lost", key="lost"))
        dies.append(False)
        await taken(database.units, says("another's", key="another"))
        await one.run(says("mine", key="mine"))
        assert seen[-1].stood is None
        assert [act.said for act in seen[-1].review.acts] == ["another's"] if seen[-1].review else False

    run(scene())


@pytest.mark.parametrize("error", [StaleReview(), NameTaken(), StorageDown()])
def test_a_turn_is_taken_again_when_it_may_do_better(database: Database, error: Exception) -> None:
    async def scene() -> None:
        await begun(database.units)
        units = Unlucky(database.units, *[error] * (TRIES - 1))
        assert await runner(units).run(says("we can", key="a"))
        assert units.calls == TRIES

    run(scene())


def test_after_the_last_try_the_caller_is_told(database: Database) -> None:
    async def scene() -> None:
        units = Unlucky(database.units, *[StaleReview() for _ in range(TRIES)])
        with pytest.raises(StaleReview):
            await runner(units).run(says("we can", key="a"))
        assert units.calls == TRIES
        assert (await everything(database))["inbox"] == []

    run(scene())


@pytest.mark.parametrize("error", [Busy(), EventRefused()])
def test_what_another_try_cannot_help_is_told_at_once(database: Database, error: Exception) -> None:
    async def scene() -> None:
        units = Unlucky(database.units, error)
        with pytest.raises(type(error)):
            await runner(units).run(says("we can", key="a"))
        assert units.calls == 1

    run(scene())


def test_the_relay_is_woken_after_the_commit_when_there_is_something_to_say(database: Database) -> None:
    wakes: list[str] = []

    def silent(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review)

    async def scene() -> None:
        await runner(database.units, wakes=wakes).run(starts("Claims", thread="T"))
        assert wakes == ["wake"]
        await runner(database.units, wakes=wakes).run(starts("Claims", thread="T"))
        await runner(database.units, silent, wakes).run(says("// aside", key="a"))
        assert wakes == ["wake"]

    run(scene())


def test_turns_of_one_conversation_wait_for_each_other_and_leave_no_lock_behind(database: Database) -> None:
    together = 0

    class Watching:
        async def __call__(self, unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            nonlocal together
            together += 1
            assert together == 1
            try:
                return await database.units(unit, *args, **kwargs)
            finally:
                together -= 1

    async def scene() -> None:
        await begun(database.units)
        turns = runner(Watching())
        await asyncio.gather(*(turns.run(says(f"answer {n}", key=f"k{n}")) for n in range(30)))
        (review,) = await database.read(reviews, PackShelf())
        assert len(review.acts) == 30
        gc.collect()
        assert len(turns._locks) == 0

    run(scene())


def test_whoever_gives_way_waits_for_turns_that_are_under_way_but_not_for_ever(database: Database) -> None:
    gate = asyncio.Event()

    async def held(unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await gate.wait()
        return await database.units(unit, *args, **kwargs)

    async def scene() -> None:
        turns = runner(held)
        running = asyncio.create_task(turns.run(starts("Claims", thread="T")))
        await asyncio.sleep(0)
        await turns.rest(0.01)
        resting = asyncio.create_task(turns.rest(60))
        await asyncio.sleep(0.01)
        assert not resting.done()
        gate.set()
        await asyncio.wait_for(resting, 10)
        assert await running

    run(scene())


@pytest.mark.parametrize("error", [None, Busy()])
def test_whoever_gives_way_waits_for_no_turn_that_is_over(database: Database, error: Exception | None) -> None:
    async def scene() -> None:
        turns = runner(Unlucky(database.units, *([error] if error else [])))
        with suppress(Busy):
            await turns.run(starts("Claims", thread="T"))
        await asyncio.wait_for(turns.rest(60), 10)

    run(scene())


def test_turns_of_one_review_wait_for_each_other_wherever_they_were_said(database: Database) -> None:
    async def scene() -> None:
        review = await begun(database.units)
        turns = runner(database.units)
        seen = set()
        for n, place in enumerate(("DM", "another")):
            activity = says("we can", key=f"k{n}")
            there = replace(activity.reference, channel=place)
            running = asyncio.create_task(turns.run(replace(activity, reference=there, review=review.id)))
            await asyncio.sleep(0)
            seen |= set(turns._locks)
            assert await running
        assert seen == {review.id}

    run(scene())


def test_a_race_for_a_name_ends_with_one_review_and_one_refusal(database: Database) -> None:
    seen: list[int] = []

    def first_blind(activity: Activity, found: Found) -> Turn:
        seen.append(len(found.others))
        return tiny.decide(activity, Found() if len(seen) <= 2 else found)

    async def scene() -> list[Turn | None]:
        turns = runner(database.units, first_blind)
        starting = (turns.run(starts("Claims", key=f"k{n}", thread=f"T{n}")) for n in range(2))
        return list(await asyncio.gather(*starting))

    assert sorted(turn.refused for turn in run(scene()) if turn) == [False, True]


def test_the_log_says_what_happened_and_never_what_was_written(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        await begun(database.units)
        for _ in range(2):
            await runner(database.units).run(says("a secret", key="a"))

    with caplog.at_level(logging.DEBUG):
        run(scene())
    told = [record for record in caplog.records if record.name == "bot.turns"]
    assert [record.message for record in told] == ["turn_committed", "activity_seen_before"]
    assert "a secret" not in str([vars(record) for record in caplog.records])


@pytest.mark.parametrize(
    ("errors", "outcome", "retries"),
    [((), "committed", 0), ((StaleReview(), StorageDown()), "committed", 2), ((Busy(),), "Busy", 0)],
)
def test_what_becomes_of_a_turn_is_told(
    database: Database, errors: tuple[Exception, ...], outcome: str, retries: int
) -> None:
    seen: list[tuple[str, Facts]] = []
    watch = Watch(lambda work, facts, _seconds: seen.append((work, facts)))

    async def scene() -> None:
        units = Unlucky(database.units, *errors)
        one = TurnRunner(units, tiny.decide, PackShelf(), lambda: None, watch=watch)
        with suppress(Busy):
            await one.run(starts("First"))

    run(scene())
    about = {"platform": "console", "kind": "command"}
    assert seen == [("turn", {**about, "outcome": outcome, "retries": retries})]


def test_why_somebody_was_refused_is_told_and_that_something_was_seen_before(database: Database) -> None:
    seen: list[Facts] = []
    watch = Watch(lambda _work, facts, _seconds: seen.append(facts))
    card = NoticeCard(notice=Notice.OUTSIDER)
    refusal = Turn(review=None, effects=(Whisper(to="ana", card=card),), refused=True)

    async def scene() -> None:
        one = TurnRunner(database.units, lambda *_: refusal, PackShelf(), lambda: None, watch=watch)
        await one.run(says("accept", key="a"))
        await one.run(says("accept", key="a"))

    run(scene())
    assert [facts["outcome"] for facts in seen] == ["refused", "seen_before"]
    assert seen[0]["why"] == "outsider"
