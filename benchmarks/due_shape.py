"""What can be counted of a tick instead of timed: statements, and what of the table of those who wait is read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from benchmarks.due import NEXT_MONDAY, begin_one, copy, databases, filling, make_due, owner, wait
from benchmarks.figures import Figure, counted
from benchmarks.setting import Setting
from benchmarks.shape import counting
from bot.bootstrap import Application, running
from bot.plans import TOGETHER
from bot.settings import Settings
from conversations.letters import Plan
from storage.reminders import claim_due, keep_plan

_WAITING = 20_000  # rows: of fewer a database rightly reads all
_FEW, _MANY = 10, 100  # people
_TO_FIND, _TO_KEEP = 10, 8  # statements, at most
_REVIEWS, _ITEMS = 3, 21

Asked = list[tuple[str, Any]]


async def due_shape(setting: Setting) -> list[Figure]:
    store, where = setting.store, setting.where
    (url,) = await asyncio.to_thread(databases, where, "due_shape")
    original = await begin_one(url, answered=_ITEMS)
    with filling(url) as connection:
        wait(connection, _WAITING)
        for many in (_FEW, _MANY):
            copy(connection, original, many, each=_REVIEWS, batch=f"{many}")
            make_due(connection, many, each=_REVIEWS, batch=f"{many}", at=NEXT_MONDAY)
    async with running(Settings(database_url=url), {}, command="make bench", clock=lambda: NEXT_MONDAY) as application:
        scans = await _scans(application)
        found = [await _finding(application, many) for many in (_FEW, _MANY)]
        kept = await _keeping(application)
    return [
        counted(12, f"{store}: statements of a tick that read all who wait", scans, 0),
        counted(12, f"{store}: statements to claim and find people", max(found), _TO_FIND),
        counted(12, f"{store}: different numbers of them for {_FEW} and {_MANY}", len(set(found)), 1),
        counted(14, f"{store}: statements to keep a digest", max(kept), _TO_KEEP),
        counted(14, f"{store}: different numbers of them for {_MANY} digests", len(set(kept)), 1),
    ]


async def _scans(application: Application) -> int:
    """Of what is asked of the table while people are claimed, found and looked at later."""
    with listening() as asked:
        claim = await application.database.units(claim_due, now=NEXT_MONDAY, limit=TOGETHER)
        found = await application.ticker.planner.found(claim.people)
        later = {review.id: NEXT_MONDAY for review in found[claim.people[0]].reviews}
        plan = Plan(account=claim.people[0], at=NEXT_MONDAY, look_at=later)
        await application.database.units(keep_plan, plan, application.shelf, lease=claim.lease)
        await application.ticker.planner.next_due()
    plans = await application.database.units(_explained, [each for each in asked if "reminder" in each[0]])
    return sum(_reads_all(plan) for plan in plans)


def _explained(connection: Connection, asked: Asked) -> list[str]:
    how = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    found = (connection.exec_driver_sql(how + statement, given) for statement, given in asked)
    return ["\n".join(str(row[-1]) for row in rows) for rows in found]


def _reads_all(plan: str) -> bool:
    return any(marks in plan for marks in ("Seq Scan on reminder", "SCAN reminder", "SCAN earlier"))


async def _finding(application: Application, many: int) -> int:
    with counting() as happened:
        await application.database.units(claim_due, now=NEXT_MONDAY, limit=many)
        found = await application.ticker.planner.found(owner(n, f"{many}") for n in range(many))
    if any(len(pending.reviews) != _REVIEWS for pending in found.values()):
        raise AssertionError("somebody's reviews were not found")
    return happened["statement"]


async def _keeping(application: Application) -> list[int]:
    """Statements of each digest."""
    found = await application.ticker.planner.found(owner(n, f"{_MANY}") for n in range(_MANY))
    seen = []
    for pending in found.values():
        plan = await application.ticker.planner.plan(pending, NEXT_MONDAY, None)
        if plan.digest is None:
            raise AssertionError("nobody is told of their reviews")
        with counting() as happened:
            await application.database.units(keep_plan, plan, application.shelf, lease=NEXT_MONDAY)
        seen.append(happened["statement"])
    return seen


@contextmanager
def listening() -> Iterator[Asked]:
    """What all databases of this process are asked, with what was given; of several at once the first."""
    asked: Asked = []

    def executed(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        asked.append((statement, given[0] if many else given))

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", executed)
