"""Copies of a SQLite database, made beside whoever works on it. PostgreSQL has tools of its own."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from conversations.errors import ReadinessError, StorageDown
from storage.database import to_address, to_path
from storage.restoring import mark_copy
from storage.schema import check_current, copy_into
from storage.threads import to_failure


class NotBackedUp(ReadinessError):
    """No copy was made."""


def back_up(url: str, target: Path, now: datetime) -> None:
    """A complete copy that survives a power cut; only who may read the database may read it.

    Raises `NotBackedUp`, `SchemaBehind`, `SchemaAhead` and `StorageDown`; then there is no copy.
    """
    address = to_address(url)
    if address.get_backend_name() != "sqlite":
        raise NotBackedUp("PostgreSQL is backed up with its own tools: pg_dump --format=custom (docs/data.md).")
    path = to_path(address)
    if not path.exists():
        raise StorageDown(f"There is no database {path} to back up.")
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, path.stat().st_mode & 0o777))
    except FileExistsError:
        raise NotBackedUp(f"{target} is there already; name a new file.") from None
    except OSError as error:
        raise NotBackedUp(f"{target} cannot be written: {error.strerror}") from None
    try:
        _copied(path, target, now)
    except SQLAlchemyError as error:
        target.unlink(missing_ok=True)
        raise to_failure(error) from None
    except ReadinessError:
        target.unlink(missing_ok=True)
        raise


def _copied(path: Path, target: Path, now: datetime) -> None:
    original, copy = (
        create_engine(URL.create("sqlite", database=str(each)), hide_parameters=True, poolclass=NullPool)
        for each in (path, target)
    )
    check_current(original)
    with original.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        copy_into(connection, target)
    with copy.begin() as connection:
        mark_copy(connection, now)
    for written in (target, target.absolute().parent):
        descriptor = os.open(written, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
