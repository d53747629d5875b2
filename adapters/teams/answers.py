"""What answers a click: a card that only the one who clicked sees, or a sentence. Both as Teams takes them, pure.

https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
"""

from __future__ import annotations

from typing import Any, TypeAlias

from adapters.prompting import needs_prompt
from conversations.cards import Card, EditCard, FormCard, FormErrorsCard, NotedCard, Notice, NoticeCard

Answer: TypeAlias = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
SENTENCE = "application/vnd.microsoft.activity.message"

_SAID_IN_PLACE = (Notice.CANCEL_SURE, Notice.NAME_TAKEN)  # on a card that asks for what comes next


def shown(card: dict[str, Any]) -> Answer:
    """In the place of the card that was clicked on, until its message is revised."""
    return {"statusCode": 200, "type": CARD, "value": card}


def said(sentence: str) -> Answer:
    return {"statusCode": 200, "type": SENTENCE, "value": sentence}


def is_answered(card: Card) -> bool:
    """Whether a whisper is said by the answer to the click that it comes of, and needs no message.

    What a notice offers is nothing more where it only asks once more for what a prompt asks, which stays on show.
    """
    match card:
        case FormCard() | FormErrorsCard() | EditCard() | NotedCard():
            return True
        case NoticeCard(notice=notice, ways=ways):
            return notice in _SAID_IN_PLACE or all(needs_prompt(way.tap, way.choice) for way in ways)
        case _:
            return False
