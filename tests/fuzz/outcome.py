"""What came of so many requests: counted, judged, and told as lines, by endpoint and of the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import linear_regression

from tests.fuzz.tries import Try

SLOWEST_SECONDS = 5.0  # of the process's own work for one request, and for what comes of it meanwhile
FEWEST_ROUNDS = 10  # of a process that show by how much it grows: the worlds that take turns are not of one size
MOST_MB = 5.0  # by which a process may grow with each 100,000 requests
MOST_BLOCKS = 50.0  # of memory that may be left over from each 1,000 forged requests
_FEWEST_MEASURED = 40_000  # below that chance alone may leave more: timers end, caches fill


@dataclass(slots=True)
class Outcome:
    """`seconds` are of the process's own work, by endpoint; `memory` is of each process, in MB, after so many
    of its requests.

    `grown` is by how many blocks of memory more there were after so many `measured` forged requests.
    """

    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    trusted: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)
    memory: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    busy: int = 0  # requests that were asked to come again
    measured: int = 0
    grown: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.counts.total()

    def add(self, other: Outcome) -> None:
        self.counts.update(other.counts)
        self.trusted.update(other.trusted)
        for endpoint, seconds in other.seconds.items():
            self.seconds[endpoint] = seconds + self.seconds.get(endpoint, 0.0)
        self.busy += other.busy
        self.measured += other.measured
        self.grown += other.grown
        for process, memory in other.memory.items():
            before = self.memory.setdefault(process, [])
            so_far = before[-1][0] if before else 0
            before += [(so_far + requests, held) for requests, held in memory]
        self.violations += other.violations
        for endpoint, seconds in other.slowest.items():
            self.slowest[endpoint] = max(seconds, self.slowest.get(endpoint, 0.0))

    def judge(self, tried: Try, status: int, seconds: float) -> None:
        self.counts[tried.endpoint, tried.kind, status] += 1
        self.trusted[tried.endpoint] += tried.trusted
        self.seconds[tried.endpoint] = seconds + self.seconds.get(tried.endpoint, 0.0)
        self.slowest[tried.endpoint] = max(seconds, self.slowest.get(tried.endpoint, 0))
        if status not in tried.may:
            self._violated(f"{tried.endpoint}, {tried.kind}: answered {status}", tried)
        if seconds > SLOWEST_SECONDS:
            self._violated(f"{tried.endpoint}, {tried.kind}: took {seconds:.1f} s", tried)

    def _violated(self, what: str, tried: Try) -> None:
        sent = b"".join(tried.pieces)
        self.violations.append(f"{what}\n    {sent[:3_000]!r}")


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
    told = " and ".join(f"{slope:+.2f}" for slope in slopes(outcome))
    return (
        f"{outcome.requests:,} requests in {seconds:,.0f} s, {without:,} of them without authority;"
        f" 5xx {broken - unready}, told to come again {outcome.busy}, violations {len(outcome.violations)},"
        f" slowest {1_000 * max(outcome.slowest.values()):.0f} ms;"
        f" each process grew by {told or 'not measured'} MB per 100,000 requests,"
        f" {left_over(outcome):+.1f} blocks were left over from 1,000 forged ones"
    )


def slopes(outcome: Outcome) -> list[float]:
    """By how many MB each process grew with 100,000 requests, in the second half of its rounds."""
    found = []
    for rounds in outcome.memory.values():
        if len(rounds) >= FEWEST_ROUNDS:
            requests, held = zip(*rounds[len(rounds) // 2 :], strict=True)
            found.append(linear_regression(requests, held).slope * 100_000)
    return found


def left_over(outcome: Outcome) -> float:
    """Blocks of memory from each 1,000 forged requests in the second half of each round, when all was at rest."""
    return 1_000 * outcome.grown / max(outcome.measured, 1)


def leaks(outcome: Outcome) -> list[str]:
    found = [f"a process grows by {slope:.1f} MB" for slope in slopes(outcome) if slope > MOST_MB]
    if outcome.measured >= _FEWEST_MEASURED and left_over(outcome) > MOST_BLOCKS:
        found.append(f"of 1,000 forged requests {left_over(outcome):.0f} blocks of memory are left over")
    return found
