"""The terminal's clock. It can be moved ahead, and is then the time of everything that the chat does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.bootstrap import machine_clock
from conversations.errors import ReadinessError

_STEP = re.compile(r"\+(\d{1,4})([dh])", re.IGNORECASE)


class ClockWouldGoBack(ReadinessError):
    """The terminal's clock only moves forward; start again with another DATABASE_URL to go back."""


class ChatClock:
    """Follows the machine's clock, or stands where `--at` put it; only moves forward."""

    def __init__(self, at: datetime | None) -> None:
        self._at, self._ahead = at, timedelta()

    def __call__(self) -> datetime:
        return self._at or machine_clock() + self._ahead

    @property
    def chosen(self) -> bool:
        return self._at is not None

    def move_to(self, moment: datetime) -> None:
        if self._at is not None:
            self._at = moment
        else:
            self._ahead += moment - self()


def to_moment(words: str, now: datetime) -> datetime | None:
    """`+3d`, `+2h` or an ISO 8601 moment; without a zone it is UTC. None for anything else."""
    if step := _STEP.fullmatch(words):
        amount = int(step[1])
        return now + (timedelta(days=amount) if step[2].casefold() == "d" else timedelta(hours=amount))
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
