"""A proxy before several processes, as plain as they come: in turn, and where one takes no connection, the next.

What was sent and not answered is not sent again: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream
"""

from __future__ import annotations

from typing import Self

import aiohttp
from aiohttp import web


class Front:
    """`async with Front() as front:`; `behind` are the addresses of those that serve, and may change at any time."""

    def __init__(self) -> None:
        self.behind: list[str] = []
        self.served: dict[str, int] = {}  # answers by address
        self._next = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._passed_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = "http://{}:{}".format(*self._runner.addresses[0][:2])
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        await self._runner.cleanup()

    async def _passed_on(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {**request.headers}
        self._next += 1
        first = self._next % len(self.behind)
        for address in self.behind[first:] + self.behind[:first]:
            try:
                async with self._client.request(
                    request.method, f"{address}{request.path}", data=body, headers=headers
                ) as answer:
                    self.served[address] = self.served.get(address, 0) + 1
                    return web.Response(
                        status=answer.status, body=await answer.read(), content_type=answer.content_type
                    )
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                break
        return web.Response(status=502)
