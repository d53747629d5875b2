"""The house in small: this project's own checks over a few lines of code, so that one fault can be planted in them.

The configuration is the real one, copied; only the code is made up, so that what the checks say is about the plant.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("adapters", "bot", "conversations", "storage")
CONFIGURATION = ("pyproject.toml", "conversations/ruff.toml")
SOUND = {
    "adapters/__init__.py": "",
    "adapters/console/__init__.py": "",
    "adapters/slack/__init__.py": "",
    "bot/__init__.py": "",
    "conversations/__init__.py": "",
    "conversations/sums.py": "def larger(a: int, b: int) -> int:\n    if a > b:\n        return a\n    return b\n",
    "storage/__init__.py": "",
    "tests/test_sums.py": (
        "from conversations.sums import larger\n\n\n"
        "def test_the_larger_wins_on_either_side() -> None:\n    assert (larger(1, 2), larger(2, 1)) == (2, 2)\n"
    ),
}
COMMANDS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "--no-cache", "--output-format=concise", "."),
    "contracts": ("importlinter.cli", "--no-logo", "--no-cache"),
    "types": ("mypy", *PACKAGES, "tests"),
    "tests": ("pytest", "--cov"),
}


def build_tree(root: Path, plants: dict[str, str]) -> Path:
    """Write the small house with `plants` (path to text) added to it or put in place of what is there."""
    for name, text in {**SOUND, **plants}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in CONFIGURATION:
        shutil.copy(ROOT / name, root / name)
    return root


def outside_environment(**extra: str) -> dict[str, str]:
    """This process's environment without what pytest, coverage and `make` put there for themselves."""
    own = ("PYTEST_", "COV_", "COVERAGE_", "MAKE", "PYTHONPATH")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(own)}, **extra}


def run_check(check: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run one of COMMANDS over the tree at `root`; both output streams come back as `stdout`."""
    module, *arguments = COMMANDS[check]
    command = [sys.executable, "-m", module, *arguments]
    if check == "contracts":
        command = [str(Path(sys.executable).with_name("lint-imports")), *arguments]
    return subprocess.run(
        command,
        cwd=root,
        env=outside_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
