"""The relay: the CPU time of a message over TLS, and how near it comes to what the platform allows."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from benchmarks.due import databases
from benchmarks.figures import ROOT, Figure, counted, spread
from benchmarks.load import NotMeasured
from benchmarks.processes import cores, free_port, server
from benchmarks.relaying import CHANNELS, EACH
from benchmarks.setting import Setting

_ROUNDS, _REVIEWS = 5, 60  # of the CPU time
_TIMES = 20  # messages into each channel
_INTERVAL, _ANSWERS_AFTER = 1.0, 0.3  # seconds: what Slack documents for a channel, and what it takes to answer
_LONGEST_SECONDS = 300.0
_names = (f"relay_{number}" for number in count())


async def relay(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    with slack(setting.folder, tls=True) as address:
        told = await _played(setting, "cpu", address, _REVIEWS, _ROUNDS)
    taken: dict[str, list[float]] = told["taken"]
    figures = [
        spread(10, f"{name}, CPU of a message over TLS", "one shared session", _over(taken[key], taken["floor"]), 2.5)
        for name, key in (("Slack sender", "sender"), ("relay with its claims and marks", "relay"))
    ]
    print(
        "CPU of a message:", ", ".join(f"{name} {min(all_) * 1000:.2f} ms" for name, all_ in taken.items()), flush=True
    )
    if not all(figure.met for figure in figures):
        print(f"where the relay's time goes\n{told['profile']}", flush=True)
    return [*figures, _connections(told["slack"]), *await _pace(setting, _TIMES, _INTERVAL)]


async def relay_shape(setting: Setting) -> list[Figure]:
    """A few messages, as fast as they go: no time is looked at."""
    with slack(setting.folder, tls=True) as address:
        told = (await _played(setting, "cpu", address, 16, 1))["slack"]
    return [_connections(told, 0.25)]


async def _pace(setting: Setting, times: int, interval: float) -> list[Figure]:
    """So many messages into each of the channels, each of which takes one in `interval` seconds."""
    limits = ("--answers-after", str(_ANSWERS_AFTER), "--interval", str(interval))
    with slack(setting.folder, *limits) as address:
        told = (await _played(setting, "pace", address, CHANNELS * times // EACH, 1))["slack"]
    if told["posted"] != CHANNELS * times:
        raise NotMeasured(f"{told['posted']} messages arrived of {CHANNELS * times}")
    reached = 100 * (times - 1) * interval / told["lasted"]
    return [
        counted(11, "relay, % of what 16 channels take", round(reached, 1), 95, floor="one a second each", most=False),
        counted(11, "relay, refusals", told["refused"], 0),
    ]


def _over(ours: list[float], floor: list[float]) -> list[float]:
    return [one / other for one, other in zip(ours, floor, strict=True)]


def _connections(told: dict[str, Any], most: float = 0.01) -> Figure:
    """Those that its lanes have opened before stay open; of few calls some may still be the first in their lane."""
    return counted(11, "relay, new connections for a call", round(told["connections"] / told["calls"], 4), most)


async def _played(setting: Setting, what: str, address: str, reviews: int, rounds: int) -> dict[str, Any]:
    """What `relaying` tells, on the servers' core."""
    (url,) = await asyncio.to_thread(databases, setting.folder, next(_names))
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "benchmarks.relaying", what, url, address, str(reviews), str(rounds)],
        cwd=setting.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(setting.folder / "certificate.pem")},
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        preexec_fn=lambda: os.sched_setaffinity(0, {cores()[0]}),  # nothing else is done in it
        check=False,
    )
    if process.returncode:
        raise NotMeasured(process.stderr[-2000:])
    told: dict[str, Any] = json.loads(process.stdout)
    return told


@contextmanager
def slack(folder: Path, *arguments: str, tls: bool = False) -> Iterator[str]:
    """What stands for Slack, on the other core; gives its address."""
    port, certificate = free_port(), folder / "certificate.pem"
    if not certificate.exists():
        certificate.write_bytes(_certificate())
    secured = ("--certificate", str(certificate)) if tls else ()
    name = "benchmarks.fake_slack"
    with server(name, str(port), *secured, *arguments, port=port, core=cores()[1], folder=folder):
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"


def _certificate() -> bytes:
    """For 127.0.0.1 and an hour, with its key."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Slack, as far as the measurement needs it")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    own = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return own + certificate.public_bytes(serialization.Encoding.PEM)
