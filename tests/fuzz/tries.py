"""What is tried: one request with what may be answered to it, and what is tried alike wherever bodies are taken."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bot.server import LARGEST_BODY_BYTES
from tests.fuzz.wire import Header, chunked, in_pieces, request

# A forged one is refused, whatever else is wrong with it; of a genuine one every answer is right that is no failure of
# ours. 0 is no answer, where what was said had no end.
REFUSED: Container[int] = range(400, 500)
ANSWERED: Container[int] = range(200, 500)
TOO_LARGE: Container[int] = (413,)
CUT_OFF: Container[int] = (0, *range(400, 500))


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    endpoint: str
    kind: str
    pieces: tuple[bytes, ...]
    may: Container[int]
    trusted: bool = False  # it may change what is kept, and have something said
    complete: bool = True


Make = Callable[[], Try]


def chosen(random: Random, weighed: Mapping[Make, int]) -> Make:
    return random.choices(list(weighed), weights=list(weighed.values()))[0]


def posted(
    path: str, kind: str, headers: Sequence[Header], body: bytes, may: Container[int], *, trusted: bool = False
) -> Try:
    may = TOO_LARGE if len(body) > LARGEST_BODY_BYTES else may
    pieces = in_pieces(request("POST", path, headers, body))
    return Try(endpoint=f"POST {path}", kind=kind, pieces=pieces, may=may, trusted=trusted)


def lying(random: Random, path: str, headers: Sequence[Header], body: bytes) -> Try:
    """It says that it is longer, or shorter, or in other pieces than it is."""
    ends: list[tuple[str, list[Header], bytes]] = [
        ("too short", [(b"Content-Length", str(len(body) + random.randrange(1, 99)).encode())], body),
        ("without end", [(b"Transfer-Encoding", b"chunked")], chunked(body, 50)[: -random.randrange(1, 60)]),
        ("no chunks", [(b"Transfer-Encoding", b"chunked")], random.choice((body, b"zz\r\na\r\n", b"-1\r\n"))),
        ("two lengths", [(b"Content-Length", b"3"), (b"Content-Length", b"4")], body),
        ("both lengths", [(b"Content-Length", b"3"), (b"Transfer-Encoding", b"chunked")], chunked(body, 9)),
        ("no length", [(b"Content-Length", random.choice((b"-1", b"1e3", b"", b"9" * 30)))], body),
    ]
    kind, more, sent = random.choice(ends)
    pieces = in_pieces(request("POST", path, [*headers, *more], sent, more=True))
    return Try(endpoint=f"POST {path}", kind=kind, pieces=pieces, may=CUT_OFF, complete=False)


def too_large(random: Random, path: str, headers: Callable[[bytes], Sequence[Header]]) -> Try:
    """Though it is genuine: refused before anything of it is read. It says so beforehand, or it does not."""
    body = random.choice((b"[", b"a=&", b'{"a":"', b"\xff")) * (LARGEST_BODY_BYTES + 1)
    whole = request("POST", path, headers(body), body)
    if random.random() < 0.5:
        start = request("POST", path, [*headers(body), (b"Transfer-Encoding", b"chunked")], more=True)
        whole = start + chunked(body, 2**16)
    return Try(endpoint=f"POST {path}", kind="too large", pieces=in_pieces(whole), may=TOO_LARGE)


def odd_headers(random: Random) -> list[Header]:
    """Such as change how a body is read, or are very many."""
    return [
        (random.choice((b"X-A", b"Cookie", b"Content-Type", b"Accept-Encoding")), random.choice((b"a", b"\xfe"))),
        (b"Content-Encoding", random.choice((b"gzip", b"br", b"identity", b"nonsense"))),
        *((b"X-%d" % n, b"a" * random.choice((1, 900))) for n in range(random.choice((1, 20, 90, 200)))),
    ]
