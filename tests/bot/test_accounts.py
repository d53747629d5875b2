"""One person on two platforms, through real storage and real ticks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from bot.accounts import Accounts
from bot.turns import TurnRunner
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import Notice, NoticeCard
from conversations.effects import Turn, Whisper, Write
from conversations.people import Account, Person
from conversations.ports import Quiet
from conversations.review import ActKind
from storage.database import Database
from storage.people import PeopleRows
from storage.queries import reviews
from storage.shelf import PackShelf
from tests.bot.ticking import Ticking, moment
from tests.dialogue import engine
from tests.storage.tiny import run

SLACK, TEAMS = (
    Account(platform="slack", tenant="T1", id="U1"),
    Account(platform="teams", tenant="T9", id="29:1"),
)
CLAIMS = ConversationReference(platform="slack", tenant="T1", channel="C1")
LETTERS = ConversationReference(platform="teams", tenant="T9", channel="19:letters")
FRIDAY = "2026-12-04T18:00Z"


@pytest.fixture
def ticking(database: Database) -> Ticking:
    return Ticking(database=database)


def accounts(ticking: Ticking, teams: str | None = "T9") -> Accounts:
    database = ticking.database
    return Accounts(database.units, database.read, homes={"teams": teams}, clock=lambda: ticking.now)


async def met(ticking: Ticking, *, email: str | None = "ana@acme.example") -> None:
    """Ana Lima, on two platforms; her e-mail is known on both."""
    people = (
        Person(
            platform=each.platform,
            tenant=each.tenant,
            id=each.id,
            name="Ana Lima",
            email=email,
            vouched=True,
            zone="UTC",
            read_at=ticking.now,
        )
        for each in (SLACK, TEAMS)
    )
    await PeopleRows(ticking.database.units).keep(people)


async def asked(ticking: Ticking) -> None:
    """Each of two projects wants several things of her, and nobody answers."""
    for project, place, account in (("Claims", CLAIMS, SLACK), ("Letters", LETTERS, TEAMS)):
        await ticking.starts(project, who="lea", place=place)
        for item in ("run.runbook", "rollback.steps", "success.target", "fail.modes"):
            await ticking.says(f"ask <@{account.id}> {item}", who="lea", place=place)


async def says(ticking: Ticking, words: str, account: Account) -> Turn:
    place = ConversationReference(platform=account.platform, tenant=account.tenant, channel="")
    return await ticking.says(words, who=account.id, kind=ActivityKind.COMMAND, place=place)


async def links(ticking: Ticking, first: Account = SLACK, second: Account = TEAMS) -> Turn:
    return await says(ticking, f"link {label_of(await says(ticking, 'link', first))}", second)


def label_of(turn: Turn) -> str:
    return next(
        each.card.label for each in turn.effects if isinstance(each, Whisper) and isinstance(each.card, NoticeCard)
    )


def notices(turn: Turn) -> list[tuple[str, str]]:
    return [
        (type(each).__name__, each.card.notice.value)
        for each in turn.effects
        if isinstance(each, Whisper | Write) and isinstance(each.card, NoticeCard)
    ]


async def messages(ticking: Ticking, kind: str) -> list[tuple[str, str]]:
    """Day and platform of each letter or digest to her, in order."""
    return await ticking.database.read(_messages, f"{kind}/%")


def _messages(connection: Connection, name: str) -> list[tuple[str, str]]:
    mine = "delivery_id LIKE :name AND to_person IN ('U1', '29:1') AND kind = 'post'"
    rows = connection.execute(
        text(f"SELECT created_at, platform FROM outbox WHERE {mine} ORDER BY created_at, id"), {"name": name}
    )
    return [(str(at)[:10], platform) for at, platform in rows]


def most_a_day(found: list[tuple[str, str]]) -> int:
    return max(Counter(day for day, _ in found).values())


# --- one letter a day ------------------------------------------------------------------------------------------------


def test_with_the_same_email_on_two_platforms_there_is_one_letter_a_day_in_all(ticking: Ticking) -> None:
    async def scene() -> None:
        await met(ticking)
        await asked(ticking)
        await accounts(ticking).look()
        await ticking.through(FRIDAY)
        letters = await messages(ticking, "letter")
        assert most_a_day(letters) == 1
        by_platform = Counter(platform for _, platform in letters)
        assert abs(by_platform["slack"] - by_platform["teams"]) <= 1, letters  # neither has to wait for the other

    run(scene())


def test_what_she_answers_is_not_asked_again_and_the_rest_is_on_both(ticking: Ticking) -> None:
    async def scene() -> None:
        await met(ticking)
        await asked(ticking)
        await accounts(ticking).look()
        claims, letters = await ticking.database.read(reviews, PackShelf())
        await ticking.through("2026-11-24T18:00Z")
        for review, place, account in ((claims, CLAIMS, SLACK), (letters, LETTERS, TEAMS)):
            ticking.review = review.id
            for item, words in (
                ("run.runbook", "https://wiki.acme.io/runbook"),
                ("rollback.steps", "Turn off the flag claims in LaunchDarkly, users see the old form, 10 minutes"),
            ):
                await ticking.says(f"{item}: {words}", who=account.id, place=place)
        before, evening = len(await messages(ticking, "letter")), ticking.now
        await ticking.through(FRIDAY)
        found = await messages(ticking, "letter")
        assert most_a_day(found) == 1
        assert {platform for _, platform in found[before:]} == {"slack", "teams"}
        for review in await ticking.database.read(reviews, PackShelf()):
            told = [act for act in review.acts if act.kind is ActKind.REMINDED and act.at > evening]
            hers = {act.item for act in told if act.person in (SLACK.id, TEAMS.id)}
            assert hers <= {"success.target", "fail.modes"}

    run(scene())


@pytest.mark.parametrize("how", ["never joined", "parted", "the same name alone"])
def test_accounts_apart_have_a_letter_each(ticking: Ticking, how: str) -> None:
    async def scene() -> None:
        await met(ticking, email=None if how == "the same name alone" else "ana@acme.example")
        if how != "never joined":
            await accounts(ticking).look()
        if how == "parted":
            await says(ticking, "link off", TEAMS)
            await accounts(ticking).look()
        await asked(ticking)
        await ticking.through("2026-11-23T16:00Z")
        assert sorted(await messages(ticking, "letter")) == [("2026-11-23", "slack"), ("2026-11-23", "teams")]

    run(scene())


def test_on_the_day_of_joining_there_is_no_second_letter_and_after_parting_there_is(ticking: Ticking) -> None:
    async def scene() -> None:
        await met(ticking)
        place, account = CLAIMS, SLACK
        await ticking.starts("Claims", who="lea", place=place)
        await ticking.says(f"ask <@{account.id}> run.runbook", who="lea", place=place)
        await ticking.ticks("2026-11-23T11:01Z")
        await links(ticking)
        await ticking.starts("Letters", who="lea", place=LETTERS)
        await ticking.says(f"ask <@{TEAMS.id}> run.runbook", who="lea", place=LETTERS)
        await ticking.ticks("2026-11-23T11:05Z")
        assert await messages(ticking, "letter") == [("2026-11-23", "slack")]
        await says(ticking, "link off", SLACK)
        await ticking.ticks("2026-11-23T11:06Z")
        assert await messages(ticking, "letter") == [("2026-11-23", "slack"), ("2026-11-23", "teams")]

    run(scene())


def test_digests_of_two_platforms_never_come_on_one_day(ticking: Ticking) -> None:
    async def scene() -> None:
        await met(ticking)
        await accounts(ticking).look()
        await ticking.starts("Claims", who=SLACK.id, place=CLAIMS)
        await ticking.starts("Letters", who=TEAMS.id, place=LETTERS)
        await ticking.through("2026-12-11T18:00Z")
        digests = await messages(ticking, "digest")
        assert sorted(day for day, _ in digests) == ["2026-11-30", "2026-12-01", "2026-12-07", "2026-12-08"]
        assert Counter(platform for _, platform in digests) == {"slack": 2, "teams": 2}

    run(scene())


def test_a_preview_shows_what_a_tick_would_do(ticking: Ticking) -> None:
    async def scene() -> None:
        await met(ticking)
        await accounts(ticking).look()
        await asked(ticking)
        await ticking.starts("Hers", who=SLACK.id, place=CLAIMS)
        await ticking.starts("Hers too", who=TEAMS.id, place=LETTERS)
        for at in ("2026-11-23T12:00Z", "2026-11-30T12:00Z"):
            foreseen = await ticking.ticker.planner.preview(moment(at))
            ticking.now = moment(at)
            done = await ticking.ticker.tick()
            to_her = [
                [line for line in lines if line.person in (SLACK.id, TEAMS.id) and line.send]
                for lines in (foreseen, done)
            ]
            kinds = [sorted(line.kind == "digest" for line in lines) for lines in to_her]
            assert kinds[0] == kinds[1]
            assert kinds[0].count(False) == 1

    run(scene())


class Disturbed(Quiet):
    """Nobody is to be disturbed on this platform before a moment."""

    async def until(self, account: Account, now: datetime) -> datetime | None:
        assert account == SLACK
        return moment("2026-11-23T14:00Z")


def test_do_not_disturb_on_one_platform_counts_for_all(database: Database) -> None:
    ticking = Ticking(database=database, quiets={"slack": Disturbed()})

    async def scene() -> None:
        await met(ticking)
        await links(ticking)
        await ticking.starts("Letters", who="lea", place=LETTERS)
        await ticking.says(f"ask <@{TEAMS.id}> run.runbook", who="lea", place=LETTERS)
        await ticking.ticks("2026-11-23T12:00Z")
        assert await messages(ticking, "letter") == []
        await ticking.ticks("2026-11-23T14:01Z")
        assert await messages(ticking, "letter") == [("2026-11-23", "teams")]

    run(scene())


def test_who_is_away_on_one_platform_is_away_on_all(ticking: Ticking) -> None:
    async def scene() -> None:
        await met(ticking)
        await says(ticking, "away until 1 Dec", SLACK)
        await links(ticking, TEAMS, SLACK)
        await asked(ticking)
        await ticking.through("2026-11-30T18:00Z")
        assert await messages(ticking, "letter") == []
        await says(ticking, "away off", TEAMS)
        await ticking.ticks("2026-12-01T10:00Z")
        assert len(await messages(ticking, "letter")) == 1

    run(scene())


# --- joining ---------------------------------------------------------------------------------------------------------


def test_a_code_is_said_on_one_platform_and_typed_on_the_other(ticking: Ticking) -> None:
    async def scene() -> None:
        await met(ticking)
        assert notices(await links(ticking)) == [("Whisper", "joined"), ("Write", "joined")]
        assert notices(await says(ticking, "link off", SLACK)) == [("Whisper", "apart"), ("Write", "apart")]
        assert notices(await says(ticking, "link off", TEAMS)) == [("Whisper", "not_joined")]

    run(scene())


def test_codes_cannot_be_guessed_and_go_out_of_date(ticking: Ticking) -> None:
    async def scene() -> None:
        code = label_of(await says(ticking, "link", SLACK))
        for _ in range(5):
            assert notices(await says(ticking, "link BCDF-GH23", TEAMS)) == [("Whisper", "no_such_code")]
        assert notices(await says(ticking, f"link {code}", TEAMS)) == [("Whisper", "codes_spent")]
        ticking.now += timedelta(minutes=15)
        assert notices(await says(ticking, f"link {code}", TEAMS)) == [("Whisper", "no_such_code")]
        assert notices(await says(ticking, f"link {code}", SLACK)) == [("Whisper", "no_such_code")]

    run(scene())


def test_a_code_joins_nobody_of_the_same_organisation(ticking: Ticking) -> None:
    async def scene() -> None:
        code = label_of(await says(ticking, "link", SLACK))
        ben = Account(platform="slack", tenant="T1", id="U2")
        assert notices(await says(ticking, f"link {code}", ben)) == [("Whisper", "code_for_elsewhere")]
        assert notices(await says(ticking, f"link {code}", TEAMS))[0] == ("Whisper", "joined")

    run(scene())


@pytest.mark.parametrize("teams", ["T2", None])
def test_an_email_of_another_organisations_platform_joins_nobody(ticking: Ticking, teams: str | None) -> None:
    async def scene() -> None:
        await met(ticking)
        await accounts(ticking, teams).look()
        assert notices(await says(ticking, "link off", SLACK)) == [("Whisper", "not_joined")]

    run(scene())


POINTS = ("turn_begun", "inbox_written", "outbox_written")


class Killed(Exception):
    """Here the process ended."""


@pytest.mark.parametrize("point", POINTS)
def test_an_end_between_joining_and_telling_loses_nothing(ticking: Ticking, point: str) -> None:
    def reach(name: str) -> None:
        if name == point:
            raise Killed

    def activity(account: Account) -> Activity:
        return Activity(
            keys=(f"said by {account.id}",),
            kind=ActivityKind.COMMAND,
            actor=Actor(id=account.id, name="Ana"),
            reference=ConversationReference(platform=account.platform, tenant=account.tenant, channel=""),
            at=ticking.now,
            text="list",
        )

    async def scene() -> None:
        await met(ticking)
        await accounts(ticking).look()
        database = ticking.database
        for account in (SLACK, TEAMS):
            doomed = TurnRunner(database.units, engine().decide, PackShelf(), lambda: None, reach)
            with pytest.raises(Killed):
                await doomed.run(activity(account))
            turn = await ticking.runner.run(activity(account))  # the platform says it again
            assert turn is not None
            assert ("Write", Notice.JOINED) in notices(turn)
            assert await ticking.runner.run(activity(account)) is None
        told = await database.read(lambda c: c.execute(text("SELECT to_person FROM outbox WHERE kind = 'post'")).all())
        assert sorted(row[0] for row in told) == ["29:1", "U1"]

    run(scene())
