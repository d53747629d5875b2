"""Reviews and what was done to them, in a line each: `stand(a_review(complete("run.runbook")), AT)`.

Pure but for the bundled packs, which are read once. Acts are numbered by `a_review` in the order they are given in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conversations.activities import ConversationReference
from conversations.pack_files.parser import parse_packs
from conversations.packs import Item, ItemType, Library, Pack
from conversations.review import Act, ActKind, Review
from conversations.verdicts import Verdict

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday; the decision of `complete` is due on 15 December
DAYS = {
    "rollback.tested_on": date(2026, 11, 12),
    "secure.compliance_checkpoint": date(2026, 12, 3),
    "approve.decision_date": date(2026, 12, 15),
}
_FOLDER = Path(__file__).parents[1] / "conversations" / "packs"


@cache
def bundled() -> Library:
    rules = yaml.safe_load((_FOLDER / "vague_rules.yaml").read_text())
    files = ("core.yaml", "full.yaml", "overlays.yaml", "facts.yaml")
    parts = frozenset([*rules["parts_closed"], *rules["parts_open"]])
    return parse_packs({name: (_FOLDER / name).read_text() for name in files}, parts)


def pack(name: str = "core") -> Pack:
    return bundled().packs[name]


def a_review(*acts: Act | Iterable[Act], pack: Pack | None = None, **fields: Any) -> Review:
    """A review by @ana in the terminal, to which all of this was done, one act a turn."""
    flat = [act for given in acts for act in ([given] if isinstance(given, Act) else given)]
    review = Review(
        id="0" * 32,
        reference=ConversationReference(platform="console", tenant="local", channel="terminal", thread="0" * 32),
        project="Claims Copilot",
        started_by="ana",
        started_at=AT - timedelta(days=7),
        pack=pack or bundled().packs["core"],
        owner="ana",
        acts=tuple(replace(act, n=n, turn=n) for n, act in enumerate(flat, 1)),
        shown_at=AT,
        version=len(flat),
    )
    return replace(review, **fields)


def act(kind: ActKind, item: str | None = None, *, by: str = "ana", at: datetime = AT, **fields: Any) -> Act:
    return Act(n=0, turn=0, kind=kind, item=item, by=by, at=at, **fields)


def complete(key: str, **fields: Any) -> Act:
    """The item's own example as its answer; a person item names "@" and the last part of its key."""
    item = bundled().packs["full"].by_key[key]
    return act(ActKind.ANSWERED, key, **{"verdict": Verdict.COMPLETE, "said": item.example, **_value(item), **fields})


def vague(key: str, *found: str, **fields: Any) -> Act:
    item = bundled().packs["full"].by_key[key]
    missing = tuple(part for part in item.parts or (item.type.value,) if part not in found)
    told = {"verdict": Verdict.VAGUE, "said": "something", "found": found, "missing": missing}
    return act(ActKind.ANSWERED, key, **{**told, **fields})


def missing(key: str, **fields: Any) -> Act:
    return act(ActKind.ANSWERED, key, **{"verdict": Verdict.MISSING, "said": "TBD", **fields})


def deferred(key: str, day: date, **fields: Any) -> Act:
    return act(ActKind.DEFERRED, key, day=day, **fields)


def waived(key: str, **fields: Any) -> Act:
    return act(ActKind.WAIVED, key, **{"said": "n/a because it runs without users", **fields})


def confirmed(key: str, **fields: Any) -> Act:
    return act(ActKind.CONFIRMED, key, **{"by": key.rpartition(".")[2], **fields})


def described(**profile: str) -> Act:
    return act(ActKind.DESCRIBED, profile=profile)


def all_complete(pack: Pack, *, but: Iterable[str] = ()) -> list[Act]:
    """Every item answered, and confirmed by the people it names, `but` these."""
    keys = [item.key for item in pack.items if item.key not in set(but)]
    people = [key for key in keys if pack.by_key[key].confirm_by_named_person]
    return [complete(key) for key in keys] + [confirmed(key) for key in people]


def _value(item: Item) -> dict[str, Any]:
    match item.type:
        case ItemType.PERSON:
            return {"person": item.key.rpartition(".")[2]}
        case ItemType.DATE:
            return {"day": DAYS[item.key]}
        case ItemType.CHOICE:
            return {"option": item.options[0].value}
        case _:
            return {}
