"""The table of a simulated time: how much happened, and how often each rule was broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.simulation.plan import Plan
from tests.simulation.rules import Rule
from tests.simulation.world import Outcome

_LONG = 180  # days, in which everything happens
_EVERYTHING = frozenset(
    f"line: {kind}" for kind in ("ask", "confirm", "nudge", "heads_up", "escalation", "quiet_walk", "owner_gone")
) | {"digest", "roll_up", "letters"}


def unsaid(plan: Plan, outcome: Outcome) -> list[str]:
    """What was never said in a long time: a bot that is silent breaks no rule, and proves nothing."""
    return sorted(_EVERYTHING - set(_kinds(outcome))) if plan.days >= _LONG else []


def table(plan: Plan, outcome: Outcome) -> str:
    """Its last line are the figures."""
    return "\n".join([*_happened(plan, outcome), "", *_rules(outcome), "", _figures(outcome)])


def _happened(plan: Plan, outcome: Outcome) -> Iterator[str]:
    yield f"{plan.days} days, {plan.reviews} reviews, {plan.people} people, seed {plan.seed}"
    for name, count in sorted(outcome.figures.items()):
        yield _row(name, count)
    for kind, count in sorted(Counter(_kinds(outcome)).items()):
        yield _row(f"sent: {kind}", count)
    yield f"{outcome.seconds:.0f} s simulated, {outcome.judged_seconds:.0f} s judged"


def _kinds(outcome: Outcome) -> Iterator[str]:
    for message in outcome.messages:
        yield message.weekly or "letters"
        for line in message.lines:
            yield f"line: {line.kind}"


def _rules(outcome: Outcome) -> Iterator[str]:
    found = Counter(breach.rule for breach in outcome.breaches)
    for rule in Rule:
        yield _row(rule.value, found[rule])


def _row(name: str, count: int) -> str:
    return f"  {name:<62}{count:>9}"


def _figures(outcome: Outcome) -> str:
    return f"{len(outcome.messages)} messages, {len(outcome.breaches)} violations, {outcome.seconds:.0f} s"
