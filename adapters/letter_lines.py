"""How the lines of a letter stand to one another: which are open, of which projects, and which speaks for itself."""

from __future__ import annotations

from collections.abc import Iterable

from conversations.cards import About, AskCard, ConfirmCard, EscalationCard, HeadsUpCard, LetterCard, Line, NudgeCard

_GAPS = (About.OPEN, About.PARTS, About.GAP, About.PROMISED)


def is_open(line: Line) -> bool:
    """Whether somebody is asked for something, as it is no longer once it is settled."""
    if isinstance(line, NudgeCard | HeadsUpCard | EscalationCard):
        return line.became is None
    return line.open and not (isinstance(line, AskCard | ConfirmCard) and line.until)


def is_nudge(line: Line) -> bool:
    return isinstance(line, NudgeCard)


def is_gap(line: Line) -> bool:
    """Whether what it waits for is an answer that is not there; it may be a look at one that is."""
    return isinstance(line, NudgeCard) and line.about in _GAPS


def open_lines(card: LetterCard) -> list[Line]:
    return [line for line in card.lines if is_open(line)]


def projects_of(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(line.project for line in lines))


def is_timed(line: Line, card: LetterCard) -> bool:
    """Whether it says itself how long it takes; the greeting does so for the first one."""
    first = next(iter(open_lines(card)), None)
    return card.since is not None or line is not first


def alone(card: LetterCard) -> Line | None:
    """The only line, where it speaks for itself: it is settled, or is no nudge, which is greeted."""
    if len(card.lines) > 1 or card.since is not None:
        return None
    line = card.lines[0]
    return line if not is_open(line) or not is_nudge(line) else None
