"""No object that holds a secret tells it to who looks at it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet

from adapters.slack.workspaces import Workspaces
from adapters.teams.connector import Connector
from adapters.teams.logins import Credentials, Login
from bot.settings import Settings, usable_settings
from conversations.ports import Installation
from storage.tokens import Tokens

KEY = Fernet.generate_key().decode()
SECRETS: dict[str, Any] = {
    "database_url": "postgresql://ana:hunter2-hunter2@db/x",
    "slack_bot_token": "xoxb-hunter2-bot",
    "slack_app_token": "xapp-hunter2-app",
    "slack_signing_secret": "hunter2-signing",
    "slack_client_secret": "hunter2-client",
    "teams_app_password": "hunter2-password",
    "AI_READINESS_KEY": [KEY],
}


def tells(something: object) -> bool:
    """As it would stand in a log, or in an error."""
    said = f"{something} {something!r}"
    return "hunter2" in said or KEY in said


def test_settings_tell_none() -> None:
    settings = Settings(**SECRETS)
    assert settings.slack_bot_token
    assert settings.slack_bot_token.get_secret_value() == SECRETS["slack_bot_token"]
    assert not tells(settings)


@pytest.mark.parametrize("name", [name for name in SECRETS if name != "teams_app_password"])
def test_an_error_about_a_setting_does_not_repeat_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name.upper(), "hunter2 is none of these:")
    _, wrong = usable_settings()
    assert not tells(wrong)


def test_what_holds_tokens_and_passwords_tells_none() -> None:
    async def nowhere(*_: object) -> Any:
        raise AssertionError

    async def look() -> list[bool]:
        credentials = Credentials(app_id="1", password="hunter2", tenant="t")
        installation = Installation(
            platform="slack",
            tenant="T1",
            name="Acme",
            token="xoxb-hunter2",
            bot="U0",
            installed_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
        workspaces, connector = Workspaces("xoxb-hunter2", api_url="https://slack.com/api/"), Connector(credentials)
        holders = (
            credentials,
            installation,
            Login(credentials),
            connector,
            workspaces,
            await workspaces.client("T1"),
            Tokens(nowhere, [KEY]),  # type: ignore[arg-type]  # it is not asked
        )
        told = [tells(each) for each in holders]
        await workspaces.close()
        await connector.close()
        return told

    assert not any(asyncio.run(look()))
