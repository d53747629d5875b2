"""The web server: what platforms call, health, readiness and metrics, in one application.

It knows no platform and no database: routes and checks are given to it. Whatever goes wrong is answered by one sentence
as JSON, which says nothing about the inside; an oversized body is refused before anything of it is parsed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.logs import place_of
from bot.watching import Watch
from conversations.errors import Busy, ReadinessError, StaleReview, StorageDown

LARGEST_BODY_BYTES = 1024**2
BODY_SECONDS = 10.0  # in which all of a body has come: Slack waits for three, Teams for fifteen
IDLE_SECONDS = 75.0  # in which a connection begins a request, headers and all; proxies drop theirs after sixty
LINGER_SECONDS = 2.0  # that an answered request may go on sending, so that its sender comes to read the answer
STOP_SECONDS = 5.0  # a turn takes at most two, and Slack waits for three

Check: TypeAlias = Callable[[], Awaitable[str | None]]
"""What is wrong, as a sentence; None where all is well."""
Look: TypeAlias = Callable[[], Awaitable[Mapping[str, str | None]]]
"""The same of every check, by the name that `/readyz` tells."""
Scrape: TypeAlias = Callable[[], Awaitable[tuple[bytes, str]]]
"""The metrics and their content type."""
_Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SAYS = {
    HTTPStatus.NOT_FOUND: "There is nothing here.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This is called in another way.",
    HTTPStatus.REQUEST_TIMEOUT: "That took too long to arrive.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too large: 1 MB at most.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here; it is noted in the log.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nothing was kept; please try again in a moment.",
}
_PROBED = ("/healthz", "/readyz", "/metrics")
_log = logging.getLogger(__name__)


class CannotListen(ReadinessError):
    """The server cannot listen where it was told to."""


def make_app(routes: Iterable[web.RouteDef], look: Look, scrape: Scrape, watch: Watch | None = None) -> web.Application:
    """What probes ask is not watched."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_request: web.Request) -> web.Response:
        wrong = {name: problem for name, problem in (await look()).items() if problem}
        return web.json_response({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)

    async def metrics(_request: web.Request) -> web.Response:
        body, content_type = await scrape()
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application(client_max_size=LARGEST_BODY_BYTES, middlewares=[_watched(watch or Watch()), _answering])
    app.add_routes([*routes, web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    return app


def _watched(watch: Watch) -> Middleware:
    @web.middleware
    async def watched(request: web.Request, handler: _Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource else "other"
        if path in _PROBED:
            return await handler(request)
        with watch.over("request", method=request.method, path=path, status=HTTPStatus.INTERNAL_SERVER_ERROR) as facts:
            answer = await handler(request)
            facts["status"] = answer.status
            return answer

    return watched


@web.middleware
async def _answering(request: web.Request, handler: _Handler) -> web.StreamResponse:
    if (request.content_length or 0) > LARGEST_BODY_BYTES:
        return _sentence(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        await _receive(request)
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < HTTPStatus.BAD_REQUEST:
            raise
        return _sentence(answer.status, allow=answer.headers.get("Allow"))
    except (Busy, StaleReview, StorageDown) as error:
        _log.warning("request_postponed", extra={"path": request.path, "error": type(error).__name__})
        return _sentence(HTTPStatus.SERVICE_UNAVAILABLE)
    except Exception as error:  # noqa: BLE001  # the server would log its text, which may repeat what people wrote
        _log.error("request_broke", extra={"path": request.path, "error": type(error).__name__, "at": place_of(error)})
        return _sentence(HTTPStatus.INTERNAL_SERVER_ERROR)


async def _receive(request: web.Request) -> None:
    """The body is there from now on: aiohttp itself would wait for it as long as it takes."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):  # it is none, or its sender has gone
        raise web.HTTPBadRequest from None


def _sentence(status: int, *, allow: str | None = None) -> web.Response:
    known = HTTPStatus(status)
    says = _SAYS.get(known, f"{known.phrase}.")
    return web.json_response({"error": says}, status=status, headers={"Allow": allow} if allow else None)


@contextlib.asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Answers at the address that is yielded. At the end nothing new is accepted, and what runs is waited for.

    Raises `CannotListen`.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=STOP_SECONDS,
        keepalive_timeout=IDLE_SECONDS,
        lingering_time=LINGER_SECONDS,
        auto_decompress=False,  # no platform compresses, and what grows while it is read is nobody's friend
    )
    await runner.setup()
    try:
        await _listen(runner, host, port)
        address = _address(runner)
        _log.info("listening", extra={"address": address})
        yield address
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        why = (error.strerror or "").rpartition(": ")[2]  # the address stands before it
        raise CannotListen(
            f"Cannot listen on {host}, port {port} ({why}); set HOST and PORT to where it can."
        ) from None


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
