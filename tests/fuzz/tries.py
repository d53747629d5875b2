"""What is tried: one request with what may be answered to it, and how the tries of one endpoint are chosen."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from random import Random

# A forged one is refused, whatever else is wrong with it; of a genuine one every answer is right that is no failure of
# ours. 0 is no answer, where what was said had no end.
REFUSED: Container[int] = range(400, 500)
ANSWERED: Container[int] = range(200, 500)
TOO_LARGE: Container[int] = (413,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    endpoint: str
    kind: str
    pieces: tuple[bytes, ...]
    may: Container[int]
    trusted: bool = False  # it may change what is kept, and have something said
    complete: bool = True


Make = Callable[[], Try]


def chosen(random: Random, weighed: Mapping[Make, int]) -> Make:
    return random.choices(list(weighed), weights=list(weighed.values()))[0]
