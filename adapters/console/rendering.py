"""Cards as lines of the terminal: which part of a card stands where. The sentences are the templates'.

A card that is shown again is shorter: what it said at first is above already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from rich.console import Console
from rich.text import Text

from adapters import filters
from adapters.console.drawing import draw, draw_part
from adapters.console.page import Page
from adapters.console.pieces import more, parts, standing, way, ways
from adapters.laying_out import lay_out
from adapters.laying_out_private import how_to_write
from adapters.marks import MARKS, bar
from adapters.wording import Words, word, words_in_general
from conversations.cards import (
    HOME_LINES,
    AskCard,
    AskHereCard,
    Card,
    ConfirmCard,
    ConflictCard,
    DigestCard,
    EditCard,
    EscalationCard,
    FieldLine,
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
    MineLine,
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
    Row,
    SummaryCard,
    Tap,
    UnreachableCard,
    WelcomeCard,
    WhoCard,
    WhyCard,
)
from conversations.review import State

MAX_MINE = 9  # of what waits for somebody
_STYLES = {
    State.COMPLETE: "green",
    State.NA_ACCEPTED: "dim",
    State.VAGUE: "yellow",
    State.UNCONFIRMED: "yellow",
    State.NA_PENDING: "yellow",
    State.STALE: "yellow",
    State.CONFLICT: "red",
    State.DEFERRED: "blue",
}


def render(card: Card, words: Words, console: Console, *, again: bool = False) -> list[Text]:  # noqa: C901  # one case a card
    """`again`: it was shown before, and has changed."""
    page = Page(console, words)
    match card:
        case RootCard():
            _root(card, page, again=again)
        case QuestionCard():
            _question(card, page, again=again)
        case FollowUpCard():
            page.title()
            ways(card.ways, page, elsewhere=True)
        case ConflictCard():
            _conflict(card, page)
        case NotApplicableCard():
            parts(page, "reason", "who")
            ways(card.ways, page, elsewhere=True)
        case WhoCard():
            parts(page, "name")
            ways(card.ways, page, elsewhere=True, choice="@name")
        case SummaryCard():
            _summary(card, page, again=again)
        case (
            AskCard()
            | ConfirmCard()
            | NudgeCard()
            | HeadsUpCard()
            | EscalationCard()
            | QuietCard()
            | GoneCard()
            | UnreachableCard()
            | AskHereCard()
            | PackOfferCard()
            | LetterCard()
            | WhyCard()
            | DigestCard()
            | PreferencesCard()
        ):
            draw(lay_out(card, words), page)
        case RetiredCard():
            page.title()
        case NotedCard():
            _noted(card, page)
        case NoticeCard():
            _notice(card, page)
        case HelpCard():
            _help(card, page)
        case FormCard():
            page.title()  # its fields are asked for one by one
        case FormErrorsCard():
            _form_errors(card, page)
        case ListCard():
            _list(card, page)
        case MineCard():
            page.title()
            _waiting(card.lines, page, MAX_MINE)
        case HomeCard():
            _home(card, page, words)
        case WelcomeCard():
            parts(page, "how")
            ways(card.ways, page)
        case EditCard():
            _edit(card, page)
        case ReportCard():
            _report(card, page)
        case _:
            assert_never(card)
    return page.lines


def field_lines(number: int, field: FieldLine, words: Words, console: Console) -> list[Text]:
    """One field of a form, with `words` of its card."""
    page = Page(console, words)
    page.say("field", field, lead=f"  {number}  ")
    return page.lines


def needs_somebody(card: Card) -> bool:
    """Whether a card of the thread waits for an answer or a decision."""
    match card:
        case QuestionCard():
            return any(row.asked for row in card.rows)
        case FollowUpCard():
            return card.ending is None
        case ConflictCard():
            return bool(card.sides)
        case NotApplicableCard():
            return card.open
        case WhoCard():
            return card.quote is not None
        case AskHereCard():
            return card.became is None
        case _:
            return False


def _root(card: RootCard, page: Page, *, again: bool) -> None:
    if again:
        page.title(after=f" {bar(card.readiness)}")
        return
    page.title()
    standing(card.readiness, page)
    page.say("facts")
    page.row(_questions(card.questions, page))
    ways(card.ways, page)


def _questions(lines: Sequence[QuestionLine], page: Page) -> list[str]:
    complete, shown = filters.folded(lines)
    texts = [page.text("question", line, filters.count_mark(line)) for line in shown]
    return [page.text("complete", complete), *texts] if complete else texts


def _question(card: QuestionCard, page: Page, *, again: bool) -> None:
    page.title()
    width = max(len(row.name) for row in card.rows)
    asked = next((row for row in card.rows if row.asked), None)
    if not again:
        page.say("why", style="dim")
    for row in card.rows:
        _row(row, page, width, whole=not again)
    page.say("options")
    page.say("example", style="dim")
    if asked is not None and not again:
        other = next((row.name for row in card.rows if row.state is State.OPEN and not row.asked), None)
        page.say("others", f"{other}: …") if other else page.say("how")
    ways(card.ways, page)


def _row(row: Row, page: Page, width: int, *, whole: bool) -> None:
    lead = f"{'▶' if row.asked else ' '} {MARKS[row.state]} {row.name:<{width}}  "
    page.put(page.text("row", row, whole), lead=lead, lead_style="bold" if row.asked else _STYLES.get(row.state, ""))


def _conflict(card: ConflictCard, page: Page) -> None:
    page.title()
    uses = [each for each in card.ways if each.tap is Tap.USE]
    for side, use in zip(card.sides, uses, strict=True):
        page.say("side", side, lead=f"  ▸ {way(use, elsewhere=True)}  ")
    page.say("holds")
    ways([way for way in card.ways if way.tap is not Tap.USE], page, elsewhere=True)


def _summary(card: SummaryCard, page: Page, *, again: bool) -> None:
    page.title()
    standing(card.readiness, page)
    if again:
        return
    for part in ("gap", "checks", "promises", "waiting"):
        page.say(part)
    page.say("constants", style="dim")
    ways(card.ways, page)


def _noted(card: NotedCard, page: Page) -> None:
    """The question card that follows says what comes next."""
    ways = (f"\x03{word(way)}\x04" for way in card.ways)
    page.row([page.text("title"), *ways], lead="✓ ", lead_style="green")


def _notice(card: NoticeCard, page: Page) -> None:
    """A word that the sentence says already is not said twice."""
    page.say("title", lead="")
    ways([way for way in card.ways if f"`{word(way)}`" not in page.text("title")], page, elsewhere=True)


def _help(card: HelpCard, page: Page) -> None:
    for part in ("title", "waiting", "how", "everything"):
        page.say(part, lead="")
    if card.everything:
        words = words_in_general()
        width = max(len(typed) for typed in words)
        for typed, button in words.items():
            page.put(button, lead=f"  \x03{typed:<{width}}\x04  ")
    page.say("another", lead="")
    page.say("aside", lead="")
    ways(card.ways, page)


def _form_errors(card: FormErrorsCard, page: Page) -> None:
    page.title()
    for name, fault, about in card.errors:
        page.put(f"{page.text('field', name)}: {page.text('fault', fault, about)}")


def _list(card: ListCard, page: Page) -> None:
    page.title()
    rows = [
        [page.text("project", line), page.text("stage", line), f"readiness {line.readiness}"]
        + [page.text(part, line) for part in ("blockers", "decision", "owner")]
        for line in card.reviews
    ]
    for row in rows:
        page.row([f"\x01{row[0]}\x04", *row[1:]])


def _waiting(lines: Sequence[MineLine], page: Page, most: int) -> None:
    for number, line in enumerate(lines[:most], 1):
        page.put(f"{page.text('place', line)} {page.text('line', line)}", lead=f"  {number:<2} ")
        page.row([way(each, elsewhere=True) for each in line.ways], lead="     ▸ ")
    more(len(lines) - most, page)


def _home(card: HomeCard, page: Page, words: Words) -> None:
    page.title()
    _waiting(card.waiting, page, HOME_LINES)
    page.say("projects", lead="", style="bold")
    for line in card.projects[:HOME_LINES]:
        page.put(f"\x01{page.text('project', line)}\x04 · {page.text('facts', line)}")
    more(len(card.projects) - HOME_LINES, page)
    if card.preferences is not None:
        said = words.of(card.preferences)
        page.put(said.say("heading"), lead="", style="bold")
        for part in how_to_write(card.preferences, said):
            draw_part(part, page)
    ways(card.ways, page)


def _edit(card: EditCard, page: Page) -> None:
    """One word does it for all of them."""
    page.title()
    width = max(len(row.name) for each in card.lines for row in each.rows)
    for each in card.lines:
        page.put(page.text("question", each), lead="", style="bold")
        for row in each.rows:
            lead = f"  {MARKS[row.state]} {row.name:<{width}}  "
            page.put(page.text("row", row), lead=lead, lead_style=_STYLES.get(row.state, ""))
    page.say("how", lead="")


def _report(card: ReportCard, page: Page) -> None:
    page.title()
    standing(card.summary.readiness, page)
    page.say("facts")
    page.say("checks")
    for title, score, rows in card.questions:
        page.gap()
        page.put(page.text("question", title, score), lead="", style="bold")
        width = max(len(row.label) for row in rows)
        for row in rows:
            lead = f"  {MARKS[row.state]} {row.label:<{width}}  "
            page.put(page.text("row", row), lead=lead, lead_style=_STYLES.get(row.state, ""))
