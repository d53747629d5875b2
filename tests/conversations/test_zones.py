"""Days are those of the engine's zone, also where a database gives every moment back in UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from conversations.board import board
from conversations.cards import QuietCard, RootCard
from conversations.effects import Turn
from conversations.engine import lapse
from conversations.review import Review
from conversations.standing import stand
from tests.dialogue import Dialogue, engine

BERLIN = ZoneInfo("Europe/Berlin")
LATE = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # the 24th in Berlin


def in_berlin(*lines: str) -> Dialogue:
    dialogue = Dialogue(engine=replace(engine(), zone=BERLIN), now=LATE, people={}, turn=Turn(review=None))
    return dialogue.hears("ana: /ai-readiness start Claims Copilot", *lines)


def stored(review: Review) -> Review:
    acts = tuple(replace(act, at=act.at.astimezone(UTC)) for act in review.acts)
    return replace(review, acts=acts, shown_at=review.shown_at.astimezone(UTC))


def test_a_review_was_paused_on_the_day_of_its_zone() -> None:
    dialogue = in_berlin("ana: pause")
    card = board(stand(stored(dialogue.review), dialogue.now.astimezone(BERLIN)))["root"]

    assert isinstance(card, RootCard)
    assert card.phase_on == date(2026, 11, 24)


def test_what_was_shown_on_the_same_day_is_not_put_right() -> None:
    dialogue = in_berlin("ana: date 15 Dec")

    assert lapse(stored(dialogue.review), dialogue.now.astimezone(BERLIN)).effects == ()


def test_it_is_quiet_since_a_day_of_the_zone_and_once_settled_since_none() -> None:
    key = "quiet/0/ana"
    dialogue = in_berlin().waits(days=7, hours=12).written(key)

    def told() -> tuple[bool, date | None]:
        card = board(stand(stored(dialogue.review), dialogue.now.astimezone(BERLIN)))[key]
        assert isinstance(card, QuietCard)
        return card.open, card.since

    assert told() == (True, date(2026, 11, 24))
    dialogue.hears("ana: @dana")
    assert told() == (False, None)
