"""The board: all messages of a review that should exist at a moment, and what they say.

A turn's ordinary effects are the difference between two boards: what is new is posted, what changed is revised.
So no handler decides what to say, and what is said always follows from where the review stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from conversations.cards import Card
from conversations.composing import (
    ask_card,
    confirm_card,
    conflict_card,
    follow_up_card,
    question_card,
    root_card,
    summary_card,
    waiver_card,
    who_card,
)
from conversations.effects import Effect, MessageKey, Post, Revise
from conversations.review import ActKind, Phase, State
from conversations.scoring import score
from conversations.standing import ItemStanding, Standing

Board: TypeAlias = Mapping[MessageKey, Card]


def board(standing: Standing) -> dict[MessageKey, Card]:
    points = score(standing)
    cards: dict[MessageKey, Card] = {"root": root_card(standing, points)}
    for number, question in enumerate(standing.pack.questions, 1):
        if _is_on(standing, f"question/{question.key}", standing.asked in {item.key for item in question.items}):
            cards[f"question/{question.key}"] = question_card(standing, question, number)
    for item in standing.items.values():
        cards.update(_item_cards(standing, item))
    cards.update(_private_cards(standing))
    if _is_on(standing, "summary", standing.phase is Phase.DONE or standing.nothing_left_to_ask):
        cards["summary"] = summary_card(standing, points)
    return cards


def changes(before: Board, after: Board, posted: Collection[MessageKey]) -> Iterator[Effect]:
    """What was not posted yet is, even where it is due because time has passed and not because of this turn."""
    for key, card in after.items():
        if key not in posted:
            yield Post(key=key, card=card, to=addressee(key))
        elif before.get(key) != card:
            yield Revise(key=key, card=card, to=addressee(key))


def addressee(key: MessageKey) -> str | None:
    """Whom a message is for, where it is for one person."""
    kind, _, rest = key.partition("/")
    return rest.partition("/")[2] if kind in ("ask", "confirm") else None


def _is_on(standing: Standing, key: MessageKey, due: bool) -> bool:
    return due or key in standing.review.posted


def _item_cards(standing: Standing, item: ItemStanding) -> Iterator[tuple[MessageKey, Card]]:
    key = item.item.key
    following_up = item.claim is not None and item.claim.kind in (ActKind.ANSWERED, ActKind.RIVALLED)
    if _is_on(standing, f"follow_up/{key}", following_up):
        yield f"follow_up/{key}", follow_up_card(standing, item, following_up)
    if _is_on(standing, f"conflict/{key}", len(item.sides) > 1):
        yield f"conflict/{key}", conflict_card(standing, item)
    if _is_on(standing, f"waiver/{key}", item.state is State.NA_PENDING):
        yield f"waiver/{key}", waiver_card(standing, item)
    stranger = item.names_nobody_here and not item.kept
    if _is_on(standing, f"who/{key}", stranger):
        yield f"who/{key}", who_card(standing, item, stranger)


def _private_cards(standing: Standing) -> Iterator[tuple[MessageKey, Card]]:
    """What single people were asked, in the order in which it was: what is due now comes after what was posted."""
    due = [key for item in standing.items.values() for key in _due_in_private(item)]
    for message in dict.fromkeys((*standing.review.posted, *due)):
        kind, _, rest = message.partition("/")
        key, _, person = rest.partition("/")
        if kind == "ask":
            yield message, ask_card(standing, standing.items[key], person)
        elif kind == "confirm":
            yield message, confirm_card(standing, standing.items[key], person)


def _due_in_private(item: ItemStanding) -> Iterator[MessageKey]:
    if item.assigned and item.assignee:
        yield f"ask/{item.item.key}/{item.assignee}"
    if item.state is State.UNCONFIRMED and item.named and item.answer and not item.answer.stranger:
        yield f"confirm/{item.item.key}/{item.named}"
