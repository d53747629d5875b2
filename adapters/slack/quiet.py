"""Whether somebody must not be disturbed now, as Slack tells it: their schedule, and pauses that they made.

Asked right before somebody is written to, and never for long. Who cannot be asked about is written to: Slack itself
holds the notification back then.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TypeAlias

from adapters.payloads import Payload, is_true
from adapters.recent import Recent
from adapters.slack.failures import UNANSWERED, code_of, to_failure
from adapters.slack.pacing import Pace
from adapters.slack.payloads import moment
from adapters.slack.workspaces import Workspaces
from conversations.errors import DeliveryFailed
from conversations.people import Account

METHOD = "dnd.info"
PATIENCE_SECONDS = 3.0
_BELIEVED = timedelta(minutes=1)
_log = logging.getLogger(__name__)

Stretch: TypeAlias = tuple[datetime, datetime]
"""From when until when somebody is not to be disturbed."""


class DoNotDisturb:
    """A `ports.Quiet`."""

    def __init__(self, workspaces: Workspaces, pace: Pace) -> None:
        self._workspaces = workspaces
        self._pace = pace
        self._known = Recent[tuple[str, str], tuple[datetime, tuple[Stretch, ...]]]()  # with when it was asked
        self._unreadable: set[str] = set()  # workspaces of which that was logged

    async def until(self, account: Account, now: datetime) -> datetime | None:
        """Asked at most once a minute."""
        key = (account.tenant, account.id)
        asked_at, stretches = self._known.get(key, (None, ()))
        if asked_at is None or not asked_at <= now < asked_at + _BELIEVED:
            stretches = await self._asked(account, now)
            self._known[key] = now, stretches
        return max((end for begin, end in stretches if begin <= now < end), default=None)

    async def _asked(self, account: Account, now: datetime) -> tuple[Stretch, ...]:
        """None at all where Slack does not say."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                client = await self._workspaces.client(account.tenant)
                await self._pace.take(METHOD, account.tenant)
                told = await client.dnd_info(user=account.id)
        except UNANSWERED as error:
            waits = to_failure(error).retry_after_seconds
            if waits is not None:
                self._pace.hold(METHOD, account.tenant, None, waits)
            self._unread(account.tenant, code_of(error) or type(error).__name__)
            return ()
        except DeliveryFailed as failed:  # no token, or others are asked about first
            self._unread(account.tenant, type(failed).__name__)
            return ()
        return to_stretches(told.data, now)

    def _unread(self, tenant: str, why: str) -> None:
        if tenant not in self._unreadable:
            self._unreadable.add(tenant)
            _log.warning("dnd_unreadable", extra={"tenant": tenant, "error": why})


def to_stretches(told: Payload | bytes, now: datetime) -> tuple[Stretch, ...]:
    """What `dnd.info` says: the stretch of the schedule that is next, or is now, and the pause that is now.

    Slack shows a pause to the person alone; of others, where at all, as the next stretch.
    https://docs.slack.dev/reference/methods/dnd.info
    """
    paused = now if is_true(told, "snooze_enabled") else None
    begin = moment(told, "next_dnd_start_ts") if is_true(told, "dnd_enabled") else None
    ends = (moment(told, "next_dnd_end_ts"), moment(told, "snooze_endtime"))
    both = zip((begin, paused), ends, strict=True)
    return tuple((begin, end) for begin, end in both if begin is not None and end is not None)
