"""Reviews that have gone quiet: nobody has said anything for some working days, and there is more to ask."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from conversations.item_standing import working_day_after
from conversations.review import TOLD, Act, ActKind, Phase
from conversations.standing import Standing

QUIET_DAYS = 2  # working days
WORKDAY_BEGINS = time(9, 30)


def quiet_since(standing: Standing) -> date:
    """The day on which somebody last did something, or on which a pause ended by itself."""
    newest = _last_done(standing)
    done = newest.at if newest else standing.review.started_at
    day = done.astimezone(standing.now.tzinfo).date()
    paused = next((act for act in reversed(standing.live) if act.kind in (ActKind.PAUSED, ActKind.RESUMED)), None)
    return max(day, paused.day) if paused and paused.day and standing.phase is Phase.OPEN else day


def quiet_from(standing: Standing) -> datetime | None:
    """When the owner is told that a review is quiet, at the beginning of a working day; None where that is not due."""
    nothing = standing.phase is not Phase.OPEN or unasked(standing) == 0
    if nothing or standing.owner in standing.gone or quiet_key(standing) in standing.review.posted:
        return None
    day = quiet_since(standing)
    for _ in range(QUIET_DAYS):
        day = working_day_after(day)
    day = max(day, working_day_after(standing.now.date() - timedelta(days=1)))  # today, or when work begins again
    return datetime.combine(day, WORKDAY_BEGINS, standing.now.tzinfo)


def unasked(standing: Standing) -> int:
    """How many answers the walk has not come to; what it asks now is not among them."""
    return sum(not item.settled and item.item.key != standing.asked for item in standing.items.values())


def is_quiet(standing: Standing) -> bool:
    since = quiet_from(standing)
    return since is not None and standing.now >= since


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


def _last_done(standing: Standing) -> Act | None:
    said = (act for act in reversed(standing.review.acts) if act.kind not in TOLD and not act.again)
    return next(said, None)
