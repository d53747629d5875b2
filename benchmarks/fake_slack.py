"""Slack's Web API as far as the relay needs it: it says yes to everything, at once.

`python -m benchmarks.fake_slack PORT`
"""

from __future__ import annotations

import sys
from itertools import count
from typing import Any

from aiohttp import web

BOT, OWN_ID = "U0BOT", "B0BOT"
_numbers = count()


async def answer(request: web.Request) -> web.Response:
    asked = await (request.json() if request.content_type == "application/json" else request.post())
    return web.json_response({"ok": True, **told(request.match_info["method"], {**request.query, **asked})})


def told(method: str, asked: dict[str, Any]) -> dict[str, Any]:
    match method:
        case "auth.test":
            return {"user_id": BOT, "bot_id": OWN_ID, "team": "Acme", "url": "http://localhost/", "team_id": "T"}
        case "users.info":
            return {"user": {"id": asked["user"], "name": "someone", "real_name": "Someone", "tz": "Europe/Berlin"}}
        case "conversations.open":
            return {"channel": {"id": f"D{asked['users']}"}}
        case "chat.getPermalink":
            return {"permalink": f"http://localhost/{asked['channel']}/{asked['message_ts']}"}
        case _:
            return {"channel": asked.get("channel"), "ts": f"1800000000.{next(_numbers):06}"}


def main(port: str) -> None:
    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
