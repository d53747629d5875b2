"""The Bot Framework's SDK, as far as we use it: a turn of its adapter, which reads an activity and has our logic run.

What is said goes out by `connector`: the SDK's own client asks for tokens on the event loop, sends in threads, opens a
connection each time and repeats PUT and GET by itself. Nothing of the SDK leaves this module.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, TypeVar

from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)
from msrest.exceptions import DeserializationError

_AUDIENCE = "https://api.botframework.com"  # of our own tokens

_Answer = TypeVar("_Answer")


class NoActivity(ValueError):
    """The Bot Framework cannot read this as an activity."""


class Framework:
    def __init__(self) -> None:
        self._adapter = CloudAdapter(_Authentication())

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
        request.connector_factory = _Silence()
        await self._adapter.process_activity(request, _activity(body), called)
        return answers[0]


def _activity(body: Mapping[str, Any]) -> Any:
    try:
        return Activity.deserialize(dict(body))
    except (DeserializationError, AttributeError, TypeError, ValueError) as error:
        raise NoActivity from error


class _Silence(ConnectorFactory):  # type: ignore[misc]  # the SDK has no types
    """The SDK would build a client for each turn, and nothing is said in a turn."""

    async def create(self, service_url: str, audience: str | None = None) -> object:  # noqa: ARG002  # the SDK's signature
        return self  # it must be something


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]  # the SDK has no types
    """Who asks was checked before a turn begins: the SDK's own check follows no change of keys for a day."""

    def create_connector_factory(self, claims_identity: Any) -> Any:  # noqa: ARG002  # the SDK's signature
        return _Silence()

    async def create_user_token_client(self, claims_identity: Any) -> None:
        """Nobody signs in."""

    async def authenticate_request(self, activity: Any, auth_header: str) -> NoReturn:
        raise NotImplementedError

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> NoReturn:
        raise NotImplementedError
