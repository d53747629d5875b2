"""`ai-readiness serve`: hears the platforms, takes the turns and says what is to be said, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.absences import Absences
from bot.accounts import Accounts
from bot.bootstrap import Application, machine_clock, running
from bot.logs import log_to_stderr
from bot.metrics import Metrics
from bot.platform import Platform
from bot.scheduler import Scheduler, Tick
from bot.server import Check, make_app, serving
from bot.settings import BadSettings, Settings, what_serve_lacks
from conversations.errors import ReadinessError
from conversations.ports import Quiet, Sender
from storage.inspection import missed_looks, waiting_deliveries
from storage.unit_of_work import Reach, no_op

if TYPE_CHECKING:
    from bot.teams import Microsoft

DUE = timedelta(seconds=5)
PULSE = timedelta(minutes=1)
LOOK = timedelta(hours=1)
# A thread that plans letters gives way to turns ten times as soon as it would; their p99 meanwhile is a third less.
SWITCH_SECONDS = 0.0005


def serve(settings: Settings) -> None:
    """Blocks until SIGTERM or SIGINT. Raises what `run` raises."""
    log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    await run(settings, told_to_stop, settled)


def settled(_address: str) -> None:
    """Now that it listens, all that is loaded stays: looking through it for garbage stops every turn, for 0.1 s."""
    gc.freeze()


async def run(
    settings: Settings,
    told_to_stop: asyncio.Event,
    listening: Callable[[str], object] = lambda _: None,
    reach: Reach = no_op,
    clock: Callable[[], datetime] = machine_clock,
    haste: float = 1,
    microsoft: Microsoft | None = None,
) -> None:
    """`listening` is told the address; messages are sent `haste` times as fast as their platform allows.

    `microsoft` is where it is asked, if not where it is.

    Raises `BadSettings`, `CannotListen`, and what `running` raises.
    """
    if lacking := what_serve_lacks(settings):
        raise BadSettings("\n".join(lacking))
    metrics, senders, quiets = Metrics(), dict[str, Sender](), dict[str, Quiet]()
    async with (
        running(
            settings,
            senders,
            command="serve",
            clock=clock,
            reach=reach,
            counted=metrics.delivered,
            quiets=quiets,
            noted=metrics.noted,
        ) as application,
        _configured(settings, application, metrics, clock, haste, microsoft) as platforms,
    ):
        senders |= {platform.name: platform.sender for platform in platforms}
        quiets |= {platform.name: platform.quiet for platform in platforms if platform.quiet is not None}
        read = application.database.read
        app = make_app(
            [route for platform in platforms for route in platform.routes],
            _checks(application, platforms),
            lambda: metrics.scraped(lambda: read(waiting_deliveries), lambda: read(missed_looks, now=clock())),
        )
        async with serving(app, settings.host, settings.port) as address:
            listening(address)
            ticks = _ticks(settings, application, platforms, clock)
            await _until(told_to_stop, application, platforms, Scheduler(ticks))


@contextlib.asynccontextmanager
async def _configured(
    settings: Settings,
    application: Application,
    metrics: Metrics,
    clock: Callable[[], datetime],
    haste: float,
    microsoft: Microsoft | None,
) -> AsyncIterator[tuple[Platform, ...]]:
    """The platforms that are configured; one that is not is not even imported."""
    async with contextlib.AsyncExitStack() as stack:
        platforms = []
        if settings.on_slack:
            from bot.slack import on_slack  # noqa: PLC0415  # its SDK is loaded only where it is used

            slack = on_slack(settings, application, metrics, clock, haste)
            platforms.append(await stack.enter_async_context(slack))
        if settings.on_teams:
            from bot.teams import MICROSOFT, on_teams  # noqa: PLC0415  # its SDK is loaded only where it is used

            teams = on_teams(settings, application, metrics, clock, haste, microsoft or MICROSOFT)
            platforms.append(await stack.enter_async_context(teams))
        yield tuple(platforms)


def _ticks(
    settings: Settings, application: Application, platforms: tuple[Platform, ...], clock: Callable[[], datetime]
) -> tuple[Tick, ...]:
    rolls = {platform.name: platform.roll for platform in platforms if platform.roll is not None}
    ticker = application.ticker
    absences = Absences(
        application.database.read,
        ticker.planner,
        application.runner,
        rolls=rolls,
        clock=clock,
        zone=application.engine.zone,
    )
    database = application.database
    accounts = Accounts(database.units, database.read, homes={"teams": settings.teams_tenant_id}, clock=clock)
    return (
        Tick(name="due", every=DUE, does=ticker.tick_if_due),
        Tick(name="pulse", every=PULSE, does=ticker.pulse),
        Tick(name="look", every=LOOK, does=absences.look),
        Tick(name="accounts", every=LOOK, does=accounts.look),
    )


async def _until(
    told_to_stop: asyncio.Event, application: Application, platforms: tuple[Platform, ...], scheduler: Scheduler
) -> None:
    """Works until it is told to stop; whatever ends before that is a fault, and ends the rest too."""
    relay, ticking = asyncio.create_task(application.relay.run()), asyncio.create_task(scheduler.run())
    hearing = [asyncio.create_task(platform.run()) for platform in platforms if platform.run is not None]
    stop = asyncio.create_task(told_to_stop.wait())
    done, _ = await asyncio.wait([relay, ticking, stop, *hearing], return_when=asyncio.FIRST_COMPLETED)
    for task in (stop, *hearing):
        task.cancel()
    await asyncio.gather(stop, *hearing, return_exceptions=True)
    scheduler.stop()
    application.ticker.stop()
    await asyncio.wait([ticking])
    application.relay.stop()
    await asyncio.wait([relay])  # whatever else has ended, what is being sent is marked first
    for task in (relay, ticking, *done):
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def _checks(application: Application, platforms: tuple[Platform, ...]) -> Mapping[str, Check]:
    async def database() -> str | None:
        try:
            await application.database.read(waiting_deliveries)
        except ReadinessError as error:
            return str(error)
        return None

    return {"database": database, **{name: check for platform in platforms for name, check in platform.checks.items()}}
