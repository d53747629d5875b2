from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.absences import Absences
from conversations.activities import ActivityKind
from conversations.ports import Roll
from conversations.review import ActKind, Review, State
from conversations.standing import stand
from storage.database import Database
from storage.queries import reviews
from tests.bot.ticking import Ticking
from tests.storage.tiny import run


@dataclass
class RollCall:
    """Knows these to be here no longer; keeps who was asked about."""

    gone_ones: frozenset[str] = frozenset()
    asked: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    async def gone(self, tenant: str, ids: Iterable[str]) -> frozenset[str]:
        self.asked.append((tenant, frozenset(ids)))
        return self.gone_ones & frozenset(ids)


@pytest.fixture
def ticking(database: Database) -> Ticking:
    return Ticking(database=database)


def absences(ticking: Ticking, **rolls: Roll) -> Absences:
    return Absences(
        ticking.database.read,
        ticking.ticker.planner,
        ticking.runner,
        rolls=rolls,
        clock=lambda: ticking.now,
        zone=ticking.now.tzinfo,  # type: ignore[arg-type]  # it is aware
    )


async def acts(ticking: Ticking, kind: ActKind) -> list[tuple[str | None, str]]:
    """Of whom, and in which project."""
    found: tuple[Review, ...] = await ticking.database.read(reviews, ticking.shelf)
    return [(act.person or act.by, review.project) for review in found for act in review.acts if act.kind is kind]


def test_who_is_away_past_the_day_of_a_promise_is_told_to_their_reviews_once(ticking: Ticking) -> None:
    async def scene() -> None:
        await ticking.starts()
        await ticking.says("run.runbook: later 27 Nov", who="sam")
        await ticking.says("away until 10 Dec", who="sam", kind=ActivityKind.COMMAND)
        look = absences(ticking)
        await look.look()
        await look.look()
        assert await acts(ticking, ActKind.AWAY) == [("sam", "Claims")]
        ticking.now += timedelta(days=1)
        await look.look()
        assert await acts(ticking, ActKind.AWAY) == [("sam", "Claims")]

    run(scene())


@pytest.mark.parametrize("words", ["away off", "away until 25 Nov"])
def test_who_is_back_sooner_than_they_said_keeps_what_they_promised(ticking: Ticking, words: str) -> None:
    async def scene() -> None:
        await ticking.starts()
        await ticking.says("run.runbook: later 27 Nov", who="sam")
        await ticking.says("away until 10 Dec", who="sam", kind=ActivityKind.COMMAND)
        look = absences(ticking)
        await look.look()
        await ticking.says(words, who="sam", kind=ActivityKind.COMMAND)
        await look.look()
        await look.look()
        (review,) = await ticking.database.read(reviews, ticking.shelf)
        assert len(await acts(ticking, ActKind.AWAY)) == 2
        assert stand(review, ticking.now).items["run.runbook"].state is State.DEFERRED

    run(scene())


def test_nobody_is_told_of_who_is_here(ticking: Ticking) -> None:
    async def scene() -> None:
        await ticking.starts()
        await ticking.says("ask @sam run.runbook")
        roll = RollCall()
        await absences(ticking, console=roll, slack=RollCall()).look()
        assert roll.asked == [("local", frozenset({"ana", "sam"}))]
        assert await acts(ticking, ActKind.AWAY) == await acts(ticking, ActKind.LEFT) == []

    run(scene())


def test_who_is_here_no_longer_has_left_every_review(ticking: Ticking) -> None:
    async def scene() -> None:
        for project in ("Claims", "Letters"):
            await ticking.starts(project)
            await ticking.says("ask @sam run.runbook")
        roll = RollCall(frozenset({"sam", "tom"}))
        look = absences(ticking, console=roll)
        await look.look()
        assert sorted(await acts(ticking, ActKind.LEFT)) == [("sam", "Claims"), ("sam", "Letters")]
        ticking.now += timedelta(days=1)
        await look.look()
        assert len(await acts(ticking, ActKind.LEFT)) == 2
        assert roll.asked[-1] == ("local", frozenset({"ana"}))

    run(scene())
