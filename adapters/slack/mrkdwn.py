"""Slack's text as ours: people are `<@ID>`, channels `#name`, links their address, and everything else as it was typed.

Total: what has no form that Slack documents stays as it is. Formatting stays too; it is part of what was typed.
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

from adapters.payloads import storable

ID = r"[\w.-]{1,255}"  # of Slack: capitals and digits, a dozen of them; emulators are freer

_REFERENCE = re.compile(
    rf"<@(?P<person>{ID})(?:\|[^<>]*)?>"
    rf"|<#(?P<channel>{ID})(?:\|(?P<name>[^<>]*))?>"
    rf"|<!subteam\^(?P<group>{ID})(?:\|@?(?P<handle>[^<>]*))?>"
    r"|<!(?P<everybody>here|channel|everyone)(?:\|[^<>]*)?>"
    r"|<![^<>|]*\|(?P<fallback>[^<>]*)>"
    r"|<(?P<link>[A-Za-z][A-Za-z0-9+.-]*:[^<>|]*)(?:\|(?P<label>[^<>]*))?>"
)
_ESCAPED = re.compile("&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_SCHEME = re.compile("(?:https?://|mailto:|tel:)", re.IGNORECASE)
_NO_PAGE = re.compile("(?:mailto|tel):", re.IGNORECASE)  # what people call an address is the part behind it
_PERSON = re.compile(rf"\x00({ID})\x00")


def to_text(slack_text: str, bot: str | None = None) -> str:
    """What a person typed. Mentions of `bot` are cut from its beginning, with what parts them from the words."""
    stored = storable(slack_text)
    said = _without_address(stored, bot) if bot else stored
    marked = _REFERENCE.sub(_in_our_form, said)
    # What was typed as `<@…>` is nobody's mention; real ones are between NULs until then.
    typed = _ESCAPED.sub(lambda escaped: _CHARACTERS[escaped[1]], marked).replace("<@", "< @")
    return _PERSON.sub(r"<@\1>", typed)


def words_after_mention(slack_text: str, bot: str | None) -> str | None:
    """What follows the first mention of `bot`, wherever it stands; None where it is not mentioned."""
    found = re.search(_mention_of(bot), slack_text) if bot else None
    return to_text(slack_text[found.end() :], bot).strip() if found else None


def people_in(text: str) -> frozenset[str]:
    """The ids of who is mentioned in a text of ours."""
    return frozenset(re.findall(rf"<@({ID})>", text))


def _without_address(text: str, bot: str) -> str:
    return re.sub(rf"\A(?:\s*{_mention_of(bot)})+", "", text)


def _mention_of(bot: str) -> str:
    return rf"<@{re.escape(bot)}(?:\|[^<>]*)?>[\s,:]*"


def _in_our_form(found: re.Match[str]) -> str:
    if person := found["person"]:
        return f"\x00{person}\x00"
    if channel := found["channel"]:
        return f"#{found['name'] or channel}"
    if group := found["group"]:
        return f"@{found['handle'] or group}"
    if everybody := found["everybody"]:
        return f"@{everybody}"
    if found["link"]:
        return _link(found["link"], found["label"] or "")
    return found["fallback"] or ""


def _link(link: str, label: str) -> str:
    address = _NO_PAGE.sub("", link)
    return f"{label} ({address})" if label and _bare(label) != _bare(address) else address


def _bare(address: str) -> str:
    """The address as people type it."""
    return _SCHEME.sub("", address, count=1).rstrip("/").casefold()
