"""Somebody is forgotten, and an old review: words and names go, and what was done stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations.activities import Activity, ActivityKind, ConversationReference
from conversations.board import board
from conversations.effects import Turn
from conversations.forgetting import ERASED, Forgotten, empty, everybody_in, forget, forgotten_in
from conversations.ports import Found
from conversations.review import Phase, State
from tests.dialogue import Dialogue, a_dialogue, person

NOWHERE = ConversationReference(platform="console", tenant="local", channel="")
NAMES = ("Dana Reyes", "dana@acme.io")
SECRETS = ("dana", "Dana Reyes", "zephyr", "acme.io")


def forgets(dialogue: Dialogue, who: str, names: tuple[str, ...] = NAMES) -> Turn:
    """The dialogue goes on from there."""
    leaving = Activity(keys=("erased",), kind=ActivityKind.LEFT, actor=person(who), reference=NOWHERE, at=dialogue.now)
    found, forgotten = Found(review=dialogue.review), forgotten_in(dialogue.review, who, names)
    dialogue.turn = forget(leaving, found, dialogue.engine.decide, forgotten)
    return dialogue.turn


def people_of(dialogue: Dialogue) -> set[str]:
    return {act.by for act in dialogue.review.acts if act.by}


def named() -> Dialogue:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform", "dana: yes", "dana: the zephyr team, weekly since May")
    dialogue.hears("tom: ask @dana runbook", "tom: fallback: as Dana Reyes says (dana@acme.io)")
    return dialogue.written("ask/run.runbook/dana", "confirm/rollback.decider/tom")


def test_words_and_names_of_a_person_go_and_what_they_did_stays() -> None:
    dialogue = named().submits("ana", "about", {"lead": "@dana"})
    before = dialogue.review
    turn = forgets(dialogue, "dana")
    assert [secret for secret in SECRETS if secret in str(replace(dialogue.review, pack=before.pack).acts)] == []
    assert not any("dana" in key for key in dialogue.review.posted)
    assert (dialogue.review.version, turn.forgets) == (before.version + 1, True)
    pairs = zip(before.acts, dialogue.review.acts, strict=False)
    assert all(
        (old.kind, old.item, old.verdict, old.at) == (new.kind, new.item, new.verdict, new.at) for old, new in pairs
    )
    assert dialogue.standing.profile["lead"] == ERASED
    assert dialogue.item("run.ops_team").answer is not None
    dialogue.state("run.service_owner", State.STALE)
    shown = [effect for effect in turn.effects if getattr(effect, "to", None) != "tom"]
    assert all(getattr(effect, "to", None) is None for effect in shown)
    assert "dana" not in str([getattr(effect, "card", None) for effect in turn.effects])
    assert "dana" not in str(board(dialogue.standing))


def test_of_two_who_are_forgotten_each_stays_somebody_else() -> None:
    dialogue = named()
    forgets(dialogue, "dana")
    forgets(dialogue, "tom")
    assert people_of(dialogue) == {"ana", ERASED, f"{ERASED} (2)"}


def test_who_owned_it_is_gone_and_who_has_no_part_leaves_it_as_it_is() -> None:
    dialogue = named()
    before = dialogue.review
    forgets(dialogue, "zoe", ())
    assert replace(dialogue.review, version=before.version, shown_at=before.shown_at) == before
    forgets(dialogue, "ana")
    assert (dialogue.review.owner, dialogue.review.started_by) == (ERASED, ERASED)
    assert ERASED in dialogue.standing.gone


def test_the_review_goes_on_with_a_closed_one_too() -> None:
    dialogue = named()
    forgets(dialogue, "dana")
    dialogue.hears("ana: ops_team: Claims Platform Ops, in our weekly call since 6 October 2026")
    dialogue.state("run.ops_team", State.COMPLETE).hears("ana: done").phase(Phase.DONE)
    forgets(dialogue, "ana")
    assert dialogue.standing.phase is Phase.DONE


def test_an_old_review_keeps_neither_word_nor_name_but_who_is_somebody_else() -> None:
    dialogue = named().hears("ana: decider: Zephyrine Quill", "ana: done")
    forgets(dialogue, "tom")
    before, heard = (
        dialogue.review,
        Activity(keys=("kept",), kind=ActivityKind.LAPSE, actor=person(""), reference=NOWHERE, at=dialogue.now),
    )
    for _ in range(2):
        dialogue.turn = empty(heard, Found(review=dialogue.review), everybody_in(dialogue.review))
        assert dialogue.turn.effects == ()
        assert people_of(dialogue) == {"someone (1)", "someone (2)", ERASED}
        assert not any(act.said for act in dialogue.review.acts)
        assert [word for word in ("ana", "dana", "Zephyrine", "tom") if word in str(dialogue.review.acts)] == []
    assert dialogue.review.version == before.version + 2
    assert [act.verdict for act in dialogue.review.acts] == [act.verdict for act in before.acts]


def test_where_there_is_no_review_nothing_is_forgotten() -> None:
    heard = Activity(keys=("k",), kind=ActivityKind.LEFT, actor=person("dana"), reference=NOWHERE, at=a_dialogue().now)
    nobody = Forgotten({"dana": ERASED})
    assert forget(heard, Found(), a_dialogue().engine.decide, nobody) == Turn(review=None)
    assert empty(heard, Found(), nobody) == Turn(review=None)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<@U1>, and <@U12> too", f"{ERASED}, and <@U12> too"),
        ("U1", ERASED),
        ("Will", ERASED),
        ("Will it work, @Will? Willow", f"Will it work, {ERASED}? Willow"),
        ("as Will Power, will power and WILLPOWER say", f"as {ERASED}, {ERASED} and WILLPOWER say"),
        ("write to will@acme.io.", f"write to {ERASED}."),
    ],
)
def test_a_name_of_one_word_is_a_word(text: str, left: str) -> None:
    assert Forgotten({"U1": ERASED}, ("Will", "Will Power", "will@acme.io")).in_words(text) == left


def test_in_what_is_kept_of_a_card_people_go_and_its_own_words_stay() -> None:
    card = {"type": "ask", "tap": "ask", "to": "ask", "count": 1, "ways": [{"tap": "ask", "choice": "ask/run/ask"}]}
    left = Forgotten({"ask": ERASED}).in_json(card)
    assert left == {
        "type": "ask",
        "tap": "ask",
        "to": ERASED,
        "count": 1,
        "ways": [{"tap": "ask", "choice": f"{ERASED}/run/{ERASED}"}],
    }
    assert Forgotten({}, ("Dana Reyes",)).in_words("dana reyes") == "someone"
