"""Why somebody gets a message, or does not get it now: a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from conversations.cards import About, PlanLine, WhyNot
from conversations.reminders import Kind

BECAUSE: Mapping[Kind, str] = {
    Kind.NUDGE: "an answer is waited for",
    Kind.CONFIRM: "they were named, and have not said yes or no",
    Kind.ASK: "somebody asked them",
    Kind.HEADS_UP: "somebody else will be told next",
    Kind.ESCALATION: "it is critical, and who was asked has not answered",
    Kind.DIGEST: "it is the day of their weekly digest",
    Kind.CATCH_UP: "nothing was sent for a while",
    Kind.QUIET_WALK: "nobody has written in the review for a while",
    Kind.OWNER_GONE: "somebody who has a part in it is no longer here, or cannot be written to",
    Kind.ROLL_UP: "it is the day of their weekly roll-up",
}
OF_NUDGES: Mapping[About, str] = {
    About.OPEN: BECAUSE[Kind.NUDGE],
    About.PARTS: "a part of the answer is waited for",
    About.GAP: "it is a known gap without a day",
    About.PROMISED: "it was promised, and its day has come",
    About.STATUS: "what was answered does not clear the way yet",
    About.PASSED: "the day that was the answer has gone by",
    About.REVIEW: "the answer is to be looked at again",
}
WHY_NOT: Mapping[WhyNot, str] = {
    WhyNot.HOURS: "it is outside of their working hours",
    WhyNot.DAY_OFF: "it is not a working day of theirs",
    WhyNot.AWAY: "they are away",
    WhyNot.DISTURBED: "they are not to be disturbed now",
    WhyNot.NUDGES_OFF: "they have turned nudges off",
    WhyNot.NUDGES_PAUSED: "they have paused nudges",
    WhyNot.TODAY: "they had their message of the day",
    WhyNot.FULL: "three others come first",
    WhyNot.BESIDE: "the letter speaks of this review already",
    WhyNot.LOST: "it was most likely sent before the database was restored; its next reminder comes in its time",
    WhyNot.DROPPED: "it fell into an outage, and three others came first; its next reminder comes in its time",
    WhyNot.UNREACHABLE: "they cannot be written to",
    WhyNot.LATER: "its moment has not come",
}


def reason(line: PlanLine, zone: ZoneInfo) -> str:
    """Of what is held back, with the moment from which it may go out, as it is in `zone`."""
    if line.why_not is None:
        return because(Kind(line.kind), line.about)
    if line.since is not None:
        return f"{WHY_NOT[line.why_not]} since {moment(line.since, zone)}"
    if line.why_not in (WhyNot.NUDGES_OFF, WhyNot.DROPPED, WhyNot.LOST):
        return WHY_NOT[line.why_not]
    return f"{WHY_NOT[line.why_not]}; it waits until {moment(line.at, zone)}"


def because(kind: Kind, about: About | None) -> str:
    return OF_NUDGES[about] if kind is Kind.NUDGE and about is not None else BECAUSE[kind]


def moment(at: datetime, zone: ZoneInfo) -> str:
    there = at.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M}"
