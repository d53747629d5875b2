"""The one place that speaks for a delivery: it keeps the pace, and minds how long a refusal is borne."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from adapters.failures import is_patient
from adapters.pacing import Turns
from adapters.teams.connector import Connector
from adapters.teams.failures import Refused, no_longer
from adapters.teams.pacing import queues
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery, DeliveryKind

_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A conversation, or a channel in which one is to be begun, and whose it is: a person's or a channel's id."""

    service_url: str
    place: str
    of: str
    begins: bool = False


class Calls:
    """All raise `Refused`, or else `DeliveryFailed`."""

    def __init__(self, connector: Connector, turns: Turns, clock: Callable[[], datetime]) -> None:
        self._connector = connector
        self._turns = turns
        self._clock = clock

    async def begin(self, delivery: Delivery, at: Spot, activity: Mapping[str, Any]) -> tuple[str, str | None]:
        tenant = delivery.reference.tenant
        begun = self._connector.begin(at.service_url, tenant, at.place, activity)
        return await self._called(delivery, at.place, begun)

    async def post(self, delivery: Delivery, at: Spot, activity: Mapping[str, Any]) -> str | None:
        return await self._called(delivery, at.place, self._connector.post(at.service_url, at.place, activity))

    async def update(self, delivery: Delivery, at: Spot, message: str, activity: Mapping[str, Any]) -> None:
        updated = self._connector.update(at.service_url, at.place, message, activity)
        await self._called(delivery, at.place, updated)

    async def open_personal(self, delivery: Delivery, service_url: str, person: str) -> str:
        opened = self._connector.open_personal(service_url, delivery.reference.tenant, person)
        return await self._called(delivery, person, opened)

    async def _called(self, delivery: Delivery, place: str, call: Coroutine[Any, Any, _Told]) -> _Told:
        waits = queues(delivery.reference.tenant, place)
        try:
            await self._turns.take(*waits)
        except DeliveryFailed:
            call.close()
            raise
        try:
            return await call
        except DeliveryFailed as failed:
            if isinstance(failed, Refused) and failed.status == 429:
                self._turns.hold(waits[0], failed.retry_after_seconds or 0)
            if is_patient(delivery, self._clock()):
                raise
            raise self._given_up(delivery, failed) from failed

    def _given_up(self, delivery: Delivery, failed: DeliveryFailed) -> DeliveryFailed:
        if delivery.kind is DeliveryKind.WHISPER and not failed.permanent:  # nobody waits for it any more
            return DeliveryFailed(permanent=True)
        return no_longer(failed) if isinstance(failed, Refused) else failed
