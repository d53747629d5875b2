from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.effects import Turn
from storage.database import Database
from storage.outbox import claim, mark_sent
from storage.queries import reviews
from storage.shelf import PackShelf
from storage.unit_of_work import run_turn
from tests.dialogue import engine
from tests.storage.tiny import AT, everything, run

SECRETS = ("Zephyrine Quill", "xylophone", "marmalade")
SAID = "decider: Zephyrine Quill of xylophone support, after the marmalade check"
HERE = ConversationReference(platform="console", tenant="local", channel="terminal")


def activity(
    key: str, text: str = "", source: str | None = None, kind: ActivityKind = ActivityKind.MESSAGE
) -> Activity:
    actor = Actor(id="ana", name="Ana")
    return Activity(keys=(key,), kind=kind, actor=actor, reference=HERE, at=AT, text=text, source=source)


async def send_all(database: Database) -> None:
    while due := await database.units(claim, now=AT, me="me", limit=20):
        for one in due:
            await database.units(mark_sent, one.delivery, f"p{one.delivery.id}", me="me", now=AT)


@pytest.mark.parametrize("undone", [False, True], ids=["standing", "taken back before"])
def test_of_a_message_that_was_deleted_no_word_is_left_anywhere(
    database: Database, database_url: str, undone: bool
) -> None:
    """In the tables of both databases, and in the bytes of SQLite's files while a process works on them."""
    decide, shelf = engine().decide, PackShelf()

    async def take(what: Activity) -> Turn:
        (review,) = await database.read(reviews, shelf) or (None,)
        where = replace(what, review=review.id if review else None)
        turn = await database.units(run_turn, where, decide, shelf)
        await send_all(database)
        assert turn
        return turn

    async def scene() -> None:
        await take(activity("start", "start Claims", kind=ActivityKind.COMMAND))
        await take(activity("answer", SAID, "m1"))
        await take(activity("joined", "steps: git revert by the xylophone team", "m1"))
        rows = str(await everything(database))
        assert all(secret in rows for secret in SECRETS)
        if undone:
            await take(activity("undo", "undo", "m2"))
        await take(activity("deletion", source="m1", kind=ActivityKind.DELETION))
        rows = str(await everything(database))
        assert [secret for secret in SECRETS if secret in rows] == []

    run(scene())
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        assert Path(f"{path}-wal").exists(), "nobody is at work"
        begin = monotonic()
        while left := words_in_files(path):
            assert monotonic() - begin < 10, left  # soon, but nobody waits for it
            sleep(0.01)


def words_in_files(path: Path) -> list[str]:
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return [secret for secret in SECRETS if secret.encode() in content]
