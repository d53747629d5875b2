from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from conversations.names import find_item
from conversations.pack_documents import canonical_json, contents, from_document
from conversations.pack_files.parser import lint, parse_packs
from conversations.packs import OVERLAY_QUESTION, Pack
from tests.builders import bundled, pack
from tests.conversations.test_packs import BUNDLED, OVERLAY, OWN, PARTS, changed

HIGH_RISK = {"eu_class": "high_risk_annex_iii"}
AGENT = {"ai_kind": "agent"}


def without_overlays(pack: Pack) -> str:
    """The document as it was kept before packs carried overlays."""
    content: dict[str, Any] = json.loads(pack.document)
    del content["overlays"], content["overlay_question"]
    cited = {item.fact for item in pack.items}
    content["facts"] = {key: fact for key, fact in content["facts"].items() if key in cited}
    return canonical_json(content)


def of(sources: dict[str, str]) -> Pack:
    return parse_packs(BUNDLED | sources, PARTS).packs["core"]


# --- a pack carries its overlays -------------------------------------------------------------------------------------


def test_every_pack_carries_all_overlays_and_what_they_cite() -> None:
    for each in bundled().packs.values():
        assert each.overlays == bundled().overlays
        assert each.overlay_question == bundled().overlay_question
        assert {"EU-2026-1744", "EU-26-6"} <= each.facts.keys()


def test_a_pack_comes_back_from_its_document_with_its_overlays() -> None:
    again = from_document(pack().document)
    assert again.overlays == pack().overlays
    assert again.overlays[0].critical_on(HIGH_RISK) == date(2027, 12, 2)
    assert again.joined_by(HIGH_RISK) == pack().joined_by(HIGH_RISK)


def test_a_document_from_before_packs_carried_overlays_is_read() -> None:
    older = from_document(without_overlays(pack()))
    assert (older.questions, older.overlays) == (pack().questions, ())
    assert older.overlay_question == OVERLAY_QUESTION
    assert older.joined_by(HIGH_RISK) is older


def test_another_overlay_makes_another_content() -> None:
    with_ours = of({"our.yaml": OVERLAY})
    assert [overlay.key for overlay in with_ours.overlays] == [
        "overlay.eu-high-risk", "overlay.llm-agent", "overlay.acme",
    ]  # fmt: skip
    assert with_ours.digest != pack().digest


def test_without_any_overlay_nothing_joins() -> None:
    risks = f"overlays: []\nowasp_ids: {json.dumps(bundled().owasp_ids)}\n"  # which items of the packs name
    none = of({"overlays.yaml": risks})
    assert (none.overlays, none.overlay_question) == ((), OVERLAY_QUESTION)
    assert none.joined_by(HIGH_RISK | AGENT) is none


# --- joining ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [{}, {"stage": "pilot"}, {"eu_class": "minimal", "ai_kind": "classic_ml"}])
def test_a_pack_whose_overlays_do_not_hold_is_the_very_same(profile: dict[str, str]) -> None:
    assert pack().joined_by(profile) is pack()


def test_the_items_of_an_overlay_that_holds_are_the_last_question() -> None:
    joined = pack().joined_by(AGENT)
    assert joined.questions[:-1] == pack().questions
    last = joined.questions[-1]
    assert (last.key, last.short, [item.key for item in last.items]) == (
        "overlay",
        "Special duties",
        ["llm.injection_test", "llm.action_limits", "llm.spend_cap", "llm.disclosure"],
    )
    assert joined.question_of["llm.spend_cap"] == last
    assert find_item("spend cap", joined) == "llm.spend_cap"


def test_overlays_that_hold_together_form_one_question() -> None:
    joined = pack("full").joined_by(HIGH_RISK | AGENT)
    assert (len(joined.questions), len(joined.questions[-1].items)) == (13, 10)


def test_a_joined_pack_is_still_the_content_that_is_kept() -> None:
    joined = pack().joined_by(HIGH_RISK)
    assert (joined.digest, joined.document) == (pack().digest, pack().document)
    assert from_document(joined.document) == pack()
    assert 'critical_from":null' not in joined.document


@pytest.mark.parametrize(
    ("eu_class", "day"), [("high_risk_annex_iii", date(2027, 12, 2)), ("high_risk_annex_i", date(2028, 8, 2))]
)
def test_joined_items_know_the_day_from_which_they_are_critical(eu_class: str, day: date) -> None:
    joined = pack().joined_by({"eu_class": eu_class} | AGENT)
    days = {item.key.split(".")[0]: item.critical_from for item in joined.questions[-1].items}
    assert days == {"eu": day, "llm": None}
    assert {item.critical_from for item in pack().items} == {None}


def test_the_same_overlays_make_the_same_object() -> None:
    one = pack().joined_by(HIGH_RISK)
    assert pack().joined_by(HIGH_RISK | {"stage": "idea"}) is one
    assert pack().joined_by({"eu_class": "high_risk_annex_i"}) is not one
    assert pack("full").joined_by(HIGH_RISK) is not one


# --- versions in use -------------------------------------------------------------------------------------------------


def complaints(sources: dict[str, str], *running: str) -> list[str]:
    """What lint says where reviews run on these documents."""
    in_use: dict[tuple[str, str], set[str]] = {}
    for document in running:
        for part, digest in contents(document).items():
            in_use.setdefault(part, set()).add(digest)
    return [str(complaint) for complaint in lint(sources, PARTS, in_use)]


def test_what_is_in_use_as_it_is_there_is_no_fault() -> None:
    assert complaints(BUNDLED, pack().document, pack("full").document) == []
    assert complaints(BUNDLED, without_overlays(pack())) == []


def test_a_pack_in_use_that_changed_without_a_new_version_is_a_complaint() -> None:
    edited = changed("Six questions before production", "Six questions", BUNDLED["core.yaml"])
    expected = [
        "core.yaml:2: pack 'core' 0.1.0 is in use with other content; raise the version; running reviews keep theirs"
    ]
    assert complaints(BUNDLED | {"core.yaml": edited}, pack().document) == expected
    assert complaints(BUNDLED | {"core.yaml": edited}, without_overlays(pack())) == expected


def test_an_overlay_that_is_added_is_no_change_of_the_packs() -> None:
    assert complaints(BUNDLED | {"our.yaml": OVERLAY}, pack().document) == []


def test_a_changed_overlay_is_complained_of_and_not_the_packs_that_carry_it() -> None:
    running = of({"our.yaml": OVERLAY}).document
    edited = changed("Which badge?", "Which colour?", OVERLAY)
    assert complaints(BUNDLED | {"our.yaml": edited}, running) == [
        (
            "our.yaml:3: overlay 'overlay.acme' 0.1.0 is in use with other content; "
            "raise the version; running reviews keep theirs"
        )
    ]
    raised = changed("version: 0.1.0", "version: 0.2.0", edited)
    assert complaints(BUNDLED | {"our.yaml": raised}, running) == []


def test_a_day_that_an_overlay_becomes_critical_is_part_of_its_content() -> None:
    running = of({"our.yaml": OVERLAY}).document
    edited = changed("2027-01-01", "2028-01-01", OVERLAY)
    assert [line.split(":")[:2] for line in complaints(BUNDLED | {"our.yaml": edited}, running)] == [["our.yaml", "3"]]


def test_a_fact_that_changed_changes_what_cites_it_alone() -> None:
    edited = changed("keep automatically generated logs", "keep logs", BUNDLED["facts.yaml"])
    found = complaints(BUNDLED | {"facts.yaml": edited}, pack().document, pack("full").document)
    assert [line.split(" is in use")[0].split(": ")[1] for line in found] == [
        "overlay 'overlay.eu-high-risk' 0.1.0",
        "pack 'full' 0.1.0",
    ]


def test_of_several_contents_in_use_any_may_stay() -> None:
    one, other = of({"our.yaml": OVERLAY}), of({"our.yaml": changed("Which badge?", "Which colour?", OVERLAY)})
    assert complaints(BUNDLED | {"our.yaml": OVERLAY}, one.document, other.document) == []


def test_a_pack_of_ones_own_in_use_is_told_apart_from_what_it_extends() -> None:
    running = parse_packs(BUNDLED | {"own.yaml": OWN}, PARTS).packs["acme"].document
    edited = changed("Who pays for it?", "Who pays?")
    assert [line.split(";")[0] for line in complaints(BUNDLED | {"own.yaml": edited}, running, pack().document)] == [
        "own.yaml:2: pack 'acme' 1.0.0 is in use with other content"
    ]
