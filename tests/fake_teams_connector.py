"""The Bot Connector's REST as far as a bot uses it: each method takes what it was asked and says what it answers.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from tests.fake_teams_checks import taken
from tests.fake_teams_state import (
    BOT,
    CHANNEL,
    PERSONAL,
    TENANT,
    Conversation,
    Json,
    Message,
    Organisation,
    Person,
    TeamsRefuses,
)

Parts: TypeAlias = Mapping[str, str]  # of the path and the query
Method: TypeAlias = Callable[[Organisation, Parts, Json], tuple[int, Json]]
_PAGE = range(50, 501)


def _post(teams: Organisation, parts: Parts, body: Json) -> tuple[int, Json]:
    """Into a conversation. Which message it answers is not looked at: where it stands, the conversation says."""
    where = parts["conversation"]
    place = open_place(teams, where)
    if place.kind == CHANNEL and ";" not in where:
        return _begin(teams, place, body)
    message = _put(teams, place, where, body)
    return 201, {"id": message.id} if teams.names_replies or place.kind != CHANNEL else {}


def _begin(teams: Organisation, channel: Conversation, body: Json) -> tuple[int, Json]:
    """A new post."""
    number = teams.number()
    message = _put(teams, channel, channel.thread(number), body, post=number)
    return 201, {"id": message.conversation, "activityId": message.id}


def _put(teams: Organisation, place: Conversation, where: str, body: Json, *, post: str | None = None) -> Message:
    activity = taken(teams, body)
    number = post or teams.number()
    id_ = number if place.kind == CHANNEL else f"1:1{number}"
    if post and not teams.numbers_posts:
        id_ = f"{teams.name('f47ac10b-58cc-4372-a567-0e02b2c')}"
    message = Message(id=id_, conversation=where, sender=BOT, activity=activity)
    if activity["type"] == "message":
        place.messages[where, id_] = message
    return message


def _update(teams: Organisation, parts: Parts, body: Json) -> tuple[int, Json]:
    """What single people were shown in its place goes."""
    message = _own(teams, parts)
    message.activity, message.shown = taken(teams, body), {}
    message.versions += 1
    return 200, {"id": message.id}


def _delete(teams: Organisation, parts: Parts, body: Json) -> tuple[int, Json]:
    _own(teams, parts).deleted = True
    return 200, {}


def _own(teams: Organisation, parts: Parts) -> Message:
    place = open_place(teams, parts["conversation"])
    message = place.messages.get((parts["conversation"], parts["activity"]))
    if message is None or message.deleted:
        raise TeamsRefuses("ActivityNotFoundInConversation")
    if not message.of_bot:
        raise TeamsRefuses("BadArgument", "Only the bot's own messages can be changed.")
    return message


def _create(teams: Organisation, parts: Parts, body: Json) -> tuple[int, Json]:
    """A post in a channel, or the chat with one person: the same one again, where it is there."""
    if not body.get("isGroup"):
        return 201, {"id": _chat(teams, body).id}
    channel = ((body.get("channelData") or {}).get("channel") or {}).get("id")
    if not isinstance(channel, str) or "activity" not in body:
        raise TeamsRefuses("BadSyntax", "A channel and an activity are needed.")
    return _begin(teams, open_place(teams, channel), body["activity"])


def _chat(teams: Organisation, body: Json) -> Conversation:
    tenant = ((body.get("channelData") or {}).get("tenant") or {}).get("id", body.get("tenantId"))
    if tenant != TENANT:
        raise TeamsRefuses("BadSyntax", "Could not parse tenant id")
    members = [each.get("id") for each in body.get("members") or []]
    if len(members) != 1:
        raise TeamsRefuses("BadArgument", "One member is needed.")
    person = next((each for each in teams.people.values() if each.id == members[0]), None)
    if person is None:
        raise TeamsRefuses("BadArgument", "The member's id is not known.")
    _may_write(teams, person)
    return teams.personal(person.id)


def _may_write(teams: Organisation, person: Person) -> None:
    """To who has the app, or is in a team that has it."""
    team = teams.conversations[teams.team]
    if person.gone or not (person.installed or (team.installed and person.id in team.members)):
        raise TeamsRefuses("BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    if person.blocks_bot:
        raise TeamsRefuses("ConversationBlockedByUser", "User blocked the conversation with the bot.")


def _member(teams: Organisation, parts: Parts, body: Json) -> tuple[int, Json]:
    """By either id."""
    place, wanted = open_place(teams, parts["conversation"]), parts["member"]
    for person in teams.people.values():
        if wanted in (person.id, person.directory_id) and person.id in place.members and not person.gone:
            return 200, person.as_member()
    raise TeamsRefuses("MemberNotFoundInConversation", "The member is not in the conversation.")


def _paged_members(teams: Organisation, parts: Parts, body: Json) -> tuple[int, Json]:
    """However many are asked for, from 50 to 500 are given."""
    place = open_place(teams, parts["conversation"])
    size = min(max(int(parts.get("pageSize", _PAGE[-1])), _PAGE[0]), _PAGE[-1])
    begin = int(parts.get("continuationToken") or 0)
    members = [each for each in teams.people.values() if each.id in place.members and not each.gone]
    page: Json = {"members": [each.as_member() for each in members[begin : begin + size]]}
    return 200, page | ({"continuationToken": str(begin + size)} if begin + size < len(members) else {})


def open_place(teams: Organisation, where: str) -> Conversation:
    """Where the bot may be heard."""
    base, _, thread = where.partition(";")
    place = teams.conversations.get(base)
    if place is None or (thread and not _has_thread(place, thread)):
        raise TeamsRefuses("ConversationNotFound", "Conversation not found.")
    if not place.installed:
        raise TeamsRefuses("BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    if place.kind == PERSONAL:
        _may_write(teams, next(each for each in teams.people.values() if each.id in place.members))
    return place


def _has_thread(place: Conversation, thread: str) -> bool:
    """Whether anything ever stood in it."""
    return place.kind == CHANNEL and bool(place.in_thread(f"{place.id};{thread}"))


METHODS: Mapping[str, Method] = {
    "create": _create,
    "delete": _delete,
    "member": _member,
    "members": _paged_members,
    "post": _post,
    "update": _update,
}
