"""The reviews that are answered, begun beforehand, and the messages that answer them, as Slack sends them."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.signature import SignatureVerifier

from benchmarks.fake_slack import BOT
from bot.bootstrap import Application, machine_clock, running
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.decide import Engine
from conversations.ports import Delivery
from tests.journeys.answers import ANSWERS

SECRET = "of the measurement only"
THREADS = 64  # that the messages rotate over, until all of their items are answered; then over the next ones
_VERIFIER = SignatureVerifier(SECRET)


class Posted:
    """A `ports.Sender` by which every review's own message has arrived."""

    async def deliver(self, delivery: Delivery, _words: Mapping[int, str]) -> str | None:
        return _root(int(delivery.reference.channel[1:])) if delivery.key == "root" else "1700000000.000002"

    async def look_up(self, _delivery: Delivery) -> str | None:
        return None


def place(number: int) -> ConversationReference:
    """Each review has a channel of its own; as many as are answered in turn are in one workspace, with its rates."""
    return ConversationReference(
        platform="slack", tenant=f"T{number // THREADS:05}", channel=f"C{number:05}", thread=_root(number)
    )


def _root(number: int) -> str:
    return f"{1_700_000_000 + number}.000100"


async def begin(url: str, many: int, *, clock: Callable[[], datetime] = machine_clock) -> list[str]:
    """Reviews of the usual pack, each with its first question asked; gives what answers each item."""
    settings = Settings(database_url=url)
    async with running(settings, {"slack": Posted()}, command="make bench", clock=clock) as application:
        for first in range(0, many, THREADS):
            numbers = range(first, min(many, first + THREADS))
            await asyncio.gather(*(start(application, n, now=clock()) for n in numbers))
        await application.relay.drain()
    return list(answers(application.engine).values())


async def start(application: Application, number: int, *, now: datetime) -> None:
    at = place(number)
    activity = Activity(
        keys=(f"begin/{number}",),
        kind=ActivityKind.COMMAND,
        actor=Actor(id="U0ANA", name="Ana"),
        reference=ConversationReference(platform=at.platform, tenant=at.tenant, channel=at.channel),
        at=now,
        text=f"start Project {number}",
    )
    await application.runner.run(activity)


def answers(engine: Engine) -> dict[str, str]:
    """A complete answer to each item of the pack that new reviews have, in its order."""
    items = (item.key for question in engine.library.packs[engine.pack].questions for item in question.items)
    return {key: re.sub(r"@(\w+)", lambda found: f"<@U0{found[1].upper()}>", ANSWERS[key]) for key in items}


def messages(many: int, texts: Iterable[str]) -> Iterator[bytes]:
    """Signed requests; the time of each is when it is asked for. Ends when every item of `many` reviews is answered."""
    texts, sent = list(texts), 0
    for first in range(0, many, THREADS):
        for text in texts:
            for number in range(first, min(many, first + THREADS)):
                sent += 1
                yield request(json.dumps(message(number, text, sent)))


def message(number: int, text: str, sent: int) -> dict[str, Any]:
    """https://docs.slack.dev/reference/events/message, in its envelope; `sent` makes it unlike all others."""
    at, ts = place(number), f"{1_750_000_000 + sent}.000200"
    event = {
        "type": "message",
        "channel": at.channel,
        "channel_type": "channel",
        "user": "U0ANA",
        "team": at.tenant,
        "text": text,
        "ts": ts,
        "event_ts": ts,
        "thread_ts": at.thread,
        "parent_user_id": BOT,
        "client_msg_id": f"00000000-0000-4000-8000-{sent:012}",
    }
    return {
        "type": "event_callback",
        "team_id": at.tenant,
        "api_app_id": "A0READY",
        "event": event,
        "event_id": f"Ev{sent:09}",
        "event_time": 1_750_000_000 + sent,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": at.tenant,
                "user_id": BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-measured",
    }


def request(body: str) -> bytes:
    timestamp = str(int(time.time()))
    lines = (
        "POST /slack/events HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body.encode())}",
        f"X-Slack-Request-Timestamp: {timestamp}",
        f"X-Slack-Signature: {_VERIFIER.generate_signature(timestamp=timestamp, body=body)}",
        "\r\n",
    )
    return "\r\n".join(lines).encode() + body.encode()
