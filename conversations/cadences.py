"""How often people are reminded, and who is told in the end: the policy of a pack, as values.

The table of `docs/nudges.md` stands here once. A pack says only what it wants otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Escalation(StrEnum):
    """Who is told of a critical answer that nobody gives."""

    LEAD = "lead"  # where nobody is named, the owner
    SPONSOR = "sponsor"
    SERVICE_OWNER = "service_owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often somebody is reminded of an answer, in worked days of theirs."""

    after: tuple[int, ...]  # the asking, and then each reminder
    repeats: bool = False  # the last of them comes again until it is settled
    escalate: tuple[Escalation, ...] = (Escalation.LEAD,)  # one after the other, once all of them have come

    @property
    def most(self) -> int:
        """Reminders at most; 0 for until it is settled."""
        return 0 if self.repeats else len(self.after)

    def gap(self, sent: int) -> int | None:
        """Worked days to the next one after so many; None after the last."""
        if sent < len(self.after):
            return self.after[sent]
        return self.after[-1] if self.repeats else None


USUAL: Mapping[str, Cadence] = {
    "person": Cadence(after=(1, 2, 3), escalate=(Escalation.LEAD, Escalation.SPONSOR)),
    "choice": Cadence(after=(1, 5, 5), repeats=True),
    "date": Cadence(after=(2, 3, 3)),
    "channel": Cadence(after=(2, 3), escalate=()),
    "url": Cadence(after=(3, 4, 5)),
    "metric": Cadence(after=(3, 4, 5), escalate=()),
    "number": Cadence(after=(3, 4, 5), escalate=()),
    "text": Cadence(after=(3, 4, 5)),
    "yes_no": Cadence(after=(1, 3)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudging:
    """When people are reminded of what they are waited for. Days are worked ones, where nothing else is said."""

    types: Mapping[str, Cadence] = field(default_factory=lambda: USUAL)  # by `packs.ItemType`
    confirm_again: tuple[int, ...] = (1, 3)  # after the first question whether somebody is who they were named as
    promised_again: tuple[int, ...] = (1,)  # after the promised morning
    status_every: int = 5  # while what was chosen does not clear the way
    review_before_days: int = 7  # of the calendar, before an answer is due for review; and again on the day
    review_escalate: tuple[Escalation, ...] = (Escalation.SERVICE_OWNER,)
    heads_up_after: int = 2  # the last reminder; whoever is told comes a day later at the soonest
    sponsor_near_days: int = 10  # of the calendar, up to the decision: from then on the next one is told as well

    def cadence(self, kind: str, escalate: tuple[Escalation, ...] | None = None) -> Cadence:
        """That of a type; `escalate` is an item's own, None where it has none."""
        cadence = self.types[kind]
        return cadence if escalate is None else replace(cadence, escalate=escalate)
