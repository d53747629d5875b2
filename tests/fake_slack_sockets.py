"""Socket Mode: an app's own connections, several at a time; each envelope goes to one of them.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from tests.fake_slack_delivery import Socket
from tests.fake_slack_hands import Hands
from tests.fake_slack_state import APP, APP_TOKEN, Json, SlackRefuses

_MOST_SOCKETS = 10


class SocketMode(Hands):
    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.changed = asyncio.Event()  # an app called, connected or left
        self.acks: list[Json] = []  # as they came
        self._tickets: set[str] = set()

    def ticket(self, token: str) -> Json:
        """`apps.connections.open`"""
        if token != APP_TOKEN:
            raise SlackRefuses("not_allowed_token_type" if token in self.tokens else "invalid_auth")
        if len(self.sockets) >= _MOST_SOCKETS:
            raise SlackRefuses("too_many_websockets")
        ticket = self.name("ticket-")
        self._tickets.add(ticket)
        return {"url": f"{self.url.replace('http', 'ws', 1)}/link/{ticket}"}

    async def linked(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its hello to its end. A ticket is for one connection."""
        if request.match_info["ticket"] not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(request.match_info["ticket"])
        wire = web.WebSocketResponse()
        await wire.prepare(request)
        socket = Socket(wire)
        self.sockets.append(socket)
        await wire.send_json(_hello(len(self.sockets)))
        self.changed.set()
        try:
            await self._listens(socket)
        finally:
            socket.closed()
            self.sockets.remove(socket)
            self.changed.set()
        return wire

    async def _listens(self, socket: Socket) -> None:
        async for message in socket.wire:
            if message.type is WSMsgType.TEXT:
                with suppress(ValueError):  # the SDK's own pings are no JSON
                    self._hears(json.loads(message.data))

    def _hears(self, ack: Json) -> None:
        self.acks.append(ack)
        for socket in self.sockets:
            socket.hears(ack)

    async def disconnects(self, reason: str = "refresh_requested") -> None:
        """Tells the oldest connection to go, as Slack does every few hours; it gets nothing more."""
        socket = self.sockets[0]
        socket.leaving = True
        await socket.wire.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    async def breaks(self) -> None:
        """Cuts the oldest connection without a word."""
        await self.sockets[0].wire.close()


def _hello(connections: int) -> Json:
    debug = {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18_060}
    info = {"app_id": APP}
    return {"type": "hello", "num_connections": connections, "debug_info": debug, "connection_info": info}
