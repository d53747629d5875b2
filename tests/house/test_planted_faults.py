"""Every check that keeps the house in order catches the fault it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.tree import COMMANDS, build_tree, run_check


@pytest.fixture(scope="module")
def sound_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tree(tmp_path_factory.mktemp("sound"), {})


@pytest.mark.parametrize("check", COMMANDS)
def test_a_sound_tree_passes(check: str, sound_tree: Path) -> None:
    result = run_check(check, sound_tree)
    assert result.returncode == 0, result.stdout


def test_badly_formatted_code_is_caught(tmp_path: Path) -> None:
    result = run_check("format", build_tree(tmp_path, {"bot/untidy.py": "limits = {  'a' :1}\n"}))
    assert result.returncode != 0
    assert "bot/untidy.py" in result.stdout


LINT = {
    "the clock in the engine": (
        "conversations/plant.py",
        "from datetime import UTC, datetime\n\n\ndef late() -> datetime:\n    return datetime.now(UTC)\n",
        "TID251 `datetime.datetime.now` is banned: Take `now` as an argument",
    ),
    "today in the engine": (
        "conversations/plant.py",
        "import datetime as dt\n\n\ndef today() -> dt.date:\n    return dt.date.today()\n",
        "TID251 `datetime.date.today` is banned",
    ),
    "the time module in the engine": ("conversations/plant.py", "import time\n\nNOW = time.time\n", "TID251 `time`"),
    "a random name in the engine": (
        "conversations/plant.py",
        "from uuid import uuid4\n\nNAME = uuid4\n",
        "TID251 `uuid` is banned: Keys are derived",
    ),
    "chance in the engine": ("conversations/plant.py", "import random\n\nDIE = random.random\n", "TID251 `random`"),
    "a log in the engine": ("conversations/plant.py", "import logging\n\nLOG = logging.info\n", "TID251 `logging`"),
    "a file read in the engine": (
        "conversations/plant.py",
        "from pathlib import Path\n\nREAD = Path.read_text\n",
        "TID251 `pathlib` is banned: The shell reads files",
    ),
    "an opened file in the engine": ("conversations/plant.py", 'FILE = open("core.yaml")\n', "PTH123"),
    "printing": ("bot/plant.py", 'print("hello")\n', "T201"),
    "everything excepted": (
        "bot/plant.py",
        "def send() -> bool:\n    try:\n        return bool(1 / 3)\n    except Exception:\n        return False\n",
        "BLE001",
    ),
    "a naive time": ("storage/plant.py", "from datetime import datetime\n\nEPOCH = datetime(1970, 1, 1)\n", "DTZ001"),
    "the machine's own time zone": (
        "bot/plant.py",
        "from datetime import datetime\n\n\ndef clock() -> datetime:\n    return datetime.now()\n",
        "DTZ005",
    ),
    "sleeping on the event loop": (
        "bot/plant.py",
        "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n",
        "ASYNC251",
    ),
    "a knot of branches": (
        "bot/plant.py",
        "def knot(n: int) -> int:\n"
        + "".join(f"    if n == {i}:\n        n += {i}\n" for i in range(11))
        + "    return n\n",
        "C901",
    ),
    "a mock": ("tests/test_plant.py", "from unittest.mock import Mock\n\nSENDER = Mock()\n", "TID251 `unittest.mock`"),
    "an ignore of everything": ("bot/plant.py", 'PORT: int = "80"  # type: ignore\n', "PGH003"),
}


@pytest.mark.parametrize("fault", LINT)
def test_lint_catches(fault: str, tmp_path: Path) -> None:
    path, text, complaint = LINT[fault]
    result = run_check("lint", build_tree(tmp_path, {path: text}))
    assert result.returncode != 0
    assert any(line.startswith(f"{path}:") and complaint in line for line in result.stdout.splitlines()), result.stdout


CONTRACTS = {
    "the database in the engine": ("conversations/plant.py", "import sqlalchemy\n", "the engine knows no platform"),
    "the event loop in the engine": ("conversations/plant.py", "import asyncio\n", "the engine knows no platform"),
    "the clock in the engine": ("conversations/plant.py", "import time\n", "the engine knows no platform"),
    "the terminal in the engine": ("conversations/plant.py", "import rich\n", "the engine knows no platform"),
    "the shell in the engine": ("conversations/plant.py", "import bot\n", "bot, then adapters beside storage"),
    "storage in an adapter": ("adapters/plant.py", "import storage\n", "bot, then adapters beside storage"),
    "an adapter in storage": ("storage/plant.py", "import adapters\n", "bot, then adapters beside storage"),
    "the shell in storage": ("storage/plant.py", "import bot\n", "bot, then adapters beside storage"),
    "one platform in another": (
        "adapters/console/plant.py",
        "import adapters.slack\n",
        "platforms do not know one another",
    ),
    "a platform in what all share": (
        "adapters/wording.py",
        "import adapters.slack\n",
        "platforms do not know one another",
    ),
    "the database in the shell": ("bot/bootstrap.py", "import sqlalchemy\n", "SQLAlchemy, SQLModel, Alembic"),
    "sealing beside its place": ("storage/plant.py", "import cryptography\n", "cryptography is known to"),
    "Slack's SDK in the shell": ("bot/server.py", "import slack_sdk\n", "Slack's SDK is known to"),
    "the Bot Framework in Slack": ("adapters/slack/plant.py", "import botbuilder\n", "the Bot Framework is known to"),
    "Jinja in the shell": ("bot/plant.py", "import jinja2\n", "Jinja is known to adapters only"),
    "Typer outside the commands": ("bot/plant.py", "import typer\n", "Rich and Typer are known to"),
    "Rich in Slack": ("adapters/slack/plant.py", "import rich\n", "Rich and Typer are known to"),
    "settings in storage": ("storage/plant.py", "import pydantic_settings\n", "settings are read in bot only"),
}


@pytest.mark.parametrize("fault", CONTRACTS)
def test_contracts_catch(fault: str, tmp_path: Path) -> None:
    path, text, contract = CONTRACTS[fault]
    assert_broken(contract, build_tree(tmp_path, {path: text}))


def test_contracts_catch_a_cycle(tmp_path: Path) -> None:
    cycle = {"storage/hen.py": "import storage.egg\n", "storage/egg.py": "import storage.hen\n"}
    assert_broken("no cycles", build_tree(tmp_path, cycle))


def assert_broken(contract: str, tree: Path) -> None:
    result = run_check("contracts", tree)
    assert result.returncode != 0
    assert any(line.startswith(contract) and line.endswith("BROKEN") for line in result.stdout.splitlines()), (
        result.stdout
    )


def test_each_library_is_welcome_in_its_own_place(tmp_path: Path) -> None:
    places = {
        "adapters/console/plant.py": "import jinja2\nimport rich\n",
        "adapters/slack/__init__.py": "import slack_sdk\n",
        "adapters/slack/plant.py": "import slack_bolt\n",
        "adapters/teams/__init__.py": "import botbuilder.core\n",
        "bot/cli.py": "import adapters.slack\nimport adapters.teams\nimport storage.plant\nimport typer\n",
        "storage/plant.py": "import alembic\nimport psycopg\nimport sqlalchemy\nimport sqlmodel\n",
    }
    result = run_check("contracts", build_tree(tmp_path, places))
    assert result.returncode == 0, result.stdout


def test_types_are_checked(tmp_path: Path) -> None:
    plants = {
        "bot/plant.py": 'PORT: int = "80"\n',
        "storage/plant.py": "def untyped(value):\n    return value\n",
        "tests/test_plant.py": "def test_it():\n    pass\n",
        "conversations/plant.py": (
            "def name(answer: int | str) -> str:\n"
            "    match answer:\n        case int():\n            return 'number'\n"
            "        case str():\n            return 'text'\n\n\n"
            "def half(answer: int | str) -> None:\n    match answer:\n        case int():\n            return\n"
        ),
    }
    result = run_check("types", build_tree(tmp_path, plants))
    assert "bot/plant.py:1: error: Incompatible types" in result.stdout
    assert "storage/plant.py:1: error: Function is missing a type annotation" in result.stdout
    assert "tests/test_plant.py:1: error: Function is missing a return type annotation" in result.stdout
    assert "conversations/plant.py:10: error: Match statement has unhandled case" in result.stdout
    assert result.stdout.rstrip().splitlines()[-1].startswith("Found 4 errors")


TESTS = {
    "a warning": ("import warnings\n\n\ndef test_it():\n    warnings.warn('old')\n", "UserWarning: old"),
    "an unexpected pass": (
        "import pytest\n\n\n@pytest.mark.xfail(reason='broken')\ndef test_it():\n    pass\n",
        "[XPASS(strict)] broken",
    ),
    "an unknown marker": (
        "import pytest\n\n\n@pytest.mark.slwo\ndef test_it():\n    pass\n",
        "'slwo' not found in `markers`",
    ),
}


@pytest.mark.parametrize("fault", TESTS)
def test_the_test_run_catches(fault: str, tmp_path: Path) -> None:
    text, complaint = TESTS[fault]
    result = run_check("tests", build_tree(tmp_path, {"tests/test_plant.py": text}))
    assert result.returncode != 0
    assert complaint in result.stdout


def test_a_branch_of_the_engine_that_no_test_takes_is_caught(tmp_path: Path) -> None:
    text = "def double(n: int) -> int:\n    if n:\n        n *= 2\n    return n\n"
    test = "from conversations.plant import double\n\n\ndef test_it():\n    assert double(1) == 2\n"
    result = run_check("tests", build_tree(tmp_path, {"conversations/plant.py": text, "tests/test_plant.py": test}))
    assert result.returncode != 0
    assert "conversations/plant.py" in result.stdout
    assert "2->4" in result.stdout


def test_only_the_engine_must_be_covered_and_never_the_arms_that_types_rule_out(tmp_path: Path) -> None:
    plants = {
        "conversations/plant.py": (
            "from typing import assert_never\n\n\n"
            "def name(answer: int | str) -> str:\n"
            "    match answer:\n        case int():\n            return 'number'\n"
            "        case str():\n            return 'text'\n"
            "        case _:\n            assert_never(answer)\n"
        ),
        "tests/test_plant.py": (
            "from conversations.plant import name\n\n\n"
            "def test_it():\n    assert (name(1), name('')) == ('number', 'text')\n"
        ),
        "bot/plant.py": "def never_called() -> None: ...\n",
    }
    result = run_check("tests", build_tree(tmp_path, plants))
    assert result.returncode == 0, result.stdout
