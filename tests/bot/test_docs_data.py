"""What `docs/data.md` says is there, is there."""

from __future__ import annotations

import re

from storage import retention
from storage.models import Base
from tests.house.tree import ROOT

DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_each_table_is_named_once_with_what_it_keeps_and_for_how_long() -> None:
    section = DATA.partition("## What is kept, where")[2].partition("\n\nWhat is old")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(Base.metadata.tables)
    assert all(cell.strip() for row in rows for cell in row.split("|")[1:-1])


def test_the_days_are_those_of_the_program() -> None:
    kept = {"outbox": retention.DELIVERIES, "inbox": retention.INBOX, "ledger": retention.LEDGER}
    for table, days in kept.items():
        row = next(line for line in DATA.splitlines() if line.startswith(f"| `{table}`"))
        assert re.search(rf"\b{days.days} days\b", row), row
