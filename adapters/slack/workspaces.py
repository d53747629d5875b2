"""Who speaks in which workspace: a client for each, over one shared session, and what the bot is called there.

No client here repeats a call by itself: a repeated post is a second message, and the relay knows what may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.failures import LATER_SECONDS
from adapters.slack.failures import UNANSWERED, to_failure
from adapters.slack.names import PLATFORM
from conversations.errors import Busy, DeliveryFailed, StorageDown, TokenUnreadable
from conversations.ports import TokenStore

API_URL = AsyncWebClient.BASE_URL
# Of the session: a client with a session of its own has no timeout. Less than the relay gives a send.
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
TOKEN_SECONDS = 60.0  # for which a token is believed; another process may have taken it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The bot in one workspace: https://docs.slack.dev/reference/methods/auth.test"""

    user: str
    bot: str  # as `bot_id` in its own messages
    team: str  # the workspace's name
    url: str
    scopes: frozenset[str]


class Workspaces:
    """`tokens` is the one token of a single workspace, or where to find each. `api_url` ends in /api/."""

    def __init__(
        self, tokens: str | TokenStore, *, api_url: str = API_URL, clock: Callable[[], float] = monotonic
    ) -> None:
        self._tokens = tokens
        self._api_url = api_url
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str, tuple[AsyncWebClient, float]] = {}  # with when to look for its token again
        self._identities: dict[str, Identity] = {}

    async def client(self, tenant: str) -> AsyncWebClient:
        """Raises `DeliveryFailed` where there is no token, or it cannot be found now."""
        client, until = self._clients.get(tenant, (None, 0.0))
        if client is None or until <= self._clock():
            client = self._new(await self._token(tenant))
            self._clients[tenant] = client, self._clock() + TOKEN_SECONDS
        return client

    def nobody(self) -> AsyncWebClient:
        """A client without a token, for what brings its own."""
        return self._new(None)

    def webhook(self, address: str) -> AsyncWebhookClient:
        """Answers where Slack said to: an address that needs no token."""
        return AsyncWebhookClient(address, session=self._open_session(), retry_handlers=[])

    async def identity(self, tenant: str) -> Identity:
        """Asked once; never while a request of Slack's waits for its answer. Raises `DeliveryFailed`."""
        if tenant not in self._identities:
            self._identities[tenant] = await self.ask(tenant)
        return self._identities[tenant]

    async def ask(self, tenant: str) -> Identity:
        """Asked anew: whether Slack answers, and knows us. Raises `DeliveryFailed`."""
        client = await self.client(tenant)
        try:
            told = await client.auth_test()
        except UNANSWERED as error:
            raise to_failure(error) from error
        return Identity(
            user=told["user_id"],
            bot=told["bot_id"],
            team=told["team"],
            url=told["url"],
            scopes=frozenset(told.headers.get("x-oauth-scopes", "").replace(",", " ").split()),
        )

    def forget(self, tenant: str) -> None:
        """Its token has changed, or is gone."""
        self._clients.pop(tenant, None)
        self._identities.pop(tenant, None)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _token(self, tenant: str) -> str:
        if isinstance(self._tokens, str):
            return self._tokens
        try:
            installation = await self._tokens.find(PLATFORM, tenant)
        except (Busy, StorageDown) as error:
            raise DeliveryFailed from error
        except TokenUnreadable as error:
            raise DeliveryFailed(retry_after_seconds=LATER_SECONDS) from error
        if installation is None:
            self.forget(tenant)
            raise DeliveryFailed(retry_after_seconds=LATER_SECONDS)
        return installation.token

    def _new(self, token: str | None) -> AsyncWebClient:
        return AsyncWebClient(token, base_url=self._api_url, session=self._open_session(), retry_handlers=[])

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:  # not before: it belongs to the loop that runs when it is made
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self._session
