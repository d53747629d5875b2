from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, text

from conversations.effects import Post
from storage.database import Database
from storage.health import figures
from storage.models import DeliveryState, outbox
from storage.outbox import claim, give_up
from tests.bot.test_relay import CARD, wants
from tests.storage.test_claims import fill
from tests.storage.test_unit_of_work import counted
from tests.storage.tiny import AT, begun, run


def test_what_waits_is_looked_up_with_when_it_began_to(database: Database) -> None:
    async def scene() -> None:
        empty = await database.read(figures)
        assert (empty.pending, empty.parked, empty.oldest, empty.due, empty.look) == (0, 0, None, None, None)
        assert empty.revision
        await begun(database.units)
        first = await database.read(figures)
        assert (first.pending, first.oldest, first.due) == (2, AT, AT)
        await wants(database.units, Post(key="summary", card=CARD), key="k")
        (one,) = await database.units(claim, now=AT, me="me", limit=1)
        await database.units(give_up, one.delivery, DeliveryState.PARKED, "refused", me="me", now=AT)
        second = await database.read(figures)
        assert (second.pending, second.parked) == (2, 1)

    run(scene())


def test_the_look_is_one_statement_that_reads_no_large_table_as_a_whole(database: Database) -> None:
    def sent(connection: Connection) -> None:
        row = dict(connection.execute(outbox.select().limit(1)).mappings().one()) | {"state": DeliveryState.SENT}
        many = [row | {"delivery_id": f"d{n}"} for n in range(2000)]
        connection.execute(insert(outbox), [{k: v for k, v in each.items() if k != "id"} for each in many])
        for table in ("outbox", "lane", "reminder"):
            connection.execute(text(f"ANALYZE {table}"))

    def plan(connection: Connection, statement: str, parameters: Any) -> str:
        how = "QUERY PLAN " if connection.dialect.name == "sqlite" else ""
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN {how}{statement}", parameters))

    async def scene() -> str:
        await begun(database.units)
        await database.units(fill, 2000, due=1000, each=4)
        await database.units(sent)
        parameters: list[Any] = []
        with counted(parameters) as statements:
            await database.units(figures)
        ((statement, given),) = [(s, p) for s, p in zip(statements, parameters, strict=True) if "outbox" in s]
        return await database.units(plan, statement, given)

    found = run(scene())
    assert "Seq Scan on outbox" not in found
    assert "Seq Scan on reminder" not in found
    assert not [line for line in found.splitlines() if line.startswith("SCAN outbox") and "ix_outbox" not in line], (
        found
    )
    assert "ix_outbox_pending" in found
