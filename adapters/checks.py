"""What `doctor` is told by a platform."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found; `todo` has a sentence for each thing to be done, and nothing where all is well."""

    check: str
    says: str
    todo: tuple[str, ...] = ()
