"""What happens around the words: who speaks and where, the bot comes and goes, channels and teams open and close."""

from __future__ import annotations

from dataclasses import replace

from adapters.news import ForEach, Step
from adapters.payloads import listed, words
from adapters.teams.mentions import hashtag, is_addressed
from adapters.teams.names import PLATFORM
from adapters.teams.news import ChannelTold, Envelope, Fact, ForTeam, Parted, PersonTold, Reach
from adapters.teams.payloads import conversation_id, is_bot, person_id, zone_of
from conversations.activities import ActivityKind

_CLOSED = ("channelDeleted",)
_TEAM_CLOSED = ("teamArchived", "teamDeleted", "teamHardDeleted")  # an archived one can be read, and not written to
_TEAM_OPEN = ("teamRestored", "teamUnarchived")


def those_told(envelope: Envelope) -> tuple[Fact, ...]:
    """Who did something, and the channel they did it in; not where the bot is just put out of it."""
    if _puts_out(envelope):
        return ()
    return (*_actor_told(envelope), *_members_told(envelope), *_channel_told(envelope))


def installation_updated(envelope: Envelope) -> tuple[Fact, ...]:
    """Teams tells of an installation twice, at once; only this one welcomes. A newer version is no new installation."""
    if _puts_out(envelope):
        return _put_out(envelope)
    return _welcome(envelope) if words(envelope.body, "action") == "add" else ()


def conversation_updated(envelope: Envelope) -> tuple[Fact, ...]:
    """People come and go; of who goes, their team's roster can say whether they are anywhere."""
    match envelope.event:
        case _ if _puts_out(envelope):
            return _put_out(envelope)
        case "channelDeleted":
            return _channel_closed(envelope)
        case event if event in _TEAM_CLOSED:
            return _team_closed(envelope)
        case event if event in _TEAM_OPEN and envelope.team:
            return (Reach(team=envelope.team, lost=False),)
        case _:
            return _parted(envelope)


def _parted(envelope: Envelope) -> tuple[Fact, ...]:
    gone = (person_id(member, "id") for member in listed(envelope.body, "membersRemoved"))
    channel = envelope.channel
    return tuple(Parted(person=who, channel=channel) for who in gone if who and channel and not is_bot(who))


def _puts_out(envelope: Envelope) -> bool:
    """Whether it tells that the bot is no longer there."""
    match words(envelope.body, "type"):
        case "installationUpdate":
            return words(envelope.body, "action") == "remove"
        case "conversationUpdate":
            gone = {person_id(member, "id") for member in listed(envelope.body, "membersRemoved")}
            return bool(envelope.own) and envelope.own in gone
        case _:
            return False


def _put_out(envelope: Envelope) -> tuple[Fact, ...]:
    """Out of a chat with somebody, or out of a whole team: there is no channel that a bot is put out of by itself."""
    who = person_id(envelope.body, "from", "id")
    if envelope.personal and who:
        return (Reach(person=who, lost=True),)
    return () if envelope.personal or envelope.group else _team_closed(envelope)


def _team_closed(envelope: Envelope) -> tuple[Fact, ...]:
    team = envelope.team or envelope.channel
    lost = envelope.told(ActivityKind.UNPOSTABLE, envelope.channel, key="unpostable")
    return (Reach(team=team, lost=True), ForTeam(activity=lost, team=team)) if team else ()


def _channel_closed(envelope: Envelope) -> tuple[Fact, ...]:
    """Its reviews have no place any more, and answers of all reviews may name it."""
    channel = conversation_id(envelope.body, "channelData", "channel", "id")
    if not channel:
        return ()
    name = hashtag(words(envelope.body, "channelData", "channel", "name") or channel)
    lost = envelope.told(ActivityKind.UNPOSTABLE, channel, key="unpostable")
    closed = envelope.told(ActivityKind.ARCHIVED, channel, key="archived", text=name)
    reach = Reach(channel=channel, lost=True)
    return (reach, ForEach(activity=lost, channel=channel), ForEach(activity=closed))


def _welcome(envelope: Envelope) -> tuple[Fact, ...]:
    """Once for each installation: to who installed it for themselves, or for a team, where it was put."""
    author = envelope.author()
    if author is None or not envelope.id:
        return ()
    key = f"{PLATFORM}/{envelope.tenant}/installed/{envelope.conversation}/{envelope.id}"
    told = envelope.told(ActivityKind.INSTALLED, envelope.channel, key="")
    return (Step(activity=replace(told, keys=(key,), actor=author, private=envelope.personal)),)


def _actor_told(envelope: Envelope) -> tuple[Fact, ...]:
    author = envelope.author()
    if author is None or author.bot:
        return ()
    told = PersonTold(
        id=author.id,
        name=words(envelope.body, "from", "name").strip() or None,
        zone=zone_of(envelope.body),
        directory=person_id(envelope.body, "from", "aadObjectId") or None,
        conversation=envelope.conversation if envelope.personal else None,
        service_url=words(envelope.body, "serviceUrl"),
    )
    return (told,)


def _members_told(envelope: Envelope) -> tuple[Fact, ...]:
    """Of who was added Teams tells ids only."""
    added = {person_id(member, "id"): member for member in listed(envelope.body, "membersAdded")}
    return tuple(
        PersonTold(
            id=who,
            name=words(member, "name").strip() or None,
            zone=None,
            directory=person_id(member, "aadObjectId") or None,
            conversation=None,
            service_url=words(envelope.body, "serviceUrl"),
        )
        for who, member in added.items()
        if who not in ("", envelope.own) and not is_bot(who)
    )


def _channel_told(envelope: Envelope) -> tuple[Fact, ...]:
    if not envelope.channel or envelope.event in (*_CLOSED, *_TEAM_CLOSED):
        return ()
    told = ChannelTold(
        id=envelope.channel,
        name=words(envelope.body, "channelData", "channel", "name").strip() or None,
        team=envelope.team or None,
        group=person_id(envelope.body, "channelData", "team", "aadGroupId") or None,
        overheard=True if _is_overheard(envelope) else None,
        service_url=words(envelope.body, "serviceUrl"),
    )
    return (told,)


def _is_overheard(envelope: Envelope) -> bool:
    """Without leave to read the channel, only what names the bot is told, and what is pressed."""
    said = words(envelope.body, "type") == "message" and envelope.body.get("value") is None
    return said and not is_addressed(envelope.body, envelope.own)
