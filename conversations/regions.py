"""Time zones and countries by what people type for them, and those that they may have meant.

Which there are is the shell's to know: it takes a moment to find out, so it is asked only when somebody names one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_CODE = re.compile(r"[a-z]{2}(?:-\w{1,8})?", re.IGNORECASE)
_ZONE = re.compile(r"[a-z_]+(?:/[\w+-]+)+", re.IGNORECASE)
_NEAR = 3  # that are offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    zones: Callable[[], Collection[str]]  # names as in the IANA database
    countries: Callable[[], Collection[str]]  # codes: `DE`, and `DE-BY` for a part of it

    def zone(self, word: str) -> str | None:
        return _by_fold(self.zones()).get(word.casefold())

    def country(self, word: str) -> str | None:
        return _by_fold(self.countries()).get(word.casefold()) if is_code(word) else None

    def near_zones(self, word: str) -> tuple[str, ...]:
        """Those of that city first, then those that are spelled like it."""
        known = _by_fold(self.zones())
        like_it = (known[name] for name in get_close_matches(word.casefold(), known, n=_NEAR))
        return _offered((*self.cities(word.rpartition("/")[2]), *like_it))

    def cities(self, word: str) -> tuple[str, ...]:
        """The zones that are called after a city: `Europe/Berlin` for `berlin`."""
        return tuple(sorted(name for name in self.zones() if name.casefold().endswith(f"/{word.casefold()}")))

    def near_countries(self, word: str) -> tuple[str, ...]:
        """Of the country that the code begins with, the parts that are spelled like it, and the whole."""
        folded, known = word.casefold(), _by_fold(self.countries())
        whole = folded.partition("-")[0]
        parts = [name for name in known if name.startswith(f"{whole}-")]
        near = (*get_close_matches(folded, parts, n=_NEAR - 1), whole)
        return _offered(known[name] for name in near if name in known)


def is_code(word: str) -> bool:
    """It has the form of a country's code, whether there is one or not."""
    return _CODE.fullmatch(word) is not None


def is_zone_name(word: str) -> bool:
    """It has the form of a zone's name with its continent, whether there is one or not."""
    return _ZONE.fullmatch(word) is not None


def _by_fold(names: Collection[str]) -> dict[str, str]:
    return {name.casefold(): name for name in names}


def _offered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:_NEAR]
