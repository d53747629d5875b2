"""What can be counted of messages in Teams: statements, with whatever is kept of people and places besides the turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import mean
from urllib.parse import urlsplit

from benchmarks.comparing import answering
from benchmarks.fake_microsoft import make_app as make_microsoft
from benchmarks.figures import Figure, counted
from benchmarks.load import Connection, NotMeasured, connected
from benchmarks.platforms import Request
from benchmarks.reviews import Posted, answers, start
from benchmarks.shape import MOST, counting
from benchmarks.teams import TEAMS, request
from bot.bootstrap import Application, running
from bot.metrics import Metrics
from bot.readiness import Readiness
from bot.server import make_app, serving
from bot.settings import Settings
from bot.teams import on_teams

_FIRST = 50_000  # review here; the ones before are those of messages
_PAUSE = timedelta(minutes=2)  # between two messages of one person


@dataclass(slots=True)
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


async def shape_on_teams(store: str, url: str) -> list[Figure]:
    """The counts of one database, on which nothing else is counted meanwhile. Who sends is not checked."""
    settings, clock = Settings(database_url=url, teams_auth="off"), _Clock(datetime.now(UTC))
    senders = {TEAMS.name: Posted(TEAMS)}
    async with (
        serving(make_microsoft({}), "127.0.0.1", 0) as microsoft,
        running(settings, senders, command="make bench", clock=clock) as application,
        on_teams(settings, application, Metrics(), clock, 1) as teams,
        serving(make_app(teams.routes, Readiness({}).look, _nothing), "127.0.0.1", 0) as address,
        connected(urlsplit(address).port or 0) as connection,
    ):
        asked = partial(request, f"{microsoft}/", None, clock)
        await _by_message(application, connection, asked, clock, _FIRST)  # everybody is known from now on
        seen = await _by_message(application, connection, asked, clock, _FIRST + 1)
    ordinary = [each["statement"] for each in seen[1:]]  # with the first one its channel is kept
    return [
        counted(8, f"{store}, Teams: statements of a message", max(ordinary), MOST),
        counted(8, f"{store}, Teams: besides its turn's own, a message", round(mean(ordinary) - min(ordinary), 2), 1),
    ]


async def _by_message(
    application: Application, connection: Connection, asked: Request, clock: _Clock, number: int
) -> Sequence[Counter[str]]:
    """Statements of each message in the thread of a review whose items are answered one by one."""
    await start(application, TEAMS, number, now=clock())
    await application.relay.drain()
    before = await application.database.read(answering)
    seen = [
        await _statements(connection, asked(TEAMS.place(number), said, number * 100 + n), clock)
        for n, said in enumerate(answers(application.engine, TEAMS).values())
    ]
    if await application.database.read(answering) - before != len(seen):
        raise NotMeasured("a message in Teams has answered nothing")
    return seen


async def _statements(connection: Connection, message: bytes, clock: _Clock) -> Counter[str]:
    with counting() as happened:
        await connection.ask(message)
    clock.now += _PAUSE
    return happened


async def _nothing() -> tuple[bytes, str]:
    return b"", "text/plain"
