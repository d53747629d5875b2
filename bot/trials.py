"""`packs try`: answers judged as a review would, without one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from adapters.console.inbound import to_text
from bot.library import load_library, shipped_rules
from bot.settings import BadUsage, Settings
from conversations.errors import ReadinessError
from conversations.packs import Item
from conversations.verdicts import Context, Judgement, judge


class NoSuchItem(ReadinessError):
    """No pack or overlay has an item of that name."""


class BadTrial(BadUsage):
    """A line cannot be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    item: Item
    answer: str
    judgement: Judgement


class Trials:
    """Judges answers with the settings' packs. Days are those of the settings' zone, where a moment has none."""

    def __init__(self, settings: Settings, *, at: datetime, author: str, decision_date: str | None) -> None:
        self._rules = shipped_rules()
        self._library = load_library(settings, self._rules)
        self._settings = settings
        self._given = {"at": at.isoformat(), "author": author, "decision_date": decision_date}

    def one(self, item: str, answer: str) -> Trial:
        """Raises `NoSuchItem` with the nearest names, `BadTrial`."""
        return self._trial({"item": item, "answer": answer})

    def lines(self, lines: Iterable[bytes], name: str) -> Iterator[dict[str, Any]]:
        """One result a line, in order. Raises `BadTrial` with the line's number."""
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _result(self._read(line, f"{name}:{number}"))

    def _read(self, line: bytes, where: str) -> Trial:
        try:
            given = json.loads(line)
            if not isinstance(given, dict) or not {"item", "answer"} <= given.keys():
                raise BadTrial("a line is a JSON object with `item` and `answer`")
            return self._trial(given)
        except (json.JSONDecodeError, UnicodeDecodeError, BadTrial, NoSuchItem) as error:
            wrong = "this is no JSON" if isinstance(error, json.JSONDecodeError) else str(error)
            raise BadTrial(f"{where}: {wrong}") from None

    def _trial(self, given: dict[str, Any]) -> Trial:
        item = self._library.find_item(str(given["item"]))
        if item is None:
            near = " or ".join(self._near(str(given["item"])))
            raise NoSuchItem(f"no item is called {given['item']!r}{f'; did you mean {near}?' if near else ''}")
        answer = str(given["answer"])
        return Trial(
            item=item, answer=answer, judgement=judge(item, to_text(answer), self._context(given), self._rules)
        )

    def _near(self, name: str) -> list[str]:
        """Keys that end in the name, else names that look like it."""
        packs = self._library.packs.values()
        ending = dict.fromkeys(key for pack in packs for key in pack.by_key if key.rpartition(".")[2] == name)
        return list(ending) or list(self._library.nearest(name))

    def _context(self, given: dict[str, Any]) -> Context:
        said = {**self._given, "profile": {}, **{key: value for key, value in given.items() if value is not None}}
        if not isinstance(said["profile"], dict):
            raise BadTrial("`profile` is an object of names and values")
        try:
            at = datetime.fromisoformat(str(said["at"]))
            decision = date.fromisoformat(str(said["decision_date"])) if said["decision_date"] else None
        except ValueError as error:
            raise BadTrial(f"a moment or a day cannot be read: {error}") from None
        return Context(
            at=at if at.tzinfo else at.replace(tzinfo=UTC),
            author=to_text(str(said["author"])),
            decision_on=decision,
            profile=said["profile"],
            date_order=self._settings.date_order,
        )


def _result(trial: Trial) -> dict[str, Any]:
    judgement = trial.judgement
    return {
        "item": trial.item.key,
        "answer": trial.answer,
        "verdict": judgement.verdict.value,
        "missing": list(judgement.missing),
        "follow_up": judgement.follow_up,
    }
