"""Whatever is pressed, filled in, typed or told by one tenant with the ids of another: nothing comes of it there.

Everything that the cards of tenant T2 offer on a platform is pressed by T1, as if it had got hold of those cards: once
while T2 is in the database, with the same people, channels, threads and projects, and once while it is not. What is
said and what is kept of T1 is the same both times, so nothing tells whether there is such an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from conversations.activities import Activity, ActivityKind, Button, Form
from conversations.cards import Tap
from conversations.errors import EventRefused, RootPending
from conversations.review import Review
from storage import models
from storage.database import writing_engine
from storage.shelf import PackShelf
from storage.unit_of_work import no_op, run_turn, save_review
from tests.contracts.platforms import PLATFORMS
from tests.contracts.situations import forms_on
from tests.contracts.test_platforms import shown_in
from tests.dialogue import engine

OURS, WORD = "T1", "bravo"
SHOWN = (  # scenes that together show everything there is to press
    *("why", "mine to agree to", "cancelled", "quiet", "two conflicts", "somebody left", "about", "help"),
    *("before others are told", "the owner left", "a later pack", "which day", "left alone", "to be looked at again"),
    *("somebody cannot be written to", "who was named cannot be written to"),
    *(f"the command {words}" for words in ("home", "help", "nudges", "nudges off", "digest off")),
)
CHATS = [name for name, platform in PLATFORMS.items() if not platform.writes]


def foreign(review: Review) -> Review:
    """A review as T2 has it: what people said there holds a word that is nowhere else."""
    acts = tuple(replace(act, said=f"{act.said} {WORD}") if act.said else act for act in review.acts)
    return replace(review, acts=acts, reference=replace(review.reference, tenant="T2"))


def ours(review: Review) -> Review:
    """T1's own: the same but for its id and what was said."""
    return replace(review, id=f"ours{review.id[4:]}", reference=replace(review.reference, tenant=OURS))


def by_us(activity: Activity, n: int) -> Activity:
    return replace(activity, keys=(f"{n}",), reference=replace(activity.reference, tenant=OURS))


def pressed(platform: str, *scenes: str) -> Iterator[tuple[tuple[Review, ...], Activity]]:
    """What there is, and what can be pressed then; each kind of button once."""
    seen = set[object]()
    for shown, presses in (each for scene in scenes for each in shown_in(platform, scene)):
        there = tuple({each.id: each for each in (*shown.others, shown.review) if each is not None}.values())
        for each in presses:
            activity = each.activity
            what = activity and (each.way.tap, activity.kind, activity.private, activity.review is None)
            if activity is not None and what not in seen:
                seen.add(what)
                yield there, activity


def told(review: Review, at: Activity) -> Iterator[Activity]:
    """Every other kind of activity, with each name that T2 has: review, message, channel, thread, person, pack."""
    source = next((act.source for act in review.acts if act.source), "m1")
    plain = replace(at, kind=ActivityKind.MESSAGE, button=None, form=None, text="undo", source=source, review=review.id)
    for kind in ActivityKind:
        texts = {ActivityKind.AWAY: "2030-01-01", ActivityKind.COMMAND: f"status {review.project}"}
        yield replace(plain, kind=kind, text=texts.get(kind, plain.text))
    for private in (False, True):
        yield replace(plain, review=None, private=private)
        yield replace(plain, review=None, private=private, reference=replace(review.reference, tenant=OURS))
    for tap in Tap:
        button = Button(act=tap.value, item="run.runbook", choice=f"ask/run.runbook/{review.owner}", digest=None)
        yield replace(plain, kind=ActivityKind.BUTTON, text="", button=replace(button, digest=review.pack.digest))
    form = Form(name="run", values={"run.runbook": "https://x.acme.io"}, seen=review.version)
    yield replace(plain, kind=ActivityKind.FORM, text="", form=form)
    yield replace(plain, kind=ActivityKind.FORM, text="", form=replace(form, name="about", values={"stage": "pilot"}))


class World:
    """A database in which nothing stays."""

    def __init__(self, path: Path) -> None:
        self.engine = writing_engine(path)
        self.shelf = PackShelf()

    def play(self, reviews: Iterable[Review], activity: Activity) -> tuple[object, object]:
        """What is said, and what it changes of what is kept."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            for review in reviews:
                save_review(connection, None, review, self.shelf, activity.at, no_op, locked=False)
            before = _rows(connection)
            try:
                turn = run_turn(connection, activity, engine().decide, self.shelf)
                said: object = None if turn is None else (turn.effects, turn.refused, turn.errors)
            except (EventRefused, RootPending) as refused:
                said = type(refused)
            after = _rows(connection)
            transaction.rollback()
        return said, [sorted(map(str, one - other)) for one, other in ((after, before), (before, after))]


def _rows(connection: Connection) -> set[tuple[object, ...]]:
    tables = models.Base.metadata.sorted_tables
    return {(each.name, *map(str, row)) for each in tables for row in connection.execute(each.select())}


@pytest.fixture
def world(sqlite_url: str) -> World:
    return World(Path(sqlite_url.removeprefix("sqlite:///")))


def found(world: World, reviews: tuple[Review, ...], activity: Activity) -> list[str]:
    """What is wrong with what comes of it."""
    own = [ours(each) for each in reviews]
    alone, beside = world.play(own, activity), world.play([*own, *map(foreign, reviews)], activity)
    return [str(activity)] * (alone != beside or WORD in str(beside) or "T2" in str(beside))


@pytest.mark.parametrize("platform", CHATS)
def test_the_buttons_of_another_tenants_cards_do_nothing_and_tell_nothing(world: World, platform: str) -> None:
    played = [(there, by_us(activity, n)) for n, (there, activity) in enumerate(pressed(platform, *SHOWN))]
    assert len(played) > len(Tap)
    assert [wrong for there, activity in played for wrong in found(world, there, activity)] == []


@pytest.mark.parametrize("platform", CHATS)
def test_whatever_is_told_with_the_names_of_another_tenant_does_nothing_and_tells_nothing(
    world: World, platform: str
) -> None:
    there, at = next(pressed(platform, "two conflicts"))
    played = [by_us(activity, n) for n, activity in enumerate(told(foreign(there[0]), at))]
    assert len(played) > len(Tap)
    assert [wrong for activity in played for wrong in found(world, there, activity)] == []


@pytest.mark.parametrize("platform", CHATS)
def test_the_forms_of_another_tenants_cards_do_nothing_and_tell_nothing(world: World, platform: str) -> None:
    forms = {name.partition(": ")[2]: shown for name, shown in forms_on(PLATFORMS[platform])}  # one of each question
    for n, shown in enumerate(forms.values()):
        assert shown.review is not None
        assert found(world, (shown.review,), by_us(PLATFORMS[platform].submits(shown, {}), n)) == []


@pytest.mark.parametrize("platform", CHATS)
def test_the_owner_does_all_that_with_the_same_ids(world: World, platform: str) -> None:
    """What the others show is no accident of how they ask."""
    there, activity = next(
        (there, each) for there, each in pressed(platform, "why") if each.button and each.button.act == "status"
    )
    said, _ = world.play([foreign(each) for each in there], replace(activity, reference=foreign(there[0]).reference))
    assert "SummaryCard" in str(said)
