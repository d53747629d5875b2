"""What people say and do in Teams' clients, and the activities that Teams makes of it.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
"""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass
from typing import Any

from tests.fake_teams_delivery import SILENT, Deliveries
from tests.fake_teams_state import BOT, BOT_NAME, CHANNEL, PERSONAL, Conversation, Json, Message, Person
from tests.fakes import Answer
from tests.written import people_wrote

_TYPED_AT = re.compile(rf"@({BOT_NAME}|[\w.-]*\w)")
_TAG = f"<at>{BOT_NAME}</at>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that somebody typed, and what the bot answered, if it was brought."""

    message: Message
    answer: Answer

    @property
    def ok(self) -> bool:
        return self.answer.ok


class People(Deliveries):
    """Who is named by what tests call them, and so is where; `@ana` as a place is the chat with the bot."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.reads_channels = False  # the team's owner let the bot read all messages

    # --- messages ---

    async def says(self, who: str, where: str, text: str, *, thread: str | None = None, **more: Any) -> Said:
        """A message in a place, or a reply in a thread: `thread` is its whole conversation.

        `@AI Readiness` and `@ana` in the text are mentions; `more` is put into the activity.
        """
        people_wrote([text])
        person, place = self.person(who), self.place(where)
        assert person.id in place.members, f"{who} is not in {place.name}"
        message = self._typed(person, place, text, thread, more)
        return Said(message=message, answer=await self._told(place, dict(message.activity), message))

    def _typed(self, person: Person, place: Conversation, text: str, thread: str | None, more: Json) -> Message:
        assert thread is None or place.in_thread(thread), "there is no such thread"
        activity = self.activity("message", place, person)
        conversation = thread or place.thread(activity["id"])
        if thread is None and place.kind == CHANNEL and not self.numbers_posts:
            activity["id"] = self.name("6ba7b810-9dad-11d1-80b4-00c04f")
        activity["conversation"]["id"] = conversation
        activity |= self._words(person, text) | more
        message = Message(id=activity["id"], conversation=conversation, sender=person.id, activity=activity)
        place.messages[conversation, message.id] = message
        return message

    def _words(self, person: Person, text: str) -> Json:
        """What was typed, as clients send it: escaped, and each mention as a tag with its entity."""
        entities: list[Json] = []

        def tag(id_: str, name: str) -> str:
            words = f"<at>{html.escape(name, quote=False)}</at>"
            entities.append({"type": "mention", "mentioned": {"id": id_, "name": name}, "text": words})
            return words

        def at(found: re.Match[str]) -> str:
            if found[1] == BOT_NAME:
                return tag(BOT, BOT_NAME)
            named = self.people.get(found[1])
            return tag(named.id, named.name) if named else found[0]

        written = _TYPED_AT.sub(at, html.escape(text, quote=False)).replace(f"{_TAG} ", f"{_TAG}&nbsp;")
        info = {"locale": person.locale, "country": "GB", "platform": "Windows", "timezone": person.zone}
        shown = {"contentType": "text/html", "content": f"<p>{written}</p>"}
        entities.append({"type": "clientInfo", **info})
        return {"text": written, "textFormat": "plain", "attachments": [shown], "entities": entities}

    async def _told(self, place: Conversation, activity: Json, said: Message) -> Answer:
        """In a channel or group the bot hears only of what mentions it, unless it may read all."""
        mentioned = any(each.get("mentioned", {}).get("id") == BOT for each in said.activity["entities"])
        heard = place.installed and (place.kind == PERSONAL or mentioned or self.reads_channels)
        return await self.brings(activity) if heard else SILENT

    async def edits(self, message: Message, text: str) -> Answer:
        """Whoever wrote it changes its words."""
        people_wrote([text])
        message.activity = message.activity | self._words(self.person(message.sender), text)
        message.versions += 1
        return await self._rewritten(message, "editMessage")

    async def undeletes(self, message: Message) -> Answer:
        """A deletion is taken back by who did it: the words are there again."""
        message.deleted = False
        return await self._rewritten(message, "undeleteMessage")

    async def _rewritten(self, message: Message, event: str) -> Answer:
        words = {name: message.activity[name] for name in ("text", "textFormat", "attachments", "entities")}
        return await self._changed(message, "messageUpdate", event, words)

    async def deletes(self, message: Message) -> Answer:
        message.deleted = True
        return await self._changed(message, "messageDelete", "softDeleteMessage", {})

    async def _changed(self, message: Message, kind: str, event: str, more: Json) -> Answer:
        person, place = self.person(message.sender), self.place(message.conversation)
        activity = self.activity(kind, place, person, message.conversation, channelData={"eventType": event}, **more)
        return await self._told(place, activity | {"id": message.id}, message)

    # --- installing ---

    async def installs(self, who: str, where: str | None = None) -> list[Answer]:
        """For oneself, or in a channel, and so in its team. Teams tells it twice at once, in no order."""
        person, place = self._installed(who, where, there=True)
        return await self._tells_twice(person, place, "add")

    async def removes(self, who: str, where: str | None = None) -> list[Answer]:
        person, place = self._installed(who, where, there=False)
        return await self._tells_twice(person, place, "remove")

    def _installed(self, who: str, where: str | None, *, there: bool) -> tuple[Person, Conversation]:
        person, place = self.person(who), self.place(where or f"@{who}")
        if where is None:
            person.installed = there
        for each in self.conversations.values():
            if each is place or (each.kind == place.kind == CHANNEL):
                each.installed = there
        return person, place

    async def _tells_twice(self, person: Person, place: Conversation, action: str) -> list[Answer]:
        team: Json = {"settings": {"selectedChannel": {"id": place.id}}} if place.kind == CHANNEL else {}
        if place.kind == CHANNEL:
            team |= {"team": {"id": self.team, "name": "Claims", "aadGroupId": "5c1b"}}
            team["eventType"] = "teamMemberAdded" if action == "add" else "teamMemberRemoved"
        whom: Json = {"membersAdded" if action == "add" else "membersRemoved": [{"id": BOT}]}
        pair = (
            self.activity("installationUpdate", place, person, action=action, channelData=team),
            self.activity("conversationUpdate", place, person, channelData=team, **whom),
        )
        for each in pair:
            del each["from"]["name"]  # events bear no names
        return list(await asyncio.gather(*map(self.brings, pair)))

    # --- people and channels that come and go ---

    async def joins(self, key: str, **fields: Any) -> Answer:
        """Somebody comes into the team."""
        person = self.adds_person(key, **fields)
        return await self._of_team("teamMemberAdded", person, membersAdded=[{"id": person.id}])

    async def leaves(self, who: str) -> Answer:
        """Somebody leaves the organisation, and so the team."""
        person = self.person(who)
        person.gone = True
        for each in self.conversations.values():
            each.members.discard(person.id)
        return await self._of_team("teamMemberRemoved", person, membersRemoved=[{"id": person.id}])

    async def deletes_channel(self, where: str, *, who: str = "ana") -> Answer:
        place = self.place(where)
        del self.conversations[place.id]
        return await self._of_team("channelDeleted", self.person(who), channel={"id": place.id, "name": place.name})

    async def archives_team(self, *, who: str = "ana") -> Answer:
        return await self._of_team("teamArchived", self.person(who))

    async def _of_team(self, event: str, person: Person, *, channel: Json | None = None, **more: Any) -> Answer:
        team = self.conversations[self.team]
        data: Json = {"eventType": event, "team": {"id": self.team, "name": "Claims"}}
        data |= {"channel": channel} if channel else {}
        return await self.brings(self.activity("conversationUpdate", team, person, channelData=data, **more))
