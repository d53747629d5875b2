"""How `serve` ends when it is told to: what it has begun it finishes, within a deadline.

Whatever is not finished then is as if the process had been killed, and that loses nothing: what was not committed was
not acknowledged, and what was claimed is looked up by the next one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from bot.relay import SEND_SECONDS

STOP_SECONDS = 20.0  # all in all; systemd waits for 90 s before it kills, Kubernetes for 30 s
DRAIN_SECONDS = SEND_SECONDS + 1  # of these, for what is being sent and for ticks; the rest is for requests
NOTICE_SECONDS = 2.0  # in which `/readyz` says no and all is still answered, so that a proxy can turn away
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`run` ends soon after `stop`; without one it is cancelled."""

    run: Callable[[], Coroutine[Any, Any, None]]
    stop: Callable[[], object] | None = None


def stop_on_signals(told_to_stop: asyncio.Event) -> None:
    """On SIGTERM and SIGINT; the next one of them ends the process at once."""
    loop, numbers = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT)

    def stop() -> None:
        told_to_stop.set()
        leaving = threading.Timer(STOP_SECONDS, _leave)  # whatever the loop or a thread may hang on
        leaving.daemon = True
        leaving.start()
        for number in numbers:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        _log.info("stopping")

    for number in numbers:
        loop.add_signal_handler(number, stop)


def _leave() -> None:
    _log.warning("left_at_the_deadline")
    os._exit(0)


async def work_until(told_to_stop: asyncio.Event, works: Iterable[Work], *, notice: float) -> None:
    """Works until it is told to stop; whatever ends before that is a fault, and ends the rest too.

    Returns after `notice` seconds, when all works have ended, and at the latest after `DRAIN_SECONDS`.
    """
    tasks = {asyncio.create_task(work.run()): work for work in works}
    stop = asyncio.create_task(told_to_stop.wait())
    await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
    notice = notice if stop.done() else 0
    told_to_stop.set()
    for task, work in tasks.items():
        (work.stop or task.cancel)()
    _, late = await asyncio.wait([asyncio.create_task(asyncio.sleep(notice)), *tasks], timeout=DRAIN_SECONDS)
    for task in late:
        _log.warning("left_unfinished")
        task.cancel()
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            raise error
