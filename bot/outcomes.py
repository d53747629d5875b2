"""What may come of trying to send a delivery, and what each of it means. Nothing is sent or kept here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias, assert_never

from bot.watching import Facts
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery, DeliveryKind
from storage.models import DeliveryState
from storage.outbox import Claimed

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
LONGEST_UNKNOWN_SECONDS = 8.0  # an unknown outcome is looked up within ten seconds

UNREACHABLE = "they cannot be written to"  # why a message to one person is given up, as it is noted
_REPEATABLE = (DeliveryKind.REVISE, DeliveryKind.REACT, DeliveryKind.UNREACT)  # a second time doubles nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    seconds: float
    asked: bool = False  # the platform has said how long
    unknown: bool = False  # it may have arrived all the same
    trouble: str | None = None  # why it will not be sent again, only ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    state: DeliveryState
    trouble: str
    unknown: bool = False  # parked, and may have arrived all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLate:
    """Its reader's hours are over: it is planned anew."""


Outcome: TypeAlias = Sent | Later | Ended | TooLate


def told_of(outcome: Outcome, since: timedelta) -> Facts:
    match outcome:
        case Sent():
            return {"outcome": "sent", "delay": max(since.total_seconds(), 0)}
        case Later(asked=True, seconds=seconds):
            return {"outcome": "told_to_wait", "retry_after": seconds}
        case Later(unknown=unknown):
            return {"outcome": "unknown" if unknown else "postponed"}
        case Ended(state=state):
            return {"outcome": "parked" if state is DeliveryState.PARKED else "given_up"}
        case TooLate():
            return {"outcome": "called_back"}
        case _:
            assert_never(outcome)


def as_it_can_be_sent(claimed: Claimed) -> Claimed:
    """A revision of a message that was given up is posted where the walk hangs from it, and revised from then on."""
    delivery = claimed.delivery
    lost = delivery.kind is DeliveryKind.REVISE and delivery.message is None and _carries(delivery)
    return replace(claimed, delivery=replace(delivery, kind=DeliveryKind.POST)) if lost else claimed


def is_first_of_all(delivery: Delivery) -> bool:
    """Whether it is a review's own message. A revision of it is not: what it revises may have arrived unknown to us."""
    return delivery.key == "root" and delivery.kind is DeliveryKind.POST and delivery.message is None


def has_to_be_told(claimed: Claimed, ended: Ended) -> bool:
    """Whether somebody has to hear that it can never arrive."""
    return is_first_of_all(claimed.delivery) or UNREACHABLE in (claimed.trouble, ended.trouble)


def to_be_noted(ended: Ended, claimed: Claimed) -> Later:
    """First, so that a process may die before whoever waits for it was told."""
    later = nobody_knows(claimed) if ended.unknown else Later(seconds=0)
    return replace(later, trouble=ended.trouble)


def as_noted(claimed: Claimed, *, unknown: bool = False) -> Ended | None:
    if claimed.trouble is None:
        return None
    return Ended(state=DeliveryState.PARKED, trouble=claimed.trouble, unknown=unknown)


def hangs_in_the_air(delivery: Delivery) -> bool:
    """Whether what it would revise, or the thread that it belongs in, has never come to be."""
    if delivery.kind is DeliveryKind.REVISE and delivery.message is None:
        return True
    in_thread = delivery.kind in (DeliveryKind.POST, DeliveryKind.REVISE) and delivery.to is None
    return in_thread and delivery.key != "root" and delivery.reference.thread is None


def of_failure(failed: DeliveryFailed, claimed: Claimed) -> Outcome:
    if failed.permanent:
        delivery = claimed.delivery
        unread = failed.unreachable and delivery.kind is DeliveryKind.POST and delivery.to is not None
        return Ended(state=DeliveryState.PARKED, trouble=UNREACHABLE if unread else "refused by the platform")
    if failed.unknown:
        return nobody_knows(claimed)
    return when_told(failed, claimed)


def when_told(failed: DeliveryFailed, claimed: Claimed) -> Later:
    asked = failed.retry_after_seconds
    return Later(seconds=pause(claimed)) if asked is None else Later(seconds=asked, asked=True)


def worth_repeating(delivery: Delivery) -> bool:
    """What is said again where nobody can tell whether it arrived: what doubles nothing, and once what all needs."""
    if delivery.kind in _REPEATABLE:
        return True
    return delivery.kind is DeliveryKind.POST and _carries(delivery) and delivery.attempts == 1


def _carries(delivery: Delivery) -> bool:
    """Whether the walk hangs from this message, so that it must be there."""
    return (delivery.key or "").startswith(("root", "question/"))


def nobody_knows(claimed: Claimed) -> Later:
    """Whether it arrived, until it is looked up."""
    return Later(seconds=min(pause(claimed), LONGEST_UNKNOWN_SECONDS), unknown=True)


def nobody_sends() -> Later:
    """For its platform, here; another process may."""
    return Later(seconds=LONGEST_RETRY_SECONDS)


def pause(claimed: Claimed) -> float:
    """Seconds until the next try."""
    return min(FIRST_RETRY_SECONDS * 2.0 ** min(claimed.tries, 10), LONGEST_RETRY_SECONDS)
