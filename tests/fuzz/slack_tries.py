"""What is tried at Slack's address: genuine requests with anything in them, and requests that only look genuine."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import urlencode

from adapters.slack.endpoint import MOST_FIELDS
from adapters.slack.manifest import EVENTS
from tests.fake_slack import SIGNING_SECRET
from tests.fake_slack_delivery import Kind
from tests.fuzz.mutator import Mutator
from tests.fuzz.tries import ANSWERED, REFUSED, Make, Try, lying, odd_headers, posted, too_large
from tests.fuzz.wire import Header, chunked, in_pieces, request

_JSON, _FORM = b"application/json", b"application/x-www-form-urlencoded"
_TYPES = (_JSON, _FORM, b"", b"text/plain; charset=utf-16", b"application/json; charset=nonsense", b"\xff", b"a/b/c;;=")
_TIME, _SIGNATURE = b"X-Slack-Request-Timestamp", b"X-Slack-Signature"


@dataclass(frozen=True, slots=True)
class Seed:
    """Something that Slack has really had to bring: its payload as JSON."""

    kind: Kind
    text: str


class Minted:
    """Names that were never used: what has the same one as before is the same."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, form: str) -> str:
        self._count += 1
        return form.format(self._count)


class SlackTries:
    def __init__(self, random: Random, mutator: Mutator, seeds: Sequence[Seed]) -> None:
        self._random = random
        self._mutator = mutator
        self._seeds = seeds
        self._bodies = [_body(each.kind, json.loads(each.text)) for each in seeds]
        self._minted = Minted()

    def genuine(self) -> Mapping[Make, int]:
        return {self._payload: 30, self._bytes: 6, self._headers: 4, self._fields: 1, self._repeated: 4}

    def forged(self) -> Mapping[Make, int]:
        return {self._forged: 60, self._lying: 6, self._large: 1}

    # --- genuine ---

    def payload(self) -> tuple[Kind, Any]:
        """For what brings payloads in another way too."""
        seed = self._random.choice(self._seeds)
        payload = json.loads(seed.text)
        if self._random.random() < 0.8:
            _renew(payload, self._minted)
        return seed.kind, self._mutator.payload(json.dumps(payload))

    def _payload(self) -> Try:
        kind, payload = self.payload()
        return self._signed(kind.value, *_body(kind, payload))

    def _repeated(self) -> Try:
        seed = self._random.choice(self._seeds)
        return self._signed("as it was", *_body(seed.kind, json.loads(seed.text)))

    def _bytes(self) -> Try:
        body, content_type = self._real()
        return self._signed("other bytes", self._mutator.text(body), content_type)

    def _headers(self) -> Try:
        body, content_type = self._real()
        random = self._random
        headers = [
            (b"Content-Type", random.choice((content_type, *_TYPES))),
            *odd_headers(random),
            *_signature(body),
        ]
        random.shuffle(headers)
        return self._try("other headers", headers, body, ANSWERED, trusted=True)

    def _fields(self) -> Try:
        count = self._random.choice((MOST_FIELDS - 2, MOST_FIELDS + 1, 10_000))
        body = b"&".join(b"f%d=1" % n for n in range(count)) + b"&payload={}"
        return self._signed("many fields", body, _FORM)

    # --- forged ---

    def _forged(self) -> Try:
        body, content_type = self._random.choice(self._bodies)
        if self._random.random() < 0.2:
            body, content_type = _body(*self.payload())
        name = self._random.choice(list(FORGERIES))
        headers = [*FORGERIES[name](body, self._random), (b"Content-Type", content_type)]
        return self._try(name, headers, body, REFUSED)

    def _lying(self) -> Try:
        body, content_type = self._real()
        return lying(self._random, EVENTS, [(b"Content-Type", content_type), *_signature(body)], body)

    def _large(self) -> Try:
        return too_large(self._random, EVENTS, lambda body: [(b"Content-Type", _JSON), *_signature(body)])

    # --- parts ---

    def _real(self) -> tuple[bytes, bytes]:
        seed = self._random.choice(self._seeds)
        payload = json.loads(seed.text)
        _renew(payload, self._minted)
        return _body(seed.kind, payload)

    def _signed(self, kind: str, body: bytes, content_type: bytes) -> Try:
        headers = [(b"Content-Type", content_type), *_signature(body)]
        return self._try(kind, headers, body, ANSWERED, trusted=True)

    def _try(self, kind: str, headers: list[Header], body: bytes, may: Container[int], *, trusted: bool = False) -> Try:
        tried = posted(EVENTS, kind, headers, body, may, trusted=trusted)
        if self._random.random() < 0.1:
            head = request("POST", EVENTS, [*headers, (b"Transfer-Encoding", b"chunked")], more=True)
            parts = chunked(body, self._random.choice((70, 1_000, 70_000)))
            tried = replace(tried, pieces=(head, *in_pieces(parts)))
        return tried


def _body(kind: Kind, payload: Any) -> tuple[bytes, bytes]:
    """As Slack puts it on the way; a form can only hold texts."""
    if kind is Kind.EVENT or not isinstance(payload, dict):
        return json.dumps(payload).encode(), _JSON
    form = {"payload": json.dumps(payload)} if kind is Kind.PRESSED else payload
    return urlencode({_worded(name): _worded(value) for name, value in form.items()}).encode(), _FORM


def _worded(value: Any) -> bytes:
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="surrogatepass")


def _renew(payload: Any, minted: Minted) -> None:
    """It happens again, a moment later."""
    ts, name = minted("17638999{:09d}"), minted("{:09d}")
    ts = f"{ts[:10]}.{ts[10:]}"
    payload |= {key: form + name for key, form in (("event_id", "Ev"), ("trigger_id", "1.2.")) if key in payload}
    event = payload.get("event", {})
    event |= {key: ts for key in ("ts", "event_ts") if key in event}
    event |= {key: name for key in ("client_msg_id",) if key in event}
    for action in payload.get("actions", []):
        action["action_ts"] = ts
    if payload.get("type") == "view_submission":
        payload["view"]["id"] = f"V{name}"


def _signature(body: bytes, *, at: float | None = None, secret: str = SIGNING_SECRET, by: str = "v0") -> list[Header]:
    moment = str(int(time.time() if at is None else at)).encode()
    digest = hmac.new(secret.encode(), b"v0:" + moment + b":" + body, hashlib.sha256).hexdigest()
    return [(_TIME, moment), (_SIGNATURE, f"{by}={digest}".encode())]


def _flipped(text: bytes, random: Random) -> bytes:
    here = random.randrange(3, len(text))
    other = random.choice([each for each in b"0123456789abcdef" if each != text[here]])
    return text[:here] + bytes([other]) + text[here + 1 :]


def _timed(moment: bytes, body: bytes) -> list[Header]:
    """Signed together with a time that is none."""
    digest = hmac.new(SIGNING_SECRET.encode(), b"v0:" + moment + b":" + body, hashlib.sha256).hexdigest()
    return [(_TIME, moment), (_SIGNATURE, f"v0={digest}".encode())]


_ODD_TIMES = (b"", b"-1", b"+1", b"1e9", b"9" * 400, b"NaN", b"1_0", "١٢٣".encode(), b"\xb2", b"0x5f", b" ")
FORGERIES: Mapping[str, Callable[[bytes, Random], list[Header]]] = {
    "unsigned": lambda _body, _random: [],
    "without a time": lambda body, _: _signature(body)[1:],
    "without a signature": lambda body, _: _signature(body)[:1],
    "empty signature": lambda body, _: [_signature(body)[0], (_SIGNATURE, b"")],
    "signature alone": lambda body, _: [_signature(body)[0], (_SIGNATURE, _signature(body)[1][1][3:])],
    "other version": lambda body, random: _signature(body, by=random.choice(("v1", "V0", "v00", ""))),
    "other secret": lambda body, random: _signature(body, secret=random.choice(("another", SIGNING_SECRET.upper()))),
    "empty secret": lambda body, _: _signature(body, secret=""),
    "another digit": lambda body, random: [_signature(body)[0], (_SIGNATURE, _flipped(_signature(body)[1][1], random))],
    "cut short": lambda body, random: [
        _signature(body)[0],
        (_SIGNATURE, _signature(body)[1][1][: random.randrange(66)]),
    ],
    "in capitals": lambda body, _: [_signature(body)[0], (_SIGNATURE, _signature(body)[1][1].upper())],
    "no letters": lambda body, _: [_signature(body)[0], (_SIGNATURE, b"v0=\xff\xfe" + b"0" * 62)],
    "of another body": lambda body, random: _signature(body + random.choice((b" ", b"&a=b", b"\x00", b"\n"))),
    "old": lambda body, random: _signature(body, at=time.time() - random.choice((302, 3_600, 86_400, 2**31))),
    "ahead": lambda body, random: _signature(body, at=time.time() + random.choice((302, 3_600, 2**33))),
    "another time": lambda body, _: [(_TIME, str(int(time.time()) + 1).encode()), _signature(body)[1]],
    "no time": lambda body, random: _timed(random.choice(_ODD_TIMES), body),
    "second signature": lambda body, _: [_signature(body)[0], (_SIGNATURE, b"v0=0"), _signature(body)[1]],
}
