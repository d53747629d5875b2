from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.terminal import AT, ROOT, Terminal

PACK = """\
pack: acme
version: 1.0.0
extends: core
title: Before production at Acme
questions:
  - id: money
    title: Who pays for it?
    short: Money
    items:
      - key: money.budget
        prompt: Which budget pays for it, and who answers for that budget?
        type: text
        parts: [owner]
        why: A service without a budget stops at the end of the year.
        example: Claims IT, cost centre 4711, <@U02DANA>
        follow_up: Who answers for the budget? Please @mention one person.
        guards: F5
"""
FAULTY = PACK.replace("title: Before", "titel: Before").replace("type: text", "type: txet")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


def write(terminal: Terminal, name: str, text: str) -> str:
    path = terminal.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


# --- an organisation's own packs -------------------------------------------------------------------------------------


def test_the_packs_that_ship_are_listed(terminal: Terminal) -> None:
    ran = terminal.run("packs", "list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines() if line.startswith(("core", "full"))] == ["core", "full"]
    assert "21" in ran.out
    assert "36" in ran.out


def test_a_pack_of_ones_own_is_listed_tried_and_walked(terminal: Terminal) -> None:
    write(terminal, "packs/acme.yaml", PACK)
    assert "acme" in terminal.run("packs", "list", AI_READINESS_PACKS="packs").out
    tried = terminal.run("packs", "try", "money.budget", "some budget", AI_READINESS_PACKS="packs")
    assert "Who answers for the budget?" in tried.words
    chat = terminal.run("chat", "--at", AT, typed=["status"], AI_READINESS_PACKS="packs", AI_READINESS_PACK="acme")
    assert chat.code == 0
    assert "0 of 22 answered" in chat.words
    assert terminal.report("Example project")["pack"] == {"name": "acme", "version": "1.0.0"}


def test_a_broken_pack_stops_every_command_that_needs_packs(terminal: Terminal) -> None:
    write(terminal, "packs/acme.yaml", FAULTY)
    for words in (("packs", "list"), ("chat",), ("packs", "try", "rollback.steps", "git revert")):
        ran = terminal.run(*words, AI_READINESS_PACKS="packs")
        assert (ran.code, ran.out) == (2, "")
        assert [line.partition(": ")[0] for line in ran.err.splitlines()] == ["packs/acme.yaml:4", "packs/acme.yaml:12"]
    assert sorted(path.name for path in terminal.folder.iterdir()) == ["packs"]


# --- lint ------------------------------------------------------------------------------------------------------------


def test_a_good_pack_is_nothing_to_talk_about(terminal: Terminal) -> None:
    shipped = str(ROOT / "conversations" / "packs" / "core.yaml")
    ran = terminal.run("packs", "lint", write(terminal, "acme.yaml", PACK), shipped)
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_every_complaint_names_its_file_and_line_all_at_once(terminal: Terminal) -> None:
    other = write(terminal, "other.yaml", PACK.replace("pack: acme", "pack: other").replace("1.0.0", "new"))
    ran = terminal.run("packs", "lint", write(terminal, "acme.yaml", FAULTY), other)
    assert (ran.code, ran.err) == (2, "")
    assert [line.partition(": ")[0] for line in ran.out.splitlines()] == [
        "acme.yaml:4",
        "acme.yaml:12",
        "other.yaml:2",
    ]
    assert all("; " in line for line in ran.out.splitlines()), "each says what would be right"


def test_a_pack_in_use_cannot_change_without_a_new_version(terminal: Terminal) -> None:
    write(terminal, "packs/acme.yaml", PACK)
    terminal.run("chat", "--at", AT, "--pack", "acme", AI_READINESS_PACKS="packs")
    changed = write(terminal, "packs/acme.yaml", PACK.replace("Who pays for it?", "Who pays?"))
    ran = terminal.run("packs", "lint", changed)
    assert ran.code == 2
    assert ran.out.startswith("packs/acme.yaml:2: ")
    newer = write(terminal, "packs/acme.yaml", PACK.replace("Who pays for it?", "Who pays?").replace("1.0.0", "1.0.1"))
    assert terminal.run("packs", "lint", newer).code == 0
    back = terminal.run("chat", "--at", AT, AI_READINESS_PACKS="packs")
    assert back.code == 0
    assert terminal.report("Example project")["pack"]["version"] == "1.0.0"


def test_a_file_that_is_no_text_is_a_complaint(terminal: Terminal) -> None:
    (terminal.folder / "packs").mkdir()
    (terminal.folder / "packs" / "acme.yaml").write_bytes(b"\xff\xfe\x00pack")
    lint = terminal.run("packs", "lint", "packs/acme.yaml")
    assert lint.code == 2
    assert lint.out.startswith("packs/acme.yaml:1: ")
    listed = terminal.run("packs", "list", AI_READINESS_PACKS="packs")
    assert (listed.code, listed.err) == (2, lint.out)


# --- try -------------------------------------------------------------------------------------------------------------


def test_an_answer_is_judged_with_what_was_found_and_what_is_missing(terminal: Terminal) -> None:
    ran = terminal.run("packs", "try", "rollback.steps", "git", "revert")
    assert (ran.code, ran.err) == (0, "")
    for part in ("rollback.steps", "verdict vague", "found action", "missing mechanism, duration", "follow-up I have"):
        assert part in ran.words
    complete = terminal.run("packs", "try", "rollback.steps", "Turn off the flag; old form back in 10 minutes")
    assert "verdict complete" in complete.words
    assert "follow-up" not in complete.words


def test_an_item_that_no_pack_has_is_answered_with_the_nearest_names(terminal: Terminal) -> None:
    ran = terminal.run("packs", "try", "rollback.step", "git revert")
    assert (ran.code, ran.out) == (1, "")
    assert "did you mean rollback.steps" in ran.err


def test_a_moment_or_a_day_that_is_none_is_said(terminal: Terminal) -> None:
    for words in (("--at", "soon"), ("--decision-date", "soon")):
        ran = terminal.run("packs", "try", "rollback.steps", "git revert", *words)
        assert (ran.code, ran.out) == (2, "")
        assert "soon" in ran.err


def test_many_answers_are_judged_in_order_with_exactly_these_fields(terminal: Terminal) -> None:
    lines: list[dict[str, Any]] = [
        {"item": "rollback.steps", "answer": "git revert", "why": "ignored", "at": AT},
        {"item": "run.service_owner", "answer": "@dana\u2028Claims Platform", "at": AT, "author": "@ana"},
        {"item": "approve.decision_date", "answer": "15 Dec", "at": AT, "decision_date": None},
        {"item": "scope.use_case", "answer": "n/a because it has none", "profile": {"stage": "pilot"}},
        {"item": "run.runbook", "answer": "later, by 4 Dec", "at": AT},
        {"item": "run.runbook", "answer": "TBD"},
    ]
    text = "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    ran = terminal.run("packs", "try", "--jsonl", write(terminal, "answers.jsonl", f"{text}\n"))
    assert (ran.code, ran.err) == (0, "")
    results = [json.loads(line) for line in ran.out.rstrip("\n").split("\n")]
    assert {tuple(one) for one in results} == {("item", "answer", "verdict", "missing", "follow_up")}
    assert [(one["item"], one["answer"]) for one in results] == [(one["item"], one["answer"]) for one in lines]
    verdicts = ["vague", "complete", "complete", "not_applicable", "deferred", "missing"]
    assert [one["verdict"] for one in results] == verdicts
    for one in results:
        asked = one["verdict"] in ("vague", "missing")
        assert (bool(one["missing"]), one["follow_up"] is not None) == (asked, asked)


@pytest.mark.parametrize(
    "bad",
    [
        "{bad",
        "[]",
        '"text"',
        '{"item": "rollback.steps"}',
        '{"item": "nonsense", "answer": "x"}',
        '{"item": "rollback.steps", "answer": "x", "at": "soon"}',
        '{"item": "rollback.steps", "answer": "x", "decision_date": "soon"}',
        '{"item": "rollback.steps", "answer": "x", "profile": "pilot"}',
    ],
)
def test_a_line_that_cannot_be_judged_is_named(terminal: Terminal, bad: str) -> None:
    good = '{"item": "rollback.steps", "answer": "git revert"}'
    ran = terminal.run("packs", "try", "--jsonl", write(terminal, "answers.jsonl", f"{good}\n\n{bad}\n{good}\n"))
    assert ran.code == 2
    assert len(ran.out.splitlines()) == 1, "what was judged before stands"
    assert ran.err.startswith("answers.jsonl:3: ")
    assert len(ran.err.splitlines()) == 1


def test_answers_that_are_no_text_are_named(terminal: Terminal) -> None:
    (terminal.folder / "answers.jsonl").write_bytes(b'{"item": "rollback.steps", "answer": "\xff"}\n')
    ran = terminal.run("packs", "try", "--jsonl", "answers.jsonl")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("answers.jsonl:1: ")
