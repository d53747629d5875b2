"""Whoever silences a check says why, on the same line."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import PACKAGES, ROOT

IGNORE = re.compile(
    r"#\s*(?:noqa\b(?:: ?[A-Z]+\d+(?:, ?[A-Z]+\d+)*)?|type: ignore(?:\[[\w, -]+\])?|pragma: no \w+)(?P<why>.*)"
)
SHORTEST_REASON = 10


def unexplained(text: str) -> list[str]:
    ignores = ((line, IGNORE.search(line)) for line in text.splitlines())
    return [line for line, ignore in ignores if ignore and len(ignore["why"].strip(" #:-()")) < SHORTEST_REASON]


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_every_ignore_carries_its_reason(package: str) -> None:
    files = (path for path in (ROOT / package).rglob("*.py") if path.parent.name != "house")
    found = {str(path.relative_to(ROOT)): unexplained(path.read_text()) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line", ["x = 1  # noqa", "x = 1  # noqa: BLE001", "x = 1  # type: ignore[misc]", "x = 1  # pragma: no cover"]
)
def test_an_ignore_without_a_reason_is_found(line: str) -> None:
    assert unexplained(f"{line}\n") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa: BLE001, S110 - one delivery must not stop the others",
        "x = 1  # type: ignore[misc]  # the SDK is untyped",
    ],
)
def test_a_reason_on_the_same_line_is_enough(line: str) -> None:
    assert unexplained(line) == []
