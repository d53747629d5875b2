"""What the Bot Connector's refusals mean for a delivery. Pure; the codes are data.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages and
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference. A code that is not
listed is no reason to give a message up at once, as in Slack: see `to_failure`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError

from adapters import failures
from adapters.failures import LATER_SECONDS, UNRECOGNISED_SECONDS, retry_after
from conversations.errors import DeliveryFailed

_SETTLING_SECONDS = 2.0  # after two at once in one conversation

# Whatever the code says in detail: nothing can be said there. To write into a chat that was closed is no other thing.
CLOSED = frozenset({403, 404})

# Somebody has to let us in again, and then what waits is wanted.
ADMINISTRATOR = frozenset({"BotDisabledByAdmin", "BotNotRegistered"})

# What we sent cannot be taken, however often it is sent.
CONTENT = frozenset({"ActivityTooLarge", "BadArgument", "BadSyntax", "MessageSizeTooBig", "MissingProperty"})

# The roster's words for somebody whom it does not hold, though it is there.
NOT_A_MEMBER = frozenset({"MemberNotFound", "MemberNotFoundInConversation"})


class Refused(failures.Refused):
    """The Connector did not do it. Where it gave no code, that is the status."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        retry_after_seconds: float | None = None,
        permanent: bool = False,
        unknown: bool = False,
    ) -> None:
        super().__init__(code, retry_after_seconds=retry_after_seconds, permanent=permanent, unknown=unknown)
        self.status = status

    @property
    def closed(self) -> bool:
        """Whether nothing can be said there any more: the place is to be forgotten, or the message is gone."""
        return self.status in CLOSED and self.permanent


def to_failure(status: int, headers: Mapping[str, str], body: str, *, posting: bool) -> Refused:
    """Of an answer of 400 and above. `posting`: a second time would be a second message.

    There is no name by which a message is known as the one that was sent before. So where it may have arrived, that is
    unknown and not simply tried again.
    """
    code = code_of(body) or str(status)
    if status == 429:
        return Refused(status, code, retry_after_seconds=retry_after(headers.get("Retry-After")))
    if status == 412:
        return Refused(status, code, retry_after_seconds=_SETTLING_SECONDS)
    if status == 408 or status >= 500:
        return Refused(status, code, unknown=posting)
    if code in ADMINISTRATOR:
        return Refused(status, code, retry_after_seconds=LATER_SECONDS)
    if status in CLOSED or status == 413 or code in CONTENT:
        return Refused(status, code, permanent=True)
    return Refused(status, code, retry_after_seconds=UNRECOGNISED_SECONDS)


def unanswered(error: ClientError | TimeoutError, *, posting: bool) -> DeliveryFailed:
    """Of a call that got no answer."""
    before_anything_was_sent = isinstance(error, ClientConnectorError | ConnectionTimeoutError)
    return DeliveryFailed(unknown=posting and not before_anything_was_sent)


def no_longer(refused: Refused) -> Refused:
    """The same, where nobody is patient any more: an administrator is waited for, an unheard-of refusal is not."""
    unheard_of = refused.retry_after_seconds == UNRECOGNISED_SECONDS and refused.status != 429
    return Refused(refused.status, refused.code, permanent=True) if unheard_of else refused


def code_of(body: str) -> str:
    """The code in an answer, empty where there is none: it may be anybody's page."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    inside = error if isinstance(error, dict) else told if isinstance(told, dict) else {}
    code = inside.get("code")
    return code if isinstance(code, str) else ""
