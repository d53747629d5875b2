"""All that the bot says, written down from the samples: what `docs/messages.md` holds.

A card is drawn as text: its lines, then `▸` for buttons and `[…]` for the overflow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args
from zoneinfo import ZoneInfo

from adapters.filters import named, visible
from adapters.laying_out import lay_out
from adapters.layout import Break, Buttons, ItemLine, Line, Part
from adapters.wording import Reader, Wording, Words, template_name
from conversations.cards import Card, FormCard, NoticeCard
from tests.adapters.samples import CARDS, TODAY, WORDS

INTRODUCTION = """\
# What the bot says

Every message with sample data, in its main states; `▸` are its buttons, `[…]` is its menu. The words stand in
`adapters/templates/`, the rules for them in [nudges.md](nudges.md) and in CONTRIBUTING.md. This page is made from the
samples of the tests (`UPDATE_DOCS=1 .venv/bin/pytest tests/adapters/test_messages.py`).

"""
_HEADINGS: Mapping[str, str] = {
    "root": "In the channel: where a review stands",
    "question": "In the thread: a question",
    "follow_up": "What an answer lacks",
    "conflict": "Two answers",
    "not_applicable": "Something does not apply",
    "who": "A name that matches nobody",
    "summary": "Summary and status",
    "ask": "To one person: somebody asks them",
    "confirm": "To one person: somebody named them",
    "retired": "What is asked no longer",
    "nudge": "A line of a letter: an answer that is waited for",
    "heads_up": "A line of a letter: somebody else will be told",
    "escalation": "A line of a letter: to the lead or the sponsor",
    "letter": "A letter: all that is due for one person, once a day",
    "why": "“Why this?”",
    "digest": "The weekly digest",
    "preferences": "How somebody is written to",
    "quiet": "A review that is quiet",
    "gone": "Somebody has left, or is away",
    "unreachable": "Somebody cannot be written to",
    "ask_here": "In the thread: who cannot be written to is asked",
    "pack_offer": "Later questions",
    "noted": "After an answer",
    "notice": "One line to one person",
    "help": "Help",
    "form": "Forms",
    "form_errors": "What a form cannot hold",
    "list": "All reviews",
    "mine": "What waits for me",
    "home": "Home",
    "welcome": "Welcome",
    "edit": "All answers, to change one",
    "report": "Report",
}


class Plain:
    """No platform at all, as a `wording.Platform`."""

    def escape(self, text: str) -> str:
        return visible(text)

    def person(self, who: str, *, ring: bool = False) -> str:  # nobody is rung on paper
        return f"@{who}" if re.fullmatch(r"[\w.-]+", who) else visible(who)

    def name(self, who: str) -> str:
        return visible(who[:1].upper() + who[1:])

    def said(self, text: str) -> str:
        return visible(named(text))

    def typed(self, word: str) -> str:
        return f"`{visible(word)}`"

    def command(self, words: str) -> str:
        return self.typed(f"/ai-readiness {words}")

    def invitation(self) -> str:
        return f"Type {self.typed('/invite @AI Readiness')} there"


_WORDING = Wording(Plain())


def in_words(card: Card) -> Words:
    return _WORDING.of(card, Reader(words=WORDS, today=TODAY, zone=ZoneInfo("UTC")))


def document() -> str:
    return INTRODUCTION + "\n".join(line for card in get_args(Card) for line in _chapter(template_name(card)))


def _chapter(kind: str) -> Iterator[str]:
    """One line for each of those that are one line anyhow; else each sample as it is drawn."""
    samples = {name: card for name, card in CARDS.items() if template_name(type(card)) == kind}
    yield f"## {_HEADINGS[kind]}\n\n```text"
    if all(isinstance(card, NoticeCard) for card in samples.values()):
        yield from (line for card in samples.values() for line in drawn(card))
    else:
        yield "\n\n".join("\n".join(drawn(card)) for card in samples.values())
    yield "```\n"


def drawn(card: Card) -> Iterator[str]:
    words = in_words(card)
    layout = lay_out(card, words)
    yield layout.title
    if isinstance(card, FormCard):
        yield from (f"  {words.say('field', field)}" for field in card.fields)
    for part in layout.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    match part:
        case Line():
            yield "  " + " ".join(piece for piece in (part.bar, part.lead, part.text) if piece)
        case ItemLine():
            yield f"  {'▶ ' if part.asked else ''}{part.mark} {part.label}: {part.text}"
        case Buttons():
            yield f"  {_buttons(part)}"
        case Break():
            yield ""


def _buttons(buttons: Buttons) -> str:
    picker = f"[{buttons.picker.label}]   " if buttons.picker else ""
    shown = picker + "   ".join(f"▸ {choice.label}" for choice in buttons.in_sight)
    menu = " · ".join(choice.label for choice in buttons.more)
    return f"{shown}   […] {menu}".strip() if menu else shown
