"""How Teams brings something to a bot: signed, and again, with the same id or a new one, late, or several at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp

from tests.fake_teams_state import BOT, BOT_NAME, CHANNEL, PERSONAL, TENANT, Conversation, Json, Organisation, Person
from tests.fake_teams_tokens import Keys
from tests.fakes import Answer

SILENT = Answer(status=200, body="nothing was brought")


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One thing that Teams has to bring, and all answers to it."""

    activity: Json
    answers: list[Answer] = field(default_factory=list)

    @property
    def taken(self) -> bool:
        return any(each.ok for each in self.answers)


class Deliveries(Organisation):
    """An organisation whose bot is at `bot_url`; `signs` is False for an emulator, which sends no token."""

    def __init__(self, *, bot_url: str = "", patience: float = 15.0, signs: bool = True, **more: Any) -> None:
        super().__init__(**more)
        self.bot_url = bot_url
        self.patience = patience  # seconds that Teams waits for an answer
        self.signs = signs
        self.copies = 1  # of everything, brought at once
        self.keys = Keys()
        self.delivered: list[Delivery] = []
        self._held: list[Delivery] | None = None
        self._late: list[Delivery] = []
        self.http: aiohttp.ClientSession

    # --- what is brought ---

    def activity(self, kind: str, place: Conversation, person: Person, where: str | None = None, **more: Any) -> Json:
        """An activity of somebody, without what makes it one of its kind. `where` is the whole conversation."""
        conversation: Json = {"id": where or place.id, "conversationType": place.kind, "tenantId": TENANT}
        data: Json = {"tenant": {"id": TENANT}}
        if place.kind != PERSONAL:
            conversation["isGroup"] = True
        if place.kind == CHANNEL:
            data |= {"channel": {"id": place.id}, "team": {"id": self.team}}
            data |= {"teamsChannelId": place.id, "teamsTeamId": self.team}
        return {
            "type": kind,
            "id": self.number(),
            **self.times(person),
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": person.as_account(),
            "conversation": conversation,
            "recipient": {"id": BOT, "name": BOT_NAME},
            "locale": person.locale,
            **more,
            "channelData": data | more.get("channelData", {}),
        }

    async def brings(self, activity: Json) -> Answer:
        delivery = Delivery(activity=activity)
        if self._held is not None:
            self._held.append(delivery)
            return Answer(status=0, body="held back")
        self.delivered.append(delivery)
        answers = await asyncio.gather(*(self._attempt(delivery) for _ in range(self.copies)))
        return answers[0]

    # --- twice, late, in another order ---

    @contextmanager
    def holding(self) -> Iterator[None]:
        """What happens in here is brought by `releases` only."""
        self._held = self._late = []
        try:
            yield
        finally:
            self._held = None

    async def releases(self, *order: int) -> list[Answer]:
        """Brings what was held back: all as it happened, or these (from 0) in this order."""
        late = [self._late[n] for n in order] if order else self._late
        self.delivered += late
        return [await self._attempt(each) for each in late]

    async def redelivers(self, last: int | None = None, *, anew: bool = False, backwards: bool = False) -> list[Answer]:
        """Brings the newest `last` deliveries (None: all) again; `anew`, the presses among them, with other ids."""
        again = [each for each in self.delivered if not anew or each.activity["type"] == "invoke"]
        again = again if last is None else again[len(again) - last :]
        return [await self._attempt(each, anew=anew) for each in (reversed(again) if backwards else again)]

    async def retries(self) -> list[Answer]:
        """Brings again what the bot did not take."""
        return [await self._attempt(each) for each in self.delivered if not each.taken]

    # --- the way there ---

    async def _attempt(self, delivery: Delivery, *, anew: bool = False) -> Answer:
        activity = delivery.activity
        if anew:
            now = self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            activity = activity | {"id": self.name("f:"), "timestamp": now}
        answer = await self.sends(json.dumps(activity))
        delivery.answers.append(answer)
        return answer

    async def sends(self, body: str | bytes, *, token: str | None = None, headers: Json | None = None) -> Answer:
        """Any body, with a good token unless another is given, or other headers."""
        usual = {"Content-Type": "application/json; charset=utf-8"}
        if self.signs:
            usual["Authorization"] = f"Bearer {self.keys.token(self.service_url) if token is None else token}"
        limit = aiohttp.ClientTimeout(total=self.patience)
        given = usual if headers is None else headers
        try:
            data = BytesIO(body.encode() if isinstance(body, str) else body)
            async with self.http.post(self.bot_url, data=data, headers=given, timeout=limit) as response:
                return Answer(status=response.status, body=_read(await response.text()))
        except TimeoutError:
            return Answer(status=0, body="http_timeout")
        except aiohttp.ClientError:
            return Answer(status=0, body="connection_failed")


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
