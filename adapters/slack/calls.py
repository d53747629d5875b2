"""The one place that calls Slack for a delivery: it keeps the pace, and a refusal becomes a `DeliveryFailed`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import aiohttp

from adapters.failures import Refused, is_patient, retry_after
from adapters.slack.failures import RATE, UNANSWERED, to_failure
from adapters.slack.pacing import Pace
from adapters.slack.workspaces import Workspaces
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery, DeliveryKind

_READS = frozenset({"chat.getPermalink", "conversations.history", "conversations.replies"})  # these take no JSON


class Calls:
    def __init__(self, workspaces: Workspaces, pace: Pace, clock: Callable[[], datetime]) -> None:
        self._workspaces = workspaces
        self._pace = pace
        self._clock = clock

    async def call(self, delivery: Delivery, method: str, channel: str | None = None, **said: Any) -> Any:
        """Slack's answer; what is None is not said. Raises `Refused` where it has a code, else `DeliveryFailed`."""
        tenant = delivery.reference.tenant
        client = await self._workspaces.client(tenant)
        await self._pace.take(method, tenant, channel)
        content = {name: value for name, value in {"channel": channel, **said}.items() if value is not None}
        try:
            if method in _READS:
                return await client.api_call(method, http_verb="GET", params=content)
            return await client.api_call(method, json=content)
        except UNANSWERED as error:
            patient = is_patient(delivery, self._clock())
            failed = to_failure(error, patient=patient)
            if delivery.kind is DeliveryKind.WHISPER and not patient:  # nobody waits for it any more
                raise DeliveryFailed(permanent=True) from error
            if isinstance(failed, Refused) and failed.code in RATE:
                self._pace.hold(method, tenant, channel, failed.retry_after_seconds or 0)
            raise failed from error

    async def answer(self, address: str, body: Mapping[str, Any]) -> bool:
        """False where the address takes nothing any more. Raises `DeliveryFailed`.

        https://docs.slack.dev/interactivity/handling-user-interaction
        """
        try:
            told = await self._workspaces.webhook(address).send_dict(dict(body))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise to_failure(error) from error
        if told.status_code == 429:
            raise DeliveryFailed(retry_after_seconds=retry_after(told.headers.get("Retry-After")))
        if told.status_code >= 500:
            raise DeliveryFailed(unknown=True)
        return told.status_code == 200 and '"ok":false' not in told.body  # some refusals come as a success

    async def bot(self, delivery: Delivery) -> str:
        """The `bot_id` of our own messages. Raises `DeliveryFailed`."""
        return (await self._workspaces.identity(delivery.reference.tenant)).bot
