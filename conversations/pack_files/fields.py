"""The fields that packs, overlays and facts may have, as tables; and what must hold within one item.

A field is added here and in `packs.py`, nowhere else. What needs a second document to be judged is in `checks.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from conversations.cadences import Escalation
from conversations.pack_files.nodes import (
    BadValue,
    Block,
    Complaint,
    Shape,
    Source,
    Word,
    day,
    each,
    flag,
    matching,
    number,
    one_of,
    share,
    suggestion,
    table,
    text,
    whole,
    word,
)
from conversations.packs import PROFILE_FIELDS, Condition, Direction, ItemType

FAILURE_POINTS = ("F1", "F2", "F3", "F4", "F5")
_CONDITION = re.compile(r"profile\.(\w+)\s*(?:==\s*([^\[\],]+)|in\s*\[([^\[\]]+)\])")
_TWO_FORMS = "write profile.NAME == value or profile.NAME in [value, value]"
_PERCENT = whole(0, 100)
_VERSION = matching(r"\d+(\.\d+)*", "write numbers with dots, as 0.1.0")


def condition(source: Source, name: str, node: yaml.Node) -> Condition:
    found = _CONDITION.fullmatch(text(source, name, node).strip())
    if found is None:
        raise BadValue(f"'{name}' has another form than the two known", _TWO_FORMS)
    about, one, many = found.groups()
    if about not in PROFILE_FIELDS:
        raise BadValue(f"the profile has no field '{about}'", suggestion(about, PROFILE_FIELDS))
    values = tuple(value.strip().strip("'\"").strip() for value in (one or many).split(","))
    for value in values:
        if value not in PROFILE_FIELDS[about]:
            raise BadValue(f"profile.{about} is never '{value}'", suggestion(value, PROFILE_FIELDS[about]))
    return Condition(field=about, values=values)


def bands(source: Source, name: str, node: yaml.Node) -> dict[Word, int]:
    read: dict[Word, int] = table(_PERCENT)(source, name, node)
    lows = list(read.values())
    if lows[:1] != [0] or lows != sorted(set(lows)):
        raise BadValue(f"'{name}' does not rise from 0", "begin with the band at 0 and write each higher than the last")
    return read


_DAYS = each(whole(1), may_be_empty=False)
_TOLD = each(one_of(*Escalation))

OPTION = Shape(
    noun="an option",
    fields={
        "value": word,
        "credit": share,
        "synonyms": each(word),
        "needs_reason": flag,
        "needs_acceptance": flag,
    },
    required=("value", "credit"),
)

ITEM = Shape(
    noun="an item",
    fields={
        "key": matching(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "write question.name in small letters, as run.runbook"),
        "label": text,
        "role": text,
        "prompt": text,
        "type": one_of(*ItemType),
        "cardinality": one_of("one", "one_or_rota"),
        "required": flag,
        "critical": flag,
        "critical_when": condition,
        "confirm_by_named_person": flag,
        "weight": whole(1, 3),
        "why": text,
        "fact": word,
        "example": text,
        "follow_up": text,
        "guards": one_of(*FAILURE_POINTS),
        "covers": each(word),
        "review_days": whole(1),
        "parts": each(word),
        "options": each(OPTION.read, may_be_empty=False),
        "clears_blocker": each(word),
        "direction": one_of(*Direction),
        "allow_deferred": flag,
        "must_differ_from": each(word),
        "before": word,
        "reject": each(one_of("technical_metric")),
        "evidence": each(one_of("date", "url"), may_be_empty=False),
        "escalate": _TOLD,
        "min": number,
        "unit": text,
        "map": Shape(
            noun="map", fields={"nist": each(word), "eu": each(word), "iso42001": each(word), "owasp": each(word)}
        ).read,
    },
    required=("key", "prompt", "type", "why", "example", "follow_up", "guards"),
)

QUESTION = Shape(
    noun="a question",
    fields={
        "id": matching(r"[a-z][a-z0-9_]*", "write one word in small letters, as rollback"),
        "order": whole(1),
        "title": text,
        "short": text,
        "weight": whole(1, 3),
        "items": each(ITEM.read, may_be_empty=False),
    },
    required=("id", "title", "short", "items"),
)

SCORING = Shape(
    noun="scoring",
    fields={
        "lead_over_weakest": _PERCENT,
        "blocked_ceiling": _PERCENT,
        "bands": bands,
        "gate": _PERCENT,
        "defer_horizon_days": whole(1),
        "stale_grace_days": whole(0),
        "unconfirmed_credit": share,
        "stale_credit": share,
        "conflict_credit": share,
        "deferred_credit": share,
        "vague_credit": share,
    },
    required=("lead_over_weakest", "blocked_ceiling", "bands", "gate", "defer_horizon_days", "stale_grace_days"),
)

CADENCE = Shape(noun="a cadence", fields={"after": _DAYS, "repeats": flag, "escalate": _TOLD})

NUDGES = Shape(
    noun="nudges",
    fields={
        "types": Shape(noun="types", fields=dict.fromkeys(ItemType, CADENCE.read)).read,
        "confirm_again": each(whole(1)),
        "promised_again": each(whole(1)),
        "status_every": whole(1),
        "review_before_days": whole(1),
        "review_escalate": _TOLD,
        "heads_up_after": whole(1),
        "sponsor_near_days": whole(0),
    },
)

_PACK_FIELDS = {
    "pack": matching(r"[a-z0-9][a-z0-9._-]*", "write a name in small letters, without spaces"),
    "version": _VERSION,
    "extends": word,
    "title": text,
    "language": word,
    "est_minutes": whole(1),
    "scoring": SCORING.read,
    "nudges": NUDGES.read,
    "questions": each(QUESTION.read, may_be_empty=False),
}
PACK = Shape(
    noun="a pack",
    fields=_PACK_FIELDS,
    required=("pack", "version", "title", "est_minutes", "scoring", "questions"),
)
EXTENDING_PACK = Shape(noun="a pack", fields=_PACK_FIELDS, required=("pack", "version"))

OVERLAY = Shape(
    noun="an overlay",
    fields={
        "pack": word,
        "version": _VERSION,
        "when": condition,
        "critical_from": table(day),
        "items": each(ITEM.read, may_be_empty=False),
    },
    required=("pack", "version", "when", "items"),
)

OVERLAYS = Shape(
    noun="a file of overlays",
    fields={
        "question": Shape(
            noun="the question of the overlays",
            fields={name: read for name, read in QUESTION.fields.items() if name != "items"},
            required=("id", "title", "short"),
        ).read,
        "overlays": each(OVERLAY.read),
        "owasp_ids": table(table(word)),
        "eu_dates": table(word),
    },
    required=("overlays",),
)

FACT = Shape(
    noun="a fact",
    fields={
        "id": word,
        "claim": text,
        "source": text,
        "quality": one_of(
            "measured", "measured-internal", "method", "forecast", "secondary", "qualitative", "law", "contested"
        ),
        "caveat": text,
        "use_in_bot": flag,
    },
    required=("id", "claim", "source", "quality"),
)

FACTS = Shape(noun="a file of facts", fields={"facts": each(FACT.read)}, required=("facts",))

# type → the field without which its answers cannot be judged, and what to write
_NEEDS = {
    "choice": ("options", "add options, each with a value and a credit"),
    "number": ("unit", "add unit, as months"),
    "yes_no": ("evidence", "add evidence: [date], [url] or both"),
}


def faults_within(item: Block) -> Iterator[Complaint]:
    """What does not fit together inside one item."""
    kind = item.get("type")
    needed, right = _NEEDS.get(kind, ("type", ""))
    if kind is not None and needed not in item.names:
        yield Complaint(file=item.file, line=kind.line, wrong=f"a {kind} item has no '{needed}'", right=right)
    values = [option.get("value") for option in item.get("options", ()) if "value" in option.values]
    for cleared in item.get("clears_blocker", ()):
        if cleared not in values:
            wrong = f"'clears_blocker' names '{cleared}', which is no option"
            yield Complaint(file=item.file, line=cleared.line, wrong=wrong, right=suggestion(cleared, values))
