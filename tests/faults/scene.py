"""What people do while something goes wrong: reviews are started, answers given, people named, letters answered.

Who was not acked insists, as platforms do by themselves with events, and people with commands and buttons.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from inspect import isawaitable
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.databases import Base
from tests.faults.ledger import Ledger, Reply
from tests.faults.towns import Brought, Town
from tests.journeys.dying import Child, Process, born

STANDING = ("Claims Copilot", "Letter Sorter")  # reviews that are there from the beginning
OWNER, WRITERS = "ana", ("ben", "lee")
BETWEEN_SECONDS = 0.05  # between two looks, or tries
LONGEST_SECONDS = 30.0  # for which anything is waited
LOOKED_FOR_SECONDS = 5.0  # is a review that was started
HURRY = "tests.faults.inside:hurry"
_PENDING = "SELECT id FROM outbox WHERE state = 'pending'"
_GIVEN_UP = "SELECT to_person FROM outbox WHERE state = 'unknown' AND message_key LIKE 'letter/%'"

_TOLD = "SELECT 1 FROM act JOIN review ON review.id = act.review_id WHERE kind = 'unreachable' AND project = '{}'"


def newcomers(number: int) -> list[str]:
    return [newcomer(n)[0] for n in range(number)]


def newcomer(n: int) -> tuple[str, str]:
    """Who is named in a round, and in which project."""
    return f"pat{n}", f"Project {n}"


class Bot:
    """`serve`, one process after the other on one database. `ahead` holds what its clock is before the machine's."""

    def __init__(self, child: Child, town: Town, url: str, ahead: Path, prepared: Iterable[str] = (HURRY,)) -> None:
        self.town, self.url = town, url
        self._child, self._ahead, self._prepared = child, ahead, tuple(prepared)
        self.process: Process

    async def begins(self, point: str = "", nth: int = 0, *, prepared: Iterable[str] | None = None) -> None:
        """The next one is there and heard, and dies at that passing once it is armed."""
        settings = self.town.settings(self.url)
        job = {"prepared": self._prepared if prepared is None else tuple(prepared), **self.town.job()}
        self._life = born(self._child, settings, point, nth, ahead=self._ahead, **job)
        self.process = await self._life.__aenter__()
        self.town.calls(self.process.address)

    @property
    def end(self) -> asyncio.Task[int]:
        return self.process.end

    async def stops(self) -> None:
        async with asyncio.timeout(LONGEST_SECONDS):
            await self.process.stops()

    async def close(self) -> None:
        """Whatever has become of it, it is over."""
        self.process.kill()
        await self.end


class Scene:
    """Everything that is done to one town, with the ledger of it."""

    def __init__(self, town: Town, base: Base, url: str, patience: float = LONGEST_SECONDS) -> None:
        self.town, self.base, self.url = town, base, url
        self._until = partial(until, seconds=patience)
        self.ledger = Ledger()
        self._brought: list[Brought] = []

    async def opens(self) -> None:
        for project in STANDING:
            await self.starts(project)
        await self.settles()

    async def round(self, n: int) -> None:
        """Somebody new is named, asked, and says yes, while others write."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.welcomes(*newcomer(n)))
            for writer, project in zip(WRITERS, STANDING, strict=True):
                tasks.create_task(self._writes(writer, project, n))

    async def names(self, who: str, project: str, by: str = OWNER) -> None:
        """In a review of its own; they are asked whether they are it."""
        await self._names(who, project, by)
        self.ledger.named.append(who)

    async def names_in_vain(self, who: str, project: str) -> None:
        """Nobody can write to them, and the review is told."""
        self.town.shuts_out(who)
        await self._names(who, project)
        self.ledger.shut_out[who] = project
        await self._until(lambda: self.has(_TOLD.format(project)))

    async def _names(self, who: str, project: str, by: str = OWNER) -> None:
        await self.starts(project, by)
        await self._replies(by, project, f"@{who}, Claims Platform", f"<@{self.town.id(who)}>, Claims Platform")

    async def welcomes(self, who: str, project: str, by: str = OWNER) -> None:
        await self.names(who, project, by)
        await self.confirms(who)

    async def confirms(self, who: str) -> None:
        """As soon as they are asked, if they ever are."""
        await self._until(lambda: self.town.letter(who) or self._given_up(who))
        if self.town.letter(who):
            await self._until(lambda: self.town.is_confirmed(who) or self._presses(who))
            self.ledger.confirmed.append(who)

    async def _presses(self, who: str) -> bool:
        """Who sees no change, or is told that it was not saved, presses again."""
        await self.town.confirms(who)
        await asyncio.sleep(4 * BETWEEN_SECONDS)
        return self.town.is_confirmed(who)

    async def _writes(self, who: str, project: str, n: int) -> None:
        for line in range(2):
            said = f"https://wiki.acme.example/{project.split(maxsplit=1)[0].lower()}/{n}/{line}"
            await self._replies(who, project, f"runbook: {said}", said)

    async def starts(self, project: str, by: str = OWNER) -> None:
        await self._until(lambda: self._started(project, by))
        self.ledger.started.append(project)

    async def _started(self, project: str, by: str) -> bool:
        return self._stands(project) or (await self.town.starts(by, project) and await self._appears(project))

    async def _appears(self, project: str) -> bool:
        """Else people start it once more: nobody can tell whether its card arrived, and it is shown again."""
        with suppress(TimeoutError):
            await until(lambda: self._stands(project), seconds=LOOKED_FOR_SECONDS)
        return self._stands(project)

    def _stands(self, project: str) -> bool:
        try:
            return bool(self.town.headline(project))
        except LookupError:
            return False

    async def _replies(self, who: str, project: str, text: str, kept: str) -> None:
        await self._is_taken(await self.town.replies(who, project, text), project, kept)

    async def _is_taken(self, brought: Brought, project: str, kept: str) -> None:
        self._brought.append(brought)
        await self._until(lambda: brought.taken or self._again(brought))
        self.ledger.replies.append(Reply(name=brought.name, project=project, said=kept))

    async def _again(self, brought: Brought) -> bool:
        await self.town.again(brought)
        return brought.taken

    def _given_up(self, who: str) -> bool:
        """Where nobody can tell whether the letter arrived, it is not sent again."""
        return {"to_person": self.town.id(who)} in (self._rows(_GIVEN_UP) or ())

    def has(self, query: str) -> bool:
        return bool(self._rows(query))

    def pending(self) -> set[int]:
        """By id; where the database does not answer, there may be any."""
        rows = self._rows(_PENDING)
        return {-1} if rows is None else {row["id"] for row in rows}

    def _rows(self, query: str) -> list[dict[str, Any]] | None:
        try:
            return self.base.rows(self.url, query)
        except psycopg.OperationalError:
            return None

    async def settles(self) -> None:
        await self._until(lambda: not self.pending())

    async def delivers(self) -> None:
        """What was brought or decided by now has come about, whatever else is done meanwhile."""
        brought, pending = tuple(self._brought), self.pending()
        await self._until(lambda: all(each.taken for each in brought))
        await self._until(lambda: not pending & self.pending())

    async def recovers(self) -> None:
        """And what is owed by now."""
        named = tuple(self.ledger.named)
        await self.delivers()
        await self._until(lambda: all(self.town.letter(who) or self._given_up(who) for who in named))


async def until(true: Callable[[], object], *, seconds: float = LONGEST_SECONDS) -> None:
    """What is waited for happens in another process, which tells nobody. `true` may have to be awaited."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            if await found if isawaitable(found) else found:
                return
            await asyncio.sleep(BETWEEN_SECONDS)
