"""What follows from a frozen value is worked out once for each, and goes with it.

A turn leaves most items as they were. So what was worked out of them holds for the next turn, and only what it has
changed costs anything.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

Known: TypeAlias = dict[Callable[..., Any], tuple[tuple[object, ...], Any]]


class Knowing(Protocol):
    @property
    def known(self) -> Known: ...


V = TypeVar("V", bound=Knowing)
P = ParamSpec("P")
T = TypeVar("T")


def once(work: Callable[Concatenate[V, P], T]) -> Callable[Concatenate[V, P], T]:
    """A pure function of a value that cannot change: its newest result is found again.

    Where it looks at more than the value, it is found while the arguments are equal; what is named does not count.
    """

    @wraps(work)
    def found(value: V, /, *rest: P.args, **named: P.kwargs) -> T:
        newest = value.known.get(found)
        if newest is None or newest[0] != rest:
            newest = value.known[found] = (rest, work(value, *rest, **named))
        return newest[1]

    return found


def knowing(value: V, like: V, *same: Callable[[V], Any]) -> V:
    """The value with what was worked out of another one, which is `like` it in all that these look at."""
    value.known.update((work, like.known[work]) for work in same if work in like.known)
    return value
