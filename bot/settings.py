"""Settings: read once, from the environment or a `.env` file, and frozen. All that is wrong is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

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

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def read_settings() -> Settings:
    """Raises `BadSettings` with one line for each thing that is wrong; no value of a secret is in it."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False)
        ]
        raise BadSettings("\n".join(lines)) from None
