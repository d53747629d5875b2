"""One seed's history: who writes what when, what the platforms do with it, and when the process dies.

The processes are the product's own, on one clock and one loop. Whatever is random comes from the seed, in the order in
which it is asked for: one seed has one history, and a history that is cut short is the beginning of the whole.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import random
import traceback
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, update

from bot.bootstrap import assembled
from bot.watching import Watch
from conversations.activities import Activity
from conversations.decide import Engine
from conversations.errors import Busy, StaleReview, StorageDown
from conversations.people import Account
from conversations.people import Person as Known
from conversations.ports import Delivery
from conversations.review import Review
from storage.joins import join_by_email
from storage.models import DeliveryState, outbox, pulse
from storage.outbox import release_all
from storage.people import PeopleRows
from storage.queries import reviews
from storage.shelf import PackShelf
from tests.turns.database import Kept, Memory
from tests.turns.judge import Judge
from tests.turns.life import POINTS, Died, Life, whose_task
from tests.turns.loop import VirtualLoop
from tests.turns.mood import Mood
from tests.turns.people import Habit, People, Tenant, company, known, morning
from tests.turns.platform import ANSWERS, SLACK, TEAMS, Mouth, Platform, Rest
from tests.turns.replay import Replay, document
from tests.turns.shell import Overheard, Process

_REPEATS = (0.5, 1.0, 3.0, 10.0, 20.0)  # until a platform gives up
_GAPS = (0.0, 0.0, 0.01, 0.1, 0.6, 2.0, 8.0)
_DOWN = (0.0, 0.0, 0.5, 5.0, 20.0)
_STEPS = (-3600, -60, 60, 3600)  # of the clock
_AT_WORK = update(pulse).values(ticked_at=bindparam("now"))
_WAITS = select(exists().where(outbox.c.state == DeliveryState.PENDING))
_UNTIL_ALL_IS_DONE = (1, 1, 5, 31, 31, 31, 31, 600, 3600, 3600, 31, 31, 31)


class World:
    def __init__(self, seed: int, memory: Memory, engine: Engine, steps: int | None = None) -> None:
        self.rng = random.Random(seed)
        random.seed(seed)  # the product's own pauses
        self.loop = VirtualLoop()
        self.loop.set_task_factory(whose_task)
        self.loop.set_exception_handler(self._unheard)
        self.lines: list[str] = []
        self.figures: Counter[str] = Counter()
        self.broken: str | None = None
        self.kept: list[Kept] = []
        self.shifts: list[tuple[float, datetime]] = []  # of the clock, lately: when, and what it showed before
        self._outside = contextvars.copy_context()
        self._memory = memory
        self._engine = engine
        self._base = morning(self.rng)
        self._calm = False
        self._mood = Mood.of(self.rng)
        names = self.rng.choice(((SLACK,), (TEAMS,), (SLACK, TEAMS)))
        self.platforms = {name: Platform(name, self) for name in names}
        self.tenants, self.joined = company(self.platforms.values(), self.rng, self._base)
        self.judge = Judge(self)
        self.people = People(self)
        self._known: dict[Account, Known] = {}
        self._processes: list[Process | None] = [None] * self.rng.choice((1, 1, 1, 2))
        self._due_by, self._due_at = -1, None
        self._coming: set[asyncio.Task[None]] = set()  # what people do, to a process; and a process that was dead
        self._steps = self.rng.choice((5, 7, 9, 12, 16, 24))
        self._steps = self._steps if steps is None else min(steps, self._steps)

    def run(self) -> None:
        """What broke is in `broken` then, everything that happened in `lines`."""
        logs, overheard = [logging.getLogger(name) for name in ("bot", "storage")], Overheard(self.breaks)
        for log in logs:
            log.addHandler(overheard)
        try:
            self.loop.run_until_complete(self._play())
        except Exception as error:  # noqa: BLE001  # whatever comes out of the product is what is looked for
            self.breaks(error)
        finally:
            for log in logs:
                log.removeHandler(overheard)
            self._calm = True
            self.loop.run_until_complete(self._end())
            self.loop.close()

    # --- the history -------------------------------------------------------------------------------------------------

    async def _play(self) -> None:
        await self._prepare()
        for _ in range(self._steps):
            activity = self.people.does(self.rng.choice(self.tenants))
            self.tell(said(activity))
            self._send(activity)
            await self._passes()
            if self.broken:
                return
        await self._settle()
        self._compare()

    async def _prepare(self) -> None:
        for tenant in self.tenants:
            self._known |= known(tenant, self.now)
        self._memory.anew()
        await PeopleRows(self._memory.units).keep(self._known.values())
        for one, (other,) in list(self.joined.items())[:1]:
            self._memory.do(join_by_email, (one, other), self.now)
        for slot in range(len(self._processes)):
            self._begin(slot)

    async def _passes(self) -> None:
        rng, mood = self.rng, self._mood
        if len(self._processes) == 1 and rng.random() < mood.steps:
            step = rng.choice(_STEPS)
            self.count("clock steps")
            self.tell(f"the clock steps by {step} s")
            self._shift(timedelta(seconds=step))
        if rng.random() < mood.deaths / 4 and (process := self._living()) is not None:
            await asyncio.sleep(rng.uniform(0, 1))
            process.life.die("anywhere")
        if rng.random() < mood.days:
            await self._hours(rng.choice((1, 5, 20, 30, 70)))
        await asyncio.sleep(rng.choice(_GAPS))

    async def _hours(self, hours: int) -> None:
        """They pass at once, but for the moments at which something is due."""
        end = self.now + timedelta(hours=hours)
        self.count("hours that passed", hours)
        self.tell(f"{hours} hours pass")
        while self.now < end and not self.broken:
            process = self._living()
            if process is None:
                await asyncio.sleep(5)
                continue
            due = await self._due(process)
            at = max(min(end, due or end), self.now + timedelta(seconds=1))
            await self._jump(at - self.now)
            self._memory.do(_was_at_work, self.now)
            await self._by(process, process.tick(process.app.ticker.tick_if_due))
            if due is not None and due <= self.now:
                await asyncio.sleep(1.5)

    async def _due(self, process: Process) -> datetime | None:
        """When somebody is to be looked at next; only a commit changes that."""
        if self._due_by != len(self.kept):
            task = await self._by(process, process.next_due())
            if task.cancelled() or task.exception() is not None:
                return None
            self._due_by, self._due_at = len(self.kept), task.result()
        return self._due_at

    async def _by(self, process: Process, what: Any) -> asyncio.Task[Any]:
        """Done by a process, which may die meanwhile."""
        task = process.life.begin(what)
        await asyncio.wait([task])
        return task

    # --- what people do comes to the processes -----------------------------------------------------------------------

    def _send(self, activity: Activity) -> None:
        """It is on its way: late, twice or not at all."""
        rng, mood, times = self.rng, self._mood, 1
        if rng.random() < mood.lost:
            self.count("never told")
            self.tell(f"{activity.keys[0]} is never told")
            return
        while rng.random() < mood.repeated and times < 4:
            times += 1
            self.count("told again")
        for n in range(times):
            late = rng.random() < mood.late
            self.count("told late", late)
            wait = rng.choice((0.3, 3.0, 12.0)) if late else 0.0
            self._comes(self._told(activity, wait + (rng.choice((0.0, 0.2, 4.0)) if n else 0)))

    def _comes(self, what: Coroutine[Any, Any, None]) -> None:
        """It goes on whatever becomes of the process that is at work now."""
        task = self.loop.create_task(what, context=self._outside)
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)
        task.add_done_callback(self._ended)

    async def _told(self, activity: Activity, wait: float) -> None:
        """Until it is received, as platforms do; then they give up, and nobody was promised anything."""
        await asyncio.sleep(wait)
        for pause in _REPEATS:
            if await self._is_received(activity):
                return
            self.count("not received")
            await asyncio.sleep(pause)
        self.count("given up")
        self.tell(f"{activity.keys[0]}: given up")

    async def _is_received(self, activity: Activity) -> bool:
        process = self._living()
        if process is None:
            return False
        self.count("turns")
        task = await self._by(process, process.take(replace(activity, at=self.now)))
        if process.life.dead or task.cancelled():
            return False  # the connection is gone, whatever it had to say
        error = task.exception()
        if isinstance(error, Busy | StaleReview | StorageDown | TimeoutError):
            return False
        if error is not None:
            self.breaks(error)
        elif task.result():
            self.judge.received(activity)
        self.tell(f"{activity.keys[0]}: received")
        return True

    # --- processes ---------------------------------------------------------------------------------------------------

    def _begin(self, slot: int) -> Process:
        doomed = None
        if not self._calm and self.rng.random() < self._mood.deaths:
            doomed = (self.rng.choice(POINTS), self.rng.randrange(7))
        life = Life(f"process {slot + 1}.{self.figures['starts']}", doomed, lambda point: self._died(slot, point))
        self.count("starts")
        if len(self._processes) == 1:
            self._memory.do(release_all)
        note = partial(self._noted, life.name)
        database = self._memory.open(life, self.rng, lambda: 0 if self._calm else self._mood.storage, note)
        app = assembled(
            self._engine,
            database,
            {name: Mouth(platform, life) for name, platform in self.platforms.items()},
            me=f"{slot}/{self.figures['starts']}",
            clock=lambda: self.now,
            reach=life.reach,
            watch=Watch(),
            quiets={SLACK: Rest(self.disturbed, life)},
            noted=lambda *_: None,
        )
        process = Process(life=life, slot=slot, app=app, database=database)
        self._processes[slot] = process
        life.begin(process.work()).add_done_callback(self._ended)
        self.tell(f"{life.name} starts")
        return process

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Died):
            self.breaks(error)

    def _unheard(self, _loop: object, context: dict[str, Any]) -> None:
        """What the loop would write to a log."""
        error = context.get("exception")
        if error is not None and not isinstance(error, Died):
            self.breaks(error)

    def _died(self, slot: int, point: str) -> None:
        process = self._processes[slot]
        assert process is not None
        self.count(f"death {point}")
        self.tell(f"{process.life.name} dies: {point}")
        self._comes(self._begins_again(process))

    async def _begins_again(self, process: Process) -> None:
        await process.life.buried()
        process.database.close()
        await asyncio.sleep(0 if self._calm else self.rng.choice(_DOWN))
        if not self._over:
            self._begin(process.slot)

    def _living(self) -> Process | None:
        alive = self._alive()
        return self.rng.choice(alive) if alive else None

    def _alive(self) -> list[Process]:
        return [each for each in self._processes if each is not None and not each.life.dead]

    def _noted(self, by: str, kept: Kept) -> None:
        if kept.unit != "pulse":
            self.kept.append(kept)
        self.judge.kept(kept, by)
        self.people.noted(kept)

    # --- time, and what is told of it --------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self._base + timedelta(seconds=round(self.loop.time(), 6))

    def recently(self) -> list[datetime]:
        """What the clock shows, and what it would show had it not just been moved."""
        lately = [was for at, was in self.shifts if at > self.loop.time() - 1]
        return [self.now, *lately]

    async def _jump(self, time: timedelta) -> None:
        """What is on its way to a platform comes before that: it would take as long."""
        alive = self._alive()
        while self.judge.under_way(each.life.name for each in alive) or any(each.is_at_it for each in alive):
            await asyncio.sleep(0.5)
            alive = self._alive()  # whoever has begun meanwhile, too
        self._shift(time)
        for process in alive:
            process.app.relay.wake()  # as it has looked many times by now

    def _shift(self, time: timedelta) -> None:
        self.shifts = [*self.shifts[-5:], (self.loop.time(), self.now)]
        self._base += time

    def tell(self, line: str) -> None:
        self.lines.append(f"{self.now:%d %H:%M:%S.%f}"[:-3] + f"  {line}")

    def count(self, what: str, times: int = 1) -> None:
        self.figures[what] += times

    def breaks(self, what: str | BaseException) -> None:
        """The first thing that is broken is what is told of."""
        if isinstance(what, BaseException):
            self.lines += traceback.format_exception(what)
            what = f"{type(what).__name__}: {what}"
        self.tell(f">>> {what}")
        self.broken = self.broken or what

    def answer(self) -> str:
        """How a platform answers now."""
        roll, mood = self.rng.random(), self._mood
        if self._calm or roll >= mood.refusals + mood.trouble:
            return "ok"
        return "refused" if roll < mood.refusals else self.rng.choice(ANSWERS)

    # --- what is looked up -------------------------------------------------------------------------------------------

    def tenant(self, name: str) -> Tenant:
        return next(each for each in self.tenants if each.id == name)

    def habit(self, delivery: Delivery) -> Habit:
        return self.tenant(delivery.reference.tenant).habits[delivery.to or ""]

    def disturbed(self, account: Account) -> list[tuple[datetime, datetime]]:
        return self.tenant(account.tenant).habits[account.id].diary.disturbed

    def version(self, review: str | None) -> int:
        """The newest that was committed by a turn."""
        turns = (kept.value for kept in reversed(self.kept) if kept.unit == "run_turn" and kept.value is not None)
        return next((turn.review.version for turn in turns if turn.review and turn.review.id == review), 0)

    # --- the end -----------------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """From now on all goes well, and some time passes."""
        self._calm = True
        self.tell("from now on all goes well")
        for process in self._processes:
            if process is not None:
                process.life.spared()
        while self._coming:
            await asyncio.wait(self._coming)
        for seconds in _UNTIL_ALL_IS_DONE:
            await asyncio.sleep(1.5)
            if await self._rests() and not self._memory.do(_anything_waits):
                break
            await self._jump(timedelta(seconds=seconds))
        self.judge.settled(self._memory.driver)

    async def _rests(self) -> bool:
        """Whether nobody is due to be looked at."""
        due = await self._due(process) if (process := self._living()) else None
        return due is None or due > self.now

    def _compare(self) -> None:
        """The report is what the accepted acts come to."""
        found = self._memory.do(reviews, PackShelf())
        folded = Replay(self._engine, self._known, self.joined).of(self.kept)
        if sorted(each.id for each in found) != sorted(folded):
            self.breaks("the reviews are not those that were started")
            return
        for review in found:
            mine = folded[review.id]
            if review.acts != mine.acts or document(review, self.now) != document(mine, self.now):
                self.breaks(f"{review.project} is not what its acts add up to: {_difference(review, mine)}")

    async def _end(self) -> None:
        self._over = True
        for process in self._processes:
            if process is not None:
                process.life.dead = True
                await process.life.buried()
                process.database.close()
        me = asyncio.current_task()
        for task in [task for task in asyncio.all_tasks() if task is not me]:
            task.cancel()
        await asyncio.sleep(0)

    _over = False


def _was_at_work(connection: Connection, now: datetime) -> None:
    """As processes note it every minute."""
    connection.execute(_AT_WORK, {"now": now})


def _anything_waits(connection: Connection) -> bool:
    return bool(connection.scalar(_WAITS))


def _difference(one: Review, other: Review) -> str:
    pairs = zip(one.acts, other.acts, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one.acts), len(other.acts)))
    return f"{one.acts[at : at + 1]} and {other.acts[at : at + 1]}"


def said(activity: Activity) -> str:
    """In one line of the dialogue."""
    at, what = activity.reference, activity.text
    if activity.button is not None:
        what = " ".join(filter(None, (activity.button.act, activity.button.item, activity.button.choice)))
    if activity.form is not None:
        what = f"{activity.form.name} {dict(activity.form.values)}"
    shown = what if len(what) < 160 else f"{what[:150]}… ({len(what)} characters)"
    where = "/".join(filter(None, (at.platform, at.tenant, at.channel, at.thread)))
    return f"{activity.keys[0]} {activity.actor.id} [{activity.kind.value}] {shown!r} in {where}"
