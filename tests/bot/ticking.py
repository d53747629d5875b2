"""A ticker on a database with the real engine; its clock stands where it is put, and nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from bot.plans import Planner
from bot.recalls import Recalls
from bot.relay import Relay
from bot.ticker import Ticker
from bot.turns import TurnRunner
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import PlanLine
from conversations.effects import Turn
from conversations.people import Account
from conversations.ports import Quiet, Sender
from storage.database import Database
from storage.reminders import keep_plan
from storage.shelf import PackShelf
from storage.threads import Units
from storage.unit_of_work import Reach, no_op
from tests.dialogue import as_typed, engine

PLACE = ConversationReference(platform="console", tenant="local", channel="terminal")
MONDAY = "2026-11-23T11:00Z"


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words)


def account(who: str) -> Account:
    return Account(platform=PLACE.platform, tenant=PLACE.tenant, id=who)


@dataclass(kw_only=True)
class Ticking:
    database: Database
    now: datetime = field(default_factory=lambda: moment(MONDAY))
    quiets: Mapping[str, Quiet] = field(default_factory=dict)
    woken: int = 0
    noted: list[tuple[str, str, str]] = field(default_factory=list)
    heard: int = 0
    review: str | None = None

    def __post_init__(self) -> None:
        self.shelf = PackShelf()
        self.ticker = self.another()

    def relay(self, sender: Sender, reach: Reach = no_op, me: str = "me") -> Relay:
        """As another process has one, that sends to this platform, whatever it is called."""
        senders = dict.fromkeys((PLACE.platform, "slack", "teams"), sender)
        return Relay(self.database.units, senders, lambda: self.now, me, self.runner.run, self.recalls(reach), reach)

    def recalls(self, reach: Reach = no_op) -> Recalls:
        decides, clock = engine(), lambda: self.now
        return Recalls(
            self.database.units,
            decides.decide,
            self.shelf,
            decides.calendar_of,
            clock=clock,
            quiets=self.quiets,
            reach=reach,
        )

    def another(
        self, *, units: Units | None = None, reach: Reach = no_op, first: Callable[[], Awaitable[object]] | None = None
    ) -> Ticker:
        """As another process has one."""
        decides, units = engine(), units or self.database.units
        planner = Planner(self.database.read, self.shelf, decides.zone, decides.calendar_of)
        self.runner = TurnRunner(self.database.units, decides.decide, self.shelf, self._wake)
        return Ticker(
            units,
            planner,
            self.shelf,
            self.runner,
            wake=self._wake,
            clock=lambda: self.now,
            quiets=self.quiets,
            reach=reach,
            noted=lambda *what: self.noted.append(what),
            first=first,
        )

    async def starts(self, project: str = "Claims", who: str = "ana", *, place: ConversationReference = PLACE) -> Turn:
        turn = await self.says(f"start {project}", who=who, kind=ActivityKind.COMMAND, place=place)
        assert turn.review is not None
        self.review = turn.review.id
        return turn

    async def says(
        self,
        words: str,
        *,
        who: str = "ana",
        kind: ActivityKind = ActivityKind.MESSAGE,
        place: ConversationReference = PLACE,
    ) -> Turn:
        self.heard += 1
        activity = Activity(
            keys=(f"said/{self.heard}",),
            kind=kind,
            actor=Actor(id=who, name=who),
            reference=place,
            at=self.now,
            text=as_typed(words),
            source=f"said/{self.heard}",
            review=None if kind is ActivityKind.COMMAND else self.review,
        )
        turn = await self.runner.run(activity)
        assert turn is not None
        return turn

    async def ticks(self, at: str) -> list[str]:
        """What the lines of a tick at that moment say."""
        self.now = moment(at)
        return [told(line) for line in await self.ticker.tick()]

    async def through(self, until: str) -> list[str]:
        """Ticks at every moment at which something is due, with when it was."""
        said, end = list[str](), moment(until)
        while (due := await self.ticker.planner.next_due()) is not None and due <= end:
            self.now = max(self.now, due)
            said += [f"{self.now:%a %H:%M} {told(line)}" for line in await self.ticker.tick()]
        self.now = end
        return said

    async def letters(self) -> list[str]:
        """To whom the outbox has a letter or a digest, in order."""
        return await self.database.read(_letters)

    async def everything(self) -> dict[str, Any]:
        return await self.database.read(_everything)

    def _wake(self) -> None:
        self.woken += 1


def told(line: PlanLine) -> str:
    about = " ".join(line.items) or " ".join(line.projects)
    return f"{line.kind} {line.person} {about} {line.step}" if line.send else f"{line.person} {line.why_not}"


def failing(units: Units, who: str, *errors: Exception) -> Units:
    """The first plans for somebody cannot be kept."""
    left = list(errors)

    async def run(unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if left and unit is keep_plan and args[0].account.id == who:
            raise left.pop(0)
        return await units(unit, *args, **kwargs)

    return run


def _letters(connection: Connection) -> list[str]:
    rows = connection.execute(text("SELECT to_person, delivery_id FROM outbox WHERE to_person IS NOT NULL ORDER BY id"))
    return [f"{kind} {who}" for who, name in rows if (kind := name.partition("/")[0]) in ("letter", "digest")]


def _everything(connection: Connection) -> dict[str, Any]:
    tables = ("review", "act", "outbox", "inbox", "reminder", "letter", "letter_line", "ledger", "pulse", "lane")
    found = {table: connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables}
    return {table: sorted(json.dumps(list(row), default=str) for row in rows) for table, rows in found.items()}
