"""Cards as layouts: which part stands where, for platforms that show cards. The sentences are the templates'."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from adapters import filters
from adapters.layout import Break, Buttons, Choice, ItemLine, Layout, Line, Part, Tone
from adapters.marks import MARKS, STATE_WORDS, bar
from adapters.wording import LABELS, Words, words_in_general
from conversations.cards import (
    HOME_LINES,
    AskCard,
    Card,
    ConfirmCard,
    ConflictCard,
    FollowUpCard,
    FormCard,
    FormErrorsCard,
    GoneCard,
    HelpCard,
    HomeCard,
    ListCard,
    MineCard,
    MineLine,
    NotApplicableCard,
    NotedCard,
    NoticeCard,
    PackOfferCard,
    QuestionCard,
    QuestionLine,
    QuietCard,
    ReportCard,
    RetiredCard,
    ReviewLine,
    RootCard,
    Row,
    SummaryCard,
    Tap,
    Way,
    WelcomeCard,
    WhoCard,
)

IN_SIGHT = 3  # buttons, of one row
IN_OVERFLOW = 5
SHOWN_LINES = 10  # of reviews, and of what waits for somebody; beyond, they are counted


def lay_out(card: Card, words: Words) -> Layout:
    title = "intro" if isinstance(card, FormCard) else "title"  # what the form itself says, where it is only offered
    return Layout(title=words.say(title), heading=_is_heading(card), parts=tuple(_parts(card, words)))


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
            return _buttons(card.ways)
        case ConflictCard():
            return _conflict(card, words)
        case NotApplicableCard():
            return [*_lines(words, "reason", "who"), *_buttons(card.ways)]
        case WhoCard():
            return [*_lines(words, "name"), *_buttons_to_pick(card, words)]
        case SummaryCard():
            return _summary(card, words)
        case AskCard():
            return [*_lines(words, "prompt"), *_quiet(words, "example"), *_to_thread(card.ways)]
        case ConfirmCard():
            return [*_lines(words, "prompt"), *_to_thread(card.ways)]
        case RetiredCard():
            return []
        case QuietCard() | NotedCard():
            return [*_lines(words, "next"), *_buttons(card.ways)]
        case GoneCard():
            return _gone(card, words)
        case PackOfferCard():
            return _pack_offer(card, words)
        case HelpCard():
            return _help(card, words)
        case WelcomeCard():
            return [*_lines(words, "how"), *_buttons(card.ways)]
        case FormCard():
            return _buttons([_to_open(card)])
        case FormErrorsCard():
            return _form_errors(card, words)
        case ListCard():
            return _list(card, words)
        case MineCard():
            return [*_waiting(card.lines, SHOWN_LINES, words)]
        case HomeCard():
            return _home(card, words)
        case ReportCard():
            return _report(card, words)
        case _:
            assert_never(card)


# --- lines -----------------------------------------------------------------------------------------------------------


def _lines(words: Words, *parts: str) -> Iterator[Line]:
    """A part that has nothing to say makes no line."""
    for part in parts:
        yield from _line(words.say(part))


def _quiet(words: Words, *parts: str) -> Iterator[Line]:
    return (replace(line, tone=Tone.QUIET) for line in _lines(words, *parts))


def _line(text: str, *, lead: str = "", bar: str = "") -> list[Line]:
    return [Line(text=text, lead=lead, bar=bar)] if text or lead else []


def _break(needed: bool) -> list[Break]:
    return [Break()] if needed else []


def _more(count: int, words: Words) -> list[Line]:
    return _line(words.say("more", count)) if count > 0 else []


def _item(row: Row, text: str, *, asked: bool = False) -> ItemLine:
    mark, state = MARKS[row.state], STATE_WORDS[row.state]
    return ItemLine(mark=mark, state=state, name=row.name, label=row.label, text=text, asked=asked)


# --- buttons ---------------------------------------------------------------------------------------------------------


def _buttons(ways: Iterable[Way], *, label: Callable[[Way], str] | None = None) -> list[Buttons]:
    """A card's own ways; the first one is primary, but for one that only takes something back."""
    named = label or _label
    choices = [Choice(way=way, label=named(way)) for way in dict.fromkeys(ways)]
    if not choices:
        return []
    choices[0] = replace(choices[0], primary=choices[0].way.tap is not Tap.UNDO)
    return [_in_a_row(choices)]


def _in_a_row(choices: Sequence[Choice]) -> Buttons:
    """What has no place in sight goes into the overflow, and what has none there comes back."""
    first = [choice for choice in choices if not choice.way.more]
    menu = [*first[IN_SIGHT:], *(choice for choice in choices if choice.way.more)]
    return Buttons(in_sight=(*first[:IN_SIGHT], *menu[IN_OVERFLOW:]), more=tuple(menu[:IN_OVERFLOW]))


def _buttons_of_line(ways: Iterable[Way], about: str) -> list[Buttons]:
    """The ways of one line among others: none is primary, and each is heard with what it is about."""
    choices = [Choice(way=way, label=_label(way), heard=f"{_label(way)}: {about}") for way in dict.fromkeys(ways)]
    return [replace(_in_a_row(choices), of_line=True)] if choices else []


def _label(way: Way) -> str:
    return LABELS[way.tap].button


def _to_thread(ways: Iterable[Way]) -> list[Buttons]:
    """To one person, whom it takes to where others talk about it."""
    return _buttons(ways, label=lambda way: "See the thread" if way.tap is Tap.OPEN else _label(way))


def _buttons_to_pick(card: WhoCard, words: Words) -> list[Buttons]:
    """A person who is chosen is the answer, so that none has to be written."""
    written = next((way for way in card.ways if way.tap is Tap.WRITE_ANOTHER), None)
    if written is None:
        return _buttons(card.ways)
    picker = Choice(way=replace(written, tap=Tap.ANSWER), label=words.say("choose"))
    others = [Choice(way=way, label=_label(way)) for way in card.ways if way is not written]
    return [replace(_in_a_row(others), picker=picker)]


def _to_open(card: FormCard) -> Way:
    return Way(tap=Tap.ABOUT) if card.name == "about" else Way(tap=Tap.ANSWER, choice=card.name)


# --- the cards with more in them -------------------------------------------------------------------------------------


def _root(card: RootCard, words: Words) -> Iterator[Part]:
    yield from _line(words.say("standing"), bar=bar(card.readiness))
    yield from _lines(words, "facts")
    yield _counts(card.questions, words)
    yield from _buttons(card.ways)


def _counts(lines: Sequence[QuestionLine], words: Words) -> Line:
    complete, shown = filters.folded(lines)
    texts = [words.say("question", line, filters.count_mark(line)) for line in shown]
    spoken = [words.say("question_said", line) for line in shown]
    if complete:
        texts.insert(0, words.say("complete", complete))
        spoken.insert(0, words.say("complete_said", complete))
    return Line(text=" · ".join(texts), spoken=f"{'; '.join(spoken)}.")


def _question(card: QuestionCard, words: Words) -> Iterator[Part]:
    yield from _quiet(words, "why")
    yield from (_item(row, words.say("row", row), asked=row.asked) for row in card.rows)
    yield from _lines(words, "options")
    yield from _quiet(words, "example", "how_or_form")
    yield from _buttons(card.ways)


def _conflict(card: ConflictCard, words: Words) -> Iterator[Part]:
    for number, side in enumerate(card.sides, 1):
        yield from _line(words.say("side", side), lead=str(number))
        use = [way for way in card.ways if way.tap is Tap.USE and way.choice == str(number)]
        yield from _buttons_of_line(use, words.say("side_said", side, number))
    yield from _lines(words, "holds")
    others = [Choice(way=way, label=_label(way)) for way in card.ways if way.tap is not Tap.USE]
    yield from [_in_a_row(others)] if others else []


def _summary(card: SummaryCard, words: Words) -> Iterator[Part]:
    yield from _line(words.say("standing"), bar=bar(card.readiness))
    yield from _lines(words, "gap", "checks", "promises", "waiting")
    yield from _quiet(words, "constants")
    yield from _buttons(card.ways)


def _gone(card: GoneCard, words: Words) -> Iterator[Part]:
    """A way whose choice is one of the heirs bears their name."""
    yield from _lines(words, "heirs")
    yield from _buttons(
        card.ways, label=lambda way: words.say("heir", way.choice) if way.choice in card.heirs else _label(way)
    )


def _pack_offer(card: PackOfferCard, words: Words) -> Iterator[Part]:
    for changes in filters.by_kind(card.changes if card.open else ()):
        for change in changes[: filters.SHOWN_OF_A_KIND]:
            yield from _line(words.say("change", change))
        yield from _more(len(changes) - filters.SHOWN_OF_A_KIND, words)
    yield from _lines(words, "kept")
    yield from _buttons(card.ways)


def _help(card: HelpCard, words: Words) -> Iterator[Part]:
    yield from _lines(words, "how")
    yield from _line("", lead=words.say("everything"))
    if card.everything:
        yield from (Line(text=words.say("typed", word, button)) for word, button in words_in_general().items())
    yield from _lines(words, "another", "aside")
    yield from _buttons(card.ways)


def _form_errors(card: FormErrorsCard, words: Words) -> Iterator[Part]:
    for name, fault, about in card.errors:
        yield from _line(words.say("fault", fault, about), lead=f"{words.say('field', name)}:")


def _list(card: ListCard, words: Words) -> Iterator[Part]:
    for number, line in enumerate(card.reviews[:SHOWN_LINES], 1):
        yield from _break(number > 1)
        facts = [words.say(part, line) for part in ("stage", "readiness", "blockers", "decision", "owner")]
        yield from _review(line, " · ".join(facts), number, words)
    yield from _more(len(card.reviews) - SHOWN_LINES, words)


def _review(line: ReviewLine, facts: str, number: int, words: Words) -> Iterator[Part]:
    project = words.say("project", line)
    yield from _line(f"· {facts}", lead=project)
    yield from _buttons_of_line(line.ways, f"{number}, {project}")


def _waiting(lines: Sequence[MineLine], most: int, words: Words) -> Iterator[Part]:
    for number, line in enumerate(lines[:most], 1):
        place = words.say("place", line)
        yield from _line(words.say("line", line), lead=f"{number}. {place}")
        yield from _buttons_of_line(line.ways, f"{number}, {place.removesuffix(':')}")
    yield from _more(len(lines) - most, words)


def _home(card: HomeCard, words: Words) -> Iterator[Part]:
    yield from _waiting(card.waiting, HOME_LINES, words)
    yield from _break(bool(card.waiting and card.projects))
    yield from _line("", lead=words.say("projects"))
    for number, line in enumerate(card.projects[:HOME_LINES], 1):
        yield from _break(number > 1)
        yield from _review(line, words.say("facts", line), number, words)
    yield from _more(len(card.projects) - HOME_LINES, words)
    yield from _break(bool(card.waiting or card.projects))
    yield from _buttons(card.ways)


def _report(card: ReportCard, words: Words) -> Iterator[Part]:
    yield from _line(words.say("standing"), bar=bar(card.summary.readiness))
    yield from _lines(words, "facts", "checks")
    for title, score, rows in card.questions:
        yield Break()
        yield from _line("", lead=words.say("question", title, score))
        yield from (_item(row, words.say("row", row, filters.LEAST_SHOWN)) for row in rows)
