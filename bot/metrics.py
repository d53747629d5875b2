"""What is counted for Prometheus: few figures, each of which somebody can act upon (docs/operations.md tells of all).

They belong to one object, made where the application is made. Nothing is counted by tenant, person or review; labels
are words of ours, and as few as can be listed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import TypeAlias, assert_never

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.watching import Facts, Spanned, Watch, Work
from conversations.errors import Busy, StaleReview, StorageDown
from storage.health import Figures

FIGURES_SECONDS = 2.0
LOOP_SECONDS = 0.5  # between two looks at how late the event loop is

# Slack waits for three seconds, and a turn begins no new try after two.
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_SLOW = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
_BUILT_ON = ("ai-readiness", "aiohttp", "botbuilder-core", "psycopg", "slack-bolt", "slack-sdk", "sqlalchemy")
# What platforms call what they send; any other word is counted as `other`.
_REQUESTS = frozenset(
    ("event_callback", "block_actions", "view_submission", "view_closed", "message_action", "shortcut", "command")
) | frozenset(("message", "messageUpdate", "messageDelete", "messageReaction", "invoke", "conversationUpdate"))

Look: TypeAlias = Callable[[], Awaitable[Figures]]
Ready: TypeAlias = Callable[[], Awaitable[Mapping[str, str | None]]]
"""What is wrong, by check of `/readyz`."""
_Sample: TypeAlias = tuple[float, Mapping[str, str]]  # with its labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What this process knows by itself of a moment."""

    at: datetime
    under_way: Mapping[str, int]  # units of work that run or wait for a thread, by access
    free_bytes: int | None = None  # where a SQLite file is


class Metrics:
    """What happens is counted as it happens; what waits is looked up when somebody asks."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types; when each series was made is no news
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        by, count, time = ("platform", "kind", "outcome"), self._counter, self._histogram
        self._requests = count("requests", "What platforms have told, by what became of it.", *by)
        self._http = count("http_requests", "Requests by HTTP, by route and status.", "path", "status")
        self._turns = count("turns", "Turns, by what became of them.", *by)
        self._retries = count("turn_retries", "Turns that were taken again, each time.", "platform")
        self._refusals = count("refusals", "What people were refused, by what they were told.", "why")
        self._deliveries = count("deliveries", "Tries to say something, by what became of them.", *by)
        self._letters = count("letters", "Letters that were written.", "platform", "kind")
        self._digests = count("digests", "Weekly messages that were written.", "platform", "kind")
        self._held_back = count("held_back", "What was due and has to wait.", "platform", "why")
        self._ticks = count("ticks", "Ticks, by what became of them.", "tick", "outcome")
        self._failures = count("unit_failures", "Units of work that kept nothing.", "access", "error")
        self._ack = time("ack", "From a platform's request to its ack, after the commit.", _QUICK, "platform")
        self._turn = time("turn", "A turn with all its tries.", _QUICK, "platform", "kind")
        self._delivery = time("delivery", "A try to say something.", _SLOW, "platform", "kind")
        self._delay = time("delivery_delay", "From a turn to what arrives of it.", _SLOW, "platform")
        self._retry_after = time("retry_after", "How long platforms have asked to wait.", _SLOW, "platform")
        self._reminder_lag = time("reminder_lag", "How late who was due longest was looked at.", _SLOW)
        self._tick = time("tick", "A tick.", _SLOW, "tick")
        self._unit = time("unit", "A unit of work, with its waiting for a thread.", _QUICK, "access")
        self._loop_lag = time("event_loop_lag", "How late the event loop comes to what is due.", _QUICK)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"ai_readiness_{name}", says, labels, registry=self._registry)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"ai_readiness_{name}_seconds", says, labels, buckets=buckets, registry=self._registry)

    def heard(self, platform: str, kind: str, outcome: str, *, seconds: float) -> None:
        """A request of a platform: `kept`, `refused` so that it comes again, or it `broke`."""
        self._requests.labels(platform, kind if kind in _REQUESTS else "other", outcome).inc()
        self._ack.labels(platform).observe(seconds)

    def noted(self, platform: str, what: str, kind: str) -> None:
        """A `letter`, a `digest`, or what was `held` back: then `kind` is why."""
        counter = {"letter": self._letters, "digest": self._digests, "held": self._held_back}[what]
        counter.labels(platform, kind).inc()

    def late(self, seconds: float) -> None:
        self._reminder_lag.observe(seconds)

    def counted(self, work: Work, facts: Facts, seconds: float) -> None:
        """A piece of work, as `Watch` tells it."""
        told = {name: str(value) for name, value in facts.items()}
        outcome = told.get("outcome", "done")
        match work:
            case "request":
                self._http.labels(told["path"], told["status"]).inc()
            case "turn":
                self._turns.labels(told["platform"], told["kind"], outcome).inc()
                self._turn.labels(told["platform"], told["kind"]).observe(seconds)
                self._retries.labels(told["platform"]).inc(float(facts.get("retries", 0)))
                if "why" in told:
                    self._refusals.labels(told["why"]).inc()
            case "unit":
                self._unit.labels(told["access"]).observe(seconds)
                if outcome != "done":
                    self._failures.labels(told["access"], outcome).inc()
            case "delivery":
                self._deliveries.labels(told["platform"], told["kind"], outcome).inc()
                self._delivery.labels(told["platform"], told["kind"]).observe(seconds)
                if "delay" in facts:
                    self._delay.labels(told["platform"]).observe(float(facts["delay"]))
                if "retry_after" in facts:
                    self._retry_after.labels(told["platform"]).observe(float(facts["retry_after"]))
            case "tick":
                self._ticks.labels(told["tick"], outcome).inc()
                self._tick.labels(told["tick"]).observe(seconds)
            case _:
                assert_never(work)

    async def scraped(self, look: Look, ready: Ready, now: Now) -> tuple[bytes, str]:
        """All figures, and their content type. What the database does not tell in two seconds is left out."""
        found, wrong = await asyncio.gather(_looked(look), ready())
        told = generate_latest(_Waiting(found, wrong, now))
        return generate_latest(self._registry) + told, CONTENT_TYPE_LATEST

    @contextlib.asynccontextmanager
    async def watching(self, spanned: Spanned = lambda *_: nullcontext()) -> AsyncIterator[Watch]:
        """A watch whose pieces of work are counted; meanwhile it is felt how late the event loop is."""
        feels = asyncio.create_task(self._feel())
        try:
            yield Watch(self.counted, spanned, self.late)
        finally:
            feels.cancel()

    async def _feel(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOP_SECONDS
            await asyncio.sleep(LOOP_SECONDS)
            self._loop_lag.observe(max(loop.time() - due, 0))


class _Waiting(Collector):
    """What is so at this moment. `found` is None where the database did not tell."""

    def __init__(self, found: Figures | None, wrong: Mapping[str, str | None], now: Now) -> None:
        self._found = found
        self._wrong = wrong
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield _gauge("build_info", "1; versions of this program and of what it is built on.", *_versions())
        ready = ((not problem, {"check": name}) for name, problem in self._wrong.items())
        yield _gauge("ready", "1 where /readyz finds nothing wrong, by check.", *ready)
        under_way = ((number, {"access": access}) for access, number in self._now.under_way.items())
        yield _gauge("units_in_progress", "Units of work that run or wait for a thread.", *under_way)
        yield _gauge("database_up", "1 where the database answers.", (self._found is not None, {}))
        if self._found is not None:
            yield from self._of_the_database(self._found)

    def _of_the_database(self, found: Figures) -> Iterator[Metric]:
        states = (found.pending, {"state": "pending"}), (found.parked, {"state": "parked"})
        yield _gauge("deliveries_waiting", "Deliveries that are kept; 100,000 are as many, or more.", *states)
        yield _gauge(
            "outbox_oldest_seconds", "Age of the oldest delivery that is to be sent.", self._since(found.oldest)
        )
        yield _gauge("outbox_due_seconds", "For how long nobody has taken what is to be sent.", self._since(found.due))
        yield _gauge(
            "reminders_overdue_seconds", "For how long nobody has looked at who is due.", self._since(found.look)
        )
        yield _gauge(
            "database_schema_info", "1; the revision of the schema.", (1, {"revision": found.revision or "none"})
        )
        if self._now.free_bytes is not None:
            yield _gauge("database_disk_free_bytes", "Room where the SQLite file is.", (self._now.free_bytes, {}))

    def _since(self, moment: datetime | None) -> _Sample:
        return (max((self._now.at - moment).total_seconds(), 0) if moment else 0, {})


def _gauge(name: str, says: str, *samples: _Sample) -> Metric:
    labels = sorted(samples[0][1]) if samples else []
    family = GaugeMetricFamily(f"ai_readiness_{name}", says, labels=labels)
    for value, named in samples:
        family.add_metric([named[label] for label in labels], value)
    return family


@cache
def _versions() -> tuple[_Sample, ...]:
    return tuple((1, {"name": name, "version": version(name)}) for name in _BUILT_ON)


async def _looked(look: Look) -> Figures | None:
    try:
        async with asyncio.timeout(FIGURES_SECONDS):
            return await look()
    except (Busy, StaleReview, StorageDown, TimeoutError):
        return None
