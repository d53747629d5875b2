"""Reviews that have gone quiet: nobody has said anything for some working days, and there is more to ask."""

from __future__ import annotations

from datetime import date, datetime

from conversations.calendars import Calendar
from conversations.review import LIVING, TOLD, Act, ActKind, Phase
from conversations.standing import Standing

QUIET_DAYS = 2  # worked ones, of the owner


def quiet_since(standing: Standing) -> date:
    """The day on which somebody last did something, or on which a pause ended by itself; in the zone of `now`."""
    return _since(standing, _moment(standing).astimezone(standing.now.tzinfo).date())


def quiet_from(standing: Standing, calendar: Calendar) -> datetime | None:
    """When the owner, by their calendar, is told that a review is quiet; None where that is not to come."""
    if not goes_on(standing) or unasked(standing) == 0 or quiet_key(standing) in standing.review.posted:
        return None
    return calendar.opens_on(calendar.after(_since(standing, calendar.day_of(_moment(standing))), QUIET_DAYS))


def goes_on(standing: Standing) -> bool:
    """Whether it is walked, now or from a known day on."""
    paused = standing.phase_act.day if standing.phase_act is not None else None
    return standing.phase is Phase.OPEN or (standing.phase in LIVING and paused is not None)


def unasked(standing: Standing) -> int:
    """How many answers the walk has not come to; what it asks now, or has asked before, is not among them."""
    seen = (standing.asked, *standing.review.reached)
    return sum(not item.settled and key not in seen for key, item in standing.items.items())


def quiet_key(standing: Standing) -> str:
    """The message that says so: one for each time, by the act that was the last one."""
    return f"quiet/{last_done(standing)}/{standing.owner}"


def last_done(standing: Standing) -> int:
    """The number of the last act that is somebody's; 0 for none."""
    newest = _last_done(standing)
    return newest.n if newest else 0


def offers_to_go_on(standing: Standing, person: str) -> bool:
    """Whether the newest private message to somebody is the one that says it is quiet, and it is so now."""
    private = (key for key in reversed(standing.review.posted) if key.split("/", 2)[2:] == [person])
    return next(private, None) == f"quiet/{last_done(standing)}/{person}"


def _since(standing: Standing, day: date) -> date:
    """`day`, or the later one on which the review goes on after a pause."""
    paused = next((act for act in reversed(standing.live) if act.kind in (ActKind.PAUSED, ActKind.RESUMED)), None)
    return max(day, paused.day) if paused is not None and paused.day is not None else day


def _moment(standing: Standing) -> datetime:
    newest = _last_done(standing)
    return newest.at if newest is not None else standing.review.started_at


def _last_done(standing: Standing) -> Act | None:
    said = (act for act in reversed(standing.review.acts) if act.kind not in TOLD and not act.again)
    return next((act for act in said if act.by or act.kind is not ActKind.WITHDRAWN), None)  # else it was called back
