"""Buttons and forms of cards, as Teams tells of them: an invoke, or from older clients a message that has a value.

A press may come again under another id, half a minute later. So it is known by its content too.
"""

from __future__ import annotations

import hashlib
import json

from adapters.payloads import Payload, inside, words
from adapters.teams.names import PLATFORM, message_name
from adapters.teams.news import Envelope, Press
from adapters.teams.payloads import activity_id
from conversations.activities import Activity, ActivityKind

INVOKED = "adaptiveCard/action"
_SAME_SECONDS = 60  # a repetition comes within them; the same press later is another


def invoked(envelope: Envelope) -> tuple[Press, ...]:
    """Other invokes are not ours."""
    if words(envelope.body, "name") != INVOKED:
        return ()
    value = inside(envelope.body, "value")
    verb, data = words(value, "action", "verb"), inside(value, "action", "data")
    return _press(envelope, verb, data, invoked=True, automatic=words(value, "trigger") == "automatic")


def submitted(envelope: Envelope) -> tuple[Press, ...]:
    return _press(envelope, "", inside(envelope.body, "value"), invoked=False)


def press_keys(envelope: Envelope, who: str, verb: str, data: Payload) -> tuple[str, ...]:
    """Of two of the same content, no more than a minute apart, one is in both."""
    content = [envelope.conversation, words(envelope.body, "replyToId"), who, verb, data]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    minute = int(envelope.at.timestamp()) // _SAME_SECONDS
    repeated = (f"{PLATFORM}/{envelope.tenant}/press/{digest}/{n}" for n in (minute, minute + 1))
    return (*((envelope.key(),) if envelope.id else ()), *repeated)


def _press(
    envelope: Envelope, verb: str, data: Payload, *, invoked: bool, automatic: bool = False
) -> tuple[Press, ...]:
    author, card = envelope.author(), activity_id(envelope.body, "replyToId")
    if author is None or author.bot:
        return ()
    pressing = Activity(
        keys=press_keys(envelope, author.id, verb, data),
        kind=ActivityKind.BUTTON,
        actor=author,
        reference=envelope.here,
        at=envelope.at,
        private=envelope.personal,
    )
    return (
        Press(
            activity=pressing,
            data=data,
            verb=verb,
            conversation=envelope.conversation,
            message=message_name(envelope.conversation, card) if card else None,
            invoked=invoked,
            automatic=automatic,
        ),
    )
