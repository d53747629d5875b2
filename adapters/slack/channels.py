"""What channels are called. A name is asked of Slack once; a change is told as an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adapters.payloads import words
from adapters.recent import Recent
from adapters.slack.failures import UNANSWERED
from adapters.slack.workspaces import Workspaces
from conversations.errors import DeliveryFailed


class Channels:
    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._names = Recent[tuple[str, str], str]()  # by workspace and id

    async def names(self, tenant: str, ids: Iterable[str]) -> Mapping[str, str]:
        """Those that can be had, by id."""
        found = {each: await self._name(tenant, each) for each in set(ids)}
        return {each: name for each, name in found.items() if name}

    def renamed(self, tenant: str, channel: str, name: str) -> None:
        self._names[tenant, channel] = name

    async def _name(self, tenant: str, channel: str) -> str:
        if (tenant, channel) not in self._names:
            try:
                client = await self._workspaces.client(tenant)
                told = await client.conversations_info(channel=channel)
            except (*UNANSWERED, DeliveryFailed):
                return ""
            self.renamed(tenant, channel, words(told.data, "channel", "name"))
        return self._names[tenant, channel]
