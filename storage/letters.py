"""Letters: messages whose lines belong to several reviews, each of which settles its own.

A turn only notes what became of its line. What the whole letter says by then is put together when it is sent: of two
turns at the same moment, neither would see the other's line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, cast, get_args

from sqlalchemy import Connection, Update, bindparam, case, delete, insert, literal, select, update

from conversations import letters
from conversations.cards import (
    Became,
    Card,
    ConfirmCard,
    EscalationCard,
    HeadsUpCard,
    LetterCard,
    Line,
    NudgeCard,
)
from conversations.effects import MessageKey, Revise, Turn
from conversations.letters import Letter, LetterLine
from conversations.people import Account
from conversations.ports import DeliveryKind
from storage.mapping import Row, to_card, to_card_json
from storage.models import letter, letter_line
from storage.statements import unawaited

PREFIX = "letter/"  # of the key of a letter's message, which is the name of its delivery as well

_home = select(letter.c.review_id).where(letter.c.key == letter_line.c.letter_key).scalar_subquery()
_KEEP = unawaited(insert(letter))
_KEEP_LINES = unawaited(insert(letter_line))
_DROP = unawaited(delete(letter).where(letter.c.key == bindparam("dropped")))
_DROP_LINES = unawaited(delete(letter_line).where(letter_line.c.letter_key == bindparam("dropped")))
_LINES = (
    select(letter_line, letter.c.person, letter.c.since)
    .join(letter)
    .where(letter_line.c.letter_key.in_(bindparam("letters", expanding=True)))
    .order_by(letter_line.c.letter_key, letter_line.c.position)
)


def keep_letter(connection: Connection, key: MessageKey, account: Account, written: Letter) -> None:
    """A letter that is sent from now on. Two statements."""
    row = {"key": key, "review_id": written.lines[0].review, "person": account.id, "since": written.card.since}
    connection.execute(_KEEP, row)
    connection.execute(_KEEP_LINES, _to_rows(key, written.lines))


def drop_letter(connection: Connection, key: MessageKey) -> None:
    """One that was never sent. Two statements."""
    connection.execute(_DROP_LINES, {"dropped": key})
    connection.execute(_DROP, {"dropped": key})


def in_letters(connection: Connection, turn: Turn, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A turn's rows for the outbox: what revises lines of a letter revises the letter, once.

    One statement where something to one person is revised, else none.
    """
    cards = {each.key: each.card for each in turn.effects if isinstance(each, Revise) and each.to is not None}
    if turn.review is None or not cards:
        return list(rows)
    of: dict[MessageKey, dict[str, str]] = {}
    for key, letter_key, home in connection.execute(_settled(turn.review.id, cards)):
        of.setdefault(key, {})[letter_key] = home
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        homes = of.get(row["message_key"], {}) if row["kind"] is DeliveryKind.REVISE else {}
        for letter_key, home in homes.items():
            kept.setdefault(letter_key, row | _whole(letter_key, home, f"{row['delivery_id']}/{letter_key}"))
        if not homes:
            kept[row["delivery_id"]] = row
    return list(kept.values())


def lines_of(connection: Connection, keys: Iterable[MessageKey]) -> Mapping[MessageKey, Sequence[Row]]:
    """The lines of these letters, in order. One statement, or none."""
    if not (wanted := sorted(set(keys))):
        return {}
    rows = connection.execute(_LINES, {"letters": wanted}).mappings()
    return {key: list(lines) for key, lines in groupby(rows, key=lambda row: str(row["letter_key"]))}


def to_letter(lines: Sequence[Row]) -> LetterCard:
    """Raises as `to_card` does."""
    told = (LetterLine(review=row["review_id"], key=row["message_key"], card=_as_it_is(row)) for row in lines)
    return letters.bound(lines[0]["person"], tuple(told), lines[0]["since"])


def _settled(review: str, cards: Mapping[MessageKey, Card]) -> Update:
    """What is no line any more leaves the old one, which then asks nothing."""
    shown = {key: literal(to_card_json(card), letter_line.c.card.type) for key, card in cards.items() if _is_line(card)}
    values: dict[str, Any] = {"open": letter_line.c.message_key.in_([key for key in shown if waits(cards[key])])}
    if shown:
        values["card"] = case(shown, value=letter_line.c.message_key, else_=letter_line.c.card)
    return (
        update(letter_line)
        .where(letter_line.c.review_id == review, letter_line.c.message_key.in_(list(cards)))
        .values(values)
        .returning(letter_line.c.message_key, letter_line.c.letter_key, _home)
    )


def _to_rows(key: MessageKey, lines: Iterable[LetterLine]) -> list[dict[str, Any]]:
    return [
        {
            "letter_key": key,
            "position": position,
            "review_id": line.review,
            "message_key": line.key,
            "card": to_card_json(line.card),
            "open": waits(line.card),
        }
        for position, line in enumerate(lines)
    ]


def _whole(letter_key: str, home: str, delivery_id: str) -> dict[str, Any]:
    """Its card is made when it is sent, and it stands where its first line's review is."""
    fields = {"message_key": letter_key, "review_id": home, "delivery_id": delivery_id}
    return fields | {"card": None, "channel": "", "thread": None}


def _as_it_is(row: Row) -> Line:
    card = cast(Line, to_card(row["card"]))
    if row["open"] or not waits(card):
        return card
    if isinstance(card, NudgeCard | HeadsUpCard | EscalationCard):
        return replace(card, became=Became.SETTLED, ways=())
    return replace(card, open=False, ways=())


def _is_line(card: Card) -> bool:
    return isinstance(card, get_args(Line))


def waits(card: Card) -> bool:
    """Whether its reader is waited for."""
    match card:
        case NudgeCard(became=became) | HeadsUpCard(became=became) | EscalationCard(became=became):
            return became is None
        case ConfirmCard(open=is_open, answer=answer):
            return is_open and answer is None
        case _:
            return bool(getattr(card, "open", False))
