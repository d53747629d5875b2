from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from conversations.activities import ConversationReference
from conversations.ports import Delivery, DeliveryKind

LETTER = "letter/2026-11-23/slack/T1/U1"
ONE = Delivery(
    id=1,
    delivery_id=LETTER,
    lane="a",
    kind=DeliveryKind.POST,
    reference=ConversationReference(platform="slack", tenant="T1", channel="C1", thread=None),
    review=None,
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)


def test_what_a_delivery_came_of_is_in_its_name_and_else_it_has_a_name_of_its_own() -> None:
    turn = "5c6ffbdd40d9556b73a21e63c3e0e904"
    assert [replace(ONE, delivery_id=f"{turn}/{n}").turn for n in (1, 2)] == [turn, turn]
    assert ONE.turn == replace(ONE, id=2).turn != turn
    assert len(ONE.turn) == len(turn)
