"""Five hundred histories of the whole bot, those that once broke a rule, and faults that have to be found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.turns.faults import FAULTS
from tests.turns.playing import Player

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SEEDS, AT_ONCE = 500, 25
KEPT = [int(line.split()[0]) for line in (HERE / "seeds.txt").read_text().splitlines() if not line.startswith("#")]


@pytest.fixture(scope="module")
def player() -> Player:
    return Player()


def _plays(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.turns", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_no_history_breaks_a_rule(player: Player, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        history = player.play(seed)
        assert history.broken is None, "\n".join((*history.lines, f"python -m tests.turns --seed {seed}"))


@pytest.mark.parametrize("seed", KEPT)
def test_a_seed_that_once_broke_a_rule_breaks_none(player: Player, seed: int) -> None:
    history = player.play(seed)
    assert history.broken is None, "\n".join(history.lines)


def test_one_seed_has_one_history_in_any_process(player: Player) -> None:
    lines = player.play(8).lines
    assert lines == player.play(8).lines
    again = _plays("--seed", "8", PYTHONHASHSEED="1")
    assert again.stdout.splitlines() == [*lines, "seed 8: all is well"]
    assert again.returncode == 0


def test_a_history_that_is_cut_short_is_the_beginning_of_the_whole(player: Player) -> None:
    whole, part = player.play(8).lines, player.play(8, steps=3).lines
    told = part.index(next(line for line in part if line.endswith("from now on all goes well")))
    assert part[:told] == whole[:told]


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_planted_fault_is_found(player: Player, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault](monkeypatch.setattr)
    found = next((history for history in map(player.play, range(SEEDS)) if history.broken), None)
    assert found is not None
    assert any(">>> " in line for line in found.lines)


def test_what_broke_is_told_as_a_dialogue_and_ends_with_1() -> None:
    played = _plays("--seeds", "1", "--workers", "1", "--fault", "received before the commit")
    assert played.returncode == 1
    assert ">>> " in played.stderr
    assert played.stdout.splitlines()[-1].endswith("violations 1")
