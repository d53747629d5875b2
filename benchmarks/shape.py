"""What can be counted instead of timed: statements and commits of turns, in this process."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from sqlalchemy import Engine, event

from benchmarks.figures import Figure, counted
from benchmarks.reviews import Posted, answers, start
from benchmarks.slack import SLACK
from benchmarks.trips import passing
from bot.bootstrap import Application, running
from bot.library import bundled
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind, Form
from storage.threads import TOGETHER

MOST = 10  # statements a turn
TRIPS = 4  # round trips of a turn to PostgreSQL
Trips: TypeAlias = Callable[[], int]
_NOW_AND_THEN = {"INSERT INTO reminder": "look", "DELETE FROM reminder": "look", "SELECT act.": "acts"}
_FIRST = 50_000  # review here; the ones before are those of messages
_FEW = 2  # items of the small pack; the large one has all that ship


async def shape(store: str, url: str, folder: Path) -> list[Figure]:
    """The counts of one database, on which nothing else is counted meanwhile."""
    _write_small_pack(folder)
    told = list[Figure]()
    with passing(url) as (passed, trips):
        settings = Settings(database_url=passed, AI_READINESS_PACKS=folder)
        async with running(settings, {"slack": Posted(SLACK)}, command="make bench", pack="few") as application:
            seen = await _by_message(application, trips, _FIRST)
        async with running(settings, {"slack": Posted(SLACK)}, command="make bench", pack="full") as application:
            seen += await _by_message(application, trips, _FIRST + 1)
            seen += await _by_form(application, trips, _FIRST + 2)
            if store == "SQLite":
                for many in (1, TOGETHER):
                    commits = await _commits_of_waiting(application, _FIRST + 1000 * many, many)
                    told.append(counted(8, f"{store}: commits for {many} waiting turns", commits, 1))
    if store == "PostgreSQL":
        told.append(counted(8, f"{store}: round trips in a turn", max(turn["trip"] for turn in seen), TRIPS))
    statements = max(turn["statement"] + turn["look"] + turn["acts"] for turn in seen)
    return [
        counted(8, f"{store}: statements in a turn", statements, MOST),
        counted(8, f"{store}: different numbers of statements in turns", len({turn["statement"] for turn in seen}), 1),
        *told,
    ]


async def _by_message(application: Application, trips: Trips, number: int) -> list[Counter[str]]:
    """Statements of each turn of a review whose items are answered one by one."""
    await _begin(application, number)
    said = answers(application.engine, SLACK).values()
    return [await _statements(application, trips, _activity(number, n, text=text)) for n, text in enumerate(said)]


async def _by_form(application: Application, trips: Trips, first: int) -> list[Counter[str]]:
    """Statements of one turn that answers 1, 5 or 21 items."""
    values, seen = answers(application.engine, SLACK), []
    for number, many in enumerate((1, 5, 21), first):
        await _begin(application, number)
        form = Form(name="run", values=dict([*values.items()][:many]), seen=1)
        activity = _activity(number, 0, kind=ActivityKind.FORM, form=form)
        seen.append(await _statements(application, trips, activity))
    return seen


async def _commits_of_waiting(application: Application, first: int, many: int) -> int:
    """Of so many turns, as many as may share one at most, which wait while another unit is at work."""
    await _begin(application, *range(first, first + many))
    said = next(iter(answers(application.engine, SLACK).values()))
    begun, gate = threading.Event(), threading.Event()

    def hold(_connection: object) -> None:
        begun.set()
        gate.wait(10)

    held = asyncio.create_task(application.database.units(hold))
    await asyncio.to_thread(begun.wait)  # so that no turn shares its commit
    turns = [
        asyncio.create_task(application.runner.run(_activity(number, 0, text=said)))
        for number in range(first, first + many)
    ]
    await asyncio.sleep(0.1)  # all of them wait now
    with counting() as happened:
        gate.set()
        await asyncio.gather(held, *turns)
    return happened["commit"] - 1  # the unit that was at work


async def _begin(application: Application, *numbers: int) -> None:
    for number in numbers:
        await start(application, SLACK, number, now=datetime.now(UTC))
    await application.relay.drain()


async def _statements(application: Application, trips: Trips, activity: Activity) -> Counter[str]:
    before = trips()
    with counting() as happened:
        turn = await application.runner.run(activity)
    if turn is None or turn.review is None or not turn.review.acts:
        raise AssertionError(f"{activity.keys[0]} has answered nothing")
    happened["trip"] = trips() - before
    return happened


def _activity(number: int, n: int, **fields: Any) -> Activity:
    usual = {"kind": ActivityKind.MESSAGE, "source": f"1750000000.{n:06}"}
    return Activity(
        keys=(f"shape/{number}/{n}", f"shape/{number}/{n}/again"),
        actor=SLACK.actor,
        reference=SLACK.place(number),
        at=datetime.now(UTC),
        **(usual | fields),
    )


def _write_small_pack(folder: Path) -> None:
    pack: dict[str, Any] = yaml.safe_load(bundled()["core.yaml"])
    question = pack["questions"][0]
    pack |= {"pack": "few", "questions": [question | {"items": question["items"][:_FEW]}]}
    (folder / "few.yaml").write_text(yaml.safe_dump(pack, sort_keys=False))


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Of all databases of this process: `statement`, without those that begin a transaction, and `commit`.

    `look` are those that write down who is to be looked at: most turns have none, and no turn has more than two. `acts`
    are those that read a review's acts: only its first turn in a process has one, or one after another process's.
    """
    happened: Counter[str] = Counter()

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            kinds = (kind for begins, kind in _NOW_AND_THEN.items() if statement.startswith(begins))
            happened[next(kinds, "statement")] += 1

    def committed(_connection: Any) -> None:
        happened["commit"] += 1

    event.listen(Engine, "before_cursor_execute", executed)
    event.listen(Engine, "commit", committed)
    try:
        yield happened
    finally:
        event.remove(Engine, "before_cursor_execute", executed)
        event.remove(Engine, "commit", committed)
