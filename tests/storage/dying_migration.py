"""A migration in processes that kill themselves before their n-th statement: what `revisions.migrating` starts.

The database's URL and the folder of migrations are its arguments. Each line on standard input is an n, 0 for none; it
is answered by how that process ended.
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
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _dies_before(int(line))
            migrate(url, finish=True)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os.write(1, f"{code}\n".encode())


if __name__ == "__main__":
    main()
