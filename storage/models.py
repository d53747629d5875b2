"""The tables. Rows are made and read by `mapping.py` only and never leave this package.

Times are aware UTC, ids are the engine's own texts, enums are kept as their values. What a person wrote stands in
`act.said` and, where it is a name that matches nobody, in `act.detail`; nowhere else. A token stands in
`installation.secret`, where nobody can read it without a key.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Enum,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from conversations.ports import DeliveryKind
from conversations.review import ActKind, Phase
from conversations.verdicts import Verdict


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    SUPERSEDED = "superseded"  # a newer revision of the same message takes its place
    UNKNOWN = "unknown"  # it may have arrived, and is not worth saying twice; or what it hangs from was never posted
    CALLED_BACK = "called_back"  # it was not sent in time, and what it said is planned anew
    PARKED = "parked"  # it can never arrive; kept until somebody has looked


class Entry(StrEnum):
    """What somebody gets one of at most: a letter a day, a digest for the day that it was due on."""

    LETTER = "letter"
    DIGEST = "digest"


class JoinedBy(StrEnum):
    """How an account became one person's with others, or that it was parted from them."""

    EMAIL = "email"
    LINK = "link"
    PARTED = "parted"


NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
UNIQUE_NAME = "uq_review_name"
_UNIQUE_THREAD = "uq_review_thread"
_Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself in INTEGER only


def _enum(kind: type[StrEnum]) -> Enum:
    """A text with the members' values: a new member needs no migration."""
    return Enum(kind, native_enum=False, length=20, values_callable=lambda members: [one.value for one in members])


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition: ColumnElement[bool] = literal_column(where)
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


class Base(SQLModel):
    metadata = MetaData(naming_convention=NAMES)


class PackRow(Base, table=True):
    __tablename__ = "pack"

    digest: str = Field(primary_key=True)
    name: str
    version: str
    body: str = Field(sa_type=Text)


class ReviewRow(Base, table=True):
    __tablename__ = "review"
    __table_args__ = (
        _partial(UNIQUE_NAME, "platform", "tenant", "project_key", where="phase IN ('open', 'paused')", unique=True),
        _partial(_UNIQUE_THREAD, "platform", "tenant", "channel", "thread", where="thread IS NOT NULL", unique=True),
    )

    id: str = Field(primary_key=True)
    platform: str
    tenant: str
    channel: str
    thread: str | None = None  # unknown until the platform has named the root message
    project: str
    project_key: str  # what makes two names the same
    owner: str
    phase: Phase = Field(sa_type=_enum(Phase))
    pack_digest: str = Field(foreign_key="pack.digest")
    started_by: str
    started_at: datetime
    version: int
    state: dict[str, Any] = Field(sa_type=_Json)


class ActRow(Base, table=True):
    __tablename__ = "act"
    __table_args__ = (
        _partial("ix_act_source_key", "source_key", where="source_key IS NOT NULL"),
        _partial("ix_act_closing", "at", where="kind IN ('finished', 'cancelled') AND erased_at IS NULL"),
    )

    review_id: str = Field(primary_key=True, foreign_key="review.id")
    n: int = Field(primary_key=True)
    turn: int
    kind: ActKind = Field(sa_type=_enum(ActKind))
    item: str | None = None
    by_person: str
    at: datetime
    via: str
    said: str | None = Field(default=None, sa_type=Text)
    erased_at: datetime | None = None
    verdict: Verdict | None = Field(default=None, sa_type=_enum(Verdict))
    source_key: str | None = None
    detail: dict[str, Any] = Field(sa_type=_Json)


class InboxRow(Base, table=True):
    __tablename__ = "inbox"

    activity_key: str = Field(primary_key=True)
    received_at: datetime = Field(index=True)


class LaneRow(Base, table=True):
    """One thread or person. `due_at` is None while nothing waits; while it is claimed, it is the end of the lease."""

    __tablename__ = "lane"
    __table_args__ = (_partial("ix_lane_due", "due_at", where="due_at IS NOT NULL"),)

    key: str = Field(primary_key=True)
    due_at: datetime | None = None
    lease_by: str | None = None


class OutboxRow(Base, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        _partial("ix_outbox_pending", "lane", "id", where="state = 'pending'"),
        _partial("ix_outbox_parked", "id", where="state = 'parked'"),
        _partial("ix_outbox_sent", "sent_at", where="state = 'sent'"),
        _partial("ix_outbox_ended", "created_at", where="state IN ('superseded', 'unknown', 'called_back')"),
        _partial(
            "ix_outbox_told",
            *("platform", "tenant", "to_person", "id"),
            where="kind = 'post' AND to_person IS NOT NULL",
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_Id)
    delivery_id: str = Field(unique=True)
    lane: str
    kind: DeliveryKind = Field(sa_type=_enum(DeliveryKind))
    platform: str
    tenant: str
    channel: str
    thread: str | None = None
    review_id: str | None = Field(default=None, foreign_key="review.id")
    message_key: str | None = None
    to_person: str | None = None
    card: dict[str, Any] | None = Field(default=None, sa_type=_Json)
    source_key: str | None = None
    state: DeliveryState = Field(sa_type=_enum(DeliveryState))
    attempts: int = 0  # tries that may have arrived
    tries: int = 0  # all tries
    created_at: datetime
    sent_at: datetime | None = None
    trouble: str | None = None


class MessageRow(Base, table=True):
    """What the platform calls a message that the engine may revise."""

    __tablename__ = "message"

    review_id: str = Field(primary_key=True, foreign_key="review.id")
    message_key: str = Field(primary_key=True)
    platform_id: str = Field(index=True)


class InstallationRow(Base, table=True):
    """The bot in one workspace."""

    __tablename__ = "installation"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    name: str
    secret: str = Field(sa_type=Text)  # as `tokens.py` seals it
    bot: str
    installed_by: str | None = None
    installed_at: datetime


class PersonRow(Base, table=True):
    """What a platform told of a person, newest word only."""

    __tablename__ = "person"
    __table_args__ = (_partial("ix_person_email", "email", where="email IS NOT NULL"),)

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    zone: str | None = None
    email: str | None = None
    vouched: bool | None = None
    here: bool
    bot: bool
    admin: bool
    guest: bool
    outsider: bool
    read_at: datetime


class AddressRow(Base, table=True):
    """Where a person or a channel can be spoken to, newest word only."""

    __tablename__ = "address"
    __table_args__ = (
        _partial("ix_address_directory", "platform", "tenant", "directory", where="directory IS NOT NULL"),
        _partial("ix_address_team", "platform", "tenant", "team", where="team IS NOT NULL"),
        Index("ix_address_told_at", "platform", "tenant", "told_at"),
    )

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    conversation: str | None = None
    service_url: str
    directory: str | None = None
    team: str | None = None
    overheard: bool | None = None
    name: str | None = None
    lost: bool | None = None
    told_at: datetime


class ReminderRow(Base, table=True):
    """When somebody is to be looked at next because of a review; `who` is empty where the review itself is.

    It stands in the order of the moments: what is due together is read together, however many others wait.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("review_id", "platform", "tenant", "who", name="uq_reminder_who"),
        Index("ix_reminder_who", "platform", "tenant", "who", "due_at", "review_id"),
        {"sqlite_with_rowid": False},
    )

    due_at: datetime = Field(primary_key=True)  # while somebody is at it, the end of their lease
    review_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    who: str = Field(primary_key=True)


class PreferenceRow(Base, table=True):
    """How somebody wants to be written to."""

    __tablename__ = "preference"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=_Json)


class JoinedRow(Base, table=True):
    """Accounts with the same `person` are one person's; an account that was never joined has no row."""

    __tablename__ = "joined"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    person: str = Field(index=True)  # a name for one of these accounts
    by: JoinedBy = Field(sa_type=_enum(JoinedBy))
    told: bool  # that they are joined


class LinkCodeRow(Base, table=True):
    """An account's newest code, and how many others it has tried that did not fit."""

    __tablename__ = "link_code"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    digest: str | None = Field(default=None, unique=True)  # of the code, which is kept nowhere
    good_until: datetime | None = None
    tries: int = 0
    tried_since: datetime | None = None


class LedgerRow(Base, table=True):
    """That somebody got their one letter of a day, or the digest that was due on it."""

    __tablename__ = "ledger"
    __table_args__ = {"sqlite_with_rowid": False}

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    who: str = Field(primary_key=True)
    kind: Entry = Field(primary_key=True, sa_type=_enum(Entry))
    day: date = Field(primary_key=True)
    at: datetime = Field(index=True)


class LetterRow(Base, table=True):
    """A letter, as a message of the review that its first line is of."""

    __tablename__ = "letter"

    key: str = Field(primary_key=True)  # the message's, and the name of its delivery
    review_id: str = Field(foreign_key="review.id")
    person: str
    since: date | None = None


class LetterLineRow(Base, table=True):
    """A line of a letter, as it is now: one thing of one review."""

    __tablename__ = "letter_line"
    __table_args__ = (Index("ix_letter_line_review_id_message_key", "review_id", "message_key"),)

    letter_key: str = Field(primary_key=True, foreign_key="letter.key")
    position: int = Field(primary_key=True)
    review_id: str = Field(foreign_key="review.id")
    message_key: str
    card: dict[str, Any] = Field(sa_type=_Json)
    open: bool  # its reader is waited for


class PulseRow(Base, table=True):
    """The one row that tells when somebody was at work last, and the newest time for which nobody was."""

    __tablename__ = "pulse"

    id: int = Field(primary_key=True)
    ticked_at: datetime
    silent_since: datetime | None = None
    silent_until: datetime | None = None
    home: str | None = None  # which database this is; a copy that is restored is another one
    lost_since: datetime | None = None  # what was sent from here …
    lost_until: datetime | None = None  # … to here stands in a database of which this was a copy


class RetentionRow(Base, table=True):
    """For how many days a tenant's closed reviews keep their words, where it is not what the settings say."""

    __tablename__ = "retention"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    days: int | None = None  # None: they are kept


def _table(row: type[Base]) -> Table:
    return cast(Table, row.__table__)  # type: ignore[attr-defined]  # set by SQLModel's metaclass


pack = _table(PackRow)
review = _table(ReviewRow)
act = _table(ActRow)
inbox = _table(InboxRow)
lane = _table(LaneRow)
outbox = _table(OutboxRow)
message = _table(MessageRow)
installation = _table(InstallationRow)
person = _table(PersonRow)
address = _table(AddressRow)
reminder = _table(ReminderRow)
preference = _table(PreferenceRow)
joined = _table(JoinedRow)
link_code = _table(LinkCodeRow)
ledger = _table(LedgerRow)
letter = _table(LetterRow)
letter_line = _table(LetterLineRow)
pulse = _table(PulseRow)
retention = _table(RetentionRow)
