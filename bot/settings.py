"""Settings: read once, from the environment or a `.env` file, and frozen. All that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from conversations.errors import ReadinessError

_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")


class BadUsage(ReadinessError):
    """What a command was given cannot be used; it ends with exit code 2."""


class BadSettings(BadUsage):
    """Some settings cannot be used."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone is called {name!r}; use one like Europe/Berlin or UTC") from None
    return name


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


class Settings(BaseSettings):
    """The variables that README.md lists; an empty variable is an unset one."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite:///ai-readiness.db", repr=False
    )  # it may hold a password
    packs: Path | None = Field(None, validation_alias="AI_READINESS_PACKS")
    pack: str = Field("core", validation_alias="AI_READINESS_PACK")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("UTC", validation_alias="AI_READINESS_TIMEZONE")
    date_order: Literal["DMY", "MDY"] | None = Field(None, validation_alias="AI_READINESS_DATE_ORDER")

    admins: Annotated[frozenset[str], NoDecode, BeforeValidator(_people)] = Field(
        frozenset(), validation_alias="AI_READINESS_ADMINS"
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


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
