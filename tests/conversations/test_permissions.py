"""Who may do what: an act of somebody who may not changes nothing, and says who can."""

from __future__ import annotations

from functools import cache

import pytest

from conversations.cards import NoticeCard, Tap
from conversations.permissions import may_see
from conversations.review import Phase
from tests.dialogue import Dialogue, a_dialogue, answering, person

BATCH = "n/a because it runs in a nightly batch"
READY = [
    *("ana: @dana", "ana: ask @sam ops team", "ana: owner @olga"),
    *("lee: runbook: https://wiki.acme.io/a", "tom: runbook: https://wiki.acme.io/b"),
    *(f"ana: plan: {BATCH}", f"ana: steps: {BATCH}"),
]
MAY: list[tuple[str, list[str], list[str]]] = [  # a word, who may say it, who may not
    *((word, ["olga"], ["ana", "tom"]) for word in ("pause", "done", "cancel", "owner @tom", "date 15 Dec")),
    ("yes service owner", ["dana"], ["ana", "olga", "tom"]),
    ("no service owner", ["dana"], ["ana", "olga", "tom"]),
    ("no ops team", ["sam"], ["ana", "olga", "tom"]),
    ("use 1", ["olga"], ["ana", "lee", "tom"]),
    ("accept plan", ["tom", "olga"], ["ana"]),
    ("reject plan", ["tom", "olga"], ["ana"]),
    ("accept steps", [], ["ana", "olga", "tom"]),  # there is no approver yet
    ("keep", ["tom"], []),
    *(
        (word, ["tom", "ana"], [])
        for word in ("skip", "edit plan", "later Fri", "ask @lee", "ask me", "status", "help")
    ),
]

CASES = [(word, who, True) for word, may, _ in MAY for who in may] + [
    (word, who, False) for word, _, may_not in MAY for who in may_not
]


@cache
def _ready() -> Dialogue:
    """Continued by twins of it only."""
    return a_dialogue().hears(*READY, "ana: modes: it breaks")


@pytest.mark.parametrize(("word", "who", "may"), CASES)
def test_only_who_may_changes_something(word: str, who: str, may: bool) -> None:
    dialogue = _ready().twin()
    before = dialogue.review
    dialogue.hears(f"{who}: {word}").expects("refused", not may, dialogue.turn.refused)

    if not may:
        assert dialogue.review is before
        dialogue.whispers(f"{who} refused")


def test_the_intake_and_resuming_are_the_owners() -> None:
    dialogue = a_dialogue().hears(*READY)
    dialogue.submits("ana", "about", {"stage": "scaling"}).refused()
    dialogue.submits("olga", "about", {"stage": "scaling"}).expects("refused", False, dialogue.turn.refused)
    dialogue.hears("olga: pause", "tom: resume").refused().hears("olga: resume").phase(Phase.OPEN)


def test_a_refusal_names_who_can() -> None:
    dialogue = a_dialogue().hears(*READY, "tom: use 2")
    card = dialogue.whispered()

    assert isinstance(card, NoticeCard)
    assert (card.act, card.people) == ("Settled", ("olga",))


def test_of_a_critical_item_only_the_approver_decides() -> None:
    dialogue = a_dialogue().hears(*READY, "ana: approver: @priya", "olga: accept steps").refused()

    dialogue.hears("priya: reject steps").expects("refused", False, dialogue.turn.refused)


def test_of_an_approver_without_a_name_here_nobody_is_asked() -> None:
    dialogue = a_dialogue().hears(*READY, "ana: approver: Priya Nair from Claims", "olga: accept steps").refused()

    assert dialogue.standing.approver is None


def test_a_button_asks_for_the_same_right_as_its_word() -> None:
    a_dialogue().hears(*READY).presses("tom", Tap.YES, "run.service_owner").whispers("tom refused").refused()


def test_a_review_is_seen_in_its_channel_by_its_people_and_by_administrators() -> None:
    standing = a_dialogue().hears(*READY, *answering("run.service_owner", "run.ops_team")).standing

    assert may_see(standing, person("kim"), "terminal")
    assert may_see(standing, person("kim", admin=True), "elsewhere")
    assert all(may_see(standing, person(who), "elsewhere") for who in ("olga", "dana", "sam", "priya"))
    assert not may_see(standing, person("kim"), "elsewhere")
