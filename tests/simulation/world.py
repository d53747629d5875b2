"""A company at work with the bot, on a virtual clock: what people do, when the bot ticks, and when it is down.

It drives the product's own turns, tick, relay and storage, and has no copy of them. The clock jumps from one moment at
which something is to be done to the next. Everything comes from the seed; SQLite does not wait for the disk here.
"""

from __future__ import annotations

import heapq
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from time import perf_counter

from conversations.activities import Activity, ActivityKind
from conversations.people import Person as Known
from conversations.standing import Standing, stand
from storage.queries import review_by_id, reviews
from tests.simulation import cast
from tests.simulation.bots import Bot, Clock
from tests.simulation.cast import Colleague, Wish
from tests.simulation.diary import Diary, Span
from tests.simulation.etiquette import Judge
from tests.simulation.facts import DoNotDisturb, Down, Habits, Line, Message, Preferred
from tests.simulation.hands import actor, direct
from tests.simulation.plan import START, Plan
from tests.simulation.platform import PLATFORM, TENANT, Keeper, Memory, Post
from tests.simulation.rooms import Room
from tests.simulation.rules import Breach

GRID = timedelta(minutes=5)  # how exactly the clock is looked at
LOOK = timedelta(hours=6)  # for who is away
RETURN = timedelta(minutes=1)  # until a process that died is there again

Act = Callable[[], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Outcome:
    breaches: list[Breach]
    messages: list[Message]
    figures: dict[str, int] = field(default_factory=dict)
    seconds: float = 0
    judged_seconds: float = 0


class World:
    """`make_bot` is told the clock, what takes what is said, and who is not to be disturbed when."""

    def __init__(self, plan: Plan, make_bot: Callable[[Clock, Keeper, Mapping[str, list[Span]]], Bot]) -> None:
        self.plan = plan
        self.clock = Clock(plan.start)
        self.people = {colleague.name: colleague for colleague in cast.company(plan.seed, plan.people)}
        self._names = sorted(self.people)
        self.diaries = {name: Diary(colleague.person) for name, colleague in self.people.items()}
        self.judge = Judge(colleague.person for colleague in self.people.values())
        self.messages: list[Message] = []
        self.figures: dict[str, int] = defaultdict(int)
        self._habits = dict.fromkeys(self.people, Habits())
        self._digests = dict.fromkeys(self.people, (0, time(9, 30)))
        self._rooms: dict[str, Room] = {}
        self._agenda: list[tuple[datetime, str, int, Act]] = []
        self._pulsed = self._looked = plan.start
        self._tick_at: datetime | None = plan.start
        self._due: datetime | None = None
        self._due_is_known = False  # as nothing but a pulse came after it was asked
        self._outages, self._deaths = plan.outages()[::-1], plan.deaths()[::-1]
        disturbed = plan.disturbances(self.diaries)
        self._bot = make_bot(self.clock, Memory(self.seen), disturbed)
        for name, spans in disturbed.items():
            self.diaries[name].disturbed += spans
            for start, end in spans:
                self.judge.told(DoNotDisturb(at=plan.start, person=name, start=start, end=end))

    # --- time passes ---

    @property
    def now(self) -> datetime:
        return self.clock.at

    async def run(self) -> Outcome:
        began = perf_counter()
        logging.disable(logging.CRITICAL)
        try:
            await self._begin()
            while (step := await self._next()) < self.plan.end:
                self.clock.at = max(step, self.now)
                await self._step()
            await self._bot.close()
        finally:
            logging.disable(logging.NOTSET)
        seconds = perf_counter() - began
        breaches = self.judge.breaches(self.plan.end)
        return Outcome(
            breaches=breaches,
            messages=self.messages,
            figures=dict(self.figures),
            seconds=seconds,
            judged_seconds=perf_counter() - began - seconds,
        )

    async def _begin(self) -> None:
        await self._bot.open()
        await self._bot.keep(
            Known(platform=PLATFORM, tenant=TENANT, id=name, name=name, zone=each.person.zone, read_at=self.now)
            for name, each in self.people.items()
        )
        for colleague in self.people.values():
            await self._wishes(cast.first_wish(colleague, self.now, self.plan.seed))
            for wish in cast.later_wishes(colleague, self.plan.seed, START, self.plan.days):
                if self.now < wish.at < self.plan.end:
                    self._put(wish.at, f"wish/{wish.name}", partial(self._wishes, wish))
        for n in range(self.plan.reviews):
            self._plan_review(n)

    async def _next(self) -> datetime:
        """When something is to be done next: somebody acts, the bot ticks, or it has to show that it is at work."""
        if not self._due_is_known:
            self._due = await self._bot.next_due()
        self._due_is_known = False
        tick = max(on_grid(self._due), self._pulsed + GRID) if self._due else self.plan.end
        act = self._agenda[0][0] if self._agenda else self.plan.end
        return min(self._pulsed + timedelta(minutes=self.plan.pulse_minutes), self._tick_at or tick, tick, act)

    async def _step(self) -> None:
        if self._agenda and self._agenda[0][0] <= self.now:
            _, _, _, act = heapq.heappop(self._agenda)
            await act()
            return
        await self._maybe_doomed()
        self._pulsed = self.now
        await self._survive(self._tick)

    async def _tick(self) -> None:
        """As `serve` does it, but that the relay sends only when something may be there to send."""
        revived, looks = self._tick_at is not None, self.now - self._looked >= LOOK
        self._tick_at, self._due_is_known = None, False
        if self._due is not None and self._due <= self.now:
            self.figures["ticks"] += 1
            await self._bot.tick()
        else:
            self.figures["pulses"] += 1
            await self._bot.pulse()
            self._due_is_known = not revived and not looks
        if revived:
            await self._bot.drain()
        if looks:
            self._looked = self.now
            await self._bot.look()

    # --- the bot dies, and comes again ---

    async def _maybe_doomed(self) -> None:
        """It may die in the middle of this tick, for a moment or for days."""
        rng = Random(f"{self.plan.seed}/doom/{self.now}")
        if self._outages and self._outages[-1][0] <= self.now:
            self._bot.mortal.points_left = rng.randrange(60)
            await self._survive(self._tick, again=False)
            await self._outage(self._outages.pop()[1])
        elif self._deaths and self._deaths[-1] <= self.now:
            self._deaths.pop()
            self._bot.mortal.points_left = rng.randrange(25)
            self.figures["restarts"] += 1

    async def _outage(self, end: datetime) -> None:
        await self._bot.close()
        end = max(end, self.now + GRID)
        self.judge.told(Down(at=self.now, end=end))
        self.figures["outages"] += 1
        for n, (at, label, order, act) in enumerate(sorted(self._agenda, key=lambda entry: entry[:3])):
            self._agenda[n] = (end + timedelta(seconds=7 * n) if at < end else at, label, order, act)
        heapq.heapify(self._agenda)
        self.clock.at = self._due = self._tick_at = end
        await self._bot.open()

    async def _survive(self, what: Act, *, again: bool = True) -> None:
        """Does it; where the process dies meanwhile, another one takes its place and does it again."""
        try:
            await what()
        except Exception:
            if not self._bot.mortal.dead:
                raise
        if self._bot.mortal.dead:
            self.figures["deaths"] += 1
            await self._bot.open()
            self._tick_at = self.now + RETURN
            if again:
                await what()

    # --- people act ---

    async def take(self, activity: Activity) -> bool:
        """A turn of the product; whether it was refused. What was not told to be received is sent again."""
        self.figures["turns"] += 1
        refused = False

        async def turn() -> None:
            nonlocal refused
            taken = await self._bot.run(activity)
            refused = taken.refused if taken is not None else refused

        await self._survive(turn)
        self.figures["refused"] += refused
        return refused

    async def say(self) -> None:
        await self._survive(self._bot.drain)

    async def standing(self, review: str) -> Standing:
        found = await self._bot.read(review_by_id, review, platform=PLATFORM, tenant=TENANT)
        assert found is not None, review
        return stand(found, self.now)

    async def id_of(self, project: str) -> str:
        found = await self._bot.read(reviews, platform=PLATFORM, tenant=TENANT, project=project)
        return found[0].id

    def named(self, room: Room) -> None:
        self._rooms[room.id] = room

    def anybody(self, rng: Random) -> str:
        return rng.choice(self._names)

    def day_of(self, name: str) -> date:
        return self.diaries[name].day(self.now)

    def later(self, name: str, wait: timedelta, act: Act, label: str) -> None:
        """They do it then, or when they are at work next; one in ten does it in the evening."""
        at = _floor(self.now) + wait  # the few seconds that a tick may be late change nothing
        evening = Random(f"{self.plan.seed}/{label}/{at}").random() < 0.1
        self._put(at if evening else self._at_work(name, at), label, act)

    def _at_work(self, name: str, at: datetime) -> datetime:
        diary = self.diaries[name]
        for n in range(60):
            for start, end in diary.openings(diary.day(at) + timedelta(days=n)):
                if end > at:
                    return max(start, at)
        return at

    def _put(self, at: datetime, label: str, act: Act) -> None:
        self.figures["acts"] += 1
        heapq.heappush(self._agenda, (at, label, self.figures["acts"], act))

    async def _wishes(self, wish: Wish) -> None:
        activity = Activity(
            keys=(f"wish/{wish.name}/{wish.at.isoformat()}/{wish.words}",),
            kind=ActivityKind.MESSAGE,
            actor=actor(wish.name),
            reference=direct(wish.name),
            at=self.now,
            text=wish.words,
            source=f"wish/{wish.name}/{wish.at.isoformat()}",
            private=True,
        )
        if await self.take(activity):
            return
        habits = self._habits[wish.name]
        self._digests[wish.name] = habits.digest or self._digests[wish.name]
        changed = cast.after_wish(habits, wish, self._digests[wish.name])
        self._habits[wish.name] = changed
        self.diaries[wish.name].prefers(self.now, changed)
        self.judge.told(Preferred(at=self.now, person=wish.name, habits=changed))
        await self.say()

    def _plan_review(self, n: int) -> None:
        rng = Random(f"{self.plan.seed}/review/{n}")
        owner, *others = rng.sample(self._names, 5)
        team = (owner, *others[: rng.randrange(1, 4)])
        lead, sponsor = (rng.choice((None, other)) for other in (others[3], self.anybody(rng)))
        at = self.plan.start + rng.random() * 0.85 * timedelta(days=self.plan.days)
        room = Room(
            world=self,
            name=f"Project {n:03}",
            owner=owner,
            team=team,
            lead=lead,
            sponsor=sponsor,
            decision=(at + timedelta(days=rng.randrange(20, 150))).date(),
            pack="full" if rng.random() < 0.25 else "core",
            rng=rng,
        )
        at = self._at_work(owner, at)
        self._put(at, f"start/{room.name}", room.start)
        self._plan_phases(room, rng, at)

    def _plan_phases(self, room: Room, rng: Random, at: datetime) -> None:
        def some_days() -> datetime:
            return self._at_work(room.owner, at + timedelta(days=rng.uniform(1, 70)))

        if rng.random() < 0.2:
            self._put(some_days(), f"pause/{room.name}", lambda: room.pause(rng.randrange(3, 20)))
        if rng.random() < 0.1:
            self._put(some_days(), f"pause/{room.name}", lambda: room.pause(None))
        if rng.random() < 0.15:
            self._put(some_days(), f"over/{room.name}", room.hand_over)
        if rng.random() < 0.75:
            end = some_days() + timedelta(days=rng.uniform(5, 60))
            cancelled = rng.random() < 0.2
            self._put(end, f"end/{room.name}", lambda: room.finish(cancel=cancelled))

    # --- what arrives ---

    def seen(self, post: Post) -> None:
        room = self._rooms.get(post.review or "")
        if post.key == "root" and room is not None:
            room.thread = post.name
        if post.asks is not None and room is not None:
            room.noticed(post.asks)
        if post.message is not None:
            self._read(post)

    def _read(self, post: Post) -> None:
        assert post.message
        said = post.message
        lines = tuple(Line(kind=line.kind, review=self._called(line.review), item=line.item) for line in said.lines)
        message = Message(at=said.at, to=said.to, lines=lines, weekly=said.weekly, place=said.place)
        self.messages.append(message)
        self.judge.told(message)
        colleague = self.people[message.to]
        rng = Random(f"{self.plan.seed}/reacts/{message.to}/{self.day_of(message.to)}")
        if lines and rng.random() < colleague.diligence:
            self._plan_reaction(colleague, post, lines, rng)

    def _plan_reaction(self, colleague: Colleague, post: Post, lines: tuple[Line, ...], rng: Random) -> None:
        async def reacts() -> None:
            for line, ways in zip(lines, post.ways, strict=True):
                await self._room(line.review).react(colleague.name, line, ways, post.at, rng)

        self.later(colleague.name, colleague.delay * rng.uniform(0.5, 1.5), reacts, f"reacts/{colleague.name}")

    def _called(self, review: str) -> str:
        """What says nothing that it is of (it offers no way to go on) keeps its own name."""
        return self._rooms[review].name if review in self._rooms else review

    def _room(self, name: str) -> Room:
        return next(room for room in self._rooms.values() if room.name == name)


def on_grid(at: datetime) -> datetime:
    """The next moment at which the clock is looked at."""
    return _floor(at) if _floor(at) == at else _floor(at) + GRID


def _floor(at: datetime) -> datetime:
    return at - (at - datetime.min.replace(tzinfo=UTC)) % GRID
