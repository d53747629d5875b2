"""The rates that Teams allows a bot.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: 7 messages in a second and 60 in half a
minute in one conversation, 30 requests a second of an app in one tenant.
"""

from __future__ import annotations

from adapters.pacing import Queue, Rate

_CONVERSATION = Rate(1.0, 5)
_TENANT = Rate(0.05, 10)


def queues(tenant: str, place: str) -> tuple[Queue, Queue]:
    """Where who would say something in a conversation waits: for the conversation, and for the tenant."""
    return Queue((tenant, place), _CONVERSATION), Queue(tenant, _TENANT)
