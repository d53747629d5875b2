"""Cards as Slack shows them: the message of a card, and a drawing of it to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from adapters.slack.blocks import Message, to_message
from adapters.slack.texts import Slack
from adapters.wording import Reader, Wording, Words
from conversations.cards import Card
from tests.adapters.samples import TODAY, WORDS

UTC_ZONE = ZoneInfo("UTC")
WORDING = Wording(Slack())
REVIEW, PACK = "r1", "0123456789abcdef" * 4
PEOPLE = ("ana", "carol", "dana", "gus", "lee", "mika", "priya", "sam", "tom")
NAMES: Mapping[str, str] = {who: who.capitalize() for who in PEOPLE} | {"U1": "Una"}
LINKS: Mapping[str, str] = {
    "": "https://acme.slack.com/archives/C1/p1",
    "C1/1700000000.000100": "https://acme.slack.com/archives/C1/p1700000000000100",
}


def in_words(card: Card, said: Mapping[int, str] = WORDS) -> Words:
    return WORDING.of(card, Reader(words=said, today=TODAY, zone=UTC_ZONE))


def message(card: Card, said: Mapping[int, str] = WORDS, names: Mapping[str, str] = NAMES) -> Message:
    return to_message(card, in_words(card, said), review=REVIEW, pack=PACK, names=names, links=LINKS)


def drawn(shown: Message) -> str:
    """The blocks, line by line, and below them what is said of them."""
    lines = [line for block in shown.blocks for line in _block(block)]
    return "\n".join([*lines, *(f"| {line}" for line in shown.text.splitlines()), ""])


def _block(block: Mapping[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield f"# {block['text']['text']}"
        case "context":
            yield from (f"  ~ {line}" for text in block["elements"] for line in _text(text))
        case "section":
            *lines, last = _text(block["text"])
            yield from lines
            yield f"{last}  {_control(block['accessory'])}" if "accessory" in block else last
        case "divider":
            yield "-----"
        case "actions":
            yield "  ".join(_control(element) for element in block["elements"])
        case other:
            raise AssertionError(other)


def _text(text: Mapping[str, Any]) -> list[str]:
    """Line by line as they are sent; a plain one, where nothing acts, behind `'`."""
    lines = text["text"].split("\n")
    return [f"'{line}" for line in lines] if text["type"] == "plain_text" else lines


def _control(element: Mapping[str, Any]) -> str:
    if element["type"] == "users_select":
        return f"[{element['placeholder']['text']} ▾]"
    if element["type"] == "overflow":
        return f"[… {' · '.join(option['text']['text'] for option in element['options'])}]"
    style = {"primary": "!", "danger": "!!"}.get(element.get("style", ""), "")
    heard = f" ({element['accessibility_label']})" if "accessibility_label" in element else ""
    return f"[{element['text']['text']}{style}{heard}{' ↗' if 'url' in element else ''}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What Slack makes of a text: what is read, and what else comes of it."""

    words: str  # without rings
    rung: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()  # signs outside of links and code that are acted upon, as they stand there


_MARKUP = re.compile(r"(<[^>]*>|`[^`\n]+`)")
_ACTS = re.compile(r"[*_~`<]|:[^\s:\0]+:|^\s*(?:&gt;|•|\d+\.)", re.MULTILINE)


def reading(text: Mapping[str, Any]) -> Reading:
    """A reading of `mrkdwn`, apart from the product's own writing of it; of `plain_text` there is nothing to read."""
    if text["type"] == "plain_text":
        return Reading(words=text["text"])
    pieces = _MARKUP.split(text["text"])
    between, inside = pieces[::2], pieces[1::2]
    links = [piece for piece in inside if _is_link(piece)]
    return Reading(
        words=_unescaped("".join(_words(piece) for piece in pieces)),
        rung=tuple(piece[2:-1] for piece in inside if piece.startswith("<@")),
        links=tuple(_unescaped(piece[1:-1]) for piece in links),
        acts=(
            *_ACTS.findall("\0".join(between)),
            *(piece for piece in inside if piece not in links and not piece.startswith(("<@", "`"))),
        ),
    )


def _words(piece: str) -> str:
    if piece.startswith("`"):
        return f"“{piece[1:-1]}”"
    if piece.startswith("<"):
        return piece[1:-1] if _is_link(piece) else ""
    return piece.replace("*", "")


def _is_link(piece: str) -> bool:
    return piece.lower().startswith(("<http://", "<https://")) and "|" not in piece


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
