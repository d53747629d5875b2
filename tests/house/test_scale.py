"""docs/scale.md shows what the arithmetic says."""

from __future__ import annotations

from benchmarks.scale import PROCESSES, SIZES, monday, table
from tests.house.tree import ROOT


def test_the_page_shows_the_table() -> None:
    assert table() in (ROOT / "docs" / "scale.md").read_text()


def test_everybody_is_written_to_or_counted_as_late_and_more_processes_never_take_longer() -> None:
    for people in SIZES:
        waits = [monday(people, processes) for processes in PROCESSES]
        assert [each.longest for each in waits] == sorted((each.longest for each in waits), reverse=True)
        assert [each.late for each in waits] == sorted((each.late for each in waits), reverse=True)
    assert monday(SIZES[-1], 1).late > 0.5
