"""What things are called, by who hears of them and by who speaks of them: messages, and where an answer is wanted.

These names are kept in the database: none may change.
"""

from __future__ import annotations

PLATFORM = "slack"
SLACKBOT = "USLACKBOT"
EVENT_TYPE = "ai_readiness"  # of our messages' metadata
HOME = "home"  # both the command and where it is answered
_VIEW = "view/"  # before an open modal's id


def message_name(channel: str, ts: str) -> str:
    """A timestamp is its channel's own: in a direct channel, which no review names, it has that one before it."""
    return f"{channel}/{ts}" if is_direct(channel) else ts


def split_name(name: str, channel: str) -> tuple[str, str]:
    """Channel and timestamp of a message: `<ts>` stands in `channel`, `<channel>/<ts>` may have one more before it."""
    *before, ts = name.split("/")
    return before[-1] if before else channel, ts


def is_direct(channel: str) -> bool:
    return channel.startswith("D")


def in_view(view: str) -> str:
    """An open modal, as the place of an answer; besides it there are `HOME` and addresses."""
    return f"{_VIEW}{view}"


def view_of(place: str) -> str | None:
    """The id of the open modal that is meant."""
    return place.removeprefix(_VIEW) if place.startswith(_VIEW) else None


def is_address(place: str) -> bool:
    """Whether it is one of those that come with what people do, for the answer."""
    return "://" in place
