"""Who an answer names: mentions, e-mails, full names, the author; and who of them it says is no candidate.

A deputy, somebody in brackets beside a candidate, or whoever asked or is reported to, does not count. A person of whom
the answer itself says that they stop, or only stand in, counts as one who left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from conversations.language.reading import Reading, Word
from conversations.language.rules import Rules

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PARTICLES = frozenset(
    {
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "al",
        "el",
        "bin",
        "la",
        "le",
        "ter",
        "ten",
        "du",
        "y",
        "zu",
    }
)
_ENOUGH = 10  # people; more than one is too many already
_STRETCH = re.compile(r"[^\s,.;()]+")
_ABOUT = 200  # characters behind a name that can still be about it
_NEARBY = 60  # characters around a name in which a word is about it


@dataclass(frozen=True, slots=True)
class Candidate:
    start: int
    end: int
    name: str  # a mention, an e-mail address, or a full name
    left: bool = False


def candidates(reading: Reading, author: str, rules: Rules) -> tuple[Candidate, ...]:
    """In the order of the text, without those who are expressly none; `left` marks people on their way out.

    Addresses count before the author, and the author before names in words.
    """
    for named in (list(_addressed(reading)), list(_own(reading, author, rules)), _full_names(reading, rules)):
        joined = [*_joined_names(reading, named, rules), *_and_me(reading, named, author, rules)]
        counted = _counted(reading, [*named, *joined, *_first_names(reading, [*named, *joined], rules)], rules)
        if counted:
            return tuple(replace(each, left=_left(reading, each, rules)) for each in counted)
    return ()


def _counted(reading: Reading, named: list[Candidate], rules: Rules) -> list[Candidate]:
    """Each once; those in brackets only where nobody stands outside."""
    inside = [each for each in named if _in_brackets(reading, each)]
    outside = [each for each in named if each not in inside] or inside
    once = {each.name.casefold(): each for each in reversed(outside) if not _excluded(reading, each, rules)}
    return sorted(once.values(), key=lambda each: each.start)


def names_somebody(reading: Reading, rules: Rules) -> bool:
    """A person in any part, also one who is no candidate: `requested by Priya Nair`."""
    return bool(reading.of_kind("mention", "email")) or any(_capitalised(reading, rules))


def _addressed(reading: Reading) -> Iterator[Candidate]:
    mentions = reading.of_kind("mention")
    for each in (mentions or reading.of_kind("email"))[:_ENOUGH]:
        yield Candidate(each.start, each.end, each.text)


def _own(reading: Reading, author: str, rules: Rules) -> Iterator[Candidate]:
    """`me`, `I will, from 1 December on`, `put me down for it`; not `I'll confirm it`, which is a promise."""
    for start, _ in reading.clauses:
        place = start + len(reading.folded[start:]) - len(reading.folded[start:].lstrip())
        match = rules.words.self.match(reading.folded, place)
        if match is not None:
            if not rules.words.tell_later.match(reading.folded, match.end() + 1):
                yield Candidate(match.start(), match.end(), author)
            return
    said = rules.words.self_within.search(reading.folded)
    if said is not None:
        yield Candidate(said.start(), said.end(), author)


def _and_me(reading: Reading, named: list[Candidate], author: str, rules: Rules) -> Iterator[Candidate]:
    """`<@U1> and me`."""
    match = rules.words.self.search(reading.folded, named[0].end) if named else None
    if match is not None and ends_in(reading.folded[: match.start()], rules.words.joined):
        yield Candidate(match.start(), match.end(), author)


def ends_in(before: str, pattern: re.Pattern[str]) -> bool:
    """Whether `before` ends in the words of the pattern, wherever they begin."""
    before = before[-_NEARBY:].rstrip(" (:")
    return any(pattern.fullmatch(before, word.start()) for word in _STRETCH.finditer(before))


def _full_names(reading: Reading, rules: Rules) -> list[Candidate]:
    return list(islice(_capitalised(reading, rules), _ENOUGH)) or list(_typed_small(reading, rules))


def _capitalised(reading: Reading, rules: Rules) -> Iterator[Candidate]:
    """Two capitalised words side by side or more, none of them of a team, a firm or a calendar."""
    run: list[Word] = []
    for word in reading.words:
        if run and reading.text[run[-1].end : word.start] not in (" ", ". "):
            yield from _person(reading, run, rules)
            run = []
        if _may_be_a_name(word, rules) or (run and word.folded in _PARTICLES):
            run.append(word)
        else:
            yield from _person(reading, run, rules)
            run = []
    yield from _person(reading, run, rules)


def _may_be_a_name(word: Word, rules: Rules) -> bool:
    return word.capital and (not _common(word, rules) or _of_a_body(word, rules))


def _person(reading: Reading, run: list[Word], rules: Rules) -> Iterator[Candidate]:
    """A role or a title before the name is left off (`Product Owner Dana Ruiz`)."""
    roles = [place for place, each in enumerate(run) if rules.words.role_word.fullmatch(each.folded)]
    titled = [each for each in run[max(roles, default=-1) + 1 :] if not rules.words.title.fullmatch(each.folded)]
    names = [each for each in titled if len(each.text) > 1 and each.folded not in _PARTICLES and not each.shouted]
    if len(names) > 1 and not any(_of_a_body(each, rules) for each in titled):
        yield Candidate(titled[0].start, titled[-1].end, reading.text[titled[0].start : titled[-1].end])


def _typed_small(reading: Reading, rules: Rules) -> Iterator[Candidate]:
    """`priya nair, head of claims` from a phone: the first clause is two or three plain words and nothing else."""
    if reading.text != reading.text.lower() or not reading.clauses:
        return
    start, end = reading.clauses[0]
    words = [each for each in reading.words if start <= each.start < end]
    plain = all(
        each.text.isalpha() and len(each.text) > 1 and not _common(each, rules) and not _of_a_body(each, rules)
        for each in words
    )
    if 2 <= len(words) <= 3 and plain and not _condemned_words(reading.folded[start:end], rules):
        yield Candidate(words[0].start, words[-1].end, reading.text[words[0].start : words[-1].end])


def _condemned_words(clause: str, rules: Rules) -> bool:
    words = rules.words
    return any(
        pattern.search(clause)
        for pattern in (words.indefinite_person, words.placeholder_start, words.soon, words.hedge, words.tell_later)
    )


def _common(word: Word, rules: Rules) -> bool:
    return word.folded in rules.stop or word.folded in rules.abstract or word.folded in rules.numbers


def _of_a_body(word: Word, rules: Rules) -> bool:
    words = rules.words
    families = (words.role_word, words.org_word, words.team_word, words.tool, words.rota)
    return any(family.fullmatch(word.folded) for family in families)


def _joined_names(reading: Reading, named: list[Candidate], rules: Rules) -> list[Candidate]:
    """`<@U1> or Ben Carter`: beside an address or the author a full name counts only where it is joined to it."""
    full = list(islice(_capitalised(reading, rules), _ENOUGH)) if named else []
    full = [each for each in full if each not in named]
    return [each for each in full if any(_is_joined(reading, each, other, rules) for other in named)]


def _first_names(reading: Reading, named: list[Candidate], rules: Rules) -> list[Candidate]:
    """`me or Tess`: a first name is nobody, but it makes an alternative."""
    first = [Candidate(each.start, each.end, each.text) for each in reading.words if _is_first_name(each, rules)]
    alone = [each for each in first if not any(one.start <= each.start < one.end for one in named)]
    return [each for each in alone if any(_is_alternative(reading, each, other, rules) for other in named)]


def _is_first_name(word: Word, rules: Rules) -> bool:
    return word.capital and not word.identifier and not _common(word, rules) and not _of_a_body(word, rules)


def _is_alternative(reading: Reading, one: Candidate, other: Candidate, rules: Rules) -> bool:
    first, second = sorted((one, other), key=lambda each: each.start)
    between = reading.folded[first.end : second.start].strip(" ,")
    return between == "/" or rules.words.joined.fullmatch(between) is not None


def _is_joined(reading: Reading, one: Candidate, other: Candidate, rules: Rules) -> bool:
    first, second = sorted((one, other), key=lambda each: each.start)
    return rules.words.joined.fullmatch(reading.folded[first.end : second.start].strip(" ,")) is not None


def _in_brackets(reading: Reading, candidate: Candidate) -> bool:
    return any(
        match.start() < candidate.start and candidate.end < match.end() for match in _BRACKETS.finditer(reading.text)
    )


def _excluded(reading: Reading, candidate: Candidate, rules: Rules) -> bool:
    """Expressly none; or, where the answer opens with that nobody is chosen, whoever is said to choose."""
    after = reading.folded[candidate.end : candidate.end + _NEARBY].lstrip()
    expressly = ends_in(reading.folded[: candidate.start], rules.words.not_candidate_before)
    decides = rules.words.open_start.match(reading.folded) and rules.words.names_later.match(after)
    return expressly or decides is not None or rules.words.not_candidate_after.match(after) is not None


def _left(reading: Reading, candidate: Candidate, rules: Rules) -> bool:
    if ends_in(reading.folded[: candidate.start], rules.words.left_before):
        return True
    after = _about(reading, candidate, rules)
    if rules.words.successor.search(after):
        return False
    return rules.words.left_after.search(after) is not None or _until_a_day(reading, candidate, after, rules)


def _until_a_day(reading: Reading, candidate: Candidate, after: str, rules: Rules) -> bool:
    """`<@U1> until Friday` stops on Friday."""
    until = rules.words.until_end.search(after)
    month = rules.days.month_alone.search(after, until.end()) if until else None
    place = candidate.end + until.end() if until else 0
    near = any(place <= day.start + 6 and day.start < place + 20 for day in reading.days)
    return until is not None and (near or month is not None)


def _about(reading: Reading, candidate: Candidate, rules: Rules) -> str:
    """What follows, up to the next person or to somebody who is expressly none (`from Rui when he moved`)."""
    ends = [each.start for each in reading.of_kind("mention", "email") if each.start >= candidate.end]
    end = min([*ends, candidate.end + _ABOUT])
    for word in reading.words:
        if candidate.end <= word.start < end and _is_another(reading, word, rules):
            return reading.folded[candidate.end : word.start]
    return reading.folded[candidate.end : end]


def _is_another(reading: Reading, word: Word, rules: Rules) -> bool:
    """A first name that is expressly none or on its way out; in small letters (`ben only covers`) it opens a clause."""
    if _is_first_name(word, rules):
        expressly = ends_in(reading.folded[: word.start], rules.words.not_candidate_before)
        return expressly or rules.words.left_after.match(reading.folded, word.end + 1) is not None
    start, _ = reading.clause_at(word.start)
    opens = not reading.folded[start : word.start].strip() and not _common(word, rules) and not _of_a_body(word, rules)
    return opens and rules.words.not_candidate_after.match(reading.folded, word.end + 1) is not None


def rota_named(reading: Reading, rules: Rules) -> bool:
    """A rota with a name or a link: `PagerDuty rota claims-ai`, `rota at https://…`; not `the on-call`."""
    match = rules.words.rota.search(reading.folded)
    if match is None or rules.words.no_rota.search(reading.folded):
        return False
    return bool(reading.of_kind("url")) or any(_names_it(word, match, rules) for word in reading.words)


def _names_it(word: Word, rota: re.Match[str], rules: Rules) -> bool:
    if rules.words.rota.fullmatch(word.folded) or rules.words.tool.fullmatch(word.folded) or _common(word, rules):
        return False
    near = rota.start() - 40 <= word.start <= rota.end() + 40
    specific = (
        word.identifier
        or word.compound
        or (word.capital and word.start > 0 and not rules.words.role_word.fullmatch(word.folded))
    )
    return near and specific
