from __future__ import annotations

import logging

import pytest

from tests.fake_slack_state import BOT_TOKEN, SIGNING_SECRET
from tests.written import people_wrote, told


@pytest.mark.parametrize(
    "secret",
    [
        BOT_TOKEN,
        "xoxe.xoxb-1-abc",
        SIGNING_SECRET,
        "wss://slack.example/link/?ticket=1",
        "Authorization: Bearer eyJhbGciOi",
        "0" * 43 + "=",
        "gAAAAABp",
    ],
)
def test_a_secret_is_found_wherever_it_stands(secret: str) -> None:
    assert told(f"turn_committed what={secret} review=r1")


def test_what_people_wrote_is_found_and_a_word_of_theirs_is_not() -> None:
    people_wrote(["the queue goes to people", "skip", "run.service_owner", 7])
    assert told("answer_kept text=the queue goes to people") == ["the queue goes to people"]
    assert told("turn_committed item=run.service_owner act=skip") == []


def test_a_line_of_the_log_comes_to_where_it_is_looked_through() -> None:
    handlers = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    assert len(handlers) == 1
    assert logging.getLogger("adapters").isEnabledFor(logging.INFO)
    assert not logging.getLogger("slack_sdk").isEnabledFor(logging.INFO)
