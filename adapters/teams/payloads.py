"""What only Teams' payloads have: ids, which are such only where they could stand in a key, a name and a mention."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from adapters.payloads import Payload, fitting, inside, is_true, listed, words
from adapters.teams.names import thread_of

_MOST = 512  # characters of an id; real ones stay below 200
_PERSON = re.compile(rf"[!-.0-;=?-~]{{1,{_MOST}}}")  # nothing that parts keys, ends a mention or is no letter
_PLACE = re.compile(rf"[!-;=?-~]{{1,{_MOST}}}")
_BOT = "28:"  # what the ids of bots begin with
_GROUP, _PERSONAL = "groupChat", "personal"


def person_id(payload: object, *path: str) -> str:
    return fitting(_PERSON, payload, *path)


def activity_id(payload: object, *path: str) -> str:
    return fitting(_PERSON, payload, *path)


def conversation_id(payload: object, *path: str) -> str:
    """Of a conversation, a channel or a team."""
    return fitting(_PLACE, payload, *path)


def tenant_of(body: Payload) -> str:
    """The customer's; the conversation names it too, but not always."""
    return person_id(body, "channelData", "tenant", "id") or person_id(body, "conversation", "tenantId")


def is_bot(person: str) -> bool:
    return person.startswith(_BOT)


def is_personal(body: Payload) -> bool:
    """A chat of one person and the bot."""
    return _type_of(body) == _PERSONAL


def is_group(body: Payload) -> bool:
    return _type_of(body) == _GROUP


def zone_of(body: Payload) -> str | None:
    """The time zone of who speaks, as their client tells it; an IANA name, if it is one."""
    clients = (entity for entity in listed(body, "entities") if words(entity, "type") == "clientInfo")
    zones = (words(body, "localTimezone"), *(words(client, "timezone") for client in clients))
    return next((zone for zone in zones if zone), None)


def happened_at(body: Payload) -> datetime | None:
    """By the platform's clock; repetitions of one activity have the same."""
    try:
        told = datetime.fromisoformat(words(body, "timestamp"))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _type_of(body: Payload) -> str:
    """Some clients do not say of what type a conversation is."""
    conversation = inside(body, "conversation")
    named = words(conversation, "conversationType")
    if named or thread_of(words(conversation, "id")) or inside(body, "channelData", "channel"):
        return named
    return _GROUP if is_true(conversation, "isGroup") else _PERSONAL
