"""Cards about several reviews: all that one person may see of them, each review on a line of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from conversations.cards import (
    HomeCard,
    ListCard,
    MineCard,
    MineLine,
    PreferencesCard,
    ReviewLine,
    Tap,
    Way,
    WelcomeCard,
)
from conversations.permissions import people_of
from conversations.review import LIVING, Phase
from conversations.scoring import score
from conversations.standing import Standing
from conversations.views import mine_lines
from conversations.ways import open_ways


def list_card(standings: Iterable[Standing]) -> ListCard:
    """Without what was withdrawn because it could never be posted: nobody has seen it."""
    return ListCard(reviews=tuple(review_line(standing) for standing in standings if not _never_was(standing)))


def mine_card(standings: Iterable[Standing], person: str) -> MineCard:
    return MineCard(lines=_waiting(standings, person))


def home_card(standings: Iterable[Standing], person: str, preferences: PreferencesCard | None = None) -> HomeCard:
    """Of how they are written to there is one way on: the rest is behind it."""
    living = [standing for standing in standings if standing.phase in LIVING]
    theirs = sorted((each for each in living if _has_part(each, person)), key=next_decision)
    return HomeCard(
        waiting=_waiting(living, person, by_name=True),  # else an owner's would be every open answer
        projects=tuple(_project_line(standing) for standing in theirs),
        preferences=preferences and replace(preferences, ways=(Way(tap=Tap.PREFERENCES),)),
        ways=(Way(tap=Tap.START), Way(tap=Tap.HELP)),
    )


def welcome_card() -> WelcomeCard:
    return WelcomeCard(ways=(Way(tap=Tap.START), Way(tap=Tap.HELP_ALL)))


def review_line(standing: Standing) -> ReviewLine:
    points = score(standing)
    return ReviewLine(
        project=standing.review.project,
        stage=standing.profile["stage"],
        phase=standing.phase,
        readiness=points.readiness,
        blockers=len(points.blockers),
        decision_on=standing.decision_on,
        owner=standing.owner,
        next_question=standing.pack.question_of[standing.asked].short if standing.asked else None,
        ways=open_ways(standing.review),
    )


def _project_line(standing: Standing) -> ReviewLine:
    line, review = review_line(standing), standing.review
    answer = (Way(tap=Tap.NEXT, review=review.id),) if standing.asked and standing.phase is Phase.OPEN else ()
    return replace(line, ways=(*answer, *line.ways))


def _waiting(standings: Iterable[Standing], person: str, *, by_name: bool = False) -> tuple[MineLine, ...]:
    """What only they can do comes first; an answer anybody can give."""
    lines = (line for standing in standings for line in mine_lines(standing, person, by_name=by_name))
    return tuple(sorted(lines, key=lambda line: line.wants == "answer"))


def _has_part(standing: Standing, person: str) -> bool:
    return person in people_of(standing) or any(act.by == person for act in standing.live)


def _never_was(standing: Standing) -> bool:
    return standing.phase is Phase.CANCELLED and standing.review.reference.thread is None


def next_decision(standing: Standing) -> tuple[date, str]:
    return standing.decision_on or date.max, standing.review.project.casefold()
