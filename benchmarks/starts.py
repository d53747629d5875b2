"""From a command to its first sign of life, in fresh processes: imports alone, a server of the same parts, ours."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.due import databases
from benchmarks.figures import ROOT, Figure, counted, spread
from benchmarks.load import NotMeasured
from benchmarks.processes import cores, free_port
from benchmarks.setting import Setting
from benchmarks.starting import STORAGE

PLATFORMS = ("slack", "teams", "slack,teams")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "--help": ("--help",),
    "chat": ("chat",),
    "tick": ("tick", "--at", "2026-11-23T10:00:00+00:00"),
}
SDKS = {"slack": ("slack_bolt", "slack_sdk"), "teams": ("botbuilder", "botframework", "msrest")}
WEB_SERVER = ("aiohttp.web",)
_ROUNDS = 5
_LONGEST_SECONDS = 60.0


async def starts(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    return [*await asyncio.to_thread(_servers, setting.folder), *await asyncio.to_thread(_commands, setting.folder)]


async def starts_shape(setting: Setting) -> list[Figure]:
    return [
        *await asyncio.to_thread(_unconfigured, setting.folder, PLATFORMS[:2]),
        *await asyncio.to_thread(_needless, setting.folder, ["--help"]),
    ]


# --- servers -------------------------------------------------------------------------------------------------------


def _servers(folder: Path) -> list[Figure]:
    told = _unconfigured(folder, PLATFORMS[:2])
    for platforms in PLATFORMS:
        environment = settings(folder, platforms)
        variants: Mapping[str, Sequence[str]] = {
            "imports": ("imports", platforms),
            "noop": ("noop", platforms, str(free_port())),
            "product": ("product",),
        }
        rounds = _rounds(folder, variants, environment)
        title = platforms.title().replace(",", " and ")
        _say(title, rounds)
        told += [
            spread(16, f"{title}: start to listening", "importing the SDKs alone", _over(rounds, "imports"), 1.5),
            spread(16, f"{title}: start to listening", "a no-op server of the same", _over(rounds, "noop"), 1.15),
        ]
    return told


def _unconfigured(folder: Path, configured: Sequence[str]) -> list[Figure]:
    """Modules of the platform that is not configured, where `serve` listens."""
    seen = 0
    for platform in configured:
        file = folder / "modules.json"
        _played(folder, ("product", str(file)), settings(folder, platform))
        others = [name for other, names in SDKS.items() if other != platform for name in names]
        seen += _of(json.loads(file.read_text()), others)
    return [counted(16, "modules of an unconfigured platform", seen, 0)]


def settings(folder: Path, platforms: str) -> Mapping[str, str]:
    """Of a `serve` with a database that is there already."""
    name = f"starts_{platforms.replace(',', '_')}"
    if not (folder / f"{name}.db").exists():
        databases(folder, name)
    of = {
        "slack": {"SLACK_BOT_TOKEN": "xoxb-of-the-measurement", "SLACK_SIGNING_SECRET": "of the measurement only"},
        "teams": {
            "TEAMS_APP_ID": "1f0e2d3c-4b5a-4968-8776-655443322110",
            "TEAMS_APP_PASSWORD": "of the measurement only",
            "TEAMS_TENANT_ID": "3c8f0a52-9b1d-4e57-8c55-6f3b0d1a7e44",
        },
    }
    told = {"DATABASE_URL": f"sqlite:///{folder}/{name}.db", "HOST": "127.0.0.1", "PORT": str(free_port())}
    for platform in platforms.split(","):
        told |= of[platform]
    return told


# --- commands ------------------------------------------------------------------------------------------------------


def _commands(folder: Path) -> list[Figure]:
    told = _needless(folder, COMMANDS)
    variants = {name: ("modules", str(_file(folder, name))) for name in COMMANDS}
    storage = folder / "storage.json"
    storage.write_text(json.dumps(STORAGE))
    rounds = _rounds(folder, {"storage": ("modules", str(storage)), **variants}, {})
    _say("commands", rounds)
    for name in COMMANDS:
        ratios = [one[name] / one["storage"] for one in rounds]
        told.append(spread(17, f"imports of `{name}`", "interpreter and storage", ratios, 1.2))
    return told


def _needless(folder: Path, commands: Iterable[str]) -> list[Figure]:
    """Modules that these commands have no use for."""
    seen = 0
    (url,) = databases(folder, "commands")
    for name in commands:
        file = _file(folder, name)
        _played(folder, ("command", str(file), *COMMANDS[name]), {"DATABASE_URL": url})
        seen += _of(json.loads(file.read_text()), (*SDKS["slack"], *SDKS["teams"], *WEB_SERVER))
    return [counted(17, "modules of platforms and web servers in commands", seen, 0)]


def _file(folder: Path, command: str) -> Path:
    return folder / f"{command.strip('-')}.json"


# --- processes -----------------------------------------------------------------------------------------------------


def _rounds(
    folder: Path, variants: Mapping[str, Sequence[str]], environment: Mapping[str, str]
) -> list[dict[str, float]]:
    """Seconds of each, from the process's start to its end."""
    taken = (
        {name: _played(folder, arguments, environment) for name, arguments in variants.items()}
        for _ in range(1 + _ROUNDS)
    )
    return list(taken)[1:]  # the first one warms up


def _played(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    begun = perf_counter()
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.starting", *arguments],
        cwd=folder,
        env=os.environ | environment | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},  # as it is installed
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        preexec_fn=lambda: os.sched_setaffinity(0, {cores()[0]}),  # nothing else is done in it
        check=False,
    )
    if process.returncode:
        raise NotMeasured(f"{arguments}: {process.stderr[-2000:]}")
    return perf_counter() - begun


def _over(rounds: list[dict[str, float]], floor: str) -> list[float]:
    return [one["product"] / one[floor] for one in rounds]


def _of(modules: Sequence[str], packages: Sequence[str]) -> int:
    return sum(any(name == each or name.startswith(f"{each}.") for each in packages) for name in modules)


def _say(title: str, rounds: list[dict[str, float]]) -> None:
    """For orientation."""
    of: Iterator[str] = (f"{name} {min(one[name] for one in rounds):.2f} s" for name in rounds[0])
    print(f"{title}, the fastest: {', '.join(of)}", flush=True)
