"""Cards as layouts: which part stands where, for platforms that show cards. The sentences are the templates'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from adapters import filters
from adapters.laying_out_lists import reviews, waiting
from adapters.laying_out_private import digest, home, letter, letter_title, preferences, single
from adapters.layout import Break, Buttons, Choice, Layout, Line, Part
from adapters.marks import bar
from adapters.pieces import buttons, buttons_aside, buttons_of_line, in_a_row, item, line, said, said_quietly
from adapters.wording import Words, button, words_in_general
from conversations.cards import (
    AskCard,
    AskHereCard,
    Card,
    ConfirmCard,
    ConflictCard,
    DigestCard,
    EditCard,
    EscalationCard,
    FollowUpCard,
    FormCard,
    FormErrorsCard,
    GoneCard,
    HeadsUpCard,
    HelpCard,
    HomeCard,
    LetterCard,
    ListCard,
    MineCard,
    NotApplicableCard,
    NotedCard,
    NoticeCard,
    NudgeCard,
    PackOfferCard,
    PreferencesCard,
    QuestionCard,
    QuestionLine,
    QuietCard,
    ReportCard,
    RetiredCard,
    RootCard,
    SummaryCard,
    Tap,
    UnreachableCard,
    Way,
    WelcomeCard,
    WhoCard,
    WhyCard,
)

_OPENS = {"about": Way(tap=Tap.ABOUT), "preferences": Way(tap=Tap.PREFERENCES)}  # by the name of the form
SHOWN_LINES = 10  # of reviews, and of what waits for somebody; beyond, they are counted


def lay_out(card: Card, words: Words) -> Layout:
    return Layout(title=_title(card, words), heading=_is_heading(card), parts=tuple(_parts(card, words)))


def _title(card: Card, words: Words) -> str:
    if isinstance(card, LetterCard):
        return letter_title(card, words)
    return words.say("intro" if isinstance(card, FormCard) else "title")  # a form is only offered here


def _is_heading(card: Card) -> bool:
    """An empty home says in its title what would be here: that is a sentence to read, and heads nothing."""
    if isinstance(card, HomeCard):
        return bool(card.waiting or card.projects)
    return isinstance(card, RootCard | QuestionCard | SummaryCard)


def _parts(card: Card, words: Words) -> Iterable[Part]:  # noqa: C901  # one case a card
    match card:
        case RootCard():
            return _root(card, words)
        case QuestionCard():
            return _question(card, words)
        case FollowUpCard() | NoticeCard():
            return buttons(card.ways)
        case ConflictCard():
            return _conflict(card, words)
        case NotApplicableCard():
            return [*said(words, "reason", "who"), *buttons(card.ways)]
        case AskHereCard():
            return [*said(words, "why"), *buttons(card.ways, label=lambda way: button(way, card))]
        case WhoCard():
            return [*said(words, "name"), *_buttons_to_pick(card, words)]
        case SummaryCard():
            return _summary(card, words)
        case (
            AskCard()
            | ConfirmCard()
            | NudgeCard()
            | HeadsUpCard()
            | EscalationCard()
            | QuietCard()
            | GoneCard()
            | UnreachableCard()
            | PackOfferCard()
        ):
            return single(card, words)
        case LetterCard():
            return letter(card, words)
        case WhyCard():
            return [*said(words, "rule"), *buttons_aside(card.ways)]
        case DigestCard():
            return digest(card, words)
        case PreferencesCard():
            return preferences(card, words)
        case RetiredCard():
            return []
        case NotedCard():
            return [*said(words, "next"), *buttons(card.ways)]
        case HelpCard():
            return _help(card, words)
        case WelcomeCard():
            return [*said(words, "how"), *buttons(card.ways)]
        case FormCard():
            return buttons([_to_open(card)])
        case FormErrorsCard():
            return _form_errors(card, words)
        case ListCard():
            return _list(card, words)
        case MineCard():
            return waiting(card.lines, SHOWN_LINES, words)
        case HomeCard():
            return home(card, words)
        case EditCard():
            return _edit(card, words)
        case ReportCard():
            return _report(card, words)
        case _:
            assert_never(card)


# --- the cards with more in them -------------------------------------------------------------------------------------


def _buttons_to_pick(card: WhoCard, words: Words) -> list[Buttons]:
    """A person who is chosen is the answer, so that none has to be written."""
    written = next((way for way in card.ways if way.tap is Tap.WRITE_ANOTHER), None)
    if written is None:
        return buttons(card.ways)
    picker = Choice(way=replace(written, tap=Tap.ANSWER), label=words.say("choose"))
    others = [Choice(way=way, label=button(way)) for way in card.ways if way is not written]
    return [replace(in_a_row(others), picker=picker)]


def _to_open(card: FormCard) -> Way:
    return _OPENS.get(card.name) or Way(tap=Tap.ANSWER, choice=card.name)


def _root(card: RootCard, words: Words) -> Iterator[Part]:
    yield from line(words.say("standing"), bar=bar(card.readiness))
    yield from said(words, "facts")
    yield _counts(card.questions, words)
    yield from buttons(card.ways)


def _counts(lines: Sequence[QuestionLine], words: Words) -> Line:
    complete, shown = filters.folded(lines)
    texts = [words.say("question", line, filters.count_mark(line)) for line in shown]
    spoken = [words.say("question_said", line) for line in shown]
    if complete:
        texts.insert(0, words.say("complete", complete))
        spoken.insert(0, words.say("complete_said", complete))
    return Line(text=" · ".join(texts), spoken=f"{'; '.join(spoken)}.")


def _question(card: QuestionCard, words: Words) -> Iterator[Part]:
    yield from said_quietly(words, "why")
    yield from (item(row, words.say("row", row), asked=row.asked) for row in card.rows)
    yield from said(words, "options")
    yield from said_quietly(words, "example", "how_or_form")
    yield from buttons(card.ways)


def _conflict(card: ConflictCard, words: Words) -> Iterator[Part]:
    for number, side in enumerate(card.sides, 1):
        yield from line(words.say("side", side), lead=str(number))
        use = [way for way in card.ways if way.tap is Tap.USE and way.choice == str(number)]
        yield from buttons_of_line(use, words.say("side_said", side, number))
    yield from said(words, "holds")
    others = [Choice(way=way, label=button(way)) for way in card.ways if way.tap is not Tap.USE]
    yield from [in_a_row(others)] if others else []


def _summary(card: SummaryCard, words: Words) -> Iterator[Part]:
    yield from line(words.say("standing"), bar=bar(card.readiness))
    yield from said(words, "gap", "checks", "promises", "waiting")
    yield from said_quietly(words, "constants")
    yield from buttons(card.ways)


def _help(card: HelpCard, words: Words) -> Iterator[Part]:
    yield from said(words, "waiting", "how")
    yield from line("", lead=words.say("everything"))
    if card.everything:
        yield from (Line(text=words.say("typed", word, does)) for word, does in words_in_general().items())
    yield from said(words, "another", "aside")
    yield from buttons(card.ways)


def _form_errors(card: FormErrorsCard, words: Words) -> Iterator[Part]:
    for name, fault, about in card.errors:
        yield from line(words.say("fault", fault, about), lead=f"{words.say('field', name)}:")


def _list(card: ListCard, words: Words) -> Iterator[Part]:
    parts = ("stage", "readiness", "blockers", "decision", "owner")
    return reviews(card.reviews, SHOWN_LINES, lambda each: " · ".join(words.say(part, each) for part in parts), words)


def _edit(card: EditCard, words: Words) -> Iterator[Part]:
    """Each question with its button, which is heard with its name, and below what is answered."""
    for each in card.lines:
        question = words.say("question", each)
        yield Break()
        yield from line("", lead=question)
        yield from buttons_of_line(each.ways, question)
        yield from (item(row, words.say("row", row)) for row in each.rows)


def _report(card: ReportCard, words: Words) -> Iterator[Part]:
    yield from line(words.say("standing"), bar=bar(card.summary.readiness))
    yield from said(words, "facts", "checks")
    for title, score, rows in card.questions:
        yield Break()
        yield from line("", lead=words.say("question", title, score))
        yield from (item(row, words.say("row", row, filters.LEAST_SHOWN)) for row in rows)
