"""Payloads as Slack documents and sends them: events in their envelope, slash commands, presses, shortcuts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack.ways import action_id, block_id
from conversations.cards import Tap, Way

T, BOT, ANA, DANA, CHANNEL, DIRECT = "T0ACME", "U0BOT", "U0ANA", "U0DANA", "C0CLAIMS", "D0ANA"
ROOT, TS = "1763888400.000100", "1763888460.000200"
REVIEW, DIGEST = "0f" * 16, "3fa9c1d2e5b7"
FILE = "https://acme.slack.com/files/U0ANA/F0DOC/runbook.pdf"

MESSAGE: dict[str, Any] = {
    "type": "message",
    "client_msg_id": "9ac5d4cb-7a4c-4f1a-8d3e-0a7a1d2c3e4f",
    "user": ANA,
    "text": "the queue goes to people",
    "team": T,
    "ts": TS,
    "thread_ts": ROOT,
    "parent_user_id": BOT,
}
OWN: dict[str, Any] = {
    "type": "message",
    "user": BOT,
    "bot_id": "B0BOT",
    "app_id": "A0READY",
    "text": "Claims Copilot",
    "team": T,
    "ts": ROOT,
    "thread_ts": ROOT,
}


def enveloped(event: Mapping[str, Any], *, event_id: str = "Ev0ONE", **others: object) -> dict[str, Any]:
    return {
        "token": "verification",
        "team_id": T,
        "api_app_id": "A0READY",
        "event": dict(event),
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1763888460,
        "authorizations": [
            {"enterprise_id": None, "team_id": T, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UifQ",
    } | others


def message(text: str = MESSAGE["text"], **others: object) -> dict[str, Any]:
    event = MESSAGE | {"text": text, "channel": CHANNEL, "channel_type": "channel", "event_ts": TS} | others
    return {name: value for name, value in event.items() if value is not None}


def direct(text: str, **others: object) -> dict[str, Any]:
    return message(text, channel=DIRECT, channel_type="im", **({"thread_ts": None} | others))


def mention(text: str, **others: object) -> dict[str, Any]:
    return message(text, type="app_mention", channel_type=None, **others)


def changed(now: Mapping[str, Any], before: Mapping[str, Any], channel: str = CHANNEL) -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": dict(now),
        "previous_message": dict(before),
        "channel": channel,
        "hidden": True,
        "ts": "1763888500.000300",
        "event_ts": "1763888500.000300",
        "channel_type": "im" if channel == DIRECT else "channel",
    }


def deleted(before: Mapping[str, Any], channel: str = CHANNEL) -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": dict(before),
        "deleted_ts": before["ts"],
        "channel": channel,
        "hidden": True,
        "ts": "1763888500.000300",
        "event_ts": "1763888500.000300",
        "channel_type": "channel",
    }


def edit(text: str, **others: object) -> dict[str, Any]:
    return MESSAGE | {"text": text, "edited": {"user": ANA, "ts": "1763888500.000000"}} | others


COMMAND: dict[str, Any] = {
    "token": "verification",
    "team_id": T,
    "team_domain": "acme",
    "channel_id": CHANNEL,
    "channel_name": "claims-ai",
    "user_id": ANA,
    "user_name": "ana",
    "command": "/ai-readiness",
    "text": " start Claims &amp; Co for <@U0DANA|dana> ",
    "api_app_id": "A0READY",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.slack.com/commands/T0ACME/1/x",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
}


def action(way: Way, *, review: str | None = REVIEW, **others: object) -> dict[str, Any]:
    names = {"block_id": block_id(1, review, DIGEST), "action_id": action_id(way)}
    return {"type": "button", **names, "action_ts": "1763888470.5"} | others


def pressing(pressed: Mapping[str, Any], **others: object) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": ANA, "username": "ana", "name": "ana", "team_id": T},
        "api_app_id": "A0READY",
        "token": "verification",
        "container": {"type": "message", "message_ts": TS, "channel_id": CHANNEL, "is_ephemeral": False},
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "team": {"id": T, "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": CHANNEL, "name": "claims-ai"},
        "message": OWN | {"ts": TS},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0ACME/2/y",
        "actions": [dict(pressed)],
    } | others


def in_view(pressed: Mapping[str, Any], view: Mapping[str, Any]) -> dict[str, Any]:
    container = {"type": "view", "view_id": "V0ONE"}
    payload = pressing(pressed, container=container, view={"id": "V0ONE", "team_id": T} | dict(view))
    return {name: value for name, value in payload.items() if name not in ("channel", "message", "response_url")}


def saving(view: Mapping[str, Any], **others: object) -> dict[str, Any]:
    return {
        "type": "view_submission",
        "team": {"id": T, "domain": "acme"},
        "user": {"id": ANA, "username": "ana", "name": "ana", "team_id": T},
        "api_app_id": "A0READY",
        "token": "verification",
        "trigger_id": "944799105734.773906753841.38b5894552bdd4a780554ee59d1f3638",
        "view": {"id": "V0ONE", "team_id": T, "type": "modal", "hash": "156772938.1827394"} | dict(view),
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    } | others


SKIP = action(Way(tap=Tap.SKIP, item="run.service_owner"))


def shortcut(used: Mapping[str, Any], **others: object) -> dict[str, Any]:
    return {
        "type": "message_action",
        "callback_id": "use_as_answer",
        "token": "verification",
        "trigger_id": "13345224609.8534564800.6f8ab1f53e13d0cd15f96106292d5536",
        "message_ts": used.get("ts"),
        "response_url": "https://hooks.slack.com/app/T0ACME/3/z",
        "team": {"id": T, "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": CHANNEL, "name": "claims-ai"},
        "user": {"id": DANA, "username": "dana", "team_id": T, "name": "dana"},
        "api_app_id": "A0READY",
        "action_ts": "1763888480.1",
        "message": dict(used),
    } | others


EVENTS = (
    message(f"<@{BOT}> undo"),
    mention(f"<@{BOT}> status", thread_ts=None),
    direct("mine"),
    changed(edit("new"), MESSAGE),
    deleted(MESSAGE),
    deleted(OWN),
    {"type": "channel_archive", "channel": CHANNEL},
    {"type": "user_change", "user": {"id": DANA, "deleted": True}},
    {"type": "app_home_opened", "user": ANA, "channel": DIRECT, "tab": "home"},
)
