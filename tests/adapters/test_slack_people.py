from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters import people as module
from adapters.slack.people import People, to_person
from adapters.slack.workspaces import Workspaces
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.errors import Busy
from conversations.people import Person
from tests.fake_slack import BOT_TOKEN, FakeSlack, Trouble
from tests.fake_slack_state import TEAM

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANA = Person(platform="slack", tenant=TEAM, id="U0ANA", name="Ana of old", admin=True, read_at=AT - timedelta(hours=1))


class Kept:
    """A `ports.PeopleStore`."""

    def __init__(self, *people: Person) -> None:
        self.rows = {(each.tenant, each.id): each for each in people}
        self.busy = False
        self.looked = 0

    async def keep(self, people: Iterable[Person]) -> None:
        if self.busy:
            raise Busy
        self.rows |= {(each.tenant, each.id): each for each in people}

    async def find(self, _platform: str, tenant: str, ids: Iterable[str]) -> tuple[Person, ...]:
        if self.busy:
            raise Busy
        self.looked += 1
        return tuple(self.rows[tenant, who] for who in ids if (tenant, who) in self.rows)


class World:
    def __init__(self, slack: FakeSlack, store: Kept, workspaces: Workspaces) -> None:
        self.now = AT
        self.slack = slack
        self.store = store
        self.people = People(store, workspaces, lambda: self.now)

    async def name(self, who: str) -> str:
        return (await self.people.names(TEAM, [who]))[who]

    @property
    def asked(self) -> list[str]:
        return [str(call.arguments["user"]) for call in self.slack.called("users.info")]


@asynccontextmanager
async def world(*kept: Person) -> AsyncIterator[World]:
    async with FakeSlack() as slack:
        workspaces = Workspaces(BOT_TOKEN, api_url=slack.base_url)
        here = World(slack, Kept(*kept), workspaces)
        try:
            yield here
        finally:
            await here.people.close()
            await workspaces.close()


def plays(scene: Callable[[World], Awaitable[None]], *kept: Person) -> None:
    async def play() -> None:
        async with world(*kept) as here:
            await scene(here)

    asyncio.run(play())


def test_a_name_is_asked_for_once_and_kept() -> None:
    async def scene(here: World) -> None:
        for _ in range(2):
            assert await here.people.names(TEAM, ["U0ANA", "U0BEN", "U0ANA"]) == {"U0ANA": "ana", "U0BEN": "ben"}
        assert sorted(here.asked) == ["U0ANA", "U0BEN"]
        assert set(here.store.rows) == {(TEAM, "U0ANA"), (TEAM, "U0BEN")}
        assert await here.people.zone(TEAM, "U0ANA") == ZoneInfo("Europe/London")

    plays(scene)


def test_what_is_kept_is_believed_for_a_day_and_then_asked_anew() -> None:
    async def scene(here: World) -> None:
        assert await here.name("U0ANA") == "Ana of old"
        here.now += timedelta(hours=22)
        assert await here.name("U0ANA") == "Ana of old"
        assert here.asked == []
        here.now += timedelta(hours=1)
        assert await here.name("U0ANA") == "ana"
        assert here.asked == ["U0ANA"]

    plays(scene, ANA)


def test_what_another_process_heard_counts_minutes_later() -> None:
    async def scene(here: World) -> None:
        assert await here.name("U0ANA") == "Ana of old"
        await here.store.keep([replace(ANA, name="Ana María")])
        assert await here.name("U0ANA") == "Ana of old"
        here.now += timedelta(minutes=5)
        assert await here.name("U0ANA") == "Ana María"
        assert here.asked == []

    plays(scene, ANA)


def test_many_who_ask_for_the_same_person_at_once_ask_slack_once() -> None:
    async def scene(here: World) -> None:
        names = await asyncio.gather(*(here.name("U0ANA") for _ in range(10)))
        assert (set(names), here.asked) == ({"ana"}, ["U0ANA"])

    plays(scene)


def test_somebody_whom_slack_does_not_know_is_their_id_for_an_hour() -> None:
    async def scene(here: World) -> None:
        for _ in range(2):
            assert await here.name("U0NOBODY") == "U0NOBODY"
        here.now += timedelta(minutes=59)
        assert await here.people.person(TEAM, "U0NOBODY") is None
        assert await here.people.zone(TEAM, "U0NOBODY") is None
        assert here.asked == ["U0NOBODY"]
        here.slack.adds_person("nobody")
        here.now += timedelta(minutes=1)
        assert await here.name("U0NOBODY") == "nobody"

    plays(scene)


@pytest.mark.parametrize("how", ["ratelimited", "invalid_auth", 500, Trouble.DROP_BEFORE], ids=str)
def test_where_slack_does_not_answer_the_id_stands_for_the_name_and_it_is_tried_again_later(how: Any) -> None:
    async def scene(here: World) -> None:
        here.slack.fail("users.info", how, times=None)
        assert await here.name("U0BEN") == "U0BEN"
        asked = here.asked  # a read may be repeated by whoever carries it
        assert await here.name("U0BEN") == "U0BEN"
        assert here.asked == asked
        here.slack.heals()
        here.now += timedelta(minutes=5)
        assert await here.name("U0BEN") == "ben"

    plays(scene)


def test_an_old_name_is_better_than_none() -> None:
    async def scene(here: World) -> None:
        here.slack.fail("users.info", 500, times=None)
        for _ in range(2):
            assert await here.name("U0ANA") == "Ana of old"
        assert here.asked == ["U0ANA"]

    plays(scene, replace(ANA, read_at=AT - timedelta(days=3)))


def test_a_message_does_not_wait_long_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.05)

    async def scene(here: World) -> None:
        here.slack.fail("users.info", Trouble.SLOW, seconds=0.3)
        assert await here.name("U0BEN") == "U0BEN"
        await asyncio.sleep(0.4)  # the answer is not lost
        assert await here.name("U0BEN") == "ben"
        assert here.asked == ["U0BEN"]

    plays(scene)


def test_where_the_store_does_not_answer_ids_stand_for_names() -> None:
    async def scene(here: World) -> None:
        here.store.busy = True
        assert await here.name("U0ANA") == "U0ANA"
        assert here.asked == []
        here.store.busy = False
        assert await here.name("U0ANA") == "Ana of old"

    plays(scene, ANA)


def test_what_is_no_person_is_never_asked_for() -> None:
    async def scene(here: World) -> None:
        assert await here.people.names(TEAM, ["B0BOT", "A1", ""]) == {"B0BOT": "B0BOT", "A1": "A1", "": ""}
        assert here.asked == []

    plays(scene)


def test_the_longest_unused_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 2)

    async def scene(here: World) -> None:
        for who in ("U0ANA", "U0BEN", "U0LEE"):
            await here.name(who)
        looked = here.store.looked
        await here.name("U0LEE")
        assert here.store.looked == looked
        assert await here.name("U0ANA") == "ana"
        assert here.asked == ["U0ANA", "U0BEN", "U0LEE"]

    plays(scene)


def test_what_slack_tells_by_itself_counts_at_once() -> None:
    async def scene(here: World) -> None:
        assert await here.name("U0ANA") == "Ana of old"
        told = await here.people.saw({"id": "U0ANA", "team_id": TEAM, "name": "ana", "deleted": True}, TEAM)
        assert told == here.store.rows[TEAM, "U0ANA"]
        assert await here.people.person(TEAM, "U0ANA") == told
        assert told is not None
        assert not told.here
        assert await here.people.saw({"name": "nobody"}, TEAM) is None
        assert here.asked == []

    plays(scene, ANA)


# --- the roll ---------------------------------------------------------------------------------------------------------


LONG_AGO = AT - timedelta(days=3)


def test_the_roll_finds_who_was_deactivated() -> None:
    async def scene(here: World) -> None:
        here.slack.people["U0BEN"].deleted = True
        assert await here.people.gone(TEAM, ["U0ANA", "U0BEN", "U0LEE"]) == {"U0BEN"}
        assert here.asked == ["U0BEN", "U0LEE"]  # of Ana it is known
        assert await here.people.gone(TEAM, ["U0ANA", "U0BEN", "U0LEE"]) == {"U0BEN"}
        assert len(here.asked) == 2

    plays(scene, ANA)


@pytest.mark.parametrize("trouble", ["user_not_found", "ratelimited", 500, Trouble.DROP_BEFORE])
def test_nobody_has_left_because_slack_does_not_say(trouble: Any) -> None:
    async def scene(here: World) -> None:
        here.slack.fail("users.info", trouble, times=None)
        assert await here.people.gone(TEAM, ["U0ANA", "U0BEN"]) == frozenset()
        here.store.busy = True
        assert await here.people.gone(TEAM, ["U0LEE"]) == frozenset()

    plays(scene, replace(ANA, read_at=LONG_AGO))


def test_one_call_of_the_roll_asks_about_a_few_and_the_next_about_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CALLED", 2)
    lee = replace(ANA, id="U0LEE", read_at=LONG_AGO - timedelta(days=1))

    async def scene(here: World) -> None:
        everybody = ["U0ANA", "U0BEN", "U0LEE"]
        await here.people.gone(TEAM, everybody)
        assert sorted(here.asked) == ["U0BEN", "U0LEE"]
        here.slack.people["U0ANA"].deleted = True
        assert await here.people.gone(TEAM, everybody) == {"U0ANA"}
        assert here.asked[2:] == ["U0ANA"]

    plays(scene, replace(ANA, read_at=LONG_AGO), lee)


# --- an activity -----------------------------------------------------------------------------------------------------


def activity(**fields: Any) -> Activity:
    plain = Activity(
        keys=("k",),
        kind=ActivityKind.MESSAGE,
        actor=Actor(id="U0ANA", name="U0ANA"),
        reference=ConversationReference(platform="slack", tenant=TEAM, channel="C1"),
        at=AT,
        text="<@U0BEN> and <@U0ZOE>",
        people={who: Actor(id=who, name=who) for who in ("U0BEN", "U0ZOE")},
    )
    return replace(plain, **fields)


def test_an_activity_says_what_is_known_of_its_people() -> None:
    ben = replace(ANA, id="U0BEN", name="ben", admin=False, bot=True, outsider=True)

    async def scene(here: World) -> None:
        known = await here.people.knows(activity())
        assert known.actor == Actor(id="U0ANA", name="Ana of old", admin=True)
        assert known.people == {
            "U0BEN": Actor(id="U0BEN", name="ben", bot=True, outsider=True),
            "U0ZOE": Actor(id="U0ZOE", name="U0ZOE"),
        }
        assert known == activity(actor=known.actor, people=known.people)
        assert here.asked == ["U0ZOE"]

    plays(scene, ANA, ben)


def test_who_is_named_for_the_first_time_is_asked_about_at_once() -> None:
    async def scene(here: World) -> None:
        here.slack.people["U0BEN"].is_stranger = True
        known = (await here.people.knows(activity())).people
        assert (known["U0BEN"].name, known["U0BEN"].outsider) == ("ben", True)

    plays(scene, ANA)


def test_who_speaks_for_the_first_time_is_known_the_next_time() -> None:
    async def scene(here: World) -> None:
        alone = activity(people={})
        assert (await here.people.knows(alone)).actor.name == "U0ANA"
        await here.slack.until(lambda: (TEAM, "U0ANA") in here.store.rows)
        assert (await here.people.knows(alone)).actor.name == "ana"

    plays(scene)


def test_nobody_waits_long_for_whom_a_message_names_nor_are_many_asked_about() -> None:
    async def scene(here: World) -> None:
        here.slack.fail("users.info", Trouble.SLOW, seconds=5, times=None)
        many = {f"U9{n:03}": Actor(id=f"U9{n:03}", name="?") for n in range(500)}
        async with asyncio.timeout(3):
            assert (await here.people.knows(activity(people=many))).people == many
        assert len(here.people._asking) <= 21

    plays(scene, ANA)


def test_an_administrator_may_be_named_by_their_e_mail() -> None:
    async def scene(here: World) -> None:
        people = People(here.store, here.people._workspaces, lambda: here.now, admins=frozenset({"Zoe@Acme.io"}))
        known = await people.knows(activity())
        assert (known.people["U0ZOE"].admin, known.people["U0BEN"].admin) == (True, False)
        await people.close()

    zoe = replace(ANA, id="U0ZOE", admin=False, email="zoe@acme.io")
    plays(scene, ANA, zoe, replace(zoe, id="U0BEN", email=None))


def test_who_came_from_elsewhere_does_so_whatever_is_known() -> None:
    async def scene(here: World) -> None:
        stranger = Actor(id="U0ANA", name="U0ANA", outsider=True, bot=True)
        assert (await here.people.knows(activity(actor=stranger))).actor == replace(
            stranger, name="Ana of old", admin=True
        )

    plays(scene, ANA)


# --- a user object ---------------------------------------------------------------------------------------------------


def person(**fields: Any) -> Person:
    told = to_person({"id": "U1", "team_id": "T1", "name": "ana", **fields}, "T1", AT)
    assert told is not None
    return told


PLAIN = Person(platform="slack", tenant="T1", id="U1", name="ana", read_at=AT)


@pytest.mark.parametrize(
    ("fields", "differs"),
    [
        ({}, {}),
        ({"real_name": "Ana Lima"}, {"name": "Ana Lima"}),
        ({"real_name": "Ana Lima", "profile": {"display_name": " Ana "}}, {"name": "Ana"}),
        ({"profile": {"display_name": "", "real_name": "Ana L."}}, {"name": "Ana L."}),
        ({"name": " \0"}, {"name": "U1"}),
        ({"tz": "Europe/Berlin"}, {"zone": "Europe/Berlin"}),
        ({"tz": "Nowhere/At all"}, {}),
        ({"tz": "../etc/passwd"}, {}),
        ({"profile": {"email": " Ana@acme.io"}}, {"email": "ana@acme.io"}),
        (
            {"profile": {"email": "ana@acme.io"}, "is_email_confirmed": True},
            {"email": "ana@acme.io", "vouched": True},
        ),
        ({"is_email_confirmed": True}, {}),
        ({"deleted": True}, {"here": False}),
        ({"is_bot": True}, {"bot": True}),
        ({"id": "USLACKBOT"}, {"id": "USLACKBOT", "bot": True}),
        ({"is_admin": True}, {"admin": True}),
        ({"is_owner": True}, {"admin": True}),
        ({"is_restricted": True}, {"guest": True}),
        ({"is_ultra_restricted": True}, {"guest": True}),
        ({"is_stranger": True}, {"outsider": True}),
        ({"team_id": "T2"}, {"outsider": True}),
        ({"team_id": "E1", "enterprise_user": {"enterprise_id": "E1", "teams": ["T0", "T1"]}}, {}),
        ({"team_id": "E2", "enterprise_user": {"enterprise_id": "E2", "teams": ["T2"]}}, {"outsider": True}),
        ({"team_id": None}, {}),
        ({"profile": None, "tz": 5, "is_admin": "yes", "enterprise_user": "E"}, {}),
    ],
    ids=str,
)
def test_a_user_object_is_read_field_by_field(fields: dict[str, Any], differs: dict[str, Any]) -> None:
    assert person(**fields) == replace(PLAIN, **differs)


def test_where_the_whole_organisation_installed_it_all_its_people_are_at_home() -> None:
    user = {"id": "W1", "team_id": "T7", "name": "ana", "enterprise_user": {"enterprise_id": "E1", "teams": ["T7"]}}
    told = to_person(user, "E1", AT)
    assert told is not None
    assert not told.outsider


@pytest.mark.parametrize("user", [{}, {"id": 5}, {"id": "U/1"}, {"name": "ana"}], ids=str)
def test_without_an_id_it_is_nobody(user: dict[str, Any]) -> None:
    assert to_person(user, "T1", AT) is None
