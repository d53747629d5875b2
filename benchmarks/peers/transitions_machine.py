"""`transitions`: a machine that is kept, with a trigger for each thing that is said."""

from __future__ import annotations

from transitions import Machine

from benchmarks.peers.driver import QUESTIONS, THANKS, Hear


class Walk:
    def __init__(self) -> None:
        self.answers: list[str] = []
        self.says = ""
        following = [("idle", "who"), ("who", "long"), ("long", "rehearsed"), ("rehearsed", "idle")]
        rows = [{"trigger": "hear", "source": a, "dest": b, "after": "keep"} for a, b in following]
        self.machine = Machine(self, states=[a for a, _ in following], transitions=rows, initial="idle")

    def keep(self, said: str) -> None:
        self.answers = [] if said == "start" else [*self.answers, said]
        self.says = (*QUESTIONS, THANKS)[len(self.answers)]


async def make() -> Hear:
    walk = Walk()

    async def hear(said: str) -> str:
        walk.hear(said)  # type: ignore[attr-defined]  # the machine has made it
        return walk.says

    return hear
