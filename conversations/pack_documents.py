"""The document that a pack is kept as: canonical JSON, and the pack that it was made from.

A running review keeps the content that it started with, overlays included, by the digest of its document.
`from_document` trusts what storage hands back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any

from conversations.cadences import USUAL, Cadence, Escalation, Nudging
from conversations.packs import (
    OVERLAY_QUESTION,
    Condition,
    Direction,
    Fact,
    Item,
    ItemType,
    Option,
    Overlay,
    Pack,
    Question,
    Scoring,
)


def canonical_json(content: Mapping[str, Any]) -> str:
    """Days are written as texts."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=date.isoformat)


def item_content(item: Item) -> dict[str, Any]:
    """What a document says of an item: an escalation only where it has its own, as older documents know none."""
    left_out = {"critical_from"} if item.escalate is not None else {"critical_from", "escalate"}
    return {name: value for name, value in asdict(item).items() if name not in left_out}


def contents(document: str) -> Mapping[tuple[str, str], str]:
    """Digests of what a pack's document was put together from, by name and version: its own content, each overlay.

    Each comes with the facts that it cites and with nothing of the others, so that a changed overlay is not taken for
    a change of the pack that carries it. How the question of the overlays is called has no version and is in none.
    """
    pack = json.loads(document)
    facts, overlays = pack.pop("facts"), pack.pop("overlays", ())
    pack.pop("overlay_question", None)
    own = [item for question in pack["questions"] for item in question["items"]]
    parts = [(pack["name"], pack, own), *((overlay["key"], overlay, overlay["items"]) for overlay in overlays)]
    return {
        (name, part["version"]): _digest(canonical_json(part | {"facts": _cited(facts, items)}))
        for name, part, items in parts
    }


def version_numbers(version: str) -> tuple[int, ...]:
    """What versions are compared by: 0.10 is later than 0.9."""
    return tuple(int(number) for number in version.split("."))


def from_document(document: str) -> Pack:
    """The pack that `document` (`Pack.document`) was made from; equal to it. Nothing is checked again."""
    content = json.loads(document)
    question = content.get("overlay_question")
    return Pack(
        **content
        | {
            "scoring": _to_scoring(content["scoring"]),
            "questions": tuple(_to_question(question) for question in content["questions"]),
            "facts": {key: Fact(**fact) for key, fact in content["facts"].items()},
            # Older documents have none of these.
            "overlays": tuple(_to_overlay(overlay) for overlay in content.get("overlays", ())),
            "overlay_question": _to_question(question) if question else OVERLAY_QUESTION,
            "nudges": _to_nudging(content.get("nudges", {})),
        },
        digest=_digest(document),
        document=document,
    )


def to_item(content: Mapping[str, Any]) -> Item:
    """An item from plain JSON values under the names of its fields; what is left out has its default."""
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    when, places = content.get("critical_when"), content.get("map") or {}
    escalate = content.get("escalate")
    return Item(
        **plain
        | {
            "type": ItemType(content["type"]),
            "direction": Direction(content.get("direction", Direction.ANY)),
            "critical_when": when and _to_condition(when),
            "escalate": None if escalate is None else _to_escalation(escalate),
            "options": tuple(_to_option(option) for option in content.get("options", ())),
            "map": {framework: tuple(named) for framework, named in places.items()},
        }
    )


def _to_condition(content: Mapping[str, Any]) -> Condition:
    return Condition(field=content["field"], values=tuple(content["values"]))


def _to_option(content: Mapping[str, Any]) -> Option:
    return Option(**dict(content) | {"synonyms": tuple(content.get("synonyms", ()))})


def _to_question(content: Mapping[str, Any]) -> Question:
    return Question(**dict(content) | {"items": tuple(to_item(item) for item in content["items"])})


def _to_scoring(content: Mapping[str, Any]) -> Scoring:
    bands = sorted(content["bands"].items(), key=lambda band: int(band[1]))
    return Scoring(**dict(content) | {"bands": dict(bands)})


def _to_nudging(content: Mapping[str, Any]) -> Nudging:
    """What `content` does not say is as `Nudging` has it, of each type too."""
    said: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in content.items()}
    of_types = content.get("types", {})
    said["types"] = {kind: _to_cadence(of_types.get(kind, {}), usual) for kind, usual in USUAL.items()}
    if "review_escalate" in said:
        said["review_escalate"] = _to_escalation(said["review_escalate"])
    return Nudging(**said)


def _to_cadence(content: Mapping[str, Any], usual: Cadence) -> Cadence:
    after = tuple(content.get("after", usual.after))
    escalate = _to_escalation(content.get("escalate", usual.escalate))
    return Cadence(after=after, repeats=content.get("repeats", usual.repeats), escalate=escalate)


def _to_escalation(names: Iterable[str]) -> tuple[Escalation, ...]:
    return tuple(Escalation(name) for name in names)


def _to_overlay(content: Mapping[str, Any]) -> Overlay:
    days = {value: date.fromisoformat(day) for value, day in content["critical_from"].items()}
    items = tuple(to_item(item) for item in content["items"])
    return Overlay(**dict(content) | {"when": _to_condition(content["when"]), "critical_from": days, "items": items})


def _cited(facts: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    cited = {item.get("fact") for item in items}
    return {key: fact for key, fact in facts.items() if key in cited}


def _digest(document: str) -> str:
    return sha256(document.encode()).hexdigest()
