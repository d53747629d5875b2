"""Letters: what one person is written to of the bot's own accord, over all their reviews. The values, without a rule.

`planning.py` decides what is in them; storage keeps a plan in one commit. A line has a name in its own review, and
by that name the review settles it later, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from conversations.cards import DigestCard, LetterCard, Line, PlanLine, Tap, Way
from conversations.effects import MessageKey, Turn
from conversations.people import Account, Person, Preferences
from conversations.review import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody was told before, of the bot's own accord: letters on any of their accounts, digests on this one."""

    letter_on: date | None = None  # the day, in their zone then, of the newest letter
    letter_at: datetime | None = None
    letter_here: bool = True  # on this account
    digest_at: datetime | None = None  # digests are done up to then
    digest_elsewhere_at: datetime | None = None
    others: tuple[Account, ...] = ()  # the same person's


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The newest time for which nobody was at work to write."""

    since: datetime
    until: datetime
    lost: Silence | None = None  # before it: somebody was at work, and what they wrote is known to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What is found for somebody who is to be looked at."""

    account: Account
    person: Person | None
    preferences: Preferences
    told: Told
    reviews: tuple[Review, ...]  # in which something is, or may be, theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """A line of a letter, with its own name in its review: by it the line is settled later."""

    review: str
    key: MessageKey
    card: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    kind: str  # a `reminders.Kind`
    day: date  # in the reader's zone; with the reader it is the letter's idempotency key
    lines: tuple[LetterLine, ...]
    card: LetterCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    kind: str
    day: date  # the one that it was due on: with the reader its idempotency key
    card: DigestCard
    review: str | None = None  # the one whose words it quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done about somebody at a moment. Where it writes nothing, it only says when to look again."""

    account: Account
    at: datetime
    letter: Letter | None = None
    digest: Digest | None = None
    told: Told = field(default_factory=Told)  # what this was planned from
    # The day whose letter they had elsewhere: in a review's thread, as they cannot be written to, or nobody knows how.
    in_thread: date | None = None
    lost_digest: date | None = None  # the day of a digest that they had, and nobody knows of
    turns: tuple[Turn, ...] = ()  # of the reviews that change by it, at most one each
    read: Mapping[str, int] = field(default_factory=dict)  # review → the version that this was planned from
    look_at: Mapping[str, datetime] = field(default_factory=dict)  # review → when to look at this person again for it
    lines: tuple[PlanLine, ...] = ()  # what goes out and what is held back, for people to read

    @property
    def letter_on(self) -> date | None:
        """The day whose letter it is."""
        return self.letter.day if self.letter is not None else self.in_thread

    @property
    def digest_on(self) -> date | None:
        return self.digest.day if self.digest is not None else self.lost_digest

    @property
    def writes(self) -> bool:
        return self.letter_on is not None or self.digest_on is not None


def bound(to: str, lines: Iterable[LetterLine], since: date | None = None) -> LetterCard:
    """A letter of these lines; their ways say of which review they are."""
    lines = tuple(lines)
    cards = tuple(replace(line.card, ways=_of_review(line.card.ways, line.review)) for line in lines)
    first = next((line for line in lines if line.card.ways), None)
    why = (Way(tap=Tap.WHY, choice=first.key, review=first.review), Way(tap=Tap.PREFERENCES)) if first else ()
    return LetterCard(to=to, lines=cards, since=since, ways=why)


def _of_review(ways: tuple[Way, ...], review: str) -> tuple[Way, ...]:
    return tuple(replace(way, review=review) for way in ways)
