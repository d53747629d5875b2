"""Who may do what: one table, read by the engine and by the documentation.

"Its author" needs no rule here: what is taken back is looked for among the acts that the speaker may take back.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from conversations import events
from conversations.activities import Actor
from conversations.standing import ItemStanding, Standing


class Who(StrEnum):
    ANYONE = "anyone"
    AUTHOR = "its author"
    AUTHOR_OR_OWNER = "its author, the review's owner"
    OWNER = "the review's owner"
    NAMED = "the named person"
    ASKED = "the person asked"
    SECOND = "anyone but its author; for a critical item the approver"
    SETTLER = "the item's assignee, the owner"


WHO: Mapping[type[events.Event], Who] = {
    events.Answered: Who.ANYONE,
    events.FormSubmitted: Who.ANYONE,
    events.Described: Who.OWNER,
    events.Kept: Who.ANYONE,
    events.Deferred: Who.ANYONE,
    events.WaiverAccepted: Who.SECOND,
    events.WaiverRejected: Who.SECOND,
    events.Delegated: Who.ANYONE,
    events.Confirmed: Who.NAMED,
    events.Declined: Who.ASKED,
    events.Settled: Who.SETTLER,
    events.Skipped: Who.ANYONE,
    events.Reopened: Who.ANYONE,
    events.Undone: Who.AUTHOR,
    events.Disowned: Who.AUTHOR_OR_OWNER,
    events.Reclaimed: Who.ANYONE,
    events.Paused: Who.OWNER,
    events.Resumed: Who.OWNER,
    events.Finished: Who.OWNER,
    events.Cancelled: Who.OWNER,
    events.HandedOver: Who.OWNER,
    events.DateChanged: Who.OWNER,
    events.Viewed: Who.ANYONE,
    events.LeftAlone: Who.ANYONE,
    events.Misspoken: Who.ANYONE,
}
INSIDERS_ONLY = (events.WaiverAccepted, events.WaiverRejected, events.Confirmed)


def who_may(standing: Standing, event: events.Event) -> tuple[str, ...] | None:
    """The people who may do it; None where anybody may, empty where nobody can yet."""
    match event:
        case events.WaiverAccepted() | events.WaiverRejected():
            return _second(standing, standing.items[event.item], event.by)
        case events.Confirmed():
            return _known(standing.items[event.item].named)
        case events.Declined():
            item = standing.items[event.item]
            return _known(item.assignee if item.assigned else None, item.named)
        case events.Settled():
            return settlers(standing, standing.items[event.item])
        case events.Viewed(view=events.View.ABOUT):
            return (standing.owner,)
        case _:
            return (standing.owner,) if WHO[type(event)] is Who.OWNER else None


def settlers(standing: Standing, item: ItemStanding) -> tuple[str, ...]:
    return _known(item.assignee, standing.owner)


def may_see(standing: Standing, actor: Actor, channel: str) -> bool:
    """A review is there for its own channel, for the people it names or asks, and for administrators."""
    people = {standing.owner, *(item.assignee for item in standing.items.values())}
    people |= {item.named for item in standing.items.values()}
    return actor.admin or standing.review.reference.channel == channel or actor.id in people


def _second(standing: Standing, item: ItemStanding, by: Actor) -> tuple[str, ...] | None:
    author = item.waiver.by if item.waiver else None
    if standing.is_critical(item.item):
        return _known(standing.approver if standing.approver != author else None)
    return None if by.id != author else ()


def _known(*people: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for person in people if person))
