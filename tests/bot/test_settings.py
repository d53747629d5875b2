from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.library import load_engine
from bot.settings import BadSettings, Settings, read_settings, usable_settings, what_serve_lacks
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
    assert load_engine(read_settings()).admins == {admin for admin in admins if "@" not in admin}


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


@pytest.mark.parametrize(
    ("given", "country"), [("", None), ("DE", "DE"), ("de-by", "DE-BY"), ("fr-zone b", "FR-Zone B")]
)
def test_a_country_is_found_in_any_case(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, country: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AI_READINESS_COUNTRY", given)
    assert read_settings().country == country


@pytest.mark.parametrize("given", ["Germany", "DE-XX", "DE BY", "-"])
def test_a_country_that_nobody_knows_is_a_bad_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AI_READINESS_COUNTRY", given)
    with pytest.raises(BadSettings, match=r"^AI_READINESS_COUNTRY: no country's public holidays are known as"):
        read_settings()


def test_an_empty_variable_is_an_unset_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected = read_settings()
    for name in ("DATABASE_URL", "AI_READINESS_PACKS", "AI_READINESS_PACK", "AI_READINESS_TIMEZONE"):
        monkeypatch.setenv(name, "")
    for name in ("AI_READINESS_COUNTRY", "AI_READINESS_DATE_ORDER", "AI_READINESS_ADMINS"):
        monkeypatch.setenv(name, "")
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


# --- the server and Slack ------------------------------------------------------------------------------------------

KEY = "S" * 43 + "="
OLDER = "-_" * 21 + "A="
HTTP = {"SLACK_BOT_TOKEN": "xoxb-hunter2", "SLACK_SIGNING_SECRET": "hunter2"}
SOCKET = {"SLACK_BOT_TOKEN": "xoxb-hunter2", "SLACK_APP_TOKEN": "xapp-hunter2"}
MANY = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "hunter2",
    "SLACK_SIGNING_SECRET": "hunter2",
    "AI_READINESS_KEY": KEY,
    "PUBLIC_URL": "https://readiness.acme.io",
}
TEAMS = {"TEAMS_APP_ID": "a", "TEAMS_APP_PASSWORD": "hunter2", "TEAMS_TENANT_ID": "t"}


Given: TypeAlias = Callable[[Mapping[str, str]], Settings]


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    monkeypatch.chdir(tmp_path)

    def read(variables: Mapping[str, str]) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return read_settings()

    return read


def test_the_server_has_its_defaults(given: Given) -> None:
    settings = given({})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8080, None)
    assert (settings.slack_api_url, settings.keys) == ("https://slack.com/api/", ())
    assert (settings.on_slack, settings.by_socket, settings.many_workspaces) == (False, False, False)
    assert (settings.on_teams, settings.teams_auth_off) == (False, False)


@pytest.mark.parametrize(
    ("variables", "by_socket", "many"), [(HTTP, False, False), (SOCKET, True, False), (MANY, False, True)]
)
def test_slack_is_heard_in_one_of_its_ways(
    given: Given, variables: dict[str, str], by_socket: bool, many: bool
) -> None:
    settings = given(variables)
    assert (settings.on_slack, settings.by_socket, settings.many_workspaces) == (True, by_socket, many)
    assert what_serve_lacks(settings) == []


@pytest.mark.parametrize("variables", [TEAMS, TEAMS | {"HOST": "0.0.0.0"}, TEAMS | HTTP])
def test_teams_needs_the_apps_id_its_secret_and_its_tenant(given: Given, variables: dict[str, str]) -> None:
    settings = given(variables)
    assert (settings.on_teams, settings.teams_auth_off, what_serve_lacks(settings)) == (True, False, [])


@pytest.mark.parametrize("host", [None, "127.0.0.1", "127.8.9.10", "::1", "localhost", "LocalHost"])
@pytest.mark.parametrize("also", [{}, {"TEAMS_APP_ID": "a"}, TEAMS])
def test_without_authentication_teams_needs_nothing_else_on_this_machine(
    given: Given, host: str | None, also: dict[str, str]
) -> None:
    settings = given({"TEAMS_AUTH": "OFF"} | also | ({"HOST": host} if host else {}))
    assert (settings.on_teams, settings.teams_auth_off, what_serve_lacks(settings)) == (True, True, [])


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "127.1", "localhost.acme.io", "127.0.0.1.acme.io", "::ffff:8.8.8.8"],
)
def test_anywhere_else_it_is_refused(given: Given, host: str) -> None:
    (told,) = what_serve_lacks(given({"TEAMS_AUTH": "off", "HOST": host}))
    assert told.startswith("TEAMS_AUTH: leave it out, or set HOST to 127.0.0.1")
    assert host in told


def test_with_an_app_token_many_workspaces_need_no_signing_secret(given: Given) -> None:
    variables = {name: value for name, value in MANY.items() if name != "SLACK_SIGNING_SECRET"}
    assert what_serve_lacks(given(variables | {"SLACK_APP_TOKEN": "xapp-1"})) == []


def test_no_secret_is_shown(given: Given) -> None:
    settings = given(MANY | SOCKET | TEAMS)
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()}"
    assert KEY not in f"{settings!r} {settings} {settings.model_dump()}"
    assert settings.slack_bot_token == SecretStr("xoxb-hunter2")
    assert "hunter2" not in "".join(what_serve_lacks(settings))


def test_keys_are_listed_newest_first(given: Given) -> None:
    settings = given({"AI_READINESS_KEY": f" {KEY}, {OLDER},"})
    assert [key.get_secret_value() for key in settings.keys] == [KEY, OLDER]
    assert all(Fernet(key.get_secret_value()) for key in settings.keys)


@pytest.mark.parametrize(
    ("public_url", "read"),
    [
        ("https://readiness.acme.io", "https://readiness.acme.io"),
        ("https://readiness.acme.io/", "https://readiness.acme.io"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_the_public_url_ends_without_a_slash(given: Given, public_url: str, read: str) -> None:
    assert given({"PUBLIC_URL": public_url}).public_url == read


def test_slacks_address_may_be_an_emulators(given: Given) -> None:
    assert given({"SLACK_API_URL": "http://127.0.0.1:9/api/"}).slack_api_url == "http://127.0.0.1:9/api/"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PORT", "http", "valid integer"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("PUBLIC_URL", "readiness.acme.io", "as in https://"),
        ("PUBLIC_URL", "https://acme.io/readiness", "without a path"),
        ("PUBLIC_URL", "https://acme.io/?x=hunter2", "without a path"),
        ("PUBLIC_URL", "https://ana:hunter2@acme.io", "without a path"),
        ("PUBLIC_URL", "https://acme.io:port", "without a path"),
        ("PUBLIC_URL", "ftp://acme.io", "without a path"),
        ("SLACK_BOT_TOKEN", "xoxp-hunter2", "begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xapp-hunter2", "begins with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-hunter2", "begins with xapp-"),
        ("SLACK_API_URL", "https://slack.com/api", "ends in /api/"),
        ("SLACK_API_URL", "slack.com/api/", "ends in /api/"),
        ("SLACK_API_URL", "https://slack.com/api/?x=/api/", "ends in /api/"),
        ("TEAMS_AUTH", "on", "write off"),
        ("TEAMS_AUTH", "false", "write off"),
        ("AI_READINESS_KEY", "hunter2", "32 bytes"),
        ("AI_READINESS_KEY", f"{KEY};{OLDER}", "32 bytes"),
        ("AI_READINESS_KEY", KEY.replace("S", "/"), "32 bytes"),
        ("AI_READINESS_KEY", f"{KEY},hunter2", "32 bytes"),
    ],
)
def test_a_wrong_kind_is_told_at_once_and_not_repeated(given: Given, variable: str, value: str, says: str) -> None:
    with pytest.raises(BadSettings, match=rf"^{variable}: .*{re.escape(says)}") as told:
        given({variable: value})
    assert "hunter2" not in str(told.value)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("variables", "lacks"),
    [
        ({}, ["No platform"]),
        ({"TEAMS_APP_ID": "a"}, ["TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"]),
        ({"TEAMS_APP_PASSWORD": "hunter2"}, ["TEAMS_APP_ID", "TEAMS_TENANT_ID"]),
        ({"TEAMS_TENANT_ID": "t"}, ["TEAMS_APP_ID", "TEAMS_APP_PASSWORD"]),
        (
            {"TEAMS_TENANT_ID": "t", "SLACK_BOT_TOKEN": "xoxb-1"},
            ["SLACK_SIGNING_SECRET", "TEAMS_APP_ID", "TEAMS_APP_PASSWORD"],
        ),
        (HTTP | {"TEAMS_APP_ID": "a"}, ["TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"]),
        ({"TEAMS_AUTH": "off", "SLACK_APP_TOKEN": "xapp-1"}, ["SLACK_BOT_TOKEN"]),
        ({"TEAMS_AUTH": "off", "HOST": "0.0.0.0"}, ["TEAMS_AUTH"]),
        (TEAMS | {"TEAMS_AUTH": "off", "HOST": "readiness.acme.io"}, ["TEAMS_AUTH"]),
        ({"PUBLIC_URL": "https://acme.io", "AI_READINESS_KEY": KEY}, ["No platform"]),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["SLACK_SIGNING_SECRET"]),
        ({"SLACK_SIGNING_SECRET": "s"}, ["SLACK_BOT_TOKEN"]),
        ({"SLACK_APP_TOKEN": "xapp-1"}, ["SLACK_BOT_TOKEN"]),
        (
            {"SLACK_CLIENT_ID": "1.2"},
            ["SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "PUBLIC_URL", "AI_READINESS_KEY"],
        ),
        ({"SLACK_CLIENT_SECRET": "s"}, ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID"]),
        (HTTP | {"SLACK_CLIENT_SECRET": "s"}, ["SLACK_CLIENT_ID"]),
        (MANY | {"SLACK_BOT_TOKEN": "xoxb-1"}, ["SLACK_BOT_TOKEN"]),
        (
            HTTP | {"SLACK_CLIENT_ID": "1.2"},
            ["SLACK_BOT_TOKEN", "SLACK_CLIENT_SECRET", "PUBLIC_URL", "AI_READINESS_KEY"],
        ),
    ],
)
def test_all_that_is_missing_to_serve_is_said_at_once(
    given: Given, variables: dict[str, str], lacks: list[str]
) -> None:
    told = what_serve_lacks(given(variables))
    assert [line.partition(":")[0] for line in told] == [
        "No platform is configured" if name == "No platform" else name for name in lacks
    ]
    assert all(line.endswith(".") for line in told)
