"""A real process, killed at every named point of a turn and of a delivery: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from storage.database import migrate
from tests.journeys.terminal import ROOT, Terminal

TURN = ("turn_begun", "inbox_written", "version_written", "acts_written", "outbox_written", "committed", "acked")
DELIVERY = ("relay_claimed", "relay_sending", "relay_sent", "relay_marking", "relay_marked")
LINES = (
    ("ana", "@dana, Claims Platform"),
    ("ana", "Ops will take it over after launch"),
    ("ana", "keep"),
    ("dana", "yes"),
    ("ana", "#claims-ai-helpdesk, Mon-Fri 8-18"),
    ("ana", "later 4 Dec"),
    ("tom", "It might hallucinate"),
    ("ana", "thanks all"),
    ("tom", "undo"),
    ("tom", "Adjusters write the summary by hand in the old claim form"),
    ("tom", "ask @dana"),
)
FOLLOW_UP = 9  # the delivery that asks about the second line
CRASHES = {1: 2, 3: 1, 5: 1}  # sittings in a row that end at the n-th passing; at the first they are short
_ACTS = "SELECT n, kind, item, by_person, said, verdict, source_key FROM act ORDER BY n"
_LEFT = "SELECT delivery_id FROM outbox WHERE state = 'pending'"
_CARDS = "SELECT DISTINCT message_key FROM outbox WHERE message_key = 'root' OR message_key LIKE 'question/%'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What `crashing_chat.py` is told."""

    folder: str
    lines: tuple[tuple[str, str], ...] = LINES
    point: str | None = None
    nth: int = 0
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """All sittings together, however they ended."""

    ends: tuple[int, ...]  # of each sitting: a signal, or 0
    log: tuple[dict[str, Any], ...]
    screen: str
    acts: tuple[tuple[Any, ...], ...]
    left: tuple[Any, ...]  # in the outbox
    cards: frozenset[str]
    report: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    child: subprocess.Popen[str]
    template: Path
    folder: Path

    def play(self, point: str | None = None, nth: int = 0, crashes: int = 0, fault: str | None = None) -> Played:
        """Sits down again and again until all lines are taken; `crashes` of them are told to."""
        shutil.copyfile(self.template, self.folder / "ai-readiness.db")
        whole = Job(folder=str(self.folder), fault=fault)
        crashing = replace(whole, point=point, nth=nth)
        ends = [self._end(crashing) for _ in range(crashes)] + [self._end(whole)]
        return self._played(tuple(ends))

    def _end(self, job: Job) -> int:
        assert self.child.stdin
        assert self.child.stdout
        self.child.stdin.write(f"{json.dumps(asdict(job))}\n")
        self.child.stdin.flush()
        return int(self.child.stdout.readline())

    def _played(self, ends: tuple[int, ...]) -> Played:
        with closing(sqlite3.connect(self.folder / "ai-readiness.db")) as database:
            acts, left = (tuple(database.execute(query).fetchall()) for query in (_ACTS, _LEFT))
            cards = frozenset(key for (key,) in database.execute(_CARDS))
        return Played(
            ends=ends,
            log=tuple(json.loads(line) for line in (self.folder / "log.jsonl").read_text().splitlines()),
            screen=(self.folder / "screen.txt").read_text(),
            acts=tuple((*act[:-1], act[-1] and int(act[-1].rpartition("/")[2])) for act in acts),
            left=left,
            cards=cards,
            report=Terminal(folder=self.folder).report(),
        )


@pytest.fixture(scope="module")
def child() -> Iterator[subprocess.Popen[str]]:
    script = ROOT / "tests" / "journeys" / "crashing_chat.py"
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=_environment()
    ) as child:
        yield child


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crashes") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def player(child: subprocess.Popen[str], template: Path, tmp_path: Path) -> Player:
    return Player(child=child, template=template, folder=tmp_path)


@pytest.fixture(scope="module")
def smooth(child: subprocess.Popen[str], template: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The same lines without any crash."""
    return Player(child=child, template=template, folder=tmp_path_factory.mktemp("smooth")).play()


def complaints(played: Played, smooth: Played) -> Iterator[str]:
    """Everything that was lost or doubled."""
    yield from _lines_lost(played)
    lines = [act[-1] for act in played.acts]
    yield from (f"line {line} did something twice" for line, times in Counter(lines).items() if times > 1)
    if played.acts != smooth.acts:
        yield "the acts are others"
    if played.report != smooth.report:
        yield "the report is another"
    yield from (f"{delivery} was never said" for (delivery,) in played.left)
    yield from _cards_lost(played)
    yield from _said_twice(played)


def _lines_lost(played: Played) -> Iterator[str]:
    """What was acknowledged is there on return: no number is asked for again."""
    acknowledged = 0
    for event in played.log:
        if event.get("asked_for", acknowledged + 1) <= acknowledged:
            yield f"line {event['asked_for']} was acknowledged, and asked for again"
        acknowledged = max(acknowledged, event.get("acked", 0), event.get("asked_for", 0) - 1)
    if acknowledged != len(LINES):
        yield f"{acknowledged} lines were taken of {len(LINES)}"


def _cards_lost(played: Played) -> Iterator[str]:
    if "Claims Copilot · just started" not in played.screen:
        yield "the root card was never shown"
    shown = set(re.findall(r"^(\d) of 6 · ", played.screen, re.MULTILINE))
    if len(shown) != len(played.cards) - 1:
        yield f"questions {', '.join(sorted(shown))} were shown of {', '.join(sorted(played.cards))}"


def _said_twice(played: Played) -> Iterator[str]:
    """A root or question card may be said twice, and a revision; everything else once at most."""
    said = Counter(tuple(event["printed"]) for event in played.log if "printed" in event)
    for (kind, key, delivery), times in said.items():
        repeatable = (key or "").startswith(("root", "question/")) or kind not in ("post", "whisper")
        if times > (len(played.ends) if repeatable else 1):
            yield f"{kind} {key or delivery} was said {times} times"


@pytest.mark.parametrize(("nth", "crashes"), CRASHES.items())
@pytest.mark.parametrize("point", [*TURN, *DELIVERY])
def test_killed_there_nothing_is_lost_and_nothing_doubled(
    player: Player, smooth: Played, point: str, nth: int, crashes: int
) -> None:
    played = player.play(point, nth, crashes)
    assert played.ends == (SIGKILL,) * crashes + (0,)
    assert list(complaints(played, smooth)) == []


@pytest.mark.parametrize(
    ("fault", "point", "nth", "complaint"),
    [
        ("sees nothing", "committed", 5, "line 1 was acknowledged, and asked for again"),
        ("acts twice", "committed", 5, "line 1 did something twice"),
        ("says everything again", "relay_sent", FOLLOW_UP, "post follow_up/run.ops_team was said 2 times"),
    ],
)
def test_a_planted_fault_is_noticed(
    player: Player, smooth: Played, fault: str, point: str, nth: int, complaint: str
) -> None:
    assert list(complaints(smooth, smooth)) == []
    assert complaint in list(complaints(player.play(point, nth, 1, fault), smooth))


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": ""}
