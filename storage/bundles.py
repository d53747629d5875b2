"""Fewer round trips to PostgreSQL: what nobody waits for goes out with the next statement that somebody waits for.

A statement is `unawaited` where nobody looks at what the database answers. It is kept back, with the BEGIN before it,
until an answer is needed or the unit ends; then everything goes out at once, in order, in one of psycopg's pipelines,
with COMMIT last. The server skips what comes after a statement that it refused, COMMIT too, and whoever asked last is
told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from storage.statements import UNAWAITED


def in_bundles(engine: Engine) -> Engine:
    """The same engine, whose connections send statements in as few trips as they can."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
        return _Connection.connect(*arguments, **named, autocommit=True, cursor_factory=_Cursor)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.connection.driver_connection.begin()

    @event.listens_for(engine, "do_execute")
    def one(cursor: Any, statement: Any, row: Any, context: Any) -> bool:
        return keep(cursor, partial(psycopg.Cursor.execute, query=statement, params=row), context)

    @event.listens_for(engine, "do_executemany")
    def many(cursor: Any, statement: Any, rows: Any, context: Any) -> bool:
        return keep(cursor, partial(psycopg.Cursor.executemany, query=statement, params_seq=rows), context)

    def keep(cursor: Any, send: Callable[[Any], object], context: Any) -> bool:
        """Whether it is sent later."""
        later = bool(context.execution_options.get(UNAWAITED))
        if later:
            cursor.connection.keep(send)
        return later

    return engine


class _Connection(psycopg.Connection[Any]):
    """It says BEGIN and COMMIT itself: the driver would wait for an answer to its own."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._kept: list[Callable[[Any], object]] = []
        self._begun = False  # without anything sent since

    def begin(self) -> None:
        self._begun = True

    def keep(self, send: Callable[[Any], object]) -> None:
        self._kept.append(send)

    @contextmanager
    def bundle(self) -> Iterator[None]:
        """What was kept goes out with what is sent in here, and all answers are there afterwards."""
        kept, self._kept = self._kept, []
        if self._begun:
            kept.insert(0, partial(psycopg.Cursor.execute, query="BEGIN"))
            self._begun = False
        with self.pipeline():  # for one statement as well: it is prepared in the same trip
            for send in kept:
                send(psycopg.Cursor(self))
            yield

    def commit(self) -> None:
        if self._begun and not self._kept:  # nothing was asked
            self._begun = False
            return
        with self.bundle():
            psycopg.Cursor(self).execute("COMMIT")

    def rollback(self) -> None:
        self._kept, self._begun = [], False
        super().rollback()


class _Cursor(psycopg.Cursor[Any]):
    """Of statements whose answers somebody waits for."""

    _conn: _Connection

    def execute(self, *arguments: Any, **named: Any) -> Any:
        with self._conn.bundle():
            return super().execute(*arguments, **named)

    def executemany(self, *arguments: Any, **named: Any) -> None:
        with self._conn.bundle():
            super().executemany(*arguments, **named)
