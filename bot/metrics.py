"""What is counted for Prometheus: few figures, each of which somebody can act upon.

They belong to one object, made where the application is made; nothing is counted by tenant, person or review, and
nothing that anybody wrote is a label.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from conversations.errors import Busy, StorageDown

WAITING_SECONDS = 2.0

T = TypeVar("T")
# Slack waits for three seconds, and a turn begins no new try after two.
_ACK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)

Waiting: TypeAlias = Callable[[], Awaitable[Mapping[str, int]]]
"""How many deliveries are in each state that is not the end of one."""
Overdue: TypeAlias = Callable[[], Awaitable[int]]
"""At how many people and reviews nobody has looked in time."""


class Metrics:
    """`outcome` is a word of whoever counts: `taken`, `seen_before`, `refused`; `sent`, `postponed`, `parked`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("platform", "kind", "outcome")
        self._activities = Counter(
            "ai_readiness_activities", "What people did, by what became of it.", labels, registry=self._registry
        )
        self._ack = Histogram(
            "ai_readiness_ack_seconds",
            "From a platform's request to its ack, which comes after the commit.",
            ("platform",),
            buckets=_ACK_SECONDS,
            registry=self._registry,
        )
        self._deliveries = Counter(
            "ai_readiness_deliveries",
            "Tries to say something, by what became of them.",
            labels,
            registry=self._registry,
        )
        self._waiting = Gauge(
            "ai_readiness_deliveries_waiting", "Deliveries that are kept.", ("state",), registry=self._registry
        )
        self._letters = Counter(
            "ai_readiness_letters",
            "Letters that were written.",
            ("platform", "kind"),
            registry=self._registry,
        )
        self._digests = Counter(
            "ai_readiness_digests",
            "Weekly messages that were written.",
            ("platform", "kind"),
            registry=self._registry,
        )
        self._held_back = Counter(
            "ai_readiness_held_back", "What was due and has to wait.", ("platform", "why"), registry=self._registry
        )
        self._reminders = Gauge(
            "ai_readiness_reminders",
            "People and reviews that are to be looked at.",
            ("state",),
            registry=self._registry,
        )

    def heard(self, platform: str, kind: str, outcome: str, *, seconds: float) -> None:
        self._activities.labels(platform, kind, outcome).inc()
        self._ack.labels(platform).observe(seconds)

    def delivered(self, platform: str, kind: str, outcome: str) -> None:
        self._deliveries.labels(platform, kind, outcome).inc()

    def noted(self, platform: str, what: str, kind: str) -> None:
        """A `letter`, a `digest`, or what was `held` back: then `kind` is why."""
        counter = {"letter": self._letters, "digest": self._digests, "held": self._held_back}[what]
        counter.labels(platform, kind).inc()

    async def scraped(self, waiting: Waiting, overdue: Overdue) -> tuple[bytes, str]:
        """The figures, and their content type. Without a database those of what waits are left out."""
        self._waiting.clear()
        self._reminders.clear()
        deliveries, people = await asyncio.gather(_counted(waiting), _counted(overdue))
        for state, number in (deliveries or {}).items():
            self._waiting.labels(state).set(number)
        if people is not None:
            self._reminders.labels("overdue").set(people)
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


async def _counted(count: Callable[[], Awaitable[T]]) -> T | None:
    try:
        async with asyncio.timeout(WAITING_SECONDS):
            return await count()
    except (Busy, StorageDown, TimeoutError):
        return None
