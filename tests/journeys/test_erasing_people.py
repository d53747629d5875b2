"""Somebody is erased: their words, their name and their id are in no table and on no card, and what was done stays."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.erasing import Erased, erase
from conversations.errors import DatabaseInUse
from conversations.people import Account
from storage.database import open_database
from tests.fake_slack import TEAM, FakeSlack, text_of
from tests.journeys.test_slack_letters import Clock
from tests.serving import Serve, played, serving, workspace
from tests.storage.tiny import everything

NOOR = Account(platform="slack", tenant=TEAM, id="U0NOOR")
NAMES = ("Noor Castellane",)
TRACES = ("U0NOOR", *NAMES, "zephyr", "marmalade", "quince")


def traces(said: str) -> list[str]:
    return [trace for trace in TRACES if trace.casefold() in said.casefold()]


async def kept(url: str) -> str:
    database = open_database(url, alone=False)
    try:
        return json.dumps(await everything(database), default=str, ensure_ascii=False)
    finally:
        database.close()


def shown(slack: FakeSlack) -> str:
    """On the bot's cards, but for what Noor alone was written to."""
    own = slack.direct("noor")
    places = (place for place in slack.channels.values() if place is not own)
    return "\n".join(text_of(each) for place in places for each in place.messages.values() if each.of_bot)


async def lives(serve: Serve) -> None:
    """Noor owns a review, answers in it, is named and asked in another one, and written to about that."""
    await serve.starts("Letter Sorter", who="noor")
    await serve.says("noor", "service_owner: @dana, the zephyr team")
    await serve.says("ana", "ops_team: Noor Castellane's team since 6 October 2026, in our weekly call")
    await serve.starts()
    await serve.says("ana", "service_owner: @noor, Claims Platform")
    letter = await serve.written("noor", "named you as service owner")
    assert (await serve.slack.presses("noor", letter, "Yes, that's me")).ok
    await serve.says("noor", "runbook: https://wiki.acme.io/marmalade")
    await serve.says("noor", "fallback: the quince form by hand, as before")
    await serve.says("ana", "ask @noor ops_team")


class Stopped(Exception):
    """Where a process died."""


def erased(serve: Serve, clock: Clock, *, stop_at: str = "") -> Erased:
    def reach(point: str) -> None:
        if point == stop_at:
            raise Stopped

    return erase(serve.settings, [NOOR], NAMES, clock=clock, reach=reach)


async def is_forgotten(serve: Serve, url: str, verdicts: dict[str, str]) -> None:
    """What was done stays, and the review goes on."""
    await serve.settled()
    assert traces(await kept(url)) == []
    assert traces(shown(serve.slack)) == []
    after = await serve.items()
    assert {key: item["verdict"] for key, item in after.items()} == verdicts
    runbook = after["run.runbook"]
    assert (runbook["state"], runbook["answer"], runbook["author"]) == ("complete", None, "@someone who was erased")
    assert "someone who was erased" in shown(serve.slack)
    await serve.says("ana", "ops_team: Claims Platform Ops, in our weekly call since 6 October 2026")
    assert (await serve.items())["run.ops_team"]["state"] == "complete"


async def begun(serve: Serve, url: str) -> dict[str, str]:
    serve.slack.people["U0NOOR"].real_name = NAMES[0]
    await lives(serve)
    assert traces(await kept(url)) == [*TRACES]
    assert set(traces(shown(serve.slack))) == {"Noor Castellane", "zephyr", "marmalade", "quince"}
    return {key: item["verdict"] for key, item in (await serve.items()).items()}


def test_who_is_erased_beside_serve_is_nowhere(postgres_url: str) -> None:
    async def scene() -> None:
        clock = Clock()
        async with workspace(clock=clock) as slack, serving(slack, postgres_url, clock=clock) as serve:
            verdicts = await begun(serve, postgres_url)
            done = await asyncio.to_thread(erased, serve, clock)
            assert (done.reviews, done.words) == (2, 3)
            await is_forgotten(serve, postgres_url, verdicts)

    played(scene)


def test_an_erasure_that_was_stopped_anywhere_is_begun_again(sqlite_url: str) -> None:
    async def scene() -> None:
        clock = Clock()
        async with workspace(clock=clock) as slack:
            async with serving(slack, sqlite_url, clock=clock) as serve:
                verdicts = await begun(serve, sqlite_url)
                with pytest.raises(DatabaseInUse, match="in use by serve"):
                    await asyncio.to_thread(erased, serve, clock)
            for point in ("letters_forgotten", "review_forgotten", "account_forgotten"):
                with pytest.raises(Stopped):
                    await asyncio.to_thread(erased, serve, clock, stop_at=point)
            assert await asyncio.to_thread(erased, serve, clock) == Erased(reviews=0, words=0, revised=0)
            files = b"".join(path.read_bytes() for path in Path(serve.settings.database_url[10:]).parent.iterdir())
            assert [trace for trace in TRACES if trace.encode() in files] == []
            async with serving(slack, sqlite_url, clock=clock) as serve:
                await is_forgotten(serve, sqlite_url, verdicts)

    played(scene)
