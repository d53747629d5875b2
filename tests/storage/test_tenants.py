"""Nothing of one tenant is read or changed by a query for another, whatever names and ids it is given.

Each query is asked by tenant T1 twice: while T2 is there, with the same people, channels, threads and projects, and
while it is not. The answers are equal, so that nobody can tell what is there by asking.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert

import storage
from conversations.activities import Activity, ActivityKind, ConversationReference, Shown
from conversations.errors import StaleReview
from conversations.letters import Plan
from conversations.people import Account, Address, Person, Preferences
from conversations.review import Review
from storage import (
    forgetting,
    joins,
    ledger,
    looks,
    models,
    outbox,
    people,
    personal,
    places,
    preferences,
    queries,
    reminders,
    retention,
)
from storage.addresses import AddressRows
from storage.database import Database
from storage.models import Entry
from storage.people import PeopleRows
from storage.shelf import PackShelf
from storage.threads import Units
from tests.dialogue import engine
from tests.storage.test_visibility import begun, says, turn
from tests.storage.tiny import AT, run

BOUND_BY = {"tenant", "account", "accounts", "who", "reference", "activity", "plan"}
_CLOCK = "the relay's and the ticks': of whoever is due, and each row says whose it is"
_OPERATOR = "the operator's, of everything there is"
_OF_THESE = "of rows that were found before, by their ids"
_ACROSS = "joins accounts of one person, across tenants: by a code that only its owner knows, or by a vouched e-mail"
_HEALTH = ("figures", "prove", "schema_trouble")
UNBOUND: Mapping[str, str] = {
    **dict.fromkeys(("outbox.claim", "outbox.anything_due", "outbox.release_all"), _CLOCK),
    **dict.fromkeys(("outbox.mark_sent", "outbox.postpone", "outbox.give_up", "outbox.take_back"), _OF_THESE),
    **dict.fromkeys(("outbox.bring_forward", "unit_of_work.wake_lanes"), _OF_THESE),
    **dict.fromkeys(("reminders.claim_due", "reminders.next_due", "reminders.pulse"), _CLOCK),
    **dict.fromkeys(("reminders.waiting", "parts.people_with_a_part", "parts.away_people"), _CLOCK),
    **dict.fromkeys(
        ("inspection.waiting_deliveries", "people.names", *(f"health.{what}" for what in _HEALTH)), _OPERATOR
    ),
    **dict.fromkeys(
        ("parked.parked", "parked.put_back", "queries.packs_in_use", "queries.platforms", "queries.newest_moment"),
        _OPERATOR,
    ),
    **dict.fromkeys(("retention.terms", "retention.known_tenants", "retention.closed_reviews"), _OPERATOR),
    **dict.fromkeys((f"retention.clear_{what}" for what in ("inbox", "sent", "ended", "ledger")), _CLOCK),
    **dict.fromkeys((f"restoring.{what}" for what in ("settle_in", "mark_copy", "restored", "home")), _OPERATOR),
    **dict.fromkeys((f"revisions.{what}" for what in ("current_revision", "position", "note_applied")), _OPERATOR),
    **dict.fromkeys(("revisions.at_work_without", "schema.copy_into"), _OPERATOR),
    **dict.fromkeys(("joins.same_email", "joins.join_by_email", "joins.join_by_code"), _ACROSS),
    **dict.fromkeys(("letters.drop_letter", "letters.lines_of", "letters.in_letters", "places.places_of"), _OF_THESE),
    **dict.fromkeys(("looks.save_looks", "looks.save_all_looks", "unit_of_work.save_review"), _OF_THESE),
    **dict.fromkeys(("unit_of_work.deliver", "recalls.call_back"), _OF_THESE),
    "unit_of_work.first_time": "names of what platforms told, which begin with the platform and the tenant",
    "queries.typed_lines": "of the terminal, which has one tenant",
    "queries.reviews_where": "by a condition that its caller brings; `reviews` and `run_turn` bind it",
    "statements.without_deadline": "reads nothing",
    "threads.note_erasure": "reads nothing",
}
ELSEWHERE = {  # bound, and asked in another test
    "unit_of_work.run_turn": "tests/contracts/test_tenants.py",
    "unit_of_work.first_time_of": "with run_turn",
    "links.linking_for": _ACROSS,
    "links.keep_joining": _ACROSS,
    "letters.keep_letter": "with reminders.keep_plan",
}


def units() -> Iterator[tuple[str, set[str]]]:
    """Every public function that is given a connection, with the names of what else it is given."""
    for found in pkgutil.iter_modules(storage.__path__):
        if found.name != "migrations":
            module = importlib.import_module(f"storage.{found.name}")
            for name, each in inspect.getmembers(module, inspect.isfunction):
                given = list(inspect.signature(each).parameters.values())
                own = each.__module__ == module.__name__ and not name.startswith("_")
                if own and given and given[0].annotation == "Connection":
                    yield f"{found.name}.{name}", {one.name for one in given[1:]}


def test_every_query_is_bound_to_a_tenant_or_says_why_not() -> None:
    known = dict(units())
    bound = {name for name, given in known.items() if given & BOUND_BY and name not in UNBOUND}
    assert set(known) - bound == set(UNBOUND), "a query without a tenant: bind it, or say in UNBOUND why it has none"
    assert bound == set(CALLS) | set(ELSEWHERE), "a query for one tenant: ask it in CALLS beside another one"


# --- two tenants -----------------------------------------------------------------------------------------------------

SHELF = PackShelf()
DANA, DAY = "dana", timedelta(days=1)


def place(tenant: str) -> ConversationReference:
    return ConversationReference(platform="slack", tenant=tenant, channel="C1", thread="1.1")


def account(tenant: str, who: str = DANA) -> Account:
    return Account(platform="slack", tenant=tenant, id=who)


async def filled(database: Database, tenant: str, word: str) -> Review:
    """A tenant with all kinds of rows; what people say in it holds the word."""
    review = await begun(database.units, "Hidden", place(tenant))
    said = says(f"the {word} team, weekly since May", DANA, place(tenant), source="m2", keys=(f"{tenant}/2",))
    review = (await turn(database.units, said)).review or review
    await PeopleRows(database.units).keep(
        Person(platform="slack", tenant=tenant, id=who, name=f"{who} {word}", email=f"{who}@{word}.io", read_at=AT)
        for who in ("ana", DANA)
    )
    told = Address(platform="slack", tenant=tenant, id=DANA, service_url=f"https://{word}", told_at=AT)
    await AddressRows(database.units).keep([replace(told, directory="d", team="t")])
    await database.units(_rows, review, tenant, word)
    return review


def _rows(connection: Connection, review: Review, tenant: str, word: str) -> None:
    of = {"platform": "slack", "tenant": tenant}
    zone = {"alpha": "UTC", "bravo": "Asia/Tokyo"}[word]
    preferences.save_preferences(connection, [account(tenant)], Preferences(zone=zone), AT)
    key = f"letter/2026-11-23/slack/{tenant}/{DANA}"
    connection.execute(insert(models.outbox), [_posted(review, tenant, key)])
    connection.execute(insert(models.message), [{"review_id": review.id, "message_key": key, "platform_id": "D1/2.2"}])
    connection.execute(insert(models.letter), [{"key": key, "review_id": review.id, "person": DANA}])
    line = {"letter_key": key, "position": 0, "review_id": review.id, "message_key": f"ask/run.runbook/{DANA}"}
    connection.execute(insert(models.letter_line), [line | {"card": {"word": word}, "open": True}])
    told = {**of, "who": DANA, "kind": Entry.LETTER, "day": date(2026, 11, 23), "at": AT}
    connection.execute(insert(models.ledger), [told])
    row = {**of, "id": DANA, "person": f"slack/{tenant}/{DANA}", "by": "link", "told": True}
    connection.execute(insert(models.joined), [row])
    installed = {**of, "name": word, "secret": word, "bot": "B", "installed_by": DANA, "installed_at": AT}
    connection.execute(insert(models.installation), [installed])


def _posted(review: Review, tenant: str, key: str) -> dict[str, Any]:
    lane = f"person/slack/{tenant}/{DANA}"
    where = {"platform": "slack", "tenant": tenant, "channel": "", "lane": lane, "to_person": DANA}
    state = {"state": "sent", "sent_at": AT, "created_at": AT, "attempts": 1, "tries": 1}
    return {"delivery_id": key, "message_key": key, "review_id": review.id, "kind": "post"} | where | state


def lapse(of: Review, kind: ActivityKind = ActivityKind.LAPSE) -> Activity:
    """T1 names a review of T2."""
    return replace(says("", DANA, place("T1"), keys=("lapse",)), kind=kind, review=of.id, source=None)


A = account("T1")
OLD = AT - 400 * DAY
Call = Callable[[Connection, Review], object]
CALLS: Mapping[str, Call] = {  # by T1; each is given a review of T2
    "queries.review_in": lambda c, _: queries.review_in(c, SHELF, place("T1")),
    "queries.root_pending": lambda c, _: queries.root_pending(c, replace(place("T1"), channel="C7"), since=OLD),
    "queries.review_by_id": lambda c, of: queries.review_by_id(c, SHELF, of.id, platform="slack", tenant="T1"),
    "queries.review_of_direct_message": lambda c, _: queries.review_of_direct_message(
        c, SHELF, ConversationReference(platform="slack", tenant="T1", channel="D1", thread="2.2")
    ),
    "queries.review_by_source": lambda c, _: queries.review_by_source(c, SHELF, "m2", platform="slack", tenant="T1"),
    "queries.review_last_told": lambda c, _: queries.review_last_told(c, SHELF, DANA, platform="slack", tenant="T1"),
    "queries.reviews": lambda c, _: queries.reviews(c, SHELF, platform="slack", tenant="T1", project="Hidden"),
    "outbox.as_shown": lambda c, _: outbox.as_shown(
        c, f"letter/2026-11-23/slack/T2/{DANA}", platform="slack", tenant="T1"
    ),
    "outbox.note_arrival": lambda c, _: outbox.note_arrival(
        c, says("", DANA, place("T1")), Shown(delivery=f"letter/2026-11-23/slack/T2/{DANA}", message="1 2")
    ),
    "places.living_reviews": lambda c, _: places.living_reviews(c, "slack", "T1", "C1"),
    "places.living_reviews_of": lambda c, _: places.living_reviews_of(c, "slack", "T1", DANA),
    "places.move_channel": lambda c, _: places.move_channel(c, "slack", "T1", "C1", "C2"),
    "people.people_of": lambda c, _: people.people_of(c, [A]),
    "preferences.known_of": lambda c, _: preferences.known_of(c, A),
    "preferences.preferences_of": lambda c, _: preferences.preferences_of(c, [A]),
    "preferences.save_preferences": lambda c, _: preferences.save_preferences(c, [A], Preferences(nudges=False), AT),
    "ledger.told": lambda c, _: ledger.told(c, [A]),
    "ledger.enter": lambda c, _: ledger.enter(c, Plan(account=A, at=AT, in_thread=date(2026, 11, 24))),
    "ledger.strike": lambda c, _: ledger.strike(c, A, Entry.LETTER, date(2026, 11, 23)),
    "joins.part": lambda c, _: joins.part(c, A, AT),
    "joins.note_told": lambda c, _: _stale(lambda: joins.note_told(c, A)),
    "joins.lock": lambda c, _: joins.lock(c, [A]),
    "joins.accounts_of": lambda c, _: joins.accounts_of(c, A),
    "looks.look_now": lambda c, _: looks.look_now(c, [A], AT + 999 * DAY),
    "reminders.read_pending": lambda c, _: reminders.read_pending(c, SHELF, [A]),
    "reminders.keep_plan": lambda c, _: reminders.keep_plan(c, Plan(account=A, at=AT), SHELF, lease=AT + 999 * DAY),
    "personal.accounts_called": lambda c, _: personal.accounts_called(c, DANA, "T1"),
    "personal.kept_about": lambda c, _: _without_ids(personal.kept_about(c, A)),
    "personal.names_of": lambda c, _: personal.names_of(c, [A]),
    "personal.with_joined": lambda c, _: personal.with_joined(c, A),
    "forgetting.reviews_naming": lambda c, _: forgetting.reviews_naming(c, A, ("dana bravo", "dana alpha")),
    "forgetting.forget_in_review": lambda c, of: forgetting.forget_in_review(
        c, lapse(of, ActivityKind.LEFT), ("dana bravo",), engine().decide, SHELF
    ),
    "forgetting.empty_review": lambda c, of: forgetting.empty_review(c, lapse(of), SHELF),
    "forgetting.forget_letters": lambda c, _: forgetting.forget_letters(c, A),
    "forgetting.forget_deliveries": lambda c, _: forgetting.forget_deliveries(c, A, ("bravo",), 0) and None,
    "forgetting.forget_account": lambda c, _: forgetting.forget_account(c, A),
    "retention.set_term": lambda c, _: retention.set_term(c, "slack", "T1", 3),
    "retention.drop_term": lambda c, _: retention.drop_term(c, "slack", "T1"),
}


def _without_ids(kept: Mapping[str, list[Mapping[Any, Any]]]) -> object:
    return {name: [{k: v for k, v in row.items() if k != "id"} for row in rows] for name, rows in kept.items()}


def _stale(call: Callable[[], None]) -> bool:
    try:
        call()
    except StaleReview:
        return True
    return False


class Undone(Exception):
    """Carries what was found out of a transaction that never was."""


def asked(connection: Connection, call: Call, of: Review) -> None:
    raise Undone(call(connection, of), _rows_of(connection))


def _rows_of(connection: Connection) -> dict[str, list[str]]:
    """All that is T2's, in every table."""
    found = {}
    for table in models.Base.metadata.sorted_tables:
        rows = connection.execute(table.select().order_by(*table.primary_key)).mappings()
        found[table.name] = [line for line in map(str, map(dict, rows)) if "T2" in line or "bravo" in line]
    return found


async def answers(at: Units, of: Review) -> dict[str, tuple[object, dict[str, list[str]]]]:
    found: dict[str, tuple[object, dict[str, list[str]]]] = {}
    for name, call in CALLS.items():
        try:
            await at(asked, call, of)
        except Undone as undone:
            found[name] = undone.args
    return found


async def stores(at: Units) -> list[object]:
    addresses, ids = AddressRows(at), ("dana", "d", "t", "ana")
    return [
        await PeopleRows(at).find("slack", "T1", ids),
        await addresses.find("slack", "T1", ids),
        await addresses.find_by_directory("slack", "T1", ids),
        await addresses.of_team("slack", "T1", "t"),
        await addresses.newest("slack", "T1"),
    ]


def test_no_query_tells_or_changes_anything_of_another_tenant(database: Database) -> None:
    async def scene() -> None:
        await filled(database, "T1", "alpha")
        nobodys = (await turn(database.units, says("start Nowhere", at=place("T9"), kind=ActivityKind.COMMAND))).review
        assert nobodys is not None
        unknown = replace(nobodys, id="0" * 32)
        alone, kept = await answers(database.units, unknown), await stores(database.units)
        assert set(alone) == set(CALLS)
        assert "alpha" in str(alone["personal.kept_about"][0])
        theirs = await filled(database, "T2", "bravo")
        before = await _bravo(database)
        assert all(before[name] for name in ("review", "act", "person", "ledger", "letter_line", "outbox", "address"))
        beside = await answers(database.units, theirs)
        assert [name for name, (found, _) in beside.items() if found != alone[name][0]] == []
        assert {name: rows for name, (_, rows) in beside.items() if rows != before} == {}
        assert await stores(database.units) == kept
        assert "bravo" not in str([found for found, _ in beside.values()])

    run(scene())


async def _bravo(database: Database) -> dict[str, list[str]]:
    return await database.read(_rows_of)
