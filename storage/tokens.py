"""Installations with their tokens, which nobody can read without a key; the only place that knows how that is done.

What is sealed says whose it is, so that a row that somebody copied to another workspace opens nothing there.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Executable, bindparam, delete, select, update

from conversations.errors import ReadinessError, TokenUnreadable
from conversations.ports import Installation
from storage.mapping import Row
from storage.models import installation
from storage.statements import on_each
from storage.threads import Units, note_erasure

_NOTE = "note/"  # what is sealed and not kept begins so: no row is ever taken for it

_this = (installation.c.platform == bindparam("of_platform"), installation.c.tenant == bindparam("of_tenant"))
_FIND = select(installation).where(*_this)
_FORGET = delete(installation).where(*_this, installation.c.installed_at <= bindparam("before"))
_ALL = select(installation).order_by(installation.c.platform, installation.c.tenant)
_RESEAL = update(installation).where(*_this, installation.c.secret == bindparam("old")).values(secret=bindparam("new"))


def _save(insert: Any) -> Executable:
    statement = insert(installation)
    keys = (installation.c.platform, installation.c.tenant)
    changing = {each.name: statement.excluded[each.name] for each in installation.c if each not in set(keys)}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changing)  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time


_SAVE = on_each(_save)


class KeyUnusable(ReadinessError):
    """AI_READINESS_KEY holds something that is no key: each is 32 bytes as url-safe base64."""


class Tokens:
    """A `ports.TokenStore`. `keys` are Fernet keys, newest first: it seals, and all of them open.

    Raises `KeyUnusable`, also where there is none. https://cryptography.io/en/latest/fernet/
    """

    def __init__(self, units: Units, keys: Iterable[str]) -> None:
        self._units = units
        try:
            self._keys = MultiFernet([Fernet(key) for key in keys])
        except ValueError:  # it may repeat a part of the key
            raise KeyUnusable from None

    async def save(self, installation: Installation) -> None:
        await self._units(_saved, self._to_row(installation))

    async def find(self, platform: str, tenant: str) -> Installation | None:
        """Raises `TokenUnreadable`."""
        row = await self._units(_found, platform, tenant)
        return None if row is None else self._to_installation(row)

    async def forget(self, platform: str, tenant: str, *, before: datetime) -> None:
        await self._units(_forgotten, platform, tenant, before)

    async def reseal(self) -> int:
        """Everything is sealed with the newest key now; returns how many there were. Afterwards older keys may go.

        Raises `TokenUnreadable`; then all are as they were.
        """
        return await self._units(self._resealed)

    def seal(self, words: str, *, at: datetime) -> str:
        """Words that strangers may carry, but neither read nor change. Fit for an address and for a cookie."""
        return self._keys.encrypt_at_time(f"{_NOTE}{words}".encode(), int(at.timestamp())).decode().rstrip("=")

    def unseal(self, sealed: str, *, at: datetime, within: timedelta) -> str | None:
        """What was sealed here, None where it was not, or longer ago, or is spelled in any other way."""
        try:
            padded = urlsafe_b64encode(urlsafe_b64decode(f"{sealed}{'=' * (-len(sealed) % 4)}"))
            if padded.decode().rstrip("=") != sealed:  # whoever decodes it passes over what is no letter of it
                return None
            words = self._keys.decrypt_at_time(padded, int(within.total_seconds()), int(at.timestamp())).decode()
        except (InvalidToken, ValueError):
            return None
        return words.removeprefix(_NOTE) if words.startswith(_NOTE) else None

    def _to_row(self, kept: Installation) -> dict[str, Any]:
        secret = {
            "platform": kept.platform,
            "tenant": kept.tenant,
            "token": kept.token,
            "scopes": sorted(kept.scopes),
        }
        return {
            "platform": kept.platform,
            "tenant": kept.tenant,
            "name": kept.name,
            "secret": self._keys.encrypt(json.dumps(secret).encode()).decode(),
            "bot": kept.bot,
            "installed_by": kept.installed_by,
            "installed_at": kept.installed_at,
        }

    def _to_installation(self, row: Row) -> Installation:
        secret = self._opened(row)
        return Installation(
            platform=row["platform"],
            tenant=row["tenant"],
            name=row["name"],
            token=secret["token"],
            bot=row["bot"],
            scopes=frozenset(secret["scopes"]),
            installed_by=row["installed_by"],
            installed_at=row["installed_at"],
        )

    def _opened(self, row: Row) -> dict[str, Any]:
        try:
            secret: dict[str, Any] = json.loads(self._keys.decrypt(row["secret"]))
        except (InvalidToken, ValueError):
            raise TokenUnreadable from None
        if (secret["platform"], secret["tenant"]) != (row["platform"], row["tenant"]):
            raise TokenUnreadable("The token that is kept for this workspace is another one's. Install the app again.")
        return secret

    def _resealed(self, connection: Connection) -> int:
        rows = connection.execute(_ALL).mappings().all()
        for row in rows:
            self._opened(row)
            new = self._keys.rotate(row["secret"]).decode()
            # One that was saved meanwhile has the newest key already.
            connection.execute(_RESEAL, _of(row["platform"], row["tenant"]) | {"old": row["secret"], "new": new})
        note_erasure(connection)
        return len(rows)


def _saved(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(_SAVE[connection.dialect.name], row)
    note_erasure(connection)


def _found(connection: Connection, platform: str, tenant: str) -> Row | None:
    return connection.execute(_FIND, _of(platform, tenant)).mappings().one_or_none()


def _forgotten(connection: Connection, platform: str, tenant: str, before: datetime) -> None:
    connection.execute(_FORGET, _of(platform, tenant) | {"before": before})
    note_erasure(connection)


def _of(platform: str, tenant: str) -> dict[str, str]:
    return {"of_platform": platform, "of_tenant": tenant}
