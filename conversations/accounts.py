"""Somebody's accounts on several platforms: what is known of them, and what is wanted about them. Values only.

They are one person by the same e-mail, which both platforms vouch for, or by the word `link`; never by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from conversations.people import Account

GOOD_FOR = timedelta(minutes=15)  # a code
MOST_TRIES = 5  # of codes that did not fit, within that time


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Another account of the same person."""

    account: Account
    name: str  # as colleagues see it there


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """What is found for the word `link`."""

    new_code: str  # one that nobody has
    owner: Joined | None = None  # for whose account the typed code is; None: it is no one's, or no longer good
    spent: bool = False  # so many codes did not fit that none is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCode:
    """From now on this code is the actor's only one."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The actor's account and the one that the code is for are one person."""

    account: Account
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """All of the actor's accounts are persons of their own; an e-mail does not join them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTry:
    """A code did not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTold:
    """The actor was told that they are joined."""


Joining: TypeAlias = KeepCode | Join | Part | CountTry | NoteTold
