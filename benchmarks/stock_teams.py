"""The SDK as it comes: its own `process`, without authentication, which does nothing and keeps nothing.

`python -m benchmarks.stock_teams PORT`
"""

from __future__ import annotations

import sys

from aiohttp import web
from botbuilder.core import ActivityHandler
from botbuilder.integration.aiohttp import CloudAdapter


def make_app() -> web.Application:
    adapter, bot = CloudAdapter(), ActivityHandler()
    app = web.Application()
    app.router.add_post("/api/messages", lambda request: adapter.process(request, bot))
    return app


def main(port: str) -> None:
    web.run_app(make_app(), host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
