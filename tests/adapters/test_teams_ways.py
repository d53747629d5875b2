from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.submissions import picked, submitted
from adapters.teams.ways import Pressed, from_data, goes_back, inputs_of, shown_in, to_asked, to_back, to_data
from conversations.cards import Tap, Way

PACK, IN = "0123456789abcdef" * 4, "r1/12/3"
KEYS = st.sampled_from(
    [
        "air",
        "tap",
        "item",
        "choice",
        "review",
        "pack",
        "in",
        "pick",
        "asked",
        "form",
        "seen",
        "known",
        "people",
        "pickers",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=6), inner, max_size=5),
    max_leaves=12,
)


def sent(data: Any, **inputs: object) -> Any:
    """Data as it comes back: what was typed is beside it."""
    return json.loads(json.dumps(data)) | inputs


def test_a_way_comes_back_as_it_went_with_what_was_typed() -> None:
    way = Way(tap=Tap.USE, item="rollback.decider", choice="2")
    data = to_data(way, review="r1", pack=PACK, shown_in=IN)
    assert from_data(sent(data, choice="x", **{"run.it": 7})) == Pressed(
        tap=Tap.USE,
        item="rollback.decider",
        choice="2",
        review="r1",
        digest="0123456789ab",
        shown_in=IN,
        inputs={"choice": "x", "run.it": "7"},
    )


def test_the_names_in_messages_stay_as_they_are() -> None:
    way = Way(tap=Tap.ANSWER, item="run.owner", choice="c", review="r1")
    assert to_data(way, review="r1", pack=PACK, shown_in=IN, picks=True) == {
        "air": {
            "tap": "answer",
            "item": "run.owner",
            "choice": "c",
            "review": "r1",
            "pack": "0123456789ab",
            "pick": True,
            "in": IN,
        }
    }
    assert to_back(IN) == {"air": {"back": True, "in": IN}}


def test_what_a_way_does_not_have_is_not_sent() -> None:
    data = to_data(Way(tap=Tap.HELP), review=None, pack=None, shown_in=None)
    assert data == {"air": {"tap": "help"}}
    assert from_data(data) == Pressed(tap=Tap.HELP, inputs={})


def test_a_button_about_another_review_has_that_one_and_no_digest() -> None:
    pressed = from_data(to_data(Way(tap=Tap.ANSWER, review="other"), review="r1", pack=PACK, shown_in=IN))
    assert pressed is not None
    assert (pressed.review, pressed.digest) == ("other", None)


def test_what_is_ones_own_to_say_is_no_reviews() -> None:
    pressed = from_data(to_data(Way(tap=Tap.NUDGES_OFF, review="r1"), review="r1", pack=PACK, shown_in=IN))
    assert pressed is not None
    assert (pressed.review, pressed.digest) == (None, None)


def test_what_was_asked_for_is_the_same_button() -> None:
    pressed = from_data(to_data(Way(tap=Tap.LATER, item="q.a"), review="r1", pack=PACK, shown_in=IN))
    assert pressed is not None
    again = from_data(sent(to_asked(pressed), choice="2026-12-04"))
    assert again == Pressed(
        tap=Tap.LATER,
        item="q.a",
        review="r1",
        digest="0123456789ab",
        shown_in=IN,
        asked=True,
        inputs={"choice": "2026-12-04"},
    )


def test_back_is_no_button_and_knows_where_it_leads() -> None:
    assert goes_back(to_back(IN))
    assert shown_in(to_back(IN)) == IN
    assert from_data(to_back(IN)) is None
    assert not goes_back(to_data(Way(tap=Tap.BACK), review="r1", pack=None, shown_in=IN))


@pytest.mark.parametrize(
    "value",
    [None, 7, "air", [], {}, {"air": None}, {"air": "tap"}, {"air": {"tap": "dance"}}, {"air": {"tap": ["answer"]}}],
)
def test_data_that_is_not_ours_is_nothing(value: object) -> None:
    assert from_data(value) is None
    assert submitted(value, {}) is None
    assert picked(value) == ()
    assert not goes_back(value)


def test_no_database_is_given_what_it_does_not_take() -> None:
    pressed = from_data(
        {"air": {"tap": "ask", "choice": "a\x00b\ud800", "item": {"x": 1}}, "q\x00": "\udfffz", "n": None}
    )
    assert pressed == Pressed(tap=Tap.ASK, choice="ab", inputs={"q": "z"})


@given(JSON)
def test_no_data_breaks_it(value: object) -> None:
    for each in (value, {"air": value}, {"air": {"tap": "ask", "asked": True, "pick": value, "item": value}}):
        pressed = from_data(each)
        assert pressed is None or isinstance(pressed.tap, Tap)
        assert "air" not in inputs_of(each)
        submitted(each, {})
        picked(each)


@given(JSON, JSON, JSON, JSON, st.dictionaries(KEYS, JSON))
def test_no_form_breaks_it(
    known: object, people: object, pickers: object, seen: object, inputs: dict[str, Any]
) -> None:
    form = {"form": "run", "seen": seen, "known": known, "people": people, "pickers": pickers}
    read = submitted({**inputs, "air": form}, {})
    assert read is None or read.content.name == "run"  # type: ignore[union-attr]  # of a form it is one
