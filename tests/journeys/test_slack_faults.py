"""Bad days: Slack repeats itself, refuses, says nothing and goes; the database is down; somebody forges requests."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import io
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.fake_slack import SIGNING_SECRET, Trouble, text_of
from tests.fake_slack_delivery import Kind, signed
from tests.serving import HTTP, SOCKET, TRANSPORTS, Serve, delivery_ids, ok, played, playing, with_serve

ITEMS = {  # any order
    "run.ops_team": "Claims Platform Ops, they joined the weekly call on 6 October",
    "fail.fallback": "Adjusters write the summary by hand in the old claim form",
    "success.baseline": "14 min median, May-July 2026, 2,310 claims",
    "train.audience": "420 adjusters in Leeds and Porto",
}
EVERY_TRANSPORT = pytest.mark.parametrize("over", TRANSPORTS)


def labelled(item: str) -> str:
    return f"{item.partition('.')[2]}: {ITEMS[item]}"


async def answered_once(serve: Serve) -> None:
    """Each of ITEMS has its one answer, and everybody heard of it once."""
    await serve.settled()
    items = await serve.items()
    assert {key: (items[key]["answer"], items[key]["history_count"]) for key in ITEMS} == {
        key: (answer, 1) for key, answer in ITEMS.items()
    }
    assert len(set(delivery_ids(serve.slack))) == len(delivery_ids(serve.slack))
    marked = [each for each in serve.slack.messages("claims") if each.reactions]
    assert len(marked) == len(ITEMS)


# --- again, and in another order -------------------------------------------------------------------------------------


@EVERY_TRANSPORT
def test_what_comes_five_times_in_any_order_counts_once(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        root = await serve.starts()
        with serve.slack.holding():
            for item in ITEMS:
                await serve.slack.says("ana", "claims", labelled(item), thread=root)
        await serve.slack.releases(2, 0, 3, 1)
        for backwards in (True, False, True, True):
            assert all(each.ok for each in await serve.slack.redelivers(backwards=backwards))
        await answered_once(serve)

    with_serve(scene, sqlite_url, over)


@EVERY_TRANSPORT
def test_an_edit_that_comes_before_its_message_is_the_answer(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        root = await serve.starts()
        with serve.slack.holding():
            said = await serve.slack.says("ana", "claims", "audience: 40 adjusters in Leeds", thread=root)
            await serve.slack.edits(said.message, "audience: 42 adjusters in Leeds")
        assert all(each.ok for each in await serve.slack.releases(1, 0, 1, 0))
        await serve.settled()
        assert await serve.answer("train.audience") == "42 adjusters in Leeds"

    with_serve(scene, sqlite_url, over)


@EVERY_TRANSPORT
def test_a_deletion_that_comes_before_its_message_leaves_nothing(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        root = await serve.starts()
        with serve.slack.holding():
            said = await serve.slack.says("ana", "claims", "audience: 40 adjusters in Leeds", thread=root)
            await serve.slack.deletes(said.message)
        assert all(each.ok for each in await serve.slack.releases(1, 0, 0, 1))
        await serve.settled()
        assert (await serve.items())["train.audience"]["state"] == "open"

    with_serve(scene, sqlite_url, over)


# --- requests that are not Slack's -----------------------------------------------------------------------------------


def signature(body: bytes, at: str) -> dict[str, str]:
    digest = hmac.new(SIGNING_SECRET.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}", "Content-Type": "application/json"}


def now(ahead: int = 0) -> str:
    return str(int(time.time()) + ahead)


EVENT = b'{"type": "event_callback", "team_id": "T0ACME", "event_id": "Ev1", "event": {"type": "message"}}'
LARGE = b'"' + b"x" * 1024**2 + b'"'


def requests() -> dict[str, tuple[bytes, dict[str, str], int]]:
    """Bodies with their headers, signed now, and what each is answered with."""
    return {
        "signed": (EVENT, signature(EVENT, now()), 200),
        "unsigned": (EVENT, {}, 401),
        "without its time": (EVENT, signature(EVENT, now()) | {"X-Slack-Request-Timestamp": ""}, 401),
        "with another's signature": (EVENT, signature(EVENT + b" ", now()), 401),
        "with strange signs": (EVENT, signature(EVENT, now()) | {"X-Slack-Signature": "v0=é"}, 401),
        "six minutes old": (EVENT, signature(EVENT, now(-360)), 401),
        "six minutes ahead": (EVENT, signature(EVENT, now(360)), 401),
        **{
            f"at {at[:9]}": (EVENT, signature(EVENT, at), 401)
            for at in ("soon", "-1", "1e9", "9" * 400, "9" * 5_000, "0")
        },
        "not UTF-8": (b'{"a": "\xff"}', signature(b'{"a": "\xff"}', now()), 401),
        "not JSON": (b"{", signature(b"{", now()), 400),
        "a list": (b"[]", signature(b"[]", now()), 400),
        "null": (b"null", signature(b"null", now()), 400),
        "a word": (b'"x"', signature(b'"x"', now()), 400),
        "a number": (b"1", signature(b"1", now()), 400),
        "too deep": (b"[" * 100_000, signature(b"[" * 100_000, now()), 400),
        "too large": (LARGE, signature(LARGE, now()), 413),
    }


def test_a_request_that_is_not_slacks_is_refused(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        for name, (body, headers, status) in requests().items():
            async with serve.slack.http.post(
                f"{serve.url}/slack/events", data=io.BytesIO(body), headers=headers
            ) as answer:
                assert (name, answer.status) == (name, status)

    with_serve(scene, sqlite_url)


def test_a_form_whose_payload_is_nonsense_is_refused(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        for payload in ("", "x", "[]", "null", "1", "{", '"x"'):
            body = f"payload={quote(payload)}"
            headers = {"Content-Type": "application/x-www-form-urlencoded", **signed(body)}
            async with serve.slack.http.post(f"{serve.url}/slack/events", data=body, headers=headers) as answer:
                assert (payload, answer.status) == (payload, 400)

    with_serve(scene, sqlite_url)


def test_another_method_or_path_is_answered_in_a_sentence(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        found = []
        for method, path in (("GET", "/slack/events"), ("POST", "/slack/event"), ("GET", "/")):
            async with serve.slack.http.request(method, f"{serve.url}{path}") as answer:
                found.append(answer.status)
                assert (await answer.json())["error"].endswith(".")
        assert found == [405, 404, 404]

    with_serve(scene, sqlite_url)


def test_a_command_with_the_word_payload_in_it_is_a_command(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts("Claims payload checker")
        assert "Claims payload checker" in text_of(serve.root())

    with_serve(scene, sqlite_url)


@EVERY_TRANSPORT
def test_whatever_slack_sends_is_received(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        team = {"team_id": "T0ACME", "team": {"id": "T0ACME"}, "user": {"id": "U0ANA"}, "api_app_id": "A0READY"}
        kinds = ("view_closed", "block_suggestion", "workflow_step_edit", "dialog_submission", "function_executed", "?")
        for kind in kinds:
            ok(await slack.brings(Kind.PRESSED, {**team, "type": kind, "view": {}, "actions": []}))
        for kind in ("emoji_changed", "reaction_added", "message", "app_mention", "?", "user_change", "channel_rename"):
            ok(await slack.brings(Kind.EVENT, {"type": "event_callback", "event_id": kind, "event": {"type": kind}}))
        ok(await slack.brings(Kind.EVENT, {"type": "app_rate_limited", "minute_rate_limited": 1, **team}))
        ok(await slack.brings(Kind.COMMAND, {"command": "/ai-readiness", "ssl_check": "1", "token": "x"}))
        challenged = await slack.brings(Kind.EVENT, {"type": "url_verification", "challenge": "3eZbrw1a"})
        assert over == SOCKET or challenged.body == {"challenge": "3eZbrw1a"}

    with_serve(scene, sqlite_url, over)


# --- the database is down --------------------------------------------------------------------------------------------


class Switch(Protocol):
    """A database that can be taken away and given back."""

    @property
    def url(self) -> str: ...

    async def off(self) -> None: ...
    async def on(self) -> None: ...


class SqliteSwitch:
    """Its tables are elsewhere, as while somebody restores the file."""

    _TABLES = ("inbox", "outbox", "person", "review")

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def url(self) -> str:
        return self._url

    async def off(self) -> None:
        self._rename("{0}", "away_{0}")

    async def on(self) -> None:
        self._rename("away_{0}", "{0}")

    def _rename(self, old: str, new: str) -> None:
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as database:
            for table in self._TABLES:
                database.execute(f"ALTER TABLE {old.format(table)} RENAME TO {new.format(table)}")


class PostgresSwitch:
    """A port before the server, which can be closed with all its connections."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._wires: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._port = 0
        self.flows = asyncio.Event()  # not set: nothing comes back, and nobody hangs up
        self.flows.set()

    @property
    def url(self) -> str:
        return f"postgresql://{self._parts.username}@127.0.0.1:{self._port}{self._parts.path}"

    async def on(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def off(self) -> None:
        assert self._server
        self._server.close()
        for wire in self._wires:
            wire.transport.abort()

    async def _connected(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await self._reaches()
        self._wires |= {to_near, to_far}
        await asyncio.gather(self._carry(near, to_far), self._carry(far, to_near))

    async def _reaches(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if folder := parse_qs(self._parts.query).get("host"):
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{self._parts.port or 5432}")
        return await asyncio.open_connection(self._parts.hostname, self._parts.port or 5432)

    async def _carry(self, near: asyncio.StreamReader, to_far: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await near.read(65_536):
                await self.flows.wait()
                to_far.write(data)
                await to_far.drain()
        to_far.close()


NOT_SAVED = "I may not have saved that."
EITHER = pytest.mark.parametrize(("kind", "over"), [("sqlite", HTTP), ("sqlite", SOCKET), ("postgres", HTTP)])


def with_switch(
    scene: Callable[[Serve, Switch], Any],
    request: pytest.FixtureRequest,
    kind: str,
    over: str,
) -> None:
    """A scene in which the database can be switched off. What a socket is not told costs Slack's whole patience."""
    url = str(request.getfixturevalue(f"{kind}_url"))
    switch: Switch = SqliteSwitch(url) if kind == "sqlite" else PostgresSwitch(url)

    async def play() -> None:
        if kind == "postgres":
            await switch.on()
        await playing(
            lambda serve: scene(serve, switch), switch.url, over, fake={"patience": 3.0 if over == HTTP else 0.3}
        )
        if kind == "postgres":
            await switch.off()

    played(play)


@EITHER
def test_what_comes_while_the_database_is_down_is_taken_once_afterwards(
    request: pytest.FixtureRequest, kind: str, over: str
) -> None:
    async def scene(serve: Serve, switch: Switch) -> None:
        root = await serve.starts()
        await switch.off()
        for item in ITEMS:
            said = await serve.slack.says("ana", "claims", labelled(item), thread=root)
            assert [answer.status for answer in said.answers] == [503 if over == HTTP else 0]
        status, wrong = await serve.readyz()
        assert (status, list(wrong)) == (503, ["database"])
        await switch.on()
        assert all(each.ok for each in await serve.slack.retries())
        assert all(each.ok for each in await serve.slack.redelivers())
        await answered_once(serve)
        assert await serve.readyz() == (200, {})

    with_switch(scene, request, kind, over)


@EITHER
def test_whoever_does_something_while_the_database_is_down_is_told(
    request: pytest.FixtureRequest, kind: str, over: str
) -> None:
    async def scene(serve: Serve, switch: Switch) -> None:
        slack = serve.slack
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await slack.presses("ben", card, "Later"))
        ok(await slack.presses("lee", card, "Answer"))
        await serve.settled()
        await switch.off()
        ok(await slack.command("tom", "claims", "list"))
        ok(await slack.presses("ana", card, "Skip"))
        ok(await slack.presses("dana", card, "Answer"))
        later = await slack.submits("ben", {"Service owner: until when?": "2026-12-04"})
        filled = await slack.submits("lee", {"run.ops_team": ITEMS["run.ops_team"]})
        assert NOT_SAVED in text_of(serve.told("tom"))
        assert NOT_SAVED in text_of(serve.told("ana"))
        assert NOT_SAVED in text_of(slack.modal("dana"))
        for answer in (later, filled):
            assert [error.startswith(NOT_SAVED) for error in answer.body["errors"].values()] == [True]
        await switch.on()
        ok(await slack.submits("lee"))
        await serve.settled()
        assert await serve.answer("run.ops_team") == ITEMS["run.ops_team"]

    with_switch(scene, request, kind, over)


def test_whoever_does_something_while_the_database_hangs_is_told_in_time(request: pytest.FixtureRequest) -> None:
    async def scene(serve: Serve, switch: Switch) -> None:
        slack = serve.slack
        assert isinstance(switch, PostgresSwitch)
        root = await serve.starts()
        switch.flows.clear()
        item = "run.ops_team"
        commanded, pressed, said = await asyncio.gather(
            slack.command("tom", "claims", "list"),
            slack.presses("ana", serve.card("1 of 6"), "Skip"),
            slack.says("ana", "claims", labelled(item), thread=root),
        )
        assert (ok(commanded).status, ok(pressed).status, said.answers[0].status) == (200, 200, 503)
        assert NOT_SAVED in text_of(serve.told("tom"))
        assert NOT_SAVED in text_of(serve.told("ana"))
        switch.flows.set()
        assert all(each.ok for each in await slack.retries())
        await serve.settled()
        found = (await serve.items())[item]
        assert (found["answer"], found["history_count"]) == (ITEMS[item], 1)

    with_switch(scene, request, "postgres", HTTP)


# --- Slack refuses, is silent, or was heard and does not say so ------------------------------------------------------

SENDING = (
    *("chat.postMessage", "chat.update", "chat.postEphemeral", "reactions.add", "reactions.remove"),
    *("conversations.open", "views.update", "views.publish", "response_url", "chat.getPermalink"),
)


async def eventful(serve: Serve) -> None:
    """Something that takes all of SENDING."""
    slack = serve.slack
    ok(await slack.command("ana", "claims", "start Claims Copilot"))
    await slack.until(lambda: len(serve.of_bot()) == 2)
    root = serve.root().ts
    await slack.opens_home("ana")
    for item in ITEMS:
        await slack.says("ana", "claims", labelled(item), thread=root)
    await slack.says("ana", "claims", "decider: @tom", thread=root)  # who is asked to confirm it
    await slack.says("ana", "claims", "undo", thread=root)
    ok(await slack.command("ana", "claims", "list"))
    ok(await slack.presses("lee", serve.card("1 of 6"), "Answer"))


async def all_is_said(serve: Serve) -> None:
    await answered_once(serve)
    slack = serve.slack
    assert "5 of 21 answered" not in text_of(serve.root())
    assert "4 of 21 answered" in text_of(serve.root())
    assert "Claims Copilot" in text_of(slack.home("ana"))
    assert "Claims Copilot" in text_of(serve.told("ana", "Claims Copilot"))
    form = slack.modal("lee")
    assert form
    assert "submit" in form.body
    posts = [text_of(each) for each in serve.of_bot()]
    assert len(posts) == len(set(posts))


def test_what_slack_puts_off_is_said_in_the_end_and_once(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        for method in SENDING:
            serve.slack.fail(method, "ratelimited", retry_after=1)
        await eventful(serve)
        await all_is_said(serve)
        refused = {call.method for call in serve.slack.calls if call.error == "ratelimited"}
        assert refused == set(SENDING)

    with_serve(scene, sqlite_url)


@pytest.mark.parametrize("trouble", [Trouble.DROP_AFTER, Trouble.DROP_BEFORE, 500])
def test_what_slack_may_have_heard_is_said_once(sqlite_url: str, trouble: Trouble | int) -> None:
    async def scene(serve: Serve) -> None:
        serve.slack.fail("chat.postMessage", trouble, channel="claims", times=2)
        for method in ("chat.update", "reactions.add", "reactions.remove", "conversations.open"):
            serve.slack.fail(method, trouble)
        await eventful(serve)
        await all_is_said(serve)

    with_serve(scene, sqlite_url)


# --- sockets ---------------------------------------------------------------------------------------------------------


def test_a_socket_that_goes_takes_nothing_with_it(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        for n, item in enumerate(ITEMS):
            said = asyncio.create_task(slack.says("ana", "claims", labelled(item), thread=serve.root().ts))
            await (slack.breaks() if n % 2 else slack.disconnects("warning"))
            await said
            await slack.until(lambda: len([each for each in slack.sockets if not each.leaving]) == 2)
        await slack.retries()
        await slack.redelivers()
        await answered_once(serve)

    with_serve(scene, sqlite_url, SOCKET)


def test_what_was_said_while_no_socket_was_open_comes_afterwards(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        root = await serve.starts()
        slack.fail("apps.connections.open", 500, times=2)
        await asyncio.gather(slack.breaks(), slack.sockets[1].wire.close())
        for item in ITEMS:
            await slack.says("ana", "claims", labelled(item), thread=root)
        await slack.until(lambda: len(slack.sockets) == 2, seconds=15)
        assert all(each.ok for each in await slack.retries())
        await answered_once(serve)

    with_serve(scene, sqlite_url, SOCKET)


# --- many at once ----------------------------------------------------------------------------------------------------


@EVERY_TRANSPORT
def test_one_form_that_is_sent_twice_at_once_is_taken_once(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        ok(await slack.presses("lee", serve.card("1 of 6"), "Answer"))
        await serve.settled()
        with slack.holding():
            await slack.submits("lee", {"run.ops_team": ITEMS["run.ops_team"]})
            await slack.submits("lee")
        assert all(each.ok for (each,) in await asyncio.gather(slack.releases(0), slack.releases(1)))
        await serve.settled()
        item = (await serve.items())["run.ops_team"]
        assert (item["answer"], item["history_count"]) == (ITEMS["run.ops_team"], 1)

    with_serve(scene, sqlite_url, over)


@EITHER
def test_two_who_start_one_project_at_once_start_it_once(request: pytest.FixtureRequest, kind: str, over: str) -> None:
    async def scene(serve: Serve, _switch: Switch) -> None:
        slack = serve.slack
        people = ("ana", "ben", "dana", "lee")
        answers = await asyncio.gather(*(slack.command(who, "claims", "start Claims Copilot") for who in people))
        assert all(each.ok for each in answers)
        await serve.settled()
        assert len([each for each in serve.of_bot() if not each.is_reply]) == 1
        told = [who for who in people if any("under review already" in text_of(each) for each in slack.told(who))]
        assert len(told) == len(people) - 1

    with_switch(scene, request, kind, over)


def test_sixty_replies_in_a_moment_are_few_revisions_and_the_last_state(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        root = await serve.starts()
        before = len(slack.called("chat.update"))
        texts = [f"Team {n}, they joined the weekly call on 6 October" for n in range(100, 160)]
        said = [slack.says("ana", "claims", f"ops_team: {text}", thread=root) for text in texts]
        await asyncio.gather(*said)
        assert all(each.ok for each in await slack.retries())  # those that a busy machine kept waiting
        await serve.settled()
        item = (await serve.items())["run.ops_team"]
        assert (item["history_count"], item["state"]) == (60, "complete")
        assert item["answer"] in text_of(serve.card("1 of 6"))
        assert "1 of 21 answered" in text_of(serve.root())
        assert len(slack.called("chat.update")) - before < 30

    with_serve(scene, sqlite_url, haste=100)
