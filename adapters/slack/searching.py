"""Whether a message was sent: each post bears its delivery's id, which everybody in the workspace could read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.failures import Refused
from adapters.recent import Recent
from adapters.slack.calls import Calls
from adapters.slack.names import EVENT_TYPE, message_name
from adapters.slack.places import Places
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery

_BEFORE = timedelta(seconds=60)  # a delivery is looked for from here on: Slack's clock is not ours
# https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps
_PAGE = 15
_MOST_PAGES = 10


class Search:
    def __init__(self, calls: Calls, places: Places) -> None:
        self._calls = calls
        self._places = places
        self._stopped = Recent[str, str]()  # by delivery id, the page that a search could not read

    async def find(self, delivery: Delivery) -> str | None:
        """The name of the message that bears this delivery's id.

        Raises `LookupError` where Slack does not let us read, or there is too much to read, and `DeliveryFailed` where
        it does later.
        """
        try:
            channel, thread = await self._places.place(delivery)
            bot = await self._calls.bot(delivery)
            return await self._through(delivery, channel, thread, bot)
        except Refused as refused:
            if refused.permanent or refused.code == "missing_scope":
                raise LookupError(delivery.delivery_id) from refused
            raise

    async def _through(self, delivery: Delivery, channel: str, thread: str | None, bot: str) -> str | None:
        """Goes on where it had to stop: an app that may read one page a minute gets to the end too."""
        cursor = self._stopped.pop(delivery.delivery_id, None)
        for _ in range(_MOST_PAGES):
            try:
                page = await self._page(delivery, channel, thread, cursor)
            except DeliveryFailed:
                if cursor is not None:
                    self._stopped[delivery.delivery_id] = cursor
                raise
            for message in page["messages"]:
                if message.get("bot_id") == bot and _delivery_id(message) == delivery.delivery_id:
                    return message_name(channel, message["ts"])
            if not page.get("has_more"):
                return None
            cursor = page["response_metadata"]["next_cursor"]
        raise LookupError(delivery.delivery_id)

    async def _page(self, delivery: Delivery, channel: str, thread: str | None, cursor: str | None) -> Any:
        return await self._calls.call(
            delivery,
            "conversations.replies" if thread else "conversations.history",
            channel,
            ts=thread,
            oldest=f"{(delivery.created_at - _BEFORE).timestamp():.6f}",
            limit=_PAGE,
            include_all_metadata=True,
            cursor=cursor,
        )


def marks(delivery: Delivery) -> dict[str, Any]:
    """What a post is found by, as an argument of its call."""
    return {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": delivery.delivery_id}}}


def _delivery_id(message: Mapping[str, Any]) -> object:
    metadata = message.get("metadata", {})
    return metadata.get("event_payload", {}).get("delivery_id") if metadata.get("event_type") == EVENT_TYPE else None
