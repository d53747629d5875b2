"""The bot's sentences: templates, and how one platform shows the values in them.

A template holds a card's sentences as macros, its parts; which part stands where is for the platform's renderer.
Every plain value is escaped for the platform; only what a `Platform` has returned passes as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from adapters import digest_lines, filters, letter_lines
from adapters.marks import MARKS, STATE_WORDS
from conversations.cards import (
    About,
    AskCard,
    AskHereCard,
    Card,
    ConfirmCard,
    DigestCard,
    EscalationCard,
    FormCard,
    HeadsUpCard,
    NudgeCard,
    Quote,
    Tap,
    UnreachableCard,
    Way,
)

TEMPLATES = Path(__file__).parent / "templates"


class Platform(Protocol):
    """What differs between platforms within a sentence. Each returns text that is safe to show there."""

    def escape(self, text: str) -> str:
        """Any value, so that nothing in it acts."""
        ...

    def person(self, who: str, *, ring: bool = False) -> str:
        """An id, or a name that matches nobody here. Only with `ring` is the person told."""
        ...

    def name(self, who: str) -> str:
        """Likewise, as the name alone, by which somebody is greeted."""
        ...

    def said(self, text: str) -> str:
        """What a person said; in it a person is `<@ID>`. Shown as typed, and rings nobody."""
        ...

    def typed(self, word: str) -> str:
        """Something to type."""
        ...

    def command(self, words: str) -> str:
        """Something to type that is heard outside of threads, with what it begins with there."""
        ...

    def invitation(self) -> str:
        """What somebody does, so that the bot can speak in the place it is about; an order, without its end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a card is put into words: what people said, by act, and the day and the zone it is read in."""

    words: Mapping[int, str]
    today: date
    zone: ZoneInfo
    overheard: bool = True  # what they reply is heard without naming the bot


@dataclass(frozen=True, slots=True)
class Words:
    """One card in words, part by part; with those of a card that stands within it."""

    module: TemplateModule
    of: Callable[[Card], Words]

    def say(self, part: str, *values: object) -> str:
        """A part as one line; empty where there is nothing to say. Raises `AttributeError` for an unknown part."""
        return " ".join(str(getattr(self.module, part)(*values)).split())


class Wording:
    """The templates of all cards, for one platform."""

    def __init__(self, platform: Platform) -> None:
        self._environment = _environment(platform)

    def of(self, card: Card, reader: Reader) -> Words:
        template = self._environment.get_template(f"{template_name(type(card))}.md.j2")
        return Words(template.make_module({"card": card, "reader": reader}), lambda within: self.of(within, reader))

    def document(self, name: str, **values: object) -> str:
        """A whole document, from `templates/documents/`."""
        return self._environment.get_template(f"documents/{name}.j2").render(values)


def template_name(card: type) -> str:
    """`FollowUpCard` → `follow_up`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", card.__name__.removesuffix("Card")).lower()


def _environment(platform: Platform) -> Environment:
    def shown(value: object) -> Markup:
        return value if isinstance(value, Markup) else Markup(platform.escape(str(value)))

    # `autoescape` only tells what a template has made (`Markup`) from a plain value; the escaping is the platform's.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= _filters(platform, shown)
    environment.globals["invitation"] = lambda: Markup(platform.invitation())
    environment.tests |= {"a_state": filters.is_state, "a_gap": letter_lines.is_gap, "a_nudge": letter_lines.is_nudge}
    environment.tests["quiet"] = digest_lines.is_quiet
    return environment


def _filters(platform: Platform, shown: Callable[[object], Markup]) -> dict[str, Callable[..., object]]:
    @pass_context
    def when(context: Context, moment: date | datetime) -> str:
        reader: Reader = context["reader"]
        return filters.when(moment, reader.today, reader.zone)

    @pass_context
    def at(context: Context, moment: datetime) -> str:
        reader: Reader = context["reader"]
        return filters.at(moment, reader.today, reader.zone)

    @pass_context
    def days_ahead(context: Context, day: date) -> int:
        reader: Reader = context["reader"]
        return (day - reader.today).days

    @pass_context
    def since(context: Context, day: date) -> str:
        reader: Reader = context["reader"]
        return filters.since(day, reader.today, reader.zone)

    @pass_context
    def quote(context: Context, said: Quote, least: int = filters.LEAST_SHOWN) -> Markup:
        reader: Reader = context["reader"]
        words = filters.spoken(said, reader.words)
        if words is None:
            return Markup(filters.TAKEN_BACK)
        return Markup(platform.said(f"“{filters.shortened(words, least)}”"))

    def said_by(said: Quote) -> Markup:
        return Markup(platform.person(said.by) + (filters.FROM_OUTSIDE if said.outside else ""))

    def people(who: Iterable[str], last: str = "and") -> Markup:
        return Markup(filters.listed([platform.person(person) for person in who], last))

    def typed(words: str | Iterable[str], last: str = "or") -> Markup:
        each = [words] if isinstance(words, str) else words
        return Markup(filters.listed([platform.typed(word) for word in each], last))

    return {
        "at": at,
        "clock": filters.clock,
        "command": lambda words: Markup(platform.command(words)),
        "counted": filters.counted,
        "day": date.fromisoformat,
        "days_ahead": days_ahead,
        "deed": lambda act: DEEDS.get(act, filters.plain(act)),
        "example": filters.example,
        "failure_point": filters.failure_point,
        "few": lambda things: Markup(filters.few([shown(thing) for thing in things])),
        "last_part": lambda key: key.rpartition(".")[2],
        "listed": lambda things, last="and": Markup(filters.listed([shown(thing) for thing in things], last)),
        "lines_open": letter_lines.open_lines,
        "mark": MARKS.__getitem__,
        "name": lambda who: Markup(platform.name(who)),
        "mention": lambda who: Markup(platform.person(who, ring=True)),
        "nobody": filters.nobody,
        "part": filters.part,
        "people": people,
        "person": lambda who: Markup(platform.person(who)),
        "plain": filters.plain,
        "plural": filters.plural,
        "project": filters.project,
        "projects_of": letter_lines.projects_of,
        "quote": quote,
        "reason": filters.reason,
        "said_by": said_by,
        "since": since,
        "state_word": STATE_WORDS.__getitem__,
        "takes": filters.takes,
        "times": filters.times,
        "typed": typed,
        "weekday": filters.weekday,
        "weekdays": filters.weekdays,
        "when": when,
        "word": lambda word: Markup(_word(word, platform)),
    }


def _word(word: str, platform: Platform) -> str:
    """A word of `words_in_general`, as it is typed there."""
    return platform.command(word.removeprefix(_SLASH)) if word.startswith(_SLASH) else platform.typed(word)


_SLASH = "/ai-readiness "  # begins what is heard outside of threads; a platform may have another beginning for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a button says (24 characters at most), and the word that does the same.

    In a word `{name}` is the item's, `{choice}` the way's; `elsewhere` is the word where another item may be asked.
    `choice` is what stands for a choice that is not made yet, `chosen` what the button says for one that is.
    """

    button: str
    word: str
    elsewhere: str = ""
    choice: str = "N"
    chosen: Mapping[str, str] = field(default_factory=dict)


LABELS: Mapping[Tap, Label] = {
    Tap.ANSWER: Label(button="Answer", word="{name}: …"),
    Tap.NEXT: Label(button="Answer next", word="next"),
    Tap.ASK: Label(button="Ask somebody", word="ask @name", elsewhere="ask @name {name}"),
    Tap.TAKE: Label(button="I'll do it", word="ask me", elsewhere="ask me {name}"),
    Tap.LATER: Label(button="Later", word="later Fri", elsewhere="{name}: later, by Fri"),
    Tap.DOES_NOT_APPLY: Label(button="Does not apply", word="n/a because …", elsewhere="{name}: n/a because …"),
    Tap.SKIP: Label(button="Skip", word="skip"),
    Tap.BACK: Label(button="Back", word="back"),
    Tap.KEEP: Label(button="Keep as is", word="keep", elsewhere="keep {name}"),
    Tap.EDIT: Label(button="Edit", word="edit {name}"),
    Tap.UNDO: Label(button="Undo", word="undo"),
    Tap.NOT_AN_ANSWER: Label(button="Not an answer", word="not an answer"),
    Tap.USE_THAT: Label(button="It was an answer", word="use that"),
    Tap.ACCEPT: Label(button="Accept", word="accept {name}"),
    Tap.REJECT: Label(button="Does apply", word="reject {name}"),
    Tap.YES: Label(button="Yes, that's me", word="yes", elsewhere="yes {name}"),
    Tap.NO: Label(button="No", word="no", elsewhere="no {name}"),
    Tap.NOT_ME: Label(button="Not me", word="not me", elsewhere="no {name}"),
    Tap.USE: Label(button="Use this", word="use {choice}", elsewhere="use {choice} {name}"),
    Tap.WRITE_ANOTHER: Label(button="Write another", word="{name}: …"),
    Tap.STATUS: Label(button="Status", word="status"),
    Tap.REPORT: Label(button="Report", word="report"),
    Tap.ABOUT: Label(button="About", word="about"),
    Tap.PAUSE: Label(button="Pause", word="pause"),
    Tap.RESUME: Label(button="Resume", word="resume"),
    Tap.DONE: Label(button="Done", word="done"),
    Tap.CANCEL: Label(button="Cancel", word="cancel"),
    Tap.HAND_OVER: Label(button="Hand over", word="owner @name"),
    Tap.DATE: Label(button="Date", word="date 15 Dec"),
    Tap.HELP: Label(button="Help", word="help"),
    Tap.HELP_ALL: Label(button="All words", word="help all"),
    Tap.START: Label(button="Start a review", word=f"{_SLASH}start NAME"),
    Tap.MINE: Label(button="My items", word="mine"),
    Tap.OPEN: Label(button="Open", word=""),
    Tap.GO_ON: Label(button="Go on", word="ok"),
    Tap.TAKE_OVER: Label(button="Take it over", word="take over"),
    Tap.SNOOZE: Label(
        button="Later: choose a day",
        word="snooze {choice}",
        elsewhere="{name}: snooze {choice}",
        choice="Fri",
        chosen={"1d": "Later: tomorrow", "1w": "Later: next week"},
    ),
    Tap.WHY: Label(button="Why this?", word="why"),
    Tap.LET_GO: Label(button="Let it go", word="ok"),
    Tap.NAME: Label(button="Name somebody", word="{name}: @name"),
    Tap.PREFERENCES: Label(button="Change when I write", word="nudges"),
    Tap.NUDGES_ON: Label(button="Turn nudges on", word="nudges on"),
    Tap.NUDGES_OFF: Label(button="Turn nudges off", word="nudges off"),
    Tap.DIGEST_ON: Label(button="Turn the digest on", word="digest on"),
    Tap.DIGEST_OFF: Label(button="Turn the digest off", word="digest off"),
    Tap.DIGEST_NOW: Label(button="Send the digest now", word="digest now"),
    Tap.DIGEST_DAY: Label(button="Send on another day", word="digest {choice}", choice="fri"),
}
# What a refusal calls an act, by the name of its event.
DEEDS: Mapping[str, str] = {
    "Described": "fill in About",
    "Viewed": "open About",
    "WaiverAccepted": "accept that",
    "WaiverRejected": "refuse that",
    "Confirmed": "confirm that",
    "Declined": "decline that",
    "Settled": "choose which answer holds",
    "Edited": "change what that message says",
    "Deleted": "delete that message",
    "Paused": "pause the review",
    "Resumed": "resume the review",
    "Finished": "close the review as done",
    "Cancelled": "cancel the review",
    "HandedOver": "hand the review over",
    "DateChanged": "change the decision date",
    "WentOn": "let it go on",
    "Snoozed": "put that off",
    "LetGo": "let that go",
    "PackTaken": "take over the later questions",
}


# Buttons that are called after what they do for whom they are shown to.
_ABOUT_ONE_THREAD = (AskCard, ConfirmCard, NudgeCard, HeadsUpCard, EscalationCard, UnreachableCard)
_ON_CARDS: Mapping[tuple[type, Tap], str] = {
    (HeadsUpCard, Tap.NAME): "Add",
    (AskHereCard, Tap.KEEP): "Yes, it holds",
    (DigestCard, Tap.DIGEST_OFF): "Turn off",
    (DigestCard, Tap.GO_ON): "Keep going",
    (FormCard, Tap.DONE): "The review is done",  # they stand beside the form's own buttons
    (FormCard, Tap.CANCEL): "Cancel the review",
    **{(card, Tap.OPEN): "See the thread" for card in _ABOUT_ONE_THREAD},
}


_HOLDS: Mapping[About, str] = {About.STATUS: "No change", About.PASSED: "Yes", About.REVIEW: "Yes, it holds"}


def button(way: Way, on: Card | None = None) -> str:
    """What its button says, on any card or on this one."""
    if isinstance(on, NudgeCard) and way.tap is Tap.KEEP and on.about in _HOLDS:
        return _HOLDS[on.about]
    if said := _ON_CARDS.get((type(on), way.tap)):
        return said
    label = LABELS[way.tap]
    return label.chosen.get(way.choice or "", label.button)


def word(way: Way, *, elsewhere: bool = False) -> str:
    """What to type instead of pressing it; empty for what only shows something.

    `elsewhere`: it stands where another item may be the one asked, so that the word has to name its own.
    """
    if way.tap is Tap.TAKE and way.item is None:  # the owner's place: in a thread `ask me` is about what is asked
        return "owner me"
    label = LABELS[way.tap]
    pattern = label.elsewhere if elsewhere and label.elsewhere and way.item else label.word
    return pattern.format(name=way.name or way.item or "NAME", choice=way.choice or label.choice)


def words_in_general() -> Mapping[str, str]:
    """Every word as it is written in general, what may be left out in brackets, with a button that does the same."""
    buttons: dict[str, str] = {}
    for label in LABELS.values():
        if label.word:
            buttons.setdefault(_in_general(label), label.button)
    return buttons


def _in_general(label: Label) -> str:
    optional = label.elsewhere == f"{label.word} {{name}}"
    said = label.word.format(name="NAME", choice=label.choice)
    return f"{said} [NAME]" if optional else said
