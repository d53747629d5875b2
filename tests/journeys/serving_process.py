"""`serve` as processes of their own, several at once, that are ended by signals: what `processes.py` starts.

One job a line on standard input, as JSON: settings, where Microsoft is, the part of the work, by how many seconds the
clock is ahead, constants that are other than the program's, and a folder. For each a fork of this process, which has
imported everything already, serves; into the pipe `said` in that folder it says, a line each, its number, where it
listens and how it ended. Its log is the file `log`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.bootstrap import machine_clock
from bot.logs import log_to_stderr
from bot.serving import run
from bot.settings import Only, Settings
from bot.stopping import stop_on_signals
from tests import serving, serving_teams
from tests.served import HASTE


async def _serve(job: dict[str, Any]) -> None:
    told_to_stop, ahead = asyncio.Event(), timedelta(seconds=job.get("ahead", 0))
    stop_on_signals(told_to_stop)

    def clock() -> datetime:
        return machine_clock() + ahead

    settings, only = Settings(**job["settings"]), Only(job["only"]) if job.get("only") else None
    more = {"only": only, "notice": job.get("notice", 0), "microsoft": serving_teams.where(job)}
    await run(settings, told_to_stop, _say, clock=clock, haste=HASTE, **more)


def _say(line: object) -> None:
    os.write(1, f"{line}\n".encode())


def _prepare(job: dict[str, Any]) -> None:
    os.dup2(os.open(Path(job["folder"]) / "log", os.O_WRONLY | os.O_CREAT), 2)
    for target, value in job.get("constants", {}).items():
        module, _, name = target.rpartition(".")
        setattr(importlib.import_module(module), name, Path(value) if target == "storage.revisions._SCRIPTS" else value)
    log_to_stderr()


def _serves_in_a_fork(job: dict[str, Any]) -> bool:
    """Returns in the process that is to serve; in between stands one that waits for its end, and tells it."""
    if os.fork():
        return False
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(Path(job["folder"]) / "said", os.O_WRONLY), 1)
    if process := os.fork():
        _say(process)
        _say(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
        os._exit(0)
    return True


async def _warm_up(serve: serving.Serve) -> None:
    await serve.starts()
    await serve.says("ana", "@dana, Claims Platform")


def main() -> None:
    """Packs, rules and templates are read once, by a scene in this process; its threads have ended before a fork."""
    with TemporaryDirectory() as folder:
        serving.with_serve(_warm_up, f"sqlite:///{folder}/warm.db")
    for target, made in (serving.shared() | serving_teams.shared()).items():
        module, _, name = target.rpartition(".")
        setattr(sys.modules[module], name, made)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _say("ready")
    for line in sys.stdin:
        job = json.loads(line)
        if _serves_in_a_fork(job):
            _prepare(job)
            asyncio.run(_serve(job))
            return


if __name__ == "__main__":
    main()
