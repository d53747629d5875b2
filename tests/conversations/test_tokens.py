"""Replies that are nothing but thanks, and replies that are nothing but tokens."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.language.tokens import is_acknowledgement, split_tokens
from tests.answers import measure

RULES = measure.rules()
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "Thanks!",
        "ok, thanks a lot",
        "got it :+1:",
        "+1",
        "👍",
        ":tada:",
        "<@U1> thanks",
        "Danke, passt",
        "merci",
        "noted.",
    ],
)
def test_thanks_are_an_acknowledgement(text: str) -> None:
    assert is_acknowledgement(text, RULES)


@pytest.mark.parametrize("text", ["", "?", "...", "<@U1>", "ok, Dana does it", "thanks to <@U1> we have one", "no"])
def test_an_answer_is_no_acknowledgement(text: str) -> None:
    assert not is_acknowledgement(text, RULES)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("<@U1> https://wiki.acme.io/x", [("person", "<@U1>"), ("url", "https://wiki.acme.io/x")]),
        ("<@U1>, and 3 Dec", [("person", "<@U1>"), ("date", "3 Dec")]),
        ("#claims-ai, Mon-Fri 8-18", [("channel", "#claims-ai, Mon-Fri 8-18")]),
        (
            "#claims-ai weekdays 8:00-18:00 and <@U1>",
            [("channel", "#claims-ai weekdays 8:00-18:00 and"), ("person", "<@U1>")],
        ),
        ("a@acme.io", [("email", "a@acme.io")]),
    ],
)
def test_a_reply_of_tokens_is_told_apart(text: str, tokens: list[tuple[str, str]]) -> None:
    found = split_tokens(text, RULES, TODAY)
    assert found is not None
    assert [(each.kind, each.text.removesuffix(" and")) for each in found] == [
        (kind, said.removesuffix(" and")) for kind, said in tokens
    ]


@pytest.mark.parametrize(
    "text", ["", "hello", "<@U1> knows", "Dana and <@U1>", "#claims-ai for claims", "SEC-12", "12/11"]
)
def test_words_that_remain_make_it_no_reply_of_tokens(text: str) -> None:
    assert split_tokens(text, RULES, TODAY) is None
