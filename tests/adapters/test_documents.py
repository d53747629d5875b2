from __future__ import annotations

import os
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from adapters.documents import escaped, packs_text, report_markdown, report_text, reviews_text, trial_text
from conversations.packs import Item, ItemType, Pack, Scoring
from conversations.verdicts import Judgement, Verdict
from tests.adapters.reports import REPORT, REVIEWS
from tests.adapters.samples import WORDS

GOLDEN = Path(__file__).parent / "golden" / "documents"


def document(name: str) -> str:
    match name:
        case "report.txt":
            return report_text(REPORT)
        case "report.md":
            return report_markdown(REPORT)
        case _:
            return reviews_text(REVIEWS)


@pytest.mark.parametrize("name", ["report.txt", "report.md", "reviews.txt"])
def test_documents_look_as_they_did(name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(document(name) + "\n", encoding="utf-8")
    assert document(name) + "\n" == path.read_text(encoding="utf-8"), "if it is meant: UPDATE_GOLDEN=1"


def test_no_reviews_say_so() -> None:
    assert reviews_text([]).startswith("No reviews yet.")


def test_packs_are_listed_with_what_they_cost() -> None:
    scoring = Scoring(
        lead_over_weakest=25, blocked_ceiling=59, bands={}, gate=80, defer_horizon_days=30, stale_grace_days=14
    )
    pack = Pack(
        name="core",
        version="0.1.0",
        title="Six questions",
        language="en",
        est_minutes=12,
        scoring=scoring,
        questions=(),
        digest="",
        document="",
    )
    assert packs_text([pack]).splitlines()[1].split() == ["core", "0.1.0", "Six", "questions", "0", "0", "about", "12"]


def test_a_trial_says_what_is_there_and_what_is_missing() -> None:
    item = Item(
        key="rollback.steps",
        prompt="What are the steps?",
        type=ItemType.TEXT,
        why="",
        example="",
        follow_up="",
        guards="F3",
    )
    judged = Judgement(verdict=Verdict.VAGUE, found=("action",), missing=("duration",), follow_up="How many minutes?")
    lines = trial_text(item, judged).splitlines()
    assert [line.split() for line in lines] == [
        ["rollback.steps:", "What", "are", "the", "steps?"],
        ["verdict", "vague"],
        ["found", "action"],
        ["missing", "duration"],
        ["follow-up", "How", "many", "minutes?"],
    ]


def test_a_complete_trial_has_no_empty_lines_in_it() -> None:
    item = Item(key="a.b", prompt="?", type=ItemType.TEXT, why="", example="", follow_up="", guards="F3")
    assert trial_text(item, Judgement(verdict=Verdict.COMPLETE)).splitlines() == [
        "a.b: ?",
        "  verdict    complete",
    ]


def test_a_report_without_anything_in_it_can_be_read() -> None:
    bare = REPORT | {
        "blockers": [],
        "next_gap": None,
        "checks": [],
        "questions": [],
        "decision_date": None,
        "phase": "done",
    }
    assert "no decision date yet" in report_text(bare)
    assert "building, done" in report_markdown(bare)


@pytest.mark.parametrize(
    "typed",
    [
        WORDS[9].splitlines()[0].replace("\x1b[31m", "").replace("\x1b[0m", ""),
        "1. not a list",
        "- nor this",
        "+ nor this",
        "# no heading",
        "> no quote",
        "![no](image) [no](link) ~~no~~ __no__ | no | table &amp; \\* &lt;",
        "<script>alert(1)</script> <!-- no -->",
        "=====",
        "---",
    ],
)
def test_markdown_shows_what_was_typed(typed: str) -> None:
    answer = {**REPORT["questions"][0]["items"][0], "answer": typed, "author": None}
    report = REPORT | {"questions": [REPORT["questions"][0] | {"items": [answer]}]}
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(report_markdown(report))
    last = [token for token in tokens if token.type == "inline"][-1]
    kinds = {child.type for child in last.children or ()}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close"}
    assert "".join(child.content for child in last.children or ()).endswith(f"to be confirmed: {typed}")


def test_a_link_keeps_its_characters() -> None:
    assert escaped("see https://a.io/x_y_z*.") == "see <https://a.io/x_y_z*>."
    assert escaped("(https://a.io/x)") == "(<https://a.io/x>)"
