"""`ai-readiness tick`: everything that is due by a moment, once; then what is to be said is said.

The moment is the clock of all of it. A dry run reads beside whoever works, and writes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.bootstrap import Application, running
from bot.calendars import calendar_for
from bot.plans import Planner, in_order
from bot.reasons import reason
from bot.settings import BadSettings, Settings, what_serve_lacks
from conversations.cards import PlanLine
from conversations.ports import Quiet, Sender
from storage.database import open_database
from storage.inspection import waiting_deliveries
from storage.people import names
from storage.queries import platforms
from storage.shelf import PackShelf

CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    rows: Sequence[Mapping[str, Any]]  # as the JSON of `tick` has them
    waiting: int = 0  # deliveries that could not be sent


def tick(settings: Settings, at: datetime) -> Ticked:
    """Raises `BadSettings`, and what `running` and a tick raise."""
    if (settings.on_slack or settings.on_teams) and (lacking := what_serve_lacks(settings)):
        raise BadSettings("\n".join(lacking))
    return asyncio.run(_tick(settings, at))


def dry_run(settings: Settings, at: datetime) -> Ticked:
    """What a tick would do. Raises what opening the database raises."""
    return asyncio.run(_dry_run(settings, at))


async def _tick(settings: Settings, at: datetime) -> Ticked:
    senders, quiets = dict[str, Sender](), dict[str, Quiet]()
    async with running(settings, senders, command="ai-readiness tick", clock=lambda: at, quiets=quiets) as application:
        read = application.database.read
        if CONSOLE in await read(platforms):
            senders[CONSOLE] = _aside(settings, at)
        async with _speaking(settings, application, at, senders, quiets):
            lines = await application.ticker.tick()
            await application.relay.drain()
        lines = in_order([*lines, *_others(await application.ticker.planner.preview(at), lines)])
        left = (await read(waiting_deliveries))["pending"]
        return Ticked(rows=_rows(lines, await read(names), settings.zone), waiting=left)


def _others(held: Iterable[PlanLine], lines: Iterable[PlanLine]) -> Iterable[PlanLine]:
    """What waits for people at whom a tick before this one has looked."""
    looked_at = {(line.platform, line.person) for line in lines}
    return [line for line in held if (line.platform, line.person) not in looked_at and not line.send]


def _aside(settings: Settings, at: datetime) -> Sender:
    from adapters.console.sender import aside  # noqa: PLC0415  # most databases have nobody at a terminal

    return aside(settings.zone, lambda: at)


@contextlib.asynccontextmanager
async def _speaking(
    settings: Settings,
    application: Application,
    at: datetime,
    senders: dict[str, Sender],
    quiets: dict[str, Quiet],
) -> AsyncIterator[None]:
    """With what speaks on the platforms that are configured; one that is not is not even imported."""
    async with contextlib.AsyncExitStack() as stack:
        platforms = []
        if settings.on_slack:
            from bot.slack import speaking_on_slack  # noqa: PLC0415  # its SDK is loaded only where it is used

            platforms.append(await stack.enter_async_context(speaking_on_slack(settings, application, lambda: at)))
        if settings.on_teams:
            from bot.teams import speaking_on_teams  # noqa: PLC0415  # its SDK is loaded only where it is used

            platforms.append(await stack.enter_async_context(speaking_on_teams(settings, application, lambda: at)))
        senders |= {platform.name: platform.sender for platform in platforms}
        quiets |= {platform.name: platform.quiet for platform in platforms if platform.quiet is not None}
        yield


async def _dry_run(settings: Settings, at: datetime) -> Ticked:
    database = open_database(settings.database_url, alone=False)
    try:
        planner = Planner(database.read, PackShelf(), settings.zone, calendar_for(settings.zone, settings.country))
        lines = await planner.preview(at)
        return Ticked(rows=_rows(lines, await database.read(names), settings.zone))
    finally:
        database.close()


def _rows(
    lines: Iterable[PlanLine], known: Mapping[tuple[str, str, str], str], zone: ZoneInfo
) -> Sequence[Mapping[str, Any]]:
    called = {(platform, who): name for (platform, _, who), name in known.items()}
    return [_row(line, called.get((line.platform, line.person), line.person), zone) for line in lines]


def _row(line: PlanLine, name: str, zone: ZoneInfo) -> Mapping[str, Any]:
    return {
        "at": line.at.astimezone(UTC).isoformat(),
        "person": f"@{name}",
        "platform": line.platform,
        "kind": line.kind,
        "projects": list(line.projects),
        "items": list(line.items),
        "step": line.step,
        "send": line.send,
        "reason": reason(line, zone),
    }


def as_lines(rows: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> Iterable[str]:
    """A row in one line: when, who, what, and why or why not."""
    for row in rows:
        at = datetime.fromisoformat(row["at"]).astimezone(zone)
        about = (
            f"{', '.join(row['projects'])}: {', '.join(row['items'])}" if row["items"] else ", ".join(row["projects"])
        )
        does = "goes out" if row["send"] else "held back"
        who, what = f"{row['person']} ({row['platform']})", f"{row['kind']} {row['step']}"
        yield "  ".join((f"{at:%Y-%m-%d %H:%M}", who, about, what, f"{does}: {row['reason']}"))
