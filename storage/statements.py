"""Statements that the two databases write, or find things by, differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, Insert, and_, bindparam, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from conversations.people import Account

UNAWAITED = "unawaited"  # option of a statement; `bundles.py` tells what becomes of it
S = TypeVar("S", bound=Executable)


def unawaited(statement: S) -> S:
    """Of which nobody asks how many rows it changed or what their ids are, nor, in the unit, whether it was refused."""
    quiet = statement.inline() if isinstance(statement, Insert) else statement
    return quiet.execution_options(**{UNAWAITED: True})


def on_each(build: Callable[[Any], Executable]) -> Mapping[str, Executable]:
    """A statement by name of the database: ON CONFLICT is known to each one's own `insert` only."""
    return {"sqlite": build(sqlite.insert), "postgresql": build(postgresql.insert)}


def of_accounts(
    platform: ColumnElement[str], tenant: ColumnElement[str], who: ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether these are those of one of many accounts, which `named` gives.

    Each column is asked for by itself too: SQLite finds no row by an index for a list of rows.
    """
    each = ((platform, "platforms"), (tenant, "tenants"), (who, "people"))
    columns = (column.in_(bindparam(name, expanding=True)) for column, name in each)
    return and_(*columns, tuple_(platform, tenant, who).in_(bindparam("accounts", expanding=True)))


def named(accounts: Iterable[Account]) -> dict[str, list[Any]]:
    rows = [astuple(account) for account in accounts]
    platforms, tenants, people = (sorted({row[n] for row in rows}) for n in range(3))
    return {"accounts": rows, "platforms": platforms, "tenants": tenants, "people": people}


def without_deadline(connection: Connection) -> None:
    """What looks through a whole table may take longer than a turn may. Until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
