"""What must hold, whatever happens: judged at each message that arrives, at each "received", and at the end.

It looks at what people did and what they see, and reads the database with SQL of its own; what it believes of the
product is only which units were committed, in which order.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from conversations.activities import Activity
from conversations.cards import DigestCard, LetterCard
from conversations.ports import Delivery, DeliveryKind
from tests.turns.database import Kept
from tests.turns.platform import TEAMS, Platform, called

if TYPE_CHECKING:
    from tests.turns.world import World

LATE = timedelta(minutes=5)  # so old may a letter be that was right when it was written
_MARK = re.compile(r"t(\d+)r\d+")
_REVIEW = re.compile(r"\b[0-9a-f]{32}\b")
_MARKS = ("mark_sent", "postpone", "give_up", "take_back", "call_back")
_CARRYING = ("root", "question/")


class Judge:
    def __init__(self, world: World) -> None:
        self._world = world
        self._taken: dict[str, Kept] = {}  # by activity key, the turn that came of it
        self._tenants: dict[str, str] = {}  # of each review
        self._lanes: dict[str, int] = {}  # the newest delivery of each that arrived
        self._claims = dict[int, str]()  # deliveries of which who has claimed them has not said what became of them
        self._left = set[int]()  # … and nobody will
        self._letters: dict[tuple[str, date], str] = {}  # who, on which day: the letter they had

    # --- turns -------------------------------------------------------------------------------------------------------

    def kept(self, kept: Kept, by: str) -> None:
        """A unit was committed, of the process of that name."""
        if kept.unit == "claim":
            self._claimed((claimed.delivery.id for claimed in kept.value), by)
        if kept.unit in _MARKS:
            self._claims.pop(kept.args[0].id, None)
        if kept.unit != "run_turn" or kept.value is None:
            return
        activity, turn = kept.args[0], kept.value
        if turn.errors:
            return  # it may come again
        for key in activity.keys:
            self._is(key not in self._taken, f"{key} was taken twice")
            self._taken[key] = kept
        if turn.review is not None:
            tenant = self._tenants.setdefault(turn.review.id, activity.reference.tenant)
            stays = tenant == activity.reference.tenant or (turn.review is not None and not turn.review.acts)
            self._is(stays, f"{activity.keys[0]} of {activity.reference.tenant} has reached a review of {tenant}")

    def under_way(self, processes: Iterable[str]) -> bool:
        """Whether these, which live, have yet to say what became of something."""
        return bool(self._claims and set(processes) & set(self._claims.values()))

    def _claimed(self, ids: Iterable[int], by: str) -> None:
        """Who claims what was claimed before, and of which nobody has said what became of it, cannot know it either."""
        for at in ids:
            if at in self._claims:
                self._left.add(at)
            self._claims[at] = by

    def received(self, activity: Activity) -> None:
        """A platform was told that it was: so it is kept."""
        key = activity.keys[0]
        self._is(key in self._taken, f"{key} was received, and nothing of it is kept")

    # --- messages ----------------------------------------------------------------------------------------------------

    def arrived(self, platform: Platform, delivery: Delivery, words: Mapping[int, str]) -> None:
        times, carries = platform.arrived[delivery.id], (delivery.key or "").startswith(_CARRYING)
        if delivery.kind in (DeliveryKind.POST, DeliveryKind.WHISPER):
            most = 2 if platform.name == TEAMS and carries and delivery.kind is DeliveryKind.POST else 1
            self._is(times <= most, f"{called(delivery)} was said {times} times on {platform.name}")
        newest = self._lanes.setdefault(delivery.lane, delivery.id)
        self._is(newest <= delivery.id, f"{called(delivery)} came after #{newest} of its thread")
        self._lanes[delivery.lane] = max(newest, delivery.id)
        if len(self._world.tenants) > 1:
            self._own(delivery, words)
        if isinstance(delivery.card, LetterCard) and delivery.kind is DeliveryKind.POST:
            diary = self._world.habit(delivery).diary
            before = self._letters.setdefault((diary.person.name, diary.day(self._world.now)), delivery.delivery_id)
            self._is(before == delivery.delivery_id, f"{called(delivery)} after {before} of the same day")

    def _own(self, delivery: Delivery, words: Mapping[int, str]) -> None:
        tenant, said = delivery.reference.tenant, f"{delivery.card!r} {words!r}"
        foreign = [mark[0] for mark in _MARK.finditer(said) if f"T{mark[1]}" != tenant]
        foreign += [each for each in _REVIEW.findall(said) if self._tenants.get(each, tenant) != tenant]
        self._is(not foreign, f"{called(delivery)} tells {tenant} of {foreign}")

    def is_sent(self, delivery: Delivery) -> None:
        """What nobody has asked for comes at a good time: one that was, when it was written, up to five minutes ago."""
        if delivery.kind is not DeliveryKind.POST or not isinstance(delivery.card, LetterCard | DigestCard):
            return
        habit, written = self._world.habit(delivery), delivery.created_at
        for now in self._world.recently():
            young = now - written < LATE
            if not habit.diary.refuses(now) or (
                young and not all(d.refuses(written) for d in (habit.diary, habit.before))
            ):
                return
        local, refuses = now.astimezone(habit.diary.zone), habit.diary.refuses(now)
        self._is(False, f"{called(delivery)} at {local:%a %H:%M}, who {refuses}")

    # --- the end -----------------------------------------------------------------------------------------------------

    def settled(self, driver: sqlite3.Connection) -> None:
        """Platforms have answered again for some time."""
        cursor = driver.cursor()
        cursor.row_factory = sqlite3.Row
        self._nothing_waits(cursor)
        for platform in self._world.platforms.values():
            self._as_it_is_noted(platform, cursor)
        self._all_said_is_there(cursor)
        self._nothing_leaked(cursor)
        cursor.close()

    def _nothing_waits(self, cursor: sqlite3.Cursor) -> None:
        waiting = [tuple(row) for row in cursor.execute("SELECT id, lane FROM outbox WHERE state = 'pending'")]
        self._is(not waiting, f"{waiting} wait for ever")
        held = [
            row[0] for row in cursor.execute("SELECT key FROM lane WHERE lease_by IS NOT NULL OR due_at IS NOT NULL")
        ]
        self._is(not held, f"{held} are held for ever")

    def _as_it_is_noted(self, platform: Platform, cursor: sqlite3.Cursor) -> None:
        """What is noted as sent has arrived; what was dropped had a reason to be; what people see is the newest."""
        newest: dict[tuple[str, str], int] = {}
        rows = cursor.execute("SELECT * FROM outbox WHERE platform = ? ORDER BY id", [platform.name])
        for row in rows:
            at, state = row["id"], row["state"]
            self._is(state != "sent" or platform.arrived.get(at, 0) > 0, f"#{at} is noted as sent, and never arrived")
            may_have = at in platform.uncertain | self._left or row["trouble"] == "never posted"
            what = f"#{at} {row['kind']} {row['message_key']} ({row['trouble']})"
            self._is(state != "unknown" or may_have, f"{what} was dropped, though nothing was uncertain about it")
            cause = at in platform.refused or row["tries"] > 3
            self._is(state != "parked" or cause, f"#{at} was parked, and nobody has refused it")
            if state == "sent" and row["review_id"] and row["message_key"] and row["kind"] in ("post", "revise"):
                newest[row["review_id"], row["message_key"]] = at
        names = cursor.execute("SELECT * FROM message").fetchall()
        for row in names:
            shown, last = platform.shown.get(row["platform_id"]), newest.get((row["review_id"], row["message_key"]))
            if shown is not None and last is not None:
                says = f"{row['message_key']} shows #{shown.newest}, and #{last} was sent last"
                self._is(shown.newest >= last, says)

    def _all_said_is_there(self, cursor: sqlite3.Cursor) -> None:
        """Each answer that was received and not refused stands in its review, in the acts of one turn."""
        acts: dict[str, set[int]] = defaultdict(set)
        for row in cursor.execute("SELECT source_key, turn, kind FROM act WHERE source_key IS NOT NULL"):
            acts[row["source_key"]].add(row["turn"])
        for activity in self._answers():
            there = acts.get(activity.source or "", set())
            self._is(bool(there), f"{activity.keys[0]} is in no act: {activity.text!r}")

    def _answers(self) -> Iterator[Activity]:
        for key in self._world.people.must_be_there:
            entry = self._taken.get(key)
            if entry is not None and not entry.value.refused and entry.value.review is not None:
                yield entry.args[0]

    def _nothing_leaked(self, cursor: sqlite3.Cursor) -> None:
        rows = cursor.execute(
            "SELECT said, tenant FROM act JOIN review ON review.id = review_id WHERE said IS NOT NULL"
        )
        for said, tenant in rows:
            foreign = [mark[0] for mark in _MARK.finditer(said) if f"T{mark[1]}" != tenant]
            self._is(not foreign, f"a review of {tenant} has {foreign}")

    def _is(self, true: bool, says: str) -> None:
        if not true:
            self._world.breaks(says)
