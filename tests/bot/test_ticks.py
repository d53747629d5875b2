from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.reasons import BECAUSE, WHY_NOT, reason
from bot.settings import Settings
from conversations.cards import PlanLine, WhyNot
from conversations.reminders import Kind
from storage.database import open_database
from tests.journeys.terminal import Ran, Terminal

MORNING = "2026-11-24T09:30:00+00:00"
ASKED = ("/at 2026-11-23T11:00", "ask @sam ops_team")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


def ticked(terminal: Terminal, *options: str, at: str = MORNING, **environment: str) -> list[dict[str, Any]]:
    ran = terminal.run("tick", "--at", at, "--format", "json", *options, **environment)
    assert ran.code == 0, ran.err
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def files(terminal: Terminal) -> dict[str, bytes]:
    """All but the index of SQLite's log, which every reader writes."""
    return {path.name: path.read_bytes() for path in terminal.folder.iterdir() if path.suffix != ".db-shm"}


def test_what_is_due_is_sent_once_and_told_as_json(terminal: Terminal) -> None:
    terminal.chat(*ASKED)
    assert ticked(terminal) == [
        {
            "at": MORNING,
            "person": "@ana",
            "platform": "console",
            "kind": "nudge",
            "projects": ["Claims Copilot"],
            "items": ["run.service_owner"],
            "step": 1,
            "send": True,
            "reason": "an answer is waited for",
        }
    ]
    assert ticked(terminal) == []


def test_what_is_said_goes_to_standard_error_and_the_lines_to_standard_output(terminal: Terminal) -> None:
    terminal.chat(*ASKED)
    ran = terminal.run("tick", "--at", MORNING)
    (line,) = ran.out.splitlines()
    assert line == (
        "2026-11-24 09:30  @ana (console)  Claims Copilot: run.service_owner  nudge 1"
        "  goes out: an answer is waited for"
    )
    assert "→ to @ana:\nHi Ana, one gap for Claims Copilot." in ran.err


def test_a_dry_run_tells_the_same_and_changes_nothing(terminal: Terminal) -> None:
    terminal.chat(*ASKED)
    before = files(terminal)
    told = ticked(terminal, "--dry-run")
    assert files(terminal) == before
    assert terminal.run("tick", "--at", MORNING, "--dry-run").err == ""
    assert ticked(terminal) == told


def test_what_is_held_back_is_told_with_why_and_until_when(terminal: Terminal) -> None:
    terminal.chat(*ASKED)
    evening = "2026-11-24T20:00:00+00:00"
    (line,) = ticked(terminal, at=evening)
    assert (line["send"], line["at"]) == (False, "2026-11-25T09:30:00+00:00")
    assert line["reason"] == "it is outside of their working hours; it waits until Wed 25 Nov 2026, 09:30"
    assert ticked(terminal, at=evening) == [line], "it waits still"
    assert "held back: it is outside of their working hours" in terminal.run("tick", "--at", evening, "--dry-run").out


@pytest.mark.parametrize(("country", "day"), [("", "Fri 25 Dec"), ("DE", "Mon 28 Dec"), ("FR", "Mon 28 Dec")])
def test_public_holidays_are_those_of_the_country_of_the_settings(terminal: Terminal, country: str, day: str) -> None:
    at = ("--as", "ana", "--at", "2026-12-24T20:00:00+00:00")
    ran = terminal.run("chat", "Claims", *at, typed=["ask @sam ops_team", "/nudges"], AI_READINESS_COUNTRY=country)
    assert f"{day} 2026, 09:30 · @sam · ask" in ran.words


def test_a_moment_is_needed_and_without_a_zone_it_is_utc(terminal: Terminal) -> None:
    terminal.chat(*ASKED)
    assert terminal.run("tick").code == 2
    wrong = terminal.run("tick", "--at", "tomorrow")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith("--at: 'tomorrow' is no moment")
    (line,) = ticked(terminal, at="2026-11-24T09:30")
    assert line["at"] == MORNING


def test_after_a_while_without_ticks_all_is_said_in_one(terminal: Terminal) -> None:
    terminal.chat(*ASKED)
    ticked(terminal, at="2026-11-23T11:30")
    rows = ticked(terminal, at="2026-12-04T12:00")
    assert [row["kind"] for row in rows if row["person"] == "@sam" and row["send"]] == ["catch_up"]
    assert [row["kind"] for row in rows if row["person"] == "@ana" and row["send"]] == ["catch_up", "digest"]


def test_beside_who_works_only_a_dry_run_can_look(terminal: Terminal) -> None:
    terminal.chat(*ASKED)
    database = open_database(f"sqlite:///{terminal.folder}/ai-readiness.db", command="somebody")
    try:
        refused: Ran = terminal.run("tick", "--at", MORNING)
        assert (refused.code, refused.out) == (1, "")
        assert "somebody" in refused.err
        assert len(ticked(terminal, "--dry-run")) == 1
    finally:
        database.close()


def test_where_nothing_is_a_dry_run_makes_nothing(terminal: Terminal) -> None:
    assert ticked(terminal, "--dry-run") == []
    assert list(terminal.folder.iterdir()) == []
    assert ticked(terminal) == []


def test_a_platform_that_is_half_configured_is_a_bad_setting(terminal: Terminal) -> None:
    ran = terminal.run("tick", "--at", MORNING, SLACK_BOT_TOKEN="xoxb-1")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("SLACK_SIGNING_SECRET: set it")


def test_every_kind_and_every_cause_has_its_sentence() -> None:
    assert set(BECAUSE) == set(Kind)
    assert set(WHY_NOT) == set(WhyNot)


def test_who_has_turned_nudges_off_waits_for_no_moment() -> None:
    line = PlanLine(
        at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        person="ana",
        platform="console",
        kind=Kind.NUDGE,
        projects=("Claims",),
        items=("run.runbook",),
        labels=("runbook",),
        step=1,
        send=False,
        why_not=WhyNot.NUDGES_OFF,
    )
    assert reason(line, Settings().zone) == "they have turned nudges off"
