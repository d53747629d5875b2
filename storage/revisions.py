"""The revisions of the schema, and where a database stands among them.

They form one line. Each is additive: programs that do not know it work on beside those that do; or destructive: they
cannot. A database keeps which were applied to it and of which kind, so that an older program knows whether it may work
there; and each connection tells the newest one that its program knows, so that nothing is taken from a program at work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, func, insert, inspect, literal_column, select

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"
_PROGRAM = "ai-readiness "
_SAYS = re.compile(r"""^(revision|kind) = ["'](\w+)["']""", re.MULTILINE)  # a script, of itself
_current = Table("alembic_version", MetaData(), Column("version_num", String))
# Beside Alembic's own table, and made like that one: by no revision. Programs of any version read it.
_applied = Table("schema_revision", MetaData(), Column("id", String, primary_key=True), Column("kind", String))
_activity = Table("pg_stat_activity", MetaData(), Column("application_name", String), Column("datname", String))


class Kind(StrEnum):
    """What a revision calls its `kind`."""

    ADDITIVE = "additive"
    DESTRUCTIVE = "destructive"


class Position(Enum):
    """Where a database's schema stands beside this program's."""

    BEHIND = auto()
    UNFINISHED = auto()  # only destructive ones are left
    CURRENT = auto()
    EXTENDED = auto()  # a newer program has added to it
    AHEAD = auto()  # a newer program has taken from it

    @property
    def workable(self) -> bool:
        return self in (Position.UNFINISHED, Position.CURRENT, Position.EXTENDED)


def config() -> Config:
    from alembic.config import Config  # noqa: PLC0415  # Alembic is large, and nearly no start migrates

    made = Config()
    made.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return made


def line() -> dict[str, Kind]:
    """The revisions that this program knows, oldest first, as the names of their files are ordered."""
    told = (dict(_SAYS.findall(script.read_text())) for script in sorted(_SCRIPTS.glob("versions/*.py")))
    return {each["revision"]: Kind(each["kind"]) for each in told}


def newest() -> str:
    return list(line())[-1]


def left(current: str | None) -> dict[str, Kind]:
    """What this program would apply after `current`."""
    ours = line()
    return dict(list(dropwhile(lambda each: each[0] != current, ours.items()))[1:]) if current else ours


def current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_current.name):
        return None
    return connection.execute(select(_current.c.version_num)).scalar_one_or_none()


def position(connection: Connection) -> Position:
    current, ours = current_revision(connection), line()
    if current is None or current in ours:
        kinds = set(left(current).values())
        if not kinds:
            return Position.CURRENT
        return Position.UNFINISHED if current and kinds == {Kind.DESTRUCTIVE} else Position.BEHIND
    applied = _applied_to(connection)
    theirs = {kind for name, kind in applied.items() if name not in ours}
    return Position.EXTENDED if newest() in applied and theirs == {Kind.ADDITIVE} else Position.AHEAD


def note_applied(connection: Connection) -> None:
    """Keeps for programs of other versions which revisions stand in this database, and their kinds."""
    _applied.create(connection, checkfirst=True)
    current, known = current_revision(connection), _applied_to(connection)
    applied = [*takewhile(lambda name: name != current, line()), current]
    rows = [{"id": name, "kind": line()[name]} for name in applied if name and name not in known]
    if rows:
        connection.execute(insert(_applied), rows)


def program_name() -> str:
    """What a connection to PostgreSQL is called."""
    return f"{_PROGRAM}{newest()}"


def at_work_without(connection: Connection, revision: str) -> dict[str, int]:
    """How many connections there are of programs that do not know a revision, by the newest one that they know."""
    older = [f"{_PROGRAM}{name}" for name in takewhile(lambda name: name != revision, line())]
    name = _activity.c.application_name
    here = _activity.c.datname == literal_column("current_database()")
    found = connection.execute(select(name, func.count()).where(name.in_(older), here).group_by(name).order_by(name))
    return {program.removeprefix(_PROGRAM): number for program, number in found}


def _applied_to(connection: Connection) -> Mapping[str, str]:
    if not inspect(connection).has_table(_applied.name):
        return {}
    return {row.id: row.kind for row in connection.execute(select(_applied))}
