"""Who may do what: one table, read by the engine and by the documentation.

"Its author" needs no rule here where something is taken back: it is looked for among the acts that the speaker may
take back.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from conversations import events
from conversations.activities import Actor
from conversations.item_standing import ItemStanding
from conversations.standing import Standing
from conversations.told import PRESSES, answerers, told_instead, written_to_about


class Who(StrEnum):
    ANYONE = "anyone"
    ANYONE_ELSE = "anyone; to take it on, of this organisation"
    ANYONE_BUT_ABOUT = "anyone; `about` only the review's owner"
    AUTHOR = "its author"
    AUTHOR_OR_OWNER = "its author, the review's owner"
    OWNER = "the review's owner"
    OWNER_OR_HEIR = (
        "the review's owner; where the owner is gone, the person asked, or an administrator where nobody could be"
    )
    NAMED = "the named person"
    ASKED = "the person asked"
    ASKED_OR_NAMED = "the person asked or named"
    SECOND = "anyone but its author; for a critical item the approver"
    SETTLER = "the item's assignee, the owner"
    WORLD = "nobody: the platform tells it"


WHO: Mapping[type[events.Event], Who] = {
    events.Answered: Who.ANYONE,
    events.FormSubmitted: Who.ANYONE,
    events.Described: Who.OWNER,
    events.Kept: Who.ANYONE,
    events.Deferred: Who.ANYONE,
    events.WaiverAccepted: Who.SECOND,
    events.WaiverRejected: Who.SECOND,
    events.Delegated: Who.ANYONE_ELSE,
    events.Confirmed: Who.NAMED,
    events.Declined: Who.ASKED_OR_NAMED,
    events.Snoozed: Who.ASKED,
    events.LetGo: Who.ASKED,
    events.Settled: Who.SETTLER,
    events.Skipped: Who.ANYONE,
    events.Reopened: Who.ANYONE,
    events.Undone: Who.AUTHOR,
    events.Disowned: Who.AUTHOR_OR_OWNER,
    events.Reclaimed: Who.ANYONE,
    events.Edited: Who.AUTHOR,
    events.Deleted: Who.AUTHOR,
    events.PersonLeft: Who.WORLD,
    events.WentAway: Who.WORLD,
    events.BecameUnreachable: Who.WORLD,
    events.BecameReachable: Who.WORLD,
    events.CalledBack: Who.WORLD,
    events.ChannelArchived: Who.WORLD,
    events.NeverPosted: Who.WORLD,
    events.PlaceLost: Who.WORLD,
    events.WentOn: Who.ASKED,
    events.PackTaken: Who.OWNER,
    events.Paused: Who.OWNER,
    events.Resumed: Who.OWNER,
    events.Finished: Who.OWNER,
    events.Cancelled: Who.OWNER,
    events.HandedOver: Who.OWNER_OR_HEIR,
    events.DateChanged: Who.OWNER_OR_HEIR,
    events.Viewed: Who.ANYONE_BUT_ABOUT,
    events.LeftAlone: Who.ANYONE,
    events.Misspoken: Who.ANYONE,
}
INSIDERS_ONLY = (
    events.WaiverAccepted,
    events.WaiverRejected,
    events.Confirmed,
    events.HandedOver,
    events.DateChanged,
)


def is_for_insiders(event: events.Event) -> bool:
    """Also to take something on oneself: who has an answer to give is written to, and nobody outside ever is."""
    takes_on = isinstance(event, events.Delegated) and event.to == event.by.id
    return takes_on or isinstance(event, INSIDERS_ONLY)


def who_may(standing: Standing, event: events.Event) -> tuple[str, ...] | None:
    """The people who may do it; None where anybody may, empty where nobody can yet."""
    match event:
        case events.WaiverAccepted() | events.WaiverRejected():
            return _second(standing, standing.items[event.item], event.by)
        case events.Confirmed():
            return _known(standing.items[event.item].named_here)
        case events.Declined():
            item = standing.items[event.item]
            asked = item.assignee if item.assigned else None
            return _known(asked, item.named_here, *written_to_about(standing, event.item, PRESSES))
        case events.Snoozed() | events.LetGo():
            return written_to_about(standing, event.item)
        case events.Settled():
            return settlers(standing, standing.items[event.item])
        case events.Viewed(view=events.View.ABOUT):
            return (standing.owner,)
        case events.Edited() | events.Deleted():
            return _authors(standing, event.source)
        case _ if WHO[type(event)] is Who.OWNER_OR_HEIR:
            return _owner_or_heir(standing, event.by)
        case _:
            return (standing.owner,) if WHO[type(event)] is Who.OWNER else None


def _owner_or_heir(standing: Standing, by: Actor) -> tuple[str, ...]:
    """Where the owner is gone and nobody could be asked, any administrator may see to it."""
    rescuer = by.id if by.may_administer and standing.owner in standing.gone and standing.heir is None else None
    return _known(standing.owner, standing.heir, rescuer)


def settlers(standing: Standing, item: ItemStanding) -> tuple[str, ...]:
    return _known(item.assignee, standing.owner)


def may_see(standing: Standing, actor: Actor, channel: str) -> bool:
    """A review is there for its own channel, for the people it names or asks, and for administrators."""
    here = standing.review.reference.channel == channel
    return actor.may_administer or here or actor.id in people_of(standing)


def people_of(standing: Standing) -> set[str | None]:
    """Who has a part in a review: its owner, whom it names or asks, and who was written to about what is open."""
    asked_or_named = ((item.assignee, item.named_here) for item in standing.items.values())
    told = (*answerers(standing), *told_instead(standing))
    return {standing.owner, standing.heir, *told, *(person for pair in asked_or_named for person in pair)}


def _second(standing: Standing, item: ItemStanding, by: Actor) -> tuple[str, ...] | None:
    author = item.waiver.by if item.waiver else None
    if standing.is_critical(item.item):
        return _known(standing.approver if standing.approver != author else None)
    return None if by.id != author else ()


def _authors(standing: Standing, source: str | None) -> tuple[str, ...] | None:
    """Who wrote a message from which something came; None where nothing did."""
    return _known(*(act.by for act in standing.review.acts if source and act.source == source)) or None


def _known(*people: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for person in people if person))
