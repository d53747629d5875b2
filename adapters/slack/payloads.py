"""What only Slack's payloads have: ids, which are such only where they could stand in a key and in a mention."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from adapters.payloads import at, fitting, inside, is_true, listed
from adapters.slack.mrkdwn import ID

_ID = re.compile(ID)
_LATEST = 2**33  # seconds: three centuries


def ident(payload: object, *path: str) -> str:
    """The id or the timestamp at the end of a path."""
    return fitting(_ID, payload, *path)


def moment(payload: object, *path: str) -> datetime | None:
    """The seconds at the end of a path, as a moment."""
    here = at(payload, *path)
    return datetime.fromtimestamp(here, UTC) if isinstance(here, int) and 0 <= here < _LATEST else None


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
