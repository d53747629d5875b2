from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

from conversations.activities import Activity, ActivityKind, turn_id
from conversations.cards import FieldFault, Notice
from conversations.effects import FieldError, Post, Turn, Whisper
from conversations.errors import EventRefused, NameTaken, RootPending, StaleReview
from conversations.ports import Found
from conversations.review import Phase, Review
from storage import threads
from storage.database import Database, open_database, reading_engine
from storage.queries import packs_in_use, reviews, root_pending, typed_lines
from storage.shelf import PackShelf
from tests.storage import tiny
from tests.storage.revisions import crash_image
from tests.storage.tiny import begun, everything, run, says, starts, taken


def test_a_review_comes_back_as_it_was_saved(database: Database) -> None:
    async def scene() -> None:
        await taken(database.units, starts("Claims  Copilot", thread="T"))
        turn = await taken(database.units, says("we can", key="a"))
        assert turn
        assert await database.read(reviews, PackShelf(), project=" claims copilot") == (turn.review,)
        assert await database.read(reviews, PackShelf(), tenant="other") == ()
        assert await database.read(packs_in_use) == {("tiny", "1"): {tiny.PACK.digest}}

    run(scene())


def test_what_was_seen_before_changes_nothing(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        three = replace(says("we can", key="one"), keys=("one", "two", "three"))
        await taken(database.units, three)
        before = await everything(database)
        assert await taken(database.units, three) is None
        assert await taken(database.units, replace(three, keys=("three",))) is None
        assert await everything(database) == before

    run(scene())


def test_the_same_activity_three_times_at_once_is_one_turn(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        turns = await asyncio.gather(*(taken(database.units, says("we can", key="same")) for _ in range(3)))
        assert sum(turn is not None for turn in turns) == 1

    run(scene())


def test_thirty_people_at_once_are_all_heard(database: Database) -> None:
    async def scene() -> None:
        review = await begun(database.units)
        await asyncio.gather(*(taken(database.units, says(f"answer {n}", key=f"k{n}")) for n in range(30)))
        (after,) = await database.read(reviews, PackShelf())
        assert sorted(act.said or "" for act in after.acts) == sorted(f"answer {n}" for n in range(30))
        assert [act.n for act in after.acts] == list(range(1, 31))
        assert after.version == review.version + 30

    run(scene())


def test_when_the_engine_raises_not_even_the_key_is_kept(database: Database) -> None:
    def refuse(_activity: Activity, _found: Found) -> Turn:
        raise EventRefused

    async def scene() -> None:
        await begun(database.units)
        before = await everything(database)
        with pytest.raises(EventRefused):
            await taken(database.units, says("we can", key="a"), refuse)
        assert await everything(database) == before
        assert await taken(database.units, says("we can", key="a"))

    run(scene())


def test_a_name_that_somebody_else_took_meanwhile_is_found_out(database: Database) -> None:
    def blind(activity: Activity, _found: Found) -> Turn:
        return tiny.decide(activity, Found())

    async def scene() -> None:
        await begun(database.units)
        with pytest.raises(NameTaken):
            await taken(database.units, starts("  CLAIMS ", key="again"), blind)
        with pytest.raises(StaleReview) as same_thread:
            await taken(database.units, starts("Other", key="again", thread="T"), blind)
        assert not isinstance(same_thread.value, NameTaken)

    run(scene())


def test_the_name_of_a_cancelled_review_is_free(database: Database) -> None:
    def cancel(_activity: Activity, found: Found) -> Turn:
        assert found.review
        return Turn(review=replace(found.review, phase=Phase.CANCELLED, version=found.review.version + 1))

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("cancel", key="c"), cancel)
        turn = await taken(database.units, starts("claims", key="again"), _blind)
        assert turn
        assert turn.review

    run(scene())


def test_a_review_that_changed_meanwhile_is_stale(postgres_database: Database) -> None:
    """On SQLite nobody else can write meanwhile."""
    decided, go_on = threading.Event(), threading.Event()

    def slow(activity: Activity, found: Found) -> Turn:
        decided.set()
        assert go_on.wait(5)
        return tiny.answered(activity, found.others[0])

    async def scene() -> None:
        await begun(postgres_database.units)
        command = says("for all", key="slow", thread=None, kind=ActivityKind.COMMAND)
        late = asyncio.create_task(taken(postgres_database.units, command, slow))
        await asyncio.to_thread(decided.wait, 5)
        await taken(postgres_database.units, says("quick", key="quick"))
        go_on.set()
        with pytest.raises(StaleReview):
            await late
        (after,) = await postgres_database.read(reviews, PackShelf())
        assert [act.said for act in after.acts] == ["quick"]

    run(scene())


def test_a_command_may_change_a_review_that_it_was_not_said_in(database: Database) -> None:
    def first_of_all(activity: Activity, found: Found) -> Turn:
        return tiny.answered(activity, found.others[0])

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("we can", key="a", thread=None, kind=ActivityKind.COMMAND), first_of_all)
        (after,) = await database.read(reviews, PackShelf())
        assert [act.said for act in after.acts] == ["we can"]

    run(scene())


def test_only_a_command_or_what_may_be_one_looks_at_the_other_reviews(database: Database) -> None:
    seen: list[Found] = []

    def look(_activity: Activity, found: Found) -> Turn:
        seen.append(found)
        return Turn(review=found.review)

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("hello", key="1"), look)
        await taken(database.units, says("list", key="2", thread=None, kind=ActivityKind.COMMAND), look)
        elsewhere = says("list", key="3", thread=None, kind=ActivityKind.COMMAND)
        await taken(database.units, replace(elsewhere, reference=replace(elsewhere.reference, tenant="x")), look)
        for key, thread in (("4", "another"), ("5", "T")):
            await taken(database.units, replace(says("list", key=key, thread=thread), addressed=True), look)

    run(scene())
    found = [(each.review is not None, len(each.others)) for each in seen]
    assert found == [(True, 0), (False, 1), (False, 0), (False, 1), (True, 0)]


def faulty(activity: Activity, found: Found) -> Turn:
    """A form with a fault in it."""
    assert found.review
    whisper = Whisper(to="ana", card=tiny.notice(Notice.YOURS))
    errors = {"a.b": FieldError(fault=next(iter(FieldFault)))}
    return replace(tiny.answered(activity, found.review), effects=(whisper,), errors=errors)


def test_a_turn_that_only_says_something_leaves_the_review_alone(database: Database) -> None:
    def quiet(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review, effects=(Whisper(to="ana", card=tiny.notice(Notice.YOURS)),))

    async def scene() -> None:
        review = await begun(database.units)
        await taken(database.units, says("by then", key="f"), faulty)
        await taken(database.units, says("status", key="s"), quiet)
        assert await database.read(reviews, PackShelf()) == (review,)
        (_, _, fault, status) = (await everything(database))["outbox"]
        assert fault["delivery_id"].startswith(f"{turn_id('f')}/")
        assert status["delivery_id"] == f"{turn_id('s')}/0"

    run(scene())


def test_a_form_with_a_fault_may_be_sent_again_in_the_same_words(database: Database) -> None:
    async def scene() -> None:
        await begun(database.units)
        form = replace(says("by then", key="f"), keys=("f", "g"))
        for _ in range(2):
            turn = await taken(database.units, form, faulty)
            assert turn
            assert turn.errors
        assert [row["activity_key"] for row in (await everything(database))["inbox"]] == ["start"]
        assert await taken(database.units, form)  # the world has changed, and what was a fault is none
        assert await taken(database.units, form) is None
        ids = [row["delivery_id"] for row in (await everything(database))["outbox"]]
        assert len(ids) == len(set(ids)) == 2 + 2 + 4

    run(scene())


def test_a_turn_that_skips_a_version_is_a_mistake(database: Database) -> None:
    def skip(activity: Activity, found: Found) -> Turn:
        assert found.review
        turn = tiny.answered(activity, found.review)
        assert turn.review
        return replace(turn, review=replace(turn.review, version=99))

    async def scene() -> None:
        await begun(database.units)
        with pytest.raises(ValueError, match="next version"):
            await taken(database.units, says("we can", key="a"), skip)

    run(scene())


@pytest.mark.parametrize("many", [1, 5, 21])
def test_a_turn_takes_as_few_statements_for_many_items_as_for_one(database: Database, many: int) -> None:
    more = tuple(Post(key=f"follow_up/{n}", card=tiny.quoting(1), to="ben") for n in range(many))
    shelf = PackShelf()

    def several(activity: Activity, found: Found) -> Turn:
        review = found.review or found.others[0]
        return tiny.answered(activity, review, acts=many, also=more)

    async def scene() -> list[int]:
        await begun(database.units)
        await taken(database.units, says("warm", key="w"), tiny.decide, shelf)
        counts = []
        for activity in (
            says("we can", key="a"),
            says("we can", key="b", thread=None, kind=ActivityKind.COMMAND),
        ):
            with counted() as statements:
                await taken(database.units, activity, several, shelf)
            counts.append(len(statements))
        with counted() as statements:
            await taken(database.units, starts("Another", key="s", thread="T2"), tiny.decide, shelf)
        return [*counts, len(statements)]

    begin = 1 if database_is_sqlite(database) else 0
    assert run(scene()) == [7 + begin, 8 + begin, 8 + begin]  # a command may speak of how its actor is written to


SECRET = "Adalbert knows the secret"
STRANGER = "Kunigunde"


def named(activity: Activity, found: Found) -> Turn:
    """An answer that names somebody whom nobody here knows."""
    assert found.review
    turn = tiny.answered(activity, found.review)
    assert turn.review
    *before, new = turn.review.acts
    new = replace(new, person=STRANGER, stranger=True)
    return replace(turn, review=replace(turn.review, acts=(*before, new)))


def erased(_activity: Activity, found: Found) -> Turn:
    assert found.review
    acts = tuple(replace(act, said=None, person=None) for act in found.review.acts)
    return Turn(review=replace(found.review, acts=acts, version=found.review.version + 1))


def words_on_disk(database_url: str) -> set[str]:
    path = Path(database_url.removeprefix("sqlite:///"))
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return {words for words in (SECRET, STRANGER) if words.encode() in content}


def wait_until_wiped(database_url: str) -> None:
    """Soon, but nobody waits for it: a reader may hold it back."""
    begin = monotonic()
    while words_on_disk(database_url):
        sleep(0.01)
        assert monotonic() - begin < 10, words_on_disk(database_url)


def test_erased_words_are_nowhere(database: Database, database_url: str) -> None:
    async def scene() -> None:
        await begun(database.units)
        for key in "abc":
            await taken(database.units, says(f"{SECRET} {key}", key=key), named)
        assert SECRET in str(await everything(database))
        await taken(database.units, says("gone", key="d"), erased)
        rows = await everything(database)
        assert not any(words in str(rows) for words in (SECRET, STRANGER))
        assert [row["erased_at"] for row in rows["act"]] == [tiny.AT] * 3
        assert [row["detail"]["stranger"] for row in rows["act"]] == [True] * 3  # that there was one stays
        (review,) = await database.units(reviews, PackShelf())
        assert [(act.said, act.person) for act in review.acts] == [(None, None)] * 3

    run(scene())
    if database_is_sqlite(database):
        wait_until_wiped(database_url)  # while it is still at work


def test_a_reader_holds_erasing_back_and_nobody_waits_for_it(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_WIPE_SECONDS", 0.02)
    database = open_database(sqlite_url)
    reading = reading_engine(Path(sqlite_url.removeprefix("sqlite:///")))

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says(SECRET, key="a"), named)
        with reading.begin() as reader:
            reader.exec_driver_sql("SELECT count(*) FROM act").all()
            begin = monotonic()
            await taken(database.units, says("gone", key="b"), erased)
            await taken(database.units, says("after it", key="c"))
            assert monotonic() - begin < 1
            assert words_on_disk(sqlite_url) == {SECRET, STRANGER}
        await asyncio.to_thread(wait_until_wiped, sqlite_url)

    run(scene())
    reading.dispose()
    database.close()


def test_words_that_a_dead_process_left_in_the_log_are_gone_when_the_next_one_begins(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    crash_image(path)
    url = f"sqlite:///{path}"
    with closing(sqlite3.connect(path)) as killed:
        killed.execute("PRAGMA secure_delete=ON")
        killed.execute("PRAGMA wal_autocheckpoint=0")
        killed.execute("UPDATE act SET said = ?", [SECRET])
        killed.commit()
        killed.execute("UPDATE act SET said = NULL")
        killed.commit()
        assert words_on_disk(url) == {SECRET}
        database = open_database(url)
        assert words_on_disk(url) == set()
        database.close()


def test_an_act_that_changed_without_being_erased_is_a_mistake(database: Database) -> None:
    def rewrite(_activity: Activity, found: Found) -> Turn:
        assert found.review
        acts = tuple(replace(act, said="something else") for act in found.review.acts)
        return Turn(review=replace(found.review, acts=acts, version=found.review.version + 1))

    async def scene() -> None:
        await begun(database.units)
        await taken(database.units, says("we can", key="a"))
        with pytest.raises(ValueError, match="only by being erased"):
            await taken(database.units, says("no", key="b"), rewrite)

    run(scene())


def test_a_review_is_found_by_its_id_in_its_own_tenant_only(database: Database) -> None:
    seen: list[Review | None] = []

    def look(_activity: Activity, found: Found) -> Turn:
        seen.append(found.review)
        return Turn(review=found.review)

    async def scene() -> None:
        review = await begun(database.units)
        here = says("hello", key="1", thread=None).reference
        places = (here, replace(here, thread="elsewhere"), replace(here, channel="DM"))
        others = (
            replace(here, tenant="other"),
            replace(here, platform="slack"),
            replace(here, tenant="other", thread="T"),
        )
        for n, place in enumerate((*places, *others)):
            by_id = replace(says("hello", key=f"k{n}"), reference=place, review=review.id)
            await taken(database.units, by_id, look)
        await taken(database.units, replace(says("hello", key="guessed"), review="guessed"), look)
        assert seen == [review] * 3 + [None] * 4
        found_here = replace(says("we can", key="a"), reference=replace(here, channel="DM"), review=review.id)
        await taken(database.units, found_here)
        (after,) = await database.read(reviews, PackShelf())
        assert [act.said for act in after.acts] == ["we can"]

    run(scene())


def test_a_review_may_take_another_pack(database: Database) -> None:
    later = tiny.tiny_pack("2")

    def take_over(_activity: Activity, found: Found) -> Turn:
        assert found.review
        return Turn(review=replace(found.review, pack=later, version=found.review.version + 1))

    async def scene() -> None:
        shelf = PackShelf()
        await begun(database.units)
        await taken(database.units, says("take over", key="a"), take_over, shelf)
        for known in (shelf, PackShelf()):
            (review,) = await database.read(reviews, known)
            assert review.pack == later
        await taken(database.units, says("we can", key="b"))
        rows = await everything(database)
        assert {row["digest"] for row in rows["pack"]} == {tiny.PACK.digest, later.digest}
        assert [row["pack_digest"] for row in rows["review"]] == [later.digest]

    run(scene())


def test_typed_lines_are_counted_by_thread(database: Database) -> None:
    async def scene() -> None:
        for key in ("console/T/1", "console/T/2", "console/T2/1", "slack/T/1"):
            await taken(database.units, says("hello", key=key))
        assert await database.read(typed_lines, "T") == 2

    run(scene())


@contextmanager
def counted(given: list[Any] | None = None) -> Iterator[list[str]]:
    """The statements that are sent meanwhile, and in `given` their parameters."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append(statement)
        if given is not None:
            given.append(parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def database_is_sqlite(database: Database) -> bool:
    return database.units is not database.read


def _blind(activity: Activity, _found: Found) -> Turn:
    return tiny.decide(activity, Found())


def test_a_reply_waits_until_the_root_card_of_its_channel_has_its_name(database: Database) -> None:
    def ignores(_activity: Activity, found: Found) -> Turn:
        return Turn(review=found.review)

    async def scene() -> None:
        await taken(database.units, starts("One", key="s", thread=None), tiny.decide)
        reply = says("too early", key="1", thread="9.9")
        with pytest.raises(RootPending):
            await taken(database.units, reply, ignores)
        elsewhere = replace(reply, keys=("2",), reference=replace(reply.reference, channel="another"))
        assert await taken(database.units, elsewhere, ignores)
        private = replace(reply, keys=("3",), private=True)
        assert await taken(database.units, private, ignores)
        assert "1" not in {row["activity_key"] for row in (await everything(database))["inbox"]}

    run(scene())


def test_a_reply_is_taken_again_where_its_root_card_is_named_between_two_looks(
    postgres_database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named_meanwhile(connection: Connection, *asked: Any, **more: Any) -> bool:
        with psycopg.connect(postgres_url) as other:
            other.execute("UPDATE review SET thread = '9.9'")
        return root_pending(connection, *asked, **more)

    async def scene() -> None:
        await taken(postgres_database.units, starts("One", key="s", thread=None), tiny.decide)
        reply = says("in time", key="1", thread="9.9")
        with monkeypatch.context() as patch:
            patch.setattr("storage.unit_of_work.root_pending", named_meanwhile)
            with pytest.raises(RootPending):
                await taken(postgres_database.units, reply)
        turn = await taken(postgres_database.units, reply)
        assert turn
        assert turn.review
        assert turn.review.acts[-1].said == "in time"

    run(scene())
