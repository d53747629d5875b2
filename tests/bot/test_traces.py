from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.settings import BadSettings
from bot.traces import tracing
from bot.watching import Watch
from conversations.activities import turn_id
from tests import serving
from tests.journeys.terminal import ROOT

TURN = turn_id("what ana did")
WORDS = "the Ravenscroft ledger"


@dataclass(slots=True)
class Collector:
    """An OTLP collector that remembers what it was sent."""

    url: str = ""
    received: bytes = b""
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received += body
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = {one.key: one.value.string_value for one in each.resource.attributes}
            self.services.add(about["service.name"])
            self.spans += [span for scope in each.scope_spans for span in scope.spans]
        return web.Response(body=b"", content_type="application/x-protobuf")

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@asynccontextmanager
async def collecting(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    collector, app = Collector(), web.Application()
    app.router.add_post("/v1/traces", collector.take)
    async with TestServer(app) as server:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", str(server.make_url("")))
        yield collector


def about(span: Span) -> dict[str, object]:
    values = {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in span.attributes}
    return {name.removeprefix("ai_readiness."): value for name, value in values.items()}


def traces(spans: Iterable[Span]) -> set[str]:
    return {span.trace_id.hex() for span in spans}


def test_a_turn_and_what_is_delivered_of_it_are_one_trace_whoever_delivers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> Collector:
        async with collecting(monkeypatch) as collector:
            async with tracing() as spanned:
                watch = Watch(spanned=spanned)
                with watch.over("request", method="POST", path="/slack/events") as request:
                    with (
                        watch.over("turn", TURN, platform="slack"),
                        watch.over("unit", unit="run_turn", access="write"),
                    ):
                        pass
                    request["status"] = 200
            async with tracing() as spanned:  # another process
                with Watch(spanned=spanned).over("delivery", TURN) as facts:
                    facts["outcome"] = "sent"
            return collector

    collector = asyncio.run(scene())
    (request,), (turn,) = collector.named("POST /slack/events"), collector.named("turn")
    (unit,), (delivery,) = collector.named("unit run_turn"), collector.named("delivery")
    assert traces([turn, unit, delivery]) == {TURN}
    assert unit.parent_span_id == turn.span_id
    assert [link.span_id for link in turn.links] == [request.span_id]
    assert {about(each)["turn"] for each in collector.spans} == {TURN}
    assert about(delivery)["outcome"] == "sent"
    assert about(request)["http.response.status_code"] == 200
    assert collector.services == {"ai-readiness"}


def test_what_goes_wrong_is_marked_without_what_the_error_says(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> Collector:
        async with collecting(monkeypatch) as collector:
            async with tracing() as spanned:
                with pytest.raises(ValueError, match=WORDS), Watch(spanned=spanned).over("tick", tick="due"):
                    raise ValueError(WORDS)
            return collector

    collector = asyncio.run(scene())
    (tick,) = collector.spans
    assert (tick.name, tick.status.code, about(tick)["outcome"]) == (
        "tick due",
        tick.status.STATUS_CODE_ERROR,
        "ValueError",
    )
    assert WORDS.encode() not in collector.received


def test_served_reviews_are_traced_without_anybodys_words(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(serve: serving.Serve) -> None:
        await serve.starts()
        await serve.says("ana", WORDS)

    async def play() -> Collector:
        async with collecting(monkeypatch) as collector:
            await serving.playing(scene, sqlite_url)
            return collector

    collector = serving.played(play)
    turns = [each for each in collector.named("turn") if about(each)["outcome"] == "committed"]
    deliveries = collector.named("delivery")
    assert len(traces(deliveries)) >= 2
    assert traces(deliveries) <= traces(turns)
    assert len(collector.named("POST /slack/events")) >= 2
    for said in (WORDS, "ana", "Claims Copilot"):
        assert said.encode() not in collector.received


def test_a_collector_that_is_not_there_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")

    async def scene() -> float:
        loop = asyncio.get_running_loop()
        async with tracing() as spanned:
            with Watch(spanned=spanned).over("turn", TURN):
                pass
            begun = loop.time()
        return loop.time() - begun

    assert asyncio.run(scene()) < 10


def test_what_the_sdk_cannot_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")

    async def scene() -> None:
        async with tracing():
            raise AssertionError("it was taken")

    with pytest.raises(BadSettings, match=r"^OTEL_…: "):
        asyncio.run(scene())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_where_none_are_asked_for_the_sdk_is_not_loaded(more: dict[str, str], tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\nfrom bot.traces import tracing\n"
        "async def scene():\n    async with tracing(): pass\n"
        "asyncio.run(scene())\nassert not [each for each in sys.modules if each.startswith('opentelemetry')]"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=bare | more, timeout=60, check=True)
