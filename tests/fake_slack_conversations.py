"""Slack's Web API for conversations, people and the app itself, over a `Workspace`.

Addresses of the pages: https://docs.slack.dev/reference/methods/<method>
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fake_slack_state import (
    APP,
    BOT,
    BOT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    DOMAIN,
    TEAM,
    Channel,
    Json,
    Message,
    Person,
    SlackRefuses,
    Workspace,
)
from tests.fake_slack_web import Arguments, Method, joined, known, message_json, needs_scope

_HISTORY = {"im": "im:history", "group": "groups:history", "channel": "channels:history"}
_READ = {"im": "im:read", "group": "groups:read", "channel": "channels:read"}


def _person(slack: Workspace, id_: str) -> Person:
    if id_ not in slack.people:
        raise SlackRefuses("user_not_found")
    return slack.people[id_]


def _history(slack: Workspace, arguments: Arguments) -> Json:
    channel = joined(slack, *arguments.needs("channel"))
    needs_scope(slack, _HISTORY[channel.kind])
    found = [each for each in channel.messages.values() if not each.is_reply]
    return _paged(slack, channel, list(reversed(found)), arguments, fewest=100)


def _replies(slack: Workspace, arguments: Arguments) -> Json:
    id_, ts = arguments.needs("channel", "ts")
    channel = joined(slack, id_)
    needs_scope(slack, _HISTORY[channel.kind])
    if ts not in channel.messages:
        raise SlackRefuses("thread_not_found")
    root = channel.messages[ts].thread_ts or ts
    found = [channel.messages[root], *channel.replies(root)]
    return _paged(slack, channel, found, arguments, fewest=1_000)


def _paged(slack: Workspace, channel: Channel, messages: list[Message], arguments: Arguments, *, fewest: int) -> Json:
    oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or "9999999999.0")
    within = [each for each in messages if _between(each.ts, oldest, latest, inclusive=arguments.flag("inclusive"))]
    start = _start(within, arguments.get("cursor"))
    limit = min(int(arguments.get("limit") or fewest), slack.page)
    page, more = within[start : start + limit], len(within) > start + limit
    metadata = arguments.flag("include_all_metadata")
    return {
        "messages": [message_json(channel, each, metadata=metadata) for each in page],
        "has_more": more,
        "response_metadata": {"next_cursor": f"next:{within[start + limit].ts}" if more else ""},
    }


def _between(ts: str, oldest: str, latest: str, *, inclusive: bool) -> bool:
    at, first, last = float(ts), float(oldest), float(latest)
    return first <= at <= last if inclusive else first < at < last


def _start(messages: list[Message], cursor: str | None) -> int:
    if not cursor:
        return 0
    starts = [n for n, each in enumerate(messages) if cursor == f"next:{each.ts}"]
    if not starts:
        raise SlackRefuses("invalid_cursor")
    return starts[0]


def _info(slack: Workspace, arguments: Arguments) -> Json:
    channel = known(slack, *arguments.needs("channel"))
    needs_scope(slack, _READ[channel.kind])
    return {"channel": channel.as_json()}


def _members(slack: Workspace, arguments: Arguments) -> Json:
    channel = known(slack, *arguments.needs("channel"))
    needs_scope(slack, _READ[channel.kind])
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


def _open_direct(slack: Workspace, arguments: Arguments) -> Json:
    needs_scope(slack, "im:write")
    (users,) = arguments.needs("users")
    assert "," not in users, "the bot opens no groups"
    person = _person(slack, users)
    if person.deleted:
        raise SlackRefuses("user_disabled")
    return {"channel": {"id": slack.direct(person.id).id}}


def _user_info(slack: Workspace, arguments: Arguments) -> Json:
    needs_scope(slack, "users:read")
    person = _person(slack, *arguments.needs("user"))
    return {"user": person.as_json(slack.clock())}


def _disturbs(slack: Workspace, arguments: Arguments) -> Json:
    """Of who has no schedule Slack tells moments that are long gone."""
    needs_scope(slack, "dnd:read")
    stretch = _person(slack, *arguments.needs("user")).dnd
    begin, end = (int(each.timestamp()) for each in stretch) if stretch else (1, 1)
    return {"dnd_enabled": stretch is not None, "next_dnd_start_ts": begin, "next_dnd_end_ts": end}


# --- people, and the app itself --------------------------------------------------------------------------------------


def _test(slack: Workspace, arguments: Arguments) -> Json:
    return {
        "url": f"https://{DOMAIN}.slack.com/",
        "team": "Acme",
        "user": slack.people[BOT].name,
        "team_id": TEAM,
        "user_id": BOT,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def grant(slack: Workspace, arguments: Mapping[str, Any]) -> Json:
    """`oauth.v2.access`: a code that somebody brought from the page of consent, for a token."""
    if (arguments.get("client_id"), arguments.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise SlackRefuses("bad_client_secret" if arguments.get("client_id") == CLIENT_ID else "invalid_client_id")
    installer = _consented(slack, str(arguments.get("code")))
    token = f"xoxb-{slack.name('acme')}"
    slack.tokens.add(token)
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(slack.scopes),
        "bot_user_id": BOT,
        "app_id": APP,
        "team": {"id": TEAM, "name": "Acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": installer},
    }


def _consented(slack: Workspace, code: str) -> str:
    """Who got this code on the page of consent, `code-of-<id>` and whatever follows; it is redeemed once."""
    if code in slack.used_codes:
        raise SlackRefuses("code_already_used")
    prefix, _, who = code.rpartition("code-of-")
    installer = who.split("-")[0]
    if prefix or installer not in slack.people:
        raise SlackRefuses("invalid_code")
    slack.used_codes.add(code)
    return installer


METHODS: Mapping[str, Method] = {
    "auth.test": _test,
    "conversations.history": _history,
    "conversations.info": _info,
    "conversations.members": _members,
    "conversations.open": _open_direct,
    "conversations.replies": _replies,
    "dnd.info": _disturbs,
    "users.info": _user_info,
}
