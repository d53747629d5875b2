"""Who is to be written to about a review, about what, and from when on: pure, from the review and people's calendars.

What was written before stands in the review as REMINDED acts, so that nothing but its acts, the pack's policy and the
reader's calendar decides. A reminder is due from `at` on; whether it goes out then is the business of `letters.py`
(one letter a day). The rules are those of `docs/nudges.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TypeAlias

from conversations.calendars import Calendar
from conversations.composing_private import open_offer, places_of
from conversations.effects import Turn
from conversations.history import History, history_of
from conversations.item_standing import ItemStanding
from conversations.lapses import due_at
from conversations.once import once
from conversations.quiet import goes_on, last_done, quiet_from, quiet_key
from conversations.review import LIVING
from conversations.standing import Standing, stand
from conversations.steps import CalendarOf, Kind, Reminder, Steps, going_on
from conversations.unreachable import teller_to

__all__ = ["SOONEST", "Kind", "Reminder", "looks", "reminders", "with_looks"]

Look: TypeAlias = tuple[datetime, str]  # at the latest, and for what

_DAY = timedelta(days=1)


def reminders(standing: Standing, calendar_of: CalendarOf) -> tuple[Reminder, ...]:
    """All that will be due if nobody does anything: for each thing its next step only, soonest and most urgent first.

    Each depends on the calendar of its own person only.
    """
    return tuple(sorted(_due(standing, calendar_of), key=lambda each: (each.at, not each.critical)))


def reminders_to(person: str, standing: Standing, calendar: Calendar) -> tuple[Reminder, ...]:
    """Those for one person. Of the others only the days count, and these in the reader's zone; moments cost."""
    others = replace(SOONEST, zone=calendar.zone)
    found = reminders(standing, lambda who: calendar if who == person else others)
    return tuple(each for each in found if each.person == person)


@once
def looks(standing: Standing) -> Mapping[str, frozenset[Look]]:
    """Who is to be looked at because of this review, for what and when; "" is the review itself, for its lapse.

    Nobody's calendar is known here, so no moment is later than the one by anybody's calendar. Who gets a digest or a
    roll-up of it is among them, from the review's start on: whoever becomes one is looked at as soon as they do. So is
    who is away, though nothing is theirs for the time being: that they are back sooner concerns the review as well.
    """
    if standing.phase not in LIVING:
        return {}
    weekly = (who for who in (standing.owner, standing.profile.get("sponsor")) if who and who not in standing.gone)
    found: dict[str, set[Look]] = {who: {(standing.review.started_at, "weekly")} for who in weekly}
    for who, left in standing.away.items():
        found.setdefault(who, set()).add((left.at, "away"))
    for who, look in _looks_ahead(standing):
        found.setdefault(who, set()).add(look)
    if (lapse := due_at(standing)) is not None:
        found[""] = {(lapse, "lapse")}
    return {who: frozenset(each) for who, each in found.items()}


def _looks_ahead(standing: Standing) -> Iterator[tuple[str, Look]]:
    if not goes_on(standing):
        return
    history = history_of(standing)
    yield from (_look(standing, each) for each in _due_of_review(history, lambda _: SOONEST))
    around = history.around
    for key, item in standing.items.items():
        yield from _looks_about(item, around, history.about(key), history=history)


@once
def _looks_about(
    item: ItemStanding, _around: object, _about: object, *, history: History
) -> tuple[tuple[str, Look], ...]:
    steps = Steps(history=history, calendar_of=lambda _: SOONEST, item=item)
    return tuple(_look(history.standing, each) for each in steps.next())


def _look(standing: Standing, each: Reminder) -> tuple[str, Look]:
    since = standing.unreachable.get(each.person)  # with its end they are looked at anew
    what = f"{each.kind}/{each.item}/{each.target}/{each.step}/{each.put_off}/{since and since.n}"
    return each.person, (each.at, what)


def with_looks(turn: Turn, before: Standing | None, now: datetime) -> Turn:
    """A turn that says who is to be looked at, and when at the latest because of what is new for them.

    What they waited for already may be put off to later than its moment, so that only the new counts.
    """
    if turn.review is None:
        return turn
    then, after = looks(before) if before else {}, looks(turn.standing or stand(turn.review, now))
    new = {who: each - then.get(who, frozenset()) for who, each in after.items()}
    known = {who: None if new.get(who) else now for who in then}
    at = {who: min((at for at, _ in each), default=now) for who, each in new.items()}
    return replace(turn, looks=at, looked=known)


def _due(standing: Standing, calendar_of: CalendarOf) -> Iterator[Reminder]:
    if not goes_on(standing):
        return
    history = history_of(standing)
    yield from _due_of_review(history, calendar_of)
    for item in standing.items.values():
        yield from Steps(history=history, calendar_of=calendar_of, item=item).next()


def _due_of_review(history: History, calendar_of: CalendarOf) -> Iterator[Reminder]:
    for each in _of_review(history, calendar_of):
        if each.key not in history.standing.review.posted and history.can_be_told(each.person):
            yield replace(each, at=going_on(history, calendar_of(each.person), each.at))


def _of_review(history: History, calendar_of: CalendarOf) -> Iterator[Reminder]:
    """What is told once, by a key of its own."""
    standing = history.standing
    owner, heir, offer = standing.owner, standing.heir, open_offer(standing)
    calendar = calendar_of(owner)
    if heir is not None:
        left = standing.gone[owner]
        key, at = f"owner/{owner}/{heir}", calendar_of(heir).opens(left.at)
        yield Reminder(kind=Kind.OWNER_GONE, person=heir, at=at, target=left.n, key=key, most=1)
    for who, left in {**standing.away, **standing.gone}.items():
        if who != owner and places_of(standing, who):
            key, at = f"gone/{who}/{owner}", calendar.opens(left.at)
            yield Reminder(kind=Kind.OWNER_GONE, person=owner, at=at, target=left.n, key=key, most=1)
    for who, since in standing.unreachable.items():
        told = any(key.startswith(f"reach/{since.n}/") for key in standing.review.posted)
        if not told and (teller := teller_to(standing, who)) is not None:
            key, at = f"reach/{since.n}/{teller}", calendar_of(teller).opens(since.at)
            yield Reminder(kind=Kind.OWNER_GONE, person=teller, at=at, target=since.n, key=key, most=1)
    if offer is not None:
        key, at = f"pack/{offer.option}/{owner}", calendar.opens(offer.at)
        yield Reminder(kind=Kind.NUDGE, person=owner, at=at, target=offer.n, key=key, most=1)
    if (quiet := quiet_from(standing, calendar)) is not None:
        key, last = quiet_key(standing), last_done(standing)
        yield Reminder(kind=Kind.QUIET_WALK, person=owner, at=quiet, target=last, key=key, most=1)


class _Soonest(Calendar):
    """Before or at whatever anybody's calendar says: every day is worked, from when it begins anywhere on."""

    __slots__ = ()

    def opens(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC)

    def opens_on(self, day: date) -> datetime:
        return datetime.combine(day, time(), _EAST).astimezone(UTC)

    def after(self, day: date, days: int) -> date:
        return day + days * _DAY


_EAST, _WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))  # where a day begins first, and last
SOONEST = _Soonest(zone=_WEST, begins=time.min, ends=time.max, days=frozenset(range(7)))
