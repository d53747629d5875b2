from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import psycopg
import pytest

from adapters.slack import checks
from bot import doctor
from bot.doctor import as_lines, examine
from conversations.activities import ConversationReference
from conversations.effects import Post, Turn, Whisper
from conversations.ports import Installation
from conversations.review import Phase
from storage.database import Database, migrate, open_database
from storage.models import DeliveryState
from storage.outbox import claim, give_up, mark_sent
from storage.tokens import Tokens
from tests.bot.test_relay import CARD, wants
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.fake_slack_state import TEAM
from tests.journeys.terminal import ROOT, Terminal
from tests.storage.revisions import LAST, NEWEST, add_pair, crash_image
from tests.storage.tiny import AT, begun, decide, run, says, starts, taken

OWN = """
pack: ours
version: 0.1.0
extends: core
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


@pytest.fixture
def looked(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where `told` looks: a database of each kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


def told() -> str:
    return "\n".join(as_lines(examine()))


def files(folder: Path) -> dict[str, bytes]:
    """All but the index of SQLite's log, which every reader writes."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".db-shm"}


def test_before_anything_is_there_all_is_well_and_nothing_is_made(terminal: Terminal) -> None:
    ran = terminal.run("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert [line[:2] for line in ran.out.splitlines()] == ["✓ "] * 6
    assert "✓ serve: no platform is configured; `chat` works" in ran.out
    assert "ai-readiness.db is made when it is first worked on" in ran.out
    assert list(terminal.folder.iterdir()) == []


def test_of_a_working_database_each_check_is_one_line(terminal: Terminal) -> None:
    terminal.chat("@dana, Claims Platform")
    before = files(terminal.folder)
    ran = terminal.run("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "✓ settings: all can be used",
        "✓ serve: no platform is configured; `chat` works",
        "✓ database: ai-readiness.db answers",
        f"✓ schema: revision {NEWEST}, up to date",
        "✓ packs: 4 files, nothing to put right",
        "✓ new reviews: pack core",
        "✓ packs in use: each version is what its reviews began with",
        "✓ holidays: none, where somebody's country is unknown",
        "✓ deliveries: none is parked",
        "✓ reviews: each can be seen, or is on its way",
    ]
    assert files(terminal.folder) == before


def test_all_settings_that_are_wrong_are_told_and_the_other_checks_are_made(terminal: Terminal) -> None:
    terminal.run("migrate")
    ran = terminal.run("doctor", AI_READINESS_TIMEZONE="Middle/Earth", AI_READINESS_ADMINS="ana ben")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == "! settings: 2 cannot be used"
    assert lines[1].strip().startswith("AI_READINESS_TIMEZONE: no time zone is called 'Middle/Earth'")
    assert lines[2].strip().startswith("AI_READINESS_ADMINS: write commas")
    assert [line[0] for line in lines[3:]] == ["✓"] * 8


def test_a_database_url_that_is_none_leaves_the_packs_to_be_checked(terminal: Terminal) -> None:
    ran = terminal.run("doctor", DATABASE_URL="mysql://ana:hunter2@db/x", AI_READINESS_PACK="none")
    assert ran.code == 1
    checks = [line.split(":")[0] for line in ran.out.splitlines() if line[0] != " "]
    assert checks == ["! settings", "✓ serve", "✓ packs", "! new reviews", "✓ holidays"]
    assert "core, full" in ran.out
    assert "hunter2" not in ran.out + ran.err
    assert list(terminal.folder.iterdir()) == []


def test_the_country_whose_holidays_count_is_told_or_what_is_wrong_with_it(terminal: Terminal) -> None:
    known = terminal.run("doctor", AI_READINESS_COUNTRY="de-by")
    assert "✓ holidays: those of DE-BY, where somebody's country is unknown" in known.out
    unknown = terminal.run("doctor", AI_READINESS_COUNTRY="Bavaria")
    assert unknown.code == 1
    assert "AI_READINESS_COUNTRY: no country's public holidays are known as 'Bavaria'" in unknown.out
    assert "holidays:" not in unknown.out


def test_what_to_do_about_a_database_is_said_and_no_password(terminal: Terminal) -> None:
    (terminal.folder / "no.db").write_text("hello, this is a text and no database")
    for url, todo in {
        "postgresql://ana:hunter2@127.0.0.1:9/x?password=hunter3": "postgresql://127.0.0.1:9/x does not answer",
        "sqlite:///none/x.db": "There is no folder none; make it",
        "sqlite:///no.db": "name another file",
        "sqlite:///.": "needs a file, as in sqlite:///ai-readiness.db",
    }.items():
        ran = terminal.run("doctor", DATABASE_URL=url)
        assert (ran.code, ran.err) == (1, "")
        assert "! database: cannot be read\n    " in ran.out
        assert todo in ran.out
        assert "hunter" not in ran.out
    assert [path.name for path in terminal.folder.iterdir()] == ["no.db"]


def test_beside_a_working_process_it_is_told_who_that_is(terminal: Terminal) -> None:
    url = f"sqlite:///{terminal.folder}/ai-readiness.db"
    working = open_database(url, command="ai-readiness chat")
    run(begun(working.units))
    before = files(terminal.folder)
    ran = terminal.run("doctor")
    assert ran.code == 0
    assert f"answers, in use by ai-readiness chat (process {os.getpid()})" in ran.out
    assert files(terminal.folder) == before
    assert run(taken(working.units, says("we can", key="a")))
    working.close()


def test_what_a_dead_process_left_is_read_and_stays_as_it_is(terminal: Terminal) -> None:
    crash_image(terminal.folder / "ai-readiness.db")
    before = files(terminal.folder)
    ran = terminal.run("doctor")
    assert (ran.code, "packs in use" in ran.out) == (0, True)
    assert files(terminal.folder) == before


def test_a_schema_that_is_behind_or_ahead_is_told_with_what_to_do(
    looked: str, server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"✓ schema: revision {NEWEST}, up to date" in told()
    add_pair(tmp_path, monkeypatch)
    assert f"! schema: revision {NEWEST} of {LAST}\n    Bring it up to date with: ai-readiness migrate" in told()
    if looked.startswith("sqlite"):
        migrate(looked)
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DATABASE_URL", looked)
        ahead = told()
        says = f"revision {LAST}, and this program knows revisions up to {NEWEST} only"
        assert f"! schema: {says}\n    Use the newer" in ahead
        assert "✓ deliveries" not in ahead


def test_an_empty_server_is_told_from_one_that_is_behind(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", server_url)
    with psycopg.connect(server_url) as connection:
        tables = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchone() == (0,)
    assert "! schema: there are no tables yet\n    Bring it up to date with: ai-readiness migrate" in told()


def test_own_packs_are_checked_each_with_its_line(terminal: Terminal) -> None:
    folder = terminal.folder / "packs"
    folder.mkdir()
    (folder / "ours.yaml").write_text(OWN + "nonsense: 1\n")
    ran = terminal.run("doctor", AI_READINESS_PACKS="packs", AI_READINESS_PACK="ours")
    assert ran.code == 1
    assert "! packs: " in ran.out
    assert "packs/ours.yaml:5: " in ran.out
    assert "new reviews" not in ran.out
    ran = terminal.run("doctor", AI_READINESS_PACKS="nowhere")
    assert ran.code == 1
    assert "! packs: your own cannot be read\n    AI_READINESS_PACKS: there is no folder nowhere" in ran.out


def test_a_pack_that_changed_under_the_version_that_a_review_runs_on_is_told(terminal: Terminal) -> None:
    folder = terminal.folder / "packs"
    folder.mkdir()
    own = folder / "ours.yaml"
    own.write_text(OWN + "title: Ours\n")
    setting = {"AI_READINESS_PACKS": "packs", "AI_READINESS_PACK": "ours"}
    terminal.run("chat", "Claims Copilot", **setting)
    assert terminal.run("doctor", **setting).code == 0
    own.write_text(OWN + "title: Ours, and better\n")
    ran = terminal.run("doctor", **setting)
    assert ran.code == 1
    assert "! packs in use: 1 pack changed under the same version\n    packs/ours.yaml:3: " in ran.out
    assert "raise the version" in ran.out


def test_parked_deliveries_are_told_with_number_place_time_and_reason(looked: str) -> None:
    database = open_database(looked)

    async def park(trouble: str, number: int) -> None:
        for _ in range(number):
            (one,) = await database.units(claim, now=AT, me="me", limit=1)
            await database.units(give_up, one.delivery, DeliveryState.PARKED, trouble, me="me", now=AT)

    async def scene() -> None:
        await begun(database.units)
        await park("refused by the platform", 2)
        await wants(database.units, Post(key="summary", card=CARD), key="k")
        await park("ZeroDivisionError", 1)

    run(scene())
    assert "! deliveries: 3 messages parked\n" in told()
    assert "    2 in console local C since 2026-11-23 09:00 UTC: refused by the platform.\n" in told()
    assert "    1 in console local C since 2026-11-23 09:00 UTC: ZeroDivisionError.\n" in told()
    assert "See that the bot is still there and may write" in told()
    database.close()


def test_what_nobody_misses_any_more_is_not_told(looked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(looked)

    async def scene() -> None:
        await begun(database.units)
        (root,) = await database.units(claim, now=AT, me="me", limit=1)
        await database.units(give_up, root.delivery, DeliveryState.PARKED, "refused", me="me", now=AT)
        (question,) = await database.units(claim, now=AT, me="me", limit=1)
        await database.units(mark_sent, question.delivery, "p", me="me", now=AT)
        await wants(database.units, Post(key="root", card=CARD), key="again")
        assert "1 message parked" in told()
        (again,) = await database.units(claim, now=AT, me="me", limit=1)
        await database.units(mark_sent, again.delivery, "p2", me="me", now=AT)
        assert "✓ deliveries" in told()  # it was posted since
        await wants(database.units, Whisper(to="ana", card=CARD), key="whisper")
        (whisper,) = await database.units(claim, now=AT, me="me", limit=1)
        await database.units(give_up, whisper.delivery, DeliveryState.PARKED, "refused", me="me", now=AT)

    run(scene())
    monkeypatch.setattr(doctor, "machine_clock", lambda: AT + doctor.MOMENT / 2)
    assert "1 message parked" in told()
    monkeypatch.setattr(doctor, "machine_clock", lambda: AT + doctor.MOMENT * 2)
    assert "✓ deliveries" in told()
    database.close()


@pytest.mark.parametrize(
    ("thread", "todo"), [(None, "start it again under another name"), ("T", "answer in its thread")]
)
def test_a_living_review_that_has_no_card_is_told_until_one_is_on_its_way(
    looked: str, thread: str | None, todo: str
) -> None:
    database = open_database(looked)

    async def scene() -> None:
        review = await begun(database.units, thread)
        assert "✓ reviews: each can be seen, or is on its way" in told()
        (root,) = await database.units(claim, now=AT, me="me", limit=1)
        await database.units(give_up, root.delivery, DeliveryState.UNKNOWN, "may have arrived", me="me", now=AT)
        assert "! reviews: 1 review without a card that the bot knows of\n" in told()
        assert "    Claims in console local C, started 2026-11-23 09:00 UTC. " in told()
        assert todo in told()
        await wants(database.units, Post(key="root", card=CARD), key="again", review=review.id)
        assert "✓ reviews" in told()
        cancelled = replace(review, phase=Phase.CANCELLED, version=2)
        await taken(database.units, replace(says("", key="no"), review=review.id), lambda *_: Turn(review=cancelled))
        while claimed := await database.units(claim, now=AT, me="me", limit=1):
            await database.units(give_up, claimed[0].delivery, DeliveryState.UNKNOWN, "?", me="me", now=AT)
        assert "✓ reviews" in told()

    run(scene())
    database.close()


def test_a_word_too_many_is_bad_usage(terminal: Terminal) -> None:
    assert terminal.run("doctor", "now").code == 2


# --- what `serve` needs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-hunter2"}, "    SLACK_SIGNING_SECRET: set it, or set SLACK_APP_TOKEN"),
        ({"SLACK_CLIENT_ID": "1.2"}, "! serve: 4 settings to put right"),
        ({"SLACK_SIGNING_SECRET": "hunter2"}, "! serve: 1 setting to put right"),
    ],
)
def test_what_is_half_configured_is_told(terminal: Terminal, settings: dict[str, str], line: str) -> None:
    ran = terminal.run("doctor", SLACK_API_URL=NOWHERE, **settings)
    assert ran.code == 1
    assert line in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_a_setting_that_cannot_be_used_is_told_once(terminal: Terminal) -> None:
    ran = terminal.run("doctor", SLACK_BOT_TOKEN="xoxp-hunter2", SLACK_SIGNING_SECRET="hunter2")
    assert ran.code == 1
    assert ran.out.count("SLACK_BOT_TOKEN") == 1
    assert "serve:" not in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_where_slack_is_at_a_wrong_address_it_is_not_asked_elsewhere(terminal: Terminal) -> None:
    ran = terminal.run(
        "doctor", SLACK_API_URL="http://127.0.0.1:9/", SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s"
    )
    assert ran.code == 1
    assert "SLACK_API_URL: write an address that ends in /api/" in ran.out
    assert "slack:" not in ran.out


# --- Slack -----------------------------------------------------------------------------------------------------------

NOWHERE = "http://127.0.0.1:9/api/"
KEY, OTHER_KEY = "S" * 43 + "=", "T" * 43 + "="
Prepare: TypeAlias = Callable[[FakeSlack], None]


@pytest.fixture
def at_slack(looked: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What is told where `prepare` was done to Slack, with these settings, or those of a single workspace."""

    def tell(prepare: Prepare = lambda _slack: None, **settings: str) -> str:
        async def scene() -> str:
            async with FakeSlack() as slack:
                monkeypatch.setenv("SLACK_API_URL", slack.base_url)
                for name, value in (settings or SINGLE).items():
                    monkeypatch.setenv(name, value)
                prepare(slack)
                said = await asyncio.to_thread(told)
                assert not any(call.method.startswith("chat.") for call in slack.calls)
                return said

        said = asyncio.run(scene())
        assert not re.search(f"{BOT_TOKEN}|{APP_TOKEN}|{SIGNING_SECRET}|{KEY}", said)
        return said

    return tell


@pytest.fixture
def database(looked: str) -> Iterator[Database]:
    with closing(open_database(looked)) as opened:
        yield opened


SINGLE = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}


def lives(database: Database, *channels: str, tenant: str = TEAM) -> None:
    """A review in each channel, the last one is the newest."""

    async def scene() -> None:
        for minutes, channel in enumerate(channels):
            there = ConversationReference(platform="slack", tenant=tenant, channel=channel, thread=None)
            activity = starts(f"Pilot of {channel}", key=f"{tenant}/{channel}")
            activity = replace(activity, reference=there, at=AT + timedelta(minutes=minutes))
            await taken(database.units, activity, decide)

    run(scene())


def test_a_workspace_where_all_is_well(at_slack: Callable[..., str], database: Database) -> None:
    lives(database, "C0CLAIMS", "D0ANA")
    lines = at_slack().splitlines()
    assert "✓ serve: Slack by HTTP, one workspace" in lines
    assert lines[-3:] == [
        f"✓ slack: Acme ({TEAM}), as @ai-readiness",
        "✓ slack scopes: all that is needed",
        "✓ slack channels: the bot is where its reviews are",
    ]


def test_a_token_that_slack_does_not_take_is_told_with_what_to_do(at_slack: Callable[..., str]) -> None:
    said = at_slack(SLACK_BOT_TOKEN="xoxb-another", SLACK_SIGNING_SECRET="s")
    assert "! slack: Slack does not take the bot's token (invalid_auth)\n    Install the app again" in said
    assert "xoxb-another" not in said


def test_scopes_that_are_lacking_are_named(at_slack: Callable[..., str]) -> None:
    def prepared(slack: FakeSlack) -> None:
        slack.scopes = [scope for scope in slack.scopes if scope not in ("users:read", "reactions:write")]

    said = at_slack(prepared)
    assert "! slack scopes: 2 of 12 are lacking\n    Add reactions:write, users:read to the Bot Token Scopes" in said


def test_each_channel_that_needs_somebody_is_told(at_slack: Callable[..., str], database: Database) -> None:
    lives(database, "C0CLAIMS", "C0OPEN", "C0OLD", "C0PRIVATE", "C0GONE")

    def prepared(slack: FakeSlack) -> None:
        slack.adds_channel("open", bot=False)
        slack.adds_channel("old", archived=True)
        slack.adds_channel("private", private=True, bot=False)

    said = at_slack(prepared)
    assert "! slack channels: 4 of 5 to look after\n" in said
    assert "    The bot is not in #open (Pilot of C0OPEN). Type /invite @AI Readiness there.\n" in said
    assert "    #old (Pilot of C0OLD) is archived. Unarchive it, or start again in another channel." in said
    assert "    C0PRIVATE (Pilot of C0PRIVATE) cannot be seen by the bot. Type /invite @AI Readiness there" in said
    assert "    C0GONE (Pilot of C0GONE) cannot be seen by the bot." in said


def test_of_very_many_channels_the_newest_are_looked_at(
    at_slack: Callable[..., str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_MOST_CHANNELS", 1)
    lives(database, "C0GONE", "C0CLAIMS")
    said = at_slack()
    assert "✓ slack channels: the bot is where its reviews are (the newest 1 of 2 were looked at)" in said


def test_reviews_of_another_workspace_are_told(at_slack: Callable[..., str], database: Database) -> None:
    lives(database, "C0CLAIMS", tenant="T0OTHER")
    assert "! slack elsewhere: reviews live in T0OTHER too\n    Use that workspace's token" in at_slack()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (500, "does not answer as Slack does\n    See that this machine reaches it"),
        ("internal_error", "Slack has answered: internal_error\n    Try again in a minute"),
        ("ratelimited", "Slack has answered: ratelimited\n    Try again in a minute"),
        ("token_revoked", "Slack does not take the bot's token (token_revoked)"),
    ],
)
def test_what_slack_answers_instead_is_told(at_slack: Callable[..., str], how: int | str, says: str) -> None:
    assert says in at_slack(lambda slack: slack.fail("auth.test", how))


def test_a_channel_that_could_not_be_looked_at_is_told(at_slack: Callable[..., str], database: Database) -> None:
    lives(database, "C0CLAIMS")
    said = at_slack(lambda slack: slack.fail("conversations.info", "ratelimited"))
    assert "C0CLAIMS (Pilot of C0CLAIMS) could not be looked at (ratelimited)." in said


def test_where_slack_cannot_be_reached_that_is_told_soon(terminal: Terminal) -> None:
    begun_at = time.monotonic()
    ran = terminal.run("doctor", SLACK_API_URL=NOWHERE, SLACK_APP_TOKEN="xapp-1", SLACK_BOT_TOKEN="xoxb-1")
    assert (ran.code, ran.err) == (1, "")
    assert f"! slack: {NOWHERE} does not answer as Slack does\n" in ran.out
    assert f"! slack socket: {NOWHERE} does not answer as Slack does\n" in ran.out
    assert time.monotonic() - begun_at < 10


def test_the_token_of_socket_mode_is_tried(at_slack: Callable[..., str]) -> None:
    said = at_slack(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN)
    assert "✓ serve: Slack by Socket Mode, one workspace\n" in said
    assert "✓ slack socket: SLACK_APP_TOKEN opens connections\n" in said
    said = at_slack(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN="xapp-another")
    assert "! slack socket: Slack does not take SLACK_APP_TOKEN (invalid_auth)\n    Switch Socket Mode on" in said


def test_of_many_workspaces_each_kept_token_is_tried(at_slack: Callable[..., str], database: Database) -> None:
    many = {
        "SLACK_CLIENT_ID": "100.200",
        "SLACK_CLIENT_SECRET": "s",
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "PUBLIC_URL": "https://readiness.acme.io",
        "AI_READINESS_KEY": KEY,
    }
    lives(database, "C0GONE")
    lives(database, "C0CLAIMS", tenant="T0OTHER")
    assert "✓ slack: not installed yet; that is done at https://readiness.acme.io/slack/install" in at_slack(**many)

    async def install(tenant: str, token: str, key: str) -> None:
        installation = Installation(
            platform="slack", tenant=tenant, name="Acme", token=token, bot="U0BOT", installed_at=AT
        )
        await Tokens(database.units, [key]).save(installation)

    run(install(TEAM, BOT_TOKEN, KEY))
    run(install("T0OTHER", "xoxb-of-then", OTHER_KEY))
    said = at_slack(**many)
    assert "✓ serve: Slack by HTTP, many workspaces\n" in said
    assert f"✓ slack {TEAM}: Acme ({TEAM}), as @ai-readiness\n" in said
    assert f"! slack {TEAM} channels: 1 of 1 to look after\n    C0GONE" in said
    assert "! slack T0OTHER: its token cannot be read\n    No key opens a token that is kept." in said


def test_slacks_sdk_is_loaded_only_where_slack_is_configured(tmp_path: Path) -> None:
    heavy = ("slack_sdk", "slack_bolt", "aiohttp", "cryptography")
    script = f"import bot.doctor, sys; bot.doctor.examine(); print(*(set({heavy}) & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.strip() == ""
