"""Who works on a SQLite database: a lock of the operating system on a file beside it, held for life.

So it dies with its process. What stands in the file tells others whom to ask, and is believed by nobody else.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from conversations.errors import DatabaseInUse, StorageDown

_GLANCE_SECONDS = 0.05  # longer than `holder` takes


def take_lock(path: Path, command: str) -> IO[str]:
    """The open file holds the lock. Raises `DatabaseInUse` and `StorageDown`."""
    try:
        lock = _file(path).open("a+", encoding="utf-8")
    except OSError as error:
        raise StorageDown(f"{path} cannot be opened: {error.strerror}") from None
    if not (_locked(lock, fcntl.LOCK_EX) or _locked_after_a_glance(lock)):
        name = _name(lock)
        lock.close()
        raise DatabaseInUse(f"{path} is in use by {name}. On SQLite one process works at a time.")
    lock.seek(0)
    lock.truncate()
    lock.write(f"{command} (process {os.getpid()})\n")
    lock.flush()
    return lock


def holder(path: Path) -> str | None:
    """Who works on it now, None for nobody. Makes no file and writes nothing."""
    try:
        with _file(path).open(encoding="utf-8") as lock:
            return None if _locked(lock, fcntl.LOCK_SH) else _name(lock)
    except OSError:
        return None


def _locked_after_a_glance(lock: IO[str]) -> bool:
    """Somebody may only have looked who holds it."""
    time.sleep(_GLANCE_SECONDS)
    return _locked(lock, fcntl.LOCK_EX)


def _locked(lock: IO[str], how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "another process"


def _file(path: Path) -> Path:
    return Path(f"{path}.lock")
