"""What is installed is pinned to the byte, and comes from wherever the reader's own package client looks."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.house.tree import ROOT

FILES = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(
    r"(?P<name>[a-z0-9-]+)(\[[a-z,]+])?==(?P<version>[\w.]+)( ; [^;]+?)?(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)"
)


def complaints(text: str) -> list[str]:
    """The requirements (continued lines joined) that are more, or less, than a pinned name with its hashes."""
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line and not PIN.fullmatch(line)]


def pins(file: str) -> dict[str, str]:
    joined = re.sub(r"\s*\\\n\s*", " ", (ROOT / file).read_text())
    return {pin["name"]: pin["version"] for pin in map(PIN.fullmatch, joined.splitlines()) if pin}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_pinned_with_its_hashes_and_without_an_address(file: str) -> None:
    assert complaints((ROOT / file).read_text()) == []


HASH = "--hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    "line",
    [
        "rich==15.0.0",
        f"rich>=15.0.0 {HASH}",
        f"rich {HASH}",
        "rich==15.0.0 --hash=md5:00",
        f"rich @ https://example.org/rich.whl {HASH}",
        "--index-url https://example.org/simple",
        "--find-links wheels",
        "-e .",
    ],
)
def test_any_other_line_is_complained_about(line: str) -> None:
    assert complaints(f"typer==0.29.2 \\\n    {HASH}\n{line}\n") == [line]


def extras(requirements: list[str]) -> set[str]:
    return {found[0].lower() for each in requirements if (found := re.match(r"[A-Za-z0-9-]+\[[a-z,]+]", each))}


def test_an_extra_is_pinned_with_its_name() -> None:
    """Where only the package is, pip looks for the newest one that has the extra, and refuses it without a hash."""
    declared = project()
    pinned = "".join((ROOT / file).read_text() for file in FILES)
    wanted = extras([*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]])
    assert {each for each in wanted if f"\n{each}==" not in pinned} == set()


def test_both_files_agree() -> None:
    run, tools = (pins(file) for file in FILES)
    assert {name: tools[name] for name in run.keys() & tools} == {name: run[name] for name in run.keys() & tools}


def test_what_the_project_asks_for_is_pinned_and_the_tools_stay_apart() -> None:
    declared = project()
    run, tools = (pins(file) for file in FILES)
    assert names(declared["project"]["dependencies"]) <= run.keys()
    assert names(declared["dependency-groups"]["dev"]) <= tools.keys()
    assert not names(declared["dependency-groups"]["dev"]) & run.keys()


def test_the_project_is_built_by_the_pinned_backend() -> None:
    assert project()["build-system"]["requires"] == [f"setuptools=={pins('requirements.txt')['setuptools']}"]
