"""`python -m tests.turns`: histories of the whole bot, one for each seed; exit 1 where a rule was broken in one.

Standard output has what was injected, and the figures as its last line. A history in which something broke is written
to standard error as a dialogue; `--seed N` plays it again, `--steps N` only its beginning.
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.turns.faults import FAULTS
from tests.turns.playing import Player, play_all
from tests.turns.table import last_line, table

SHOWN = 3  # dialogues


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.turns", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, help="only this one, with its dialogue")
    parser.add_argument("--steps", type=int, help="of --seed: no more than so many things that people do")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="planted into the product")
    given = parser.parse_args()
    if given.fault is not None:
        FAULTS[given.fault](setattr)  # for as long as this process lives
    if given.seed is not None:
        history = Player().play(given.seed, given.steps)
        sys.stdout.write("\n".join((*history.lines, f"seed {given.seed}: {history.broken or 'all is well'}")) + "\n")
        return 1 if history.broken else 0
    outcome = play_all(range(given.first, given.first + given.seeds), given.workers)
    for history in outcome.broken[:SHOWN]:
        sys.stderr.write("\n".join((*history.lines, "")))
    for history in outcome.broken:
        sys.stderr.write(f"seed {history.seed}: {history.broken}\n")
    sys.stdout.write(f"{table(outcome)}\n{last_line(outcome)}\n")
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main())
