"""Accounts that are one person's: joined by a code or by an e-mail, parted again, and what they share meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conversations.accounts import (
    GOOD_FOR,
    MOST_TRIES,
    CountTry,
    Join,
    Joined,
    Joining,
    KeepCode,
    Linking,
    NoteTold,
    Part,
)
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import Notice
from conversations.effects import Turn, Whisper, Write
from conversations.errors import AlreadyTold, LookAgain, StaleReview
from conversations.letters import Told
from conversations.linking import as_code
from conversations.people import Account, Person, Preferences
from conversations.ports import Decide, DeliveryKind, Found
from storage.database import Database, open_database
from storage.joins import join_by_email, same_email
from storage.links import keep_joining, linking_for
from storage.people import PeopleRows
from storage.preferences import Known, known_of, save_preferences
from storage.shelf import PackShelf
from storage.unit_of_work import run_turn
from tests.storage import tiny
from tests.storage.nudged import (
    ANA,
    BEN,
    DAY,
    TODAY,
    claimed,
    kept,
    looks_of,
    pending,
    planned,
    with_digest,
    with_looks,
)
from tests.storage.test_unit_of_work import counted
from tests.storage.tiny import AT, everything, run

SLACK = Account(platform="slack", tenant="T1", id="U1")
TEAMS = Account(platform="teams", tenant="T9", id="29:1")
STRANGER = Account(platform="teams", tenant="T2", id="29:1")
LATER = AT + DAY
ANYTHING = "COUNTED8"


async def does(database: Database, account: Account, joining: Joining, at: datetime = AT) -> None:
    await database.units(keep_joining, account, joining, at)


async def linked(database: Database, account: Account, code: str = "", at: datetime = AT) -> Linking:
    return await database.read(linking_for, account, as_code(code), at)


async def join(database: Database, owner: Account, other: Account) -> None:
    code = (await linked(database, owner)).new_code
    await does(database, owner, KeepCode(code=code))
    await does(database, other, Join(account=owner, code=as_code(code)))


async def with_whom(database: Database, account: Account) -> list[Account]:
    return [each.account for each in (await database.read(known_of, account)).joined]


def somebody(account: Account, **fields: object) -> Person:
    usual = {"name": account.id, "email": "ana@acme.example", "vouched": True, "read_at": AT}
    return Person(platform=account.platform, tenant=account.tenant, id=account.id, **usual | fields)  # type: ignore[arg-type]  # a person's fields, by name


async def known(database: Database, *people: Person) -> list[tuple[Account, Account]]:
    await PeopleRows(database.units).keep(people)
    return list(await database.read(same_email))


# --- codes -----------------------------------------------------------------------------------------------------------


def test_a_code_joins_two_accounts_and_works_once(database: Database) -> None:
    async def scene() -> None:
        await PeopleRows(database.units).keep([somebody(SLACK, name="Ana Lima")])
        code = (await linked(database, SLACK)).new_code
        await does(database, SLACK, KeepCode(code=code))
        assert (await linked(database, TEAMS, f" {code.lower()} ")).owner == Joined(account=SLACK, name="Ana Lima")
        wanted = Join(account=SLACK, code=as_code(code))
        await does(database, TEAMS, wanted)
        assert (await with_whom(database, SLACK), await with_whom(database, TEAMS)) == ([TEAMS], [SLACK])
        assert (await database.read(known_of, TEAMS)).joined == (Joined(account=SLACK, name="Ana Lima"),)
        assert (await linked(database, STRANGER, code)).owner is None
        with pytest.raises(StaleReview):
            await does(database, STRANGER, wanted)
        assert await with_whom(database, STRANGER) == []  # of the same id, in another organisation

    run(scene())


def test_a_code_is_good_for_a_quarter_of_an_hour_and_only_the_newest_is(database: Database) -> None:
    async def scene() -> None:
        first, second = [(await linked(database, SLACK)).new_code for _ in range(2)]
        await does(database, SLACK, KeepCode(code=first))
        assert (await linked(database, TEAMS, first, AT + GOOD_FOR - timedelta(seconds=1))).owner is not None
        assert (await linked(database, TEAMS, first, AT + GOOD_FOR)).owner is None
        with pytest.raises(StaleReview):
            await does(database, TEAMS, Join(account=SLACK, code=as_code(first)), AT + GOOD_FOR)
        await does(database, SLACK, KeepCode(code=second))
        assert (await linked(database, TEAMS, first)).owner is None
        assert (await linked(database, TEAMS, second)).owner is not None

    run(scene())


def test_no_code_is_kept_as_it_is_and_no_two_are_alike(database: Database) -> None:
    async def scene() -> None:
        codes = [(await linked(database, SLACK)).new_code for _ in range(200)]
        assert len(set(codes)) == 200
        assert all(any(sign.isdigit() for sign in code) for code in codes)
        await does(database, SLACK, KeepCode(code=codes[0]))
        assert as_code(codes[0]) not in str(await everything(database))

    run(scene())


def test_who_tries_several_codes_has_to_wait(database: Database) -> None:
    async def scene() -> None:
        code = (await linked(database, SLACK)).new_code
        await does(database, SLACK, KeepCode(code=code))
        for _ in range(MOST_TRIES):
            assert not (await linked(database, TEAMS, ANYTHING)).spent
            await does(database, TEAMS, CountTry())
        assert (await linked(database, TEAMS, code)).spent
        await does(database, TEAMS, KeepCode(code="AAAA-AAA2"))  # a code of one's own makes no room
        assert (await linked(database, TEAMS, code)).spent
        assert not (await linked(database, STRANGER, code)).spent
        later = AT + GOOD_FOR
        assert not (await linked(database, TEAMS, code, later)).spent
        await does(database, TEAMS, CountTry(), later)
        assert not (await linked(database, TEAMS, code, later)).spent

    run(scene())


def test_of_two_who_say_a_code_at_the_same_moment_one_is_joined(database_url: str) -> None:
    several = (
        [open_database(database_url)] * 2 if "sqlite" in database_url else [open_database(database_url) for _ in "ab"]
    )

    async def scene() -> None:
        await does(several[0], SLACK, KeepCode(code="BBBB-BBB2"))
        tries = (
            does(database, other, Join(account=SLACK, code="BBBBBBB2"))
            for database, other in zip(several, (TEAMS, STRANGER), strict=True)
        )
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(each) for each in done if each is not None] == [StaleReview]
        assert len(await with_whom(several[0], SLACK)) == 1

    run(scene())
    for each in dict.fromkeys(several):
        each.close()


# --- persons ---------------------------------------------------------------------------------------------------------


def test_whoever_is_joined_with_one_is_joined_with_all_and_parting_is_all_apart(database: Database) -> None:
    async def scene() -> None:
        await join(database, SLACK, TEAMS)
        await join(database, ANA, BEN)
        await join(database, TEAMS, ANA)
        everybody = {SLACK, TEAMS, ANA, BEN}
        for each in everybody:
            assert {each, *await with_whom(database, each)} == everybody
        await join(database, BEN, SLACK)  # again
        assert len(await with_whom(database, SLACK)) == 3
        await does(database, TEAMS, Part())
        assert [await with_whom(database, each) for each in everybody] == [[]] * 4
        await join(database, SLACK, TEAMS)
        assert (await with_whom(database, SLACK), await with_whom(database, ANA)) == ([TEAMS], [])

    run(scene())


def test_what_is_said_on_one_account_counts_on_all_and_stays_when_they_part(database: Database) -> None:
    quiet, short = Preferences(nudges=False), Preferences(zone="Europe/Berlin")

    async def said(*accounts: Account) -> list[Preferences]:
        return [(await database.read(known_of, each)).preferences for each in accounts]

    def wishes(wish: Preferences) -> Decide:
        return lambda activity, found: Turn(review=None, preferences=wish)

    async def scene() -> None:
        await database.units(save_preferences, [SLACK], quiet, AT)
        await database.units(save_preferences, [TEAMS], short, AT)
        await join(database, SLACK, TEAMS)
        assert await said(SLACK, TEAMS) == [replace(quiet, zone="Europe/Berlin")] * 2
        await taken(database, command("nudges on", TEAMS), wishes(short))
        assert await said(SLACK, TEAMS, STRANGER) == [short, short, Preferences()]
        await does(database, SLACK, Part())
        await taken(database, command("nudges off", TEAMS), wishes(quiet))
        assert await said(SLACK, TEAMS) == [short, quiet]

    run(scene())


def test_joining_and_parting_is_a_reason_to_look_at_everybody_again(database: Database) -> None:
    async def scene() -> None:
        await with_looks(database.units, "Claims", {"ana": LATER, "ben": LATER, "eve": LATER})
        lease = (await claimed(database.units)).lease
        found = (await pending(database, BEN))[BEN]
        await join(database, ANA, TEAMS)
        assert (await looks_of(database))["ana"] == AT
        await join(database, ANA, BEN)
        assert {who: at for who, at in (await looks_of(database)).items() if at == AT} == {"ana": AT, "ben": AT}
        with pytest.raises(LookAgain):
            await kept(database.units, planned(found), lease)

    run(scene())


# --- the same e-mail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "joined"),
    [
        ({}, True),
        ({"email": "ben@acme.example"}, False),
        ({"email": None}, False),
        ({"vouched": False}, False),
        ({"here": False}, False),
        ({"bot": True}, False),
        ({"guest": True}, False),
        ({"outsider": True}, False),
    ],
)
def test_accounts_on_two_platforms_with_the_same_email_are_found(
    database: Database, changes: dict[str, object], joined: bool
) -> None:
    async def scene() -> None:
        found = await known(database, somebody(SLACK), somebody(TEAMS, **changes))
        assert found == ([(SLACK, TEAMS)] if joined else [])

    run(scene())


def test_by_name_nobody_is_found(database: Database) -> None:
    async def scene() -> None:
        people = (somebody(SLACK, name="Ana Lima", email=None), somebody(TEAMS, name="Ana Lima", email=None))
        assert await known(database, *people) == []

    run(scene())


def test_an_email_that_two_accounts_of_a_platform_have_says_of_neither_whose_it_is(database: Database) -> None:
    async def scene() -> None:
        assert await known(database, somebody(SLACK), somebody(TEAMS), somebody(STRANGER)) == []
        assert await known(database, somebody(STRANGER, vouched=False)) == [(SLACK, TEAMS)]
        await database.units(join_by_email, (SLACK, TEAMS), AT)
        assert await known(database, somebody(STRANGER)) == []
        assert await with_whom(database, SLACK) == [TEAMS]

    run(scene())


def test_who_has_parted_is_joined_by_no_email_and_who_is_joined_is_not_found_again(database: Database) -> None:
    async def scene() -> None:
        (pair,) = await known(database, somebody(SLACK), somebody(TEAMS))
        await database.units(join_by_email, pair, AT)
        assert await known(database) == []
        await does(database, SLACK, Part())
        assert await known(database) == []
        await database.units(join_by_email, pair, AT)  # it was found before they parted
        assert await with_whom(database, SLACK) == []
        await join(database, SLACK, TEAMS)  # but by the word
        assert await with_whom(database, SLACK) == [TEAMS]

    run(scene())


def test_an_email_gives_nobody_a_second_account_in_one_place(database: Database) -> None:
    async def scene() -> None:
        another = replace(TEAMS, id="29:2")
        await join(database, SLACK, another)
        await database.units(join_by_email, (SLACK, TEAMS), AT)
        assert await with_whom(database, SLACK) == [another]

    run(scene())


# --- being told ------------------------------------------------------------------------------------------------------


def command(
    text: str, account: Account = SLACK, *, key: str = "", kind: ActivityKind = ActivityKind.COMMAND
) -> Activity:
    return Activity(
        keys=(key or f"{text}/{account.id}", f"also/{key or text}/{account.id}"),
        kind=kind,
        actor=Actor(id=account.id, name=account.id),
        reference=ConversationReference(platform=account.platform, tenant=account.tenant, channel="C"),
        at=AT,
        text=text,
    )


async def taken(database: Database, activity: Activity, decide: Decide) -> Turn | None:
    return await database.units(run_turn, activity, decide, PackShelf())


def telling(found: list[Found], *, effects: Iterable[Whisper | Write] = ()) -> Decide:
    def decide(_activity: Activity, here: Found) -> Turn:
        found.append(here)
        return Turn(review=None, effects=tuple(effects), joining=NoteTold() if here.untold else None)

    return decide


def test_who_was_joined_by_an_email_is_told_once_on_each_side(database: Database) -> None:
    async def scene() -> None:
        await database.units(join_by_email, (SLACK, TEAMS), AT)
        found: list[Found] = []
        for key, account in (("a", SLACK), ("b", SLACK), ("c", TEAMS), ("d", TEAMS), ("e", STRANGER)):
            await taken(database, command("good morning", account, key=key, kind=ActivityKind.MESSAGE), telling(found))
        assert [each.untold for each in found] == [True, False, True, False, False]
        assert [[each.account for each in here.joined] for here in found] == [[TEAMS], [], [SLACK], [], []]
        await taken(database, command("list", SLACK), telling(found))
        assert [each.account for each in found[-1].joined] == [TEAMS]

    run(scene())


@pytest.mark.parametrize("kind", [ActivityKind.LEFT, ActivityKind.AWAY, ActivityKind.LAPSE, ActivityKind.DELETION])
def test_what_happens_to_somebody_is_nothing_to_tell_them_with(database: Database, kind: ActivityKind) -> None:
    async def scene() -> None:
        await database.units(join_by_email, (SLACK, TEAMS), AT)
        found: list[Found] = []
        await taken(database, command("x", SLACK, kind=kind), telling(found))
        assert [each.untold for each in found] == [False]

    run(scene())


def test_a_turn_that_is_not_kept_has_told_nobody(database: Database) -> None:
    def breaks(_activity: Activity, here: Found) -> Turn:
        assert here.untold
        raise ValueError

    async def scene() -> None:
        await database.units(join_by_email, (SLACK, TEAMS), AT)
        with pytest.raises(ValueError):  # noqa: PT011  # it has no message
            await taken(database, command("list"), breaks)
        found: list[Found] = []
        await taken(database, command("list"), telling(found))
        assert found[0].untold

    run(scene())


def test_who_is_told_at_the_same_moment_is_told_once(database: Database) -> None:
    async def scene() -> None:
        await database.units(join_by_email, (SLACK, TEAMS), AT)
        await does(database, SLACK, NoteTold())
        with pytest.raises(StaleReview):
            await does(database, SLACK, NoteTold())

    run(scene())


def test_a_message_to_the_other_side_goes_to_its_platform_and_belongs_to_no_review(database: Database) -> None:
    card = tiny.notice(Notice.JOINED)

    async def scene() -> None:
        effects = (Whisper(to="U1", card=card), Write(to=TEAMS, card=card))
        await taken(database, command("link x"), telling([], effects=effects))
        whisper, written = sorted((await everything(database))["outbox"], key=lambda row: row["id"])
        assert (whisper["platform"], whisper["lane"]) == ("slack", "person/slack/T1/U1")
        names = ("platform", "tenant", "channel", "thread", "review_id", "message_key", "to_person", "lane", "kind")
        assert [written[name] for name in names] == [
            *("teams", "T9", "", None, None, None, "29:1", "person/teams/T9/29:1", DeliveryKind.POST),
        ]

    run(scene())


# --- one letter a day ------------------------------------------------------------------------------------------------


async def with_reviews(database: Database) -> None:
    await with_looks(database.units, "Claims", {"ana": AT})
    await with_looks(database.units, "Letters", {"ben": AT})


def test_a_letter_to_one_account_is_the_letter_of_all(database: Database) -> None:
    async def scene() -> None:
        await with_reviews(database)
        await kept(database.units, planned((await pending(database, ANA))[ANA]))
        assert (await pending(database, BEN))[BEN].told == Told()
        await join(database, ANA, BEN)  # on the same day
        found = await pending(database, ANA, BEN, TEAMS)
        assert found[BEN].told == Told(letter_on=TODAY, letter_at=AT, letter_here=False, others=(ANA,))
        assert found[ANA].told == Told(letter_on=TODAY, letter_at=AT, others=(BEN,))
        await kept(database.units, planned(found[BEN], day=TODAY + DAY, at=AT + DAY))
        found = await pending(database, ANA, BEN)
        assert (found[ANA].told.letter_at, found[ANA].told.letter_here) == (AT + DAY, False)
        await does(database, BEN, Part())
        assert (await pending(database, ANA))[ANA].told == Told(letter_on=TODAY, letter_at=AT)

    run(scene())


def test_a_digest_elsewhere_is_known_and_is_not_this_ones(database: Database) -> None:
    async def scene() -> None:
        await with_reviews(database)
        await join(database, ANA, BEN)
        await kept(database.units, with_digest(planned((await pending(database, ANA))[ANA])))
        found = await pending(database, ANA, BEN)
        assert (found[ANA].told, found[BEN].told) == (
            Told(digest_at=AT, others=(BEN,)),
            Told(digest_elsewhere_at=AT, others=(ANA,)),
        )

    run(scene())


@pytest.mark.parametrize("digest", [False, True])
def test_of_several_who_write_to_one_persons_accounts_one_does(database_url: str, digest: bool) -> None:
    several = [open_database(database_url)]
    several += several if database_url.startswith("sqlite") else [open_database(database_url)]

    async def scene() -> None:
        await with_reviews(several[0])
        await join(several[0], ANA, BEN)
        found = await pending(several[0], ANA, BEN)
        plans = [replace(planned(found[who]), told=found[who].told) for who in (ANA, BEN)]
        plans = [with_digest(plan) if digest else plan for plan in plans]
        kept_by = (kept(database.units, plan) for database, plan in zip(several, plans, strict=True))
        done = await asyncio.gather(*kept_by, return_exceptions=True)
        assert [type(each) for each in done if each is not None] == [AlreadyTold]
        assert len((await everything(several[0]))["ledger"]) == 1

    run(scene())
    for each in dict.fromkeys(several):
        each.close()


def test_nothing_takes_more_statements_for_who_is_joined_but_writing_to_them(database: Database) -> None:
    async def counts() -> list[int]:
        found = (await pending(database, ANA))[ANA]
        taking = command("list", ANA, key=f"{len(found.told.others)}")
        with counted() as reading:
            await pending(database, ANA)
        with counted() as turning:
            await taken(database, taking, lambda *_: Turn(review=None))
        with counted() as writing:
            day = len(found.told.others) * DAY
            await kept(database.units, replace(planned(found, day=TODAY + day, at=AT + day), told=found.told))
        return [len(reading), len(turning), len(writing)]

    async def scene() -> None:
        await with_looks(database.units, "Claims", {"ana": AT})
        alone = await counts()
        await join(database, ANA, BEN)
        joined = await counts()
        assert [after - before for before, after in zip(alone, joined, strict=True)] == [0, 0, 2]

    run(scene())


def test_nobody_is_known_of_who_was_never_heard_of(database: Database) -> None:
    assert run(database.read(known_of, SLACK)) == Known(person=None, preferences=Preferences(), joined=())
