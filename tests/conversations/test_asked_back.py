"""What is asked back in private comes with the button that gives it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations.activities import ConversationReference
from conversations.cards import NoticeCard, Tap, Way
from conversations.events import Misspoken
from tests.dialogue import Dialogue, a_dialogue, answering, person
from tests.situations import hears

OWNER = "run.service_owner"


def way(tap: Tap, item: str | None = None) -> tuple[Way, ...]:
    return (Way(tap=tap, item=item, name=item and item.partition(".")[2]),)


def notice(dialogue: Dialogue) -> NoticeCard:
    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    return card


@pytest.mark.parametrize(
    ("line", "kind", "ways"),
    [
        ("later", "until_when", way(Tap.LATER, OWNER)),
        ("later soon", "until_when", way(Tap.LATER, OWNER)),
        ("later 2020-01-01", "past_day", way(Tap.LATER, OWNER)),
        ("runbook: later 2020-01-01", "past_day", way(Tap.LATER, "run.runbook")),
        ("date", "which_day", way(Tap.DATE)),
        ("date 2020-01-01", "past_day", way(Tap.DATE)),
        ("pause until spring", "which_day", ()),
        ("pause until 2020-01-01", "past_day", ()),
        ("ask", "who", way(Tap.ASK, OWNER)),
        ("ask @robo runbook", "who", way(Tap.ASK, "run.runbook")),
        ("ask @eve", "outsider", way(Tap.ASK, OWNER)),
        ("owner @robo", "who", way(Tap.HAND_OVER)),
        ("@carol can you say?", "left_alone", way(Tap.USE_THAT)),
        ("skip it", None, ()),
    ],
)
def test_what_is_lacking_is_asked_for_with_its_button(line: str, kind: str | None, ways: tuple[Way, ...]) -> None:
    dialogue = a_dialogue(people=(person("eve", outsider=True),)).hears(f"ana: {line}")
    cards = [effect.card for effect in dialogue.turn.effects if hasattr(effect, "card")]
    notices = [(card.notice, card.ways) for card in cards if isinstance(card, NoticeCard)]

    assert notices == ([(kind, ways)] if kind else [])


def test_a_reason_is_asked_for_with_the_button_that_takes_it() -> None:
    dialogue = a_dialogue().presses("ana", Tap.DOES_NOT_APPLY, "run.runbook").whispers("ana why_not")

    assert notice(dialogue).ways == way(Tap.DOES_NOT_APPLY, "run.runbook")


def test_who_presses_a_button_of_an_older_card_is_led_to_the_thread() -> None:
    dialogue = a_dialogue().presses("ana", Tap.SKIP, "run.runbook").whispers("ana old_button")

    assert notice(dialogue).ways == way(Tap.OPEN)


@pytest.mark.parametrize("line", ["ana: ask", "ana: later"])
def test_where_nothing_is_asked_there_is_no_button(line: str) -> None:
    event = hears("finished", line)

    assert isinstance(event, Misspoken)
    assert event.tap is None
    assert notice(a_dialogue().hears(*answering(), line)).ways == ()


def test_a_name_is_asked_for_with_the_button_that_starts() -> None:
    dialogue = a_dialogue().hears("ana: /ai-readiness start").whispers("ana name_missing")

    assert notice(dialogue).ways == way(Tap.START)


@pytest.mark.parametrize("thread", ["1.1", None])
def test_a_taken_name_leads_to_the_review_that_has_it(thread: str | None) -> None:
    """Also where a closed one of the name is to be resumed."""
    place = ConversationReference(platform="console", tenant="local", channel="elsewhere", thread=thread)
    other = replace(a_dialogue().review, id="other", reference=place)
    dialogue = a_dialogue().hears("ana: done")
    dialogue.others = (other,)
    ways = (Way(tap=Tap.OPEN, choice=f"elsewhere/{thread}", review="other"),) if thread else ()

    for line in ("ana: resume", "ana: /ai-readiness start claims copilot"):
        assert notice(dialogue.hears(line).whispers("ana name_taken")).ways == ways
