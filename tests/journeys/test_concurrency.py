"""Many people at once, and what a turn costs the database: the real engine on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, event, select

from adapters.console.inbound import to_activity, to_text
from bot.library import load_engine
from bot.settings import Settings
from bot.turns import TurnRunner
from conversations.activities import ActivityKind, ConversationReference, Form
from conversations.review import Review
from storage.database import Database
from storage.models import outbox
from storage.queries import reviews
from storage.shelf import PackShelf
from tests.journeys.answers import ANSWERS

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
AT_ONCE = 30
STATEMENTS = 10  # at most, of a turn
PLACE = ConversationReference(platform="console", tenant="local", channel="terminal")
PROCESSES = 3  # that share the work on PostgreSQL; on SQLite they are one
FORM = {item: to_text(ANSWERS[item]) for item in ("train.audience", "train.plan", "train.lead", "train.help_channel")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A review and everybody who writes in its thread."""

    runners: tuple[TurnRunner, ...]
    database: Database
    review: Review

    async def types(self, line: str, *, number: int, who: str = "ana") -> None:
        runner = self.runners[number % len(self.runners)]
        await runner.run(to_activity(line, number=number, who=who, reference=self.review.reference, at=AT))

    async def fills(self, question: str, values: Mapping[str, str], *, seen: int) -> None:
        form = Form(name=question, values=values, seen=seen)
        message = to_activity("", number=0, who="ana", reference=self.review.reference, at=AT)
        await self.runners[0].run(replace(message, kind=ActivityKind.FORM, form=form))

    async def found(self) -> Review:
        found = await self.database.read(reviews, PackShelf())
        return next(review for review in found if review.id == self.review.id)


@pytest.fixture
def team(database: Database) -> Callable[[str], Team]:
    """Begins a review that uses a pack."""

    def begin(pack: str) -> Team:
        engine = load_engine(Settings(), pack)
        runners = tuple(
            TurnRunner(database.units, engine.decide, PackShelf(), wake=lambda: None) for _ in range(PROCESSES)
        )
        start = to_activity(f"/ai-readiness start Pilot {pack}", number=0, who="ana", reference=PLACE, at=AT)
        turn = asyncio.run(runners[0].run(replace(start, keys=(pack,))))
        assert turn
        assert turn.review
        return Team(runners=runners, database=database, review=turn.review)

    return begin


def test_thirty_people_who_answer_at_once_are_all_heard_and_the_summary_comes_once(team: Callable[[str], Team]) -> None:
    people = team("full")
    lines = [(f"p{n}", f"{item.key}: {ANSWERS[item.key]}") for n, item in enumerate(people.review.pack.items)]

    async def scene() -> tuple[Review, Review, list[str]]:
        for number, (who, line) in enumerate(lines[AT_ONCE:], AT_ONCE):
            await people.types(line, number=number, who=who)
        before = await people.found()
        talk = (people.types(line, number=number, who=who) for number, (who, line) in enumerate(lines[:AT_ONCE]))
        await asyncio.gather(*talk)
        return before, await people.found(), await people.database.read(_posted)

    before, after, posted = asyncio.run(scene())
    heard = sorted((act.by, f"{act.item}: {act.said}") for act in after.acts)
    assert heard == sorted((who, to_text(line)) for who, line in lines)
    assert [act.n for act in after.acts] == list(range(1, len(lines) + 1))
    assert after.version == before.version + AT_ONCE
    assert posted.count("summary") == 1
    assert len(posted) == len(set(posted)), "a message was posted twice"


def test_a_turn_takes_as_many_statements_however_many_items_there_are(team: Callable[[str], Team]) -> None:
    few, many = ({name: len(said) for name, said in _told(team(pack)).items()} for pack in ("core", "full"))
    assert few == many
    assert max(many.values()) <= STATEMENTS
    assert min(many.values()) > 1, "nothing was counted"


def _told(people: Team) -> dict[str, list[str]]:
    """What the database is told in a turn with one answer, and in one with a form of four."""

    async def scene() -> dict[str, list[str]]:
        with statements() as answer:
            await people.types(f"ops_team: {ANSWERS['run.ops_team']}", number=1)
        now = await people.found()
        with statements() as form:
            await people.fills("train", FORM, seen=now.version)
        after = await people.found()
        assert len(after.acts) == len(now.acts) + len(FORM)
        return {"answer": answer, "form": form}

    return asyncio.run(scene())


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything that any database is told meanwhile, the beginnings and ends of transactions left out."""
    said: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _posted(connection: Connection) -> list[str]:
    query = select(outbox.c.message_key).where(outbox.c.kind == "post")
    return [key for (key,) in connection.execute(query)]
