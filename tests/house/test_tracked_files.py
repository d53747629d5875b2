"""What is committed says nothing about the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT

HOME = r"(?<![\w.~-])/(?:home|root|work|Users)/[\w.-]"
# Not even here does an address or a place stand whole.
PYPI, DEBIAN = (f"{name}.org" for name in ("pypi", "debian"))
HOMES, ROOTS, WORKS, USERS = (f"/{name}" for name in ("home", "root", "work", "Users"))
REGISTRY = r"(?:pypi|pythonhosted|npmjs|debian|crates)\.(?:org|com|io)\b"
LOCAL = re.compile(f"{HOME}|{REGISTRY}")


def committed_files() -> Iterator[Path]:
    """What git tracks, and what it would track if all were added now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return (ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file())


def local_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if LOCAL.search(line)]


def test_no_file_names_a_place_on_a_machine_or_a_registry() -> None:
    found = {path: local_lines(path.read_bytes().decode(errors="replace")) for path in committed_files()}
    assert {str(path.relative_to(ROOT)): lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        f"cd {HOMES}/ada/bot",
        f'open("{ROOTS}/x")',
        f"{WORKS}/bot",
        f"see https://{PYPI}/simple",
        f"={USERS}/ada",
        f"deb.{DEBIAN}",
    ],
)
def test_such_a_line_is_found(line: str) -> None:
    assert local_lines(f"first\n{line}\nlast\n") == [line]


@pytest.mark.parametrize(
    "line", [f"https://api.slack.com{HOMES}/tabs", f"tests{WORKS}/x", f"~{WORKS}/x", f".{ROOTS}/x"]
)
def test_an_ordinary_line_is_not(line: str) -> None:
    assert local_lines(line) == []
