"""Whether this process can really work: what `/readyz` tells, by check, each in a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TypeAlias

from bot.bootstrap import Application
from bot.server import Check
from conversations.errors import ReadinessError
from storage.health import prove, schema_trouble

CHECK_SECONDS = 2.0
FRESH_SECONDS = 1.0  # so that whoever asks, however often, costs one look a second
RELAY_SECONDS = 30.0  # it looks every second, and waits at most for a few units of work
TICKER_SECONDS = 300.0  # it looks every five seconds; one tick may be long, but not the time between two claims of it
LEAST_FREE_BYTES = 16 * 1024**2

Told: TypeAlias = Mapping[str, str | None]
"""What is wrong, by check; None where all is well."""


class Readiness:
    """Looks at most once a second. `stopping` needs no look, so that it is told at once."""

    def __init__(self, checks: Mapping[str, Check], stopping: Callable[[], bool] = lambda: False) -> None:
        self._checks = checks
        self._stopping = stopping
        self._alone = asyncio.Lock()
        self._told: Told = {}
        self._fresh_until = 0.0

    async def look(self) -> Told:
        if self._stopping():
            return {"process": "It is stopping."}
        async with self._alone:
            if self._fresh_until <= monotonic():
                said = await asyncio.gather(*map(_checked, self._checks.values()))
                self._told = dict(zip(self._checks, said, strict=True))
                self._fresh_until = monotonic() + FRESH_SECONDS
        return self._told


async def _checked(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return f"It did not answer within {CHECK_SECONDS:.0f} seconds."
    except ReadinessError as error:
        return str(error)


def own_checks(application: Application, *, sends: bool) -> dict[str, Check]:
    """Of what every process needs; where it `sends`, of what sends and looks at who is due."""
    relay, ticker = application.relay, application.ticker
    checks = {"database": _database(application)}
    if sends:
        checks["relay"] = _alive(lambda: relay.looked_at, RELAY_SECONDS, "for what is to be sent")
        checks["ticker"] = _alive(lambda: ticker.looked_at, TICKER_SECONDS, "at who is due")
    return checks


def _database(application: Application) -> Check:
    """It takes a change, its disk has room, and its schema is one that this program can work with."""
    database, troubles = application.database, dict[str | None, str | None]()

    async def check() -> str | None:
        free = database.free_bytes()
        if free is not None and free < LEAST_FREE_BYTES:
            return f"Only {free // 1024**2} MB are free where the database is; make room there."
        revision = await database.units(prove)
        if revision not in troubles:
            troubles[revision] = await database.read(schema_trouble)
        return troubles[revision]

    return check


def _alive(looked_at: Callable[[], float], seconds: float, what: str) -> Check:
    async def check() -> str | None:
        since = monotonic() - looked_at()
        return f"Nobody has looked {what} for {since:.0f} seconds; the log says why." if since > seconds else None

    return check
