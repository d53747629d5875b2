"""A letter or a digest that could not be sent in its reader's hours: it is called back and planned anew, once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from bot.recalls import LATE
from conversations.cards import DigestCard, LetterCard
from conversations.errors import DeliveryFailed, LaneLost
from conversations.people import Account
from conversations.ports import Delivery, DeliveryKind
from conversations.review import ActKind
from storage.database import Database
from storage.outbox import LEASE, claim
from storage.queries import reviews
from storage.unit_of_work import no_op
from tests.bot.test_accounts import SLACK, TEAMS, accounts, asked, met
from tests.bot.ticking import Ticking, moment
from tests.storage.tiny import everything, run

MORNING = "2026-11-23T11:00Z"
NIGHT = "2026-11-23T22:50Z"
NEXT_DAY = "2026-11-24T09:30Z"
POINTS = (
    "relay_claimed",
    "relay_marking",
    "turn_begun",
    "acts_written",
    "outbox_written",
    "called_back",
    "relay_marked",
)


class Died(Exception):
    """The process has ended there."""


class Platform:
    """Takes what it is given, unless it is down; `tells` whether a message has arrived."""

    def __init__(self, *, tells: bool = True) -> None:
        self.tells = tells
        self.down: DeliveryFailed | None = None
        self.sent: list[Delivery] = []
        self.asked: list[str] = []

    async def deliver(self, delivery: Delivery, _words: Mapping[int, str]) -> str | None:
        if self.down is not None:
            raise self.down
        self.sent.append(delivery)
        return f"p-{delivery.id}"

    async def look_up(self, delivery: Delivery) -> str | None:
        self.asked.append(delivery.delivery_id)
        if not self.tells:
            raise LookupError
        return next((f"p-{one.id}" for one in self.sent if one.delivery_id == delivery.delivery_id), None)

    def letters(self, who: str) -> list[list[str]]:
        """The projects of the lines of each."""
        cards = [one.card for one in self.sent if one.to == who and one.kind is DeliveryKind.POST]
        return [sorted(line.project for line in card.lines) for card in cards if isinstance(card, LetterCard)]

    def digests(self, who: str) -> list[Delivery]:
        return [one for one in self.sent if one.to == who and isinstance(one.card, DigestCard)]


class Quiets:
    """Nobody is to be disturbed from then on, for an hour."""

    def __init__(self, *begins: str) -> None:
        self.begins = [moment(each) for each in begins]

    async def until(self, _account: Account, now: datetime) -> datetime | None:
        hour = timedelta(hours=1)
        return next((start + hour for start in self.begins if start <= now < start + hour), None)


@pytest.fixture
def ticking(database: Database) -> Ticking:
    return Ticking(database=database)


async def dana_is_written_to(ticking: Ticking, platform: Platform) -> None:
    """About two reviews, in one letter, which nobody sends."""
    for n, project in enumerate(("Claims", "Letters")):
        await ticking.starts(project)
        await ticking.says(f"ask @dana {('run.runbook', 'rollback.steps')[n]}")
    await ticking.relay(platform).drain()
    platform.sent.clear()
    assert len(await ticking.ticks(MORNING)) == 1


async def goes_on(ticking: Ticking, platform: Platform, at: str) -> None:
    """Another process is there at that moment, and ticks."""
    ticking.now = moment(at)
    await ticking.relay(platform, me="another").drain()
    await ticking.ticks(at)
    await ticking.relay(platform, me="another").drain()


async def ended(database: Database) -> list[str]:
    """What became of the letters and digests, oldest first, but for those that were sent."""
    rows = (await everything(database))["outbox"]
    return [row["state"] for row in rows if row["kind"] == "post" and row["to_person"] and row["state"] != "sent"]


async def told(database: Database) -> list[str]:
    """Whom the reviews know as written to."""
    found = await database.read(reviews, Ticking(database=database).shelf)
    withdrawn = {(each.id, act.target) for each in found for act in each.acts if act.kind is ActKind.WITHDRAWN}
    acts = [(each.id, act) for each in found for act in each.acts if act.kind is ActKind.REMINDED]
    return [act.person or "" for of, act in acts if (of, act.n) not in withdrawn]


async def days(database: Database) -> list[tuple[str, str]]:
    """Who had a letter or a digest on which day."""
    return sorted((row["who"], row["day"].isoformat()) for row in (await everything(database))["ledger"])


def test_what_a_dead_process_left_at_night_comes_the_next_morning_in_one_letter(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        before = await told(ticking.database)
        await goes_on(ticking, platform, NIGHT)
        assert (platform.letters("dana"), before, await told(ticking.database)) == ([], ["dana", "dana"], [])
        rows = await everything(ticking.database)
        assert (rows["ledger"], rows["letter"], rows["letter_line"]) == ([], [], [])
        assert not [key for row in rows["review"] for key in row["state"]["posted"] if key.endswith("/dana")]
        assert await ended(ticking.database) == ["called_back"]
        await goes_on(ticking, platform, NEXT_DAY)
        await goes_on(ticking, platform, "2026-11-24T12:00Z")
        assert platform.letters("dana") == [["Claims", "Letters"]]
        assert ("dana", "2026-11-24") in await days(ticking.database)
        assert (await told(ticking.database)).count("dana") == 2

    run(scene())


def test_on_the_next_day_it_is_no_second_message(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        await goes_on(ticking, platform, NEXT_DAY)
        assert platform.letters("dana") == [["Claims", "Letters"]]
        assert [who for who, day in await days(ticking.database) if who == "dana"] == ["dana"]

    run(scene())


def test_a_process_that_begins_counts_on_nothing_that_was_not_sent(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await ticking.starts()
        for item in ("run.runbook", "rollback.steps", "rollback.trigger", "fail.modes"):
            await ticking.says(f"ask @dana {item}")
        await ticking.relay(platform).drain()
        await ticking.ticks(MORNING)
        ticking.now = moment(NEXT_DAY)
        relay = ticking.relay(platform, me="another")
        await ticking.another(first=relay.catch_up).tick()
        await relay.drain()
        assert [len(lines) for lines in platform.letters("dana")] == [3]
        (letter,) = (one for one in platform.sent if one.to == "dana")
        assert letter.delivery_id.startswith("letter/2026-11-24/")
        await goes_on(ticking, platform, "2026-11-25T09:30Z")
        assert [len(lines) for lines in platform.letters("dana")] == [3, 1]

    run(scene())


def test_in_its_hours_it_is_sent_however_late(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        await goes_on(ticking, platform, "2026-11-23T16:29Z")
        assert platform.letters("dana") == [["Claims", "Letters"]]
        assert await ended(ticking.database) == []

    run(scene())


def test_what_is_a_few_minutes_old_is_no_late_letter(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        ticking.quiets = {"console": Quiets("2026-11-23T11:01Z")}
        ticking.now = moment(MORNING) + LATE - timedelta(seconds=1)
        await ticking.relay(platform).drain()
        assert platform.letters("dana") == [["Claims", "Letters"]]

    run(scene())


def test_who_must_not_be_disturbed_gets_it_later_on_the_same_day_however_often(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        ticking.quiets = {"console": Quiets("2026-11-23T12:30Z", "2026-11-23T14:00Z")}
        ticking.ticker = ticking.another()
        await goes_on(ticking, platform, "2026-11-23T13:00Z")
        await ticking.ticks("2026-11-23T13:30Z")  # and this process dies as well
        await goes_on(ticking, platform, "2026-11-23T14:10Z")
        assert platform.letters("dana") == []
        assert await ended(ticking.database) == ["called_back", "called_back"]
        await goes_on(ticking, platform, "2026-11-23T15:00Z")
        assert platform.letters("dana") == [["Claims", "Letters"]]
        assert await days(ticking.database) == [("dana", "2026-11-23")]

    run(scene())


def test_while_the_platform_is_down_nothing_is_planned_anew_until_the_hours_are_over(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        platform.down = DeliveryFailed()
        version = [row["version"] for row in (await everything(ticking.database))["review"]]
        for minutes in range(0, 5 * 60, 10):
            ticking.now = moment(MORNING) + timedelta(minutes=minutes)
            await ticking.relay(platform).drain()
            await ticking.ticker.tick()
        assert [row["version"] for row in (await everything(ticking.database))["review"]] == version
        await goes_on(ticking, platform, "2026-11-23T16:31Z")
        assert await ended(ticking.database) == ["called_back"]
        platform.down = None
        await goes_on(ticking, platform, NIGHT)
        assert platform.letters("dana") == []
        await goes_on(ticking, platform, NEXT_DAY)
        assert platform.letters("dana") == [["Claims", "Letters"]]

    run(scene())


async def dies_while_sending(ticking: Ticking, platform: Platform, point: str) -> None:
    def reach(reached: str) -> None:
        if reached == point:
            raise Died

    await dana_is_written_to(ticking, platform)
    with suppress(Died):
        await ticking.relay(platform, reach).drain()
    ticking.now += LEASE


def test_what_has_arrived_is_found_and_not_called_back(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dies_while_sending(ticking, platform, "relay_sent")
        await goes_on(ticking, platform, NIGHT)
        await goes_on(ticking, platform, NEXT_DAY)
        assert platform.letters("dana") == [["Claims", "Letters"]]
        assert await ended(ticking.database) == []

    run(scene())


def test_what_was_tried_and_has_not_arrived_is_called_back(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dies_while_sending(ticking, platform, "relay_sending")
        await goes_on(ticking, platform, NIGHT)
        assert await ended(ticking.database) == ["called_back"]
        assert len(platform.asked) == 1

    run(scene())


def test_what_may_have_arrived_where_nobody_can_tell_is_neither_sent_again_nor_called_back(ticking: Ticking) -> None:
    platform = Platform(tells=False)

    async def scene() -> None:
        await dies_while_sending(ticking, platform, "relay_sending")
        await goes_on(ticking, platform, NIGHT)
        await goes_on(ticking, platform, NEXT_DAY)
        assert platform.letters("dana") == []
        assert await ended(ticking.database) == ["unknown"]
        assert (await told(ticking.database)).count("dana") == 2

    run(scene())


def test_a_digest_comes_once_in_the_next_hours(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await ticking.starts()
        await ticking.says("nudges off")
        await ticking.through("2026-11-30T09:30Z")
        assert (await ticking.letters())[-1] == "digest ana"
        await goes_on(ticking, platform, "2026-11-30T18:00Z")
        assert platform.digests("ana") == []
        assert await days(ticking.database) == []
        for day in range(1, 6):
            await goes_on(ticking, platform, f"2026-12-0{day}T10:00Z")
        (digest,) = platform.digests("ana")
        assert (digest.created_at, await days(ticking.database)) == (
            moment("2026-12-01T10:00Z"),
            [("ana", "2026-11-30")],
        )

    run(scene())


def test_of_one_person_on_two_platforms_the_day_is_free_on_both(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await met(ticking)
        await accounts(ticking).look()
        await asked(ticking)
        await ticking.relay(platform).drain()
        await ticking.ticks(MORNING)  # one letter on one of them, and nobody sends it
        for day in range(23, 26):
            await goes_on(ticking, platform, f"2026-11-{day}T22:50Z")
            assert len(to_her(platform)) == day - 23
            for time in ("10:00", "12:00", "14:00"):
                await goes_on(ticking, platform, f"2026-11-{day + 1}T{time}Z")
        assert [each.created_at.day for each in to_her(platform)] == [24, 25, 26]

    run(scene())


def to_her(platform: Platform) -> list[Delivery]:
    """Letters, on both of her accounts."""
    letters = [one for one in platform.sent if isinstance(one.card, LetterCard) and one.kind is DeliveryKind.POST]
    return [one for one in letters if one.to in (SLACK.id, TEAMS.id)]


def test_what_somebody_has_asked_for_comes_at_any_hour(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await ticking.starts()
        ticking.now = moment("2026-11-23T18:00Z")
        await ticking.says("digest now")
        await goes_on(ticking, platform, NIGHT)
        (digest,) = platform.digests("ana")
        assert digest.kind is DeliveryKind.WHISPER

    run(scene())


def test_what_was_settled_before_it_was_sent_is_not_written_again_and_keeps_nothing_waiting(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        await ticking.says("rollback.steps: git revert main", who="dana")
        await ticking.says("status", who="dana")
        await goes_on(ticking, platform, NIGHT)
        states = {row["state"] for row in (await everything(ticking.database))["outbox"]}
        assert states == {"sent", "called_back"}
        await goes_on(ticking, platform, NEXT_DAY)
        assert platform.letters("dana") == [["Claims"]]

    run(scene())


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("passing", [1, 2])
def test_wherever_a_process_dies_while_it_calls_back_there_is_one_letter(
    ticking: Ticking, point: str, passing: int
) -> None:
    platform, left = Platform(), passing

    def reach(reached: str) -> None:
        nonlocal left
        left -= reached == point
        if left == 0 and reached == point:
            raise Died

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        ticking.now = moment(NIGHT)
        with suppress(Died):
            await ticking.relay(platform, reach).drain()
        ticking.now += LEASE
        await ticking.ticker.tick()
        await ticking.relay(platform, no_op).drain()
        assert (platform.letters("dana"), await told(ticking.database)) == ([], [])
        await goes_on(ticking, platform, NEXT_DAY)
        await goes_on(ticking, platform, "2026-11-25T09:30Z")
        assert platform.letters("dana") == [["Claims", "Letters"]]
        assert {row["state"] for row in (await everything(ticking.database))["outbox"]} == {"sent", "called_back"}

    run(scene())


def test_two_processes_at_once_call_back_once(postgres_database: Database) -> None:
    platform, ticking = Platform(), Ticking(database=postgres_database)

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        ticking.now = moment(NIGHT)
        relays = [ticking.relay(platform, me=f"{n}") for n in range(3)]
        await asyncio.gather(*(each.drain() for each in relays), ticking.ticker.tick())
        await ticking.relay(platform).drain()
        withdrawn = [row for row in (await everything(postgres_database))["act"] if row["kind"] == ActKind.WITHDRAWN]
        assert (platform.letters("dana"), len(withdrawn)) == ([], 2)
        await goes_on(ticking, platform, NEXT_DAY)
        assert platform.letters("dana") == [["Claims", "Letters"]]

    run(scene())


def test_who_has_lost_the_lane_calls_nothing_back(ticking: Ticking) -> None:
    platform = Platform()

    async def scene() -> None:
        await dana_is_written_to(ticking, platform)
        (claimed,) = await ticking.database.units(claim, now=ticking.now, me="me", limit=9)
        before = await ticking.everything()
        with pytest.raises(LaneLost):
            await ticking.recalls().call_back(claimed.delivery, "nobody")
        assert await ticking.everything() == before

    run(scene())
