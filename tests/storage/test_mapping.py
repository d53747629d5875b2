from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.activities import Source
from conversations.cards import Card, Notice, Quote
from conversations.ports import DeliveryKind
from conversations.reminders import Kind
from conversations.review import Act, ActKind, Phase
from conversations.verdicts import Verdict
from storage.mapping import quoted_acts, to_act, to_act_row, to_card, to_card_json
from storage.models import Entry
from tests.storage import tiny

STORED = {  # a value that stands in somebody's database keeps its name
    ActKind: (
        "answered rivalled settled kept deferred waived accepted rejected delegated taken confirmed declined skipped "
        "reopened paused resumed finished cancel_asked cancelled handed_over dated described left_alone withdrawn left "
        "archived quiet_ended pack_offered pack_taken away reminded snoozed let_go"
    ),
    Phase: "open paused done cancelled",
    Verdict: "complete vague missing deferred not_applicable",
    DeliveryKind: "post revise whisper react unreact",
    Source: "thread form button",
    Entry: "letter digest",
    Kind: "nudge confirm ask heads_up escalation digest catch_up quiet_walk owner_gone roll_up",
}

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@pytest.mark.parametrize("kind", get_args(Card), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_card_comes_back_as_it_was(kind: type[Card], data: st.DataObject) -> None:
    card = data.draw(st.from_type(kind))
    assert to_card(json.loads(json.dumps(to_card_json(card)))) == card


@given(act=st.from_type(Act))
def test_every_act_comes_back_as_it_was(act: Act) -> None:
    row = to_act_row("r", act)
    assert to_act(row | {"detail": json.loads(json.dumps(row["detail"]))}) == act


def test_the_acts_that_a_card_quotes_are_found_however_deep() -> None:
    assert quoted_acts(tiny.quoting(3, 7)) == {3, 7}
    assert quoted_acts(Quote(acts=(1,), by="ana", at=tiny.AT)) == {1}
    assert quoted_acts(tiny.notice(Notice.YOURS)) == frozenset()


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
def test_what_is_stored_by_its_value_keeps_it(kind: type[StrEnum]) -> None:
    missing = set(STORED[kind].split()) - {member.value for member in kind}
    assert not missing, "rows of older reviews could not be read any more"
