"""Plays short reviews in processes that kill themselves at a named point, and starts them again until all is done.

Run as `python -m tests.storage.crashes URL FOLDER`; what came of it is read by `test_crashes.py`. Each play has a
thread of its own, and in FOLDER a file of what was acked and one of what its platform received. This process opens
nothing itself and has no threads, so that a play can be forked from it, with everything imported.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import product
from pathlib import Path

from bot.recalls import Recalls
from bot.relay import Relay
from bot.turns import TurnRunner
from conversations.activities import Activity
from conversations.calendars import Calendar
from conversations.people import Person, Preferences
from conversations.ports import Delivery
from storage.database import open_database
from storage.outbox import LEASE
from storage.shelf import PackShelf
from tests.storage.tiny import AT, PLATFORM, decide, says, starts

POINTS = (
    "turn_begun",
    "inbox_written",
    "version_written",
    "acts_written",
    "outbox_written",
    "committed",
    "acked",
    "relay_claimed",
    "relay_sending",
    "relay_sent",
    "relay_marking",
    "relay_marked",
)
SAID = ("one", "two", "three")
_LIVES = 5


class Rule(StrEnum):
    """What a platform answers about a delivery that may have arrived. The last two must be found out as wrong."""

    ASK = "ask"
    SEND_AGAIN = "send_again"
    NEVER_AGAIN = "never_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    rule: Rule
    point: str
    passing: int

    @property
    def thread(self) -> str:
        return f"{self.rule}-{self.point}-{self.passing}"


_RIGHT = tuple(Play(rule=Rule.ASK, point=point, passing=n) for point, n in product(POINTS, (1, 3)))
_WRONG = tuple(
    Play(rule=rule, point=point, passing=1)
    for rule, point in product((Rule.SEND_AGAIN, Rule.NEVER_AGAIN), ("relay_sending", "relay_sent", "relay_marking"))
)
PLAYS = _RIGHT + _WRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlatform:
    """A platform that outlives the process that writes to it."""

    received: Path
    rule: Rule

    async def deliver(self, delivery: Delivery, _words: Mapping[int, str]) -> str | None:
        _append(self.received, delivery.delivery_id)
        return f"{self.received.name}-{delivery.id}"

    async def look_up(self, delivery: Delivery) -> str | None:
        arrived = delivery.delivery_id in lines(self.received)
        sure = {Rule.ASK: arrived, Rule.SEND_AGAIN: False, Rule.NEVER_AGAIN: True}[self.rule]
        return f"{self.received.name}-{delivery.id}" if sure else None


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def received(folder: Path, play: Play) -> Path:
    return folder / f"{play.thread}.received"


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    for play in PLAYS:
        ends = [_live(url, folder, play, life) for life in range(2)]
        while ends[-1] != 0 and len(ends) < _LIVES:
            ends.append(_live(url, folder, play, len(ends)))
        if ends[0] != -signal.SIGKILL or ends[-1] != 0:
            sys.exit(f"{play} ended with {ends}")


def _live(url: str, folder: Path, play: Play, life: int) -> int:
    """One process, which may be killed in its first life only."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_perform(url, folder, play, life))
            os._exit(0)
        except BaseException:  # noqa: BLE001  # nothing may return into the parent's code
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def _never(_activity: Activity) -> None:
    """This platform refuses nothing."""
    raise AssertionError


def _no_calendar(_person: Person | None, _said: Preferences) -> Calendar:
    """Nobody gets a letter here."""
    raise AssertionError


async def _perform(url: str, folder: Path, play: Play, life: int) -> None:
    reach = _killer(play) if life == 0 else _ignore
    acked = folder / f"{play.thread}.acked"
    database = open_database(url)
    platform = FilePlatform(received=received(folder, play), rule=play.rule)
    shelf, clock = PackShelf(), partial(_now, life)
    recalls = Recalls(database.units, decide, shelf, _no_calendar, clock=clock, quiets={})
    relay = Relay(database.units, {PLATFORM: platform}, clock, f"life {life}", _never, recalls, reach)
    runner = TurnRunner(database.units, decide, shelf, relay.wake, reach)
    activities = [starts(play.thread, key=f"{play.thread}/0", thread=play.thread)]
    activities += [says(text, key=f"{play.thread}/{text}", thread=play.thread) for text in SAID]
    for activity in activities:
        if activity.keys[0] not in lines(acked):
            await runner.run(activity)
            _append(acked, activity.keys[0])
            reach("acked")
        await relay.drain()
    await asyncio.to_thread(database.close)


def _now(life: int) -> datetime:
    """Each life begins when the leases of the one before have ended."""
    return AT + timedelta(seconds=1) + life * LEASE


def _killer(play: Play) -> Callable[[str], None]:
    left = play.passing

    def reach(point: str) -> None:
        nonlocal left
        left -= point == play.point
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach


def _ignore(_point: str) -> None:
    pass


def _append(path: Path, line: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, f"{line}\n".encode())
    os.close(file)


if __name__ == "__main__":
    main()
