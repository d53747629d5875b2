"""Which projects of a digest are shown in full, which in a line, and whether there is anything to say at all."""

from __future__ import annotations

from conversations.cards import DIGEST_FULL, DIGEST_SHORT, DigestCard, DigestLine, DigestState

_AT_REST = (DigestState.CALM, DigestState.PAUSED)


def is_quiet(card: DigestCard) -> bool:
    """Nothing has changed and nothing is to do; who asked for it sees all of it nevertheless."""
    if card.asked_for or card.roll_up or not card.lines:
        return False
    return not any(line.state not in _AT_REST or line.change or line.new or line.due for line in card.lines)


def in_full(card: DigestCard) -> list[DigestLine]:
    return [line for line in card.lines if line.state is DigestState.BLOCKED][:DIGEST_FULL]


def in_short(card: DigestCard) -> list[DigestLine]:
    return _others(card)[:DIGEST_SHORT]


def left_out(card: DigestCard) -> int:
    return max(len(_others(card)) - DIGEST_SHORT, 0)


def with_details(card: DigestCard) -> list[DigestLine]:
    """Those of which more is told below: the ones in full first."""
    told = [line for line in (*in_full(card), *in_short(card)) if line.state is not DigestState.PAUSED]
    return told[:DIGEST_FULL]


def _others(card: DigestCard) -> list[DigestLine]:
    full = in_full(card)
    return [line for line in card.lines if line not in full]
