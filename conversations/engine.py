"""The engine: one event in, one turn out.

Theory of operation. A review is a list of acts (`review.py`); where it stands is what they add up to
(`standing.py`); what should be on show follows from that (`board.py`). So a handler has one job: to decide which
acts an event adds (`handlers.py`; `corrections.py` for what takes back or rewords, `surroundings.py` for what happens
around a review). `turn_of` adds them, and its effects are what changed on the board, with the whisper that a handler
may hand along (`scene.py`).

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

from conversations import corrections as fix
from conversations import events
from conversations import handlers as on
from conversations import surroundings as around
from conversations.board import board
from conversations.cards import Notice
from conversations.effects import Turn
from conversations.errors import EventRefused
from conversations.events import Event
from conversations.language.rules import Rules
from conversations.packs import Pack
from conversations.permissions import is_for_insiders, who_may
from conversations.review import LIVING, Phase, Review
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


def lapse(review: Review, now: datetime, latest: Pack | None = None) -> Turn:
    """Time has passed: whatever the board says otherwise now is put right, and a later pack (`latest`) is offered."""
    before, after = stand(review, review.shown_at.astimezone(now.tzinfo)), stand(review, now)
    offering = around.with_offer(review, latest, after) if after.phase in LIVING else review
    offered = offering is not review
    noted = stand(offering, now) if offered else after
    turn = shown(board(before), replace(noted, review=replace(noted.review, shown_at=now)))
    return turn if turn.effects or offered else Turn(review=review, standing=after)


def _refusal(scene: Scene) -> Turn | None:
    event = scene.event
    if event.by.outsider and is_for_insiders(event):
        return whispered(scene, scene.notice(Notice.OUTSIDER), refused=True)
    people = who_may(scene.standing, event)
    if people is None or event.by.id in people:
        return None
    return whispered(scene, scene.notice(Notice.REFUSED, people=people, act=type(event).__name__), refused=True)


_ROWS: Mapping[type[Event], tuple[Handler | None, ...]] = {
    # event                  open              paused            done                 cancelled
    events.Answered: (on.answered, on.answered, fix.closed, fix.closed),
    events.FormSubmitted: (on.form_submitted, on.form_submitted, fix.closed, fix.closed),
    events.Described: (on.described, on.described, fix.closed, fix.closed),
    events.Kept: (on.kept, on.kept, fix.closed, fix.closed),
    events.Deferred: (on.deferred, on.deferred, fix.closed, fix.closed),
    events.WaiverAccepted: (on.waiver_decided, on.waiver_decided, fix.closed, fix.closed),
    events.WaiverRejected: (on.waiver_decided, on.waiver_decided, fix.closed, fix.closed),
    events.Delegated: (on.delegated, on.delegated, fix.closed, fix.closed),
    events.Confirmed: (on.confirmed, on.confirmed, fix.closed, fix.closed),
    events.Declined: (on.declined, on.declined, fix.closed, fix.closed),
    events.Snoozed: (on.snoozed, on.snoozed, fix.closed, fix.closed),
    events.LetGo: (on.let_go, on.let_go, fix.closed, fix.closed),
    events.Settled: (on.settled, on.settled, fix.closed, fix.closed),
    events.Skipped: (on.skipped, on.skipped, fix.closed, fix.closed),
    events.Reopened: (on.reopened, on.reopened, fix.closed, fix.closed),
    events.Undone: (fix.undone, fix.undone, fix.undone_when_closed, fix.undone_when_closed),
    events.Disowned: (fix.disowned, fix.disowned, fix.closed, fix.closed),
    events.Reclaimed: (on.reclaimed, on.reclaimed, fix.closed, fix.closed),
    events.Edited: (fix.edited, fix.edited, fix.edited_when_closed, fix.edited_when_closed),
    events.Deleted: (fix.deleted,) * 4,
    events.PersonLeft: (around.person_left,) * 4,
    events.WentAway: (around.went_away,) * 4,
    events.BecameUnreachable: (around.became_unreachable, around.became_unreachable, None, None),
    events.BecameReachable: (around.became_reachable, around.became_reachable, None, None),
    events.CalledBack: (around.called_back,) * 4,
    events.ChannelArchived: (around.channel_archived,) * 4,
    events.NeverPosted: (around.never_posted, around.never_posted, None, None),
    events.PlaceLost: (around.place_lost, on.ignored, on.ignored, on.ignored),
    events.WentOn: (around.went_on, around.went_on, fix.closed, fix.closed),
    events.PackTaken: (around.pack_taken, around.pack_taken, fix.closed, fix.closed),
    events.Paused: (on.paused, on.paused, fix.closed, fix.closed),
    events.Resumed: (on.already, on.resumed, on.resumed, on.resumed),
    events.Finished: (on.finished, on.finished, on.already, fix.closed),
    events.Cancelled: (on.cancelled, on.cancelled, on.cancelled, on.already),
    events.HandedOver: (on.handed_over, on.handed_over, fix.closed, fix.closed),
    events.DateChanged: (on.date_changed, on.date_changed, fix.closed, fix.closed),
    events.Viewed: (on.viewed, on.viewed, on.viewed, on.viewed),
    events.LeftAlone: (on.left_alone, on.left_alone, on.ignored, on.ignored),
    events.Misspoken: (on.misspoken, on.misspoken, fix.closed, fix.closed),
}
TRANSITIONS: Mapping[tuple[Phase, type[Event]], Handler] = {
    (phase, event): handler
    for event, handlers in _ROWS.items()
    for phase, handler in zip(Phase, handlers, strict=True)
    if handler is not None
}
LEADS_TO: Mapping[type[Event], Phase] = {  # for the diagram; a test holds it against the handlers
    events.Paused: Phase.PAUSED,
    events.PlaceLost: Phase.PAUSED,
    events.Resumed: Phase.OPEN,
    events.Finished: Phase.DONE,
    events.Cancelled: Phase.CANCELLED,
    events.NeverPosted: Phase.CANCELLED,
}
