"""Traces, where the environment names a collector: a span for each piece of work, sent by OpenTelemetry's own SDK.

They are asked for as of every program, by `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`; the
SDK reads these variables and the others of that name by itself. While none of the two is set, it is not even loaded.
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/

A turn's id is its trace's id. So what is delivered of it stands in the same trace, whichever process sends it, and a
sampler takes all of it or nothing. Attributes are the facts of `Watch`; what an error says is in none.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING

from bot.logs import TURN
from bot.settings import BadSettings
from bot.watching import Facts, Spanned, Work

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

STOP_SECONDS = 2.0  # for the last spans, when the process stops
_ASKING = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# https://opentelemetry.io/docs/specs/semconv/http/http-spans/
_HTTP = {"method": "http.request.method", "path": "http.route", "status": "http.response.status_code"}


@contextlib.asynccontextmanager
async def tracing(environment: Mapping[str, str] = os.environ) -> AsyncIterator[Spanned]:
    """What makes spans, which are sent in the background and, at the end, for two seconds more.

    Raises `BadSettings`.
    """
    if not _are_wanted(environment):
        yield lambda *_: nullcontext()
        return
    provider = _provider(environment)
    try:
        yield _spanning(provider.get_tracer("ai-readiness"))
    finally:
        last = Thread(target=provider.shutdown, daemon=True)  # a collector that does not answer holds up nobody
        last.start()
        await asyncio.to_thread(last.join, STOP_SECONDS)


def _are_wanted(environment: Mapping[str, str]) -> bool:
    off = environment.get("OTEL_SDK_DISABLED", "").casefold() == "true"
    elsewhere = environment.get("OTEL_TRACES_EXPORTER", "otlp").casefold() != "otlp"
    return any(environment.get(name) for name in _ASKING) and not (off or elsewhere)


def _provider(environment: Mapping[str, str]) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # few want it
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # few want it
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  # few want it
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  # few want it
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator  # noqa: PLC0415  # few want it

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            turn = TURN.get()
            return super().generate_trace_id() if turn is None else int(turn, 16)

    name = environment.get("OTEL_SERVICE_NAME") or "ai-readiness"
    resource = Resource.create({"service.name": name, "service.version": version("ai-readiness")})
    try:
        provider = TracerProvider(resource=resource, id_generator=Ids(), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    except ValueError:  # its text may repeat a secret
        raise BadSettings("OTEL_…: OpenTelemetry cannot use one of these variables; see its documentation.") from None
    return provider


def _spanning(tracer: Tracer) -> Spanned:
    from opentelemetry import trace  # noqa: PLC0415  # few want it
    from opentelemetry.context import Context  # noqa: PLC0415  # few want it

    kinds = {"request": trace.SpanKind.SERVER, "delivery": trace.SpanKind.CLIENT}

    @contextmanager
    def spanned(work: Work, turn: str | None, facts: Facts) -> Iterator[None]:
        around = trace.get_current_span()
        within = around.get_span_context()
        if work == "unit" and not within.is_valid:  # the relay looks every second
            yield
            return
        if turn is not None:
            around.set_attribute("ai_readiness.turn", turn)
        links = [trace.Link(within)] if turn is not None and within.is_valid else []
        with tracer.start_as_current_span(
            _name(work, facts),
            context=None if turn is None else Context(),  # a turn and a delivery stand in the turn's own trace
            kind=kinds.get(work, trace.SpanKind.INTERNAL),
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException:
                span.set_status(trace.StatusCode.ERROR)
                raise
            finally:
                span.set_attributes({_HTTP.get(name, f"ai_readiness.{name}"): value for name, value in facts.items()})
                if (whose := TURN.get()) is not None:
                    span.set_attribute("ai_readiness.turn", whose)

    return spanned


def _name(work: Work, facts: Facts) -> str:
    match work:
        case "request":
            return f"{facts['method']} {facts['path']}"
        case "unit" | "tick":
            return f"{work} {facts[work]}"
        case _:
            return work
