"""Slack, as far as an app can see it, on a socket of this machine: for tests that run the real SDK against it.

`FakeSlack` is the server: the Web API, Socket Mode and response addresses. What it holds is in `fake_slack_state`,
its methods are in `fake_slack_web`, `fake_slack_conversations` and `fake_slack_views`, what people do is in
`fake_slack_people` and `fake_slack_hands`. Stricter than Slack where that finds faults of an app, never milder on
purpose. No rates are counted.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fake_slack_conversations import METHODS, grant
from tests.fake_slack_reading import rung, text_of
from tests.fake_slack_sockets import SocketMode
from tests.fake_slack_state import APP_TOKEN, BOT, BOT_TOKEN, SIGNING_SECRET, TEAM, Call, Json, SlackRefuses
from tests.fake_slack_views import VIEW_METHODS
from tests.fake_slack_web import MESSAGE_METHODS, Arguments, message_json
from tests.fakes import Answer, Fault, Faults, Trouble, half, until

__all__ = [
    "APP_TOKEN",
    "BOT",
    "BOT_TOKEN",
    "SIGNING_SECRET",
    "TEAM",
    "Answer",
    "FakeSlack",
    "Trouble",
    "rung",
    "text_of",
]

_METHODS = {**METHODS, **MESSAGE_METHODS, **VIEW_METHODS}
PEOPLE = ("ana", "ben", "dana", "lee", "mika", "noor", "priya")


class FakeSlack(SocketMode):
    """`async with FakeSlack(...) as slack:` gives a workspace with PEOPLE, the channel #claims and the bot in it.

    `clock` is what Slack's own times come from, `patience` is in real seconds. See `Deliveries` for `events_url`.
    """

    def __init__(
        self,
        *,
        people: Iterable[str] = PEOPLE,
        channels: Iterable[str] = ("claims",),
        echoes: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.echoes = echoes  # the app also hears of its own messages, as it does in truth
        self._echoing: set[asyncio.Task[Answer]] = set()
        self._faults = Faults()
        self._peers: set[Any] = set()
        for name in people:
            self.adds_person(name)
        for name in channels:
            self.adds_channel(name)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._called)
        app.router.add_get("/link/{ticket}", self.linked)
        app.router.add_post("/hooks/response/{name}", self._answered)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._echoing)
        for each in list(self.sockets):
            await each.wire.close()
        await self.http.close()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What `AsyncWebClient(base_url=…)` is given."""
        return f"{self.url}/api/"

    @property
    def connections(self) -> int:
        """TCP connections that the app opened for calls until now."""
        return len(self._peers)

    # --- what goes wrong ---

    def fail(
        self,
        method: str,
        how: Trouble | int | str,
        *,
        channel: str | None = None,
        times: int | None = 1,
        retry_after: float = 1,
        seconds: float = 1,
    ) -> None:
        """The next `times` calls of `method` ("*": of any) go wrong: a Trouble, an HTTP status, an error's name.

        "response_url" is a method too. "ratelimited" is a 429 with `retry_after`; SLOW takes `seconds`.
        """
        where = channel and self.channel(channel).id
        wait = retry_after if how == "ratelimited" else seconds
        self._faults.add(Fault(method=method, how=how, where=where, times=times, seconds=wait))

    def heals(self) -> None:
        self._faults.clear()

    # --- waiting ---

    async def until(self, true: Callable[[], Any], seconds: float = 5) -> Any:
        """Waits for the app: what `true` says as soon as it is true; looked at after each call, and in between."""
        return await until(
            true,
            self.changed,
            seconds,
            lambda: (f"{each.method} {dict(each.arguments)} -> {each.error}" for each in self.calls[-5:]),
        )

    # --- the Web API ---

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = Arguments({**request.query, **await _sent(request), **_client(request)})
        token = arguments.pop("token", request.headers.get("Authorization", "").removeprefix("Bearer "))

        def do() -> web.Response:
            answer = self._perform(method, token, arguments)
            headers = {"x-oauth-scopes": ",".join(self.scopes)} if method != "apps.connections.open" else {}
            return web.json_response(answer, headers=headers)

        return await self._with_faults(request, method, arguments, do)

    def _perform(self, method: str, token: str, arguments: Arguments) -> Json:
        try:
            return {"ok": True, **self._method(method, token, arguments)}
        except SlackRefuses as refused:
            return refused.answer

    def _method(self, method: str, token: str, arguments: Arguments) -> Json:
        if method == "oauth.v2.access":
            return grant(self, arguments)
        if not token:
            raise SlackRefuses("not_authed")
        if method == "apps.connections.open":
            return self.ticket(token)
        if token not in self.tokens:
            raise SlackRefuses("account_inactive" if token in self.revoked else "invalid_auth")
        if method not in _METHODS:
            raise SlackRefuses("unknown_method", req_method=method)
        before = self._of_call(arguments)
        answer = _METHODS[method](self, arguments)
        if self.echoes and method in ("chat.postMessage", "chat.update"):
            self._echoes(answer, before)
        return answer

    def _of_call(self, arguments: Arguments) -> Json | None:
        """The message that is about to be changed."""
        channel = self.channels.get(str(arguments.get("channel")))
        message = channel and channel.messages.get(str(arguments.get("ts")))
        return message_json(channel, message, metadata=True) if channel and message else None

    def _echoes(self, answer: Json, before: Json | None) -> None:
        channel = self.channels[answer["channel"]]
        message = channel.messages[answer["ts"]]
        event = (
            self.tells_of_post(channel, message) if before is None else self.tells_of_change(channel, message, before)
        )
        task = asyncio.ensure_future(event)
        self._echoing.add(task)
        task.add_done_callback(self._echoing.discard)

    async def _with_faults(
        self, request: web.Request, method: str, arguments: Arguments, do: Callable[[], web.Response]
    ) -> web.StreamResponse:
        if request.transport:
            self._peers.add(request.transport.get_extra_info("peername"))
        fault = self._faults.take(method, arguments.get("channel"))
        response, error = self._outcome(fault, do)
        self.calls.append(Call(method=method, arguments=arguments, at=self.clock(), error=error))
        self.changed.set()
        if fault and fault.how is Trouble.SLOW:
            await asyncio.sleep(fault.seconds)
        if fault and fault.how is Trouble.HALF:
            return await half(request, response)
        if error == "dropped" and request.transport:
            request.transport.abort()
        return response

    def _outcome(self, fault: Fault | None, do: Callable[[], web.Response]) -> tuple[web.Response, str | None]:
        """What is answered and what the call ended with."""
        how = fault.how if fault else None
        if fault and how == "ratelimited":
            headers = {"Retry-After": f"{fault.seconds:g}"}
            return web.json_response({"ok": False, "error": how}, status=429, headers=headers), how
        if isinstance(how, int):
            return web.Response(status=how, text="the server has a problem"), f"http {how}"
        if isinstance(how, str):
            return web.json_response({"ok": False, "error": how}), how
        response = web.Response() if how is Trouble.DROP_BEFORE else do()
        if how in (Trouble.DROP_BEFORE, Trouble.DROP_AFTER):
            return response, "dropped"
        return response, _error(response)

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        arguments, name = Arguments(await _sent(request)), request.match_info["name"]

        def do() -> web.Response:
            try:
                self.respond(name, arguments)
            except SlackRefuses as refused:
                return web.json_response(refused.answer, status=404)
            return web.Response(text="ok")

        return await self._with_faults(request, "response_url", arguments, do)


async def _sent(request: web.Request) -> Json:
    """The body, JSON or a form."""
    if request.content_type == "application/json":
        sent: Json = json.loads(await request.text() or "{}")
        return sent
    return dict(await request.post())


def _client(request: web.Request) -> Json:
    """Which app asks for a token, where its header says so."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return {}
    id_, _, secret = b64decode(value).decode().partition(":")
    return {"client_id": id_, "client_secret": secret}


def _error(response: web.Response) -> str | None:
    if response.content_type != "application/json":
        return None
    error: str | None = json.loads(response.text or "{}").get("error")
    return error
