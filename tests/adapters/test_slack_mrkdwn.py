from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.mrkdwn import people_in, to_text, words_after_mention

BOT = "U0BOT"
PIECES = (
    "<@U1>",
    "<@",
    "<!",
    "<#C1|",
    "|",
    ">",
    "&lt;",
    "&gt;",
    "&amp;",
    "http://",
    "\x00",
    "\ud800",
    "@",
    "U0BOT",
    " ",
)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("<@U03LEE>, Claims Platform", "<@U03LEE>, Claims Platform"),
        ("<@U03LEE|lee>", "<@U03LEE>"),
        ("<#C0CLAIMS|claims-ai> 9-17", "#claims-ai 9-17"),
        ("<#C0CLAIMS|> and <#C0CLAIMS>", "#C0CLAIMS and #C0CLAIMS"),  # a private one has no name
        ("<https://acme.io/runbook>", "https://acme.io/runbook"),
        ("<https://acme.io/runbook|the runbook>", "the runbook (https://acme.io/runbook)"),
        ("<https://acme.io/a?b=1&amp;c=2>", "https://acme.io/a?b=1&c=2"),
        ("<http://acme.io|acme.io>", "http://acme.io"),  # typed without its scheme
        ("<https://acme.io/|https://acme.io>", "https://acme.io/"),
        ("<mailto:dana@acme.io|dana@acme.io>", "dana@acme.io"),
        ("<mailto:dana@acme.io|Dana>", "Dana (dana@acme.io)"),
        ("<tel:+495551234|+49 555 1234>", "+49 555 1234 (+495551234)"),
        ("<!here> <!channel> <!everyone|everyone>", "@here @channel @everyone"),
        ("<!subteam^S0RUN|@run-team> or <!subteam^S0RUN>", "@run-team or @S0RUN"),
        ("<!date^1392734382^{date_short}|18 Feb 2014>", "18 Feb 2014"),
        ("under 5 &lt; 10 &amp; over 2 &gt; 1", "under 5 < 10 & over 2 > 1"),
        ("&amp;lt; stays an escape", "&lt; stays an escape"),  # decoded once
        ("&nbsp; is nothing of Slack's", "&nbsp; is nothing of Slack's"),
        ("*bold* _slanted_ ~gone~ :tada:", "*bold* _slanted_ ~gone~ :tada:"),
        ("```\nif a &lt; b:\n  <https://acme.io>\n```", "```\nif a < b:\n  https://acme.io\n```"),
        ("a < b > c <> <@> <!x> <| >", "a < b > c <> < @> <!x> <| >"),
        ("nul\x00 and half\ud83d", "nul and half"),
        ("", ""),
    ],
)
def test_what_slack_writes_is_read_as_it_was_meant(sent: str, text: str) -> None:
    assert to_text(sent) == text


@pytest.mark.parametrize(
    "sent",
    ["&lt;@U1&gt;", "`&lt;@U1&gt;`", "&lt;\x00@U1&gt;", "&lt;<!subteam^S1|@U1>&gt;", "<https://a.b|&lt;@U1&gt;>"],
)
def test_a_mention_that_was_only_typed_is_nobodys(sent: str) -> None:
    assert not people_in(to_text(sent))


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("<@U0BOT> undo", "undo"),
        (" <@U0BOT|ai>, <@U0BOT>: undo", "undo"),
        ("<@U0BOT>", ""),
        ("<@U0BOTS> undo", "<@U0BOTS> undo"),
        ("ask <@U0BOT> about it", "ask <@U0BOT> about it"),
    ],
)
def test_the_bots_own_mention_is_cut_from_the_beginning_only(sent: str, text: str) -> None:
    assert to_text(sent, BOT) == text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("<@U0BOT> start Claims", "start Claims"),
        ("hello <@U0BOT>, status Claims ", "status Claims"),
        ("thanks <@U0BOT>", ""),
        ("thanks <@U1>", None),
        ("`&lt;@U0BOT&gt;` is me", None),
    ],
)
def test_words_to_the_bot_follow_its_mention(sent: str, words: str | None) -> None:
    assert words_after_mention(sent, BOT) == words
    assert words_after_mention(sent, None) is None


@given(st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3))).map("".join)))
def test_any_text_becomes_one_that_can_be_kept(sent: str) -> None:
    text = to_text(sent, BOT)
    assert re.search("[\x00\ud800-\udfff]", text) is None
    assert text.count("<@") == len(re.findall(r"<@[\w.-]+>", text))


@given(st.text().filter(lambda typed: not set(typed) & set("\x00<>&")))
def test_plain_words_stay_as_they_were_typed(typed: str) -> None:
    assert to_text(typed, BOT) == typed
