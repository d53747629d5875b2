"""`python -m tests.simulation`: a year of reviews on a virtual clock, judged by the etiquette; exit 1 on any violation.

The table goes to standard output, its last line are the figures; what was broken goes to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.simulation.bots import Bot
from tests.simulation.plan import Plan
from tests.simulation.table import table, unsaid
from tests.simulation.world import World

SHOWN = 40  # violations


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    for name in ("seed", "days", "reviews", "people", "outage_count", "restarts"):
        parser.add_argument(f"--{name.replace('_count', 's')}", type=int, dest=name, default=getattr(Plan(), name))
    plan = Plan(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'simulation.db'}"
        outcome = asyncio.run(World(plan, partial(Bot, url)).run())
    for breach in outcome.breaches[:SHOWN]:
        sys.stderr.write(f"{breach}\n")
    for kind in unsaid(plan, outcome):
        sys.stderr.write(f"Nothing was sent as {kind!r}.\n")
    sys.stdout.write(table(plan, outcome) + "\n")
    return 1 if outcome.breaches or unsaid(plan, outcome) else 0


if __name__ == "__main__":
    sys.exit(main())
