"""How Slack brings something to an app: signed over HTTP, or in an envelope over Socket Mode; also twice, also late."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.fake_slack_state import APP, BOT, SIGNING_SECRET, TEAM, Channel, Json, Workspace
from tests.fakes import Answer


class Kind(Enum):
    EVENT = "events_api"
    COMMAND = "slash_commands"
    PRESSED = "interactive"


SILENT = Answer(status=200, body="nothing was brought")


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One thing that Slack has to bring, and all answers to it."""

    kind: Kind
    payload: Json
    envelope: str
    answers: list[Answer] = field(default_factory=list)

    @property
    def taken(self) -> bool:
        return any(each.ok for each in self.answers)


class Deliveries(Workspace):
    """A workspace whose app is at `events_url`, or at the other end of its sockets where that is None."""

    def __init__(self, *, events_url: str | None = None, patience: float = 3.0, **more: Any) -> None:
        super().__init__(**more)
        self.subscribed: Collection[str] | None = None  # events that the app's manifest names; None: all
        self.events_url = events_url
        self.patience = patience  # seconds that Slack waits for an answer
        self.delivered: list[Delivery] = []
        self.sockets: list[Socket] = []
        self._held: list[Delivery] | None = None  # what is being held back
        self._late: list[Delivery] = []  # what was held back the last time
        self._turn = itertools.count()
        self.url = ""  # where Slack is, without a slash at its end; known once it is up
        self.http: aiohttp.ClientSession

    # --- what is brought ---

    async def event(self, event: Json, *, channel: Channel | None = None, bare: bool = False) -> Answer:
        """An event in its envelope. `bare` is without the authorization, as after an app was removed."""
        if self.subscribed is not None and _subscription(event, channel) not in self.subscribed:
            return SILENT
        payload: Json = {
            "token": "verification",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": APP,
            "event": {"event_ts": self.ts(), **event},
            "type": "event_callback",
            "event_id": self.name("Ev"),
            "event_time": int(self.clock().timestamp()),
            "is_ext_shared_channel": bool(channel and channel.ext_shared),
            "event_context": f"4-{self.name('e')}",
        }
        if not bare:
            install = {"is_bot": True, "is_enterprise_install": False}
            payload["authorizations"] = [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT, **install}]
        return await self.brings(Kind.EVENT, payload)

    async def brings(self, kind: Kind, payload: Json) -> Answer:
        delivery = Delivery(kind=kind, payload=payload, envelope=self.name("envelope-"))
        if self._held is not None:
            self._held.append(delivery)
            return Answer(status=0, body="held back")
        self.delivered.append(delivery)
        return await self._attempt(delivery)

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

    async def redelivers(self, last: int | None = None, *, backwards: bool = False) -> list[Answer]:
        """Brings the newest `last` deliveries (None: all) again. Over HTTP only events come twice."""
        again = [each for each in self.delivered if each.kind is Kind.EVENT or self.events_url is None]
        again = again if last is None else again[len(again) - last :]
        return [await self._attempt(each) for each in (reversed(again) if backwards else again)]

    async def retries(self) -> list[Answer]:
        """Brings again what the app did not take."""
        left = [each for each in self.delivered if not each.taken and (self.events_url is None or _retried(each))]
        return [await self._attempt(each) for each in left]

    async def brings_again(self, delivery: Delivery) -> Answer:
        return await self._attempt(delivery)

    # --- the way there ---

    async def _attempt(self, delivery: Delivery) -> Answer:
        over = self._over_socket if self.events_url is None else self._over_http
        answer = await over(delivery)
        delivery.answers.append(answer)
        return answer

    async def _over_http(self, delivery: Delivery) -> Answer:
        body, kind = _body(delivery)
        assert self.events_url is not None
        headers = {"Content-Type": kind, **signed(body), **_retry_headers(delivery.answers)}
        limit = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with self.http.post(self.events_url, data=body, headers=headers, timeout=limit) as response:
                return Answer(status=response.status, body=_read(await response.text()))
        except TimeoutError:
            return Answer(status=0, body="http_timeout")
        except aiohttp.ClientError:
            return Answer(status=0, body="connection_failed")

    async def _over_socket(self, delivery: Delivery) -> Answer:
        """To one of the app's sockets, one after the other."""
        open_ = [each for each in self.sockets if not each.leaving]
        if not open_:
            return Answer(status=0, body="connection_failed")
        envelope = {
            "envelope_id": delivery.envelope,
            "payload": delivery.payload,
            "type": delivery.kind.value,
            "accepts_response_payload": delivery.kind is not Kind.EVENT,
        }
        if delivery.answers or delivery.kind is Kind.EVENT:
            reason = "timeout" if delivery.answers else ""
            envelope |= {"retry_attempt": len(delivery.answers), "retry_reason": reason}
        return await open_[next(self._turn) % len(open_)].sends(envelope, self.patience)


class Socket:
    """One connection of an app in Socket Mode."""

    def __init__(self, wire: web.WebSocketResponse) -> None:
        self.wire = wire
        self.leaving = False  # was told to go: gets nothing any more
        self.acked: list[str] = []  # envelopes, in the order of their acks
        self._waiting: dict[str, asyncio.Future[Answer]] = {}

    async def sends(self, envelope: Json, patience: float) -> Answer:
        waiting = self._waiting[envelope["envelope_id"]] = asyncio.get_running_loop().create_future()
        try:
            await self.wire.send_json(envelope)
            return await asyncio.wait_for(waiting, patience)
        except TimeoutError:
            return Answer(status=0, body="timeout")
        except ConnectionError:  # the app has closed it, or was about to
            return Answer(status=0, body="connection_failed")
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    def hears(self, ack: Json) -> None:
        """An ack; it may be for an envelope that another socket brought."""
        self.acked.append(ack["envelope_id"])
        waiting = self._waiting.get(ack["envelope_id"])
        if waiting and not waiting.done():
            waiting.set_result(Answer(status=200, body=ack.get("payload", "")))

    def closed(self) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(Answer(status=0, body="connection_failed"))


def _subscription(event: Json, channel: Channel | None) -> str:
    """What an app subscribes to in order to hear of this."""
    kinds = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
    return kinds[channel.kind] if channel and event["type"] == "message" else str(event["type"])


def signed(body: str, *, at: int | None = None) -> dict[str, str]:
    """Slack's headers for `body`. The time is the real one: what checks it looks at the real clock."""
    at = int(time.time()) if at is None else at
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def _body(delivery: Delivery) -> tuple[str, str]:
    """What is sent, and its content type."""
    if delivery.kind is Kind.EVENT:
        return json.dumps(delivery.payload), "application/json"
    form: Mapping[str, Any] = delivery.payload
    if delivery.kind is Kind.PRESSED:
        form = {"payload": json.dumps(delivery.payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _retry_headers(answers: Sequence[Answer]) -> dict[str, str]:
    if not answers:
        return {}
    last = answers[-1]
    reason = "http_error" if last.status else str(last.body)
    return {"X-Slack-Retry-Num": str(len(answers)), "X-Slack-Retry-Reason": reason}


def _retried(delivery: Delivery) -> bool:
    return delivery.kind is Kind.EVENT
