"""What today's rules would say of answers that a review has had judged before.

Each is judged once more as it was then: at its moment, in the review as it stood before its turn. Nothing here changes
a review; what was judged stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeAlias

from conversations.activities import Actor
from conversations.answering import answer_act, revision_of
from conversations.corrections import newest_versions
from conversations.events import Answered
from conversations.item_standing import ANSWERS
from conversations.language.rules import Rules
from conversations.names import label_of
from conversations.packs import Pack
from conversations.review import Act, ActKind, Review
from conversations.scoring import score
from conversations.standing import Standing, stand

SCHEMA = 1
_COMPARED = ("kind", "verdict", "missing", "known_gap", "day", "person", "rota", "option")
_BROUGHT_ALONG = ("found", "follow_up", "target", "stranger")

Name: TypeAlias = Callable[[str], str]  # a person's id → how they are written here, as "@ana"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    then: Act
    now: Act  # the same, as today's rules judge it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    answers: int  # that were judged again: all that count, each in its newest version
    left_out: int  # whose words are gone
    differences: tuple[Difference, ...]
    then: Standing  # where the review stands
    now: Standing  # where it would, had today's judgements held


def rejudged(review: Review, rules: Rules, now: datetime) -> Rejudged:
    """The answers of a review, judged by `rules` in the zone of `now`, and where both leave the review at `now`."""
    standing = stand(review, now)
    newest = [act for act in newest_versions(standing) if act.said is not None]
    pairs = [Difference(then=act, now=_once_more(review, act, rules, now.tzinfo)) for act in newest]
    differences = tuple(pair for pair in pairs if _compared(pair.then) != _compared(pair.now))
    changed = {pair.now.n: pair.now for pair in differences}
    return Rejudged(
        answers=len(newest),
        left_out=sum(act.kind in ANSWERS and act.said is None and act.revises is None for act in review.acts),
        differences=differences,
        then=standing,
        now=stand(replace(review, acts=tuple(changed.get(act.n, act) for act in review.acts)), now),
    )


def _compared(act: Act) -> tuple[object, ...]:
    return tuple(getattr(act, name) for name in _COMPARED)


def _once_more(review: Review, act: Act, rules: Rules, zone: tzinfo | None) -> Act:
    before, key, text = _standing_before(review, act, zone), act.item or "", act.said or ""
    if key not in before.items:  # only a later pack asks for it
        return act
    outsiders = frozenset(each.person for each in review.acts if each.stranger and each.person)
    if act.revises:
        older, first = review.acts[act.revises - 1], review.acts[act.target - 1] if act.target else None
        again = revision_of(before, older, text, first, rules, at=act.at, outsiders=outsiders)
    else:
        again = answer_act(before, _answered(act, key, text, outsiders), key, text, rules)
    return replace(act, **{name: getattr(again, name) for name in (*_COMPARED, *_BROUGHT_ALONG)})


def _standing_before(review: Review, answer: Act, zone: tzinfo | None) -> Standing:
    """A later version of an answer keeps its moment, so the turn's own is the latest of its acts."""
    turn = [act for act in review.acts if act.turn == answer.turn]
    return stand(replace(review, acts=review.acts[: turn[0].n - 1]), max(act.at for act in turn).astimezone(zone))


def _answered(act: Act, key: str, text: str, outsiders: frozenset[str]) -> Answered:
    """An answer that joined nothing is one that replaced another, unless it came to stand beside it."""
    rival = act.kind is ActKind.RIVALLED
    return Answered(
        by=Actor(id=act.by, name=act.by),
        values={key: text},
        explicit=rival,
        replaces=act.alone and not rival,
        outsiders=outsiders,
    )


def rejudged_document(found: Rejudged, *, name: Name) -> dict[str, Any]:
    """The same as plain JSON values. Days are those of the review's zone, moments are UTC."""
    review, then, now = found.then.review, score(found.then), score(found.now)
    return {
        "schema": SCHEMA,
        "project": review.project,
        "pack": {"name": review.pack.name, "version": review.pack.version},
        "answers": found.answers,
        "left_out": found.left_out,
        "differences": [_difference(each, found.then.pack, name) for each in found.differences],
        "readiness": {"then": then.readiness, "now": now.readiness},
        "blockers": {"then": [each.item for each in then.blockers], "now": [each.item for each in now.blockers]},
    }


def _difference(difference: Difference, pack: Pack, name: Name) -> dict[str, Any]:
    then = difference.then
    item = pack.by_key[then.item or ""]
    return {
        "item": item.key,
        "label": f"{pack.question_of[item.key].short}: {label_of(item)}",
        "act": then.n,
        "author": name(then.by),
        "answered_at": then.at.astimezone(UTC).isoformat(timespec="seconds"),
        "then": _judgement(then, name),
        "now": _judgement(difference.now, name),
    }


def _judgement(act: Act, name: Name) -> dict[str, Any]:
    return {field: getattr(act, field) for field in _COMPARED} | {
        "missing": list(act.missing),
        "day": act.day.isoformat() if act.day else None,
        "person": name(act.person) if act.person else None,
    }
