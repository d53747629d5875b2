"""The weekly digest: what the owner of reviews should see of them in ten seconds, and when.

Pure, from the reviews alone: what changed is the difference to where each stood with only the acts until then. A
digest quotes one review at most, as the words that a message quotes are read from one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from conversations.calendars import Calendar
from conversations.cards import DigestCard, DigestLine, DigestState, RollUpLine, Tap, Way
from conversations.composing import quote, root_card, summary_card
from conversations.item_standing import ItemStanding
from conversations.names import label_of
from conversations.overview import next_decision
from conversations.people import Preferences
from conversations.quiet import quiet_since
from conversations.review import LIVING, Phase, State
from conversations.scoring import ANSWERED_STATES, Score, score
from conversations.standing import Standing, stand
from conversations.ways import open_ways

IDLE_DAYS = 21  # without anything done by anybody; then it is asked whether to pause
_AHEAD = timedelta(days=7)  # for which promises are listed
_NEW_SHOWN = 3
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A digest to come. `day` is the weekday that was chosen, in the reader's zone: it names the occasion.

    `at` is when it may go out, in UTC: later than on `day` where that is not worked, or where its hours are over.
    """

    day: date
    at: datetime


def digest_moment(
    calendar: Calendar, preferences: Preferences, done_until: datetime | None, new_since: datetime
) -> Occasion:
    """The first weekly occasion that is not done.

    Occasions up to `done_until`, and on its day, are done; those up to `new_since` are none, as the reader has owned
    something, or has chosen this day, only since then. Several that were missed are one: the caller sends a digest
    once `at` has come, for `day`, and from then on has the moment of sending as `done_until`.
    """
    after = new_since if done_until is None else max(done_until, new_since)
    day = calendar.day_of(after)
    day += timedelta(days=(preferences.digest_day - day.weekday()) % 7)
    done_on = None if done_until is None else calendar.day_of(done_until)
    if day == done_on or _on(calendar, day, preferences.digest_at) <= after:
        day += _WEEK
    worked = calendar.after(day, 0)
    return Occasion(day=day, at=calendar.opens(_on(calendar, worked, preferences.digest_at)))


def _on(calendar: Calendar, day: date, at: time) -> datetime:
    return datetime.combine(day, at, calendar.zone)


def is_told(standing: Standing, person: str) -> bool:
    """Whether a review is in somebody's digest: it is alive, and they own or sponsor it."""
    return standing.phase in LIVING and person in (standing.owner, standing.profile.get("sponsor"))


def digest_card(
    standings: Iterable[Standing],
    person: str,
    now: datetime,
    since: datetime | None,
    *,
    on: date | None = None,
    asked_for: bool = False,
) -> tuple[DigestCard, str | None]:
    """The digest of all that somebody owns or sponsors, and the review whose words it quotes.

    `now` is aware, in the zone whose days reviews are counted in; `on` is the reader's day, else that of `now`. What
    is new is so since `since`; with None everything is. One that was asked for quotes nothing.
    """
    told = sorted((each for each in standings if is_told(each, person)), key=next_decision)
    own = [standing for standing in told if standing.owner == person]
    checked = None if asked_for else _spot_check(own, person, now)
    pack = told[0].pack if told else None
    card = DigestCard(
        on=on or now.date(),
        lines=tuple(_with_check(_line(standing, since), standing, checked) for standing in own),
        roll_up=tuple(_roll_up(standing) for standing in told if standing.owner != person),
        pack=", ".join(dict.fromkeys(f"{each.pack.name} {each.pack.version}" for each in told)),
        lead_over_weakest=pack.scoring.lead_over_weakest if pack else 0,
        blocked_ceiling=pack.scoring.blocked_ceiling if pack else 0,
        asked_for=asked_for,
        ways=(Way(tap=Tap.DIGEST_DAY), Way(tap=Tap.DIGEST_OFF)),
    )
    return card, checked[0].review.id if checked else None


# --- one project ---------------------------------------------------------------------------------------------------


def _line(standing: Standing, since: datetime | None) -> DigestLine:
    points, then = score(standing), _then(standing, since)
    root, summary = root_card(standing, points), summary_card(standing, points)
    new = _answered_since(standing, then)
    state = _state(standing, points)
    soon = standing.now.date() + _AHEAD
    return DigestLine(
        project=root.project,
        state=state,
        readiness=points.readiness,
        change=points.readiness - score(then).readiness if then else None,
        progress=points.progress,
        decision_on=root.decision_on,
        days_left=root.days_left,
        until=root.paused_until,
        blockers=len(points.blockers),
        blocker=next(iter(root.blockers), None),
        blocker_asked=_is_asked(standing, points),
        new=tuple(new[:_NEW_SHOWN]),
        new_more=len(new[_NEW_SHOWN:]),
        next_gap=summary.next_gap,
        next_gap_labels=summary.next_gap_labels,
        questions=root.questions,
        due=tuple(each for each in summary.promises if not each.known_gap and each.on and each.on <= soon),
        gaps=tuple(each for each in summary.promises if each.known_gap),
        not_applicable=sum(item.state is State.NA_ACCEPTED for item in standing.items.values()),
        ways=_ways(standing, state, points),
    )


def _then(standing: Standing, since: datetime | None) -> Standing | None:
    """Where the review stood; None where it had not begun, or nobody was told of it."""
    review = standing.review
    if since is None or since < review.started_at:
        return None
    acts = tuple(act for act in review.acts if act.at <= since)
    return stand(replace(review, acts=acts), since.astimezone(standing.now.tzinfo), standing)


def _answered_since(standing: Standing, then: Standing | None) -> list[str]:
    before = {key for key, item in then.items.items() if item.state in ANSWERED_STATES} if then else set()
    now = (item for key, item in standing.items.items() if item.state in ANSWERED_STATES and key not in before)
    return [label_of(item.item) for item in now]


def _state(standing: Standing, points: Score) -> DigestState:
    """Whoever has done nothing for so long is not told once more what blocks."""
    if standing.phase is Phase.PAUSED:
        return DigestState.PAUSED
    if (standing.now.date() - quiet_since(standing)).days >= IDLE_DAYS:
        return DigestState.IDLE
    return DigestState.BLOCKED if points.blockers or standing.asked else DigestState.CALM


def _is_asked(standing: Standing, points: Score) -> bool:
    """Whether somebody was asked about what blocks first, or to confirm that they are named there."""
    if not points.blockers:
        return False
    item = standing.items[points.blockers[0].item]
    return item.assigned is not None or (item.state is State.UNCONFIRMED and item.named_here is not None)


def _ways(standing: Standing, state: DigestState, points: Score) -> tuple[Way, ...]:
    review = standing.review.id
    match state:
        case DigestState.BLOCKED if points.blockers:
            key = points.blockers[0].item
            answer = Way(tap=Tap.ANSWER, item=key, name=standing.pack.names[key], review=review)
            return (answer, *open_ways(standing.review))
        case DigestState.BLOCKED:
            return (Way(tap=Tap.NEXT, review=review), *open_ways(standing.review))
        case DigestState.IDLE:
            return (Way(tap=Tap.PAUSE, review=review), Way(tap=Tap.GO_ON, review=review))
        case _:
            return ()


def _roll_up(standing: Standing) -> RollUpLine:
    points = score(standing)
    blocker = next(iter(points.blockers), None)
    return RollUpLine(
        project=standing.review.project,
        stage=standing.profile["stage"],
        readiness=points.readiness,
        blocker=label_of(standing.items[blocker.item].item) if blocker else None,
        decision_on=standing.decision_on,
    )


# --- one answer to read --------------------------------------------------------------------------------------------


def _spot_check(own: Sequence[Standing], person: str, now: datetime) -> tuple[Standing, ItemStanding] | None:
    """Of the complete answers by others that this person is to approve one: another one each week, by lot."""
    year, week, _ = now.isocalendar()

    def lot(drawn: tuple[Standing, ItemStanding]) -> bytes:
        return hashlib.sha256(f"{year}-{week}/{drawn[0].review.id}/{drawn[1].item.key}".encode()).digest()

    approved = [standing for standing in own if standing.approver == person]
    answers = [(standing, item) for standing in approved for item in standing.items.values() if _is_read(item, person)]
    return min(answers, key=lot, default=None)


def _is_read(item: ItemStanding, person: str) -> bool:
    act = item.answer
    return item.state is State.COMPLETE and act is not None and act.by != person and bool(act.said)


def _with_check(line: DigestLine, standing: Standing, checked: tuple[Standing, ItemStanding] | None) -> DigestLine:
    if checked is None or checked[0] is not standing:
        return line
    item = checked[1]
    return replace(line, spot_check=quote(item, item.answer), spot_check_label=label_of(item.item))
