from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from conversations.cadences import Escalation
from conversations.cards import PackChange
from conversations.pack_changes import JUDGED_BY, WORDED_BY, Change, changes, is_newer, offered, to_pack_changes
from conversations.packs import Condition, Direction, Item, ItemType, Option, Overlay, Pack, Question
from tests.builders import pack

CORE = pack()
AGENT = {"ai_kind": "agent"}
OTHERWISE: Mapping[str, object] = {  # for every field of an item a value that no item of core has
    "prompt": "What else?",
    "type": ItemType.NUMBER,
    "why": "Because.",
    "example": "Like this",
    "follow_up": "And?",
    "guards": "F0",
    "label": "another name",
    "role": "another role",
    "weight": 9,
    "review_days": 7,
    "required": False,
    "critical": True,
    "critical_when": Condition(field="stage", values=("idea",)),
    "critical_from": date(2027, 1, 1),
    "confirm_by_named_person": True,
    "parts": ("owner",),
    "options": (Option(value="one", credit=1),),
    "clears_blocker": ("one",),
    "direction": Direction.PAST,
    "rota_allowed": True,
    "allow_deferred": False,
    "must_differ_from": ("run.ops_team",),
    "before": "approve.decision_date",
    "reject": ("technical_metric",),
    "evidence": ("url",),
    "escalate": (Escalation.SPONSOR,),
    "minimum": 6.0,
    "unit": "months",
    "fact": "EU-26-6",
    "covers": ("X1",),
    "map": {"eu": ("Art 99",)},
}


def with_items(pack: Pack, *items: Item, version: str = "0.2.0") -> Pack:
    """A later version whose last question has these items instead."""
    questions = (*pack.questions[:-1], replace(pack.questions[-1], items=items))
    return replace(pack, version=version, questions=questions)


def with_one(**changed: object) -> Pack:
    """Core with the first item of its last question changed."""
    first, *rest = CORE.questions[-1].items
    return with_items(CORE, replace(first, **changed), *rest)  # type: ignore[arg-type]  # an item's own, by name


def test_a_pack_has_not_changed_beside_itself() -> None:
    assert changes(CORE, CORE) == {}


def test_full_beside_core_asks_more_and_drops_nothing() -> None:
    full = pack("full")
    assert changes(CORE, full) == dict.fromkeys(
        [item.key for item in full.items if item.key not in CORE.by_key], Change.NEW
    )
    assert set(changes(full, CORE).values()) == {Change.DROPPED}


@pytest.mark.parametrize("name", [field.name for field in fields(Item) if field.name != "key"])
def test_each_field_of_an_item_makes_one_kind_of_change(name: str) -> None:
    expected = Change.JUDGED_ANEW if name in JUDGED_BY else Change.REWORDED if name in WORDED_BY else Change.KEPT
    found = changes(CORE, with_one(**{name: OTHERWISE[name]}))
    assert found == ({} if expected is Change.KEPT else {"train.audience": expected})


def test_the_documentation_says_which_fields_make_which_change() -> None:
    text = (Path(__file__).parents[2] / "docs" / "packs.md").read_text()
    written = {"rota_allowed": "cardinality", "minimum": "min"}  # in a pack's file
    for opening, names in (
        ("| what a good answer needs is another: ", JUDGED_BY),
        ("| only words are others: ", WORDED_BY),
    ):
        told = text.split(opening)[1].split(" |")[0]
        assert told == ", ".join(f"`{written.get(name, name)}`" for name in names)


def test_what_a_verdict_needs_outweighs_words() -> None:
    assert changes(CORE, with_one(parts=("owner",), prompt="Who?")) == {"train.audience": Change.JUDGED_ANEW}


def test_changes_come_in_the_order_of_the_new_pack_and_then_what_it_drops() -> None:
    audience, plan, lead, channel = CORE.questions[-1].items
    added = replace(plan, key="train.budget")
    new = with_items(CORE, replace(lead, label="who leads it"), added, replace(audience, unit="people"))
    assert list(changes(CORE, new).items()) == [
        ("train.lead", Change.REWORDED),
        ("train.budget", Change.NEW),
        ("train.audience", Change.JUDGED_ANEW),
        (plan.key, Change.DROPPED),
        (channel.key, Change.DROPPED),
    ]


def test_an_item_that_moves_to_another_question_keeps_its_answer() -> None:
    moved = replace(CORE, questions=tuple(reversed(CORE.questions)))
    assert changes(CORE, moved) == {}


def test_overlays_are_looked_at_whether_or_not_they_joined() -> None:
    eu, llm = CORE.overlays
    months = next(item for item in eu.items if item.key == "eu.log_months")
    stricter = replace(eu, items=tuple(replace(item, minimum=12.0) if item == months else item for item in eu.items))
    new = replace(CORE, version="0.2.0", overlays=(stricter,))
    assert changes(CORE, new) == {
        "eu.log_months": Change.JUDGED_ANEW,
        **dict.fromkeys([item.key for item in llm.items], Change.DROPPED),
    }
    assert changes(CORE.joined_by(AGENT), new) == changes(CORE, new)


# --- what is offered -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "newer"),
    [("0.1.0", "0.2.0", True), ("0.9.0", "0.10.0", True), ("1", "1.0.1", True), ("0.2.0", "0.1.0", False)],
)
def test_only_a_later_version_is_newer(old: str, new: str, newer: bool) -> None:
    assert is_newer(replace(CORE, version=old), replace(CORE, version=new)) is newer


def test_other_content_under_the_same_version_and_another_pack_are_nothing_to_offer() -> None:
    assert not is_newer(CORE, replace(CORE, digest="0" * 64))
    assert not is_newer(CORE, replace(CORE, name="full", version="9"))


def test_an_offer_tells_labels_and_prompts_of_what_is_new_and_of_what_goes() -> None:
    audience, plan, lead, _ = CORE.questions[-1].items
    added = replace(plan, key="train.own_budget", label="", prompt="Which budget?")
    told = offered(CORE, with_items(CORE, replace(audience, prompt="Who is it for?"), plan, lead, added), {})
    assert told == (
        {"item": "train.audience", "becomes": "reworded", "label": audience.label, "prompt": "Who is it for?"},
        {"item": "train.own_budget", "becomes": "new", "label": "own budget", "prompt": "Which budget?"},
        {
            "item": "train.help_channel",
            "becomes": "dropped",
            "label": CORE.by_key["train.help_channel"].label,
            "prompt": CORE.by_key["train.help_channel"].prompt,
        },
    )
    assert to_pack_changes(told)[1] == PackChange(label="own budget", prompt="Which budget?", becomes=Change.NEW)
    assert tuple(json.loads(json.dumps(told))) == told


def test_an_offer_leaves_out_overlays_that_do_not_hold() -> None:
    badge = replace(CORE.items[0], key="acme.badge")
    ours = Overlay(
        key="overlay.acme",
        version="1",
        when=Condition(field="ai_kind", values=("agent",)),
        critical_from={},
        items=(badge,),
    )
    new = replace(CORE, version="0.2.0", overlays=(*CORE.overlays, ours))
    assert offered(CORE, new, {"ai_kind": "classic_ml"}) == ()
    assert [told["item"] for told in offered(CORE, new, AGENT)] == ["acme.badge"]


def test_items_of_an_overlay_that_the_later_version_asks_of_more_projects_are_new_to_them() -> None:
    eu, llm = CORE.overlays
    wider = replace(llm, when=Condition(field="ai_kind", values=("llm_app", "agent", "classic_ml")))
    new = replace(CORE, version="0.2.0", overlays=(eu, wider))
    assert changes(CORE, new) == {}
    told = offered(CORE, new, {"ai_kind": "classic_ml"})
    assert [(each["item"], each["becomes"]) for each in told] == [(item.key, "new") for item in llm.items]


def test_another_title_of_a_question_changes_no_answer() -> None:
    question = Question(key="train", title="Another", short="Other", items=CORE.questions[-1].items)
    new = replace(CORE, version="0.2.0", questions=(*CORE.questions[:-1], question))
    assert offered(CORE, new, {}) == ()
