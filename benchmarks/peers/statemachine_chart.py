"""`python-statemachine`: a machine that is kept, with one event."""

from __future__ import annotations

from statemachine import State, StateMachine

from benchmarks.peers.driver import QUESTIONS, THANKS, Hear


class Walk(StateMachine):
    idle, who, long, rehearsed = State(initial=True), State(), State(), State()
    hear = idle.to(who) | who.to(long) | long.to(rehearsed) | rehearsed.to(idle)

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.says = ""
        super().__init__()

    def on_hear(self, said: str) -> None:
        self.answers = [] if said == "start" else [*self.answers, said]
        self.says = (*QUESTIONS, THANKS)[len(self.answers)]


async def make() -> Hear:
    walk = Walk()

    async def hear(said: str) -> str:
        walk.hear(said)
        return walk.says

    return hear
