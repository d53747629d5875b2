"""The examples play through the real `ai-readiness chat`, each to the report that stands beside this file, and to what
the commands print that its comments name for afterwards.

UPDATE_GOLDEN=1 writes both anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.journeys.terminal import ROOT, Terminal, Transcript, transcript

EXAMPLES = sorted((ROOT / "examples").glob("*.txt"))
REPORTS = Path(__file__).parent / "reports"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_plays_to_its_report(example: Path, tmp_path: Path) -> None:
    played, terminal = transcript(example), Terminal(folder=tmp_path)
    if played.first:
        _play(terminal, transcript(example.with_name(played.first)))
    _play(terminal, played)
    document = json.dumps(terminal.report(played.project), ensure_ascii=False, indent=2)
    _pinned(REPORTS / f"{example.stem}.json", f"{document}\n")
    if played.then:
        _pinned(REPORTS / f"{example.stem}.out", "".join(_printed(terminal, played, words) for words in played.then))


def test_in_a_process_of_its_own_an_example_prints_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    played = transcript(ROOT / "examples" / "claims.txt")
    real, here = (Terminal(folder=tmp_path_factory.mktemp("played")) for _ in range(2))
    printed = real.start(*played.command, typed=played.text, **played.settings)
    assert printed == here.run(*played.command, typed=played.text.splitlines(), **played.settings)
    assert (printed.code, printed.err) == (0, "")
    assert real.report(played.project) == here.report(played.project)


def test_each_report_is_of_an_example() -> None:
    assert EXAMPLES
    assert {path.stem for path in REPORTS.glob("*.json")} == {path.stem for path in EXAMPLES}
    assert {path.stem for path in REPORTS.glob("*.out")} == {path.stem for path in EXAMPLES if transcript(path).then}


def test_each_pack_of_an_example_is_without_a_complaint(tmp_path: Path) -> None:
    packs = sorted((ROOT / "examples" / "packs").rglob("*.yaml"))
    assert packs
    ran = [Terminal(folder=tmp_path).run("packs", "lint", str(path)) for path in packs]
    assert [(each.code, each.out) for each in ran] == [(0, "")] * len(packs)


def _play(terminal: Terminal, played: Transcript) -> None:
    ran = terminal.run(*played.command, typed=played.text.splitlines(), **played.settings)
    assert (ran.code, ran.err) == (0, ""), ran.out


def _printed(terminal: Terminal, played: Transcript, words: tuple[str, ...]) -> str:
    """One command and what it says, at the moment that the transcript ends."""
    ran = terminal.run(*words, **played.settings)
    assert (ran.code, ran.err) == (0, "")
    return f"$ ai-readiness {' '.join(words)}\n{ran.out}\n"


def _pinned(golden: Path, found: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
