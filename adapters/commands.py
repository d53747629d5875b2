"""What, said to the bot alone, is one of its commands and no reply; and which buttons are commands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conversations.cards import Tap

_COMMAND = re.compile(  # only what has the form of one as a whole
    r"start(?:\s+.+)?|status(?:\s+.+)?|list|mine|digest(?:\s+\S+){0,2}|nudges(?:\s+(?:on|off|pause\b.*))?"
    r"|hours(?:\s+\d.*)?|away(?:\s+until\b.*)?|home|help(?:\s+all)?|hi|hello|hey"
    r"|link(?:\s+(?:off|(?=.*\d)\w{4}[-–\s]?\w{4}))?",  # every code has a digit; other words may be an answer
    re.IGNORECASE,
)


def is_command(words: str) -> bool:
    return _COMMAND.fullmatch(words.strip()) is not None


def command_of(tap: Tap, *, of_review: bool) -> str | None:
    """The command that a button is, where it is one; where a review is meant, most are its own."""
    return _OF_ONESELF.get(tap) or (None if of_review else _OF_NO_REVIEW.get(tap))


# How the bot may write to somebody is theirs to say, and no review's.
_OF_ONESELF: Mapping[Tap, str] = {
    Tap.NUDGES_ON: "nudges on",
    Tap.NUDGES_OFF: "nudges off",
    Tap.DIGEST_ON: "digest on",
    Tap.DIGEST_OFF: "digest off",
    Tap.DIGEST_NOW: "digest now",
}
_OF_NO_REVIEW: Mapping[Tap, str] = {
    Tap.MINE: "mine",
    Tap.HELP: "help",
    Tap.HELP_ALL: "help all",
    Tap.STATUS: "status",
    Tap.START: "start",
}
