"""`ai-readiness` as somebody runs it: what it printed where, and how it ended.

`run` is this process, so that a test costs no start of Python; `start` is a real one, for what only that shows.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from adapters.console.terminal import Terminal as ConsoleTerminal
from adapters.wording import Wording
from bot.cli import main
from conversations.language.rules import load_rules
from conversations.pack_files.parser import parse_packs
from conversations.packs import Library
from tests.written import people_wrote

AT = "2026-11-23T09:00:00+00:00"
NOW = datetime.fromisoformat("2026-11-23T10:00:00+00:00")  # what the machine's clock says
CHAT = ("chat", "Claims Copilot", "--as", "ana", "--at", AT)
ROOT = Path(__file__).parents[2]
_THEN = "// Then: "
_PLAIN = {"COLUMNS": "80", "PYTHONUTF8": "1"}  # nobody's own terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """What it printed with every run of blanks as one, wherever lines were wrapped."""
        return " ".join(self.out.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A terminal whose working folder is `folder`, and so its database too."""

    folder: Path

    def run(self, *words: str, typed: Iterable[str] = (), **environment: str) -> Ran:
        """In this process; `typed` are the lines of its standard input."""
        lines = list(typed)
        people_wrote(lines)
        given = io.TextIOWrapper(
            io.BytesIO("".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")), encoding="utf-8"
        )
        out, err = _screen(), _screen()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            for name, value in (_PLAIN | environment).items():
                patch.setenv(name, value)
            for name, stream in (("stdin", given), ("stdout", out), ("stderr", err)):
                patch.setattr(sys, name, stream)
            for target, shared in _once_for_all().items():
                patch.setattr(target, shared)
            patch.setattr(sys, "argv", ["ai-readiness", *words])
            code = _code()
        return _ended(code, _printed(out), _printed(err))

    def chat(self, *typed: str, options: Iterable[str] = (), **environment: str) -> Ran:
        """@ana types these lines into the review of Claims Copilot, at nine."""
        return self.run(*CHAT, *options, typed=typed, **environment)

    def start(self, *words: str, typed: str = "", **environment: str) -> Ran:
        """In a process of its own, by the console script that was installed."""
        ended = subprocess.run(
            [Path(sys.executable).parent / "ai-readiness", *words],
            input=typed.encode(),
            cwd=self.folder,
            env={**os.environ, **_PLAIN, **environment},
            capture_output=True,
            timeout=60,
            check=False,
        )
        people_wrote(typed.splitlines())
        return _ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def report(self, project: str = "Claims Copilot") -> dict[str, Any]:
        """The report as JSON, without the one field that differs each time."""
        ran = self.run("report", project, "--format", "json")
        assert (ran.code, ran.err) == (0, "")
        document: dict[str, Any] = json.loads(ran.out)
        assert document.pop("generated_at")
        return document

    def items(self, project: str = "Claims Copilot") -> dict[str, dict[str, Any]]:
        """The items of the report, by key."""
        return {item["key"]: item for question in self.report(project)["questions"] for item in question["items"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """An example: what is typed, and what its first comments say of how it is played.

    `// Play: ai-readiness chat "Claims Copilot" --as ana --at … < examples/claims.txt`, settings before the command;
    `// Play claims.txt first`, `// Then: ai-readiness list`.
    """

    text: str
    command: tuple[str, ...]
    settings: Mapping[str, str]
    first: str | None
    then: tuple[tuple[str, ...], ...]

    @property
    def project(self) -> str:
        return self.command[1]


def transcript(path: Path) -> Transcript:
    text = path.read_text(encoding="utf-8")
    comments = list(takewhile(lambda line: line.startswith("//"), text.splitlines()))
    commands = [line for line in comments if "ai-readiness " in line]
    played = next(line for line in commands if not line.startswith(_THEN))
    first = (re.search(r"Play (\S+\.txt) first", line) for line in comments)
    before, _, _ = played.partition("ai-readiness ")
    settings = (word.partition("=") for word in before.split() if "=" in word)
    return Transcript(
        text=text,
        command=_words_of(played),
        settings={name: str(ROOT / value) for name, _, value in settings},  # each is a folder
        first=next((found[1] for found in first if found), None),
        then=tuple(_words_of(line) for line in commands if line.startswith(_THEN)),
    )


def spoken(name: str) -> Iterator[tuple[str, str]]:
    """Who says what in an example, in order."""
    who = "ana"
    for line in transcript(ROOT / "examples" / f"{name}.txt").text.splitlines():
        if line.startswith("/as "):
            who = line.removeprefix("/as ")
        elif not line.startswith("//"):
            yield who, line


def _ended(code: int, out: str, err: str) -> Ran:
    sys.stderr.write(err)  # where it is looked through
    return Ran(code=code, out=out, err=err)


def _words_of(line: str) -> tuple[str, ...]:
    return tuple(shlex.split(line.partition("ai-readiness ")[2].partition(" < ")[0]))


@cache
def _once_for_all() -> dict[str, object]:
    """What every run may share, because it is pure and slow to make; and the machine's clock, which stands."""
    wording = Wording(ConsoleTerminal())

    @cache
    def parsed(sources: tuple[tuple[str, str], ...], parts: frozenset[str]) -> Library:
        return parse_packs(dict(sources), parts)

    return {
        "bot.library.parse_packs": lambda sources, parts: parsed(tuple(sources.items()), parts),
        "bot.library.load_rules": cache(load_rules),
        "adapters.console.sender.Wording": lambda _platform: wording,
        "bot.chat_clock.machine_clock": lambda: NOW,
        "bot.reading.machine_clock": lambda: NOW,
    }


def _code() -> int:
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _screen() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _printed(screen: io.TextIOWrapper) -> str:
    screen.flush()
    screen.seek(0)
    return screen.read()
