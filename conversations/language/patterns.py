"""Patterns out of the words of the rules: folded, joined over all languages, as whole words.

Every language is tried on every text, so nobody has to say which one an answer is in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, cast

# Latin, Greek and Cyrillic: lower case without accents; one character each, so that places in a text stay valid.
_FOLDED = {code: unicodedata.normalize("NFD", chr(code).lower())[0] for code in range(0x41, 0x530)}


def fold(text: str) -> str:
    """Lower case without accents; each character keeps its place."""
    return text.translate(_FOLDED)


class _Lazily:
    """A pattern that is compiled when it is first used: compiling all 300 would be a third of a start."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.pattern), name)
        setattr(self, name, found)  # so that it is not asked for again
        return found


def lazily(pattern: str) -> re.Pattern[str]:
    """A mistake in it is raised by whoever searches first; a test compiles all of those that ship."""
    return cast("re.Pattern[str]", _Lazily(pattern))


def whole_words(alternatives: str) -> re.Pattern[str]:
    """Alternatives between ` | `, as whole words; an apostrophe is optional. None at all never match."""
    longest_first = sorted(fold_pattern(alternatives).strip().split(" | "), key=len, reverse=True)
    inside = "|".join(longest_first) or "(?!)"
    return lazily(rf"(?:(?<!\w)|(?=/))(?:{inside})(?!\w)")  # a slash may follow a word: 80/day


def fold_pattern(pattern: str) -> str:
    """Without accents, and with optional apostrophes. The case stays: `\\W` is not `\\w`."""
    plain = {ord(each): unicodedata.normalize("NFD", each)[0] for each in set(pattern)}
    return pattern.translate(plain).replace("'", "'?")


def joined(languages: Iterable[Any], family: str) -> str:
    """The alternatives of all languages. A family that none of them has is a mistake."""
    found = [each["patterns"][family] for each in languages if family in each["patterns"]]
    if not found:
        raise KeyError(family)
    return " | ".join(found)


def keyed(pairs: Iterable[Mapping[Any, str]]) -> tuple[tuple[Any, re.Pattern[str]], ...]:
    return tuple((key, lazily(fold_pattern(pattern))) for pair in pairs for key, pattern in pair.items())
