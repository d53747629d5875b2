"""The README's transcript, played by its people in Slack, over HTTP and over Socket Mode: the report is the terminal's.

What differs in it is where the review lives, `_WHERE`. Nothing else does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fake_slack import BOT, TEAM, FakeSlack, rung, text_of
from tests.fake_slack_state import Message
from tests.journeys.terminal import AT, ROOT, Terminal, spoken
from tests.serving import HTTP, PROJECT, SOCKET, Serve, delivery_ids, with_serve

CHANNELS = ("claims", "claims-ai-helpdesk", "claims-copilot-questions")
NINE = datetime.fromisoformat(AT)
_WHERE = {"tenant": TEAM, "platform": "slack", "channel": "C0CLAIMS"}
_REPORT = Path(__file__).parent / "reports" / "claims.json"
_TITLE = re.compile(r"^(\d) of 6 · ")
_WITHOUT_MARK = (  # words, thin answers, what was taken back, and what was meant for somebody else
    *("yes", "later 4 Dec", "ask @dana", "keep", "undo", "accept plan", "status"),
    *("Ops will take it over after launch", "It might hallucinate", "git revert"),
    *("@tom", "@tom can you look up the baseline?", "thanks all :tada:"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    slack: FakeSlack
    said: list[tuple[str, Message]]  # each line of the transcript
    thread: list[Message]
    report: dict[str, Any]


@pytest.fixture(scope="module", params=[HTTP, SOCKET])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    url = f"sqlite:///{tmp_path_factory.mktemp('played')}/reviews.db"
    said: list[tuple[str, Message]] = []

    async def scene(serve: Serve) -> None:
        await serve.starts()
        for who, line in spoken("claims"):
            said.append((line, await serve.says(who, line)))

    slack = with_serve(scene, url, request.param, fake={"channels": CHANNELS}, clock=lambda: NINE)
    thread = slack.messages("claims", said[0][1].thread_ts)
    return Played(slack=slack, said=said, thread=thread, report=_report(url))


def _report(url: str) -> dict[str, Any]:
    ran = Terminal(folder=ROOT).run("report", PROJECT, "--format", "json", DATABASE_URL=url)
    assert (ran.code, ran.err) == (0, "")
    document: dict[str, Any] = json.loads(ran.out)
    return document


def test_the_report_is_the_terminals_but_for_the_place(played: Played) -> None:
    expected = json.loads(_REPORT.read_text(encoding="utf-8")) | _WHERE
    assert played.report.pop("generated_at")
    assert played.report == expected


def test_the_bot_says_little_in_the_thread_and_nothing_twice(played: Played) -> None:
    posts = [call for call in played.slack.called("chat.postMessage") if call.error is None]
    assert len([each for each in played.thread if each.of_bot]) <= 18
    assert len(set(delivery_ids(played.slack))) == len(delivery_ids(played.slack)) == len(posts)


def test_slack_refuses_nothing(played: Played) -> None:
    assert [call for call in played.slack.calls if call.error] == []


def test_each_question_is_one_card_that_is_revised_in_its_place(played: Played) -> None:
    cards = [each for each in played.thread if each.of_bot and _TITLE.match(text_of(each))]
    assert [_TITLE.match(text_of(card)) and text_of(card)[0] for card in cards] == list("123456")
    revised = {call.arguments["ts"] for call in played.slack.called("chat.update")}
    assert {card.ts for card in cards} <= revised
    assert not [text_of(card) for card in cards if "asked now" in text_of(card)]


def test_what_was_understood_is_marked_and_what_was_taken_back_is_not(played: Played) -> None:
    marked = [(line, message.reactions == {"white_check_mark": [BOT]}) for line, message in played.said]
    assert marked == [(line, line not in _WITHOUT_MARK) for line, _ in played.said]
    (undone,) = (message for line, message in played.said if line == "@tom")
    calls = [call.method for call in played.slack.calls if call.arguments.get("timestamp") == undone.ts]
    assert calls == ["reactions.add", "reactions.remove"]


def test_what_one_person_is_told_nobody_else_reads(played: Played) -> None:
    private = ("Noted: ", "I left that alone", "Taken back")
    assert not [text_of(each) for each in played.thread if each.of_bot and text_of(each).startswith(private)]
    left_alone = [each for each in played.slack.ephemerals if "I left that alone" in text_of(each)]
    assert [each.seen_by for each in left_alone] == ["U0ANA"]
    written_to = {channel.name: channel for channel in played.slack.channels.values() if channel.is_im}
    assert set(written_to) == {"@ana"}  # who spoke to it first; at nine it is too early to ask who was named


def test_nobody_is_rung_who_is_not_asked(played: Played) -> None:
    posts = [*played.slack.called("chat.postMessage"), *played.slack.called("chat.postEphemeral")]
    assert {who for call in posts for who in rung(call.arguments["blocks"])} == set()
