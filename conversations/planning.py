"""What to do about one person now: at most one letter a day, one digest a week, and when to look again.

What goes into a letter is written into its reviews as well (REMINDED acts), so that from then on each review settles
its own line. What has to wait stays due, and nothing is made up for: after an outage there is one letter, and of the
reminders by the clock that fell into it, those without room there count as told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias, cast

from conversations.board import board
from conversations.calendars import Calendar
from conversations.cards import About, Line, PlanLine, WhyNot
from conversations.digests import digest_card, digest_moment
from conversations.effects import Turn
from conversations.history import history_of
from conversations.letters import Digest, Letter, LetterLine, Pending, Plan, Silence, bound
from conversations.names import label_of
from conversations.once import knowing
from conversations.reminders import Kind, Reminder, reminders_to, with_looks
from conversations.review import LIVING, Act, ActKind
from conversations.scene import shown, with_acts
from conversations.scoring import score
from conversations.standing import Standing, stand, told_of
from conversations.unreachable import ASKED_HERE, asked_here, room_from

MOST_LINES = 3  # in a letter
AFTER_OTHERS = timedelta(minutes=10)
BETWEEN_LETTERS = timedelta(hours=16)  # at least, whatever zone somebody has moved to
NEVER_LATER = timedelta(days=7)  # than this is somebody looked at again for whom nothing is in sight
_BY_THE_CLOCK = (Kind.NUDGE, Kind.HEADS_UP, Kind.ESCALATION, Kind.QUIET_WALK)  # nobody has asked for these
_ASKED_FOR = (Kind.ASK, Kind.CONFIRM)
_ASKS = (About.OPEN, About.PARTS, About.GAP)
_AT_ONCE = (*_ASKED_FOR, Kind.OWNER_GONE)  # where they have not come before
_URGENCY = (Kind.OWNER_GONE, Kind.CONFIRM, Kind.ASK, Kind.ESCALATION, Kind.HEADS_UP, Kind.NUDGE, Kind.QUIET_WALK)

_Hold: TypeAlias = tuple[datetime, WhyNot | None]  # until when, and why; None: it is free


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A reminder of this person's: it goes into the letter (`because` is None), or is looked at again."""

    reminder: Reminder
    standing: Standing
    until: datetime
    because: WhyNot | None
    in_thread: bool = False  # who cannot be written to is asked there, now

    @property
    def held_back(self) -> bool:
        return self.because not in (None, WhyNot.LATER) and not self.in_thread

    @property
    def review(self) -> str:
        return self.standing.review.id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Who is written to, and when they may be."""

    pending: Pending
    calendar: Calendar
    now: datetime
    disturbed_until: datetime | None

    @property
    def id(self) -> str:
        return self.pending.account.id

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    @property
    def free(self) -> _Hold:
        """From when on they may be written to at all."""
        opens = self.calendar.opens(self.now)
        if opens > self.now:
            if self.calendar.is_away(self.today):
                return opens, WhyNot.AWAY
            return opens, WhyNot.HOURS if self.calendar.works_on(self.today) else WhyNot.DAY_OFF
        if self.disturbed_until is not None and self.disturbed_until > self.now:
            return self.calendar.opens(self.disturbed_until), WhyNot.DISTURBED
        return self.now, None

    @property
    def free_for_a_letter(self) -> _Hold:
        told = self.pending.told
        if told.letter_on is None or told.letter_at is None:
            return self.free
        next_one = self._letter_after(told.letter_on, told.letter_at, here=told.letter_here)
        return (next_one, WhyNot.TODAY) if next_one > self.now else self.free

    @property
    def free_for_a_digest(self) -> _Hold:
        """One a day, where several accounts of theirs have one each."""
        elsewhere = self.pending.told.digest_elsewhere_at
        if self.free[1] is not None or elsewhere is None or self.calendar.day_of(elsewhere) < self.today:
            return self.free
        return self.calendar.opens_on(self.today + timedelta(days=1)), WhyNot.TODAY

    @property
    def next_letter(self) -> datetime:
        """The first moment for the letter after one that goes out now."""
        return self._letter_after(self.today, self.now)

    def first_moment(self, reminder: Reminder) -> datetime:
        """From when on it could have gone out, as far as the letter before is known."""
        told = self.pending.told
        if told.letter_on is None or told.letter_at is None:
            return reminder.at
        return max(reminder.at, self._letter_after(told.letter_on, told.letter_at, here=told.letter_here))

    def _letter_after(self, day: date, at: datetime, *, here: bool = True) -> datetime:
        """Of several accounts of theirs, the one that had the last letter lets the others go first."""
        next_one = max(self.calendar.opens_on(day + timedelta(days=1)), self.calendar.opens(at + BETWEEN_LETTERS))
        return next_one + AFTER_OTHERS if here and self.pending.told.others else next_one

    def came_today(self, reminder: Reminder) -> bool:
        return self.calendar.day_of(self.first_moment(reminder)) == self.today

    def had_today(self, due: _Due) -> bool:
        """Whether it was their letter of the day, in a time that is lost."""
        return due.because is WhyNot.LOST and self.came_today(due.reminder)

    def unwanted(self, reminder: Reminder) -> _Hold | None:
        """What they have turned off. What a colleague has asked for comes all the same."""
        said = self.pending.preferences
        repeated = reminder.kind is Kind.CONFIRM and reminder.step > 1
        if reminder.kind not in _BY_THE_CLOCK and not repeated:
            return None
        if not said.nudges:
            return self.now + NEVER_LATER, WhyNot.NUDGES_OFF
        if said.nudges_from is not None and self.today < said.nudges_from:
            return self.calendar.opens_on(said.nudges_from), WhyNot.NUDGES_PAUSED
        return None

    def cut_off(self, standing: Standing) -> _Hold | None:
        """Where they cannot be written to, until they are heard of."""
        return (self.now + NEVER_LATER, WhyNot.UNREACHABLE) if self.id in standing.unreachable else None

    def reminders(self, standing: Standing, calendar: Calendar | None = None) -> tuple[Reminder, ...]:
        if self.id in standing.gone:
            return ()
        return reminders_to(self.id, standing, calendar or self.calendar)

    def not_yet(self, reminder: Reminder, standing: Standing) -> WhyNot:
        """Why what is to come has not come: what is asked at once waits for them, were they here it would have come,
        or it is only for later.
        """
        if reminder.kind in _AT_ONCE and reminder.key:
            return self.free[1] or WhyNot.LATER
        if not self.calendar.is_away(self.today):
            return WhyNot.LATER
        here = self.reminders(standing, replace(self.calendar, away_until=None))
        came = any(replace(each, at=reminder.at) == reminder and each.at <= self.now for each in here)
        return WhyNot.AWAY if came else WhyNot.LATER


def plan(
    pending: Pending,
    calendar: Calendar,
    now: datetime,
    *,
    silence: Silence | None = None,
    disturbed_until: datetime | None = None,
) -> Plan:
    """What to do about somebody now. `now` is aware, in the zone whose days reviews are counted in."""
    reader = _Reader(pending=pending, calendar=calendar, now=now, disturbed_until=disturbed_until)
    standings = [stand(review, now) for review in pending.reviews]
    lost = silence.lost if silence is not None else None
    due = list(_in_thread(reader, list(_due(reader, standings, lost))))
    going = [each for each in due if each.because is None]
    missed = silence if silence is not None and _catches_up(reader, going, silence) else None
    if missed is not None:
        due = [replace(each, because=WhyNot.DROPPED) if _drops(reader, each, missed) else each for each in due]
    turns, written = _written(reader, standings, due)
    digest, next_digest, weekly, lost_digest = _weekly(reader, standings, lost)
    letter = _letter(reader, going, written, missed)
    return Plan(
        account=pending.account,
        at=now,
        letter=letter,
        digest=digest,
        told=pending.told,
        in_thread=reader.today if any(each.in_thread or reader.had_today(each) for each in due) else None,
        lost_digest=lost_digest,
        turns=tuple(turns.values()),
        read={review.id: review.version for review in pending.reviews},
        look_at=dict(_look_at(reader, standings, turns, due, next_digest)),
        lines=(
            *((_goes_out(reader, letter, going),) if letter else ()),
            *(_asked_in_thread(reader, each) for each in due if each.in_thread),
            *(_held_back(reader, each) for each in due if each.held_back),
            *weekly,
        ),
    )


# --- the letter ----------------------------------------------------------------------------------------------------


def _due(reader: _Reader, standings: Sequence[Standing], lost: Silence | None) -> Iterator[_Due]:
    """All that is to come for them, most urgent first; what has come and may go now is up to three of it.

    What came in the time that is `lost` was written to them then, as far as anybody can know.
    """
    found = [(reminder, standing) for standing in standings for reminder in reader.reminders(standing)]
    going, (free, why) = list[str](), reader.free_for_a_letter  # the reviews of what goes out
    had = {id(reminder) for reminder, standing in found if lost and _was_written(reader, reminder, standing, lost)}
    if any(id(reminder) in had and reader.came_today(reminder) for reminder, _ in found):
        free, why = reader.next_letter, WhyNot.TODAY
    for reminder, standing in sorted(found, key=lambda pair: _urgency(*pair)):
        until, because = reminder.at, cast("WhyNot | None", reader.not_yet(reminder, standing))
        if reminder.at <= reader.now:
            until, because = reader.unwanted(reminder) or reader.cut_off(standing) or (free, why)
            if id(reminder) in had:
                until, because = reader.next_letter, WhyNot.LOST
            if because is None and (room := _no_room(reminder, standing, going)):
                until, because = reader.next_letter, room
            going += [standing.review.id] if because is None else []
        yield _Due(reminder=reminder, standing=standing, until=until, because=because)


def _no_room(reminder: Reminder, standing: Standing, going: Sequence[str]) -> WhyNot | None:
    """That a review is quiet is not said beside another line of it, which brings the owner there as well."""
    if len(going) == MOST_LINES:
        return WhyNot.FULL
    return WhyNot.BESIDE if reminder.kind is Kind.QUIET_WALK and standing.review.id in going else None


def _in_thread(reader: _Reader, due: Sequence[_Due]) -> Iterator[_Due]:
    """Who cannot be written to is asked in the thread instead, once for each thing: it is their message of the day."""
    free, writes = reader.free_for_a_letter[0], any(each.because is None for each in due)
    for each in due:
        reminder, standing = each.reminder, each.standing
        known = reminder.kind not in ASKED_HERE or reminder.item in asked_here(standing, reader.id)
        if each.because is not WhyNot.UNREACHABLE or known:
            yield each
            continue
        room = room_from(standing)
        until = max(free, reader.calendar.opens(room)) if room else free
        if not writes and until <= reader.now:
            writes = True
            yield replace(each, in_thread=True)
        else:
            yield replace(each, until=max(until, reader.next_letter) if writes else until)


def _urgency(reminder: Reminder, standing: Standing) -> tuple[object, ...]:
    """The promised day comes before other nudges, then what is critical; an offer comes last."""
    offer = reminder.key.startswith("pack/")
    promised = reminder.about is About.PROMISED
    place = list(standing.items).index(reminder.item) if reminder.item else 0
    by_kind = _URGENCY.index(reminder.kind)
    return offer, by_kind, not promised, not reminder.critical, standing.decision_on or date.max, place


def _written(
    reader: _Reader, standings: Sequence[Standing], due: Sequence[_Due]
) -> tuple[dict[str, Turn], dict[int, LetterLine]]:
    """The turns of the reviews that something is written of, and the line of each reminder that goes out."""
    turns, lines = dict[str, Turn](), dict[int, LetterLine]()
    for standing in standings:
        review, mine = standing.review, [each for each in due if each.standing is standing]
        going = [each for each in mine if each.because is None]
        first = len(review.acts) + 1
        keys = [each.reminder.key or f"reminder/{first + i}/{reader.id}" for i, each in enumerate(going)]
        dropped = [each for each in mine if each.because in (WhyNot.DROPPED, WhyNot.LOST)]
        keys_had = [each.reminder.key for each in dropped if each.reminder.key]
        noted = [*going, *dropped, *(each for each in mine if each.in_thread)]
        acts = [_act(reader, each.reminder) for each in noted]
        acts += [_cannot_be_written_to(act, first + i) for i, act in enumerate(acts) if noted[i].in_thread]
        told = with_acts(review, acts) if acts else review
        told = replace(told, posted=(*review.posted, *keys, *keys_had), waits=_waits(reader, standing, mine))
        if told == review:
            continue
        after = told_of(standing, told)
        on_show = board(standing)
        if after.items is standing.items:
            knowing(after, standing, score)
        cards = board(after)
        turns[review.id] = with_looks(shown(on_show, after), standing, reader.now)
        lines |= {
            id(each): LetterLine(review=review.id, key=key, card=cast(Line, cards[key]))
            for key, each in zip(keys, going, strict=True)
        }
    return turns, lines


def _act(reader: _Reader, reminder: Reminder) -> Act:
    return Act(
        n=0,
        turn=0,
        kind=ActKind.REMINDED,
        by="",
        at=reader.now,
        person=reader.id,
        item=reminder.item,
        option=reminder.kind,
        about=reminder.about,
        # The day that a heads-up names; whoever is told then hears of it no sooner.
        day=reader.calendar.after(reader.today, 1) if reminder.kind is Kind.HEADS_UP else None,
        step=reminder.step,
        target=reminder.target,
    )


def _cannot_be_written_to(told: Act, n: int) -> Act:
    """That what `told`, the act `n`, stands for is asked in the thread."""
    return Act(n=0, turn=0, kind=ActKind.UNREACHABLE, by="", at=told.at, person=told.person, item=told.item, target=n)


def _waits(reader: _Reader, standing: Standing, due: Sequence[_Due]) -> dict[str, datetime]:
    """Until when each question to somebody is held back, with theirs as they are now."""
    others = {key: at for key, at in standing.review.waits.items() if not key.endswith(f"/{reader.id}")}
    known = [each for each in due if each.because not in (WhyNot.UNREACHABLE, WhyNot.LOST)]
    asked = [each for each in known if each.reminder.kind in _ASKED_FOR and each.reminder.key]
    return others | {each.reminder.key: each.until for each in asked if each.until > reader.now}


def _letter(
    reader: _Reader, going: Sequence[_Due], written: dict[int, LetterLine], missed: Silence | None
) -> Letter | None:
    if not going:
        return None
    kinds = {each.reminder.kind for each in going}
    kind = Kind.CATCH_UP if missed else kinds.pop() if len(kinds) == 1 else Kind.NUDGE
    lines = tuple(written[id(each)] for each in going)
    since = reader.calendar.day_of(missed.since) if missed else None
    return Letter(kind=kind, day=reader.today, lines=lines, card=bound(reader.id, lines, since))


def _catches_up(reader: _Reader, going: Sequence[_Due], silence: Silence) -> bool:
    """Whether a letter is the first one after a silence into which something of it fell."""
    told = reader.pending.told.letter_at
    known = told is not None and told >= silence.until
    return not known and any(_was_missed(reader, each.reminder, silence) for each in going)


def _drops(reader: _Reader, each: _Due, silence: Silence) -> bool:
    """Whether something without room in that letter is let go: not what somebody asked for, promised or put off."""
    reminder = each.reminder
    by_the_clock = reminder.kind is Kind.NUDGE and reminder.about in _ASKS
    if each.because is not WhyNot.FULL or not by_the_clock or not _was_missed(reader, reminder, silence):
        return False
    item = each.standing.items[reminder.item or ""]
    return history_of(each.standing).snooze(item, reader.id) is None


def _was_missed(reader: _Reader, reminder: Reminder, silence: Silence) -> bool:
    """The moment at which it could have gone out came on an earlier day, and nobody was at work."""
    moment = reader.first_moment(reminder)
    return _fell_into(reader, reminder, silence) and reader.calendar.day_of(moment) < reader.today


def _fell_into(reader: _Reader, reminder: Reminder, silence: Silence) -> bool:
    return silence.since <= reader.first_moment(reminder) < silence.until


def _was_written(reader: _Reader, reminder: Reminder, standing: Standing, lost: Silence) -> bool:
    """Whether it was sent in the time that is lost, as far as anybody can know."""
    came = reminder.at <= reader.now and _fell_into(reader, reminder, lost)
    return came and not reader.unwanted(reminder) and not reader.cut_off(standing)


# --- the digest ----------------------------------------------------------------------------------------------------


def _weekly(
    reader: _Reader, standings: Sequence[Standing], lost: Silence | None
) -> tuple[Digest | None, datetime | None, tuple[PlanLine, ...], date | None]:
    """The digest that goes out now, the next moment for one, what there is to say of it, and the day of a lost one."""
    said, told = reader.pending.preferences, reader.pending.told
    since = [moment for standing in standings if (moment := part_since(standing, reader.id))]
    if not since or not said.digest:
        return None, None, (), None
    new_since = max(min(since), said.digest_since or min(since))
    occasion = digest_moment(reader.calendar, said, done_until=told.digest_at, new_since=new_since)
    if occasion.at > reader.now:
        return None, occasion.at, (), None
    after = digest_moment(reader.calendar, said, done_until=reader.now, new_since=new_since)
    if lost is not None and lost.since <= occasion.at < lost.until:
        return None, after.at, (), occasion.day
    reachable = [standing for standing in standings if reader.id not in standing.unreachable]
    if not any(part_since(standing, reader.id) for standing in reachable):
        return None, after.at, (_no_digest(reader, standings, after.at),), None
    card, quoted = digest_card(reachable, reader.id, reader.now, told.digest_at, on=reader.today)
    kind = Kind.DIGEST if card.lines else Kind.ROLL_UP
    projects = (*(line.project for line in card.lines), *(line.project for line in card.roll_up))
    free, why = reader.free_for_a_digest
    line = _line(reader, kind, projects, at=free, why_not=why)
    if why is not None:
        return None, free, (line,), None
    return Digest(kind=kind, day=occasion.day, card=card, review=quoted), after.at, (line,), None


def _no_digest(reader: _Reader, standings: Sequence[Standing], at: datetime) -> PlanLine:
    """To who cannot be written to about any of their reviews."""
    theirs = [standing for standing in standings if part_since(standing, reader.id)]
    projects, since = tuple(standing.review.project for standing in theirs), theirs[0].unreachable[reader.id].at
    return _line(reader, Kind.DIGEST, projects, at=at, why_not=WhyNot.UNREACHABLE, since=since)


def part_since(standing: Standing, person: str) -> datetime | None:
    """Since when somebody owns a living review, or sponsors it; None where they do not."""
    if standing.phase not in LIVING or person in standing.gone:
        return None
    if standing.owner == person:
        handed = (act.at for act in reversed(standing.live) if act.kind is ActKind.HANDED_OVER)
        return next(handed, standing.review.started_at)
    if standing.profile.get("sponsor") == person:
        return next(act.at for act in reversed(standing.live) if act.profile.get("sponsor") == person)
    return None


# --- when to look again, and what to say of it ---------------------------------------------------------------------


def _look_at(
    reader: _Reader,
    standings: Sequence[Standing],
    turns: dict[str, Turn],
    due: Sequence[_Due],
    next_digest: datetime | None,
) -> Iterator[tuple[str, datetime]]:
    for standing in standings:
        review = standing.review.id
        waiting = [each.until for each in due if each.review == review and each.because is not None]
        digests = [next_digest] if next_digest and part_since(standing, reader.id) else []
        later: list[datetime] = []
        if any(each.review == review and each.because is None for each in due):
            after = turns[review].standing
            assert after is not None
            rest = reader.reminders(after)
            later = [max(each.at, reader.next_letter) for each in rest]
        yield review, min([*waiting, *digests, *later], default=reader.now + NEVER_LATER)


def _goes_out(reader: _Reader, letter: Letter, going: Sequence[_Due]) -> PlanLine:
    projects = tuple(dict.fromkeys(each.standing.review.project for each in going))
    items = tuple(each.reminder.item for each in going if each.reminder.item)
    labels = tuple(label for each in going for label in _labels(each))
    first = going[0].reminder
    return _line(reader, Kind(letter.kind), projects, items, labels, step=first.step, about=first.about, at=reader.now)


def _asked_in_thread(reader: _Reader, each: _Due) -> PlanLine:
    return replace(_held_back(reader, each), at=reader.now, send=True, why_not=None, since=None)


def _held_back(reader: _Reader, each: _Due) -> PlanLine:
    reminder, project = each.reminder, each.standing.review.project
    spell = each.standing.unreachable.get(reader.id) if each.because is WhyNot.UNREACHABLE else None
    items = (reminder.item,) if reminder.item else ()
    return _line(
        reader,
        reminder.kind,
        (project,),
        items,
        _labels(each),
        step=reminder.step,
        about=reminder.about,
        at=each.until,
        why_not=each.because,
        since=spell.at if spell else None,
    )


def _labels(each: _Due) -> tuple[str, ...]:
    item = each.standing.items.get(each.reminder.item or "")
    return (label_of(item.item),) if item else ()


def _line(
    reader: _Reader,
    kind: Kind,
    projects: tuple[str, ...],
    items: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
    *,
    at: datetime,
    step: int = 1,
    about: About | None = None,
    why_not: WhyNot | None = None,
    since: datetime | None = None,
) -> PlanLine:
    return PlanLine(
        at=at,
        person=reader.id,
        platform=reader.pending.account.platform,
        kind=kind,
        projects=projects,
        items=items,
        labels=labels,
        step=step,
        about=about,
        send=why_not is None,
        why_not=why_not,
        since=since,
    )
