"""What can be looked at in a review without changing it, as cards."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from conversations.answering import DAY_FIELDS, DECISION_FIELD, PEOPLE_FIELDS
from conversations.cards import (
    Card,
    EditCard,
    EditLine,
    FieldLine,
    FormCard,
    HelpCard,
    MineCard,
    MineLine,
    NotedCard,
    Notice,
    NoticeCard,
    ReportCard,
    Tap,
    Way,
)
from conversations.composing import quote, row, summary_card
from conversations.composing_letters import why_card
from conversations.events import View, Viewed
from conversations.item_standing import UNANSWERED, ItemStanding
from conversations.names import label_of
from conversations.packs import PROFILE_FIELDS, ItemType
from conversations.review import LIVING, Act, State
from conversations.scoring import score
from conversations.standing import Standing

ABOUT = "about"  # the name of the intake's form


def view_card(standing: Standing, event: Viewed) -> Card:
    match event.view:
        case View.STATUS:
            return replace(summary_card(standing, score(standing)), all_asked=False)  # somebody only looks
        case View.REPORT:
            return report_card(standing)
        case View.FORM:
            return _form_card(standing, event.question, event.item)
        case View.ABOUT:
            return _about_card(standing)
        case View.EDIT:
            return _edit_card(standing)
        case View.MINE:
            return MineCard(lines=mine_lines(standing, event.by.id))
        case View.WHY:
            return why_card(standing, event.by.id, event.message or "")
        case View.HELP | View.HELP_ALL:
            return help_card(everything=event.view is View.HELP_ALL)
        case _:
            assert_never(event.view)


def form_named(standing: Standing, name: str) -> FormCard | None:
    """A question's form, or *About*, as it is now; None where there is none of that name."""
    if name == ABOUT:
        return _about_card(standing)
    known = name in {question.key for question in standing.pack.questions}
    card = _form_card(standing, name, None) if known else None
    return card if isinstance(card, FormCard) else None


def help_card(*, everything: bool = False, waiting: int = 0) -> HelpCard:
    taps = (Tap.START, Tap.MINE) if everything else (Tap.START, Tap.MINE, Tap.HELP_ALL)
    return HelpCard(everything=everything, waiting=waiting, ways=tuple(Way(tap=tap) for tap in taps))


def noted_card(standing: Standing, act: Act) -> NotedCard | None:
    """To who has just answered: what comes next; None where the summary says it."""
    if standing.asked is None or act.item is None:
        return None
    question = standing.pack.question_of[standing.asked]
    keys = [item.key for item in question.items]
    return NotedCard(
        short=question.short,
        label=label_of(standing.items[act.item].item),
        next_number=keys.index(standing.asked) + 1,
        next_of=len(keys),
        next_prompt=standing.items[standing.asked].item.prompt,
        ways=tuple(Way(tap=tap, choice=str(standing.review.acts[-1].turn)) for tap in (Tap.UNDO, Tap.NOT_AN_ANSWER)),
    )


def report_card(standing: Standing) -> ReportCard:
    points = score(standing)
    return ReportCard(
        summary=summary_card(standing, points),
        owner=standing.owner,
        decision_on=standing.decision_on,
        questions=tuple(
            (q.title, points.questions[q.key], tuple(row(standing, standing.items[i.key]) for i in q.items))
            for q in standing.pack.questions
        ),
    )


def _edit_card(standing: Standing) -> Card:
    if standing.phase not in LIVING:
        ways = (Way(tap=Tap.RESUME),)
        return NoticeCard(notice=Notice.CLOSED, project=standing.review.project, phase=standing.phase, ways=ways)
    points = score(standing)
    return EditCard(
        project=standing.review.project,
        answered=points.answered,
        total=points.total,
        lines=tuple(
            EditLine(
                short=question.short,
                rows=tuple(row(standing, standing.items[item.key]) for item in question.items),
                ways=(Way(tap=Tap.EDIT, choice=question.key),),
            )
            for question in standing.pack.questions
        ),
    )


def mine_lines(standing: Standing, person: str, *, by_name: bool = False) -> tuple[MineLine, ...]:
    """What a person is asked, named for or can agree to, in pack order; nothing once a review is closed.

    An answer that nobody was asked for is the owner's to see to; with `by_name` it is left out.
    """
    if standing.phase not in LIVING:
        return ()
    wanted = (
        (item, _wanted(standing, item, None if by_name else standing.owner, person)) for item in standing.items.values()
    )
    return tuple(
        MineLine(
            project=standing.review.project,
            short=standing.pack.question_of[item.item.key].short,
            label=label_of(item.item),
            name=standing.pack.names[item.item.key],
            prompt=item.item.prompt,
            wants=wants,
            due_on=item.due_on,
            ways=tuple(_way_of(standing, item, tap) for tap in _DOES[wants]),
        )
        for item, wants in wanted
        if wants
    )


def _way_of(standing: Standing, item: ItemStanding, tap: Tap) -> Way:
    key = item.item.key
    return Way(tap=tap, item=key, name=standing.pack.names[key], review=standing.review.id)


def _wanted(standing: Standing, item: ItemStanding, else_of: str | None, person: str) -> str:
    if item.state is State.UNCONFIRMED and item.named_here == person:
        return "confirm"
    if item.state is State.NA_PENDING and standing.is_critical(item.item) and standing.approver == person:
        return "accept"
    waiting = item.state in _WAITING and not item.kept
    settles = standing.owner if item.state is State.CONFLICT else else_of
    mine = (item.assignee or settles) == person
    return "answer" if waiting and mine else ""


_DOES = {"confirm": (Tap.YES, Tap.NO), "accept": (Tap.ACCEPT, Tap.REJECT), "answer": (Tap.ANSWER,)}
_WAITING = (State.OPEN, State.KNOWN_GAP, State.VAGUE, State.DEFERRED, State.CONFLICT, State.STALE)


def _form_card(standing: Standing, key: str | None, first: str | None) -> Card:
    """The form of a question, else of the one asked; what its button was about comes first, the others as ever."""
    questions = standing.pack.questions
    asked = standing.pack.question_of[standing.asked] if standing.asked else None
    question = next((q for q in questions if q.key == key), asked)
    if question is None:
        return NoticeCard(notice=Notice.NOTHING_ASKED, project=standing.review.project)
    items = sorted(question.items, key=lambda item: item.key != first)
    return FormCard(
        name=question.key,
        title=question.short,
        fields=tuple(_field(standing.items[item.key]) for item in items),
        seen=standing.review.version,
        pack=standing.pack.digest,
    )


def _field(item: ItemStanding) -> FieldLine:
    known = item.answer if item.state not in UNANSWERED else None
    return FieldLine(
        name=item.item.key,
        label=label_of(item.item),
        hint=item.item.prompt,
        type=item.item.type,
        example=item.item.example,
        quote=quote(item, known),
        options=tuple(option.value for option in item.item.options),
    )


def _about_card(standing: Standing) -> FormCard:
    decision = standing.decision_on.isoformat() if standing.decision_on else ""
    known = {**standing.profile, DECISION_FIELD: decision}
    types = {
        **dict.fromkeys(PROFILE_FIELDS, ItemType.CHOICE),
        **dict.fromkeys(PEOPLE_FIELDS, ItemType.PERSON),
        **dict.fromkeys(DAY_FIELDS, ItemType.DATE),
    }
    return FormCard(
        name=ABOUT,
        title=standing.review.project,
        fields=tuple(
            FieldLine(
                name=name,
                label=name,
                hint="",
                type=type_,
                value=known.get(name, ""),
                options=PROFILE_FIELDS.get(name, ()),
            )
            for name, type_ in types.items()
        ),
        seen=standing.review.version,
        pack=standing.pack.digest,
        ways=(Way(tap=Tap.DONE), Way(tap=Tap.CANCEL)) if standing.phase in LIVING else (),
    )
