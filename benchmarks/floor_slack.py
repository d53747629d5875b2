"""The floor: what any bot on Bolt must pay to keep a message before it says so.

A no-op `message` listener, signed requests, nobody's token looked for; and one row, durably committed, before the ack.
`python -m benchmarks.floor_slack DATABASE_URL PORT SIGNING_SECRET`
"""

from __future__ import annotations

import sys
from typing import Any

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from benchmarks.commits import Keep, keeping


def make_app(signing_secret: str, keep: Keep) -> web.Application:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T", bot_token="xoxb-", bot_user_id="U0BOT", bot_id="B0BOT")

    app = AsyncApp(signing_secret=signing_secret, authorize=authorize, process_before_response=True)

    @app.event("message")
    async def kept(body: dict[str, Any]) -> None:
        await keep(body["event_id"])

    return app.web_app("/slack/events")


def main(url: str, port: str, signing_secret: str) -> None:
    app = make_app(signing_secret, keeping(url))
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
