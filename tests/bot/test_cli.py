from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select

from storage.models import review
from tests.journeys.terminal import ROOT, Ran, Terminal

HEAVY = ("sqlalchemy", "sqlmodel", "alembic", "psycopg", "jinja2", "aiohttp")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


def refused(ran: Ran, code: int) -> str:
    """What was said of a command that did nothing: all of it on standard error."""
    assert (ran.code, ran.out) == (code, "")
    assert "Traceback" not in ran.err
    return ran.err


# --- help and usage ----------------------------------------------------------------------------------------------


def test_help_is_a_document_and_imports_no_database_no_template_and_no_server(terminal: Terminal) -> None:
    script = (
        f"import bot.cli, sys\ntry: bot.cli.main()\nfinally: print(*(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert all(command in ended.stdout for command in ("chat", "report", "list", "migrate", "packs"))
    assert ended.stderr.strip() == ""


def test_the_module_is_the_console_script() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "nonsense"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "No such command 'nonsense'" in ended.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nonsense",), "nonsense"),
        (("report",), "PROJECT"),
        (("report", "X", "--format", "html"), "html"),
        (("list", "--format", "xml"), "xml"),
        (("chat", "X", "--at", "yesterday"), "yesterday"),
        (("chat", "X", "--as", "ana maria"), "--as"),
        (("chat", "X", "--as", ""), "--as"),
        (("chat", " "), "name"),
        (("chat", "X", "--pack", "nonsense"), "core, full"),
        (("packs", "try", "rollback.steps"), "packs try ITEM ANSWER"),
        (("packs", "lint", "nowhere.yaml"), "nowhere.yaml"),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_is_made(
    terminal: Terminal, words: tuple[str, ...], named: str
) -> None:
    ran = terminal.run(*words)
    assert named.casefold() in refused(ran, 2).casefold()
    assert list(terminal.folder.iterdir()) == []


# --- before there is anything --------------------------------------------------------------------------------------


def test_without_a_database_the_list_is_empty_and_none_is_made(terminal: Terminal) -> None:
    text, document = terminal.run("list"), terminal.run("list", "--format", "json")
    assert (text.code, document.code) == (0, 0)
    assert "No reviews yet" in text.out
    assert json.loads(document.out) == []
    assert "'Nothing'" in refused(terminal.run("report", "Nothing"), 1)
    assert list(terminal.folder.iterdir()) == []


def test_migrate_makes_the_database_and_a_second_time_changes_nothing(terminal: Terminal) -> None:
    first = terminal.run("migrate")
    made = (terminal.folder / "ai-readiness.db").read_bytes()
    second = terminal.run("migrate")
    assert {(first.code, first.out), (second.code, second.out)} == {(0, "")}
    assert "up to date" in first.err
    assert (terminal.folder / "ai-readiness.db").read_bytes() == made


# --- reports and lists ---------------------------------------------------------------------------------------------


@pytest.fixture
def two_reviews(terminal: Terminal) -> Terminal:
    terminal.run("chat", "Letter Writer", "--as", "ana", "--at", "2026-11-23T08:00:00+00:00")
    terminal.chat("@dana, Claims Platform", '=HYPERLINK("x") keeps it up')
    return terminal


def test_a_report_is_a_document_in_each_format(two_reviews: Terminal) -> None:
    text, markdown, table = (
        two_reviews.run("report", "  claims   COPILOT ", "--format", name) for name in ("text", "md", "csv")
    )
    assert [(ran.code, ran.err) for ran in (text, markdown, table)] == [(0, "")] * 3
    assert text.out.startswith("Claims Copilot")
    assert markdown.out.startswith("# Claims Copilot")
    rows = list(csv.DictReader(io.StringIO(table.out)))
    assert len(rows) == 21
    assert [row["answer"] for row in rows[:2]] == ["'@dana, Claims Platform", '\'=HYPERLINK("x") keeps it up']
    assert two_reviews.report() == two_reviews.report()


def test_an_unknown_project_is_answered_with_the_nearest_names(two_reviews: Terminal) -> None:
    said = refused(two_reviews.run("report", "Claim Copilots"), 1)
    assert "'Claim Copilots'" in said
    assert "Did you mean Claims Copilot?" in said


def test_the_list_names_each_review_once(two_reviews: Terminal) -> None:
    document, text = two_reviews.run("list", "--format", "json"), two_reviews.run("list")
    reviews = json.loads(document.out)
    assert [one["project"] for one in reviews] == ["Letter Writer", "Claims Copilot"]
    assert set(reviews[1]) >= {"project", "stage", "readiness", "blockers", "decision_date", "owner"}
    assert (reviews[1]["stage"], reviews[1]["owner"]) == ("pilot", "@ana")
    assert [line.split("  ")[0] for line in text.out.splitlines()[1:]] == ["Letter Writer", "Claims Copilot"]
    assert (document.err, text.err) == ("", "")


def test_a_name_in_two_places_is_settled_by_tenant_and_channel(two_reviews: Terminal) -> None:
    _copy_to(two_reviews, tenant="T1", channel="C1")
    said = refused(two_reviews.run("report", "Claims Copilot"), 2)
    assert "--tenant local --channel terminal" in said
    assert "--tenant T1 --channel C1" in said
    for words in (("--tenant", "T1"), ("--channel", "C1"), ("--tenant", "T1", "--channel", "C1")):
        ran = two_reviews.run("report", "Claims Copilot", "--format", "json", *words)
        assert (ran.code, json.loads(ran.out)["tenant"]) == (0, "T1")
    refused(two_reviews.run("report", "Claims Copilot", "--tenant", "T2"), 1)


def test_of_reviews_in_one_place_the_newest_is_reported(two_reviews: Terminal) -> None:
    """Their tenant and channel could not tell them apart."""
    two_reviews.chat("cancel", "cancel")
    two_reviews.chat("/ai-readiness start Claims Copilot")
    assert (two_reviews.report()["phase"], two_reviews.report()["readiness"]) == ("open", 0)


def _copy_to(terminal: Terminal, *, tenant: str, channel: str) -> None:
    """The same review on a platform too."""
    engine = create_engine(f"sqlite:///{terminal.folder}/ai-readiness.db")
    with engine.begin() as connection:
        found = connection.execute(select(review).where(review.c.project == "Claims Copilot")).mappings().one()
        elsewhere = {"id": "another", "platform": "slack", "tenant": tenant, "channel": channel}
        connection.execute(insert(review).values({**found, **elsewhere}))
    engine.dispose()


# --- who may work at once ------------------------------------------------------------------------------------------


def test_a_second_chat_is_told_who_holds_the_database_and_reading_goes_on(terminal: Terminal) -> None:
    terminal.chat()
    script = Path(sys.executable).parent / "ai-readiness"
    with subprocess.Popen(
        [script, "chat"], cwd=terminal.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout
        assert first.stdout.readline() == "\n"  # it has begun to speak
        said = refused(terminal.chat(), 1)
        assert f"ai-readiness chat (process {first.pid})" in said
        assert [one["project"] for one in json.loads(terminal.run("list", "--format", "json").out)] == [
            "Claims Copilot"
        ]
        first.communicate("")
    assert first.returncode == 0
    assert terminal.run("chat", "Claims Copilot").code == 0  # later than --at could say: that process had a real clock


def test_a_database_that_does_not_answer_is_a_sentence(terminal: Terminal) -> None:
    ran = terminal.run("list", DATABASE_URL="postgresql://ana:hunter2@127.0.0.1:1/none")
    assert "did not answer" in refused(ran, 1)
    assert "hunter2" not in ran.err


def test_a_database_of_another_version_is_a_sentence(terminal: Terminal) -> None:
    (terminal.folder / "ai-readiness.db").write_bytes(b"")
    assert "migrate" in refused(terminal.run("list"), 1)
