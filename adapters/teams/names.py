"""What things are called, by who hears of them and by who speaks of them: conversations, messages, activities.

These names are kept in the database: none may change.
"""

from __future__ import annotations

PLATFORM = "teams"
ANSWERED = "answered"  # what a click whispers is said by the answer to that click
_THREAD = ";messageid="  # between a channel's id and its thread's
_PARTED = " "  # between a conversation and an activity; in neither of them


def message_name(conversation: str, activity: str) -> str:
    """Where a message stands comes first: that of a channel's new post is the thread that begins with it."""
    return f"{conversation}{_PARTED}{activity}"


def split_name(name: str) -> tuple[str, str]:
    """Conversation and activity of a message."""
    conversation, _, activity = name.partition(_PARTED)
    return conversation, activity


def channel_of(conversation: str) -> str:
    """The id of the channel in which a conversation is held; a chat's is its own."""
    return conversation.partition(";")[0]


def thread_of(conversation: str) -> str | None:
    """The name of a channel's thread is that of the whole conversation; None for what is no thread."""
    return conversation if _THREAD in conversation else None


def activity_key(tenant: str, conversation: str, activity: str, what: str = "") -> str:
    """The key of an activity, or of `what` became of it."""
    return f"{PLATFORM}/{tenant}/activity/{conversation}/{activity}{what and '/'}{what}"
