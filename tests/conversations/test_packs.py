from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from conversations.cadences import Cadence, Escalation, Nudging
from conversations.pack_documents import from_document
from conversations.pack_files.parser import PackFaults, lint, parse_packs
from conversations.packs import Condition, ItemType, Library

FOLDER = Path(__file__).parents[2] / "conversations" / "packs"
BUNDLED = {name: (FOLDER / name).read_text() for name in ("core.yaml", "full.yaml", "overlays.yaml", "facts.yaml")}
RULES = yaml.safe_load((FOLDER / "vague_rules.yaml").read_text())
PARTS = frozenset(RULES["parts_closed"]) | frozenset(RULES["parts_open"])

OWN = """pack: acme
version: 1.0.0
extends: core
title: Before production at Acme
questions:
  - id: money
    title: Who pays for it?
    short: Money
    items:
      - key: money.budget
        prompt: Which budget pays for it?
        type: text
        why: Someone has to.
        example: Claims IT, cost centre 4711
        follow_up: Which cost centre is it?
        guards: F5
        parts: [owner]
        must_differ_from: [run.service_owner]
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return parse_packs(BUNDLED, PARTS)


def complaints(sources: dict[str, str]) -> list[str]:
    """What is wrong with these files beside the bundled ones."""
    with pytest.raises(PackFaults) as caught:
        parse_packs(BUNDLED | sources, PARTS)
    return [str(complaint) for complaint in caught.value.complaints]


def changed(old: str, new: str, text: str = OWN) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def faults(name: str) -> list[tuple[str, str, list[str]]]:
    text = (Path(__file__).parent / "pack_faults" / name).read_text()
    blocks = [block.split("\n") for block in text.strip().split("\n\n")[1:]]
    return [(old, new, expected) for old, new, *expected in blocks]


def unescaped(text: str) -> str:
    return "" if text == "-" else text.replace("\\n", "\n").replace("\\a", "\a")


@pytest.mark.parametrize(("old", "new", "expected"), faults("own.txt"))
def test_a_fault_in_a_pack_of_ones_own_is_named_with_its_line(old: str, new: str, expected: list[str]) -> None:
    assert complaints({"own.yaml": changed(unescaped(old), unescaped(new))}) == expected


OVERLAY = """overlays:
  - pack: overlay.acme
    version: 0.1.0
    when: profile.stage == pilot
    critical_from: {pilot: 2027-01-01}
    items:
      - {key: acme.badge, prompt: Which badge?, type: text, why: Doors., example: Blue, follow_up: Which?, guards: F3}
"""


@pytest.mark.parametrize(("old", "new", "expected"), faults("overlay.txt"))
def test_a_fault_in_an_overlay_of_ones_own_is_named_with_its_line(old: str, new: str, expected: list[str]) -> None:
    assert complaints({"our.yaml": changed(old, new, OVERLAY)}) == expected


NO_TOP = "the top of the file has none of pack, overlays, facts; begin it with one of them, as pack: our-pack"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "x.yaml:1: the file is empty; begin it with pack, overlays or facts, or remove it"),
        ("\nname: acme\n", f"x.yaml:2: {NO_TOP}"),
        ("- pack: acme\n", f"x.yaml:1: {NO_TOP}"),
        ("facts: none\n", "x.yaml:1: 'facts' is 'none'; write a list: [one, two] or a line with '-' for each"),
        (
            "facts:\n  - {id: MLTS, claim: a, source: b, quality: law}\n",
            "x.yaml:2: fact 'MLTS' is there already (facts.yaml:14); choose another id",
        ),
        (
            "facts:\n  - {claim: a, source: b, quality: law}\n",
            "x.yaml:2: a fact has no 'id'; it needs id, claim, source, quality",
        ),
        ("overlays:\n  - 7\n", "x.yaml:2: 'overlays' is '7'; write the fields of an overlay, one to a line"),
        (
            "overlays:\n  - {pack: overlay.acme, version: 0.1.0, when: profile.stage == pilot}\n",
            "x.yaml:2: an overlay has no 'items'; it needs pack, version, when, items",
        ),
        (
            "overlays: []\ncolour: red\n",
            "x.yaml:2: a file of overlays has no field 'colour'; known here: eu_dates, overlays, owasp_ids, question",
        ),
        (
            "overlays: []\nquestion: {id: own, title: What else?}\n",
            "x.yaml:2: the question of the overlays has no 'short'; it needs id, title, short",
        ),
    ],
)
def test_a_file_that_is_no_pack_overlays_or_facts_is_named_with_its_line(text: str, expected: str) -> None:
    assert complaints({"x.yaml": text}) == [expected]


def test_all_complaints_come_at_once_in_the_order_of_files_and_lines() -> None:
    own = changed("guards: F5", "guards: F9")
    own = changed("type: text", "type: prose", own)
    own = changed("[run.service_owner]", "[run.nobody, run.runbok]", own)
    found = complaints({"own.yaml": own, "a.yaml": "facts: 1\n", "b.yaml": "pack: b\nversion: 1\nextends: acme2\n"})
    assert [line.split(": ")[0] for line in found] == [
        "own.yaml:12", "own.yaml:16", "own.yaml:18", "own.yaml:18", "a.yaml:1", "b.yaml:3",
    ]  # fmt: skip


def test_the_exception_says_every_complaint() -> None:
    with pytest.raises(PackFaults, match=r"x\.yaml:1: the file is empty; .*\ny\.yaml:1: the file is empty; "):
        parse_packs({"x.yaml": "", "y.yaml": ""}, PARTS)


def test_packs_that_extend_one_another_are_told_the_round_they_make() -> None:
    a = "pack: a\nversion: 1\nextends: b\n"
    b = "pack: b\nversion: 1\nextends: a\n"
    outside = "pack: c\nversion: 1\nextends: a\n"
    assert complaints({"a.yaml": a, "b.yaml": b, "c.yaml": outside}) == [
        "a.yaml:3: the pack extends itself (a → b → a); let one of them extend nothing",
        "b.yaml:3: the pack extends itself (b → a → b); let one of them extend nothing",
    ]


def test_two_packs_of_one_name_and_version_must_say_the_same() -> None:
    other = changed("Who pays for it?", "Who pays?")
    assert complaints({"own.yaml": OWN, "other.yaml": other}) == [
        (
            "other.yaml:2: pack 'acme' 1.0.0 is there already with other content (own.yaml:1); "
            "raise the version or choose another name"
        )
    ]


def test_a_copy_of_a_file_is_no_fault() -> None:
    copies = {f"copy/{name}": text for name, text in BUNDLED.items()}
    assert parse_packs(BUNDLED | copies, PARTS) == parse_packs(BUNDLED, PARTS)


def test_of_several_versions_the_highest_is_offered() -> None:
    older, newer = changed("1.0.0", "0.9.0"), changed("1.0.0", "0.10.0")
    library = parse_packs(BUNDLED | {"newer.yaml": newer, "older.yaml": older}, PARTS)
    assert library.packs["acme"].version == "0.10.0"


def test_lint_lists_what_the_parser_would_raise() -> None:
    assert [str(complaint) for complaint in lint({"x.yaml": ""}, PARTS, {})] == [
        "x.yaml:1: the file is empty; begin it with pack, overlays or facts, or remove it"
    ]


def test_a_pack_of_ones_own_has_what_it_inherits_and_what_it_adds() -> None:
    library = parse_packs(BUNDLED | {"own.yaml": OWN}, PARTS)
    acme, core = library.packs["acme"], library.packs["core"]
    assert acme.questions[:6] == core.questions
    assert [item.key for item in acme.items[21:]] == ["money.budget"]
    assert (acme.title, acme.est_minutes, acme.scoring) == ("Before production at Acme", 12, core.scoring)
    assert from_document(acme.document) == acme


def test_the_pack_in_the_documentation_is_a_good_one() -> None:
    documentation = (FOLDER.parents[1] / "docs" / "packs.md").read_text()
    shown = documentation.split("```yaml\n")[1].split("```")[0]
    assert len(parse_packs(BUNDLED | {"acme.yaml": shown}, PARTS).packs["acme"].items) == 22


def test_a_question_may_not_be_called_as_the_one_of_the_overlays_is() -> None:
    own = changed("id: money", "id: overlay")
    own = changed("key: money.budget", "key: overlay.budget", own)
    assert complaints({"own.yaml": own}) == [
        "own.yaml:6: 'overlay' is there already (overlays.yaml:4); choose another name"
    ]


def test_a_question_with_an_order_stands_between_the_inherited_ones() -> None:
    own = changed("id: money", "id: money\n    order: 2")
    acme = parse_packs(BUNDLED | {"own.yaml": own}, PARTS).packs["acme"]
    assert [question.key for question in acme.questions][:4] == ["run", "fail", "money", "success"]


def test_a_pack_of_ones_own_may_replace_the_scoring_alone() -> None:
    scoring = (
        "{lead_over_weakest: 10, blocked_ceiling: 49, bands: {early: 0, ready: 90}, gate: 90, "
        "defer_horizon_days: 14, stale_grace_days: 0}"
    )
    strict = f"pack: strict\nversion: 2\nextends: full\nscoring: {scoring}\n"
    pack = parse_packs(BUNDLED | {"strict.yaml": strict}, PARTS).packs["strict"]
    assert len(pack.items) == 36
    assert list(pack.scoring.bands.items()) == [("early", 0), ("ready", 90)]


def test_a_pack_that_extends_nothing_stands_alone() -> None:
    own = alone()
    library = parse_packs({"own.yaml": own}, PARTS)
    assert [item.key for item in library.packs["acme"].items] == ["money.budget"]
    assert library.overlay_question.items == ()
    assert complaints({"own.yaml": changed("est_minutes: 2\n", "", own)}) == [
        "own.yaml:1: a pack has no 'est_minutes'; it needs pack, version, title, est_minutes, scoring, questions"
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("profile.eu_class == minimal", Condition(field="eu_class", values=("minimal",))),
        ("\"profile.stage == 'pilot'\"", Condition(field="stage", values=("pilot",))),
        ("'profile.ai_kind in [\"agent\", llm_app]'", Condition(field="ai_kind", values=("agent", "llm_app"))),
    ],
)
def test_a_condition_has_two_forms_with_or_without_quotes(written: str, read: Condition) -> None:
    own = changed("parts: [owner]", f"critical_when: {written}")
    item = parse_packs(BUNDLED | {"own.yaml": own}, PARTS).packs["acme"].by_key["money.budget"]
    assert item.critical_when == read
    assert item.is_critical({read.field: read.values[0]})
    assert not item.is_critical({})


def test_without_libyaml_the_slower_reader_finds_the_same(monkeypatch: pytest.MonkeyPatch, library: Library) -> None:
    monkeypatch.setattr("conversations.pack_files.nodes._LOADER", yaml.SafeLoader)
    assert parse_packs(BUNDLED, PARTS) == library


def test_core_has_six_questions_and_full_twelve_in_order(library: Library) -> None:
    core, full = library.packs["core"], library.packs["full"]
    keys = ["run", "fail", "success", "rollback", "approve", "train"]
    assert [question.key for question in core.questions] == keys
    added = ["scope", "scale", "integrate", "secure", "observe", "adopt"]
    assert [question.key for question in full.questions] == keys + added
    assert (len(core.items), len(full.items)) == (21, 36)
    assert full.items[:21] == core.items
    assert [item.key for item in full.items if not item.required] == ["observe.dashboard"]
    assert [item.key for item in full.items if item.critical] == [
        "run.service_owner", "fail.fallback", "success.target", "rollback.steps", "rollback.decider",
        "approve.approver", "secure.review_status", "secure.risk_assessment",
    ]  # fmt: skip
    assert [item.key for item in full.items if item.critical_when] == ["observe.logs", "observe.output_review"]


def test_a_pack_is_rebuilt_from_its_document(library: Library) -> None:
    for pack in library.packs.values():
        again = from_document(pack.document)
        assert again == pack
        assert again.question_of["run.runbook"] == pack.questions[0]
        assert again.scoring.bands == {"early": 0, "building": 40, "limited_rollout": 60, "ready_for_decision": 80}
        assert list(again.scoring.bands) == ["early", "building", "limited_rollout", "ready_for_decision"]
        asked = [*pack.items, *(item for overlay in pack.overlays for item in overlay.items)]
        assert list(again.facts) == sorted({item.fact for item in asked if item.fact})


def test_the_digest_tells_contents_apart(library: Library) -> None:
    assert library.packs["core"].digest != library.packs["full"].digest
    assert all(re.fullmatch(r"[0-9a-f]{64}", pack.digest) for pack in library.packs.values())


def test_overlays_are_read_with_the_day_they_become_critical(library: Library) -> None:
    eu, llm = library.overlays
    assert (eu.key, len(eu.items), llm.key, len(llm.items)) == ("overlay.eu-high-risk", 6, "overlay.llm-agent", 4)
    assert eu.critical_on({"eu_class": "high_risk_annex_iii"}) == date(2027, 12, 2)
    assert eu.critical_on({}) is None
    assert llm.when.holds({"ai_kind": "agent"})
    assert library.overlay_question.title == "What else applies to this project?"
    assert library.owasp_ids["excessive_agency"] == {"2025": "LLM06", "2026": "LLM03"}
    assert library.eu_dates["Art 50"] == "2026-08-02"


def test_details_of_an_item_are_read(library: Library) -> None:
    full = library.packs["full"].by_key
    assert full["rollback.decider"].rota_allowed
    assert not full["approve.approver"].rota_allowed
    assert full["approve.approver"].must_differ_from == ("run.service_owner",)
    assert full["secure.review_status"].options[4].needs_acceptance
    assert full["secure.compliance_checkpoint"].before == "approve.decision_date"
    assert full["run.runbook"].map["nist"] == ("MANAGE 4.1", "MANAGE 2.3")
    months = library.find_item("eu.log_months")
    assert months is not None
    assert (months.minimum, months.unit) == (6.0, "months")


def test_a_name_is_found_or_its_nearest_are(library: Library) -> None:
    assert library.find_item("run.runbok") is None
    assert library.nearest("run.runbok") == ["run.runbook"]
    assert library.nearest("ful") == ["full"]
    assert library.nearest("xyzzy") == []


def test_facts_that_are_cited_may_be_used(library: Library) -> None:
    items = [*library.packs["full"].items, *(item for overlay in library.overlays for item in overlay.items)]
    cited = [library.facts[item.fact] for item in items if item.fact]
    assert len(cited) == 20
    assert all(fact.use_in_bot and fact.quality != "contested" for fact in cited)
    assert not library.facts["MIT-2025"].use_in_bot


# Every line of the article: code: items of core | items that full adds. F rows list the items that guard the point.
MATRIX = """
S1: run.runbook approve.criteria approve.decision_date | scope.use_case scope.production_plan
S2: rollback.decider approve.approver approve.criteria | secure.risk_assessment secure.compliance_checkpoint
S3: run.service_owner run.ops_team run.support_route fail.first_responder | -
S4: - | integrate.access integrate.data_pipeline
S5: success.target success.baseline | adopt.value_case
S6: - | secure.review_status
S7: train.audience train.plan train.lead train.help_channel | adopt.adoption_target
R1: - | scale.load_tested
R2: fail.fallback | scope.production_plan scale.load_tested
R3: fail.modes | scale.edge_cases
R4: fail.first_responder rollback.trigger | observe.dashboard observe.alerts observe.logs observe.output_review
R5: run.support_route train.audience | scale.load_tested adopt.adoption_target
R6: approve.approver approve.criteria | secure.review_status secure.risk_assessment secure.compliance_checkpoint
R7: success.target success.review | observe.output_review adopt.value_case
T1: - | scope.use_case scope.production_plan
T2: approve.approver approve.criteria | secure.review_status secure.risk_assessment secure.compliance_checkpoint
T3: run.service_owner run.ops_team | -
T4: success.target success.baseline success.review | adopt.value_case
T5: - | scale.load_tested integrate.access integrate.data_pipeline
T6: fail.fallback rollback.trigger rollback.steps rollback.decider rollback.tested_on | -
T7: train.plan train.lead train.help_channel | adopt.adoption_target
F1: approve.criteria approve.decision_date | scope.use_case scope.production_plan
F2: run.support_route fail.modes train.audience | scale.load_tested scale.edge_cases integrate.access
F3: run.service_owner run.ops_team run.runbook fail.fallback fail.first_responder rollback.trigger
    rollback.steps rollback.decider rollback.tested_on approve.approver | integrate.data_pipeline
    secure.review_status secure.risk_assessment secure.compliance_checkpoint observe.dashboard observe.alerts
    observe.logs
F4: train.plan train.lead train.help_channel | observe.output_review adopt.adoption_target
F5: success.target success.baseline success.review | adopt.value_case
P1.1: - | scope.production_plan
P1.2: fail.first_responder | observe.dashboard observe.alerts observe.logs
P1.3: fail.modes fail.fallback rollback.steps | scale.edge_cases
P2.1: - | secure.review_status
P2.2: - | secure.compliance_checkpoint
P2.3: - | secure.risk_assessment
P3.1: - | integrate.access
P3.2: - | integrate.data_pipeline
P3.3: rollback.steps rollback.tested_on | -
P4.1: run.service_owner run.ops_team | -
P4.2: run.runbook | -
P4.3: run.support_route train.help_channel | -
P5.1: success.target | -
P5.2: success.baseline | -
P5.3: success.review | observe.output_review
Q1: run.service_owner run.ops_team run.support_route run.runbook | -
Q2: fail.modes fail.fallback fail.first_responder | -
Q3: success.target success.baseline success.review | -
Q4: rollback.trigger rollback.steps rollback.decider rollback.tested_on | -
Q5: approve.approver approve.criteria approve.decision_date | -
Q6: train.audience train.plan train.lead train.help_channel | -
"""


def matrix() -> dict[str, tuple[list[str], list[str]]]:
    rows = re.findall(r"^(\S+): ([^|]+)\|((?:.|\n(?=\s))*)", MATRIX, re.MULTILINE)
    return {code: (_keys(core), _keys(added)) for code, core, added in rows}


def _keys(text: str) -> list[str]:
    return [key for key in text.split() if key != "-"]


def test_every_line_of_the_article_is_asked_about_by_the_items_that_it_names(library: Library) -> None:
    core, full = library.packs["core"], library.packs["full"]
    asked: dict[str, tuple[list[str], list[str]]] = {}
    for code in matrix():
        keys = [item.key for item in full.items if code in ((item.guards,) if code[0] == "F" else item.covers)]
        asked[code] = ([key for key in keys if key in core.by_key], [key for key in keys if key not in core.by_key])
    assert asked == matrix()


def test_full_touches_all_47_lines_and_core_36_of_them(library: Library) -> None:
    assert len(matrix()) == 47
    touched = {
        name: {code for item in library.packs[name].items for code in (item.guards, *item.covers)}
        for name in ("core", "full")
    }
    assert touched["full"] == matrix().keys()
    assert len(touched["core"]) == 36


@pytest.mark.parametrize(
    "quality",
    ["measured", "measured-internal", "method", "forecast", "secondary", "qualitative", "law", "contested"],
)
def test_a_fact_says_how_well_it_is_known(quality: str) -> None:
    ours = f"facts:\n  - {{id: OURS, claim: a, source: b, quality: {quality}}}\n"
    assert lint(BUNDLED | {"ours.yaml": ours}, PARTS, {}) == ()


# --- nudges --------------------------------------------------------------------------------------------------------

NUDGES = """nudges:
  types:
    person: {after: [2], escalate: [sponsor]}
    choice: {repeats: false}
  confirm_again: []
  review_escalate: []
  sponsor_near_days: 14
"""


def nudging(text: str) -> Nudging:
    acme = parse_packs(BUNDLED | {"own.yaml": text}, PARTS).packs["acme"]
    assert from_document(acme.document) == acme
    return acme.nudges


def test_a_pack_says_of_nudges_only_what_it_wants_otherwise() -> None:
    read, usual = nudging(changed("questions:", f"{NUDGES}questions:")), Nudging()

    assert read.types["person"] == Cadence(after=(2,), escalate=(Escalation.SPONSOR,))
    assert read.types["choice"] == replace(usual.types["choice"], repeats=False)
    assert read.types["url"] == usual.types["url"]
    assert (read.confirm_again, read.review_escalate, read.sponsor_near_days) == ((), (), 14)
    assert (read.promised_again, read.heads_up_after) == (usual.promised_again, usual.heads_up_after)


def test_a_pack_that_says_nothing_of_nudges_is_the_one_that_it_was_before_there_were_any(library: Library) -> None:
    assert nudging(OWN) == Nudging()
    assert all(set(pack.nudges.types) == set(ItemType) for pack in library.packs.values())
    assert '"nudges"' not in library.packs["core"].document
    assert '"escalate"' not in parse_packs({"own.yaml": alone()}, PARTS).packs["acme"].document


def alone() -> str:
    """A pack that extends nothing, with the scoring of the core pack."""
    scoring = re.search(r"^scoring:.*?(?=^# Article)", BUNDLED["core.yaml"], re.MULTILINE | re.DOTALL)
    assert scoring
    own = changed("extends: core\n", f"est_minutes: 2\n{scoring[0]}")
    return changed("[run.service_owner]", "[money.budget]", own)


def test_who_extends_a_pack_has_its_nudges_too() -> None:
    extending = "pack: beta\nversion: 1\nextends: acme\n"
    sources = {"own.yaml": changed("questions:", f"{NUDGES}questions:"), "beta.yaml": extending}
    packs = parse_packs(BUNDLED | sources, PARTS).packs

    assert packs["beta"].nudges == packs["acme"].nudges


def test_an_item_can_say_itself_who_is_told(library: Library) -> None:
    target, full = library.packs["core"].by_key["success.target"], library.packs["full"]
    assert full.nudges.cadence(target.type, target.escalate).escalate == (Escalation.SPONSOR,)
    assert full.nudges.cadence(target.type).escalate == ()

    own = changed("type: text", "type: text\n        escalate: []")
    item = parse_packs(BUNDLED | {"own.yaml": own}, PARTS).packs["acme"].by_key["money.budget"]
    assert item.escalate == ()
