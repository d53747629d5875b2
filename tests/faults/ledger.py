"""What people did and were told was received, and whether all of it is there in the end, once and in order.

The judge reads the database by hand and the platform's own memory; of the product it takes only the report.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.outcomes import UNREACHABLE
from bot.reading import one_review, report_of
from tests.faults.databases import Base
from tests.faults.towns import Town

RUNBOOK = "run.runbook"
_ACTS = "SELECT review_id, kind, said, source_key, by_person FROM act"
_OUTBOX = "SELECT id, delivery_id, lane, kind, message_key, to_person, state, trouble, attempts FROM outbox ORDER BY id"
_REVIEWS = "SELECT id, project FROM review"
_COUNTED = re.compile(r"\b(\d+) of 21 answered")
_POSTED = ("sent", "unknown", "cleared")
_NEEDED = ("root", "question/")  # what is said once more where nobody can tell whether it arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`name` is how the bot keeps it."""

    name: str
    project: str
    said: str  # as it is kept


@dataclass(slots=True, kw_only=True)
class Ledger:
    """What was acked, in the order of the acks."""

    started: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    named: list[str] = field(default_factory=list)  # to be asked whether they are it
    confirmed: list[str] = field(default_factory=list)
    shut_out: dict[str, str] = field(default_factory=dict)  # who was named as well: their project
    decided: dict[str, dict[str, Any]] = field(default_factory=dict)  # rows of the outbox before days went by

    def notes_decided(self, base: Base, url: str) -> None:
        """What was sent a month ago is cleared, and what arrived of it is there all the same."""
        self.decided |= {row["delivery_id"]: row for row in base.rows(url, _OUTBOX)}

    def cleared(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = {row["delivery_id"] for row in rows}
        return [row | {"state": "cleared"} for name, row in self.decided.items() if name not in kept]


@dataclass(slots=True, kw_only=True)
class Verdict:
    """Sentences, each about one thing; none of them is to be there."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        return [f"{what}: {each}" for what in ("lost", "doubled", "disordered") for each in getattr(self, what)]

    def adds(self, other: Verdict) -> None:
        self.lost += other.lost
        self.doubled += other.doubled
        self.disordered += other.disordered

    def counts(self, times: int, what: str) -> None:
        """It is to be there once."""
        if times == 0:
            self.lost.append(what)
        elif times > 1:
            self.doubled.append(f"{what}, {times} times")


def judge(ledger: Ledger, town: Town, base: Base, url: str) -> Verdict:
    """When all is settled."""
    verdict = Verdict()
    _acts(verdict, ledger, town, base.rows(url, _ACTS), base.rows(url, _REVIEWS))
    kept = base.rows(url, _OUTBOX)
    rows = [*ledger.cleared(kept), *kept]
    _messages(verdict, ledger, town, rows)
    _letters(verdict, ledger, town, rows)
    _orders(verdict, town, rows)
    _reports(verdict, ledger, town, url)
    return verdict


def _acts(
    verdict: Verdict, ledger: Ledger, town: Town, acts: list[dict[str, Any]], reviews: list[dict[str, Any]]
) -> None:
    begun = Counter(each["project"] for each in reviews)
    for project in ledger.started:
        verdict.counts(begun[project], f"the review {project}")
    kept = Counter((each["source_key"], each["said"]) for each in acts if each["source_key"])
    for reply in ledger.replies:
        verdict.counts(kept[reply.name, reply.said], f"the answer {reply.said!r} to {reply.project}")
    for (source, said), times in kept.items():
        if times > 1 and source not in {reply.name for reply in ledger.replies}:
            verdict.doubled.append(f"the answer {said!r}, {times} times")
    confirmed = Counter(each["by_person"] for each in acts if each["kind"] == "confirmed")
    for who in ledger.confirmed:
        verdict.counts(confirmed[town.id(who)], f"the yes of {who}")
    names = {each["id"]: each["project"] for each in reviews}
    told = Counter(names[each["review_id"]] for each in acts if each["kind"] == "unreachable")
    for who, project in ledger.shut_out.items():
        verdict.counts(told[project], f"that nobody can write to {who}")


def _messages(verdict: Verdict, ledger: Ledger, town: Town, rows: list[dict[str, Any]]) -> None:
    there, arrived = Counter(town.there()), set(town.arrivals())
    shut_out = {town.id(who) for who in ledger.shut_out}
    for row in rows:
        what = f"{row['kind']} {row['message_key'] or ''} ({row['delivery_id']})"
        if (row["state"], row["trouble"]) == ("parked", UNREACHABLE) and row["to_person"] in shut_out:
            continue
        if row["state"] in ("pending", "parked"):
            verdict.lost.append(f"{what}, {row['state']}: {row['trouble']}")
        elif row["state"] == "unknown" and not there[row["delivery_id"]] and not _may_be_unknown(row, town):
            verdict.lost.append(f"{what}: {row['trouble']}")
        elif row["state"] == "sent" and row["kind"] == "post" and town.looks_up:
            verdict.counts(there[row["delivery_id"]], what)
        elif row["state"] == "sent" and row["kind"] == "revise" and town.looks_up and row["delivery_id"] not in arrived:
            verdict.lost.append(what)
    for name, times in there.items():
        most = 1 if town.looks_up or not _is_needed(rows, name) else 2
        if times > most:
            verdict.doubled.append(f"the message of {name}, {times} times")
        if name not in {row["delivery_id"] for row in rows}:
            verdict.doubled.append(f"the message of {name}, which nobody had decided to send")


def _may_be_unknown(row: dict[str, Any], town: Town) -> bool:
    """The stated rule of its kind, where nobody can tell whether it arrived."""
    if row["kind"] == "whisper":
        return True
    tries = 2 if (row["message_key"] or "").startswith(_NEEDED) else 1
    return not town.looks_up and row["kind"] == "post" and row["attempts"] >= tries


def _is_needed(rows: list[dict[str, Any]], name: str) -> bool:
    return any(row["delivery_id"] == name and (row["message_key"] or "").startswith(_NEEDED) for row in rows)


def _letters(verdict: Verdict, ledger: Ledger, town: Town, rows: list[dict[str, Any]]) -> None:
    unknown = [row for row in rows if row["state"] == "unknown" and (row["message_key"] or "").startswith("letter/")]
    lost = [who for who in ledger.named if not town.private(who)]
    verdict.lost += [f"the letter to {who}" for who in lost[len(unknown) :]]
    posted = Counter(row["to_person"] for row in rows if row["kind"] == "post" and row["state"] in _POSTED)
    for who in ledger.named:
        if len(town.private(who)) > posted[town.id(who)]:
            verdict.doubled.append(f"the letter to {who}")
    verdict.lost += [f"the letter to {who} does not show their yes" for who in ledger.confirmed if town.asks(who)]


def _orders(verdict: Verdict, town: Town, rows: list[dict[str, Any]]) -> None:
    """In a lane nothing arrives for the first time after what was decided later."""
    decided = {row["delivery_id"]: row for row in rows}
    newest: defaultdict[str, int] = defaultdict(int)
    seen = set[str]()
    for name in town.arrivals():
        row = decided.get(name)
        if row is None or name in seen:
            continue
        seen.add(name)
        if row["id"] < newest[row["lane"]]:
            verdict.disordered.append(f"{row['kind']} {row['message_key']} ({name})")
        newest[row["lane"]] = max(newest[row["lane"]], row["id"])


def _reports(verdict: Verdict, ledger: Ledger, town: Town, url: str) -> None:
    """The last answer is the one that stands, and the review's card says as many as the report."""
    settings = town.settings(url)
    last = {reply.project: reply.said for reply in ledger.replies if reply.said.startswith("https")}
    for project in ledger.started:
        document = report_of(settings, one_review(settings, project, tenant=None, channel=None))
        items = [item for question in document["questions"] for item in question["items"]]
        answer = next(item["answer"] for item in items if item["key"] == RUNBOOK)
        if project in last and answer != last[project]:
            verdict.lost.append(f"the report of {project} has {answer!r}, not {last[project]!r}")
        for said in _shown(town.headline(project)):
            answered = sum(bool(item["answer"]) for item in items)
            if said != answered:
                verdict.lost.append(f"the card of {project} says {said} of {answered} answers")


def _shown(headline: str) -> Iterator[int]:
    for found in _COUNTED.findall(headline):
        yield int(found)
