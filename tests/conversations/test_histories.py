"""Reviews in `tests/histories` are replayed with today's `step`: a changed outcome is a decision.

UPDATE_GOLDEN=1 writes the outcomes anew, never the histories: those are what people did (`tests/recorder.py`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.errors import EventRefused
from conversations.events import Event, Kept, PackTaken, Paused
from conversations.rejudging import rejudged
from conversations.reports import report
from conversations.review import Review
from conversations.standing import stand
from tests.builders import pack
from tests.conversations.test_properties import AnyDialogue
from tests.dialogue import Dialogue, engine, person
from tests.history_files import EVENTS, History, Moment, from_line, replay, to_history, to_line, to_lines
from tests.recorder import a_recorded_dialogue, history_of, moments_of

FOLDER = Path(__file__).parents[1] / "histories"
HISTORIES = sorted(FOLDER.glob("*.jsonl"))
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def replayed(history: History) -> Review:
    return replay(history, engine().library.packs[history.header.pack], engine().rules)


def outcome(review: Review, at: datetime) -> str:
    document = report(stand(review, at), generated_at=at, name=lambda who: f"@{who}")
    return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n"


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_has_the_outcome_it_had(path: Path) -> None:
    history = to_history(path.read_text(encoding="utf-8").rstrip("\n").split("\n"))
    found = outcome(replayed(history), history.moments[-1].at)
    pinned = path.with_suffix(".json")
    if os.environ.get("UPDATE_GOLDEN"):
        pinned.write_text(found, encoding="utf-8")
    assert found == pinned.read_text(encoding="utf-8"), "if it was decided: UPDATE_GOLDEN=1"


def test_each_outcome_is_of_a_history() -> None:
    assert len(HISTORIES) >= 6
    assert {path.stem for path in FOLDER.glob("*.json")} == {path.stem for path in HISTORIES}


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
@given(data=st.data())
@settings(max_examples=10)
def test_every_event_is_read_as_it_was_written(kind: type[Event], data: st.DataObject) -> None:
    values = {field.name: ... for field in fields(kind)}
    event: Any = data.draw(st.builds(kind, **values | ({"pack": st.just(pack())} if kind is PackTaken else {})))
    line = to_line(Moment(at=AT, event=event))
    assert from_line(line) == Moment(at=AT, event=event)
    assert "\n" not in line


def test_a_line_says_only_what_is_not_the_default() -> None:
    assert to_line(Moment(at=AT)) == '{"at": "2026-11-23T09:00:00+00:00", "event": "Lapsed"}'
    assert to_line(Moment(at=AT, event=Paused(by=person("ana")))) == (
        '{"at": "2026-11-23T09:00:00+00:00", "event": "Paused", "by": {"id": "ana", "name": "Ana"}}'
    )


def test_a_lapse_keeps_the_pack_that_it_offered() -> None:
    lapsed = Moment(at=AT, latest=pack())
    assert from_line(to_line(lapsed)) == lapsed


def test_a_line_of_an_event_that_is_no_more_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="Guessed"):
        from_line('{"at": "2026-11-23T09:00:00+00:00", "event": "Guessed"}')
    with pytest.raises(KeyError, match="mood"):
        from_line('{"at": "2026-11-23T09:00:00+00:00", "event": "Undone", "mood": "sorry"}')


def test_an_event_that_is_accepted_no_more_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    dialogue = a_recorded_dialogue().hears("ana: @dana", "ana: keep run.service_owner")
    dialogue.hears("ana: not sure yet", "ana: keep ops_team")
    monkeypatch.setattr("conversations.engine.TRANSITIONS", {})
    assert any(isinstance(moment.event, Kept) for moment in dialogue.history.moments)
    with pytest.raises(EventRefused):
        replayed(dialogue.history)


class AnyHistory(AnyDialogue):
    """What is done is written down, read again and replayed; and its answers are judged once more."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[Moment] = []

    def happens(self, act: Callable[[], Dialogue]) -> None:
        self.moments += moments_of(act())

    def teardown(self) -> None:
        dialogue, told = self.dialogue, "\n".join(self.dialogue.lines)
        history = to_history(to_lines(history_of(dialogue.review, self.moments)))
        again = replayed(history)
        assert again.acts == dialogue.review.acts, told
        assert again.posted == dialogue.review.posted, told
        assert outcome(again, dialogue.now) == outcome(dialogue.review, dialogue.now), told
        found = rejudged(dialogue.review, engine().rules, dialogue.now)
        assert found.differences == (), told
        assert found.then == found.now, told


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings()
