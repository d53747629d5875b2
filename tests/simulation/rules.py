"""The rules of the etiquette, by the names that the table shows, and what a broken one looks like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    HOURS = "messages outside working hours"
    SECOND = "second messages to a person in a day"
    LINES = "messages of more than three lines"
    CLOSED = "nudges about closed, paused or snoozed items"
    WRONG_PERSON = "messages to somebody it does not wait for"
    CADENCE = "nudges sooner than the table"
    MAXIMUM = "nudges after the last one"
    SNOOZE = "lost snoozes"
    PROMPT = "late asks and confirm cards"
    FORGOTTEN = "nudges that never came"
    WARNING = "escalations without a warning on an earlier day"
    ESCALATION = "escalations to the wrong person or about the wrong item"
    SPONSOR = "messages to a sponsor that are not for sponsors"
    DOUBLED = "doubled digests"
    MISSED = "missed digests"
    THREAD = "posts in a thread of the bot's own accord"
    CATCH_UP = "second helpings after an outage"
    QUIET = "quiet-walk messages at the wrong time"
    REFUSED = "messages to people who turned them off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    rule: Rule
    at: datetime
    person: str
    says: str

    def __str__(self) -> str:
        return f"{self.at:%a %d %b %Y %H:%M} UTC, {self.person}: {self.says} ({self.rule})"
