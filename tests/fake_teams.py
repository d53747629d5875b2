"""Microsoft, as far as a bot in Teams can see it, on a socket of this machine: for tests that run the real adapter.

`FakeTeams` is the server: OpenID metadata with the signing keys, the login that gives bots their tokens, and the Bot
Connector. What it holds is in `fake_teams_state`, the connector's methods are in `fake_teams_connector`, what people
do is in `fake_teams_people` and `fake_teams_hands`. Stricter than Teams where that finds faults of a bot, never milder
on purpose. No rates are counted.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any, Self
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from tests.fake_teams_connector import METHODS
from tests.fake_teams_hands import Hands
from tests.fake_teams_reading import rung, text_of
from tests.fake_teams_state import APP_ID, APP_PASSWORD, BOT, BOT_NAME, TENANT, Call, Json, Message, TeamsRefuses
from tests.fake_teams_tokens import LoginRefuses, granted, openid
from tests.fakes import Answer, Fault, Faults, Trouble, half, until

__all__ = [
    "APP_ID",
    "APP_PASSWORD",
    "BOT",
    "BOT_NAME",
    "TENANT",
    "Answer",
    "FakeTeams",
    "Message",
    "Trouble",
    "rung",
    "text_of",
]

PEOPLE = ("ana", "ben", "dana", "lee", "mika", "noor", "priya")
_DENIED = {"message": "Authorization has been denied for this request."}
_ROUTES = (
    ("POST", "", "create"),
    ("POST", "/{conversation}/activities", "post"),
    ("POST", "/{conversation}/activities/{activity}", "post"),
    ("PUT", "/{conversation}/activities/{activity}", "update"),
    ("DELETE", "/{conversation}/activities/{activity}", "delete"),
    ("GET", "/{conversation}/members/{member}", "member"),
    ("GET", "/{conversation}/pagedmembers", "members"),
)


class FakeTeams(Hands):
    """`async with FakeTeams(...) as teams:` gives an organisation with PEOPLE and a team that has the bot.

    `clock` is what Teams' own times come from, `patience` is in real seconds. See `Deliveries` for `bot_url`.
    """

    def __init__(self, *, people: Iterable[str] = PEOPLE, channels: Iterable[str] = ("claims",), **more: Any) -> None:
        super().__init__(**more)
        self.tokens: set[str] = set()  # that bots were given, and that hold
        self._faults = Faults()
        self.changed = asyncio.Event()
        for name in people:
            self.adds_person(name)
        for name in channels:
            self.adds_channel(name)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1024**2)
        app.router.add_get("/v1/.well-known/openidconfiguration", self._openid)
        app.router.add_get("/v1/.well-known/keys", self._keys)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        for verb, path, method in _ROUTES:
            app.router.add_route(verb, f"/amer/{TENANT}/v3/conversations{path}", self._asked(method))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()
        await self._runner.cleanup()

    @property
    def openid_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    @property
    def login_url(self) -> str:
        return self.url

    # --- what goes wrong ---

    def fail(
        self,
        method: str,
        how: Trouble | int | str,
        *,
        where: str | None = None,
        times: int | None = 1,
        seconds: float = 1,
    ) -> None:
        """The next `times` calls of `method` ("*": of any) go wrong: a Trouble, an HTTP status, an error's code.

        "token", "openid" and "keys" are methods too. `where` is a whole conversation's id, or what `place` takes.
        "Throttled" asks to wait for `seconds`, SLOW takes them. For silence, take SLOW with more than anybody waits.
        """
        place = where if where is None or ";" in where else self.place(where).id
        self._faults.add(Fault(method=method, how=how, where=place, times=times, seconds=seconds))

    def heals(self) -> None:
        self._faults.clear()

    # --- waiting ---

    async def until(self, true: Callable[[], Any], seconds: float = 5) -> Any:
        """Waits for the bot: what `true` says as soon as it is true; looked at after each call, and in between."""
        return await until(
            true,
            self.changed,
            seconds,
            lambda: (f"{each.method} {each.conversation} -> {each.error}" for each in self.calls[-5:]),
        )

    # --- what is asked ---

    async def _openid(self, request: web.Request) -> web.StreamResponse:
        return await self._with_faults(request, "openid", None, {}, lambda: web.json_response(openid(self.url)))

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        return await self._with_faults(request, "keys", None, {}, lambda: web.json_response(self.keys.as_json()))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form: Json = dict(await request.post())

        def do() -> web.Response:
            try:
                given = granted(request.match_info["tenant"], form, self.name("token"))
            except LoginRefuses as refused:
                return web.json_response(refused.body, status=400)
            self.tokens.add(given["access_token"])
            return web.json_response(given)

        return await self._with_faults(request, "token", None, form, do)

    def _asked(self, method: str) -> Callable[[web.Request], Any]:
        async def asked(request: web.Request) -> web.StreamResponse:
            parts = {**request.query, **{name: unquote(value) for name, value in request.match_info.items()}}
            body = _read(await request.text())
            channel = (body.get("channelData") or {}).get("channel") or {} if method == "create" else {}
            where = parts.get("conversation", channel.get("id"))
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")

            def do() -> web.Response:
                if self.signs and token not in self.tokens:
                    return web.json_response(_DENIED, status=401)
                try:
                    status, answer = METHODS[method](self, parts, body)
                except TeamsRefuses as refused:
                    return web.json_response(refused.body, status=refused.status)
                return web.json_response(answer, status=status)

            return await self._with_faults(request, method, where, body, do)

        return asked

    async def _with_faults(
        self, request: web.Request, method: str, where: str | None, body: Json, do: Callable[[], web.Response]
    ) -> web.StreamResponse:
        fault = self._faults.take(method, where)
        response = self._outcome(fault, do)
        dropped = fault is not None and fault.how in (Trouble.DROP_BEFORE, Trouble.DROP_AFTER)
        error = "dropped" if dropped else _error(response)
        self.calls.append(Call(method=method, conversation=where, body=body, at=self.clock(), error=error))
        self.changed.set()
        if fault and fault.how is Trouble.SLOW:
            await asyncio.sleep(fault.seconds)
        if fault and fault.how is Trouble.HALF:
            return await half(request, response)
        if dropped and request.transport:
            request.transport.abort()
        return response

    def _outcome(self, fault: Fault | None, do: Callable[[], web.Response]) -> web.Response:
        how = fault.how if fault else None
        if fault and isinstance(how, str):
            refused = TeamsRefuses(how)
            headers = {"Retry-After": f"{fault.seconds:g}"} if refused.status == 429 else {}
            return web.json_response(refused.body, status=refused.status, headers=headers)
        if isinstance(how, int):
            return web.Response(status=how, text="the server has a problem")
        return web.Response() if how is Trouble.DROP_BEFORE else do()


def _read(text: str) -> Json:
    read = json.loads(text) if text else {}
    assert isinstance(read, dict), f"a body that is no object: {text}"
    return read


def _error(response: web.Response) -> str | None:
    """The code in an answer that is no success, or its status."""
    if response.status < 400:
        return None
    said = json.loads(response.text or "{}") if response.content_type == "application/json" else {}
    error = said.get("error")
    return str(error.get("code") if isinstance(error, dict) else error or response.status)
