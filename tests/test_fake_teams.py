"""The fake of Teams, by Microsoft's own SDK under the adapter's connector, and by a plain bot that it calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import jwt
import pytest
from aiohttp import web

from adapters.teams.connector import Connector
from adapters.teams.failures import Refused
from adapters.teams.logins import Credentials
from conversations.errors import DeliveryFailed
from tests.fake_teams import APP_ID, APP_PASSWORD, BOT, TENANT, FakeTeams, Trouble, rung, text_of
from tests.fake_teams_checks import complaints
from tests.fake_teams_state import Json, Message
from tests.fake_teams_tokens import ISSUER

CARD_TYPE = "application/vnd.microsoft.card.adaptive"


def block(text: str) -> Json:
    return {"type": "TextBlock", "text": text, "wrap": True}


def execute(title: str, verb: str = "tap", **more: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": {"air": {"tap": verb}}, **more}


def card(*body: Json, actions: tuple[Json, ...] = (), **more: Any) -> Json:
    row = [{"type": "ActionSet", "actions": list(actions)}] if actions else []
    frame: Json = {"type": "AdaptiveCard", "version": "1.5", "fallbackText": "A card", "msteams": {}}
    return {**frame, "body": [*body, *row], **more}


def posted(shown: Json, **more: Any) -> Json:
    attachments = [{"contentType": CARD_TYPE, "content": shown}]
    return {"type": "message", "attachments": attachments, "summary": "A card", **more}


def said(text: str, **more: Any) -> Json:
    return {"type": "message", "text": text, **more}


def mention(teams: FakeTeams, who: str) -> Json:
    person = teams.person(who)
    words = f"<at>{person.name}</at>"
    return {"type": "mention", "text": words, "mentioned": {"id": person.id, "name": person.name}}


Scene = Callable[[FakeTeams, Connector], Coroutine[Any, Any, None]]


def with_teams(scene: Scene, *, password: str = APP_PASSWORD, **more: Any) -> None:
    async def play() -> None:
        async with FakeTeams(**more) as teams:
            connector = Connector(
                Credentials(app_id=APP_ID, password=password, tenant=TENANT, login_url=teams.login_url)
            )
            try:
                await scene(teams, connector)
            finally:
                await connector.close()

    asyncio.run(play())


async def refused(call: Coroutine[Any, Any, Any]) -> tuple[int, str]:
    with pytest.raises(Refused) as raised:
        await call
    return raised.value.status, raised.value.code


# --- the connector ---------------------------------------------------------------------------------------------------


def test_a_post_is_answered_in_its_thread_and_changed() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        claims, url = teams.place("claims").id, teams.service_url
        thread, root = await api.begin(url, TENANT, claims, posted(card(block("A review"))))
        assert thread == f"{claims};messageid={root}"
        reply = await api.post(url, thread, posted(card(block("one"))))
        assert reply
        await api.update(url, thread, reply, posted(card(block("two"))))
        assert [text_of(each) for each in teams.messages("claims")] == ["A review", "two"]
        assert [each.versions for each in teams.messages(thread)] == [1, 2]
        assert [each.method for each in teams.calls] == ["token", "create", "post", "update"]
        assert not [call.error for call in teams.calls if call.error]

    with_teams(scene)


def test_a_reply_may_be_answered_without_an_id_and_a_post_may_be_called_otherwise() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        teams.names_replies = teams.numbers_posts = False
        thread, root = await api.begin(teams.service_url, TENANT, teams.place("claims").id, said("A review"))
        assert root
        assert root not in thread
        assert await api.post(teams.service_url, thread, said("one")) is None

    with_teams(scene)


def test_a_chat_is_the_same_one_whenever_it_is_asked_for() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        dana, url = teams.person("dana"), teams.service_url
        chat = await api.open_personal(url, TENANT, dana.id)
        assert chat == await api.open_personal(url, TENANT, dana.id) == teams.personal("dana").id
        assert chat.startswith("a:1")
        assert await api.post(url, chat, said("Hello"))
        assert [each.text for each in teams.messages("@dana")] == ["Hello"]
        assert await refused(api.open_personal(url, "another", dana.id)) == (400, "BadSyntax")
        assert await refused(api.open_personal(url, TENANT, dana.directory_id)) == (400, "BadArgument")

    with_teams(scene)


def test_people_are_in_the_roster_by_either_id() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        dana, claims, url = teams.person("dana"), teams.place("claims").id, teams.service_url
        for id_ in (dana.id, dana.directory_id):
            found = await api.member(url, claims, id_)
            assert found
            assert (found["id"], found["name"]) == (dana.id, "dana")
        assert await api.member(url, claims, "29:nobody") is None

    with_teams(scene)


def test_what_teams_refuses_is_refused_in_its_words() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        claims, url = teams.place("claims").id, teams.service_url
        thread, _ = await api.begin(url, TENANT, claims, said("A review"))
        hers = await teams.says("ana", "claims", "hello", thread=thread)
        assert await refused(api.post(url, "19:nowhere@thread.tacv2", said("x"))) == (404, "ConversationNotFound")
        assert await refused(api.post(url, f"{claims};messageid=1", said("x"))) == (404, "ConversationNotFound")
        assert await refused(api.post(url, thread, said("x" * 60_000))) == (413, "MessageSizeTooBig")
        assert await refused(api.update(url, thread, "1", said("x"))) == (404, "ActivityNotFoundInConversation")
        assert await refused(api.update(url, thread, hers.message.id, said("x"))) == (400, "BadArgument")
        chat = await api.open_personal(url, TENANT, teams.person("dana").id)
        teams.person("dana").blocks_bot = True
        assert await refused(api.post(url, chat, said("x"))) == (403, "ConversationBlockedByUser")
        await teams.removes("ana", "claims")
        assert await refused(api.post(url, thread, said("x"))) == (403, "BotNotInConversationRoster")
        gone = api.open_personal(url, TENANT, teams.person("lee").id)
        assert await refused(gone) == (403, "BotNotInConversationRoster")

    with_teams(scene)


def broken(teams: FakeTeams) -> dict[str, Json]:
    """Messages that clients would not show as they were meant."""
    ana = mention(teams, "ana")
    nobody = {**ana, "mentioned": {"id": "29:nobody", "name": "ana"}}
    return {
        "no words": said(""),
        "words beside a card": posted(card(block("x")), text="x"),
        "no summary": {**posted(card(block("x"))), "summary": ""},
        "a mention that is not there": said("Hello", entities=[ana]),
        "a mention of nobody": said("<at>ana</at>", entities=[nobody]),
        "words that look like a mention": said("<at>ana</at>"),
        "a mention beside its card": posted(card(block("Hello")), entities=[ana]),
        "a card's mention that is not in it": posted(card(block("Hello"), msteams={"entities": [ana]})),
        "a card's words that look like one": posted(card(block("<at>ana</at>"))),
    }


def test_what_clients_would_show_wrongly_is_a_complaint() -> None:
    teams = FakeTeams()
    for name, message in broken(teams).items():
        assert list(complaints(teams, message)), name


def test_what_is_a_complaint_is_refused_and_kept() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        begun = api.begin(teams.service_url, TENANT, teams.place("claims").id, said("<at>ana</at>"))
        assert await refused(begun) == (400, "BadArgument")
        assert teams.complaints == ["<at>ana</at> is in the text, and not mentioned"]
        assert teams.messages("claims") == []

    with_teams(scene)


def test_who_is_rung_is_seen_in_words_and_in_cards() -> None:
    teams = FakeTeams()
    ana, ben = mention(teams, "ana"), mention(teams, "ben")
    words = said("<at>ana</at>?", entities=[ana])
    shown = posted(card(block("<at>ben</at>, please"), msteams={"entities": [ben]}))
    for message, who in ((words, "ana"), (shown, "ben")):
        assert list(complaints(teams, message)) == []
        assert rung(Message(id="1", conversation="", sender=BOT, activity=message)) == {teams.person(who).id}


def test_a_bot_without_its_password_has_no_token_and_no_word() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        wrong = await api.ready()
        assert wrong
        assert "AADSTS7000215" in wrong
        with pytest.raises(DeliveryFailed):
            await api.begin(teams.service_url, TENANT, teams.place("claims").id, said("x"))
        assert teams.messages("claims") == []

    with_teams(scene, password="another")


def test_a_token_that_does_not_hold_any_more_is_refused() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        await api.begin(teams.service_url, TENANT, teams.place("claims").id, said("x"))
        teams.tokens.clear()
        await api.begin(teams.service_url, TENANT, teams.place("claims").id, said("x"))
        assert [(call.method, call.error) for call in teams.calls] == [
            *(("token", None), ("create", None), ("create", "401"), ("token", None), ("create", None))
        ]

    with_teams(scene)


def test_what_goes_wrong_goes_wrong_as_often_as_was_said() -> None:
    async def scene(teams: FakeTeams, api: Connector) -> None:
        url = teams.service_url
        thread, _ = await api.begin(url, TENANT, teams.place("claims").id, said("A review"))
        teams.fail("post", "Throttled", seconds=7, where="claims")  # another conversation: the thread is its own
        teams.fail("post", "Throttled", seconds=7, where=thread)
        with pytest.raises(Refused) as raised:
            await api.post(url, thread, said("one"))
        assert raised.value.retry_after_seconds == 7
        teams.fail("post", 502, times=2)
        for _ in range(2):
            assert (await refused(api.post(url, thread, said("two"))))[0] == 502
        for trouble in (Trouble.DROP_BEFORE, Trouble.DROP_AFTER):
            teams.fail("post", trouble)
            with pytest.raises(DeliveryFailed):
                await api.post(url, thread, said(trouble.name))
        teams.fail("*", "MessageWritesBlocked", times=None)
        assert (await refused(api.post(url, thread, said("three"))))[0] == 403
        teams.heals()
        await api.post(url, thread, said("four"))
        assert [each.text for each in teams.messages(thread)] == ["A review", "DROP_AFTER", "four"]

    with_teams(scene)


# --- people ----------------------------------------------------------------------------------------------------------


class Bot:
    """Hears everything, with good tokens only; answers presses with what `shows` makes of their data."""

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self.answers: dict[str, Json] = {}  # by verb
        self.statuses: list[int] = []  # of the next answers

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        token = request.headers["Authorization"].removeprefix("Bearer ")
        async with self.teams.http.get(self.teams.openid_url) as answer:
            found = await answer.json()
        async with self.teams.http.get(found["jwks_uri"]) as answer:
            keys = jwt.PyJWKSet.from_dict(await answer.json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, ["RS256"], audience=APP_ID, issuer=ISSUER)
        assert claims["serviceurl"] == body["serviceUrl"]
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.heard.append(body)
        pressed = self.answers.get(body["value"]["action"]["verb"]) if body["type"] == "invoke" else None
        return web.json_response(pressed, status=status) if pressed else web.Response(status=status)

    teams: FakeTeams


def with_bot(scene: Callable[[FakeTeams, Bot, Connector], Coroutine[Any, Any, None]], **more: Any) -> None:
    async def play(teams: FakeTeams, api: Connector) -> None:
        bot, app = Bot(), web.Application()
        bot.teams = teams
        app.router.add_post("/api/messages", bot.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            teams.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
            await scene(teams, bot, api)

    with_teams(play, **more)


def test_a_bot_hears_what_mentions_it_and_no_more() -> None:
    async def scene(teams: FakeTeams, bot: Bot, _api: Connector) -> None:
        first = await teams.says("ana", "claims", "@AI Readiness start Claims & <Co> with @dana")
        await teams.says("ben", "claims", "sure", thread=first.message.conversation)
        await teams.says("ana", "@ana", "mine")
        start, mine = bot.heard
        assert start["text"] == "<at>AI Readiness</at>&nbsp;start Claims &amp; &lt;Co&gt; with <at>dana</at>"
        ids = [each["mentioned"]["id"] for each in start["entities"] if each["type"] == "mention"]
        assert ids == [BOT, teams.person("dana").id]
        assert start["conversation"]["id"] == f"{teams.place('claims').id};messageid={start['id']}"
        assert "replyToId" not in start
        assert (mine["conversation"]["conversationType"], mine["channelData"]) == (
            *("personal", {"tenant": {"id": TENANT}}),
        )
        teams.reads_channels = True
        await teams.says("ben", "claims", "yes", thread=first.message.conversation)
        assert bot.heard[-1]["conversation"] == start["conversation"]

    with_bot(scene)


def test_messages_change_and_go_and_come_back() -> None:
    async def scene(teams: FakeTeams, bot: Bot, _api: Connector) -> None:
        said = await teams.says("ana", "claims", "@AI Readiness hello")
        await teams.edits(said.message, "@AI Readiness hello there")
        await teams.deletes(said.message)
        await teams.undeletes(said.message)
        kinds = [(each["type"], each["channelData"].get("eventType")) for each in bot.heard]
        assert kinds == [
            *(("message", None), ("messageUpdate", "editMessage"), ("messageDelete", "softDeleteMessage")),
            ("messageUpdate", "undeleteMessage"),
        ]
        assert len({each["id"] for each in bot.heard}) == 1
        assert "text" not in bot.heard[2]
        assert bot.heard[3]["text"] == bot.heard[1]["text"]

    with_bot(scene)


def test_to_be_installed_is_told_twice() -> None:
    async def scene(teams: FakeTeams, bot: Bot, _api: Connector) -> None:
        await teams.installs("ana")
        await teams.installs("ana", "claims")
        await teams.joins("zoe")
        await teams.leaves("ben")
        assert sorted(each["type"] for each in bot.heard[:2]) == ["conversationUpdate", "installationUpdate"]
        assert bot.heard[0]["conversation"]["id"] == teams.personal("ana").id
        assert bot.heard[2]["channelData"]["settings"]["selectedChannel"]["id"] == teams.place("claims").id
        events = [each["channelData"]["eventType"] for each in bot.heard[2:]]
        assert events == ["teamMemberAdded"] * 3 + ["teamMemberRemoved"]

    with_bot(scene)


def form() -> Json:
    owner = {"type": "Input.Text", "id": "owner", "label": "Owner", "isRequired": True, "errorMessage": "Who?"}
    day = {"type": "Input.Date", "id": "day", "label": "Day", "value": "2026-12-01"}
    choices = [{"title": "Stays", "value": "stay"}, {"title": "Goes", "value": "go"}]
    stays = {"type": "Input.ChoiceSet", "id": "stays", "label": "And then?", "choices": choices}
    return card(owner, day, stays, actions=(execute("Save", "save"), execute("Back", "back", associatedInputs="none")))


def shown(value: Any, kind: str = CARD_TYPE) -> Json:
    return {"statusCode": 200, "type": kind, "value": value}


def test_a_press_opens_a_form_for_one_person_who_fills_it_in() -> None:
    async def scene(teams: FakeTeams, bot: Bot, api: Connector) -> None:
        bot.answers |= {"answer": shown(form()), "back": shown(form())}
        bot.answers["save"] = shown("Noted.", "application/vnd.microsoft.activity.message")
        asked = card(block("A question"), actions=(execute("Answer", "answer"),))
        thread, root = await api.begin(teams.service_url, TENANT, teams.place("claims").id, posted(asked))
        (message,) = teams.messages("claims")
        assert (await teams.presses("ana", message, "Answer")).ok
        assert message.card == asked
        with pytest.raises(AssertionError, match=r"only \['Answer'\]"):
            await teams.presses("ben", message, "Save")
        with pytest.raises(AssertionError, match="asks for 'Owner'"):
            await teams.presses("ana", message, "Save")
        with pytest.raises(AssertionError, match="cannot be chosen"):
            await teams.presses("ana", message, "Save", {"owner": "x", "stays": "Perhaps"})
        assert (await teams.presses("ana", message, "Back")).ok
        assert (await teams.presses("ana", message, "Save", {"Owner": "dana", "stays": "Goes"})).ok
        back, saved = (each["value"]["action"] for each in bot.heard[1:])
        assert back["data"] == {"air": {"tap": "back"}}
        assert saved["data"] == {"air": {"tap": "save"}, "owner": "dana", "day": "2026-12-01", "stays": "go"}
        assert bot.heard[-1]["replyToId"] == root
        assert (teams.told("ana"), teams.told("ben")) == (["Noted."], [])
        await api.update(teams.service_url, thread, message.id, posted(card(block("Answered"))))
        assert message.card_for(teams.person("ana").id) == card(block("Answered"))

    with_bot(scene)


def test_a_client_of_old_submits_the_fallback_as_a_message_without_words() -> None:
    async def scene(teams: FakeTeams, bot: Bot, api: Connector) -> None:
        action = execute("Skip", fallback={"type": "Action.Submit", "title": "Skip", "data": {"air": {"tap": "tap"}}})
        thread, root = await api.begin(
            teams.service_url, TENANT, teams.place("claims").id, posted(card(block("x"), actions=(action,)))
        )
        await teams.presses("ana", teams.messages("claims")[0], "Skip", submits=True)
        (heard,) = bot.heard
        assert (heard["type"], heard["value"], heard["replyToId"]) == ("message", {"air": {"tap": "tap"}}, root)
        assert "text" not in heard
        assert heard["conversation"]["id"] == thread

    with_bot(scene)


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_activities_come_again_late_and_at_once() -> None:
    async def scene(teams: FakeTeams, bot: Bot, _api: Connector) -> None:
        with teams.holding():
            await teams.says("ana", "@ana", "one")
            await teams.says("ana", "@ana", "two")
        assert bot.heard == []
        await teams.releases(1, 0)
        await teams.redelivers(1)
        assert [each["text"] for each in bot.heard] == ["two", "one", "one"]
        assert bot.heard[1] == bot.heard[2]
        teams.copies = 3
        await teams.says("ana", "@ana", "three")
        assert [each["text"] for each in bot.heard[3:]] == ["three"] * 3
        teams.copies, bot.statuses = 1, [500]
        assert not (await teams.says("ana", "@ana", "four")).ok
        assert [each.ok for each in await teams.retries()] == [True]
        assert bot.heard[-1]["text"] == "four"

    with_bot(scene)


def test_a_press_comes_again_with_another_id() -> None:
    async def scene(teams: FakeTeams, bot: Bot, api: Connector) -> None:
        bot.answers["tap"] = shown("Noted.", "application/vnd.microsoft.activity.message")
        asked = posted(card(block("x"), actions=(execute("Skip"),)))
        await api.begin(teams.service_url, TENANT, teams.place("claims").id, asked)
        await teams.presses("ana", teams.messages("claims")[0], "Skip")
        await teams.redelivers(anew=True)
        first, second = bot.heard
        assert first["id"] != second["id"]
        assert first["value"] == second["value"]

    with_bot(scene)


def test_keys_change_and_old_ones_stay_for_a_while() -> None:
    async def scene(teams: FakeTeams, bot: Bot, _api: Connector) -> None:
        teams.keys.rotates()
        assert (await teams.says("ana", "@ana", "with the new one")).ok
        body = '{"type": "message", "serviceUrl": "' + teams.service_url + '"}'
        assert (await teams.sends(body, token=teams.keys.token(teams.service_url, key=0))).ok
        teams.keys.rotates(keeps=False)
        assert (await teams.sends(body)).ok
        assert not (await teams.sends(body, token=teams.keys.token(teams.service_url, key=0))).ok
        assert len(bot.heard) == 3

    with_bot(scene)
