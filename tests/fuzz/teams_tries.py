"""What is tried at Teams' address: genuine activities with anything in them, and tokens that only look genuine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.teams.endpoint import PATH
from adapters.teams.tokens import LEEWAY_SECONDS
from tests.fake_teams import APP_ID, FakeTeams
from tests.fake_teams_tokens import ISSUER, kid, private_key
from tests.fuzz.mutator import Mutator
from tests.fuzz.slack_tries import Minted
from tests.fuzz.tries import ANSWERED, REFUSED, Make, Try, lying, odd_headers, posted, too_large
from tests.fuzz.wire import Header

_STRANGE = "https://smba.evil.example/amer/"  # a token may be genuine, and lead to somebody who is not
_STRANGERS = (_STRANGE, "http://smba.trafficmanager.net/", "https://a@teams.microsoft.com/", "file:///etc/passwd", "")
_UNPUBLISHED = 7
_JSON = (b"Content-Type", b"application/json; charset=utf-8")


class TeamsTries:
    """`signs`: without authentication everything is genuine, and only service URLs are looked at."""

    def __init__(
        self, random: Random, mutator: Mutator, seeds: Sequence[str], teams: FakeTeams, *, signs: bool = True
    ) -> None:
        self._random = random
        self._mutator = mutator
        self._seeds = seeds
        self._minted = Minted()
        self._genuine = _bearer(teams.keys.token(teams.service_url)) if signs else []
        self._strangers = [(each, _bearer(teams.keys.token(each)) if signs else []) for each in _STRANGERS]
        self._forgeries = {name: forge(teams) for name, forge in FORGERIES.items()} if signs else {}

    def genuine(self) -> Mapping[Make, int]:
        return {self._payload: 30, self._bytes: 6, self._headers: 4, self._repeated: 4}

    def forged(self) -> Mapping[Make, int]:
        strange = {self._strange: 4, self._lying: 6, self._large: 1}
        return {self._forged: 60, **strange} if self._forgeries else strange

    # --- genuine ---

    def payload(self) -> Any:
        seed = json.loads(self._random.choice(self._seeds))
        if self._random.random() < 0.8:
            seed |= {"id": self._minted("17639{:09d}"), "timestamp": self._minted("2026-11-23T10:00:00.{:06d}Z")}
        return self._mutator.payload(json.dumps(seed))

    def _payload(self) -> Try:
        return self._signed("activity", json.dumps(self.payload()).encode())

    def _repeated(self) -> Try:
        return self._signed("as it was", self._random.choice(self._seeds).encode())

    def _bytes(self) -> Try:
        body = self._mutator.text(self._random.choice(self._seeds).encode())
        return self._signed("other bytes", body)

    def _headers(self) -> Try:
        random = self._random
        headers = [
            (b"Content-Type", random.choice((b"text/plain", b"application/json; charset=nonsense", b"\xff", b""))),
            *odd_headers(random),
        ]
        return self._signed("other headers", random.choice(self._seeds).encode(), headers)

    # --- forged ---

    def _forged(self) -> Try:
        name, header = self._random.choice(list(self._forgeries.items()))
        body = json.dumps(self.payload()) if self._random.random() < 0.2 else self._random.choice(self._seeds)
        if name == "channel not endorsed":
            body = json.dumps(json.loads(self._random.choice(self._seeds)) | {"channelId": "telegram"})
        return posted(PATH, name, [*header, _JSON], body.encode(), REFUSED)

    def _strange(self) -> Try:
        """It is to be answered where no answer may go."""
        address, header = self._random.choice(self._strangers)
        body = json.loads(self._random.choice(self._seeds)) | {"serviceUrl": address}
        return posted(PATH, "strange service URL", [*header, _JSON], json.dumps(body).encode(), REFUSED)

    def _lying(self) -> Try:
        return lying(self._random, PATH, [_JSON, *self._genuine], self._random.choice(self._seeds).encode())

    def _large(self) -> Try:
        return too_large(self._random, PATH, lambda _: self._genuine)

    def _signed(self, kind: str, body: bytes, content: Sequence[Header] = (_JSON,)) -> Try:
        return posted(PATH, kind, [*self._genuine, *content], body, ANSWERED, trusted=True)


# --- tokens ----------------------------------------------------------------------------------------------------------


def _token(**changes: Any) -> Callable[[FakeTeams], list[Header]]:
    """Signed by the newest key, but for what is changed."""
    return lambda teams: _bearer(teams.keys.token(teams.service_url, **changes))


def _bearer(token: str | bytes) -> list[Header]:
    return [(b"Authorization", b"Bearer " + (token.encode() if isinstance(token, str) else token))]


def _around(before: bytes, after: bytes = b"") -> Callable[[FakeTeams], list[Header]]:
    return lambda teams: [(b"Authorization", before + teams.keys.token(teams.service_url).encode() + after)]


def _fixed(value: bytes) -> Callable[[FakeTeams], list[Header]]:
    return lambda _teams: [(b"Authorization", value)]


def _signed_with_public_key(teams: FakeTeams) -> list[Header]:
    """HS256 over what everybody can read: who takes the algorithm from the token takes it for genuine."""
    secret = private_key(0).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    now = int(time.time())
    claims = {"serviceurl": teams.service_url, "exp": now + 3_000, "iss": ISSUER, "aud": APP_ID}
    parts = [_part({"alg": "HS256", "typ": "JWT", "kid": "key-0"}), _part(claims)]
    return _bearer(b".".join([*parts, _encoded(hmac.digest(secret, b".".join(parts), hashlib.sha256))]))


def _signed_whatever(**changes: Any) -> Callable[[FakeTeams], list[Header]]:
    """Claims that no library would sign, signed all the same."""

    def forged(teams: FakeTeams) -> list[Header]:
        now = int(time.time())
        claims = {"serviceurl": teams.service_url, "exp": now + 3_000, "iss": ISSUER, "aud": APP_ID, **changes}
        return _bearer(jwt.PyJWS().encode(json.dumps(claims).encode(), private_key(0), "RS256", {"kid": kid(0)}))

    return forged


def _with_other_claims(teams: FakeTeams) -> list[Header]:
    """A genuine signature under other claims."""
    header, _, signature = teams.keys.token(_STRANGE).encode().split(b".")
    claims = {"serviceurl": teams.service_url, "exp": 2**32, "iss": ISSUER, "aud": APP_ID}
    return _bearer(b".".join([header, _part(claims), signature]))


def _with_other_header(**changes: Any) -> Callable[[FakeTeams], list[Header]]:
    def forged(teams: FakeTeams) -> list[Header]:
        _, claims, signature = teams.keys.token(teams.service_url).encode().split(b".")
        return _bearer(b".".join([_part({"alg": "RS256", "typ": "JWT", "kid": "key-0"} | changes), claims, signature]))

    return forged


def _flipped(teams: FakeTeams) -> list[Header]:
    token = teams.keys.token(teams.service_url).encode()
    here = len(token) - 100
    return _bearer(token[:here] + (b"A" if token[here : here + 1] != b"A" else b"B") + token[here + 1 :])


def _part(value: Any) -> bytes:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


_NOW = time.time()
_LATE = LEEWAY_SECONDS + 60
FORGERIES: Mapping[str, Callable[[FakeTeams], list[Header]]] = {
    "no token": lambda _teams: [],
    "empty header": _fixed(b""),
    "empty token": _fixed(b"Bearer "),
    "another scheme": _around(b"Basic "),
    "small bearer": _around(b"bearer "),
    "two spaces": _around(b"Bearer  "),
    "two tokens": _around(b"Bearer a.b.c, "),
    "something behind": _around(b"Bearer ", b"x"),
    "a part behind": _around(b"Bearer ", b".e30"),
    "no letters": _fixed(b"Bearer \xff\xfe.\xff.\xff"),
    "garbage": _fixed(b"Bearer a.b.c"),
    "a long one": _fixed(b"Bearer " + b"a" * 8_000),
    "deep header": _fixed(b"Bearer " + _encoded(b"[" * 4_000) + b".e30.e30"),
    "another signature": _flipped,
    "no signature": lambda teams: _bearer(teams.keys.token(teams.service_url).rpartition(".")[0] + "."),
    "other claims": _with_other_claims,
    "own key under a known name": _token(key=_UNPUBLISHED, headers={"kid": "key-0"}),
    "own key under its name": _token(key=_UNPUBLISHED),
    "own key in the header": _token(key=_UNPUBLISHED, headers={"kid": "key-0", "jku": "https://evil.example/keys"}),
    "no key's name": _token(headers={"kid": None}),
    "a number for a key": _with_other_header(kid=0),
    "a list for a key": _with_other_header(kid=["key-0"]),
    "a path for a key": _with_other_header(kid="../../dev/null"),
    "algorithm none": _token(algorithm="none"),
    "algorithm None, signed": _with_other_header(alg="None"),
    "algorithm HS256": _token(algorithm="HS256"),
    "HS256 of the public key": _signed_with_public_key,
    "algorithm RS384": _with_other_header(alg="RS384"),
    "critical header": _with_other_header(crit=["b64"], b64=False),
    "another issuer": _token(iss="https://sts.windows.net/evil/"),
    "an emulator's issuer": _token(iss="https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"),
    "no issuer": _token(iss=None),
    "issuers": _signed_whatever(iss=["https://api.botframework.com"]),
    "another audience": _token(aud="2f0e2d3c-4b5a-4968-8776-655443322110"),
    "audiences": _token(aud=[APP_ID]),
    "no audience": _token(aud=None),
    "expired": _token(exp=int(_NOW) - _LATE),
    "without expiry": _token(exp=None),
    "expiry no number": _signed_whatever(exp="tomorrow"),
    "expiry without end": _signed_whatever(exp=float("inf")),
    "not yet": _token(nbf=int(_NOW) + 86_400),
    "another service URL": _token(serviceurl=_STRANGE),
    "no service URL": _token(serviceurl=None),
    "service URLs": lambda teams: _bearer(teams.keys.token("", serviceurl=[teams.service_url])),
    "channel not endorsed": _token(),
}
