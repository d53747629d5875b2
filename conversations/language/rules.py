"""`Rules`: the words of `packs/vague_rules.yaml`, read once and frozen; each pattern is compiled when it is first used.

Every language's alternatives are joined, so that no answer has to be of a known language. A word stands in the data,
never in the code; the code says only in which part of an answer it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import yaml

from conversations.language.day_forms import DayForms, day_forms
from conversations.language.patterns import fold, fold_pattern, joined, keyed, lazily, whole_words

# libyaml reads the rules in 10 ms instead of 230; an installation without it has the slower one only.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What is known in every language; searched in the text with its capitals."""

    mention: re.Pattern[str]
    group_mention: re.Pattern[str]
    channel: re.Pattern[str]
    email: re.Pattern[str]
    url: re.Pattern[str]
    ticket: re.Pattern[str]
    phone: re.Pattern[str]
    clock: re.Pattern[str]
    year: re.Pattern[str]
    enumerator: re.Pattern[str]
    emoji: re.Pattern[str]
    markdown: re.Pattern[str]
    link: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One pattern per family of words, whole words only; searched in the folded text."""

    placeholder: re.Pattern[str]
    placeholder_start: re.Pattern[str]
    open_start: re.Pattern[str]
    known_gap: re.Pattern[str]
    gap_whole: re.Pattern[str]
    question_start: re.Pattern[str]
    question_whole: re.Pattern[str]
    not_applicable: re.Pattern[str]
    not_needed: re.Pattern[str]
    nothing_to: re.Pattern[str]
    anaphora: re.Pattern[str]
    pointer: re.Pattern[str]
    bot_instruction: re.Pattern[str]
    denial: re.Pattern[str]
    hedge: re.Pattern[str]
    soon: re.Pattern[str]
    promise: re.Pattern[str]
    tell_later: re.Pattern[str]
    names_later: re.Pattern[str]
    tell_me: re.Pattern[str]
    future_mark: re.Pattern[str]
    past_mark: re.Pattern[str]
    cancelled: re.Pattern[str]
    indefinite_person: re.Pattern[str]
    self: re.Pattern[str]
    self_within: re.Pattern[str]
    not_candidate_before: re.Pattern[str]
    not_candidate_after: re.Pattern[str]
    left_after: re.Pattern[str]
    left_before: re.Pattern[str]
    until_end: re.Pattern[str]
    successor: re.Pattern[str]
    joined: re.Pattern[str]
    rota: re.Pattern[str]
    no_rota: re.Pattern[str]
    role_word: re.Pattern[str]
    org_word: re.Pattern[str]
    team_word: re.Pattern[str]
    title: re.Pattern[str]
    unusable: re.Pattern[str]
    dm_route: re.Pattern[str]
    route_word: re.Pattern[str]
    dial: re.Pattern[str]
    dial_after: re.Pattern[str]
    tool: re.Pattern[str]
    route_verb: re.Pattern[str]
    hours: re.Pattern[str]
    yes_word: re.Pattern[str]
    no_word: re.Pattern[str]
    negation: re.Pattern[str]
    no_limits: re.Pattern[str]
    negated: re.Pattern[str]
    both: re.Pattern[str]
    peak: re.Pattern[str]
    pending: re.Pattern[str]
    technical_metric: re.Pattern[str]
    direction_word: re.Pattern[str]
    evidence_document: re.Pattern[str]
    cadence: re.Pattern[str]
    period: re.Pattern[str]
    unlimited_time: re.Pattern[str]
    vague_time: re.Pattern[str]
    past_span: re.Pattern[str]
    future_span: re.Pattern[str]
    every_single: re.Pattern[str]
    comparator: re.Pattern[str]
    label: re.Pattern[str]
    ack: re.Pattern[str]
    not_a_day_before: re.Pattern[str]
    day_lead: re.Pattern[str]
    conjunction: re.Pattern[str]
    consequence: re.Pattern[str]
    either: re.Pattern[str]
    before_pronoun: re.Pattern[str]
    range_joiner: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRule:
    """One part that an answer may have to hold; an open part (not closed) never condemns by its absence alone."""

    closed: bool
    apart: bool  # a statement of its own, which one clause about something else cannot hold
    enough: int  # how many specific words make an open part whose vocabulary is not found
    words: re.Pattern[str]
    have: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # each is itself: nobody compares thousands of words
class Rules:
    version: str
    min_specific_words: int
    defer_horizon_days: int
    number_range_factor: float
    reason_words: int
    forms: Forms
    words: Words
    days: DayForms
    parts: Mapping[str, PartRule]
    stop: frozenset[str]
    stop_of: Mapping[str, frozenset[str]]  # by language, to know which one an answer is in
    abstract: frozenset[str]
    numbers: Mapping[str, float]
    fractions: frozenset[str]
    number: re.Pattern[str]
    units: Mapping[str, re.Pattern[str]]  # time, currency, share
    number_units: Mapping[str, tuple[tuple[float, re.Pattern[str]], ...]]
    abbreviated: Mapping[str, re.Pattern[str]]
    dead_hosts: re.Pattern[str]
    front_pages: frozenset[str]
    placeholder_paths: re.Pattern[str]
    says: Mapping[str, str]
    date_order: str | None = None  # DMY or MDY, where an organisation has set one


def load_rules(text: str, name: str) -> Rules:
    """The rules in a document; `name` is what a complaint names. Raises ValueError."""
    try:
        return _rules(yaml.load(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise ValueError(f"{name}:{line}: {fault.problem}") from fault
    except KeyError as fault:
        raise ValueError(f"{name}:1: {fault} is missing; every family of words has to be there") from fault
    except (TypeError, AttributeError) as fault:
        raise ValueError(f"{name}:1: {fault}") from fault


def _rules(document: Any) -> Rules:
    languages = document["lang"].values()
    constants = document["constants"]
    numbers = {_word(word): float(value) for each in languages for word, value in each["number_words"].items()}
    return Rules(
        version=str(document["version"]),
        min_specific_words=constants["min_specific_words"],
        defer_horizon_days=constants["defer_horizon_days"],
        number_range_factor=constants["number_range_factor"],
        reason_words=constants["reason_words"],
        forms=Forms(**{each.name: lazily(document["neutral"][each.name]) for each in fields(Forms)}),
        words=Words(**{each.name: whole_words(joined(languages, each.name)) for each in fields(Words)}),
        days=day_forms(languages, numbers),
        parts=MappingProxyType({name: _part(document, name) for name in document["parts"]}),
        stop=frozenset(word for each in languages for word in fold(each["stop"]).split()),
        stop_of=MappingProxyType(
            {key: frozenset(fold(each["stop"]).split()) for key, each in document["lang"].items()}
        ),
        abstract=frozenset(word for each in languages for word in fold(each["abstract"]).split()),
        numbers=MappingProxyType(numbers),
        fractions=frozenset(_word(word) for each in languages for word in each["fractions"]),
        number=_number(numbers),
        units=MappingProxyType({kind: _unit(languages, kind) for kind in ("time", "currency", "share")}),
        number_units=MappingProxyType({unit: keyed(pairs) for unit, pairs in document["number_units"].items()}),
        abbreviated=MappingProxyType({family: _spelled(words) for family, words in document["abbreviations"].items()}),
        dead_hosts=lazily("|".join(document["dead_hosts"])),
        front_pages=frozenset(document["front_pages"]),
        placeholder_paths=lazily(document["placeholder_paths"]),
        says=MappingProxyType(dict(document["says"])),
    )


def _word(word: Any) -> str:
    return fold(str(word)).replace("'", "")


def _part(document: Any, name: str) -> PartRule:
    closed, words = name in document["parts_closed"], f"part_{name}"
    return PartRule(
        closed=closed,
        apart=name in document["parts_apart"],
        enough=0 if closed else document["parts_open"][name],
        words=whole_words("(?!)" if closed else joined(document["lang"].values(), words)),
        have=document["parts"][name]["have"],
        ask=document["parts"][name]["ask"],
    )


def _number(numbers: Mapping[str, float]) -> re.Pattern[str]:
    """Digits that are no part of a name (`GPT-4`, `v2`), or a number in words. Groups: digits, scale, word."""
    words = "|".join(re.escape(word) for word in sorted(numbers, key=len, reverse=True))
    digits = r"(?<!\w)(?<![a-z][-_])(?<![\d.,]\b)(\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?)"
    digits += r"(k(?!\w)| ?(?:thousand|million|mio|mn|m(?=€|\$|£))(?!\w))?"
    return lazily(rf"{digits}|(?<!\w)({words})(?!\w)")


def _unit(languages: Iterable[Any], kind: str) -> re.Pattern[str]:
    return lazily(
        rf"(?:{'|'.join(fold_pattern(each['units'][kind]) for each in languages if each['units'][kind])})(?!\w)"
    )


def _spelled(words: Iterable[str]) -> re.Pattern[str]:
    """Also with dots, slashes or spaces between the letters: `t.b.d.`, `n / a`."""
    spelled = "|".join(r"[\s./_-]{0,2}".join(word) for word in words)
    return lazily(rf"(?<!\w)(?:{spelled})\.?(?!\w)")
