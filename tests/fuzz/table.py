"""What came of it, as lines: by endpoint, what was tried and how it was answered; and the figures of the whole."""

from __future__ import annotations

from collections import Counter
from statistics import linear_regression, mean

from tests.fuzz.play import Outcome

WARMED_ROUNDS = 3  # of a process: until then libraries and templates are loaded
_FEWEST_ROUNDS = 10  # that show a slope: the worlds that take turns are not of one size
MOST_GROWTH_MB = 10.0  # for each 100,000 requests


def table(outcome: Outcome) -> str:
    """A line for each kind of try, with the statuses that it was answered with."""
    lines = []
    for endpoint in sorted({endpoint for endpoint, _, _ in outcome.counts}):
        tries = {key: count for key, count in outcome.counts.items() if key[0] == endpoint}
        count, seconds = sum(tries.values()), outcome.seconds[endpoint]
        slowest = f"{1_000 * seconds / count:.2f} ms each, {1_000 * outcome.slowest[endpoint]:.0f} at most"
        lines.append(f"{endpoint}: {count:,} requests, {outcome.trusted[endpoint]:,} with authority; {slowest}")
        for kind in sorted({kind for _, kind, _ in tries}):
            answers = Counter({status: count for (_, name, status), count in tries.items() if name == kind})
            told = ", ".join(f"{status or 'cut off'}: {count:,}" for status, count in sorted(answers.items()))
            lines.append(f"    {kind:<32} {told}")
    return "\n".join(lines)


def figures(outcome: Outcome, *, seconds: float) -> str:
    broken = sum(count for (_, _, status), count in outcome.counts.items() if status >= 500)
    unready = sum(outcome.counts[key] for key in outcome.counts if key[2] == 503 and key[0] == "GET /readyz")
    without = outcome.requests - outcome.trusted.total()
    told = [f"{slope:+.2f}" for slope in slopes(outcome)]
    return (
        f"{outcome.requests:,} requests in {seconds:,.0f} s, {without:,} of them without authority;"
        f" 5xx {broken - unready}, told to come again {outcome.busy}, violations {len(outcome.violations)},"
        f" slowest {1_000 * max(outcome.slowest.values()):.0f} ms,"
        f" memory in MB per 100,000 requests {' and '.join(told) or 'not measured'}"
        f" ({100_000 * outcome.grown / max(without, 1):+.2f} while forged ones came)"
    )


def slopes(outcome: Outcome) -> list[float]:
    """By how much each process grew with each 100,000 requests, in MB, once it was warm."""
    per_round = mean([outcome.requests / max(sum(map(len, outcome.memory.values())), 1)])
    warm = (memory[WARMED_ROUNDS:] for memory in outcome.memory.values())
    return [
        linear_regression(range(len(each)), each).slope * 100_000 / per_round
        for each in warm
        if len(each) >= _FEWEST_ROUNDS
    ]


def leaks(outcome: Outcome) -> list[str]:
    return [f"a process grows by {slope:.1f} MB" for slope in slopes(outcome) if slope > MOST_GROWTH_MB]
