"""Who may be told of something that nobody answers, and after which warning: "tell the person one day before"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tests.simulation.cases import Case, Project
from tests.simulation.facts import Line, Message
from tests.simulation.rules import Rule
from tests.simulation.story import Review, Story

Problems = Iterator[tuple[Rule, str]]


def heads_up(story: Story, message: Message, line: Line) -> Problems:
    """What is wrong with a warning; from then on the person counts as warned."""
    review, case, diary = story.reviews[line.review], story.case(line.about), story.diaries[message.to]
    day = diary.day(message.at)
    told = case.tellable(review.project, day, _service_owner(review))
    if message.to not in case.addressees(review.project, diary, day):
        yield Rule.WRONG_PERSON, f"it waits for {case.whose(review.project)}"
    if not told.keys() - {message.to}:
        yield Rule.ESCALATION, "there is nobody to tell"
    if not case.exhausted():
        yield Rule.CADENCE, f"after {len(case.sent)} nudges"
    if message.to in case.warned:
        yield Rule.MAXIMUM, "the second"
    case.warned.setdefault(message.to, day)


def escalation(story: Story, message: Message, line: Line) -> Problems:
    """What is wrong with telling this person; from then on they have been told."""
    review, case, diary = story.reviews[line.review], story.case(line.about), story.diaries[message.to]
    told = case.tellable(review.project, diary.day(message.at), _service_owner(review))
    if message.to not in told:
        yield (Rule.SPONSOR if message.to == review.project.sponsor else Rule.ESCALATION), "not to be told of it"
    elif told[message.to] == "sponsor" and _lead_comes_first(review.project, case):
        yield Rule.SPONSOR, "the lead comes first"
    if message.to in case.escalated:
        yield Rule.ESCALATION, "told before"
    if not any(_is_over(story, who, day, message) for who, day in case.warned.items() if who != message.to):
        yield Rule.WARNING, "nobody was told of it a day before"
    case.escalated.add(message.to)


def _is_over(story: Story, who: str, warned_on: date, message: Message) -> bool:
    """Whether the day of the warning has ended where the warned person is."""
    return warned_on < story.diaries[who].day(message.at)


def _lead_comes_first(project: Project, case: Case) -> bool:
    """The text has the team lead, then the sponsor; an escalation to the person who was nudged is skipped."""
    if case.item.type != "person" or project.told in case.warned:
        return False
    return project.told not in case.escalated


def _service_owner(review: Review) -> str | None:
    case = review.cases.get("run.service_owner")
    return case.named if case else None
