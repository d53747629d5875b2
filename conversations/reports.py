"""The review as a document: the JSON that outsiders read, and its answers as rows of a table.

The names and their order are a promise to those who script against them: fields may be added, never changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from conversations.answering import PEOPLE_FIELDS
from conversations.item_standing import ItemStanding, said_by
from conversations.packs import Question
from conversations.review import Act, State
from conversations.scoring import Score, score
from conversations.standing import Standing

SCHEMA = 1
COLUMNS = (
    "key",
    "state",
    "verdict",
    "answer",
    "missing",
    "author",
    "answered_at",
    "assignee",
    "due_at",
    "source",
    "history_count",
)

Name: TypeAlias = Callable[[str], str]  # a person's id → how they are written here, as "@ana"

_MENTION = re.compile(r"<@([^<>\s]+)>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what a screen that prints a file would act on
# What a spreadsheet may take for the beginning of a formula, after blanks too:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def report(standing: Standing, *, generated_at: datetime, name: Name) -> dict[str, Any]:
    """The review as plain JSON values. Two reports of an unchanged review differ in `generated_at` only.

    It is true for the moment of `standing`. Days are those of its zone, moments are UTC.
    """
    review, points = standing.review, score(standing)
    return {
        "schema": SCHEMA,
        "generated_at": _moment(generated_at),
        "project": review.project,
        "tenant": review.reference.tenant,
        "platform": review.reference.platform,
        "channel": review.reference.channel,
        "phase": standing.phase.value,
        "pack": {"name": review.pack.name, "version": review.pack.version},
        "profile": {key: name(value) if key in PEOPLE_FIELDS else value for key, value in standing.profile.items()},
        "owner": name(standing.owner),
        "decision_date": standing.decision_on.isoformat() if standing.decision_on else None,
        "started_at": _moment(review.started_at),
        "readiness": points.readiness,
        "progress": points.progress,
        "band": points.band,
        "blockers": [{"item": b.item, "reason": b.reason, "who": name(b.who)} for b in points.blockers],
        "next_gap": _next_gap(points),
        "checks": [
            {"id": check.id, "severity": check.severity.value, "items": list(check.items), "says": check.says}
            for check in points.checks
        ],
        "questions": [_question(standing, question, points, name) for question in standing.pack.questions],
    }


def rows_for_csv(document: Mapping[str, Any]) -> list[list[str]]:
    """The items of a report, one a row after a row of their field names; no cell is a formula."""
    items = [item for question in document["questions"] for item in question["items"]]
    return [list(COLUMNS), *([_cell(item[column]) for column in COLUMNS] for item in items)]


def with_names(words: str, name: Name) -> str:
    return _MENTION.sub(lambda found: name(found[1]), words)


def _next_gap(points: Score) -> dict[str, Any] | None:
    gap = points.next_gap
    return {"failure_point": gap.failure_point, "items": list(gap.items)} if gap else None


def _question(standing: Standing, question: Question, points: Score, name: Name) -> dict[str, Any]:
    return {
        "key": question.key,
        "title": question.title,
        "score": points.questions[question.key],
        "items": [_item(standing.items[item.key], name) for item in question.items],
    }


def _item(item: ItemStanding, name: Name) -> dict[str, Any]:
    act = _shown(item)
    return {
        "key": item.item.key,
        "state": item.state.value,
        "verdict": item.verdict.value,
        "answer": _words(item, act, name) if act else None,
        "missing": list(act.missing) if act and item.state is State.VAGUE else [],
        "author": name(act.by) if act else None,
        "answered_at": _moment(act.at) if act else None,
        "assignee": name(item.assignee) if item.assignee else None,
        "due_at": item.due_on.isoformat() if item.due_on else None,
        "source": act.via.value if act else None,
        "history_count": item.history_count,
    }


def _shown(item: ItemStanding) -> Act | None:
    """The act whose words are the answer: of two that conflict the latest, as its verdict is the item's."""
    return item.waiver or (item.sides[-1] if item.sides else item.answer)


def _words(item: ItemStanding, act: Act, name: Name) -> str | None:
    said = [part.said for part in said_by(item, act)]
    return None if None in said else with_names("; ".join(words for words in said if words), name)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case list():
            return _cell("; ".join(value))
        case _:
            text = _CONTROL.sub(" ", str(value))
            return f"'{text}" if _FORMULA.match(text) else text
