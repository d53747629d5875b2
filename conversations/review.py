"""A review: one project's walk through one pack in one thread, as a frozen value.

A review is its header and its acts, in order, and nothing else: whatever is asked, owned, answered or scored is
what the acts add up to (`standing.py`). Acts are only ever added; a later act may withdraw an earlier one. Only
their words can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from conversations.activities import ConversationReference, Source
from conversations.packs import Pack
from conversations.verdicts import Verdict


class Phase(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


LIVING = (Phase.OPEN, Phase.PAUSED)  # not closed: the name is taken, and answers count


class State(StrEnum):
    """Where an item stands; names, verdicts and marks as in the report."""

    OPEN = "open"
    KNOWN_GAP = "known_gap"
    VAGUE = "vague"
    DEFERRED = "deferred"
    UNCONFIRMED = "unconfirmed"
    COMPLETE = "complete"
    STALE = "stale"
    CONFLICT = "conflict"
    NA_PENDING = "na_pending"
    NA_ACCEPTED = "na_accepted"


class ActKind(StrEnum):
    # about an item
    ANSWERED = "answered"
    RIVALLED = "rivalled"  # another answer beside the one that stands: a side of a conflict
    SETTLED = "settled"  # `target` is the side that holds
    KEPT = "kept"
    DEFERRED = "deferred"
    WAIVED = "waived"  # "does not apply", with a reason
    ACCEPTED = "accepted"  # … and somebody else agreed
    REJECTED = "rejected"
    DELEGATED = "delegated"
    TAKEN = "taken"
    CONFIRMED = "confirmed"
    DECLINED = "declined"  # being named, or being asked
    SKIPPED = "skipped"
    REOPENED = "reopened"  # chosen by `edit` or `back`: asked next
    # about the review
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"
    CANCEL_ASKED = "cancel_asked"  # "are you sure?" was asked
    CANCELLED = "cancelled"
    HANDED_OVER = "handed_over"
    DATED = "dated"  # a decision date in a pack that has no item for it
    DESCRIBED = "described"  # the intake
    LEFT_ALONE = "left_alone"  # a reply that was not taken as an answer, kept for "use that"
    WITHDRAWN = "withdrawn"  # `target` counts no more
    REREAD = "reread"  # an edit has left the words of its message as they are
    # about the world around it
    LEFT = "left"  # `person` is gone
    ARCHIVED = "archived"  # `channel` is closed
    QUIET_ENDED = "quiet_ended"  # "go on", said to the question whether it shall
    PACK_OFFERED = "pack_offered"  # a later version, `option`, and what `changes` with it
    PACK_TAKEN = "pack_taken"
    AWAY = "away"  # `person` is away until `day`, past the days on which something of theirs is due
    # `person` cannot be written to: `target` is the REMINDED that did not arrive, and `item` is asked in the thread
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"  # whoever it is by was heard of again
    # about what single people were told
    REMINDED = "reminded"  # `person` was written to about `item`; `option` is a `reminders.Kind`
    SNOOZED = "snoozed"  # whom it was about wants to hear of it on `day`
    LET_GO = "let_go"  # "let it go", said to such a message by whom it was for; `target` is its REMINDED


# What a review is told by the platform or the clock: nobody has said it, and so nobody takes it back.
TOLD = (
    ActKind.LEFT,
    ActKind.ARCHIVED,
    ActKind.PACK_OFFERED,
    ActKind.AWAY,
    ActKind.UNREACHABLE,
    ActKind.REACHABLE,
    ActKind.REMINDED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that somebody did to a review, as it was accepted.

    Acts of one turn share `turn` (the review's version that they made). `said` can be erased, and then it is None;
    so can a name that matched nobody here, as it was only typed.
    """

    n: int  # 1, 2, 3 … within the review
    turn: int
    kind: ActKind
    by: str
    at: datetime
    via: Source = Source.THREAD
    item: str | None = None
    said: str | None = None
    source: str | None = None  # the platform's name of the message
    verdict: Verdict | None = None
    missing: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    follow_up: str | None = None  # the sentence that asks for what is missing
    known_gap: bool = False
    day: date | None = None  # of a date, a deferral, a promise or a pause
    person: str | None = None  # who was asked, named or handed over to: an id, or a name that matches nobody here
    stranger: bool = False  # `person` is a name or an address that matches nobody here
    rota: bool = False
    option: str | None = None
    target: int | None = None  # the act that this one is about: withdrawn, settled; for an answer: the one it joins
    revises: int | None = None  # the earlier version of this answer, in whose place it stands
    again: bool = False  # that version in the same words, judged anew; nobody has said anything
    alone: bool = False  # it named its item or replaced what was on show, so it joins nothing
    outside: bool = False  # by somebody of another organisation
    edition: str = ""  # of the edit that made it; what sorts later was written later
    channel: str | None = None
    about: str | None = None  # of a nudge: a `cards.About`, as it was then
    step: int = 0  # of a REMINDED: the how manieth of its kind since what it counts from, `target`
    changes: tuple[Mapping[str, str], ...] = ()  # what becomes of answers, as `pack_changes.offered` tells it
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    id: str
    reference: ConversationReference
    project: str
    started_by: str
    started_at: datetime
    pack: Pack
    phase: Phase = Phase.OPEN  # these two repeat what the acts add up to, for lists and indexes
    owner: str
    acts: tuple[Act, ...] = ()
    posted: tuple[str, ...] = ()  # keys of the messages that were posted, oldest first
    shown_at: datetime  # the moment for which those messages are true
    reached: Mapping[str, datetime] = field(default_factory=dict)  # item → when the walk first asked for it
    waits: Mapping[str, datetime] = field(default_factory=dict)  # key of a message that is held back → until when
    version: int = 0
