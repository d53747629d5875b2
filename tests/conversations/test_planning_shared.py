"""What a plan does not add up twice is what it would add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.cards import About
from conversations.reminders import Kind, reminders, reminders_to
from conversations.review import Act, ActKind
from conversations.scene import with_acts
from conversations.standing import stand, told_of
from tests.conversations.test_planning import NINE_THIRTY, OFFICE, PERSONS, asked, lacking

BERLIN = replace(OFFICE, zone=ZoneInfo("Europe/Berlin"))


def an_act(kind: ActKind, **fields: str) -> Act:
    return Act(n=0, turn=0, kind=kind, by="", at=NINE_THIRTY, person="ana", item=PERSONS[0], **fields)  # type: ignore[arg-type]  # an act's own, by name


@pytest.mark.parametrize(
    "joins",
    [
        (),
        (an_act(ActKind.REMINDED, option=Kind.NUDGE, about=About.OPEN),),
        (an_act(ActKind.REMINDED, option=Kind.ASK), an_act(ActKind.UNREACHABLE)),
    ],
)
def test_a_review_that_people_were_told_of_stands_as_its_acts_say(joins: tuple[Act, ...]) -> None:
    review = lacking(*PERSONS, "approve.decision_date")
    told = replace(with_acts(review, joins), posted=(*review.posted, "reminder/1/ana"))

    assert told_of(stand(review, NINE_THIRTY), told) == stand(told, NINE_THIRTY)


@pytest.mark.parametrize("who", ["ana", "ben", "lena"])
def test_what_somebody_is_reminded_of_does_not_depend_on_the_calendars_of_others(who: str) -> None:
    review = asked(lacking(*PERSONS), "ben", PERSONS[1], NINE_THIRTY - timedelta(days=6))
    standing = stand(review, NINE_THIRTY)

    assert reminders_to(who, standing, BERLIN) == tuple(
        each for each in reminders(standing, lambda _: BERLIN) if each.person == who
    )
