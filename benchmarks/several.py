"""Four processes at work on one PostgreSQL, over one: what that wins depends on the cores there are.

They only take turns: nobody sends anything meanwhile, so that whoever is not asked is at rest.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from benchmarks.comparing import on_postgres
from benchmarks.figures import Figure, spread
from benchmarks.load import Round, measure
from benchmarks.platforms import THREADS
from benchmarks.processes import Server, free_port, server
from benchmarks.reviews import begin, messages
from benchmarks.setting import Setting
from benchmarks.slack import SLACK, environment, request

PROCESSES = 4
CORES = 8  # with fewer it is told, and counts for nothing
_IN_FLIGHT, _ROUNDS, _SECONDS = 32, 5, 1.0
_REVIEWS = 8 * THREADS


async def several(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    assert isinstance(setting.where, str)
    _, url = on_postgres(setting.where, SLACK, "several")
    texts = await begin(SLACK, url, _REVIEWS)
    requests = messages(SLACK, _REVIEWS, texts, request)
    api = free_port()
    everywhere = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        stack.enter_context(
            server("benchmarks.fake_slack", str(api), port=api, core=everywhere[-1], folder=setting.folder)
        )
        processes = [
            stack.enter_context(
                server(
                    "bot",
                    *("serve", "--only", "web"),
                    port=port,
                    core=everywhere[number % len(everywhere)],
                    folder=setting.folder,
                    environment=environment(url, api, port),
                )
            )
            for number, port in enumerate(free_port() for _ in range(PROCESSES))
        ]
        rounds = [
            (await _answers(processes[:1], requests), await _answers(processes, requests)) for _ in range(1 + _ROUNDS)
        ]
    one, four = ([each[which] for each in rounds[1:]] for which in (0, 1))
    cores = len(everywhere)
    print(f"one process {max(one):.0f} turns a second, four {max(four):.0f}, on {cores} cores", flush=True)
    ratios = [many / alone for alone, many in zip(one, four, strict=True)]
    name = f"four processes on one PostgreSQL, {cores} cores"
    return [spread(19, name, "one process", ratios, 3.0 if cores >= CORES else None, most=False)]


async def _answers(processes: Sequence[Server], requests: Iterator[bytes]) -> float:
    """Turns a second of all of them, with as many requests in flight as with one."""
    each = _IN_FLIGHT // len(processes)
    rounds: list[Round] = await asyncio.gather(
        *(measure(process, requests, in_flight=each, seconds=_SECONDS) for process in processes)
    )
    return sum(one.throughput for one in rounds)
