"""Our store of tokens as Bolt's flow of installations knows one, and what Slack granted as what we keep."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models import Bot
from slack_sdk.oauth.installation_store.models import Installation as Granted

from adapters.slack.names import PLATFORM
from conversations.ports import Installation, TokenStore

_log = logging.getLogger(__name__)


class Installations(AsyncInstallationStore):
    """It holds the bot's tokens only: people give us none."""

    def __init__(self, tokens: TokenStore) -> None:
        self._tokens = tokens

    @property
    def logger(self) -> logging.Logger:
        return _log

    async def async_save(self, installation: Granted) -> None:
        await self._tokens.save(to_installation(installation))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        granted = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return granted.to_bot() if granted else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,  # noqa: ARG002  # Bolt's own name: whoever it is, the bot is the same
        is_enterprise_install: bool | None = False,
    ) -> Granted | None:
        tenant = enterprise_id if is_enterprise_install else team_id
        kept = await self._tokens.find(PLATFORM, tenant) if tenant else None
        return to_granted(kept, is_enterprise_install=bool(is_enterprise_install)) if kept else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        if tenant := team_id or enterprise_id:
            await self._tokens.forget(PLATFORM, tenant, before=datetime.now(UTC))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        if user_id is None:  # a person's token is not the bot's
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)


def tenant_granted(granted: Granted) -> str | None:
    """Of an installation for the whole organisation, that one's id; as `payloads.tenant_of`."""
    return granted.enterprise_id if granted.is_enterprise_install else granted.team_id


def to_installation(granted: Granted) -> Installation:
    tenant = tenant_granted(granted) or ""
    return Installation(
        platform=PLATFORM,
        tenant=tenant,
        name=(granted.enterprise_name if granted.is_enterprise_install else granted.team_name) or tenant,
        token=granted.bot_token or "",
        bot=granted.bot_user_id or "",
        scopes=frozenset(granted.bot_scopes or ()),
        installed_by=granted.user_id or None,
        installed_at=datetime.fromtimestamp(granted.installed_at, UTC),
    )


def to_granted(kept: Installation, *, is_enterprise_install: bool) -> Granted:
    return Granted(
        enterprise_id=kept.tenant if is_enterprise_install else None,
        enterprise_name=kept.name if is_enterprise_install else None,
        team_id=None if is_enterprise_install else kept.tenant,
        team_name=None if is_enterprise_install else kept.name,
        bot_token=kept.token,
        bot_user_id=kept.bot,
        bot_scopes=sorted(kept.scopes),
        user_id=kept.installed_by or "",
        is_enterprise_install=is_enterprise_install,
        installed_at=kept.installed_at.timestamp(),
    )
