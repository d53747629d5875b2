"""The built wheel is the whole application: it runs in another environment, from any folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, outside_environment

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copy(ROOT / "pyproject.toml", source)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    build = (*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(out), str(source))
    subprocess.run(build, env=outside_environment(), check=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it, which borrows the libraries, and nothing else, of the one that runs this."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    install = (*PIP, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    subprocess.run(install, env=outside_environment(), check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home


def run(home: Path, command: str, *arguments: str, cwd: Path) -> str:
    line = [str(home / "bin" / command), *arguments]
    result = subprocess.run(line, cwd=cwd, env=outside_environment(), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_wheel_holds_every_file_of_the_four_packages(wheel: Path) -> None:
    files = {path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()}
    expected = {
        str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts and path.name != "ruff.toml"
    }
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected


def test_the_code_that_runs_elsewhere_is_the_wheel(elsewhere: Path, tmp_path: Path) -> None:
    program = "import conversations.packs as packs; print(packs.__file__)"
    assert run(elsewhere, "python", "-c", program, cwd=tmp_path).startswith(str(elsewhere))


@pytest.mark.parametrize("command", [("ai-readiness",), ("python", "-m", "bot")])
def test_the_packs_are_found_from_a_foreign_folder(command: tuple[str, ...], elsewhere: Path, tmp_path: Path) -> None:
    name, *arguments = command
    assert "core" in run(elsewhere, name, *arguments, "packs", "list", cwd=tmp_path)
