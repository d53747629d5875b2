"""The Bot Framework's SDK, as far as we use it: a turn of its adapter, and its client of the Bot Connector.

The SDK's own transport asks for tokens on the event loop, sends in threads, opens a connection each time and repeats
PUT and GET by itself. So its client gets ours, which does none of that and raises what `failures` makes of an answer.
Nothing of the SDK leaves this module and `connector`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, TypeVar

import aiohttp
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)
from msrest.authentication import Authentication
from msrest.exceptions import DeserializationError
from msrest.pipeline import AsyncHTTPSender, AsyncPipeline, Response
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http import AsyncClientResponse
from yarl import URL

from adapters.recent import Recent
from adapters.teams.failures import to_failure, unanswered
from adapters.teams.logins import Credentials, Login

# Less than the relay gives a send.
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
_MOST_AT_ONCE = 64  # connections; more than the relay has lanes
_AUDIENCE = "https://api.botframework.com"  # of our own tokens
_MOST_ADDRESSES = 100  # one for a region, or for a tenant

_Answer = TypeVar("_Answer")


class NoActivity(ValueError):
    """The Bot Framework cannot read this as an activity."""


class Framework:
    """`credentials` None: without authentication, for a local emulator."""

    def __init__(self, credentials: Credentials | None) -> None:
        self.login = Login(credentials)
        self.bot = f"28:{credentials.app_id}" if credentials else ""  # as people's clients know it
        self._transport = _Transport(self.login)
        self._clients = Recent[str, Any](_MOST_ADDRESSES)
        self._adapter = CloudAdapter(_Authentication(self.client))

    async def turn(
        self, claims: Mapping[str, Any] | None, body: Mapping[str, Any], logic: Callable[[], Awaitable[_Answer]]
    ) -> _Answer:
        """What `logic` returns, which is called once, inside of the adapter's turn. Raises `NoActivity` before it.

        `claims` are those of a token that was checked, None where there is no authentication.
        """
        answers: list[_Answer] = []

        async def called(_context: object) -> None:
            answers.append(await logic())

        request = AuthenticateRequestResult()
        request.claims_identity = ClaimsIdentity(dict(claims or {}), claims is not None)
        request.audience = _AUDIENCE
        request.connector_factory = _Factory(self.client)
        await self._adapter.process_activity(request, _activity(body), called)
        return answers[0]

    def client(self, service_url: str) -> Any:
        """The SDK's client of the Connector at this address; one for all turns."""
        if service_url not in self._clients:
            self._clients[service_url] = ConnectorClient(
                Authentication(),  # it signs nothing: the transport does
                base_url=service_url,
                pipeline_type=lambda _config: AsyncPipeline([RawDeserializer()], self._transport),
            )
        return self._clients[service_url]

    async def ready(self) -> None:
        """Raises `NotLetIn` or `DeliveryFailed` where there is no token to be had."""
        await self.login.token(self._transport.session())

    async def close(self) -> None:
        await self._transport.close()


def _activity(body: Mapping[str, Any]) -> Any:
    try:
        return Activity.deserialize(dict(body))
    except (DeserializationError, AttributeError, TypeError, ValueError) as error:
        raise NoActivity from error


class _Transport(AsyncHTTPSender):  # type: ignore[misc]  # the SDK has no types
    """Sends a request of the SDK's over connections that stay open. A POST that may have arrived is `unknown`."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        if self._session is None:  # not before: it belongs to the loop that runs when it is made
            connector = aiohttp.TCPConnector(limit=_MOST_AT_ONCE)
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, connector=connector)
        return self._session

    async def __aexit__(self, *_: object) -> None:
        """Closed by `close` alone."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, request: Any, **_: Any) -> Any:
        asked = request.http_request
        posting = asked.method == "POST"
        token = await self._login.token(self.session())
        status, headers, text = await self._sent(asked, token)
        if status == 401:  # it was not done: a token may be taken back before its end
            self._login.forget(token)
            status, headers, text = await self._sent(asked, await self._login.token(self.session()))
        if status >= 300:
            raise to_failure(status, headers, text, posting=posting)
        return Response(request, _Answered(asked, status, text))

    async def _sent(self, asked: Any, token: str | None) -> tuple[int, Mapping[str, str], str]:
        headers = dict(asked.headers) | ({"Authorization": f"Bearer {token}"} if token else {})
        sending = self.session().request(
            asked.method,
            URL(asked.url, encoded=True),  # as the SDK has quoted it
            data=asked.data,
            headers=headers,
            allow_redirects=False,  # the token is for this address only
        )
        try:
            async with sending as answer:
                return answer.status, answer.headers, await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unanswered(error, posting=asked.method == "POST") from error


class _Answered(AsyncClientResponse):  # type: ignore[misc]  # the SDK has no types
    """What the SDK reads of an answer; a body that is no JSON says nothing."""

    def __init__(self, request: Any, status: int, text: str) -> None:
        super().__init__(request, self)  # what the SDK calls the raw response
        self.status_code = status
        self.headers = {"content-type": "application/json"}
        self._text = text if _is_json(text) else ""

    def body(self) -> bytes:
        return self._text.encode()

    def text(self, encoding: str | None = None) -> str:  # noqa: ARG002  # the SDK's signature
        return self._text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


class _Factory(ConnectorFactory):  # type: ignore[misc]  # the SDK has no types
    """The SDK would build a client for each turn."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    async def create(self, service_url: str, audience: str | None = None) -> Any:  # noqa: ARG002  # the SDK's signature
        return self._client(service_url)


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]  # the SDK has no types
    """Who asks was checked before a turn begins: the SDK's own check follows no change of keys for a day."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def create_connector_factory(self, claims_identity: Any) -> Any:  # noqa: ARG002  # the SDK's signature
        return _Factory(self._client)

    async def create_user_token_client(self, claims_identity: Any) -> None:
        """Nobody signs in."""

    async def authenticate_request(self, activity: Any, auth_header: str) -> NoReturn:
        raise NotImplementedError

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> NoReturn:
        raise NotImplementedError
