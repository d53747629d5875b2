"""What a platform's event comes to, as far as all platforms tell the same: activities to run. Data only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conversations.activities import Activity, ConversationReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    activity: Activity
    if_seen: bool = False  # only where the first step's activity had been seen before


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach:
    """An activity for each living review of the tenant, or for those that live in `channel`; see `about`."""

    activity: Activity
    channel: str | None = None


def about(activity: Activity, review: str, *, at: ConversationReference) -> Activity:
    """What was told of many reviews, as it is told to one, which lives there."""
    keys = tuple(f"{key}/{review}" for key in activity.keys)
    return replace(activity, keys=keys, review=review, reference=at)
