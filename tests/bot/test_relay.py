from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from bot import relay as relays
from bot.recalls import Recalls
from bot.relay import Relay, Unpostable
from conversations.activities import Activity, ActivityKind
from conversations.cards import Card, Notice
from conversations.effects import Effect, Post, React, Revise, Turn, Whisper
from conversations.errors import Busy, DeliveryFailed, EventRefused, StorageDown, Unsayable
from conversations.ports import Delivery, DeliveryKind, Found
from conversations.review import Phase
from storage.database import Database, open_database
from storage.outbox import LEASE, claim, mark_sent
from storage.shelf import PackShelf
from storage.threads import Units
from tests.dialogue import engine
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
        self.called = asyncio.Event()

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        self.called.set()
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


async def never(activity: Activity) -> None:
    raise AssertionError(activity)


def relay(
    units: Units,
    platform: Platform,
    clock: Callable[[], datetime] | None = None,
    me: str = "me",
    unpostable: Unpostable = never,
) -> Relay:
    now = clock or Clock()
    return Relay(units, {PLATFORM: platform}, now, me, unpostable, recalls(units, now))


def recalls(units: Units, clock: Callable[[], datetime]) -> Recalls:
    """Here no letter is ever late."""
    return Recalls(units, tiny.decide, PackShelf(), engine().calendar_of, clock=clock, quiets={})


async def wants(units: Units, *effects: Effect, key: str, thread: str = "T", review: str | None = None) -> None:
    def decide(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review, effects=effects)

    await taken(units, replace(says("please", key=key, thread=thread), review=review), decide)


async def comes_to(database: Database, sent: int) -> None:
    async with asyncio.timeout(10):
        while (await states(database)).count("sent") < sent:  # noqa: ASYNC110  # a relay tells nobody what it has done
            await asyncio.sleep(0.02)


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
    platform = Platform(None, DeliveryFailed(permanent=True))

    async def scene() -> None:
        await begun(database.units)
        await wants(database.units, Revise(key="question/a", card=CARD), key="k")
        await relay(database.units, platform).drain()
        assert await states(database) == ["sent", "parked", "sent"]

    run(scene())
    assert platform.keys == ["root", "question/a"]  # what nothing can do without is tried anew


# --- a start that cannot be ----------------------------------------------------------------------------------------


class Killed(Exception):
    """The process died here."""


class Engine:
    """Withdraws what can never be posted, and tells who started it."""

    def __init__(self, units: Units, *, before: int = 0, after: int = 0) -> None:
        self.units = units
        self.before = before  # how often the process dies before anything was withdrawn
        self.after = after  # and then, when it was and nobody knows
        self.told: list[Activity] = []

    async def unpostable(self, activity: Activity) -> None:
        self.told.append(activity)
        if len(self.told) <= self.before:
            raise Killed
        await taken(self.units, activity, self.withdraw)
        if len(self.told) <= self.before + self.after:
            raise Killed

    def withdraw(self, activity: Activity, found: Found) -> Turn:
        assert found.review
        assert activity.kind is ActivityKind.UNPOSTABLE
        if found.review.phase is Phase.CANCELLED:
            raise EventRefused
        review = replace(found.review, phase=Phase.CANCELLED, version=found.review.version + 1)
        card = tiny.notice(Notice.NEVER_POSTED)
        revised = (Revise(key=key, card=card) for key in review.posted)
        return Turn(review=review, effects=(*revised, Whisper(to=review.started_by, card=card)))


@pytest.mark.parametrize("thread", [None, "T"])  # a root names its thread, or stands in one that was there before
@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (3, 0), (2, 2)])
def test_a_start_that_cannot_be_is_withdrawn_and_told_once(
    database: Database, thread: str | None, tells: bool, before: int, after: int
) -> None:
    clock, platform = Clock(), Platform(DeliveryFailed(permanent=True), tells=tells)
    engine, lives = Engine(database.units, before=before, after=after), 1 + before + after

    def begin(activity: Activity, _found: Found) -> Turn:
        return tiny.decide(activity, Found())

    async def scene() -> None:
        review = await begun(database.units, thread)
        for life in range(lives):
            await relay(database.units, platform, clock, f"life {life}", engine.unpostable).drain()
            clock.now += LEASE
        assert {(one.review, one.keys) for one in engine.told} == {(review.id, (f"unpostable/{review.id}/0",))}
        assert await states(database) == ["parked", "unknown", "unknown", "unknown", "sent"]
        await taken(database.units, tiny.starts("Claims", key="again", thread="T2"), begin)  # the name is free

    run(scene())
    assert [(one.kind, one.to, one.reference.thread) for one in platform.sent] == [("whisper", "ana", thread)]
    assert len(engine.told) == lives


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("arrived", [False, True])
def test_a_start_that_may_have_arrived_is_withdrawn_only_where_the_platform_says_that_it_did_not(
    database: Database, tells: bool, arrived: bool
) -> None:
    clock, platform = Clock(), Platform(unknown(arrived=arrived), DeliveryFailed(permanent=True), tells=tells)
    engine = Engine(database.units)

    async def scene() -> list[str]:
        await begun(database.units, None)
        for _ in range(4):
            await relay(database.units, platform, clock, unpostable=engine.unpostable).drain()
            clock.now += LEASE
        return await states(database)

    ended = run(scene())
    assert bool(engine.told) == (tells and not arrived)
    if tells and arrived:
        assert ended[0] == "sent"
    elif tells:
        assert ended == ["parked", "unknown", "unknown", "unknown", "sent"]
    else:
        assert ended == ["parked", "unknown"]


def test_a_revision_in_the_place_of_a_start_that_may_have_arrived_withdraws_nothing(database: Database) -> None:
    lost = [unknown(arrived=True), unknown(arrived=True)]
    clock, platform = Clock(), Platform(*lost, DeliveryFailed(permanent=True), tells=False)

    async def scene() -> None:
        review = await begun(database.units, None)
        one = relay(database.units, platform, clock)
        for _ in range(4):
            await one.drain()
            clock.now += LEASE
        await wants(database.units, Revise(key="root", card=CARD), key="k", review=review.id)
        await one.drain()
        assert await states(database) == ["unknown", "unknown", "parked"]

    run(scene())


@pytest.mark.parametrize("arrived", [False, True])
def test_of_a_start_that_the_sender_breaks_on_the_platform_is_asked(database: Database, arrived: bool) -> None:
    clock, platform = Clock(), Platform(*[ZeroDivisionError() for _ in range(5)])
    engine = Engine(database.units)
    platform.does[-1].arrived = arrived  # type: ignore[union-attr]  # told to the platform above

    async def scene() -> list[str]:
        await begun(database.units, None)
        for _ in range(8):
            await relay(database.units, platform, clock, unpostable=engine.unpostable).drain()
            clock.now += LEASE
        return await states(database)

    ended = run(scene())
    assert ended == (["sent", "sent"] if arrived else ["parked", "unknown", "unknown", "unknown", "sent"])
    assert len(engine.told) == (not arrived)


def test_a_start_that_is_given_up_is_parked_although_the_look_up_breaks_too(database: Database) -> None:
    clock, platform = Clock(), Platform(*[ZeroDivisionError() for _ in range(9)])

    async def breaks(delivery: Delivery) -> str | None:
        raise ZeroDivisionError

    platform.look_up = breaks  # type: ignore[method-assign]  # the fake's own

    async def scene() -> None:
        await begun(database.units, None)
        for _ in range(8):
            await relay(database.units, platform, clock).drain()
            clock.now += LEASE
        assert await states(database) == ["parked", "unknown"]

    run(scene())


def test_a_lost_start_that_is_posted_by_its_revision_names_the_thread(database: Database) -> None:
    clock, platform = Clock(), Platform(unknown(arrived=False), unknown(arrived=False), tells=False)

    async def scene() -> str:
        review = await begun(database.units, None)
        one = relay(database.units, platform, clock)
        for _ in range(4):
            await one.drain()
            clock.now += LEASE
        await wants(database.units, Revise(key="root", card=CARD), key="k", review=review.id)
        await one.drain()
        (row,) = (await everything(database))["review"]
        return str(row["thread"])

    assert run(scene()) == f"p-{platform.sent[0].id}"


def test_a_withdrawal_waits_for_a_database_that_hesitates(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "_FIRST_MARK_RETRY_SECONDS", 0.001)
    platform, engine = Platform(DeliveryFailed(permanent=True)), Engine(database.units)
    errors: list[Exception] = [StorageDown(), Busy()]

    async def hesitant(activity: Activity) -> None:
        if errors:
            raise errors.pop()
        await engine.unpostable(activity)

    async def scene() -> None:
        await begun(database.units, None)
        await relay(database.units, platform, unpostable=hesitant).drain()
        assert await states(database) == ["parked", "unknown", "unknown", "unknown", "sent"]

    run(scene())


def test_a_withdrawal_that_the_engine_refuses_is_no_reason_to_try_again(database: Database) -> None:
    platform, engine = Platform(DeliveryFailed(permanent=True)), Engine(database.units)

    async def scene() -> None:
        review = await begun(database.units, None)
        await engine.unpostable(replace(says("", key="k", kind=ActivityKind.UNPOSTABLE, thread=None), review=review.id))
        await relay(database.units, platform, unpostable=engine.unpostable).drain()
        assert await states(database) == ["parked", "unknown", "unknown", "unknown", "sent"]

    run(scene())


def test_a_review_that_was_posted_is_not_withdrawn_when_its_card_is_refused(database: Database) -> None:
    platform = Platform(None, None, DeliveryFailed(permanent=True))

    async def scene() -> None:
        await begun(database.units)
        await wants(database.units, Revise(key="root", card=CARD), key="k")
        await relay(database.units, platform).drain()
        assert await states(database) == ["sent", "sent", "parked"]

    run(scene())


def test_nothing_is_tried_in_a_thread_that_never_came_to_be(database: Database) -> None:
    clock, platform = Clock(), Platform(unknown(arrived=False), unknown(arrived=False), tells=False)

    async def scene() -> None:
        review = await begun(database.units, None)
        one = relay(database.units, platform, clock)
        for _ in range(6):
            await one.drain()
            clock.on(30)
        await wants(database.units, Post(key="ask/a/ben", card=CARD, to="ben"), key="k", review=review.id)
        await one.drain()
        assert await states(database) == ["unknown", "unknown", "sent"]

    run(scene())
    assert platform.keys == ["ask/a/ben"]


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
    clock, platform = Clock(), Platform(None, *[ZeroDivisionError("a secret") for _ in range(5)])

    async def scene() -> None:
        await begun(database.units)
        await wants(database.units, Post(key="follow_up/a", card=CARD), key="k")
        one = relay(database.units, platform, clock)
        for _ in range(6):
            await one.drain()
            clock.on(30)
        assert await states(database) == ["sent", "parked", "sent"]

    with caplog.at_level(logging.DEBUG):
        run(scene())
    assert "secret" not in str([vars(record) for record in caplog.records])


@pytest.mark.parametrize("why", [None, ZeroDivisionError()])  # which was never raised itself
@pytest.mark.parametrize(("times", "then"), [(3, "sent"), (9, "parked")])
def test_what_could_not_be_put_into_words_was_not_sent_even_where_nobody_could_tell(
    database: Database, times: int, then: str, why: Exception | None
) -> None:
    unsayable = Unsayable()
    unsayable.__cause__ = why
    clock, platform = Clock(), Platform(None, *[unsayable] * times, tells=False)

    async def scene() -> None:
        await begun(database.units)
        for _ in range(6):
            await relay(database.units, platform, clock).drain()
            clock.on(30)
        assert await states(database) == ["sent", then]

    run(scene())
    assert platform.asked == []


def test_a_platform_that_nobody_here_speaks_to_is_left_to_others(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        await Relay(database.units, {}, Clock(), "me", never, recalls(database.units, Clock())).drain()
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
        await platform.called.wait()
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


def test_what_a_clock_that_was_ahead_has_put_off_is_sent_as_soon_as_it_is_right(database: Database) -> None:
    clock, platform = Clock(), Platform()

    async def scene() -> None:
        running = relay(database.units, platform, clock)
        clock.on(3600)
        task = asyncio.create_task(running.run())
        await asyncio.sleep(0.1)  # it has seen that time
        clock.on(-3600)
        await taken(database.units, replace(tiny.starts("Claims", thread="T"), at=AT + timedelta(hours=1)))
        running.wake()
        await comes_to(database, 2)
        running.stop()
        await task

    run(scene())
    assert platform.keys == ["root", "question/a"]


def test_what_a_dead_process_has_put_off_by_a_clock_that_was_ahead_is_sent_by_the_next_one(database: Database) -> None:
    platform = Platform()

    async def scene() -> None:
        await taken(database.units, replace(tiny.starts("Claims", thread="T"), at=AT + timedelta(hours=1)))
        (one,) = await database.units(claim, now=AT + timedelta(hours=1), me="dead", limit=1)
        await taken(database.units, replace(tiny.starts("Letters", key="k", thread="U"), at=AT + timedelta(hours=1)))
        running = relay(database.units, platform)
        task = asyncio.create_task(running.run())
        await comes_to(database, 2)
        running.stop()
        await task
        assert await database.units(claim, now=AT + LEASE - timedelta(seconds=1), me="me", limit=9) == []
        (again,) = await database.units(claim, now=AT + LEASE, me="me", limit=9)
        assert again.delivery.id == one.delivery.id  # its lease ends as if the clock had been right

    run(scene())


def test_a_clock_that_is_put_forward_takes_no_lane_from_who_is_sending(database: Database) -> None:
    clock, platform = Clock(), Platform(seconds=0.3)

    async def scene() -> None:
        await begun(database.units)
        running = relay(database.units, platform, clock)
        task = asyncio.create_task(running.run())
        await platform.called.wait()
        clock.on(3600)
        running.wake()
        await comes_to(database, 2)
        running.stop()
        await task

    run(scene())
    assert platform.keys == ["root", "question/a"]


def test_who_stood_still_while_holding_a_lane_sends_nothing_that_others_may_be_sending(database: Database) -> None:
    platform, stops = Platform(), [LEASE.total_seconds()]

    def stands_still(point: str) -> None:
        if point == "relay_sending" and stops:
            loop.on(stops.pop())

    class Loop(asyncio.SelectorEventLoop):
        """Its time goes on where the process stood still."""

        ahead = 0.0

        def time(self) -> float:
            return super().time() + self.ahead

        def on(self, seconds: float) -> None:
            self.ahead += seconds

    loop = Loop()

    async def scene() -> None:
        await begun(database.units)
        running = relay(database.units, platform)
        running._reach = stands_still
        await running._start_due()
        await asyncio.wait(running._running)
        assert platform.sent == []
        await running.drain()

    with closing(loop):
        loop.run_until_complete(scene())
    assert platform.keys == ["root", "question/a"]
    assert platform.asked == []  # it certainly was not sent
