"""What a message says, as data: no sentence and no platform in it, and no word that a person typed.

People's words stand in cards as a `Quote` of their acts and are read when the card is rendered, so that what was
erased is in no stored card. Every class here has one template in `adapters/templates/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeAlias

from conversations.packs import ItemType
from conversations.review import Phase, State

OF_ACT = "act/"  # begins the choice of what takes back an act, by its number


class Tap(StrEnum):
    """What a button does; each has a label and a word (`adapters/wording.py`)."""

    ANSWER = "answer"
    NEXT = "next"
    ASK = "ask"
    TAKE = "take"
    LATER = "later"
    DOES_NOT_APPLY = "does_not_apply"
    SKIP = "skip"
    BACK = "back"
    KEEP = "keep"
    EDIT = "edit"
    UNDO = "undo"
    NOT_AN_ANSWER = "not_an_answer"
    USE_THAT = "use_that"
    ACCEPT = "accept"
    REJECT = "reject"
    YES = "yes"
    NO = "no"
    NOT_ME = "not_me"
    USE = "use"
    WRITE_ANOTHER = "write_another"
    STATUS = "status"
    REPORT = "report"
    ABOUT = "about"
    PAUSE = "pause"
    RESUME = "resume"
    DONE = "done"
    CANCEL = "cancel"
    HAND_OVER = "hand_over"
    DATE = "date"
    HELP = "help"
    HELP_ALL = "help_all"
    START = "start"
    MINE = "mine"
    OPEN = "open"
    GO_ON = "go_on"
    TAKE_OVER = "take_over"
    SNOOZE = "snooze"  # `choice`: 1d, 1w, or nothing: a day is asked for
    WHY = "why"
    LET_GO = "let_go"
    NAME = "name"  # somebody, for an item that asks for a person: as ANSWER
    PREFERENCES = "preferences"
    NUDGES_ON = "nudges_on"
    NUDGES_OFF = "nudges_off"
    DIGEST_ON = "digest_on"
    DIGEST_OFF = "digest_off"
    DIGEST_NOW = "digest_now"
    DIGEST_DAY = "digest_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way on: a button, and the word beside it where there are none. The first of a card is the primary one."""

    tap: Tap
    item: str | None = None
    choice: str | None = None
    more: bool = False  # in the overflow
    name: str | None = None  # the shortest name that people can type for the item
    review: str | None = None  # on a card about several reviews: the one that it is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The words of an answer, by reference: of one act, or of two that were joined."""

    acts: tuple[int, ...]
    by: str
    at: datetime
    outside: bool = False  # said by somebody of another organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item on a card."""

    item: str
    name: str  # the shortest name that people can type for it
    label: str
    prompt: str
    state: State
    quote: Quote | None = None
    assignee: str | None = None  # somebody else who was asked
    due_on: date | None = None
    named: str | None = None
    kept: bool = False
    asked: bool = False
    waits_until: datetime | None = None  # when the person asked or named will be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerLine:
    label: str
    question: str  # its short name
    reason: str
    who: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    short: str
    answered: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCard:
    project: str
    phase: Phase
    readiness: int
    progress: int
    band: str
    answered: int
    open: int
    total: int
    owner: str
    decision_on: date | None
    days_left: int | None
    approver: str | None
    blockers: tuple[BlockerLine, ...]
    next_question: str | None
    next_minutes: int
    questions: tuple[QuestionLine, ...]
    phase_by: str | None = None
    phase_on: date | None = None
    paused_until: date | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCard:
    number: int
    of: int
    title: str
    short: str
    minutes: int
    rows: tuple[Row, ...]
    why: str | None  # of the row being asked; None when no row is
    example: str | None
    options: tuple[str, ...] = ()  # of a choice that is being asked
    ways: tuple[Way, ...] = ()

    @property
    def aside(self) -> tuple[Way, ...]:
        """What takes its newest answer back, for platforms on which nothing else follows an answer.

        Where nothing can be done, as in a review that has ended, that cannot either.
        """
        acts = (act for row in self.rows if row.quote for act in row.quote.acts)
        newest = max(acts, default=None) if self.ways else None
        taps = (Tap.UNDO, Tap.NOT_AN_ANSWER) if newest is not None else ()
        return tuple(Way(tap=tap, choice=f"{OF_ACT}{newest}") for tap in taps)


class Ending(StrEnum):
    """How a follow-up ended."""

    NOTED = "noted"
    KEPT = "kept"
    LEFT_OPEN = "left_open"
    DEFERRED = "deferred"
    ASKED = "asked"
    WITHDRAWN = "withdrawn"  # the answer that it followed was taken back
    SETTLED = "settled"  # otherwise: does not apply, two answers


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpCard:
    short: str
    label: str
    says: str  # the sentence that names what is there and asks for the rest
    ending: Ending | None = None
    missing: tuple[str, ...] = ()  # in words, where something stays open
    due_on: date | None = None
    person: str | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictCard:
    short: str
    label: str
    settlers: tuple[str, ...]  # who may settle it, the assignee first
    sides: tuple[Quote, ...]
    holds: Quote | None = None  # once settled
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicableCard:
    short: str
    label: str
    reason: Quote | None
    by: str
    critical: bool
    approver: str | None
    accepted_by: str | None = None
    open: bool = True  # False once agreed, refused or answered
    taken_back: bool = False  # by who said it
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoCard:
    short: str
    label: str
    quote: Quote | None
    named: str | None = None  # once somebody said who it is
    kept: bool = False
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    label: str
    short: str
    who: str
    on: date | None
    known_gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryCard:
    project: str
    phase: Phase
    readiness: int
    progress: int
    band: str
    open: int
    total: int
    blockers: tuple[BlockerLine, ...]
    next_gap: str | None  # failure point F1 … F5
    next_gap_labels: tuple[str, ...]
    checks: tuple[str, ...]
    promises: tuple[PromiseLine, ...]
    waiting_for: tuple[str, ...]  # people who were asked or named
    weakest: str | None  # the short name of the question with the lowest score
    lead_over_weakest: int
    blocked_ceiling: int
    pack: str
    all_asked: bool = False  # the last question was asked; otherwise somebody only looks, or is done early
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCard:
    """To one person: somebody asks them for one answer."""

    by: str
    to: str
    project: str
    short: str
    label: str
    prompt: str
    example: str
    minutes: int
    open: bool = True
    answered_by: str | None = None
    until: date | None = None  # they want to hear of it again on that day
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCard:
    """To one person: somebody named them."""

    by: str
    project: str
    role: str
    prompt: str
    review_days: int
    answer: bool | None = None  # True: yes, False: no, and nobody else is named yet
    asked: str | None = None  # who was asked instead
    before: date | None = None  # the day on which they were asked the same before
    open: bool = True
    until: date | None = None  # they want to hear of it again on that day
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredCard:
    """In the place of a message about something that is no longer asked in this review."""

    project: str
    about: str  # what it is called


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietCard:
    """To the owner: nobody has said anything for some days, and there is more to ask. Settled by any act."""

    project: str
    since: date | None  # while it is so
    unasked: int
    total: int
    next_question: str  # its short name
    next_minutes: int
    open: bool = True
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneCard:
    """To the owner: somebody who was named, or asked, has left or is away for too long; who takes it?"""

    project: str
    person: str
    roles: tuple[str, ...]  # what they were, or what they were asked about
    heirs: tuple[str, ...] = ()  # who answered beside them, up to two
    of_owner: bool = False  # to who could own it instead: it is the review's owner who has left
    until: date | None = None  # the day of their return; None for who has left
    asked: str | None = None  # who was asked to take it
    open: bool = True
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachableCard:
    """To the owner, or who stands in: somebody cannot be written to, and was asked in the thread instead."""

    project: str
    person: str
    to: str
    labels: tuple[str, ...]  # what they are asked in the thread
    of_owner: bool = False  # it is the review's owner who cannot be written to
    back: bool = False  # they were heard of since
    open: bool = True
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackChange:
    label: str
    prompt: str
    becomes: str  # a `pack_changes.Change`


@dataclass(frozen=True, slots=True, kw_only=True)
class PackOfferCard:
    """To the owner: there is a later version of the questions; what would become of each answer."""

    project: str
    pack: str
    version: str  # the one that runs
    offered: str
    changes: tuple[PackChange, ...]
    kept: int  # answers that stay as they are
    open: bool = True
    taken_by: str | None = None
    ways: tuple[Way, ...] = ()


class About(StrEnum):
    """What a nudge is about: where its item stands."""

    OPEN = "open"
    PARTS = "parts"  # something is there, and parts are missing
    GAP = "gap"  # a known gap without a day
    PROMISED = "promised"  # today is the day that was promised
    STATUS = "status"  # answered, but what was chosen does not clear the way
    PASSED = "passed"  # the day that was the answer has gone by
    REVIEW = "review"  # an answer that is due for review, or will be soon


class Became(StrEnum):
    """What became of what somebody was written to about."""

    ANSWERED = "answered"
    DEFERRED = "deferred"
    SNOOZED = "snoozed"
    DECLINED = "declined"
    ASKED = "asked"  # somebody else is asked now
    WAIVED = "waived"  # it does not apply, or that waits for somebody to agree
    KEPT = "kept"
    LET_GO = "let_go"
    PAUSED = "paused"
    CLOSED = "closed"  # the review is done or cancelled
    SETTLED = "settled"  # otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHereCard:
    """In the thread: what somebody is asked who cannot be written to. Settled, it is a line without ways."""

    to: str
    project: str
    short: str
    label: str
    prompt: str
    seconds: int
    role: str = ""  # they were named as that, and are asked whether it is right
    holds: bool = False  # an answer is there, and is it so?
    became: Became | None = None
    by: str | None = None
    until: date | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeCard:
    """A line of a letter: one answer that is waited for. Settled, it says what became of it and has no ways."""

    project: str
    short: str
    label: str
    prompt: str
    example: str  # shown where a worked example helps: numbers, metrics, links
    about: About
    type: ItemType
    seconds: int  # that it takes
    missing: str = ""  # the sentence that names what is there and asks for the rest
    due_on: date | None = None  # promised for, answered for, or to be looked at again by then
    became: Became | None = None
    by: str | None = None  # who has settled it
    until: date | None = None  # of a snooze or a deferral
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsUpCard:
    """A line of a letter, the day before somebody else is told."""

    project: str
    short: str
    label: str
    role: str  # what the person asked for would be; empty where no person is asked for
    lead: str  # who will be told
    part: str  # that they have in the project: a `cadences.Escalation`, or "owner", who stands in for a lead
    on: date
    seconds: int
    became: Became | None = None
    by: str | None = None
    until: date | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationCard:
    """A line of a letter to the lead, or to the sponsor: one thing blocks. Facts only."""

    project: str
    short: str
    label: str
    role: str
    decision_on: date | None
    days_left: int | None
    asked: str  # who was asked and knows of this
    seconds: int
    became: Became | None = None
    by: str | None = None
    until: date | None = None
    ways: tuple[Way, ...] = ()


Line: TypeAlias = (
    AskCard
    | ConfirmCard
    | NudgeCard
    | HeadsUpCard
    | EscalationCard
    | QuietCard
    | GoneCard
    | UnreachableCard
    | PackOfferCard
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCard:
    """What the bot writes to one person of its own accord: at most one a day, with one to three lines.

    Lines may be of several reviews; their ways say of which (`Way.review`).
    """

    to: str
    lines: tuple[Line, ...]
    since: date | None = None  # a catch-up: nobody was written to since then
    ways: tuple[Way, ...] = ()


class WhyNot(StrEnum):
    """Why somebody is not written to now."""

    HOURS = "hours"  # outside of their working hours
    DAY_OFF = "day_off"  # a weekend, a day off or a holiday
    AWAY = "away"
    DISTURBED = "disturbed"  # do-not-disturb
    NUDGES_OFF = "nudges_off"
    NUDGES_PAUSED = "nudges_paused"
    TODAY = "today"  # they had today's message
    FULL = "full"  # three others come first
    BESIDE = "beside"  # the letter has another line of the same review, and needs no word of its quiet
    DROPPED = "dropped"  # it fell into an outage, and three others came first
    LOST = "lost"  # it was sent, as far as anybody can know, after the copy of the database was made
    UNREACHABLE = "unreachable"  # they cannot be written to; `PlanLine.since` says since when
    LATER = "later"  # its moment has not come


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyCard:
    """Why somebody got a message: the rule, in a sentence."""

    kind: str  # a `reminders.Kind`
    project: str
    label: str
    asked_on: date | None
    most: int  # how often at most; 0 for until it is settled
    about: About | None = None
    ways: tuple[Way, ...] = ()


class DigestState(StrEnum):
    BLOCKED = "blocked"  # needs somebody: shown in full
    CALM = "calm"  # nothing to do: one line
    PAUSED = "paused"
    IDLE = "idle"  # no change for three weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """One project in a digest."""

    project: str
    state: DigestState
    readiness: int
    change: int | None  # of the readiness, since the digest before; None for the first one
    progress: int
    decision_on: date | None
    days_left: int | None
    until: date | None = None  # paused until then
    blockers: int = 0
    blocker: BlockerLine | None = None  # the first one
    blocker_asked: bool = False  # its person was asked
    new: tuple[str, ...] = ()  # labels of what was answered since; at most three
    new_more: int = 0
    next_gap: str | None = None
    next_gap_labels: tuple[str, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    due: tuple[PromiseLine, ...] = ()  # promised for the next seven days
    gaps: tuple[PromiseLine, ...] = ()  # known ones
    not_applicable: int = 0
    spot_check: Quote | None = None  # one complete answer to read, for its approver
    spot_check_label: str = ""
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUpLine:
    """One project in a sponsor's roll-up."""

    project: str
    stage: str
    readiness: int
    blocker: str | None  # the label of what blocks it first
    decision_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCard:
    """The weekly digest: all projects of an owner, next decision first; and a sponsor's roll-up."""

    on: date
    lines: tuple[DigestLine, ...]  # the first `DIGEST_FULL` that need somebody are shown in full
    roll_up: tuple[RollUpLine, ...] = ()
    pack: str = ""  # names and versions
    lead_over_weakest: int = 0
    blocked_ceiling: int = 0
    asked_for: bool = False  # somebody wanted it now
    ways: tuple[Way, ...] = ()


DIGEST_FULL = 3  # projects in full, with buttons
DIGEST_SHORT = 7  # more of them in a line each; beyond, they are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another account of the reader's."""

    platform: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesCard:
    """How the bot may write to somebody; in answer to a command, or after a change."""

    begins: time
    ends: time
    days: tuple[int, ...]
    zone: str
    country: str | None
    away_until: date | None
    nudges: bool
    nudges_from: date | None
    digest: bool
    digest_day: int
    digest_at: time
    next_digest_on: date | None  # None where there is none to come
    joined: tuple[Elsewhere, ...] = ()  # their other accounts
    changed: str = ""  # what was changed just now: nudges, hours, away, digest, or several of them
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """What somebody would get, or why not; a row of `tick` and of the terminal's `/nudges`."""

    at: datetime
    person: str
    platform: str
    kind: str
    projects: tuple[str, ...]
    items: tuple[str, ...]
    labels: tuple[str, ...]
    step: int
    about: About | None = None  # of a nudge
    send: bool
    why_not: WhyNot | None = None
    since: datetime | None = None  # of who cannot be written to


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedCard:
    """A whisper to who has just answered: what comes next."""

    short: str
    label: str
    next_number: int | None
    next_of: int
    next_prompt: str | None
    ways: tuple[Way, ...] = ()


class Notice(StrEnum):
    """One-line whispers; each has its own small template."""

    ALREADY = "already"  # it is already running, done or cancelled
    ALREADY_AN_ANSWER = "already_an_answer"  # the message that somebody points at
    ALWAYS_APPLIES = "always_applies"
    APART = "apart"  # accounts that were one person's
    CANCEL_SURE = "cancel_sure"
    CLOSED = "closed"
    CODE_FOR_ELSEWHERE = "code_for_elsewhere"  # it is said where it was given
    CODE_TO_JOIN = "code_to_join"  # `label`: another account
    CODES_SPENT = "codes_spent"  # several did not fit
    DONE = "done"  # what a button said
    FIRST = "first"
    FORGOTTEN = "forgotten"  # the words of a message that was deleted
    HELD_UNTIL = "held_until"
    HOURS_TOO_SHORT = "hours_too_short"  # or they end before they begin
    HOW_TO_SAY = "how_to_say"  # a word about one's own preferences, `act`
    JOINED = "joined"  # accounts, as one person's; `act` is by what
    LEFT_ALONE = "left_alone"
    LEFT_ALONE_FILE = "left_alone_file"
    NEVER_POSTED = "never_posted"  # the bot may not post where the review was started
    NO_NEWER_PACK = "no_newer_pack"
    NO_PRIVATE_CHAT = "no_private_chat"  # with this person: said for all to see, in the place of what is for them
    TOO_FAR = "too_far"  # ahead; `day` is the last one that can be
    TOO_LONG = "too_long"
    NAME_MISSING = "name_missing"
    NEEDS_CHANNEL = "needs_channel"  # a review: it cannot live where only one person is, nor where threads are not
    NAME_TAKEN = "name_taken"
    NO_CONFLICT = "no_conflict"
    NO_DIGEST = "no_digest"  # there is nothing that one could be about
    NO_SUCH_CODE = "no_such_code"  # or it is good no longer
    NO_SUCH_COUNTRY = "no_such_country"
    NO_SUCH_ITEM = "no_such_item"
    NO_SUCH_PACK = "no_such_pack"
    NO_SUCH_REVIEW = "no_such_review"
    NO_SUCH_ZONE = "no_such_zone"
    NOT_JOINED = "not_joined"  # with any other account
    NOBODY_HERE = "nobody_here"  # is who was chosen out of the organisation
    NOT_A_MEMBER = "not_a_member"  # of the channel in which somebody would start a review
    NOT_A_REPLY = "not_a_reply"  # what somebody pointed at
    NOT_OPENED = "not_opened"  # what a button opens
    NOT_SAVED = "not_saved"  # the database did not answer
    NOTHING_ASKED = "nothing_asked"
    NOTHING_SENT = "nothing_sent"
    NOTHING_TO_ACCEPT = "nothing_to_accept"
    NOTHING_TO_CONFIRM = "nothing_to_confirm"
    NOTHING_TO_KEEP = "nothing_to_keep"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOTHING_TO_USE = "nothing_to_use"
    OLD_BUTTON = "old_button"
    ONLY_ONE_LEFT = "only_one_left"
    OUTSIDE_HOURS = "outside_hours"  # a digest; `label` are the hours, as they are typed
    OUTSIDER = "outsider"
    OVERLAYS_CHANGED = "overlays_changed"  # answers joined or left the review with the intake
    PAST_DAY = "past_day"
    PLACE_LOST = "place_lost"  # the bot can no longer post where the review is
    REFUSED = "refused"
    SAVED = "saved"  # in the place of a form that has done its work
    SENT_PRIVATELY = "sent_privately"  # what a button asked for, to the one who pressed it
    TAKEN_BACK = "taken_back"
    UNTIL_WHEN = "until_when"
    WHICH_DAY = "which_day"
    WHO = "who"
    WHY_NOT = "why_not"
    YOURS = "yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCard:
    notice: Notice
    project: str = ""
    act: str = ""  # what was tried, as a `Tap`'s or an event's plain word
    label: str = ""
    person: str | None = None
    people: tuple[str, ...] = ()  # who can, where this person cannot
    names: tuple[str, ...] = ()
    phase: Phase | None = None
    day: date | None = None
    count: int = 0
    accounts: tuple[Elsewhere, ...] = ()
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpCard:
    everything: bool = False
    waiting: int = 0  # what waits for its reader
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field of a form."""

    name: str
    label: str
    hint: str
    type: ItemType = ItemType.TEXT
    example: str = ""
    quote: Quote | None = None
    value: str = ""  # what is known and not a person's words: a choice, a day, an id
    options: tuple[str, ...] = ()
    brief: bool = False  # a line holds whatever it can be


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCard:
    name: str  # a question's key, or `about`
    title: str
    fields: tuple[FieldLine, ...]
    seen: int  # the review's version that it shows
    pack: str
    ways: tuple[Way, ...] = ()


class FieldFault(StrEnum):
    NO_ADDRESS = "no_address"
    NO_DAY = "no_day"
    NO_NUMBER = "no_number"
    TWO_PEOPLE = "two_people"
    NO_PERSON = "no_person"
    NOT_A_CHOICE = "not_a_choice"
    TOO_LONG = "too_long"
    ANSWERED_MEANWHILE = "answered_meanwhile"
    HOURS_TOO_SHORT = "hours_too_short"
    NO_HOURS = "no_hours"
    NO_SUCH_COUNTRY = "no_such_country"  # with those that may be meant
    NO_SUCH_ZONE = "no_such_zone"  # likewise
    NO_WEEKDAY = "no_weekday"
    NO_WHEN = "no_when"  # a weekday and a time of day
    OUTSIDE_HOURS = "outside_hours"  # with the hours, as they are typed
    PAST_DAY = "past_day"
    TOO_FAR = "too_far"
    NO_SUCH_FIELD = "no_such_field"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormErrorsCard:
    """What keeps a form from being saved, by field. Nothing of it was saved."""

    errors: tuple[tuple[str, FieldFault, str], ...]  # field, what is wrong, whose answer or which words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    project: str
    stage: str
    phase: Phase
    readiness: int
    blockers: int
    decision_on: date | None
    owner: str
    next_question: str | None = None  # the short name of the one being asked
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCard:
    reviews: tuple[ReviewLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MineLine:
    project: str
    short: str
    label: str
    name: str
    prompt: str
    wants: str  # "answer", "confirm" or "accept"
    due_on: date | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MineCard:
    lines: tuple[MineLine, ...]


HOME_LINES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCard:
    """To one person, over all reviews: what waits for them, and where their projects stand.

    `HOME_LINES` of each are shown; beyond, they are only counted.
    """

    waiting: tuple[MineLine, ...]
    projects: tuple[ReviewLine, ...]
    preferences: PreferencesCard | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeCard:
    """To who installed the bot, once: what it does and how to begin."""

    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditLine:
    """The answers to one question; its way opens the form that they are written in."""

    short: str
    rows: tuple[Row, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCard:
    """All answers of a review, to who would change one of them."""

    project: str
    answered: int
    total: int
    lines: tuple[EditLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCard:
    """The review as a document; the same data that the command prints."""

    summary: SummaryCard
    owner: str
    decision_on: date | None
    questions: tuple[tuple[str, int, tuple[Row, ...]], ...]  # title, score, items


Card: TypeAlias = (
    RootCard
    | QuestionCard
    | FollowUpCard
    | ConflictCard
    | NotApplicableCard
    | WhoCard
    | SummaryCard
    | AskCard
    | ConfirmCard
    | RetiredCard
    | NudgeCard
    | HeadsUpCard
    | EscalationCard
    | LetterCard
    | WhyCard
    | DigestCard
    | PreferencesCard
    | QuietCard
    | GoneCard
    | UnreachableCard
    | AskHereCard
    | PackOfferCard
    | NotedCard
    | NoticeCard
    | HelpCard
    | FormCard
    | FormErrorsCard
    | ListCard
    | MineCard
    | HomeCard
    | WelcomeCard
    | EditCard
    | ReportCard
)
