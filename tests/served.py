"""A running `serve`, whatever platform it is on: what it still has to say, what it knows, whether it is well."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import aiohttp
import pytest

from adapters.wording import Platform, Wording
from bot.reading import one_review, report_of
from bot.settings import Settings
from conversations.language.rules import load_rules
from conversations.pack_files.parser import parse_packs
from conversations.packs import Library
from tests.fakes import Answer

PROJECT = "Claims Copilot"
PEOPLE = ("ana", "ben", "dana", "lee", "mika", "noor", "priya", "tom")
HASTE = 10_000
TICK = timedelta(milliseconds=200)  # between looks at what is due
_PENDING = re.compile(r'^ai_readiness_deliveries_waiting\{state="pending"\} ([\d.]+)$', re.MULTILINE)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """`url` is where it listens."""

    url: str
    settings: Settings

    @property
    def http(self) -> aiohttp.ClientSession:
        raise NotImplementedError

    async def settled(self, seconds: float = 10) -> None:
        """Returns when nothing is left to say."""
        async with asyncio.timeout(seconds):
            while await self.pending():  # noqa: ASYNC110  # the process may be another one, which tells nobody
                await asyncio.sleep(0.005)

    async def pending(self) -> int:
        """How many deliveries wait."""
        async with self.http.get(f"{self.url}/metrics") as answer:
            found = _PENDING.search(await answer.text())
        assert found, "the database does not answer"
        return int(float(found[1]))

    async def items(self, project: str = PROJECT) -> dict[str, dict[str, Any]]:
        """What the report says of each item, by key."""
        document = await asyncio.to_thread(self._report, project)
        return {item["key"]: item for question in document["questions"] for item in question["items"]}

    async def answer(self, item: str) -> str | None:
        found: str | None = (await self.items())[item]["answer"]
        return found

    def _report(self, project: str) -> dict[str, Any]:
        return report_of(self.settings, one_review(self.settings, project, tenant=None, channel=None))

    async def readyz(self) -> tuple[int, dict[str, str]]:
        async with self.http.get(f"{self.url}/readyz") as answer:
            return answer.status, (await answer.json())["wrong"]


def ok(answer: Answer) -> Answer:
    assert answer.ok, answer
    return answer


def played(play: Callable[[], Coroutine[Any, Any, T]], patches: Mapping[str, object]) -> T:
    with pytest.MonkeyPatch.context() as patch:
        for target, made in patches.items():
            patch.setattr(target, made)
        return asyncio.run(play())


@cache
def shared(wording: str) -> dict[str, object]:
    """What all may share, because it is pure and slow to make; `wording` is where the platform's is made."""
    wordings: list[Wording] = []

    def worded(platform: Platform) -> Wording:
        wordings[:] = wordings or [Wording(platform)]
        return wordings[0]

    @cache
    def parsed(sources: tuple[tuple[str, str], ...], parts: frozenset[str]) -> Library:
        return parse_packs(dict(sources), parts)

    return {
        "bot.serving.DUE": TICK,
        "bot.readiness.FRESH_SECONDS": 0.0,  # what a test asks for is what is so now
        "bot.library.parse_packs": lambda sources, parts: parsed(tuple(sources.items()), parts),
        "bot.library.load_rules": cache(load_rules),
        wording: worded,
    }
