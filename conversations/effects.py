"""What the engine wants done. Effects are imperative; the shell keeps them with the turn, the relay says them aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from conversations.accounts import Joining
from conversations.cards import Card, FieldFault
from conversations.people import Account, Preferences
from conversations.review import Review
from conversations.standing import Standing

MessageKey: TypeAlias = str  # the engine's own name for a message it may revise: `root`, `question/run`, …


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A new message: `root` in the channel, others in the thread, or to one person where `to` names them."""

    key: MessageKey
    card: Card
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise:
    key: MessageKey
    card: Card
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """A message that only `to` sees, at once and in the place where they are."""

    to: str
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """The ✓ on an understood answer; `off` takes it away again."""

    source: str
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A message to somebody alone, on whatever platform their account is; it belongs to no review."""

    to: Account
    card: Card


Effect: TypeAlias = Post | Revise | Whisper | React | Write


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    fault: FieldFault
    about: str = ""  # whose answer, or which words


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One event through the engine: the next review, and what is to be done about it.

    `review` is None where there is none (a command that only looks, a start that was refused).
    `errors` are a form's, by field: then nothing was saved.
    """

    review: Review | None
    # Where that review stands then, where it was added up already: it says nothing that the review does not.
    standing: Standing | None = field(default=None, repr=False, compare=False)
    effects: tuple[Effect, ...] = ()
    errors: Mapping[str, FieldError] = field(default_factory=dict)
    refused: bool = False
    forgets: bool = False  # somebody, for good: acts that were known read otherwise
    preferences: Preferences | None = None  # the actor's, where they change
    joining: Joining | None = None  # what is to be about the actor's accounts
    # Who is to be looked at because of it, when at the latest; and who was: None where something is new for them.
    looks: Mapping[str, datetime] = field(default_factory=dict)
    looked: Mapping[str, datetime | None] = field(default_factory=dict)
