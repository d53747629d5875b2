"""Where something is or where to write to: is the address one that a stranger can open, or reach somebody at?

A word that condemns counts only for the address it stands beside: `https://… (empty)`, not the next one.
"""

from __future__ import annotations

import re

from conversations.language.asked import NOTHING, Asked, Finding
from conversations.language.figures import Number
from conversations.language.people import ends_in
from conversations.language.reading import Reading, Span, Word
from conversations.language.rules import Rules

_HOST = re.compile(r"(?:https?://)?([^/:?#\s]*)(?::\d+)?([^?#]*)(.*)", re.IGNORECASE)
_SHORT_NUMBER = re.compile(r"\d{3,6}")
_QUOTED = re.compile(r"\"[^\"]{2,60}\"|(?<!\w)'[^']{2,60}'(?!\w)")


def find_page(asked: Asked) -> Finding:
    reading, rules = asked.reading, asked.rules
    pages = reading.of_kind("url")
    notes = [_page_note(reading, each, pages, rules) for each in pages]
    if not notes:
        return NOTHING
    return Finding(complete="" in notes, note=notes[-1])


def _page_note(reading: Reading, page: Span, pages: tuple[Span, ...], rules: Rules) -> str:
    match = _HOST.match(page.text)
    host, path, rest = match.groups() if match else ("", "", "")
    last = path.strip("/").lower()
    if rules.dead_hosts.match(host.lower()):
        return "nobody_else"
    if last in rules.front_pages and len(rest) < 3:
        return "front_page"
    unusable = rules.placeholder_paths.search(page.text.lower()) or rules.words.unusable.search(
        _beside(reading, page, pages)
    )
    return "not_usable" if unusable else ""


def _beside(reading: Reading, value: Span, values: tuple[Span, ...]) -> str:
    """The words about a value: its clause before it, and all that follows up to the next value."""
    start, _ = reading.clause_at(value.start)
    ends = [each.start for each in values if each.start > value.start]
    return (
        f"{reading.folded[start : value.start]} · {reading.folded[value.end : min(ends, default=len(reading.folded))]}"
    )


def find_route(asked: Asked) -> Finding:
    reading, rules = asked.reading, asked.rules
    places = [each for each in reading.of_kind("channel", "email", "phone", "url") if not _is_nowhere(each, rules)]
    direct = rules.words.dm_route.search(reading.folded)
    places = [each for each in places if each.kind == "channel" or direct is None]
    named = _named_route(reading, rules) or _dialled(reading, rules)
    if not places and not named:
        return Finding(complete=False, attempted=bool(reading.addresses) or direct is not None)
    good = [each for each in places if not rules.words.unusable.search(_beside(reading, each, tuple(places)))]
    nobody = not good and (bool(places) or rules.words.unusable.search(reading.folded) is not None)
    return Finding(complete=not nobody)


def _is_nowhere(place: Span, rules: Rules) -> bool:
    """A front page, or a host that nobody else can reach."""
    host, path, rest = _HOST.findall(place.text.rpartition("@")[2])[0]
    front = place.kind == "url" and path.strip("/").lower() in rules.front_pages and len(rest) < 3
    return front or rules.dead_hosts.match(host.lower()) is not None


def _named_route(reading: Reading, rules: Rules) -> bool:
    """A queue, mailbox, form, desk with a name or a number: `ServiceNow queue AI-ASSIST`, `extension 4711`."""
    for match in rules.words.route_word.finditer(reading.folded):
        near = [
            each
            for each in reading.words
            if match.start() - 25 <= each.end <= match.end() + 25 and not match.start() <= each.start < match.end()
        ]
        beside = [
            each
            for each in near
            if each.end in (match.start() - 1, match.start() - 2) or each.start in (match.end() + 1, match.end() + 2)
        ]
        if any(_is_name(each, rules) and (each.identifier or each.text[0].isdigit()) for each in near):
            return True
        if any(_is_name(each, rules) and each.capital for each in beside):
            return True
        quoted = _QUOTED.search(reading.text[max(0, match.start() - 40) : match.end() + 40])
        tool = rules.words.tool.search(reading.folded)
        if quoted or (tool and any(_is_name(each, rules) for each in beside)):
            return True
    return False


def _dialled(reading: Reading, rules: Rules) -> bool:
    """A short number that is rung: `ring 4417`, `die 4711 anrufen`; not `call 300 customers`."""
    return any(_is_rung(reading, each, rules) for each in reading.numbers)


def _is_rung(reading: Reading, number: Number, rules: Rules) -> bool:
    digits = reading.text[number.start : number.digits_end]
    things = number.kind == "count" and not rules.words.hours.fullmatch(number.noun)
    after = rules.words.dial_after.match(reading.folded, number.digits_end + 1)
    if not _SHORT_NUMBER.fullmatch(digits) or (things and after is None):
        return False
    return after is not None or ends_in(reading.folded[: number.start], rules.words.dial)


def _is_name(word: Word, rules: Rules) -> bool:
    """Not somebody's (`Pelle's desk`), which is a person's place."""
    words = rules.words
    common = word.folded in rules.stop or word.folded in rules.abstract or word.text.endswith("'s")
    return not common and not any(
        family.fullmatch(word.folded) for family in (words.tool, words.route_word, words.org_word, words.hours)
    )
