"""What a history is like: how often something goes wrong in it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    trouble: float  # a platform's answer is no plain yes
    refusals: float  # … and a no for good
    repeated: float  # what people do is told once more
    late: float
    lost: float  # … or never
    deaths: float
    storage: float  # the database does not answer
    steps: float  # of the clock
    days: float  # some hours pass

    @classmethod
    def of(cls, rng: Random) -> Self:
        return cls(
            trouble=rng.choice((0.0, 0.1, 0.35)),
            refusals=rng.choice((0.0, 0.0, 0.03)),
            repeated=rng.choice((0.05, 0.3)),
            late=rng.choice((0.05, 0.3)),
            lost=rng.choice((0.0, 0.1)),
            deaths=rng.choice((0.0, 0.2, 0.6)),
            storage=rng.choice((0.0, 0.0, 0.05)),
            steps=rng.choice((0.0, 0.0, 0.1)),
            days=rng.choice((0.05, 0.25)),
        )
