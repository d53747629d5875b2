"""Refusals and failures: one closed family; a class's docstring is its message."""

from __future__ import annotations


class ReadinessError(Exception):
    """Something went wrong."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "")


class EventRefused(ReadinessError):
    """This event means nothing in the phase that the review is in: late, doubled or a programming error."""


class StaleReview(ReadinessError):
    """The review changed while this turn was worked out; the turn is to be taken again."""


class RootPending(StaleReview):
    """A review begins in this channel, and nobody knows yet in which thread; the turn is to be taken again."""


class NameTaken(StaleReview):
    """Another review took the name at the same moment; taken again, the turn will see it."""


class AlreadyTold(StaleReview):
    """Somebody else has written to this person at the same moment; planned again, that will be seen."""


class LookAgain(StaleReview):
    """Something of this person's changed while they were looked at; they are due again, and claimed anew."""


class Busy(ReadinessError):
    """Too much is waiting already. Nothing was begun; try again in a moment."""


class StorageDown(ReadinessError):
    """The database did not answer. Nothing was kept; try again in a moment."""


class DatabaseInUse(ReadinessError):
    """Another process works on this database. On SQLite one does at a time."""


class SchemaBehind(ReadinessError):
    """The database has the schema of another version. Bring it up to date with: ai-readiness migrate"""


class TokenUnreadable(ReadinessError):
    """No key opens a token that is kept. Put the key of then behind the newest one, or install the app again."""


class LaneLost(ReadinessError):
    """Another relay took this lane over: sending took longer than its lease. Nothing was marked."""


class Unsayable(ReadinessError):
    """The card could not be put into words. Nothing was sent."""


class DeliveryFailed(ReadinessError):
    """The platform did not take the message."""

    def __init__(
        self,
        *,
        retry_after_seconds: float | None = None,
        permanent: bool = False,
        unknown: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds
        self.permanent = permanent  # trying again cannot help
        self.unreachable = unreachable  # … as who it is for cannot be written to, whatever it says
        self.unknown = unknown  # it may have arrived all the same
