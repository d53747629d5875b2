"""`ai-readiness outbox`: what could not be sent, and sending it again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.bootstrap import machine_clock
from bot.outcomes import UNREACHABLE
from bot.settings import BadUsage, Settings
from conversations.ports import DeliveryKind
from storage.database import open_database
from storage.parked import Parked, parked, put_back

NOTHING = "Nothing is parked: all that could be sent was sent, or is on its way."
_SURE = (DeliveryKind.REVISE, DeliveryKind.REACT, DeliveryKind.UNREACT)  # a second time doubles nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What is put back, and what was left as it was."""

    again: int
    told_otherwise: int  # letters to who cannot be written to: their reviews were told, and ask in the thread
    unsure: tuple[Parked, ...]  # may have arrived, where nobody can look


def rows(found: Iterable[Parked]) -> list[dict[str, Any]]:
    """As the JSON of `outbox list` has them."""
    return [
        {
            "delivery": one.delivery_id,
            "kind": one.kind.value,
            "platform": one.platform,
            "tenant": one.tenant,
            "channel": one.channel,
            "to": one.to,
            "since": one.created_at.isoformat(),
            "why": one.trouble,
            "may_have_arrived": one.attempts > 0,
        }
        for one in found
    ]


def as_lines(found: Sequence[Parked]) -> Iterator[str]:
    if not found:
        yield NOTHING
        return
    for one in found:
        place = f"to {one.to}" if one.to else f"in {one.channel}"
        yield one.delivery_id
        yield f"    {one.kind.value} {place}, {one.platform} {one.tenant}, since {one.created_at:%Y-%m-%d %H:%M} UTC"
        yield f"    {one.trouble}{'; it may have arrived all the same' if one.attempts else ''}"
    yield ""
    yield "To send them again: ai-readiness outbox retry --all, or by name."


def retried_lines(done: Retried) -> Iterator[str]:
    if done.again:
        what = "message is" if done.again == 1 else "messages are"
        yield f"{done.again} {what} sent again as soon as the bot runs; ai-readiness doctor says what became of it."
    if done.told_otherwise:
        yield f"{done.told_otherwise} left: who they are for cannot be written to, and is asked in the thread instead."
    for one in done.unsure:
        yield f"{one.delivery_id} may have arrived, and {one.platform} cannot tell: left as it is."
    if done.unsure:
        yield "To say it all the same, perhaps twice: --again."
    if not (done.again or done.told_otherwise or done.unsure):
        yield NOTHING


def listed(settings: Settings) -> tuple[Parked, ...]:
    """Read beside whoever works on the database."""

    async def once() -> tuple[Parked, ...]:
        database = open_database(settings.database_url, alone=False)
        try:
            return await database.read(parked)
        finally:
            await asyncio.to_thread(database.close)

    return asyncio.run(once())


def retry(
    settings: Settings, names: Sequence[str], *, again: bool, clock: Callable[[], datetime] = machine_clock
) -> Retried:
    """Those of these names, or all without any. `again`: what nobody can look up too.

    Raises `BadUsage` where a name is none of something parked, and what opening the database for work raises.
    """
    return asyncio.run(_retry(settings, names, again=again, now=clock()))


async def _retry(settings: Settings, names: Sequence[str], *, again: bool, now: datetime) -> Retried:
    database = await asyncio.to_thread(open_database, settings.database_url, command="ai-readiness outbox retry")
    try:
        there = {one.delivery_id: one for one in await database.read(parked)}
        if strange := [name for name in names if name not in there]:
            raise BadUsage(f"Nothing parked is called {strange[0]}; ai-readiness outbox list has the names.")
        chosen = [there[name] for name in dict.fromkeys(names)] or list(there.values())
        reachable = [one for one in chosen if one.trouble != UNREACHABLE]
        unsure = [one for one in reachable if _is_unsure(one)]
        sent = [one.delivery_id for one in reachable if again or one not in unsure]
        forgotten = [one.delivery_id for one in unsure]
        put = await database.units(put_back, sent, forgotten=forgotten, now=now)
        return Retried(again=put, told_otherwise=len(chosen) - len(reachable), unsure=() if again else tuple(unsure))
    finally:
        await asyncio.to_thread(database.close)


def _is_unsure(one: Parked) -> bool:
    """Whether it may have arrived, and its platform cannot be asked: only Slack can, and only for posts."""
    can_be_asked = one.platform == "slack" and one.kind is DeliveryKind.POST
    return one.attempts > 0 and one.kind not in _SURE and not can_be_asked
