from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.ticker import TRIES
from conversations.errors import AlreadyTold, StaleReview, StorageDown
from conversations.people import Account
from storage.database import Database, open_database
from storage.queries import reviews
from storage.reminders import keep_plan
from tests.bot.ticking import Ticking, failing, moment
from tests.dialogue import CORE
from tests.storage.tiny import run

ASKED = "ask sam run.ops_team 0"
NUDGED = "nudge ana run.service_owner 1"


@pytest.fixture
def ticking(database: Database) -> Ticking:
    return Ticking(database=database)


async def asks(ticking: Ticking, *people: str) -> None:
    """Of each of these something is asked, in a review of @ana's."""
    await ticking.starts()
    for who, item in zip(people, list(CORE)[1:], strict=False):
        await ticking.says(f"ask @{who} {item}")


def test_who_is_due_is_written_to_once_however_often_it_ticks(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        woken = ticking.woken
        assert await ticking.ticks("2026-11-23T11:00Z") == [ASKED]
        assert ticking.woken > woken
        assert await ticking.ticks("2026-11-23T11:00Z") == []
        assert await ticking.ticks("2026-11-24T09:30Z") == [NUDGED]
        assert await ticking.letters() == ["letter sam", "letter ana"]

    run(scene())


def test_what_is_out_of_hours_waits_for_the_morning(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        assert await ticking.ticks("2026-11-23T20:00Z") == ["sam hours"]
        assert await ticking.letters() == []
        assert "Tue 09:30 ask sam run.ops_team 0" in await ticking.through("2026-11-24T10:00Z")

    run(scene())


def test_while_nothing_is_due_a_tick_changes_nothing(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        await ticking.ticker.tick()
        before = await ticking.everything()
        await ticking.ticker.tick_if_due()
        assert await ticking.everything() == before
        ticking.now = moment("2026-11-24T09:30Z")
        await ticking.ticker.tick_if_due()
        assert await ticking.letters() == ["letter sam", "letter ana"]

    run(scene())


def test_turns_go_first_but_keep_nobody_from_being_written_to(ticking: Ticking) -> None:
    waited: list[float] = []

    async def rest(seconds: float) -> None:
        assert ticking.noted == []
        waited.append(seconds)

    async def scene(patch: pytest.MonkeyPatch) -> None:
        await asks(ticking, "sam")
        patch.setattr(ticking.runner, "rest", rest)
        assert await ticking.ticks("2026-11-23T11:00Z") == [ASKED]
        assert len(waited) == 2
        assert 0 < max(waited) < 1

    with pytest.MonkeyPatch.context() as patch:
        run(scene(patch))


def test_two_that_tick_at_once_write_to_nobody_twice(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam", "tom", "lee", "mika")
        both = await asyncio.gather(ticking.ticker.tick(), ticking.another().tick())
        assert sorted(line.person for lines in both for line in lines if line.send) == ["lee", "mika", "sam", "tom"]
        assert sorted(await ticking.letters()) == ["letter lee", "letter mika", "letter sam", "letter tom"]

    run(scene())


def test_all_whom_one_review_waits_for_are_written_to_in_one_tick(ticking: Ticking) -> None:
    async def scene() -> None:
        people = [f"p{n}" for n in range(20)]
        await asks(ticking, *people)
        lines = await ticking.ticker.tick()
        assert sorted(line.person for line in lines if line.send) == sorted(people)

    run(scene())


def test_a_preview_says_the_same_and_writes_nothing(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam", "tom")
        before = await ticking.everything()
        previewed = await ticking.ticker.planner.preview(ticking.now)
        assert await ticking.everything() == before
        assert previewed == await ticking.ticker.tick()
        assert len(previewed) == 2

    run(scene())


def test_what_is_held_back_is_in_every_preview(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        await ticking.ticks("2026-11-23T20:00Z")
        (line,) = await ticking.ticker.planner.preview(ticking.now)
        assert (line.person, line.send, line.why_not) == ("sam", False, "hours")
        assert line.at == moment("2026-11-24T09:30Z")

    run(scene())


def test_time_alone_changes_a_review(ticking: Ticking) -> None:
    async def scene() -> None:
        await ticking.starts()
        turn = await ticking.says("run.runbook: later 25 Nov")
        assert turn.review is not None
        before = turn.review.version
        await ticking.through("2026-11-30T12:00Z")
        (review,) = await ticking.database.read(reviews, ticking.shelf)
        assert review.version > before
        assert review.shown_at > moment("2026-11-26T00:00Z")

    run(scene())


def test_what_became_of_it_is_counted(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        await ticking.ticks("2026-11-23T20:00Z")
        assert ticking.noted == [("console", "held", "hours")]
        await ticking.through("2026-11-30T11:00Z")
        assert {("console", "letter", "ask"), ("console", "digest", "digest")} <= set(ticking.noted)

    run(scene())


# --- do-not-disturb ------------------------------------------------------------------------------------------------


class Quiets:
    """@sam is not to be disturbed until noon; who was asked about is kept."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def until(self, account: Account, now: datetime) -> datetime | None:
        self.asked.append(account.id)
        end = moment("2026-11-23T12:00Z")
        return end if account.id == "sam" and now < end else None


def test_only_who_would_be_written_to_is_asked_about_and_left_in_peace(database: Database) -> None:
    async def scene() -> None:
        quiets = Quiets()
        ticking = Ticking(database=database, quiets={"console": quiets})
        await asks(ticking, "sam", "tom")
        assert await ticking.ticks("2026-11-23T11:00Z") == ["ask tom run.support_route 0", "sam disturbed"]
        assert set(quiets.asked) == {"sam", "tom"}
        assert await ticking.through("2026-11-23T13:00Z") == ["Mon 12:00 ask sam run.ops_team 0"]

    run(scene())


# --- trouble -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [StaleReview(), AlreadyTold()])
def test_what_changed_meanwhile_is_planned_again(ticking: Ticking, error: Exception) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        units = failing(ticking.database.units, "sam", *[error] * (TRIES - 1))
        lines = await ticking.another(units=units).tick()
        assert [line.person for line in lines] == ["sam"]

    run(scene())


def test_after_the_last_try_somebody_is_left_to_a_later_tick(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        units = failing(ticking.database.units, "sam", *[StaleReview()] * TRIES)
        assert [line for line in await ticking.another(units=units).tick() if line.person == "sam"] == []
        assert await ticking.letters() == []
        ticking.now += timedelta(minutes=1)
        assert [line.person for line in await ticking.ticker.tick()] == ["sam"]

    run(scene())


def test_one_who_cannot_be_written_to_keeps_nobody_else_waiting(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam", "tom", "lee")
        units = failing(ticking.database.units, "sam", StorageDown())
        with pytest.raises(StorageDown):
            await ticking.another(units=units).tick()
        assert len(await ticking.letters()) == 2
        ticking.now += timedelta(minutes=1)
        await ticking.ticker.tick()
        assert sorted(await ticking.letters()) == ["letter lee", "letter sam", "letter tom"]

    run(scene())


def test_who_answers_while_they_are_planned_for_gets_nothing(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        answers = ["run.ops_team: Claims Platform Ops, in our weekly call since 6 October 2026"]

        async def units(unit: Any, *args: Any, **kwargs: Any) -> Any:
            if answers and unit is keep_plan and args[0].account.id == "sam":
                await ticking.says(answers.pop(), who="sam")
            return await ticking.database.units(unit, *args, **kwargs)

        assert await ticking.another(units=units).tick() == ()
        assert await ticking.letters() == []

    run(scene())


class Died(Exception):
    """The process has ended there."""


@pytest.mark.parametrize(
    "point", ["tick_claimed", "tick_planned", "plan_begun", "letter_written", "outbox_written", "tick_kept"]
)
def test_wherever_a_tick_ends_everybody_is_written_to_once(sqlite_url: str, point: str) -> None:
    async def scene(database: Database) -> None:
        ticking = Ticking(database=database)
        await asks(ticking, "sam", "tom")

        def dies(reached: str) -> None:
            if reached == point:
                raise Died

        with pytest.raises(Died):
            await ticking.another(reach=dies).tick()
        ticking.now += timedelta(minutes=1)
        await ticking.ticker.tick()
        assert sorted(await ticking.letters()) == ["letter sam", "letter tom"]

    database = open_database(sqlite_url)
    try:
        run(scene(database))
    finally:
        database.close()


def test_who_is_told_to_stop_claims_nobody_any_more(ticking: Ticking) -> None:
    async def scene() -> None:
        await asks(ticking, "sam")
        ticking.ticker.stop()
        assert await ticking.ticker.tick() == ()
        assert await ticking.letters() == []

    run(scene())
