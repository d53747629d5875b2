"""What an activity means to the engine. Events are past tense and closed: `engine.TRANSITIONS` names them all.

`item` is an item's key; None means "the one being asked" and is filled in by the recognizer, so that here it is
always somebody's deliberate choice. Words are as typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from conversations.activities import Actor, Source
from conversations.cards import Tap
from conversations.packs import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who did it, how, and with which message: the part that all events share."""

    by: Actor
    via: Source = Source.THREAD
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Said):
    """One reply. More than one value when it held only tokens for several items of a question."""

    values: Mapping[str, str]  # item → text
    explicit: bool = False  # `<item>: text`, or by direct message: may make a conflict
    replaces: bool = False  # the earlier answer was on show (`edit`, `date`): replaces it without one
    outsiders: frozenset[str] = frozenset()  # people of other organisations among those named


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmitted(Said):
    values: Mapping[str, str]
    seen: int
    outsiders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Described(Said):
    """The intake, `about`: changed fields only."""

    values: Mapping[str, str]
    outsiders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Said):
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred(Said):
    item: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverAccepted(Said):
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverRejected(Said):
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated(Said):
    item: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Said):
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(Said):
    """`no`, or `not me`: of being named or of being asked."""

    item: str
    ask: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(Said):
    """What they were written to about an item shall come again on that day."""

    item: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo(Said):
    """`ok`, to being told what is open, or that somebody else will be told."""

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Said):
    item: str
    choice: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(Said):
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Said):
    """`edit <item>` or `back`."""

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Said):
    """`undo`: the newest thing they did. `pointed`: it was said beside that, and so is about no other."""

    pointed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Disowned(Said):
    """`not an answer`: the newest one, or the newest of the item whose follow-up was pressed.

    `pointed`: it was said beside that answer, and so is about no other.
    """

    item: str | None = None
    pointed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclaimed(Said):
    """`use that`: a reply that was left alone is an answer after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Said):
    """The message `source` reads otherwise now. `values` are the answers that it is, none where it is no longer one."""

    text: str
    values: Mapping[str, str]  # item → text
    edition: str = ""  # what sorts later was written later
    outsiders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Said):
    """The message `source` is gone, and with it what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Said):
    """`by` is no longer here."""

    heirs: tuple[str, ...] = ()  # administrators, for a review that has lost its owner


@dataclass(frozen=True, slots=True, kw_only=True)
class WentAway(Said):
    """`by` is away until that day; one that is not to come yet says that they are back."""

    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BecameUnreachable(Said):
    """Nobody can write to `by`."""

    messages: tuple[str, ...] = ()  # keys of those that did not arrive, most urgent first


@dataclass(frozen=True, slots=True, kw_only=True)
class BecameReachable(Said):
    """`by` has let the bot in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledBack(Said):
    """What was to be written to `by` was never sent, and will not be."""

    messages: tuple[str, ...] = ()  # their keys


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelArchived(Said):
    channel: str  # as people type it, `#name`


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOn(Said):
    """`ok`, to the question whether a quiet review shall go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackTaken(Said):
    """`take over`: the version of the pack that was offered. `pack` is filled in by who holds the packs."""

    pack: Pack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverPosted(Said):
    """The review's own message can never be posted where it was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLost(Said):
    """Nothing can be posted any more where the review is: the channel is closed, or the bot is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Said):
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Said):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Said):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Said):
    sure: bool = False  # said for the second time, or by the button that asks


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Said):
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DateChanged(Said):
    to: date


class View(StrEnum):
    """What can be looked at without changing anything."""

    STATUS = "status"
    HELP = "help"
    HELP_ALL = "help all"
    REPORT = "report"
    FORM = "form"
    ABOUT = "about"
    EDIT = "edit"
    MINE = "mine"
    WHY = "why"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed(Said):
    view: View
    question: str | None = None
    item: str | None = None  # of FORM: the one that its button is about, which comes first
    message: str | None = None  # of WHY: the key of the one that is asked about


class LeftAloneBecause(StrEnum):
    ASIDE = "aside"  # begins with //
    TO_SOMEBODY = "to_somebody"
    ACKNOWLEDGED = "acknowledged"
    BOT = "bot"
    FILE = "file"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone(Said):
    because: LeftAloneBecause
    words: str = ""
    to: str | None = None
    to_outsider: bool = False  # who is spoken to is of another organisation


class Unclear(StrEnum):
    """Words that were understood but cannot be carried out as they are."""

    UNTIL_WHEN = "until_when"
    WHICH_DAY = "which_day"
    WHO = "who"
    NOTHING_ASKED = "nothing_asked"
    NOTHING_TO_KEEP = "nothing_to_keep"
    NOTHING_TO_CONFIRM = "nothing_to_confirm"
    NOTHING_TO_ACCEPT = "nothing_to_accept"
    NO_CONFLICT = "no_conflict"
    NO_SUCH_ITEM = "no_such_item"
    NOTHING_SENT = "nothing_sent"
    FIRST = "first"
    NOTHING_TO_USE = "nothing_to_use"
    ALREADY_AN_ANSWER = "already_an_answer"
    TOO_LONG = "too_long"
    OLD_BUTTON = "old_button"
    PAST_DAY = "past_day"
    OUTSIDER = "outsider"
    WHY_NOT = "why_not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misspoken(Said):
    """An act that lacks something; it is asked for in private and nothing changes."""

    unclear: Unclear
    tap: Tap | None = None  # the button that asks for what is lacking
    item: str | None = None  # that it was about
    words: tuple[str, ...] = ()  # nearest names, or what was given
    count: int = 0


Event: TypeAlias = (
    Answered
    | FormSubmitted
    | Described
    | Kept
    | Deferred
    | WaiverAccepted
    | WaiverRejected
    | Delegated
    | Confirmed
    | Declined
    | Snoozed
    | LetGo
    | Settled
    | Skipped
    | Reopened
    | Undone
    | Disowned
    | Reclaimed
    | Edited
    | Deleted
    | PersonLeft
    | WentAway
    | BecameUnreachable
    | BecameReachable
    | CalledBack
    | ChannelArchived
    | WentOn
    | PackTaken
    | NeverPosted
    | PlaceLost
    | Paused
    | Resumed
    | Finished
    | Cancelled
    | HandedOver
    | DateChanged
    | Viewed
    | LeftAlone
    | Misspoken
)
