from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bot import doctor
from bot.doctor import as_lines, examine
from conversations.effects import Post, Turn, Whisper
from conversations.review import Phase
from storage.database import migrate, open_database
from storage.models import DeliveryState
from storage.outbox import claim, give_up, mark_sent
from tests.bot.test_relay import CARD, wants
from tests.journeys.terminal import Terminal
from tests.storage.revisions import add_revision, crash_image
from tests.storage.tiny import AT, begun, run, says, taken

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
    assert [line[:2] for line in ran.out.splitlines()] == ["✓ "] * 4
    assert "ai-readiness.db is made when it is first worked on" in ran.out
    assert list(terminal.folder.iterdir()) == []


def test_of_a_working_database_each_check_is_one_line(terminal: Terminal) -> None:
    terminal.chat("@dana, Claims Platform")
    before = files(terminal.folder)
    ran = terminal.run("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "✓ settings: all can be used",
        "✓ database: ai-readiness.db answers",
        "✓ schema: revision 0001, up to date",
        "✓ packs: 4 files, nothing to put right",
        "✓ new reviews: pack core",
        "✓ packs in use: each version is what its reviews began with",
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
    assert [line[0] for line in lines[3:]] == ["✓"] * 6


def test_a_database_url_that_is_none_leaves_the_packs_to_be_checked(terminal: Terminal) -> None:
    ran = terminal.run("doctor", DATABASE_URL="mysql://ana:hunter2@db/x", AI_READINESS_PACK="none")
    assert ran.code == 1
    checks = [line.split(":")[0] for line in ran.out.splitlines() if line[0] != " "]
    assert checks == ["! settings", "✓ packs", "! new reviews"]
    assert "core, full" in ran.out
    assert "hunter2" not in ran.out + ran.err
    assert list(terminal.folder.iterdir()) == []


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
    assert "✓ schema: revision 0001, up to date" in told()
    add_revision(tmp_path, monkeypatch)
    assert "! schema: revision 0001 of 0002\n    Bring it up to date with: ai-readiness migrate" in told()
    if looked.startswith("sqlite"):
        migrate(looked)
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DATABASE_URL", looked)
        ahead = told()
        assert "! schema: revision 0002, and this program knows revisions up to 0001 only\n    Use the newer" in ahead
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
