from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.fernet import Fernet
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installations import Installations
from adapters.slack.installing import installing, routes
from adapters.slack.manifest import INSTALL, REDIRECT
from conversations.errors import Busy
from conversations.ports import Installation
from storage.database import Database, open_database
from storage.tokens import Tokens
from storage.unit_of_work import first_time
from tests.fake_slack import FakeSlack, Trouble
from tests.fake_slack_state import APP, BOT, CLIENT_ID, CLIENT_SECRET, SCOPES, TEAM

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = datetime(9000, 1, 1, tzinfo=UTC)  # than the library, which looks at the machine's clock, can have installed it
PUBLIC = "https://readiness.acme.io"
KEY = Fernet.generate_key().decode()


class World:
    """A browser on its way through an installation."""

    browser: TestClient[web.Request, web.Application]
    asked: dict[str, list[str]]  # what the page of consent is opened with
    cookie: str

    def __init__(self, slack: FakeSlack, database: Database) -> None:
        self.now = AT
        self.slack = slack
        self.database = database
        self.tokens = Tokens(database.units, [KEY])
        self.greeted: list[Installation] = []
        self.busy = False
        self.mute = False

    async def begins(self) -> str:
        """The state that Slack is given; its cookie stays in the browser."""
        response = await self.browser.get(INSTALL, allow_redirects=False)
        assert response.status == 302
        self.asked = parse_qs(urlsplit(response.headers["Location"]).query)
        state = self.asked["state"][0]
        self.cookie = response.headers["Set-Cookie"].split(";")[0]
        return state

    async def returns(self, *, cookie: str | None = None, **query: str) -> tuple[int, str]:
        headers = {"Cookie": self.cookie if cookie is None else cookie}
        response: ClientResponse = await self.browser.get(REDIRECT, params=query, headers=headers)
        return response.status, await response.text()

    async def once(self, key: str) -> bool:
        if self.busy:
            raise Busy
        return await self.database.units(first_time, [key], self.now)

    async def greet(self, installed: Installation) -> None:
        if self.mute:
            raise Busy
        assert await self.tokens.find("slack", installed.tenant) == installed
        self.greeted.append(installed)

    async def kept(self) -> Installation | None:
        return await self.tokens.find("slack", TEAM)


@asynccontextmanager
async def world(database: Database) -> AsyncIterator[World]:
    async with FakeSlack() as slack, ClientSession() as session:
        here = World(slack, database)
        flow = installing(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            public_url=PUBLIC,
            scopes=SCOPES,
            tokens=here.tokens,
            once=here.once,
            client=AsyncWebClient(base_url=slack.base_url, session=session, retry_handlers=[]),
            clock=lambda: here.now,
            on_installed=here.greet,
        )
        app = web.Application()
        app.add_routes(routes(flow))
        async with TestClient(TestServer(app), cookie_jar=None) as browser:
            here.browser = browser
            yield here


@pytest.fixture
def plays(sqlite_url: str) -> Callable[[Callable[[World], Awaitable[None]]], None]:
    def play(scene: Callable[[World], Awaitable[None]]) -> None:
        async def run() -> None:
            database = open_database(sqlite_url)
            try:
                async with world(database) as here:
                    await scene(here)
            finally:
                database.close()

        asyncio.run(run())

    return play


Plays = Callable[[Callable[[World], Awaitable[None]]], None]


def test_a_workspace_is_installed_kept_greeted_and_told_what_to_do_next(plays: Plays) -> None:
    async def scene(here: World) -> None:
        state = await here.begins()
        assert here.asked["redirect_uri"] == [PUBLIC + REDIRECT]
        assert here.asked["scope"] == [",".join(SCOPES)]
        assert "user_scope" not in here.asked
        status, page = await here.returns(state=state, code="code-of-U0ANA")
        assert status == 200
        kept = await here.kept()
        assert kept
        assert (kept.name, kept.bot, kept.installed_by, kept.scopes) == ("Acme", BOT, "U0ANA", frozenset(SCOPES))
        assert kept.token in here.slack.tokens
        assert here.greeted == [kept]
        assert "AI Readiness is in Acme" in page
        assert f"https://slack.com/app_redirect?app={APP}&amp;team={TEAM}" in page
        assert "/ai-readiness start" in page

    plays(scene)


def test_a_state_is_good_for_one_installation(plays: Plays) -> None:
    async def scene(here: World) -> None:
        state = await here.begins()
        assert (await here.returns(state=state, code="code-of-U0ANA"))[0] == 200
        await here.tokens.forget("slack", TEAM, before=LATER)
        status, page = await here.returns(state=state, code="code-of-U0ANA")
        assert (status, await here.kept()) == (401, None)
        assert "used already" in page
        assert f'href="{PUBLIC}{INSTALL}"' in page
        padded = here.cookie + "="  # another way to write the same
        assert (await here.returns(cookie=padded, state=f"{state}=", code="code-of-U0ANA"))[0] == 401
        assert len(here.greeted) == 1

    plays(scene)


def test_a_state_is_good_for_ten_minutes(plays: Plays) -> None:
    async def scene(here: World) -> None:
        early, late = await here.begins(), await here.begins()
        cookie = "slack-app-oauth-state="
        here.now += timedelta(minutes=10)
        assert (await here.returns(cookie=cookie + early, state=early, code="code-of-U0ANA"))[0] == 200
        here.now += timedelta(seconds=1)
        status, page = await here.returns(cookie=cookie + late, state=late, code="code-of-U0ANA")
        assert status == 401
        assert "more than ten minutes ago" in page

    plays(scene)


def test_a_state_of_somebody_else_opens_nothing(plays: Plays) -> None:
    async def scene(here: World) -> None:
        foreign = Tokens(here.database.units, [Fernet.generate_key().decode()])
        note = here.tokens.seal("another note", at=AT)
        for state in (foreign.seal("oauth/1", at=AT), note, "x", ""):
            cookie = f"slack-app-oauth-state={state}"
            assert (await here.returns(cookie=cookie, state=state, code="code-of-U0ANA"))[0] == 401
        mine = await here.begins()
        for cookie in ("", "slack-app-oauth-state=another"):
            status, page = await here.returns(cookie=cookie, state=mine, code="code-of-U0ANA")
            assert status == 400
            assert "the browser that it began in" in page
        assert (await here.kept(), here.greeted, here.slack.calls) == (None, [], [])

    plays(scene)


@pytest.mark.parametrize(
    ("why", "words"),
    [("access_denied", "that is fine"), ("<b>who</b>", "an administrator approves apps first")],
)
def test_who_decides_against_it_reads_that_nothing_was_installed(plays: Plays, why: str, words: str) -> None:
    async def scene(here: World) -> None:
        await here.begins()
        status, page = await here.returns(error=why, state="")
        assert status == 200
        assert "Nothing was installed" in page
        assert words in page
        assert "who</b>" not in page
        assert here.slack.calls == []

    plays(scene)


@pytest.mark.parametrize("how", ["invalid_code", "bad_client_secret", 500, Trouble.DROP_BEFORE], ids=str)
def test_where_slack_does_not_confirm_nothing_is_kept_and_the_code_is_in_no_log(
    plays: Plays, how: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(here: World) -> None:
        here.slack.fail("oauth.v2.access", how)
        state = await here.begins()
        status, page = await here.returns(state=state, code="code-of-U0ANA")
        assert (status, await here.kept()) == (401, None)
        assert "Slack did not confirm" in page

    caplog.set_level(logging.INFO)
    plays(scene)
    assert "installation_not_granted" in caplog.messages
    assert not any("code-of" in str(vars(record)) for record in caplog.records if record.name.startswith("adapters"))


def test_without_a_code_one_starts_once_more(plays: Plays) -> None:
    async def scene(here: World) -> None:
        state = await here.begins()
        status, page = await here.returns(state=state)
        assert status == 401
        assert "Please start once more" in page

    plays(scene)


def test_where_the_database_does_not_answer_one_is_told_to_come_again(plays: Plays) -> None:
    async def scene(here: World) -> None:
        state = await here.begins()
        here.busy = True
        status, page = await here.returns(state=state, code="code-of-U0ANA")
        assert status == 503
        assert "could not be kept just now" in page
        here.busy = False
        assert (await here.returns(state=state, code="code-of-U0ANA"))[0] == 200

    plays(scene)


def test_a_greeting_that_cannot_be_said_stops_no_installation(plays: Plays) -> None:
    async def scene(here: World) -> None:
        here.mute = True
        assert (await here.returns(state=await here.begins(), code="code-of-U0ANA"))[0] == 200
        assert await here.kept()

    plays(scene)


def test_a_page_is_neither_kept_nor_told_to_others_and_its_cookie_is_gone(plays: Plays) -> None:
    async def scene(here: World) -> None:
        response = await here.browser.get(REDIRECT, params={"error": "access_denied"})
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.content_type == "text/html"
        assert "slack-app-oauth-state=deleted" in response.headers["Set-Cookie"]

    plays(scene)


def test_bolt_finds_and_forgets_through_our_store(plays: Plays) -> None:
    async def scene(here: World) -> None:
        store = Installations(here.tokens)
        place: dict[str, Any] = {"enterprise_id": "E1", "team_id": TEAM}
        assert await store.async_find_bot(**place) is None
        await here.returns(state=await here.begins(), code="code-of-U0ANA")
        kept = await here.kept()
        assert kept
        found, bot = await store.async_find_installation(**place, user_id="U0BEN"), await store.async_find_bot(**place)
        assert found
        assert bot
        assert (found.team_id, found.user_id, found.bot_token) == (TEAM, "U0ANA", kept.token)
        assert (bot.bot_token, bot.bot_user_id, bot.bot_scopes) == (kept.token, BOT, sorted(SCOPES))
        assert await store.async_find_bot(**place, is_enterprise_install=True) is None
        await store.async_delete_installation(**place, user_id="U0BEN")
        assert await here.kept() == kept
        await store.async_delete_all(**place)
        assert await here.kept() is None

    plays(scene)


def test_an_installation_for_the_whole_organisation_is_kept_under_its_own_id(plays: Plays) -> None:
    async def scene(here: World) -> None:
        store = Installations(here.tokens)
        await here.returns(state=await here.begins(), code="code-of-U0ANA")
        granted = await store.async_find_installation(enterprise_id=None, team_id=TEAM)
        assert granted
        granted.is_enterprise_install, granted.enterprise_id, granted.enterprise_name = True, "E1", "Acme Group"
        await store.async_save(granted)
        kept = await here.tokens.find("slack", "E1")
        assert kept
        assert kept.name == "Acme Group"
        found = await store.async_find_bot(enterprise_id="E1", team_id=None, is_enterprise_install=True)
        assert found
        assert (found.enterprise_id, found.team_id, found.bot_token) == ("E1", None, kept.token)

    plays(scene)
