"""How a sentence looks in Teams: people by name, and nothing that people typed can ring, format or link elsewhere.

Sentences are text runs, which have no markup. A text block has some: it is used for headings, and where somebody is
rung, and only where nothing in it acts.
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.marked import RUNG, SAID, STRESS, TYPED, Marking, Names, pieces, with_addresses
from adapters.product import PRODUCT
from adapters.teams.limits import URL, Element

# What a text block acts upon: signs, addresses, and what looks like a list or a line at the beginning
_ACTS = re.compile(r"[*_~`\[\]<>{}#|\\]|&\S*;|://|www\.|\w\.[a-z]{2}|\w@\w|^\s*(?:[-+=•]|\d+[.)]\s)", re.IGNORECASE)
_IN_A_NAME = re.compile(r"[^\w .,'’()-]|_")  # would have to be escaped within `<at>`, which then has to match
_MACRO = "{{"  # `{{DATE(…)}}` becomes a day, in runs as well
_WORD_JOINER = "\u2060"  # has no width; what it stands in is no macro, and another name
_LABEL_AND_ADDRESS = "]("  # in the text for clients that show no cards, where it may make a link
_PERSON = re.compile(r"\d+:\S+")


class Teams(Marking):
    """Teams as a `wording.Platform`."""

    begins = f"@{PRODUCT}"

    def invitation(self) -> str:
        return f"Add {PRODUCT} to that team"


class Mentions:
    """Who is rung in a card, as its `msteams.entities`."""

    def __init__(self) -> None:
        self.entities: list[dict[str, Any]] = []

    def ring(self, who: str, name: str) -> str:
        """What stands in a text block for somebody. The text of an entity has to be the same."""
        name = " ".join(_IN_A_NAME.sub(" ", name).split()) or who
        while self._is_taken(name, who):
            name += _WORD_JOINER
        entity = {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": who, "name": name}}
        if entity not in self.entities:
            self.entities.append(entity)
        return f"<at>{name}</at>"

    def _is_taken(self, name: str, who: str) -> bool:
        """By somebody else, of the same name: which of the two is meant, only the text tells."""
        mentioned = [entity["mentioned"] for entity in self.entities]
        return any(each["name"] == name and each["id"] != who for each in mentioned)


def to_runs(marked: str, names: Mapping[str, str], **look: object) -> Element:
    """A sentence as a block of runs; each of them looks like this."""
    return {"type": "RichTextBlock", "inlines": [run | look for run in _runs(marked, _known(names))]}


def to_heading(marked: str, names: Mapping[str, str]) -> Element:
    """A title, which is a heading to screen readers as well where nothing in it acts."""
    look = {"size": "Medium", "weight": "Bolder"}
    text = bare(marked, names)
    if _ACTS.search(text):
        return to_runs(marked, names, **look)
    return {"type": "TextBlock", "text": text, "wrap": True, "style": "heading", **look}


def to_ringing(marked: str, names: Mapping[str, str], mentions: Mentions) -> list[Element]:
    """A sentence in which somebody is rung; behind its rings where something in it acts."""
    known = _known(names)
    if not any(style == RUNG and known.are(who) for style, who in pieces(marked)):
        return [to_runs(marked, names)]
    look = {"wrap": True} | ({"weight": "Bolder"} if marked.startswith(STRESS) else {})
    shown = list(_with_rings(marked, known, mentions))
    if not _ACTS.search("".join(loose for _, loose in shown)):
        return [{"type": "TextBlock", "text": "".join(text for text, _ in shown)} | look]
    rings = " ".join(text for text, loose in shown if text and not loose)
    return [{"type": "TextBlock", "text": rings} | look, to_runs(marked, names)]


def rings_somebody(marked: str) -> bool:
    return RUNG in marked


def bare(marked: str, names: Mapping[str, str]) -> str:
    """A sentence without any markup: on buttons, in notifications, and what a screen reader says."""
    return still(_known(names).bare(marked))


def plain(marked: str, names: Mapping[str, str]) -> str:
    """A sentence for clients that show no cards."""
    return bare(marked, names).replace(_LABEL_AND_ADDRESS, _WORD_JOINER.join(_LABEL_AND_ADDRESS))


def still(text: str) -> str:
    """The text, in which no macro acts."""
    while _MACRO in text:
        text = text.replace(_MACRO, _WORD_JOINER.join(_MACRO))
    return text


def is_person(text: str) -> bool:
    """Whether it is an id, as Teams writes those of people; emulators are freer, and known by their names only."""
    return _PERSON.fullmatch(text) is not None


def _known(names: Mapping[str, str]) -> Names:
    return Names(names, is_person)


def _runs(marked: str, known: Names) -> Iterator[Element]:
    """A sentence's runs; neighbours that look the same are one."""
    last: Element | None = None
    for text, look in _looks(marked, known):
        if last is not None and {**last, "text": ""} == _run("", look):
            last["text"] = still(last["text"] + text)
            continue
        if last is not None:
            yield last
        last = _run(text, look)
    yield last or _run("", {})


def _run(text: str, look: Element) -> Element:
    return {"type": "TextRun", "text": still(text), **look}


def _looks(marked: str, known: Names) -> Iterator[tuple[str, Element]]:
    """A sentence, piece by piece, each with how it looks."""
    strong = False
    for style, text in pieces(marked):
        stress = {"weight": "Bolder"} if strong else {}
        if style == STRESS:
            strong = not strong
        elif style == TYPED:
            yield text, {**stress, "fontType": "Monospace"}
        elif style == SAID:
            yield from _with_links(text, stress)
        else:
            yield known.in_words(style, text), stress


def _with_links(text: str, look: Element) -> Iterator[tuple[str, Element]]:
    """Text in which addresses can be opened; each is shown as typed, so that no other one is behind it."""
    for piece, is_address in with_addresses(text, URL):
        if is_address:
            yield piece, {**look, "color": "Accent", "selectAction": {"type": "Action.OpenUrl", "url": piece}}
        elif piece:
            yield piece, look


def _with_rings(marked: str, known: Names, mentions: Mentions) -> Iterator[tuple[str, str]]:
    """A sentence for a text block, piece by piece, each with what of it lies open to be acted upon."""
    for style, text in pieces(marked):
        if style == RUNG and known.are(text):
            yield mentions.ring(text, known.called(text).removeprefix("@")), ""
        else:
            words = known.in_words(style, text)
            yield words, words
