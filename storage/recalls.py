"""Calling back a letter or a digest that was planned and never sent: in one commit, as if nobody had planned it.

What it says is due again, so that the next look at its reader plans it anew, for their hours and their day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection

from conversations.activities import Activity
from conversations.people import Account
from conversations.ports import Decide, Delivery, DeliveryKind
from storage.ledger import strike
from storage.letters import PREFIX, drop_letter
from storage.looks import look_now
from storage.models import Entry
from storage.outbox import take_back
from storage.preferences import known_of
from storage.shelf import PackShelf
from storage.unit_of_work import Reach, no_op, run_turn


def is_of_own_accord(delivery: Delivery) -> bool:
    """Whether it is a letter or a weekly digest, which nobody has asked for. Its revisions are neither."""
    names = tuple(f"{kind}/" for kind in Entry)
    return delivery.kind is DeliveryKind.POST and delivery.to is not None and delivery.delivery_id.startswith(names)


def reader_of(delivery: Delivery) -> Account:
    at = delivery.reference
    return Account(platform=at.platform, tenant=at.tenant, id=delivery.to or "")


def call_back(
    connection: Connection,
    delivery: Delivery,
    told: Iterable[Activity],
    decide: Decide,
    shelf: PackShelf,
    *,
    me: str,
    now: datetime,
    reach: Reach = no_op,
) -> None:
    """All of it or nothing; `told` are the turns of the reviews of its lines.

    Raises `StaleReview` and its kind where it is to be tried again, and `LaneLost` where others have it now.
    """
    for activity in sorted(told, key=lambda each: each.review or ""):  # in one order everywhere: no deadlock
        run_turn(connection, activity, decide, shelf, reach)
    kind, day, *_ = delivery.delivery_id.split("/")
    reader = reader_of(delivery)
    strike(connection, reader, Entry(kind), date.fromisoformat(day))
    if delivery.key is not None and delivery.key.startswith(PREFIX):
        drop_letter(connection, delivery.key)
    # What waited for another day because of it, on any of their accounts, may come today.
    look_now(connection, (reader, *(other.account for other in known_of(connection, reader).joined)), now)
    take_back(connection, delivery, me=me, now=now)
    reach("called_back")
