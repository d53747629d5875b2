"""What happens around the words: channels close and move, people leave, the bot is put out, somebody opens the Home."""

from __future__ import annotations

from adapters.news import ForEach, Step
from adapters.payloads import inside, words
from adapters.slack.names import HOME
from adapters.slack.news import Envelope, Fact, Moved, PersonTold, Renamed, Uninstalled
from adapters.slack.payloads import ident
from conversations.activities import ActivityKind


def channel_closed(envelope: Envelope) -> tuple[Fact, ...]:
    """Its reviews have no place any more, and answers of all reviews may name it. Slack tells its id only."""
    channel, who = ident(envelope.event, "channel"), ident(envelope.event, "user")
    if not channel:
        return ()
    closed = envelope.told(ActivityKind.ARCHIVED, who, channel, key="archived", text=f"#{channel}")
    return (*place_lost(envelope), ForEach(activity=closed))


def place_lost(envelope: Envelope) -> tuple[Fact, ...]:
    """Nothing can be posted in the channel any more."""
    channel, who = ident(envelope.event, "channel"), ident(envelope.event, "user")
    lost = envelope.told(ActivityKind.UNPOSTABLE, who, channel, key="unpostable")
    return (ForEach(activity=lost, channel=channel),) if channel else ()


def member_left(envelope: Envelope) -> tuple[Fact, ...]:
    """People come and go; only the bot's going changes anything."""
    return place_lost(envelope) if envelope.own and ident(envelope.event, "user") == envelope.own else ()


def channel_moved(envelope: Envelope) -> tuple[Fact, ...]:
    old, new = ident(envelope.event, "old_channel_id"), ident(envelope.event, "new_channel_id")
    return (Moved(old=old, new=new),) if old and new else ()


def channel_renamed(envelope: Envelope) -> tuple[Fact, ...]:
    channel, name = ident(envelope.event, "channel", "id"), words(envelope.event, "channel", "name")
    return (Renamed(channel=channel, name=name),) if channel and name else ()


def person_told(envelope: Envelope) -> tuple[Fact, ...]:
    user, who = inside(envelope.event, "user"), ident(envelope.event, "user", "id")
    if not who:
        return ()
    told = PersonTold(user=user)
    if user.get("deleted") is not True:
        return (told,)
    return (told, ForEach(activity=envelope.told(ActivityKind.LEFT, who, channel="")))


def home_opened(envelope: Envelope) -> tuple[Fact, ...]:
    """The tab of messages is opened with the same event, and asks for nothing."""
    event, who = envelope.event, ident(envelope.event, "user")
    if not who or words(event, "tab") != HOME:
        return ()
    return (Step(activity=envelope.asks_for(HOME, who, ident(event, "channel"), reply_to=HOME)),)


def uninstalled(envelope: Envelope) -> tuple[Fact, ...]:
    return (Uninstalled(at=envelope.happened_at),)


def tokens_revoked(envelope: Envelope) -> tuple[Fact, ...]:
    """Those of people are none of ours."""
    return uninstalled(envelope) if inside(envelope.event, "tokens").get("bot") else ()
