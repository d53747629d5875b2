"""A turn on Teams: the floor, the SDK as it comes and the product, and messages as Teams sends them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.teams.tokens import ISSUER
from benchmarks.fake_microsoft import OPENID
from benchmarks.platforms import FLOOR, PRODUCT, Asked, Platform
from benchmarks.processes import cores, free_port, server
from bot.bootstrap import machine_clock
from conversations.activities import Actor, ConversationReference

STOCK = "stock"  # the SDK as it comes
_APP, _TENANT = "1f0e2d3c-4b5a-4968-8776-655443322110", "3c8f0a52-9b1d-4e57-8c55-6f3b0d1a7e44"
_BOT = {"id": f"28:{_APP}", "name": "AI Readiness"}
_MENTION = re.compile(r"<@([^>]+)>")
_KEY = "of-the-measurement"


@contextmanager
def servers(urls: tuple[str, str], folder: Path) -> Iterator[Mapping[str, Asked]]:
    """All on one core; on the other one what stands for Microsoft."""
    own, others = cores()
    api, floor, stock, product = (free_port() for _ in range(4))
    microsoft, key = f"http://127.0.0.1:{api}", rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    environment = {
        "DATABASE_URL": urls[1],
        "HOST": "127.0.0.1",
        "PORT": str(product),
        "TEAMS_APP_ID": _APP,
        "TEAMS_APP_PASSWORD": "of the measurement only",
        "TEAMS_TENANT_ID": _TENANT,
    }
    edge = (str(floor), _APP, f"{microsoft}{OPENID}")
    with (
        server("benchmarks.fake_microsoft", str(api), _published(key), port=api, core=others, folder=folder),
        server("benchmarks.floor_teams", urls[0], *edge, port=floor, core=own, folder=folder) as a,
        server("benchmarks.stock_teams", str(stock), port=stock, core=own, folder=folder) as b,
        server(
            "benchmarks.serve_teams", microsoft, port=product, core=own, folder=folder, environment=environment
        ) as c,
    ):
        signed = partial(request, f"{microsoft}/", _token(key, f"{microsoft}/"), machine_clock)
        yield {
            FLOOR: Asked(server=a, request=signed),
            STOCK: Asked(server=b, request=partial(request, f"{microsoft}/", None, machine_clock)),
            PRODUCT: Asked(server=c, request=signed),
        }


def _thread(number: int) -> str:
    return f"{_channel(number)};messageid={_post(number)}"


def _channel(number: int) -> str:
    return f"19:channel-{number:05}@thread.tacv2"


def _post(number: int) -> int:
    return 1_700_000_000_000 + number


TEAMS = Platform(
    name="teams",
    title="Teams",
    floor="SDK no-op, clients kept",
    actor=Actor(id="29:1ana", name="Ana"),
    tenant=lambda which: f"{which:08}-9b1d-4e57-8c55-6f3b0d1a7e44",
    channel=_channel,
    thread=_thread,
    root=lambda number: f"{_thread(number)} {_post(number)}",
    other=lambda number: f"{_thread(number)} {_post(number) + 1}",
    mention=lambda initial: f"<@29:1{initial}>",
    servers=servers,
)


def message(
    service_url: str, clock: Callable[[], datetime], at: ConversationReference, text: str, sent: int
) -> dict[str, Any]:
    """A reply that mentions the bot, as most channels have it hear no other.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
    """
    people = [{"id": who, "name": f"Person {who[-1]}"} for who in _MENTION.findall(text)]
    mentions = [{"type": "mention", "mentioned": each, "text": f"<at>{each['name']}</at>"} for each in (_BOT, *people)]
    words = f"<at>{_BOT['name']}</at>&nbsp;" + _MENTION.sub(lambda found: f"<at>Person {found[1][-1]}</at>", text)
    return {
        "type": "message",
        "id": str(1_750_000_000_000 + sent),
        "timestamp": clock().isoformat(timespec="milliseconds"),
        "localTimezone": "Europe/Berlin",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {
            "id": TEAMS.actor.id,
            "name": TEAMS.actor.name,
            "aadObjectId": "0a1b2c3d-0000-4000-8000-000000000001",
        },
        "conversation": {
            "isGroup": True,
            "conversationType": "channel",
            "tenantId": at.tenant,
            "id": at.thread,
        },
        "recipient": _BOT,
        "locale": "en-GB",
        "text": words,
        "textFormat": "plain",
        "attachments": [{"contentType": "text/html", "content": f"<p>{words}</p>"}],
        "entities": [
            *mentions,
            {
                "type": "clientInfo",
                "locale": "en-GB",
                "country": "GB",
                "platform": "Windows",
                "timezone": "Europe/Berlin",
            },
        ],
        "channelData": {
            "teamsChannelId": at.channel,
            "teamsTeamId": "19:team@thread.tacv2",
            "channel": {"id": at.channel},
            "team": {"id": "19:team@thread.tacv2"},
            "tenant": {"id": at.tenant},
        },
    }


def request(
    service_url: str,
    token: str | None,
    clock: Callable[[], datetime],
    at: ConversationReference,
    text: str,
    sent: int,
) -> bytes:
    body = json.dumps(message(service_url, clock, at, text, sent)).encode()
    lines = (
        "POST /api/messages HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}"] if token else []),
        "\r\n",
    )
    return "\r\n".join(lines).encode() + body


def _published(key: rsa.RSAPrivateKey) -> str:
    """https://login.botframework.com/v1/.well-known/keys"""
    told: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    del told["key_ops"]
    return json.dumps({"keys": [told | {"use": "sig", "kid": _KEY, "endorsements": ["msteams"]}]})


def _token(key: rsa.RSAPrivateKey, service_url: str) -> str:
    """One for all requests, as Microsoft shows the same one for an hour."""
    claims = {"serviceurl": service_url, "exp": int(time.time()) + 3_600, "iss": ISSUER, "aud": _APP}
    return jwt.encode(claims, key, "RS256", {"kid": _KEY})
