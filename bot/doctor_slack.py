"""What `doctor` looks at on Slack: each token that is set or kept, and the channels that reviews live in."""

from __future__ import annotations

import asyncio

from adapters.checks import Seen
from adapters.slack.checks import Living, look_at_app_token, look_at_workspace
from bot.settings import Settings
from conversations.errors import TokenUnreadable
from storage.inspection import Inspection, looking
from storage.tokens import Tokens

_SLACK = "slack"


def seen_at_slack(settings: Settings, database: Inspection | None) -> list[Seen]:
    return asyncio.run(_seen(settings, database))


async def _seen(settings: Settings, database: Inspection | None) -> list[Seen]:
    seen = []
    if settings.slack_app_token:
        token = settings.slack_app_token.get_secret_value()
        seen.append(await look_at_app_token(token, api_url=settings.slack_api_url))
    if settings.slack_bot_token:
        token, living = settings.slack_bot_token.get_secret_value(), _living(database)
        seen += await look_at_workspace(token, living, api_url=settings.slack_api_url)
    elif settings.many_workspaces and settings.keys and database and database.readable:
        seen += await _in_each_workspace(settings, database)
    return seen


async def _in_each_workspace(settings: Settings, database: Inspection) -> list[Seen]:
    tenants = [tenant for platform, tenant in database.installed if platform == _SLACK]
    if not tenants:
        return [Seen(check=_SLACK, says=f"not installed yet; that is done at {settings.public_url}/slack/install")]
    living = _living(database)
    with looking(settings.database_url) as units:
        tokens = Tokens(units, [key.get_secret_value() for key in settings.keys])
        seen = await asyncio.gather(*(_in_workspace(tenant, tokens, living, settings) for tenant in tenants))
    return [one for each in seen for one in each]


async def _in_workspace(tenant: str, tokens: Tokens, living: Living, settings: Settings) -> list[Seen]:
    check, there = f"{_SLACK} {tenant}", {place: projects for place, projects in living.items() if place[0] == tenant}
    try:
        kept = await tokens.find(_SLACK, tenant)
    except TokenUnreadable as unreadable:
        return [Seen(check=check, says="its token cannot be read", todo=(str(unreadable),))]
    if kept is None:  # uninstalled a moment ago
        return []
    return await look_at_workspace(kept.token, there, api_url=settings.slack_api_url, check=check)


def _living(database: Inspection | None) -> Living:
    """A direct message needs nobody's invitation."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in database.living if database else ():
        if one.platform == _SLACK and not one.channel.startswith("D"):
            found.setdefault((one.tenant, one.channel), []).append(one.project)
    return found
