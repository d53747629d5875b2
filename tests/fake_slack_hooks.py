"""Response addresses: where an app answers one person, without being in the channel. Five times, for half an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.block_kit import complaints
from tests.fake_slack_delivery import Deliveries
from tests.fake_slack_state import BOT, Json, Message, SlackRefuses
from tests.fake_slack_web import Arguments, named_blocks

_USES, _LASTS = 5, timedelta(minutes=30)


@dataclass(slots=True)
class _Hook:
    user: str
    channel: str
    message: Message | None  # the one whose button was pressed
    ends: datetime
    left: int = _USES


class Hooks(Deliveries):
    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._hooks: dict[str, _Hook] = {}

    def response_url(self, user: str, channel: str, message: Message | None = None) -> str:
        name = self.name("R")
        self._hooks[name] = _Hook(user, channel, message, self.clock() + _LASTS)
        return f"{self.url}/hooks/response/{name}"

    def respond(self, name: str, arguments: Arguments) -> None:
        """What an app posted to an address."""
        if name not in self._hooks:
            raise SlackRefuses("no_hook")
        hook = self._hooks[name]
        if self.clock() > hook.ends:
            raise SlackRefuses("expired_url")
        if not hook.left:
            raise SlackRefuses("used_url")
        hook.left -= 1
        if arguments.flag("delete_original"):
            self._forgets(hook.message)
        else:
            self.answers(hook.user, hook.channel, arguments, hook.message)

    def answers(self, user: str, channel: str, arguments: Arguments, original: Message | None = None) -> None:
        """Says what an app answered somebody: to them alone where it does not ask for more."""
        text, blocks = str(arguments.get("text") or ""), arguments.json("blocks") or []
        if found := complaints(blocks):
            raise SlackRefuses("invalid_blocks", *found)
        if not (text or blocks):
            raise SlackRefuses("no_text")
        if arguments.flag("replace_original") and original:
            original.text, original.blocks = text, named_blocks(self, blocks)
            return
        public = arguments.get("response_type") == "in_channel"
        self._speaks(channel, text, named_blocks(self, blocks), arguments.get("thread_ts"), None if public else user)

    def _speaks(self, channel: str, text: str, blocks: list[Json], thread: str | None, seen_by: str | None) -> None:
        message = Message(
            channel=channel, ts=self.ts(), user=BOT, text=text, blocks=blocks, thread_ts=thread, seen_by=seen_by
        )
        if seen_by:
            self.ephemerals.append(message)
        else:
            self.channels[channel].messages[message.ts] = message

    def _forgets(self, message: Message | None) -> None:
        if message and message.seen_by:
            self.ephemerals.remove(message)
        elif message:
            del self.channels[message.channel].messages[message.ts]
