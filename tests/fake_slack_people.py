"""What people say and do in Slack's clients, and the events that Slack makes of it.

https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.fake_slack_delivery import SILENT, Kind
from tests.fake_slack_hooks import Hooks
from tests.fake_slack_state import APP, BOT, CLIENT_ID, DOMAIN, TEAM, Channel, Json, Message, Person
from tests.fake_slack_typing import rich_text, typed
from tests.fake_slack_views import view_json
from tests.fake_slack_web import Arguments, message_json
from tests.fakes import Answer
from tests.written import people_wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that somebody typed, and what the app answered to the event, or to both."""

    message: Message
    answers: tuple[Answer, ...]

    @property
    def ts(self) -> str:
        return self.message.ts

    @property
    def ok(self) -> bool:
        return all(each.ok for each in self.answers)


class People(Hooks):
    """Who is named by id or name, and so is where; `@ana` as a place is the direct messages with the bot."""

    def place(self, where: str) -> Channel:
        return self.direct(where) if where.startswith("@") else self.channel(where)

    # --- messages ---

    async def says(
        self,
        who: str,
        where: str,
        text: str,
        *,
        thread: str | None = None,
        raw: bool = False,
        mention_first: bool = False,
        **more: Any,
    ) -> Said:
        """A message, and where it mentions the bot a second event for that. `raw`: `text` is encoded already.

        `more` is put into the events: `subtype`, `files` …
        """
        people_wrote([text])
        person, channel = self.person(who), self.place(where)
        assert person.id in channel.members, f"{person.name} is not in {channel.name}"
        assert not channel.archived, f"{channel.name} is archived"
        assert thread is None or thread in channel.messages, "there is no such thread"
        message = self._typed(person, channel, text if raw else typed(self, text), thread)
        return Said(message=message, answers=await self._told(channel, message, mention_first, more))

    def _typed(self, person: Person, channel: Channel, text: str, thread: str | None) -> Message:
        message = Message(
            channel=channel.id,
            ts=self.ts(),
            user=person.id,
            text=text,
            blocks=rich_text(text),
            thread_ts=thread,
            client_msg_id=f"{self.name('c')}-0000-4000-8000-000000000000",
            team=person.team,
        )
        channel.messages[message.ts] = message
        return message

    async def _told(self, channel: Channel, message: Message, mention_first: bool, more: Json) -> tuple[Answer, ...]:
        if BOT not in channel.members:
            return ()
        place = {"channel": channel.id, "event_ts": message.ts}
        abroad = {} if message.team == TEAM else {"user_team": message.team, "source_team": message.team}
        told = {**message_json(channel, message), **place, **abroad, **more}
        events = [{**told, "channel_type": channel.kind}]
        if f"<@{BOT}>" in message.text and not channel.is_im:
            events.append({**told, "type": "app_mention"})
        if mention_first:
            events.reverse()
        return tuple([await self.event(each, channel=channel) for each in events])

    async def tells_of_post(self, channel: Channel, message: Message) -> Answer:
        """The app hears its own words."""
        told = message_json(channel, message, metadata=True)
        more = {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}
        return await self.event({**told, **more}, channel=channel)

    async def edits(self, message: Message, text: str, *, raw: bool = False) -> Answer:
        """Whoever wrote it changes its words."""
        people_wrote([text])
        channel = self.channels[message.channel]
        before = message_json(channel, message)
        message.text = text if raw else typed(self, text)
        message.blocks, message.edited = rich_text(message.text), self.ts()
        return await self.tells_of_change(channel, message, before)

    async def unfurls(self, message: Message) -> Answer:
        """Slack shows what a link leads to: the message changes, its words do not."""
        channel = self.channels[message.channel]
        return await self.tells_of_change(channel, message, message_json(channel, message))

    async def tells_of_change(self, channel: Channel, message: Message, before: Json) -> Answer:
        return await self._hidden(
            channel,
            subtype="message_changed",
            message=message_json(channel, message, metadata=True),
            previous_message=before,
        )

    async def _hidden(self, channel: Channel, **more: Any) -> Answer:
        if BOT not in channel.members:
            return SILENT
        ts = self.ts()
        event = {"type": "message", "channel": channel.id, "hidden": True, "ts": ts, "event_ts": ts}
        return await self.event({**event, "channel_type": channel.kind, **more}, channel=channel)

    async def deletes(self, message: Message) -> Answer:
        """It goes; where a thread hangs on it a tombstone stays, and Slack tells of that as of a change."""
        channel = self.channels[message.channel]
        before = message_json(channel, message)
        if not channel.replies(message.ts):
            del channel.messages[message.ts]
            channel.gone.add(message.ts)
            return await self._hidden(
                channel, subtype="message_deleted", previous_message=before, deleted_ts=message.ts
            )
        message.user, message.text, message.subtype = "USLACKBOT", "This message was deleted.", "tombstone"
        message.blocks, message.metadata, message.client_msg_id = [], None, None
        return await self.tells_of_change(channel, message, before)

    # --- commands ---

    async def command(self, who: str, where: str, text: str, *, command: str = "/ai-readiness") -> Answer:
        """A slash command; never in a thread. What the answer says is shown to `who`."""
        people_wrote([text])
        person, channel = self.person(who), self.place(where)
        answer = await self.brings(Kind.COMMAND, self._command(person, channel, command, text))
        self.shows(person, channel, answer)
        return answer

    def _command(self, person: Person, channel: Channel, command: str, text: str) -> Json:
        return {
            "token": "verification",
            "team_id": TEAM,
            "team_domain": DOMAIN,
            "channel_id": channel.id,
            "channel_name": channel.shown_name,
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": typed(self, text, labels=True),
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.response_url(person.id, channel.id),
            "trigger_id": self.trigger(person.id),
        }

    def shows(self, person: Person, channel: Channel, answer: Answer) -> None:
        """The words in an answer, which are for one person where it asks for nothing else."""
        body = answer.body if isinstance(answer.body, dict) else {"text": answer.body}
        if answer.ok and (body.get("text") or body.get("blocks")):
            self.answers(person.id, channel.id, Arguments(body))

    # --- homes ---

    async def opens_home(self, who: str, *, tab: str = "home") -> Answer:
        person = self.person(who)
        event: Json = {"type": "app_home_opened", "user": person.id, "channel": self.direct(who).id, "tab": tab}
        if tab == "home" and person.id in self.homes:
            event["view"] = view_json(self.homes[person.id])
        return await self.event(event)

    # --- channels and people that come and go ---

    async def archives(self, where: str, *, who: str = "ana") -> Answer:
        channel = self.channel(where)
        channel.archived = True
        return await self._of_channel(channel, "archive", {"channel": channel.id, "user": self.person(who).id})

    async def unarchives(self, where: str, *, who: str = "ana") -> Answer:
        channel = self.channel(where)
        channel.archived = False
        return await self._of_channel(channel, "unarchive", {"channel": channel.id, "user": self.person(who).id})

    async def renames(self, where: str, name: str) -> Answer:
        channel = self.channel(where)
        channel.name = name
        return await self._of_channel(channel, "rename", {"channel": {"id": channel.id, "name": name, "created": 1}})

    async def deletes_channel(self, where: str, *, who: str = "ana") -> Answer:
        channel = self.channel(where)
        answer = await self._of_channel(channel, "deleted", {"channel": channel.id, "actor_id": self.person(who).id})
        del self.channels[channel.id]
        return answer

    async def moves(self, where: str, id_: str) -> Answer:
        """A channel gets another id, as when it is shared."""
        channel = self.channel(where)
        event = {"type": "channel_id_changed", "old_channel_id": channel.id, "new_channel_id": id_}
        self.channels[id_] = self.channels.pop(channel.id)
        channel.id = id_
        for message in channel.messages.values():
            message.channel = id_
        return await self.event(event, channel=channel)

    async def leaves(self, who: str, where: str) -> Answer:
        """Somebody goes out of a channel."""
        person, channel = self.person(who), self.channel(where)
        channel.members.discard(person.id)
        place = {"channel": channel.id, "channel_type": "G" if channel.private else "C", "team": TEAM}
        if BOT not in channel.members:
            return SILENT
        return await self.event({"type": "member_left_channel", "user": person.id, **place}, channel=channel)

    async def joins(self, name: str, **fields: Any) -> Answer:
        """Somebody is new in the workspace; in no channel yet."""
        person = self.adds_person(name, **fields)
        return await self.event({"type": "team_join", "user": person.as_json(self.clock()), "cache_ts": 1})

    async def kicks_bot(self, where: str, *, who: str = "ana") -> Answer:
        channel = self.channel(where)
        answer = await self._of_channel(channel, "left", {"channel": channel.id, "actor_id": self.person(who).id})
        channel.members.discard(BOT)
        return answer

    async def _of_channel(self, channel: Channel, what: str, more: Json) -> Answer:
        if BOT not in channel.members:
            return SILENT
        kind = "group" if channel.private else "channel"
        return await self.event({"type": f"{kind}_{what}", **more}, channel=channel)

    async def invites(self, where: str, whom: Iterable[str] = (BOT,), *, who: str = "ana") -> Answer:
        """People or the bot come into a channel; the answer to the last event."""
        channel, answer = self.channel(where), SILENT
        for each in whom:
            person = self.person(each)
            channel.members.add(person.id)
            event = {"type": "member_joined_channel", "user": person.id, "inviter": self.person(who).id, "team": TEAM}
            place = {"channel": channel.id, "channel_type": "G" if channel.private else "C"}
            if BOT in channel.members:
                answer = await self.event({**event, **place}, channel=channel)
        return answer

    async def deactivates(self, who: str) -> Answer:
        return await self.becomes(who, deleted=True)

    async def becomes(self, who: str, **fields: Any) -> Answer:
        """Something about a person changes: `tz`, `real_name`, `is_admin` …"""
        person = self.person(who)
        for name, value in fields.items():
            setattr(person, name, value)
        now = self.clock()
        return await self.event({"type": "user_change", "user": person.as_json(now), "cache_ts": int(now.timestamp())})

    def consents(self, who: str, page: str) -> str:
        """Somebody says yes on the page of consent that the app sent them to; where Slack sends them then."""
        asked = dict(parse_qsl(urlsplit(page).query))
        assert asked["client_id"] == CLIENT_ID
        self.scopes = asked["scope"].split(",")
        code = f"code-of-{self.person(who).id}-{self.name('c')}"
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    async def uninstalls(self) -> list[Answer]:
        """The app is removed: its tokens are no good any more, and two events say so."""
        self.revoked |= self.tokens
        self.tokens.clear()
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}}
        return [await self.event(each, bare=True) for each in (revoked, {"type": "app_uninstalled"})]
