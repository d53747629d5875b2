from __future__ import annotations

from pathlib import Path

import pytest

from bot.library import load_engine
from bot.settings import BadSettings, Settings, read_settings, usable_settings
from tests.journeys.terminal import Terminal

SECRET = "postgresql://ana:hunter2@db.acme.io/reviews"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


def test_without_any_setting_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    assert (settings.database_url, settings.pack, settings.timezone) == ("sqlite:///ai-readiness.db", "core", "UTC")
    assert (settings.packs, settings.date_order) == (None, None)


@pytest.mark.parametrize(
    ("listed", "admins"),
    [("", set()), (" , ", set()), ("U02ANA", {"U02ANA"}), ("@ana, ben@acme.io ,ana", {"ana", "ben@acme.io"})],
)
def test_administrators_are_listed_with_commas(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, listed: str, admins: set[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AI_READINESS_ADMINS", listed)
    assert read_settings().admins == admins
    assert load_engine(read_settings()).admins == admins


def test_what_can_be_used_of_bad_settings_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AI_READINESS_PACK", "full")
    monkeypatch.setenv("DATABASE_URL", "mysql://ana:hunter2@db/x")
    monkeypatch.setenv("AI_READINESS_ADMINS", "ana ben")
    settings, wrong = usable_settings()
    assert (settings.pack, settings.database_url) == ("full", "sqlite:///ai-readiness.db")
    assert settings.admins == set()
    assert list(wrong) == ["DATABASE_URL", "AI_READINESS_ADMINS"]
    assert "hunter2" not in str(wrong)


def test_an_empty_variable_is_an_unset_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected = read_settings()
    for name in ("DATABASE_URL", "AI_READINESS_PACKS", "AI_READINESS_PACK", "AI_READINESS_TIMEZONE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("AI_READINESS_DATE_ORDER", "")
    monkeypatch.setenv("AI_READINESS_ADMINS", "")
    assert read_settings() == expected


def test_a_file_holds_settings_and_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("AI_READINESS_PACK=full\nAI_READINESS_TIMEZONE=Europe/Berlin\nSOMEBODY_ELSES=1\n")
    monkeypatch.setenv("AI_READINESS_TIMEZONE", "Asia/Tokyo")
    settings = read_settings()
    assert (settings.pack, settings.zone.key) == ("full", "Asia/Tokyo")


def test_settings_show_no_secret_and_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    settings = Settings()
    assert settings.database_url == SECRET
    assert "hunter2" not in f"{settings!r} {settings}"
    with pytest.raises(ValueError, match="frozen"):
        settings.pack = "full"  # type: ignore[misc]  # that is what is tested


def test_all_that_is_wrong_is_said_at_once_and_no_secret(terminal: Terminal) -> None:
    wrong = {"AI_READINESS_TIMEZONE": "Middle/Earth", "AI_READINESS_DATE_ORDER": "YMD", "DATABASE_URL": SECRET}
    for words in (("list",), ("packs", "list"), ("chat",), ("report", "X")):
        ran = terminal.run(*words, **wrong)
        assert (ran.code, ran.out) == (2, "")
        assert "AI_READINESS_TIMEZONE: no time zone is called 'Middle/Earth'" in ran.err
        assert "AI_READINESS_DATE_ORDER: " in ran.err
        assert "'DMY' or 'MDY'" in ran.err
        assert len(ran.err.splitlines()) == 2
        assert "hunter2" not in ran.err


@pytest.mark.parametrize("url", ["nonsense", "mysql://ana:hunter2@db/x", "postgresql://ana:hunter2@db:port/x"])
def test_a_database_url_that_is_none_is_a_bad_setting(terminal: Terminal, url: str) -> None:
    ran = terminal.run("list", DATABASE_URL=url)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("DATABASE_URL: ")
    assert len(ran.err.splitlines()) == 1
    assert "hunter2" not in ran.err


def test_the_folder_of_packs_has_to_be_there(terminal: Terminal) -> None:
    ran = terminal.run("packs", "list", AI_READINESS_PACKS="nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert "AI_READINESS_PACKS" in ran.err
    assert "nowhere" in ran.err


def test_the_default_pack_has_to_be_there_before_a_review_starts(terminal: Terminal) -> None:
    ran = terminal.run("chat", AI_READINESS_PACK="nonsense")
    assert (ran.code, ran.out) == (2, "")
    assert "'nonsense'" in ran.err
    assert "core, full" in ran.err


def test_bad_settings_name_their_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AI_READINESS_TIMEZONE", "../etc/passwd")
    with pytest.raises(BadSettings, match=r"^AI_READINESS_TIMEZONE: no time zone is called"):
        read_settings()
