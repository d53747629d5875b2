"""The examples play through the real `ai-readiness chat`, each to the report that stands beside this file.

UPDATE_GOLDEN=1 writes the reports anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.journeys.terminal import ROOT, Terminal, command_of

EXAMPLES = sorted((ROOT / "examples").glob("*.txt"))
REPORTS = Path(__file__).parent / "reports"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_plays_to_its_report(example: Path, tmp_path: Path) -> None:
    transcript = example.read_text(encoding="utf-8")
    command = command_of(transcript)
    terminal = Terminal(folder=tmp_path)
    ran = terminal.start(*command, typed=transcript)
    assert (ran.code, ran.err) == (0, ""), ran.out
    report = f"{json.dumps(terminal.report(command[1]), ensure_ascii=False, indent=2)}\n"
    golden = REPORTS / f"{example.stem}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(report, encoding="utf-8")
    assert report == golden.read_text(encoding="utf-8")


def test_each_report_is_of_an_example() -> None:
    assert EXAMPLES
    assert {path.stem for path in REPORTS.glob("*.json")} == {path.stem for path in EXAMPLES}
