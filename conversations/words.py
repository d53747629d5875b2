"""The words that do what buttons do. A reply is a word only when all of it has the word's form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from conversations import events
from conversations.cards import Tap
from conversations.events import Event, Misspoken, Unclear, View
from conversations.heard import Heard, made, on_day, person_or
from conversations.names import find_item, find_key
from conversations.packs import ItemType
from conversations.quiet import offers_to_go_on
from conversations.review import State
from conversations.told import LETS_GO, LOOKS

Word: TypeAlias = Callable[[Heard, "re.Match[str]"], Event | None]  # None: not this word here, but an answer


def word_in(heard: Heard, text: str) -> Event | None:
    said = " ".join(text.translate(_STRAIGHT).split())
    for pattern, word in _WORDS:
        match = pattern.fullmatch(said)
        if match and _may_name(heard, match.groupdict().get("item")) and (event := word(heard, match)) is not None:
            return event
    return None


def _may_name(heard: Heard, name: str | None) -> bool:
    """More words than a key has are a name only where they are the whole of a label: else they are an answer."""
    return not name or _LIKE_A_KEY.fullmatch(name) is not None or find_item(name, heard.standing.pack) is not None


def _keep(heard: Heard, match: re.Match[str]) -> Event | None:
    name = match["item"]
    if name:
        key = find_item(name, heard.standing.pack)
        return made(heard, events.Kept, item=key) if key else heard.mistyped(name)
    if heard.private and heard.lines:
        return made(heard, events.Kept, item=heard.lines[0].item)
    if heard.asked and heard.asked.claim and heard.asked.answer:  # it was followed up, or chosen by `edit`
        return made(heard, events.Kept, item=heard.asked.item.key)
    lacking = [item for item in heard.standing.items.values() if item.can_be_kept and not item.kept]
    newest = max(lacking, key=lambda item: item.answer.n if item.answer else 0, default=None)
    looks = next((told.item for told in reversed(heard.told) if told.about in LOOKS), None)
    key = newest.item.key if newest else looks
    return made(heard, events.Kept, item=key) if key else heard.misspoken(Unclear.NOTHING_TO_KEEP)


def _later(heard: Heard, match: re.Match[str]) -> Event | None:
    day = _day_in(heard, match["day"] or "", Tap.LATER)
    if not isinstance(day, date):
        return day
    item = heard.item_or_asked(None)
    return item if isinstance(item, Misspoken) else on_day(heard, day, events.Deferred, item=item, until=day)


def put_off(heard: Heard, item: str, words: str) -> Event | None:
    """`later <date>` or `snooze <date>`, said of an item by its name."""
    if match := _SNOOZED.fullmatch(words):
        day = heard.snoozing_day(match["day"])
        return snoozed(heard, item, day) if day else None
    match = _PUT_OFF.fullmatch(words)
    day = heard.day(match["day"]) if match else None
    return on_day(heard, day, events.Deferred, item=item, until=day) if day else None


def _decide_waiver(event: type[events.WaiverAccepted] | type[events.WaiverRejected]) -> Word:
    def word(heard: Heard, match: re.Match[str]) -> Event | None:
        pending = [key for key, item in heard.standing.items.items() if item.state is State.NA_PENDING]
        name = match["item"]
        if not name:
            return made(heard, event, item=pending[0]) if pending else heard.misspoken(Unclear.NOTHING_TO_ACCEPT)
        key = find_item(name, heard.standing.pack)
        return made(heard, event, item=key) if key else heard.mistyped(name)

    return word


def _ask(heard: Heard, match: re.Match[str]) -> Event:
    item = heard.item_or_asked(match["item"])
    takes = match["who"].casefold() in ("me", heard.by.mention.casefold())
    if takes and (event := heard.taking_over(item if match["item"] and isinstance(item, str) else None)):
        return event
    if isinstance(item, Misspoken):
        return item
    return person_or(heard, match["who"], lambda to: made(heard, events.Delegated, item=item, to=to), item=item)


def _me(heard: Heard, _match: re.Match[str]) -> Event | None:
    if event := heard.taking_over(None):
        return event
    if heard.asked is None or heard.asked.item.type is ItemType.PERSON:
        return None  # then it is the answer
    return made(heard, events.Delegated, item=heard.asked.item.key, to=heard.by.id)


def _yes(heard: Heard, match: re.Match[str]) -> Event | None:
    item = to_confirm(heard, match["item"])
    return made(heard, events.Confirmed, item=item) if item else None


def _no(heard: Heard, match: re.Match[str]) -> Event | None:
    item = to_confirm(heard, match["item"])
    return declined(heard, item, match["who"]) if item else None


def declined(heard: Heard, item: str, who: str | None) -> Event:
    if not who:
        return made(heard, events.Declined, item=item)
    return person_or(heard, who, lambda to: made(heard, events.Declined, item=item, ask=to), item=item)


def to_confirm(heard: Heard, name: str | None) -> str | None:
    """What a person can confirm: the item named, else the newest one that names them; without any it is an answer."""
    if name:
        return find_key(name, heard.standing.pack) or _theirs(heard, find_item(name, heard.standing.pack))
    mine = [item for item in heard.standing.items.values() if heard.names_me(item)]
    mine_again = {item.item.key for item in mine if item.confirmed and heard.looks_at([item.item.key])}
    waiting = [(item.answer.n, item.item.key) for item in mine if item.answer and item.state is State.UNCONFIRMED]
    waiting += [(told.n, told.item) for told in heard.told if told.item in mine_again]
    return max(waiting)[1] if waiting else None


def _theirs(heard: Heard, key: str | None) -> str | None:
    """By its label only what names or is asked of who speaks: "no training plan" is an answer."""
    item = heard.standing.items[key] if key else None
    asked = item is not None and item.assigned is not None and item.assignee == heard.by.id
    return key if item is not None and (asked or heard.names_me(item)) else None


def _not_me(heard: Heard, match: re.Match[str]) -> Event:
    if heard.private and heard.lines:
        return declined(heard, heard.lines[0].item or "", match["who"])
    items = heard.standing.items.values()
    asked = [(item.assigned.n, item) for item in items if item.assigned and item.assignee == heard.by.id]
    named = [(item.answer.n, item) for item in items if item.answer and heard.names_me(item)]
    told = [(told.n, heard.standing.items[told.item or ""]) for told in heard.lines]
    if not (asked or named or told):
        return heard.misspoken(Unclear.NOTHING_TO_CONFIRM)
    _, newest = max(asked or named or told, key=lambda pair: pair[0])
    return declined(heard, newest.item.key, match["who"])


def _use(heard: Heard, match: re.Match[str]) -> Event | None:
    items = heard.standing.items
    torn = [item for item in items.values() if item.sides]
    if match["item"]:
        key = find_item(match["item"], heard.standing.pack)
        if key is None:
            return None
        torn = [item for item in torn if item.item.key == key]
    if not torn:
        return heard.misspoken(Unclear.NO_CONFLICT)
    newest = max(torn, key=lambda item: item.sides[-1].n)
    return made(heard, events.Settled, item=newest.item.key, choice=int(match["n"]))


def _edit(heard: Heard, match: re.Match[str]) -> Event | None:
    name = match["item"]
    if not name:
        return heard.viewed(View.EDIT)
    key = find_item(name, heard.standing.pack)
    return made(heard, events.Reopened, item=key) if key else heard.mistyped(name)


def _back(heard: Heard, _match: re.Match[str]) -> Event:
    keys = list(heard.standing.items)
    here = keys.index(heard.standing.asked) if heard.standing.asked else len(keys)
    return made(heard, events.Reopened, item=keys[here - 1]) if here else heard.misspoken(Unclear.FIRST)


def _skip(heard: Heard, _match: re.Match[str]) -> Event:
    item = heard.item_or_asked(None)
    return item if isinstance(item, Misspoken) else made(heard, events.Skipped, item=item)


def _pause(heard: Heard, match: re.Match[str]) -> Event | None:
    if not match["day"]:
        return made(heard, events.Paused, until=None)
    day = heard.day(match["day"])
    if day is None:
        return heard.misspoken(Unclear.WHICH_DAY)
    return on_day(heard, day, events.Paused, until=day)


def _owner(heard: Heard, match: re.Match[str]) -> Event:
    return person_or(heard, match["who"], lambda to: made(heard, events.HandedOver, to=to), Tap.HAND_OVER)


def _date(heard: Heard, match: re.Match[str]) -> Event | None:
    day = _day_in(heard, match["day"] or "", Tap.DATE)
    return on_day(heard, day, events.DateChanged, to=day) if isinstance(day, date) else day


def _ok(heard: Heard, _match: re.Match[str]) -> Event | None:
    """A word only for somebody whose newest private message offers it."""
    left = next((line.item for line in heard.lines if line.option in LETS_GO), None)
    if left is not None:
        return made(heard, events.LetGo, item=left)
    return made(heard, events.WentOn) if offers_to_go_on(heard.standing, heard.by.id) else None


def _snooze(heard: Heard, match: re.Match[str]) -> Event | None:
    """Of words that name no day it is none, but an answer."""
    words = match["day"] or ""
    day = heard.snoozing_day(words)
    return None if words and day is None else snoozed(heard, heard.lines[0].item if heard.lines else None, day)


def snoozed(heard: Heard, item: str | None, day: date | None) -> Event:
    if item is None:
        return heard.misspoken(Unclear.NOTHING_SENT)
    if day is None:
        return heard.lacking(Tap.SNOOZE, item)
    return on_day(heard, day, events.Snoozed, item=item, until=day)


def _view(view: View) -> Word:
    return lambda heard, _match: heard.viewed(view)


def _plain(event: Callable[..., Event]) -> Word:
    return lambda heard, _match: made(heard, event)


def _lacking(tap: Tap) -> Word:
    return lambda heard, _match: heard.lacking(tap)


def _day_in(heard: Heard, words: str, tap: Tap) -> date | Misspoken | None:
    """The day that the words name. One word that names none, or no word, is asked about; more of them are an answer."""
    day = heard.day(words)
    return heard.lacking(tap) if day is None and len(words.split()) <= 1 else day


_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " "})
_WHO = r"(?P<who><@[^>\s]+>|me)"
_ITEM = r"(?P<item>[a-z][\w.']*(?:[ -][a-z][\w']*){0,7})"  # a key, or the label that is read on cards
_LIKE_A_KEY = re.compile(r"[a-z][\w.]*(?:[ -][a-z]\w*){0,2}", re.IGNORECASE)
_PUT_OFF = re.compile(r"later,? (?:by |until |on )?(?P<day>.{1,40})", re.IGNORECASE)
_SNOOZED = re.compile(r"snooze (?P<day>.{1,40})", re.IGNORECASE)
_WORDS: tuple[tuple[re.Pattern[str], Word], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (rf"keep(?: as is)?(?: {_ITEM})?", _keep),
        (r"later(?: (?:by |until |on )?(?P<day>.{1,40}))?", _later),
        (rf"accept(?: {_ITEM})?", _decide_waiver(events.WaiverAccepted)),
        (rf"reject(?: {_ITEM})?", _decide_waiver(events.WaiverRejected)),
        (rf"ask {_WHO}(?: (?:about |for )?{_ITEM})?", _ask),
        (r"ask(?: \w+)?", _lacking(Tap.ASK)),  # a name without its @
        (r"me", _me),
        (rf"yes(?:,? that's me)?(?: {_ITEM})?", _yes),
        (rf"no(?: {_ITEM})?(?:,? ask {_WHO})?", _no),
        (rf"not me(?:,? ask {_WHO})?", _not_me),
        (rf"use (?P<n>\d{{1,2}})(?: {_ITEM})?", _use),
        (r"use that", _plain(events.Reclaimed)),
        (rf"edit(?: {_ITEM})?", _edit),
        (r"back", _back),
        (r"skip", _skip),
        (r"undo", _plain(events.Undone)),
        (r"not an answer", _plain(events.Disowned)),
        (r"pause(?: until (?P<day>.{1,40}))?", _pause),
        (r"resume", _plain(events.Resumed)),
        (r"done", _plain(events.Finished)),
        (r"cancel", _plain(events.Cancelled)),
        (rf"owner {_WHO}", _owner),
        (r"date(?: (?P<day>.{1,40}))?", _date),
        (r"status", _view(View.STATUS)),
        (r"help", _view(View.HELP)),
        (r"help all", _view(View.HELP_ALL)),
        (r"report", _view(View.REPORT)),
        (r"about", _view(View.ABOUT)),
        (r"next", _view(View.FORM)),
        (r"mine", _view(View.MINE)),
        (r"why", _view(View.WHY)),
        (r"ok", _ok),
        (r"take over", _plain(events.PackTaken)),
        (r"snooze(?: (?:until |for )?(?P<day>.{1,40}))?", _snooze),
    )
)
