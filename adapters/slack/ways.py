"""How a way on stands in a payload, both directions, pure. Slack keeps these names in its messages: none may change."""

from __future__ import annotations

import re
from dataclasses import dataclass

from conversations.cards import Tap, Way

DIGEST_SHOWN = 12  # characters of a pack's digest; enough to tell two packs of one review apart
OVERFLOW = "more"  # the `action_id` of an overflow, whose option's value names the way

_BLOCK = re.compile(rf"\d+/(.*)/([0-9a-zA-Z]{{0,{DIGEST_SHOWN}}})", re.DOTALL)
_TAPS = frozenset(Tap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What a payload's names say. `digest` is the beginning of one, of `DIGEST_SHOWN` characters."""

    review: str | None
    digest: str | None
    tap: Tap
    item: str | None
    choice: str | None


def block_id(n: int, review: str | None, digest: str | None) -> str:
    """`n` is the place in the message, as no two of its blocks may have one name."""
    return f"{n}/{review or ''}/{(digest or '')[:DIGEST_SHOWN]}"


def action_id(way: Way) -> str:
    """The name of a button, and the value of an overflow's option."""
    return f"{way.tap}|{way.item or ''}|{way.choice or ''}"


def from_ids(block: str, action: str) -> Pressed | None:
    """`action` is an `action_id`, of an overflow the chosen option's value. None for names that are not ours."""
    named, parts = _BLOCK.fullmatch(block), action.split("|", 2)
    if named is None or len(parts) != 3 or parts[0] not in _TAPS:
        return None
    tap, item, choice = parts
    return Pressed(
        review=named[1] or None, digest=named[2] or None, tap=Tap(tap), item=item or None, choice=choice or None
    )
