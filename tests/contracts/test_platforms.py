"""The contract of platforms: what a card offers there, pressed or typed there, is what it means.

For every card that played dialogues produce: it is rendered, everything in the rendering is pressed, and what the
platform makes of it is recognized where the review stands. `MEANT` says what each way is, apart from buttons and
words; `WRITTEN` where its word is another act than its button (interfaces, "Acts, words, buttons").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import fields, replace
from datetime import timedelta
from functools import cache
from typing import TypeAlias, get_args

import pytest

from adapters.wording import word
from conversations import events
from conversations.activities import Activity, ActivityKind, Actor, Source
from conversations.cards import OF_ACT, Card, FieldLine, FormCard, LetterCard, Notice, NoticeCard, Tap, Way, WhoCard
from conversations.effects import Post, Turn, Whisper
from conversations.events import Event, Unclear, View
from conversations.packs import ItemType
from conversations.ports import Found
from conversations.preferences import WORDS_OF
from conversations.recognizer import recognize
from conversations.review import Act
from conversations.told import looks_at
from storage.database import open_database
from storage.queries import reviews
from storage.shelf import PackShelf
from storage.unit_of_work import run_turn
from tests.contracts.platforms import PLATFORMS
from tests.contracts.pressing import (
    DAY,
    HELP,
    KIM,
    PROJECT,
    REASON,
    Platform,
    Pressed,
    filled,
    last_item,
)
from tests.contracts.situations import COMMANDS, PEOPLE, SCENES, Shown, cards_of, forms_on, played
from tests.dialogue import engine
from tests.storage.tiny import run

NOBODY = Actor(id="", name="")
RULES = engine().rules


@cache
def shown_in(platform: str, scene: str, pack: str | None = None) -> tuple[tuple[Shown, tuple[Pressed, ...]], ...]:
    """The cards of a scene with all that can be pressed on each; `pack` is the digest of another pack."""
    there = PLATFORMS[platform]
    return tuple((shown, tuple(there.presses(shown, pack))) for shown in cards_of(scene, there))


def pressing(platform: str, scene: str, pack: str | None = None) -> Iterator[tuple[Shown, Way, Activity]]:
    """Every button of a scene that is no link; where the card is, for the review that the button is about."""
    for shown, presses in shown_in(platform, scene, pack):
        for pressed in presses:
            if pressed.activity is not None:
                review = next((each for each in shown.others if each.id == pressed.way.review), shown.review)
                yield replace(shown, review=review), pressed.way, pressed.activity


EVERY_SCENE = pytest.mark.parametrize("scene", [*SCENES, *COMMANDS])
EVERY_PLATFORM = pytest.mark.parametrize("platform", PLATFORMS)
WITH_BUTTONS = pytest.mark.parametrize("platform", [name for name, there in PLATFORMS.items() if not there.writes])

# --- what is meant ---------------------------------------------------------------------------------------------------


class Meaning:
    """What a way means to who uses it, where the review stands."""

    def __init__(self, way: Way, shown: Shown, platform: Platform) -> None:
        self.way, self.by, self.standing, self.kim = way, shown.to, shown.standing, platform.who(KIM)
        self.given = f"<@{self.kim}>" if self._wants_person() else "an answer in words"

    @property
    def about(self) -> str:
        """The item that it is about, else the one asked."""
        item = self.way.item or self.standing.asked
        assert item is not None
        return item

    @property
    def question(self) -> str | None:
        return self.standing.pack.question_of[self.way.item].key if self.way.item else self.way.choice

    def _wants_person(self) -> bool:
        item = self.way.item
        return item is not None and self.standing.items[item].item.type is ItemType.PERSON

    def answer(self) -> Event:
        """What somebody was asked to look at again is theirs to say anew."""
        again = looks_at(self.standing, self.about, self.by)
        return events.Answered(by=NOBODY, values={self.about: self.given}, explicit=True, replaces=again)

    def form(self) -> Event:
        return events.Viewed(by=NOBODY, view=View.FORM, question=self.question, item=self.way.item)

    def edit(self) -> Event:
        """Of nothing in particular, it lists what there is."""
        if self.way.item is None and self.way.choice is None:
            return events.Viewed(by=NOBODY, view=View.EDIT)
        return events.Reopened(by=NOBODY, item=self.way.item) if self.way.item else self.form()

    @property
    def act(self) -> Act | None:
        """The answer that it takes back, where it names one."""
        return next((act for act in self.standing.live if self.way.choice == f"{OF_ACT}{act.n}"), None)

    def undo(self) -> Event:
        """Of one's newest act, else of the answer that it stands under."""
        newest = next((act for act in reversed(self.standing.live) if act.by == self.by), None)
        if self.act is not None and self.act != newest:
            return events.Disowned(by=NOBODY, item=self.act.item, pointed=True)
        return events.Undone(by=NOBODY, pointed=self.act is not None)

    def snooze(self) -> Event:
        today = self.standing.now.date()
        days = {"1d": today + timedelta(days=1), "1w": today + timedelta(days=7)}
        return events.Snoozed(by=NOBODY, item=self.about, until=days.get(self.way.choice or "", DAY))

    def take(self) -> Event:
        """Who takes a place that is empty is named there; anything else is theirs to answer."""
        if self.way.item is None:
            return events.HandedOver(by=NOBODY, to=self.by)
        if self.standing.items[self.way.item].outdated:
            return events.Answered(by=NOBODY, values={self.way.item: f"<@{self.by}>"}, replaces=True)
        return events.Delegated(by=NOBODY, item=self.way.item, to=self.by)


Meant: TypeAlias = Callable[[Meaning], Event]


def _of(event: Callable[..., Event], **values: object) -> Meant:
    return lambda _: event(by=NOBODY, **values)


def _about(event: Callable[..., Event], **values: object) -> Meant:
    return lambda meaning: event(by=NOBODY, item=meaning.about, **values)


def _view(view: View) -> Meant:
    return _of(events.Viewed, view=view)


def _back(meaning: Meaning) -> Event:
    keys = list(meaning.standing.items)
    return events.Reopened(by=NOBODY, item=keys[keys.index(meaning.standing.asked or "") - 1])


def _no_answer_before(meaning: Meaning) -> bool:
    return meaning.standing.asked == next(iter(meaning.standing.items))


MEANT: Mapping[Tap, Meant] = {
    Tap.ANSWER: lambda m: m.answer() if m.way.item and m.way.choice else m.form(),
    Tap.NEXT: _view(View.FORM),
    Tap.ASK: lambda m: events.Delegated(by=NOBODY, item=m.about, to=m.way.choice or m.kim),
    Tap.TAKE: Meaning.take,
    Tap.LATER: _about(events.Deferred, until=DAY),
    Tap.DOES_NOT_APPLY: lambda m: events.Answered(by=NOBODY, values={m.about: f"N/A because {REASON}"}),
    Tap.SKIP: _about(events.Skipped),
    Tap.BACK: lambda m: _of(events.Misspoken, unclear=Unclear.FIRST)(m) if _no_answer_before(m) else _back(m),
    Tap.KEEP: _about(events.Kept),
    Tap.EDIT: Meaning.edit,
    Tap.UNDO: Meaning.undo,
    Tap.NOT_AN_ANSWER: lambda m: events.Disowned(
        by=NOBODY, item=m.act.item if m.act else m.way.item, pointed=m.act is not None
    ),
    Tap.USE_THAT: _of(events.Reclaimed),
    Tap.ACCEPT: _about(events.WaiverAccepted),
    Tap.REJECT: _about(events.WaiverRejected),
    Tap.YES: _about(events.Confirmed),
    Tap.NO: lambda m: events.Declined(by=NOBODY, item=m.about, ask=m.kim),
    Tap.NOT_ME: lambda m: events.Declined(by=NOBODY, item=m.about, ask=m.kim),
    Tap.USE: lambda m: events.Settled(by=NOBODY, item=m.about, choice=int(m.way.choice or 0)),
    Tap.WRITE_ANOTHER: Meaning.form,
    Tap.STATUS: _view(View.STATUS),
    Tap.REPORT: _view(View.REPORT),
    Tap.ABOUT: _view(View.ABOUT),
    Tap.PAUSE: _of(events.Paused),
    Tap.RESUME: _of(events.Resumed),
    Tap.DONE: _of(events.Finished),
    Tap.CANCEL: lambda m: events.Cancelled(by=NOBODY, sure=m.way.choice == "sure"),
    Tap.HAND_OVER: lambda m: events.HandedOver(by=NOBODY, to=m.kim),
    Tap.DATE: _of(events.DateChanged, to=DAY),
    Tap.HELP: _view(View.HELP),
    Tap.HELP_ALL: _view(View.HELP_ALL),
    Tap.MINE: _view(View.MINE),
    Tap.GO_ON: _of(events.WentOn),
    Tap.SNOOZE: Meaning.snooze,
    Tap.WHY: lambda m: events.Viewed(by=NOBODY, view=View.WHY, message=m.way.choice),
    Tap.LET_GO: _about(events.LetGo),
    Tap.NAME: Meaning.form,
    Tap.TAKE_OVER: _of(events.PackTaken),
}
WRITTEN: Mapping[Tap, Meant] = {  # what is typed in the place of a form, and what a word leaves open
    Tap.ANSWER: lambda m: m.answer() if m.way.item else m.form(),
    Tap.WRITE_ANOTHER: Meaning.answer,
    Tap.NAME: Meaning.answer,
    Tap.WHY: _view(View.WHY),
    Tap.UNDO: _of(events.Undone),
    Tap.NOT_AN_ANSWER: _of(events.Disowned),
    Tap.CANCEL: _of(events.Cancelled),
    Tap.NO: _about(events.Declined),
    Tap.NOT_ME: _about(events.Declined),
    Tap.EDIT: lambda m: events.Reopened(by=NOBODY, item=m.way.item or last_item(m.way, m.standing.pack)),
}
NO_EVENTS = {Tap.OPEN, Tap.START, *WORDS_OF}  # a link, a command, and what is one's own and no review's


def heard(activity: Activity, shown: Shown) -> Event:
    """What it means, whoever did it and however."""
    event = recognize(activity, shown.standing, RULES)
    assert event.by.id == shown.to
    event = replace(event, by=NOBODY, via=Source.THREAD, source=None)
    if isinstance(event, events.Answered) and any(text.casefold().startswith("n/a") for text in event.values.values()):
        values = {key: f"N/A{text[3:]}" for key, text in event.values.items()}  # it never makes a conflict
        return events.Answered(by=NOBODY, values=values)
    return event


def meant(way: Way, shown: Shown, platform: Platform, *, typed: bool) -> Event:
    table = {**MEANT, **WRITTEN} if typed else MEANT
    return table[way.tap](Meaning(way, shown, platform))


def decided(activity: Activity, shown: Shown) -> Turn:
    return shown.engine.decide(activity, Found(review=shown.review, others=shown.others))


# --- buttons ---------------------------------------------------------------------------------------------------------


@EVERY_PLATFORM
@EVERY_SCENE
def test_what_is_pressed_is_what_is_meant(platform: str, scene: str) -> None:
    there = PLATFORMS[platform]
    for shown, way, activity in pressing(platform, scene):
        if way.tap in NO_EVENTS or activity.kind is ActivityKind.COMMAND:
            continue
        assert heard(activity, shown) == meant(way, shown, there, typed=there.writes), way
        assert there.writes or (shown.review is not None and activity.review == shown.review.id), way


@WITH_BUTTONS
@EVERY_SCENE
def test_a_word_is_the_same_act_as_its_button(platform: str, scene: str) -> None:
    there = PLATFORMS[platform]
    for shown, way, activity in pressing(platform, scene):
        if way.tap in NO_EVENTS or activity.kind is ActivityKind.COMMAND or (way.tap is Tap.ANSWER and not way.item):
            continue  # no word opens the form of one question
        typed = filled(word(way, elsewhere=True).replace("@name", f"@{_chosen(way, there)}"), way, shown)
        assert heard(there.typed(typed, shown), shown) == meant(way, shown, there, typed=True), typed


def _chosen(way: Way, platform: Platform) -> str:
    """Who is named on a button, as they are typed."""
    names = {platform.who(name): name for name in PEOPLE}
    return names.get(way.choice or "", KIM)


@EVERY_PLATFORM
@EVERY_SCENE
def test_every_way_of_a_card_can_be_pressed_and_nothing_else(platform: str, scene: str) -> None:
    there = PLATFORMS[platform]
    for shown, presses in shown_in(platform, scene):
        offered = {_key(way) for way in there.offers(shown.card)}
        if isinstance(shown.card, WhoCard) and not there.writes:  # a picker stands for *Write another*
            picked = there.who(KIM)
            offered = {("answer", key[1], picked, "") if key[0] == "write_another" else key for key in offered}
        if isinstance(shown.card, FormCard) and there.offers_forms:  # where no modal is open, a button that opens it
            name = shown.card.name
            offered |= {("about", "", "", "") if name == "about" else ("answer", "", name, "")}
        assert {_key(each.way) for each in presses} == offered


def _key(way: Way) -> tuple[str, str, str, str]:
    return way.tap.value, way.item or "", way.choice or "", way.review or ""


@EVERY_PLATFORM
@EVERY_SCENE
def test_what_a_card_offers_leads_somewhere(platform: str, scene: str) -> None:
    for shown, way, activity in pressing(platform, scene):
        turn = decided(activity, shown)
        assert turn.effects, way
        whispers = [each.card for each in turn.effects if isinstance(each, Whisper)]
        notices = {card.notice for card in whispers if isinstance(card, NoticeCard)}
        # What is in the thread is seen by who may not do it, too; *Back* stands before the first answer as well;
        # who owns nothing has no digest.
        excused = {Notice.NO_DIGEST} | (set() if shown.private else {Notice.REFUSED, Notice.FIRST})
        excused |= {Notice.NOTHING_TO_UNDO} if (way.choice or "").startswith(OF_ACT) else set()  # an answer of others
        assert not turn.refused or notices <= excused, (way, notices)
        assert Notice.NOTHING_ASKED not in notices, way


@EVERY_PLATFORM
@EVERY_SCENE
def test_a_command_on_a_button_is_the_command_that_is_typed(platform: str, scene: str) -> None:
    there = PLATFORMS[platform]
    for shown, way, activity in pressing(platform, scene):
        if activity.kind is not ActivityKind.COMMAND:
            continue
        turn = decided(activity, shown)
        if way.tap is not Tap.START:
            assert turn.effects == decided(there.command(word(way), who=shown.to, at=shown.now), shown).effects
        else:
            assert turn.review is not None
            assert (turn.review.project, turn.review.pack.name, turn.review.owner) == (PROJECT, "core", shown.to)


@EVERY_PLATFORM
def test_every_card_and_every_tap_is_visited(platform: str) -> None:
    everything = [each for scene in (*SCENES, *COMMANDS) for each in shown_in(platform, scene)]
    assert set(get_args(Card)) - {type(card) for shown, _ in everything for card in _within(shown.card)} == set()
    assert set(Tap) - {each.way.tap for _, presses in everything for each in presses} == PLATFORMS[platform].hides
    with_ways = {card for card in get_args(Card) if "ways" in {field.name for field in fields(card)}}
    pressed = {type(card) for shown, presses in everything if presses for card in _within(shown.card)}
    assert with_ways - pressed <= set(PLATFORMS[platform].skips)


def _within(card: Card) -> tuple[object, ...]:
    """A card, and those that are lines of it."""
    return (card, *card.lines) if isinstance(card, LetterCard) else (card,)


# --- buttons of another time or place --------------------------------------------------------------------------------


@WITH_BUTTONS
@EVERY_SCENE
def test_a_button_of_an_older_pack_says_so(platform: str, scene: str) -> None:
    for shown, way, activity in pressing(platform, scene, "f" * 64):
        if shown.review is None or shown.others or way.tap in NO_EVENTS:
            continue  # a command's buttons are of no pack
        event = recognize(activity, shown.standing, RULES)
        assert isinstance(event, events.Misspoken), way
        assert event.unclear is Unclear.OLD_BUTTON, way


OLD_BUTTON = NoticeCard(notice=Notice.OLD_BUTTON)


def root_of(turn: Turn) -> Card:
    return next(effect.card for effect in turn.effects if isinstance(effect, Post) and effect.key == "root")


@WITH_BUTTONS
def test_a_button_of_another_review_or_tenant_reaches_nothing(platform: str, sqlite_url: str) -> None:
    there, shelf, now = PLATFORMS[platform], PackShelf(), played("an answer").now
    with closing(open_database(sqlite_url)) as database:

        def turn_of(activity: Activity) -> Turn:
            turn = run(database.units(run_turn, activity, engine().decide, shelf))
            assert turn is not None
            return turn

        begun = turn_of(there.command("start Letters", who=there.who("ana"), at=now))
        assert begun.review is not None
        shown = Shown(card=root_of(begun), to=there.who("ana"), now=now, review=begun.review, engine=engine())
        pressed = {each.way.tap: each.activity for each in there.presses(shown) if each.activity}
        for tap, activity in pressed.items():
            elsewhere = replace(activity.reference, tenant="T0OTHER")
            for foreign in (replace(activity, review="f" * 32), replace(activity, reference=elsewhere)):
                turn = turn_of(replace(foreign, keys=(f"{tap}/{foreign.review}",)))
                assert turn.review is None
                assert [each.card for each in turn.effects if isinstance(each, Whisper)] == [OLD_BUTTON]
        assert run(database.read(reviews, PackShelf())) == (begun.review,)
        assert turn_of(pressed[Tap.PAUSE]).review is not None


# --- forms -----------------------------------------------------------------------------------------------------------


def changed(line: FieldLine, shown: Shown, there: Platform) -> str:
    """Another answer to a field, as it is to arrive."""
    was = "; ".join(shown.said[n] for n in line.quote.acts) if line.quote else line.value
    match line.type:
        case ItemType.PERSON:
            return f"<@{there.who(KIM)}>"
        case ItemType.DATE:
            return DAY.isoformat()
        case ItemType.CHOICE:
            return next(option for option in reversed(line.options) if option != was)
        case ItemType.CHANNEL:
            hours = was.partition(", ")[2] if was else "Mon-Fri 9-17"
            return f"#{HELP}, {hours}" if hours else f"#{HELP}"
        case ItemType.URL:
            return "https://wiki.acme.io/another/page"
        case _:
            return f"{was} and more" if was else "something quite new"


EVERY_FORM = pytest.mark.parametrize(
    ("there", "shown"),
    [
        pytest.param(there, shown, id=f"{there.name}-{name}")
        for there in PLATFORMS.values()
        for name, shown in forms_on(there)
    ],
)


@EVERY_FORM
def test_a_form_that_is_saved_says_what_was_changed_and_no_more(there: Platform, shown: Shown) -> None:
    assert isinstance(shown.card, FormCard)
    values = {line.name: changed(line, shown, there) for line in shown.card.fields}
    everything = [values, *({name: value} for name, value in values.items()), {}]
    for given in everything:
        activity = there.submits(shown, given)
        assert activity.form is not None
        assert activity.form.seen == shown.card.seen
        assert heard(activity, shown) == _submitted(shown.card, given)


def _submitted(card: FormCard, values: Mapping[str, str]) -> Event:
    if card.name == "about":
        return events.Described(by=NOBODY, values=values)
    return events.FormSubmitted(by=NOBODY, values=values, seen=card.seen)


@EVERY_PLATFORM
def test_forms_have_fields_of_every_type(platform: str) -> None:
    seen = {line.type for _, shown in forms_on(PLATFORMS[platform]) for line in _fields(shown.card)}
    assert set(ItemType) - seen == set()


def _fields(card: Card) -> tuple[FieldLine, ...]:
    return card.fields if isinstance(card, FormCard) else ()
