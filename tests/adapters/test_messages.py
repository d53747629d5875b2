from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters import filters
from adapters.laying_out import lay_out
from adapters.layout import Line
from conversations.cards import (
    About,
    Became,
    ConfirmCard,
    DigestCard,
    DigestState,
    EscalationCard,
    HeadsUpCard,
    LetterCard,
    NudgeCard,
    QuietCard,
    RootCard,
)
from conversations.names import label_of
from conversations.packs import Item, ItemType, Pack
from conversations.scoring import seconds_for
from tests.adapters.messages import document, in_words
from tests.adapters.private_samples import letter, nudge
from tests.adapters.samples import CARDS, TODAY, confirm
from tests.adapters.test_cards import FORBIDDEN
from tests.builders import pack

DOCUMENT = Path(__file__).parents[2] / "docs" / "messages.md"
LONGEST = 240  # characters of a nudge
FIRST_LINE = 80
# A long name makes any first line longer; and these say what cannot be left out.
LONGER = (
    "digest-none-yet",  # says how to begin
    "confirm-no",  # says that no name is fine
    "letter-heads-up",  # says who will be told of what
)
FORTY = "x" * 40  # a project's name where it is cut
SHORT_TITLES = (RootCard, LetterCard, DigestCard, ConfirmCard, QuietCard)


def nudges_of(pack_: Pack, item: Item) -> Iterator[NudgeCard]:
    """Every nudge that there can be about an item, with the longest of names."""
    for about, missing in product(About, (item.follow_up, "")):
        yield nudge(
            about,
            project=FORTY,
            short=pack_.question_of[item.key].short,
            label=label_of(item),
            prompt=item.prompt,
            example=item.example,
            type=item.type,
            seconds=seconds_for(item.type),
            missing=missing,
            due_on=TODAY,
        )


NUDGES = [card for name in ("core", "full") for item in pack(name).items for card in nudges_of(pack(name), item)]
NUDGES += [card for card in CARDS.values() if isinstance(card, NudgeCard)]


def sentence(card: NudgeCard) -> str:
    return in_words(card).say("title")


def asks(card: NudgeCard) -> int:
    """How many things are asked for; a pack's own words are one, though they may have an "if not" of their own."""
    said = sentence(card)
    for own in filter(None, (card.missing, card.prompt)):
        said = said.replace(own, "?")
    return said.count("?")


def test_the_document_holds_what_is_said() -> None:
    now = document()
    if os.environ.get("UPDATE_DOCS"):
        DOCUMENT.write_text(now, encoding="utf-8")
    assert now == DOCUMENT.read_text(encoding="utf-8"), "stale: UPDATE_DOCS=1 .venv/bin/pytest " + __file__


def test_a_nudge_has_less_than_240_characters_whatever_it_is_about() -> None:
    assert [sentence(card) for card in NUDGES if len(sentence(card)) >= LONGEST] == []


def test_a_nudge_asks_for_one_thing_and_a_settled_one_for_nothing() -> None:
    wrong = [sentence(card) for card in NUDGES if asks(card) != (0 if card.became and not card.ways else 1)]
    assert wrong == []


def test_an_open_nudge_says_how_long_it_takes() -> None:
    opened = [sentence(card) for card in NUDGES if card.became is None]
    assert [said for said in opened if not re.search(r"\d+ (second|minute)s?\.$", said)] == []


@pytest.mark.parametrize("name", CARDS)
def test_nothing_that_is_said_has_a_word_that_people_should_not_read(name: str) -> None:
    """Only what the bot says of its own: pack's questions are tested with the packs, people's words are theirs."""
    card = CARDS[name]
    if isinstance(card, NudgeCard | HeadsUpCard | EscalationCard | LetterCard | DigestCard):
        layout = lay_out(card, in_words(card))
        lines = [layout.title, *(part.text for part in layout.parts if isinstance(part, Line))]
        assert [found for line in lines for found in FORBIDDEN.findall(line)] == []


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if isinstance(card, SHORT_TITLES)])
def test_a_first_line_has_eighty_characters_where_names_are_of_a_usual_length(name: str) -> None:
    assert (len(lay_out(CARDS[name], in_words(CARDS[name])).title) > FIRST_LINE) is (name in LONGER)


@pytest.mark.parametrize("item", [item for item in pack("full").items if item.type is ItemType.PERSON])
def test_who_is_asked_to_confirm_once_more_has_as_little_to_read(item: Item) -> None:
    role, before = item.role or label_of(item), TODAY - timedelta(days=365)
    card = confirm(project=FORTY, by="priya.kapoor", role=role, prompt=item.prompt, before=before)
    layout = lay_out(card, in_words(card))
    said = [layout.title, *(part.text for part in layout.parts if isinstance(part, Line))]
    assert said[-1] == f"I asked this on {filters.when(before, TODAY, ZoneInfo('UTC'))}, too."
    assert len(" ".join(said)) < LONGEST


def test_no_nudge_counts_reminders() -> None:
    counted = re.compile(r"\b(again|remind\w*|second time|third|last)\b", re.IGNORECASE)
    said = [sentence(replace(card, label="", prompt="", missing="")) for card in NUDGES if card.became is None]
    assert [each for each in said if counted.search(each) and "to be looked at again" not in each] == []


def test_a_letter_greets_with_what_is_open_and_numbers_its_lines() -> None:
    two = letter(nudge(), nudge(became=Became.ANSWERED, by="ana"), nudge())
    layout = lay_out(two, in_words(two))
    assert layout.title == "Hi Dana, two gaps for Claims Copilot. The first takes 20 seconds."
    assert [part.lead for part in layout.parts if isinstance(part, Line)] == ["1", "2", "3"]


def test_how_long_the_first_takes_is_said_once() -> None:
    card = letter(nudge(), nudge())
    first, second = (part.text for part in lay_out(card, in_words(card)).parts if isinstance(part, Line))
    assert first.endswith("An @name is enough.")
    assert second.endswith("An @name is enough, 20 seconds.")


def test_every_line_says_how_long_it_takes_where_nothing_else_does() -> None:
    card = letter(nudge(), nudge(), since=TODAY)
    lines = [part.text for part in lay_out(card, in_words(card)).parts if isinstance(part, Line)]
    assert all(line.endswith("20 seconds.") for line in lines)


def test_a_letter_with_nothing_open_has_no_buttons() -> None:
    card = CARDS["letter-all-settled"]
    assert lay_out(card, in_words(card)).choices == ()


def test_why_it_came_stands_once_at_the_end() -> None:
    for name, card in CARDS.items():
        if isinstance(card, LetterCard):
            labels = [choice.label for choice in lay_out(card, in_words(card)).choices]
            assert labels.count("Why this?") == (labels[-2:] == ["Why this?", "Change when I write"]), name


def test_buttons_of_several_lines_are_heard_apart_and_belong_to_their_reviews() -> None:
    card = CARDS["letter-two-projects"]
    choices = [choice for choice in lay_out(card, in_words(card)).choices if choice.heard]
    heard = [choice.heard for choice in choices]
    assert len(set(heard)) == len(heard) == 18
    assert heard[0] == "Answer: 1, Rollback, who can order it"
    assert [choice.way.review for choice in choices] == ["r1"] * 12 + ["r2"] * 6


def test_a_quiet_digest_is_one_line() -> None:
    card = CARDS["digest-quiet"]
    layout = lay_out(card, in_words(card))
    assert [part for part in layout.parts if isinstance(part, Line)] == []


def test_of_thirty_projects_three_are_full_seven_short_and_the_rest_counted() -> None:
    card = CARDS["digest-many"]
    assert isinstance(card, DigestCard)
    layout = lay_out(card, in_words(card))
    lines = [part for part in layout.parts if isinstance(part, Line)]
    assert len([line for line in lines if line.text.startswith("Blocked by")]) == 3
    assert len([line for line in lines if line.text.startswith("· ")]) == 3 + 7
    assert "and 20 more" in [line.text for line in lines]
    assert sum(line.state is DigestState.BLOCKED for line in card.lines) == 4


def test_a_digest_is_said_without_bars_and_with_their_numbers() -> None:
    card = CARDS["digest"]
    bars = next(part for part in lay_out(card, in_words(card)).parts if isinstance(part, Line) and part.spoken)
    assert "Success ▓▓░ 2/3" in bars.text
    assert "Success 2 of 3" in bars.spoken
    assert not set("▓░") & set(bars.spoken)
