"""Who has sent an activity: the token that every request of the Bot Framework's bears, and the keys that sign them.

What has no valid token is `Unauthorized`, for whatever reason; only where no keys can be had, nobody can tell.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt

from adapters.payloads import Payload, at, listed, words
from conversations.errors import ReadinessError

OPENID_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
ISSUER = "https://api.botframework.com"
TIMEOUT_SECONDS = 5.0  # for both documents together
_ALGORITHM = "RS256"
LEEWAY_SECONDS = 300
_REQUIRED = ("exp", "iss", "aud", "serviceurl")
_FRESH_SECONDS = 12 * 3600.0  # then the keys are asked for anew
TRUSTED_SECONDS = 24 * 3600.0  # and if they cannot be had, believed for so long
_PAUSE_SECONDS = 2.0  # after they could not be had
# A key is published before it is used, so one that is not known is looked for at once; but anybody can invent names.
LOOKS = 3
LOOKS_SECONDS = 15.0
_BEARER = "Bearer "
_log = logging.getLogger(__name__)


class Unauthorized(ReadinessError):
    """The request has no token of the Bot Framework's for this bot and this activity. The reason is for the log."""


class KeysUnavailable(ReadinessError):
    """Nobody can tell whether a token is genuine: the keys cannot be had now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    key: jwt.PyJWK
    endorsed: frozenset[str]  # the channels that may use it


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One that holds. What it may be used for is told by the activity."""

    claims: Mapping[str, Any]
    endorsed: frozenset[str]  # channels

    def check(self, body: Payload) -> None:
        """Raises `Unauthorized` where it is not for this activity."""
        if words(body, "channelId") not in self.endorsed:
            raise Unauthorized("the key is not endorsed for the activity's channel")
        if self.claims["serviceurl"] != at(body, "serviceUrl"):
            raise Unauthorized("the token is for another service URL")


class Verifier:
    """`clock` counts seconds; only how old the keys are is told by it. Fetching them never blocks the event loop."""

    def __init__(
        self, app_id: str, *, openid_url: str = OPENID_URL, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app_id = app_id
        self._openid_url = openid_url
        self._clock = clock
        self._keys: Mapping[str, _Key] = {}
        self._fetched_at = -TRUSTED_SECONDS
        self._fetching: asyncio.Task[None] | None = None
        self._ask_again_at = clock()
        self._looks = deque[float](maxlen=LOOKS)  # when keys were looked for that were not there

    async def token(self, header: str | None) -> Token:
        """What the `Authorization` header bears. Raises `Unauthorized` and `KeysUnavailable`."""
        token = (header or "").removeprefix(_BEARER)
        if token == header or not token:
            raise Unauthorized("there is no bearer token")
        key = await self._key(_name_of_key(token))
        return Token(claims=self._claimed(token, key), endorsed=key.endorsed)

    async def ready(self) -> bool:
        """Whether keys are there; asks for them where they are not."""
        await self._refreshed()
        return self._are_trusted()

    def _claimed(self, token: str, key: _Key) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[_ALGORITHM],
                audience=self._app_id,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": list(_REQUIRED), "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            raise Unauthorized(f"the token does not hold: {type(error).__name__}") from None

    async def _key(self, name: str) -> _Key:
        await self._refreshed()
        if name not in self._keys and self._may_look():
            await self._looked()
        if not self._are_trusted() or (name not in self._keys and self._are_out_of_reach()):
            raise KeysUnavailable
        if name not in self._keys:
            raise Unauthorized("the key is not known")
        return self._keys[name]

    async def _refreshed(self) -> None:
        if self._clock() >= self._fetched_at + _FRESH_SECONDS and not self._are_out_of_reach():
            await self._fetched()

    async def _looked(self) -> None:
        if not self._is_fetching():
            self._looks.append(self._clock())
        await self._fetched()

    def _are_trusted(self) -> bool:
        return self._clock() < self._fetched_at + TRUSTED_SECONDS

    def _may_look(self) -> bool:
        rested = len(self._looks) < LOOKS or self._clock() >= self._looks[0] + LOOKS_SECONDS
        return self._is_fetching() or (rested and not self._are_out_of_reach())

    def _are_out_of_reach(self) -> bool:
        return self._clock() < self._ask_again_at

    def _is_fetching(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    async def _fetched(self) -> None:
        """Whoever needs keys meanwhile waits for the same ones, and leaves them to the others when going."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch())
        await asyncio.shield(self._fetching)

    async def _fetch(self) -> None:
        try:
            self._keys = await _read_keys(self._openid_url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self._ask_again_at = self._clock() + _PAUSE_SECONDS
            _log.warning("keys_not_read", extra={"error": type(error).__name__})
        else:
            self._fetched_at = self._clock()
            _log.info("keys_read", extra={"count": len(self._keys)})


def _name_of_key(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Unauthorized(f"the token cannot be read: {type(error).__name__}") from None
    name = header.get("kid")
    if header.get("alg") != _ALGORITHM or not isinstance(name, str):
        raise Unauthorized("the token is not signed by a named key")
    return name


async def _read_keys(openid_url: str) -> Mapping[str, _Key]:
    """Raises `ValueError` where what is told are no keys."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)) as session:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            document = await _read(session, openid_url)
            told = await _read(session, words(document, "jwks_uri"))
    keys = {words(each, "kid"): key for each in listed(told, "keys") if (key := _to_key(each)) is not None}
    if not keys:
        raise ValueError("no keys")
    return keys


async def _read(session: aiohttp.ClientSession, address: str) -> object:
    async with session.get(address, raise_for_status=True) as answer:
        told: object = await answer.json(content_type=None)
        return told


def _to_key(told: Payload) -> _Key | None:
    """None for a key of another kind."""
    endorsed = told.get("endorsements")
    try:
        key = jwt.PyJWK(dict(told), algorithm=_ALGORITHM)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return _Key(key=key, endorsed=frozenset(map(str, endorsed)) if isinstance(endorsed, list) else frozenset())
