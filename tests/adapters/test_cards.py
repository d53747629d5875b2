from __future__ import annotations

import os
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from rich.cells import cell_len

from adapters import filters
from adapters.marks import STATE_WORDS
from adapters.wording import DEEDS, LABELS, TEMPLATES, template_name
from conversations.cards import Card, Notice, NoticeCard, QuestionCard, Quote, RootCard, SummaryCard, Tap
from conversations.review import State
from tests.adapters.samples import CARDS, WORDS
from tests.adapters.screen import shown

GOLDEN = Path(__file__).parent / "golden" / "console"
CLASSES = {template_name(card) for card in get_args(Card)}
AGAIN = (RootCard, QuestionCard, SummaryCard)
FORBIDDEN = re.compile(r"\b(vague|failed|overdue|still|invalid|please note|items?|walk)\b|!", re.IGNORECASE)
LINKS = re.compile(r"https?://\S{60,}")


def sentences(template: Path) -> str:
    """A template without what Jinja reads."""
    return re.sub(r"\{[{%#].*?[}%#]\}", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)


def _quoting(value: object, *, outside: bool) -> Any:
    """A card whose quotes are all by somebody from outside, or none."""
    if isinstance(value, Quote):
        return replace(value, outside=outside)
    if isinstance(value, tuple):
        return tuple(_quoting(part, outside=outside) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _quoting(getattr(value, f.name), outside=outside) for f in fields(value)})
    return value


def transcript(kind: str) -> str:
    """All samples of one card class, as the terminal shows them."""
    parts = []
    for name, card in CARDS.items():
        if template_name(type(card)) == kind:
            parts.append(f"# {name}\n{shown(card)}")
            if isinstance(card, AGAIN):
                parts.append(f"# {name}, again\n{shown(card, again=True)}")
    return "\n".join(parts)


def test_every_card_has_a_template_and_a_sample_and_nothing_else_has() -> None:
    assert {path.name.removesuffix(".md.j2") for path in TEMPLATES.glob("[!_]*.md.j2")} == CLASSES
    assert {template_name(type(card)) for card in CARDS.values()} == CLASSES


def test_every_notice_has_its_own_file_and_nothing_else_has() -> None:
    assert {path.name.removesuffix(".md.j2") for path in (TEMPLATES / "notices").iterdir()} == {n.value for n in Notice}


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_cards_look_as_they_did(kind: str) -> None:
    path = GOLDEN / f"{kind}.txt"
    now = transcript(kind)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(now, encoding="utf-8")
    assert now == path.read_text(encoding="utf-8"), "if it is meant: UPDATE_GOLDEN=1"


@pytest.mark.parametrize("name", CARDS)
def test_no_line_is_wider_than_the_terminal_but_for_a_link(name: str) -> None:
    card = CARDS[name]
    lines = (shown(card) + shown(card, again=True)).splitlines()
    assert [line for line in lines if cell_len(line) > 80 and not LINKS.search(line)] == []


@pytest.mark.parametrize("name", CARDS)
def test_the_first_line_says_something_and_quotes_no_answer(name: str) -> None:
    title = shown(CARDS[name]).splitlines()[0]
    assert title.strip()
    assert not any(said in title for said in WORDS.values())


@pytest.mark.parametrize("name", CARDS)
def test_a_terminal_that_knows_only_ascii_gets_ascii(name: str) -> None:
    assert shown(CARDS[name], encoding="ascii").isascii()


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.j2")), ids=lambda path: path.name)
def test_no_template_has_a_word_that_people_should_not_read(template: Path) -> None:
    assert FORBIDDEN.findall(sentences(template)) == []


def test_no_table_of_words_has_one_either() -> None:
    labels = [text for label in LABELS.values() for text in (label.button, label.word)]
    labels.remove("My items")  # a button's name that is fixed
    tables = [*filters._PARTS.values(), *filters._REASONS.values(), *STATE_WORDS.values(), *DEEDS.values()]
    assert [text for text in (*labels, *tables) if FORBIDDEN.search(text)] == []


def test_every_tap_has_a_label_that_fits_and_a_word() -> None:
    assert set(LABELS) == set(Tap)
    assert [label for label in LABELS.values() if len(label.button) > 24] == []
    assert [tap for tap, label in LABELS.items() if not label.word] == [Tap.OPEN]


def test_every_state_has_its_word_on_the_question_card() -> None:
    said = shown(CARDS["question-every-state"])
    assert [state for state, word in STATE_WORDS.items() if word not in said and state is not State.DEFERRED] == []


def test_every_part_that_a_pack_may_ask_for_is_said_in_words() -> None:
    packs = Path(filters.__file__).parents[1] / "conversations" / "packs"
    text = "".join(path.read_text(encoding="utf-8") for path in packs.glob("*.yaml"))
    parts = {part.strip() for listed in re.findall(r"parts: \[([^]]*)]", text) for part in listed.split(",")}
    assert parts <= set(filters._PARTS)


def test_what_people_typed_is_shown_as_typed_and_steers_nothing() -> None:
    said = shown(CARDS["question-every-state"])
    assert "[bold red]now[/] *this* `is` <!channel> red {{ 7 *" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize("name", ["question-asked", "conflict", "conflict-settled", "not-applicable", "who", "report"])
def test_whoever_answers_from_outside_is_marked_wherever_they_are_quoted(name: str, outside: bool) -> None:
    assert ("(from outside)" in shown(_quoting(CARDS[name], outside=outside))) is outside


@pytest.mark.parametrize(
    ("labels", "left", "said"),
    [
        (("overseer",), 0, "1 answer is part of the review now (overseer)."),
        (("overseer",), 2, "1 answer is part of the review now (overseer), and 2 no longer; what was said is kept."),
        ((), 2, "2 answers are no longer part of the review; what was said is kept."),
    ],
)
def test_it_is_said_which_answers_joined_and_how_many_left(labels: tuple[str, ...], left: int, said: str) -> None:
    notice = NoticeCard(notice=Notice.OVERLAYS_CHANGED, names=labels, count=left)
    assert " ".join(shown(notice).split()) == f"Special duties: because of what About says, {said}"


def test_a_message_that_answered_nothing_is_forgotten_in_one_sentence() -> None:
    assert shown(NoticeCard(notice=Notice.FORGOTTEN)) == "That message and its words are forgotten.\n"


@pytest.mark.parametrize("name", CARDS)
def test_nothing_that_was_erased_is_quoted(name: str) -> None:
    said = shown(CARDS[name], words={})
    assert "“”" not in said
    assert [words for words in WORDS.values() if len(words) > len("<@dana>") and f"“{words[:20]}" in said] == []


def test_an_erased_answer_is_said_to_be_taken_back() -> None:
    assert "(taken back)" in shown(CARDS["question-answered"], words={})
