"""Hears all that Slack sends, over HTTP and Socket Mode alike, ahead of Bolt's own listeners.

Bolt tells Slack "received" before its listeners of events run, and says so too when one of them fails. Here the turn
comes first, and Slack is told once it is committed. What cannot be kept is refused, so that Slack sends it again; a
person, whose click comes once only, is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from traceback import extract_tb
from typing import assert_never

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.news import ForEach, Step, about
from adapters.payloads import Payload, listed, words
from adapters.slack.desk import Desk, received
from adapters.slack.inbound import to_activities, to_command
from adapters.slack.interactions import Interactions
from adapters.slack.news import Around, Moved, PersonTold, Removed, Renamed, Uninstalled
from adapters.slack.payloads import ident, tenant_of
from conversations.activities import Activity, ActivityKind
from conversations.cards import Notice
from conversations.errors import Busy, StaleReview, StorageDown

_log = logging.getLogger(__name__)


class Listeners(AsyncMiddleware):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._interactions = Interactions(desk)

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002  # Bolt gives it by name
        next: Callable[[], Awaitable[BoltResponse]],  # Bolt gives it by name
    ) -> BoltResponse:
        body, loop = req.body, asyncio.get_running_loop()
        kind, outcome, begun = words(body, "type") or "command", "kept", loop.time()
        if kind == "url_verification":
            return await next()
        try:
            return await self._answered(body, kind)
        except (Busy, StaleReview, StorageDown) as error:
            outcome = "refused"
            _log.warning("activity_postponed", extra={"kind": kind, "error": type(error).__name__})
            return await self._not_kept(body, kind)
        except Exception as error:  # noqa: BLE001  # Bolt would log its text, which may repeat what people wrote
            outcome = "broke"
            _log.error("activity_broke", extra={"kind": kind, "error": type(error).__name__, "at": _place(error)})
            return BoltResponse(status=500, body="")
        finally:
            self._desk.shell.heard(kind, outcome, loop.time() - begun)

    async def _answered(self, body: Payload, kind: str) -> BoltResponse:
        match kind:
            case "event_callback":
                return await self._event(body)
            case "block_actions":
                return await self._interactions.pressed(body)
            case "view_submission":
                return await self._interactions.saved(body)
            case "message_action" | "shortcut":
                return await self._interactions.shortcut(body)
            case "command":
                return await self._command(body)
            case _:  # whatever else Slack has to tell is received as well
                return received()

    async def _command(self, form: Payload) -> BoltResponse:
        activity = to_command(form, at=self._desk.shell.clock())
        if activity is not None:
            await self._desk.run(activity)
        return received()

    async def _event(self, envelope: Payload) -> BoltResponse:
        news = to_activities(envelope, at=self._desk.shell.clock())
        seen = True
        for fact in news.facts:
            if not isinstance(fact, Step):
                await self._fact(fact, news.tenant)
            elif seen or not fact.if_seen:
                seen = await self._desk.run(fact.activity) is None
        return received()

    async def _fact(self, fact: Around, tenant: str) -> None:
        desk = self._desk
        match fact:
            case ForEach(activity=activity, channel=channel):
                await self._tell_each(activity, channel)
            case Moved(old=old, new=new):
                await desk.shell.moved(tenant, old, new)
            case Renamed(channel=channel, name=name):
                desk.channels.renamed(tenant, channel, name)
            case PersonTold(user=user):
                await desk.people.saw(user, tenant)
            case Uninstalled(at=at):
                await desk.shell.uninstalled(tenant, at)
                desk.workspaces.forget(tenant)
                _log.info("workspace_left", extra={"tenant": tenant})
            case Removed():  # the next revision finds it gone, and posts it anew where people need it
                _log.info("own_message_removed", extra={"tenant": tenant})
            case _:
                assert_never(fact)

    async def _tell_each(self, activity: Activity, channel: str | None) -> None:
        """Each review has a key of its own for it, so that who is cut short goes on where it was."""
        tenant, closed = activity.reference.tenant, activity.reference.channel
        if activity.kind is ActivityKind.ARCHIVED:
            names = await self._desk.channel_names(tenant, [closed])
            activity = replace(activity, text=f"#{names.get(closed, closed)}")
        for review, reference in await self._desk.shell.living(tenant, channel):
            await self._desk.run(about(activity, review, at=reference))

    async def _not_kept(self, body: Payload, kind: str) -> BoltResponse:
        match kind:
            case "event_callback":
                return BoltResponse(status=503, body="")
            case "command":
                return received({"response_type": "ephemeral", "text": self._desk.sentence(Notice.NOT_SAVED)})
            case "view_submission":
                inputs = (ident(b, "block_id") for b in listed(body, "view", "blocks") if words(b, "type") == "input")
                return received(
                    {
                        "response_action": "errors",
                        "errors": {next(inputs, ""): self._desk.sentence(Notice.NOT_SAVED)},
                    }
                )
            case _ if address := words(body, "response_url"):
                await self._desk.say_at(address, Notice.NOT_SAVED)
            case _ if words(body, "view", "type") == "modal":
                await self._desk.show(tenant_of(body), ident(body, "view", "id"), Notice.NOT_SAVED)
            case _:  # the person sees Slack's own warning
                return BoltResponse(status=503, body="")
        return received()


def _place(error: Exception) -> str:
    frame = extract_tb(error.__traceback__)[-1]
    return f"{frame.name}:{frame.lineno}"
