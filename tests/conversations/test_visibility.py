"""Who sees what: to whoever has no part in a review, and is not in its channel, it does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.activities import Activity, ActivityKind, Actor, Button, ConversationReference, Form
from conversations.cards import ListCard, Notice, NoticeCard, Quote, SummaryCard, Tap
from conversations.effects import Post, React, Revise, Turn, Whisper
from conversations.ports import Found
from conversations.review import Phase, Review
from conversations.standing import stand
from tests.dialogue import Dialogue, a_dialogue, answering, as_typed, engine, person

NOW = a_dialogue().now
HOME, ELSEWHERE = "C-home", "C-elsewhere"
LINES = [
    "ana: service owner: @dana, Claims Platform",
    "ana: ops team: dana and lee from Claims Platform, since 6 October 2026",
    "tom: runbook: https://wiki.acme.io/secret-runbook",
    "tom: lead: Kim Lang",  # typed without @: names nobody here
    "tom: fallback: @carol writes the secret summary by hand in the old form",
    "ana: ask @sam ops team",
    "ana: approver: @priya",
    "ana: decider: @old",
    "ana: decider: @lee",
    "eve: support route: #secret-desk, Mon-Fri 8-18",
]
SEE = ("ana", "dana", "sam", "priya", "lee")  # owner, named, asked, approver, decider
SEE_NOT = ("tom", "eve", "kim", "carol", "old", "zoe", "Kim Lang")  # who answered, was mentioned, replaced, typed
COMMANDS = ("status hidden", "Status  HIDDEN", "status “Hidden”", "list", "mine", "home", "status", "help", "list all")


def placed(dialogue: Dialogue, name: str, channel: str = HOME) -> Review:
    place = ConversationReference(platform="slack", tenant="T1", channel=channel, thread=f"{name}.1")
    return replace(dialogue.review, id=name, project=name, reference=place)


@cache
def hidden() -> Review:
    return placed(a_dialogue(people=(person("eve", outsider=True),)).hears(*LINES), "Hidden")


@cache
def open_one() -> Review:
    return placed(a_dialogue(project="Open"), "Open", ELSEWHERE)


def told(text: str, who: Actor, *others: Review, channel: str = ELSEWHERE) -> Turn:
    activity = Activity(
        keys=("k",),
        kind=ActivityKind.COMMAND,
        actor=who,
        reference=ConversationReference(platform="slack", tenant="T1", channel=channel),
        at=NOW,
        text=as_typed(text),
    )
    return engine().decide(activity, Found(others=others))


def anything(value: object) -> Iterator[object]:
    """Every plain value in a card, effect or turn."""
    if is_dataclass(value):
        for field in fields(value):
            yield from anything(getattr(value, field.name))
    elif isinstance(value, tuple | list | frozenset):
        for each in value:
            yield from anything(each)
    elif isinstance(value, Mapping):
        yield from anything(tuple(value.items()))
    else:
        yield value


# --- from elsewhere --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", COMMANDS)
@pytest.mark.parametrize("who", SEE_NOT)
def test_what_is_not_there_for_somebody_makes_no_difference_to_what_they_hear(who: str, text: str) -> None:
    somebody = person(who, outsider=who == "eve")

    assert told(text, somebody, open_one(), hidden()) == told(text, somebody, open_one())
    assert told(text, somebody, hidden()) == told(text, somebody)


def test_a_name_that_one_may_not_see_and_one_that_nobody_has_are_answered_alike() -> None:
    card = _card(told("status hidden", person("zoe"), open_one(), hidden()))
    unknown = _card(told("status nobody", person("zoe"), open_one(), hidden()))

    assert isinstance(card, NoticeCard)
    assert (card.notice, card.names) == (Notice.NO_SUCH_REVIEW, ("Open",))
    assert replace(card, label="nobody") == unknown


@pytest.mark.parametrize("who", SEE)
def test_it_is_there_for_its_people_wherever_they_are(who: str) -> None:
    for text in COMMANDS[:3]:
        card = _card(told(text, person(who), open_one(), hidden()))
        assert isinstance(card, SummaryCard)
        assert card.project == "Hidden"
    assert "Hidden" in _projects(told("list", person(who), hidden()))


def test_it_is_there_for_administrators_of_the_organisation_only() -> None:
    assert _projects(told("list", person("zoe", admin=True), hidden())) == ["Hidden"]
    assert _projects(told("list", person("eve", admin=True, outsider=True), hidden())) == []
    known = replace(engine(), admins=frozenset({"zoe"}))
    activity = replace(_activity("zoe"), kind=ActivityKind.COMMAND, text="list")
    assert _projects(known.decide(activity, Found(others=(hidden(),)))) == ["Hidden"]


@pytest.mark.parametrize("who", SEE_NOT)
def test_in_its_own_channel_it_is_there_for_everybody(who: str) -> None:
    assert _projects(told("list", person(who), hidden(), channel=HOME)) == ["Hidden"]


def test_who_is_named_no_longer_has_no_part_in_it() -> None:
    review = placed(a_dialogue().hears("ana: @dana", "dana: no", "ana: ask @sam", "sam: not me"), "Hidden")

    assert [_projects(told("list", person(who), review)) for who in ("dana", "sam")] == [[], []]


def test_a_lead_is_not_one_of_its_people_until_the_owner_is_gone() -> None:
    described = a_dialogue().submits("ana", "about", {"lead": "@tom"})
    assert _projects(told("list", person("tom"), placed(described, "Hidden"))) == []

    assert _projects(told("list", person("tom"), placed(described.leaves("ana"), "Hidden"))) == ["Hidden"]


def test_a_taken_name_is_said_without_a_link_to_who_may_not_see_it() -> None:
    zoe, dana = (told("start  HIDDEN", person(who), hidden()) for who in ("zoe", "dana"))
    first, second = _card(zoe), _card(dana)

    assert isinstance(first, NoticeCard)
    assert isinstance(second, NoticeCard)
    assert (first.notice, first.project, first.ways) == (Notice.NAME_TAKEN, "HIDDEN", ())
    assert [way.tap for way in second.ways] == [Tap.OPEN]


@pytest.mark.parametrize("text", ["start Hidden", "start New", "start", "start New --pack nonsense"])
def test_people_of_other_organisations_start_nothing_and_learn_of_no_name(text: str) -> None:
    turn = told(text, person("eve", outsider=True), hidden())
    card = _card(turn)

    assert isinstance(card, NoticeCard)
    assert (card.notice, turn.review) == (Notice.OUTSIDER, None)
    assert turn == told(text, person("eve", outsider=True))


# --- by its id -------------------------------------------------------------------------------------------------------


def _activity(who: str, **more: Any) -> Activity:
    activity = Activity(
        keys=("k",),
        kind=ActivityKind.MESSAGE,
        actor=person(who),
        reference=ConversationReference(platform="slack", tenant="T1", channel="D-direct"),
        at=NOW,
        source="m-new",
        review="Hidden",
        private=True,
    )
    return replace(activity, **more)


ACTS: list[dict[str, Any]] = [
    *({"text": text} for text in ("report", "status", "mine", "undo", "runbook: https://x.acme.io", "about", "yes")),
    *({"kind": ActivityKind.BUTTON, "button": Button(act=tap, item="run.runbook")} for tap in Tap),
    {"kind": ActivityKind.FORM, "form": Form(name="run", values={"run.runbook": "https://x.acme.io"}, seen=1)},
    {"kind": ActivityKind.FORM, "form": Form(name="about", values={"stage": "idea"}, seen=1)},
    {"kind": ActivityKind.EDIT, "source": "m3", "text": "https://x.acme.io"},
    {"kind": ActivityKind.DELETION, "source": "m3"},
]


@pytest.mark.parametrize("what", ACTS)
def test_a_guessed_id_is_no_way_in(what: dict[str, Any]) -> None:
    heard = _activity("zoe", **what)

    assert engine().decide(heard, Found(review=hidden())) == engine().decide(heard, Found())


@pytest.mark.parametrize("kind", [ActivityKind.BUTTON, ActivityKind.FORM])
def test_a_button_of_no_review_says_that_it_is_old(kind: ActivityKind) -> None:
    turn = engine().decide(_activity("zoe", kind=kind), Found())
    card = _card(turn)

    assert isinstance(card, NoticeCard)
    assert (card.notice, card.project, turn.refused) == (Notice.OLD_BUTTON, "", True)


@pytest.mark.parametrize("who", SEE)
def test_its_people_are_heard_by_direct_message(who: str) -> None:
    turn = engine().decide(_activity(who, text="status"), Found(review=hidden()))

    assert isinstance(_card(turn), SummaryCard)


def test_who_has_said_something_may_take_it_away_wherever_it_was() -> None:
    """@tom answered, and has no part in it otherwise."""
    source = next(act.source for act in hidden().acts if "secret-runbook" in (act.said or ""))
    turn = engine().decide(_activity("tom", kind=ActivityKind.DELETION, source=source), Found(review=hidden()))

    assert turn.review is not None
    assert "secret-runbook" not in repr(turn.review.acts)


def test_what_the_platform_tells_of_somebody_is_heard_whoever_it_is() -> None:
    for who in ("old", "tom", "carol"):
        turn = engine().decide(_activity(who, kind=ActivityKind.LEFT), Found(review=hidden()))
        assert turn.review is not None


# --- whatever is said ------------------------------------------------------------------------------------------------

names = st.sampled_from((*SEE, *SEE_NOT))
lines = st.builds(
    lambda who, text: f"{who}: {text}",
    st.sampled_from(("ana", "tom", "sam", "dana", "eve")),
    st.one_of(
        st.builds(lambda name: f"@{name}", names),
        st.builds(lambda name: f"service owner: {name}", names),
        st.builds(lambda name, item: f"ask @{name} {item}", names, st.sampled_from(("runbook", "plan", "approver"))),
        st.builds(lambda name: f"@{name} can you look at this?", names),
        st.builds(lambda name: f"owner @{name}", names),
        st.sampled_from(("undo", "yes", "no", "not me", "use that", "skip", "done", "ask me", "keep", "use 2")),
        st.sampled_from(("not an answer", "n/a because the secret desk does it", "the secret desk does it")),
    ),
)
EVE = person("eve", outsider=True)


@given(st.lists(lines, max_size=12), names, st.sampled_from(COMMANDS), st.booleans())
def test_whatever_was_said_only_its_people_hear_of_it(said: list[str], who: str, text: str, admin: bool) -> None:
    review = placed(a_dialogue(people=(EVE,)).hears(*said), "Hidden")
    standing = stand(review, NOW)
    somebody = person(who, outsider=who == "eve", admin=admin)
    people = {standing.owner, *(item.assignee for item in standing.items.values())}
    people |= {item.named for item in standing.items.values() if item.answer and not item.answer.stranger}
    turn = told(text, somebody, review)

    if who not in people and (not admin or who == "eve"):
        assert turn == told(text, somebody)
    assert not [value for effect in turn.effects for value in _quotes(effect)]


@given(st.lists(lines, max_size=14))
def test_words_are_quoted_in_the_thread_and_to_who_speaks_there(said: list[str]) -> None:
    dialogue = a_dialogue(people=(EVE,))
    for line in said:
        dialogue.hears(line)
        speaker = line.partition(":")[0]
        for effect in dialogue.turn.effects:
            match effect:
                case Post(key="root", card=card) | Revise(key="root", card=card):
                    assert not list(_quotes(card)), "the channel reads no answers"
                case Post(to=to, card=card) | Revise(to=to, card=card) if to is not None:
                    assert not list(_quotes(card))
                    assert to != "eve", f"an outsider was written to\n{dialogue.lines}"
                case Whisper(to=to):
                    assert to == speaker
                case _:
                    pass
    words = {act.said for act in dialogue.review.acts if act.said and "secret" in act.said}
    for turn in dialogue.turns[1:]:
        cards = [effect.card for effect in turn.effects if not isinstance(effect, React)]
        assert not words & {value for card in cards for value in anything(card) if isinstance(value, str)}


def _quotes(value: object) -> Iterator[Quote]:
    if isinstance(value, Quote):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _quotes(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from _quotes(each)


def _card(turn: Turn) -> object:
    (effect,) = turn.effects
    assert isinstance(effect, Whisper)
    return effect.card


def _projects(turn: Turn) -> list[str]:
    card = _card(turn)
    assert isinstance(card, ListCard)
    return [line.project for line in card.reviews]


# --- guests ----------------------------------------------------------------------------------------------------------


def test_guests_may_do_what_anybody_may() -> None:
    """A guest is somebody of whom the platform says nothing else."""
    dialogue = a_dialogue().hears(*answering("run.service_owner"), "guest: me", "ana: approver: @guest", "guest: yes")
    dialogue.hears("tom: steps: n/a because nothing is deployed at all", "guest: accept steps", "ana: owner @guest")
    dialogue.hears("guest: pause").phase(Phase.PAUSED)

    assert dialogue.standing.owner == dialogue.standing.approver == "guest"
