"""The turn as one unit of work: load, decide, save, in one transaction.

However many items, acts and effects a turn has, it takes the same few statements, each built once. Whether an
activity was seen before is asked by writing its keys, in the same transaction: who is told "received" is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4

from sqlalchemy import Connection, Executable, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from conversations.activities import Activity, ActivityKind
from conversations.decide import project_to_start
from conversations.effects import Turn
from conversations.errors import NameTaken, RootPending, StaleReview
from conversations.linking import asked_in, is_own_doing
from conversations.packs import Pack
from conversations.people import Account
from conversations.ports import Decide, Found
from conversations.preferences import counts_days, speaks_of, speaks_of_nothing_else
from conversations.review import LIVING, Act, Review
from storage.joins import actor, untold
from storage.letters import in_letters
from storage.links import keep_joining, linking_for
from storage.looks import save_all_looks, save_looks
from storage.mapping import to_act_row, to_outbox_rows, to_review_row
from storage.models import UNIQUE_NAME, act, inbox, lane, outbox, pack, reminder, review
from storage.outbox import note_arrival
from storage.preferences import known_of, save_preferences
from storage.queries import (
    review_by_id,
    review_by_source,
    review_in,
    review_last_told,
    review_of_direct_message,
    reviews,
    reviews_where,
    root_pending,
)
from storage.shelf import PackShelf
from storage.statements import on_each, unawaited
from storage.threads import note_erasure

Reach: TypeAlias = Callable[[str], None]  # told each named point of a turn or a delivery; crash tests stop there

ROOT_PATIENCE = timedelta(minutes=1)  # for so long a reply waits for the name of a root card

# Columns of a review that a turn may change.
_CHANGING = ("project", "project_key", "owner", "started_by", "phase", "pack_digest", "version", "state")

_SEE = on_each(lambda insert: insert(inbox).on_conflict_do_nothing().returning(inbox.c.activity_key))
_SEE_WHOSE = on_each(lambda insert: insert(inbox).on_conflict_do_nothing().returning(untold))
_FORGET = unawaited(delete(inbox).where(inbox.c.activity_key.in_(bindparam("keys", expanding=True))))
_KEEP_PACK = on_each(lambda insert: unawaited(insert(pack).on_conflict_do_nothing()))
_BEGIN = insert(review)
_CHANGE = update(review).where(review.c.id == bindparam("of"), review.c.version == bindparam("read"))
_CHANGE_LOCKED = unawaited(_CHANGE)
_ACT = unawaited(insert(act))
_ERASE = unawaited(
    update(act)
    .where(act.c.review_id == bindparam("of"), act.c.n == bindparam("erased"))
    .values(
        by_person=bindparam("by"),
        said=bindparam("words", type_=act.c.said.type),
        source_key=bindparam("source", type_=act.c.source_key.type),
        erased_at=func.coalesce(act.c.erased_at, bindparam("now", type_=act.c.erased_at.type)),
        detail=bindparam("left"),
    )
)
_DELIVER = unawaited(insert(outbox))


def _wake(insert: Any) -> Executable:
    statement = insert(lane)
    # A lane that waits for its retry keeps waiting.
    due_at = func.coalesce(lane.c.due_at, statement.excluded.due_at)
    return statement.on_conflict_do_update(index_elements=[lane.c.key], set_={"due_at": due_at})  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time


_WAKE = on_each(lambda insert: unawaited(_wake(insert)))


def no_op(_: str) -> None:
    """What `reach` does outside of crash tests."""


def run_turn(
    connection: Connection, activity: Activity, decide: Decide, shelf: PackShelf, reach: Reach = no_op
) -> Turn | None:
    """The turn as it was saved, or None when the activity was seen before.

    A form that has errors counts as never seen: it may be sent again in the same words, when they have become right.
    Raises `StaleReview` and its kind when the turn is to be taken again, and whatever `decide` raises: then nothing was
    kept, the keys of the activity neither.
    """
    reach("turn_begun")
    news = first_time_of(connection, activity)
    if news is None:
        return None
    reach("inbox_written")
    found = _find(connection, activity, shelf, untold=news)
    if found.review is not None and (stood := shelf.stood(found.review.id)) and stood.review is found.review:
        found = replace(found, stood=stood)
    turn = decide(activity, found)
    before, changed = _before(found, turn)
    if changed is not None:
        how = {"locked": before is found.review, "forgets": turn.forgets}
        save_review(connection, before, changed, shelf, activity.at, reach, **how)
    if turn.errors:
        connection.execute(_FORGET, {"keys": sorted(set(activity.keys))})
    elif activity.kind is ActivityKind.LAPSE:
        save_all_looks(connection, turn, activity.at)
    else:
        save_looks(connection, turn, activity.at)
    if turn.preferences is not None:
        everybody = (_account(activity), *(each.account for each in found.joined))
        save_preferences(connection, everybody, turn.preferences, activity.at)
    if turn.joining is not None:
        keep_joining(connection, _account(activity), turn.joining, activity.at)
    rows = to_outbox_rows(turn, activity, _name(activity, turn))
    deliver(connection, in_letters(connection, turn, rows), activity.at)
    if activity.pressed_in is not None:
        note_arrival(connection, activity, activity.pressed_in)
    reach("outbox_written")
    return turn


def first_time(connection: Connection, keys: Iterable[str], at: datetime) -> bool:
    """Whether none of these keys was seen before; from now on all of them were."""
    rows = [{"activity_key": key, "received_at": at} for key in sorted(set(keys))]
    return len(connection.execute(_SEE[connection.dialect.name], rows).all()) == len(rows)


def first_time_of(connection: Connection, activity: Activity) -> bool | None:
    """None where it was seen before; else whether its actor did it and is still to be told that they are joined."""
    rows = [{"activity_key": key, "received_at": activity.at} for key in sorted(set(activity.keys))]
    rows = [row | actor(_account(activity)) for row in rows]
    seen = connection.execute(_SEE_WHOSE[connection.dialect.name], rows).scalars().all()
    return None if len(seen) < len(rows) else is_own_doing(activity) and any(seen)


def _name(activity: Activity, turn: Turn) -> str:
    """What the ids of its deliveries begin with."""
    return f"{activity.turn}/{uuid4().hex}" if turn.errors else activity.turn  # it may come again


def _account(activity: Activity) -> Account:
    return Account(platform=activity.reference.platform, tenant=activity.reference.tenant, id=activity.actor.id)


def _find(connection: Connection, activity: Activity, shelf: PackShelf, *, untold: bool) -> Found:
    account, asked = _account(activity), asked_in(activity)
    found = _reviews_for(connection, activity, shelf)
    linking = asked is not None and found.review is None
    if linking:
        found = replace(found, linking=linking_for(connection, account, asked or "", activity.at))
    speaks = activity.kind is ActivityKind.COMMAND or speaks_of(activity) or counts_days(activity)
    if not (speaks or linking or untold):
        return found
    known = known_of(connection, account)
    found = replace(found, joined=known.joined, untold=untold)
    return replace(found, person=known.person, preferences=known.preferences) if speaks else found


def _reviews_for(connection: Connection, activity: Activity, shelf: PackShelf) -> Found:
    at, command = activity.reference, activity.kind is ActivityKind.COMMAND
    here = None if command else _here(connection, activity, shelf)
    reopens = here is not None and here.phase not in LIVING  # if its name is free
    _wait_for_root(connection, activity, here)
    meant_as_command = here is None and activity.addressed
    if not (command or reopens or meant_as_command or speaks_of(activity)):
        return Found(review=here)
    if speaks_of_nothing_else(activity) or asked_in(activity) is not None:
        return Found(review=here, others=reviews_where(connection, shelf, review.c.id.in_(_theirs(activity))))
    named = None if speaks_of(activity) else here.project if here is not None else project_to_start(activity)
    return Found(review=here, others=reviews(connection, shelf, platform=at.platform, tenant=at.tenant, project=named))


def _theirs(activity: Activity) -> Select[tuple[str]]:
    """The reviews in which something may be the actor's."""
    at = activity.reference
    of = (reminder.c.platform == at.platform, reminder.c.tenant == at.tenant, reminder.c.who == activity.actor.id)
    return select(reminder.c.review_id).where(*of)


def _wait_for_root(connection: Connection, activity: Activity, here: Review | None) -> None:
    """People may reply to a root card before it is noted what it is called. Raises `RootPending`."""
    at = activity.reference
    by_thread = activity.review is None and at.thread is not None and not activity.private
    replied = activity.kind is ActivityKind.MESSAGE and by_thread
    if replied and here is None and root_pending(connection, at, since=activity.at - ROOT_PATIENCE):
        raise RootPending


def _here(connection: Connection, activity: Activity, shelf: PackShelf) -> Review | None:
    """The review that it is about; one of another tenant is none."""
    at = activity.reference
    if activity.review is not None:
        return review_by_id(connection, shelf, activity.review, platform=at.platform, tenant=at.tenant)
    if activity.private:
        return _here_in_private(connection, activity, shelf)
    return review_in(connection, shelf, at) if at.thread is not None else None


def _here_in_private(connection: Connection, activity: Activity, shelf: PackShelf) -> Review | None:
    """What is said to the bot alone answers the message it hangs from, else the newest one to that person.

    What is changed or taken back there belongs to the review that it was said to.
    """
    at = activity.reference
    if activity.kind in (ActivityKind.EDIT, ActivityKind.DELETION) and activity.source is not None:
        return review_by_source(connection, shelf, activity.source, platform=at.platform, tenant=at.tenant)
    here = review_of_direct_message(connection, shelf, at) if at.thread is not None else None
    return here or review_last_told(connection, shelf, activity.actor.id, platform=at.platform, tenant=at.tenant)


def _before(found: Found, turn: Turn) -> tuple[Review | None, Review | None]:
    """The review as it was found, None for a new one; and as it is to be saved, None when nothing changed."""
    known = {review.id: review for review in (*found.others, found.review) if review is not None}
    before = known.get(turn.review.id) if turn.review else None
    unchanged = turn.errors or turn.review is before or turn.review == before
    return before, None if unchanged else turn.review


def save_review(
    connection: Connection,
    before: Review | None,
    after: Review,
    shelf: PackShelf,
    now: datetime,
    reach: Reach,
    *,
    locked: bool,
    forgets: bool = False,
) -> None:
    """The next version of a review, or a new one. Raises `StaleReview` and its kind.

    Of one that was `locked` before it was read nobody has made another version.

    Only where it `forgets` somebody, what others said may read otherwise.
    """
    try:
        _begin(connection, after) if before is None else _change(connection, before, after, locked=locked)
    except IntegrityError as error:
        raise _taken(error) from None
    reach("version_written")
    known = before.acts if before else ()
    if added := after.acts[len(known) :]:
        connection.execute(_ACT, [to_act_row(after.id, act) for act in added])
    if erased := [(old, new) for old, new in zip(known, after.acts, strict=False) if new is not old and new != old]:
        if not forgets and any(new.said is not None for _, new in erased):
            raise ValueError("an act that is known changes only by being erased")
        _erase(connection, after, erased, now)
    shelf.keep(after.pack)
    reach("acts_written")


def _erase(connection: Connection, after: Review, erased: Iterable[tuple[Act, Act]], now: datetime) -> None:
    """Acts never change but by erasing: words and names go, and what was done stays."""
    rows = []
    for old, new in erased:
        left = {"by": new.by, "words": new.said, "source": new.source, "left": to_act_row(after.id, new)["detail"]}
        went = old.said is not None and new.said is None
        rows.append(left | {"of": after.id, "erased": new.n, "now": now if went else None})
    connection.execute(_ERASE, rows)
    note_erasure(connection)


def _begin(connection: Connection, after: Review) -> None:
    _keep_pack(connection, after.pack)
    connection.execute(_BEGIN, to_review_row(after))


def _keep_pack(connection: Connection, kept: Pack) -> None:
    row = {"digest": kept.digest, "name": kept.name, "version": kept.version, "body": kept.document}
    connection.execute(_KEEP_PACK[connection.dialect.name], row)


def _change(connection: Connection, before: Review, after: Review, *, locked: bool) -> None:
    if after.version != before.version + 1:
        raise ValueError("a turn that changes a review makes its next version")
    if after.pack.digest != before.pack.digest:
        _keep_pack(connection, after.pack)
    row = to_review_row(after)
    changing = {name: row[name] for name in _CHANGING} | {"of": before.id, "read": before.version}
    same_name = (before.project, before.phase) == (after.project, after.phase)  # another one may be taken
    statement = _CHANGE_LOCKED if locked and same_name else _CHANGE
    if connection.execute(statement, changing).rowcount == 0:
        raise StaleReview


def _taken(error: IntegrityError) -> StaleReview:
    """Somebody else began a review at the same moment, with this name or in this thread."""
    by_name = any(mark in str(error.orig) for mark in (UNIQUE_NAME, "review.project_key"))  # PostgreSQL, SQLite
    return NameTaken() if by_name else StaleReview()


def deliver(connection: Connection, rows: list[dict[str, Any]], now: datetime) -> None:
    """Puts rows into the outbox, and wakes their lanes. Two statements, or none."""
    if rows:
        connection.execute(_DELIVER, rows)
        wake_lanes(connection, (row["lane"] for row in rows), now)


def wake_lanes(connection: Connection, lanes: Iterable[str], now: datetime) -> None:
    """Something waits in them. One that waits for its retry keeps waiting."""
    if rows := [{"key": key, "due_at": now} for key in sorted(set(lanes))]:  # in one order everywhere: no deadlock
        connection.execute(_WAKE[connection.dialect.name], rows)
