"""What people type and read for items, projects and people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations.names import find_item, find_key, folded_name, label_of, mentioned, nearest_items
from tests.builders import pack

FULL = pack("full")
OWNER = FULL.by_key["run.service_owner"]


def test_an_item_without_a_label_is_called_by_the_end_of_its_key() -> None:
    assert label_of(replace(OWNER, label="the owner")) == "the owner"
    assert label_of(replace(OWNER, label="")) == "service owner"


@pytest.mark.parametrize(
    "typed", ["run.service_owner", "service_owner", " Service Owner ", "service-owner", "SERVICE \t owner"]
)
def test_an_item_is_found_however_its_name_is_typed(typed: str) -> None:
    assert find_item(typed, FULL) == "run.service_owner"


@pytest.mark.parametrize("typed", ["where problems are reported", " Where problems\tare  REPORTED "])
def test_an_item_is_found_by_what_cards_call_it(typed: str) -> None:
    assert find_item(typed, FULL) == "run.support_route"
    assert find_key(typed, FULL) is None


def test_a_label_with_a_curly_apostrophe_is_the_same() -> None:
    assert find_item("today’s number", FULL) == find_item("today's number", FULL) == "success.baseline"


def test_a_label_that_two_items_bear_finds_neither_and_a_key_goes_before_it() -> None:
    first, second = FULL.questions[0].items[:2]
    alike = replace(FULL.questions[0], items=(replace(first, label="the team"), replace(second, label="the team")))
    assert find_item("the team", replace(FULL, questions=(alike,))) is None
    called = replace(FULL.questions[0], items=(replace(first, label="ops team"), second))
    assert find_item("ops team", replace(FULL, questions=(called,))) == "run.ops_team"


@pytest.mark.parametrize("typed", ["", "owner", "run", "service owner please"])
def test_a_name_that_is_not_the_whole_of_one_finds_nothing(typed: str) -> None:
    assert find_item(typed, FULL) is None


def test_a_name_that_two_items_end_in_finds_neither() -> None:
    first, *others = FULL.questions
    twin = replace(OWNER, key="other.service_owner")
    both = replace(FULL, questions=(replace(first, items=(*first.items, twin)), *others))
    assert find_item("service owner", both) is None
    assert find_item("other.service_owner", both) == "other.service_owner"


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Service_Ownr", ("service_owner", "review")),
        ("tested", ("tested_on", "load_tested", "steps")),  # and `target` would be the fourth
        ("STEPS", ("steps",)),
        ("zzzz", ()),
    ],
)
def test_the_nearest_names_are_at_most_three(typed: str, near: tuple[str, ...]) -> None:
    assert nearest_items(typed, FULL) == near


def test_case_and_spaces_do_not_make_another_project() -> None:
    assert folded_name("  Claims \n Copilot") == "claims copilot"


@pytest.mark.parametrize(
    ("text", "person"),
    [("it is <@U1> or <@U2>", "U1"), ("<@dana.ruiz>", "dana.ruiz"), ("@dana", None), ("<@U 1>", None), ("", None)],
)
def test_the_first_person_mentioned(text: str, person: str | None) -> None:
    assert mentioned(text) == person
