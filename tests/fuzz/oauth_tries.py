"""What is tried where browsers come: the pages that install the app, and the way back from Slack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from urllib.parse import quote

from aiohttp import web

from adapters.slack.manifest import INSTALL, REDIRECT
from tests.fuzz.mutator import Mutator
from tests.fuzz.tries import ANSWERED, REFUSED, Make, Try
from tests.fuzz.wire import Header, brought, request

_COOKIE = "slack-app-oauth-state"
_STATE = re.compile(rb"[?&]state=([^&\r]+)")
_ODD = ("", "\x00", "é", "a" * 4_000, "<script>alert(1)</script>", "%", "{{7*7}}", "../x", "'", "access_denied")


class OAuthTries:
    """`used` is a state with which somebody has installed the app, `begun` those of others who are about to."""

    def __init__(self, random: Random, mutator: Mutator, *, begun: list[str], used: str, old: str) -> None:
        self._random = random
        self._mutator = mutator
        self._begun = begun
        self._used = used
        self._old = old

    def genuine(self) -> Mapping[Make, int]:
        return {self._install: 3, self._refused: 2, self._other_code: 1}

    def forged(self) -> Mapping[Make, int]:
        return {self._state: 400}  # beside those of Slack's own address

    def _install(self) -> Try:
        query = quote(self._mutator.text(b"a=b&c=d"))
        headers = [(b"Content-Type", self._random.choice((b"a/b; charset=nonsense", b"\xff")))]
        pieces = (request("GET", f"{INSTALL}?{query}", headers, self._random.choice((b"", b"\xff{"))),)
        return Try(endpoint=f"GET {INSTALL}", kind="begun", pieces=pieces, may=ANSWERED, trusted=True)

    def _refused(self) -> Try:
        """Slack says that somebody did not want it; anybody can say so, and nothing comes of it."""
        return self._back("an error", f"error={quote(self._odd())}&state={self._random.choice(self._begun)}", None)

    def _other_code(self) -> Try:
        """Who began it comes back with a code that Slack did not give; the state is used up by that."""
        state = self._begun.pop() if len(self._begun) > 1 else self._used
        return self._back("a code of no one's", f"code={quote(self._odd())}&state={state}", state)

    def _state(self) -> Try:
        state, random = self._random.choice(self._begun), self._random
        changed = quote(self._mutator.text(state.encode()))
        kinds = {
            "no state": ("", state),
            "no cookie": (f"state={state}", None),
            "another browser's cookie": (f"state={state}", self._used),
            "an invented state": (f"state={quote(self._odd())}", quote(self._odd())),
            "a changed state": (f"state={changed}&", changed),
            "a changed cookie": (f"state={state}", f"{state}A"),
            "used before": (f"state={self._used}", self._used),
            "too old": (f"state={self._old}", self._old),
            "two states": (f"state={self._used}&state={state}", state),
        }
        name = random.choice(list(kinds))
        query, cookie = kinds[name]
        if name == "a changed state" and changed == state:
            name, cookie = "no cookie", None
        return self._back(name, f"code=code-of-U0ANA-c1&{query}", cookie, forged=True)

    def _back(self, kind: str, query: str, cookie: str | None, *, forged: bool = False) -> Try:
        headers: list[Header] = [] if cookie is None else [(b"Cookie", f"{_COOKIE}={cookie}".encode())]
        return Try(
            endpoint=f"GET {REDIRECT}",
            kind=kind,
            pieces=(request("GET", f"{REDIRECT}?{query}", headers),),
            may=REFUSED if forged else ANSWERED,
            trusted=not forged,
        )

    def _odd(self) -> str:
        return self._random.choice(_ODD)


async def begins(server: web.Server) -> str:
    """The state of an installation that somebody has begun."""
    said = await brought(server, [request("GET", INSTALL)])
    found = _STATE.search(said.head)
    assert found, said
    return found[1].decode()


async def returns(server: web.Server, state: str, code: str) -> int:
    cookie = (b"Cookie", f"{_COOKIE}={state}".encode())
    return (await brought(server, [request("GET", f"{REDIRECT}?code={code}&state={state}", [cookie])])).status
