from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, update

from conversations.errors import TokenUnreadable
from conversations.ports import Installation, TokenStore
from storage.database import Database
from storage.models import installation
from storage.tokens import KeyUnusable, Tokens
from storage.unit_of_work import first_time
from tests.storage.tiny import AT, everything, run

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
TOKEN = "xoxb-marmalade-for-breakfast"
ACME = Installation(
    platform="slack",
    tenant="T1",
    name="Acme",
    token=TOKEN,
    bot="U0BOT",
    scopes=frozenset({"chat:write", "commands"}),
    installed_by="UANA",
    installed_at=AT,
)
BETA = replace(ACME, tenant="T2", name="Beta", token="xoxb-beta", installed_by=None)


@pytest.fixture
def tokens(database: Database) -> TokenStore:
    return Tokens(database.units, [OLD])


def forge(connection: Connection, /, tenant: str, secret: str) -> None:
    connection.execute(update(installation).where(installation.c.tenant == tenant).values(secret=secret))


async def secrets(database: Database) -> dict[str, str]:
    return {row["tenant"]: row["secret"] for row in (await everything(database))["installation"]}


def test_an_installation_comes_back_as_it_was_saved_and_the_last_one_counts(tokens: TokenStore) -> None:
    async def scene() -> None:
        await tokens.save(ACME)
        await tokens.save(BETA)
        assert [await tokens.find("slack", tenant) for tenant in ("T1", "T2", "T3")] == [ACME, BETA, None]
        assert await tokens.find("teams", "T1") is None
        again = replace(ACME, token="xoxb-again", installed_by="UBEN", installed_at=AT + timedelta(days=1))
        await tokens.save(again)
        assert await tokens.find("slack", "T1") == again
        await tokens.forget("slack", "T1", before=AT)  # told late, of the earlier installation
        assert await tokens.find("slack", "T1") == again
        for _ in range(2):
            await tokens.forget("slack", "T1", before=again.installed_at)
        assert [await tokens.find("slack", tenant) for tenant in ("T1", "T2")] == [None, BETA]

    run(scene())


def test_nobody_reads_a_token_from_the_tables_or_from_the_files(
    database: Database, database_url: str, tokens: TokenStore
) -> None:
    async def scene() -> None:
        await tokens.save(ACME)
        assert "Acme" in str(await everything(database))
        assert TOKEN not in str(await everything(database))

    run(scene())
    assert TOKEN not in repr(ACME)
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        assert b"Acme" in content
        assert TOKEN.encode() not in content


def test_the_newest_key_seals_and_older_ones_still_open_until_all_is_resealed(database: Database) -> None:
    async def scene() -> None:
        await Tokens(database.units, [OLD]).save(ACME)
        both = Tokens(database.units, [NEW, OLD])
        assert await both.find("slack", "T1") == ACME
        await both.save(BETA)
        assert await Tokens(database.units, [NEW]).find("slack", "T2") == BETA
        with pytest.raises(TokenUnreadable, match="No key opens a token"):
            await Tokens(database.units, [NEW]).find("slack", "T1")
        assert await both.reseal() == 2
        newest = Tokens(database.units, [NEW])
        assert [await newest.find("slack", tenant) for tenant in ("T1", "T2")] == [ACME, BETA]
        with pytest.raises(TokenUnreadable):
            await Tokens(database.units, [OLD]).find("slack", "T1")

    run(scene())


def test_where_one_token_cannot_be_read_none_is_resealed(database: Database) -> None:
    async def scene() -> None:
        await Tokens(database.units, [OLD]).save(ACME)
        await Tokens(database.units, [OTHER]).save(BETA)
        before = await secrets(database)
        with pytest.raises(TokenUnreadable):
            await Tokens(database.units, [NEW, OLD]).reseal()
        assert await secrets(database) == before

    run(scene())


def test_a_row_that_was_copied_to_another_workspace_opens_nothing(database: Database, tokens: TokenStore) -> None:
    async def scene() -> None:
        await tokens.save(ACME)
        await tokens.save(BETA)
        await database.units(forge, "T2", secret=(await secrets(database))["T1"])
        assert await tokens.find("slack", "T1") == ACME
        with pytest.raises(TokenUnreadable, match="another one's"):
            await tokens.find("slack", "T2")
        await database.units(forge, "T2", secret="of no key")
        with pytest.raises(TokenUnreadable, match="No key"):
            await tokens.find("slack", "T2")
        await database.units(forge, "T2", secret=Tokens(database.units, [OLD]).seal("{}", at=AT))
        with pytest.raises(TokenUnreadable):
            await tokens.find("slack", "T2")

    run(scene())


@pytest.mark.parametrize("keys", [[], ["short"], [OLD, "ü" * 44]])
def test_what_is_no_key_is_said_without_repeating_it(database: Database, keys: list[str]) -> None:
    with pytest.raises(KeyUnusable, match="AI_READINESS_KEY") as told:
        Tokens(database.units, keys)
    assert not any(key in str(told.value) for key in keys)


def test_a_sealed_note_is_opened_for_a_while_and_by_who_has_the_key() -> None:
    sealing, ten = Tokens(_no_units, [NEW, OLD]), timedelta(minutes=10)
    sealed = sealing.seal("welcome", at=AT)
    assert "welcome" not in sealed
    assert not set(sealed) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert sealing.unseal(sealed, at=AT + ten, within=ten) == "welcome"
    assert sealing.unseal(sealed, at=AT + ten + timedelta(seconds=1), within=ten) is None
    assert sealing.unseal(Tokens(_no_units, [OLD]).seal("welcome", at=AT), at=AT, within=ten) == "welcome"
    assert sealing.unseal(Tokens(_no_units, [OTHER]).seal("welcome", at=AT), at=AT, within=ten) is None
    for nonsense in ("", "x", sealed[:-3], f"{sealed[:30]}{'A' if sealed[30] != 'A' else 'B'}{sealed[31:]}", "ü", "\0"):
        assert sealing.unseal(nonsense, at=AT, within=ten) is None
    for respelled in (f"{sealed[:30]}.{sealed[30:]}", f"{sealed}=", f"{sealed}\n", f"~{sealed}"):
        assert sealing.unseal(respelled, at=AT, within=ten) is None


def test_what_is_kept_in_a_row_is_no_note(database: Database, tokens: TokenStore) -> None:
    async def scene() -> None:
        await tokens.save(ACME)
        secret = (await secrets(database))["T1"]
        opening = Tokens(database.units, [OLD])
        assert opening.unseal(secret, at=AT + timedelta(days=36500), within=timedelta(days=36500)) is None

    run(scene())


def test_what_may_happen_once_happens_once(database: Database) -> None:
    async def scene() -> None:
        told = await asyncio.gather(*(database.units(first_time, ["state/1"], AT) for _ in range(3)))
        assert sorted(told) == [False, False, True]
        assert await database.units(first_time, ["state/2"], AT)

    run(scene())


async def _no_units(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing is looked up")
