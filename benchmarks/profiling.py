"""Where CPU time goes: what each thread is at, looked at every two milliseconds, by what it has used since.

`python -m benchmarks.profiling FILE MODULE [ARGUMENT …]` runs a module as `python -m` does. The signal `TOGGLE` begins
to look, and the next one writes what was seen to the file; until then it costs nothing.
"""

from __future__ import annotations

import runpy
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

TOGGLE = signal.SIGUSR1
SHOWN = 12  # functions
_EVERY_SECONDS = 0.002


class Profile:
    """What is seen while its `with` lasts."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()  # nanoseconds, by module and function
        self._used: dict[int, int] = {}  # by each thread until now
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Profile:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def __str__(self) -> str:
        """The packages, and the functions with most, by their own share of the CPU time."""
        whole, packages = self._seen.total() or 1, Counter[str]()
        for (module, _), used in self._seen.items():
            packages[module.partition(".")[0]] += used
        shares = ", ".join(f"{name} {used / whole:.0%}" for name, used in packages.most_common(8))
        functions = (f"  {used / whole:4.0%}  {'.'.join(of)}" for of, used in self._seen.most_common(SHOWN))
        return "\n".join([f"  by package: {shares}", *functions])

    def _look(self) -> None:
        own = threading.get_ident()
        while not self._over.wait(_EVERY_SECONDS):
            for thread, frame in sys._current_frames().items():  # the documented way to see them
                if thread != own:
                    used = time.clock_gettime_ns(time.pthread_getcpuclockid(thread))
                    since = used - self._used.setdefault(thread, used)
                    self._used[thread] = used
                    self._seen[frame.f_globals.get("__name__", "?"), frame.f_code.co_name] += since


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
