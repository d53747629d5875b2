"""Forgetting somebody, or what a review that was closed long ago has said: in every table, at whatever it stands.

Each unit is a whole by itself and does nothing the second time, so that who was stopped halfway begins again. What a
review says is changed by a turn of its own, which raises its version: nobody writes the old words back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    insert,
    literal_column,
    or_,
    select,
    union,
    update,
)

from conversations.activities import Activity
from conversations.board import addressee
from conversations.forgetting import ERASED, Forgotten, empty, everybody_in, forget, forgotten_in
from conversations.people import Account
from conversations.ports import Decide
from storage import models
from storage.letters import PREFIX
from storage.mapping import Row
from storage.models import act, inbox, installation, lane, letter, letter_line, message, outbox, review
from storage.queries import review_by_id
from storage.shelf import PackShelf
from storage.statements import without_deadline
from storage.threads import note_erasure
from storage.unit_of_work import run_turn

TOGETHER = 500  # rows that are looked through, or changed, in one transaction
_KNOWN_BY_ID = (models.person, models.address, models.preference, models.joined, models.link_code)
_KNOWN_AS_WHO = (models.ledger, models.reminder)

_of_tenant = (review.c.platform == bindparam("platform"), review.c.tenant == bindparam("tenant"))
_ended = outbox.c.state.not_in([literal_column("'pending'"), literal_column("'parked'")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What was done in one review."""

    words: int  # acts whose words went
    revised: int  # messages that will be shown otherwise


def reviews_naming(connection: Connection, who: Account, names: Iterable[str]) -> list[str]:
    """The reviews of their tenant in which they, or a name of theirs, stand anywhere. Looks through all acts."""
    without_deadline(connection)
    texts = (act.c.said, act.c.by_person, cast(act.c.detail, Text))
    holds = [text.icontains(name, autoescape=True) for text in texts for name in (who.id, *names)]
    state = cast(review.c.state, Text).contains(who.id, autoescape=True)
    in_header = select(review.c.id).where(
        *_of_tenant, or_(review.c.owner == who.id, review.c.started_by == who.id, state)
    )
    in_acts = select(review.c.id).join(act, act.c.review_id == review.c.id).where(*_of_tenant, or_(*holds))
    place = {"platform": who.platform, "tenant": who.tenant}
    return sorted(connection.execute(union(in_header, in_acts), place).scalars())


def forget_in_review(
    connection: Connection,
    activity: Activity,
    names: Iterable[str],
    decide: Decide,
    shelf: PackShelf,
) -> Left | None:
    """The actor of a LEFT leaves its review for good. None where it is not there any more.

    Raises `StaleReview` and its kind where it is to be tried again.
    """
    at = activity.reference
    before = review_by_id(connection, shelf, activity.review or "", platform=at.platform, tenant=at.tenant)
    if before is None:
        return None
    forgotten = forgotten_in(before, activity.actor.id, names)
    _rename(connection, before.id, forgotten)
    turn = run_turn(connection, activity, partial(forget, decide=decide, forgotten=forgotten), shelf)
    words = sum(each.said is not None and each.by == activity.actor.id for each in before.acts)
    return Left(words=words, revised=len(turn.effects) if turn else 0)


def empty_review(connection: Connection, activity: Activity, shelf: PackShelf) -> None:
    """Nothing that anybody said in it, and no name, is left; nor what was said of it to single people."""
    at = activity.reference
    before = review_by_id(connection, shelf, activity.review or "", platform=at.platform, tenant=at.tenant)
    if before is None:
        return
    forgotten = everybody_in(before)
    connection.execute(delete(outbox).where(outbox.c.review_id == before.id, _ended))
    of_it = letter_line.c.review_id == before.id
    keys = list(connection.execute(select(letter_line.c.letter_key).where(of_it).distinct()).scalars())
    connection.execute(delete(letter_line).where(of_it))
    others = select(letter_line.c.letter_key).where(letter_line.c.letter_key.in_(keys))
    _drop_letters(connection, set(keys) - set(connection.execute(others).scalars()))
    _rename(connection, before.id, forgotten)
    run_turn(connection, activity, partial(empty, forgotten=forgotten), shelf)
    # All of its acts count as erased, its end among them: that is how it is found no more.
    connection.execute(
        update(act).where(act.c.review_id == before.id, act.c.erased_at.is_(None)).values(erased_at=activity.at)
    )


def forget_letters(connection: Connection, who: Account) -> None:
    """All that they were written to. First of all: reviews are then called otherwise without their letters."""
    of = letter.c.key.endswith(_own_key(who), autoescape=True)
    _drop_letters(connection, connection.execute(select(letter.c.key).where(of)).scalars().all())


def forget_deliveries(connection: Connection, who: Account, names: tuple[str, ...], after: int) -> int | None:
    """Of the next of the tenant's deliveries, what names them. Returns where to go on, None at the end."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.platform == who.platform, outbox.c.tenant == who.tenant, outbox.c.id > after)
        .order_by(outbox.c.id)
        .limit(TOGETHER)
    )
    found = rows.mappings().all()
    forgotten = Forgotten({who.id: ERASED}, names)
    for row in found:
        if row["to_person"] == who.id:
            connection.execute(delete(outbox).where(outbox.c.id == row["id"]))
        else:
            _write(connection, outbox, row, forgotten)
    note_erasure(connection)
    return found[-1]["id"] if found else None


def forget_account(connection: Connection, who: Account) -> None:
    """All that is kept of the account itself: who it is, its letters, wishes, addresses and days."""
    for table in (*_KNOWN_BY_ID, *_KNOWN_AS_WHO):
        column = table.c.id if table in _KNOWN_BY_ID else table.c.who
        connection.execute(delete(table).where(*_there(table, who), column == who.id))
    own = _own_key(who)
    connection.execute(delete(lane).where(lane.c.key == f"person{own}"))
    keys = (inbox.c.activity_key.contains(part, autoescape=True) for part in (f"{_place(who)}/", f"/{who.id}"))
    connection.execute(delete(inbox).where(*keys))
    installed = update(installation).where(*_there(installation, who), installation.c.installed_by == who.id)
    connection.execute(installed.values(installed_by=None))
    _part(connection, own.removeprefix("/"))
    note_erasure(connection)


def _there(table: Table, who: Account) -> tuple[ColumnElement[bool], ...]:
    return table.c.platform == who.platform, table.c.tenant == who.tenant


def _part(connection: Connection, name: str) -> None:
    """Accounts that were joined are one person's by a name for one of them: another one gives it now."""
    joined = models.joined
    others = connection.execute(select(joined).where(joined.c.person == name).order_by(joined.c.platform, joined.c.id))
    rows = others.mappings().all()
    if rows:
        instead = "/".join((rows[0]["platform"], rows[0]["tenant"], rows[0]["id"]))
        connection.execute(update(joined).where(joined.c.person == name).values(person=instead))


def _own_key(who: Account) -> str:
    """What names of letters, and of what is done about somebody, end in."""
    return f"/{_place(who)}/{who.id}"


def _place(who: Account) -> str:
    return f"{who.platform}/{who.tenant}"


def _drop_letters(connection: Connection, keys: Collection[str]) -> None:
    if keys:
        connection.execute(delete(letter_line).where(letter_line.c.letter_key.in_(keys)))
        connection.execute(delete(message).where(message.c.message_key.in_(keys)))
        connection.execute(delete(letter).where(letter.c.key.in_(keys)))
        note_erasure(connection)


def _rename(connection: Connection, review_id: str, forgotten: Forgotten) -> None:
    """What is kept beside a review is called as it calls it from now on. What only they were written to goes."""
    for row in _rows(connection, message, review_id):
        key = row["message_key"] if row["message_key"].startswith(PREFIX) else forgotten.in_key(row["message_key"])
        if row["message_key"] != key:
            connection.execute(delete(message).where(*_same(message, row)))
            if addressee(key) not in forgotten.instead.values():
                connection.execute(insert(message), [{**row, "message_key": key}])
    for row in _rows(connection, letter_line, review_id):
        _write(connection, letter_line, row, forgotten)
    for row in _rows(connection, outbox, review_id):
        if row["to_person"] in forgotten.instead:
            connection.execute(delete(outbox).where(*_same(outbox, row)))
        else:
            _write(connection, outbox, row, forgotten)


def _write(connection: Connection, table: Table, row: Row, forgotten: Forgotten) -> None:
    names = ("delivery_id", "message_key")
    changed = {name: forgotten.in_key(row[name]) for name in names if row.get(name)}
    changed |= {"card": forgotten.in_json(row["card"])} if row["card"] is not None else {}
    if any(row[name] != value for name, value in changed.items()):
        connection.execute(update(table).where(*_same(table, row)).values(changed))


def _rows(connection: Connection, table: Table, review_id: str) -> list[Row]:
    return [dict(row) for row in connection.execute(select(table).where(table.c.review_id == review_id)).mappings()]


def _same(table: Table, row: Row) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]
