"""What is kept about one person, as a document, and erasing it, by the operator's commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys.terminal import Ran, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Ana names Dana, and Dana answers."""
    terminal = Terminal(folder=tmp_path)
    terminal.chat("@dana, Claims Platform", "/as dana", "the zephyr team, in our weekly call", "hours 8-12")
    return terminal


def exported(terminal: Terminal, who: str) -> dict[str, list[dict[str, object]]]:
    ran = terminal.run("people", "export", who)
    assert (ran.code, ran.err) == (0, "")
    (account,) = json.loads(ran.out)["accounts"]
    assert isinstance(account, dict)
    return account


def said(ran: Ran) -> str:
    return " ".join(ran.err.split())


def test_everything_about_a_person_is_in_their_document_and_nobody_elses_words(terminal: Terminal) -> None:
    dana, ana = exported(terminal, "@dana"), exported(terminal, "ana")
    assert [each["said"] for each in dana["said"]] == ["the zephyr team, in our weekly call"]
    assert {(each["item"], "said" in each) for each in dana["named_in"]} == {("run.service_owner", False)}
    assert dana["reviews"] == []
    assert len(dana["preferences"]) == 1
    assert [each["said"] for each in ana["said"]] == ["<@dana>, Claims Platform"]
    assert [each["project"] for each in ana["reviews"]] == ["Claims Copilot"]
    assert "zephyr" not in json.dumps(ana)


def test_who_is_not_known_is_not_found_and_nothing_is_done(terminal: Terminal) -> None:
    for command in ("export", "erase"):
        ran = terminal.run("people", command, "dan", "--tenant", "T9")
        assert (ran.code, ran.out) == (1, "")
        assert "Nobody called 'dan' is known in T9" in said(ran)


def test_erasing_asks_for_the_name_again(terminal: Terminal) -> None:
    ran = terminal.run("people", "erase", "dana", typed=["dona"])
    assert ran.code == 1
    assert "Nothing was changed" in said(ran)
    assert exported(terminal, "dana")["said"]

    ran = terminal.run("people", "erase", "dana", typed=["dana"])
    assert ran.code == 0
    assert "dana on console, in local" in said(ran)
    assert "1 piece of what they said, in 1 review;" in said(ran)
    assert terminal.run("people", "export", "dana").code == 1
    items = {item["key"]: item for question in terminal.report()["questions"] for item in question["items"]}
    assert (items["run.ops_team"]["state"], items["run.ops_team"]["answer"]) == ("vague", None)
    assert items["run.ops_team"]["author"] == "@someone who was erased"
    assert "dana" not in json.dumps(terminal.report())


def test_with_yes_nothing_is_asked_and_a_second_time_finds_nobody(terminal: Terminal) -> None:
    assert terminal.run("people", "erase", "dana", "--yes").code == 0
    assert terminal.run("people", "erase", "dana", "--yes").code == 1
