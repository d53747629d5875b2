"""What commands read beside a running server: reviews as documents, and files of packs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from bot.bootstrap import machine_clock
from bot.library import bundled, known_parts, own, shipped_rules
from bot.settings import BadUsage, Settings
from conversations.activities import ConversationReference
from conversations.cards import ReviewLine
from conversations.errors import ReadinessError
from conversations.names import folded_name
from conversations.overview import review_line
from conversations.pack_files.nodes import Complaint
from conversations.pack_files.parser import lint
from conversations.rejudging import rejudged, rejudged_document
from conversations.reports import report
from conversations.review import LIVING, Review
from conversations.standing import stand
from storage.database import open_database
from storage.people import names
from storage.queries import newest_moment, packs_in_use, reviews
from storage.shelf import PackShelf

T = TypeVar("T")
Names: TypeAlias = Mapping[tuple[str, str, str], str]  # by platform, tenant and id


class NoSuchReview(ReadinessError):
    """No review has that name."""


class SeveralReviews(BadUsage):
    """Several reviews have that name."""


def one_review(settings: Settings, project: str, *, tenant: str | None, channel: str | None) -> Review:
    """The living one, else the newest, of those of a name in one place.

    Raises `NoSuchReview` with the nearest names, `SeveralReviews` with what would decide.
    """
    everything = _read(settings.database_url, reviews, PackShelf())
    same = [review for review in everything if folded_name(review.project) == folded_name(project)]
    same = [r for r in same if tenant in (None, r.reference.tenant) and channel in (None, r.reference.channel)]
    if not same:
        near = get_close_matches(project, [review.project for review in everything], n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else " `ai-readiness list` shows all."
        raise NoSuchReview(f"There is no review called {project!r}.{hint}")
    places = dict.fromkeys((r.reference.tenant, r.reference.channel) for r in same)
    if len(places) > 1:
        lines = (f"  --tenant {tenant} --channel {channel}" for tenant, channel in places)
        raise SeveralReviews("Several reviews have that name. Choose one with:\n" + "\n".join(lines))
    living = [review for review in same if review.phase in LIVING]
    return (living or same)[-1]


def report_of(settings: Settings, review: Review) -> dict[str, Any]:
    now = _now(settings)
    name = partial(_shown, _read(settings.database_url, names), review.reference)
    return report(stand(review, now.astimezone(settings.zone)), generated_at=now, name=name)


def replay_of(settings: Settings, review: Review) -> dict[str, Any]:
    """What today's rules would say of a review's answers otherwise."""
    now = _now(settings).astimezone(settings.zone)
    name = partial(_shown, _read(settings.database_url, names), review.reference)
    return rejudged_document(rejudged(review, shipped_rules(settings.date_order), now), name=name)


def all_reviews(settings: Settings) -> list[dict[str, Any]]:
    """The rows of `list`, oldest review first."""
    now, known = _now(settings).astimezone(settings.zone), _read(settings.database_url, names)
    found = _read(settings.database_url, reviews, PackShelf())
    return [_row(review_line(stand(review, now)), partial(_shown, known, review.reference)) for review in found]


def _now(settings: Settings) -> datetime:
    """The machine's time, or the terminal's where it was moved ahead."""
    newest: datetime | None = _read(settings.database_url, newest_moment)
    return max(machine_clock(), newest or machine_clock())


def _row(line: ReviewLine, name: Callable[[str], str]) -> dict[str, Any]:
    return {
        "project": line.project,
        "stage": line.stage,
        "phase": line.phase.value,
        "readiness": line.readiness,
        "blockers": line.blockers,
        "decision_date": line.decision_on.isoformat() if line.decision_on else None,
        "owner": name(line.owner),
    }


def complaints(settings: Settings, files: Sequence[Path]) -> Sequence[Complaint]:
    sources = {str(path): path.read_text(encoding="utf-8", errors="replace") for path in files}
    in_use = _read(settings.database_url, packs_in_use)
    known = known_parts(shipped_rules())
    return lint({**bundled(), **own(settings.packs), **sources}, known, in_use=in_use)


def _shown(known: Names, place: ConversationReference, who: str) -> str:
    """`@name`, where the platform has told one; else by the id, which in the terminal is the name."""
    return f"@{known.get((place.platform, place.tenant, who), who)}"


def _read(url: str, query: Callable[..., T], *args: object) -> T:
    """One query beside whoever works on the database."""

    async def once() -> T:
        database = open_database(url, alone=False)
        try:
            return await database.read(query, *args)
        finally:
            database.close()

    return asyncio.run(once())
