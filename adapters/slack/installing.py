"""Installing the app into a workspace, by Bolt's OAuth flow over our own store of tokens.

The state that comes back with a browser is sealed and good for one installation within ten minutes, so that nobody can
be led into an installation that somebody else began. What people read on the way says what to do next.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store.models import Installation as Granted
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.pages import HEADERS
from adapters.payloads import is_true, words
from adapters.slack.failures import UNANSWERED
from adapters.slack.installations import Installations, tenant_granted, to_installation
from adapters.slack.manifest import INSTALL, REDIRECT
from adapters.slack.names import PLATFORM
from adapters.slack.pages import installed_page, stopped_page
from adapters.slack.payloads import ident
from conversations.errors import Busy, ReadinessError, StorageDown
from conversations.ports import Installation, TokenStore

_STATE = "oauth/"  # what a state begins with; behind it stands what makes it its own
STATE_LIVES = timedelta(minutes=10)

_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Once = Callable[[str], Awaitable[bool]]  # whether nobody has come with this key before
Flow: TypeAlias = AsyncOAuthFlow
OnInstalled = Callable[[Installation], Awaitable[None]]


class SealingTokens(TokenStore, Protocol):
    """A `ports.TokenStore` that also seals what strangers carry for us."""

    def seal(self, words: str, *, at: datetime) -> str: ...

    def unseal(self, sealed: str, *, at: datetime, within: timedelta) -> str | None: ...


def installing(
    *,
    client_id: str,
    client_secret: str,
    public_url: str,
    scopes: Iterable[str],
    tokens: SealingTokens,
    once: Once,
    client: AsyncWebClient,
    clock: Clock,
    on_installed: OnInstalled,
) -> AsyncOAuthFlow:
    """The flow behind `routes`. `on_installed` is called when the token is kept, and before the installer reads so.

    `scopes` are those of the manifest; `client` has no token; `public_url` has no slash at its end.
    """
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=sorted(scopes),
        user_scopes=[],
        redirect_uri=public_url + REDIRECT,
        install_path=INSTALL,
        install_page_rendering_enabled=False,  # the page of consent is Slack's
        redirect_uri_path=REDIRECT,
        callback_options=_ends(on_installed, again=public_url + INSTALL),
        installation_store=Installations(tokens),
        state_store=States(tokens, once, clock),
        state_expiration_seconds=int(STATE_LIVES.total_seconds()),
        logger=_log,
    )
    return _Flow(client=client, logger=_log, settings=settings)


def _ends(on_installed: OnInstalled, *, again: str) -> AsyncCallbackOptions:
    """What the browser shows at the end; `again` is where an installation begins."""

    async def success(args: AsyncSuccessArgs) -> BoltResponse:
        installed = to_installation(args.installation)
        try:
            await on_installed(installed)
        except ReadinessError as error:  # the app is installed all the same
            _log.warning("installation_not_greeted", extra={"tenant": installed.tenant, "error": type(error).__name__})
        return _shown(args.settings, 200, installed_page(installed, args.installation.app_id or ""))

    async def failure(args: AsyncFailureArgs) -> BoltResponse:
        _log.info("installation_stopped", extra={"status": args.suggested_status_code})
        page = stopped_page(args.reason, again=again)
        return _shown(args.settings, args.suggested_status_code, page)

    return AsyncCallbackOptions(success=success, failure=failure)


def _shown(settings: AsyncOAuthSettings, status: int, page: str) -> BoltResponse:
    cookie = settings.state_utils.build_set_cookie_for_deletion()
    return BoltResponse(status=status, headers={**HEADERS, "Set-Cookie": cookie}, body=page)


def routes(flow: AsyncOAuthFlow) -> tuple[web.RouteDef, ...]:
    async def install(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_installation(_asked(request)))

    async def redirected(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_callback(_asked(request)))

    return web.get(flow.install_path, install), web.get(flow.redirect_uri_path, redirected, allow_head=False)


def _asked(request: web.Request) -> AsyncBoltRequest:
    """A browser asks by its address and its cookie; Bolt's own reading trips over a body in an unknown charset."""
    return AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))


class States(AsyncOAuthStateStore):
    """What an installation was begun with. Nothing is kept of it but that it was used."""

    def __init__(self, tokens: SealingTokens, once: Once, clock: Clock) -> None:
        self._tokens = tokens
        self._once = once
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        return _log

    async def async_issue(self, *_: object, **__: object) -> str:
        return self._tokens.seal(f"{_STATE}{secrets.token_hex(16)}", at=self._clock())

    async def async_consume(self, state: str) -> bool:
        name = self._tokens.unseal(state, at=self._clock(), within=STATE_LIVES)
        return name is not None and name.startswith(_STATE) and await self._once(f"{PLATFORM}/{name}")


class _Flow(AsyncOAuthFlow):
    """Bolt's own does not hear that Slack or the database is away, and writes what Slack gave it into the log."""

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_callback(request)
        except (Busy, StorageDown):
            args = AsyncFailureArgs(
                request=request,
                reason="storage_error",
                suggested_status_code=503,
                settings=self.settings,
                default=self.default_callback_options,
            )
            return await self.failure_handler(args)

    async def run_installation(self, code: str) -> Granted | None:
        """https://docs.slack.dev/reference/methods/oauth.v2.access"""
        try:
            told = await self.client.api_call(
                "oauth.v2.access",
                data={
                    "client_id": self.settings.client_id,
                    "client_secret": self.settings.client_secret,
                    "code": code,
                    "redirect_uri": self.settings.redirect_uri,
                },
            )
        except UNANSWERED as error:
            _log.warning("installation_not_granted", extra={"error": type(error).__name__})
            return None
        return _granted(told.data)


def _granted(told: object) -> Granted | None:
    """None where Slack gave no bot its token."""
    granted = Granted(
        app_id=ident(told, "app_id"),
        enterprise_id=ident(told, "enterprise", "id") or None,
        enterprise_name=words(told, "enterprise", "name") or None,
        team_id=ident(told, "team", "id") or None,
        team_name=words(told, "team", "name") or None,
        bot_token=words(told, "access_token") or None,
        bot_user_id=ident(told, "bot_user_id"),
        bot_scopes=words(told, "scope"),
        user_id=ident(told, "authed_user", "id"),
        is_enterprise_install=is_true(told, "is_enterprise_install"),
    )
    return granted if granted.bot_token and tenant_granted(granted) else None
