"""`POST /api/messages`: who sends an activity is checked first, and it is kept before it is acked.

The SDK's own entry point answers bad tokens with 500 and cannot answer a card's button; so the request is read here,
and only the turn is the SDK's. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.payloads import NoPayload, Payload, at, from_json
from adapters.teams.answers import Answer
from adapters.teams.framework import Framework, NoActivity
from adapters.teams.tokens import KeysUnavailable, Unauthorized, Verifier

PATH = "/api/messages"
_log = logging.getLogger(__name__)


def messages(
    verifier: Verifier | None,
    framework: Framework,
    accepts: Callable[[str], bool],
    hear: Callable[[Payload], Awaitable[Answer | None]],
) -> web.RouteDef:
    """`verifier` None: whoever can reach this address is believed. `accepts` says to which addresses may be answered.

    `hear` keeps what an activity says, and answers it where its sender waits for more than that.
    """

    async def handle(request: web.Request) -> web.Response:
        try:
            token = None if verifier is None else await verifier.token(request.headers.get("Authorization"))
            body = _read(await request.read())  # nobody's who has no token
            if token is not None:
                token.check(body)
        except Unauthorized as refused:
            _log.info("token_refused", extra={"why": str(refused)})
            raise web.HTTPUnauthorized from None
        except KeysUnavailable:
            raise web.HTTPServiceUnavailable from None
        if not accepts(str(at(body, "serviceUrl"))):
            _log.warning("service_url_refused")
            raise web.HTTPForbidden
        try:
            answer = await framework.turn(token.claims if token else None, body, lambda: hear(body))
        except NoActivity:
            raise web.HTTPBadRequest from None
        return web.Response() if answer is None else web.json_response(answer)

    return web.post(PATH, handle)


def _read(content: bytes) -> Payload:
    try:
        body = from_json(content)
    except NoPayload:
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise web.HTTPBadRequest
    return body
