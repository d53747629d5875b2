"""What people do in one review: they answer, put off, ask others, pause it, and react to what the bot writes to them.

Each act goes through the real turn; only what was not refused is told to the judge. Whether a text was understood as
it was meant is looked at after each answer, so that the judge is told what is true.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from conversations.activities import ActivityKind, Button, Form
from conversations.item_standing import ItemStanding
from conversations.packs import Item as PackItem
from conversations.packs import ItemType
from conversations.review import Phase, State
from conversations.standing import Standing
from tests.simulation import texts
from tests.simulation.facts import (
    Answered,
    Asked,
    Confirmed,
    Declined,
    Deferred,
    Delegated,
    HandedOver,
    Informed,
    Item,
    Line,
    PhaseSet,
    Renewed,
    Reopened,
    SetAside,
    Snoozed,
    Spoke,
    Started,
)
from tests.simulation.hands import Hands, mention

_MENDABLE = (State.OPEN, State.VAGUE, State.KNOWN_GAP, State.DEFERRED)
_HELD = (State.COMPLETE, State.STALE)


def to_item(item: PackItem) -> Item:
    return Item(
        key=item.key,
        type=item.type.value,
        critical=item.critical,
        confirm=item.confirm_by_named_person,
        review_days=item.review_days,
    )


@dataclass(slots=True, kw_only=True)
class Room(Hands):
    owner: str
    team: tuple[str, ...]  # the owner among them
    lead: str | None
    sponsor: str | None
    decision: date
    pack: str
    rng: Random
    asked: str = ""
    followed_up: bool = False  # the next plain reply would go to what was followed up

    def noticed(self, asked: str) -> None:
        """A card in the thread shows which item is asked now; "" where it asks none."""
        if asked and asked != self.asked:
            self.tell(Asked(at=self.now, review=self.name, item=asked))
        self.asked = asked

    # --- beginning and walking ---

    async def start(self) -> None:
        activity = self._activity(self.owner, ActivityKind.COMMAND, text=f"start {self.name} --pack {self.pack}")
        await self.world.take(activity)
        self.id = await self.world.id_of(self.name)
        standing = await self.standing()
        self.world.named(self)
        items = tuple(to_item(each.item) for each in standing.items.values())
        self.tell(Started(at=self.now, review=self.name, owner=self.owner, items=items))
        await self.world.say()
        if self.lead or self.sponsor:
            await self._describe()
        self.world.later(self.team[0], timedelta(minutes=self.rng.randrange(2, 40)), self.walk, f"walk/{self.name}")

    async def _describe(self) -> None:
        named = {"lead": self.lead, "sponsor": self.sponsor}
        values = {name: mention(who) for name, who in named.items() if who}
        seen = (await self.standing()).review.version
        form = Form(name="about", values=values, seen=seen)
        if await self._does(self.owner, ActivityKind.FORM, form=form, review=self.id, people=(self.lead, self.sponsor)):
            self.tell(Informed(at=self.now, review=self.name, by=self.owner, lead=self.lead, sponsor=self.sponsor))

    async def walk(self) -> None:
        """One act about what is asked in the thread; the next one comes soon, in some days, or not by itself."""
        standing = await self.standing()
        if standing.phase is not Phase.OPEN or not self.asked:
            return
        who, item = self.rng.choice(self.team), standing.items[self.asked]
        roll = self.rng.random()
        if roll < 0.68:
            await self.answer(who, item, standing)
        elif roll < 0.76 and item.item.key in texts.LACKING:
            await self.answer_in_part(who, item.item.key)
        elif roll < 0.80:
            await self.put_off(who, item.item.key)
        elif roll < 0.83:
            await self.does_not_apply(who, item.item)
        elif roll < 0.92:
            await self.ask(who, item.item.key)
        elif roll < 0.96:
            await self.skip(who)
        self._go_on_walking()

    def _go_on_walking(self) -> None:
        roll = self.rng.random()
        pause = timedelta(minutes=self.rng.randrange(2, 20))
        if roll > 0.86:
            pause = timedelta(days=self.rng.randrange(1, 4))
        if roll < 0.95:
            self.world.later(self.rng.choice(self.team), pause, self.walk, f"walk/{self.name}")

    async def answer(self, who: str, item: ItemStanding, standing: Standing) -> None:
        key, today = item.item.key, self.now.date()
        named = self._somebody(who) if item.item.type is ItemType.PERSON else None
        if key == "approve.approver" and named == standing.items["run.service_owner"].named_here:
            named = who
        self.decision = max(self.decision, today + timedelta(days=5))
        text = texts.complete(key, today, mention(named or self.team[-1]), self.decision)
        clears = not (key == "secure.review_status" and self.rng.random() < 0.5)
        text = text if clears else texts.IN_REVIEW
        plain = key == self.asked and not self.followed_up and self.rng.random() < 0.5
        if not await self._says(who, text if plain else f"{key}: {text}", named or self.team[-1]):
            return
        self.followed_up = False
        await self._expect(key, State.UNCONFIRMED if named not in (None, who) else State.COMPLETE)
        day = self.decision if key == "approve.decision_date" else None
        day = today - timedelta(days=21) if day is None and item.item.type is ItemType.DATE else day
        self.tell(
            Answered(at=self.now, review=self.name, item=key, by=who, named=named, day=day, clears=clears),
            *(
                [Informed(at=self.now, review=self.name, by=who, decision=day)]
                if key == "approve.decision_date"
                else []
            ),
        )
        await self.world.say()

    async def answer_in_part(self, who: str, key: str) -> None:
        if not await self._says(who, f"{key}: {texts.LACKING[key]}"):
            return
        await self._expect(key, State.VAGUE)
        self.followed_up = True
        self.tell(Answered(at=self.now, review=self.name, item=key, by=who, verdict="vague"))
        await self.world.say()
        if self.rng.random() < 0.3 and await self._does(
            who, ActivityKind.BUTTON, button=Button(act="keep", item=key), review=self.id
        ):
            self.followed_up = False
            self.tell(SetAside(at=self.now, review=self.name, item=key, by=who, how="kept"))
            await self.world.say()

    async def put_off(self, who: str, key: str) -> None:
        until = self.now.date() + timedelta(days=self.rng.randrange(1, 20))
        standing = await self.standing()
        if standing.decision_on and until > standing.decision_on:
            return
        if await self._says(who, f"{key}: later {until.isoformat()}"):
            await self._expect(key, State.DEFERRED)
            self.tell(Deferred(at=self.now, review=self.name, item=key, by=who, until=until))
            await self.world.say()

    async def does_not_apply(self, who: str, item: PackItem) -> None:
        if item.critical or not await self._says(who, f"{item.key}: n/a because it runs in a nightly batch"):
            return
        await self._expect(item.key, State.NA_PENDING)
        self.tell(SetAside(at=self.now, review=self.name, item=item.key, by=who, how="waiting"))
        await self.world.say()
        second = next(name for name in self.team if name != who)
        self.world.later(second, timedelta(hours=3), lambda: self._decide(second, item.key), f"waiver/{self.name}")

    async def _decide(self, who: str, key: str) -> None:
        standing, accepts = await self.standing(), self.rng.random() < 0.7
        if standing.items[key].state is not State.NA_PENDING or standing.phase is not Phase.OPEN:
            return
        if await self._says(who, f"{'accept' if accepts else 'reject'} {key}"):
            fact = SetAside(at=self.now, review=self.name, item=key, by=who, how="na")
            self.tell(fact if accepts else Reopened(at=self.now, review=self.name, item=key, by=who))
            await self.world.say()

    async def ask(self, who: str, key: str) -> None:
        to = self._somebody(who, but_me=True)
        if await self._says(who, f"ask {mention(to)} {key}", to):
            self.tell(Delegated(at=self.now, review=self.name, item=key, by=who, to=to))
            await self.world.say()

    async def skip(self, who: str) -> None:
        if await self._says(who, "skip"):
            self.tell(Spoke(at=self.now, review=self.name, by=who))
            await self.world.say()

    def _somebody(self, who: str, *, but_me: bool = False) -> str:
        names = [*self.team, *(name for name in (self.lead,) if name), self.world.anybody(self.rng)]
        return self.rng.choice([name for name in names if name != who] if but_me else names)

    # --- what its owner does with the whole of it ---

    async def pause(self, days: int | None) -> None:
        standing = await self.standing()
        if standing.phase is not Phase.OPEN or standing.owner is None:
            return
        until = self.now.date() + timedelta(days=days) if days else None
        if await self._says(standing.owner, f"pause until {until.isoformat()}" if until else "pause"):
            self.tell(PhaseSet(at=self.now, review=self.name, by=standing.owner, phase="paused", until=until))
            await self.world.say()
        if until is None:
            self.world.later(standing.owner, timedelta(days=self.rng.randrange(2, 12)), self.resume, f"re/{self.name}")

    async def resume(self) -> None:
        standing = await self.standing()
        if standing.phase is Phase.PAUSED and await self._says(standing.owner, "resume"):
            self.tell(PhaseSet(at=self.now, review=self.name, by=standing.owner, phase="open"))
            await self.world.say()
            self._go_on_walking()

    async def finish(self, *, cancel: bool) -> None:
        standing = await self.standing()
        if standing.phase not in (Phase.OPEN, Phase.PAUSED):
            return
        button = Button(act="cancel" if cancel else "done", choice="sure" if cancel else None)
        if await self._does(standing.owner, ActivityKind.BUTTON, button=button, review=self.id):
            phase = "cancelled" if cancel else "done"
            self.tell(PhaseSet(at=self.now, review=self.name, by=standing.owner, phase=phase))
            await self.world.say()

    async def hand_over(self) -> None:
        standing = await self.standing()
        to = self.rng.choice([name for name in self.team if name != standing.owner])
        if standing.phase is Phase.OPEN and await self._says(standing.owner, f"owner {mention(to)}", to):
            self.tell(HandedOver(at=self.now, review=self.name, by=standing.owner, to=to))
            await self.world.say()

    # --- what people make of what the bot wrote to them ---

    async def react(self, who: str, line: Line, ways: Sequence[str], told_at: datetime, rng: Random) -> None:
        standing = await self.standing()
        if standing.phase is not Phase.OPEN:
            return
        if line.kind == "quiet_walk":
            await self._go_on(who, rng)
        elif line.item:
            item = standing.items[line.item]
            choices = [way for way in _REACTIONS if way[0] in _possible(line, ways, item, told_at)]
            act = rng.choices([name for name, _ in choices], [weight for _, weight in choices])[0]
            await self._reacts(who, act, item, standing, rng)

    async def _go_on(self, who: str, rng: Random) -> None:
        if rng.random() < 0.6 and await self._presses(who, "go_on"):
            self.tell(Spoke(at=self.now, review=self.name, by=who))
            await self.world.say()
            await self.walk()

    async def _reacts(self, who: str, act: str, item: ItemStanding, standing: Standing, rng: Random) -> None:
        key = item.item.key
        acts: Mapping[str, Callable[[], Awaitable[None]]] = {
            "answer": lambda: self.answer(who, item, standing),
            "keep": lambda: self._keep(who, item),
            "snooze": lambda: self._snooze(who, key, rng),
            "not_me": lambda: self._decline(who, key, "not_me"),
            "no": lambda: self._decline(who, key, "no"),
            "later": lambda: self.put_off(who, key),
            "does_not_apply": lambda: self.does_not_apply(who, item.item),
            "yes": lambda: self._confirm(who, item),
            "let_go": lambda: self._let_go(who, key),
        }
        if act in acts:
            await acts[act]()

    async def _let_go(self, who: str, key: str) -> None:
        if await self._presses(who, "let_go", key):
            self.tell(Spoke(at=self.now, review=self.name, by=who))
            await self.world.say()

    async def _keep(self, who: str, item: ItemStanding) -> None:
        key, holds = item.item.key, item.state in _HELD
        if await self._presses(who, "keep", key):
            facts = Renewed(at=self.now, review=self.name, item=key, by=who)
            aside = SetAside(at=self.now, review=self.name, item=key, by=who, how="kept")
            self.tell(facts if holds else aside)
            await self.world.say()

    async def _snooze(self, who: str, key: str, rng: Random) -> None:
        today = self.world.day_of(who)
        days = rng.choice((1, 7, rng.randrange(2, 25)))
        until = today + timedelta(days=days)
        choice = {1: "1d", 7: "1w"}.get(days, until.isoformat())
        if await self._presses(who, "snooze", key, choice):
            self.tell(Snoozed(at=self.now, by=who, items=((self.name, key),), until=until))
            await self.world.say()

    async def _decline(self, who: str, key: str, act: str) -> None:
        if await self._presses(who, act, key):
            self.tell(Declined(at=self.now, review=self.name, item=key, by=who))
            await self.world.say()

    async def _confirm(self, who: str, item: ItemStanding) -> None:
        key, again = item.item.key, item.state is not State.UNCONFIRMED
        if await self._presses(who, "yes", key):
            fact = Renewed if again else Confirmed
            self.tell(fact(at=self.now, review=self.name, item=key, by=who))
            await self.world.say()


_REACTIONS = (
    ("answer", 40),
    ("keep", 30),
    ("yes", 60),
    ("no", 8),
    ("snooze", 22),
    ("not_me", 8),
    ("later", 9),
    ("does_not_apply", 3),
    ("let_go", 15),
    ("nothing", 25),
)


def _possible(line: Line, ways: Sequence[str], item: ItemStanding, told_at: datetime) -> set[str]:
    """What the message offers and what makes sense where the item stands now."""
    possible = {"nothing", *ways} & {name for name, _ in _REACTIONS}
    if {"answer", "name"} & set(ways):
        possible.add("answer")
    as_it_was = item.answer is None or item.answer.at < told_at
    if item.state not in _MENDABLE:
        possible -= {"later", "does_not_apply"}
        comes_up_again = line.kind == "nudge" and item.state in _HELD and "keep" in ways and as_it_was
        possible -= set() if comes_up_again else {"answer", "keep", "not_me", "snooze"}
    if item.state is not State.UNCONFIRMED:
        return possible - {"no"} if as_it_was else possible - {"no", "yes"}
    return possible | {"snooze"} & set(ways)
