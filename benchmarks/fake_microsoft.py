"""Microsoft as far as a bot in Teams needs it: a key, a token for the bot, and a Connector that says yes to everything.

`python -m benchmarks.fake_microsoft PORT KEYS`, which are those that sign, as JSON
"""

from __future__ import annotations

import json
import sys
from itertools import count
from typing import Any

from aiohttp import web

from bot.teams import Microsoft

OPENID = "/openid"
_numbers = count(1_800_000_000_000)


def microsoft(url: str) -> Microsoft:
    """It is all at `url`."""
    return Microsoft(openid_url=f"{url}{OPENID}", login_url=url, accepts=lambda address: address.startswith(f"{url}/"))


def make_app(keys: dict[str, Any]) -> web.Application:
    app = web.Application()
    app.router.add_get(OPENID, _openid)
    app.router.add_get("/keys", lambda _: _told(keys))
    app.router.add_post(
        "/{tenant}/oauth2/v2.0/token", lambda _: _told({"access_token": "of-the-bot", "expires_in": 3_600})
    )
    app.router.add_get("/v3/conversations/{conversation}/members/{member}", _member)
    app.router.add_route("*", "/v3/conversations{rest:.*}", _said)
    return app


async def _told(said: dict[str, Any]) -> web.Response:
    return web.json_response(said)


async def _openid(request: web.Request) -> web.Response:
    return await _told({"jwks_uri": f"{request.url.origin()}/keys"})


async def _member(request: web.Request) -> web.Response:
    """The roster of a conversation."""
    return await _told({"id": request.match_info["member"], "name": "Someone", "userRole": "user"})


async def _said(request: web.Request) -> web.Response:
    """A new message, or a new version of one."""
    await request.read()
    return web.json_response({"id": str(next(_numbers))}, status=201 if request.method == "POST" else 200)


def main(port: str, keys: str) -> None:
    web.run_app(make_app(json.loads(keys)), host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
