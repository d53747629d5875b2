"""The engine: one event in, one turn out.

Theory of operation. A review is a list of acts (`review.py`); where it stands is what they add up to
(`standing.py`); what should be on show follows from that (`board.py`). So a handler has one job: to decide which
acts an event adds (`handlers.py`). `turn_of` adds them, and its effects are what changed on the board, with the
whisper that a handler may hand along (`scene.py`).

Rules.
1. `TRANSITIONS` is the whole truth about what may happen when. An absent row is `EventRefused`: late, doubled or
   a programming error. What a person should hear about is a row whose handler whispers.
2. Who may do it is asked once, before the handler, of one table (`permissions.py`).
3. A refused event changes nothing.
4. `now` is an argument, and there is no other clock; same inputs, same turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from conversations import events
from conversations import handlers as on
from conversations.board import board
from conversations.cards import Notice
from conversations.effects import Turn
from conversations.errors import EventRefused
from conversations.events import Event
from conversations.language.rules import Rules
from conversations.permissions import INSIDERS_ONLY, who_may
from conversations.review import Phase, Review
from conversations.scene import Scene, shown, whispered
from conversations.standing import Standing, stand

Handler: TypeAlias = Callable[[Scene, Any], Turn]  # each takes the event that its row names


def begin(review: Review, now: datetime) -> Turn:
    """The first turn of a new review, which has no acts yet: its root card and its first question."""
    return shown({}, stand(review, now))


def step(standing: Standing, event: Event, rules: Rules) -> Turn:
    """One event through the engine, at the moment of `standing`. Raises `EventRefused`."""
    scene = Scene(standing=standing, event=event, rules=rules)
    handler = TRANSITIONS.get((scene.standing.phase, type(event)))
    if handler is None:
        raise EventRefused(f"{type(event).__name__} in phase {scene.standing.phase}")
    return _refusal(scene) or handler(scene, event)


def lapse(review: Review, now: datetime) -> Turn:
    """Time has passed: whatever the board says otherwise now is put right."""
    turn = shown(board(stand(review, review.shown_at)), stand(review, now))
    if turn.review is None or not turn.effects:
        return Turn(review=review)
    return replace(turn, review=replace(turn.review, shown_at=now))


def _refusal(scene: Scene) -> Turn | None:
    event = scene.event
    if event.by.outsider and isinstance(event, INSIDERS_ONLY):
        return whispered(scene, scene.notice(Notice.OUTSIDER), refused=True)
    people = who_may(scene.standing, event)
    if people is None or event.by.id in people:
        return None
    return whispered(scene, scene.notice(Notice.REFUSED, people=people, act=type(event).__name__), refused=True)


_ROWS: Mapping[type[Event], tuple[Handler | None, Handler | None, Handler | None, Handler | None]] = {
    # event                  open              paused            done                 cancelled
    events.Answered: (on.answered, on.answered, on.closed, on.closed),
    events.FormSubmitted: (on.form_submitted, on.form_submitted, on.closed, on.closed),
    events.Described: (on.described, on.described, on.closed, on.closed),
    events.Kept: (on.kept, on.kept, on.closed, on.closed),
    events.Deferred: (on.deferred, on.deferred, on.closed, on.closed),
    events.WaiverAccepted: (on.waiver_decided, on.waiver_decided, on.closed, on.closed),
    events.WaiverRejected: (on.waiver_decided, on.waiver_decided, on.closed, on.closed),
    events.Delegated: (on.delegated, on.delegated, on.closed, on.closed),
    events.Confirmed: (on.confirmed, on.confirmed, on.closed, on.closed),
    events.Declined: (on.declined, on.declined, on.closed, on.closed),
    events.Settled: (on.settled, on.settled, on.closed, on.closed),
    events.Skipped: (on.skipped, on.skipped, on.closed, on.closed),
    events.Reopened: (on.reopened, on.reopened, on.closed, on.closed),
    events.Undone: (on.undone, on.undone, on.undone_when_closed, on.undone_when_closed),
    events.Disowned: (on.disowned, on.disowned, on.closed, on.closed),
    events.Reclaimed: (on.reclaimed, on.reclaimed, on.closed, on.closed),
    events.Paused: (on.paused, on.paused, on.closed, on.closed),
    events.Resumed: (on.already, on.resumed, on.resumed, on.resumed),
    events.Finished: (on.finished, on.finished, on.already, on.closed),
    events.Cancelled: (on.cancelled, on.cancelled, on.cancelled, on.already),
    events.HandedOver: (on.handed_over, on.handed_over, on.closed, on.closed),
    events.DateChanged: (on.date_changed, on.date_changed, on.closed, on.closed),
    events.Viewed: (on.viewed, on.viewed, on.viewed, on.viewed),
    events.LeftAlone: (on.left_alone, on.left_alone, on.ignored, on.ignored),
    events.Misspoken: (on.misspoken, on.misspoken, on.closed, on.closed),
}
TRANSITIONS: Mapping[tuple[Phase, type[Event]], Handler] = {
    (phase, event): handler
    for event, handlers in _ROWS.items()
    for phase, handler in zip(Phase, handlers, strict=True)
    if handler is not None
}
LEADS_TO: Mapping[type[Event], Phase] = {  # for the diagram; a test holds it against the handlers
    events.Paused: Phase.PAUSED,
    events.Resumed: Phase.OPEN,
    events.Finished: Phase.DONE,
    events.Cancelled: Phase.CANCELLED,
}
