from __future__ import annotations

import asyncio
import base64
import html
import json
import os
import re
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.serving import run
from bot.settings import BadSettings, Settings
from conversations.errors import DatabaseInUse
from tests.fake_slack import BOT_TOKEN, Trouble, text_of
from tests.fake_slack_state import CLIENT_ID, CLIENT_SECRET
from tests.serving import HTTP, SOCKET, TRANSPORTS, Serve, ok, played, serving, settings_for, with_serve, workspace

TEN = datetime.fromisoformat("2026-11-23T10:00:00+00:00")  # on a Monday
EVERY_TRANSPORT = pytest.mark.parametrize("over", TRANSPORTS)


def test_what_is_half_configured_is_refused_with_all_that_is_missing(sqlite_url: str) -> None:
    async def begin(**given: Any) -> None:
        await run(Settings(database_url=sqlite_url, **given), asyncio.Event())

    with pytest.raises(BadSettings, match=r"^No platform is configured: set SLACK_BOT_TOKEN"):
        asyncio.run(begin())
    with pytest.raises(BadSettings, match=r"^SLACK_SIGNING_SECRET: set it"):
        asyncio.run(begin(slack_bot_token=BOT_TOKEN))


def counted(told: str, what: str, *, kind: str, outcome: str) -> float:
    labels = f'{{kind="{kind}",outcome="{outcome}",platform="slack"}}'
    (line,) = [each for each in told.splitlines() if each.startswith(f"ai_readiness_{what}_total{labels}")]
    return float(line.rpartition(" ")[2])


@EVERY_TRANSPORT
def test_it_is_alive_and_ready_and_counts_what_it_did(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        async with serve.slack.http.get(f"{serve.url}/healthz") as answer:
            assert answer.status == 200
        assert await serve.readyz() == (200, {})
        await serve.starts()
        async with serve.slack.http.get(f"{serve.url}/metrics") as answer:
            told = await answer.text()
        assert counted(told, "turns", kind="command", outcome="committed") == 1
        assert counted(told, "deliveries", kind="post", outcome="sent") == 2

    with_serve(scene, sqlite_url, over)


def test_people_are_written_to_by_the_clock_and_that_is_counted(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        await serve.says("ana", "ask @lee ops_team")
        await serve.written("lee", "asks you for one answer")
        async with serve.slack.http.get(f"{serve.url}/metrics") as answer:
            told = (await answer.text()).splitlines()
        assert 'ai_readiness_letters_total{kind="ask",platform="slack"} 1.0' in told
        assert 'ai_readiness_deliveries_total{kind="post",outcome="sent",platform="slack"} 3.0' in told

    with_serve(scene, sqlite_url, clock=lambda: TEN)


def test_what_was_due_while_nobody_served_is_written_after_the_start_and_once(sqlite_url: str) -> None:
    now = TEN

    async def play() -> None:
        nonlocal now
        async with workspace(clock=lambda: now) as slack:
            async with serving(slack, sqlite_url, clock=lambda: now) as serve:
                await serve.starts()
                await serve.says("ana", "ask @lee ops_team")
                await serve.written("lee", "asks you")
            now += timedelta(days=8)
            for _ in range(2):
                async with serving(slack, sqlite_url, clock=lambda: now) as serve:
                    await serve.written("lee", "I could not write since Mon 23 Nov")
            assert len(slack.direct("lee").messages) == 2

    played(play)


def test_a_token_that_is_no_good_is_said_by_readyz(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        status, wrong = await serve.readyz()
        assert status == 503
        assert "SLACK_BOT_TOKEN" in wrong["slack"]

    with_serve(scene, sqlite_url, slack_bot_token="xoxb-another")


def test_it_starts_while_slack_cannot_be_reached_and_connects_when_it_can(sqlite_url: str) -> None:
    async def play() -> None:
        async with workspace() as slack:
            slack.fail("apps.connections.open", Trouble.DROP_BEFORE, times=None)
            async with serving(slack, sqlite_url, SOCKET, waits=False) as serve:
                status, wrong = await serve.readyz()
                assert (status, list(wrong)) == (503, ["slack"])
                slack.heals()
                await slack.until(lambda: len(slack.sockets) == 2, seconds=15)
                await serve.starts()
                assert await serve.readyz() == (200, {})

    played(play)


def test_a_second_one_on_the_same_file_is_refused(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        with pytest.raises(DatabaseInUse, match="serve"):
            await run(settings_for(serve.slack, sqlite_url, HTTP), asyncio.Event())

    with_serve(scene, sqlite_url)


@EVERY_TRANSPORT
def test_told_to_stop_it_finishes_what_it_has_begun(sqlite_url: str, over: str) -> None:
    async def play() -> None:
        async with workspace() as slack:
            async with serving(slack, sqlite_url, over):
                slack.fail("chat.postMessage", Trouble.SLOW, seconds=0.5)
                ok(await slack.command("ana", "claims", "start Claims Copilot"))
                await slack.until(lambda: slack.called("chat.postMessage"))
            assert slack.sockets == []
            async with serving(slack, sqlite_url, over) as serve:
                await serve.settled()
                assert len([each for each in serve.of_bot() if not each.is_reply]) == 1
                assert not slack.called("conversations.history")  # nothing had to be looked for
                serve.card("1 of 6")  # whichever of the two has said it; raises where neither has

    played(play)


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async def play() -> None:
        async with workspace() as slack:
            environment = {
                **os.environ,
                "SLACK_BOT_TOKEN": BOT_TOKEN,
                "SLACK_APP_TOKEN": "xapp-ready",
                "SLACK_API_URL": slack.base_url,
                "AI_READINESS_LOG": "json",
                "PORT": "0",
            }
            program = Path(sys.executable).parent / "ai-readiness"
            served = await asyncio.create_subprocess_exec(
                program, "serve", cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            await slack.until(lambda: len(slack.sockets) == 2, seconds=20)
            ok(await slack.command("ana", "claims", "start Secret Project"))
            await slack.until(lambda: slack.messages("claims"))
            served.send_signal(signal.SIGTERM)
            out, err = await served.communicate()
            assert (served.returncode, out) == (0, b"")
            sys.stderr.write(err.decode())  # where it is looked through
            events = {line["event"]: line for line in map(json.loads, err.splitlines())}
            assert events["listening"]["address"].rpartition(":")[0] == "http://127.0.0.1"
            assert b"Secret Project" not in err
            assert b"Traceback" not in err, err

    played(play)


def test_any_workspace_installs_it_and_may_remove_it(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        slack.tokens.clear()  # nobody has installed it
        async with slack.http.get(f"{serve.url}/slack/install", allow_redirects=False) as page:
            link = page.headers.get("Location") or html.unescape(re.findall(r'href="([^"]+)"', await page.text())[0])
            state = page.headers["Set-Cookie"].partition(";")[0]
        back = slack.consents("ana", link).replace("https://readiness.acme.example", serve.url)
        async with slack.http.get(back, headers={"Cookie": state}) as done:
            assert done.status == 200
        await serve.settled()
        assert "is installed" in text_of(serve.direct("ana"))
        await serve.starts()
        assert all(each.ok for each in await slack.uninstalls())
        assert (await slack.says("ana", "claims", "skip", thread=serve.root().ts)).ok

    with_serve(
        scene,
        sqlite_url,
        slack_bot_token=None,
        slack_client_id=CLIENT_ID,
        slack_client_secret=CLIENT_SECRET,
        public_url="https://readiness.acme.example",
        AI_READINESS_KEY=[base64.urlsafe_b64encode(bytes(32)).decode()],
    )
