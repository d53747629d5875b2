"""What one part of a run is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`where` the databases are made: in a folder, or on the PostgreSQL server of that URL."""

    store: str
    where: Path | str
    folder: Path
