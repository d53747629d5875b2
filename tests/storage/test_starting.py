"""What is read to begin a review."""

from __future__ import annotations

import pytest

from conversations.activities import Activity
from conversations.effects import Turn
from conversations.ports import Found
from storage.database import Database
from tests.storage.tiny import begun, run, starts, taken


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("claims", ["Claims"]),
        ("“CLAIMS”  --pack core", ["Claims"]),
        ("Pricing", ["Pricing"]),
        ("Another", []),
        ("", []),
    ],
)
def test_only_who_has_the_name_already_is_looked_for(database: Database, words: str, names: list[str]) -> None:
    seen = list[str]()

    def look(_activity: Activity, found: Found) -> Turn:
        seen.extend(each.project for each in found.others)
        return Turn(review=None)

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, starts("Pricing", key="2", thread="T2"))
        await taken(database.units, starts(words, key="3"), look)

    run(scene())
    assert seen == names
