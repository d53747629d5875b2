"""Slack, built from settings: what hears it, what speaks there, and what tells whether both can."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import monotonic

from aiohttp import web

from adapters.slack import installing
from adapters.slack.app import to_app
from adapters.slack.channels import Channels
from adapters.slack.desk import Desk, Shell, to_welcome
from adapters.slack.endpoint import events
from adapters.slack.manifest import EVENTS, scopes
from adapters.slack.names import PLATFORM
from adapters.slack.pacing import RATES, Pace
from adapters.slack.people import People
from adapters.slack.quiet import DoNotDisturb
from adapters.slack.sender import SlackSender
from adapters.slack.sockets import Sockets
from adapters.slack.texts import Slack
from adapters.slack.workspaces import Workspaces
from adapters.wording import Wording
from bot.bootstrap import Application, machine_clock
from bot.metrics import Metrics
from bot.platform import Platform
from bot.server import Check
from bot.settings import Settings
from conversations.cards import PreferencesCard
from conversations.errors import DeliveryFailed, TokenUnreadable
from conversations.people import Account
from conversations.ports import Installation
from storage.people import PeopleRows
from storage.places import living_reviews, move_channel
from storage.tokens import Tokens
from storage.unit_of_work import first_time

ASK_SECONDS = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slack:
    """What is needed to speak there."""

    tokens: Tokens | None
    workspaces: Workspaces
    people: People
    wording: Wording
    platform: Platform  # which hears nothing yet


@contextlib.asynccontextmanager
async def speaking_on_slack(
    settings: Settings, application: Application, clock: Callable[[], datetime]
) -> AsyncIterator[Platform]:
    """Slack for who only speaks there, with its connections closed at the end.

    What is said is true by `clock`, which may be ahead; what Slack tells of people is told now.
    """
    async with _speaking(settings, application, clock, asks_by=machine_clock) as slack:
        yield slack.platform


@contextlib.asynccontextmanager
async def on_slack(
    settings: Settings,
    application: Application,
    metrics: Metrics,
    clock: Callable[[], datetime],
    haste: float,
    *,
    hears: bool = True,
) -> AsyncIterator[Platform]:
    """Slack, with its connections closed at the end; spoken to `haste` times as fast as it allows.

    What does not hear it only speaks there.
    """
    async with _speaking(settings, application, clock, asks_by=clock, haste=haste) as slack:
        tokens, workspaces = slack.tokens, slack.workspaces
        if tokens is not None:
            await _seal_anew(tokens)
        spoken = replace(slack.platform, checks={} if tokens else {"slack": _answers(workspaces)})
        if not hears:
            yield spoken
            return
        desk = Desk(
            _shell(application, metrics, tokens, clock),
            slack.people,
            Channels(workspaces),
            workspaces,
            slack.wording,
            packs=application.engine.packs,
            zone=settings.zone,
            welcomes=tokens is None,
        )
        flow = _flow(settings, application, workspaces, tokens, clock) if tokens else None
        app = to_app(desk, workspaces, flow)
        routes = [*(installing.routes(flow) if flow else ())]
        if settings.slack_app_token is not None:
            sockets = Sockets(app, settings.slack_app_token.get_secret_value(), workspaces)
            checks: dict[str, Check] = {"slack": partial(_connected, sockets)}
            yield replace(slack.platform, routes=routes, checks=checks, run=sockets.run)
        else:
            secret = settings.slack_signing_secret
            routes.append(web.post(EVENTS, events(app, secret.get_secret_value() if secret else "")))
            yield replace(spoken, routes=routes)


@contextlib.asynccontextmanager
async def _speaking(
    settings: Settings,
    application: Application,
    clock: Callable[[], datetime],
    *,
    asks_by: Callable[[], datetime],
    haste: float = 1,
) -> AsyncIterator[_Slack]:
    units = application.database.units
    tokens = Tokens(units, [key.get_secret_value() for key in settings.keys]) if settings.many_workspaces else None
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    workspaces = Workspaces(tokens or token, api_url=settings.slack_api_url)
    people, wording = People(PeopleRows(units), workspaces, asks_by, admins=settings.admins), Wording(Slack())
    pace = Pace(rates={method: replace(rate, seconds=rate.seconds / haste) for method, rate in RATES.items()})
    quiet = DoNotDisturb(workspaces, pace)
    sender = SlackSender(workspaces, people, wording, zone=settings.zone, clock=clock, pace=pace)
    platform = Platform(name=PLATFORM, sender=sender, routes=(), checks={}, quiet=quiet, roll=people)
    try:
        yield _Slack(tokens=tokens, workspaces=workspaces, people=people, wording=wording, platform=platform)
    finally:
        await people.close()
        await workspaces.close()


def _shell(application: Application, metrics: Metrics, tokens: Tokens | None, clock: Callable[[], datetime]) -> Shell:
    units = application.database.units

    async def uninstalled(tenant: str, at: datetime) -> None:
        if tokens is not None:
            await tokens.forget(PLATFORM, tenant, before=at)

    async def preferences(tenant: str, who: str) -> PreferencesCard:
        account = Account(platform=PLATFORM, tenant=tenant, id=who)
        return await application.ticker.planner.preferences(account, clock())

    return Shell(
        run=application.runner.run,
        living=lambda tenant, channel: units(living_reviews, PLATFORM, tenant, channel),
        moved=lambda tenant, old, new: units(move_channel, PLATFORM, tenant, old, new),
        uninstalled=uninstalled,
        preferences=preferences,
        clock=clock,
        heard=lambda kind, outcome, seconds: metrics.heard(PLATFORM, kind, outcome, seconds=seconds),
    )


def _flow(
    settings: Settings,
    application: Application,
    workspaces: Workspaces,
    tokens: Tokens,
    clock: Callable[[], datetime],
) -> installing.Flow:
    async def greet(installed: Installation) -> None:
        workspaces.forget(installed.tenant)
        if installed.installed_by:
            again = installed.installed_at.isoformat()
            await application.runner.run(to_welcome(installed.tenant, installed.installed_by, clock(), again=again))

    secret = settings.slack_client_secret
    return installing.installing(
        client_id=settings.slack_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        public_url=settings.public_url or "",
        scopes=scopes(),
        tokens=tokens,
        once=lambda key: application.database.units(first_time, [key], clock()),
        client=workspaces.nobody(),
        clock=clock,
        on_installed=greet,
    )


async def _seal_anew(tokens: Tokens) -> None:
    """With the newest key. Without the one that a token was sealed with, the app can still be installed again."""
    try:
        await tokens.reseal()
    except TokenUnreadable:
        _log.error("tokens_unreadable")


async def _connected(sockets: Sockets) -> str | None:
    return None if await sockets.connected() else "No connection to Slack is open. Is SLACK_APP_TOKEN right?"


def _answers(workspaces: Workspaces) -> Check:
    """Asked at most every ten seconds, however often we are."""
    said: tuple[float, str | None] = (-ASK_SECONDS, None)

    async def check() -> str | None:
        nonlocal said
        if said[0] + ASK_SECONDS <= monotonic():
            said = monotonic(), await _asked(workspaces)
        return said[1]

    return check


async def _asked(workspaces: Workspaces) -> str | None:
    try:
        await workspaces.ask("")
    except DeliveryFailed:
        return "Slack does not answer, or does not know SLACK_BOT_TOKEN. `ai-readiness doctor` says more."
    return None
