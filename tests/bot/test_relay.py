from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from bot import relay as relays
from bot.relay import Relay
from conversations.activities import Activity
from conversations.cards import Card
from conversations.effects import Effect, Post, React, Revise, Turn, Whisper
from conversations.errors import Busy, DeliveryFailed, StorageDown
from conversations.ports import Delivery, DeliveryKind, Found
from storage.database import Database, open_database
from storage.outbox import LEASE, claim, mark_sent
from storage.threads import Units
from tests.storage import tiny
from tests.storage.tiny import AT, PLATFORM, begun, everything, run, says, taken

CARD: Card = tiny.quoting(1)


class Clock:
    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Platform:
    """Takes messages, but for what it was told to do to the next ones; remembers them by delivery id."""

    def __init__(self, *does: Exception | None, tells: bool = True, seconds: float = 0) -> None:
        self.does = list(does)
        self.tells = tells
        self.seconds = seconds
        self.sent: list[Delivery] = []
        self.asked: list[Delivery] = []
        self.words: list[Mapping[int, str]] = []

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        await asyncio.sleep(self.seconds)
        error = self.does.pop(0) if self.does else None
        if error is None or getattr(error, "arrived", False):
            self.sent.append(delivery)
            self.words.append(words)
        if error is not None:
            raise error
        return f"p-{delivery.id}"

    async def look_up(self, delivery: Delivery) -> str | None:
        self.asked.append(delivery)
        if not self.tells:
            raise LookupError
        return next((f"p-{one.id}" for one in self.sent if one.delivery_id == delivery.delivery_id), None)

    @property
    def keys(self) -> list[str | None]:
        return [delivery.key for delivery in self.sent]


def unknown(*, arrived: bool) -> DeliveryFailed:
    error = DeliveryFailed(unknown=True)
    error.arrived = arrived  # type: ignore[attr-defined]  # told to the platform above
    return error


def relay(units: Units, platform: Platform, clock: Callable[[], datetime] | None = None, me: str = "me") -> Relay:
    return Relay(units, {PLATFORM: platform}, clock or Clock(), me)


async def wants(units: Units, *effects: Effect, key: str, thread: str = "T") -> None:
    def decide(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review, effects=effects)

    await taken(units, says("please", key=key, thread=thread), decide)


async def states(database: Database) -> list[str]:
    rows = (await everything(database))["outbox"]
    return [row["state"].value for row in sorted(rows, key=lambda row: row["id"])]


def test_four_relays_say_everything_once_and_in_order(database: Database) -> None:
    platform = Platform()

    async def scene() -> None:
        for n in range(6):
            await taken(database.units, tiny.starts(f"Project {n}", key=f"s{n}", thread=f"T{n}"))
        for n in range(30):
            posts = (Post(key=f"follow_up/{n}/{i}", card=CARD) for i in range(2))
            await wants(database.units, *posts, key=f"k{n}", thread=f"T{n % 6}")
        await asyncio.gather(*(relay(database.units, platform, me=f"r{n}").drain() for n in range(4)))
        assert set(await states(database)) == {"sent"}

    run(scene())
    names = [delivery.delivery_id for delivery in platform.sent]
    assert len(names) == len(set(names)) == 12 + 60
    by_lane: dict[str, list[int]] = {}
    for delivery in platform.sent:
        by_lane.setdefault(delivery.lane, []).append(delivery.id)
    assert all(ids == sorted(ids) for ids in by_lane.values())


def test_what_is_said_has_the_words_of_the_acts(database: Database) -> None:
    platform = Platform()

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("we can", key="a"))
        await relay(database.units, platform).drain()

    run(scene())
    assert [delivery.kind.value for delivery in platform.sent] == [
        "post",
        "post",
        "revise",
        "revise",
        "whisper",
        "react",
    ]
    assert platform.words[2] == {1: "we can"}
    assert platform.sent[2].message == f"p-{platform.sent[0].id}"


def test_a_try_that_did_not_arrive_is_repeated_after_growing_pauses(database: Database) -> None:
    clock, platform = Clock(), Platform(*[DeliveryFailed() for _ in range(9)])
    pauses = []

    async def scene() -> None:
        await begun(database.units)
        one = relay(database.units, platform, clock)
        while not platform.sent:
            await one.drain()
            due = [row["due_at"] for row in (await everything(database))["lane"] if row["due_at"]]
            if due and not platform.sent:
                pauses.append((due[0] - clock.now).total_seconds())
                clock.now = due[0]

    run(scene())
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert platform.asked == []
    assert platform.keys == ["root", "question/a"]


def test_retry_after_is_obeyed_and_holds_up_only_its_own_lane(database: Database) -> None:
    clock, platform = Clock(), Platform(DeliveryFailed(retry_after_seconds=45))

    async def scene() -> None:
        await begun(database.units)
        one = relay(database.units, platform, clock)
        await one.drain()
        await wants(database.units, Post(key="ask/a/ben", card=CARD, to="ben"), key="k")
        clock.on(44)
        await one.drain()
        assert platform.keys == ["ask/a/ben"]
        clock.on(1)
        await one.drain()
        assert platform.keys == ["ask/a/ben", "root", "question/a"]

    run(scene())


def test_what_can_never_arrive_is_parked_and_the_lane_goes_on(database: Database) -> None:
    platform = Platform(DeliveryFailed(permanent=True))

    async def scene() -> None:
        await begun(database.units)
        await wants(database.units, Revise(key="root", card=CARD), key="k")
        await relay(database.units, platform).drain()
        assert await states(database) == ["parked", "sent", "sent"]

    run(scene())
    assert platform.keys == ["question/a", "root"]  # what nothing can do without is tried anew


@pytest.mark.parametrize("arrived", [True, False])
def test_an_unknown_outcome_is_looked_up_before_anything_is_sent_again(database: Database, arrived: bool) -> None:
    clock, platform = Clock(), Platform(unknown(arrived=arrived))

    async def scene() -> None:
        await begun(database.units)
        one = relay(database.units, platform, clock)
        await one.drain()
        clock.on(10)
        await one.drain()
        assert await states(database) == ["sent", "sent"]

    run(scene())
    assert platform.keys == ["root", "question/a"]
    assert [delivery.key for delivery in platform.asked] == ["root"]


def test_what_a_dead_relay_had_claimed_is_looked_up_too(database: Database) -> None:
    clock, platform = Clock(), Platform()

    async def scene() -> None:
        await begun(database.units)
        await database.units(claim, now=clock.now, me="dead", limit=1)
        clock.now += LEASE
        await relay(database.units, platform, clock).drain()

    run(scene())
    assert [delivery.key for delivery in platform.asked] == ["root"]
    assert platform.keys == ["root", "question/a"]


@pytest.mark.parametrize(
    ("effect", "times", "state"),
    [
        (Post(key="root", card=CARD), 2, "unknown"),
        (Post(key="question/b", card=CARD), 2, "unknown"),
        (Post(key="follow_up/a", card=CARD), 1, "unknown"),
        (Post(key="ask/a/ben", card=CARD, to="ben"), 1, "unknown"),
        (Whisper(to="ben", card=CARD), 1, "unknown"),
        (Revise(key="root", card=CARD), 6, "pending"),
        (React(source="m"), 6, "pending"),
        (React(source="m", off=True), 6, "pending"),
    ],
)
def test_where_nobody_can_tell_only_what_does_no_harm_is_said_again(
    sqlite_url: str, effect: Effect, times: int, state: str
) -> None:
    clock, platform = Clock(), Platform(tells=False)

    async def scene() -> None:
        database = open_database(sqlite_url)
        await begun(database.units)
        one = relay(database.units, platform, clock)
        await one.drain()
        platform.sent.clear()
        platform.does = [unknown(arrived=True) for _ in range(50)]
        await wants(database.units, effect, key="k")
        for _ in range(6):
            await one.drain()
            clock.on(10)
        assert (await states(database))[2:] == [state]
        database.close()

    run(scene())
    assert len(platform.sent) == times


def test_a_lost_card_that_the_walk_hangs_from_is_posted_by_its_next_revision(database: Database) -> None:
    clock, platform = Clock(), Platform(unknown(arrived=False), unknown(arrived=False), tells=False)

    async def scene() -> None:
        await begun(database.units)
        relays_ = relay(database.units, platform, clock)
        for _ in range(6):
            await relays_.drain()
            clock.on(60)
        revisions = (Revise(key="root", card=CARD), Revise(key="follow_up/run.runbook", card=CARD))
        await wants(database.units, *revisions, key="again")
        await relays_.drain()

    run(scene())
    assert (platform.keys[-1], platform.sent[-1].kind) == ("root", DeliveryKind.POST)
    assert "parked" not in run(states(database))


def test_a_look_up_that_goes_wrong_is_repeated_and_nothing_is_sent_meanwhile(database: Database) -> None:
    clock, platform = Clock(), Platform(unknown(arrived=True))
    answers: list[Exception] = [DeliveryFailed(), TimeoutError()]
    look_up = platform.look_up

    async def hesitant(delivery: Delivery) -> str | None:
        if answers:
            raise answers.pop()
        return await look_up(delivery)

    platform.look_up = hesitant  # type: ignore[method-assign]  # the fake's own

    async def scene() -> None:
        await begun(database.units)
        one = relay(database.units, platform, clock)
        for _ in range(4):
            await one.drain()
            clock.on(10)

    run(scene())
    assert platform.keys == ["root", "question/a"]


def test_a_sender_that_breaks_stops_neither_the_relay_nor_for_long_its_lane(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    clock, platform = Clock(), Platform(*[ZeroDivisionError("a secret") for _ in range(5)])

    async def scene() -> None:
        await begun(database.units)
        one = relay(database.units, platform, clock)
        for _ in range(6):
            await one.drain()
            clock.on(30)
        assert await states(database) == ["parked", "sent"]

    with caplog.at_level(logging.DEBUG):
        run(scene())
    assert "secret" not in str([vars(record) for record in caplog.records])


def test_a_platform_that_nobody_here_speaks_to_is_left_to_others(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await Relay(database.units, {}, Clock(), "me").drain()
        assert await states(database) == ["pending", "pending"]

    run(scene())


def test_a_message_that_was_sent_is_marked_although_the_database_hesitates(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "_FIRST_MARK_RETRY_SECONDS", 0.001)
    platform = Platform()
    errors: list[Exception] = [StorageDown(), Busy()]

    async def hesitant(unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if unit is mark_sent and errors:
            raise errors.pop()
        return await database.units(unit, *args, **kwargs)

    async def scene() -> None:
        await begun(database.units)
        await relay(hesitant, platform).drain()
        assert await states(database) == ["sent", "sent"]

    run(scene())
    assert platform.keys == ["root", "question/a"]


def test_the_running_relay_is_woken_and_retries_within_a_second(database: Database) -> None:
    platform = Platform(DeliveryFailed())

    async def scene() -> float:
        begin = monotonic()
        one = relay(database.units, platform, lambda: AT + timedelta(seconds=monotonic() - begin))
        running = asyncio.create_task(one.run())
        await asyncio.sleep(0.05)
        await begun(database.units)
        one.wake()
        woken = monotonic()
        while len(platform.sent) < 2:  # noqa: ASYNC110  # the platform is what it would be at work: it rings nobody
            await asyncio.sleep(0.01)
        one.stop()
        await running
        return monotonic() - woken

    assert 0.4 < run(scene()) < 2


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_stopping_finishes_what_is_in_flight_and_begins_nothing_new(database: Database, how: str) -> None:
    platform = Platform(seconds=0.2)

    async def scene() -> None:
        await begun(database.units)
        one = relay(database.units, platform)
        running = asyncio.create_task(one.run())
        await asyncio.sleep(0.1)
        if how == "stop":
            one.stop()
        else:
            running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        assert await states(database) == ["sent", "pending"]

    run(scene())


def test_a_slow_send_ends_as_unknown_within_its_lease(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert timedelta(seconds=relays.LOOK_UP_SECONDS + relays.SEND_SECONDS) < LEASE
    monkeypatch.setattr(relays, "SEND_SECONDS", 0.01)
    clock, platform = Clock(), Platform(seconds=0.1)

    async def scene() -> None:
        await begun(database.units)
        one = relay(database.units, platform, clock)
        await one.drain()
        platform.seconds = 0
        clock.on(10)
        await one.drain()

    run(scene())
    assert [delivery.key for delivery in platform.asked] == ["root"]
    assert platform.keys == ["root", "question/a"]
