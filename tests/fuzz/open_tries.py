"""What is tried where everybody may look, where nothing is, and with what is no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from urllib.parse import quote

from adapters.slack.manifest import EVENTS
from adapters.teams.endpoint import PATH
from bot.server import LARGEST_BODY_BYTES
from tests.fuzz.mutator import Mutator
from tests.fuzz.tries import CUT_OFF, REFUSED, TOO_LARGE, Make, Try
from tests.fuzz.wire import in_pieces, request

_OPEN = ("/healthz", "/readyz", "/metrics")
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get")
_PATHS = (
    "/",
    "/.env",
    "/admin",
    "/slack",
    "/slack/events/",
    "//",
    "/../etc/passwd",
    "/healthz/x",
    "/%00",
    "/a" * 3_000,
)
_NO_HTTP = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET /healthz HTTP/9.9\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n folded: c\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + b"A: b\r\n" * 5_000 + b"\r\n",
    b"GET /healthz HTTP/1.1\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
)


class OpenTries:
    """`posts` are the addresses that platforms call, of those that are served."""

    def __init__(self, random: Random, mutator: Mutator, posts: tuple[str, ...]) -> None:
        self._random = random
        self._mutator = mutator
        self._posts = posts

    def all(self) -> Mapping[Make, int]:
        return {
            self._open: 5,
            self._elsewhere: 10,
            self._methods: 5,
            self._no_http: 5,
            self._mutated: 5,
            self._large: 1,
        }

    def _open(self) -> Try:
        path, random = self._random.choice(_OPEN), self._random
        query = random.choice(("", "?a=b", "?" + quote(random.randbytes(9)), "?" + "a" * 4_000))
        whole = request(random.choice(("GET", "HEAD")), path + query, [(b"Accept", random.choice((b"*/*", b"\xff")))])
        may = (200, 503) if path == "/readyz" else (200,)
        return Try(endpoint=f"GET {path}", kind="asked", pieces=(whole,), may=may)

    def _elsewhere(self) -> Try:
        path = self._random.choice((*_PATHS, f"/{quote(self._random.randbytes(12))}"))
        body = self._random.choice((b"", b"{}", b"\xff" * 50_000))
        whole = request(self._random.choice(_METHODS), path, [], body)
        return Try(endpoint="elsewhere", kind="nothing there", pieces=in_pieces(whole), may=REFUSED)

    def _methods(self) -> Try:
        path = self._random.choice((*_OPEN, *self._posts))
        methods = _METHODS[1 if path in self._posts else 2 :]
        method = self._random.choice([each for each in methods if each != "POST" or path in _OPEN])
        return Try(
            endpoint="another method",
            kind=f"on {path}",
            pieces=(request(method, path, [], b"{}"),),
            may=REFUSED,
        )

    def _no_http(self) -> Try:
        whole = self._random.choice(_NO_HTTP)
        return Try(endpoint="no HTTP", kind="fixed", pieces=in_pieces(whole), may=CUT_OFF, complete=False)

    def _mutated(self) -> Try:
        """The bytes of a request, headers and all. It may still be one, of what everybody may ask."""
        path = self._random.choice((*_OPEN, *self._posts))
        whole = request("GET" if path in _OPEN else "POST", path, [(b"Content-Type", b"application/json")], b"{}")
        may = (0, *range(200, 500), 503)
        return Try(endpoint="no HTTP", kind="mutated", pieces=(self._mutator.text(whole),), may=may, complete=False)

    def _large(self) -> Try:
        path = self._random.choice((*_OPEN, *self._posts))
        method = "POST" if path in self._posts else "GET"
        whole = request(method, path, [], b"x" * (LARGEST_BODY_BYTES + 1))
        return Try(endpoint="too large", kind=f"on {path}", pieces=in_pieces(whole), may=TOO_LARGE)


def posts_of(*, slack: bool, teams: bool) -> tuple[str, ...]:
    return (*((EVENTS,) if slack else ()), *((PATH,) if teams else ()))
