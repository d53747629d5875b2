"""The relay at work in a process of its own, sending to what stands for Slack: what that costs, and how fast it is.

`python -m benchmarks.relaying cpu|pace DATABASE_URL SLACK_URL REVIEWS ROUNDS`, where a new database is. Gives JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from time import process_time
from typing import Any

import aiohttp

from benchmarks.fake_slack import POST
from benchmarks.load import NotMeasured
from benchmarks.profiling import Profile
from benchmarks.slack import SLACK
from bot.bootstrap import Application, machine_clock, running
from bot.metrics import Metrics
from bot.serving import SWITCH_SECONDS
from bot.settings import Settings
from bot.slack import on_slack
from conversations.activities import Activity, ActivityKind
from conversations.ports import Sender
from storage.outbox import claim, mark_sent

CHANNELS = 16  # that reviews are begun in, in rotation
EACH = 2  # messages of a review that begins: its own, and its first question
_TOKEN = "xoxb-of-the-measurement"
_IN_FLIGHT = 16  # of the floor; the relay has as many lanes as it wants
_HASTE = 1e9  # no rate is kept
_numbers = count()


async def main(what: str, url: str, slack: str, reviews: str, rounds: str) -> None:
    haste = _HASTE if what == "cpu" else 1.0
    async with speaking(url, f"{slack}/api/", haste) as (application, sender):
        if what == "cpu":
            told = await _cpu(application, sender, slack, int(reviews), int(rounds))
        else:
            await _begin(application, int(reviews))
            await application.relay.drain()
            told = {"slack": await _told(slack)}
    print(json.dumps(told))


async def _told(slack: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{slack}/told") as answer:
        told: dict[str, Any] = await answer.json()
    return told


@asynccontextmanager
async def speaking(url: str, slack_api: str, haste: float) -> AsyncIterator[tuple[Application, Sender]]:
    senders = dict[str, Sender]()
    settings = Settings(
        database_url=url,
        slack_api_url=slack_api,
        slack_bot_token=_TOKEN,
        slack_signing_secret="of the measurement only",
    )
    async with (
        running(settings, senders, command="make bench") as application,
        on_slack(settings, application, Metrics(), machine_clock, haste) as platform,
    ):
        senders[platform.name] = platform.sender
        yield application, platform.sender


async def _begin(application: Application, many: int) -> None:
    """So many reviews, each of which has two messages to send."""
    for number in (next(_numbers) for _ in range(many)):
        activity = Activity(
            keys=(f"begin/{number}",),
            kind=ActivityKind.COMMAND,
            actor=SLACK.actor,
            reference=replace(SLACK.place(number % CHANNELS), thread=None),
            at=machine_clock(),
            text=f"start Project {number}",
        )
        await application.runner.run(activity)


async def _cpu(application: Application, sender: Sender, slack: str, reviews: int, rounds: int) -> dict[str, Any]:
    """CPU seconds of this process for each message: by the floor, by the sender, by the relay.

    And a profile of the relay, with what Slack saw of it: its connections are open by then.
    """
    taken: dict[str, list[float]] = {"floor": [], "sender": [], "relay": []}
    async with aiohttp.ClientSession() as session:
        await _begin(application, 1)
        await application.relay.drain()
        posted = (await _told(slack))["newest"]  # a question; what the floor sends
        for number in range(1 + rounds):  # the first one warms up
            floor = await _spent(lambda: _post(session, slack, posted, reviews * EACH))
            await _begin(application, reviews)
            by_sender = await _by_sender(application, sender, reviews)
            await _begin(application, reviews)
            by_relay = await _spent(application.relay.drain)
            if number:
                for name, spent in (("floor", floor), ("sender", by_sender), ("relay", by_relay)):
                    taken[name].append(spent / (reviews * EACH))
        await _begin(application, reviews)
        before = await _told(slack)
        with Profile() as profile:
            await application.relay.drain()
        after = await _told(slack)
    seen = {name: after[name] - before[name] for name in ("calls", "connections")}
    return {"taken": taken, "profile": str(profile), "slack": seen}


async def _spent(one: Callable[[], Awaitable[object]]) -> float:
    begun = process_time()
    await one()
    return process_time() - begun


async def _post(session: aiohttp.ClientSession, slack: str, said: dict[str, Any], many: int) -> None:
    """The same JSON over one session, and nothing else."""
    left = iter(range(many))
    headers = {"Authorization": f"Bearer {_TOKEN}"}

    async def keep_posting() -> None:
        for _ in left:
            async with session.post(f"{slack}/api/{POST}", json=said, headers=headers) as answer:
                await answer.json()

    await asyncio.gather(*(keep_posting() for _ in range(_IN_FLIGHT)))


async def _by_sender(application: Application, sender: Sender, reviews: int) -> float:
    """Of all that was begun; only the sending is counted, not the claims and the marks around it."""
    units, spent, sent = application.database.units, 0.0, 0
    while claims := await units(claim, now=machine_clock(), me="make bench", limit=_IN_FLIGHT):
        begun = process_time()
        names = await asyncio.gather(*(sender.deliver(each.delivery, each.words) for each in claims))
        spent += process_time() - begun
        for each, name in zip(claims, names, strict=True):
            await units(mark_sent, each.delivery, name, me="make bench", now=machine_clock())
        sent += len(claims)
    if sent != reviews * EACH:
        raise NotMeasured(f"{sent} messages were sent, and {reviews * EACH} were to be")
    return spent


if __name__ == "__main__":
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(main(*sys.argv[1:]))
