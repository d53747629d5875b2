"""Requests as bytes, and a connection in memory that brings them to the product's own server.

Everything behind the socket is real: aiohttp's parser, its connection, the application. Only the kernel is left out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiohttp import web

CHUNK = 64 * 1024  # that a socket gives at once
_LENGTH = re.compile(rb"^content-length: (\d+)\r$", re.IGNORECASE | re.MULTILINE)
_PATIENCE_SECONDS = 20.0

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was answered; `status` is 0 where nothing was."""

    status: int
    head: bytes
    body: bytes


class _Wire(asyncio.Transport):
    def __init__(self, protocol: asyncio.Protocol, *, bodiless: bool) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self._protocol = protocol
        self._bodiless = bodiless
        self._closing = False
        self.said = bytearray()
        self.told = asyncio.get_running_loop().create_future()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += data
        head, end, body = bytes(self.said).partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if end and (self._bodiless or len(body) >= int(length[1] if length else 0)):
            self._tell()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._tell()
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def _tell(self) -> None:
        if not self.told.done():
            self.told.set_result(None)


async def brought(server: web.Server, pieces: Sequence[bytes], *, complete: bool = True) -> Heard:
    """What is answered to a request on a connection of its own. One that is not `complete` is broken off."""
    protocol = server()
    wire = _Wire(protocol, bodiless=pieces[0].startswith(b"HEAD"))
    protocol.connection_made(wire)
    for piece in pieces:
        if not wire.is_closing():
            protocol.data_received(piece)
        if len(pieces) > 1:
            await asyncio.sleep(0)
    if complete:
        await asyncio.wait([wire.told], timeout=_PATIENCE_SECONDS)
    else:
        for _ in range(5):
            await asyncio.sleep(0)
    wire.close()
    while protocol in server.connections:  # noqa: ASYNC110  # it tells nobody that it has gone
        await asyncio.sleep(0)
    head, _, body = bytes(wire.said).partition(b"\r\n\r\n")
    status = head[9:12]
    return Heard(status=int(status) if status.isdigit() else 0, head=head, body=body)


def request(method: str, path: str, headers: Iterable[Header] = (), body: bytes = b"", *, more: bool = False) -> bytes:
    """`more`: the headers say themselves how the body ends."""
    length = () if more else ((b"Content-Length", str(len(body)).encode()),)
    lines = [b": ".join(each) for each in (*headers, *length)]
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), b"Host: readiness.acme.io", *lines, b"", b""]) + body


def chunked(body: bytes, size: int) -> bytes:
    parts = (body[n : n + size] for n in range(0, len(body), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def in_pieces(whole: bytes, size: int = CHUNK) -> tuple[bytes, ...]:
    return tuple(whole[n : n + size] for n in range(0, len(whole), size))
