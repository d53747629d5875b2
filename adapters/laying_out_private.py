"""Cards to one person as layouts: what a letter's lines and a digest's projects show, and what stands below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from adapters import digest_lines, filters
from adapters.laying_out_lists import reviews, waiting
from adapters.layout import Break, Line, Part, Tone
from adapters.letter_lines import alone, is_timed, open_lines, projects_of
from adapters.marks import cells
from adapters.pieces import break_if, buttons, buttons_aside, buttons_of_line, line, more, said, said_quietly
from adapters.wording import Words, button
from conversations import cards
from conversations.cards import (
    HOME_LINES,
    AskCard,
    ConfirmCard,
    DigestCard,
    DigestLine,
    DigestState,
    EscalationCard,
    GoneCard,
    HeadsUpCard,
    HomeCard,
    LetterCard,
    NudgeCard,
    PackOfferCard,
    PreferencesCard,
    QuietCard,
    RollUpLine,
    UnreachableCard,
    Way,
)

SHOWN_SPONSORED = 10  # projects of a sponsor; beyond, they are counted


# --- what may be a line of a letter ----------------------------------------------------------------------------------


def single(card: cards.Line, words: Words) -> Iterator[Part]:
    """A card that stands for itself, below its title."""
    yield from _below(card, words)
    yield from buttons(card.ways, label=lambda way: _button(way, card, words))


def _below(card: cards.Line, words: Words) -> Iterator[Part]:
    match card:
        case AskCard():
            yield from said(words, "prompt")
            yield from said_quietly(words, *([] if card.until else ["example"]))
        case ConfirmCard():
            yield from said(words, "prompt", "before")
        case NudgeCard():
            yield from said_quietly(words, "example")
        case HeadsUpCard():
            yield from said(words, "before")
        case EscalationCard():
            yield from said(words, "facts")
        case QuietCard():
            yield from said(words, "next")
        case GoneCard():
            yield from said(words, "heirs")
        case UnreachableCard():
            yield from said(words, "how")
        case PackOfferCard():
            yield from _changes(card, words)
        case _:
            assert_never(card)


def _button(way: Way, card: cards.Line, words: Words) -> str:
    """A way whose choice is one of the heirs bears their name."""
    if isinstance(card, GoneCard) and way.choice in card.heirs:
        return words.say("heir", way.choice)
    return button(way, card)


def _changes(card: PackOfferCard, words: Words) -> Iterator[Part]:
    for changes in filters.by_kind(card.changes if card.open else ()):
        for change in changes[: filters.SHOWN_OF_A_KIND]:
            yield from line(words.say("change", change))
        yield from more(len(changes) - filters.SHOWN_OF_A_KIND, words)
    yield from said(words, "kept")


# --- letters ---------------------------------------------------------------------------------------------------------


def letter_title(card: LetterCard, words: Words) -> str:
    only = alone(card)
    return words.say("title") if only is None else _sentence(only, card, words.of(only))


def letter(card: LetterCard, words: Words) -> Iterator[Part]:
    """One line that is no nudge is drawn as its card. Why it came stands at the end, once, while anything is open.

    Below several lines it is set apart, so that nobody takes it for the last one's.
    """
    only = alone(card)
    if only is not None:
        yield from single(only, words.of(only))
    else:
        for number, each in enumerate(card.lines, 1):
            yield from _letter_line(each, number, card, words.of(each))
    if open_lines(card):
        yield from break_if(len(card.lines) > 1)
        yield from buttons_aside(card.ways)


def _letter_line(each: cards.Line, number: int, card: LetterCard, words: Words) -> Iterator[Part]:
    lead, place = (str(number), f"{number}, {words.say('place')}") if len(card.lines) > 1 else ("", words.say("place"))
    yield from line(_sentence(each, card, words), lead=lead)
    yield from _below(each, words)
    yield from buttons_of_line(each.ways, place, label=lambda way: _button(way, each, words))


def _sentence(each: cards.Line, card: LetterCard, words: Words) -> str:
    """A line of a letter, which names its project only where there are several."""
    match each:
        case NudgeCard():
            named = len(projects_of(card.lines)) > 1 or card.since is not None or each is alone(card)
            return words.say("line", named, is_timed(each, card), card.to)
        case HeadsUpCard() | EscalationCard():
            return words.say("line", card.to)
        case _:
            return words.say("title")


# --- digests ---------------------------------------------------------------------------------------------------------


def digest(card: DigestCard, words: Words) -> Iterator[Part]:
    if not digest_lines.is_quiet(card):
        yield from _projects(card, words)
        for each in digest_lines.with_details(card):
            yield from _details(each, words, named=len(card.lines) > 1)
        yield from _sponsored(card.roll_up, words)
        yield from break_if(bool(card.pack))
        yield from said_quietly(words, "constants")
    yield from buttons_aside(card.ways, label=lambda way: button(way, card))


def _projects(card: DigestCard, words: Words) -> Iterator[Part]:
    """Those that need somebody first. Only what is asked has buttons."""
    full = digest_lines.in_full(card)
    for number, each in enumerate([*full, *digest_lines.in_short(card)], 1):
        project = words.say("project", each)
        if each in full:
            yield from _in_full(each, project, words)
        else:
            yield from line(f"· {words.say('short', each)}", lead=project)
        if each in full or each.state is DigestState.IDLE:
            yield from buttons_of_line(each.ways, f"{number}, {project}", label=lambda way: button(way, card))
    yield from more(digest_lines.left_out(card), words)


def _in_full(each: DigestLine, project: str, words: Words) -> Iterator[Part]:
    yield from line(f"· {words.say('standing', each)}", lead=project)
    yield from line(words.say("blocked", each))
    yield from line(words.say("news", each))


def _details(each: DigestLine, words: Words, *, named: bool) -> Iterator[Part]:
    """More of a project, which is named again where there are several."""
    parts = [words.say(part, each) for part in ("due", "gaps", "not_applicable", "spot_check")]
    if each.questions or any(parts):
        yield Break()
        yield from line("", lead=words.say("project", each) if named else "")
    if each.questions:
        yield _bars(each, words)
    for text in parts:
        yield from line(text, tone=Tone.QUIET)


def _bars(each: DigestLine, words: Words) -> Line:
    """A cell for each answer; its numbers stand beside it, and are all that is said aloud."""
    texts = [words.say("bar", question, cells(question.answered, question.total)) for question in each.questions]
    spoken = [words.say("bar_said", question) for question in each.questions]
    return Line(text=" · ".join(texts), spoken=f"{'; '.join(spoken)}.")


def _sponsored(lines: Sequence[RollUpLine], words: Words) -> Iterator[Part]:
    yield from break_if(bool(lines))
    yield from line("", lead=words.say("sponsored"))
    for each in lines[:SHOWN_SPONSORED]:
        yield from line(f"· {words.say('row', each)}", lead=words.say("project", each))
    yield from more(len(lines) - SHOWN_SPONSORED, words)


# --- preferences and home --------------------------------------------------------------------------------------------


def preferences(card: PreferencesCard, words: Words) -> Iterator[Part]:
    yield from said(words, "hours", "away", "nudges", "digest", "joined")
    yield from said_quietly(words, "how")
    yield from buttons_aside(card.ways)


def home(card: HomeCard, words: Words) -> Iterator[Part]:
    yield from waiting(card.waiting, HOME_LINES, words)
    yield from break_if(bool(card.waiting and card.projects))
    yield from line("", lead=words.say("projects"))
    yield from reviews(card.projects, HOME_LINES, lambda each: words.say("facts", each), words)
    if card.preferences is not None:
        yield from break_if(bool(card.waiting or card.projects))
        yield from line("", lead=words.of(card.preferences).say("heading"))
        yield from how_to_write(card.preferences, words.of(card.preferences))
    yield from break_if(bool(card.waiting or card.projects or card.preferences))
    yield from buttons(card.ways)


def how_to_write(card: PreferencesCard, words: Words) -> Iterator[Part]:
    yield from said(words, "hours", "away", "nudges", "digest", "joined")
    yield from buttons_aside(card.ways)
