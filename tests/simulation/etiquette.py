"""The judge: a second, independent reading of domain.md §8, written from the text and not from the product's code.

It is told what happened from the outside (`facts.py`) and says which rules were broken, each with the evidence in a
sentence. Where the text leaves a choice, the judge accepts either reading; what it refuses, the text forbids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tests.simulation import weekly
from tests.simulation.cases import Case, Project
from tests.simulation.diary import Diary, Span, wants_nudges
from tests.simulation.escalations import escalation, heads_up
from tests.simulation.facts import Fact, Line, Message, Person
from tests.simulation.owed import LINES, Debt, broken
from tests.simulation.rules import Breach, Rule
from tests.simulation.story import Review, Story

_UNWANTED = ("nudge", "heads_up", "quiet_walk")
_RULES = {"ask": Rule.PROMPT, "confirm": Rule.PROMPT, "snooze": Rule.SNOOZE}
_OPEN = ("open", "vague", "promised", "unconfirmed")
_QUIET_WORKING_DAYS = 2
_THREAD_POSTS_A_WEEK = 2


class Judge:
    """Told every fact in the order in which it happened; `breaches` reads the whole story anew each time."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = tuple(people)
        self._facts: list[Fact] = []

    def told(self, *facts: Fact) -> None:
        self._facts += facts

    def breaches(self, until: datetime) -> list[Breach]:
        """What was broken by `until`, in order of time."""
        return Reading(self._people, self._facts).result(until)


class Reading:
    """One reading of a story: each message is judged by what was known when it left."""

    def __init__(self, people: Iterable[Person], facts: list[Fact]) -> None:
        self.story = Story(people, facts)
        self.found: list[Breach] = []
        self.messages: dict[str, list[Message]] = defaultdict(list)
        self.written: dict[str, dict[date, list[Message]]] = defaultdict(lambda: defaultdict(list))
        self.posts: dict[tuple[str, date], int] = defaultdict(int)
        self.caught_up: set[tuple[str, Span]] = set()
        for fact in facts:
            self.story.happens(fact)
            if isinstance(fact, Message):
                self._message(fact)

    def result(self, until: datetime) -> list[Breach]:
        for debt in self.story.ledger.all:
            self._debt(debt, until)
        for name, holdings in self.story.holdings.items():
            self._digests(name, holdings, until)
        return sorted(self.found, key=lambda breach: breach.at)

    def _debt(self, debt: Debt, until: datetime) -> None:
        diary = self.story.diaries[debt.person]
        if found := broken(debt, diary, self.story.outages, self.written[debt.person], until):
            day, why = found
            says = f"the {debt.kind} about {'/'.join(debt.line)}, due since {diary.day(debt.since)}, on {day}: {why}"
            self._found(_RULES.get(debt.kind, Rule.FORGOTTEN), diary.moment(day), debt.person, says)

    def _digests(self, name: str, holdings: weekly.Holdings, until: datetime) -> None:
        diary, digests = self.story.diaries[name], [m for m in self.messages[name] if m.weekly == "digest"]
        for at, says in weekly.doubled(diary, digests):
            self._found(Rule.DOUBLED, at, name, says)
        span = (self.story.facts[0].at, until)
        for at, says in weekly.missed(diary, holdings, self.story.outages, digests, span):
            self._found(Rule.MISSED, at, name, says)

    def _found(self, rule: Rule, at: datetime, person: str, says: str) -> None:
        self.found.append(Breach(rule=rule, at=at, person=person, says=says))

    def _message(self, message: Message) -> None:
        diary = self.story.diaries[message.to]
        if why := diary.refuses(message.at):
            local = message.at.astimezone(diary.zone)
            self._found(Rule.HOURS, message.at, message.to, f"{message.kinds} at {local:%a %d %b %H:%M %Z}, who {why}")
        self._place(message, diary)
        if not message.weekly:
            self._budget(message, diary)
        self.messages[message.to].append(message)
        self.written[message.to][diary.day(message.at)].append(message)
        if message.weekly:
            self._weekly(message)
        for line in message.lines:
            self._line(message, line, diary)
        self._drop_the_rest(message, diary)

    def _place(self, message: Message, diary: Diary) -> None:
        if message.place == "person":
            return
        if diary.person.reachable or message.to not in message.names:
            self._found(Rule.THREAD, message.at, message.to, "a post in the thread instead of a message to the person")
        for name in message.reviews:
            week = weekly.monday(diary.day(message.at))
            self.posts[name, week] += 1
            if self.posts[name, week] > _THREAD_POSTS_A_WEEK:
                self._found(Rule.THREAD, message.at, message.to, f"post {self.posts[name, week]} of a week in {name}")

    def _budget(self, message: Message, diary: Diary) -> None:
        today = [other for other in self.written[message.to][diary.day(message.at)] if not other.weekly]
        if today:
            says = f"{message.kinds} after the {today[0].kinds} of {today[0].at:%H:%M} UTC of that day"
            self._found(Rule.SECOND, message.at, message.to, says)
        if len(message.lines) > LINES:
            self._found(Rule.LINES, message.at, message.to, f"{len(message.lines)} lines")

    def _line(self, message: Message, line: Line, diary: Diary) -> None:
        unwanted = not wants_nudges(diary.habits(message.at), diary.day(message.at))
        if line.kind in _UNWANTED and unwanted:
            self._found(Rule.REFUSED, message.at, message.to, f"a {line.kind}, with nudges turned off")
        match line.kind:
            case "heads_up" | "escalation":
                self._about_open(message, line, diary)
                problems = heads_up if line.kind == "heads_up" else escalation
                for rule, why in problems(self.story, message, line):
                    self._found(rule, message.at, message.to, f"{_said(line)}: {why}")
            case "quiet_walk":
                self._quiet_walk(message, line, diary)
            case "owner_gone":
                self._owner_gone(message)
            case _ if line.item:
                self._asks(message, line, diary)
            case _:
                pass  # an offer of a later version of the questions

    def _owner_gone(self, message: Message) -> None:
        """Somebody has left, or is away."""
        day = message.at.date()
        diaries = self.story.diaries.values()
        if not any(d.left_at <= message.at or (d.habits(message.at).away_until or day) > day for d in diaries):
            self._found(Rule.WRONG_PERSON, message.at, message.to, "nobody has left")

    def _weekly(self, message: Message) -> None:
        if message.weekly == "roll_up":
            if not any(message.to == review.project.sponsor for review in self.story.reviews.values()):
                self._found(Rule.SPONSOR, message.at, message.to, "a roll-up to somebody who sponsors nothing")
        elif not self.story.holdings[message.to].counts(message.at)[1]:
            self._found(Rule.WRONG_PERSON, message.at, message.to, "a digest to somebody who owns no review")
        if self.story.diaries[message.to].habits(message.at).digest is None:
            self._found(Rule.REFUSED, message.at, message.to, f"a {message.weekly}, with the digest turned off")

    def _about_open(self, message: Message, line: Line, diary: Diary) -> bool:
        """Whether the item may be spoken of at all on that day."""
        review, case = self.story.reviews[line.review], self.story.case(line.about)
        day = diary.day(message.at)
        if review.phase != "open" and not (review.until and day >= review.until):
            why = f"is {review.phase}"
        elif message.to in case.woken and case.snoozed[message.to] > day:
            why = f"is snoozed until {case.snoozed[message.to]}"
        elif case.status not in (*_OPEN, "answered"):
            why = f"is {case.status}"
        else:
            return True
        self._found(Rule.CLOSED, message.at, message.to, f"{_said(line)}, which {why}")
        return False

    def _asks(self, message: Message, line: Line, diary: Diary) -> None:
        case, project = self.story.case(line.about), self.story.reviews[line.review].project
        about_open = self._about_open(message, line, diary)
        if about_open and (problem := self._problem(message, case, project, diary)):
            rule, why = problem
            self._found(rule, message.at, message.to, f"{_said(line)}: {why}")
        self.story.line_left(line.about, message.to, message.at)

    def _problem(self, message: Message, case: Case, project: Project, diary: Diary) -> tuple[Rule, str] | None:
        day, who = diary.day(message.at), message.to
        soonest = case.soonest(diary, who)
        if self.story.vacated(project, case, message.at) and who in (case.assignee, project.owner):
            return None
        if case.status == "promised" and case.until and day < case.until:
            return Rule.CLOSED, f"it is promised for {case.until}"
        if case.status == "answered" and soonest is None:
            return Rule.CLOSED, "it is answered"
        if who not in case.addressees(project, diary, day):
            return Rule.WRONG_PERSON, f"it waits for {case.whose(project)}"
        if case.ask_pending:
            return None
        if len(case.sent) >= case.limit():
            return Rule.MAXIMUM, f"{len(case.sent)} have left since {case.anchor:%d %b}"
        if soonest is not None and day < soonest:
            return _too_soon(case), f"the soonest day for it was {soonest}"
        return None

    def _drop_the_rest(self, message: Message, diary: Diary) -> None:
        """After downtime one merged catch-up: nudges that fell due in it and had no room are dropped."""
        for outage in self.story.outages:
            if outage[1] > message.at or (message.to, outage) in self.caught_up or not self._swallowed(outage, diary):
                continue
            self.caught_up.add((message.to, outage))
            if len(message.lines) >= LINES:
                self._drop(message, outage)

    def _swallowed(self, outage: Span, diary: Diary) -> bool:
        """Whether a whole working day of this person lay within the outage."""
        day = diary.day(outage[0])
        while diary.moment(day) < outage[1]:
            spans = diary.openings(day)
            if spans and outage[0] <= spans[0][0] and spans[-1][1] <= outage[1]:
                return True
            day += timedelta(days=1)
        return False

    def _drop(self, message: Message, outage: Span) -> None:
        for debt in self.story.ledger.open_to(message.to):
            if debt.kind == "nudge" and debt.since < outage[1] and not message.speaks_of(debt.line):
                self.story.drop(debt, message.at)

    def _quiet_walk(self, message: Message, line: Line, diary: Diary) -> None:
        review = self.story.reviews[line.review]
        soonest = diary.after(diary.day(review.quiet_since), _QUIET_WORKING_DAYS)
        problem = _quiet_problem(review, message.to, early=diary.day(message.at) < soonest)
        review.quiet_told = True
        if problem:
            self._found(Rule.QUIET, message.at, message.to, f"quiet walk of {line.review}: {problem}")


def _said(line: Line) -> str:
    return f"{line.kind} about {line.review}/{line.item}"


def _too_soon(case: Case) -> Rule:
    if case.sent and case.sent[-1].dropped:
        return Rule.CATCH_UP
    return Rule.CADENCE if case.sent or case.status != "answered" else Rule.CLOSED


def _quiet_problem(review: Review, to: str, *, early: bool) -> str | None:
    if to != review.project.owner:
        return f"the owner is {review.project.owner}"
    if review.phase != "open":
        return f"it is {review.phase}"
    if all(case.status != "unasked" for case in review.cases.values()):
        return "nothing is unasked"
    if review.quiet_told:
        return "it was said before, and nothing happened since"
    return f"the last act was on {review.quiet_since:%a %d %b}" if early else None
