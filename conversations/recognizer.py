"""Activity → event: what a reply, a button or a form means where the review stands.

The order is the rule: an exact option of what is asked, then a word (only when all of the reply has its form), then
what is no answer at all, then the item a reply fills. Nothing is ever cut out of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from conversations import events
from conversations.activities import Activity, ActivityKind, Actor, Button, Source
from conversations.answering import MAX_WORDS
from conversations.cards import Tap
from conversations.choices import exact_option
from conversations.days import parse_day
from conversations.events import Event, LeftAloneBecause, Misspoken, Unclear, View, Viewed
from conversations.names import find_item, nearest_items
from conversations.packs import Direction, ItemType
from conversations.review import State
from conversations.rules import Rules
from conversations.standing import ItemStanding, Standing
from conversations.tokens import FITS, is_acknowledgement, split_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A reply, where it was heard."""

    standing: Standing
    rules: Rules
    by: Actor
    via: Source
    source: str | None
    people: Mapping[str, Actor]
    private: bool = False

    @property
    def asked(self) -> ItemStanding | None:
        """What is asked in the thread; in a direct message what this person was asked for last."""
        mine = [i for i in self.standing.items.values() if i.assigned and i.assignee == self.by.id and self.private]
        if mine:
            return max(mine, key=lambda item: item.assigned.n if item.assigned else 0)
        return self.standing.items[self.standing.asked] if self.standing.asked else None

    @property
    def outsiders(self) -> frozenset[str]:
        """Of the people who are here or mentioned, those of other organisations."""
        return frozenset(person.id for person in (self.by, *self.people.values()) if person.outsider)

    def misspoken(self, unclear: Unclear, *words: str, count: int = 0) -> Misspoken:
        return Misspoken(by=self.by, via=self.via, source=self.source, unclear=unclear, words=words, count=count)

    def viewed(self, view: View, question: str | None = None) -> Viewed:
        return Viewed(by=self.by, via=self.via, source=self.source, view=view, question=question)

    def day(self, words: str) -> date | None:
        """The day that the whole of `words` names."""
        today, order = self.standing.now.date(), self.rules.date_order
        tokens = split_tokens(words, self.rules, today, order) or ()
        if [token.kind for token in tokens] != ["date"]:
            return None
        return parse_day(words, today, direction=Direction.FUTURE, date_order=order, rules=self.rules)

    def item_or_asked(self, name: str | None) -> str | Misspoken:
        if not name:
            return self.asked.item.key if self.asked else self.misspoken(Unclear.NOTHING_ASKED)
        return find_item(name, self.standing.pack) or self.no_such_item(name)

    def mistyped(self, name: str) -> Misspoken | None:
        """A name that looks like an item's; other words make a reply an answer ("keep the old form")."""
        return self.no_such_item(name) if nearest_items(name, self.standing.pack) else None

    def no_such_item(self, name: str) -> Misspoken:
        return self.misspoken(Unclear.NO_SUCH_ITEM, name, *nearest_items(name, self.standing.pack))


Word: TypeAlias = Callable[[Heard, "re.Match[str]"], Event | None]  # None: not this word here, but an answer


def recognize(activity: Activity, standing: Standing, rules: Rules) -> Event:
    """What an activity in a review's thread means. Never fails: what cannot be understood is an event as well."""
    via = {ActivityKind.BUTTON: Source.BUTTON, ActivityKind.FORM: Source.FORM}.get(activity.kind, Source.THREAD)
    heard = Heard(
        standing=standing,
        rules=rules,
        by=activity.actor,
        via=via,
        source=activity.source,
        people=activity.people,
        private=activity.private,
    )
    match activity.kind:
        case ActivityKind.BUTTON:
            return _pressed(heard, activity)
        case ActivityKind.FORM:
            return _submitted(heard, activity)
        case _:
            return _reply(heard, activity)


def _submitted(heard: Heard, activity: Activity) -> Event:
    form = activity.form
    if form is None:
        return heard.misspoken(Unclear.OLD_BUTTON)
    if form.name == "about":
        return events.Described(by=heard.by, via=heard.via, source=heard.source, values=form.values)
    return _made(heard, events.FormSubmitted, values=form.values, seen=form.seen, outsiders=heard.outsiders)


def _reply(heard: Heard, activity: Activity) -> Event:
    text = activity.text.strip()
    if because := _no_words_for_us(activity, text):
        words = activity.file or "" if because is LeftAloneBecause.FILE else ""
        return events.LeftAlone(by=heard.by, via=heard.via, source=heard.source, because=because, words=words)
    if len(text) > MAX_WORDS:
        return heard.misspoken(Unclear.TOO_LONG, count=len(text))
    if heard.asked and exact_option(heard.asked.item, text, heard.rules):
        return _answer(heard, {heard.asked.item.key: text})
    return _word(heard, text) or _chatter(heard, text) or _filled(heard, text)


def _no_words_for_us(activity: Activity, text: str) -> LeftAloneBecause | None:
    if activity.actor.bot:
        return LeftAloneBecause.BOT
    if text.startswith("//"):
        return LeftAloneBecause.ASIDE
    if not text:
        return LeftAloneBecause.FILE if activity.file else LeftAloneBecause.EMPTY
    return None


# --- words ---------------------------------------------------------------------------------------------------------


def _word(heard: Heard, text: str) -> Event | None:
    said = " ".join(text.translate(_STRAIGHT).split())
    for pattern, word in _WORDS:
        if (match := pattern.fullmatch(said)) and (event := word(heard, match)) is not None:
            return event
    return None


def _keep(heard: Heard, match: re.Match[str]) -> Event | None:
    name = match["item"]
    if name:
        key = find_item(name, heard.standing.pack)
        return _made(heard, events.Kept, item=key) if key else heard.mistyped(name)
    if heard.asked and heard.asked.claim and heard.asked.answer:  # it was followed up, or chosen by `edit`
        return _made(heard, events.Kept, item=heard.asked.item.key)
    lacking = [item for item in heard.standing.items.values() if item.can_be_kept and not item.kept]
    newest = max(lacking, key=lambda item: item.answer.n if item.answer else 0, default=None)
    return _made(heard, events.Kept, item=newest.item.key) if newest else heard.misspoken(Unclear.NOTHING_TO_KEEP)


def _later(heard: Heard, match: re.Match[str]) -> Event | None:
    if not match["day"]:
        return heard.misspoken(Unclear.UNTIL_WHEN)
    day = heard.day(match["day"])
    if day is None:
        return heard.misspoken(Unclear.UNTIL_WHEN) if _looks_like_a_day(match["day"]) else None
    item = heard.item_or_asked(None)
    if isinstance(item, Misspoken):
        return item
    return (
        heard.misspoken(Unclear.PAST_DAY) if _past(heard, day) else _made(heard, events.Deferred, item=item, until=day)
    )


def _decide_waiver(event: type[events.WaiverAccepted] | type[events.WaiverRejected]) -> Word:
    def word(heard: Heard, match: re.Match[str]) -> Event | None:
        pending = [key for key, item in heard.standing.items.items() if item.state is State.NA_PENDING]
        name = match["item"]
        if not name:
            return _made(heard, event, item=pending[0]) if pending else heard.misspoken(Unclear.NOTHING_TO_ACCEPT)
        key = find_item(name, heard.standing.pack)
        return _made(heard, event, item=key) if key else heard.mistyped(name)

    return word


def _ask(heard: Heard, match: re.Match[str]) -> Event:
    item = heard.item_or_asked(match["item"])
    if isinstance(item, Misspoken):
        return item
    return _person_or(heard, match["who"], lambda to: _made(heard, events.Delegated, item=item, to=to))


def _me(heard: Heard, _match: re.Match[str]) -> Event | None:
    if heard.asked is None or heard.asked.item.type is ItemType.PERSON:
        return None  # then it is the answer
    return _made(heard, events.Delegated, item=heard.asked.item.key, to=heard.by.id)


def _yes(heard: Heard, match: re.Match[str]) -> Event | None:
    item = _to_confirm(heard, match["item"])
    return _made(heard, events.Confirmed, item=item) if item else None


def _no(heard: Heard, match: re.Match[str]) -> Event | None:
    item = _to_confirm(heard, match["item"])
    return _made_no(heard, item, match["who"]) if item else None


def _made_no(heard: Heard, item: str, who: str | None) -> Event:
    if not who:
        return _made(heard, events.Declined, item=item)
    return _person_or(heard, who, lambda to: _made(heard, events.Declined, item=item, ask=to))


def _to_confirm(heard: Heard, name: str | None) -> str | None:
    """What a person can confirm: the item named, else the newest one that names them; without any it is an answer."""
    if name:
        return find_item(name, heard.standing.pack)
    mine = [item for item in heard.standing.items.values() if item.named == heard.by.id]
    waiting = [(item.answer.n, item.item.key) for item in mine if item.answer and item.state is State.UNCONFIRMED]
    return max(waiting)[1] if waiting else None


def _not_me(heard: Heard, match: re.Match[str]) -> Event:
    items = heard.standing.items.values()
    asked = [(item.assigned.n, item) for item in items if item.assigned and item.assignee == heard.by.id]
    named = [(item.answer.n, item) for item in items if item.answer and item.named == heard.by.id]
    if not asked and not named:
        return heard.misspoken(Unclear.NOTHING_TO_CONFIRM)
    _, newest = max(asked or named, key=lambda pair: pair[0])
    return _made_no(heard, newest.item.key, match["who"])


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
    return _made(heard, events.Settled, item=newest.item.key, choice=int(match["n"]))


def _edit(heard: Heard, match: re.Match[str]) -> Event | None:
    name = match["item"]
    if not name:
        return heard.misspoken(Unclear.WHICH, *heard.standing.pack.names.values())
    key = find_item(name, heard.standing.pack)
    return _made(heard, events.Reopened, item=key) if key else heard.mistyped(name)


def _back(heard: Heard, _match: re.Match[str]) -> Event:
    keys = list(heard.standing.items)
    here = keys.index(heard.standing.asked) if heard.standing.asked else len(keys)
    return _made(heard, events.Reopened, item=keys[here - 1]) if here else heard.misspoken(Unclear.FIRST)


def _skip(heard: Heard, _match: re.Match[str]) -> Event:
    item = heard.item_or_asked(None)
    return item if isinstance(item, Misspoken) else _made(heard, events.Skipped, item=item)


def _pause(heard: Heard, match: re.Match[str]) -> Event | None:
    if not match["day"]:
        return _made(heard, events.Paused, until=None)
    day = heard.day(match["day"])
    if day is None:
        return heard.misspoken(Unclear.WHICH_DAY, match["day"])
    return heard.misspoken(Unclear.PAST_DAY) if _past(heard, day) else _made(heard, events.Paused, until=day)


def _owner(heard: Heard, match: re.Match[str]) -> Event:
    return _person_or(heard, match["who"], lambda to: _made(heard, events.HandedOver, to=to))


def _date(heard: Heard, match: re.Match[str]) -> Event | None:
    day = heard.day(match["day"])
    if day is None:
        return heard.misspoken(Unclear.WHICH_DAY, match["day"]) if _looks_like_a_day(match["day"]) else None
    return heard.misspoken(Unclear.PAST_DAY) if _past(heard, day) else _made(heard, events.DateChanged, to=day)


def _snooze(heard: Heard, match: re.Match[str]) -> Event | None:
    """There is nothing yet that could be put off."""
    day = match["day"]
    named = not day or _SPAN.fullmatch(day) or heard.day(day)
    return heard.misspoken(Unclear.NOTHING_SENT) if named else None


def _view(view: View) -> Word:
    return lambda heard, _match: heard.viewed(view)


def _plain(event: Callable[..., Event]) -> Word:
    return lambda heard, _match: _made(heard, event)


def _unclear(unclear: Unclear) -> Word:
    return lambda heard, _match: heard.misspoken(unclear)


def _made(heard: Heard, event: Callable[..., Event], **fields: object) -> Event:
    return event(by=heard.by, via=heard.via, source=heard.source, **fields)


def _person_or(heard: Heard, words: str, event: Callable[[str], Event]) -> Event:
    person = _person(heard, words)
    if person is None or (person in heard.people and heard.people[person].bot):
        return heard.misspoken(Unclear.WHO)
    if person in heard.outsiders:
        return heard.misspoken(Unclear.OUTSIDER, person)
    return event(person)


def _person(heard: Heard, words: str) -> str | None:
    if words.casefold() == "me":
        return heard.by.id
    mention = _MENTION.fullmatch(words)
    return mention["id"] if mention else None


def _past(heard: Heard, day: date) -> bool:
    return day < heard.standing.now.date()


def _looks_like_a_day(words: str) -> bool:
    return len(words.split()) == 1


# --- what is not an answer, and which item a reply fills ------------------------------------------------------------


def _chatter(heard: Heard, text: str) -> Event | None:
    if is_acknowledgement(text, heard.rules):
        because, to = LeftAloneBecause.ACKNOWLEDGED, None
    elif (to := _spoken_to(heard, text)) is not None:
        because = LeftAloneBecause.TO_SOMEBODY
    else:
        return None
    return events.LeftAlone(by=heard.by, via=heard.via, source=heard.source, because=because, words=text, to=to)


def _spoken_to(heard: Heard, text: str) -> str | None:
    """Whom a reply speaks to: it begins with somebody else's mention and goes on with words to that person."""
    start = _TO_SOMEBODY.match(text)
    if start is None or start["id"] == heard.by.id:
        return None
    return start["id"] if _ADDRESSING.search(_LINK.sub(" ", start["rest"])) else None


def _filled(heard: Heard, text: str) -> Event:
    named = _NAMED.fullmatch(text)
    if named and (key := find_item(named["item"], heard.standing.pack)):
        return _answer(heard, {key: named["text"].strip()}, explicit=True)
    values = _spread(heard, text)
    if values is None:
        if heard.asked is None:
            return heard.misspoken(Unclear.NOTHING_ASKED)
        values = {heard.asked.item.key: text}
    return _answer(heard, values, explicit=heard.private)


def _spread(heard: Heard, text: str) -> dict[str, str] | None:
    """Each token of a reply to the first open item of its type, where the reply holds nothing else."""
    tokens = split_tokens(text, heard.rules, heard.standing.now.date(), heard.rules.date_order)
    if tokens is None:
        return None
    free = _open_for_tokens(heard)
    values: dict[str, str] = {}
    for token in tokens:
        fitting = (i for i in free if token.kind in _fits(heard, i) and i.item.key not in values)
        item = next(fitting, None)
        if item is None:
            return None
        values[item.item.key] = token.text
    return values


def _fits(heard: Heard, item: ItemStanding) -> Collection[str]:
    """The kinds of tokens that are an item's; of a yes or no, while it is asked, what can show it."""
    if item.item.type is ItemType.YES_NO and item is heard.asked:
        return item.item.evidence
    return FITS.get(item.item.type, ())


def _open_for_tokens(heard: Heard) -> list[ItemStanding]:
    """The asked item, then the open ones of its question, those that somebody else was asked for included.

    Where nothing is asked, the open ones of all questions: somebody was asked for each, or put it off.
    """
    standing, asked = heard.standing, heard.asked
    if asked is None:
        return [item for item in standing.items.values() if item.state in _UNANSWERED]
    others = (standing.items[item.key] for item in standing.pack.question_of[asked.item.key].items)
    return [asked, *(item for item in others if item is not asked and item.state in _UNANSWERED)]


def _answer(heard: Heard, values: Mapping[str, str], *, explicit: bool = False) -> Event:
    reopened = heard.asked is not None and heard.asked.claim is not None and heard.asked.claim.verdict is None
    return events.Answered(
        by=heard.by,
        via=heard.via,
        source=heard.source,
        values=values,
        explicit=explicit,
        replaces=reopened and not explicit,
        outsiders=heard.outsiders,
    )


# --- buttons -------------------------------------------------------------------------------------------------------


def _pressed(heard: Heard, activity: Activity) -> Event:
    """A button is its word, about the item that it carries; one of an older card says so."""
    button = activity.button
    if button is None or button.act not in set(Tap):
        return heard.misspoken(Unclear.OLD_BUTTON)
    tap = Tap(button.act)
    if _is_old(heard, button, tap):
        return heard.misspoken(Unclear.OLD_BUTTON)
    if not button.choice and tap in _ASKS_FOR:
        return heard.misspoken(_ASKS_FOR[tap])
    return _PRESSED.get(tap, _like_the_word)(heard, button) or heard.misspoken(Unclear.OLD_BUTTON)


def _is_old(heard: Heard, button: Button, tap: Tap) -> bool:
    """Of another pack, or about what is asked no longer."""
    if button.digest not in (None, heard.standing.pack.digest):
        return True
    if button.item is None:
        return False
    return button.item not in heard.standing.items or (tap in _OF_THE_ASKED and button.item != heard.standing.asked)


def _like_the_word(heard: Heard, button: Button) -> Event | None:
    tap = Tap(button.act)
    item = f" {button.item}" if button.item and tap in _TAPS_WITH_ITEM else ""
    return _word(heard, tap.value.replace("_", " ") + item)


def _form_of(heard: Heard, button: Button) -> Event:
    question = heard.standing.pack.question_of[button.item].key if button.item else button.choice
    return heard.viewed(View.FORM, question)


def _edit_pressed(heard: Heard, button: Button) -> Event | None:
    return _like_the_word(heard, button) if button.item else _form_of(heard, button)


def _later_pressed(heard: Heard, button: Button) -> Event:
    day, item = heard.day(button.choice or ""), button.item or heard.standing.asked
    if day is None or item is None:
        return heard.misspoken(Unclear.UNTIL_WHEN)
    return (
        heard.misspoken(Unclear.PAST_DAY) if _past(heard, day) else _made(heard, events.Deferred, item=item, until=day)
    )


def _does_not_apply_pressed(heard: Heard, button: Button) -> Event:
    item = button.item or heard.standing.asked
    return _answer(heard, {item: f"N/A because {button.choice}"}) if item else heard.misspoken(Unclear.NOTHING_ASKED)


def _not_me_pressed(heard: Heard, button: Button) -> Event | None:
    return _made(heard, events.Declined, item=button.item) if button.item else _like_the_word(heard, button)


def _with_choice(words: str) -> Callable[[Heard, Button], Event | None]:
    """The word that a button stands for, with what was chosen on it."""
    return lambda heard, button: _word(heard, words.format(choice=button.choice, item=button.item or "").strip())


_PRESSED: Mapping[Tap, Callable[[Heard, Button], Event | None]] = {
    Tap.ANSWER: _form_of,
    Tap.NEXT: _form_of,
    Tap.WRITE_ANOTHER: _form_of,
    Tap.EDIT: _edit_pressed,
    Tap.LATER: _later_pressed,
    Tap.DOES_NOT_APPLY: _does_not_apply_pressed,
    Tap.ASK: _with_choice("ask <@{choice}> {item}"),
    Tap.TAKE: _with_choice("ask me {item}"),
    Tap.HAND_OVER: _with_choice("owner <@{choice}>"),
    Tap.DATE: _with_choice("date {choice}"),
    Tap.USE: _with_choice("use {choice} {item}"),
    Tap.NOT_ME: _not_me_pressed,
    Tap.NOT_AN_ANSWER: lambda heard, button: _made(heard, events.Disowned, item=button.item),
    Tap.CANCEL: lambda heard, button: _made(heard, events.Cancelled, sure=button.choice == "sure"),
}
_ASKS_FOR: Mapping[Tap, Unclear] = {
    Tap.LATER: Unclear.UNTIL_WHEN,
    Tap.DATE: Unclear.WHICH_DAY,
    Tap.HAND_OVER: Unclear.WHO,
    Tap.ASK: Unclear.WHO,
    Tap.DOES_NOT_APPLY: Unclear.WHY_NOT,
}
_TAPS_WITH_ITEM = (Tap.KEEP, Tap.ACCEPT, Tap.REJECT, Tap.YES, Tap.NO, Tap.EDIT)
_OF_THE_ASKED = (Tap.SKIP, Tap.BACK)
_UNANSWERED = (State.OPEN, State.KNOWN_GAP, State.DEFERRED)
_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " "})
_MENTION = re.compile(r"<@(?P<id>[^>\s]+)>")
_TO_SOMEBODY = re.compile(r"\s*<@(?P<id>[^>\s]+)>[\s,:]+(?P<rest>.+)", re.DOTALL)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_ADDRESSING = re.compile(r"\?|\b(?:you|your|please|pls)\b|^(?:can|could)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?P<item>[A-Za-z][\w.]*(?:[ -]\w+){0,3})\s*:\s*(?P<text>\S.*)", re.DOTALL)
_SPAN = re.compile(r"\d+ ?[dw]", re.IGNORECASE)
_WHO = r"(?P<who><@[^>\s]+>|me)"
_ITEM = r"(?P<item>[a-z][\w.]*(?:[ -][a-z]\w*){0,2})"
_WORDS: tuple[tuple[re.Pattern[str], Word], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (rf"keep(?: as is)?(?: {_ITEM})?", _keep),
        (r"later(?: (?:by |until |on )?(?P<day>.{1,40}))?", _later),
        (rf"accept(?: {_ITEM})?", _decide_waiver(events.WaiverAccepted)),
        (rf"reject(?: {_ITEM})?", _decide_waiver(events.WaiverRejected)),
        (rf"ask {_WHO}(?: (?:about |for )?{_ITEM})?", _ask),
        (r"ask(?: \w+)?", _unclear(Unclear.WHO)),  # a name without its @
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
        (r"date (?P<day>.{1,40})", _date),
        (r"status", _view(View.STATUS)),
        (r"help", _view(View.HELP)),
        (r"help all", _view(View.HELP_ALL)),
        (r"report", _view(View.REPORT)),
        (r"about", _view(View.ABOUT)),
        (r"next", _view(View.FORM)),
        (r"mine", _view(View.MINE)),
        (r"why", _view(View.WHY)),
        (r"snooze(?: (?P<day>.{1,40}))?", _snooze),
    )
)
