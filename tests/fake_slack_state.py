"""What the fake of Slack holds: people, channels, messages, views, the calls it took. Lookups only, no sockets."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Clock = Callable[[], datetime]

TEAM, APP, BOT, BOT_ID, DOMAIN = "T0ACME", "A0READY", "U0BOT", "B0BOT", "acme"
BOT_TOKEN, APP_TOKEN = "xoxb-acme", "xapp-ready"
CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET = "100.200", "client-secret-0b5e", "signing-secret-8f3d"
TRIGGER_LIVES = timedelta(seconds=3)
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "dnd:read",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "users:read",
)


class SlackRefuses(Exception):
    """An answer with `"ok": false`."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.answer: Json = {"ok": False, "error": error, **more}
        if messages:
            self.answer["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in messages]}


@dataclass(slots=True, kw_only=True)
class Person:
    id: str
    name: str
    real_name: str
    tz: str = "Europe/London"
    deleted: bool = False
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    team: str = TEAM
    dnd: tuple[datetime, datetime] | None = None  # the stretch of their schedule that is next, or is now

    def as_json(self, now: datetime) -> Json:
        """As `users.info` shows it."""
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset() or timedelta()
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()),
            "profile": {"real_name": self.real_name, "display_name": self.name, "team": self.team},
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_stranger": self.is_stranger,
            "updated": int(now.timestamp()),
        }


@dataclass(slots=True, kw_only=True)
class Message:
    """A message; `seen_by` is who alone sees it, where it is ephemeral. `metadata` is that of its newest version."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    client_msg_id: str | None = None
    subtype: str | None = None
    seen_by: str | None = None
    team: str = TEAM
    posted_with: Json | None = None  # its first metadata

    def __post_init__(self) -> None:
        self.posted_with = self.metadata

    @property
    def of_bot(self) -> bool:
        return self.user == BOT

    @property
    def is_reply(self) -> bool:
        return self.thread_ts not in (None, self.ts)

    def as_json(self) -> Json:
        """As events and `conversations.replies` show it, without its metadata."""
        told: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": self.team}
        more = {
            "subtype": self.subtype,
            "client_msg_id": self.client_msg_id,
            "thread_ts": self.thread_ts,
            "blocks": self.blocks or None,
            "edited": self.edited and {"user": self.user, "ts": self.edited},
            "reactions": [{"name": n, "users": u, "count": len(u)} for n, u in self.reactions.items()] or None,
            "bot_id": BOT_ID if self.of_bot else None,
            "app_id": APP if self.of_bot else None,
        }
        return told | {key: value for key, value in more.items() if value is not None}


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    members: set[str]
    private: bool = False
    archived: bool = False
    ext_shared: bool = False
    messages: dict[str, Message] = field(default_factory=dict)  # by ts, and so in the order of time
    gone: set[str] = field(default_factory=set)  # of messages that were deleted and left nothing

    @property
    def is_im(self) -> bool:
        return self.id.startswith("D")

    @property
    def kind(self) -> str:
        """`channel_type` of events."""
        return "im" if self.is_im else "group" if self.private else "channel"

    @property
    def shown_name(self) -> str:
        """`channel_name` of commands and of what is pressed."""
        return "directmessage" if self.is_im else "privategroup" if self.private else self.name

    def replies(self, root: str) -> list[Message]:
        return [each for each in self.messages.values() if each.thread_ts == root and each.is_reply]

    def as_json(self) -> Json:
        """As `conversations.info` shows it."""
        if self.is_im:
            (person,) = self.members - {BOT}
            return {"id": self.id, "is_im": True, "user": person, "is_archived": False, "is_open": True}
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not self.private,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_member": BOT in self.members,
            "is_shared": self.ext_shared,
            "is_ext_shared": self.ext_shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "context_team_id": TEAM,
        }

    def message_json(self, message: Message) -> Json:
        """A message with what only its channel knows: its thread."""
        told = message.as_json()
        if message.is_reply and message.thread_ts in self.messages:
            told["parent_user_id"] = self.messages[str(message.thread_ts)].user
        elif replies := self.replies(message.ts):
            users = list(dict.fromkeys(each.user for each in replies))
            told |= {"thread_ts": message.ts, "reply_count": len(replies), "reply_users_count": len(users)}
            told |= {"reply_users": users, "latest_reply": replies[-1].ts, "is_locked": False, "subscribed": True}
        return told


@dataclass(slots=True, kw_only=True)
class View:
    """A modal or somebody's home. `body` is as the app gave it, each block and element with a name."""

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    typed: dict[tuple[str, str], Json] = field(default_factory=dict)  # by block and action

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the app asked for. `error` is what it was told: None where it worked, "dropped" where it heard nothing."""

    method: str
    arguments: Mapping[str, Any]
    at: datetime
    error: str | None


class Workspace:
    """One team with its people and channels."""

    def __init__(self, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[Message] = []
        self.modals: dict[str, list[View]] = {}  # by person; the last one is on top
        self.homes: dict[str, View] = {}
        self.calls: list[Call] = []
        self.tokens = {BOT_TOKEN}
        self.revoked: set[str] = set()
        self.used_codes: set[str] = set()
        self.scopes: Iterable[str] = SCOPES
        self.page = 1_000  # messages that `history` and `replies` give at most; 15 for a distributed app
        self.triggers: dict[str, tuple[str, datetime]] = {}  # whose, and made when
        self.used_triggers: set[str] = set()
        self._count = itertools.count(1)
        self._newest = (0, 0)
        self.adds_person("ai-readiness", id=BOT, real_name="AI Readiness", is_bot=True)

    # --- who and what is there ---

    def adds_person(self, name: str, **fields: Any) -> Person:
        id_ = fields.pop("id", f"U0{name.upper()}")
        person = Person(id=id_, name=name, real_name=fields.pop("real_name", name.title()), **fields)
        self.people[id_] = person
        return person

    def adds_channel(
        self, name: str, *, members: Iterable[str] | None = None, bot: bool = True, **fields: Any
    ) -> Channel:
        """A channel with everybody, or with `members`."""
        ids = set(self.people) if members is None else {self.person(each).id for each in members}
        members_ = ids | {BOT} if bot else ids - {BOT}
        id_ = f"C0{name.upper().replace('-', '')}"
        channel = self.channels[id_] = Channel(id=id_, name=name, members=members_, **fields)
        return channel

    def person(self, who: str) -> Person:
        """By id or name."""
        named = [each for each in self.people.values() if who.removeprefix("@") in (each.id, each.name)]
        assert named, f"nobody is called {who}"
        return named[0]

    def channel(self, where: str) -> Channel:
        """By id or name."""
        named = [each for each in self.channels.values() if where.removeprefix("#") in (each.id, each.name)]
        assert named, f"no channel is called {where}"
        return named[0]

    def direct(self, who: str) -> Channel:
        """The direct messages between somebody and the bot."""
        person = self.person(who)
        id_ = f"D{person.id[1:]}"
        if id_ not in self.channels:
            self.channels[id_] = Channel(id=id_, name=f"@{person.name}", members={person.id, BOT})
        return self.channels[id_]

    # --- what tests look at ---

    def messages(self, where: str, thread: str | None = None) -> list[Message]:
        """All messages of a channel in the order of time, or the replies of a thread."""
        channel = self.channel(where)
        return channel.replies(thread) if thread else list(channel.messages.values())

    def told(self, who: str) -> list[Message]:
        """What only this person saw, in the order of time."""
        return [each for each in self.ephemerals if each.seen_by == self.person(who).id]

    def modal(self, who: str) -> View | None:
        """The modal that somebody has open, the topmost one."""
        return next(iter(reversed(self.modals.get(self.person(who).id, []))), None)

    def home(self, who: str) -> View | None:
        return self.homes.get(self.person(who).id)

    def called(self, method: str) -> list[Call]:
        return [each for each in self.calls if each.method == method]

    # --- names and times ---

    def name(self, letter: str) -> str:
        return f"{letter}0{next(self._count):05}"

    def ts(self) -> str:
        """A name for a message: the time, and later than all before."""
        now = self.clock()
        second, micro = int(now.timestamp()), now.microsecond
        if (second, micro) <= self._newest:
            second, micro = self._newest[0], self._newest[1] + 1
        self._newest = (second + micro // 1_000_000, micro % 1_000_000)
        return f"{self._newest[0]}.{self._newest[1]:06}"

    def trigger(self, who: str) -> str:
        name = f"{self.name('13')}.{self.name('98')}.abcdef"
        self.triggers[name] = (who, self.clock())
        return name

    def takes_trigger(self, name: str) -> str:
        """Whose it was: once, and within three seconds."""
        if name in self.used_triggers:
            raise SlackRefuses("exchanged_trigger_id")
        if name not in self.triggers:
            raise SlackRefuses("invalid_trigger_id")
        who, made = self.triggers[name]
        if self.clock() - made > TRIGGER_LIVES:
            raise SlackRefuses("expired_trigger_id")
        self.used_triggers.add(name)
        return who
