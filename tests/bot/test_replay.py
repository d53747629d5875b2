from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.documents import replay_text
from bot.library import shipped_rules
from conversations.language.rules import Rules
from tests.journeys.terminal import Ran, Terminal

ANSWERS = ("@dana, Claims Platform", "n/a because it runs in a nightly batch without any users")
SAYINGS = {"project": "Claims Copilot", "left_out": 0, "readiness": {"then": 59, "now": 62}}
BARE = {"kind": "answered", "missing": [], "known_gap": False, "day": None, "person": None, "rota": False}


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal(folder=tmp_path)
    assert terminal.chat(*ANSWERS).code == 0
    return terminal


def replayed(terminal: Terminal, *words: str) -> Ran:
    ran = terminal.run("replay", "claims  COPILOT", *words)
    assert (ran.code, ran.err) == (0, "")
    return ran


@pytest.fixture
def stricter(monkeypatch: pytest.MonkeyPatch) -> None:
    def rules(date_order: str | None = None) -> Rules:
        return replace(shipped_rules(date_order), reason_words=99)

    monkeypatch.setattr("bot.reading.shipped_rules", rules)


def test_rules_that_have_not_changed_say_the_same(terminal: Terminal) -> None:
    lines = replayed(terminal).out.splitlines()
    readiness = terminal.report()["readiness"]
    assert "Today's rules say the same about all 2 answers." in lines
    assert lines[-1].startswith(f"Readiness {readiness}, by today's rules {readiness}; ")


def test_what_changed_rules_say_otherwise_is_a_line(terminal: Terminal, stricter: None) -> None:
    assert (
        "- Mon 23 Nov 2026, @ana, Running it: operating team — then: does not apply, "
        "now: parts missing (which team, the day)." in replayed(terminal).words
    )
    document = json.loads(replayed(terminal, "--format", "json").out)
    assert [each["item"] for each in document["differences"]] == ["run.ops_team"]
    assert document["answers"] == 2


def test_nothing_is_changed_by_it(terminal: Terminal, stricter: None) -> None:
    before = terminal.report()
    replayed(terminal)
    assert terminal.report() == before


def test_an_unknown_project_is_answered_as_by_report(terminal: Terminal) -> None:
    ran = terminal.run("replay", "Claim Copilots")
    assert (ran.code, ran.out) == (1, "")
    assert "Did you mean Claims Copilot?" in ran.err
    assert terminal.run("replay", "Claims Copilot", "--tenant", "T2").code == 1


def document(*differences: dict[str, Any], answers: int = 3, left_out: int = 0) -> dict[str, Any]:
    return SAYINGS | {
        "answers": answers,
        "left_out": left_out,
        "differences": list(differences),
        "blockers": {"then": ["rollback.steps"], "now": []},
    }


def difference(then: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    about = {"item": "rollback.steps", "label": "Rollback: steps", "act": 3, "author": "@tom"}
    said = BARE | {"option": None}
    return about | {"answered_at": "2026-11-25T10:00:00+00:00", "then": said | then, "now": said | now}


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_difference_says_both_judgements() -> None:
    text = flat(
        replay_text(document(difference({"verdict": "vague", "missing": ["duration"]}, {"verdict": "complete"})))
    )
    assert (
        "- Wed 25 Nov 2026, @tom, Rollback: steps — then: parts missing (how long it takes), now: complete. "
        "1 of 3 answers would be judged otherwise. "
        "Readiness 59, by today's rules 62; blockers 1, by today's rules 0."
    ) in text


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        ({"verdict": "deferred", "day": "2026-12-01"}, "promised, Tue 1 Dec 2026"),
        ({"verdict": "missing", "known_gap": True}, "known gap"),
        ({"verdict": "missing", "missing": ["team"]}, "not answered (which team)"),
        ({"verdict": "complete", "person": "@lee"}, "complete, @lee"),
        ({"verdict": "complete", "rota": True, "person": "@lee"}, "complete, @lee, a rota"),
        ({"verdict": "complete", "option": "in_review"}, "complete, in review"),
        ({"verdict": "complete", "kind": "rivalled"}, "complete, beside another answer"),
        ({"verdict": "not_applicable", "kind": "waived"}, "does not apply"),
    ],
)
def test_a_judgement_is_said_with_what_it_found(judged: dict[str, Any], said: str) -> None:
    assert f"now: {said}." in flat(replay_text(document(difference({"verdict": "vague"}, judged))))


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"answers": 23}, "Today's rules say the same about all 23 answers."),
        ({"answers": 1}, "Today's rules say the same about the only answer."),
        ({"answers": 0}, "There is no answer to judge."),
        ({"left_out": 1}, "1 answer left out, as the words were deleted."),
        ({"left_out": 2}, "2 answers left out, as the words were deleted."),
    ],
)
def test_what_was_judged_is_counted(counts: dict[str, int], said: str) -> None:
    assert said in replay_text(document(**counts)).splitlines()
