"""`ai-readiness people`: whom the operator means, and everything that is kept about them as one document."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.bootstrap import machine_clock
from bot.settings import BadUsage, Settings
from conversations.errors import ReadinessError
from conversations.people import Account
from storage.database import open_database
from storage.personal import accounts_called, kept_about, names_of, with_joined
from storage.threads import Units

P = ParamSpec("P")
T = TypeVar("T")

SCHEMA = 1  # of the document; it may be added to
# Of what others said, only that it names this person: their words are theirs.
_OF_OTHERS = ("said", "by_person", "source_key", "detail")


class NoSuchPerson(ReadinessError):
    """Nobody of that name is known."""


class SeveralPeople(BadUsage):
    """Several people have that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One person: the account that was meant, others that are joined with it, and what they are called."""

    accounts: Sequence[Account]
    names: tuple[str, ...]


def find_person(settings: Settings, called: str, tenant: str | None) -> Found:
    """By id, name or e-mail. Raises `NoSuchPerson`, and `SeveralPeople` with what would decide."""
    return asyncio.run(_with_reading(settings, _found, called, tenant))


def export(settings: Settings, found: Found) -> Mapping[str, Any]:
    return asyncio.run(_with_reading(settings, _exported, found))


async def _with_reading(
    settings: Settings, does: Callable[Concatenate[Units, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    database = open_database(settings.database_url, alone=False)
    try:
        return await does(database.read, *args, **kwargs)
    finally:
        database.close()


async def _found(read: Units, called: str, tenant: str | None) -> Found:
    accounts = await read(accounts_called, called, tenant)
    if not accounts:
        where = f" in {tenant}" if tenant else ""
        raise NoSuchPerson(f"Nobody called {called!r} is known{where}. Write an id, an e-mail or a whole name.")
    theirs = await read(with_joined, accounts[0])
    if any(account not in theirs for account in accounts):
        lines = (f"  {each.id} --tenant {each.tenant}   ({each.platform})" for each in accounts)
        raise SeveralPeople("Several people are called so. Choose one with:\n" + "\n".join(lines))
    return Found(accounts=theirs, names=await read(names_of, theirs))


async def _exported(read: Units, found: Found) -> Mapping[str, Any]:
    accounts = []
    for who in found.accounts:
        kept = dict(await read(kept_about, who))
        kept["named_in"] = [{k: v for k, v in each.items() if k not in _OF_OTHERS} for each in kept["named_in"]]
        kept["installations"] = [{k: v for k, v in each.items() if k != "secret"} for each in kept["installations"]]
        accounts.append({"platform": who.platform, "tenant": who.tenant, "id": who.id, **kept})
    document = {"schema": SCHEMA, "generated_at": machine_clock(), "names": found.names, "accounts": accounts}
    return {name: _plain(value) for name, value in document.items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return value
