"""The accepted acts, folded by the engine from scratch: no database, no relay, nobody who dies.

What it comes to has to be what the database holds, act for act, and the report has to be the same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from conversations.activities import Activity, ActivityKind
from conversations.decide import Engine
from conversations.people import Account, Preferences
from conversations.people import Person as Known
from conversations.ports import Found
from conversations.preferences import counts_days, speaks_of
from conversations.reports import report
from conversations.review import Review
from conversations.standing import stand
from tests.turns.database import Kept


class Replay:
    def __init__(
        self, engine: Engine, people: Mapping[Account, Known], joined: Mapping[Account, tuple[Account, ...]]
    ) -> None:
        self.reviews: dict[str, Review] = {}
        self._engine = engine
        self._people = people
        self._joined = joined
        self._preferences: dict[Account, Preferences] = {}

    def of(self, entries: Iterable[Kept]) -> Mapping[str, Review]:
        for entry in entries:
            match entry.unit:
                case "run_turn" if entry.value is not None:
                    self._turn(entry.args[0], entry.value.review.id if entry.value.review else None)
                case "call_back":
                    for told in sorted(entry.args[1], key=lambda each: each.review or ""):
                        self._turn(told, told.review)
                case "keep_plan":
                    self._planned(entry.args[0])
                case "mark_sent":
                    self._named(entry.args[0], entry.args[1])
                case _:
                    pass
        return self.reviews

    def _turn(self, activity: Activity, review: str | None) -> None:
        at = activity.reference
        account = Account(platform=at.platform, tenant=at.tenant, id=activity.actor.id)
        command = activity.kind is ActivityKind.COMMAND
        theirs = tuple(
            each
            for each in self.reviews.values()
            if (each.reference.platform, each.reference.tenant) == (at.platform, at.tenant)
        )
        found = Found(review=None if command else self.reviews.get(review or ""), others=theirs)
        if command or speaks_of(activity) or counts_days(activity):
            said = self._preferences.get(account, Preferences())
            found = replace(found, preferences=said, person=self._people.get(account))
        turn = self._engine.decide(activity, found)
        if turn.review is not None and not turn.errors:
            self.reviews[turn.review.id] = turn.review
        if turn.preferences is not None:
            for each in (account, *self._joined.get(account, ())):
                self._preferences[each] = turn.preferences

    def _planned(self, plan: Any) -> None:
        """A plan brings the acts that say who was written to."""
        for turn in plan.turns:
            after: Review = turn.review
            before = self.reviews[after.id]
            added = tuple(act for act in after.acts if act.turn == after.version)
            if (before.version, len(before.acts)) != (plan.read[after.id], len(after.acts) - len(added)):
                raise AssertionError(f"a plan for {after.project} was made from another version of it")
            self.reviews[after.id] = replace(after, acts=(*before.acts, *added), reference=before.reference)

    def _named(self, delivery: Any, name: str | None) -> None:
        review = self.reviews.get(delivery.review or "")
        if delivery.key == "root" and name and review is not None and review.reference.thread is None:
            self.reviews[review.id] = replace(review, reference=replace(review.reference, thread=name))


def document(review: Review, now: datetime) -> dict[str, Any]:
    return report(stand(review, now), generated_at=now, name=lambda who: f"@{who}")
