"""Where deliveries go in Teams, and what links lead to."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.teams.news import ChannelTold, Reach
from adapters.teams.places import link
from conversations.people import Address
from tests.adapters import samples
from tests.adapters.teams_talk import NOON, Talk, in_teams
from tests.fake_teams import TENANT, Trouble, text_of

CARD = samples.follow_up()
CHANNEL = "19:claims@thread.tacv2"
THREAD = f"{CHANNEL};messageid=17"


def address(t: Talk, who: str) -> Address:
    return t.book.rows[TENANT, t.teams.person(who).id]


# --- chats -----------------------------------------------------------------------------------------------------------


@in_teams
async def test_the_chat_in_which_somebody_spoke_is_theirs(t: Talk) -> None:
    await t.meets("ana", privately=True)
    await t.says(CARD, to="ana", key="ask/steps/ana")
    assert len(t.teams.messages("@ana")) == 1
    assert t.teams.called("create") == []


@in_teams
async def test_a_chat_is_opened_once_and_kept(t: Talk) -> None:
    await t.meets("ana")
    for n in range(3):
        await t.says(CARD, to="ana", key=f"ask/{n}/ana")
    assert len(t.teams.messages("@ana")) == 3
    assert len(t.teams.called("create")) == 1
    assert address(t, "ana").conversation == t.teams.personal("ana").id
    assert address(t, "ana").directory == t.teams.person("ana").directory_id


@in_teams
async def test_who_was_never_met_is_spoken_to_by_what_the_tenant_told_last(t: Talk) -> None:
    assert (await t.fails(CARD, to="ben", key="ask/steps/ben")).retry_after_seconds == 300
    await t.meets("ana", service_url="http://127.0.0.1:9/")
    t.clock.now += timedelta(seconds=1)
    await t.meets("lee")
    await t.says(CARD, to="ben", key="ask/steps/ben")
    assert len(t.teams.messages("@ben")) == 1
    assert address(t, "ben").service_url == t.teams.service_url


@in_teams
async def test_a_chat_that_was_closed_is_lost_until_somebody_speaks_in_it_again(t: Talk) -> None:
    await t.meets("ana", privately=True)
    t.teams.person("ana").blocks_bot = True
    assert (await t.fails(CARD, to="ana", key="ask/steps/ana")).permanent
    assert address(t, "ana").lost
    assert (await t.fails(CARD, to="ana", key="ask/steps/ana")).permanent
    assert t.teams.calls[-1].method == "create"
    await t.meets("ana")  # in a channel, which opens no chat
    assert address(t, "ana").lost
    t.teams.person("ana").blocks_bot = False
    await t.meets("ana", privately=True)
    assert not address(t, "ana").lost
    await t.says(CARD, to="ana", key="ask/steps/ana")
    assert len(t.teams.messages("@ana")) == 1


@in_teams
async def test_where_somebody_is_spoken_to_is_remembered_for_a_moment(t: Talk) -> None:
    await t.meets("ana", privately=True)
    await t.says(CARD, to="ana", key="ask/steps/ana")
    t.book.busy = True
    await t.says(CARD, to="ana", key="ask/steps/ana")
    t.clock.now += timedelta(seconds=11)
    assert not (await t.fails(CARD, to="ana", key="ask/steps/ana")).permanent


@in_teams
async def test_a_chat_that_is_gone_is_opened_again_at_once(t: Talk) -> None:
    await t.meets("ana", conversation="a:1of-long-ago")
    await t.says(CARD, to="ana", key="ask/steps/ana")
    assert address(t, "ana").conversation == t.teams.personal("ana").id
    assert not address(t, "ana").lost
    assert len(t.teams.messages("@ana")) == 1


@in_teams
async def test_a_chat_that_is_gone_when_it_was_opened_again_is_lost(t: Talk) -> None:
    await t.meets("ana", conversation="a:1of-long-ago")
    t.teams.fail("post", 404, where="@ana", times=None)
    assert (await t.fails(CARD, to="ana", key="ask/steps/ana")).permanent
    assert address(t, "ana").lost
    assert (len(t.teams.called("create")), len(t.teams.called("post"))) == (1, 2)


@in_teams
async def test_what_could_not_be_opened_was_not_said(t: Talk) -> None:
    await t.meets("ana")
    t.teams.fail("create", Trouble.DROP_AFTER)
    failed = await t.fails(CARD, to="ana", key="ask/steps/ana")
    assert (failed.unknown, failed.permanent) == (False, False)


@in_teams
async def test_where_addresses_cannot_be_read_it_is_tried_again(t: Talk) -> None:
    await t.meets("ana")
    t.book.busy = True
    for fields in ({"to": "ana"}, {"key": "root"}):
        failed = await t.fails(CARD, **fields)
        assert (failed.unknown, failed.permanent) == (False, False)
    t.book.busy = False
    await t.says(CARD, to="ana")


# --- what is told of places ------------------------------------------------------------------------------------------


@in_teams
async def test_a_team_s_channels_are_those_that_were_told_of_and_its_first(t: Talk) -> None:
    places, told = t.sender.places, ChannelTold(id=CHANNEL, name="claims", team="19:team", service_url="http://x/")
    await places.told(TENANT, told, NOON)
    assert await places.channels_of(TENANT, "19:team") == [CHANNEL, "19:team"]
    assert await places.channels_of(TENANT, "19:other") == ["19:other"]


@in_teams
async def test_where_only_mentions_are_told_people_are_asked_to_mention_the_bot(t: Talk) -> None:
    told = ChannelTold(id=t.teams.place("claims").id, name="claims", team="19:team", service_url=t.teams.service_url)
    said = []
    for overheard in (None, True, None):
        await t.sender.places.told(TENANT, replace(told, overheard=overheard), t.clock.now)
        t.clock.now += timedelta(minutes=2)
        await t.meets("ana")
        await t.says(CARD)
        said.append(text_of(t.teams.messages("claims")[-1]))
    asks = [re.search(r"(?:Mention|Reply)[^.]*[.]", text) for text in said]
    assert [ask and ask[0] for ask in asks] == ["Mention me in your reply.", "Reply here.", "Reply here."]


@in_teams
async def test_a_place_that_is_lost_and_found_is_as_it_was_last(t: Talk) -> None:
    await t.meets("ana", privately=True)
    ana, places = t.teams.person("ana").id, t.sender.places
    await places.told(TENANT, ChannelTold(id=CHANNEL, name="claims", team="19:team", service_url="http://x/"), NOON)
    later = NOON + timedelta(seconds=5)
    await places.told(TENANT, Reach(person=ana, lost=True), later)
    await places.told(TENANT, Reach(team="19:team", lost=True), later)
    assert [row.lost for row in t.book.rows.values()] == [True, True]
    await places.told(TENANT, Reach(channel=CHANNEL, lost=False), NOON)  # of before
    await places.told(TENANT, Reach(person="29:nobody", lost=True), later)
    assert [row.lost for row in t.book.rows.values()] == [True, True]
    await places.told(TENANT, Reach(channel=CHANNEL, lost=False), later)
    t.clock.now = later
    await t.meets("ana", privately=True)
    assert [row.lost for row in t.book.rows.values()] == [False, False]


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [(f"{THREAD} 18", "18"), (THREAD, "17"), (f"{THREAD} f47a/c1", "f47a%2Fc1")],
)
def test_a_link_leads_to_a_message_in_its_thread(name: str, message: str) -> None:
    address = f"https://teams.microsoft.com/l/message/19%3Aclaims%40thread.tacv2/{message}"
    assert link("T 1", name) == f"{address}?tenantId=T%201&parentMessageId=17"


@in_teams
async def test_a_link_names_the_team_as_soon_as_any_of_its_channels_has_told_it(t: Talk) -> None:
    places, at = t.sender.places, replace(t.delivery(CARD), delivery_id="d")
    url = "http://x/"
    await places.told(TENANT, ChannelTold(id=CHANNEL, name="claims", team="19:team", service_url=url), NOON)
    assert await places.link(at, THREAD) == link(TENANT, THREAD)
    other = ChannelTold(id="19:other@thread.tacv2", name=None, team="19:team", service_url=url, group="5c1b")
    await places.told(TENANT, other, NOON)
    t.clock.now += timedelta(minutes=1)
    assert await places.link(at, THREAD) == f"{link(TENANT, THREAD)}&groupId=5c1b"
    await places.told(TENANT, replace(other, id=CHANNEL), NOON + timedelta(hours=2))
    assert await places.link(at, THREAD) == f"{link(TENANT, THREAD)}&groupId=5c1b"


@pytest.mark.parametrize("name", ["a:1chat 18", "a:1chat", "1700000000.000100", ""])
def test_what_stands_in_no_channel_has_no_link(name: str) -> None:
    assert link(TENANT, name) is None
