"""What Slack's client makes of a line that somebody types: names become ids, and the rest is escaped.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from tests.fake_slack_state import Json, Workspace

_TYPED = re.compile(
    r"(?P<url>https?://[^\s<>]*[^\s<>.,;:!?)\"'])"
    r"|(?<![\w.@/])@(?P<person>[A-Za-z][\w-]*(?:\.[\w-]+)*)"
    r"|(?<![\w&#/])#(?P<channel>[a-z0-9][\w-]*)"
)
_MARKED = re.compile(r"<(?P<mark>[@#!]?)(?P<target>[^>|]+)(?:\|(?P<label>[^>]*))?>")


def typed(slack: Workspace, text: str, *, labels: bool = False) -> str:
    """`text` as Slack passes it on. `labels` also writes people's names, as in commands."""
    people = {each.name: each for each in slack.people.values()}
    channels = {each.name: each for each in slack.channels.values() if not each.is_im}

    def encoded(found: re.Match[str]) -> str:
        if found["url"]:
            return f"<{found[0]}>"
        name = found["person"] or found["channel"]
        if found["channel"]:
            there = channels.get(name)
            return f"<#{there.id}|{'' if there.private else name}>" if there else found[0]
        if name in ("here", "channel", "everyone"):
            return f"<!{name}>"
        label = f"|{name}" if labels else ""
        return f"<@{people[name].id}{label}>" if name in people else found[0]

    return _TYPED.sub(encoded, html.escape(text, quote=False))


def rich_text(text: str) -> list[Json]:
    """The blocks that a client sends along with an encoded text."""
    section = {"type": "rich_text_section", "elements": list(_elements(text))}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]


def _elements(text: str) -> Iterator[Json]:
    end = 0
    for found in _MARKED.finditer(text):
        if found.start() > end:
            yield {"type": "text", "text": html.unescape(text[end : found.start()])}
        yield _marked(found)
        end = found.end()
    if end < len(text):
        yield {"type": "text", "text": html.unescape(text[end:])}


def _marked(found: re.Match[str]) -> Json:
    target = html.unescape(found["target"])
    match found["mark"]:
        case "@":
            return {"type": "user", "user_id": target}
        case "#":
            return {"type": "channel", "channel_id": target}
        case "!":
            return {"type": "broadcast", "range": target}
        case _:
            return {"type": "link", "url": target, **({"text": found["label"]} if found["label"] else {})}
