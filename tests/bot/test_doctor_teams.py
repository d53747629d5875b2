from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.checks import Seen
from adapters.teams import checks
from adapters.teams.checks import look_at_app
from adapters.teams.logins import Credentials
from bot import doctor_teams
from bot.doctor import as_lines, examine
from tests.fake_teams import APP_ID, APP_PASSWORD, TENANT, FakeTeams, Trouble
from tests.journeys.terminal import Terminal

RIGHT = Credentials(app_id=APP_ID, password=APP_PASSWORD, tenant=TENANT)
KEYS = Seen(check="teams keys", says="those by which Teams' calls are checked can be had")
NOWHERE = "http://127.0.0.1:9"
GUID = "0f0d3a5e-6f0b-4a5c-9a51-4e6b8a3a9d11"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


def looked(own: Credentials, *faults: tuple[str, Trouble | int | str]) -> list[Seen]:
    async def scene() -> list[Seen]:
        async with FakeTeams() as teams:
            for method, how in faults:
                teams.fail(method, how, times=None)
            seen = await look_at_app(replace(own, login_url=teams.login_url), openid_url=teams.openid_url)
            return [replace(one, says=one.says.replace(teams.url, "HERE")) for one in seen]

    return asyncio.run(scene())


def test_an_app_with_which_all_is_well() -> None:
    assert looked(RIGHT) == [Seen(check="teams token", says=f"app {APP_ID} is given one"), KEYS]


@pytest.mark.parametrize(
    ("own", "code", "todo"),
    [
        (replace(RIGHT, password="hunter2"), "AADSTS7000215", "to a secret's value, not to its ID"),
        (replace(RIGHT, app_id=GUID), "AADSTS700016", "the two IDs that stand together"),
        (replace(RIGHT, tenant=GUID), "AADSTS90002", "Set TEAMS_TENANT_ID to the Directory (tenant) ID"),
        (replace(RIGHT, tenant="acme.onmicrosoft.com"), "AADSTS90002", "Set TEAMS_TENANT_ID"),
    ],
)
def test_what_microsoft_does_not_take_is_told_with_what_to_do(own: Credentials, code: str, todo: str) -> None:
    token, keys = looked(own)
    assert token.says == f"Microsoft gives none ({code})"
    assert todo in token.todo[0]
    assert keys == KEYS
    assert "hunter2" not in f"{token} {own}"


def test_of_what_is_not_known_its_code_is_told_and_what_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_TODO", {})
    token, _ = looked(replace(RIGHT, password="hunter2"))
    assert token.says == "Microsoft gives none (AADSTS7000215)"
    assert token.todo[0].startswith("Compare TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID")


@pytest.mark.parametrize("how", [500, Trouble.DROP_BEFORE])
def test_where_the_login_does_not_answer_that_is_told(how: Trouble | int) -> None:
    token, keys = looked(RIGHT, ("token", how))
    assert token == Seen(
        check="teams token", says="HERE does not answer as Microsoft does", todo=("See that this machine reaches it.",)
    )
    assert keys == KEYS


@pytest.mark.parametrize("method", ["openid", "keys"])
@pytest.mark.parametrize("how", [500, Trouble.DROP_BEFORE])
def test_keys_that_cannot_be_had_are_told(method: str, how: Trouble | int) -> None:
    _, keys = looked(RIGHT, (method, how))
    assert keys.says == "they cannot be had from HERE/v1/.well-known/openidconfiguration"
    assert "nobody is heard" in keys.todo[0]


def test_ids_that_are_none_are_told_and_not_tried() -> None:
    app, keys = looked(replace(RIGHT, app_id="ai-readiness", tenant="acme"))
    assert [todo.partition(":")[0] for todo in app.todo] == ["TEAMS_APP_ID", "TEAMS_TENANT_ID"]
    assert keys == KEYS


@pytest.mark.parametrize("lacking", ["app_id", "password", "tenant"])
def test_what_is_half_configured_is_not_tried(lacking: str) -> None:
    assert looked(replace(RIGHT, **{lacking: ""})) == [KEYS]


# --- the command -----------------------------------------------------------------------------------------------------


def test_it_is_told_with_the_other_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def looks(own: Credentials) -> list[Seen]:
        assert own == RIGHT
        return [KEYS]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor_teams, "look_at_app", looks)
    for name, value in {
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_APP_PASSWORD": APP_PASSWORD,
        "TEAMS_TENANT_ID": TENANT,
    }.items():
        monkeypatch.setenv(name, value)
    lines = list(as_lines(examine()))
    assert "✓ serve: Teams, single tenant" in lines
    assert lines[-1] == f"✓ {KEYS.check}: {KEYS.says}"


@pytest.mark.parametrize(
    ("also", "rest"),
    [({}, ""), ({"TEAMS_APP_ID": "a", "TEAMS_TENANT_ID": "t"}, "; not used: TEAMS_APP_ID, TEAMS_TENANT_ID")],
)
def test_without_authentication_nobody_is_asked(terminal: Terminal, also: dict[str, str], rest: str) -> None:
    ran = terminal.run("doctor", TEAMS_AUTH="off", **also)
    assert (ran.code, ran.err) == (0, "")
    assert "✓ serve: Teams without authentication, for an emulator on this machine\n" in ran.out
    assert ran.out.splitlines()[-1] == (
        f"✓ teams: TEAMS_AUTH=off: Teams itself is not heard, only an emulator on this machine{rest}"
    )


def test_where_others_could_reach_it_that_is_to_be_put_right(terminal: Terminal) -> None:
    ran = terminal.run("doctor", TEAMS_AUTH="off", HOST="0.0.0.0")
    assert ran.code == 1
    assert (
        "! serve: 1 setting to put right\n    TEAMS_AUTH: leave it out, or set HOST to 127.0.0.1: at 0.0.0.0" in ran.out
    )


def test_a_setting_that_cannot_be_used_is_told_once(terminal: Terminal) -> None:
    ran = terminal.run("doctor", TEAMS_AUTH="on")
    assert ran.code == 1
    assert ran.out.count("TEAMS_AUTH") == 1
    assert "serve:" not in ran.out
    assert "teams" not in ran.out
