"""What was kept long enough goes; what is younger, and what somebody counts on, stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from bot.retention import Retention
from conversations.activities import ConversationReference
from conversations.ports import DeliveryKind
from storage import models
from storage.database import Database
from storage.models import DeliveryState
from storage.queries import reviews
from storage.retention import TOGETHER, clear_ended, clear_inbox, clear_ledger, clear_sent, closed_reviews, set_term
from storage.shelf import PackShelf
from tests.journeys.terminal import Terminal
from tests.storage.test_unit_of_work import counted
from tests.storage.test_visibility import HERE, begun, says, turn
from tests.storage.tiny import AT, everything, run

THERE = ConversationReference(platform="slack", tenant="T2", channel="C1", thread="1.1")
LIVING = ConversationReference(platform="slack", tenant="T1", channel="C9", thread="9")
DAY = timedelta(days=1)


def after(days: float, database: Database, kept: int | None = None) -> Retention:
    return Retention(database.units, PackShelf(), days=kept, clock=lambda: AT + days * DAY)


async def closed(database: Database, at: ConversationReference, name: str = "Hidden") -> None:
    await begun(database.units, name, at)
    await turn(database.units, says("Zephyrine says the quince team, weekly", "ben", at))
    await turn(database.units, says("done", at=at))


def delivery(n: int, state: DeliveryState, days: float, to: str | None = None) -> dict[str, Any]:
    at = AT - days * DAY
    where = {"lane": f"l{n}", "platform": "slack", "tenant": "T1", "channel": "C1", "to_person": to}
    when = {"created_at": at, "sent_at": at if state is DeliveryState.SENT else None}
    return {"delivery_id": str(n), "kind": DeliveryKind.POST, "state": state, "attempts": 0, "tries": 0} | where | when


def test_what_was_told_and_sent_goes_in_small_transactions(database: Database) -> None:
    ended = (DeliveryState.SUPERSEDED, DeliveryState.UNKNOWN, DeliveryState.CALLED_BACK)
    waiting = (DeliveryState.PENDING, DeliveryState.PARKED)
    rows = [delivery(n, state, days) for n, (state, days) in enumerate((s, d) for s in DeliveryState for d in (29, 31))]
    rows += [delivery(100 + n, DeliveryState.SENT, 60 - n, to="dana") for n in range(3)]

    def fill(connection: Connection) -> None:
        keys = [{"activity_key": str(n), "received_at": AT - (8 * DAY if n else 6 * DAY)} for n in range(2 * TOGETHER)]
        connection.execute(insert(models.inbox), [*keys, {**keys[-1], "activity_key": "slack/T1/welcome/"}])
        connection.execute(insert(models.outbox), rows)
        told = {"platform": "slack", "tenant": "T1", "who": "dana", "kind": "letter"}
        days = [told | {"day": (AT - n * DAY).date(), "at": AT - n * DAY} for n in (95, 92, 1)]
        connection.execute(insert(models.ledger), [*days, {**days[0], "who": "ben"}])

    async def scene() -> None:
        await database.units(fill)
        await asyncio.gather(*(after(0, database).look() for _ in range(2)))  # as two processes would
        left = await everything(database)
        assert [row["activity_key"] for row in left["inbox"]] == ["0", "slack/T1/welcome/"]
        kept = {
            (row["state"], int(row["delivery_id"]) % 2 == 1) for row in left["outbox"] if int(row["delivery_id"]) < 100
        }
        assert kept == {(state, False) for state in (*ended, DeliveryState.SENT)} | {
            (state, old) for state in waiting for old in (False, True)
        }
        assert [row["delivery_id"] for row in left["outbox"] if row["to_person"]] == ["102"]
        assert [(row["who"], row["day"]) for row in left["ledger"]] == [
            ("ben", (AT - 95 * DAY).date()),
            ("dana", (AT - DAY).date()),
        ]

    run(scene())


def test_closed_reviews_lose_words_and_names_after_the_term_of_their_tenant(database: Database) -> None:
    async def words() -> dict[str, bool]:
        found = await database.read(reviews, PackShelf())
        return {review.project + review.reference.tenant: any(act.said for act in review.acts) for review in found}

    async def scene() -> None:
        await closed(database, HERE)
        await closed(database, THERE)
        await begun(database.units, "Open", LIVING)
        everybodys = await words()
        await after(1000, database).look()  # the default: they are kept
        await database.units(set_term, "slack", "T1", 30)
        await after(29, database, kept=60).look()
        assert await words() == everybodys
        await asyncio.gather(*(after(31, database, kept=60).look() for _ in range(2)))
        assert await words() == everybodys | {"HiddenT1": False}
        await database.units(set_term, "slack", "T2", None)
        await after(61, database, kept=60).look()
        assert await words() == everybodys | {"HiddenT1": False}
        await database.units(set_term, "slack", "T2", 60)
        await after(61, database, kept=1).look()
        assert await words() == {"HiddenT1": False, "HiddenT2": False, "OpenT1": True}

    run(scene())


def test_of_an_emptied_review_no_word_and_no_name_is_left_and_it_can_be_gone_on_with(database: Database) -> None:
    async def scene() -> None:
        await closed(database, HERE)
        (before,) = await database.read(reviews, PackShelf())
        await after(31, database, kept=30).look()
        (review,) = await database.read(reviews, PackShelf())
        rows = str(await everything(database))
        assert [word for word in ("Zephyrine", "quince", "dana", "'ben'", "'ana'") if word in rows] == []
        assert [act.verdict for act in review.acts] == [act.verdict for act in before.acts]
        assert [act.at for act in review.acts] == [act.at for act in before.acts]
        assert review.version == before.version + 1
        assert await database.read(closed_reviews, AT + 1000 * DAY) == []  # it is looked at no more
        await after(31, database, kept=30).look()
        assert await database.read(reviews, PackShelf()) == (review,)

    run(scene())


def _name(query: Any) -> str:
    return str(query.__name__)


def test_what_is_old_is_found_by_indexes(database: Database) -> None:
    seen: dict[str, str] = {}
    wanted: Mapping[Callable[[Connection, datetime], object], str] = {
        clear_inbox: "ix_inbox_received_at",
        clear_sent: "ix_outbox_sent",
        clear_ended: "ix_outbox_ended",
        clear_ledger: "ix_ledger_at",
        closed_reviews: "ix_act_closing",
    }

    def plan(connection: Connection, statement: str, parameters: Any) -> str:
        how = "QUERY PLAN " if connection.dialect.name == "sqlite" else ""
        if connection.dialect.name == "postgresql":  # the tables are empty
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN {how}{statement}", parameters))

    async def scene() -> None:
        for query in wanted:
            parameters: list[Any] = []
            with counted(parameters) as statements:
                await database.units(query, AT)
            seen[_name(query)] = await database.units(plan, statements[-1], parameters[-1])

    run(scene())
    assert [name for query in wanted if wanted[query] not in seen[name := _name(query)]] == [], seen


def test_a_tenants_term_is_set_and_shown_by_a_command(tmp_path: Path) -> None:
    terminal = Terminal(folder=tmp_path)
    assert terminal.run("retention").out.strip() == "kept (AI_READINESS_RETENTION_DAYS)"
    terminal.chat("we can")
    shown = terminal.run("retention", AI_READINESS_RETENTION_DAYS="90")
    assert shown.out.strip() == "local on console: 90 days (AI_READINESS_RETENTION_DAYS)"
    assert terminal.run("retention", "--tenant", "local", "--days", "1").out.strip() == "local on console: 1 day"
    assert terminal.run("retention", "--tenant", "local", "--keep").out.strip() == "local on console: kept"
    assert terminal.run("retention", "--tenant", "local", "--default").out.strip().endswith("RETENTION_DAYS)")
    for words, code, why in (
        (("--days", "3"), 2, "Name one with --tenant"),
        (("--tenant", "local", "--days", "3", "--keep"), 2, "Only one of --days, --keep"),
        (("--tenant", "local", "--keep", "--default"), 2, "Only one of --days, --keep"),
        (("--tenant", "T9", "--keep"), 1, "Known are local."),
    ):
        ran = terminal.run("retention", *words)
        assert (ran.code, ran.out) == (code, "")
        assert why in ran.err
