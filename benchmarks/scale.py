"""What so many people ask of the product, by arithmetic from measured figures: `python -m benchmarks.scale`.

docs/scale.md shows what it prints, and says where each figure comes from. Only Monday morning is played, minute by
minute, because what waits in one time zone holds up the next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

SIZES = (1_000, 100_000, 10_000_000)
PROCESSES = (1, 4, 16, 64)
# Of one who takes part, in a year: three times what 180 people and 60 reviews were in 120 days of `make simulate`.
TURNS, DELIVERIES, LETTERS, DIGESTS = 41, 115, 17.5, 10.4
KEPT_BYTES = 50_000  # a year, of all that is not cleared by the clock
CLEARED_BYTES = 18_500  # deliveries and keys of activities, as long as they stay (docs/data.md)
# Of one process on one core (docs/performance.md), beside turns.
PLANNED_A_SECOND, SENT_A_SECOND = 22, 20
CONNECTIONS = 9  # of a process
WORKING_DAYS, WEEKS = 230, 52
BUSIEST_HOUR = 0.2  # of a day's turns
ZONES: Mapping[int, float] = {-480: 0.15, -300: 0.2, -180: 0.05, 0: 0.12, 60: 0.2, 330: 0.13, 480: 0.1, 540: 0.05}
OPENS, CLOSES = 9 * 60 + 30, 16 * 60 + 30  # nothing is sent of its own accord outside of these minutes of a day
SOON_MINUTES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """In minutes; what had not been sent when hours were over is `late`, a share of all."""

    half: int
    longest: int
    late: float


def monday(people: int, processes: int) -> Waited:
    """Digests and letters, all due when hours begin, each zone in its turn; first come, first served."""
    a_minute = 60 / (1 / PLANNED_A_SECOND + 1 / SENT_A_SECOND) * processes
    due = people * (DIGESTS / WEEKS + LETTERS / WORKING_DAYS)
    begins = {OPENS - offset + 720: due * share for offset, share in sorted(_zones(people).items())}
    queue, waits, late = deque[list[float]](), list[tuple[int, float]](), 0.0
    for minute in range(min(begins), max(begins) + CLOSES - OPENS):
        if minute in begins:
            queue.append([minute, begins[minute]])
        room = a_minute
        while queue and (room > 0 or minute - queue[0][0] >= CLOSES - OPENS):
            begun, left = queue[0]
            if minute - begun >= CLOSES - OPENS:
                late += left
                queue.popleft()
                continue
            done = min(room, left)
            waits.append((minute - int(begun), done))
            room, queue[0][1] = room - done, left - done
            if queue[0][1] <= 0:
                queue.popleft()
    late += sum(left for _, left in queue)
    return Waited(half=_after(waits, due / 2), longest=max(wait for wait, _ in waits) + 1, late=late / due)


def _zones(people: int) -> Mapping[int, float]:
    """A thousand are one company in one place."""
    return ZONES if people > SIZES[0] else {0: 1.0}


def _after(waits: list[tuple[int, float]], enough: float) -> int:
    sums = accumulate(number for _, number in sorted(waits))
    return (
        next((wait for (wait, _), done in zip(sorted(waits), sums, strict=True) if done >= enough), max(waits)[0]) + 1
    )


def needed(people: int) -> int:
    """Processes, so that on Monday nobody waits for longer than `SOON_MINUTES`."""
    found, step = 1, 1
    while (waited := monday(people, found)).longest > SOON_MINUTES or waited.late:
        found, step = found + step, ceil(found / 50)
    return found


def figures() -> Iterator[tuple[str, ...]]:
    yield ("people who take part", *(f"{people:,}" for people in SIZES))
    a_day = [people / WORKING_DAYS for people in SIZES]
    busiest = [
        days * TURNS * BUSIEST_HOUR * max(_zones(n).values()) / 3600 for days, n in zip(a_day, SIZES, strict=True)
    ]
    yield ("turns a second, in the busiest hour", *(f"{rate:.2f}" for rate in busiest))
    yield ("messages, changes of them and marks, a day", *(f"{days * DELIVERIES:,.0f}" for days in a_day))
    yield ("letters a day", *(f"{days * LETTERS:,.0f}" for days in a_day))
    yield ("digests on Monday", *(f"{people * DIGESTS / WEEKS:,.0f}" for people in SIZES))
    for years in (1, 5):
        after = f"kept after {years} year{'s' if years > 1 else ''}, GB"
        yield (after, *(f"{people * (years * KEPT_BYTES + CLEARED_BYTES) / 1e9:,.1f}" for people in SIZES))
    for processes in PROCESSES:
        yield (
            f"Monday, {processes} process{'es' if processes > 1 else ''}",
            *(_said(monday(n, processes)) for n in SIZES),
        )
    enough = [needed(people) for people in SIZES]
    yield (f"processes for {SOON_MINUTES} minutes at most", *map(str, enough))
    yield ("their connections", *(str(number * CONNECTIONS) for number in enough))


def _said(waited: Waited) -> str:
    told = f"{waited.half} min, longest {waited.longest}"
    return f"{told}, {waited.late:.0%} not on that day" if waited.late else told


def table() -> str:
    head, *rows = figures()
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


if __name__ == "__main__":
    print(table())
