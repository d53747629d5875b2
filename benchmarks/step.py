"""What the engine costs in CPU time, beside a toy of it and beside the engines that other bots are made with.

The peers run in an environment of their own, by `benchmarks/peers/requirements.txt`; where that cannot be had, it is
said, and the figures over them are left out.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import thread_time

from benchmarks.figures import ROOT, Figure, spread
from benchmarks.load import NotMeasured
from benchmarks.peers.driver import DIALOGUE
from benchmarks.processes import cores
from benchmarks.profiling import Profile
from benchmarks.reviews import answers
from benchmarks.setting import Setting
from benchmarks.slack import SLACK
from bot.bootstrap import machine_clock
from bot.library import load_engine
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind
from conversations.decide import Engine
from conversations.engine import step
from conversations.events import Event
from conversations.ports import Found
from conversations.recognizer import recognize
from conversations.standing import Standing

FLOOR, WATERFALL = "pure", "botbuilder_waterfall"
# The dialogues that each plays in a round, so that it takes some tenths of a second.
PEERS: Mapping[str, int] = {
    "transitions_machine": 1_000,
    "telegram_conversation": 200,
    "statemachine_chart": 100,
    "aiogram_fsm": 60,
    WATERFALL: 30,
}
_ROUNDS, _INSTALL_SECONDS, _PURE = 5, 300.0, 10_000
_HOME = ROOT / "build" / "peers"
_REQUIREMENTS = ROOT / "benchmarks" / "peers" / "requirements.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """An answer to one item, with what the engine is handed for it."""

    activity: Activity
    found: Found
    standing: Standing
    event: Event


async def engine(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    own = load_engine(Settings(database_url=f"sqlite:///{setting.folder}/engine.db"))
    walk = _walk(own)
    python = await asyncio.to_thread(_installed)
    with ExitStack() as stack:
        peers = {FLOOR: stack.enter_context(_playing(sys.executable, FLOOR, _PURE))}
        peers |= {name: stack.enter_context(_playing(python, name, many)) for name, many in PEERS.items() if python}
        rounds = [
            {name: next(turn) for name, turn in peers.items()}
            | {"step": _step(own, walk), "decide": _decide(own, walk)}
            for _ in range(1 + _ROUNDS)
        ][1:]
    shown = (f"{name} {min(one[name] for one in rounds) * 1e6:.0f} µs" for name in rounds[0])
    print(f"a turn of each: {', '.join(shown)}", flush=True)
    told = [*_figures(rounds)]
    if not all(figure.met for figure in told):
        with Profile() as profile:
            for _ in range(20):
                _decide(own, walk)
        print(f"where the time of a decision goes\n{profile}", flush=True)
    return told


def _figures(rounds: list[dict[str, float]]) -> Iterator[Figure]:
    names = {"step": "`step`, 21 items", "decide": "all of a decision, 21 items"}
    for name, title in names.items():
        if WATERFALL in rounds[0]:
            ratios = [one[name] / one[WATERFALL] for one in rounds]
            yield spread(7, title, "a waterfall's turn", ratios, round(1 / 15, 3) if name == "step" else None)
    for name in (*names, *(each for each in PEERS if each in rounds[0])):
        ratios = [one[name] / one[FLOOR] for one in rounds]
        yield spread(7, names.get(name, f"peer {name}"), "a toy's pure step", ratios, None)


# --- ours ----------------------------------------------------------------------------------------------------------


def _walk(own: Engine) -> list[_Answer]:
    """All items of a review answered, one by one; what the engine is handed each time."""
    reference, now = SLACK.place(0), machine_clock()
    begins = Activity(
        keys=("begin",), kind=ActivityKind.COMMAND, actor=SLACK.actor, reference=reference, at=now, text="start Claims"
    )
    turn, walk = own.decide(begins, Found()), list[_Answer]()
    for n, text in enumerate(answers(own, SLACK).values()):
        said = Activity(
            keys=(f"said/{n}",),
            kind=ActivityKind.MESSAGE,
            source=f"1750000000.{n:06}",
            actor=SLACK.actor,
            reference=reference,
            at=now,
            text=text,
        )
        assert turn.review is not None
        assert turn.standing is not None
        event = recognize(said, turn.standing, own.rules, None)
        found = Found(review=turn.review, stood=turn.standing)
        walk.append(_Answer(activity=said, found=found, standing=turn.standing, event=event))
        before, turn = turn.review, own.decide(said, found)
        if turn.review is None or turn.review.version == before.version:
            raise NotMeasured(f"{text!r} has answered nothing")
    return walk


def _step(own: Engine, walk: list[_Answer]) -> float:
    """CPU seconds of one."""
    begun = thread_time()
    for each in walk:
        step(each.standing, each.event, own.rules)
    return (thread_time() - begun) / len(walk)


def _decide(own: Engine, walk: list[_Answer]) -> float:
    begun = thread_time()
    for each in walk:
        own.decide(each.activity, each.found)
    return (thread_time() - begun) / len(walk)


# --- peers ---------------------------------------------------------------------------------------------------------


def _installed() -> str | None:
    """The interpreter that has the peers; None where they cannot be had."""
    python = _HOME / "bin" / "python"
    stamp = _HOME / "requirements.txt"
    if stamp.exists() and stamp.read_text() == _REQUIREMENTS.read_text():
        return str(python)
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]
    try:
        for command in ([sys.executable, "-m", "venv", "--clear", str(_HOME)], [*install, "-r", str(_REQUIREMENTS)]):
            subprocess.run(command, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"The peers cannot be installed ({type(error).__name__}): figures over them are left out.", flush=True)
        return None
    stamp.write_text(_REQUIREMENTS.read_text())
    return str(python)


@contextmanager
def _playing(python: str | None, name: str, dialogues: int) -> Iterator[Iterator[float]]:
    """CPU seconds of a turn of that peer, measured anew each time."""
    process = subprocess.Popen(
        [python or sys.executable, "-m", "benchmarks.peers.driver", name],
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", "")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    os.sched_setaffinity(process.pid, {cores()[0]})

    def turns() -> Iterator[float]:
        assert process.stdin
        assert process.stdout
        while True:
            process.stdin.write(f"{dialogues}\n")
            process.stdin.flush()
            if not (told := process.stdout.readline()):
                raise NotMeasured(f"{name} has stopped: python -m benchmarks.peers.driver {name} says why")
            yield float(told) / (dialogues * len(DIALOGUE))

    try:
        yield turns()
    finally:
        process.stdin.close()
        process.wait()
