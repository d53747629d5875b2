"""One peer, in an interpreter that has it: the same dialogue again and again, of one person.

`python -m benchmarks.peers.driver NAME` reads how many dialogues to play from each line, and answers with the CPU
seconds that they took. What is said back is checked, so that none leaves anything out.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Awaitable, Callable
from time import process_time
from typing import TypeAlias

Hear: TypeAlias = Callable[[str], Awaitable[str]]  # what somebody says, to what is said back

QUESTIONS = ("Who is on call?", "How long does it take?", "Was it rehearsed?")
THANKS = "Thank you."
DIALOGUE = (("start", QUESTIONS[0]), ("Dana", QUESTIONS[1]), ("10 minutes", QUESTIONS[2]), ("yes", THANKS))


async def main(name: str) -> None:
    hear: Hear = await importlib.import_module(f"benchmarks.peers.{name}").make()
    for line in sys.stdin:
        begun = process_time()
        for _ in range(int(line)):
            for said, expected in DIALOGUE:
                if (answered := await hear(said)) != expected:
                    raise AssertionError(f"{said!r}: {answered!r} instead of {expected!r}")
        print(process_time() - begun, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
