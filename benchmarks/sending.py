"""Sending what was written: by the relay and the senders that ship, to what stands for Slack and for Microsoft."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, func, select, update

from benchmarks.due import NEXT_MONDAY
from benchmarks.fake_microsoft import microsoft
from benchmarks.load import NotMeasured
from benchmarks.platforms import Platform
from benchmarks.processes import cores, free_port, server
from benchmarks.shape import counting
from benchmarks.teams import TEAMS
from bot.bootstrap import Application, running
from bot.metrics import Metrics
from bot.settings import Settings
from bot.slack import on_slack
from bot.teams import on_teams
from conversations.people import Address
from conversations.ports import Sender
from storage.addresses import AddressRows
from storage.models import DeliveryState, lane, outbox

_HASTE = 1e9  # what is sent here waits for no platform's rate
_is_digest = outbox.c.delivery_id.startswith("digest/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    a_second: float
    statements: float  # for each


@asynccontextmanager
async def serving(url: str, folder: Path, kept: list[float]) -> AsyncIterator[Application]:
    """As `serve` does, but that nobody listens; at `kept` stands when each digest was kept."""
    slack, teams = free_port(), free_port()
    core, there = cores()[1], f"http://127.0.0.1:{teams}"
    settings, senders = _settings(url, slack), dict[str, Sender]()

    def noted(_platform: str, what: str, _kind: str) -> None:
        if what == "digest":
            kept.append(perf_counter())

    async with AsyncExitStack() as stack:
        stack.enter_context(server("benchmarks.fake_slack", str(slack), port=slack, core=core, folder=folder))
        keys = (str(teams), json.dumps({"keys": []}))
        stack.enter_context(server("benchmarks.fake_microsoft", *keys, port=teams, core=core, folder=folder))
        application = await stack.enter_async_context(
            running(settings, senders, command="make bench", clock=lambda: NEXT_MONDAY, noted=noted)
        )
        how = (settings, application, Metrics(), lambda: NEXT_MONDAY, _HASTE)
        for platform in (on_slack(*how), on_teams(*how, microsoft(there))):
            speaking = await stack.enter_async_context(platform)
            senders[speaking.name] = speaking.sender
        somebody = Address(
            platform=TEAMS.name, tenant=TEAMS.tenant(0), id="29:1", service_url=f"{there}/", told_at=NEXT_MONDAY
        )
        await AddressRows(application.database.units).keep([somebody])
        yield application


def _settings(url: str, slack: int) -> Settings:
    return Settings(
        database_url=url,
        slack_api_url=f"http://127.0.0.1:{slack}/api/",
        slack_bot_token="xoxb-of-the-measurement",
        slack_signing_secret="of the measurement only",
        teams_app_id="1f0e2d3c-4b5a-4968-8776-655443322110",
        teams_app_password="of the measurement only",
        teams_tenant_id=TEAMS.tenant(0),
    )


async def send(application: Application, platform: Platform, many: int) -> Sent:
    await application.database.units(_to_send, platform, many)
    with counting() as happened:
        begun = perf_counter()
        await application.relay.drain()
        lasted = perf_counter() - begun
    if (arrived := await application.database.read(_arrived, platform)) != many:
        raise NotMeasured(f"{many} digests were to be sent on {platform.title}, and {arrived} were")
    return Sent(a_second=many / lasted, statements=happened["statement"] / many)


def _to_send(connection: Connection, platform: Platform, many: int) -> None:
    """So many digests that wait, and nothing else, are to be sent, on that platform."""
    waiting = select(outbox.c.id).where(_is_digest, outbox.c.state == DeliveryState.PENDING).limit(many)
    ids = list(connection.execute(waiting).scalars())
    chosen = outbox.c.id.in_(ids)
    connection.execute(update(lane).values(due_at=None))
    connection.execute(update(outbox).where(chosen).values(platform=platform.name, tenant=platform.tenant(0)))
    connection.execute(
        update(lane).where(lane.c.key.in_(select(outbox.c.lane).where(chosen))).values(due_at=NEXT_MONDAY)
    )


def _arrived(connection: Connection, platform: Platform) -> int:
    arrived = _is_digest, outbox.c.state == DeliveryState.SENT, outbox.c.platform == platform.name
    return connection.execute(select(func.count()).select_from(outbox).where(*arrived)).scalar_one()
