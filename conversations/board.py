"""The board: all messages of a review that should exist at a moment, and what they say.

A turn's ordinary effects are the difference between two boards: what is new is posted, what changed is revised.
So no handler decides what to say, and what is said always follows from where the review stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from conversations.cards import Card, RetiredCard
from conversations.composing import (
    conflict_card,
    follow_up_card,
    question_card,
    root_card,
    summary_card,
    waiver_card,
    who_card,
)
from conversations.composing_here import ask_here_card, unreachable_card
from conversations.composing_letters import reminder_card
from conversations.composing_private import (
    ask_card,
    confirm_card,
    gone_card,
    owner_gone_card,
    pack_offer_card,
    quiet_card,
)
from conversations.effects import MessageKey, Post, Revise
from conversations.item_standing import ItemStanding
from conversations.once import once
from conversations.review import ActKind, Phase, State
from conversations.scoring import score
from conversations.standing import Standing

Board: TypeAlias = Mapping[MessageKey, Card]


@once
def board(standing: Standing) -> Board:
    points, posted = score(standing), frozenset(standing.review.posted)
    cards: dict[MessageKey, Card] = {"root": root_card(standing, points)}
    for number, question in enumerate(standing.pack.questions, 1):
        if _is_on(posted, f"question/{question.key}", standing.asked in {item.key for item in question.items}):
            cards[f"question/{question.key}"] = question_card(standing, question, number)
    about = {key.partition("/")[2] for key in posted}
    for key, item in standing.items.items():
        if _due(item) or key in about:
            cards.update(_item_cards(standing, item, posted))
    cards.update(_asked_here(standing))
    cards.update(_private_cards(standing))
    if _is_on(posted, "summary", standing.phase is Phase.DONE or standing.nothing_left_to_ask):
        cards["summary"] = summary_card(standing, points)
    return cards | {key: _retired(standing, key) for key in standing.review.posted if key not in cards}


def _retired(standing: Standing, key: MessageKey) -> RetiredCard:
    """For what left with the intake or with a pack; all that is known of it is its name."""
    kind, about, *_ = key.split("/")
    item = standing.review.acts[int(about) - 1].item or "" if kind in (_REMINDER, _HERE) else about
    return RetiredCard(project=standing.review.project, about=item.rpartition(".")[2].replace("_", " "))


def changes(before: Board, after: Board, posted: Collection[MessageKey]) -> Iterator[Post | Revise]:
    """What was not posted yet is, even where it is due because time has passed and not because of this turn.

    The root comes first only when it is new: people look at the question, and that should not wait for it.
    """
    for key, card in sorted(after.items(), key=lambda each: each[0] == "root" and "root" in posted):
        if key not in posted:
            yield Post(key=key, card=card, to=addressee(key))
        elif key in before and before[key] != card:  # else somebody was written to just now, and this is what it says
            yield Revise(key=key, card=card, to=addressee(key))


def addressee(key: MessageKey) -> str | None:
    """Whom a message is for, where it is for one person: all after what it is about, in which no `/` is."""
    kind, _, rest = key.partition("/")
    return rest.partition("/")[2] if kind in (*_ABOUT_ITEMS, *_ABOUT_REVIEW, _REMINDER) else None


def _is_on(posted: Collection[MessageKey], key: MessageKey, due: bool) -> bool:
    return due or key in posted


def _item_cards(
    standing: Standing, item: ItemStanding, posted: Collection[MessageKey]
) -> Iterator[tuple[MessageKey, Card]]:
    key, due = item.item.key, _due(item)
    if _is_on(posted, f"follow_up/{key}", "follow_up" in due):
        yield f"follow_up/{key}", follow_up_card(standing, item, "follow_up" in due)
    if _is_on(posted, f"conflict/{key}", "conflict" in due):
        yield f"conflict/{key}", conflict_card(standing, item)
    if _is_on(posted, f"waiver/{key}", "waiver" in due):
        yield f"waiver/{key}", waiver_card(standing, item)
    if _is_on(posted, f"who/{key}", "who" in due):
        yield f"who/{key}", who_card(standing, item, "who" in due)


@once
def _due(item: ItemStanding) -> tuple[str, ...]:
    """The messages that an item wants now."""
    wanted = {
        "follow_up": item.claim is not None and item.claim.kind in (ActKind.ANSWERED, ActKind.RIVALLED),
        "conflict": len(item.sides) > 1,
        "waiver": item.state is State.NA_PENDING,
        "who": item.names_nobody_here and not item.kept,
    }
    return tuple(kind for kind, due in wanted.items() if due)


def _asked_here(standing: Standing) -> Iterator[tuple[MessageKey, Card]]:
    """What was asked in the thread of people who cannot be written to."""
    for act in standing.live:
        if act.kind is ActKind.UNREACHABLE and (item := standing.items.get(act.item or "")) and act.target:
            told = standing.review.acts[act.target - 1]
            yield f"{_HERE}/{told.n}", ask_here_card(standing, item, told)


def _private_cards(standing: Standing) -> Iterator[tuple[MessageKey, Card]]:
    """What single people were written to, in the order in which it was. Only `planning.py` writes to them."""
    for message in standing.review.posted:
        kind, _, rest = message.partition("/")
        about, _, person = rest.partition("/")
        if kind in _ABOUT_ITEMS and about in standing.items:
            yield message, _ABOUT_ITEMS[kind](standing, standing.items[about], person)
        elif kind in _ABOUT_REVIEW:
            yield message, _ABOUT_REVIEW[kind](standing, about, person)
        elif kind == _REMINDER and (told := standing.review.acts[int(about) - 1]).item in standing.items:
            yield message, reminder_card(standing, told)


_ABOUT_ITEMS: Mapping[str, Callable[[Standing, ItemStanding, str], Card]] = {"ask": ask_card, "confirm": confirm_card}
_ABOUT_REVIEW: Mapping[str, Callable[[Standing, str, str], Card]] = {
    "gone": gone_card,
    "owner": owner_gone_card,
    "quiet": quiet_card,
    "pack": pack_offer_card,
    "reach": unreachable_card,
}

_HERE = "here"  # `here/<n of the REMINDED act that did not arrive>`
_REMINDER = "reminder"  # `reminder/<n of the REMINDED act>/<person>`
