"""A migration in processes that kill themselves before their n-th statement: a child of `test_dying_migrations.py`.

The database's URL and the folder of migrations are its arguments. For each line on standard input the next n; it is
answered by how that process ended, and the last one has come to its end.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import Engine, event

from storage import revisions
from storage.database import migrate


def _dies_before(nth: int) -> None:
    passed = itertools.count(1)

    def note(*_: object) -> None:
        if next(passed) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", note)


def main() -> None:
    url, scripts = sys.argv[1:]
    revisions._SCRIPTS = Path(scripts)
    for nth in itertools.count(1):
        sys.stdin.readline()
        process = os.fork()
        if process == 0:
            _dies_before(nth)
            migrate(url, finish=True)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os.write(1, f"{code}\n".encode())
        if code != -signal.SIGKILL:
            return


if __name__ == "__main__":
    main()
