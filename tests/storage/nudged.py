"""People with something to come in tiny reviews, and plans for them made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from conversations.activities import Activity, ActivityKind
from conversations.cards import About, DigestCard, NudgeCard, Tap, Way
from conversations.effects import Effect, Turn
from conversations.letters import Digest, Letter, LetterLine, Pending, Plan, bound
from conversations.packs import ItemType
from conversations.people import Account
from conversations.ports import Decide, Found
from conversations.review import Act, ActKind, Review
from storage.database import Database
from storage.reminders import Claim, claim_due, keep_plan, read_pending
from storage.shelf import PackShelf
from storage.threads import Units
from tests.storage import tiny
from tests.storage.tiny import AT, everything, says, starts, taken

DAY = timedelta(days=1)
TODAY = AT.date()
ANA, BEN, EVE = (Account(platform=tiny.PLATFORM, tenant="local", id=who) for who in ("ana", "ben", "eve"))
NUDGE = NudgeCard(
    project="Claims",
    short="Run",
    label="the runbook",
    prompt="Where is it?",
    example="",
    about=About.OPEN,
    type=ItemType.URL,
    seconds=20,
    ways=(Way(tap=Tap.ANSWER, item="a.b"),),
)


def looking(
    looks: Mapping[str, datetime], looked: Mapping[str, datetime] | None = None, *effects: Effect, acts: int = 1
) -> Decide:
    """An engine whose turns say when to look at whom."""

    def decide(activity: Activity, found: Found) -> Turn:
        turn = (
            tiny.decide(activity, found) if found.review is None else tiny.answered(activity, found.review, acts=acts)
        )
        return replace(turn, effects=(*turn.effects, *effects), looks=looks, looked=looked or {})

    return decide


async def with_looks(units: Units, project: str, looks: Mapping[str, datetime], at: datetime = AT) -> Review:
    """A review in which these are to be looked at; `at` is when it began, and so the moment for people."""
    start = replace(starts(project, key=f"start/{project}", thread=project), at=at)
    turn = await taken(units, start, looking(looks))
    assert turn
    assert turn.review
    return turn.review


async def changes(
    units: Units, review: Review, decide: Decide, key: str, *, at: datetime = AT, who: str = "ana", **more: object
) -> Turn:
    said = replace(says("we can", key=key, who=who), reference=review.reference, at=at, **more)  # type: ignore[arg-type]  # an activity's, by name
    turn = await taken(units, said, decide)
    assert turn
    return turn


async def looks_of(database: Database) -> dict[str, datetime]:
    """When who is looked at; of several reviews, `REVIEW/WHO`."""
    rows = await everything(database)
    names = {row["id"]: row["project"] for row in rows["review"]}
    several = len(names) > 1
    return {
        (f"{names[row['review_id']]}/" if several else "") + row["who"]: row["due_at"]
        for row in sorted(rows["reminder"], key=lambda row: (names[row["review_id"]], row["who"]))
    }


async def claimed(units: Units, at: datetime = AT, limit: int = 50) -> Claim:
    return await units(claim_due, now=at, limit=limit)


async def pending(database: Database, *accounts: Account) -> dict[Account, Pending]:
    return await database.read(read_pending, PackShelf(), accounts)


async def kept(units: Units, plan: Plan, lease: datetime | None = None) -> None:
    await units(keep_plan, plan, PackShelf(), lease=lease)


def planned(found: Pending, *, day: date = TODAY, at: datetime = AT, again: datetime = AT + DAY) -> Plan:
    """A nudge about each of their reviews; all of them say so."""
    who = found.account.id
    lines = tuple(
        LetterLine(review=each.id, key=f"reminder/{len(each.acts) + 1}/{who}", card=NUDGE) for each in found.reviews
    )
    turns = tuple(_reminded(each, line, who, at) for each, line in zip(found.reviews, lines, strict=True))
    return Plan(
        account=found.account,
        at=at,
        letter=Letter(kind="nudge", day=day, lines=lines, card=bound(who, lines)),
        turns=turns,
        read={each.id: each.version for each in found.reviews},
        look_at={each.id: again for each in found.reviews},
    )


def with_digest(plan: Plan, day: date = TODAY) -> Plan:
    digest = Digest(kind="digest", day=day, card=DigestCard(on=day, lines=()))
    return replace(plan, letter=None, turns=(), digest=digest)


def only_looked(plan: Plan) -> Plan:
    return replace(plan, letter=None, turns=())


def _reminded(review: Review, line: LetterLine, who: str, at: datetime) -> Turn:
    n, version = len(review.acts) + 1, review.version + 1
    told = Act(n=n, turn=version, kind=ActKind.REMINDED, by="", at=at, item="a.b", person=who, option="nudge", step=1)
    return Turn(review=replace(review, acts=(*review.acts, told), posted=(*review.posted, line.key), version=version))


def lapse(review: Review, key: str, at: datetime) -> Activity:
    quiet = says("", key=key, who="", kind=ActivityKind.LAPSE)
    return replace(quiet, reference=review.reference, at=at, review=review.id, source=None)
