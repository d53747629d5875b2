"""What is wrong with a message that a bot sends: as strict as Teams is, and stricter where clients show nonsense.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.adaptive_cards import complaints as complaints_about
from tests.adaptive_cards import elements
from tests.fake_teams_state import Json, Organisation, TeamsRefuses

MOST_BYTES = 100_000  # counted in UTF-16
_AT = re.compile(r"<at>.*?</at>")
_CARD = "application/vnd.microsoft.card.adaptive"


def taken(teams: Organisation, activity: Any) -> Json:
    """The message, if Teams takes it. What it would show wrongly is kept as a complaint, and refused too."""
    if not isinstance(activity, dict) or activity.get("type") not in ("message", "typing"):
        raise TeamsRefuses("BadSyntax", "Activity type is missing or not known.")
    if len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le")) > MOST_BYTES:
        raise TeamsRefuses("MessageSizeTooBig", "Message size too large.")
    if found := list(complaints(teams, activity)):
        teams.complaints.extend(found)
        raise TeamsRefuses("BadArgument", "; ".join(found))
    return activity


def complaints(teams: Organisation, activity: Json) -> Iterator[str]:
    text, attachments = activity.get("text") or "", activity.get("attachments") or []
    cards = [each["content"] for each in attachments if each.get("contentType") == _CARD]
    if len(cards) != len(attachments):
        yield "an attachment that is no Adaptive Card"
    if activity["type"] == "message" and not (text or cards):
        yield "a message without anything in it"
    if text and cards:
        yield "text together with a card: Teams may make two messages of it"
    if cards and not activity.get("summary"):
        yield "a card without a summary: the notification reads 'Card'"
    yield from _about_mentions(teams, "the text", [text], activity.get("entities") or [])
    for card in cards:
        yield from about_card(teams, card)


def about_card(teams: Organisation, card: Json) -> Iterator[str]:
    """A card, wherever it is shown: in a message, or in the answer to a press."""
    yield from complaints_about(card)
    written = [each["text"] for each in elements(card, "TextBlock")]
    yield from _about_mentions(teams, "the card", written, card.get("msteams", {}).get("entities", []))


def _about_mentions(teams: Organisation, where: str, written: list[str], entities: list[Json]) -> Iterator[str]:
    mentioned = [each for each in entities if each.get("type") == "mention"]
    there = {found for each in written for found in _AT.findall(each)}
    for each in mentioned:
        if each.get("text") not in there:
            yield f"{each.get('text')} is mentioned, and not in {where}"
        if (who := (each.get("mentioned") or {}).get("id")) not in {person.id for person in teams.people.values()}:
            yield f"nobody is called {who}"
    for text in there - {each.get("text") for each in mentioned}:
        yield f"{text} is in {where}, and not mentioned"
