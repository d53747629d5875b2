"""The README's transcript, played in Teams, where the bot is mentioned or may read all: the report is the terminal's.

What differs in it is where the review lives. Nothing else does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.adaptive_cards import elements
from tests.fake_teams import TENANT, FakeTeams, rung, text_of
from tests.fake_teams_state import Message
from tests.journeys.terminal import AT, ROOT, Terminal, spoken
from tests.served import PROJECT
from tests.serving_teams import HEARINGS, TeamsServe, delivery_ids, with_serve

CHANNELS = ("claims", "claims-ai-helpdesk", "claims-copilot-questions")
NINE = datetime.fromisoformat(AT)
_REPORT = Path(__file__).parent / "reports" / "claims.json"
_TITLE = re.compile(r"^(\d) of 6 · ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    teams: FakeTeams
    said: list[tuple[str, Message]]  # each line of the transcript
    thread: list[Message]
    report: dict[str, Any]


@pytest.fixture(scope="module", params=HEARINGS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    url = f"sqlite:///{tmp_path_factory.mktemp('played')}/reviews.db"
    said: list[tuple[str, Message]] = []

    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        for who, line in spoken("claims"):
            said.append((line, await serve.says(who, line)))

    teams = with_serve(scene, url, hearing=request.param, fake={"channels": CHANNELS}, clock=lambda: NINE)
    thread = teams.messages(said[0][1].conversation)
    return Played(teams=teams, said=said, thread=thread, report=_report(url))


def _report(url: str) -> dict[str, Any]:
    ran = Terminal(folder=ROOT).run("report", PROJECT, "--format", "json", DATABASE_URL=url)
    assert (ran.code, ran.err) == (0, "")
    document: dict[str, Any] = json.loads(ran.out)
    return document


def test_the_report_is_the_terminals_but_for_the_place(played: Played) -> None:
    where = {"tenant": TENANT, "platform": "teams", "channel": played.teams.place("claims").id}
    expected = json.loads(_REPORT.read_text(encoding="utf-8")) | where
    assert played.report.pop("generated_at")
    assert played.report == expected


def test_the_bot_says_little_in_the_thread_and_nothing_twice(played: Played) -> None:
    of_bot = [each for each in played.thread if each.of_bot]
    assert len(of_bot) <= 18
    assert len({text_of(each) for each in of_bot}) == len(of_bot)
    assert len(set(delivery_ids(played.teams))) == len(delivery_ids(played.teams))


def test_teams_refuses_nothing_and_complains_of_nothing(played: Played) -> None:
    assert [call for call in played.teams.calls if call.error] == []
    assert played.teams.complaints == []


def test_each_question_is_one_card_that_is_revised_in_its_place(played: Played) -> None:
    cards = [each for each in played.thread if each.of_bot and _TITLE.match(text_of(each))]
    assert [text_of(card)[0] for card in cards] == list("123456")
    assert all(card.versions > 1 for card in cards)
    assert not [text_of(card) for card in cards if "asked now" in text_of(card)]


def test_what_one_person_is_told_nobody_else_reads(played: Played) -> None:
    private = ("Noted: ", "I left that alone", "Taken back")
    assert not [text_of(each) for each in played.thread if each.of_bot and text_of(each).startswith(private)]
    assert not [text_of(each) for each in played.teams.messages("@ana") if "Noted: " in text_of(each)]


def test_one_token_is_enough_for_all(played: Played) -> None:
    assert len(played.teams.called("token")) == 1
    assert len(played.teams.called("keys")) == 1


def test_nobody_is_rung_who_is_not_asked(played: Played) -> None:
    assert {who for each in played.thread if each.of_bot for who in rung(each)} == set()


def test_every_button_can_still_be_pressed_where_a_client_knows_no_execute(played: Played) -> None:
    buttons = [each for message in played.thread for each in elements(message.card or {}, "Action.Execute")]
    assert buttons
    assert all(each["fallback"]["type"] == "Action.Submit" for each in buttons)
    assert all(each["fallback"]["data"] == each["data"] for each in buttons)
