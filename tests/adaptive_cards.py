"""What Teams would refuse, or might act upon, in an Adaptive Card: a reading of its schema, not the product's own.

Only what every client shows is known here; a key or a type that no table names is a complaint.
https://adaptivecards.io/explorer
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

_ANY = {"spacing", "separator"}
_INPUT = {"id!", "label!", "value", "isRequired", "errorMessage", *_ANY}
_ACTION = {"title!", "style", "mode", "tooltip"}
_KEYS: Mapping[str, set[str]] = {
    "TextBlock": {"text!", "wrap!", "style", "size", "weight", *_ANY},
    "RichTextBlock": {"inlines!", *_ANY},
    "TextRun": {"text!", "weight", "fontType", "isSubtle", "size", "color", "selectAction"},
    "ActionSet": {"actions!", *_ANY},
    "Input.Text": {"isMultiline", "maxLength", "placeholder", "style", *_INPUT},
    "Input.Date": _INPUT,
    "Input.ChoiceSet": {"style", "choices!", "choices.data", "placeholder", *_INPUT},
    "Action.Execute": {"verb!", "data!", "fallback", "associatedInputs", *_ACTION},
    "Action.Submit": {"data!", *_ACTION},
    "Action.OpenUrl": {"url!", *_ACTION - {"title!"}, "title"},
}
_INSIDE: Mapping[tuple[str, str], tuple[str, ...]] = {  # what may stand where
    ("AdaptiveCard", "body"): tuple(each for each in _KEYS if each != "TextRun" and not each.startswith("Action.")),
    ("RichTextBlock", "inlines"): ("TextRun",),
    ("TextRun", "selectAction"): ("Action.OpenUrl",),
    ("ActionSet", "actions"): ("Action.Execute", "Action.OpenUrl"),
    ("Action.Execute", "fallback"): ("Action.Submit",),
}
_VALUES: Mapping[str, set[object]] = {
    "spacing": {"None", "Small", "Medium"},
    "size": {"Small", "Medium"},
    "weight": {"Bolder"},
    "fontType": {"Monospace"},
    "color": {"Accent", "Attention"},
    "style": {"heading", "compact", "filtered", "Url", "positive", "destructive"},
    "mode": {"secondary"},
    "associatedInputs": {"none"},
}
_MACRO = re.compile(r"\{\{\s*(?:DATE|TIME)\s*\(")
_MARKUP = re.compile(r"[*_~`\[\]<>{}#|\\]|&\S*;|https?:|^\s*(?:[-+]|\d+[.)])\s", re.MULTILINE)


def elements(value: object, kind: str = "") -> Iterator[dict[str, Any]]:
    """Every object in a card, or those of a type, but for what a button falls back to."""
    if isinstance(value, list):
        for each in value:
            yield from elements(each, kind)
    elif isinstance(value, dict):
        if not kind or value.get("type") == kind:
            yield value
        for key, each in value.items():
            if key not in ("fallback", "data"):
                yield from elements(each, kind)


def actions(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a card, in order."""
    return [action for row in elements(card["body"], "ActionSet") for action in row["actions"]]


def inputs(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for each in card["body"] if each["type"].startswith("Input.")]


def entities(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who is rung in it."""
    return list(card.get("msteams", {}).get("entities", ()))


def texts(card: Mapping[str, Any]) -> list[str]:
    """Line by line what is read."""
    return [_text(each) for each in card["body"] if each["type"] in ("TextBlock", "RichTextBlock")]


def complaints(card: Mapping[str, Any], most: int = 25_000) -> list[str]:
    """Empty when everything in the card is as it should be."""
    return [*_frame(card, most), *_shapes("AdaptiveCard", "body", card["body"]), *_whole(card)]


def _frame(card: Mapping[str, Any], most: int) -> Iterator[str]:
    if card.keys() - {"type", "$schema", "version", "lang", "body", "fallbackText", "msteams"}:
        yield f"unknown keys of a card: {sorted(card)}"
    if (card["type"], card["version"]) != ("AdaptiveCard", "1.5"):
        yield f"{card['type']} {card['version']}"
    if not 0 < len(card["fallbackText"]) <= 4_000:
        yield f"a fallback of {len(card['fallbackText'])} characters"
    if (size := len(json.dumps(card).encode())) > most:
        yield f"{size} bytes"


def _shapes(kind: str, key: str, value: Any) -> Iterator[str]:
    """What stands at a key of an element, and what stands inside that."""
    for each in value if isinstance(value, list) else [value]:
        here = each.get("type")
        if here not in _INSIDE[kind, key]:
            yield f"{here} in {kind}.{key}"
            continue
        keys = {name.removesuffix("!") for name in _KEYS[here]}
        yield from (f"{here}: unknown key {name}" for name in each.keys() - keys - {"type"})
        yield from (f"{here}: no {name[:-1]}" for name in _KEYS[here] if name[-1] == "!" and name[:-1] not in each)
        for name, inner in each.items():
            if name in _VALUES and inner not in _VALUES[name]:
                yield f"{here}.{name}: {inner}"
            if (here, name) in _INSIDE:
                yield from _shapes(here, name, inner)


def _whole(card: Mapping[str, Any]) -> Iterator[str]:
    ids = Counter(each["id"] for each in inputs(card))
    yield from (f"two inputs {name}" for name, times in ids.items() if times > 1 or name == "air" or not name)
    if (shown := sum("mode" not in each for each in actions(card))) > 6:
        yield f"{shown} buttons in sight"
    for row in elements(card["body"], "ActionSet"):
        first = [each.get("mode") == "secondary" for each in row["actions"]]
        if not first or first != sorted(first):
            yield "a row that is empty, or has a button behind those of the overflow"
    for action in actions(card):
        if not 0 < len(action["title"]) <= 24:
            yield f"a label of {len(action['title'])} characters"
        if "fallback" in action and action["fallback"]["data"] != action["data"]:
            yield "a button that does something else in older clients"
    for opens in elements(card["body"], "Action.OpenUrl"):
        if not re.match(r"https?://", opens["url"], re.IGNORECASE):
            yield f"a link to {opens['url']}"
    yield from _acting(card)


def _acting(card: Mapping[str, Any]) -> Iterator[str]:
    """What a client might act upon, besides who is rung."""
    rung = [entity["text"] for entity in entities(card)]
    for block in elements(card["body"], "TextBlock"):
        text = block["text"]
        for each in rung:
            text = text.replace(each, "")
        if _MARKUP.search(text):
            yield f"markup in {block['text']!r}"
    said = [text for each in elements(card) for key, text in each.items() if key != "value" and isinstance(text, str)]
    yield from (f"a macro in {text!r}" for text in said if _MACRO.search(text))
    whole = [*texts(card), *(each.get("label", "") for each in inputs(card))]
    yield from (f"a macro in {text!r}" for text in whole if _MACRO.search(text))


def _text(block: Mapping[str, Any]) -> str:
    return block["text"] if block["type"] == "TextBlock" else "".join(run["text"] for run in block["inlines"])
