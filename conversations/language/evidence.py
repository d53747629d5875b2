"""Which parts of a text or metric answer are there.

A closed part is known by its form in every language (a number with its noun, a day, a cadence, an address, a negation);
so its absence counts. An open part is found by its vocabulary, or by enough specific words; its absence alone does not
count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from conversations.language.asked import Asked
from conversations.language.figures import Number, blank
from conversations.language.people import candidates, rota_named
from conversations.language.reading import Word
from conversations.language.rules import Words

_COMPARED = re.compile(r"[<>≥≤]=?\s*$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MONTH_NUMBER = re.compile(r"(?<![\d.])(?:0?[1-9]|1[0-2])[/.](?:20)\d\d(?!\d)")
_SEPARATOR = re.compile(r"\s*[,;/+&]\s*|\s(?:and|or|und|oder|et|ou|y|o)\s")
_QUARTER = re.compile(r"(?<!\w)(?:q[1-4]|h[12])(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`enough`: the open parts are covered, by their vocabulary, their form or specific words."""

    found: tuple[str, ...]
    closed_missing: tuple[str, ...]
    open_missing: tuple[str, ...]
    enough: bool
    specific: int  # words that are neither common nor abstract, and fill no closed part


def weigh(asked: Asked) -> Evidence:
    item, rules = asked.item, asked.rules
    closed = [part for part in item.parts if rules.parts[part].closed]
    opened = [part for part in item.parts if not rules.parts[part].closed]
    specific = len(tuple(_specific_words(asked)))
    formed = {part for part in opened if part in _OPEN_FORMS and _OPEN_FORMS[part](asked)}
    worded = {part for part in opened if part not in formed and _in_vocabulary(part, asked)}
    single = {part for part in opened if rules.parts[part].enough == 1 and specific}
    addressed = formed & _ADDRESSED
    needed = sum(1 if part in formed | worded else rules.parts[part].enough for part in opened if part not in addressed)
    there = {part for part in closed if _CLOSED[part](asked)} | formed | worded | single
    return Evidence(
        found=tuple(part for part in item.parts if part in there),
        closed_missing=tuple(part for part in closed if part not in there),
        open_missing=tuple(part for part in opened if part not in there),
        enough=specific >= min(needed, rules.min_specific_words)
        and not _one_part_only(asked, opened, set(opened) - there),
        specific=specific,
    )


def _specific_words(asked: Asked) -> Iterator[Word]:
    """Words that are neither stop words nor abstract, and fill no closed part; each once."""
    seen: set[str] = set()
    covered = blank(asked.reading.folded, _closed_places(asked))
    for word in asked.reading.words:
        common = word.folded in asked.rules.stop or word.folded in asked.rules.abstract
        if common or word.folded in seen or covered[word.start] == "·":
            continue
        seen.add(word.folded)
        yield word


def _closed_places(asked: Asked) -> Iterator[tuple[int, int]]:
    for number in asked.reading.numbers:
        yield number.start, number.digits_end if number.kind in ("count", "bare") else number.end
    words = asked.rules.words
    fillers = [words.hedge, words.soon, *(pattern for part, pattern in _fillers(words) if part in asked.item.parts)]
    for pattern in fillers:
        yield from (match.span() for match in pattern.finditer(asked.reading.folded))
    if "owner" in asked.item.parts:
        yield from ((each.start, each.end) for each in candidates(asked.reading, asked.author, asked.rules))
    for pattern in (asked.rules.days.month_alone, asked.rules.forms.year):
        yield from (match.span() for match in pattern.finditer(asked.reading.folded))


def _fillers(words: Words) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The words of closed parts, which are none of the specific ones."""
    return (
        ("cadence", words.cadence),
        ("period", words.period),
        ("duration", words.vague_time),
        ("measured_period", words.past_span),
        ("metric_name", words.direction_word),
    )


def _finds(asked: Asked, pattern: re.Pattern[str]) -> bool:
    return pattern.search(asked.reading.folded) is not None


def _counts(asked: Asked) -> tuple[Number, ...]:
    """Numbers of things; a length of time or a price counts only where a unit is asked for."""
    kinds = ["count", "bare", "share"] + (["time", "currency"] if "unit" in asked.item.parts else [])
    folded = asked.reading.folded
    covered = blank(folded, (match.span() for match in asked.rules.words.cadence.finditer(folded)))
    return tuple(each for each in asked.reading.numbers if each.kind in kinds and covered[each.start] != "·")


def _one_part_only(asked: Asked, opened: list[str], unseen: set[str]) -> bool:
    """A bare list of names, or one English clause, where a part that is a statement of its own is not seen.

    A clause that only says how bad it would be (`which would be awful`) is none.
    """
    apart = any(asked.rules.parts[part].apart for part in unseen)
    if unseen and len(opened) > 1 and _is_bare_list(asked, 2 if apart else 3):
        return True
    folded, words = asked.reading.folded, asked.rules.words
    rest = blank(folded, (each.span() for each in words.consequence.finditer(folded)))
    clauses = [each for each in asked.reading.clauses if rest[each[0] : each[1]].strip(" ·")]
    joined = words.conjunction.search(rest) is not None
    return apart and len(clauses) < 2 and not joined and _is_english(asked)


def _is_english(asked: Asked) -> bool:
    """Two stop words of English at least, and fewer of any other language."""
    words = [each.folded for each in asked.reading.words]
    counts = {language: sum(each in stop for each in words) for language, stop in asked.rules.stop_of.items()}
    return counts["en"] > 1 and counts["en"] == max(counts.values())


def _is_bare_list(asked: Asked, least: int) -> bool:
    """`Bias, drift, outages`: names without a sentence fill one open part only."""
    if any(each in asked.reading.text for each in ":(=>→"):
        return False
    chunks = _SEPARATOR.split(asked.reading.folded)
    return len(chunks) >= least and all(len(each.split()) <= 3 for each in chunks)


def _in_vocabulary(part: str, asked: Asked) -> bool:
    matches = asked.rules.parts[part].words.finditer(asked.reading.folded)
    return any(_is_content(match, asked) for match in matches)


def _is_content(match: re.Match[str], asked: Asked, *, last_only: bool = False) -> bool:
    """A part filled only with abstract words counts as missing; a phrase (`go back to`) is more than its words."""
    words = re.findall(r"[^\W_]+", match[0])
    if last_only:
        return words[-1] not in asked.rules.abstract
    return len(words) > 2 or any(each not in asked.rules.abstract and each not in asked.rules.stop for each in words)


def _number(asked: Asked) -> bool:
    return bool(_counts(asked))


def _unit(asked: Asked) -> bool:
    """A noun, a sign, or a named index before the number (`NPS 42`)."""
    return any(each.kind != "bare" or _index_before(asked, each) for each in _counts(asked))


def _index_before(asked: Asked, number: Number) -> bool:
    start = asked.reading.clause_at(number.start)[0]
    return any(each.shouted and start <= each.start < number.start for each in asked.reading.words)


def _number_pair(asked: Asked) -> bool:
    """Two stated numbers of the same kind, or one and the words that it is both."""
    amounts = [each for each in _counts(asked) if each.kind != "time"]
    if len(amounts) < 2:
        return bool(amounts) and _finds(asked, asked.rules.words.both) and _finds(asked, asked.rules.words.peak)
    nouns = [each.noun for each in amounts]
    return len(set(nouns)) < len(nouns) or "" in nouns or _finds(asked, asked.rules.words.peak)


def _money_pair(asked: Asked) -> bool:
    numbers = asked.reading.numbers
    return len(numbers) > 1 and any(each.kind == "currency" for each in numbers)


def _date(asked: Asked) -> bool:
    return any(each.other is None for each in asked.reading.dated())


def _duration(asked: Asked) -> bool:
    timed = any(each.kind == "time" for each in asked.reading.numbers)
    return timed or _finds(asked, asked.rules.words.vague_time) or _finds(asked, asked.rules.words.unlimited_time)


def _cadence(asked: Asked) -> bool:
    return _finds(asked, asked.rules.words.cadence)


def _period(asked: Asked) -> bool:
    return _finds(asked, asked.rules.words.period)


def _threshold(asked: Asked) -> bool:
    """A number that limits something; how long it lasts (`for 15 minutes`) is none."""
    numbers = (each for each in asked.reading.numbers if each.kind != "time" or _is_compared(asked, each))
    singles = asked.rules.words.every_single.finditer(asked.reading.folded)
    return any(True for _ in numbers) or any(_is_content(match, asked, last_only=True) for match in singles)


def _is_compared(asked: Asked, number: Number) -> bool:
    before = asked.reading.folded[max(0, number.start - 24) : number.start].rstrip()
    compared = any(match.end() == len(before) for match in asked.rules.words.comparator.finditer(before))
    return compared or _COMPARED.search(before) is not None


def _owner(asked: Asked) -> bool:
    """A person as in a person item, several named people, the author, or a team with a proper name."""
    named = candidates(asked.reading, asked.author, asked.rules)
    rota = rota_named(asked.reading, asked.rules)
    return any(not each.left for each in named) or rota or _named_team(asked) or _finds(asked, asked.rules.words.self)


def _named_team(asked: Asked) -> bool:
    """A team word with a proper name beside it: `Data Engineering`, `the Triage steering group`, `NOC team`."""
    words = asked.reading.words
    return any(_is_named_team(asked, words, place) for place in range(len(words)))


def _is_named_team(asked: Asked, words: tuple[Word, ...], place: int) -> bool:
    rules, word = asked.rules, words[place]
    if not rules.words.team_word.fullmatch(word.folded) and not rules.words.org_word.fullmatch(word.folded):
        return False
    near = words[max(0, place - 2) : place] + words[place + 1 : place + 3]
    return any(_names_a_team(asked, each, word) for each in near)


def _names_a_team(asked: Asked, word: Word, team: Word) -> bool:
    between = asked.reading.text[min(word.end, team.end) : max(word.start, team.start)]
    first = word.start == 0 and not team.capital and not word.shouted
    common = word.folded in asked.rules.stop or word.folded in ("team", "teams")
    return (word.capital or word.identifier) and not common and not first and not re.search(r"[.,;:()·]", between)


def _measured_period(asked: Asked) -> bool:
    """A span, month, quarter or year that is not in the future."""
    words, folded = asked.rules.words, asked.reading.folded
    if any(each.day <= asked.today for each in asked.reading.days):
        return True
    if _finds(asked, words.past_span):
        return True
    if _finds(asked, words.future_span) or any(
        each.day > asked.today for each in asked.reading.days if each.year_given
    ):
        return False
    years = [int(each) for each in _YEAR.findall(folded)]
    if years and min(years) > asked.today.year:
        return False
    named = asked.rules.days.month_alone.search(folded) or _QUARTER.search(folded) or _MONTH_NUMBER.search(folded)
    return bool(years) or named is not None


def _evidence(asked: Asked) -> bool:
    addressed = asked.reading.of_kind("ticket", "url")
    return bool(addressed) or bool(asked.reading.numbers) or _finds(asked, asked.rules.words.evidence_document)


def _route(asked: Asked) -> bool:
    """An address, a rota, a person, or a verb of sending with somebody in particular behind it."""
    if asked.reading.of_kind("channel", "mention", "email", "phone", "url") or _finds(asked, asked.rules.words.rota):
        return True
    if _named_team(asked) or any(candidates(asked.reading, asked.author, asked.rules)):
        return True
    return any(
        _somebody_behind(asked, match.end()) for match in asked.rules.words.route_verb.finditer(asked.reading.folded)
    )


def _somebody_behind(asked: Asked, place: int) -> bool:
    following = [each for each in asked.reading.words if each.start >= place][:4]
    rules = asked.rules
    kept = [each for each in following if each.folded not in rules.stop and each.folded not in rules.abstract]
    empty = (rules.words.tool, rules.words.route_verb)
    return any(not any(family.fullmatch(each.folded) for family in empty) for each in kept)


def _out_of_scope(asked: Asked) -> bool:
    folded = asked.rules.words.no_limits.sub(" ", asked.reading.folded)
    return asked.rules.words.negation.search(folded) is not None


def _counted_group(asked: Asked) -> bool:
    abstract = asked.rules.abstract
    return any(each.kind == "count" and each.noun not in abstract for each in _counts(asked))


def _two_counts(asked: Asked) -> bool:
    return len(_counts(asked)) > 1


def _timed(asked: Asked) -> bool:
    """A training of a stated length has a form."""
    return any(each.kind == "time" for each in asked.reading.numbers)


def _identifier(asked: Asked) -> bool:
    words = (
        each
        for each in asked.reading.words
        if each.folded not in asked.rules.abstract and each.folded not in asked.rules.stop
    )
    return any(each.identifier or (each.capital and each.start > 0) for each in words)


def _status_shown(asked: Asked) -> bool:
    return bool(asked.reading.of_kind("ticket", "mention")) or bool(asked.reading.dated())


def _place_address(asked: Asked) -> bool:
    return bool(asked.reading.of_kind("channel", "url"))


_CLOSED: Mapping[str, Callable[[Asked], bool]] = {
    "number": _number,
    "number_pair": _number_pair,
    "money_pair": _money_pair,
    "unit": _unit,
    "date": _date,
    "duration": _duration,
    "cadence": _cadence,
    "threshold": _threshold,
    "owner": _owner,
    "period": _period,
    "measured_period": _measured_period,
    "evidence": _evidence,
    "route": _route,
    "out_of_scope": _out_of_scope,
}
# Forms that recognise an open part without its vocabulary.
_OPEN_FORMS: Mapping[str, Callable[[Asked], bool]] = {
    "team": _named_team,
    "group": _counted_group,
    "metric_name": _counted_group,
    "signal": _counted_group,
    "result": _two_counts,
    "format": _timed,
    "system": _identifier,
    "source": _identifier,
    "access_status": _status_shown,
    "place": _place_address,
}
# Where the form itself is specific, no further words are needed.
_ADDRESSED = frozenset({"place", "access_status", "result"})
