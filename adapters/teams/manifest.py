"""The app as Teams is told of it, and the package that is uploaded. Nothing stands here that is not used.

https://learn.microsoft.com/microsoft-365/extensibility/schema, version 1.29. The icons are drawn in `icons/*.svg`;
the PNG files beside them were made with `rsvg-convert color.svg -o color.png`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from importlib.resources import files
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5
from zipfile import ZipFile, ZipInfo

from adapters.product import COLOUR, IN_FULL, IN_SHORT, PRODUCT

SCHEMA = "1.29"
ABOUT, PRIVACY, TERMS = "/teams/about", "/teams/privacy", "/teams/terms"
READS_CHANNELS = "ChannelMessage.Read.Group"
GUID = re.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name

_COMMANDS = {
    "start": "Start a review here, as in: start Claims Copilot",
    "status": "Where a review stands: this channel's, or another one by its name",
    "list": "All reviews that you may see",
    "mine": "What waits for you",
    "digest": "When your weekly digest comes; also digest now, digest fri 14:00, digest off",
    "nudges": "How I may write to you; also nudges off, nudges on, nudges pause until 4 Jan",
    "home": "What waits for you, and your projects",
    "help": "The words; help all for all of them",
}
_IN_CHANNELS_ONLY = frozenset({"start"})
# Who lets a bot read channels has to be told what it does with what it reads:
# https://learn.microsoft.com/microsoftteams/platform/concepts/deploy-and-publish/appsource/prepare/teams-store-validation-guidelines
_READING = (
    "\n\nWhat it reads: a team's owner lets it read the messages in the team's channels, so that people can answer by"
    " a plain reply. It uses replies in threads in which a review lives, as answers, with who wrote them and when."
    " What is said anywhere else is neither kept, nor logged, nor sent on."
)
_NOT_READING = (
    "\n\nWhat it reads: only messages that mention it, cards that people fill in, and what people write to it alone."
    " It uses them as answers, with who wrote them and when."
)


def manifest(app_id: str, public_url: str, *, version: str, reads_channels: bool) -> dict[str, Any]:
    """`app_id` is a GUID, `public_url` ends without a slash. Without `reads_channels` only mentions are heard."""
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": version,
        "id": str(uuid5(UUID(app_id), PRODUCT)),  # the same for the same bot, so that an upload is an update
        "developer": {
            "name": PRODUCT,
            "websiteUrl": f"{public_url}{ABOUT}",
            "privacyUrl": f"{public_url}{PRIVACY}",
            "termsOfUseUrl": f"{public_url}{TERMS}",
        },
        "name": {"short": PRODUCT, "full": f"{PRODUCT} for pilots on the way to production"},
        "description": {"short": IN_SHORT, "full": IN_FULL + (_READING if reads_channels else _NOT_READING)},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": COLOUR,
        "bots": [_bot(app_id)],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [urlsplit(public_url).hostname],
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot"},
        **(_reading(app_id, public_url) if reads_channels else {}),
    }


def to_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def package(document: dict[str, Any]) -> bytes:
    """A zip file; the same document gives the same bytes on every machine, so nothing in it is compressed."""
    icons = files("adapters.teams") / "icons"
    held = {"manifest.json": to_json(document).encode()}
    held |= {name: (icons / name).read_bytes() for name in document["icons"].values()}
    packed = BytesIO()
    with ZipFile(packed, "w") as zipped:
        for name, content in held.items():
            zipped.writestr(_entry(name), content)
    return packed.getvalue()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _LONG_AGO)
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on Unix, wherever it is made
    return entry


def _bot(app_id: str) -> dict[str, Any]:
    return {
        "botId": app_id,
        "scopes": ["team", "personal"],
        "isNotificationOnly": False,
        "supportsFiles": False,
        "commandLists": [_commands("team", frozenset()), _commands("personal", _IN_CHANNELS_ONLY)],
    }


def _commands(scope: str, without: Set[str]) -> dict[str, Any]:
    listed = [{"title": name, "description": says} for name, says in _COMMANDS.items() if name not in without]
    return {"scopes": [scope], "commands": listed}


def _reading(app_id: str, public_url: str) -> dict[str, Any]:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-messages-with-rsc"""
    asked = [{"name": READS_CHANNELS, "type": "Application"}]
    return {
        "webApplicationInfo": {"id": app_id, "resource": public_url},  # it must say something, and means nothing here
        "authorization": {"permissions": {"resourceSpecific": asked}},
    }
