"""What a platform tells of a person. It is kept, so that names, zones and rights are known without asking again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    platform: str
    tenant: str
    id: str
    name: str  # as colleagues see it; it can be copied and proves nothing
    zone: str | None = None  # an IANA name
    email: str | None = None
    here: bool = True  # False: deactivated
    bot: bool = False
    admin: bool = False
    guest: bool = False
    outsider: bool = False  # of another organisation, in a shared channel
    read_at: datetime  # when the platform said so
