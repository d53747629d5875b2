"""A pack of one item and an engine of two rules, so that what is tested here is the storage alone.

`start NAME` begins a review with a root and a question card; any other words become an answer, both cards are
revised, who said it is told and their message is marked.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import Card, ConflictCard, Notice, NoticeCard, Quote
from conversations.effects import Effect, Post, React, Revise, Turn, Whisper
from conversations.pack_documents import canonical_json, from_document
from conversations.packs import Pack
from conversations.ports import Decide, Found
from conversations.review import Act, ActKind, Review
from conversations.verdicts import Verdict
from storage import models
from storage.database import Database
from storage.shelf import PackShelf
from storage.threads import Units
from storage.unit_of_work import run_turn

T = TypeVar("T")
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
PLATFORM = "console"
SCORING = {
    "lead_over_weakest": 15,
    "blocked_ceiling": 59,
    "bands": {"early": 0},
    "gate": 80,
    "defer_horizon_days": 30,
    "stale_grace_days": 14,
}


def tiny_pack(version: str = "1") -> Pack:
    content = {"name": "tiny", "version": version, "title": "Tiny", "language": "en", "est_minutes": 1}
    return from_document(canonical_json(content | {"scoring": SCORING, "questions": [], "facts": {}}))


PACK = tiny_pack()


def starts(project: str, key: str = "start", thread: str | None = None) -> Activity:
    return says(f"start {project}", key=key, thread=thread, kind=ActivityKind.COMMAND)


def says(
    text: str, *, key: str, thread: str | None = "T", kind: ActivityKind = ActivityKind.MESSAGE, who: str = "ana"
) -> Activity:
    return Activity(
        keys=(key,),
        kind=kind,
        actor=Actor(id=who, name=who),
        reference=ConversationReference(platform=PLATFORM, tenant="local", channel="C", thread=thread),
        at=AT,
        text=text,
        source=f"m-{key}",
    )


def decide(activity: Activity, found: Found) -> Turn:
    word, _, rest = activity.text.partition(" ")
    if word == "start":
        return _begun(activity, rest, found)
    if found.review is None:
        return Turn(review=None, effects=(Whisper(to=activity.actor.id, card=notice(Notice.NOTHING_ASKED)),))
    return answered(activity, found.review)


def answered(activity: Activity, review: Review, *, acts: int = 1, also: tuple[Effect, ...] = ()) -> Turn:
    first = len(review.acts) + 1
    added = tuple(answer(n, activity, review.version + 1) for n in range(first, first + acts))
    changed = replace(review, acts=review.acts + added, version=review.version + 1, shown_at=activity.at)
    card = quoting(*(act.n for act in added))
    effects = (
        Revise(key="root", card=card),
        Revise(key="question/a", card=card),
        Whisper(to=activity.actor.id, card=card),
        React(source=activity.source or ""),
    )
    return Turn(review=changed, effects=effects + also)


def answer(n: int, activity: Activity, turn: int) -> Act:
    return Act(
        n=n,
        turn=turn,
        kind=ActKind.ANSWERED,
        by=activity.actor.id,
        at=activity.at,
        item="a.b",
        said=activity.text,
        source=activity.source,
        verdict=Verdict.COMPLETE,
        missing=("step", "time"),
        day=AT.date(),
        profile={"stage": "pilot"},
    )


def notice(kind: Notice) -> NoticeCard:
    return NoticeCard(notice=kind)


def quoting(*acts: int) -> Card:
    return ConflictCard(short="Rollback", label="the steps", settlers=(), sides=(Quote(acts=acts, by="ana", at=AT),))


def _begun(activity: Activity, project: str, found: Found) -> Turn:
    if any(other.project.casefold() == project.casefold() for other in found.others):
        return Turn(review=None, effects=(Whisper(to="ana", card=notice(Notice.NAME_TAKEN)),), refused=True)
    review = Review(
        id=hashlib.sha256(activity.keys[0].encode()).hexdigest()[:32],
        reference=activity.reference,
        project=project,
        started_by=activity.actor.id,
        started_at=activity.at,
        pack=PACK,
        owner=activity.actor.id,
        posted=("root", "question/a"),
        shown_at=activity.at,
        version=1,
    )
    posts = tuple(Post(key=key, card=notice(Notice.FIRST)) for key in review.posted)
    return Turn(review=review, effects=posts)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


async def taken(
    units: Units, activity: Activity, decide: Decide = decide, shelf: PackShelf | None = None
) -> Turn | None:
    return await units(run_turn, activity, decide, shelf or PackShelf())


async def begun(units: Units, thread: str | None = "T") -> Review:
    turn = await taken(units, starts("Claims", thread=thread))
    assert turn
    assert turn.review
    return turn.review


async def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, in the order of their keys."""
    return await database.read(_rows)


def _rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    read = {table.name: select(table).order_by(*table.primary_key) for table in models.Base.metadata.sorted_tables}
    return {name: [dict(row) for row in connection.execute(rows).mappings()] for name, rows in read.items()}
