"""Slack's Web API as far as the relay needs it: it says yes to everything, at once unless it is told otherwise.

`python -m benchmarks.fake_slack PORT [--certificate FILE] [--answers-after SECONDS] [--interval SECONDS]`. With an
interval a channel takes one new message in so many seconds, and refuses others. What it was asked stands at `/told`.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
from itertools import count
from time import monotonic
from typing import Any

from aiohttp import web

BOT, OWN_ID = "U0BOT", "B0BOT"
POST = "chat.postMessage"
_LENIENT = 0.25  # of the interval: what the network delays one message by, it does not delay the next one by


class Workspace:
    def __init__(self, answers_after: float = 0.0, interval: float = 0.0) -> None:
        self._answers_after = answers_after
        self._interval = interval
        self._numbers = count()
        self._free_at: dict[str, float] = {}  # by channel
        self._connections = set[tuple[str, int]]()
        self._calls = self._refused = 0
        self._posted: list[float] = []  # when each new message came
        self._newest: dict[str, Any] = {}

    def told(self) -> dict[str, Any]:
        """`lasted` are the seconds from the first new message to the last."""
        return {
            "calls": self._calls,
            "connections": len(self._connections),
            "posted": len(self._posted),
            "refused": self._refused,
            "lasted": self._posted[-1] - self._posted[0] if self._posted else 0.0,
            "newest": self._newest,
        }

    async def answer(self, request: web.Request) -> web.Response:
        as_json = request.content_type == "application/json"
        asked: dict[str, Any] = dict(await (request.json() if as_json else request.post()))
        method, now = request.match_info["method"], monotonic()
        self._calls += 1
        if request.transport is not None:
            self._connections.add(request.transport.get_extra_info("peername"))
        if method == POST:
            channel = asked["channel"]
            if now < self._free_at.get(channel, 0.0) - self._interval * _LENIENT:
                self._refused += 1
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"}
                )
            self._free_at[channel] = max(now, self._free_at.get(channel, 0.0)) + self._interval
            self._posted.append(now)
            self._newest = asked
        if self._answers_after:
            await asyncio.sleep(self._answers_after)
        return web.json_response({"ok": True, **self._said(method, {**request.query, **asked})})

    def _said(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "auth.test":
                return {"user_id": BOT, "bot_id": OWN_ID, "team": "Acme", "url": "http://localhost/", "team_id": "T"}
            case "users.info":
                user = {"id": asked["user"], "name": "someone", "real_name": "Someone", "tz": "Europe/Berlin"}
                return {"user": user}
            case "conversations.open":
                return {"channel": {"id": f"D{asked['users']}"}}
            case "chat.getPermalink":
                return {"permalink": f"http://localhost/{asked['channel']}/{asked['message_ts']}"}
            case _:
                return {"channel": asked.get("channel"), "ts": f"1800000000.{next(self._numbers):06}"}


def make_app(workspace: Workspace) -> web.Application:
    async def told(_request: web.Request) -> web.Response:
        return web.json_response(workspace.told())

    app = web.Application()
    app.router.add_route("*", "/api/{method}", workspace.answer)
    app.router.add_get("/told", told)
    return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--certificate")
    parser.add_argument("--answers-after", type=float, default=0.0)
    parser.add_argument("--interval", type=float, default=0.0)
    chosen = parser.parse_args()
    context = None
    if chosen.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.certificate)
    app = make_app(Workspace(chosen.answers_after, chosen.interval))
    web.run_app(app, host="127.0.0.1", port=chosen.port, ssl_context=context, access_log=None, print=None)


if __name__ == "__main__":
    main()
