"""What the README shows is what the program prints, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.journeys.terminal import ROOT, Terminal, transcript

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_transcript_is_the_examples(tmp_path: Path) -> None:
    claims = transcript(ROOT / "examples" / "claims.txt")
    printed = Terminal(folder=tmp_path).run(*claims.command, typed=claims.text.splitlines()).out
    shown = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown
    assert [block for block in shown if block not in printed] == []


def test_every_document_it_points_to_is_there() -> None:
    places = re.findall(r"\]\(([^)#]+)\)", README)
    assert places
    assert [place for place in places if not (ROOT / place).is_file()] == []
