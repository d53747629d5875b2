from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.filters import visible
from adapters.marked import stressed
from adapters.slack.limits import TEXT, URL
from adapters.slack.texts import Slack, bare, plain, to_texts
from adapters.slack.ways import Pressed, action_id, block_id, from_ids
from conversations.cards import Tap, Way
from tests.adapters.slack_screen import Reading, reading

NAMES = {"U1": "Una", "U2": "<!channel>", "U3": "*Bo*\x02 \u202e@here"}
NASTY = (
    "<!channel> @here @Channel @everyone <@U1> <!subteam^S1|@all> *bold* _it_ ~no~ `code` :smile: &lt; "
    "<http://x|y> [a](http://b.example) <#C1|general> \x1b[31mred\x1b[0m \x01U9\x05 \x06it\x06 \u202eleft"
)
LIKE_MARKUP = st.text(
    alphabet=st.sampled_from("<>@!&|#*_~`:/.()“”•\x00\x01\x02\x03\x05\x06\n hereU1chanlSt"), max_size=80
)
SAID = LIKE_MARKUP.filter(lambda typed: visible(typed).strip() != "")


def texts(*lines: str) -> list[dict[str, Any]]:
    return to_texts(lines, NAMES)


def markup(line: str) -> str:
    """A sentence that is sent as mrkdwn."""
    (text,) = texts(line)
    assert (text["type"], text["verbatim"]) == ("mrkdwn", True)
    return str(text["text"])


def plain_text(line: str) -> str:
    """A sentence that is sent as plain text, as something in it would act."""
    (text,) = texts(line)
    assert (text["type"], text["emoji"]) == ("plain_text", False)
    return str(text["text"])


def test_a_person_is_a_name_and_rings_nobody() -> None:
    assert markup(Slack().person("U1")) == "@Una"
    assert plain(Slack().person("U1"), NAMES) == "@Una"


def test_who_is_greeted_is_called_by_their_name_alone() -> None:
    assert markup(Slack().name("U1")) == "Una"
    assert markup(Slack().name("U0NEW")) == "U0NEW"
    assert plain_text(f"Hi {Slack().name('U3')}") == "Hi *Bo* @here"
    assert plain(Slack().name("U1"), NAMES) == "Una"


def test_who_is_asked_to_act_is_rung() -> None:
    marked = Slack().person("U1", ring=True)
    assert markup(marked) == "<@U1>"
    assert plain(marked, NAMES) == "@Una"


def test_an_id_without_a_name_stays_an_id_and_is_rung_all_the_same() -> None:
    assert markup(Slack().person("U0NEW")) == "@U0NEW"
    assert markup(Slack().person("U0NEW", ring=True)) == "<@U0NEW>"


def test_a_name_that_matches_nobody_here_is_said_as_it_is_and_rings_nobody() -> None:
    assert markup(Slack().person("Dana from Claims", ring=True)) == "Dana from Claims"
    assert markup(Slack().person("!channel> <@U1", ring=True)) == "!channel&gt; &lt;@U1"


def test_a_name_is_what_somebody_typed_too() -> None:
    assert plain_text(Slack().person("U3")) == "@*Bo* @here"
    assert markup(Slack().person("U2")) == plain(Slack().person("U2"), NAMES) == "@&lt;!channel&gt;"
    assert "@here" not in plain(Slack().person("U3"), NAMES)


def test_what_is_to_be_typed_is_code_and_in_plain_words_quoted() -> None:
    marked = f"Say {Slack().typed('later_on *')}, or {Slack().command('start NAME')}."
    assert markup(marked) == "Say `later_on *`, or `/ai-readiness start NAME`."
    assert plain(marked, NAMES) == "Say “later_on *”, or “/ai-readiness start NAME”."
    assert plain_text(f"Say {Slack().typed('a`b')}.") == "Say “a`b”."


def test_what_leads_is_stressed() -> None:
    assert markup(f"✓ {stressed('modes')} answered") == "✓ *modes* answered"
    assert plain_text(f"✓ {stressed('modes')} as in snake_case") == "✓ modes as in snake_case"
    assert stressed("") == ""


def test_people_in_what_was_said_are_names_and_behind_them_it_goes_on() -> None:
    marked = f"{Slack().said('“<@U1> or https://a.example/x?a=1&b=2”')} – {Slack().person('U1')}"
    assert markup(marked) == "“@Una or <https://a.example/x?a=1&amp;b=2>” – @Una"


@pytest.mark.parametrize(
    "typed",
    [
        *("*bold*", "_it_", "~no~", "`code`", "```", "5 * 3", "snake_case", ":smile:", "a:+1::skin-tone-2:"),
        *("> a quote", "• a point", "- a point", "1. a point", "first\n> then a quote"),
    ],
)
def test_what_would_be_acted_upon_is_sent_as_plain_text(typed: str) -> None:
    assert plain_text(Slack().said(typed)) == typed
    assert plain_text(Slack().escape(typed)) == typed


@pytest.mark.parametrize(
    "typed",
    ["a > b", "at 10:04, by then", "#general", "@here and @channel", "www.a.example", "x:y", "(1. or 2.)", "1 of 2"],
)
def test_what_nothing_acts_upon_stays_in_its_line(typed: str) -> None:
    assert reading(texts(Slack().said(typed))[0]) == Reading(words=typed)
    assert markup(Slack().said(typed)) == typed.replace(">", "&gt;")


def test_signs_in_an_address_and_in_code_act_on_nothing() -> None:
    assert markup(Slack().said("see https://a.example/b_c_d/~e:f:g")) == "see <https://a.example/b_c_d/~e:f:g>"


def test_a_ring_stands_before_words_that_would_act() -> None:
    marked = f"{Slack().person('U1', ring=True)}, which holds for {Slack().escape('*bold*')}?"
    assert [(text["type"], text["text"]) for text in texts(marked)] == [
        ("mrkdwn", "<@U1>"),
        ("plain_text", "@Una, which holds for *bold*?"),
    ]


def test_lines_of_one_kind_are_one_text() -> None:
    shown = texts("one", "two", Slack().said("*three*"), Slack().said("_four_"), "five")
    assert [text["text"] for text in shown] == ["one\ntwo", "*three*\n_four_", "five"]


@given(st.lists(st.integers(min_value=1, max_value=TEXT + 50), min_size=1, max_size=8), st.booleans())
def test_no_text_is_longer_than_a_section_takes_and_none_is_left_out(lengths: list[int], acting: bool) -> None:
    shown = texts(*("&*"[acting] * length for length in lengths))
    assert all(len(text["text"]) <= TEXT for text in shown)
    assert sum(text["text"].count("\n") + 1 for text in shown) == len(lengths)


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert plain_text("a" * (TEXT + 1)) == "a" * (TEXT - 1) + "…"
    long = Slack().said(f"https://a.example/{'x' * (TEXT - 10)}")
    assert plain_text(long).endswith("…")


@pytest.mark.parametrize(
    ("typed", "links"),
    [
        ("see https://a.example/b.", ["https://a.example/b"]),
        ("(https://a.example/b)", ["https://a.example/b"]),
        ("https://a.example/b_(c)", ["https://a.example/b_(c)"]),
        ("HTTP://A.example, https://b.example?c=d&e=f#g", ["HTTP://A.example", "https://b.example?c=d&e=f#g"]),
        ("<http://x|y>", []),
        ("http://x|y", []),
        ("javascript:alert(1) www.example.com mailto:a@b.example https://", []),
        (f"https://a.example/{'x' * URL}", []),
    ],
)
def test_an_address_can_be_opened_and_is_shown_as_typed(typed: str, links: list[str]) -> None:
    (text,) = texts(Slack().said(typed))
    found = reading(text)
    assert list(found.links) == links
    assert found.words == (typed if len(typed) <= TEXT else f"{typed[: TEXT - 1]}…")


def test_what_people_typed_is_text_whatever_it_looks_like() -> None:
    for marked in (Slack().said(NASTY), Slack().escape(NASTY)):
        shown = plain_text(marked)
        assert "*bold* _it_ ~no~ `code` :smile: &lt; " in shown
        assert not set(shown) & set("\x1b\x01\x05\x06\u202e")


def test_what_people_typed_is_escaped_in_the_text_of_a_message_and_rings_nobody() -> None:
    text = plain(Slack().said(NASTY), NAMES)
    assert "&lt;!channel&gt;" in text
    assert "&amp;lt;" in text
    assert not set(text) & set("<>\x01\x06\x1b")
    assert [word for word in ("@here", "@channel", "@everyone") if word in text.lower()] == []


@given(SAID)
def test_nothing_that_is_typed_acts_and_nothing_of_it_is_lost(typed: str) -> None:
    said = Slack().said(typed)
    (shown,) = texts(said)
    read = reading(shown)
    assert (read.rung, read.acts) == ((), ())
    assert bare(said, NAMES) == read.words
    assert "<@" in typed or read.words == visible(typed)
    text = plain(said, NAMES)
    assert not set(text) & set("<>\x00\x01\x02\x03\x05\x06")
    assert "@here" not in text


@given(SAID)
def test_what_is_typed_beside_our_own_markup_does_not_mix_with_it(typed: str) -> None:
    ours = f"{Slack().person('U1', ring=True)} {stressed('lead')} {Slack().typed('later Fri')} "
    read = [reading(text) for text in texts(ours + Slack().said(typed))]
    assert [who for each in read for who in each.rung] == ["U1"]
    assert {each.acts for each in read} <= {(), ("*", "*")}
    assert all(address.startswith("http") for each in read for address in each.links)


# --- names in a payload ----------------------------------------------------------------------------------------------


def test_a_way_comes_back_as_it_went() -> None:
    way = Way(tap=Tap.USE, item="rollback.decider", choice="2")
    assert from_ids(block_id(3, "r1", "0123456789abcdef"), action_id(way)) == Pressed(
        review="r1", digest="0123456789ab", tap=Tap.USE, item="rollback.decider", choice="2"
    )


def test_what_a_way_does_not_have_comes_back_as_nothing() -> None:
    assert from_ids(block_id(1, None, None), action_id(Way(tap=Tap.HELP))) == Pressed(
        review=None, digest=None, tap=Tap.HELP, item=None, choice=None
    )


@pytest.mark.parametrize(
    ("block", "action"),
    [
        ("", ""),
        ("1/r1/abc", "answer"),
        ("1/r1/abc", "dance||"),
        ("1/r1/abc", "more"),
        ("Xy7=", "answer||"),
        ("/r1/abc", "answer||"),
        ("1/r1/0123456789abcdef", "answer||"),
    ],
)
def test_names_that_are_not_ours_are_nothing(block: str, action: str) -> None:
    assert from_ids(block, action) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_breaks_it(block: str, action: str) -> None:
    pressed = from_ids(block, action)
    assert pressed is None or action.startswith(f"{pressed.tap}|")


@given(st.sampled_from(Tap), st.text(max_size=20), st.text(max_size=20).filter(lambda item: "|" not in item), st.text())
def test_any_choice_comes_back(tap: Tap, review: str, item: str, choice: str) -> None:
    pressed = from_ids(block_id(7, review, "ab"), action_id(Way(tap=tap, item=item, choice=choice)))
    assert pressed == Pressed(review=review or None, digest="ab", tap=tap, item=item or None, choice=choice or None)
