"""`serve` in a real process that kills itself at a named point: a child of the tests of kills and other faults.

One job a line on standard input, as JSON: settings, how many seconds its clock is ahead (or a file in which that
stands), a point and n, where Microsoft is, and what is to be `prepared`: functions, by name, that change something in
the process. For each a fork of this process, which has imported everything already, serves. It says where it listens,
as a line; after SIGUSR1, which it answers with a line, it dies at the n-th passing of the point. How it ended is a line
too: 0, or the signal that ended it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import traceback
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.bootstrap import machine_clock
from bot.serving import run
from bot.settings import Settings
from tests import serving, serving_teams
from tests.served import HASTE

LEASE = timedelta(seconds=2)  # after which those are looked at again whom a dead process had claimed


async def _serve(job: dict[str, Any]) -> None:
    told_to_stop, armed, passed = asyncio.Event(), False, 0

    def arm() -> None:
        nonlocal armed
        armed = True
        _say("armed")

    def reach(point: str) -> None:
        nonlocal passed
        passed += armed and point == job["point"]
        if passed and passed == job["nth"]:
            os.kill(os.getpid(), signal.SIGKILL)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, arm)
    loop.add_signal_handler(signal.SIGTERM, told_to_stop.set)
    for name in job.get("prepared", ()):
        module, _, function = name.partition(":")
        getattr(import_module(module), function)(job)
    settings = Settings(**job["settings"])

    ahead = job["ahead"]

    def clock() -> datetime:
        return machine_clock() + timedelta(seconds=float(Path(ahead).read_text() if isinstance(ahead, str) else ahead))

    await run(settings, told_to_stop, _say, reach, clock=clock, haste=HASTE, microsoft=serving_teams.where(job))


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def _ended(job: dict[str, Any]) -> int:
    process = os.fork()
    if process == 0:
        code = 70
        try:
            asyncio.run(_serve(job))
            code = 0
        finally:
            if code:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)
    _say(str(process))
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


async def _warm_up(serve: serving.Serve | serving_teams.TeamsServe) -> None:
    await serve.starts()
    await serve.says("ana", "@dana, Claims Platform")
    await serve.says("ana", "Ops will take it over after launch")


def main() -> None:
    """Packs, rules and templates are read once, by a scene in this process; its threads have ended before a fork."""
    platform = {"slack": serving, "teams": serving_teams}[sys.argv[1]]
    logging.getLogger().addHandler(logging.NullHandler())
    with TemporaryDirectory() as folder:
        platform.with_serve(_warm_up, f"sqlite:///{folder}/warm.db")
    for target, made in {**platform.shared(), "storage.reminders.LEASE": LEASE}.items():
        module, _, name = target.rpartition(".")
        setattr(sys.modules[module], name, made)
    _say("ready")
    for line in sys.stdin:
        _say(str(_ended(json.loads(line))))


if __name__ == "__main__":
    main()
