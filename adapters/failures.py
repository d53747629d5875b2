"""What every platform's refusals have in common: how long to wait, and how long a refusal is borne.

What a platform's own codes mean stands with that platform.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from conversations.errors import DeliveryFailed
from conversations.ports import Delivery

LATER_SECONDS = 300.0  # what an administrator has to put right
UNRECOGNISED_SECONDS = 60.0
UNSAID_RETRY_SECONDS = 30.0  # of a 429 without a Retry-After

# How long a refusal is borne that nobody here has heard of. A root card holds up nothing but itself, and giving it up
# ends the review; any other one holds up its thread.
_PATIENCE_WITH_ROOT = timedelta(days=1)
_PATIENCE = timedelta(minutes=10)


class Refused(DeliveryFailed):
    """The platform did not take the message."""

    def __init__(
        self,
        code: str,
        *,
        retry_after_seconds: float | None = None,
        permanent: bool = False,
        unknown: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__(
            retry_after_seconds=retry_after_seconds, permanent=permanent, unknown=unknown, unreachable=unreachable
        )
        self.code = code  # the platform's own, empty where it gave none


def retry_after(header: str | None) -> float:
    """Seconds, of a 429's header."""
    return float(header) if header and header.isdecimal() else UNSAID_RETRY_SECONDS


def is_patient(delivery: Delivery, now: datetime) -> bool:
    """Whether a refusal that nobody here has heard of may still pass."""
    patience = _PATIENCE_WITH_ROOT if delivery.key == "root" else _PATIENCE
    return now - delivery.created_at < patience
