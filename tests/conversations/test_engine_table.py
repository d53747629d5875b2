"""The engine's table: every row is walked, leads where it says, and is drawn so in `docs/engine.md`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from conversations import events
from conversations.cards import Tap
from conversations.engine import LEADS_TO, TRANSITIONS, step
from conversations.errors import EventRefused
from conversations.events import Event
from conversations.permissions import WHO
from conversations.quiet import quiet_key
from conversations.reminders import Kind
from conversations.review import Phase
from tests.dialogue import CORE, Dialogue, a_dialogue, engine, person
from tests.drawings import DRAWINGS, drawn, is_ignored, is_refused, is_taken_back

DOCUMENT = Path(__file__).parents[2] / "docs" / "engine.md"
READY = [  # enough of everything that an event can be about
    "ana: @dana",
    "ana: ask @sam ops team",
    "lee: runbook: https://wiki.acme.io/a",
    "tom: runbook: https://wiki.acme.io/b",
    "ana: plan: n/a because it runs in a nightly batch",
    "ana: steps: git revert",
    "tom: @carol can you look?",
]
STEPS = 6  # the number of the message with the steps
CLOSED = (Phase.DONE, Phase.CANCELLED)
INTO: Mapping[Phase, list[str]] = {
    Phase.OPEN: [],
    Phase.PAUSED: ["ana: pause"],
    Phase.DONE: ["ana: done"],
    Phase.CANCELLED: ["ana: cancel", "ana: cancel"],
}
DOES: Mapping[type[Event], Callable[[Dialogue], object]] = {
    events.Answered: lambda d: d.hears(f"ana: fail.modes: {CORE['fail.modes']}"),
    events.FormSubmitted: lambda d: d.submits("ana", "fail", {"fail.modes": CORE["fail.modes"]}),
    events.Described: lambda d: d.submits("ana", "about", {"stage": "scaling"}),
    events.Kept: lambda d: d.hears("ana: keep steps"),
    events.Deferred: lambda d: d.presses("ana", Tap.LATER, "fail.modes", "2026-12-01"),
    events.WaiverAccepted: lambda d: d.hears("tom: accept plan"),
    events.WaiverRejected: lambda d: d.hears("tom: reject plan"),
    events.Delegated: lambda d: d.hears("ana: ask @lee modes"),
    events.Confirmed: lambda d: d.presses("dana", Tap.YES, "run.service_owner"),
    events.Declined: lambda d: d.presses("sam", Tap.NOT_ME, "run.ops_team"),
    events.Snoozed: lambda d: d.nudges("ana", "fail.modes").presses("ana", Tap.SNOOZE, "fail.modes", "1d"),
    events.LetGo: lambda d: d.nudges("ana", "fail.modes", kind=Kind.HEADS_UP).presses("ana", Tap.LET_GO, "fail.modes"),
    events.Settled: lambda d: d.hears("ana: use 1 runbook"),
    events.Skipped: lambda d: d.presses("ana", Tap.SKIP),
    events.Reopened: lambda d: d.hears("ana: edit runbook"),
    events.Undone: lambda d: d.hears("ana: undo"),
    events.Disowned: lambda d: d.hears("ana: not an answer"),
    events.Reclaimed: lambda d: d.hears("ana: use that"),
    events.Edited: lambda d: d.edits("ana", STEPS, "steps: git revert main"),
    events.Deleted: lambda d: d.deletes("ana", STEPS),
    events.PersonLeft: lambda d: d.leaves("dana"),
    events.ChannelArchived: lambda d: d.archives("#claims-help"),
    events.BecameUnreachable: lambda d: d.cannot_be_reached("sam"),
    events.BecameReachable: lambda d: d.can_be_reached("sam"),
    events.CalledBack: lambda d: d.nudges("ana", "fail.modes").is_called_back("ana", d.review.posted[-1]),
    events.WentAway: lambda d: d.goes_away("sam", "2027-01-11"),
    events.WentOn: lambda d: d.written(quiet_key(d.standing)).hears("ana: ok"),
    events.PackTaken: lambda d: with_a_later_pack(d).hears("ana: take over"),
    events.NeverPosted: lambda d: d.cannot_be_posted(),
    events.PlaceLost: lambda d: d.loses_its_place(),
    events.Paused: lambda d: d.hears("ana: pause"),
    events.Resumed: lambda d: d.hears("ana: resume"),
    events.Finished: lambda d: d.hears("ana: done"),
    events.Cancelled: lambda d: d.presses("ana", Tap.CANCEL, choice="sure"),
    events.HandedOver: lambda d: d.hears("ana: owner @tom"),
    events.DateChanged: lambda d: d.hears("ana: date 15 Dec"),
    events.Viewed: lambda d: d.hears("tom: status"),
    events.LeftAlone: lambda d: d.hears("tom: @carol can you look again?"),
    events.Misspoken: lambda d: d.hears("ana: later"),
}
UNSAID: Mapping[tuple[Phase, type[Event]], Event] = {  # where nothing is asked or offered, the word is another event
    **{(phase, events.Skipped): events.Skipped(by=person("ana"), item="fail.modes") for phase in CLOSED},
    **{(phase, events.WentOn): events.WentOn(by=person("ana")) for phase in (Phase.PAUSED, *CLOSED)},
}


def with_a_later_pack(dialogue: Dialogue) -> Dialogue:
    library, core = dialogue.engine.library, dialogue.engine.library.packs["core"]
    later = replace(library, packs={**library.packs, "core": replace(core, version="9.0.0")})
    dialogue.engine = replace(dialogue.engine, library=later)
    return dialogue.waits()  # in which it is offered


@cache
def ready(phase: Phase) -> Dialogue:
    return a_dialogue().hears(*READY, *INTO[phase]).phase(phase)


def walked(phase: Phase, event: type[Event]) -> Dialogue:
    dialogue = ready(phase).twin()
    DOES[event](dialogue)
    return dialogue


@pytest.mark.parametrize(("phase", "event"), list(TRANSITIONS), ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_row_leads_where_it_says(phase: Phase, event: type[Event]) -> None:
    if (phase, event) in UNSAID:
        turn = step(ready(phase).standing, UNSAID[phase, event], engine().rules)
        assert turn.refused is is_refused(phase, event)
        return
    dialogue = walked(phase, event)

    assert (phase, event) in dialogue.visits
    if is_refused(phase, event):
        dialogue.refused().phase(phase)
    elif event is events.Undone:
        dialogue.phase(Phase.OPEN if is_taken_back(phase) or phase is Phase.PAUSED else phase)
    elif is_ignored(phase, event):
        dialogue.says().phase(phase)
    else:
        dialogue.phase(LEADS_TO.get(event, phase))
        assert not dialogue.turn.refused


def test_every_row_is_visited() -> None:
    rows = [row for row in TRANSITIONS if row not in UNSAID]
    visits = set().union(*(walked(phase, event).visits for phase, event in rows))

    assert set(rows) <= visits


@pytest.mark.parametrize("phase", CLOSED)
def test_an_absent_row_is_refused_without_a_word(phase: Phase) -> None:
    dialogue = walked(phase, events.NeverPosted).says().phase(phase)

    with pytest.raises(EventRefused, match=f"NeverPosted in phase {phase}"):
        dialogue.engine.decide(dialogue.heard, dialogue.found)


def test_the_table_of_permissions_names_every_event() -> None:
    assert set(WHO) == set(get_args(Event)) == set(DOES)


def test_the_document_shows_the_table_as_it_is() -> None:
    if os.environ.get("UPDATE_DOCS"):
        DOCUMENT.write_text(drawn(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    document = DOCUMENT.read_text(encoding="utf-8")

    assert all(f"<!-- end of {name} -->" in document for name in DRAWINGS)
    assert drawn(document) == document, "stale: UPDATE_DOCS=1 .venv/bin/pytest tests/conversations/test_engine_table.py"
