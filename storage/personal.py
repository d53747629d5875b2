"""Everything that is kept about one person, as it is kept; and whom a name or an id may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, Text, cast, func, or_, select, union

from conversations.people import Account
from storage import models
from storage.joins import accounts_of
from storage.letters import PREFIX
from storage.mapping import Row
from storage.models import act, letter_line, outbox, review
from storage.statements import without_deadline

_BY_ID = (models.address, models.preference, models.joined)


def accounts_called(connection: Connection, called: str, tenant: str | None) -> list[Account]:
    """Whose id, name or e-mail it is, in one tenant or in any; an @ before it does not count."""
    without_deadline(connection)
    name = called.strip().removeprefix("@")
    person = models.person
    same = [func.lower(column) == name.casefold() for column in (person.c.name, person.c.email)]
    found = [_accounts(person, person.c.id, or_(person.c.id == name, *same))]
    found += [_accounts(table, table.c.id, table.c.id == name) for table in _BY_ID]
    found += [_accounts(models.ledger, models.ledger.c.who, models.ledger.c.who == name)]
    found += [_accounts(review, column, column == name) for column in (review.c.owner, review.c.started_by)]
    of_acts = select(review.c.platform, review.c.tenant, act.c.by_person.label("id"))
    found += [of_acts.join(act, act.c.review_id == review.c.id).where(act.c.by_person == name)]
    accounts = (Account(platform=row[0], tenant=row[1], id=row[2]) for row in connection.execute(union(*found)))
    return sorted((each for each in accounts if tenant in (None, each.tenant)), key=_order)


def kept_about(connection: Connection, who: Account) -> Mapping[str, Any]:
    """Of one account, by what it is; the reviews are told by their ids, and beside it stands what they are called."""
    without_deadline(connection)
    acts = select(act, review.c.project, review.c.platform, review.c.tenant, review.c.channel, review.c.thread)
    acts = acts.join(review, review.c.id == act.c.review_id).where(*_there(review, who)).order_by(act.c.at, act.c.n)
    named = or_(cast(act.c.detail, Text).contains(who.id, autoescape=True), act.c.said.contains(f"<@{who.id}>"))
    letters = select(letter_line.c.letter_key, letter_line.c.position, review.c.project, letter_line.c.card)
    letters = letters.join(review, review.c.id == letter_line.c.review_id).order_by(*letter_line.primary_key)
    own = f"{PREFIX}%/{who.platform}/{who.tenant}/{who.id}"
    owned = select(review.c.project, review.c.phase, review.c.started_at, review.c.owner, review.c.started_by)
    is_theirs = or_(review.c.owner == who.id, review.c.started_by == who.id)
    messages = select(outbox.c.kind, outbox.c.state, outbox.c.created_at, outbox.c.sent_at, outbox.c.card)
    return {
        "person": _of(connection, models.person, who),
        "address": _of(connection, models.address, who),
        "preferences": _of(connection, models.preference, who),
        "joined": _of(connection, models.joined, who),
        "link_code": _of(connection, models.link_code, who),
        "said": _rows(connection, acts.where(act.c.by_person == who.id)),
        "named_in": _rows(connection, acts.where(act.c.by_person != who.id, named)),
        "reviews": _rows(connection, owned.where(*_there(review, who), is_theirs).order_by(review.c.started_at)),
        "ledger": _of(connection, models.ledger, who, "who"),
        "letters": _rows(connection, letters.where(letter_line.c.letter_key.like(own))),
        "messages": _rows(connection, messages.where(*_there(outbox, who), outbox.c.to_person == who.id)),
        "looked_at": _of(connection, models.reminder, who, "who"),
        "installations": _of(connection, models.installation, who, "installed_by"),
    }


def names_of(connection: Connection, accounts: Iterable[Account]) -> tuple[str, ...]:
    """What these are called, and their e-mails."""
    rows = [row for who in accounts for row in _of(connection, models.person, who)]
    return tuple(dict.fromkeys(row[field] for row in rows for field in ("name", "email") if row[field]))


def with_joined(connection: Connection, who: Account) -> Sequence[Account]:
    """All accounts of the same person, this one first."""
    return (who, *sorted(set(accounts_of(connection, who)) - {who}, key=_order))


def _of(connection: Connection, table: Table, who: Account, column: str = "id") -> list[Row]:
    return _rows(connection, select(table).where(*_there(table, who), table.c[column] == who.id))


def _rows(connection: Connection, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]


def _there(table: Table, who: Account) -> tuple[Any, ...]:
    return table.c.platform == who.platform, table.c.tenant == who.tenant


def _accounts(table: Table, column: Any, *where: Any) -> Select[Any]:
    return select(table.c.platform, table.c.tenant, column.label("id")).where(*where)


def _order(who: Account) -> tuple[str, str, str]:
    return who.platform, who.tenant, who.id
