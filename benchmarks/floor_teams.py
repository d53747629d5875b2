"""The floor: what a bot on the Bot Framework must pay to keep a message before it says so, no clients built.

A signed token checked, the SDK's own turn without a word in it; and one row, durably committed, before the ack.
Of the product only the edge is used: what checks the token, and what has the SDK build no clients for a turn.
`python -m benchmarks.floor_teams DATABASE_URL PORT APP_ID OPENID_URL`
"""

from __future__ import annotations

import json
import sys

from aiohttp import web

from adapters.teams.framework import Framework
from adapters.teams.tokens import Verifier
from benchmarks.commits import Keep, keeping


def make_app(verifier: Verifier, keep: Keep) -> web.Application:
    framework = Framework()

    async def handle(request: web.Request) -> web.Response:
        token = await verifier.token(request.headers.get("Authorization"))
        body = json.loads(await request.read())
        token.check(body)
        await framework.turn(token.claims, body, lambda: keep(body["id"]))
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/messages", handle)
    return app


def main(url: str, port: str, app_id: str, openid_url: str) -> None:
    app = make_app(Verifier(app_id, openid_url=openid_url), keeping(url))
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
