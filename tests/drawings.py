"""The engine's table as pictures for `docs/engine.md`: a diagram of the phases, and who may do what.

Each drawing stands in the document between `<!-- name -->` and `<!-- end of name -->`; the rest is written by hand.
`UPDATE_DOCS=1 pytest tests/conversations/test_engine_table.py` draws them anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from conversations import corrections, handlers
from conversations.engine import LEADS_TO, TRANSITIONS
from conversations.events import Event, Undone
from conversations.permissions import INSIDERS_ONLY, WHO
from conversations.review import Phase

CLOSED = (corrections.closed, corrections.edited_when_closed)
REFUSALS = (*CLOSED, handlers.already)  # rows in which a person hears why nothing happens


def phase_diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Phase.OPEN}: started"]
    for phase in Phase:
        lines += [f"    {phase} --> {LEADS_TO[event]}: {words(event)}" for event in leaving(phase)]
    lines.append(f"    {Phase.PAUSED} --> {Phase.OPEN}: its day has come")
    taken_back = [phase for phase in Phase if is_taken_back(phase)]
    lines += [f"    {phase} --> {Phase.OPEN}: {words(Undone)}, by who did it" for phase in taken_back]
    return "\n".join([*lines, "```"])


def transition_table() -> str:
    head = ["event", *Phase]
    rows = [[f"`{event.__name__}`", *(_cell(phase, event) for phase in Phase)] for event in WHO]
    return _table([head, *rows])


def who_table() -> str:
    rows = [[f"`{event.__name__}`", _who(event)] for event in WHO]
    return _table([["event", "who may"], *rows])


def leaving(phase: Phase) -> list[type[Event]]:
    """The events that bring a review from one phase to another."""
    moving = (event for event in LEADS_TO if LEADS_TO[event] is not phase and not is_ignored(phase, event))
    return [event for event in moving if not is_refused(phase, event)]


def is_refused(phase: Phase, event: type[Event]) -> bool:
    return TRANSITIONS.get((phase, event)) in (None, *REFUSALS)


def is_ignored(phase: Phase, event: type[Event]) -> bool:
    return TRANSITIONS.get((phase, event)) is handlers.ignored


def is_taken_back(phase: Phase) -> bool:
    return TRANSITIONS[phase, Undone] is corrections.undone_when_closed


def words(event: type[Event]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", event.__name__).lower()


def drawn(document: str) -> str:
    """The document with all its drawings as they are now."""
    for name, draw in DRAWINGS.items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = document.partition(start)
        _, _, after = rest.partition(end)
        document = f"{before}{start}\n{draw()}\n{end}{after}"
    return document


def _cell(phase: Phase, event: type[Event]) -> str:
    handler = TRANSITIONS.get((phase, event))
    if handler in (None, handlers.ignored):
        return "nothing"
    if handler in CLOSED:
        return "is closed"
    if handler is handlers.already:
        return "is already so"
    return f"→ {LEADS_TO[event]}" if event in LEADS_TO else "yes"


def _who(event: type[Event]) -> str:
    return WHO[event].value + (", of this organisation" if event in INSIDERS_ONLY else "")


def _table(rows: list[list[str]]) -> str:
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


DRAWINGS: Mapping[str, Callable[[], str]] = {
    "phases": phase_diagram,
    "transitions": transition_table,
    "who": who_table,
}
