"""`python -m tests.fuzz`: so many requests to every endpoint, by every transport; exit 1 on any violation.

The table goes to standard output, its last line are the figures; what was violated goes to standard error, with the
round in which it was. `--seed S --first N --requests 1` begins with that round, and so plays it again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.fuzz.outcome import Outcome, figures, leaks, table
from tests.fuzz.play import play, rounds

ROUND = 10_000  # requests to one `serve`
_SHOWN = 20  # violations


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the round to begin with")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    outcome, begun, shown = Outcome(), time.monotonic(), 0
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        plays = {
            pool.submit(play, number, seed, size): number
            for number, seed, size in rounds(given.seed, given.first, given.requests, ROUND)
        }
        try:
            for played in as_completed(plays):
                outcome.add(played.result())
                for violation in outcome.violations[shown:_SHOWN]:
                    sys.stderr.write(f"round {plays[played]} of seed {given.seed}: {violation}\n")
                shown = len(outcome.violations)
                sys.stderr.write(f"{outcome.requests:,} after {time.monotonic() - begun:,.0f} s\n")
        except KeyboardInterrupt:  # what was played is told all the same
            pool.shutdown(cancel_futures=True)
    outcome.violations += leaks(outcome)
    sys.stdout.write(f"{table(outcome)}\n{figures(outcome, seconds=time.monotonic() - begun)}\n")
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
