from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.people import Person
from conversations.ports import PeopleStore
from storage.database import Database
from storage.people import PeopleRows
from tests.storage.tiny import AT, run

ANA = Person(
    platform="slack", tenant="T1", id="UANA", name="Ana", zone="Europe/Berlin", email="ana@acme.io", read_at=AT
)
GONE = replace(
    ANA, id="UZOE", name="Zoë", zone=None, email=None, here=False, bot=True, admin=True, guest=True, outsider=True
)


@pytest.fixture
def people(database: Database) -> PeopleStore:
    return PeopleRows(database.units)


def test_people_come_back_as_they_were_kept(people: PeopleStore) -> None:
    async def scene() -> None:
        await people.keep([GONE, ANA])
        await people.keep([])
        assert set(await people.find("slack", "T1", ["UANA", "UZOE", "UANA", "UNEW"])) == {ANA, GONE}
        assert await people.find("slack", "T1", []) == ()

    run(scene())


def test_the_newest_word_counts_in_whatever_order_it_arrives(people: PeopleStore) -> None:
    later = replace(ANA, name="Ana María", admin=True, zone=None, read_at=AT + timedelta(seconds=1))

    async def scene() -> None:
        await people.keep([ANA])
        await people.keep([later])
        await people.keep([ANA, GONE])
        assert set(await people.find("slack", "T1", ["UANA", "UZOE"])) == {later, GONE}

    run(scene())


def test_nobody_is_found_in_another_organisation_or_on_another_platform(people: PeopleStore) -> None:
    theirs = replace(ANA, tenant="T2", name="Another Ana")

    async def scene() -> None:
        await people.keep([ANA, theirs])
        assert await people.find("slack", "T2", ["UANA"]) == (theirs,)
        assert await people.find("teams", "T1", ["UANA"]) == ()

    run(scene())
