from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.bootstrap import machine_clock
from bot.outcomes import UNREACHABLE
from conversations.effects import Effect, Post, Revise, Whisper
from storage.database import Database, open_database
from storage.models import DeliveryState
from storage.outbox import Claimed, claim, give_up, mark_sent
from storage.parked import parked
from tests.bot.test_relay import CARD, Platform, relay, wants
from tests.journeys.terminal import Ran, Terminal
from tests.storage.tiny import AT, begun, everything, run

NOTHING = "Nothing is parked: all that could be sent was sent, or is on its way.\n"
POST = Post(key="summary", card=CARD)


async def only(database: Database) -> Claimed:
    (claimed,) = await database.units(claim, now=AT, me="me", limit=1)
    return claimed


async def park(database: Database, *, trouble: str = "refused by the platform", unknown: bool = False) -> str:
    one = (await only(database)).delivery
    await database.units(give_up, one, DeliveryState.PARKED, trouble, me="me", now=AT, unknown=unknown)
    return one.delivery_id


async def quiet(database: Database) -> None:
    """A review whose cards were posted."""
    await begun(database.units)
    for name in ("p1", "p2"):
        await database.units(mark_sent, (await only(database)).delivery, name, me="me", now=AT)


def parks(url: str, *effects: Effect, trouble: str = "refused by the platform", unknown: bool = False) -> list[str]:
    """What these effects come to is parked; the names of the deliveries."""
    database = open_database(url)

    async def scene() -> list[str]:
        await quiet(database)
        await wants(database.units, *effects, key="k")
        return [await park(database, trouble=trouble, unknown=unknown) for _ in effects]

    try:
        return run(scene())
    finally:
        database.close()


def outbox(url: str, *words: str) -> Ran:
    return Terminal(folder=Path.cwd()).run("outbox", *words, DATABASE_URL=url)


def sent(url: str, platform: Platform) -> list[str | None]:
    """The keys of what the relay of the next process sends."""
    database = open_database(url)
    try:
        run(relay(database.units, platform, machine_clock).drain())
        assert run(database.read(parked)) == ()
    finally:
        database.close()
    return platform.keys


def test_what_is_parked_is_listed_with_its_place_and_reason(database_url: str) -> None:
    assert outbox(database_url, "list").out == NOTHING
    (name,) = parks(database_url, POST)
    ran = outbox(database_url, "list")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        name,
        "    post in C, console local, since 2026-11-23 09:00 UTC",
        "    refused by the platform",
        "",
        "To send them again: ai-readiness outbox retry --all, or by name.",
    ]
    (row,) = json.loads(outbox(database_url, "list", "--format", "json").out)
    assert (row["delivery"], row["kind"], row["why"], row["may_have_arrived"]) == (
        *(name, "post", "refused by the platform"),
        False,
    )


def test_what_is_retried_is_sent_once(database_url: str) -> None:
    parks(database_url, POST, Whisper(to="ana", card=CARD))
    ran = outbox(database_url, "retry", "--all")
    assert (ran.code, ran.err) == (
        0,
        "2 messages are sent again as soon as the bot runs; ai-readiness doctor says what became of it.\n",
    )
    platform = Platform()
    assert sent(database_url, platform) == ["summary", None]
    assert platform.asked == []  # it certainly did not arrive
    assert outbox(database_url, "retry", "--all").err == NOTHING


def test_one_is_retried_by_its_name_and_the_others_stay(database_url: str) -> None:
    _, second = parks(database_url, POST, Whisper(to="ana", card=CARD))
    assert outbox(database_url, "retry", second).err.startswith("1 message is sent again")
    assert outbox(database_url, "list").out.count("since") == 1


def test_a_name_of_nothing_parked_is_refused(database_url: str) -> None:
    parks(database_url, POST)
    ran = outbox(database_url, "retry", "nobody/1/0")
    assert (ran.code, ran.err) == (
        2,
        "Nothing parked is called nobody/1/0; ai-readiness outbox list has the names.\n",
    )


@pytest.mark.parametrize("words", [(), ("--all", "some/1/0")])
def test_all_or_names_have_to_be_said(database_url: str, words: tuple[str, ...]) -> None:
    ran = outbox(database_url, "retry", *words)
    assert (ran.code, ran.err) == (
        2,
        "Say what to send again: outbox retry DELIVERY…, or outbox retry --all.\n",
    )


def test_what_may_have_arrived_where_nobody_can_look_is_left_unless_that_is_asked_for(database_url: str) -> None:
    (name,) = parks(database_url, POST, trouble="ZeroDivisionError", unknown=True)
    assert "    ZeroDivisionError; it may have arrived all the same\n" in outbox(database_url, "list").out
    assert outbox(database_url, "retry", "--all").err == (
        f"{name} may have arrived, and console cannot tell: left as it is.\n"
        "To say it all the same, perhaps twice: --again.\n"
    )
    assert outbox(database_url, "retry", "--all", "--again").err.startswith("1 message is sent again")
    platform = Platform(tells=False)
    assert sent(database_url, platform) == ["summary"]
    assert platform.asked == []


def test_a_letter_to_who_cannot_be_written_to_is_not_sent_again(database_url: str) -> None:
    parks(database_url, POST, trouble=UNREACHABLE)
    assert outbox(database_url, "retry", "--all").err == (
        "1 left: who they are for cannot be written to, and is asked in the thread instead.\n"
    )


def test_a_revision_that_was_overtaken_is_missed_by_nobody(database_url: str) -> None:
    database = open_database(database_url)

    async def scene() -> None:
        await quiet(database)
        await wants(database.units, Revise(key="question/a", card=CARD), key="first")
        first = await park(database)
        assert [one.delivery_id for one in await database.read(parked)] == [first]
        await wants(database.units, Revise(key="question/a", card=CARD), key="second")
        await database.units(mark_sent, (await only(database)).delivery, None, me="me", now=AT)
        assert await database.read(parked) == ()

    run(scene())
    database.close()


def test_beside_a_process_that_works_on_it_sqlite_is_not_touched_and_postgres_is(database_url: str) -> None:
    parks(database_url, POST)
    working = open_database(database_url, command="ai-readiness serve")
    try:
        assert outbox(database_url, "list").out != NOTHING
        ran = outbox(database_url, "retry", "--all")
        if database_url.startswith("sqlite"):
            assert ran.code == 1
            assert "in use by ai-readiness serve" in ran.err
            return
        assert ran.code == 0
        platform = Platform()
        run(relay(working.units, platform, machine_clock).drain())
        assert platform.keys == ["summary"]
        states = [row["state"] for row in run(everything(working))["outbox"]]
        assert set(states) == {"sent"}
    finally:
        working.close()
