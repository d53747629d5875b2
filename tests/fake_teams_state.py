"""What the fake of Teams holds: people, a team with its channels, chats, messages, the calls it took. Lookups only."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Clock = Callable[[], datetime]

TENANT = "3c8f0a52-9b1d-4e57-8c55-6f3b0d1a7e44"
APP_ID, APP_PASSWORD = "1f0e2d3c-4b5a-4968-8776-655443322110", "app-password-6c1a"
BOT, BOT_NAME = f"28:{APP_ID}", "AI Readiness"
CHANNEL, PERSONAL, GROUP = "channel", "personal", "groupChat"
_STATUS: Mapping[str, int] = {
    "BadSyntax": 400,
    "BadArgument": 400,
    "BotDisabledByAdmin": 403,
    "BotNotInConversationRoster": 403,
    "ConversationBlockedByUser": 403,
    "MessageWritesBlocked": 403,
    "ActivityNotFoundInConversation": 404,
    "ConversationNotFound": 404,
    "MemberNotFoundInConversation": 404,
    "PreconditionFailed": 412,
    "MessageSizeTooBig": 413,
    "Throttled": 429,
    "ServiceError": 500,
}


class TeamsRefuses(Exception):
    """An answer of the connector that is no success; `code` as Microsoft names it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.status = code, _STATUS[code]
        said = message or code
        self.body: Json = {"error": {"code": code, "message": said}}
        if code == "MessageWritesBlocked":  # it has a shape of its own
            self.body = {"errorCode": 209, "message": f'{{"subCode":"{code}","details":"Thread is not present."}}'}


@dataclass(slots=True, kw_only=True)
class Person:
    """`id` is theirs for this bot, `directory_id` everywhere."""

    id: str
    directory_id: str
    name: str
    zone: str = "Europe/London"
    locale: str = "en-GB"
    role: str = "user"
    installed: bool = False  # the app, for themselves
    blocks_bot: bool = False
    gone: bool = False

    def as_account(self) -> Json:
        """As `from` shows it."""
        return {"id": self.id, "name": self.name, "aadObjectId": self.directory_id}

    def as_member(self) -> Json:
        """As the roster shows it, which knows no time zone."""
        given, _, surname = self.name.partition(" ")
        return {
            "id": self.id,
            "name": self.name,
            "givenName": given,
            "surname": surname,
            "objectId": self.directory_id,
            "aadObjectId": self.directory_id,
            "email": f"{given.lower()}@acme.example",
            "userPrincipalName": f"{given.lower()}@acme.example",
            "tenantId": TENANT,
            "userRole": self.role,
        }


@dataclass(slots=True, kw_only=True)
class Message:
    """`conversation` is the whole id, with the thread. `shown` is who alone sees another card instead, until a change.

    `activity` is what the bot posted last; of a person it is what they typed, as it is brought.
    """

    id: str
    conversation: str
    sender: str
    activity: Json
    shown: dict[str, Json] = field(default_factory=dict)  # by person
    versions: int = 1
    deleted: bool = False
    posted: Json = field(default_factory=dict)  # its first activity

    def __post_init__(self) -> None:
        self.posted = self.activity

    @property
    def of_bot(self) -> bool:
        return self.sender == BOT

    @property
    def text(self) -> str:
        return str(self.activity.get("text") or "")

    @property
    def card(self) -> Json | None:
        """What all see."""
        attachments = self.activity.get("attachments") or []
        cards = (each["content"] for each in attachments if each["contentType"].endswith("card.adaptive"))
        return next(cards, None)

    def card_for(self, person: str) -> Json | None:
        return self.shown.get(person, self.card)


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A channel, a personal chat or a group chat. A channel's messages each stand in a thread."""

    id: str
    kind: str
    name: str
    members: set[str]  # of a channel: of its team
    installed: bool = True  # the bot is in there
    messages: dict[tuple[str, str], Message] = field(default_factory=dict)  # by whole conversation id and message id

    def thread(self, root: str) -> str:
        return f"{self.id};messageid={root}" if self.kind == CHANNEL else self.id

    def in_thread(self, conversation: str) -> list[Message]:
        return [each for each in self.messages.values() if each.conversation == conversation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the app asked for. `error` is what it was told: None where it worked, "dropped" where it heard nothing."""

    method: str
    conversation: str | None
    body: Json
    at: datetime
    error: str | None


class Organisation:
    """One tenant with its people and one team, in which the app is installed."""

    def __init__(self, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, Conversation] = {}
        self.calls: list[Call] = []
        self.complaints: list[str] = []  # about all that the bot ever sent
        self.toasts: list[tuple[str, str]] = []  # who was shown a sentence after a press
        self.numbers_posts = True  # a channel's post is called as its thread is; an emulator calls it otherwise
        self.names_replies = True  # a reply in a thread is answered with its id
        self._count = itertools.count(1)
        self._newest = 0
        self.url = ""  # where Teams is, without a slash at its end; known once it is up
        self.team = self.adds_channel("general").id

    @property
    def service_url(self) -> str:
        return f"{self.url}/amer/{TENANT}/"

    # --- who and what is there ---

    def adds_person(self, key: str, **fields: Any) -> Person:
        """`key` is what tests call them; ids have signs in them that no word has."""
        id_ = f"29:1{key}-Z_{uuid5(NAMESPACE_URL, key).hex[:12]}"
        directory_id = str(uuid5(NAMESPACE_URL, f"directory/{key}"))
        person = Person(id=id_, directory_id=directory_id, name=fields.pop("name", key), **fields)
        self.people[key] = person
        for each in self.conversations.values():
            if each.kind == CHANNEL:
                each.members.add(person.id)
        return person

    def adds_channel(self, name: str) -> Conversation:
        """A channel of the team; the first one is its General, which has the team's own id."""
        id_ = f"19:{uuid5(NAMESPACE_URL, f'channel/{name}').hex}@thread.tacv2"
        return self._adds(Conversation(id=id_, kind=CHANNEL, name=name, members=self._everybody()))

    def adds_group(self, name: str, people: Iterable[str]) -> Conversation:
        id_, members = f"19:{uuid5(NAMESPACE_URL, f'group/{name}').hex}@thread.v2", {self.person(p).id for p in people}
        return self._adds(Conversation(id=id_, kind=GROUP, name=name, members=members))

    def personal(self, who: str) -> Conversation:
        """The chat between somebody and the bot, which is there as soon as somebody asks for it."""
        person = self.person(who)
        id_ = f"a:1{uuid5(NAMESPACE_URL, f'chat/{person.id}').hex}_-"
        if id_ not in self.conversations:
            self._adds(Conversation(id=id_, kind=PERSONAL, name=f"@{who}", members={person.id}))
        return self.conversations[id_]

    def _adds(self, conversation: Conversation) -> Conversation:
        return self.conversations.setdefault(conversation.id, conversation)

    def _everybody(self) -> set[str]:
        return {each.id for each in self.people.values()}

    def person(self, who: str) -> Person:
        """By what tests call them, or by either id."""
        key = who.removeprefix("@")
        if key in self.people:
            return self.people[key]
        named = [each for each in self.people.values() if who in (each.id, each.directory_id)]
        assert named, f"nobody is called {who}"
        return named[0]

    def place(self, where: str) -> Conversation:
        """By id, whole or not, or by name; `@ana` is her chat with the bot."""
        if where.startswith("@"):
            return self.personal(where)
        named = [each for each in self.conversations.values() if where.partition(";")[0] in (each.id, each.name)]
        assert named, f"no place is called {where}"
        return named[0]

    # --- what tests look at ---

    def messages(self, where: str) -> list[Message]:
        """All that stands in a place, or in a thread where its whole id is given, in the order of time."""
        messages = [each for each in self.place(where).messages.values() if not each.deleted]
        return [each for each in messages if ";" not in where or each.conversation == where]

    def called(self, method: str) -> list[Call]:
        return [each for each in self.calls if each.method == method]

    def told(self, who: str) -> list[str]:
        """What this person was shown in answer to a press."""
        return [words for person, words in self.toasts if person == self.person(who).id]

    # --- names and times ---

    def name(self, letter: str) -> str:
        return f"{letter}{next(self._count):05}"

    def number(self) -> str:
        """A name for a message: the time in milliseconds, and later than all before."""
        self._newest = max(self._newest + 1, int(self.clock().timestamp() * 1_000))
        return str(self._newest)

    def times(self, person: Person) -> Json:
        """When it is, as activities say it."""
        now = self.clock()
        local = now.astimezone(ZoneInfo(person.zone))
        return {
            "timestamp": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "localTimestamp": local.isoformat(timespec="milliseconds"),
            "localTimezone": person.zone,
        }
