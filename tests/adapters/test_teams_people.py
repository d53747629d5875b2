"""Who people are in Teams: what they say of themselves, what the roster says, and what neither may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.teams.people import to_person
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.people import Person
from tests.adapters.teams_talk import NOON, Talk, in_teams
from tests.fake_teams import TENANT, Trouble

PLAIN = Person(platform="teams", tenant=TENANT, id="29:1", name="Ana Lima", read_at=NOON)


def said_by(t: Talk, who: str, *, names: tuple[str, ...] = (), channel: str = "claims") -> Activity:
    person, others = t.teams.person(who), [t.teams.person(each) for each in names]
    return Activity(
        keys=("k",),
        kind=ActivityKind.MESSAGE,
        actor=Actor(id=person.id, name=person.name),
        reference=ConversationReference(platform="teams", tenant=TENANT, channel=t.teams.place(channel).id),
        at=NOON,
        people={each.id: Actor(id=each.id, name=each.name) for each in others},
    )


def kept(t: Talk, who: str) -> Person | None:
    return t.shelf.rows.get((TENANT, t.teams.person(who).id))


async def known(t: Talk, who: str) -> Person:
    """Once the roster was asked."""
    found = await t.people.person(TENANT, t.teams.person(who).id)
    assert found is not None
    return found


@in_teams
async def test_who_speaks_says_their_name_and_zone_and_the_roster_the_rest(t: Talk) -> None:
    await t.meets("ana", privately=True)
    first = kept(t, "ana")
    assert first is not None
    assert (first.name, first.zone, first.email) == ("ana", "Europe/London", None)
    ana = await known(t, "ana")
    assert (ana.name, ana.zone, ana.email) == ("ana", "Europe/London", "ana@acme.example")
    assert await t.people.zone(TENANT, ana.id) == ZoneInfo("Europe/London")
    assert (ana.here, ana.bot, ana.guest, ana.outsider) == (True, False, False, False)
    assert kept(t, "ana") == ana
    await known(t, "ana")
    assert t.methods() == ["member"]


@in_teams
async def test_a_zone_is_what_was_said_last_and_the_roster_takes_none_away(t: Talk) -> None:
    await t.meets("ana", privately=True)
    await known(t, "ana")
    await t.meets("ana", privately=True, zone="Asia/Tokyo", name=None)
    assert (await known(t, "ana")).zone == "Asia/Tokyo"
    for zone in (None, "Nowhere/At_all", "../etc/passwd", "Europe/London" * 1_000):
        await t.meets("ana", privately=True, zone=zone)
    t.clock.now += timedelta(days=2)
    ana = await known(t, "ana")
    assert (ana.zone, ana.email, ana.read_at) == ("Asia/Tokyo", "ana@acme.example", t.clock.now)
    assert t.methods() == ["member", "member"]


@in_teams
async def test_who_says_nothing_new_is_not_written_down_again(t: Talk) -> None:
    for _ in range(20):
        await t.meets("ana", privately=True)
    assert t.book.kept == 1
    t.clock.now += timedelta(minutes=2)
    await t.meets("ana", privately=True)
    assert t.book.kept == 2
    await t.meets("ana", service_url="http://127.0.0.1/emea/")
    assert t.book.rows[TENANT, t.teams.person("ana").id].service_url == "http://127.0.0.1/emea/"
    assert t.book.rows[TENANT, t.teams.person("ana").id].conversation == t.teams.personal("ana").id


@in_teams
async def test_who_speaks_in_channels_only_is_written_down_once_an_hour(t: Talk) -> None:
    for _ in range(31):
        await t.meets("ana")
        t.clock.now += timedelta(minutes=2)
    assert t.book.kept == 1
    await t.meets("ana")
    assert t.book.kept == 2


@in_teams
async def test_who_is_only_added_is_nobody_until_they_are_asked_about(t: Talk) -> None:
    await t.meets("ben", name=None, zone=None)
    assert kept(t, "ben") is None
    await t.people.knows(said_by(t, "ana", names=("ben",)))
    assert (await known(t, "ben")).name == "ben"


@in_teams
async def test_who_is_named_is_asked_about_at_once_in_the_channel(t: Talk) -> None:
    await t.meets("ana")
    t.teams.person("ben").role = "guest"
    found = await t.people.knows(said_by(t, "ana", names=("ben",)))
    assert found.people[t.teams.person("ben").id].name == "ben"
    ben = kept(t, "ben")
    assert ben is not None
    assert ben.guest
    assert t.teams.called("member")[-1].conversation == t.teams.place("claims").id


@in_teams
async def test_who_was_never_seen_anywhere_is_their_id(t: Talk) -> None:
    ben = t.teams.person("ben").id
    await t.meets("ana")
    assert await t.people.names(TENANT, [ben]) == {ben: ben}
    assert t.methods() == []


@in_teams
async def test_the_bot_is_never_asked_about(t: Talk) -> None:
    assert await t.people.names(TENANT, ["28:bot", ""]) == {"28:bot": "28:bot", "": ""}
    assert t.methods() == []


@in_teams
async def test_names_are_those_of_who_is_known_and_no_other_words(t: Talk) -> None:
    await t.meets("ana")
    emulated = replace(PLAIN, id="user-id-1", name="Alex")
    t.shelf.rows[TENANT, "user-id-1"] = emulated
    ana = t.teams.person("ana").id
    assert await t.people.names_of(TENANT, [ana, "user-id-1", "Claims Copilot", "core", ""]) == {
        ana: "ana",
        "user-id-1": "Alex",
    }


@in_teams
async def test_an_administrator_may_be_named_by_an_e_mail_that_the_tenant_vouches_for(t: Talk) -> None:
    await t.meets("ana", privately=True)
    await known(t, "ana")
    assert (await t.people.knows(said_by(t, "ana"))).actor.admin
    theirs = {"id": "29:2", "name": "Ana", "email": "ana@acme.example", "tenantId": "another"}
    stranger = to_person(theirs, TENANT, NOON)
    assert stranger is not None
    assert (stranger.outsider, stranger.email) == (True, None)


@pytest.mark.parametrize("how", [500, "Throttled", "SomethingElse", Trouble.DROP_BEFORE], ids=str)
def test_where_the_roster_cannot_be_had_what_was_said_stands(how: Any) -> None:
    @in_teams
    async def scene(t: Talk) -> None:
        await t.meets("ana", privately=True)
        how_now = "ServiceError" if how == "SomethingElse" else how
        t.teams.fail("member", how_now, times=None)
        assert (await known(t, "ana")).name == "ana"
        assert await t.people.gone(TENANT, [t.teams.person("ana").id]) == frozenset()

    scene()


@in_teams
async def test_who_was_chosen_out_of_the_directory_is_found_by_their_other_id(t: Talk) -> None:
    ana, ben = t.teams.person("ana"), t.teams.person("ben")
    await t.meets("ana")
    claims = t.teams.place("claims").id
    wanted = [ana.directory_id, ben.directory_id, "nobody"]
    assert await t.people.by_directory(TENANT, wanted) == {ana.directory_id: ana.id}
    assert t.methods() == []
    found = {ana.directory_id: ana.id, ben.directory_id: ben.id}
    assert await t.people.by_directory(TENANT, wanted, channel=claims) == found
    assert kept(t, "ben") is not None
    assert await t.people.by_directory(TENANT, wanted) == found
    assert t.methods() == ["member", "member"]
    t.teams.fail("member", 500, times=None)
    assert await t.people.by_directory(TENANT, ["nobody"], channel=claims) == {}


# --- the roll --------------------------------------------------------------------------------------------------------


@in_teams
async def test_who_was_taken_out_of_a_team_is_looked_for_at_once_wherever_they_were_seen(t: Talk) -> None:
    ana, ben, claims = t.teams.person("ana"), t.teams.person("ben"), t.teams.place("claims").id
    for who in ("ana", "ben"):
        await t.meets(who, privately=True)
        await known(t, who)
    ana.gone = True
    assert await t.people.gone(TENANT, [ana.id, ben.id]) == frozenset()
    for person in (ana, ben):
        t.teams.place("claims").members.discard(person.id)
        await t.people.parted(TENANT, person.id, claims)
    assert await t.people.gone(TENANT, [ana.id, ben.id]) == {ana.id}


@in_teams
async def test_who_is_in_no_roster_any_more_is_here_no_longer(t: Talk) -> None:
    ana, ben = t.teams.person("ana"), t.teams.person("ben")
    for who in ("ana", "ben"):
        await t.meets(who, privately=True)
        await t.people.knows(said_by(t, who))
        await known(t, who)
    ana.gone = True
    t.clock.now += timedelta(days=2)
    assert await t.people.gone(TENANT, [ana.id, ben.id]) == {ana.id}
    before = kept(t, "ana")
    assert before is not None
    assert (before.here, before.name, before.zone) == (False, "ana", "Europe/London")
    await t.meets("ana", privately=True)
    assert await t.people.gone(TENANT, [ana.id, ben.id]) == frozenset()


@in_teams
async def test_who_closed_their_chat_or_left_a_channel_has_not_left_by_that(t: Talk) -> None:
    ana, ben = t.teams.person("ana"), t.teams.person("ben")
    await t.meets("ana", privately=True)
    await t.meets("ben")
    for who in ("ana", "ben"):
        await t.people.knows(said_by(t, who))
        await known(t, who)
    ana.blocks_bot = True
    t.teams.place("claims").members.remove(ben.id)
    t.clock.now += timedelta(days=2)
    assert await t.people.gone(TENANT, [ana.id, ben.id]) == frozenset()


@in_teams
async def test_where_the_bot_is_shut_out_of_the_channel_nobody_has_left_by_that(t: Talk) -> None:
    ana = t.teams.person("ana")
    await t.meets("ana", privately=True)
    await t.people.knows(said_by(t, "ana"))
    await known(t, "ana")
    ana.blocks_bot = True
    t.teams.place("claims").installed = False
    t.clock.now += timedelta(days=2)
    assert await t.people.gone(TENANT, [ana.id]) == frozenset()


@in_teams
async def test_who_was_only_mentioned_is_called_as_in_the_mention_until_a_roster_says_more(t: Talk) -> None:
    lee = replace(said_by(t, "ana").actor, id="29:never-met", name="Lee Park")
    await t.people.knows(replace(said_by(t, "ana"), people={lee.id: lee}))
    assert await t.people.names(TENANT, [lee.id]) == {lee.id: "Lee Park"}


# --- a member --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "differs"),
    [
        ({}, {}),
        ({"name": " "}, {}),
        ({"name": None, "givenName": None, "surname": None}, {"name": "29:1"}),
        ({"email": "Ana.Lima@Acme.Example"}, {"email": "ana.lima@acme.example", "vouched": True}),
        ({"email": "ana@acme.example", "tenantId": None}, {"email": "ana@acme.example"}),
        ({"userRole": "guest"}, {"guest": True}),
        ({"userRole": "anonymous"}, {"guest": True}),
        ({"tenantId": "another", "email": "a@b.example"}, {"outsider": True}),
        ({"tenantId": None}, {}),
        ({"id": "28:bot"}, {"id": "28:bot", "bot": True}),
        ({"email": 5, "userRole": ["guest"], "tenantId": {}}, {}),
    ],
    ids=str,
)
def test_a_member_is_read_field_by_field(fields: dict[str, Any], differs: dict[str, Any]) -> None:
    usual = {
        "id": "29:1",
        "name": "Ana Lima",
        "givenName": "Ana",
        "surname": "Lima",
        "tenantId": TENANT,
        "userRole": "user",
    }
    assert to_person({**usual, **fields}, TENANT, NOON) == replace(PLAIN, **differs)


@pytest.mark.parametrize("member", [{}, {"id": 5}, {"id": "29/1"}, {"name": "ana"}], ids=str)
def test_without_an_id_a_member_is_nobody(member: dict[str, Any]) -> None:
    assert to_person(member, TENANT, NOON) is None
