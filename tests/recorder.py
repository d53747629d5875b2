"""Dialogues that write down their history: what each activity meant, unless it was refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from conversations.activities import ActivityKind, Actor
from conversations.effects import Turn
from conversations.events import PackTaken
from conversations.permissions import may_see
from conversations.recognizer import recognize
from conversations.review import Review
from conversations.standing import stand
from tests.dialogue import ROBOT, Dialogue, engine, person
from tests.history_files import Header, History, Moment
from tests.writing import Written

OUTSIDER = person("eve", outsider=True)


@dataclass(kw_only=True)
class RecordedDialogue(Dialogue):
    moments: list[Moment] = field(default_factory=list)

    def _does(self, *args: Any, **fields: Any) -> Self:
        super()._does(*args, **fields)
        self.moments += moments_of(self)
        return self

    def _writes(self, *lines: Written) -> Self:
        super()._writes(*lines)
        self.moments += moments_of(self)
        return self

    @property
    def history(self) -> History:
        return history_of(self.review, self.moments)


def a_recorded_dialogue(
    pack: str = "core", at: str = "2026-11-23T09:00Z", people: tuple[Actor, ...] = (ROBOT, OUTSIDER)
) -> RecordedDialogue:
    """A review that @ana has just started; @eve is of another organisation."""
    known = {each.id: each for each in people}
    now = datetime.fromisoformat(at).astimezone(UTC)
    dialogue = RecordedDialogue(engine=engine(pack), now=now, people=known, turn=Turn(review=None))
    return dialogue.hears("ana: /ai-readiness start Claims Copilot")


def history_of(review: Review, moments: list[Moment]) -> History:
    header = Header(
        project=review.project, pack=review.pack.name, started_by=review.started_by, started_at=review.started_at
    )
    return History(header=header, moments=tuple(moments))


def moments_of(dialogue: Dialogue) -> list[Moment]:
    """What a dialogue has just heard; nothing of what started it or was refused."""
    if dialogue.wrote:
        return [Moment(at=dialogue.now, wrote=dialogue.wrote)]
    heard, review, after = dialogue.heard, dialogue.found.review, dialogue.turn.review
    if review is None or after is None or dialogue.turn.refused or heard.kind is ActivityKind.COMMAND:
        return []
    latest = dialogue.engine.library.packs.get(review.pack.name)
    if heard.kind is ActivityKind.LAPSE:
        return [Moment(at=heard.at, latest=latest if len(after.acts) > len(review.acts) else None)]
    standing = stand(review, heard.at)
    if not may_see(standing, heard.actor, heard.reference.channel):  # then it is about no review
        return []
    event = recognize(heard, standing, dialogue.engine.rules)
    return [Moment(at=heard.at, event=replace(event, pack=latest) if isinstance(event, PackTaken) else event)]
