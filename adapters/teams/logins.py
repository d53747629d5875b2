"""The token that we show the Bot Connector: asked for when it is needed, and kept while it holds.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

import aiohttp

from adapters.failures import LATER_SECONDS
from conversations.errors import DeliveryFailed

LOGIN_URL = "https://login.microsoftonline.com"
SCOPE = "https://api.botframework.com/.default"
_EARLY_SECONDS = 300.0  # before its end a token is fetched anew: clocks differ, and a send takes a while
_CODE = re.compile(r"AADSTS\d+")  # https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_TIMEOUT = aiohttp.ClientTimeout(total=5)


class NotLetIn(DeliveryFailed):
    """Microsoft gives no token for these credentials: the app id, its secret or its tenant is not right."""

    def __init__(self, code: str) -> None:
        super().__init__(retry_after_seconds=LATER_SECONDS)
        self.code = code  # Microsoft's own, as in AADSTS7000215


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of the app's registration; `tenant` is the one in which it stands, whosever teams it speaks in."""

    app_id: str
    password: str = field(repr=False)
    tenant: str
    login_url: str = LOGIN_URL


class Login:
    """Without credentials there is no token: a local emulator wants none."""

    def __init__(self, credentials: Credentials | None, *, clock: Callable[[], float] = monotonic) -> None:
        self._credentials = credentials
        self._clock = clock
        self._token: str | None = None
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def token(self, session: aiohttp.ClientSession) -> str | None:
        """Whoever needs one meanwhile, waits for the same answer. Raises `NotLetIn` and `DeliveryFailed`."""
        if self._credentials is None:
            return None
        async with self._asking:
            if self._token is None or self._until <= self._clock():
                self._token, holds = await _ask(session, self._credentials)
                self._until = self._clock() + holds - min(_EARLY_SECONDS, holds / 2)
        return self._token

    def forget(self, token: str | None) -> None:
        """It was not accepted."""
        if token == self._token:
            self._token = None


async def _ask(session: aiohttp.ClientSession, who: Credentials) -> tuple[str, float]:
    """A token, and for how many seconds it holds."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": who.app_id,
        "client_secret": who.password,
        "scope": SCOPE,
    }
    try:
        address = f"{who.login_url}/{who.tenant}/oauth2/v2.0/token"
        async with session.post(address, data=asked, timeout=_TIMEOUT) as answer:
            told = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise DeliveryFailed from error
    if not isinstance(told, Mapping) or answer.status >= 500:
        raise DeliveryFailed
    token, holds = told.get("access_token"), told.get("expires_in")
    if not isinstance(token, str) or not isinstance(holds, int | float):
        code = _CODE.match(str(told.get("error_description")))
        raise NotLetIn(code[0] if code else str(told.get("error", answer.status)))
    return token, float(holds)
