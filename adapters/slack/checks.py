"""What `doctor` asks of Slack: is the token taken, may it do what is needed, is the bot where its reviews are.

Nothing is changed there, no secret is told, and Slack is waited for a few seconds only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.checks import Seen
from adapters.product import PRODUCT
from adapters.slack.failures import UNANSWERED, code_of
from adapters.slack.manifest import scopes

_TIMEOUT = aiohttp.ClientTimeout(total=5, connect=3)
_MOST_CHANNELS = 40  # Slack allows fifty of these questions a minute: https://docs.slack.dev/apis/web-api/rate-limits
_INVITE = f"Type /invite @{PRODUCT} there"
_STATUS = "Try again in a minute; https://slack-status.com tells whether Slack has trouble."
# https://docs.slack.dev/reference/methods/auth.test
_NO_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "not_allowed_token_type", "token_expired", "token_revoked"}
)
_NEW_TOKEN = "Install the app again; for one workspace, set SLACK_BOT_TOKEN to the token under OAuth & Permissions."
_NEW_APP_TOKEN = "Switch Socket Mode on, and make a token with connections:write under Basic Information."
_UNSEEN = frozenset({"channel_not_found", "missing_scope", "not_in_channel"})


Living: TypeAlias = Mapping[tuple[str, str], Sequence[str]]
"""The projects of living reviews, by workspace and channel."""
_Call: TypeAlias = Callable[[], Awaitable[AsyncSlackResponse]]


class _Trouble(Exception):
    """A call that was not answered as hoped: Slack's own code, or none where Slack was not reached."""

    def __init__(self, code: str | None) -> None:
        super().__init__()
        self.code = code


async def look_at_workspace(token: str, living: Living, *, api_url: str, check: str = "slack") -> list[Seen]:
    """`check` is what the findings are called by; what `living` has of other workspaces is found to be theirs."""
    async with _client(token, api_url) as client:
        try:
            told = await _asked(client.auth_test)
        except _Trouble as trouble:
            return [_untaken(check, trouble, api_url, "the bot's token", _NEW_TOKEN)]
        tenant, granted = told["team_id"], told.headers.get("x-oauth-scopes")
        channels = {channel: projects for (of, channel), projects in living.items() if of == tenant}
        seen = [Seen(check=check, says=f"{told['team']} ({tenant}), as @{told['user']}")]
        if granted is not None:  # an emulator may not tell
            seen.append(_scopes(f"{check} scopes", set(granted.replace(",", " ").split())))
        if channels:
            seen.append(await _channels(f"{check} channels", client, channels))
        strangers = sorted({of for of, _ in living if of != tenant})
        return [*seen, _elsewhere(check, strangers)] if strangers else seen


async def look_at_app_token(app_token: str, *, api_url: str) -> Seen:
    """Whether it opens connections; none is made."""
    async with _client(app_token, api_url) as client:
        try:
            await _asked(lambda: client.apps_connections_open(app_token=app_token))
        except _Trouble as trouble:
            return _untaken("slack socket", trouble, api_url, "SLACK_APP_TOKEN", _NEW_APP_TOKEN)
    return Seen(check="slack socket", says="SLACK_APP_TOKEN opens connections")


def _untaken(check: str, trouble: _Trouble, api_url: str, which: str, todo: str) -> Seen:
    if trouble.code is None:
        reach = "See that this machine reaches it, and that SLACK_API_URL, if you set it, is right."
        return Seen(check=check, says=f"{api_url} does not answer as Slack does", todo=(reach,))
    if trouble.code in _NO_TOKEN or trouble.code == "missing_scope":
        return Seen(check=check, says=f"Slack does not take {which} ({trouble.code})", todo=(todo,))
    return Seen(check=check, says=f"Slack has answered: {trouble.code}", todo=(_STATUS,))


def _elsewhere(check: str, tenants: Sequence[str]) -> Seen:
    todo = "Use that workspace's token, or SLACK_CLIENT_ID for many workspaces; until then nothing is heard there."
    return Seen(check=f"{check} elsewhere", says=f"reviews live in {', '.join(tenants)} too", todo=(todo,))


def _scopes(check: str, granted: set[str]) -> Seen:
    lacking = [scope for scope in scopes() if scope not in granted]
    if not lacking:
        return Seen(check=check, says="all that is needed")
    todo = (
        f"Add {', '.join(lacking)} to the Bot Token Scopes under OAuth & Permissions, or paste what"
        " `ai-readiness manifest slack` prints under App Manifest; then install the app again."
    )
    return Seen(check=check, says=f"{len(lacking)} of {len(scopes())} are lacking", todo=(todo,))


async def _channels(check: str, client: AsyncWebClient, living: Mapping[str, Sequence[str]]) -> Seen:
    places = list(living)[-_MOST_CHANNELS:]
    asked = [_channel(client, channel, living[channel]) for channel in places]
    todo = tuple(filter(None, await asyncio.gather(*asked)))
    of_all = "" if len(places) == len(living) else f" (the newest {len(places)} of {len(living)} were looked at)"
    if not todo:
        return Seen(check=check, says=f"the bot is where its reviews are{of_all}")
    return Seen(check=check, says=f"{len(todo)} of {len(places)} to look after{of_all}", todo=todo)


async def _channel(client: AsyncWebClient, channel: str, projects: Sequence[str]) -> str | None:
    of = ", ".join(projects)
    try:
        told = await _asked(lambda: client.conversations_info(channel=channel))
    except _Trouble as trouble:
        if trouble.code in _UNSEEN:
            return f"{channel} ({of}) cannot be seen by the bot. {_INVITE}, or cancel what nobody needs any more."
        return f"{channel} ({of}) could not be looked at ({trouble.code or 'no answer'}). {_STATUS}"
    found: dict[str, Any] = told["channel"]
    name = f"#{found.get('name', channel)}"
    if found.get("is_archived"):
        return f"{name} ({of}) is archived. Unarchive it, or start again in another channel."
    return None if found.get("is_member") else f"The bot is not in {name} ({of}). {_INVITE}."


async def _asked(call: _Call) -> AsyncSlackResponse:
    try:
        return await call()
    except (*UNANSWERED, ValueError) as error:  # the last: an address, or an answer, that is none
        raise _Trouble(code_of(error) or None) from None


@asynccontextmanager
async def _client(token: str, api_url: str) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        yield AsyncWebClient(token, base_url=api_url, session=session, retry_handlers=[])
