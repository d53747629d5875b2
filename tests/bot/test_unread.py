"""A letter that can never arrive: its reviews are told, wherever the process dies; who was heard of is written to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest

from bot.outcomes import UNREACHABLE
from bot.reasons import reason
from conversations.cards import AskHereCard, UnreachableCard
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery, DeliveryKind
from conversations.review import ActKind
from storage.database import Database
from storage.outbox import LEASE
from storage.unit_of_work import no_op
from tests.bot.ticking import Ticking, moment
from tests.storage.tiny import everything, run

POINTS = (
    *((point, 1) for point in ("relay_claimed", "relay_sending", "relay_told", "relay_marking", "relay_marked")),
    *((point, 2) for point in ("relay_told", "relay_marking")),
)


class Killed(Exception):
    """The process died here."""


class Shut:
    """A platform where nobody can write to these people."""

    def __init__(self, *people: str, unreachable: bool = True) -> None:
        self.people = set(people)
        self.unreachable = unreachable
        self.sent: list[Delivery] = []

    async def deliver(self, delivery: Delivery, _words: Mapping[int, str]) -> str | None:
        if delivery.to in self.people and delivery.kind is not DeliveryKind.WHISPER:
            raise DeliveryFailed(permanent=True, unreachable=self.unreachable)
        self.sent.append(delivery)
        return f"p-{delivery.id}"

    async def look_up(self, delivery: Delivery) -> str | None:
        return next((f"p-{one.id}" for one in self.sent if one.delivery_id == delivery.delivery_id), None)

    def letters(self, who: str) -> list[Delivery]:
        return [one for one in self.sent if one.to == who and one.kind is DeliveryKind.POST]

    def here(self) -> list[AskHereCard]:
        return [one.card for one in self.sent if isinstance(one.card, AskHereCard) and one.kind is DeliveryKind.POST]


@pytest.fixture
def ticking(database: Database) -> Ticking:
    return Ticking(database=database)


async def dana_is_asked(ticking: Ticking, platform: Shut) -> None:
    """In two reviews, in one letter."""
    for n, project in enumerate(("Claims", "Letters")):
        await ticking.starts(project)
        await ticking.says(f"ask @dana {('run.runbook', 'rollback.steps')[n]}")
    await ticking.relay(platform).drain()
    await ticking.ticks("2026-11-23T11:00Z")


async def spells(database: Database) -> list[str]:
    acts = (await everything(database))["act"]
    return [row["item"] or "" for row in acts if row["kind"] == ActKind.UNREACHABLE]


def test_each_review_of_the_letter_asks_in_its_thread_and_tells_its_owner(ticking: Ticking) -> None:
    platform = Shut("dana")

    async def scene() -> None:
        await dana_is_asked(ticking, platform)
        await ticking.relay(platform).drain()
        assert sorted(await spells(ticking.database)) == ["rollback.steps", "run.runbook"]
        (letter,) = (row for row in (await everything(ticking.database))["outbox"] if row["to_person"] == "dana")
        assert (letter["state"].value, letter["trouble"]) == ("parked", UNREACHABLE)
        assert {(card.to, card.project) for card in platform.here()} == {("dana", "Claims"), ("dana", "Letters")}
        await ticking.ticks("2026-11-24T09:30Z")
        await ticking.relay(platform).drain()
        (told,) = platform.letters("ana")
        lines = getattr(told.card, "lines", ())
        assert [line.person for line in lines if isinstance(line, UnreachableCard)] == ["dana", "dana"]

    run(scene())


def test_a_letter_whose_content_is_refused_says_nothing_of_its_reader(ticking: Ticking) -> None:
    platform = Shut("dana", unreachable=False)

    async def scene() -> None:
        await dana_is_asked(ticking, platform)
        await ticking.relay(platform).drain()
        assert await spells(ticking.database) == []

    run(scene())


@pytest.mark.parametrize(("point", "passing"), POINTS)
def test_a_process_may_die_anywhere_in_between(ticking: Ticking, point: str, passing: int) -> None:
    platform = Shut("dana")
    left = passing

    def reach(reached: str) -> None:
        nonlocal left
        left -= reached == point
        if left == 0 and reached == point:
            raise Killed

    async def scene() -> None:
        await dana_is_asked(ticking, platform)
        for life in range(3):
            with suppress(Killed):
                await ticking.relay(platform, reach if life == 0 else no_op).drain()
            ticking.now += LEASE
        assert sorted(await spells(ticking.database)) == ["rollback.steps", "run.runbook"]
        assert sorted(card.project for card in platform.here()) == ["Claims", "Letters"]
        rows = (await everything(ticking.database))["outbox"]
        assert {row["state"].value for row in rows} == {"parked", "sent"}

    run(scene())


def test_nothing_is_written_to_them_until_they_are_heard_of_and_then_it_is_one_letter(ticking: Ticking) -> None:
    platform = Shut("dana")

    async def scene() -> None:
        await dana_is_asked(ticking, platform)
        await ticking.relay(platform).drain()
        for day in range(24, 31):
            await ticking.ticks(f"2026-11-{day}T09:30Z")
            await ticking.relay(platform).drain()
        assert platform.letters("dana") == []
        assert len(platform.here()) == 2
        ticking.now = moment("2026-12-01T10:00Z")
        lines = await ticking.ticker.planner.preview(ticking.now)
        held = {reason(line, ZoneInfo("UTC")) for line in lines if line.person == "dana"}
        assert held == {"they cannot be written to since Mon 23 Nov 2026, 11:00"}
        platform.people.clear()
        await ticking.says("status", who="dana")
        await ticking.ticks("2026-12-01T10:01Z")
        await ticking.relay(platform).drain()
        (letter,) = platform.letters("dana")
        assert [line.project for line in getattr(letter.card, "lines", ())] == ["Letters"]

    run(scene())


def test_a_digest_that_cannot_arrive_is_noted_in_its_reviews(ticking: Ticking) -> None:
    platform = Shut("ana")

    async def scene() -> None:
        await ticking.starts("Claims")
        await ticking.relay(platform).drain()
        await ticking.ticks("2026-11-30T09:30Z")
        await ticking.relay(platform).drain()
        acts = (await everything(ticking.database))["act"]
        assert {row["kind"] for row in acts} >= {ActKind.UNREACHABLE}
        await ticking.ticks("2026-12-07T09:30Z")
        rows = (await everything(ticking.database))["outbox"]
        assert len([row for row in rows if row["to_person"] == "ana" and row["message_key"] is None]) == 1

    run(scene())
