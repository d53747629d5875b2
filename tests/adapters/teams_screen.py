"""Cards as Teams shows them: the Adaptive Card of a card, and a drawing of it to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from adapters.teams.cards import Rendered, to_card
from adapters.teams.texts import Teams
from adapters.wording import Reader, Wording, Words
from conversations.cards import Card
from tests.adapters.samples import TODAY, WORDS

UTC_ZONE = ZoneInfo("UTC")
WORDING = Wording(Teams())
REVIEW, PACK, DELIVERY = "r1", "0123456789abcdef" * 4, "r1/12/3"
PEOPLE = ("ana", "carol", "dana", "gus", "lee", "mika", "priya", "sam", "tom")
NAMES: Mapping[str, str] = {who: who.capitalize() for who in PEOPLE} | {"29:1una": "Una"}
LINKS: Mapping[str, str] = {
    "": "https://teams.microsoft.com/l/message/19%3Aclaims/1",
    "C1/1700000000.000100": "https://teams.microsoft.com/l/message/19%3Aother/1",
}


def in_words(card: Card, said: Mapping[int, str] = WORDS) -> Words:
    return WORDING.of(card, Reader(words=said, today=TODAY, zone=UTC_ZONE))


def message(
    card: Card,
    said: Mapping[int, str] = WORDS,
    names: Mapping[str, str] = NAMES,
    links: Mapping[str, str] = LINKS,
    *,
    rings: bool = True,
) -> Rendered:
    words = in_words(card, said)
    return to_card(card, words, review=REVIEW, pack=PACK, shown_in=DELIVERY, names=names, links=links, rings=rings)


def drawn(card: Mapping[str, Any]) -> str:
    """A card, line by line, and below it what is said of it."""
    lines = [line for element in card["body"] for line in _element(element)]
    return "\n".join([*lines, *(f"| {line}" for line in card["fallbackText"].splitlines()), ""])


def _element(element: Mapping[str, Any]) -> Iterator[str]:
    if element.get("separator"):
        yield "-----"
    match element["type"]:
        case "TextBlock":
            yield f"{'# ' if element.get('style') == 'heading' else ''}{element['text']}"
        case "RichTextBlock":
            quiet = "  ~ " if element["inlines"][0].get("isSubtle") else ""
            yield quiet + "".join(_run(run) for run in element["inlines"])
        case "ActionSet":
            yield "  ".join(_action(action) for action in element["actions"])
        case kind:
            yield f"{element['label']}: [{element.get('value', '')}] ({kind})"


def _run(run: Mapping[str, Any]) -> str:
    text = str(run["text"])
    if run.get("weight"):
        text = f"**{text}**"
    if run.get("fontType"):
        text = f"`{text}`"
    return f"<{text}>" if "selectAction" in run else text


def _action(action: Mapping[str, Any]) -> str:
    style = {"positive": "!", "destructive": "!!"}.get(action.get("style", ""), "")
    heard = f" ({action['tooltip']})" if "tooltip" in action else ""
    label = f"{action['title']}{style}{heard}{' ↗' if 'url' in action else ''}"
    return f"[… {label}]" if action.get("mode") else f"[{label}]"
