"""Replies told apart by their form alone: nothing but thanks, or nothing but a mention, a link, a channel, a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from conversations.language.patterns import fold
from conversations.language.reading import read
from conversations.language.rules import Rules
from conversations.packs import ItemType

FITS = {
    ItemType.PERSON: frozenset({"person", "email"}),
    ItemType.URL: frozenset({"url"}),
    ItemType.DATE: frozenset({"date"}),
    ItemType.CHANNEL: frozenset({"channel", "email"}),
}
_KINDS = {"mention": "person", "email": "email", "url": "url", "channel": "channel", "phone": "channel"}
_LETTER = re.compile(r"[^\W_]")
_MEANS_SOMETHING = re.compile(r"[^\s.,;:!?()\[\]\"'·–—…-]")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: person, email, url, channel or date. A channel's text has its hours with it."""

    kind: str
    text: str


def is_acknowledgement(text: str, rules: Rules) -> bool:
    """Nothing but thanks, noted, got it, +1 or emoji; also after a mention."""
    plain = rules.forms.mention.sub(" ", rules.forms.group_mention.sub(" ", text))
    without_codes = rules.forms.emoji.sub(" ", plain)
    left = rules.words.ack.sub(" ", fold(without_codes))
    said = without_codes != plain or _MEANS_SOMETHING.search(without_codes) is not None
    return said and _LETTER.search(left) is None


def split_tokens(text: str, rules: Rules, today: date, date_order: str | None = None) -> tuple[Token, ...] | None:
    """The tokens that make up the whole of `text`; None where words remain that are none."""
    reading = read(text, rules, today=today, date_order=date_order)
    places = [(each.start, each.end, _KINDS.get(each.kind), each.text) for each in reading.addresses]
    places += [
        (each.start, each.end, "date", reading.text[each.start : each.end])
        for each in reading.days
        if each.other is None
    ]
    if not places or any(kind is None for _, _, kind, _ in places):
        return None
    places.sort()
    tokens = []
    for place, (_, end, kind, said) in enumerate(places):
        until = places[place + 1][0] if place + 1 < len(places) else len(reading.text)
        hours = _hours(reading.folded[end:until], rules) if kind == "channel" else ""
        if _words_remain(reading.folded[end + len(hours) : until], rules):
            return None
        tokens.append(Token(kind or "", (said + reading.text[end : end + len(hours)]).strip(" ,;")))
    return None if _words_remain(reading.folded[: places[0][0]], rules) else tuple(tokens)


def _hours(after: str, rules: Rules) -> str:
    """The text behind a channel, where it says nothing but when the channel is watched."""
    rest = rules.words.hours.sub(" ", rules.words.cadence.sub(" ", rules.words.joined.sub(" ", after)))
    return "" if _LETTER.search(re.sub(r"[\d:./hx]+", " ", rest)) else after


def _words_remain(between: str, rules: Rules) -> bool:
    return _LETTER.search(rules.words.joined.sub(" ", between)) is not None
