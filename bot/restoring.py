"""`ai-readiness restored`: the operator says that the database is a copy from before, where it does not know itself."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.bootstrap import machine_clock
from bot.settings import Settings
from storage.database import open_database
from storage.restoring import restored


def note_restored(settings: Settings, until: datetime | None) -> None:
    """`until`: when the lost database was worked on last. Nobody may be at work. Raises what opening it raises."""

    async def note() -> None:
        database = open_database(settings.database_url, command="ai-readiness restored")
        try:
            await database.units(restored, min(until or machine_clock(), machine_clock()))
        finally:
            database.close()

    asyncio.run(note())
