"""Played dialogues that together show every kind of card and every way on, and who looks at them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import cast

from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.board import addressee, board
from conversations.cards import About, Card, Line, RetiredCard, Tap
from conversations.decide import Engine
from conversations.effects import Whisper
from conversations.events import View, Viewed
from conversations.letters import LetterLine, Pending, Told, bound
from conversations.people import Account, Preferences
from conversations.planning import MOST_LINES, plan
from conversations.ports import Found
from conversations.reminders import Kind, looks
from conversations.review import Review
from conversations.standing import Standing, stand
from conversations.views import view_card
from tests.contracts.pressing import ALWAYS, Platform
from tests.conversations.test_taking_a_pack import appears
from tests.dialogue import Dialogue, a_dialogue, a_dialogue_up_to, answering, engine

PEOPLE = ("ana", "bea", "dana", "kim", "lee", "mika", "priya", "sam", "tom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card that somebody has before them, and all that is so at that moment."""

    card: Card
    to: str
    now: datetime
    review: Review | None  # whose message it is; None for what a command whispers
    private: bool = False  # a message to one person
    root: bool = False
    others: tuple[Review, ...] = ()  # all that there are, where a command looks at them
    engine: Engine

    @property
    def standing(self) -> Standing:
        assert self.review is not None, "it is about no review"
        return stand(self.review, self.now)

    @property
    def said(self) -> Mapping[int, str]:
        return {act.n: act.said for act in self.review.acts if act.said} if self.review else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    play: Callable[[], Dialogue]
    by: str = "ana"  # who presses what all can see


def finished(*more: str) -> Dialogue:
    return a_dialogue().hears(*answering(), *more)


def lee_left() -> Dialogue:
    return a_dialogue().hears("ana: @dana", "tom: decider: @lee", "lee: yes", "tom: steps: git revert").leaves("lee")


def ana_left() -> Dialogue:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@bea"})
    return dialogue.hears("ana: @dana").leaves("ana")


def torn() -> Dialogue:
    return a_dialogue_up_to("fail.modes").hears("tom: runbook: https://wiki.acme.io/other/runbook")


def waived() -> Dialogue:
    return a_dialogue_up_to("train.plan").hears("ana: n/a because it is a batch job without users")


def nobody_decides() -> Dialogue:
    """Bea leads, and Sam was asked who can order a rollback."""
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@bea"})
    return dialogue.hears("ana: edit decider", "ana: ask @sam").written("ask/rollback.decider/sam")


def cut_off() -> Dialogue:
    """Dana is asked for the steps in the thread, and the owner told of it."""
    dialogue = a_dialogue().hears("ana: ask @dana steps").written("ask/rollback.steps/dana")
    dialogue.cannot_be_reached("dana", "ask/rollback.steps/dana")
    return dialogue.written(f"reach/{dialogue.standing.unreachable['dana'].n}/ana")


def named_and_cut_off() -> Dialogue:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform").written("confirm/run.service_owner/dana")
    return dialogue.cannot_be_reached("dana", "confirm/run.service_owner/dana")


def _asked_of(who: str) -> Dialogue:
    return a_dialogue_up_to("rollback.trigger").hears("ana: latency", f"ana: ask @{who} trigger")


SCENES: Mapping[str, Scene] = {
    "just started": Scene(play=a_dialogue),
    "an answer": Scene(play=lambda: a_dialogue().hears("ana: @dana")),
    "what is lacking": Scene(play=lambda: a_dialogue_up_to("rollback.trigger").hears("ana: latency")),
    "two gaps at once": Scene(
        play=lambda: a_dialogue().submits(
            "ana", "rollback", {"rollback.steps": "git revert", "rollback.trigger": "soon"}
        )
    ),
    "a gap beside a name": Scene(play=lambda: a_dialogue().hears("ana: Dana Ruiz", "ana: steps: git revert")),
    "two conflicts": Scene(
        play=lambda: torn().hears("tom: service owner: @mika", "tom: support route: #another, 9-17")
    ),
    "somebody asked": Scene(play=lambda: _asked_of("sam")),
    "two answers": Scene(play=torn),
    "does it apply": Scene(play=waived, by="tom"),
    "who is that": Scene(play=lambda: a_dialogue().hears("ana: Dana Ruiz")),
    "an option": Scene(play=lambda: a_dialogue("full").hears("ana: edit secure.review_status")),
    "all answered": Scene(play=finished),
    "which answer": Scene(play=lambda: finished("ana: edit")),
    "paused": Scene(play=lambda: a_dialogue().hears("ana: pause until 18 December", "ana: status")),
    "done": Scene(play=lambda: finished("ana: done")),
    "cancelling": Scene(play=lambda: a_dialogue().hears("ana: cancel")),
    "cancelled": Scene(play=lambda: a_dialogue().hears("ana: cancel", "ana: cancel")),
    "quiet": Scene(play=lambda: a_dialogue().hears("ana: @dana, Claims Platform").waits(days=2, hours=2)),
    "somebody left": Scene(play=lee_left),
    "a place that is no person's": Scene(
        play=lambda: a_dialogue().hears("ana: @dana", "tom: first responder: @lee").leaves("lee")
    ),
    "the owner left": Scene(play=ana_left, by="bea"),
    "a later pack": Scene(play=lambda: appears(a_dialogue().hears("ana: @dana")).waits()),
    "a pack was taken": Scene(
        play=lambda: appears(a_dialogue().hears("ana: help channel: Jo's desk")).waits().hears("ana: take over")
    ),
    "a form": Scene(play=lambda: a_dialogue().hears("ana: @dana", "ana: next")),
    "a form with faults": Scene(play=lambda: a_dialogue().submits("ana", "run", {"run.runbook": "somewhere"})),
    "about": Scene(play=lambda: a_dialogue().hears("ana: about")),
    "help": Scene(play=lambda: a_dialogue().hears("ana: help")),
    "all words": Scene(play=lambda: a_dialogue().hears("ana: help all")),
    "the report": Scene(play=lambda: waived().hears("ana: report")),
    "mine": Scene(play=lambda: waived().hears("ana: later 4 Dec", "ana: mine")),
    "mine to confirm": Scene(play=lambda: a_dialogue().hears("ana: @dana", "dana: mine"), by="dana"),
    "mine to agree to": Scene(
        play=lambda: a_dialogue().hears(
            "ana: approver: @priya", "ana: runbook: n/a because it ends soon", "priya: mine"
        ),
        by="priya",
    ),
    "until when": Scene(play=lambda: a_dialogue().hears("ana: later")),
    "which day": Scene(play=lambda: a_dialogue().hears("ana: date soonish")),
    "who could it be": Scene(play=lambda: a_dialogue().hears("ana: ask somebody")),
    "why not": Scene(play=lambda: a_dialogue().presses("ana", Tap.DOES_NOT_APPLY, "run.service_owner")),
    "who else could it be": Scene(play=lambda: a_dialogue().hears("ana: ask @robo decider")),
    "left alone": Scene(play=lambda: a_dialogue().hears("ana: @carol can you look at this?")),
    "its place is lost": Scene(play=lambda: a_dialogue().loses_its_place()),
    "nudges": Scene(play=lambda: _asked_of("sam").written("ask/rollback.trigger/sam").waits(days=4)),
    "a day that was promised": Scene(play=lambda: a_dialogue().hears("ana: later 2 Dec").waits(days=9)),
    "before others are told": Scene(
        play=lambda: nobody_decides().nudges("sam", "rollback.decider", kind=Kind.HEADS_UP, step=4)
    ),
    "others are told": Scene(
        play=lambda: (
            nobody_decides()
            .nudges("sam", "rollback.decider", kind=Kind.HEADS_UP)
            .nudges("bea", "rollback.decider", kind=Kind.ESCALATION)
        )
    ),
    "to be looked at again": Scene(
        play=lambda: (
            a_dialogue()
            .hears("ana: support route: #claims-help, 9-17")
            .nudges("ana", "run.support_route", About.REVIEW)
        )
    ),
    "nothing waits any more": Scene(
        play=lambda: _asked_of("sam").written("ask/rollback.trigger/sam").hears("ana: trigger: error rate > 5% for 1 h")
    ),
    "somebody cannot be written to": Scene(play=cut_off, by="dana"),
    "who was named cannot be written to": Scene(play=named_and_cut_off, by="dana"),
    "who cannot be written to was heard of": Scene(
        play=lambda: cut_off().hears("dana: steps: git revert, users see the old form, 10 minutes")
    ),
    "why": Scene(play=lambda: _asked_of("sam").written("ask/rollback.trigger/sam").hears("sam: why", private=True)),
}
COMMANDS: Mapping[str, tuple[str, str]] = {  # who says what, where `just started` and `mine to confirm` are known
    "the command status": ("ana", "status Letters"),
    "the command list": ("ana", "list"),
    "the command mine": ("dana", "mine"),
    "the command home": ("dana", "home"),
    "the command help": ("ana", "help"),
    "the command help all": ("ana", "help all"),
    "the command nudges": ("ana", "nudges"),
    "the command nudges off": ("ana", "nudges off"),
    "the command digest off": ("ana", "digest off"),
    "the command digest now": ("ana", "digest now"),
    "the command hours": ("dana", "hours 8-12"),
    "a name that is taken": ("ana", "start Letters"),
    "a name that is missing": ("ana", "start"),
    "the first day": ("ana", ""),
}


@cache
def played(scene: str) -> Dialogue:
    return SCENES[scene].play()


def cards_of(scene: str, platform: Platform) -> Iterator[Shown]:
    """Every card that there is to see when a scene has been played."""
    return _of_a_scene(scene, platform) if scene in SCENES else _of_a_command(scene, platform)


def _of_a_scene(name: str, platform: Platform) -> Iterator[Shown]:
    dialogue, by = played(name), platform.who(SCENES[name].by)
    review = with_what_is_due(platform.moved(dialogue.review), dialogue.now)
    scene = Shown(
        card=RetiredCard(project="", about=""), to=by, now=dialogue.now, review=review, engine=dialogue.engine
    )
    letters = defaultdict[str, list[LetterLine]](list)
    for key, card in board(stand(review, dialogue.now)).items():
        if (to := addressee(key)) is not None:
            letters[to].append(LetterLine(review=review.id, key=key, card=cast(Line, card)))
        else:
            yield replace(scene, card=card, root=key == "root")
    for to, lines in letters.items():
        for first in range(0, len(lines), MOST_LINES):
            letter = bound(to, lines[first : first + MOST_LINES])
            yield replace(scene, card=letter, to=to, private=True)
    for effect in platform.moved(dialogue.turn.effects):
        if isinstance(effect, Whisper):
            yield replace(scene, card=effect.card, to=effect.to)


def with_what_is_due(review: Review, now: datetime) -> Review:
    """The review once everybody was written to whom it is time to write to, at whatever hour."""
    at = review.reference
    for who in filter(None, looks(stand(review, now))):
        account = Account(platform=at.platform, tenant=at.tenant, id=who)
        pending = Pending(account=account, person=None, preferences=Preferences(), told=Told(), reviews=(review,))
        review = next((turn.review for turn in plan(pending, ALWAYS, now).turns if turn.review), review)
    return review


def _of_a_command(name: str, platform: Platform) -> Iterator[Shown]:
    who, words = COMMANDS[name]
    reviews = tuple(known(platform))
    now = played("an answer").now
    activity = platform.command(words, who=platform.who(who), at=now) if words else _installed(platform, now)
    turn = engine().decide(activity, Found(others=reviews))
    for effect in turn.effects:
        if not isinstance(effect, Whisper):
            continue
        here = platform.around_commands(reviews)
        yield Shown(card=effect.card, to=effect.to, now=now, review=here, others=reviews, engine=engine())


def known(platform: Platform) -> Iterator[Review]:
    """Reviews that stand side by side in one tenant."""
    review = platform.moved(played("an answer").review)
    for number, project in enumerate(("Letters", "Invoices"), 1):
        place = replace(review.reference, thread=f"176388840{number}.000100")
        yield replace(review, id=f"{number:032x}", project=project, reference=place)


def _installed(platform: Platform, now: datetime) -> Activity:
    who = platform.who("ana")
    return Activity(
        keys=("k",),
        kind=ActivityKind.INSTALLED,
        actor=Actor(id=who, name=who),
        reference=ConversationReference(platform=platform.name, tenant="T", channel=""),
        at=now,
        private=True,
    )


def forms_on(platform: Platform) -> Iterator[tuple[str, Shown]]:
    """The form of every question of every pack, before and after answers, and *About*."""
    for name in FORMS:
        dialogue = _filled_in(name)
        review = platform.moved(dialogue.review)
        standing = stand(review, dialogue.now)
        who = Actor(id=platform.who("ana"), name="ana")
        views = [(View.FORM, question.key) for question in standing.pack.questions]
        for view, question in [*views, (View.ABOUT, None)]:
            card = view_card(standing, Viewed(by=who, view=view, question=question))
            shown = Shown(card=card, to=who.id, now=dialogue.now, review=review, engine=dialogue.engine)
            yield f"{name}: {question or 'about'}", shown


@cache
def _filled_in(name: str) -> Dialogue:
    """The same for every platform; nobody continues it."""
    return FORMS[name]()


def _examples(pack: str) -> Dialogue:
    """Every item answered as its example does."""
    dialogue = a_dialogue(pack)
    items = dialogue.standing.pack.items
    return dialogue.hears(*(f"ana: {item.key}: {_PERSON.sub('@dana', item.example)}" for item in items))


ABOUT = {"stage": "scaling", "lead": "@bea", "go_live_on": "2027-01-15"}
_PERSON = re.compile(r"<@\w+>")
FORMS: Mapping[str, Callable[[], Dialogue]] = {
    "core, answered": lambda: finished().submits("ana", "about", ABOUT),
    "full, new": lambda: a_dialogue("full"),
    "full, answered": lambda: _examples("full"),
    "overlaid, new": lambda: a_dialogue("overlaid"),
    "overlaid, answered": lambda: _examples("overlaid"),
}
