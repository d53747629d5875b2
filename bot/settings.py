"""Settings: read once, from the environment or a `.env` file, and frozen. All that is wrong is said at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from conversations.errors import ReadinessError

_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")
# 32 bytes as url-safe base64: https://cryptography.io/en/latest/fernet/#cryptography.fernet.Fernet
_FERNET_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
_NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class BadUsage(ReadinessError):
    """What a command was given cannot be used; it ends with exit code 2."""


class BadSettings(BadUsage):
    """Some settings cannot be used."""


class Only(StrEnum):
    """The part of `serve` that one process does, where others do the rest."""

    WEB = "web"
    WORKER = "worker"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone is called {name!r}; use one like Europe/Berlin or UTC") from None
    return name


def _country(code: str) -> str:
    from bot.calendars import countries  # noqa: PLC0415  # public holidays are a large library; few set this

    known = next((each for each in countries() if each.casefold() == code.casefold()), None)
    if known is None:
        raise ValueError(f"no country's public holidays are known as {code!r}; write one like DE, or DE-BY for a part")
    return known


def _database(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = bool(parts.path[1:]) if parts.scheme == "sqlite" else parts.scheme in _SERVERS and parts.port != 0
    except ValueError:  # it repeats the address
        known = False
    if not known:
        raise ValueError("that is no database's address; use one like sqlite:///ai-readiness.db or postgresql://…")
    return url


def _people(listed: object) -> object:
    """Ids or e-mails, with commas between them; an @ before a name is how people type it."""
    if not isinstance(listed, str):
        return listed
    people = [name.strip().removeprefix("@") for name in listed.split(",")]
    if any(len(name.split()) > 1 for name in people):
        raise ValueError("write commas between the ids or e-mails, as in U02ANA,ben@acme.io")
    return frozenset(name for name in people if name)


def _token(prefix: str, where: str) -> Callable[[SecretStr], SecretStr]:
    """Slack's kinds of tokens are told by how they begin: https://docs.slack.dev/authentication/tokens"""

    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefix):
            raise ValueError(f"a token that begins with {prefix} is meant; it is found {where}")
        return token

    return check


def _keys(listed: object) -> object:
    if not isinstance(listed, str):
        return listed
    keys = [key.strip() for key in listed.split(",") if key.strip()]
    if not all(_FERNET_KEY.fullmatch(key) for key in keys):
        raise ValueError(
            f"each key is 32 bytes as url-safe base64, with commas between keys; make one with: {_NEW_KEY}"
        )
    return keys


def _web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        names_a_host = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return names_a_host and not (parts.username or parts.query or parts.fragment or url.endswith(("?", "#")))


def _public(url: str) -> str:
    """Without a slash at its end."""
    base = url.removesuffix("/")
    if not _web_address(base) or urlsplit(base).path:
        raise ValueError("write how the world reaches this server, without a path, as in https://readiness.acme.io")
    return base


def _api(url: str) -> str:
    if not _web_address(url) or not url.endswith("/api/"):
        raise ValueError("write an address that ends in /api/, as in https://slack.com/api/")
    return url


def _off(word: str) -> str:
    if word.casefold() != "off":
        raise ValueError("write off, for an emulator on this machine, or leave it out")
    return "off"


class Settings(BaseSettings):
    """The variables that README.md lists; an empty variable is an unset one."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite:///ai-readiness.db", repr=False
    )  # it may hold a password
    packs: Path | None = Field(None, validation_alias="AI_READINESS_PACKS")
    pack: str = Field("core", validation_alias="AI_READINESS_PACK")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("UTC", validation_alias="AI_READINESS_TIMEZONE")
    country: Annotated[str, AfterValidator(_country)] | None = Field(None, validation_alias="AI_READINESS_COUNTRY")
    date_order: Literal["DMY", "MDY"] | None = Field(None, validation_alias="AI_READINESS_DATE_ORDER")

    log: Literal["text", "json"] = Field("text", validation_alias="AI_READINESS_LOG")
    admins: Annotated[frozenset[str], NoDecode, BeforeValidator(_people)] = Field(
        frozenset(), validation_alias="AI_READINESS_ADMINS"
    )

    retention_days: int | None = Field(None, ge=1, validation_alias="AI_READINESS_RETENTION_DAYS")

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)  # 0: any free one
    public_url: Annotated[str, AfterValidator(_public)] | None = None
    keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_keys)] = Field(
        (), validation_alias="AI_READINESS_KEY"
    )

    slack_bot_token: Annotated[SecretStr, AfterValidator(_token("xoxb-", "under OAuth & Permissions"))] | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: (
        Annotated[SecretStr, AfterValidator(_token("xapp-", "under Basic Information, App-Level Tokens"))] | None
    ) = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: Annotated[str, AfterValidator(_api)] = "https://slack.com/api/"

    teams_app_id: str | None = None
    teams_app_password: SecretStr | None = None
    teams_tenant_id: str | None = None
    teams_auth: Annotated[str, AfterValidator(_off)] | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def on_slack(self) -> bool:
        """Whether any of it is configured; `what_serve_lacks` says whether enough of it is."""
        own = (self.slack_bot_token, self.slack_signing_secret, self.slack_app_token)
        return any((*own, self.slack_client_id, self.slack_client_secret))

    @property
    def by_socket(self) -> bool:
        """Whether Slack is heard by Socket Mode; otherwise it calls us."""
        return self.slack_app_token is not None

    @property
    def many_workspaces(self) -> bool:
        """Whether any workspace may install the app; otherwise it works in the one of its token."""
        return self.slack_client_id is not None

    @property
    def on_teams(self) -> bool:
        """Whether any of it is configured; `what_serve_lacks` says whether enough of it is."""
        return any((self.teams_app_id, self.teams_app_password, self.teams_tenant_id, self.teams_auth_off))

    @property
    def teams_auth_off(self) -> bool:
        """Whether an emulator on this machine is spoken with: nobody proves who they are, and no token is used."""
        return self.teams_auth is not None


def what_serve_lacks(settings: Settings) -> list[str]:
    """Everything that stands in the way of `serve`, a sentence each."""
    if not settings.on_slack and not settings.on_teams:
        slack = "SLACK_BOT_TOKEN and, besides it, SLACK_SIGNING_SECRET, or SLACK_APP_TOKEN for Socket Mode"
        teams = "TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID"
        return [f"No platform is configured: set {slack}; for Teams, set {teams}."]
    lacking = _lacking_slack(settings) if settings.on_slack else {}
    lacking |= _lacking_teams(settings) if settings.on_teams else {}
    return [f"{variable}: {todo}." for variable, todo in lacking.items()]


def _lacking_slack(settings: Settings) -> dict[str, str]:
    lacking = {}
    if settings.slack_bot_token and settings.many_workspaces:
        lacking["SLACK_BOT_TOKEN"] = "leave it out, or leave SLACK_CLIENT_ID out: it is one workspace or many, not both"
    elif not settings.slack_bot_token and not settings.many_workspaces:
        lacking["SLACK_BOT_TOKEN"] = "set it for one workspace, or set SLACK_CLIENT_ID for many"
    if not settings.slack_signing_secret and not settings.by_socket:
        lacking["SLACK_SIGNING_SECRET"] = "set it, or set SLACK_APP_TOKEN for Socket Mode"
    return lacking | (_lacking_oauth(settings) if settings.many_workspaces else _lone_oauth(settings))


def _lacking_oauth(settings: Settings) -> dict[str, str]:
    needed = {
        "SLACK_CLIENT_SECRET": (settings.slack_client_secret, "set it; it stands beside the client ID"),
        "PUBLIC_URL": (settings.public_url, "set it to how browsers reach this server, to install the app"),
        "AI_READINESS_KEY": (settings.keys, f"set it, so that tokens are kept encrypted; make one with: {_NEW_KEY}"),
    }
    return {variable: todo for variable, (value, todo) in needed.items() if not value}


def _lone_oauth(settings: Settings) -> dict[str, str]:
    if not settings.slack_client_secret:
        return {}
    return {"SLACK_CLIENT_ID": "set it too for many workspaces, or leave SLACK_CLIENT_SECRET out"}


def _lacking_teams(settings: Settings) -> dict[str, str]:
    """Without authentication nothing else is needed, and what else is set is not used."""
    if settings.teams_auth_off:
        todo = f"leave it out, or set HOST to 127.0.0.1: at {settings.host} anybody could say that they are anybody"
        return {} if _is_loopback(settings.host) else {"TEAMS_AUTH": todo}
    needed = {
        "TEAMS_APP_ID": (settings.teams_app_id, "set it to the Application (client) ID of the app's registration"),
        "TEAMS_APP_PASSWORD": (settings.teams_app_password, "set it to the value of a client secret of that app"),
        "TEAMS_TENANT_ID": (settings.teams_tenant_id, "set it to the Directory (tenant) ID of that registration"),
    }
    return {variable: todo for variable, (value, todo) in needed.items() if not value}


def _is_loopback(host: str) -> bool:
    """Whether only this machine reaches it; no other name is looked up, as what it means may change."""
    try:
        return host.casefold() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings() -> Settings:
    """Raises `BadSettings` with one line for each thing that is wrong; no value of a secret is in it."""
    settings, wrong = usable_settings()
    if wrong:
        raise BadSettings("\n".join(f"{variable}: {why}" for variable, why in wrong.items()))
    return settings


def usable_settings() -> tuple[Settings, Mapping[str, str]]:
    """The settings, with its default for each that cannot be used; and what is wrong with those, by variable."""
    try:
        return Settings(), {}
    except ValidationError as error:
        wrong = {str(e["loc"][0]): e["msg"].removeprefix("Value error, ") for e in error.errors(include_input=False)}
    defaults = {field.validation_alias or name: field.default for name, field in Settings.model_fields.items()}
    return Settings(**{name: defaults[name] for name in wrong}), {name.upper(): why for name, why in wrong.items()}
