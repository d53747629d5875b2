"""The five calls of the Bot Connector by which we speak: post, update, open a chat, begin a thread, look in a roster.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference. All raise what
`failures` makes of an answer; no call is repeated here, but for a token that is no longer taken. They are made without
the SDK, which spends more on turning a card into its objects and back than all the rest of a send takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from adapters.payloads import Payload, words
from adapters.teams.failures import NOT_A_MEMBER, Refused, to_failure, unanswered
from adapters.teams.logins import Credentials, Login, NotLetIn
from conversations.errors import DeliveryFailed

# Less than the relay gives a send.
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
_MOST_AT_ONCE = 64  # connections, which stay open; more than the relay has lanes


class Connector:
    """Activities are as the Connector takes them, in JSON. `credentials` None: unsigned, for a local emulator."""

    def __init__(self, credentials: Credentials | None) -> None:
        self._login = Login(credentials)
        self._bot = {"id": f"28:{credentials.app_id}" if credentials else ""}  # as people's clients know it
        self._kept: aiohttp.ClientSession | None = None

    async def post(self, service_url: str, conversation: str, activity: Mapping[str, Any]) -> str | None:
        """The id of the new message. It may not be told of a reply in a thread."""
        said = self._said(activity, conversation)
        sent = await self._call("POST", service_url, conversation, "activities", said=said)
        return words(sent, "id") or None

    async def update(self, service_url: str, conversation: str, message: str, activity: Mapping[str, Any]) -> None:
        said = self._said({**activity, "id": message}, conversation)
        await self._call("PUT", service_url, conversation, "activities", message, said=said)

    async def open_personal(self, service_url: str, tenant: str, person: str) -> str:
        """The chat of this person with the bot, made where there was none: it can be asked for time and again."""
        wanted = {
            "isGroup": False,
            "bot": self._bot,
            "members": [{"id": person}],
            "channelData": {"tenant": {"id": tenant}},
        }
        try:
            opened = words(await self._call("POST", service_url, said=wanted), "id")
        except Refused as refused:
            if not refused.unknown:
                raise
            raise DeliveryFailed from refused  # nothing was said in it
        except DeliveryFailed as failed:
            raise DeliveryFailed(retry_after_seconds=failed.retry_after_seconds) from failed
        if not opened:
            raise DeliveryFailed
        return opened

    async def begin(
        self, service_url: str, tenant: str, channel: str, activity: Mapping[str, Any]
    ) -> tuple[str, str | None]:
        """A new post in a channel: the conversation that hangs from it, and the message."""
        wanted = {
            "isGroup": True,
            "bot": self._bot,
            "channelData": {"channel": {"id": channel}, "tenant": {"id": tenant}},
            "activity": self._said(activity, None),
        }
        begun = await self._call("POST", service_url, said=wanted)
        if not (conversation := words(begun, "id")):
            raise DeliveryFailed(unknown=True)
        return conversation, words(begun, "activityId") or None

    async def member(self, service_url: str, conversation: str, person: str) -> Mapping[str, Any] | None:
        """Somebody by their id here or in their organisation, as the roster has them; None where it does not."""
        try:
            return await self._call("GET", service_url, conversation, "members", person) or None
        except Refused as refused:
            if refused.code not in NOT_A_MEMBER:
                raise
            return None

    async def ready(self) -> str | None:
        """What is wrong with the credentials, as a sentence; None where a token was given."""
        try:
            await self._login.token(self._session())
        except NotLetIn as refused:
            return f"Microsoft gives no token for this app id, password and tenant: {refused.code}."
        except DeliveryFailed:
            return "Microsoft's login does not answer."
        return None

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()

    def _said(self, activity: Mapping[str, Any], conversation: str | None) -> Mapping[str, Any]:
        where = {"conversation": {"id": conversation}} if conversation else {}
        own = {"from": self._bot} if self._bot["id"] else {}
        return {"type": "message", **own, **where, **activity}

    async def _call(self, method: str, service_url: str, *path: str, said: Mapping[str, Any] | None = None) -> Payload:
        """What is answered; empty where it is no object. A POST that may have arrived is `unknown`."""
        token = await self._login.token(self._session())
        place = "/".join((service_url.rstrip("/"), "v3/conversations", *(quote(part, safe="") for part in path)))
        status, headers, text = await self._sent(method, place, said, token)
        if status == 401:  # it was not done: a token may be taken back before its end
            self._login.forget(token)
            status, headers, text = await self._sent(method, place, said, await self._login.token(self._session()))
        if status >= 300:
            raise to_failure(status, headers, text, posting=method == "POST")
        return _object(text)

    async def _sent(
        self, method: str, place: str, said: Mapping[str, Any] | None, token: str | None
    ) -> tuple[int, Mapping[str, str], str]:
        sending = self._session().request(
            method,
            URL(place, encoded=True),  # an id keeps what is quoted in it
            json=said,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            allow_redirects=False,  # the token is for this address only
        )
        try:
            async with sending as answer:
                return answer.status, answer.headers, await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unanswered(error, posting=method == "POST") from error

    def _session(self) -> aiohttp.ClientSession:
        if self._kept is None:  # not before: it belongs to the loop that runs when it is made
            connector = aiohttp.TCPConnector(limit=_MOST_AT_ONCE)
            self._kept = aiohttp.ClientSession(timeout=TIMEOUT, connector=connector)
        return self._kept


def _object(text: str) -> Payload:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
