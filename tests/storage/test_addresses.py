from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.people import Address
from conversations.ports import AddressStore
from storage.addresses import AddressRows
from storage.database import Database
from tests.storage.tiny import AT, run

ANA = Address(
    platform="teams",
    tenant="T1",
    id="29:ana",
    conversation="a:1",
    service_url="https://smba.example/emea/",
    directory="d-ana",
    name="Ana",
    told_at=AT,
)
CLAIMS = replace(ANA, id="19:claims@thread.tacv2", conversation=None, directory=None, team="19:team", name="claims")
LATER = AT + timedelta(seconds=1)


@pytest.fixture
def addresses(database: Database) -> AddressStore:
    return AddressRows(database.units)


def test_addresses_come_back_as_they_were_kept(addresses: AddressStore) -> None:
    lost = replace(ANA, id="29:zoe", directory="d-zoe", lost=True)

    async def scene() -> None:
        await addresses.keep([lost, CLAIMS, ANA])
        await addresses.keep([])
        assert set(await addresses.find("teams", "T1", [ANA.id, lost.id, ANA.id, "29:new"])) == {ANA, lost}
        assert await addresses.find("teams", "T1", []) == ()
        assert set(await addresses.find_by_directory("teams", "T1", ["d-ana", "d-nobody"])) == {ANA}
        assert await addresses.of_team("teams", "T1", "19:team") == (CLAIMS,)
        assert await addresses.of_team("teams", "T1", "19:another") == ()

    run(scene())


def test_the_newest_word_counts_in_whatever_order_it_arrives(addresses: AddressStore) -> None:
    moved = replace(ANA, service_url="https://smba.example/amer/", told_at=LATER)

    async def scene() -> None:
        await addresses.keep([moved])
        await addresses.keep([replace(ANA, lost=True)])
        assert await addresses.find("teams", "T1", [ANA.id]) == (moved,)
        await addresses.keep([replace(moved, lost=True)])
        assert await addresses.find("teams", "T1", [ANA.id]) == (replace(moved, lost=True),)
        await addresses.keep([moved])  # which says nothing of it
        assert await addresses.find("teams", "T1", [ANA.id]) == (replace(moved, lost=True),)
        await addresses.keep([replace(moved, lost=False)])
        assert await addresses.find("teams", "T1", [ANA.id]) == (replace(moved, lost=False),)

    run(scene())


def test_what_is_not_said_again_stays_as_it_was(addresses: AddressStore) -> None:
    async def scene() -> None:
        await addresses.keep([ANA, CLAIMS])
        said_less = replace(ANA, conversation=None, directory=None, name=None, told_at=LATER)
        await addresses.keep([said_less, replace(CLAIMS, team=None, name="claims and losses", told_at=LATER)])
        assert await addresses.find("teams", "T1", [ANA.id]) == (replace(ANA, told_at=LATER),)
        (claims,) = await addresses.of_team("teams", "T1", "19:team")
        assert claims.name == "claims and losses"

    run(scene())


def test_the_newest_of_a_tenant_is_the_one_that_was_told_last(addresses: AddressStore) -> None:
    async def scene() -> None:
        assert await addresses.newest("teams", "T1") is None
        await addresses.keep([replace(CLAIMS, told_at=LATER), ANA, replace(ANA, tenant="T2", told_at=LATER)])
        newest = await addresses.newest("teams", "T1")
        assert newest is not None
        assert newest.id == CLAIMS.id

    run(scene())


def test_no_address_is_found_in_another_organisation_or_on_another_platform(addresses: AddressStore) -> None:
    theirs = replace(ANA, tenant="T2", conversation="a:2")

    async def scene() -> None:
        await addresses.keep([ANA, theirs])
        assert await addresses.find("teams", "T2", [ANA.id]) == (theirs,)
        assert await addresses.find_by_directory("teams", "T2", ["d-ana"]) == (theirs,)
        assert await addresses.find("slack", "T1", [ANA.id]) == ()
        assert await addresses.newest("slack", "T1") is None

    run(scene())
