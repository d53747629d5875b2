"""What the README shows is what the program prints, and what it names is there."""

from __future__ import annotations

import re

import pytest

from tests.journeys.terminal import ROOT, Terminal, transcript

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_transcripts_are_those_of_the_examples(tmp_path_factory: pytest.TempPathFactory) -> None:
    played = [transcript(ROOT / "examples" / name) for name in ("claims.txt", "week.txt")]
    terminals = [Terminal(folder=tmp_path_factory.mktemp("played")) for _ in played]
    screens = [
        terminal.run(*each.command, typed=each.text.splitlines()).out
        for terminal, each in zip(terminals, played, strict=True)
    ]
    printed = "\n".join(screens)
    shown = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown
    assert [block for block in shown if block not in printed] == []


def test_every_document_it_points_to_is_there() -> None:
    places = re.findall(r"\]\(([^)#]+)\)", README)
    assert places
    assert [place for place in places if not (ROOT / place).is_file()] == []
