"""What an outsider knows of every review as its story goes on: whose turn each item is, and what the bot owes whom.

Acts of people move it here; what the bot sent is judged in `etiquette.py`, which moves it on through `line_left`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import singledispatchmethod

from tests.simulation.cases import Case, DaysAfter, Project
from tests.simulation.diary import Diary, Span
from tests.simulation.facts import (
    Answered,
    Asked,
    Confirmed,
    Declined,
    Deferred,
    Delegated,
    DoNotDisturb,
    Down,
    Fact,
    HandedOver,
    Informed,
    Left,
    Person,
    PhaseSet,
    Preferred,
    Renewed,
    Reopened,
    SetAside,
    Snoozed,
    Spoke,
    Started,
)
from tests.simulation.owed import Debt, Ledger
from tests.simulation.weekly import Holdings


@dataclass(slots=True, kw_only=True)
class Review:
    project: Project
    cases: dict[str, Case]
    phase: str = "open"
    until: date | None = None
    quiet_since: datetime
    quiet_told: bool = False

    def stirred(self, at: datetime) -> None:
        """Somebody did something in it: no longer quiet."""
        self.quiet_since, self.quiet_told = at, False


class Story:
    def __init__(self, people: Iterable[Person], facts: Iterable[Fact]) -> None:
        self.facts = list(facts)
        self.diaries = {person.name: Diary(person) for person in people}
        self.outages: list[Span] = [(fact.at, fact.end) for fact in self.facts if isinstance(fact, Down)]
        self.ledger = Ledger()
        self.reviews: dict[str, Review] = {}
        self.holdings: dict[str, Holdings] = defaultdict(Holdings)
        self._pauses: dict[str, datetime] = {}
        self._know_people()

    def _know_people(self) -> None:
        for fact in self.facts:
            match fact:
                case Preferred():
                    self.diaries[fact.person].prefers(fact.at, fact.habits)
                case DoNotDisturb():
                    self.diaries[fact.person].disturbed.append((fact.start, fact.end))
                case Left():
                    self.diaries[fact.person].left_at = fact.at
                case _:
                    pass

    def happens(self, fact: Fact) -> None:
        """Facts come in order of time; a pause that has ended by then ends first."""
        for name in [name for name, ends in self._pauses.items() if ends <= fact.at]:
            until = self.reviews[name].until
            self._phase_set(PhaseSet(at=self._pauses[name], review=name, by="", phase="open", until=until))
        self._takes(fact)

    @singledispatchmethod
    def _takes(self, fact: Fact) -> None:
        """What is no act in a review is looked at elsewhere."""

    def case(self, line: tuple[str, str]) -> Case:
        return self.reviews[line[0]].cases[line[1]]

    def vacated(self, project: Project, case: Case, at: datetime) -> bool:
        """Who is away past a due date: their items re-open (design.md §8).

        What was promised is due on its day, what somebody was asked for when the decision is.
        """
        if case.status == "promised":
            who, due = case.promiser, case.until
        else:
            who, due = (case.assignee if case.status in ("open", "vague") else None), project.decision
        back = self.diaries[who].habits(at).away_until if who else None
        return back is not None and due is not None and back > due

    def line_left(self, line: tuple[str, str], to: str, at: datetime) -> None:
        """A message to `to` with this line has left: it pays what was owed, and the next step counts from here."""
        case = self.case(line)
        self.ledger.settle(line, at, paid_to=to)
        if case.ask_pending:
            case.ask_pending, case.anchor = False, at
        else:
            case.left(self.diaries[to].day(at), to)
        self._owe_next(line[0], case, at)

    def drop(self, debt: Debt, at: datetime) -> None:
        """A nudge that fell due while the bot was down found no room in the catch-up: its step counts as gone."""
        case = self.case(debt.line)
        self.ledger.settle(debt.line, at)
        case.left(self.diaries[debt.person].day(at), debt.person, dropped=True)
        self._owe_next(debt.line[0], case, at)

    @_takes.register
    def _preferred(self, fact: Preferred) -> None:
        """After an absence working days may be counted from the return on."""
        back, diary = fact.habits.away_until, self.diaries[fact.person]
        if back is None:
            return
        for debt in self.ledger.open_to(fact.person):
            if debt.kind == "nudge":
                day = diary.after(back - timedelta(days=1), debt.days)
                debt.since = max(debt.since, diary.moment(day))

    @_takes.register
    def _started(self, fact: Started) -> None:
        project = Project(
            name=fact.review, owner=fact.owner, lead=fact.lead, sponsor=fact.sponsor, decision=fact.decision
        )
        cases = {item.key: Case(item=item) for item in fact.items}
        self.reviews[fact.review] = Review(project=project, cases=cases, quiet_since=fact.at)
        self._count_holdings(fact.at, fact.owner)

    @_takes.register
    def _asked(self, fact: Asked) -> None:
        """The walk moving on is the bot's doing: it ends no quiet time."""
        case = self.reviews[fact.review].cases[fact.item]
        if case.status == "unasked":
            case.begin(fact.at, "open")
            case.walked_at = fact.at
            self._owe_next(fact.review, case, fact.at)

    @_takes.register
    def _delegated(self, fact: Delegated) -> None:
        case = self._touched(fact)
        self.ledger.settle((fact.review, fact.item), fact.at)
        self._assign(case, fact.at, by=fact.by, to=fact.to)
        self._owe_next(fact.review, case, fact.at)

    def _assign(self, case: Case, at: datetime, *, by: str, to: str) -> None:
        case.begin(at, "open")
        case.assignee, case.named, case.ask_pending = to, None, to != by
        case.not_me.discard(to)

    @_takes.register
    def _answered(self, fact: Answered) -> None:
        case = self._touched(fact)
        if fact.verdict == "missing":
            return
        self.ledger.settle((fact.review, fact.item), fact.at)
        case.ask_pending = False
        if fact.verdict == "vague":  # what is missing is asked for in the same minute, and counts from then
            case.begin(fact.at, "vague")
            return
        confirm = case.item.confirm and fact.named is not None and fact.named != fact.by
        case.begin(fact.at, "unconfirmed" if confirm else "answered")
        case.not_me.clear()
        case.answered_at, case.answered_by, case.named = fact.at, fact.by, fact.named
        case.day, case.clears = fact.day, fact.clears
        self._owe_next(fact.review, case, fact.at)

    @_takes.register
    def _confirmed(self, fact: Confirmed) -> None:
        case = self._touched(fact)
        self.ledger.settle((fact.review, fact.item), fact.at)
        case.begin(fact.at, "answered")

    @_takes.register
    def _renewed(self, fact: Renewed) -> None:
        case = self._touched(fact)
        case.begin(fact.at, "answered")
        case.answered_at = fact.at

    @_takes.register
    def _declined(self, fact: Declined) -> None:
        case = self._touched(fact)
        self.ledger.settle((fact.review, fact.item), fact.at)
        case.not_me.add(fact.by)
        if case.status == "promised" and fact.by != case.promiser and not fact.to:
            self._owe_next(fact.review, case, fact.at)  # who has promised it is asked all the same
            return
        if case.status == "answered" and fact.by != case.named and not fact.to:
            case.begin(fact.at, "answered")  # it is there as before, and comes up again with somebody else
            return
        assignee = case.assignee if case.status == "unconfirmed" else None
        case.begin(fact.at, "open")
        case.assignee, case.named, case.ask_pending, case.returned = assignee, None, False, True
        if fact.to:
            self._assign(case, fact.at, by=fact.by, to=fact.to)
        self._owe_next(fact.review, case, fact.at)

    @_takes.register
    def _deferred(self, fact: Deferred) -> None:
        case = self._touched(fact)
        self.ledger.settle((fact.review, fact.item), fact.at)
        case.begin(fact.at, "promised")
        case.promiser, case.until, case.ask_pending = fact.by, fact.until, False
        case.snoozed.pop(fact.by, None)  # they have named another day
        self._owe_next(fact.review, case, fact.at)

    @_takes.register
    def _set_aside(self, fact: SetAside) -> None:
        case = self._touched(fact)
        self.ledger.settle((fact.review, fact.item), fact.at)
        case.status, case.ask_pending = fact.how, False

    @_takes.register
    def _reopened(self, fact: Reopened) -> None:
        """Where it was promised for a day that is yet to come, that holds: only what came after it was taken back."""
        case = self._touched(fact)
        promised = case.until is not None and fact.at.date() < case.until
        case.begin(fact.at, "promised" if promised else "open")
        self._owe_next(fact.review, case, fact.at)

    @_takes.register
    def _snoozed(self, fact: Snoozed) -> None:
        for line in fact.items:
            review = self.reviews[line[0]]
            review.stirred(fact.at)
            case = review.cases[line[1]]
            if fact.by not in self._waited_for(review, case, fact.by, fact.at):
                continue
            promised = case.until if case.status == "promised" else None  # that comes "on the promised morning"
            until = max(fact.until, promised or fact.until)
            case.snoozed[fact.by], case.extra = until, case.extra + 1
            case.woken.add(fact.by)
            self.ledger.settle(line, fact.at)
            self._owe(line, fact.by, "snooze", self._morning(fact.by, until, fact.at))

    def _waited_for(self, review: Review, case: Case, who: str, at: datetime) -> set[str | None]:
        diary, project = self.diaries[who], review.project
        vacated = {case.assignee or project.owner} if self.vacated(project, case, at) else set[str]()
        return case.addressees(project, diary, diary.day(at)) | vacated

    @_takes.register
    def _phase_set(self, fact: PhaseSet) -> None:
        review = self.reviews[fact.review]
        review.phase, review.until = fact.phase, fact.until
        review.stirred(fact.at)
        self._pauses.pop(fact.review, None)
        if fact.phase == "paused" and fact.until:
            self._pauses[fact.review] = self.diaries[review.project.owner].moment(fact.until)
        for key, case in review.cases.items():
            self.ledger.settle((fact.review, key), fact.at)
            if fact.phase == "open":
                self._goes_on(review, case, fact.at)
                self._owe_next(fact.review, case, fact.at)
        self._count_holdings(fact.at, review.project.owner)

    def _goes_on(self, review: Review, case: Case, at: datetime) -> None:
        """After a pause what is missing may be asked for anew; what else was begun goes on, counted from then."""
        case.resumed_on = self.diaries[review.project.owner].day(at)
        others = case.promiser is not None and case.promiser != case.assigned(review.project)
        put_off = others and case.promiser in case.woken  # "snooze … until date": that is the promiser's own, and holds
        lapsed = case.status == "promised" and not case.promised and not put_off
        if case.status in ("open", "vague") or lapsed:
            case.begin(at, "vague" if case.status == "vague" else "open")
            case.returned = True
        elif case.status == "promised":  # missing too if its day went by; who promised it still comes first
            case.sent = [sent for sent in case.sent if sent.promise]

    @_takes.register
    def _handed_over(self, fact: HandedOver) -> None:
        review = self.reviews[fact.review]
        before = review.project.owner
        review.project = replace(review.project, owner=fact.to)
        review.stirred(fact.at)
        for key, case in review.cases.items():
            if case.assignee is None and case.status in ("open", "vague", "promised"):
                self.ledger.settle((fact.review, key), fact.at)
                if case.status == "promised":  # the steps of the table are the new owner's from the first on
                    case.sent = [sent for sent in case.sent if sent.promise]
                else:
                    case.begin(case.anchor or fact.at, case.status)
                self._owe_next(fact.review, case, fact.at)
        for owner in (before, fact.to):
            self._count_holdings(fact.at, owner)

    @_takes.register
    def _informed(self, fact: Informed) -> None:
        review = self.reviews[fact.review]
        said = {name: getattr(fact, name) for name in ("lead", "sponsor", "decision")}
        review.project = replace(review.project, **{name: value for name, value in said.items() if value})
        review.stirred(fact.at)

    @_takes.register
    def _spoke(self, fact: Spoke) -> None:
        review = self.reviews[fact.review]
        review.stirred(fact.at)

    def _touched(
        self, fact: Delegated | Answered | Confirmed | Renewed | Declined | Deferred | SetAside | Reopened
    ) -> Case:
        review = self.reviews[fact.review]
        review.stirred(fact.at)
        return review.cases[fact.item]

    def _count_holdings(self, at: datetime, owner: str) -> None:
        mine = [review for review in self.reviews.values() if review.project.owner == owner]
        living = sum(review.phase == "open" for review in mine)
        self.holdings[owner].now(at, living, sum(review.phase != "cancelled" for review in mine))

    def _owe_next(self, name: str, case: Case, at: datetime) -> None:
        review = self.reviews[name]
        who = case.whose(review.project)
        if review.phase != "open" or who is None or case.status not in ("open", "promised", "unconfirmed"):
            return
        line, diary = (name, case.item.key), self.diaries[who]
        put_off = self._morning(who, case.snoozed.get(who, date.min), at)
        if who in case.woken:
            self._owe(line, who, "snooze", put_off)
        elif case.ask_pending:
            self._owe(line, who, "ask", put_off)
        elif case.status == "unconfirmed" and not case.sent:
            self._owe(line, who, "confirm", put_off)
        elif len(case.sent) < case.limit() - case.extra and (
            days := case.readings(diary, self._patient(case, diary, at), who)
        ):
            day = max(*days, case.snoozed.get(who, date.min))  # that it is asked for anew may end a snooze, or not
            self._owe(line, who, "promise" if case.promised else "nudge", self._morning(who, day, at))

    def _patient(self, case: Case, diary: Diary, at: datetime) -> DaysAfter:
        return lambda day, n: diary.patiently_after(max(day, case.resumed_on or day), n, at)

    def _morning(self, who: str, day: date, at: datetime) -> datetime:
        return max(self.diaries[who].moment(day), at) if day > date.min else at

    def _owe(self, line: tuple[str, str], who: str, kind: str, since: datetime) -> None:
        """After a pause until a day: at the latest when that day has begun where the person is, and for the review."""
        diary, goes_on = self.diaries[who], self.reviews[line[0]].until
        if goes_on is not None:
            since = max(since, diary.moment(goes_on), datetime.combine(goes_on, time(), UTC))
        if diary.person.reachable and not diary.person.outside:
            self.ledger.owe(Debt(person=who, line=line, kind=kind, since=since))
