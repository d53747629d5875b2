"""Whom a tick looks at: claiming who is due, finding what is theirs, and keeping what was planned for them.

Somebody is claimed with all of their rows, for the time of a lease. Whoever wakes them meanwhile moves a row to before
its end: that row stays as it is, and they are written to only after they were looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, or_, select, tuple_, update

from conversations.activities import Activity, ActivityKind, Actor, ConversationReference, turn_id
from conversations.cards import Card
from conversations.effects import MessageKey, Post, Turn
from conversations.errors import LookAgain, StaleReview
from conversations.letters import Pending, Plan, Silence, Told
from conversations.people import Account, Preferences
from conversations.review import Review
from storage import models
from storage.ledger import enter, told
from storage.letters import in_letters, keep_letter
from storage.looks import save_looks
from storage.mapping import to_outbox_rows
from storage.models import Entry, reminder, review
from storage.people import people_of
from storage.preferences import preferences_of
from storage.queries import reviews_where
from storage.restoring import home
from storage.shelf import PackShelf
from storage.statements import named, of_accounts, on_each, unawaited
from storage.unit_of_work import Reach, deliver, no_op, save_review

LEASE = timedelta(seconds=30)  # longer than all who are claimed together take
BEAT = timedelta(minutes=1)  # between two notes that somebody is at work
SILENCE = timedelta(hours=1)  # without one, nobody was

_ACCOUNT = (reminder.c.platform, reminder.c.tenant, reminder.c.who)
_ROW = (reminder.c.review_id, *_ACCOUNT)  # names it, whenever it is due
_of = [column == bindparam(f"of_{column.name}") for column in _ACCOUNT]
_theirs = of_accounts(*_ACCOUNT)

_earlier = reminder.alias("earlier")
_is_before = tuple_(_earlier.c.due_at, _earlier.c.review_id) < tuple_(reminder.c.due_at, reminder.c.review_id)
_first = or_(
    reminder.c.who == "", ~exists().where(*(_earlier.c[column.name] == column for column in _ACCOUNT), _is_before)
)
# Everybody by their first row: of several claims at the same moment, one locks it. Reviews are by themselves.
_due = (
    select(*_ROW)
    .where(reminder.c.due_at <= bindparam("now"), _first)
    .order_by(reminder.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_others = select(*_ROW).where(_theirs, reminder.c.due_at < bindparam("lease")).with_for_update(skip_locked=True)
_CLAIM = update(reminder).where(tuple_(*_ROW).in_(_due)).values(due_at=bindparam("lease")).returning(*_ROW)
_CLAIM_OTHERS = unawaited(update(reminder).where(tuple_(*_ROW).in_(_others)).values(due_at=bindparam("lease")))
_PLACES = select(review.c.id, review.c.platform, review.c.tenant, review.c.channel, review.c.thread).where(
    review.c.id.in_(bindparam("ids", expanding=True))
)
_NEXT = select(func.min(reminder.c.due_at))
_WAITING = select(*_ACCOUNT).where(reminder.c.who != "").distinct().order_by(*_ACCOUNT)
_WAITING_BY = _WAITING.where(reminder.c.due_at <= bindparam("by"))
_REVIEWS = select(*_ROW).where(_theirs)
# A statement of its own, and in one order everywhere.
_VERSIONS = (
    select(review.c.id, review.c.version)
    .where(review.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(review.c.id)
    .with_for_update(key_share=True)
)
_WOKEN = select(exists().where(*_of, reminder.c.due_at < bindparam("lease")))
_PULSE = select(models.pulse).with_for_update()
_FIRST_PULSE = on_each(lambda insert: unawaited(insert(models.pulse).values(id=1).on_conflict_do_nothing()))
_NEXT_PULSE = unawaited(update(models.pulse))
_LOOK_AGAIN = unawaited(
    update(reminder)
    .where(*_of, reminder.c.review_id == bindparam("of_review"), reminder.c.due_at == bindparam("lease"))
    .values(due_at=bindparam("again"))
)
_NOTHING_TO_COME = unawaited(
    delete(reminder).where(
        *_of, reminder.c.due_at == bindparam("lease"), reminder.c.review_id.not_in(bindparam("seen", expanding=True))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who is to be looked at now, and the reviews whose own moment has come, with where they are.

    They are this claim's until `lease`; then, if nothing was kept, they are due again.
    """

    people: tuple[Account, ...] = ()
    reviews: tuple[tuple[str, ConversationReference], ...] = ()
    lease: datetime


# --- who is due ----------------------------------------------------------------------------------------------------


def claim_due(connection: Connection, *, now: datetime, limit: int) -> Claim:
    """Up to `limit` people and reviews, who has waited longest first. At most three statements."""
    lease = now + LEASE
    rows = connection.execute(_CLAIM, {"now": now, "most": limit, "lease": lease}).all()
    people = tuple(_account(row) for row in rows if row.who)
    if people:
        connection.execute(_CLAIM_OTHERS, named(people) | {"lease": lease})
    ids = [row.review_id for row in rows if not row.who]
    places = connection.execute(_PLACES, {"ids": ids}).all() if ids else []
    reviews = tuple(
        (of, ConversationReference(platform=platform, tenant=tenant, channel=channel, thread=thread))
        for of, platform, tenant, channel, thread in places
    )
    return Claim(people=people, reviews=reviews, lease=lease)


def next_due(connection: Connection) -> datetime | None:
    """When somebody, or a review, is to be looked at next; of who is claimed, when the lease ends."""
    return connection.execute(_NEXT).scalar()


def waiting(connection: Connection, *, by: datetime | None) -> list[Account]:
    """Who is to be looked at until then, or ever."""
    rows = connection.execute(_WAITING if by is None else _WAITING_BY, {} if by is None else {"by": by})
    return [_account(row) for row in rows]


def pulse(connection: Connection, now: datetime) -> Silence | None:
    """Notes that somebody is at work now; the newest time for which nobody was. One statement, or two."""
    row = connection.execute(_PULSE).one_or_none()
    if row is None:
        connection.execute(_FIRST_PULSE[connection.dialect.name], {"ticked_at": now, "home": home(connection)})
        return None
    known = Silence(since=row.silent_since, until=row.silent_until) if row.silent_since else None
    if now - row.ticked_at >= BEAT:
        known = Silence(since=row.ticked_at, until=now) if now - row.ticked_at > SILENCE else known
        noted = {"silent_since": known.since, "silent_until": known.until} if known else {}
        connection.execute(_NEXT_PULSE, noted | {"ticked_at": now})
    if row.lost_since is None:
        return known
    known = known or Silence(since=row.lost_until, until=row.lost_until)
    return replace(known, lost=Silence(since=row.lost_since, until=row.lost_until))


# --- what is theirs ------------------------------------------------------------------------------------------------


def read_pending(connection: Connection, shelf: PackShelf, accounts: Iterable[Account]) -> dict[Account, Pending]:
    """What is to be known of these people. Six statements, and one more for packs that were never read."""
    accounts = tuple(dict.fromkeys(accounts))
    if not accounts:
        return {}
    people, said = people_of(connection, accounts), preferences_of(connection, accounts)
    been_told = told(connection, accounts)
    theirs = {(_account(row), row.review_id) for row in connection.execute(_REVIEWS, named(accounts))}
    # By their names: read with the rows again, a review could come without its acts.
    found = reviews_where(connection, shelf, review.c.id.in_(sorted({of for _, of in theirs})))
    return {
        account: Pending(
            account=account,
            person=people.get(account),
            preferences=said.get(account, Preferences()),
            told=been_told.get(account, Told()),
            reviews=tuple(each for each in found if (account, each.id) in theirs),
        )
        for account in accounts
    }


def _account(row: Any) -> Account:
    return Account(platform=row.platform, tenant=row.tenant, id=row.who)


# --- what was planned ----------------------------------------------------------------------------------------------


def keep_plan(
    connection: Connection, plan: Plan, shelf: PackShelf, *, lease: datetime | None, reach: Reach = no_op
) -> None:
    """All that a plan says, or nothing. `lease` is that of the claim; without one nobody's rows are moved.

    A claimed row goes where `plan.look_at` does not name its review. Raises `StaleReview` where a review has changed
    since it was read, `AlreadyTold` where the letter or the digest was sent meanwhile, and `LookAgain` where something
    else of this person's has changed: then they are due again, and claimed anew.
    """
    reach("plan_begun")
    _check(connection, plan, lease)
    enter(connection, plan)
    rows: list[dict[str, Any]] = []
    for turn in sorted(plan.turns, key=_review_id):
        rows += _save(connection, plan, turn, shelf, reach)
    rows += _write(connection, plan)
    reach("letter_written")
    deliver(connection, rows, plan.at)
    reach("outbox_written")
    if lease is not None:
        _look_again(connection, plan, lease)


def _check(connection: Connection, plan: Plan, lease: datetime | None) -> None:
    versions = connection.execute(_VERSIONS, {"ids": sorted(plan.read)}).all() if plan.read else []
    if {row.id: row.version for row in versions} != dict(plan.read):
        raise StaleReview
    if plan.writes and lease is not None and connection.execute(_WOKEN, _of_whom(plan.account, lease)).scalar():
        raise LookAgain


def _save(connection: Connection, plan: Plan, turn: Turn, shelf: PackShelf, reach: Reach) -> list[dict[str, Any]]:
    """A review's next version, and when to look at the others in it; what is to be said of it is returned."""
    after = _review(turn)
    known = tuple(act for act in after.acts if act.turn < after.version)
    before = replace(after, acts=known, version=plan.read[after.id])
    save_review(connection, before, after, shelf, plan.at, reach, locked=True)
    save_looks(connection, turn, plan.at, but=(plan.account.id,))
    rows = to_outbox_rows(turn, _tick(after.reference, plan.at), f"{_turn(plan)}/{after.id}/{after.version}")
    return in_letters(connection, turn, rows)


def _write(connection: Connection, plan: Plan) -> list[dict[str, Any]]:
    """The letter, which is a message of its first line's review, and the digest, which nothing revises."""
    rows: list[dict[str, Any]] = []
    if (letter := plan.letter) is not None:
        key = names(plan)[Entry.LETTER]
        keep_letter(connection, key, plan.account, letter)
        rows.append(_posted(plan, key, letter.card) | {"review_id": letter.lines[0].review})
    if (digest := plan.digest) is not None:
        posted = _posted(plan, names(plan)[Entry.DIGEST], digest.card)
        rows.append(posted | {"review_id": digest.review, "message_key": None})
    return rows


def names(plan: Plan) -> Mapping[Entry, str]:
    """What the deliveries of its letter and of its digest are called."""
    days = {Entry.LETTER: plan.letter and plan.letter.day, Entry.DIGEST: plan.digest and plan.digest.day}
    return {kind: f"{kind}/{day.isoformat()}/{_whose(plan)}" for kind, day in days.items() if day}


def _turn(plan: Plan) -> str:
    """Of what else changes by it: as that of its letter or its digest."""
    return turn_id(next(iter(names(plan).values()), f"plan/{plan.at.isoformat()}/{_whose(plan)}"))


def _whose(plan: Plan) -> str:
    return f"{plan.account.platform}/{plan.account.tenant}/{plan.account.id}"


def _posted(plan: Plan, key: MessageKey, card: Card) -> dict[str, Any]:
    """A row of the outbox. Where it belongs is looked up when it is sent: its review may have no thread yet."""
    nowhere = ConversationReference(platform=plan.account.platform, tenant=plan.account.tenant, channel="")
    turn = Turn(review=None, effects=(Post(key=key, card=card, to=plan.account.id),))
    (row,) = to_outbox_rows(turn, _tick(nowhere, plan.at), key)
    return row | {"delivery_id": key}


def _tick(reference: ConversationReference, at: datetime) -> Activity:
    return Activity(keys=(), kind=ActivityKind.LAPSE, actor=Actor(id="", name=""), reference=reference, at=at)


def _look_again(connection: Connection, plan: Plan, lease: datetime) -> None:
    of = _of_whom(plan.account, lease)
    if plan.look_at:
        connection.execute(
            _LOOK_AGAIN, [of | {"of_review": each, "again": plan.look_at[each]} for each in sorted(plan.look_at)]
        )
    connection.execute(_NOTHING_TO_COME, of | {"seen": sorted(plan.look_at)})


def _of_whom(account: Account, lease: datetime) -> dict[str, Any]:
    of = {"of_platform": account.platform, "of_tenant": account.tenant, "of_who": account.id}
    return of | {"lease": lease}


def _review(turn: Turn) -> Review:
    if turn.review is None:
        raise ValueError("a plan changes reviews that are there")
    return turn.review


def _review_id(turn: Turn) -> str:
    return _review(turn).id
