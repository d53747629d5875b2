"""`ai-readiness serve`: hears the platforms, takes the turns and says what is to be said, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.absences import Absences
from bot.accounts import Accounts
from bot.bootstrap import Application, machine_clock, running
from bot.logs import log_to_stderr
from bot.metrics import Metrics, Now
from bot.platform import Platform
from bot.readiness import Readiness, own_checks
from bot.retention import Retention
from bot.scheduler import Scheduler, Tick
from bot.server import make_app, serving
from bot.settings import BadSettings, BadUsage, Only, Settings, what_serve_lacks
from bot.stopping import NOTICE_SECONDS, Work, stop_on_signals, work_until
from bot.traces import tracing
from conversations.ports import Quiet, Sender
from storage.health import figures
from storage.signals import hear_others, tell_others
from storage.unit_of_work import Reach, no_op

if TYPE_CHECKING:
    from bot.teams import Microsoft

ONE_PROCESS = (
    "--only: it is for several processes, and on SQLite one does everything; leave it out, "
    "or set DATABASE_URL to a PostgreSQL server."
)
DUE = timedelta(seconds=5)
PULSE = timedelta(minutes=1)
LOOK = timedelta(hours=1)
# A thread that plans letters gives way to turns ten times as soon as it would; their p99 meanwhile is a third less.
SWITCH_SECONDS = 0.0005


def serve(settings: Settings, only: Only | None = None) -> None:
    """Blocks until SIGTERM or SIGINT; how it then ends, `stopping` tells. Raises what `run` raises."""
    log_to_stderr(settings.log)
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(_serve(settings, only))


async def _serve(settings: Settings, only: Only | None) -> None:
    told_to_stop = asyncio.Event()
    stop_on_signals(told_to_stop)
    await run(settings, told_to_stop, settled, only=only, notice=NOTICE_SECONDS)


def settled(_address: str) -> None:
    """Now that it listens, all that is loaded stays: looking through it for garbage stops every turn, for 0.1 s."""
    gc.freeze()
    gc.enable()  # `cli.serve` has disabled it


async def run(
    settings: Settings,
    told_to_stop: asyncio.Event,
    listening: Callable[[str], object] = lambda _: None,
    reach: Reach = no_op,
    clock: Callable[[], datetime] = machine_clock,
    haste: float = 1,
    microsoft: Microsoft | None = None,
    only: Only | None = None,
    notice: float = 0,
) -> None:
    """`listening` is told the address; messages are sent `haste` times as fast as their platform allows.

    `microsoft` is where it is asked, if not where it is. `only` is the part that this process does, None for all.
    Told to stop, it answers for `notice` seconds more where a platform calls it.

    Raises `BadSettings`, `CannotListen`, and what `running` raises.
    """
    if lacking := what_serve_lacks(settings):
        raise BadSettings("\n".join(lacking))
    if only and settings.on_sqlite:
        raise BadUsage(ONE_PROCESS)
    metrics, senders, quiets = Metrics(), dict[str, Sender](), dict[str, Quiet]()
    async with (
        tracing() as spanned,
        metrics.watching(spanned) as watch,
        running(
            settings,
            senders,
            command="serve",
            clock=clock,
            reach=reach,
            watch=watch,
            quiets=quiets,
            noted=metrics.noted,
        ) as application,
        _configured(
            settings, application, metrics, clock, haste, microsoft, hears=only is not Only.WORKER
        ) as platforms,
    ):
        senders |= {platform.name: platform.sender for platform in platforms}
        quiets |= {platform.name: platform.quiet for platform in platforms if platform.quiet is not None}
        database = application.database

        def now() -> Now:
            return Now(at=clock(), under_way=watch.under_way, free_bytes=database.free_bytes())

        checks = own_checks(application, sends=only is not Only.WEB)
        for platform in platforms:
            checks |= platform.checks
        readiness = Readiness(checks, told_to_stop.is_set)
        app = make_app(
            [route for platform in platforms for route in platform.routes],
            readiness.look,
            lambda: metrics.scraped(lambda: database.read(figures), readiness.look, now()),
            watch,
        )
        async with serving(app, settings.host, settings.port) as address:
            listening(address)
            works = _works(settings, application, platforms, clock, only)
            await work_until(told_to_stop, works, notice=notice if any(each.routes for each in platforms) else 0)


@contextlib.asynccontextmanager
async def _configured(
    settings: Settings,
    application: Application,
    metrics: Metrics,
    clock: Callable[[], datetime],
    haste: float,
    microsoft: Microsoft | None,
    *,
    hears: bool,
) -> AsyncIterator[tuple[Platform, ...]]:
    """The platforms that are configured; one that is not is not even imported."""
    async with contextlib.AsyncExitStack() as stack:
        platforms = []
        if settings.on_slack:
            from bot.slack import on_slack  # noqa: PLC0415  # its SDK is loaded only where it is used

            slack = on_slack(settings, application, metrics, clock, haste, hears=hears)
            platforms.append(await stack.enter_async_context(slack))
        if settings.on_teams:
            from bot.teams import MICROSOFT, on_teams  # noqa: PLC0415  # its SDK is loaded only where it is used

            teams = on_teams(settings, application, metrics, clock, haste, microsoft or MICROSOFT, hears=hears)
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
    retention = Retention(database.units, application.shelf, days=settings.retention_days, clock=clock)
    return (
        Tick(name="due", every=DUE, does=ticker.tick_if_due),
        Tick(name="pulse", every=PULSE, does=ticker.pulse),
        Tick(name="look", every=LOOK, does=absences.look),
        Tick(name="accounts", every=LOOK, does=accounts.look),
        Tick(name="retention", every=LOOK, does=retention.look),
    )


def _works(
    settings: Settings,
    application: Application,
    platforms: tuple[Platform, ...],
    clock: Callable[[], datetime],
    only: Only | None,
) -> Iterator[Work]:
    """What is done besides answering: by `web` hearing, by `worker` sending and ticking."""
    relay, url = application.relay, settings.database_url
    if only is not Only.WORKER:
        yield from (Work(run=platform.run) for platform in platforms if platform.run is not None)
    if only is Only.WEB:
        yield Work(run=lambda: tell_others(url, relay.woken))
        return
    scheduler = Scheduler(_ticks(settings, application, platforms, clock), application.watch)

    def stop_ticks() -> None:
        scheduler.stop()
        application.ticker.stop()

    yield Work(run=relay.run, stop=relay.stop)
    yield Work(run=scheduler.run, stop=stop_ticks)
    if not settings.on_sqlite:
        yield Work(run=lambda: hear_others(url, relay.wake))
