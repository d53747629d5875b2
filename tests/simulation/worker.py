"""One of several processes that tick on one database: `python -m tests.simulation.worker`, a child of `several.py`.

The first line on standard input is a JSON object: url, file (where what is said is written down) and disturbed. Then
each line is a command and the moment it is now; each is answered with a line. `doom N` makes it kill itself at the
N-th point that it passes from then on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.simulation.bots import Bot, Clock, Mortal
from tests.simulation.platform import SharedFile


class _Doomed(Mortal):
    """It does not only seem to be dead."""

    def alive(self) -> None:
        if self.dead:
            os.kill(os.getpid(), signal.SIGKILL)


async def _work() -> None:
    logging.disable(logging.CRITICAL)
    job = json.loads(sys.stdin.readline())
    clock = Clock(datetime.now(UTC))
    spans = {
        name: [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in found]
        for name, found in job["disturbed"].items()
    }
    bot = Bot(job["url"], clock, SharedFile(Path(job["file"])), spans, _Doomed())
    await bot.open()
    _say("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        command, _, said = line.strip().partition(" ")
        if command == "doom":
            bot.mortal.points_left = int(said)
        else:
            clock.at = datetime.fromisoformat(said)
            await getattr(bot, command)()
        _say("done")
    await bot.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_work())
