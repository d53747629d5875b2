"""What a tick does to a review when single people are written to, without asking whether it is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from conversations.cards import About
from conversations.reminders import Kind
from conversations.review import Act, ActKind, Review
from conversations.scene import with_acts


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A line of a letter."""

    to: str
    kind: Kind = Kind.NUDGE
    item: str | None = None
    about: About | None = None
    step: int = 1
    target: int = 0
    key: str = ""  # of the message, where it has one of its own


def with_written(review: Review, at: datetime, lines: tuple[Written, ...]) -> Review:
    """The review with these lines in one letter, as its next turn shows them."""
    acts = [
        Act(
            n=0,
            turn=0,
            kind=ActKind.REMINDED,
            by="",
            at=at,
            person=line.to,
            item=line.item,
            option=line.kind,
            about=line.about,
            step=line.step,
            target=line.target,
        )
        for line in lines
    ]
    first = len(review.acts) + 1
    keys = [line.key or f"reminder/{first + i}/{line.to}" for i, line in enumerate(lines)]
    return with_posted(with_acts(review, acts), *keys)


def with_posted(review: Review, *keys: str) -> Review:
    return replace(review, posted=tuple(dict.fromkeys((*review.posted, *keys))))
