"""Where time goes: which functions are at work in any thread, looked at every two milliseconds.

`python -m benchmarks.profiling FILE MODULE [ARGUMENT …]` runs a module as `python -m` does. The signal `TOGGLE` begins
to look, and the next one writes what was seen to the file; until then it costs nothing.
"""

from __future__ import annotations

import runpy
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

TOGGLE = signal.SIGUSR1
SHOWN = 12  # functions
_EVERY_SECONDS = 0.002
# By file and function: a thread that is there has nothing to do.
_IDLE = frozenset({("selectors.py", "select"), ("threading.py", "wait"), ("thread.py", "_worker"), ("queue.py", "get")})


class Profile:
    """What is seen while its `with` lasts."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()  # by module and function
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Profile:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def __str__(self) -> str:
        """The packages, and the functions with most, by their own share of the time at work."""
        whole, packages = self._seen.total() or 1, Counter[str]()
        for (module, _), times in self._seen.items():
            packages[module.partition(".")[0]] += times
        shares = ", ".join(f"{name} {times / whole:.0%}" for name, times in packages.most_common(8))
        functions = (f"  {times / whole:4.0%}  {'.'.join(of)}" for of, times in self._seen.most_common(SHOWN))
        return "\n".join([f"  by package: {shares}", *functions])

    def _look(self) -> None:
        own = threading.get_ident()
        while not self._over.wait(_EVERY_SECONDS):
            for thread, frame in sys._current_frames().items():  # the documented way to see them
                if thread != own and not _is_idle(frame):
                    self._seen[frame.f_globals.get("__name__", "?"), frame.f_code.co_name] += 1


def _is_idle(frame: FrameType) -> bool:
    return (Path(frame.f_code.co_filename).name, frame.f_code.co_name) in _IDLE


def main(file: str, module: str, *arguments: str) -> None:
    under_way: list[Profile] = []

    def toggle(_number: int, _frame: object) -> None:
        if under_way:
            (profile := under_way.pop()).__exit__()
            Path(file).write_text(str(profile))
        else:
            under_way.append(Profile().__enter__())

    signal.signal(TOGGLE, toggle)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
