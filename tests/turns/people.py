"""Who there is, and what they do: replies, words, buttons off the cards that they see, forms, edits and commands.

Names of people, channels and projects are the same in every tenant, as nothing forbids that; each answer has a mark in
it that says whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from conversations.activities import Activity, ActivityKind, Actor, Button, ConversationReference, Form
from conversations.cards import Card, QuestionCard, Tap, Way
from conversations.people import Account
from conversations.people import Person as Known
from tests.dialogue import CORE, as_typed
from tests.simulation.diary import Diary
from tests.simulation.facts import Person
from tests.turns.database import Kept
from tests.turns.platform import SLACK, Platform, Shown

if TYPE_CHECKING:
    from tests.turns.world import World

NAMES = ("ana", "tom", "dana", "eve")  # eve is of another organisation
OTHERS = ("lee", "priya", "mika")  # who are only spoken of
PROJECTS = ("Claims Copilot", "Triage")
CHANNELS = ("C1", "C2")
_LONG_AGO, _FAR_AWAY = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2040))
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo")
_QUESTIONS = tuple(dict.fromkeys(key.partition(".")[0] for key in CORE))
_WORDS = (
    *("skip", "back", "keep", "undo", "undo", "not an answer", "use that", "edit", "status", "help", "report", "mine"),
    *(
        "ask @tom",
        "ask @dana",
        "ask @eve",
        "ask me",
        "yes",
        "no",
        "no, ask @tom",
        "not me",
        "ok",
        "why",
        "next",
        "about",
    ),
    *("later Fri", "later 2026-03-20", "later", "snooze 1d", "snooze 1w", "use 1", "use 2"),
    *("n/a because it runs in a nightly batch", "//aside", "thanks", "@dana can you look at this?", "by Friday @tom"),
)
_OF_ITEMS = ("edit", "accept", "reject", "keep", "yes", "no", "ask @tom", "ask @dana", "use 2")
_OF_OWNERS = ("pause", "pause until Fri", "resume", "done", "cancel", "date 2026-04-10", "owner @tom", "owner me")
_COMMANDS = ("status", "list", "mine", "digest now", "digest on", "help", "help all", "home", "status Triage")
_VAGUE = ("not sure yet", "TBD", "soon", "we will see", "somebody from ops")
_WISHES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("hours 10-15", {"hours": (time(10), time(15))}),
    ("hours 8-18", {"hours": (time(8), time(18))}),
    ("nudges off", {"nudges": False}),
    ("nudges on", {"nudges": True, "nudges_until": None}),
    ("away until 2026-03-06", {"away_until": datetime(2026, 3, 6, tzinfo=UTC).date()}),
)


@dataclass(slots=True)
class Habit:
    """When somebody may be written to now, and until the newest change of it."""

    diary: Diary
    before: Diary

    def changes(self, change: dict[str, Any]) -> None:
        self.before, old = self.diary, self.diary
        self.diary = Diary(old.person)
        self.diary.disturbed = old.disturbed
        self.diary.prefers(_LONG_AGO, replace(old.habits(_FAR_AWAY), **change))


@dataclass(slots=True, kw_only=True)
class Tenant:
    platform: Platform
    id: str
    habits: dict[str, Habit]  # of its people, by name

    def account(self, who: str) -> Account:
        return Account(platform=self.platform.name, tenant=self.id, id=who)

    @property
    def shown(self) -> list[Shown]:
        return [each for each in self.platform.shown.values() if each.delivery.reference.tenant == self.id]


def actor(who: str) -> Actor:
    return Actor(id=who, name=who.capitalize(), outsider=who == "eve")


def known(tenant: Tenant, at: datetime) -> dict[Account, Known]:
    """As their platform tells of them."""
    return {
        tenant.account(who): Known(
            platform=tenant.platform.name,
            tenant=tenant.id,
            id=who,
            name=who.capitalize(),
            zone=habit.diary.person.zone,
            outsider=who == "eve",
            read_at=at,
        )
        for who, habit in tenant.habits.items()
    }


def company(
    platforms: Iterable[Platform], rng: Random, start: datetime
) -> tuple[list[Tenant], dict[Account, tuple[Account, ...]]]:
    """One or two tenants on each platform; and whose accounts are one person's."""
    tenants: list[Tenant] = []
    for platform in platforms:
        for _ in range(rng.choice((1, 2))):
            tenants.append(Tenant(platform=platform, id=f"T{len(tenants) + 1}", habits={}))
            tenants[-1].habits |= {who: _habit(tenants[-1], who, rng, start) for who in (*NAMES, *OTHERS)}
    first, last = tenants[0], tenants[-1]
    if first.platform is last.platform or rng.random() < 0.4:
        return tenants, {}
    last.habits["ana"] = first.habits["ana"]
    one, two = first.account("ana"), last.account("ana")
    return tenants, {one: (two,), two: (one,)}


def _habit(tenant: Tenant, who: str, rng: Random, start: datetime) -> Habit:
    diary = Diary(Person(name=f"{tenant.id}/{who}", zone=rng.choice(_ZONES), outside=who == "eve"))
    if tenant.platform.name == SLACK and who == "tom" and rng.random() < 0.3:
        at = start + timedelta(hours=rng.randrange(48))
        diary.disturbed.append((at, at + timedelta(hours=rng.randrange(1, 6))))
    return Habit(diary, diary)


class People:
    """Everything that they do is made here, at random; nothing is made twice."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng
        self._said = 0
        self._sources: list[Activity] = []  # messages that were written, for edits and deletions
        self._wished: dict[str, dict[str, Any]] = {}  # by activity key: what holds from then on
        self.must_be_there: list[str] = []  # keys of answers that nothing can make something else of

    def does(self, tenant: Tenant) -> Activity:
        """Somebody of it does something."""
        who, rng = self._rng.choice(NAMES[:3] if self._rng.random() < 0.9 else NAMES), self._rng
        roots = [each for each in tenant.shown if each.delivery.key == "root"]
        if not roots or rng.random() < 0.04:
            return self._commands(tenant, who, f"start {rng.choice(PROJECTS)}")
        root = rng.choice(roots)
        ways = (
            (34, self._answers),
            (10, self._says),
            (24, self._presses),
            (12, self._submits),
            (5, self._changes),
            (5, self._looks),
            (4, self._wishes),
            (4, self._decides),
            (2, self._is_told),
        )
        does = rng.choices([way for _, way in ways], [weight for weight, _ in ways])[0]
        return does(tenant, who, root)

    def noted(self, kept: Kept) -> None:
        """What somebody said of how they are written to holds from the commit on."""
        if kept.unit == "run_turn" and kept.value is not None and not kept.value.refused:
            activity = kept.args[0]
            change = self._wished.get(activity.keys[0])
            if change is not None:
                self._world.tenant(activity.reference.tenant).habits[activity.actor.id].changes(change)

    # --- words -------------------------------------------------------------------------------------------------------

    def _answers(self, tenant: Tenant, who: str, root: Shown) -> Activity:
        rng, asked = self._rng, self._asked(tenant, root)
        item = asked if asked and rng.random() < 0.7 else rng.choice(list(CORE))
        text = self._answer(tenant, item)
        plain = item == asked and rng.random() < 0.5
        activity = self._message(tenant, who, root, text if plain else f"{item}: {text}")
        if not plain and text:
            self.must_be_there.append(activity.keys[0])
        return activity

    def _answer(self, tenant: Tenant, item: str) -> str:
        rng, mark = self._rng, self._mark(tenant)
        roll = rng.random()
        if roll < 0.62:
            return (
                f"{CORE[item]}" if item in ("rollback.tested_on", "approve.decision_date") else f"{CORE[item]} {mark}"
            )
        if roll < 0.85:
            return f"{rng.choice(_VAGUE)} {mark}"
        if roll < 0.88:
            return f"{mark} {'x' * 4_001}"
        return f"{rng.choice(list(CORE.values()))} {mark}" if roll < 0.97 else ""

    def _mark(self, tenant: Tenant) -> str:
        return f"(t{tenant.id[1:]}r{self._said})"

    def _says(self, tenant: Tenant, who: str, root: Shown) -> Activity:
        rng = self._rng
        word = rng.choice(_WORDS) if rng.random() < 0.7 else f"{rng.choice(_OF_ITEMS)} {rng.choice(list(CORE))}"
        private = [each for each in tenant.shown if each.delivery.to == who]
        return self._message(tenant, who, rng.choice(private) if private and rng.random() < 0.3 else root, word)

    def _decides(self, tenant: Tenant, who: str, root: Shown) -> Activity:
        word = self._rng.choice(_OF_OWNERS)
        return self._message(tenant, who if self._rng.random() < 0.3 else "ana", root, word)

    def _wishes(self, tenant: Tenant, who: str, _root: Shown) -> Activity:
        words, change = self._rng.choice(_WISHES)
        activity = self._message(tenant, who, None, words)
        self._wished[activity.keys[0]] = change
        return activity

    def _looks(self, tenant: Tenant, who: str, _root: Shown) -> Activity:
        return self._commands(tenant, who, self._rng.choice(_COMMANDS))

    def _message(self, tenant: Tenant, who: str, to: Shown | None, text: str) -> Activity:
        private = to is None or to.delivery.to is not None
        channel = f"D{who}" if private else to.delivery.reference.channel if to else ""
        thread = to.name if to and (not private or self._rng.random() < 0.5) else None
        self._said += 1
        source = f"{tenant.id}-{self._said}"
        activity = self._activity(
            tenant, who, ActivityKind.MESSAGE, channel, thread, text=as_typed(text), source=source, private=private
        )
        self._sources.append(activity)
        return activity

    def _commands(self, tenant: Tenant, who: str, text: str) -> Activity:
        return self._activity(tenant, who, ActivityKind.COMMAND, self._rng.choice(CHANNELS), None, text=text)

    # --- what is there ---------------------------------------------------------------------------------------------

    def _changes(self, tenant: Tenant, who: str, root: Shown) -> Activity:
        """One edits or deletes what one has written; now and then what somebody else has, which means nothing."""
        rng, mine = self._rng, [each for each in self._sources[-8:] if each.reference.tenant == tenant.id]
        if not mine:
            return self._answers(tenant, who, root)
        old = rng.choice(mine)
        kind = ActivityKind.EDIT if rng.random() < 0.7 else ActivityKind.DELETION
        text = self._answer(tenant, rng.choice(list(CORE))) if kind is ActivityKind.EDIT else ""
        self._said += 1
        by = old.actor if rng.random() < 0.9 else actor(who)
        edition = f"{self._said:06}" if kind is ActivityKind.EDIT else ""
        return replace(
            old, keys=(f"{tenant.id}/{self._said}",), kind=kind, actor=by, text=as_typed(text), edition=edition
        )

    def _presses(self, tenant: Tenant, who: str, root: Shown) -> Activity:
        """A button that is, or was, on a message that they see; of another tenant's review, where they have its id."""
        rng = self._rng
        seen = [each for each in tenant.shown[-12:] if each.delivery.to in (None, who) and each.editions]
        found = [(each, way) for each in seen for way in _ways(each.editions[-1 if rng.random() < 0.85 else 0])]
        if not found:
            return self._answers(tenant, who, root)
        shown, way = rng.choice(found)
        return self._press(tenant, who, shown, way)

    def _press(self, tenant: Tenant, who: str, shown: Shown, way: Way) -> Activity:
        review = way.review or shown.delivery.review
        if self._rng.random() < 0.04:
            others = [each for other in self._world.tenants if other is not tenant for each in other.shown]
            review = self._rng.choice([each.delivery.review for each in others] or [review])
        choice = way.choice
        if way.tap in (Tap.ASK, Tap.HAND_OVER, Tap.NAME) and choice is None:
            choice = self._rng.choice(NAMES)
        button = Button(act=way.tap.value, item=way.item, choice=choice, digest=shown.delivery.pack)
        private = shown.delivery.to is not None
        channel = f"D{who}" if private else shown.delivery.reference.channel
        thread = None if private else self._thread(shown)
        return self._activity(
            tenant, who, ActivityKind.BUTTON, channel, thread, button=button, review=review, private=private
        )

    def _submits(self, tenant: Tenant, who: str, root: Shown) -> Activity:
        rng = self._rng
        seen = max(self._world.version(root.delivery.review) - rng.choice((0, 0, 0, 1, 4)), 0)
        question = rng.choice(_QUESTIONS)
        keys = [key for key in CORE if key.startswith(question)]
        self._said += 1
        values = {key: as_typed(self._answer(tenant, key)) for key in keys if rng.random() < 0.8}
        if rng.random() < 0.2:
            question, values = "about", {"lead": "<@tom>", "decision_date": rng.choice(("2026-04-20", "soon"))}
        form = Form(name=question, values=values, seen=seen)
        return self._activity(
            tenant,
            who,
            ActivityKind.FORM,
            root.delivery.reference.channel,
            root.name,
            form=form,
            review=root.delivery.review,
        )

    def _is_told(self, tenant: Tenant, who: str, root: Shown) -> Activity:
        """What a platform tells of the world."""
        kind = self._rng.choice((ActivityKind.LEFT, ActivityKind.REACHABLE, ActivityKind.ARCHIVED))
        text = "#claims-ai-helpdesk" if kind is ActivityKind.ARCHIVED else ""
        somebody = self._rng.choice(("lee", "priya", "mika", who)) if kind is ActivityKind.LEFT else who
        return self._activity(tenant, somebody, kind, "", None, text=text, review=root.delivery.review)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _activity(
        self, tenant: Tenant, who: str, kind: ActivityKind, channel: str, thread: str | None, **more: Any
    ) -> Activity:
        self._said += 1
        reference = ConversationReference(
            platform=tenant.platform.name, tenant=tenant.id, channel=channel, thread=thread
        )
        return Activity(
            keys=(f"{tenant.id}/{self._said}",),
            kind=kind,
            actor=actor(who),
            reference=reference,
            at=self._world.now,
            people={name: actor(name) for name in NAMES},
            **more,
        )

    def _asked(self, tenant: Tenant, root: Shown) -> str | None:
        """The item that the newest card of the thread asks for."""
        for shown in reversed(tenant.shown):
            card = shown.editions[-1] if shown.editions else None
            if shown.delivery.review == root.delivery.review and isinstance(card, QuestionCard):
                asked = next((row.item for row in card.rows if row.asked), None)
                if asked is not None:
                    return asked
        return None

    def _thread(self, shown: Shown) -> str | None:
        return shown.name if shown.delivery.key == "root" else shown.delivery.reference.thread


def _ways(card: Card) -> Iterator[Way]:
    yield from getattr(card, "ways", ())
    for name in ("lines", "reviews", "waiting"):
        lines = getattr(card, name, ())
        for line in lines if isinstance(lines, tuple) else ():
            yield from getattr(line, "ways", ())


def morning(rng: Random) -> datetime:
    """When it begins."""
    return datetime(2026, 3, 2, 6, tzinfo=UTC) + timedelta(minutes=rng.randrange(14 * 60))
