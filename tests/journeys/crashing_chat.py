"""`chat` in a real process that kills itself at a named point, as often as it is told: a child of `test_crashes.py`.

One job a line on standard input, as JSON (see `Job` there); for each a fork of this process, which has imported
everything already, sits down at the terminal. How it ended is answered in a line: 0, or the signal that ended it.
What the process did until then stands in the job's folder, written at once, so that it outlives a SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from rich.console import Console
from sqlalchemy import Connection

import bot.bootstrap
import bot.relay
import storage.unit_of_work
from adapters.console.sender import ConsoleSender
from adapters.console.terminal import Terminal
from adapters.wording import Wording
from bot.chat import sit_down
from bot.library import load_engine
from bot.settings import Settings
from conversations.activities import Activity
from conversations.decide import Engine
from conversations.effects import Turn
from conversations.ports import Delivery, Found

AT = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
_MADE_ONCE = (bot.bootstrap, "load_engine")
WORDING = Wording(Terminal())
_PROMPT = re.compile(r"\s*(\d+) @(\w+)> ")


class Log:
    """What happened, an object a line, past all buffers."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, **what: object) -> None:
        os.write(self._file, json.dumps(what).encode() + b"\n")


class WatchedSender(ConsoleSender):
    """Notes every delivery that was printed."""

    def __init__(self, screen: IO[str], log: Log, clock: Callable[[], datetime]) -> None:
        console = Console(file=screen, width=80, color_system=None, highlight=False)
        super().__init__(console, zone=Settings().zone, clock=clock, speaker="ana", echo=True)
        self._wording = WORDING
        self._log = log

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        name = await super().deliver(delivery, words)
        self._log.write(printed=[delivery.kind.value, delivery.key, delivery.delivery_id])
        return name


class Typist:
    """Somebody who types the line that the prompt asks for, as the one who is to say it.

    A prompt for the next number is how the program says that it has all lines before.
    """

    def __init__(self, lines: list[list[str]], log: Log) -> None:
        self._lines, self._log = lines, log
        self.number = 0

    def types(self, prompt: Callable[[], str]) -> Iterator[str]:
        while found := _PROMPT.fullmatch(prompt()):
            self.number = int(found[1])
            self._log.write(asked_for=self.number)
            if self.number > len(self._lines):
                return
            who, line = self._lines[self.number - 1]
            yield line if who == found[2] else f"/as {who}"


def sit(job: dict[str, Any]) -> int:
    folder = Path(job["folder"])
    log = Log(folder / "log.jsonl")
    typist, passed = Typist(job["lines"], log), Counter[str]()
    log.write(began=True)

    def reach(point: str) -> None:
        passed[point] += 1
        if point == "acked":
            log.write(acked=typist.number)
        if (point, passed[point]) == (job["point"], job["nth"]):
            os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings(database_url=f"sqlite:///{folder}/ai-readiness.db")
    with (folder / "screen.txt").open("a", encoding="utf-8") as screen:
        sender = partial(WatchedSender, screen, log)
        sitting = sit_down(settings, "Claims Copilot", sender=sender, lines=typist.types, at=AT, reach=reach)
        return asyncio.run(sitting)


# --- planted faults ----------------------------------------------------------------------------------------------


def _sees_nothing(_connection: Connection, _activity: Activity) -> bool:
    """A dedupe that never finds anything, and keeps nothing to find."""
    return False


def _twice(decide: Callable[[Engine, Activity, Found], Turn]) -> Callable[[Engine, Activity, Found], Turn]:
    def decide_twice(engine: Engine, activity: Activity, found: Found) -> Turn:
        turn = decide(engine, activity, found)
        if turn.review is None or not turn.review.acts or turn.review.acts[-1].turn != turn.review.version:
            return turn
        last = turn.review.acts[-1]
        doubled = (*turn.review.acts, replace(last, n=last.n + 1))
        return replace(turn, review=replace(turn.review, acts=doubled))

    return decide_twice


def _always_worth_repeating(_delivery: Delivery) -> bool:
    return True


_FAULTS: Mapping[str, tuple[object, str, object]] = {
    "sees nothing": (storage.unit_of_work, "first_time_of", _sees_nothing),
    "acts twice": (Engine, "decide", _twice(Engine.decide)),
    "says everything again": (bot.relay, "worth_repeating", _always_worth_repeating),
}


# --- the parent of all sittings ----------------------------------------------------------------------------------


def _ended(job: dict[str, Any]) -> int:
    process = os.fork()
    if process == 0:
        code = 70
        try:
            if job["fault"]:
                setattr(*_FAULTS[job["fault"]])
            code = sit(job)
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(process, 0)
    return -os.waitstatus_to_exitcode(status)


def main() -> None:
    """Packs and templates are read once, by a sitting in this process; its threads have ended before the first fork."""
    engine = cache(lambda pack: load_engine(Settings(), pack))
    setattr(*_MADE_ONCE, lambda _settings, pack: engine(pack))
    for number, line in enumerate(sys.stdin):
        if number == 0:
            _warm_up(json.loads(line))
        print(_ended(json.loads(line)), flush=True)  # noqa: T201  # the answer


def _warm_up(job: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        sit(job | {"folder": folder, "point": None})


if __name__ == "__main__":
    main()
