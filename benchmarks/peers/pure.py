"""The least: a pure step over a frozen value, with a table of what may happen when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.peers.driver import QUESTIONS, THANKS, Hear


@dataclass(frozen=True, slots=True)
class State:
    at: str = "idle"
    answers: tuple[str, ...] = ()


def _begin(_state: State, _said: str) -> tuple[State, str]:
    return State("who"), QUESTIONS[0]


def _keep(following: str, says: str) -> Callable[[State, str], tuple[State, str]]:
    return lambda state, said: (State(following, (*state.answers, said)), says)


_TABLE: Mapping[str, Callable[[State, str], tuple[State, str]]] = {
    "idle": _begin,
    "who": _keep("long", QUESTIONS[1]),
    "long": _keep("rehearsed", QUESTIONS[2]),
    "rehearsed": _keep("idle", THANKS),
}


async def make() -> Hear:
    state = State()

    async def hear(said: str) -> str:
        nonlocal state
        state, says = _TABLE[state.at](state, said)
        return says

    return hear
