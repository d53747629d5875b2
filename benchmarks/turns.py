"""What a turn costs, from the signed request to its ack, on one platform and one kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from benchmarks.comparing import FULL, LEVELS, QUICK, Trial, compare, on_postgres, on_sqlite
from benchmarks.figures import Figure, counted, spread
from benchmarks.load import Round
from benchmarks.platforms import FLOOR, PRODUCT, Platform
from benchmarks.setting import Setting
from benchmarks.shape import shape
from benchmarks.shape_teams import shape_on_teams
from benchmarks.slack import SLACK
from benchmarks.teams import STOCK, TEAMS

_COLUMNS = ("p50 ms", "p99/p50", "requests/s", "CPU ms")
_SLACK_ON_SQLITE = {1: (1, 3.0), 16: (2, 2.0), 32: (2, 2.0)}  # rows and targets, by requests in flight
_SLACK_ON_POSTGRES = {1: (3, 3.0), 16: (3, 3.0), 32: (3, 3.0)}
_ON_TEAMS = {1: (6, 3.0), 16: (6, 3.0), 32: (6, 3.0)}


async def turns(setting: Setting, platform: Platform) -> list[Figure]:
    """Raises `NotMeasured`."""
    trials, profile = await compare(platform, _urls(setting, platform), setting.folder, FULL)
    print("", *_table(setting.store, platform, trials), "", sep="\n", flush=True)
    told = _figures(setting.store, platform, trials)
    if not all(figure.met for figure in told):
        print(f"{setting.store}, {platform.title}: where a turn's time goes\n{profile}\n", flush=True)
    return told


async def turns_shape(setting: Setting, platform: Platform) -> list[Figure]:
    """No time is looked at: that every request was acked, and kept, is what was to be seen."""
    store, urls = setting.store, _urls(setting, platform)
    trials, _ = await compare(platform, urls, setting.folder, QUICK)
    acked = min(len(trial[PRODUCT].taken) for level in LEVELS for trial in trials[level])
    counts = shape_on_teams(store, urls[1]) if platform is TEAMS else shape(store, urls[1], setting.folder)
    name = f"{store}, {platform.title}: messages acked and kept, at least"
    return [counted(1, name, acked, 1, most=False), *await counts]


async def counts(setting: Setting) -> list[Figure]:
    """Of turns on Slack: statements, commits, round trips."""
    _, url = _urls(setting, SLACK, "counts")
    return await shape(setting.store, url, setting.folder)


def _urls(setting: Setting, platform: Platform, part: str = "turns") -> tuple[str, str]:
    if isinstance(setting.where, str):
        return on_postgres(setting.where, platform, part)
    return on_sqlite(setting.where, platform, part)


# --- figures -------------------------------------------------------------------------------------------------------


def _figures(store: str, platform: Platform, trials: Mapping[int, Sequence[Trial]]) -> list[Figure]:
    name, floor = f"{store}, {platform.title}", f"{platform.floor} + one commit on {store}"
    on_slack = _SLACK_ON_SQLITE if store == "SQLite" else _SLACK_ON_POSTGRES
    told = [
        spread(row, f"{name}, {level} in flight: p50", floor, _p50_over(FLOOR, trials[level]), target)
        for level, (row, target) in (_ON_TEAMS if platform is TEAMS else on_slack).items()
    ]
    busy = trials[32]
    tails = [trial[PRODUCT].p99_over_p50 for trial in busy]
    over = [trial[PRODUCT].p99_over_p50 / trial[FLOOR].p99_over_p50 for trial in busy]
    told.append(spread(4, f"{name}, 32 in flight: p99/p50 over the floor's", f"its own p99/p50, {floor}", over, 1.3))
    told.append(spread(4, f"{name}, 32 in flight: p99/p50", "its own p50", tails, 3.0))
    if store == "SQLite":
        told.append(_growth(name, trials))
    if platform is TEAMS:
        told.extend(
            spread(
                6, f"{name}, {level} in flight: p50 over the SDK's", "SDK no-op", _p50_over(STOCK, trials[level]), 0.2
            )
            for level in (1, 32)
        )
    return told


def _p50_over(server: str, trials: Sequence[Trial]) -> list[float]:
    """The product's, over that of another server."""
    return [trial[PRODUCT].p50 / trial[server].p50 for trial in trials]


def _growth(name: str, trials: Mapping[int, Sequence[Trial]]) -> Figure:
    several = zip(trials[32], trials[1], strict=True)
    ratios = [many[PRODUCT].throughput / one[PRODUCT].throughput for many, one in several]
    return spread(5, f"{name}: throughput, 32 over 1 in flight", "itself, 1 in flight", ratios, 1.5, most=False)


def _table(store: str, platform: Platform, trials: Mapping[int, Sequence[Trial]]) -> list[str]:
    """Each server's own figures, for orientation."""
    head = f"{f'{store}, {platform.title}':20}{'in flight':>10}" + "".join(f"{name:>12}" for name in _COLUMNS)
    lines = [
        f"{name:20}{level:10}" + "".join(f"{shown:>12}" for shown in _shown([trial[name] for trial in several]))
        for level, several in trials.items()
        for name in several[0]
    ]
    return [head, *lines]


def _shown(rounds: Sequence[Round]) -> Iterable[str]:
    shown: tuple[tuple[Callable[[Round], float], str], ...] = (
        (lambda one: one.p50 * 1000, ".2f"),
        (lambda one: one.p99_over_p50, ".1f"),
        (lambda one: one.throughput, ".0f"),
        (lambda one: one.cpu_per_request * 1000, ".2f"),
    )
    return (format(median(map(of, rounds)), form) for of, form in shown)
