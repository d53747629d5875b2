"""Teams, built from settings: what hears it, what speaks there, and what tells whether both can."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import monotonic

from adapters.pacing import Turns
from adapters.teams import about
from adapters.teams.addresses import Addresses
from adapters.teams.connector import Connector
from adapters.teams.desk import Desk, Shell
from adapters.teams.endpoint import messages
from adapters.teams.framework import Framework
from adapters.teams.interactions import Interactions
from adapters.teams.logins import LOGIN_URL, Credentials
from adapters.teams.names import PLATFORM
from adapters.teams.people import People
from adapters.teams.sender import TeamsSender
from adapters.teams.service_urls import is_accepted
from adapters.teams.texts import Teams
from adapters.teams.tokens import OPENID_URL, Verifier
from adapters.wording import Wording
from bot.bootstrap import Application, machine_clock
from bot.metrics import Metrics
from bot.platform import Platform
from bot.server import Check
from bot.settings import Settings
from conversations.board import board
from conversations.cards import PreferencesCard
from conversations.people import Account
from conversations.ports import Delivery
from conversations.review import Review
from conversations.standing import stand
from storage.addresses import AddressRows
from storage.letters import PREFIX
from storage.outbox import as_shown
from storage.people import PeopleRows
from storage.places import living_reviews, living_reviews_of
from storage.queries import review_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Microsoft:
    """Where Microsoft is asked who calls and who we are, and whether a service URL is one of its own."""

    openid_url: str = OPENID_URL
    login_url: str = LOGIN_URL
    accepts: Callable[[str], bool] = lambda address: is_accepted(address, emulated=False)


MICROSOFT = Microsoft()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teams:
    """What is needed to speak there."""

    connector: Connector
    people: People
    wording: Wording
    sender: TeamsSender


@contextlib.asynccontextmanager
async def speaking_on_teams(
    settings: Settings,
    application: Application,
    clock: Callable[[], datetime],
    microsoft: Microsoft = MICROSOFT,
) -> AsyncIterator[Platform]:
    """Teams for who only speaks there, with its connections closed at the end.

    What is said is true by `clock`, which may be ahead; what Teams tells of people is told now.
    """
    async with _speaking(settings, application, clock, microsoft, asks_by=machine_clock) as teams:
        yield _platform(teams)


@contextlib.asynccontextmanager
async def on_teams(
    settings: Settings,
    application: Application,
    metrics: Metrics,
    clock: Callable[[], datetime],
    haste: float,
    microsoft: Microsoft = MICROSOFT,
    *,
    hears: bool = True,
) -> AsyncIterator[Platform]:
    """Teams, with its connections closed at the end; spoken to `haste` times as fast as it allows.

    What does not hear it only speaks there.
    """
    async with _speaking(settings, application, clock, microsoft, asks_by=clock, haste=haste) as teams:
        if not hears:
            yield replace(_platform(teams), checks={} if settings.teams_auth_off else {"teams": teams.connector.ready})
            return
        desk = Desk(
            _shell(application, metrics, clock), teams.people, teams.sender.places, teams.wording, zone=settings.zone
        )
        interactions = Interactions(desk, teams.people, teams.sender.readings, packs=application.engine.packs)
        off = settings.teams_auth_off
        verifier = None if off else Verifier(settings.teams_app_id or "", openid_url=microsoft.openid_url)
        accepts = partial(is_accepted, emulated=True) if off else microsoft.accepts
        route = messages(verifier, Framework(), accepts, lambda body: desk.hear(body, interactions.pressed))
        checks: dict[str, Check] = {} if verifier is None else {"teams": partial(_ready, verifier, teams.connector)}
        yield replace(_platform(teams), routes=(route, *about.routes()), checks=checks)


@contextlib.asynccontextmanager
async def _speaking(
    settings: Settings,
    application: Application,
    clock: Callable[[], datetime],
    microsoft: Microsoft,
    *,
    asks_by: Callable[[], datetime],
    haste: float = 1,
) -> AsyncIterator[_Teams]:
    units, wording = application.database.units, Wording(Teams())
    connector, addresses = Connector(_credentials(settings, microsoft)), Addresses(AddressRows(units), asks_by)
    people = People(PeopleRows(units), addresses, connector, asks_by, admins=settings.admins)
    turns = Turns(clock=lambda: monotonic() * haste, sleep=lambda seconds: asyncio.sleep(seconds / haste))
    sender = TeamsSender(connector, addresses, people, wording, zone=settings.zone, clock=clock, turns=turns)
    try:
        yield _Teams(connector=connector, people=people, wording=wording, sender=sender)
    finally:
        await people.close()
        await connector.close()


def _platform(teams: _Teams) -> Platform:
    return Platform(name=PLATFORM, sender=teams.sender, routes=(), checks={}, roll=teams.people)


def _credentials(settings: Settings, microsoft: Microsoft) -> Credentials | None:
    """None without authentication: an emulator wants none."""
    if settings.teams_auth_off:
        return None
    password = settings.teams_app_password
    return Credentials(
        app_id=settings.teams_app_id or "",
        password=password.get_secret_value() if password else "",
        tenant=settings.teams_tenant_id or "",
        login_url=microsoft.login_url,
    )


def _shell(application: Application, metrics: Metrics, clock: Callable[[], datetime]) -> Shell:
    units, read, shelf = application.database.units, application.database.read, application.shelf

    async def preferences(tenant: str, who: str) -> PreferencesCard:
        account = Account(platform=PLATFORM, tenant=tenant, id=who)
        return await application.ticker.planner.preferences(account, clock())

    async def review(tenant: str, which: str) -> Review | None:
        return await read(review_by_id, shelf, which, platform=PLATFORM, tenant=tenant)

    async def shown(tenant: str, name: str) -> tuple[Delivery, Mapping[int, str]] | None:
        found = await read(as_shown, name, platform=PLATFORM, tenant=tenant)
        if found is None:
            return None
        delivery = found.delivery
        about = await review(tenant, delivery.review) if delivery.review and delivery.key else None
        if about is None or (delivery.key or "").startswith(PREFIX):
            return delivery, found.words
        card = board(stand(about, clock())).get(delivery.key or "")
        return replace(delivery, card=card), {act.n: act.said for act in about.acts if act.said is not None}

    return Shell(
        run=application.runner.run,
        living=lambda tenant, channel: units(living_reviews, PLATFORM, tenant, channel),
        theirs=lambda tenant, who: units(living_reviews_of, PLATFORM, tenant, who),
        review=review,
        shown=shown,
        preferences=preferences,
        clock=clock,
        heard=lambda kind, outcome, seconds: metrics.heard(PLATFORM, kind, outcome, seconds=seconds),
    )


async def _ready(verifier: Verifier, connector: Connector) -> str | None:
    if not await verifier.ready():
        return "Microsoft's keys cannot be had, so that nobody who calls can prove who they are."
    return await connector.ready()
