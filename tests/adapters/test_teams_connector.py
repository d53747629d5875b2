"""The Bot Connector: tokens, connections, and what is never repeated; and a turn of the SDK's."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from adapters.teams import connector as module
from adapters.teams.connector import Connector
from adapters.teams.failures import Refused
from adapters.teams.framework import Framework, NoActivity
from adapters.teams.logins import Credentials, Login
from conversations.errors import DeliveryFailed
from tests.adapters.teams_talk import Talk, in_teams
from tests.fake_teams import APP_ID, APP_PASSWORD, TENANT, FakeTeams, Trouble

HELLO = {"text": "Hello"}


def claims(talk: Talk) -> str:
    return talk.teams.place("claims").id


async def failure(call: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await call
    return failed.value


# --- tokens ----------------------------------------------------------------------------------------------------------


@in_teams
async def test_many_calls_at_once_ask_for_one_token(t: Talk) -> None:
    channel, url = claims(t), t.teams.service_url
    await asyncio.gather(*(t.connector.begin(url, TENANT, channel, HELLO) for _ in range(20)))
    assert len(t.teams.called("token")) == 1
    assert len(t.teams.messages("claims")) == 20


def test_a_token_is_asked_for_again_before_it_ends() -> None:
    async def play() -> None:
        now = 1_000.0
        async with FakeTeams() as teams, aiohttp.ClientSession() as session:
            own = Credentials(app_id=APP_ID, password=APP_PASSWORD, tenant=TENANT, login_url=teams.login_url)
            login = Login(own, clock=lambda: now)
            first = await login.token(session)
            now += 3_000
            assert await login.token(session) == first
            now += 500
            assert await login.token(session) != first
            assert "client secret" not in repr(own)

    asyncio.run(play())


@pytest.mark.parametrize("how", [500, Trouble.DROP_BEFORE], ids=str)
def test_where_no_token_can_be_had_now_nothing_was_sent(how: Any) -> None:
    @in_teams
    async def scene(t: Talk) -> None:
        t.teams.fail("token", how, times=2)
        failed = await failure(t.connector.begin(t.teams.service_url, TENANT, claims(t), HELLO))
        assert type(failed) is DeliveryFailed
        assert (failed.permanent, failed.unknown) == (False, False)
        assert await t.connector.ready() == "Microsoft's login does not answer."
        assert await t.connector.ready() is None

    scene()


def test_an_emulator_is_shown_no_token() -> None:
    async def play() -> None:
        async with FakeTeams(signs=False) as teams:
            connector = Connector(None)
            assert await connector.ready() is None
            await connector.begin(teams.service_url, TENANT, teams.place("claims").id, HELLO)
            assert not teams.called("token")
            await connector.close()

    asyncio.run(play())


# --- what is never repeated ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [502, "Throttled"], ids=str)
def test_nothing_is_repeated_behind_our_back(how: Any) -> None:
    @in_teams
    async def scene(t: Talk) -> None:
        url = t.teams.service_url
        thread, root = await t.connector.begin(url, TENANT, claims(t), HELLO)
        t.teams.fail("*", how, times=None)
        await failure(t.connector.post(url, thread, HELLO))
        await failure(t.connector.update(url, thread, str(root), HELLO))
        await failure(t.connector.member(url, claims(t), "29:1"))
        assert t.methods() == ["create", "post", "update", "member"]

    scene()


@in_teams
async def test_a_post_over_a_connection_that_breaks_is_sent_once(t: Talk) -> None:
    thread, _ = await t.connector.begin(t.teams.service_url, TENANT, claims(t), HELLO)
    t.teams.fail("post", Trouble.DROP_AFTER, times=None)
    assert (await failure(t.connector.post(t.teams.service_url, thread, HELLO))).unknown
    assert t.methods() == ["create", "post"]


@in_teams
async def test_only_what_could_be_said_twice_is_unknown(t: Talk) -> None:
    url = t.teams.service_url
    thread, root = await t.connector.begin(url, TENANT, claims(t), HELLO)
    t.teams.fail("*", 502, times=None)
    assert (await failure(t.connector.begin(url, TENANT, claims(t), HELLO))).unknown
    assert (await failure(t.connector.post(url, thread, HELLO))).unknown
    assert not (await failure(t.connector.update(url, thread, str(root), HELLO))).unknown
    for how in (502, Trouble.DROP_AFTER):
        t.teams.heals()
        t.teams.fail("create", how)
        assert not (await failure(t.connector.open_personal(url, TENANT, t.teams.person("ana").id))).unknown
    assert not (await failure(t.connector.post("http://127.0.0.1:9/", thread, HELLO))).unknown


def test_who_does_not_answer_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", aiohttp.ClientTimeout(total=0.1))

    @in_teams
    async def scene(t: Talk) -> None:
        t.teams.fail("create", Trouble.SLOW, seconds=1)
        failed = await failure(t.connector.begin(t.teams.service_url, TENANT, claims(t), HELLO))
        assert failed.unknown
        assert not isinstance(failed, Refused)

    scene()


@in_teams
async def test_a_message_gets_to_teams_as_it_was_made(t: Talk) -> None:
    person = {"id": t.teams.person("ana").id, "name": "ana"}
    card = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": "x",
        "body": [{"type": "TextBlock", "text": "<at>ana</at>", "wrap": True}],
        "msteams": {"width": "Full", "entities": [{"type": "mention", "text": "<at>ana</at>", "mentioned": person}]},
    }
    said = {
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
        "summary": "a line",
        "channelData": {"notification": {"alert": True}},
    }
    thread, root = await t.connector.begin(t.teams.service_url, TENANT, claims(t), said)
    (message,) = t.teams.messages("claims")
    assert {name: message.activity[name] for name in said} == said
    await t.connector.update(t.teams.service_url, thread, str(root), said)
    assert t.teams.calls[-1].conversation == thread
    assert {name: message.activity[name] for name in said} == said


# --- turns -----------------------------------------------------------------------------------------------------------


def turning(body: dict[str, Any], answer: Any = None) -> Any:
    async def play() -> Any:
        heard = list[int]()

        async def logic() -> Any:
            heard.append(1)
            return answer

        told = await Framework().turn({"aud": APP_ID}, body, logic)
        assert heard == [1]
        return told

    return asyncio.run(play())


BODY = {
    "type": "message",
    "id": "1",
    "channelId": "msteams",
    "serviceUrl": "https://smba.example/",
    "conversation": {"id": "a:1"},
    "from": {"id": "29:1"},
    "text": "hello",
}


@pytest.mark.parametrize("kind", ["message", "invoke", "conversationUpdate", "somethingNew"])
def test_a_turn_gives_what_its_logic_gave(kind: str) -> None:
    answer = {"statusCode": 200, "type": "a card", "value": {"body": []}}
    assert turning({**BODY, "type": kind}, answer) == answer
    assert turning({**BODY, "type": kind}) is None


def test_what_fails_in_a_turn_fails_outside_of_it_too() -> None:
    async def logic() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        asyncio.run(Framework().turn(None, BODY, logic))


@pytest.mark.parametrize("odd", [{"timestamp": "yesterday"}, {"from": "ana"}, {"entities": 5}], ids=str)
def test_what_the_sdk_cannot_read_is_no_activity(odd: dict[str, Any]) -> None:
    with pytest.raises(NoActivity):
        turning({**BODY, **odd})
