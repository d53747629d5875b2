"""The reviews that are answered, begun beforehand, and what is said in their threads, item by item."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from benchmarks.platforms import THREADS, Platform, Request, number_in
from bot.bootstrap import Application, machine_clock, running
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind
from conversations.decide import Engine
from conversations.ports import Delivery
from tests.journeys.answers import ANSWERS


@dataclass(frozen=True, slots=True)
class Posted:
    """A `ports.Sender` by which every review's own message has arrived."""

    platform: Platform

    async def deliver(self, delivery: Delivery, _words: Mapping[int, str]) -> str | None:
        named = self.platform.root if delivery.key == "root" else self.platform.other
        return named(number_in(delivery.reference.channel))

    async def look_up(self, _delivery: Delivery) -> str | None:
        return None


async def begin(platform: Platform, url: str, many: int, *, clock: Callable[[], datetime] = machine_clock) -> list[str]:
    """Reviews of the usual pack, each with its first question asked; gives what answers each item."""
    senders = {platform.name: Posted(platform)}
    async with running(Settings(database_url=url), senders, command="make bench", clock=clock) as application:
        for first in range(0, many, THREADS):
            numbers = range(first, min(many, first + THREADS))
            await asyncio.gather(*(start(application, platform, n, now=clock()) for n in numbers))
        await application.relay.drain()
    return list(answers(application.engine, platform).values())


async def start(application: Application, platform: Platform, number: int, *, now: datetime) -> None:
    activity = Activity(
        keys=(f"begin/{number}",),
        kind=ActivityKind.COMMAND,
        actor=platform.actor,
        reference=replace(platform.place(number), thread=None),
        at=now,
        text=f"start Project {number}",
    )
    await application.runner.run(activity)


def answers(engine: Engine, platform: Platform) -> dict[str, str]:
    """A complete answer to each item of the pack that new reviews have, in its order."""
    items = (item.key for question in engine.library.packs[engine.pack].questions for item in question.items)
    return {key: re.sub(r"@(\w+)", lambda found: platform.mention(found[1][0].upper()), ANSWERS[key]) for key in items}


def messages(platform: Platform, many: int, texts: Iterable[str], request: Request) -> Iterator[bytes]:
    """Ends when every item of `many` reviews is answered."""
    texts, sent = list(texts), 0
    for first in range(0, many, THREADS):
        for text in texts:
            for number in range(first, min(many, first + THREADS)):
                sent += 1
                yield request(platform.place(number), text, sent)
