"""What people say about how they want to be written to, word for word: `hours 9-17 mon-fri`, `away until Fri`.

Words count only when all of them have the form. Others mean something else: an answer in a thread, and in a command
something to be told how to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

from conversations.calendars import Calendar
from conversations.cards import Notice, NoticeCard
from conversations.digests import digest_moment
from conversations.language.days import find_days
from conversations.language.hours import read_hours, read_time, read_weekday, read_weekdays
from conversations.language.patterns import fold
from conversations.language.rules import Rules
from conversations.language.tokens import split_tokens
from conversations.people import Preferences
from conversations.regions import Regions, is_code, is_zone_name

FARTHEST = timedelta(days=366)  # that somebody can be away, or not be nudged
SHORTEST = timedelta(hours=1)  # that hours can last
NO_HOLIDAYS = "no-holidays"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as they are typed
_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_SPOKEN = re.compile(r"(?P<about>nudges|hours|away|digest)(?: (?P<rest>.{1,100}))?", re.IGNORECASE)
_NUDGES = re.compile(r"(?P<switch>on|off)|paused?(?: (?:until |till )?(?P<day>.{1,40}))?", re.IGNORECASE)
_AWAY = re.compile(r"(?P<switch>off)|(?:until|till) (?P<day>.{1,40})", re.IGNORECASE)
_DIGEST = re.compile(r"(?:on )?(?P<day>[^\W\d]+\.?),?(?: (?:at )?(?P<at>.{1,10}))?", re.IGNORECASE)
_ONE_WORD = (  # what of several is written as one, so that parts are told apart at spaces
    (re.compile(r"\s*[–—−]\s*|\s+-\s+|\s+(?:to|till|until|bis)\s+", re.IGNORECASE), "-"),
    (re.compile(r"(?<=\d)\s+(?=[ap]m\b)", re.IGNORECASE), ""),
    (re.compile(r"\bno holidays\b", re.IGNORECASE), NO_HOLIDAYS),
)
_BETWEEN = re.compile(r"[\s,;]+(?:and\s+)?")

# What somebody's preferences are to be, or why not; None: the words have another meaning.
Wish: TypeAlias = Preferences | NoticeCard | None
_Change: TypeAlias = Callable[[Preferences], Preferences | NoticeCard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who says it, and what there is to know for it. Days are those of their zone."""

    said: Preferences
    calendar_of: Callable[[Preferences], Calendar]
    now: datetime
    rules: Rules
    regions: Regions

    @property
    def today(self) -> date:
        return self.calendar_of(self.said).day_of(self.now)


def spoken(text: str) -> tuple[str, str] | None:
    """The word that it begins with (nudges, hours, away, digest), and the rest of it."""
    match = _SPOKEN.fullmatch(" ".join(text.translate(_STRAIGHT).split()).strip("\"' "))
    return (match["about"].casefold(), (match["rest"] or "").strip("\"' ")) if match else None


def wished(speaker: Speaker, about: str, rest: str) -> Wish:
    """What these words make of somebody's preferences; without a rest they stay as they are."""
    wish = _WISHES[about](speaker, rest) if rest else speaker.said
    return about_digest(speaker, wish) if isinstance(wish, Preferences) else wish


def typed_hours(calendar: Calendar) -> str:
    """As they are typed: `9:30-16:30 mon-fri`."""
    return f"{typed_time(calendar.begins)}-{typed_time(calendar.ends)} {typed_days(calendar.days)}"


def typed_time(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def typed_days(days: Iterable[int]) -> str:
    """`mon-fri` for three or more in a row, else `mon, wed`."""
    first, *_ = worked = sorted(days)
    if len(worked) > 2 and worked == list(range(first, first + len(worked))):
        return f"{WEEKDAYS[first]}-{WEEKDAYS[worked[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in worked)


# --- what is wished for, however it is said ------------------------------------------------------------------------


def day_named(speaker: Speaker, words: str) -> date | NoticeCard:
    """The day that the whole of `words` names, to come within a year. Of a week it is the first one."""
    order, today = speaker.rules.date_order, speaker.today
    tokens = split_tokens(words, speaker.rules, today, order) or ()
    if [token.kind for token in tokens] != ["date"]:
        return NoticeCard(notice=Notice.WHICH_DAY)
    found = find_days(fold(words), today, past=False, date_order=order, rules=speaker.rules)[0]
    day = found.day if found.dated else found.day - timedelta(days=found.day.weekday())
    if day > today + FARTHEST:
        return NoticeCard(notice=Notice.TOO_FAR, day=today + FARTHEST)
    return day if day > today else NoticeCard(notice=Notice.PAST_DAY)


def with_hours(said: Preferences, begins: time, ends: time) -> Preferences | NoticeCard:
    """The digest comes with them where its time is no longer within them."""
    if datetime.combine(date.min, begins) + SHORTEST > datetime.combine(date.min, ends):
        return NoticeCard(notice=Notice.HOURS_TOO_SHORT)
    digest_at = said.digest_at if begins <= said.digest_at < ends else begins
    return replace(said, begins=begins, ends=ends, digest_at=digest_at)


def with_digest_at(speaker: Speaker, said: Preferences, words: str) -> Wish:
    """On a weekday, at a time or the one that it was; both within their hours."""
    match = _DIGEST.fullmatch(words)
    day = read_weekday(match["day"], speaker.rules) if match else None
    at = read_time(match["at"]) if match and match["at"] else said.digest_at
    if day is None or at is None:
        return None
    calendar = speaker.calendar_of(said)
    if day not in calendar.days or not calendar.begins <= at < calendar.ends:
        return NoticeCard(notice=Notice.OUTSIDE_HOURS, label=typed_hours(calendar))
    return replace(said, digest_day=day, digest_at=at)


def about_digest(speaker: Speaker, after: Preferences) -> Preferences:
    """Where something about the digest is another, one that was due before is not sent afterwards.

    Where this week's has come, the next one comes next week: it is one a week.
    """
    before, now = speaker.said, speaker.now
    if (before.digest, before.digest_day, before.digest_at) == (after.digest, after.digest_day, after.digest_at):
        return after
    calendar = speaker.calendar_of(before)
    monday = speaker.today - timedelta(days=speaker.today.weekday())
    begins, ends = (datetime.combine(day, time(), calendar.zone) for day in (monday, monday + timedelta(days=7)))
    came = before.digest and digest_moment(calendar, before, None, begins).at <= now
    return replace(after, digest_since=(ends if came else now).astimezone(UTC))


def with_zone(said: Preferences, name: str, regions: Regions) -> Preferences | NoticeCard:
    if (zone := regions.zone(name)) is not None:
        return replace(said, zone=zone)
    return NoticeCard(notice=Notice.NO_SUCH_ZONE, label=name, names=regions.near_zones(name))


def with_country(said: Preferences, code: str, regions: Regions) -> Preferences | NoticeCard:
    if (country := regions.country(code)) is not None:
        return replace(said, country=country)
    return NoticeCard(notice=Notice.NO_SUCH_COUNTRY, label=code, names=regions.near_countries(code))


# --- words ---------------------------------------------------------------------------------------------------------


def _nudges(speaker: Speaker, words: str) -> Wish:
    match = _NUDGES.fullmatch(words)
    if match is None:
        return None
    if match["switch"]:
        return replace(speaker.said, nudges=match["switch"].casefold() == "on", nudges_from=None)
    day = _day_or_not(speaker, match["day"] or "")
    return replace(speaker.said, nudges=True, nudges_from=day) if isinstance(day, date) else day


def _away(speaker: Speaker, words: str) -> Wish:
    match = _AWAY.fullmatch(words)
    if match is None:
        return None
    if match["switch"]:
        return with_return(speaker)
    day = _day_or_not(speaker, match["day"])
    return replace(speaker.said, away_until=day) if isinstance(day, date) else day


def with_return(speaker: Speaker) -> Preferences:
    """They are here again as of today: a day that reviews which know of an absence can be told."""
    until = speaker.said.away_until
    return replace(speaker.said, away_until=min(until, speaker.today) if until else None)


def _day_or_not(speaker: Speaker, words: str) -> date | NoticeCard | None:
    """One word that names no day, or no word, is asked about; more of them mean something else."""
    day = day_named(speaker, words)
    none_of_several = isinstance(day, NoticeCard) and day.notice is Notice.WHICH_DAY and len(words.split()) > 1
    return None if none_of_several else day


def _digest(speaker: Speaker, words: str) -> Wish:
    switch = words.casefold()
    if switch in ("on", "off"):
        return replace(speaker.said, digest=switch == "on")
    return with_digest_at(speaker, replace(speaker.said, digest=True), words)


def _hours(speaker: Speaker, words: str) -> Wish:
    """Hours, weekdays, a zone and a country, in any order and each once; what has the form of none is not this word."""
    for pattern, one in _ONE_WORD:
        words = pattern.sub(one, words)
    parts = _BETWEEN.split(words)
    days = [part for part in parts if read_weekdays(part, speaker.rules)]
    wish: Preferences | NoticeCard = replace(speaker.said, days=_all(speaker, days)) if days else speaker.said
    seen: set[str] = set()
    for place, part in enumerate(parts):
        if part in days:
            continue
        kind, change = _part(speaker, part, last=0 < place == len(parts) - 1)
        if change is None or kind in seen:
            return None
        seen.add(kind)
        wish = change(wish) if isinstance(wish, Preferences) else wish
    return wish


def _all(speaker: Speaker, days: Iterable[str]) -> tuple[int, ...] | None:
    return read_weekdays(" ".join(days), speaker.rules)


def _part(speaker: Speaker, word: str, *, last: bool) -> tuple[str, _Change | None]:
    """A code in small letters is a country only behind other parts: `is` and `at` are codes as well."""
    regions = speaker.regions
    if (hours := read_hours(word)) is not None:
        return "hours", lambda said: with_hours(said, *hours)
    if word.casefold() == NO_HOLIDAYS:
        return "country", lambda said: replace(said, country="")
    if is_code(word) and ("-" in word or word.isupper() or last):
        return "country", lambda said: with_country(said, word, regions)
    if is_zone_name(word) or regions.zone(word) or regions.cities(word):
        return "zone", lambda said: with_zone(said, word, regions)
    return "", None


_WISHES: Mapping[str, Callable[[Speaker, str], Wish]] = {
    "nudges": _nudges,
    "hours": _hours,
    "away": _away,
    "digest": _digest,
}
