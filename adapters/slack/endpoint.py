"""`POST /slack/events`: events, commands and interactivity by HTTP. Nothing unsigned, old or oversized comes further.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters.payloads import from_json

MOST_FIELDS = 100  # of a form; a command has about fifteen
_LONGEST_TIME = 15  # digits of a second; the verifier cannot reckon with a hundred of them

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]


def events(app: AsyncApp, signing_secret: str) -> Handler:
    verifier = SignatureVerifier(signing_secret)

    async def handle(request: web.Request) -> web.Response:
        try:
            body = (await request.read()).decode()
        except UnicodeDecodeError:  # Slack signs text
            raise web.HTTPUnauthorized from None
        if not _is_signed(verifier, body, request):
            raise web.HTTPUnauthorized
        try:
            said = _read(body, request.content_type)
        except ValueError:
            raise web.HTTPBadRequest from None
        if not isinstance(said, dict):
            raise web.HTTPBadRequest
        try:
            asked = AsyncBoltRequest(body=json.dumps(said), headers=dict(request.headers))
        except (AttributeError, LookupError, TypeError):  # Bolt looks for who speaks, whatever stands in that place
            raise web.HTTPBadRequest from None
        return await to_aiohttp_response(await app.async_dispatch(asked))

    return handle


def _read(body: str, content_type: str) -> object:
    """Raises `ValueError`. Bolt's own reading loses a command in whose words the word "payload" is."""
    if content_type == "application/json":
        return from_json(body)
    form = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    return from_json(form["payload"]) if "payload" in form else form


def _is_signed(verifier: SignatureVerifier, body: str, request: web.Request) -> bool:
    """Also refuses what is more than five minutes old or ahead."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    is_time = timestamp.isdecimal() and timestamp.isascii() and len(timestamp) <= _LONGEST_TIME
    return is_time and signature.isascii() and verifier.is_valid(body, timestamp, signature)
