"""Reminders as a diary: what would be written to whom and when, if nobody did anything and each was sent when due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from conversations.calendars import Calendar
from conversations.packs import Item, ItemType, Option, Question
from conversations.reminders import Kind, Reminder, reminders
from conversations.review import Review
from conversations.standing import stand
from tests.dialogue import Dialogue, a_dialogue, engine, person
from tests.writing import Written, with_written

OFFICE = Calendar(zone=UTC, begins=time(9, 30), ends=time(16, 30), days=frozenset(range(5)))
ITEM = "thing.asked"
PEOPLE = {"lead": "@lena", "sponsor": "@sol"}
# Longer than what is about one answer takes, and shorter than the time after which it is due for review.
SIX_WEEKS = timedelta(weeks=6)


def an_item(kind: ItemType, **fields: object) -> Item:
    usual = Item(
        key=ITEM,
        prompt="Which is it?",
        type=kind,
        why="It matters.",
        example="This one",
        follow_up="Which one?",
        guards="F1",
        critical=True,
        review_days=3_000,
        options=(Option(value="in review", credit=0.5), Option(value="approved", credit=1)),
        evidence=("date",),
        unit="months",
        clears_blocker=("approved",) if kind is ItemType.CHOICE else (),
    )
    return replace(usual, **fields)  # type: ignore[arg-type]  # the fields are an item's, by name


def a_review_of(*items: Item, people: Mapping[str, str] = PEOPLE) -> Dialogue:
    """It was started on Monday 23 November 2026 at 09:00 by @ana; the first of the items is asked at once."""
    shipped = engine()
    core = shipped.library.packs["core"]
    question = Question(key="thing", title="What is it?", short="It", items=items)
    pack = replace(core, name="things", questions=(question,), overlays=())
    library = replace(shipped.library, packs={**shipped.library.packs, "things": pack})
    dialogue = a_dialogue(people=(person("olga", outsider=True),))
    dialogue.engine = replace(shipped, library=library, pack="things")
    dialogue.turn = replace(dialogue.turn, review=None)
    dialogue.hears("ana: /ai-readiness start Something Else")
    return dialogue.submits("ana", "about", people) if people else dialogue


def due(dialogue: Dialogue, item: str | None = None, **calendars: Calendar) -> list[Reminder]:
    """What is to come; of one item, or of all."""
    found = reminders(dialogue.standing, lambda who: calendars.get(who, OFFICE))
    return [each for each in found if item in (None, each.item)]


def diary(
    dialogue: Dialogue, item: str | None = ITEM, *, lasts: timedelta = SIX_WEEKS, most: int = 20, **calendars: Calendar
) -> list[str]:
    """All that comes in that time, each as a line; the dialogue is then at the moment of the last one."""
    until, lines = dialogue.now + lasts, list[str]()
    while (found := due(dialogue, item, **calendars)) and found[0].at <= until and len(lines) < most:
        first = found[0]
        lines.append(said(first))
        send(dialogue, first)
    return lines


def said(reminder: Reminder) -> str:
    what = "/".join(word for word in (reminder.kind, reminder.about) if word)
    return f"{reminder.at:%a %d %b %H:%M} {what} {reminder.step} to {reminder.person}"


def send(dialogue: Dialogue, reminder: Reminder, at: datetime | None = None) -> None:
    dialogue.now = max(dialogue.now, at or reminder.at)
    write(dialogue, with_sent(dialogue.review, reminder, dialogue.now))


def write(dialogue: Dialogue, review: Review) -> None:
    dialogue.turn = replace(dialogue.turn, review=review)
    dialogue.lines.append(f"{dialogue.now:%a %d %b %H:%M}  (written)")


def with_sent(review: Review, reminder: Reminder, at: datetime) -> Review:
    line = Written(
        to=reminder.person,
        kind=Kind(reminder.kind),
        item=reminder.item,
        about=reminder.about,
        step=reminder.step,
        target=reminder.target,
        key=reminder.key,
    )
    return with_written(review, at, (line,))


def looked_at(dialogue: Dialogue, day: str) -> Dialogue:
    """The clock is moved to that day, 12:00, and the review looked at."""
    noon = datetime.combine(date.fromisoformat(day), time(12), UTC)
    dialogue.now = noon
    assert stand(dialogue.review, noon).now == noon
    return dialogue
