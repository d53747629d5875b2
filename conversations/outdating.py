"""What makes an answer old before its time: who it names has left, its channel is closed, the model is another one.

And what is nobody's any more, because who was to see to it is away for too long. Looked up in the acts and never kept,
so that an answer follows whoever comes back, and an act that is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from conversations.item_standing import ItemStanding
from conversations.review import Act, ActKind, State

MODEL = "ai_kind"  # the field of the intake that says what kind of model it is
_TRIED_WITH_THE_MODEL = ("scale.", "rollback.tested_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What has happened around a review, as far as it makes answers old."""

    gone: Mapping[str, Act]  # who has left and was not heard since
    away: Mapping[str, Act]  # who is away and was not heard since; their day of return is yet to come
    unreachable: Mapping[str, Act]  # who cannot be written to, since when, and was not heard since
    closed: tuple[Act, ...]
    other_models: tuple[Act, ...]  # the first one that was told of is no other one


def world_of(acts: tuple[Act, ...], live: tuple[Act, ...], today: date) -> World:
    gone, away, unreachable = _absent(acts)
    return World(
        gone=gone,
        away={who: act for who, act in away.items() if act.day is not None and act.day > today},
        unreachable=unreachable,
        closed=tuple(act for act in live if act.kind is ActKind.ARCHIVED),
        other_models=tuple(_other_models(live)),
    )


def outdated_by(item: ItemStanding, world: World, live: Iterable[Act]) -> Act | None:
    """The act that made the standing answer old; the first one, where there are several."""
    answer = item.answer
    if answer is None or not (world.gone or world.closed or world.other_models):
        return None
    words = " ".join(act.said or "" for act in live if act.n in (answer.n, answer.target))
    named = (act for who, act in world.gone.items() if who == item.named_here or f"<@{who}>" in words)
    said = item.renewed or answer  # that it holds was said of the world as it was then
    closed = (act for act in world.closed if _is_after(act, said) and _names_channel(words, act.channel or ""))
    tried = world.other_models if item.item.key.startswith(_TRIED_WITH_THE_MODEL) else ()
    models = (act for act in tried if _is_after(act, said))
    return min((*named, *closed, *models), key=lambda act: act.n, default=None)


def vacated(item: ItemStanding, away: Mapping[str, Act], decision_on: date | None) -> ItemStanding:
    """The item without what somebody was to do for it by a day on which they are away: answer, promise, say yes.

    Whatever was asked of them, or promised, when it was known that they are away is left to them.
    """
    due = item.due_on or decision_on
    absent = {who: act for who, act in away.items() if due and act.day and due < act.day}
    if not absent:
        return item
    asked = _known_since(absent.get(item.assignee or ""), item.assigned)
    promised = _known_since(absent.get(item.deferral.by) if item.deferral else None, item.deferral)
    named = _known_since(absent.get(item.named_here or ""), item.answer)
    if asked:
        item = replace(item, assignee=None, assigned=None, vacated=asked)
    if promised and item.state is State.DEFERRED:
        item = replace(item, deferral=None, due_on=None, vacated=None if item.assigned else promised)
    if named and item.state is State.UNCONFIRMED:
        item = replace(item, outdated=named, vacated=named)
    return item


def _known_since(away: Act | None, act: Act | None) -> Act | None:
    return away if away and act and act.n < away.n else None


def _absent(acts: Iterable[Act]) -> tuple[dict[str, Act], dict[str, Act], dict[str, Act]]:
    """Who has left, who is away, and who cannot be written to.

    Who says something new is back; words that others use are from before.
    """
    gone: dict[str, Act] = {}
    away: dict[str, Act] = {}
    unreachable: dict[str, Act] = {}
    sources = set[str | None]()
    for act in acts:
        if act.kind is ActKind.LEFT:
            gone[act.by] = act
            unreachable.pop(act.by, None)
        elif act.kind is ActKind.AWAY:
            away[act.person or ""] = act
        elif act.kind is ActKind.UNREACHABLE:
            unreachable.setdefault(act.person or "", act)
        elif not act.again and (act.source is None or act.source not in sources):
            gone.pop(act.by, None)
            away.pop(act.by, None)
            unreachable.pop(act.by, None)
        sources.add(act.source)
    return gone, away, unreachable


def _other_models(live: Iterable[Act]) -> Iterator[Act]:
    model: str | None = None
    for act in live:
        before, model = model, act.profile.get(MODEL, model)
        if before not in (None, model):
            yield act


def _is_after(act: Act, answer: Act) -> bool:
    """An answer that was only judged anew is as old as it was, though its act is newer."""
    return (act.at, act.n) > (answer.at, answer.n)


def _names_channel(words: str, channel: str) -> bool:
    """As a whole word: closing #claims closes neither #claims-ai nor #my#claims."""
    return bool(re.search(rf"(?<![\w#-]){re.escape(channel)}(?![\w-])", words, re.IGNORECASE))
