"""How much memory `serve` has when nothing happens, over a server of the same parts; and after many turns."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

from benchmarks.comparing import on_sqlite
from benchmarks.figures import Figure, counted
from benchmarks.load import measure
from benchmarks.platforms import PRODUCT, THREADS
from benchmarks.processes import Server, cores, free_port, server
from benchmarks.reviews import begin, messages
from benchmarks.setting import Setting
from benchmarks.slack import SLACK
from benchmarks.starts import PLATFORMS, settings

TURNS = 10_000
_REVIEWS = 10 * THREADS  # have as many items, and a few more
_SETTLES_SECONDS = 3.0
_ROUND_SECONDS = 2.0
_IN_FLIGHT = 8


async def memory(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    told = [await asyncio.to_thread(_idle, setting.folder, platforms) for platforms in PLATFORMS]
    return [*told, await _after_turns(setting.folder)]


def _idle(folder: Path, platforms: str) -> Figure:
    own, port, environment = cores()[0], free_port(), settings(folder, platforms)
    started = partial(server, core=own, folder=folder)
    with started("benchmarks.starting", "noop", platforms, str(port), "stay", port=port) as floor:
        noop = _settled(floor)
    with started("bot", "serve", port=int(environment["PORT"]), environment=environment) as product:
        ours = _settled(product)
    title = platforms.title().replace(",", " and ")
    print(f"{title}, idle: ours {ours / 1e6:.0f} MB, a no-op server {noop / 1e6:.0f} MB", flush=True)
    return counted(18, f"{title}: idle memory", round(ours / noop, 3), 1.2, floor="a no-op server of the same")


async def _after_turns(folder: Path) -> Figure:
    """Of Slack on SQLite, eight in flight; the relay sends meanwhile what the platform's rates allow."""
    inside = folder / "memory"
    inside.mkdir()
    urls = on_sqlite(inside, SLACK)
    texts = await begin(SLACK, urls[1], _REVIEWS)
    with SLACK.servers(urls, inside) as servers:
        asked = servers[PRODUCT]
        idle, turns = await asyncio.to_thread(_settled, asked.server), 0
        requests = messages(SLACK, _REVIEWS, texts, asked.request)
        while turns < TURNS:
            turns += len((await measure(asked.server, requests, in_flight=_IN_FLIGHT, seconds=_ROUND_SECONDS)).taken)
        after = asked.server.resident_bytes()
    print(f"Slack: {idle / 1e6:.0f} MB before {turns:,} turns, {after / 1e6:.0f} MB after them", flush=True)
    return counted(18, "Slack: memory after 10,000 turns", round(after / idle, 3), 1.1, floor="its own when idle")


def _settled(process: Server) -> int:
    time.sleep(_SETTLES_SECONDS)
    return process.resident_bytes()
