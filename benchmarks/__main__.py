"""`make bench`: what the product costs over a floor, as ratios. docs/performance.md says how, and what it means."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import NoReturn

from benchmarks.figures import ROOT, Figure, facts, keep, markdown
from benchmarks.parts import PARTS, Part
from benchmarks.processes import postgres
from benchmarks.setting import Setting
from bot.serving import SWITCH_SECONDS

LONGEST_SECONDS = 2_400  # about twice what a quiet machine takes
_OURS = ("AI_READINESS_", "SLACK_", "TEAMS_", "DATABASE_URL", "HOST", "PORT", "PUBLIC_URL")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what can be counted instead of timed; 1 on a miss")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a target is missed")
    parser.add_argument("--only", metavar="PART,PART", type=_named, default=PARTS, help=f"of {', '.join(PARTS)}")
    parser.add_argument("--markdown", action="store_true", help="tell the figures as the table of docs/performance.md")
    chosen = parser.parse_args()
    end_in_time()
    sys.setswitchinterval(SWITCH_SECONDS)  # as `serve` has it: ticks are played in this process
    with tempfile.TemporaryDirectory(prefix="ai-readiness-bench-") as name, nobodys_settings(Path(name)):
        told = measured(Path(name), chosen.only, quick=chosen.quick, as_markdown=chosen.markdown)
    counting = [figure for figure in told if figure.counts]
    met = sum(figure.met for figure in counting)
    print(f"{met} of {len(counting)} targets met")
    return 1 if (chosen.strict or chosen.quick) and met < len(counting) else 0


def measured(folder: Path, names: Sequence[str], *, quick: bool, as_markdown: bool) -> list[Figure]:
    known, told = facts(folder), list[Figure]()
    print(*(f"{name} {value}" for name, value in known.items()), sep=", ", flush=True)
    with contextlib.ExitStack() as stack:
        urls = list[str]()  # of the one server, once it is needed
        for name in names:
            for store in PARTS[name].quick_stores if quick else PARTS[name].stores:
                if store == "PostgreSQL" and not urls:
                    urls.append(stack.enter_context(postgres(folder)))
                where = urls[0] if store == "PostgreSQL" else folder
                told += played(name, PARTS[name], Setting(store=store, where=where, folder=folder), quick=quick)
    print(*(markdown(told) if as_markdown else told), sep="\n")
    known |= {"load after": round(os.getloadavg()[0], 1)}
    keep(ROOT / "build" / "bench.json", known, told)
    print(f"load after {known['load after']}; as JSON in build/bench.json")
    return told


def played(name: str, part: Part, setting: Setting, *, quick: bool) -> list[Figure]:
    one = part.quickly if quick else part.fully
    if one is None:
        return []
    begun = perf_counter()
    told = asyncio.run(one(setting))
    print(f"({name} on {setting.store}: {perf_counter() - begun:.0f} s)", flush=True)
    return told


def _named(typed: str) -> list[str]:
    names = typed.split(",")
    if unknown := [name for name in names if name not in PARTS]:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}, but {', '.join(PARTS)}")
    return names


@contextlib.contextmanager
def nobodys_settings(folder: Path) -> Iterator[None]:
    """An environment without anybody's own settings, and a working folder without a `.env`."""
    for name in [each for each in os.environ if each.startswith(_OURS)]:
        del os.environ[name]
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def end_in_time() -> None:
    """Whatever happens, `finally` and `with` see to the processes that were started."""

    def stop(number: int, _frame: object) -> NoReturn:
        sys.exit(f"make bench was stopped by {signal.Signals(number).name}")

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.alarm(LONGEST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
