from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.filters import visible
from adapters.marked import stressed
from adapters.teams.limits import URL
from adapters.teams.texts import Mentions, Teams, bare, plain, to_heading, to_ringing, to_runs
from tests.adaptive_cards import complaints

UNA = "29:1una"
NAMES = {UNA: "Una", "29:2": "<at>x</at>", "29:3": "*Bo*\x02 \u202e_{{DATE(1)}}"}
JOINER = "\u2060"
NASTY = (
    "<at>Una</at> *bold* _it_ [a](http://b.example) {{DATE(2026-01-01, SHORT)}} # &lt; \x1b[31mred\x01x\x05 \u202eleft"
)
LIKE_MARKUP = st.text(
    alphabet=st.sampled_from("<>@/&|#*_~`:.()[]{}\\“”•\x00\x01\x02\x03\x05\x06\n hat29:1unDATEIMhtps"), max_size=80
)
SAID = LIKE_MARKUP.filter(lambda typed: visible(typed).strip() != "" and "<@" not in typed)


def runs(marked: str, **look: object) -> list[dict[str, Any]]:
    block = to_runs(marked, NAMES, **look)
    assert block["type"] == "RichTextBlock"
    return list(block["inlines"])


def read(marked: str) -> str:
    return "".join(run["text"] for run in runs(marked))


def links(marked: str) -> list[str]:
    return [run["selectAction"]["url"] for run in runs(marked) if "selectAction" in run]


def ringing(marked: str) -> tuple[list[str], list[dict[str, Any]]]:
    mentions = Mentions()
    blocks = to_ringing(marked, NAMES, mentions)
    return [block["text"] if block["type"] == "TextBlock" else "(runs)" for block in blocks], mentions.entities


def card_of(*body: dict[str, Any], entities: list[dict[str, Any]]) -> dict[str, Any]:
    frame = {"type": "AdaptiveCard", "version": "1.5", "fallbackText": "x", "msteams": {"entities": entities}}
    return {**frame, "body": list(body)}


def test_a_person_is_a_name_and_rings_nobody() -> None:
    assert runs(Teams().person(UNA)) == [{"type": "TextRun", "text": "@Una"}]
    assert plain(Teams().person(UNA), NAMES) == "@Una"


def test_somebody_is_greeted_by_their_name_alone() -> None:
    assert read(f"Hi {Teams().name(UNA)}.") == "Hi Una."


def test_who_is_asked_to_act_is_rung() -> None:
    texts, entities = ringing(f"{Teams().person(UNA, ring=True)}, which holds?")
    assert texts == ["<at>Una</at>, which holds?"]
    assert entities == [{"type": "mention", "text": "<at>Una</at>", "mentioned": {"id": UNA, "name": "Una"}}]


def test_who_is_named_twice_is_rung_once() -> None:
    una = Teams().person(UNA, ring=True)
    texts, entities = ringing(f"{una} and {una}")
    assert (texts, len(entities)) == (["<at>Una</at> and <at>Una</at>"], 1)


def test_two_people_of_one_name_are_both_rung() -> None:
    mentions = Mentions()
    said = {mentions.ring("29:4", "Lee"), mentions.ring("29:5", "Lee"), mentions.ring("29:4", "Lee")}
    assert said == {entity["text"] for entity in mentions.entities}
    assert [entity["mentioned"]["id"] for entity in mentions.entities] == ["29:4", "29:5"]
    assert {text.replace(JOINER, "") for text in said} == {"<at>Lee</at>"}


def test_an_id_without_a_name_stays_an_id_and_is_rung_all_the_same() -> None:
    assert read(Teams().person("29:9new")) == "@29:9new"
    assert ringing(Teams().person("29:9new", ring=True))[1][0]["mentioned"]["id"] == "29:9new"


def test_a_name_that_matches_nobody_here_is_said_as_it_is_and_rings_nobody() -> None:
    assert ringing(Teams().person("Dana from Claims", ring=True)) == (["(runs)"], [])
    assert read(Teams().person("Dana from Claims")) == "Dana from Claims"


def test_a_name_is_what_somebody_typed_too() -> None:
    assert read(Teams().person("29:3")) == f"@*Bo* _{{{JOINER}{{DATE(1)}}}}"
    texts, entities = ringing(Teams().person("29:2", ring=True))
    assert (texts, entities[0]["text"]) == (["<at>at x at</at>"], "<at>at x at</at>")


def test_a_ring_stands_before_words_that_would_act() -> None:
    texts, _ = ringing(f"{Teams().person(UNA, ring=True)}, which holds for {Teams().escape('*bold*')}?")
    assert texts == ["<at>Una</at>", "(runs)"]


def test_what_is_to_be_typed_is_set_apart_and_in_plain_words_quoted() -> None:
    marked = f"Say {Teams().typed('later_on *')}, or {Teams().command('start NAME')}."
    assert [(run["text"], run.get("fontType")) for run in runs(marked)] == [
        ("Say ", None),
        ("later_on *", "Monospace"),
        (", or ", None),
        ("@AI Readiness start NAME", "Monospace"),
        (".", None),
    ]
    assert plain(marked, NAMES) == "Say “later_on *”, or “@AI Readiness start NAME”."


def test_what_leads_is_stressed_and_neighbours_that_look_the_same_are_one() -> None:
    marked = f"{stressed('1')} {Teams().said('“<@29:1una> has it”')} – {Teams().person(UNA)}"
    assert [(run["text"], run.get("weight")) for run in runs(marked)] == [
        ("1", "Bolder"),
        (" “@Una has it” – @Una", None),
    ]


def test_a_title_is_a_heading_unless_something_in_it_acts() -> None:
    assert to_heading("Claims Copilot · readiness 25", NAMES)["style"] == "heading"
    shown = to_heading(f"{Teams().escape('claims_copilot')} · readiness 25", NAMES)
    assert (shown["type"], shown["inlines"][0]["weight"]) == ("RichTextBlock", "Bolder")


@pytest.mark.parametrize(
    "typed",
    [
        *("*bold*", "_it_", "~no~", "`code`", "snake_case", "# first", "- a point", "1. a point", "2) two", "+ one"),
        *("[a](b)", "<at>x</at>", "&amp;", "{{DATE(x)}}", "https://a.example", "www.a.example", "a.example", "a@b"),
    ],
)
def test_what_would_be_acted_upon_is_no_text_block(typed: str) -> None:
    assert to_heading(Teams().escape(typed), NAMES)["type"] == "RichTextBlock"


@pytest.mark.parametrize("typed", ["2 of 6", "at 10:04, by then", "R&D", "what (else)?", "it's “so”", "5 % – 10"])
def test_what_nothing_acts_upon_may_be_one(typed: str) -> None:
    assert to_heading(Teams().escape(typed), NAMES)["type"] == "TextBlock"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("see https://a.example/b.", ["https://a.example/b"]),
        ("HTTP://A.example, https://b.example?c=d&e=f#g", ["HTTP://A.example", "https://b.example?c=d&e=f#g"]),
        ("http://x|y", []),
        ("javascript:alert(1) www.example.com mailto:a@b.example https://", []),
        (f"https://a.example/{'x' * URL}", []),
    ],
)
def test_an_address_can_be_opened_and_is_shown_as_typed(typed: str, found: list[str]) -> None:
    assert links(Teams().said(typed)) == found
    assert read(Teams().said(typed)) == typed
    assert links(Teams().escape(typed)) == []


def test_no_link_is_behind_other_words_in_a_client_without_cards() -> None:
    assert "](" not in plain(Teams().said(NASTY), NAMES)


@given(SAID)
def test_nothing_that_is_typed_acts_and_nothing_of_it_is_lost(typed: str) -> None:
    for marked in (Teams().said(typed), Teams().escape(typed)):
        block = to_runs(marked, NAMES)
        assert complaints(card_of(block, to_heading(marked, NAMES), entities=[])) == []
        assert read(marked).replace(JOINER, "") == visible(typed)
        assert "{{" not in bare(marked, NAMES)


@given(SAID)
def test_what_is_typed_beside_who_is_rung_rings_nobody_else(typed: str) -> None:
    mentions = Mentions()
    marked = f"{Teams().person(UNA, ring=True)} {stressed('lead')} {Teams().said(typed)}"
    blocks = to_ringing(marked, NAMES, mentions)
    assert [entity["mentioned"]["id"] for entity in mentions.entities] == [UNA]
    assert complaints(card_of(*blocks, entities=mentions.entities)) == []
