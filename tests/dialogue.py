"""Dialogues with the engine, written as people talk: `a_dialogue().hears("ana: undo").says("whisper ana …")`.

Lines are typed in the terminal's way (`@name` is a person) and go through `Engine.decide`, as those of a platform do.
What the bot does is compared in short form and completely. A failure prints the whole dialogue, the line marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self

from bot.library import load_engine
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind, Actor, Button, ConversationReference, Form
from conversations.board import addressee, board
from conversations.cards import About, Card, NoticeCard, Tap
from conversations.decide import Engine
from conversations.effects import Effect, Post, React, Revise, Turn, Whisper, Write
from conversations.errors import EventRefused
from conversations.events import Event
from conversations.item_standing import ItemStanding
from conversations.ports import Found
from conversations.recognizer import recognize
from conversations.reminders import Kind
from conversations.review import Phase, Review, State
from conversations.scene import shown
from conversations.standing import Standing, stand
from tests.writing import Written, with_posted, with_written

CORE: Mapping[str, str] = {  # an answer that is complete to every item of the core pack
    "run.service_owner": "@dana, Claims Platform",
    "run.ops_team": "Claims Platform Ops, in our weekly call since 6 October 2026",
    "run.support_route": "#claims-ai-helpdesk, Mon-Fri 8-18",
    "run.runbook": "https://wiki.acme.io/copilot/runbook",
    "fail.modes": "It invents a policy number; the daily 5% sample check shows it",
    "fail.fallback": "Users write the summary by hand in the old claim form",
    "fail.first_responder": "on-call rota ml-serving in PagerDuty",
    "success.target": "Average handling time from 14 to 9 minutes by 31 March 2027",
    "success.baseline": "14 minutes on average, measured in October 2026 over 1,200 claims",
    "success.review": "@dana reviews it monthly in the Claims Ops meeting",
    "rollback.trigger": "Error rate > 5% for 15 min or 3 wrong payouts in a day",
    "rollback.steps": "Turn off the flag claims_copilot in LaunchDarkly, users see the old form, 10 minutes",
    "rollback.decider": "@lee",
    "rollback.tested_on": "2026-11-10",
    "approve.approver": "@priya",
    "approve.criteria": "Under 2% wrong summaries on the 300-case set and SEC-1412 signed",
    "approve.decision_date": "15 Dec 2026",
    "train.audience": "420 adjusters in Leeds and Porto",
    "train.plan": "2-hour workshop with recorded cases, before 14 December 2026",
    "train.lead": "@mika",
    "train.help_channel": "#claims-ai-questions, weekdays 9-17",
}
ONESELF = (  # buttons about how the bot may write to somebody: they belong to no review
    *(Tap.PREFERENCES, Tap.NUDGES_ON, Tap.NUDGES_OFF),
    *(Tap.DIGEST_ON, Tap.DIGEST_OFF, Tap.DIGEST_NOW, Tap.DIGEST_DAY),
)
OF_A_REVIEW = tuple(tap for tap in Tap if tap not in ONESELF)
_KINDS: Mapping[str, Kind] = {
    "ask": Kind.ASK,
    "confirm": Kind.CONFIRM,
    "quiet": Kind.QUIET_WALK,
    "gone": Kind.OWNER_GONE,
    "owner": Kind.OWNER_GONE,
    "pack": Kind.NUDGE,
    "reach": Kind.OWNER_GONE,
}
_MENTION = re.compile(r"(?<![\w.<])@(\w+)")


def as_typed(text: str) -> str:
    """What a platform makes of `@name`."""
    return _MENTION.sub(r"<@\1>", text)


_PLACE = ConversationReference(platform="console", tenant="local", channel="terminal")
_ALONE = replace(_PLACE, channel="direct")  # with the bot


@cache
def engine(pack: str = "core") -> Engine:
    """Of a shipped pack; `overlaid` is core with the items of all overlays, `undated` is core without approval."""
    shipped = load_engine(Settings())
    library, questions = shipped.library, shipped.library.packs["core"].questions
    items = tuple(item for overlay in library.overlays for item in overlay.items)
    made = {
        "overlaid": (*questions, replace(library.overlay_question, items=items)),
        "undated": tuple(question for question in questions if question.key != "approve"),
    }
    core = library.packs["core"]
    packs = {**library.packs, **{name: replace(core, name=name, questions=made[name], overlays=()) for name in made}}
    return replace(shipped, library=replace(library, packs=packs), pack=pack)


def person(name: str, **fields: bool) -> Actor:
    return Actor(id=name, name=name.capitalize(), **fields)


def short(effect: Effect) -> str:
    match effect:
        case Post(key=key, to=to):
            return f"post {key}" + (f" to {to}" if to else "")
        case Revise(key=key, to=to):
            return f"revise {key}" + (f" to {to}" if to else "")
        case React(source=source, off=off):
            return f"{'unreact' if off else 'react'} {source}"
        case Whisper(to=to, card=card):
            return f"whisper {to} {_kind(card)}"
        case Write(to=to, card=card):
            return f"write {to.id} {_kind(card)}"


def _kind(card: Card) -> str:
    if isinstance(card, NoticeCard):
        return card.notice.value
    name = type(card).__name__.removesuffix("Card")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@dataclass(kw_only=True)
class Dialogue:
    engine: Engine
    now: datetime
    people: Mapping[str, Actor]
    turn: Turn
    lines: list[str] = field(default_factory=list)
    visits: set[tuple[Phase, type[Event]]] = field(default_factory=set)
    turns: list[Turn] = field(default_factory=list)
    messages: int = 0
    others: tuple[Review, ...] = ()
    heard: Activity = field(init=False)  # the newest
    found: Found = field(default_factory=Found)
    wrote: tuple[Written, ...] = ()  # the newest thing that happened, where that was a letter
    _stood: Standing | None = field(default=None, repr=False)

    # --- what happens ---

    def hears(self, *lines: str, private: bool = False, file: str | None = None) -> Self:
        """Each line is "person: text", a reply in the thread; "person: /ai-readiness …" is the command."""
        for line in lines:
            who, _, text = line.partition(": ")
            kind = ActivityKind.MESSAGE
            if text.startswith("/ai-readiness"):
                kind, text = ActivityKind.COMMAND, text.removeprefix("/ai-readiness").strip()
            self._does(line, who, kind=kind, text=text, private=private, file=file)
        return self

    def presses(self, who: str, tap: Tap | str, item: str | None = None, choice: str | None = None) -> Self:
        shown = " ".join(word for word in (tap, item, choice) if word)
        button = Button(act=str(tap), item=item, choice=choice, digest=self.standing.pack.digest)
        return self._does(f"{who}: [{shown}]", who, kind=ActivityKind.BUTTON, button=button)

    def submits(self, who: str, name: str, values: Mapping[str, str], *, seen: int | None = None) -> Self:
        """The form of a question, or `about`; `seen` is the version that it was opened at, else now's."""
        said = {key: as_typed(text) for key, text in values.items()}
        form = Form(name=name, values=said, seen=self.review.version if seen is None else seen)
        return self._does(f"{who}: [form {name}] {values}", who, kind=ActivityKind.FORM, form=form)

    def edits(self, who: str, message: int, text: str, edition: str = "") -> Self:
        """The message of that number, of those that were typed, reads otherwise now."""
        line = f"{who}: (m{message} reads now) {text}"
        return self._does(line, who, kind=ActivityKind.EDIT, text=text, of=message, edition=edition)

    def uses(self, who: str, message: int, text: str, file: str | None = None) -> Self:
        """Somebody points at what `who` has written, a message of that number or an earlier one: it is an answer."""
        line = f"(m{message} is an answer) {who}: {text}"
        return self._does(line, who, kind=ActivityKind.MESSAGE, text=text, of=message, deliberate=True, file=file)

    def deletes(self, who: str, message: int) -> Self:
        return self._does(f"{who}: (m{message} is gone)", who, kind=ActivityKind.DELETION, of=message)

    def leaves(self, who: str) -> Self:
        return self._does(f"({who} has left)", who, kind=ActivityKind.LEFT)

    def archives(self, channel: str) -> Self:
        return self._does(f"({channel} was closed)", "nobody", kind=ActivityKind.ARCHIVED, text=channel)

    def cannot_be_posted(self) -> Self:
        """As the review's own message never was, nothing is known of its thread."""
        if self.review.reference.thread is not None:
            unposted = replace(self.review, reference=replace(self.review.reference, thread=None))
            self.turn = replace(self.turn, review=unposted)
        return self._does("(the root card cannot be posted)", "nobody", kind=ActivityKind.UNPOSTABLE)

    def loses_its_place(self) -> Self:
        return self._does("(nothing can be posted any more)", "nobody", kind=ActivityKind.UNPOSTABLE)

    def goes_away(self, who: str, until: str) -> Self:
        """`until` is the day of their return, as YYYY-MM-DD."""
        return self._does(f"({who} is away until {until})", who, kind=ActivityKind.AWAY, text=until)

    def cannot_be_reached(self, who: str, *keys: str) -> Self:
        """A letter to somebody with these lines can never arrive."""
        text = "\n".join(keys)
        return self._does(f"({who} cannot be written to)", who, kind=ActivityKind.UNREACHABLE, text=text)

    def can_be_reached(self, who: str) -> Self:
        return self._does(f"({who} can be written to again)", who, kind=ActivityKind.REACHABLE)

    def is_called_back(self, who: str, *keys: str) -> Self:
        """A letter to somebody with these lines was never sent."""
        text = "\n".join(keys)
        return self._does(f"(a letter to {who} is called back)", who, kind=ActivityKind.CALLED_BACK, text=text)

    def written(self, *keys: str) -> Self:
        """What single people are to be asked or told is written to them, as a tick does it: one letter to each."""
        for key in keys:
            kind, _, rest = key.partition("/")
            about, _, to = rest.partition("/")
            item = about if kind in (Kind.ASK, Kind.CONFIRM) else None
            self._writes(Written(to=to, kind=_KINDS[kind], item=item, key=key))
        return self

    def nudges(self, to: str, item: str, about: About = About.OPEN, **more: Any) -> Self:
        """A reminder is written to somebody: a nudge, or what `kind` says."""
        return self._writes(Written(to=to, item=item, about=about, **more))

    def in_one_letter(self, to: str, *items: str) -> Self:
        """One letter with a nudge for each of these."""
        return self._writes(*(Written(to=to, item=item, about=About.OPEN) for item in items))

    def _writes(self, *lines: Written) -> Self:
        before, review = self.standing, self.review
        self.wrote = lines
        self.turn = shown(board(before), stand(with_written(review, self.now, lines), self.now))
        self.turns.append(self.turn)
        keys = [key for key in self.review.posted if key not in review.posted]
        self.lines.extend(f"{self.now:%a %d %b %H:%M}  (written to {key.rpartition('/')[2]}: {key})" for key in keys)
        return self

    def waits(self, *, days: int = 0, hours: int = 0) -> Self:
        """Time passes, and the bot puts right what it shows."""
        self.now += timedelta(days=days, hours=hours)
        return self._does(f"({days} days and {hours} hours later)", "nobody", kind=ActivityKind.LAPSE)

    def sleeps(self, *, days: int) -> Self:
        """Time passes, and the bot does not notice."""
        self.now += timedelta(days=days)
        return self

    def twin(self) -> Self:
        """Another one that has come as far, and goes on by itself."""
        other = copy(self)
        other.lines, other.visits, other.turns = [*self.lines], {*self.visits}, [*self.turns]
        return other

    # --- what came of it ---

    def says(self, *expected: str) -> Self:
        return self._expect("the bot", expected, tuple(short(effect) for effect in self.turn.effects))

    def whispers(self, expected: str) -> Self:
        """The last turn whispered one thing and did nothing else."""
        return self.says(f"whisper {expected}")

    def posts(self, *expected: str) -> Self:
        posted = tuple(effect.key for effect in self.turn.effects if isinstance(effect, Post))
        return self._expect("posted", expected, posted)

    def asked(self, item: str | None) -> Self:
        return self._expect("asked", item, self.standing.asked)

    def state(self, item: str, state: State) -> Self:
        return self._expect(item, state, self.item(item).state)

    def phase(self, phase: Phase) -> Self:
        return self._expect("phase", phase, self.standing.phase)

    def refused(self) -> Self:
        return self._expect("refused", True, self.turn.refused)

    def expects(self, what: str, expected: object, found: object) -> Self:
        return self._expect(what, expected, found)

    # --- where it stands ---

    @property
    def review(self) -> Review:
        assert self.turn.review is not None, "no review was started"
        return self.turn.review

    @property
    def standing(self) -> Standing:
        if self._stood is None or self._stood.review is not self.review or self._stood.now != self.now:
            self._stood = stand(self.review, self.now)
        return self._stood

    def item(self, key: str) -> ItemStanding:
        return self.standing.items[key]

    def card(self, key: str) -> Card:
        """What a message says, or would say if it was written now."""
        drawn = board(self.standing)
        return drawn[key] if key in drawn else board(stand(with_posted(self.review, key), self.now))[key]

    def newest(self) -> Card:
        """What the newest private message says."""
        return self.card(next(key for key in reversed(self.review.posted) if addressee(key)))

    def whispered(self) -> Card:
        return next(effect.card for effect in reversed(self.turn.effects) if isinstance(effect, Whisper))

    def in_thread(self) -> list[str]:
        """The messages that everybody sees, in the order they were posted."""
        effects = (effect for turn in self.turns for effect in turn.effects)
        return [effect.key for effect in effects if isinstance(effect, Post) and effect.to is None]

    # --- inside ---

    def _does(
        self, line: str, who: str, *, kind: ActivityKind, text: str = "", of: int | None = None, **fields: object
    ) -> Self:
        if kind is ActivityKind.MESSAGE and of is None:
            self.messages += 1
        activity = Activity(
            keys=(f"k{len(self.turns)}",),
            kind=kind,
            actor=self._actor(who),
            reference=_ALONE if fields.get("private") else _PLACE,
            at=self.now,
            text=as_typed(text),
            source=f"m{of or self.messages}" if of or kind is ActivityKind.MESSAGE else None,
            people=self.people,
            **fields,  # type: ignore[arg-type]  # an activity's own, by name
        )
        self.lines.append(f"{self.now:%a %d %b %H:%M}  {line}")
        self.wrote = ()
        stood = self.turn.standing if self.turn.standing and self.turn.standing.review is self.turn.review else None
        self.heard, self.found = activity, Found(review=self.turn.review, stood=stood, others=self.others)
        self.turn = self._decided(activity)
        self.turns.append(self.turn)
        self.lines.extend(f"      → {short(effect)}" for effect in self.turn.effects)
        return self

    def _decided(self, activity: Activity) -> Turn:
        review = self.turn.review
        if review is not None and activity.kind not in (ActivityKind.COMMAND, ActivityKind.LAPSE):
            before = self.standing
            self.visits.add((before.phase, type(recognize(activity, before, self.engine.rules))))
        try:
            turn = self.engine.decide(activity, self.found)
        except EventRefused:
            return Turn(review=review, refused=True)
        started = activity.kind is ActivityKind.COMMAND and review is None
        return (
            turn
            if started or turn.review is not None
            else Turn(review=review, effects=turn.effects, refused=turn.refused)
        )

    def _actor(self, who: str) -> Actor:
        return self.people.get(who) or person(who)

    def _expect(self, what: str, expected: object, found: object) -> Self:
        if expected == found:
            return self
        told = "\n".join(
            [*self.lines, f"  >>> {what}: expected {expected!r}", f"      {' ' * len(what)}     found {found!r}"]
        )
        raise AssertionError(f"\n{told}")


ROBOT = person("robo", bot=True)


def a_dialogue(
    pack: str = "core", at: str = "2026-11-23T09:00Z", people: tuple[Actor, ...] = (), project: str = "Claims Copilot"
) -> Dialogue:
    """A review that @ana has just started."""
    now = datetime.fromisoformat(at).astimezone(UTC)
    known = {each.id: each for each in (ROBOT, *people)}
    dialogue = Dialogue(engine=engine(pack), now=now, people=known, turn=Turn(review=None))
    return dialogue.hears(f"ana: /ai-readiness start {project}")


def answering(*but: str, by: Callable[[str], str] = lambda _: "ana") -> list[str]:
    """Lines that answer every item of the core pack in full, `but` these."""
    return [f"{by(key)}: {key}: {text}" for key, text in CORE.items() if key not in but]


def a_dialogue_up_to(item: str) -> Dialogue:
    """The core walk, everything answered before an item, which is the one asked."""
    return _up_to(list(CORE).index(item)).twin().asked(item)


@cache
def _up_to(answers: int) -> Dialogue:
    """With so many answers. It is continued by twins of it only."""
    if answers == 0:
        return a_dialogue()
    return _up_to(answers - 1).twin().hears(f"ana: {list(CORE.values())[answers - 1]}")
