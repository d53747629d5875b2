"""What makes an answer old before its time: who it names has left, its channel is closed, the model is another one.

Looked up in the acts and never kept, so that an answer follows whoever comes back, and an act that is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conversations.item_standing import ItemStanding
from conversations.review import Act, ActKind

MODEL = "ai_kind"  # the field of the intake that says what kind of model it is
_TRIED_WITH_THE_MODEL = ("scale.", "rollback.tested_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What has happened around a review, as far as it makes answers old."""

    gone: Mapping[str, Act]  # who has left and was not heard since
    closed: tuple[Act, ...]
    other_models: tuple[Act, ...]  # the first one that was told of is no other one


def world_of(acts: tuple[Act, ...], live: tuple[Act, ...]) -> World:
    closed = tuple(act for act in live if act.kind is ActKind.ARCHIVED)
    return World(gone=_gone(acts), closed=closed, other_models=tuple(_other_models(live)))


def outdated_by(item: ItemStanding, world: World, live: Iterable[Act]) -> Act | None:
    """The act that made the standing answer old; the first one, where there are several."""
    answer = item.answer
    if answer is None or not (world.gone or world.closed or world.other_models):
        return None
    words = " ".join(act.said or "" for act in live if act.n in (answer.n, answer.target))
    named = (act for who, act in world.gone.items() if who == item.named_here or f"<@{who}>" in words)
    closed = (act for act in world.closed if _is_after(act, answer) and _names_channel(words, act.channel or ""))
    tried = world.other_models if item.item.key.startswith(_TRIED_WITH_THE_MODEL) else ()
    models = (act for act in tried if _is_after(act, answer))
    return min((*named, *closed, *models), key=lambda act: act.n, default=None)


def _gone(acts: Iterable[Act]) -> dict[str, Act]:
    """Who says something new after having left is back; words of theirs that others use are from before."""
    gone: dict[str, Act] = {}
    sources = set[str | None]()
    for act in acts:
        if act.kind is ActKind.LEFT:
            gone[act.by] = act
        elif not act.again and (act.source is None or act.source not in sources):
            gone.pop(act.by, None)
        sources.add(act.source)
    return gone


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
