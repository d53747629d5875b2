"""One of a few: the options of a choice item, and yes or no with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from conversations.language.asked import NOTHING, Asked, Finding
from conversations.language.patterns import fold
from conversations.language.places import find_page
from conversations.language.reading import Reading, tidy
from conversations.language.rules import Rules
from conversations.packs import Item, ItemType, Option

_SURELY_PAST = timedelta(days=305)  # without a year, a day that comes again within two months can be that one


def find_option(asked: Asked) -> Finding:
    item, reading, rules = asked.item, asked.reading, asked.rules
    found = list(_options(item, reading, rules))
    if not found:
        return NOTHING
    start, end, option = found[0]
    others = [each for each in found if each[2].value != option.value]
    torn = bool(others) and rules.words.either.search(reading.folded) is not None
    if torn or rules.words.hedge.search(asked.clause(start)) or "?" in reading.folded:
        return Finding(complete=False)
    if not option.needs_reason:
        return Finding(complete=True, option=option.value)
    beyond = [each for each in reading.words if each.end <= start or each.start >= end]
    if len(beyond) < rules.reason_words:
        return Finding(complete=False, note="needs_reason", values={"option": option.value.replace("_", " ")})
    return Finding(complete=True, option=option.value, not_applicable=option.needs_acceptance)


def _options(item: Item, reading: Reading, rules: Rules) -> Iterator[tuple[int, int, Option]]:
    """Each option that is stated, in the order of the text; of overlapping phrases the longest."""
    taken: list[tuple[int, int]] = []
    stated = []
    for phrase, option in sorted(_phrases(item), key=lambda each: len(each[0]), reverse=True):
        for match in _phrase_pattern(phrase).finditer(reading.folded):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            before = reading.folded[reading.clause_at(match.start())[0] : match.start()].split()[-3:]
            if not any(
                rules.words.negated.fullmatch(each) for each in [" ".join(before), " ".join(before[-2:]), *before]
            ):
                stated.append((match.start(), match.end(), option))
    yield from sorted(stated, key=lambda each: each[0])


def _phrases(item: Item) -> Iterator[tuple[str, Option]]:
    """Values and synonyms; and a phrase with a synonym of the option it begins with (`passed with findings`)."""
    plain = [
        (phrase, option) for option in item.options for phrase in (option.value.replace("_", " "), *option.synonyms)
    ]
    yield from plain
    for phrase, option in plain:
        for other in item.options:
            names = (other.value.replace("_", " "), *other.synonyms)
            first = next((each for each in names if phrase.startswith(f"{each} ") and other is not option), None)
            if first is not None:
                yield from ((each + phrase[len(first) :], option) for each in names if each != first)


def _phrase_pattern(phrase: str) -> re.Pattern[str]:
    words = [re.escape(each) for each in phrase.casefold().split()]
    between = r"[ _-]" if len(words) < 3 else r"[ _-](?:\w+ ){0,2}?"
    return re.compile(rf"(?<![\w-]){between.join(words)}(?![\w-])")


def exact_option(item: Item, text: str, rules: Rules) -> str | None:
    """The option, where the whole of `text` is one, or a synonym; `yes` or `no` for a yes_no item."""
    said = fold(tidy(text, rules)).strip(" .,!;:\"'").replace("_", " ")
    if item.type is ItemType.YES_NO:
        return "yes" if rules.words.yes_word.fullmatch(said) else "no" if rules.words.no_word.fullmatch(said) else None
    return next((option.value for phrase, option in _phrases(item) if phrase.casefold() == said), None)


def find_yes_or_no(asked: Asked) -> Finding:
    item, reading, today, rules = asked.item, asked.reading, asked.today, asked.rules
    yes, no = rules.words.yes_word.match(reading.folded), rules.words.no_word.match(reading.folded)
    answer = "yes" if yes else "no" if no or rules.words.negation.search(reading.folded) else None
    if answer == "no":
        planned = next((each.day for each in reading.dated() if each.day >= today), None)
        return Finding(complete=False, note="yes_no", values={"answer": "no"}, option="no", planned=planned)
    shown = any(_evidence(kind, asked) for kind in item.evidence)
    if answer is None and not shown:
        return NOTHING
    return Finding(complete=shown, note="" if shown else "yes_no", values={"answer": "yes"}, option="yes")


def _evidence(kind: str, asked: Asked) -> bool:
    if kind == "url":
        return find_page(asked).complete
    return any(
        each.day <= asked.today and (each.year_given or asked.today - each.day < _SURELY_PAST)
        for each in asked.reading.dated()
    )
