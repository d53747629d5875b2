"""Activities as Teams documents and sends them: messages, presses of cards, what happens around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TENANT = "3c8f0a52-9b1d-4e57-8c55-6f3b0d1a7e44"
BOT = "28:1f0e2d3c-4b5a-4968-8776-655443322110"
ANA, DANA = "29:1ana-Z_0a1b2c3d4e5f", "29:1dana-Z_6a7b8c9d0e1f"
TEAM, CHANNEL = "19:00000000000000000000000000000001@thread.tacv2", "19:c1a1m5000000000000000000000000c1@thread.tacv2"
DIRECT = "a:1direct_-Z0"
ROOT, ID = "1763888400123", "1763888460456"
THREAD = f"{CHANNEL};messageid={ROOT}"
REVIEW, DIGEST = "0f" * 16, "3fa9c1d2e5b7"
SERVICE_URL = f"https://smba.trafficmanager.net/emea/{TENANT}/"


def account(who: str = ANA, name: str = "Ana Ruiz") -> dict[str, Any]:
    return {"id": who, "name": name, "aadObjectId": "0a1b2c3d-0000-4000-8000-000000000001"}


def activity(kind: str, **others: object) -> dict[str, Any]:
    """In a channel's thread."""
    return {
        "type": kind,
        "id": ID,
        "timestamp": "2026-11-23T09:01:00.456Z",
        "localTimestamp": "2026-11-23T10:01:00.456+01:00",
        "localTimezone": "Europe/Berlin",
        "channelId": "msteams",
        "serviceUrl": SERVICE_URL,
        "from": account(),
        "conversation": {"isGroup": True, "conversationType": "channel", "tenantId": TENANT, "id": THREAD},
        "recipient": {"id": BOT, "name": "AI Readiness"},
        "locale": "en-GB",
        "channelData": {
            "teamsChannelId": CHANNEL,
            "teamsTeamId": TEAM,
            "channel": {"id": CHANNEL},
            "team": {"id": TEAM},
            "tenant": {"id": TENANT},
        },
    } | others


PERSONALLY: Mapping[str, Any] = {
    "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": DIRECT},
    "channelData": {"tenant": {"id": TENANT}},
}


def mention(who: str = BOT, name: str = "AI Readiness") -> dict[str, Any]:
    return {"type": "mention", "mentioned": {"id": who, "name": name}, "text": f"<at>{name}</at>"}


def message(text: str, *mentions: Mapping[str, Any], **others: object) -> dict[str, Any]:
    client = {"locale": "en-GB", "country": "GB", "platform": "Windows", "timezone": "Europe/Berlin"}
    entities = [*mentions, {"type": "clientInfo", **client}]
    written = {"contentType": "text/html", "content": f"<p>{text}</p>"}
    return activity(
        "message", **{"text": text, "textFormat": "plain", "attachments": [written], "entities": entities, **others}
    )


def direct(text: str, *mentions: Mapping[str, Any], **others: object) -> dict[str, Any]:
    return message(text, *mentions, **{**PERSONALLY, **others})


def mentioned(text: str, **others: object) -> dict[str, Any]:
    """What mentions the bot first."""
    return message(f"<at>AI Readiness</at>&nbsp;{text}", mention(), **others)


def command(text: str, **others: object) -> dict[str, Any]:
    """A mention that begins a new post."""
    return mentioned(text, **others)


def invoke(data: Mapping[str, Any], *, verb: str = "tap", **others: object) -> dict[str, Any]:
    """A button of a card; what its inputs held is in `data` too."""
    action = {"type": "Action.Execute", "title": "A button", "verb": verb, "data": dict(data)}
    value = {"action": action, "trigger": "manual"}
    return activity("invoke", name="adaptiveCard/action", value=value, replyToId=ROOT, **{"id": "f:1b2c", **others})


def submitted(data: Mapping[str, Any], **others: object) -> dict[str, Any]:
    """The same from a client that knows no `Action.Execute`."""
    return activity("message", value=dict(data), replyToId=ROOT, **others)


def edited(text: str, *mentions: Mapping[str, Any], **others: object) -> dict[str, Any]:
    said = message(text, *mentions)
    return _with_event(said, "editMessage") | {"type": "messageUpdate"} | others


def deleted(**others: object) -> dict[str, Any]:
    return _with_event(activity("messageDelete"), "softDeleteMessage") | others


def installed(action: str = "add", **others: object) -> dict[str, Any]:
    return activity("installationUpdate", action=action, **{**PERSONALLY, **others})


def team_event(event: str, **others: object) -> dict[str, Any]:
    """Around the team; it is told in its first channel."""
    where = {"conversation": {"isGroup": True, "conversationType": "channel", "tenantId": TENANT, "id": TEAM}}
    return _with_event(activity("conversationUpdate", **where), event) | others


def _with_event(body: dict[str, Any], event: str) -> dict[str, Any]:
    return body | {"channelData": {**body["channelData"], "eventType": event}}
