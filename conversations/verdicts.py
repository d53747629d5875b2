"""Is this answer complete, vague, missing, deferred, or does it not apply?

A row of small steps; the first that decides wins. Nothing is scored and nothing is guessed: the words are in the
rules, the same answer gets the same verdict for ever, and no text makes `judge` raise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from conversations.language import closed
from conversations.language.asked import Asked, Finding
from conversations.language.evidence import Evidence, weigh
from conversations.language.follow_ups import ask_for, ask_for_parts, say
from conversations.language.patterns import fold
from conversations.language.people import names_somebody
from conversations.language.reading import Reading, read
from conversations.language.rules import Rules
from conversations.packs import Direction, Item, ItemType

_EMPTY = re.compile(r"[\W_]*")
_PLAIN_WORDS = re.compile(r"[^\W_]+")
_NO_ECHO = frozenset({ItemType.DATE, ItemType.CHOICE, ItemType.NUMBER, ItemType.YES_NO})
_PARTS = frozenset({ItemType.TEXT, ItemType.METRIC})


class Verdict(StrEnum):
    COMPLETE = "complete"
    VAGUE = "vague"
    MISSING = "missing"
    DEFERRED = "deferred"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Around an answer: when (aware), by whom (a canonical mention), and when the decision is due.

    `date_order` is DMY or MDY where the workspace has one; `echo` is off only to judge a pack's own examples.
    """

    at: datetime
    author: str
    decision_on: date | None = None
    profile: Mapping[str, str] = field(default_factory=dict)
    date_order: str | None = None
    echo: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict and what it rests on. `missing` and `follow_up` are empty unless it is vague or missing."""

    verdict: Verdict
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    follow_up: str | None = None
    known_gap: bool = False
    until: date | None = None
    people: tuple[str, ...] = ()
    rota: bool = False
    day: date | None = None
    option: str | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    item: Item
    reading: Reading
    context: Context
    rules: Rules
    finding: Finding | None  # of a closed question
    evidence: Evidence | None  # of a text or a metric

    @property
    def today(self) -> date:
        return self.context.at.date()

    @property
    def folded(self) -> str:
        return self.reading.folded

    @property
    def core(self) -> str:
        """Without the punctuation around it, for patterns that want the whole answer."""
        return self.reading.folded.strip(" .,;:!?-–…\"'()")

    @property
    def complete(self) -> bool:
        """Whether the value is there, whatever else the answer says."""
        if self.finding is not None:
            return self.finding.complete
        return self.evidence is not None and not self.evidence.closed_missing and self.evidence.enough

    @property
    def parts(self) -> tuple[str, ...]:
        return self.item.parts or (self.item.type.value,)

    def missing(self) -> tuple[str, ...]:
        found = self.evidence.found if self.evidence is not None else ()
        return tuple(part for part in self.parts if part not in found)


def judge(item: Item, text: str, context: Context, rules: Rules) -> Judgement:
    """The verdict on `text` as an answer to `item`. Total: any text has a verdict."""
    case = _case(item, text, context, rules)
    return next(found for step in _STEPS if (found := step(case)) is not None)


def _case(item: Item, text: str, context: Context, rules: Rules) -> _Case:
    folded = fold(text)
    past = item.direction is Direction.PAST and not rules.words.future_mark.search(folded)
    past = past or (item.direction is Direction.ANY and item.type is ItemType.DATE and _looks_back(folded, rules))
    past = past or (item.type is ItemType.YES_NO and _says_it_is_done(folded, rules))
    reading = read(text, rules, today=context.at.date(), past=past, date_order=context.date_order)
    asked = Asked(item, reading, context.at.date(), context.author, rules)
    if item.type in _PARTS:
        return _Case(item, reading, context, rules, None, weigh(asked))
    return _Case(item, reading, context, rules, closed.find(asked), None)


def _looks_back(folded: str, rules: Rules) -> bool:
    return rules.words.past_mark.search(folded) is not None and not rules.words.future_mark.search(folded)


def _says_it_is_done(folded: str, rules: Rules) -> bool:
    words = rules.words
    denied = words.no_word.match(folded) or words.negation.search(folded)
    return not words.future_mark.search(folded) and (words.yes_word.match(folded) is not None or not denied)


def _empty(case: _Case) -> Judgement | None:
    return _missing(case, ask_for(case.item, case.rules)) if _EMPTY.fullmatch(case.folded) else None


def _option(case: _Case) -> Judgement | None:
    """Options before placeholders: `in progress` may be one."""
    if case.item.type is not ItemType.CHOICE or case.finding is None:
        return None
    if not case.finding.complete:
        return _closed_answer(case) if case.finding.note else None
    return (
        _complete(case) if not case.finding.not_applicable else replace(_complete(case), verdict=Verdict.NOT_APPLICABLE)
    )


def _echo(case: _Case) -> Judgement | None:
    if not case.context.echo or case.item.type in _NO_ECHO:
        return None
    said = _plain(case.reading.text)
    copied = said in (_plain(case.item.example), _plain(case.item.prompt))
    return _vague(case, say(case.item, case.rules, "example")) if copied else None


def _plain(text: str) -> list[str]:
    return _PLAIN_WORDS.findall(fold(text))


def _order_to_the_bot(case: _Case) -> Judgement | None:
    return (
        _vague(case, ask_for(case.item, case.rules)) if case.rules.words.bot_instruction.search(case.folded) else None
    )


def _not_applicable(case: _Case) -> Judgement | None:
    said = _says_not_applicable(case)
    if said is None:
        return None
    beyond = [each for each in case.reading.words if (each.end <= said[0] or each.start >= said[1])]
    if len(beyond) < case.rules.reason_words:
        return _vague(case, case.rules.says["not_applicable"])
    return Judgement(verdict=Verdict.NOT_APPLICABLE)


def _says_not_applicable(case: _Case) -> tuple[int, int] | None:
    """Where it says so: at the start; or anywhere, of a thing that the question asks about."""
    words = case.rules.words
    start = words.not_applicable.match(case.folded) or case.rules.abbreviated["not_applicable"].match(case.folded)
    if start is not None and not (case.finding is not None and case.complete):
        return start.span()
    if case.complete:
        return None
    nothing = words.nothing_to.search(case.folded)
    if nothing is not None:
        return nothing.span()
    asked = set(_plain(case.item.prompt)) | set(_plain(case.item.key))
    for match in words.not_needed.finditer(case.folded):
        if asked & {group for group in match.groups() if group}:
            return match.span()
    return None


def _question_back(case: _Case) -> Judgement | None:
    words, folded = case.rules.words, case.folded
    asks = words.question_whole.fullmatch(case.core) is not None
    if folded.rstrip().endswith("?") and not case.reading.addresses:
        asks = asks or words.question_start.match(folded) is not None or not re.search(r"[.;!]\s", folded)
    if not asks or (case.finding is not None and case.complete):
        return None
    return _postponed(case) or _missing(case, say(case.item, case.rules, "question_back", why=case.item.why))


def _nothing_yet(case: _Case) -> Judgement | None:
    """Placeholders and known gaps, unless what remains without them is an answer."""
    words, core = case.rules.words, case.core
    whole = words.placeholder.fullmatch(core) or case.rules.abbreviated["placeholder"].fullmatch(core)
    gap = words.known_gap.search(case.folded) or words.gap_whole.fullmatch(core) or _gap_first(case)
    start = words.placeholder_start.match(core) or case.rules.abbreviated["placeholder"].match(core)
    if not (whole or gap or start) or (case.finding is not None and case.complete):
        return None
    if not whole and _remainder_is_complete(case, gap or start):
        return None
    postponed = _postponed(case)
    if postponed is not None:
        return postponed
    if case.finding is not None and case.finding.attempted and case.reading.addresses:
        return None
    known_gap = gap is not None and start is None
    follow_up = case.rules.says["known_gap"] if known_gap else ask_for(case.item, case.rules)
    return _missing(case, follow_up, known_gap=known_gap)


def _gap_first(case: _Case) -> re.Match[str] | None:
    """`no alternative, the hotline was closed`: the whole of the first clause, where it does not deny the question."""
    if case.rules.words.denial.search(case.folded):
        return None
    return case.rules.words.gap_whole.fullmatch(case.folded, *case.reading.clauses[0])


def _remainder_is_complete(case: _Case, gap: re.Match[str] | None) -> bool:
    """`No threshold. Zero tolerance: a single leaked record …`: without the clause of the gap there is an answer."""
    if case.evidence is None or gap is None:
        return False
    start, end = case.reading.clause_at(gap.start())
    rest = case.reading.text[:start] + " " + case.reading.text[min(end + 1, len(case.reading.text)) :]
    other = _case(case.item, rest.strip(" .,;"), case.context, case.rules)
    evidence = other.evidence
    if evidence is None or not other.complete:
        return False
    closed_found = any(case.rules.parts[part].closed for part in evidence.found)
    return closed_found or evidence.specific >= case.rules.min_specific_words


def _promise(case: _Case) -> Judgement | None:
    """The value is absent, and a day ahead stands there for it."""
    if case.complete:
        return None
    if case.finding is not None and case.finding.attempted and case.finding.planned is None and case.reading.addresses:
        return None
    if case.item.type is ItemType.DATE:
        planned = case.finding.planned if case.finding is not None else None
        return (
            _held(case, planned)
            if planned is not None
            else _postponed(case)
            if case.rules.words.tell_me.search(case.folded)
            else None
        )
    if case.item.type is ItemType.YES_NO and case.finding is not None and case.finding.planned is not None:
        return _held(case, case.finding.planned)
    return _postponed(case) if _is_bare(case) or case.rules.words.promise.search(case.folded) else None


def _is_bare(case: _Case) -> bool:
    """A day and next to nothing else: no part of an answer, and no name where a person is asked for."""
    rules = case.rules
    if "date" in case.parts or "measured_period" in case.parts:
        return False
    words = [each for each in case.reading.words if each.folded not in rules.stop and each.folded not in rules.abstract]
    return len(words) <= (case.item.type is ItemType.URL or case.item.type is ItemType.CHANNEL)


def _postponed(case: _Case) -> Judgement | None:
    ahead = [each for each in case.reading.dated() if each.other is None and each.day >= case.today]
    return _held(case, ahead[0].day) if ahead else None


def _held(case: _Case, day: date) -> Judgement:
    """Deferred to a day within the horizon; a later one is a known gap with that day, and the words say what can be."""
    horizon = case.today + timedelta(days=case.rules.defer_horizon_days)
    last = min(horizon, case.context.decision_on or horizon)
    if day <= last and case.item.allow_deferred:
        return Judgement(verdict=Verdict.DEFERRED, until=day)
    can_wait = case.item.allow_deferred and last >= case.today
    words = case.rules.says["beyond_horizon" if can_wait else "known_gap"]
    return replace(_missing(case, words.format(day=f"{last:%a} {last.day} {last:%b}"), known_gap=True), until=day)


def _beside_the_question(case: _Case) -> Judgement | None:
    """`same as before`, `see the wiki`, `nothing can go wrong`: no answer, whatever words they hold."""
    if case.evidence is None:
        return None
    words = case.rules.words
    closed_there = (
        bool(case.evidence.found)
        and not case.evidence.closed_missing
        and any(case.rules.parts[part].closed for part in case.evidence.found)
    )
    elsewhere = words.anaphora.search(case.folded) or words.pointer.fullmatch(case.core)
    if words.denial.search(case.folded) or (elsewhere and not closed_there):
        return _vague(case, ask_for(case.item, case.rules))
    return None


def _technical(case: _Case) -> Judgement | None:
    if "technical_metric" not in case.item.reject:
        return None
    found = case.rules.words.technical_metric.search(case.folded)
    return _vague(case, say(case.item, case.rules, "technical_metric")) if found else None


def _closed_answer(case: _Case) -> Judgement | None:
    finding = case.finding
    if finding is None:
        return None
    if finding.complete:
        return _complete(case)
    note = (
        say(case.item, case.rules, finding.note, **finding.values) if finding.note else ask_for(case.item, case.rules)
    )
    return replace(_vague(case, note), people=finding.people, option=finding.option)


def _parts_answer(case: _Case) -> Judgement:
    evidence = case.evidence or Evidence(found=(), closed_missing=(), open_missing=(), enough=False, specific=0)
    hedged = case.rules.words.hedge.search(case.folded) is not None
    unsure = hedged and (bool(evidence.open_missing) or not case.reading.numbers)
    if not case.complete or unsure or _only_pending(case):
        return _vague(case, ask_for_parts(case.item, case.missing(), case.rules))
    return _complete(case)


def _only_pending(case: _Case) -> bool:
    """A pending status needs a ticket, a name or a day."""
    if "access_status" not in case.item.parts or not case.rules.words.pending.search(case.folded):
        return False
    named = names_somebody(case.reading, case.rules)
    return not named and not case.reading.of_kind("ticket", "url") and not case.reading.dated()


def _complete(case: _Case) -> Judgement:
    finding, evidence = case.finding, case.evidence
    if finding is None:
        return Judgement(verdict=Verdict.COMPLETE, found=evidence.found if evidence is not None else ())
    return Judgement(
        verdict=Verdict.COMPLETE,
        found=case.parts,
        people=finding.people,
        rota=finding.rota,
        day=finding.day,
        option=finding.option,
    )


def _vague(case: _Case, follow_up: str) -> Judgement:
    return _wanting(case, Verdict.VAGUE, follow_up)


def _missing(case: _Case, follow_up: str, *, known_gap: bool = False) -> Judgement:
    return replace(_wanting(case, Verdict.MISSING, follow_up), known_gap=known_gap)


def _wanting(case: _Case, verdict: Verdict, follow_up: str) -> Judgement:
    missing = case.missing() or case.parts
    return Judgement(
        verdict=verdict,
        found=tuple(part for part in case.parts if part not in missing),
        missing=missing,
        follow_up=follow_up,
    )


_STEPS: tuple[Callable[[_Case], Judgement | None], ...] = (
    _empty,
    _option,
    _echo,
    _order_to_the_bot,
    _not_applicable,
    _question_back,
    _nothing_yet,
    _promise,
    _beside_the_question,
    _technical,
    _closed_answer,
    _parts_answer,
)
