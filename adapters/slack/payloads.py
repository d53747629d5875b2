"""Looking into what Slack sent, without trusting its shape: what is not there, or is no text, is empty.

Texts come without what no database takes. An id is one only where it could stand in a key and in a mention.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from adapters.slack.mrkdwn import ID, storable

Payload: TypeAlias = Mapping[str, Any]

_ID = re.compile(ID)
_LATEST = 2**33  # seconds: three centuries
_TRUE = (True, "true")  # a slash command is a form, and knows texts only


def inside(payload: object, *path: str) -> Payload:
    """The object at the end of a path."""
    here = _at(payload, path)
    return here if isinstance(here, Mapping) else {}


def words(payload: object, *path: str) -> str:
    """The text at the end of a path."""
    here = _at(payload, path)
    return storable(here) if isinstance(here, str) else ""


def ident(payload: object, *path: str) -> str:
    """The id or the timestamp at the end of a path."""
    here = words(payload, *path)
    return here if _ID.fullmatch(here) else ""


def listed(payload: object, *path: str) -> list[Payload]:
    """The objects in the list at the end of a path."""
    here = _at(payload, path)
    return [each for each in here if isinstance(each, Mapping)] if isinstance(here, list) else []


def is_true(payload: object, *path: str) -> bool:
    return _at(payload, path) in _TRUE


def moment(payload: object, *path: str) -> datetime | None:
    """The seconds at the end of a path, as a moment."""
    here = _at(payload, path)
    return datetime.fromtimestamp(here, UTC) if isinstance(here, int) and 0 <= here < _LATEST else None


def _at(payload: object, path: tuple[str, ...]) -> object:
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload


def tenant_of(payload: object) -> str:
    """The workspace in which the bot is installed; of an installation for the whole organisation, that one's id."""
    installed = next(iter(listed(payload, "authorizations")), payload)  # in a shared channel only this names ours
    if is_true(installed, "is_enterprise_install"):
        return ident(installed, "enterprise_id") or ident(installed, "enterprise", "id")
    of_form = ident(payload, "view", "app_installed_team_id")  # it was opened from another organisation's workspace
    return of_form or ident(installed, "team_id") or ident(payload, "team_id") or ident(payload, "team", "id")


def homes_of(payload: object) -> frozenset[str]:
    """The ids of our own organisation: for people of a large one Slack gives its id, not a workspace's."""
    tenant = tenant_of(payload)
    installed = next(iter(listed(payload, "authorizations")), payload)
    team = inside(payload, "team")
    ours = is_true(installed, "is_enterprise_install") or ident(team, "id") in ("", tenant)
    organisation = (
        ident(installed, "enterprise_id"),
        ident(installed, "enterprise", "id"),
        ident(team, "enterprise_id"),
    )
    return frozenset({tenant, *(organisation if ours else ())} - {""})
