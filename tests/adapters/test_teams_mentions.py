from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.mentions import said_in

BOT, ANA, DANA = "28:b0t", "29:1ana-Z_x=", "29:1dana"
PIECES = ("<at>", "</at>", "<at id='0'>", "Dana", "Bot", "&lt;", "@29:1dana>", "&#0;", "\x00", "\ud800", "<@", " ", BOT)


def tagged(name: str) -> str:
    return f"<at>{name}</at>"


def entity(who: str, name: str, **others: Any) -> dict[str, Any]:
    return {"type": "mention", "mentioned": {"id": who, "name": name}, "text": tagged(name)} | others


ME = entity(BOT, "AI Readiness")
DANA_RUIZ = entity(DANA, "Dana Ruiz")


def read(text: str, *entities: object) -> str:
    return said_in({"text": text, "entities": list(entities)}, BOT).text


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("<at>AI Readiness</at> undo", "undo"),
        ("<at>AI Readiness</at>&nbsp;undo\n", "undo"),
        ('<at id="0">AI Readiness</at>, undo', "undo"),
        ("<AT>ai readiness</AT>: undo", "undo"),
        ("\n <at>AI Readiness</at>", ""),
        ("<at>AI Readiness</at> start AI Readiness review", "start AI Readiness review"),
        ("<at>AI Readiness</at> ask <at>AI Readiness</at>", f"ask <@{BOT}>"),
        ("thanks <at>AI Readiness</at>, it is done", "thanks, it is done"),
        ("Dana takes it <at>AI Readiness</at>", "Dana takes it"),
        ("one\n<at>AI Readiness</at> two", "one\n two"),
        ("start Claims", "start Claims"),
    ],
)
def test_the_mention_of_the_bot_is_no_part_of_what_was_said(sent: str, text: str) -> None:
    said = said_in({"text": sent, "entities": [ME]}, BOT)
    assert (said.text, said.addressed) == (text, True)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"text": "<at>AI Readiness</at> undo"}, "AI Readiness undo"),  # typed, and nobody's mention
        ({"text": "AI Readiness undo", "entities": [DANA_RUIZ]}, "AI Readiness undo"),
        ({"text": "<at>AI Readiness</at> undo", "entities": [entity(DANA, "AI Readiness")]}, f"<@{DANA}> undo"),
        ({}, ""),
        ({"text": None, "entities": None}, ""),
        ({"text": 3, "entities": [3, {"type": "mention"}, {"type": "mention", "mentioned": "Dana", "text": 3}]}, ""),
    ],
)
def test_who_is_meant_says_the_entity(body: dict[str, Any], text: str) -> None:
    said = said_in(body, BOT)
    assert (said.text, said.addressed) == (text, False)


def test_a_bot_that_nobody_names_is_not_addressed() -> None:
    said = said_in({"text": "<at>AI Readiness</at> undo", "entities": [ME]}, "")
    assert (said.text, said.addressed) == (f"<@{BOT}> undo", False)


def test_clients_write_the_bots_name_in_their_own_ways() -> None:
    assert read("AI Readiness start AI Readiness review", entity(BOT, "AI Readiness", text="AI Readiness")) == (
        "start AI Readiness review"
    )
    parts = (entity(BOT, "AI"), entity(BOT, "Readiness"))
    assert read("<at>AI</at>&nbsp;<at>Readiness</at> start AI Readiness review", *parts) == "start AI Readiness review"


def test_a_name_without_tags_is_not_taken_twice() -> None:
    sent = "<at>AI Readiness</at> start AI Readiness review"
    assert read(sent, entity(BOT, "AI Readiness", text="AI Readiness")) == "start AI Readiness review"


def test_people_are_their_ids() -> None:
    said = said_in({"text": "<at>Dana Ruiz</at>, Claims &amp; Co", "entities": [ME, DANA_RUIZ]}, BOT)
    assert said.text == f"<@{DANA}>, Claims & Co"
    (dana,) = said.people.values()
    assert (dana.id, dana.name, dana.bot) == (DANA, "Dana Ruiz", False)


def test_two_people_of_one_name_are_told_apart_by_their_order() -> None:
    same = (entity(ANA, "Lee"), entity(DANA, "Lee"))
    assert read("<at>Lee</at> or <at>Lee</at>", *same) == f"<@{ANA}> or <@{DANA}>"
    assert read("<at>Lee</at> and <at>Lee</at> again", same[0]) == f"<@{ANA}> and <@{ANA}> again"


def test_a_person_whose_name_comes_in_two_parts_is_one() -> None:
    parts = (entity(DANA, "Dana"), entity(DANA, "Ruiz"))
    assert read("<at>Dana</at>&nbsp;<at>Ruiz</at> owns it", *parts) == f"<@{DANA}> owns it"


def test_a_mentioned_app_is_known_as_one() -> None:
    said = said_in({"text": "<at>Flow</at> did it", "entities": [entity("28:flow", "Flow")]}, BOT)
    assert said.people["28:flow"].bot


@pytest.mark.parametrize(
    ("mentioned", "text"),
    [
        ({"id": "19:abc@thread.tacv2", "name": "Claims  AI & more"}, "#Claims-AI-&-more 9-17"),
        ({"id": "channel-1-id", "name": "Claims  AI & more", "type": "channel"}, "#Claims-AI-&-more 9-17"),
        ({"id": "19:abc@thread.tacv2", "name": "Claims  AI & more", "type": "team"}, "@Claims  AI & more 9-17"),
        ({"id": "tag", "name": "Claims  AI & more", "type": "tag"}, "@Claims  AI & more 9-17"),
        ({"id": "not an id", "name": "Claims  AI & more"}, "#Claims-AI-&-more 9-17"),
    ],
)
def test_what_is_no_person_rings_nobody(mentioned: dict[str, str], text: str) -> None:
    named = tagged("Claims  AI &amp; more")
    said = said_in({"text": f"{named} 9-17", "entities": [entity("", "", mentioned=mentioned, text=named)]}, BOT)
    assert (said.text, said.people) == (text, {})


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("under 5 &lt; 10 &amp; over 2 &gt; 1", "under 5 < 10 & over 2 > 1"),
        ("&amp;lt; stays an escape", "&lt; stays an escape"),
        ("a&nbsp;b\xa0c", "a b c"),
        ('<at id="0"></at> done', "done"),
        ("nul\x00 and half\ud83d", "nul and half"),
        ("first\nsecond", "first\nsecond"),
        (f"&lt;@{DANA}&gt; <@{DANA}>", f"< @{DANA}> < @{DANA}>"),
        ("&lt;<at>@29:1dana</at>&gt;", "< @29:1dana>"),
    ],
)
def test_everything_else_is_read_as_it_was_typed(sent: str, text: str) -> None:
    assert read(sent) == text


@given(
    st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3))).map("".join)),
    st.lists(st.builds(entity, st.one_of(st.sampled_from((BOT, DANA, "19:x")), st.text()), st.sampled_from(PIECES))),
)
def test_any_text_becomes_one_that_can_be_kept(sent: str, entities: list[Any]) -> None:
    said = said_in({"text": sent, "entities": entities}, BOT)
    assert re.search("[\x00\ud800-\udfff]", said.text) is None
    assert set(re.findall(r"<@([^>\s]+)>", said.text)) == set(said.people)
    assert said.text.count("<@") == len(re.findall(r"<@[^>\s]+>", said.text))
