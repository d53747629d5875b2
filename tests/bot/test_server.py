from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from aiohttp import ClientSession, ClientTimeout, web

from bot import readiness, server
from bot.logs import hush
from bot.readiness import Readiness
from bot.server import LARGEST_BODY_BYTES, CannotListen, Check, make_app, serving
from conversations.errors import Busy, StorageDown
from tests.journeys.terminal import ROOT

T = TypeVar("T")
LOOPBACK = "127.0.0.1"
SECRET = "what ana wrote"


async def scrape() -> tuple[bytes, str]:
    return b"turns_total 1.0\n", "text/plain; version=1.0.0; charset=utf-8"


async def well() -> None:
    return None


async def ill() -> str:
    return "It does not answer."


async def slow() -> None:
    await asyncio.sleep(60)


async def echo(request: web.Request) -> web.Response:
    return web.json_response(await request.json())


async def length(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


def raising(error: Exception) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(_request: web.Request) -> web.StreamResponse:
        raise error

    return handler


ECHO = (web.post("/slack/events", echo),)


@contextlib.asynccontextmanager
async def running(
    routes: Iterable[web.RouteDef] = ECHO, checks: Mapping[str, Check] | None = None
) -> AsyncIterator[ClientSession]:
    async with (
        serving(make_app(routes, Readiness(checks or {}).look, scrape), LOOPBACK, 0) as address,
        ClientSession(address, timeout=ClientTimeout(total=20)) as client,
    ):
        yield client


def asked(method: str, path: str, body: bytes | None = None, **given: object) -> tuple[int, object]:
    async def scene() -> tuple[int, object]:
        async with running(**given) as client, client.request(method, path, data=body and io.BytesIO(body)) as answer:  # type: ignore[arg-type]  # passed on as given
            return answer.status, json.loads(await answer.read())

    return asyncio.run(scene())


LIGHT = [
    ("--help",),
    ("packs", "list"),
    ("chat",),
    ("tick", "--at", "2026-11-24", "--format", "json"),
    ("manifest", "slack", "--socket"),
]


@pytest.mark.parametrize("words", LIGHT)
def test_commands_that_serve_nobody_load_no_web_server_and_no_platform(words: tuple[str, ...], tmp_path: Path) -> None:
    heavy = ("aiohttp", "slack_sdk", "slack_bolt", "prometheus_client", "cryptography", "apscheduler")
    script = (
        f"import bot.cli, sys\ntry: bot.cli.main()\nfinally: print(*(set({heavy}) & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"},
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout
    assert ran.stderr.strip() == ""


def test_it_lives() -> None:
    assert asked("GET", "/healthz") == (200, {"alive": True})


def test_it_is_ready_while_nothing_is_wrong() -> None:
    assert asked("GET", "/readyz", checks={"database": well}) == (200, {"ready": True, "wrong": {}})


def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "CHECK_SECONDS", 0.05)
    status, said = asked("GET", "/readyz", checks={"database": well, "slack": ill, "keys": slow})
    assert status == 503
    assert said == {
        "ready": False,
        "wrong": {"slack": "It does not answer.", "keys": "It did not answer within 0 seconds."},
    }


def test_metrics_are_what_was_scraped() -> None:
    async def scene() -> None:
        async with running() as client, client.get("/metrics") as answer:
            assert (answer.status, await answer.text()) == (200, "turns_total 1.0\n")
            assert answer.headers["Content-Type"] == "text/plain; version=1.0.0; charset=utf-8"

    asyncio.run(scene())


def test_a_route_that_was_given_is_answered_by_its_handler() -> None:
    assert asked("POST", "/slack/events", b'{"type": "event"}') == (200, {"type": "event"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/slack/event", 404), ("GET", "/slack/events", 405), ("POST", "/healthz", 405)],
)
def test_what_is_not_there_is_said_in_a_sentence(method: str, path: str, status: int) -> None:
    found, said = asked(method, path)
    assert found == status
    assert isinstance(said, dict)
    assert said["error"].endswith(".")


def test_a_method_that_is_not_taken_is_told_with_those_that_are() -> None:
    async def scene() -> None:
        async with running() as client, client.get("/slack/events") as answer:
            assert answer.headers["Allow"] == "POST"

    asyncio.run(scene())


def test_a_body_of_one_megabyte_is_read_and_a_larger_one_is_refused_unread() -> None:
    largest = json.dumps("x" * (LARGEST_BODY_BYTES - 2)).encode()
    assert asked("POST", "/slack/events", largest)[0] == 200
    refused = (413, {"error": "That is too large: 1 MB at most."})
    assert asked("POST", "/slack/events", largest + b" ") == refused
    ignoring = [web.post("/x", raising(ValueError("it was called")))]
    assert asked("POST", "/x", b"{" * 3 * LARGEST_BODY_BYTES, routes=ignoring) == refused


def test_a_large_body_of_unsaid_length_is_refused_too() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * (LARGEST_BODY_BYTES // 2)

    async def scene() -> None:
        async with running() as client, client.post("/slack/events", data=pieces()) as answer:
            assert answer.status == 413

    asyncio.run(scene())


def test_a_body_that_does_not_come_to_its_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(server, "LINGER_SECONDS", 0.1)

    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.05)

    async def scene() -> None:
        async with running() as client:
            begun = time.monotonic()
            async with client.post("/slack/events", data=dripping()) as answer:
                assert (answer.status, await answer.json()) == (408, {"error": "That took too long to arrive."})
            assert time.monotonic() - begun < 3

    asyncio.run(scene())


@pytest.mark.parametrize("begun", [b"", b"POST /slack/events HTTP/1.1\r\nX-Slow: "])
def test_a_connection_that_begins_no_request_is_cut_off(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.2)

    async def scene() -> None:
        async with serving(make_app(ECHO, Readiness({}).look, scrape), LOOPBACK, 0) as address:
            reader, writer = await asyncio.open_connection(LOOPBACK, int(address.rpartition(":")[2]))
            writer.write(begun)
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()

    asyncio.run(scene())


_POST = b"POST /slack/events HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        _POST + b"Content-Length: 100\r\n\r\n{",
        _POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        _POST + b"Transfer-Encoding: chunked\r\n\r\nwhat ana wrote\r\n",
        b"what ana wrote\r\n\r\n",
    ],
)
def test_who_goes_before_the_end_or_speaks_no_http_is_no_fault_of_ours(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with serving(make_app(ECHO, Readiness({}).look, scrape), LOOPBACK, 0) as address:
            _, writer = await asyncio.open_connection(LOOPBACK, int(address.rpartition(":")[2]))
            writer.write(sent)
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.close()
            await asyncio.sleep(0.05)

    hush()
    asyncio.run(scene())
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    assert SECRET not in caplog.text


def test_a_compressed_body_is_taken_as_it_came() -> None:
    async def scene() -> None:
        async with running([web.post("/x", length)]) as client:
            body = gzip.compress(b" " * 10 * LARGEST_BODY_BYTES)
            async with client.post("/x", data=body, headers={"Content-Encoding": "gzip"}) as answer:
                assert (answer.status, await answer.text()) == (200, str(len(body)))

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError(SECRET), 500), (StorageDown(SECRET), 503), (Busy(), 503), (web.HTTPGone(), 410)]
)
def test_a_fault_is_answered_and_logged_without_anybodys_words(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found, said = asked("POST", "/x", routes=[web.post("/x", raising(error))])
    assert (found, str(said).count("error")) == (status, 1)
    assert SECRET not in f"{said} {caplog.text} {[vars(record) for record in caplog.records]}"


def test_the_place_of_a_fault_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    asked("POST", "/x", routes=[web.post("/x", raising(ValueError(SECRET)))])
    (record,) = (vars(each) for each in caplog.records if each.message == "request_broke")
    assert (record["path"], record["error"]) == ("/x", "ValueError")
    assert record["at"].startswith("handler:")


def test_a_redirection_is_no_fault() -> None:
    async def scene() -> None:
        routes = [web.get("/x", raising(web.HTTPFound("/elsewhere")))]
        async with running(routes) as client, client.get("/x", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/elsewhere")

    asyncio.run(scene())


def test_it_says_where_it_listens_and_keeps_no_access_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked("GET", "/healthz")
    said = [vars(record) for record in caplog.records if record.name.startswith(("bot", "aiohttp"))]
    assert [(line["message"], line["address"].rpartition(":")[0]) for line in said] == [
        ("listening", f"http://{LOOPBACK}")
    ]


def test_at_the_end_a_running_request_is_answered_and_no_new_one_is_taken() -> None:
    async def scene() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def waiting(_request: web.Request) -> web.Response:
            begun.set()
            await go_on.wait()
            return web.json_response({"done": True})

        async with ClientSession() as client, contextlib.AsyncExitStack() as stack:
            address = await stack.enter_async_context(
                serving(make_app([web.get("/x", waiting)], Readiness({}).look, scrape), LOOPBACK, 0)
            )
            first = asyncio.create_task(client.get(f"{address}/x"))
            await begun.wait()
            stopping = asyncio.create_task(stack.aclose())
            await asyncio.sleep(0.05)
            with pytest.raises(OSError, match="refused"):
                await asyncio.to_thread(socket.create_connection, (LOOPBACK, int(address.rpartition(":")[2])))
            assert not stopping.done()
            go_on.set()
            async with await first as answer:
                assert answer.status == 200
            await stopping

    asyncio.run(scene())


def test_a_request_that_does_not_end_does_not_hold_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 0.1)

    async def scene() -> None:
        begun = asyncio.Event()

        async def endless(_request: web.Request) -> web.Response:
            begun.set()
            await asyncio.sleep(60)
            return web.Response()

        async with ClientSession() as client:
            async with (
                asyncio.timeout(5),
                serving(make_app([web.get("/x", endless)], Readiness({}).look, scrape), LOOPBACK, 0) as address,
            ):
                first = asyncio.create_task(client.get(f"{address}/x"))
                await begun.wait()
            with contextlib.suppress(Exception):
                await first

    asyncio.run(scene())


def test_a_port_that_is_taken_is_said() -> None:
    async def scene() -> None:
        app = make_app([], Readiness({}).look, scrape)
        async with serving(app, LOOPBACK, 0) as address:
            port = int(address.rpartition(":")[2])
            with pytest.raises(
                CannotListen, match=rf"^Cannot listen on 127.0.0.1, port {port} \(address already in use\)"
            ):
                async with serving(make_app([], Readiness({}).look, scrape), LOOPBACK, port):
                    pass

    asyncio.run(scene())


def test_a_host_that_is_none_is_said() -> None:
    async def scene() -> None:
        with pytest.raises(CannotListen, match="no-such-host"):
            async with serving(make_app([], Readiness({}).look, scrape), "no-such-host.invalid", 0):
                pass

    asyncio.run(scene())
