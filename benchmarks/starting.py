"""What a fresh interpreter does for the measurement of starts, and nothing before it is asked to.

`python -m benchmarks.starting imports slack,teams`: the libraries of a stack. `… noop slack,teams PORT [stay]`: a
server that does nothing with them. `… product [FILE]`: the command `serve` until it listens; what it has imported is
written to the file. `… command FILE ARGUMENT …`: a command of ours likewise. `… modules FILE`: the imports of such a
file alone. Each ends at once, without tearing anything down.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

# The product's own place for data is SQLAlchemy with SQLModel, for wording Jinja: each of its servers needs them.
SHARED = ("aiohttp.web", "sqlmodel", "sqlalchemy", "jinja2")
SDKS = {"slack": ("slack_bolt.async_app",), "teams": ("botbuilder.core", "botbuilder.integration.aiohttp")}
STORAGE = ("storage.database", "storage.unit_of_work", "storage.shelf", "storage.outbox", "storage.reminders")


def _end() -> NoReturn:
    sys.stdout.flush()
    os._exit(0)


def _imports(platforms: str) -> None:
    for name in (*SHARED, *(each for platform in platforms.split(",") for each in SDKS[platform])):
        importlib.import_module(name)


async def _noop(platforms: str, port: str, stay: bool) -> None:
    _imports(platforms)
    from aiohttp import web  # noqa: PLC0415  # after what is measured

    app = web.Application()
    if "slack" in platforms:
        from benchmarks.floor_slack import make_app  # noqa: PLC0415  # only where it is used

        async def nothing(_said: str) -> None:
            pass

        app.add_subapp("/bolt", make_app("of the measurement only", nothing))
    if "teams" in platforms:
        from benchmarks.stock_teams import make_app as make_teams  # noqa: PLC0415  # only where it is used

        app.add_subapp("/teams", make_teams())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()
    if not stay:
        _end()
    await asyncio.Event().wait()


def _product(file: str | None) -> None:
    def listening() -> None:
        if file:
            _write(file)
        _end()

    gc.freeze = listening  # the first thing that `serve` does then
    _played("serve")


def _command(file: str, arguments: list[str]) -> None:
    with suppress(SystemExit):
        _played(*arguments)
    _write(file)


def _played(*arguments: str) -> None:
    sys.argv = ["ai-readiness", *arguments]
    from bot.cli import main  # noqa: PLC0415  # this is what is measured

    main()


def _write(file: str) -> None:
    own = ("__main__", "benchmarks")
    Path(file).write_text(json.dumps([name for name in sys.modules if not name.startswith(own)]))


def _modules(file: str) -> None:
    for name in json.loads(Path(file).read_text()):
        with suppress(ImportError):  # what a library has made up
            importlib.import_module(name)


def main(what: str, *arguments: Any) -> None:
    match what:
        case "imports":
            _imports(*arguments)
        case "noop":
            asyncio.run(_noop(arguments[0], arguments[1], stay=len(arguments) > 2))
        case "product":
            _product(arguments[0] if arguments else None)
        case "command":
            _command(arguments[0], list(arguments[1:]))
        case _:
            _modules(*arguments)
    _end()


if __name__ == "__main__":
    main(*sys.argv[1:])
