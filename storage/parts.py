"""Who has a part in reviews, as far as something is to come for them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, and_, bindparam, select

from conversations.people import Account
from storage.models import preference, reminder
from storage.preferences import to_preferences

_same = and_(
    preference.c.platform == reminder.c.platform,
    preference.c.tenant == reminder.c.tenant,
    preference.c.id == reminder.c.who,
)
_PEOPLE = (
    select(reminder.c.tenant, reminder.c.who)
    .where(reminder.c.platform == bindparam("platform"), reminder.c.who != "")
    .distinct()
)
_AWAY = (
    select(preference, reminder.c.review_id)
    .join(reminder, _same)
    .where(preference.c.content["away_until"].as_string() > bindparam("day"))  # days sort as they are written
    .order_by(preference.c.platform, preference.c.tenant, preference.c.id, reminder.c.review_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody who is away until the day of their return, and the reviews in which they have a part."""

    account: Account
    until: date
    reviews: tuple[str, ...]


def people_with_a_part(connection: Connection, platform: str) -> Mapping[str, Set[str]]:
    """Their ids, by tenant. One statement."""
    found: dict[str, set[str]] = {}
    for tenant, who in connection.execute(_PEOPLE, {"platform": platform}):
        found.setdefault(tenant, set()).add(who)
    return found


def away_people(connection: Connection, *, on: date) -> list[Away]:
    """Who has said that they are away on that day. One statement."""
    rows = connection.execute(_AWAY, {"day": on.isoformat()}).mappings()
    found = list[Away]()
    for account, theirs in groupby(rows, key=lambda row: (row["platform"], row["tenant"], row["id"])):
        platform, tenant, who = account
        lines = list(theirs)
        until = to_preferences(lines[0]).away_until
        if until is not None:
            reviews = tuple(line["review_id"] for line in lines)
            found.append(Away(account=Account(platform=platform, tenant=tenant, id=who), until=until, reviews=reviews))
    return found
