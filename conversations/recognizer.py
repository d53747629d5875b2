"""Activity → event: what a reply, a button or a form means where the review stands.

The order is the rule: an exact option of what is asked, then a word (only when all of the reply has its form), then
what is no answer at all, then the item a reply fills. Nothing is ever cut out of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date

from conversations import events
from conversations.activities import Activity, ActivityKind, Source
from conversations.answering import MAX_WORDS
from conversations.buttons import pressed
from conversations.corrections import answers_in, items_answered_by
from conversations.events import Event, LeftAloneBecause, Unclear
from conversations.heard import Heard, answered, made
from conversations.item_standing import UNANSWERED, ItemStanding
from conversations.language.choices import exact_option
from conversations.language.rules import Rules
from conversations.language.tokens import FITS, is_acknowledgement, split_tokens
from conversations.names import find_item
from conversations.packs import ItemType
from conversations.standing import Standing
from conversations.told import open_messages
from conversations.words import put_off, word_in


def recognize(activity: Activity, standing: Standing, rules: Rules, today: date | None = None) -> Event:
    """What an activity in a review's thread means. Never fails: what cannot be understood is an event as well.

    `today` is the day where the actor is; None where it is not known, and then it is that of `standing`.
    """
    via = {ActivityKind.BUTTON: Source.BUTTON, ActivityKind.FORM: Source.FORM}.get(activity.kind, Source.THREAD)
    heard = Heard(
        standing=standing,
        rules=rules,
        by=activity.actor,
        via=via,
        source=activity.source,
        people=activity.people,
        private=activity.private,
        today=today,
        told=tuple(open_messages(standing, activity.actor.id)),
    )
    match activity.kind:
        case ActivityKind.BUTTON:
            return pressed(heard, activity)
        case ActivityKind.FORM:
            return _submitted(heard, activity)
        case ActivityKind.EDIT:
            return _edited(heard, activity)
        case ActivityKind.DELETION:
            return made(heard, events.Deleted)
        case _ if (told := _told(heard, activity)) is not None:
            return told
        case _:
            return _pointed_at(heard, activity) if activity.deliberate else _reply(heard, activity)


def _told(heard: Heard, activity: Activity) -> Event | None:
    """What the platform tells of the world around the review; None where somebody says something."""
    match activity.kind:
        case ActivityKind.LEFT:
            heirs = tuple(person.id for person in activity.people.values() if person.may_administer)
            return made(heard, events.PersonLeft, heirs=heirs)
        case ActivityKind.AWAY:
            return made(heard, events.WentAway, until=date.fromisoformat(activity.text))
        case ActivityKind.UNREACHABLE:
            return made(heard, events.BecameUnreachable, messages=tuple(activity.text.splitlines()))
        case ActivityKind.REACHABLE:
            return made(heard, events.BecameReachable)
        case ActivityKind.CALLED_BACK:
            return made(heard, events.CalledBack, messages=tuple(activity.text.splitlines()))
        case ActivityKind.ARCHIVED:
            return made(heard, events.ChannelArchived, channel=activity.text)
        case ActivityKind.UNPOSTABLE:
            shown = heard.standing.review.reference.thread is not None
            return made(heard, events.PlaceLost if shown else events.NeverPosted)
        case _:
            return None


def _submitted(heard: Heard, activity: Activity) -> Event:
    form = activity.form
    if form is None:
        return heard.misspoken(Unclear.OLD_BUTTON)
    if form.name == "about":
        return made(heard, events.Described, values=form.values, outsiders=heard.outsiders)
    return made(heard, events.FormSubmitted, values=form.values, seen=form.seen, outsiders=heard.outsiders)


def _edited(heard: Heard, activity: Activity) -> Event:
    """An edited message is never a word: what it did was done when it was sent. It answers what it answered before."""
    text, items = activity.text.strip(), items_answered_by(heard.standing, activity.source)
    if len(text) > MAX_WORDS:
        return heard.misspoken(Unclear.TOO_LONG, count=len(text))
    values: Mapping[str, str] = {}
    if items and text and not text.startswith("//"):
        values = _named(heard, text) or _reread(heard, text, items)
    return made(heard, events.Edited, text=text, values=values, edition=activity.edition, outsiders=heard.outsiders)


def _reread(heard: Heard, text: str, items: list[str]) -> dict[str, str]:
    spread = _spread(heard, text, [heard.standing.items[item] for item in items]) if len(items) > 1 else None
    return spread or {items[0]: text}


def _reply(heard: Heard, activity: Activity) -> Event:
    text = activity.text.strip()
    if because := _no_words_for_us(activity, text):
        words = activity.file or "" if because is LeftAloneBecause.FILE else ""
        return events.LeftAlone(by=heard.by, via=heard.via, source=heard.source, because=because, words=words)
    if len(text) > MAX_WORDS:
        return heard.misspoken(Unclear.TOO_LONG, count=len(text))
    if heard.asked and exact_option(heard.asked.item, text, heard.rules):
        return answered(heard, {heard.asked.item.key: text})
    return word_in(heard, text) or _chatter(heard, text) or _filled(heard, text)


def _pointed_at(heard: Heard, activity: Activity) -> Event:
    """Somebody says that these words are an answer, so that nothing else is looked for in them."""
    text = activity.text.strip() or activity.file or ""
    if answers_in(heard.standing, activity.source):
        return heard.misspoken(Unclear.ALREADY_AN_ANSWER)
    if len(text) > MAX_WORDS:
        return heard.misspoken(Unclear.TOO_LONG, count=len(text))
    return _filled(heard, text) if text else heard.misspoken(Unclear.NOTHING_TO_USE)


def _no_words_for_us(activity: Activity, text: str) -> LeftAloneBecause | None:
    if activity.actor.bot:
        return LeftAloneBecause.BOT
    if text.startswith("//"):
        return LeftAloneBecause.ASIDE
    if not text:
        return LeftAloneBecause.FILE if activity.file else LeftAloneBecause.EMPTY
    return None


def _chatter(heard: Heard, text: str) -> Event | None:
    if is_acknowledgement(text, heard.rules):
        because, to = LeftAloneBecause.ACKNOWLEDGED, None
    elif (to := _spoken_to(heard, text)) is not None:
        because = LeftAloneBecause.TO_SOMEBODY
    else:
        return None
    return made(heard, events.LeftAlone, because=because, words=text, to=to, to_outsider=to in heard.outsiders)


def _spoken_to(heard: Heard, text: str) -> str | None:
    """Whom a reply speaks to: it begins with somebody else's mention and goes on with words to that person."""
    start = _TO_SOMEBODY.match(text)
    if start is None or start["id"] == heard.by.id:
        return None
    return start["id"] if _ADDRESSING.search(_LINK.sub(" ", start["rest"])) else None


def _filled(heard: Heard, text: str) -> Event:
    if named := _named(heard, text):
        ((item, words),) = named.items()
        return put_off(heard, item, words) or answered(heard, named, explicit=True)
    values = _spread(heard, text, _open_for_tokens(heard))
    if values is None:
        if heard.asked is None:
            return heard.misspoken(Unclear.NOTHING_ASKED)
        values = {heard.asked.item.key: text}
    return answered(heard, values, explicit=heard.private)


def _named(heard: Heard, text: str) -> dict[str, str] | None:
    """`<item>: text`"""
    named = _NAMED.fullmatch(text)
    key = find_item(named["item"], heard.standing.pack) if named else None
    return {key: named["text"].strip()} if named and key else None


def _spread(heard: Heard, text: str, free: Collection[ItemStanding]) -> dict[str, str] | None:
    """Each token of a reply to the first free item of its type, where the reply holds nothing else."""
    tokens = split_tokens(text, heard.rules, heard.standing.now.date(), heard.rules.date_order)
    if tokens is None:
        return None
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

    In answer to a letter its other lines come before those. Where nothing is asked, the open ones of all questions:
    somebody was asked for each, or put it off.
    """
    standing, asked = heard.standing, heard.asked
    if asked is None:
        return [item for item in standing.items.values() if item.state in UNANSWERED]
    keys = [item.key for item in standing.pack.question_of[asked.item.key].items]
    lines = [line.item for line in heard.lines if line.item] if heard.private else []
    others = (standing.items[key] for key in dict.fromkeys((*lines, *keys)))
    return [asked, *(item for item in others if item is not asked and item.state in UNANSWERED)]


_TO_SOMEBODY = re.compile(r"\s*<@(?P<id>[^>\s]+)>[\s,:]+(?P<rest>.+)", re.DOTALL)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_ADDRESSING = re.compile(r"\?|\b(?:you|your|please|pls)\b|^(?:can|could)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?P<item>[A-Za-z][\w.'’]*(?:[ -][\w'’]+){0,7})\s*:\s*(?P<text>\S.*)", re.DOTALL)
