"""`ai-readiness serve` as it ships, but for one thing: Microsoft is asked at another address.

`python -m benchmarks.serve_teams MICROSOFT_URL`
"""

from __future__ import annotations

import asyncio
import signal
import sys

from benchmarks.fake_microsoft import microsoft
from bot.logs import log_to_stderr
from bot.serving import SWITCH_SECONDS, run, settled
from bot.settings import read_settings


async def main(url: str) -> None:
    told_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told_to_stop.set)
    await run(read_settings(), told_to_stop, settled, microsoft=microsoft(url))


if __name__ == "__main__":
    log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(main(*sys.argv[1:]))
