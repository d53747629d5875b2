"""Slack's app manifest: what the app is, may do and hears. Nothing stands here that is not used.

`manifest.yml` at the top of the project is this, for Socket Mode:
https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from typing import Any

import yaml

from adapters.product import COLOUR, IN_FULL, IN_SHORT, PRODUCT

EVENTS, INSTALL, REDIRECT = "/slack/events", "/slack/install", "/slack/oauth_redirect"

_SCOPES = (
    "app_mentions:read",
    "channels:history",  # replies in the threads of public channels
    "channels:read",
    "chat:write",
    "commands",
    "dnd:read",  # nobody is written to while they do not want to be disturbed
    "groups:history",  # and of private ones
    "groups:read",
    "im:history",  # what people say to the bot alone
    "im:write",
    "reactions:write",
    "users:read",
)
_OPTIONAL_SCOPES = ("users:read.email",)  # whom e-mails name as administrators, and who has accounts elsewhere
_EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "team_join",
    "tokens_revoked",
    "user_change",
)


def scopes() -> tuple[str, ...]:
    """What the bot's token has to be allowed."""
    return _SCOPES


def manifest(public_url: str | None, *, socket: bool) -> dict[str, Any]:
    """With `socket` Slack calls nobody; without it, it calls `public_url`, which ends without a slash.

    Raises `ValueError` where Slack would have nobody to call.
    """
    if public_url is None and not socket:
        raise ValueError("without Socket Mode Slack has to be told where to call")
    request_url = None if socket else f"{public_url}{EVENTS}"
    oauth: dict[str, Any] = {"scopes": {"bot": list(_SCOPES), "bot_optional": list(_OPTIONAL_SCOPES)}}
    if public_url is not None:
        oauth = {"redirect_urls": [f"{public_url}{REDIRECT}"]} | oauth
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": PRODUCT,
            "description": IN_SHORT,
            "background_color": COLOUR,
            "long_description": f"{IN_FULL} Type /ai-readiness help to begin.",
        },
        "features": _features(request_url),
        "oauth_config": oauth,
        "settings": _settings(request_url),
    }


def to_yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _features(request_url: str | None) -> dict[str, Any]:
    command = {
        "command": "/ai-readiness",
        "description": "Start or show an AI-readiness review",
        "usage_hint": "[start NAME | status | list | mine | digest | nudges | hours | away | help]",
        "should_escape": True,
    }
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": PRODUCT, "always_online": True},
        "shortcuts": [
            {
                "name": "Use as answer",
                "type": "message",
                "callback_id": "use_as_answer",
                "description": "Take this message as the answer to what is asked in its thread",
            },
            {
                "name": "Start a review",
                "type": "global",
                "callback_id": "start_review",
                "description": "Start an AI-readiness review in a channel",
            },
        ],
        "slash_commands": [command | _url("url", request_url)],
    }


def _settings(request_url: str | None) -> dict[str, Any]:
    called = _url("request_url", request_url)
    return {
        "event_subscriptions": called | {"bot_events": list(_EVENTS)},
        "interactivity": {"is_enabled": True} | called,
        "org_deploy_enabled": False,
        "socket_mode_enabled": request_url is None,
        "token_rotation_enabled": False,  # it cannot be switched off again
    }


def _url(name: str, url: str | None) -> dict[str, str]:
    return {} if url is None else {name: url}
