"""Whose review a turn finds: those of other platforms, tenants, channels and threads are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conversations.activities import Activity, ActivityKind, Actor, Button, ConversationReference, Form
from conversations.cards import ListCard, MineCard, Notice, NoticeCard, SummaryCard
from conversations.decide import Engine
from conversations.effects import Turn, Whisper
from conversations.review import ActKind, Review
from storage.database import Database
from storage.queries import reviews
from storage.shelf import PackShelf
from storage.threads import Units
from tests.conversations.test_taking_a_pack import appears, later
from tests.dialogue import a_dialogue, as_typed, engine
from tests.storage.tiny import AT, everything, run, taken

HERE = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1.1")
PLACES = [
    replace(HERE, platform="teams"),
    replace(HERE, tenant="T2"),
    replace(HERE, channel="C2"),
    replace(HERE, thread="9.9"),
]
ELSEWHERE = ["another platform", "another tenant", "another channel", "another thread"]


def says(text: str, who: str = "ana", at: ConversationReference = HERE, **more: Any) -> Activity:
    activity = Activity(
        keys=(f"{who}/{at}/{text}/{more}",),
        kind=ActivityKind.MESSAGE,
        actor=Actor(id=who, name=who),
        reference=at,
        at=AT,
        text=as_typed(text),
        source="m1",
    )
    return replace(activity, **more)


async def turn(units: Units, activity: Activity, by: Engine | None = None) -> Turn:
    done = await taken(units, activity, (by or engine()).decide)
    assert done is not None
    return done


async def begun(units: Units, name: str = "Hidden", at: ConversationReference = HERE) -> Review:
    """A review of @ana's in which @dana is named."""
    review = (await turn(units, says(f"start {name}", at=at, kind=ActivityKind.COMMAND))).review
    assert review is not None
    return (await turn(units, says("@dana, the secret team", at=at))).review or review


def command(text: str, who: str, at: ConversationReference) -> Activity:
    return says(text, who, replace(at, thread=None), kind=ActivityKind.COMMAND)


def card(turn: Turn) -> object:
    (effect,) = turn.effects
    assert isinstance(effect, Whisper)
    return effect.card


@pytest.mark.parametrize("place", PLACES, ids=ELSEWHERE)
def test_a_reply_elsewhere_finds_nothing(database: Database, place: ConversationReference) -> None:
    async def scene() -> None:
        await begun(database.units)
        before = await database.read(reviews, PackShelf())
        assert await turn(database.units, says("undo", at=place)) == Turn(review=None)
        assert await database.read(reviews, PackShelf()) == before

    run(scene())


@pytest.mark.parametrize("place", PLACES[:2], ids=ELSEWHERE[:2])
@pytest.mark.parametrize("text", ["status hidden", "list", "mine", "home", "status"])
def test_its_own_people_find_nothing_of_it_in_another_organisation(
    database: Database, place: ConversationReference, text: str
) -> None:
    async def scene() -> None:
        nothing = await turn(database.units, command(text, "dana", place))
        await begun(database.units)
        again = replace(command(text, "dana", place), keys=("again",))
        assert await turn(database.units, again) == nothing

    run(scene())


def test_its_people_find_it_from_every_channel_and_others_from_its_own(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        assert isinstance(card(await turn(database.units, command("status hidden", "dana", PLACES[2]))), SummaryCard)
        assert isinstance(card(await turn(database.units, command("status hidden", "zoe", HERE))), SummaryCard)
        mine = card(await turn(database.units, command("mine", "dana", PLACES[2])))
        assert isinstance(mine, MineCard)
        assert [line.wants for line in mine.lines] == ["confirm"]
        listed, unknown = [
            card(await turn(database.units, command(text, "zoe", PLACES[2]))) for text in ("list", "status hidden")
        ]
        assert listed == ListCard(reviews=())
        assert unknown == NoticeCard(notice=Notice.NO_SUCH_REVIEW, label="hidden")

    run(scene())


@pytest.mark.parametrize("place", PLACES[:2], ids=ELSEWHERE[:2])
def test_the_name_is_free_in_another_organisation(database: Database, place: ConversationReference) -> None:
    async def scene() -> None:
        first = await begun(database.units)
        second = await begun(database.units, at=place)
        assert (first.id != second.id, second.project) == (True, "Hidden")
        here = await turn(database.units, command("start  HIDDEN", "zoe", HERE))
        assert here.refused

    run(scene())


ELSE: list[dict[str, Any]] = [{"platform": "teams"}, {"tenant": "T2"}]
PRESSES: list[dict[str, Any]] = [
    {"text": "report"},
    {"kind": ActivityKind.BUTTON, "button": Button(act="report")},
    {"kind": ActivityKind.BUTTON, "button": Button(act="edit", item="run.service_owner")},
    {"kind": ActivityKind.FORM, "form": Form(name="run", values={"run.runbook": "https://x.acme.io"}, seen=1)},
]


@pytest.mark.parametrize("what", PRESSES, ids=["word", "button", "edit", "form"])
def test_an_id_of_another_organisation_or_of_what_one_may_not_see_is_no_id(
    database: Database, what: dict[str, Any]
) -> None:
    async def scene() -> None:
        review = await begun(database.units)
        direct = replace(says("", "dana", replace(HERE, channel="D1", thread=None)), review=review.id, **what)
        known = await everything(database)
        zoe = replace(direct, actor=Actor(id="zoe", name="zoe"))
        unknown = [await turn(database.units, replace(zoe, review="0" * 32, keys=("0",)))]
        strange = [replace(direct, reference=replace(direct.reference, **other)) for other in ELSE]
        heard = [await turn(database.units, replace(each, keys=(str(n),))) for n, each in enumerate([zoe, *strange], 1)]
        assert heard == unknown + [_to("dana", unknown[0])] * 2
        after = await everything(database)
        assert (after["review"], after["act"]) == (known["review"], known["act"])
        assert await turn(database.units, replace(direct, keys=("dana",))) != unknown[0]

    run(scene())


def _to(who: str, turn: Turn) -> Turn:
    """The same, to somebody else."""
    return replace(turn, effects=tuple(replace(each, to=who) for each in turn.effects if isinstance(each, Whisper)))


# --- a later pack ----------------------------------------------------------------------------------------------------


def test_a_pack_that_was_taken_over_is_the_one_that_is_kept(database: Database) -> None:
    async def scene() -> None:
        review = await begun(database.units)
        newer = appears(a_dialogue()).engine
        lapse = says("", kind=ActivityKind.LAPSE, review=review.id, keys=("lapse",))
        said = (lapse, says("take over"), says("recovery plan: https://wiki.acme.io/r", keys=("r",)))
        offered, taken_over, answered = [await turn(database.units, each, newer) for each in said]
        assert offered.review is not None
        assert offered.review.acts[-1].option == "0.2.0"
        assert taken_over.review is not None
        assert taken_over.review.pack == later()
        (kept,) = await database.read(reviews, PackShelf())
        assert (kept, kept.pack) == (answered.review, later())
        assert [act.kind for act in kept.acts[1:]] == [ActKind.PACK_OFFERED, ActKind.PACK_TAKEN, ActKind.ANSWERED]
        assert {row["version"] for row in (await everything(database))["pack"]} == {"0.1.0", "0.2.0"}

    run(scene())
