"""How somebody wants to be written to: the card that shows it, the form to change it, and what of it was submitted.

It is everybody's own: it is heard everywhere before a review is, and it changes no review. The words for it are read
in `wishes.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from conversations.activities import Activity, ActivityKind
from conversations.calendars import Calendar
from conversations.cards import FieldFault, FieldLine, FormCard, Notice, NoticeCard, PreferencesCard, Tap, Way
from conversations.digests import digest_moment
from conversations.effects import FieldError
from conversations.language.hours import read_hours, read_weekdays
from conversations.packs import ItemType
from conversations.people import Preferences
from conversations.wishes import (
    WEEKDAYS,
    Speaker,
    about_digest,
    day_named,
    spoken,
    typed_days,
    typed_time,
    with_country,
    with_digest_at,
    with_hours,
    with_return,
    with_zone,
)

FORM = "preferences"
SEVERAL = "several"  # things were changed at once
_Submitted: TypeAlias = Preferences | NoticeCard | FieldFault  # as they are to be, or what is wrong
WORDS_OF: Mapping[str, str] = {  # what buttons do, as words; a button that lacks its choice opens the form
    Tap.NUDGES_ON: "nudges on",
    Tap.NUDGES_OFF: "nudges off",
    Tap.DIGEST_ON: "digest on",
    Tap.DIGEST_OFF: "digest off",
    Tap.DIGEST_NOW: "digest now",
    Tap.DIGEST_DAY: "digest",
    Tap.PREFERENCES: "nudges",
}
OPENS_FORM = (Tap.DIGEST_DAY, Tap.PREFERENCES)
_ON, _OFF = "on", "off"
_NONE = ("none", _OFF)
_WEEK = timedelta(days=7)
_SNOOZE = re.compile(r"\s*(?:[\w.]+\s*:\s*)?snooze\b", re.IGNORECASE)


def speaks_of(activity: Activity) -> bool:
    """Whether it may be about how its actor is written to; cheap, so that it can be asked of everything."""
    match activity.kind:
        case ActivityKind.COMMAND | ActivityKind.MESSAGE:
            person = not activity.actor.bot and not activity.deliberate
            return person and (spoken(activity.text) is not None or _is_home(activity))
        case ActivityKind.BUTTON:
            return activity.button is not None and activity.button.act in WORDS_OF
        case ActivityKind.FORM:
            return activity.form is not None and activity.form.name == FORM
        case _:
            return False


def speaks_of_nothing_else(activity: Activity) -> bool:
    """Whether only the actor's own reviews matter for it."""
    return speaks_of(activity) and not _is_home(activity)


def _is_home(activity: Activity) -> bool:
    return activity.text.strip().casefold() == "home"


def counts_days(activity: Activity) -> bool:
    """Whether it is about days that its actor counts from their own: what they put off for themselves."""
    if activity.kind is ActivityKind.BUTTON:
        return activity.button is not None and activity.button.act == Tap.SNOOZE
    return activity.kind is ActivityKind.MESSAGE and _SNOOZE.match(activity.text) is not None


def preferences_card(
    preferences: Preferences, calendar: Calendar, now: datetime, *, weekly: bool, changed: str = ""
) -> PreferencesCard:
    """`weekly`: there is something that a digest could be about. `changed`: the word for what was changed just now."""
    today = calendar.day_of(now)
    return PreferencesCard(
        begins=calendar.begins,
        ends=calendar.ends,
        days=tuple(sorted(calendar.days)),
        zone=str(calendar.zone),
        country=preferences.country,
        away_until=_to_come(preferences.away_until, today),
        nudges=preferences.nudges,
        nudges_from=_to_come(preferences.nudges_from, today),
        digest=preferences.digest,
        digest_day=preferences.digest_day,
        digest_at=preferences.digest_at,
        next_digest_on=_next_digest(preferences, calendar, now) if weekly and preferences.digest else None,
        changed=changed,
        ways=_ways(preferences),
    )


def preferences_form(card: PreferencesCard, tap: str = Tap.PREFERENCES) -> FormCard:
    """What is so now, as it is typed; `tap` is the button that opens it, and one of the digest's is about that alone.

    Where nudges are paused, either choice is a change.
    """
    paused = card.nudges and card.nudges_from is not None
    of_digest = (
        _switch("digest", _on_or_off(card.digest)),
        _field("digest_when", f"{WEEKDAYS[card.digest_day]} {typed_time(card.digest_at)}"),
    )
    if tap == Tap.DIGEST_DAY:
        return FormCard(name=FORM, title="Your weekly digest", fields=of_digest, seen=0, pack="")
    others = (
        _field("hours", f"{typed_time(card.begins)}-{typed_time(card.ends)}"),
        _field("days", typed_days(card.days)),
        _field("zone", card.zone),
        _field("country", card.country or ""),
        _field("away", card.away_until.isoformat() if card.away_until else "", ItemType.DATE),
        _switch("nudges", "" if paused else _on_or_off(card.nudges)),
    )
    return FormCard(name=FORM, title="How I may write to you", fields=(*others, *of_digest), seen=0, pack="")


def submitted(speaker: Speaker, values: Mapping[str, str]) -> tuple[Preferences, dict[str, FieldError]]:
    """What a form makes of somebody's preferences, and what it cannot hold: with any of that nothing is to be saved.

    An empty field changes nothing. The digest is looked at last, as it has to be within the hours of the same form.
    """
    said, errors = speaker.said, dict[str, FieldError]()
    for name in sorted(values, key=lambda name: name == "digest_when"):
        words = " ".join(values[name].split())
        if words:
            wish = _FIELDS[name](replace(speaker, said=said), words) if name in _FIELDS else FieldFault.NO_SUCH_FIELD
            if isinstance(wish, Preferences):
                said = wish
            else:
                errors[name] = _error(wish)
    return about_digest(speaker, said), errors


def changed_by_form(before: Preferences, after: Preferences) -> str:
    """The word for what was changed, `SEVERAL` for more than one thing; empty where nothing was."""
    words = [word for word, fields in _ABOUT.items() if any(getattr(before, f) != getattr(after, f) for f in fields)]
    return words[0] if len(words) == 1 else SEVERAL if words else ""


# --- the card ------------------------------------------------------------------------------------------------------


def _to_come(day: date | None, today: date) -> date | None:
    return day if day is not None and day > today else None


def _next_digest(preferences: Preferences, calendar: Calendar, now: datetime) -> date:
    """One of these days may have been put off to a day that is to come."""
    spoken_of = preferences.digest_since
    last = digest_moment(calendar, preferences, now - _WEEK, max(now - _WEEK, spoken_of or now - _WEEK))
    to_come = last if last.at > now else digest_moment(calendar, preferences, now, now)
    return calendar.day_of(to_come.at)


def _ways(preferences: Preferences) -> tuple[Way, ...]:
    nudges = Tap.NUDGES_OFF if preferences.nudges and not preferences.nudges_from else Tap.NUDGES_ON
    digest = Tap.DIGEST_OFF if preferences.digest else Tap.DIGEST_ON
    more = (Tap.DIGEST_DAY, Tap.DIGEST_NOW) if preferences.digest else (Tap.DIGEST_NOW,)
    in_sight = tuple(Way(tap=tap) for tap in (Tap.PREFERENCES, nudges, digest))
    return (*in_sight, *(Way(tap=tap, more=True) for tap in more))


# --- the form ------------------------------------------------------------------------------------------------------


def _field(name: str, value: str, type_: ItemType = ItemType.TEXT) -> FieldLine:
    return FieldLine(name=name, label=name, hint="", type=type_, value=value, brief=True)


def _switch(name: str, value: str) -> FieldLine:
    return FieldLine(name=name, label=name, hint="", type=ItemType.CHOICE, value=value, options=(_ON, _OFF))


def _on_or_off(is_on: bool) -> str:
    return _ON if is_on else _OFF


def _hours(speaker: Speaker, words: str) -> _Submitted:
    hours = read_hours(words)
    return with_hours(speaker.said, *hours) if hours else FieldFault.NO_HOURS


def _days(speaker: Speaker, words: str) -> _Submitted:
    days = read_weekdays(words, speaker.rules)
    return replace(speaker.said, days=days) if days else FieldFault.NO_WEEKDAY


def _zone(speaker: Speaker, words: str) -> _Submitted:
    return with_zone(speaker.said, words.replace(" ", "_"), speaker.regions)


def _country(speaker: Speaker, words: str) -> _Submitted:
    none = words.casefold() in _NONE
    return replace(speaker.said, country="") if none else with_country(speaker.said, words, speaker.regions)


def _away(speaker: Speaker, words: str) -> _Submitted:
    if words.casefold() in _NONE:
        return with_return(speaker)
    day = day_named(speaker, words)
    return day if isinstance(day, NoticeCard) else replace(speaker.said, away_until=day)


def _nudges(speaker: Speaker, words: str) -> _Submitted:
    if words not in (_ON, _OFF):
        return FieldFault.NOT_A_CHOICE
    return replace(speaker.said, nudges=words == _ON, nudges_from=None)


def _digest(speaker: Speaker, words: str) -> _Submitted:
    return replace(speaker.said, digest=words == _ON) if words in (_ON, _OFF) else FieldFault.NOT_A_CHOICE


def _error(fault: NoticeCard | FieldFault) -> FieldError:
    if isinstance(fault, FieldFault):
        return FieldError(fault=fault)
    meant = fault.notice in (Notice.NO_SUCH_COUNTRY, Notice.NO_SUCH_ZONE)
    return FieldError(fault=_FAULTS[fault.notice], about=", ".join(fault.names) if meant else fault.label)


_FIELDS: Mapping[str, Callable[[Speaker, str], _Submitted]] = {
    "hours": _hours,
    "days": _days,
    "zone": _zone,
    "country": _country,
    "away": _away,
    "nudges": _nudges,
    "digest": _digest,
    "digest_when": lambda speaker, words: with_digest_at(speaker, speaker.said, words) or FieldFault.NO_WHEN,
}
_FAULTS: Mapping[Notice, FieldFault] = {
    Notice.HOURS_TOO_SHORT: FieldFault.HOURS_TOO_SHORT,
    Notice.NO_SUCH_COUNTRY: FieldFault.NO_SUCH_COUNTRY,
    Notice.NO_SUCH_ZONE: FieldFault.NO_SUCH_ZONE,
    Notice.OUTSIDE_HOURS: FieldFault.OUTSIDE_HOURS,
    Notice.PAST_DAY: FieldFault.PAST_DAY,
    Notice.TOO_FAR: FieldFault.TOO_FAR,
    Notice.WHICH_DAY: FieldFault.NO_DAY,
}
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "hours": ("begins", "ends", "days", "zone", "country"),
    "away": ("away_until",),
    "nudges": ("nudges", "nudges_from"),
    "digest": ("digest", "digest_day", "digest_at"),
}
