"""The fake of Slack, by Slack's own SDK: plain Bolt apps that it serves over HTTP and over Socket Mode."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.block_kit import complaints
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack, Trouble
from tests.fake_slack_reading import rung, text_of
from tests.fake_slack_state import BOT, BOT_ID, CLIENT_ID, CLIENT_SECRET, Json, Message

CLAIMS = "C0CLAIMS"
METADATA = {"event_type": "ai_readiness", "event_payload": {"delivery_id": "d1"}}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(text: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def field(label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": label.lower(), "label": plain(label), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("A modal"), "submit": plain("Send"), "blocks": list(blocks), **more}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def client(slack: FakeSlack, token: str = BOT_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=slack.base_url, retry_handlers=[])


def with_slack(scene: Callable[[FakeSlack, AsyncWebClient], Coroutine[Any, Any, None]], **more: Any) -> None:
    async def play() -> None:
        async with FakeSlack(**more) as slack:
            await scene(slack, client(slack))

    asyncio.run(play())


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as raised:
        await call
    return str(raised.value.response["error"])


# --- the Web API -------------------------------------------------------------------------------------------------


def test_a_message_is_posted_changed_and_read_again() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        root = await api.chat_postMessage(channel=CLAIMS, text="A review", metadata=METADATA)
        reply = await api.chat_postMessage(channel=CLAIMS, text="one", thread_ts=root["ts"], metadata=METADATA)
        await api.chat_update(channel=CLAIMS, ts=reply["ts"], text="two", blocks=[actions(button("Yes"))])
        told = await api.conversations_replies(channel=CLAIMS, ts=root["ts"], include_all_metadata=True)
        assert [each["text"] for each in told["messages"]] == ["A review", "two"]
        assert [each["metadata"] for each in told["messages"]] == [METADATA] * 2
        assert told["messages"][0]["reply_count"] == 1
        less = await api.conversations_replies(channel=CLAIMS, ts=root["ts"])
        assert less["messages"][1]["metadata"] == {"event_type": "ai_readiness"}
        (message,) = slack.messages("claims", root["ts"])
        assert (message.text, text_of(message), message.edited is not None) == ("two", "Yes", True)
        assert (await api.conversations_history(channel=CLAIMS))["messages"][0]["ts"] == root["ts"]

    with_slack(scene)


def test_an_update_with_words_alone_takes_the_blocks_away_and_keeps_the_metadata() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        blocks = [actions(button("Yes"))]
        ts = (await api.chat_postMessage(channel=CLAIMS, text="x", blocks=blocks, metadata=METADATA))["ts"]
        await api.chat_update(channel=CLAIMS, ts=ts, text="y")
        message = slack.messages("claims")[0]
        assert (message.blocks, message.metadata) == ([], METADATA)
        await api.chat_update(channel=CLAIMS, ts=ts, text="y", metadata={})
        assert message.metadata is None

    with_slack(scene)


def test_what_slack_refuses_is_refused_in_its_words() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        slack.adds_channel("elsewhere", bot=False)
        slack.adds_channel("secret", bot=False, private=True)
        slack.adds_channel("old", archived=True)
        slack.adds_channel("few", members=["ana"])
        said = (await slack.says("ana", "claims", "hello")).ts
        own = (await api.chat_postMessage(channel=CLAIMS, text="hello"))["ts"]
        post, update = api.chat_postMessage, api.chat_update
        assert await refused(post(channel="C0NOWHERE", text="x")) == "channel_not_found"
        assert await refused(post(channel="C0SECRET", text="x")) == "channel_not_found"
        assert await refused(post(channel="C0ELSEWHERE", text="x")) == "not_in_channel"
        assert await refused(post(channel="C0OLD", text="x")) == "is_archived"
        assert await refused(api.api_call("chat.postMessage", json={"channel": CLAIMS})) == "no_text"
        assert await refused(post(channel=CLAIMS, text="x", thread_ts="0")) == "invalid_thread_ts"
        assert await refused(post(channel=CLAIMS, text="x", blocks=[{"type": "table"}])) == "invalid_blocks"
        vast = {"event_type": "x", "event_payload": {"x": "y" * 9_000}}
        assert await refused(post(channel=CLAIMS, text="x", metadata=vast)) == "metadata_too_large"
        assert await refused(post(channel=CLAIMS, text="x", metadata={"x": "y"})) == "invalid_metadata_format"
        assert await refused(update(channel=CLAIMS, ts=said, text="x")) == "cant_update_message"
        assert await refused(update(channel=CLAIMS, ts="1.1", text="x")) == "message_not_found"
        assert await refused(update(channel=CLAIMS, ts=own, text="x" * 4_001)) == "msg_too_long"
        assert await refused(api.chat_postEphemeral(channel="C0FEW", user="U0BEN", text="x")) == "user_not_in_channel"
        assert await refused(api.conversations_replies(channel=CLAIMS, ts="1.1")) == "thread_not_found"
        assert await refused(api.conversations_open(users="U0NOBODY")) == "user_not_found"
        assert await refused(api.users_info(user="U0NOBODY")) == "user_not_found"
        assert await refused(api.dnd_teamInfo(users="U0ANA")) == "unknown_method"
        assert await refused(api.views_publish(user_id="U0ANA", view=modal())) == "invalid_arguments"
        assert await refused(client(slack, "xoxb-other").auth_test()) == "invalid_auth"
        assert await refused(client(slack, "").auth_test()) == "not_authed"

    with_slack(scene)


def test_a_scope_that_was_not_granted_is_missed() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        assert (await api.auth_test()).headers["x-oauth-scopes"].startswith("app_mentions:read,")
        slack.scopes = ["chat:write"]
        assert await refused(api.users_info(user="U0ANA")) == "missing_scope"

    with_slack(scene)


def test_arguments_come_as_json_or_as_a_form() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        form = {"token": BOT_TOKEN, "channel": CLAIMS, "blocks": '[{"type": "divider"}]'}
        async with aiohttp.ClientSession() as http, http.post(f"{slack.base_url}chat.postMessage", data=form) as answer:
            assert (await answer.json())["ok"]
        assert [each["type"] for each in slack.messages("claims")[0].blocks] == ["divider"]
        assert slack.calls[0].arguments["channel"] == CLAIMS

    with_slack(scene)


def test_history_comes_in_pages() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        names = [(await api.chat_postMessage(channel=CLAIMS, text=f"{n}"))["ts"] for n in range(5)]
        first = await api.conversations_history(channel=CLAIMS, limit=2, oldest=names[0])
        assert [each["text"] for each in first["messages"]] == ["4", "3"]
        cursor = first["response_metadata"]["next_cursor"]
        second = await api.conversations_history(channel=CLAIMS, limit=2, oldest=names[0], cursor=cursor)
        assert [each["text"] for each in second["messages"]] == ["2", "1"]
        assert not second["has_more"]
        slack.page = 3
        assert len((await api.conversations_history(channel=CLAIMS, limit=100))["messages"]) == 3

    with_slack(scene)


def test_reactions_and_links_and_direct_messages() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        said = await slack.says("ana", "claims", "hello")
        mark = {"channel": CLAIMS, "timestamp": said.ts, "name": "white_check_mark"}
        await api.reactions_add(**mark)
        assert said.message.reactions == {"white_check_mark": [BOT]}
        assert await refused(api.reactions_add(**mark)) == "already_reacted"
        await api.reactions_remove(**mark)
        assert await refused(api.reactions_remove(**mark)) == "no_reaction"
        assert await refused(api.reactions_add(**{**mark, "timestamp": "1.1"})) == "message_not_found"
        link = (await api.chat_getPermalink(channel=CLAIMS, message_ts=said.ts))["permalink"]
        assert link.endswith(f"/archives/{CLAIMS}/p{said.ts.replace('.', '')}")
        direct = (await api.conversations_open(users="U0ANA"))["channel"]["id"]
        await api.chat_postMessage(channel=direct, text="hello")
        assert (direct, len(slack.messages("D0ANA"))) == ("D0ANA", 1)
        assert (await api.conversations_info(channel=direct))["channel"]["user"] == "U0ANA"

    with_slack(scene)


def test_a_reply_to_a_root_that_is_gone_stands_in_the_channel() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        root = await api.chat_postMessage(channel=CLAIMS, text="root")
        await slack.deletes(slack.messages("claims")[0])
        assert await refused(api.chat_update(channel=CLAIMS, ts=root["ts"], text="x")) == "message_not_found"
        await api.chat_postMessage(channel=CLAIMS, text="late", thread_ts=root["ts"])
        assert [each.thread_ts for each in slack.messages("claims")] == [None]

    with_slack(scene)


# --- views -------------------------------------------------------------------------------------------------------


def test_a_trigger_opens_one_modal_within_three_seconds() -> None:
    clock = Clock()

    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        trigger = slack.trigger("U0ANA")
        opened = (await api.views_open(trigger_id=trigger, view=modal()))["view"]
        assert await refused(api.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
        assert await refused(api.views_open(trigger_id="mine", view=modal())) == "invalid_trigger_id"
        updated = (await api.views_update(view_id=opened["id"], view=modal(callback_id="b")))["view"]
        assert (updated["id"], updated["callback_id"]) == (opened["id"], "b")
        stale = api.views_update(view_id=opened["id"], hash=opened["hash"], view=modal())
        assert await refused(stale) == "hash_conflict"
        for _ in range(2):
            await api.views_push(trigger_id=slack.trigger("U0ANA"), view=modal())
        assert await refused(api.views_push(trigger_id=slack.trigger("U0ANA"), view=modal())) == "push_limit_reached"
        late = slack.trigger("U0ANA")
        clock.now += timedelta(seconds=4)
        assert await refused(api.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
        await slack.closes("ana")
        assert await refused(api.views_update(view_id="V0", view=modal())) == "not_found"

    with_slack(scene, clock=clock)


def test_what_was_typed_stays_over_an_update_of_the_same_field() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        note = field("Note", {"type": "plain_text_input", "action_id": "note", "initial_value": "old"})
        opened = (await api.views_open(trigger_id=slack.trigger("U0ANA"), view=modal(note)))["view"]
        assert opened["state"]["values"]["note"]["note"]["value"] == "old"
        slack.fills("ana", {"Note": "new"})
        updated = (await api.views_update(view_id=opened["id"], view=modal(note)))["view"]
        assert updated["state"]["values"]["note"]["note"]["value"] == "new"
        again = (await api.views_update(view_id=opened["id"], view=modal({**note, "block_id": "other"})))["view"]
        assert again["state"]["values"]["other"]["note"]["value"] == "old"

    with_slack(scene)


# --- faults ------------------------------------------------------------------------------------------------------


def test_a_call_goes_wrong_as_often_as_was_said() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        slack.adds_channel("other")
        slack.fail("chat.postMessage", "ratelimited", retry_after=2, channel="claims", times=2)
        await api.chat_postMessage(channel="C0OTHER", text="x")
        for _ in range(2):
            with pytest.raises(SlackApiError) as raised:
                await api.chat_postMessage(channel=CLAIMS, text="x")
            assert (raised.value.response.status_code, raised.value.response.headers["Retry-After"]) == (429, "2")
        slack.fail("*", 500)
        with pytest.raises(SlackApiError):
            await api.auth_test()
        slack.fail("auth.test", "account_inactive", times=None)
        assert [await refused(api.auth_test()) for _ in range(3)] == ["account_inactive"] * 3
        slack.heals()
        assert (await api.auth_test())["ok"]
        assert [each.error for each in slack.called("chat.postMessage")] == [None, "ratelimited", "ratelimited"]

    with_slack(scene)


def test_a_connection_is_cut_before_or_after_it_was_done() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        for how, posted in ((Trouble.DROP_BEFORE, 0), (Trouble.DROP_AFTER, 1)):
            slack.fail("chat.postMessage", how)
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await api.chat_postMessage(channel=CLAIMS, text="x")
            assert len(slack.messages("claims")) == posted
        slack.fail("chat.postMessage", Trouble.SLOW, seconds=2)
        hurried = AsyncWebClient(BOT_TOKEN, base_url=slack.base_url, retry_handlers=[], timeout=0.1)  # type: ignore[arg-type]  # it takes parts of seconds
        with pytest.raises(TimeoutError):
            await hurried.chat_postMessage(channel=CLAIMS, text="x")
        assert len(slack.messages("claims")) == 2

    with_slack(scene)


def test_a_response_address_is_good_for_five_answers_and_half_an_hour() -> None:
    clock = Clock()

    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        hook = AsyncWebhookClient(slack.response_url("U0ANA", CLAIMS))
        codes = [(await hook.send(text=f"{n}")).status_code for n in range(6)]
        assert codes == [200] * 5 + [404]
        assert [each.text for each in slack.told("ana")] == ["0", "1", "2", "3", "4"]
        late = AsyncWebhookClient(slack.response_url("U0ANA", CLAIMS))
        clock.now += timedelta(minutes=31)
        assert "expired_url" in (await late.send(text="x")).body
        public = AsyncWebhookClient(slack.response_url("U0ANA", CLAIMS))
        await public.send(text="for all", response_type="in_channel")
        assert [each.text for each in slack.messages("claims")] == ["for all"]

    with_slack(scene, clock=clock)


@pytest.mark.filterwarnings("ignore:BasicAuth:DeprecationWarning")  # the SDK's own use of aiohttp
def test_a_code_becomes_a_token_until_the_app_is_removed() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        page = AuthorizeUrlGenerator(client_id=CLIENT_ID, scopes=["chat:write"], redirect_uri="https://bot.io/done")
        back = slack.consents("ana", page.generate("a state"))
        assert back.startswith("https://bot.io/done?")
        asked = dict(parse_qsl(urlsplit(back).query))
        assert asked["state"] == "a state"
        ask = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": asked["code"]}
        granted = await AsyncWebClient(base_url=slack.base_url).oauth_v2_access(**ask)
        assert await refused(AsyncWebClient(base_url=slack.base_url).oauth_v2_access(**ask)) == "code_already_used"
        assert (granted["team"]["id"], granted["authed_user"]["id"]) == ("T0ACME", "U0ANA")
        own = client(slack, granted["access_token"])
        assert (await own.auth_test())["ok"]
        await slack.uninstalls()
        assert await refused(own.auth_test()) == "account_inactive"

    with_slack(scene)


# --- people, and an app that answers them ------------------------------------------------------------------------


class Heard(list[Json]):
    """Events that the app got, as (type, subtype)."""

    def kinds(self) -> list[str]:
        return [each["event"].get("subtype") or each["event"]["type"] for each in self]


def a_bolt_app(slack: FakeSlack, heard: Heard) -> AsyncApp:
    """Echoes what is said, asks by modal, shows a home."""
    app = AsyncApp(client=client(slack), signing_secret=SIGNING_SECRET, ignoring_self_events_enabled=False)

    @app.event(re.compile(".*"))
    async def on_event(body: Json, event: Json, client: AsyncWebClient) -> None:
        heard.append(body)
        if event["type"] == "app_mention":
            ask = [actions(button("Ask", action_id="ask", value="1"), block_id="row")]
            await client.chat_postMessage(channel=event["channel"], text="Hello", blocks=ask, thread_ts=event["ts"])
        if event["type"] == "app_home_opened":
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [actions(MENU)]})

    @app.command("/ai-readiness")
    async def on_command(ack: Any, body: Json, respond: Any) -> None:
        heard.append(body)
        await ack(f"{body['channel_name']}: {body['text']}")
        await respond("and later")

    @app.action(re.compile(".*"))
    async def on_action(ack: Any, body: Json, client: AsyncWebClient) -> None:
        heard.append(body)
        await ack()
        if body["actions"][0]["action_id"] == "ask":
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("form")
    async def on_form(ack: Any, body: Json) -> None:
        heard.append(body)
        values = body["view"]["state"]["values"]
        if values["owner"]["owner"]["value"] == "nobody":
            await ack(response_action="errors", errors={"owner": "Who is it?"})
        else:
            await ack()

    @app.shortcut("use_as_answer")
    async def on_shortcut(ack: Any, body: Json) -> None:
        heard.append(body)
        await ack()

    return app


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}


MENU: Json = {
    "type": "overflow",
    "action_id": "more",
    "options": [option("Later", "later"), option("Does not apply", "na")],
}
FORM: Json = modal(
    field("Owner", {"type": "plain_text_input", "action_id": "owner", "max_length": 20}),
    field("Day", {"type": "datepicker", "action_id": "day", "initial_date": "2026-12-01"}),
    field("Person", {"type": "users_select", "action_id": "person"}, optional=True),
    callback_id="form",
    private_metadata="r1",
)


@asynccontextmanager
async def served_over_http(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[None]:
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield
    await runner.cleanup()


@asynccontextmanager
async def served_over_sockets(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[None]:
    handlers = [AsyncSocketModeHandler(app, APP_TOKEN) for _ in range(2)]
    for each in handlers:
        await each.connect_async()  # type: ignore[no-untyped-call]  # Bolt has no types here
    await slack.until(lambda: len(slack.sockets) == 2)
    yield
    for each in handlers:
        await each.close_async()  # type: ignore[no-untyped-call]  # Bolt has no types here


SERVED = {"http": served_over_http, "sockets": served_over_sockets}


@pytest.fixture(params=SERVED)
def with_app(request: pytest.FixtureRequest) -> Callable[..., None]:
    def play_scene(scene: Callable[[FakeSlack, Heard], Coroutine[Any, Any, None]]) -> None:
        async def play() -> None:
            heard = Heard()
            async with AsyncExitStack() as stack:
                slack = await stack.enter_async_context(FakeSlack())
                await stack.enter_async_context(SERVED[request.param](slack, a_bolt_app(slack, heard)))
                await scene(slack, heard)

        asyncio.run(play())

    return play_scene


def test_what_is_said_reaches_the_app_as_slack_writes_it(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        said = await slack.says("ana", "claims", "@dana & <b> in #claims, see https://a.io/x?a=1&b. x@ana.io @here")
        await slack.until(lambda: heard)
        event = heard[0]["event"]
        assert event["text"] == (
            "<@U0DANA> &amp; &lt;b&gt; in <#C0CLAIMS|claims>, see <https://a.io/x?a=1&amp;b>. x@ana.io <!here>"
        )
        assert said.ok
        assert (event["ts"], event["channel_type"], event["user"]) == (said.ts, "channel", "U0ANA")
        assert heard[0]["authorizations"][0]["user_id"] == BOT
        assert "".join(each.get("text", "") for each in event["blocks"][0]["elements"][0]["elements"]).startswith(
            " & <b>"
        )
        private = await slack.says("ana", "@ana", "hello")
        await slack.until(lambda: len(heard) == 2)
        assert (private.message.channel, heard[1]["event"]["channel_type"]) == ("D0ANA", "im")

    with_app(scene)


def test_a_mention_is_two_events_and_its_button_opens_a_form(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        said = await slack.says("ana", "claims", "@ai-readiness start")
        assert len(said.answers) == 2
        (reply,) = await slack.until(lambda: slack.messages("claims", said.ts))
        assert {(each["event"]["type"], each["event"]["ts"]) for each in heard} == {
            ("message", said.ts),
            ("app_mention", said.ts),
        }
        assert (await slack.presses("ben", reply, "Ask")).ok
        await slack.until(lambda: slack.modal("ben"))
        assert heard[-1]["container"]["thread_ts"] == said.ts
        with pytest.raises(AssertionError, match="asks to fill in 'Owner'"):
            await slack.submits("ben")
        answer = await slack.submits("ben", {"Owner": "nobody"})
        assert answer.body["errors"] == {"owner": "Who is it?"}
        assert slack.modal("ben")
        assert (await slack.submits("ben", {"owner": "dana", "Person": "dana"})).ok
        assert slack.modal("ben") is None
        values = heard[-1]["view"]["state"]["values"]
        assert values["owner"]["owner"]["value"] == "dana"
        assert values["day"]["day"]["selected_date"] == "2026-12-01"
        assert values["person"]["person"]["selected_user"] == "U0DANA"
        with pytest.raises(AssertionError, match="only \\['Ask', 'ask'\\]"):
            await slack.presses("ben", reply, "Skip")

    with_app(scene)


def test_a_command_is_answered_to_one_person(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        assert (await slack.command("ana", "claims", "start @dana #claims")).ok
        await slack.until(lambda: len(slack.told("ana")) == 2)
        words = {each.text for each in slack.told("ana")}
        assert words == {"claims: start <@U0DANA|dana> <#C0CLAIMS|claims>", "and later"}
        assert not slack.told("ben")

    with_app(scene)


def test_a_home_is_opened_and_its_menu_used(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        await slack.opens_home("ana")
        home = await slack.until(lambda: slack.home("ana"))
        assert (await slack.presses("ana", home, "Does not apply")).ok
        assert heard[-1]["actions"][0]["selected_option"]["value"] == "na"
        assert (await slack.presses("ana", home, "more", choice="Later")).ok
        assert heard[-1]["actions"][0]["selected_option"]["value"] == "later"
        assert "channel" not in heard[-1]
        with pytest.raises(AssertionError, match="does not see"):
            await slack.presses("ben", home, "Later")

    with_app(scene)


def test_messages_change_and_go_and_people_and_channels_too(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        root, other = await slack.says("ana", "claims", "root"), await slack.says("ana", "claims", "other")
        await slack.says("ben", "claims", "reply", thread=root.ts)
        await slack.edits(root.message, "better")
        await slack.deletes(other.message)
        await slack.deletes(root.message)
        await slack.shortcut("ana", slack.messages("claims")[-1])
        await slack.deactivates("dana")
        await slack.archives("claims")
        await slack.kicks_bot("claims")
        await slack.until(lambda: len(heard) == 10)
        events = [each for each in heard if "event" in each]
        assert Heard(events).kinds() == [
            *("message", "message", "message", "message_changed", "message_deleted", "message_changed"),
            *("user_change", "channel_archive", "channel_left"),
        ]
        changed, deleted, buried = (each["event"] for each in events[3:6])
        assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("root", "better")
        assert changed["message"]["edited"]["user"] == "U0ANA"
        assert deleted["deleted_ts"] == other.ts
        assert buried["message"]["subtype"] == "tombstone"
        assert heard[6]["message"]["text"] == "reply"

    with_app(scene)


def test_an_app_that_is_removed_is_told_twice(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        await slack.says("ana", "claims", "hello")
        answers = await slack.uninstalls()
        assert len(answers) == 2
        assert all("authorizations" not in each.payload for each in slack.delivered[-2:])

    with_app(scene)


def test_deliveries_come_twice_and_in_another_order(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        with slack.holding():
            said = await slack.says("ana", "claims", "one")
            await slack.edits(said.message, "two")
        assert not heard
        await slack.releases(1, 0)
        await slack.until(lambda: len(heard) == 2)
        assert heard.kinds() == ["message_changed", "message"]
        await slack.redelivers(backwards=True)
        await slack.until(lambda: len(heard) == 4)
        assert [each["event_id"] for each in heard[2:]] == [heard[1]["event_id"], heard[0]["event_id"]]
        assert await slack.retries() == []

    with_app(scene)


def test_the_bots_own_words_come_back_where_that_is_asked_for(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        slack.echoes = True
        api = client(slack)
        ts = (await api.chat_postMessage(channel=CLAIMS, text="hello"))["ts"]
        await slack.until(lambda: len(heard) == 1)
        await api.chat_update(channel=CLAIMS, ts=ts, text="hello again")
        await slack.until(lambda: len(heard) == 2)
        assert heard.kinds() == ["message", "message_changed"]
        assert (heard[0]["event"]["user"], heard[0]["event"]["bot_id"]) == (BOT, BOT_ID)

    with_app(scene)


def test_only_what_an_app_subscribed_to_is_brought(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        slack.subscribed = ["message.im", "team_join", "channel_id_changed"]
        slack.adds_channel("old")
        await slack.says("ana", "claims", "@ai-readiness hello")
        await slack.leaves("ben", "claims")
        await slack.deletes_channel("old")
        await slack.says("ana", "@ana", "hello")
        await slack.joins("new")
        await slack.moves("claims", "C0MOVED")
        await slack.until(lambda: len(heard) == 3)
        assert heard.kinds() == ["message", "team_join", "channel_id_changed"]
        assert slack.messages("C0MOVED")[0].channel == "C0MOVED"

    with_app(scene)


def test_somebody_of_another_company_is_told_apart(with_app: Callable[..., None]) -> None:
    async def scene(slack: FakeSlack, heard: Heard) -> None:
        slack.adds_person("zoe", team="T0OTHER", is_stranger=True)
        slack.adds_channel("partners", ext_shared=True)
        await slack.says("zoe", "partners", "hello")
        await slack.until(lambda: heard)
        assert heard[0]["is_ext_shared_channel"]
        assert heard[0]["event"]["user_team"] == "T0OTHER"

    with_app(scene)


def test_who_is_rung_is_seen_in_words_and_in_blocks() -> None:
    runs = [
        {"type": "user", "user_id": "U0BEN"},
        {"type": "broadcast", "range": "here"},
        {"type": "text", "text": "@x"},
    ]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}
    marked = {"type": "section", "text": {"type": "mrkdwn", "text": "<@U0DANA> &lt;@U0LEE&gt; <!channel>"}}
    message = Message(channel=CLAIMS, ts="1.0", user=BOT, text="<@U0ANA>", blocks=[rich, marked])
    assert rung(message) == {"U0ANA", "U0BEN", "U0DANA", "here", "channel"}
    assert rung([{"type": "section", "text": plain("<@U0ANA>")}]) == set()


# --- deliveries that go wrong ------------------------------------------------------------------------------------


def test_what_an_app_did_not_take_over_http_is_brought_again_with_slacks_headers() -> None:
    async def play() -> None:
        seen: list[Any] = []

        async def take(request: web.Request) -> web.Response:
            seen.append(request.headers)
            return web.Response(status=500 if len(seen) == 1 else 200)

        app = web.Application()
        app.router.add_post("/", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with FakeSlack(events_url=f"http://127.0.0.1:{runner.addresses[0][1]}/") as slack:
            assert not (await slack.says("ana", "claims", "hello")).ok
            assert [each.ok for each in await slack.retries()] == [True]
            assert "X-Slack-Retry-Num" not in seen[0]
            assert (seen[1]["X-Slack-Retry-Num"], seen[1]["X-Slack-Retry-Reason"]) == ("1", "http_error")
            await runner.cleanup()
            (answer,) = (await slack.says("ana", "claims", "anybody?")).answers
            assert (answer.status, answer.body) == (0, "connection_failed")

    asyncio.run(play())


async def _link(slack: FakeSlack, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    url = (await client(slack, APP_TOKEN).apps_connections_open(app_token=APP_TOKEN))["url"]
    wire = await http.ws_connect(url)
    assert (await wire.receive_json())["type"] == "hello"
    return wire


def test_an_envelope_goes_to_one_socket_and_comes_again_until_it_is_acked() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        assert await refused(api.apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"
        async with aiohttp.ClientSession() as http:
            one, two = await _link(slack, http), await _link(slack, http)
            assert not (await slack.says("ana", "claims", "hello")).ok
            first = await one.receive_json()
            assert first["retry_attempt"] == 0
            again = asyncio.create_task(slack.retries())
            second = await two.receive_json()
            assert (second["envelope_id"], second["retry_attempt"]) == (first["envelope_id"], 1)
            await one.send_json({"envelope_id": second["envelope_id"]})
            assert [each.ok for each in await again] == [True]
            assert slack.acks == [{"envelope_id": first["envelope_id"]}]
            await slack.disconnects()
            assert (await one.receive_json())["reason"] == "refresh_requested"
            await one.close()
            await slack.until(lambda: len(slack.sockets) == 1)
            await slack.breaks()
            assert (await two.receive()).type is aiohttp.WSMsgType.CLOSE
        assert not (await slack.says("ana", "claims", "anybody?")).ok

    with_slack(scene, patience=0.05)


def test_the_sdk_comes_back_after_a_disconnect() -> None:
    async def scene(slack: FakeSlack, api: AsyncWebClient) -> None:
        heard = Heard()
        async with served_over_sockets(slack, a_bolt_app(slack, heard)):
            await slack.disconnects()
            await slack.until(lambda: len(slack.called("apps.connections.open")) == 3 and len(slack.sockets) == 2)
            assert [(await slack.says("ana", "claims", "hello")).ok for _ in range(4)] == [True] * 4

    with_slack(scene)


# --- Block Kit ---------------------------------------------------------------------------------------------------

SECTION = {"type": "section", "text": plain("x")}
BROKEN: dict[str, Any] = {
    "51 blocks": [{"type": "divider"}] * 51,
    "an unknown block": [{"type": "table"}],
    "an unknown key": [{**SECTION, "colour": "red"}],
    "a long section": [{"type": "section", "text": plain("x" * 3_001)}],
    "an empty text": [{"type": "section", "text": plain("")}],
    "a section without words": [{"type": "section"}],
    "11 fields": [{"type": "section", "fields": [plain("x")] * 11}],
    "a header with marks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "emoji in mrkdwn": [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}],
    "no elements": [actions()],
    "26 buttons": [actions(*[button("x")] * 26)],
    "a long button": [actions(button("x" * 76))],
    "a long value": [actions(button("x", value="x" * 2_001))],
    "a style": [actions(button("x", style="blue"))],
    "two actions of one name": [actions(button("x", action_id="a"), button("y", action_id="a"))],
    "two blocks of one name": [{"type": "divider", "block_id": "b"}] * 2,
    "6 in an overflow": [actions({**MENU, "options": [option("x", f"{n}") for n in range(6)]})],
    "options with one value": [actions({**MENU, "options": [option("x", "v"), option("y", "v")]})],
    "an input's element in actions": [actions({"type": "plain_text_input"})],
    "a select without options": [actions({"type": "static_select"})],
    "a first choice that is none": [
        actions({"type": "static_select", "options": [option("x", "x")], "initial_option": option("y", "y")})
    ],
    "a day that is none": [actions({"type": "datepicker", "initial_date": "tomorrow"})],
    "11 in a context": [{"type": "context", "elements": [plain("x")] * 11}],
    "an empty run": [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}
    ],
    "a modal without a title": {"type": "modal", "blocks": []},
    "a long title": {**modal(), "title": plain("x" * 25)},
    "inputs without submit": {key: value for key, value in FORM.items() if key != "submit"},
    "101 blocks in a view": modal(*[{"type": "divider"}] * 101),
    "a home with a title": {"type": "home", "title": plain("x"), "blocks": []},
    "much metadata": modal(private_metadata="x" * 3_001),
    "words that do not fit": modal(field("x", {"type": "plain_text_input", "max_length": 3, "initial_value": "long"})),
    "two with the focus": modal(*(field(each, {"type": "plain_text_input", "focus_on_load": True}) for each in "ab")),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_slack_would_refuse_is_complained_about(broken: str) -> None:
    assert len(complaints(BROKEN[broken])) == 1


def test_what_slack_takes_is_taken() -> None:
    run = {"type": "text", "text": "x", "style": {"bold": True}}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [run]}]}
    blocks = [SECTION, {**SECTION, "accessory": MENU}, rich, actions(button("x", url="https://a.io")), *FORM["blocks"]]
    assert complaints(blocks) == []
    assert complaints(FORM) == []
    assert complaints({"type": "home", "blocks": blocks}) == []
