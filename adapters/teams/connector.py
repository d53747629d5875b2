"""The five calls of the Bot Connector by which we speak: post, update, open a chat, begin a thread, look in a roster.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference. All raise what
`failures` makes of an answer; no call is repeated here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botbuilder.schema import Activity, ChannelAccount, ConversationParameters

from adapters.teams.failures import NOT_A_MEMBER, Refused
from adapters.teams.framework import Framework
from adapters.teams.logins import NotLetIn
from conversations.errors import DeliveryFailed


class Connector:
    """Activities are as the Connector takes them, in JSON; of their entities it is told nothing but the type."""

    def __init__(self, framework: Framework) -> None:
        self._framework = framework

    async def post(self, service_url: str, conversation: str, activity: Mapping[str, Any]) -> str | None:
        """The id of the new message. It may not be told of a reply in a thread."""
        sent = await self._at(service_url).send_to_conversation(conversation, self._said(activity, conversation))
        return (sent and sent.id) or None

    async def update(self, service_url: str, conversation: str, message: str, activity: Mapping[str, Any]) -> None:
        said = self._said({**activity, "id": message}, conversation)
        await self._at(service_url).update_activity(conversation, message, said)

    async def open_personal(self, service_url: str, tenant: str, person: str) -> str:
        """The chat of this person with the bot, made where there was none: it can be asked for time and again."""
        wanted = ConversationParameters(
            is_group=False,
            bot=ChannelAccount(id=self._framework.bot),
            members=[ChannelAccount(id=person)],
            channel_data={"tenant": {"id": tenant}},
        )
        try:
            opened = await self._at(service_url).create_conversation(wanted)
        except Refused as refused:
            if not refused.unknown:
                raise
            raise DeliveryFailed from refused  # nothing was said in it
        except DeliveryFailed as failed:
            raise DeliveryFailed(retry_after_seconds=failed.retry_after_seconds) from failed
        if not opened or not opened.id:
            raise DeliveryFailed
        return str(opened.id)

    async def begin(
        self, service_url: str, tenant: str, channel: str, activity: Mapping[str, Any]
    ) -> tuple[str, str | None]:
        """A new post in a channel: the conversation that hangs from it, and the message."""
        wanted = ConversationParameters(
            is_group=True,
            bot=ChannelAccount(id=self._framework.bot),
            channel_data={"channel": {"id": channel}, "tenant": {"id": tenant}},
            activity=self._said(activity, None),
        )
        begun = await self._at(service_url).create_conversation(wanted)
        if not begun or not begun.id:
            raise DeliveryFailed(unknown=True)
        return str(begun.id), begun.activity_id or None

    async def member(self, service_url: str, conversation: str, person: str) -> Mapping[str, Any] | None:
        """Somebody by their id here or in their organisation, as the roster has them; None where it does not."""
        try:
            found = await self._at(service_url).get_conversation_member(conversation, person, raw=True)
        except Refused as refused:
            if refused.code not in NOT_A_MEMBER:
                raise
            return None
        told = json.loads(found.response.text() or "null")  # the SDK's own value has no room for most of it
        return told if isinstance(told, dict) else None

    async def ready(self) -> str | None:
        """What is wrong with the credentials, as a sentence; None where a token was given."""
        try:
            await self._framework.ready()
        except NotLetIn as refused:
            return f"Microsoft gives no token for this app id, password and tenant: {refused.code}."
        except DeliveryFailed:
            return "Microsoft's login does not answer."
        return None

    def _at(self, service_url: str) -> Any:
        return self._framework.client(service_url).conversations

    def _said(self, activity: Mapping[str, Any], conversation: str | None) -> Any:
        where = {"conversation": {"id": conversation}} if conversation else {}
        own = {"from": {"id": self._framework.bot}} if self._framework.bot else {}
        return Activity.deserialize({"type": "message", **own, **where, **activity})
