"""Slack's Web API for messages, over a `Workspace`: each method checks what Slack checks, in Slack's words.

Addresses of the pages: https://docs.slack.dev/reference/methods/<method>
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.block_kit import complaints
from tests.fake_slack_state import (
    BOT,
    DOMAIN,
    Channel,
    Json,
    Message,
    SlackRefuses,
    Workspace,
)

Method = Callable[[Workspace, "Arguments"], Json]

_LONGEST_POST, _LONGEST_UPDATE, _LARGEST_METADATA = 40_000, 4_000, 8_000
_TS = re.compile(r"\d{10}\.\d{6}")


class Arguments(dict[str, Any]):
    """What was asked for; a form's values are strings, and JSON in them is read."""

    def needs(self, *names: str) -> list[str]:
        if missing := [name for name in names if self.get(name) in (None, "")]:
            raise SlackRefuses("invalid_arguments", *(f"missing required field: {name}" for name in missing))
        return [str(self[name]) for name in names]

    def flag(self, name: str) -> bool:
        return str(self.get(name, "")).lower() in ("true", "1")

    def json(self, name: str) -> Any:
        """The value of `name`, which may be JSON in a string; None without one."""
        value = self.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackRefuses("invalid_json" if name != "metadata" else "invalid_metadata_format") from None


# --- what several methods ask ------------------------------------------------------------------------------------


def needs_scope(slack: Workspace, scope: str) -> None:
    if scope not in slack.scopes:
        raise SlackRefuses("missing_scope", needed=scope, provided=",".join(slack.scopes))


def known(slack: Workspace, id_: str) -> Channel:
    """The channel with this id; a private one is not told of to a bot that is not in it."""
    channel = slack.channels.get(id_)
    if channel is None or (channel.private and BOT not in channel.members):
        raise SlackRefuses("channel_not_found")
    return channel


def joined(slack: Workspace, id_: str) -> Channel:
    channel = known(slack, id_)
    if BOT not in channel.members:
        raise SlackRefuses("not_in_channel")
    return channel


def _open(slack: Workspace, id_: str) -> Channel:
    """A channel that the bot may write to; `id_` may be a person's, or #name."""
    if id_.startswith("#"):
        id_ = next((each.id for each in slack.channels.values() if each.name == id_[1:]), id_)
    if id_ in slack.people:
        id_ = slack.direct(id_).id
    channel = known(slack, id_)
    if channel.archived:
        raise SlackRefuses("is_archived")
    if BOT not in channel.members and (channel.private or "chat:write.public" not in slack.scopes):
        raise SlackRefuses("not_in_channel")
    return channel


def named_blocks(slack: Workspace, blocks: list[Json]) -> list[Json]:
    """Slack gives names to the blocks and elements that have none."""
    named: list[Json] = json.loads(json.dumps(blocks))
    for block in named:
        block.setdefault("block_id", slack.name("b"))
        several = block["elements"] if block["type"] == "actions" else []
        for element in [*several, block.get("accessory"), block.get("element")]:
            if element and element["type"] != "image":
                element.setdefault("action_id", slack.name("a"))
    return named


def named_view(slack: Workspace, body: Json) -> Json:
    return {**body, "blocks": named_blocks(slack, body["blocks"])}


def _blocks(slack: Workspace, arguments: Arguments) -> list[Json]:
    blocks = arguments.json("blocks") or []
    if found := complaints(blocks):
        raise SlackRefuses("invalid_blocks", *found)
    return named_blocks(slack, blocks)


def _metadata(arguments: Arguments) -> Json | None:
    metadata = arguments.json("metadata")
    if metadata is None:
        return None
    whole = isinstance(metadata, dict) and metadata.keys() >= {"event_type", "event_payload"}
    if metadata and not (whole and isinstance(metadata["event_payload"], dict)):
        raise SlackRefuses("invalid_metadata_format")
    if len(json.dumps(metadata)) > _LARGEST_METADATA:
        raise SlackRefuses("metadata_too_large")
    return metadata or None


def _spoken(slack: Workspace, arguments: Arguments) -> tuple[str, list[Json]]:
    text, blocks = str(arguments.get("text") or ""), _blocks(slack, arguments)
    if not text and not blocks:
        raise SlackRefuses("no_text")
    return text[:_LONGEST_POST], blocks


def _thread(channel: Channel, arguments: Arguments) -> str | None:
    """The root of a thread; where it was deleted and nothing is left, the reply stands in the channel."""
    ts = arguments.get("thread_ts")
    if ts is None or ts in channel.gone:
        return None
    if not isinstance(ts, str) or not _TS.fullmatch(ts) or ts not in channel.messages:
        raise SlackRefuses("invalid_thread_ts", f"{ts} is not a valid thread_ts")
    return channel.messages[ts].thread_ts or ts


def message_json(channel: Channel, message: Message, *, metadata: bool = False) -> Json:
    told = channel.message_json(message)
    if message.metadata:
        told["metadata"] = message.metadata if metadata else {"event_type": message.metadata["event_type"]}
    return told


# --- messages ----------------------------------------------------------------------------------------------------


def _post(slack: Workspace, arguments: Arguments) -> Json:
    needs_scope(slack, "chat:write")
    channel = _open(slack, *arguments.needs("channel"))
    thread, metadata = _thread(channel, arguments), _metadata(arguments)
    text, blocks = _spoken(slack, arguments)
    message = Message(
        channel=channel.id,
        ts=slack.ts(),
        user=BOT,
        text=text,
        blocks=blocks,
        thread_ts=thread,
        metadata=metadata,
    )
    channel.messages[message.ts] = message
    return {"channel": channel.id, "ts": message.ts, "message": message_json(channel, message, metadata=True)}


def _update(slack: Workspace, arguments: Arguments) -> Json:
    needs_scope(slack, "chat:write")
    id_, ts = arguments.needs("channel", "ts")
    channel = joined(slack, id_)
    message = channel.messages.get(ts)
    if message is None or message.subtype == "tombstone":
        raise SlackRefuses("message_not_found")
    if not message.of_bot:
        raise SlackRefuses("cant_update_message")
    if channel.archived:
        raise SlackRefuses("is_inactive")
    if len(str(arguments.get("text") or "")) > _LONGEST_UPDATE:
        raise SlackRefuses("msg_too_long")
    metadata, (text, blocks) = _metadata(arguments), _spoken(slack, arguments)
    message.text, message.blocks, message.edited = text or message.text, blocks, slack.ts()
    message.metadata = metadata if "metadata" in arguments else message.metadata
    told = message_json(channel, message, metadata=True)
    return {"channel": channel.id, "ts": ts, "text": message.text, "message": told}


def _post_ephemeral(slack: Workspace, arguments: Arguments) -> Json:
    needs_scope(slack, "chat:write")
    id_, user = arguments.needs("channel", "user")
    channel = _open(slack, id_)
    if user not in channel.members or slack.people[user].deleted:
        raise SlackRefuses("user_not_in_channel")
    thread, (text, blocks) = _thread(channel, arguments), _spoken(slack, arguments)
    message = Message(
        channel=channel.id, ts=slack.ts(), user=BOT, text=text, blocks=blocks, thread_ts=thread, seen_by=user
    )
    slack.ephemerals.append(message)
    return {"message_ts": message.ts}


def _permalink(slack: Workspace, arguments: Arguments) -> Json:
    id_, ts = arguments.needs("channel", "message_ts")
    channel = known(slack, id_)
    if ts not in channel.messages:
        raise SlackRefuses("message_not_found")
    message = channel.messages[ts]
    tail = f"?thread_ts={message.thread_ts}&cid={id_}" if message.is_reply else ""
    link = f"https://{DOMAIN}.slack.com/archives/{id_}/p{ts.replace('.', '')}{tail}"
    return {"channel": id_, "permalink": link}


def _react(slack: Workspace, arguments: Arguments) -> tuple[list[str], Message, str]:
    needs_scope(slack, "reactions:write")
    id_, ts, name = arguments.needs("channel", "timestamp", "name")
    channel = joined(slack, id_)
    if ts not in channel.messages:
        raise SlackRefuses("message_not_found")
    if channel.archived:
        raise SlackRefuses("is_archived")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise SlackRefuses("invalid_name")
    message = channel.messages[ts]
    return message.reactions.get(name, []), message, name


def _add_reaction(slack: Workspace, arguments: Arguments) -> Json:
    users, message, name = _react(slack, arguments)
    if BOT in users:
        raise SlackRefuses("already_reacted")
    message.reactions[name] = [*users, BOT]
    return {}


def _remove_reaction(slack: Workspace, arguments: Arguments) -> Json:
    users, message, name = _react(slack, arguments)
    if BOT not in users:
        raise SlackRefuses("no_reaction")
    message.reactions[name] = [each for each in users if each != BOT]
    if not message.reactions[name]:
        del message.reactions[name]
    return {}


MESSAGE_METHODS: Mapping[str, Method] = {
    "chat.getPermalink": _permalink,
    "chat.postEphemeral": _post_ephemeral,
    "chat.postMessage": _post,
    "chat.update": _update,
    "reactions.add": _add_reaction,
    "reactions.remove": _remove_reaction,
}
