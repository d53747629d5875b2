"""A turn on Slack: the floor and the product, and messages as Slack sends them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slack_sdk.signature import SignatureVerifier

from benchmarks.fake_slack import BOT
from benchmarks.platforms import FLOOR, PRODUCT, Asked, Platform
from benchmarks.processes import cores, free_port, server
from conversations.activities import Actor, ConversationReference

_SECRET = "of the measurement only"
_VERIFIER = SignatureVerifier(_SECRET)


@contextmanager
def servers(urls: tuple[str, str], folder: Path) -> Iterator[Mapping[str, Asked]]:
    """Both on one core; on the other one what stands for Slack."""
    own, others = cores()
    api, floor, product = (free_port() for _ in range(3))
    settings = environment(urls[1], api, product)
    with (
        server("benchmarks.fake_slack", str(api), port=api, core=others, folder=folder),
        server("benchmarks.floor_slack", urls[0], str(floor), _SECRET, port=floor, core=own, folder=folder) as a,
        server("bot", "serve", port=product, core=own, folder=folder, environment=settings) as b,
    ):
        yield {FLOOR: Asked(server=a, request=request), PRODUCT: Asked(server=b, request=request)}


def environment(url: str, api: int, port: int) -> Mapping[str, str]:
    """The settings of a `serve` at `port`, with what stands for Slack at `api`."""
    return {
        "DATABASE_URL": url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SLACK_API_URL": f"http://127.0.0.1:{api}/api/",
        "SLACK_BOT_TOKEN": "xoxb-of-the-measurement",
        "SLACK_SIGNING_SECRET": _SECRET,
    }


def _root(number: int) -> str:
    return f"{1_700_000_000 + number}.000100"


SLACK = Platform(
    name="slack",
    title="Slack",
    floor="Bolt no-op",
    actor=Actor(id="U0ANA", name="Ana"),
    tenant=lambda which: f"T{which:05}",
    channel=lambda number: f"C{number:05}",
    thread=_root,
    root=_root,
    other=lambda number: f"{1_700_000_000 + number}.000200",
    mention=lambda initial: f"<@U0{initial}>",
    servers=servers,
)


def message(at: ConversationReference, text: str, sent: int) -> dict[str, Any]:
    """https://docs.slack.dev/reference/events/message, in its envelope."""
    ts = f"{1_750_000_000 + sent}.000200"
    event = {
        "type": "message",
        "channel": at.channel,
        "channel_type": "channel",
        "user": SLACK.actor.id,
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


def request(at: ConversationReference, text: str, sent: int) -> bytes:
    body, timestamp = json.dumps(message(at, text, sent)), str(int(time.time()))
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
