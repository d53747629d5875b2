"""People who cannot be written to: what waits for them is asked in the review's thread instead, and somebody is told.

Once for each thing while they stay unreachable, and at most twice a week in one thread. That they cannot be written to
stands in the review as UNREACHABLE acts, and ends with whatever they say or press there.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime, timedelta

from conversations.cards import Became
from conversations.review import Act, ActKind
from conversations.standing import Standing
from conversations.steps import Kind
from conversations.told import Outcome, is_open, outcome

ASKED_HERE = (Kind.ASK, Kind.CONFIRM, Kind.NUDGE)  # kinds that can be asked before others
MOST_A_WEEK = 2  # in one thread
_WEEK = timedelta(days=7)
_NAMED_ONE = (Kind.ASK, Kind.CONFIRM)
_LOOSE = (None, Became.ANSWERED, Became.SETTLED)  # of what names one person, that alone says whether it is open


def asked_here(standing: Standing, person: str) -> Set[str]:
    """The items that somebody was asked for in the thread since they cannot be written to."""
    since = standing.unreachable.get(person)
    acts = _in_thread(standing) if since is not None else ()
    return {act.item for act in acts if act.person == person and act.item and since and act.n >= since.n}


def room_from(standing: Standing) -> datetime | None:
    """From when on somebody may be asked in the thread; None for at once."""
    newest = [act.at for act in _in_thread(standing)][-MOST_A_WEEK:]
    free = newest[0] + _WEEK if len(newest) == MOST_A_WEEK else None
    return free if free is not None and free > standing.now else None


def to_ask_here(standing: Standing, person: str, lost: Iterable[Act]) -> list[Act]:
    """Which of the REMINDED acts that did not arrive are asked in the thread now."""
    known, found = set(asked_here(standing, person)), list[Act]()
    room = MOST_A_WEEK - sum(act.at > standing.now - _WEEK for act in _in_thread(standing))
    for told in lost:
        asks = told.option in (*ASKED_HERE, Kind.HEADS_UP) and told.item is not None and told.item not in known
        if asks and len(found) < room and outcome_here(standing, told).became is None:
            known.add(told.item or "")
            found.append(told)
    return found


def outcome_here(standing: Standing, told: Act) -> Outcome:
    """What became of something that is asked in the thread: as in a letter."""
    found = outcome(standing, told)
    if told.option not in _NAMED_ONE or found.became not in _LOOSE:
        return found
    if is_open(standing, told):
        return Outcome()
    return found if found.became is not None else Outcome(became=Became.SETTLED)


def teller_to(standing: Standing, person: str) -> str | None:
    """Who is told that somebody cannot be written to: the owner, else the lead, else the sponsor."""
    outside = {act.by for act in standing.live if act.outside}
    absent = {person, *standing.gone, *standing.unreachable, *outside}
    heirs = (standing.owner, standing.profile.get("lead"), standing.profile.get("sponsor"))
    return next((who for who in heirs if who and who not in absent), None)


def _in_thread(standing: Standing) -> list[Act]:
    return [act for act in standing.live if act.kind is ActKind.UNREACHABLE and act.item is not None]
