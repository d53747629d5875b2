"""Socket Mode: several connections at once, because the SDK closes one before it opens the next.

Whatever Slack sends comes through one of them, and is acknowledged through the one that is open by then.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack.workspaces import Workspaces

_log = logging.getLogger(__name__)
CONNECTIONS = 2  # at most ten for all processes: https://docs.slack.dev/apis/events-api/using-socket-mode/
_LOOK_SECONDS = 5.0
_PING_SECONDS = 5.0
_DRAIN_SECONDS = 3.0  # for which Slack waits


class _Handler(AsyncSocketModeHandler):
    """Bolt's, which knows what it is still answering."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answering: set[asyncio.Task[Any]] = set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as Bolt's own
        if task := asyncio.current_task():
            self.answering.add(task)
            task.add_done_callback(self.answering.discard)
        try:
            await super().handle(client, req)
        except (AttributeError, LookupError, TypeError):  # Bolt cannot read it; it would be no better if it came again
            _log.warning("envelope_unreadable", extra={"kind": req.type})
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))


class Sockets:
    """`run` holds the connections open until it is cancelled."""

    def __init__(self, app: AsyncApp, app_token: str, workspaces: Workspaces) -> None:
        self._app = app
        self._app_token = app_token
        self._workspaces = workspaces
        self._handlers: list[_Handler] = []

    async def run(self) -> None:
        self._handlers = [self._handler() for _ in range(CONNECTIONS)]
        connecting = [asyncio.create_task(_connect(handler)) for handler in self._handlers]
        try:
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                await self._freshen()
        finally:
            for task in connecting:
                task.cancel()
            await asyncio.gather(*connecting, return_exceptions=True)
            await self._drain()
            for handler in self._handlers:
                with suppress(OSError, RuntimeError):  # it may be broken already
                    await handler.close_async()  # type: ignore[no-untyped-call]  # the SDK has no types there

    async def connected(self) -> int:
        return sum([await handler.client.is_connected() for handler in self._handlers])

    def _handler(self) -> _Handler:
        return _Handler(self._app, self._app_token, web_client=self._workspaces.nobody(), ping_interval=_PING_SECONDS)

    async def _drain(self) -> None:
        """What is being answered is answered: Slack sends no click again."""
        answering = [task for handler in self._handlers for task in handler.answering]
        if answering:
            await asyncio.wait(answering, timeout=_DRAIN_SECONDS)

    async def _freshen(self) -> None:
        """An address is good for one connection, and the SDK would try the same one for ever."""
        for handler in self._handlers:
            if not await handler.client.is_connected():
                handler.client.wss_uri = None


async def _connect(handler: _Handler) -> None:
    """Returns once it is connected; the SDK tries for ever."""
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the SDK has no types there
