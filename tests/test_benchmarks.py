from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_SECONDS = 900  # about a minute where nothing else is done


def test_everything_that_is_measured_runs_and_what_is_counted_is_as_it_should_be() -> None:
    played = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert played.returncode == 0, f"{played.stdout}\n{played.stderr}"
    met, _, of, *_ = played.stdout.splitlines()[-1].split()
    assert met == of != "0"
