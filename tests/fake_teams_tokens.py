"""Who may speak: the keys that Microsoft signs with and publishes, and the tokens that a bot gets for its password."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fake_teams_state import APP_ID, APP_PASSWORD, TENANT, Json

ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
ENDORSED = ("msteams", "webchat", "directline")


@cache
def private_key(number: int) -> rsa.RSAPrivateKey:
    """Each costs a moment to make, so that all share them."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class Keys:
    """The keys of Microsoft, by the number of each; the newest one signs."""

    def __init__(self) -> None:
        self.published = [0]
        self.endorsed: dict[int, tuple[str, ...]] = {}

    @property
    def newest(self) -> int:
        return self.published[-1]

    def rotates(self, *, keeps: bool = True) -> None:
        """A new key signs from now on; the old ones stay published for a while, or go at once."""
        self.published = [*(self.published if keeps else ()), self.newest + 1]

    def as_json(self) -> Json:
        return {"keys": [self._key(number) for number in self.published]}

    def _key(self, number: int) -> Json:
        key: Json = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(number).public_key()))
        endorsed = self.endorsed.get(number, ENDORSED)
        del key["key_ops"]
        return {**key, "use": "sig", "kid": kid(number), "x5t": kid(number), "endorsements": list(endorsed)}

    def token(
        self,
        service_url: str,
        *,
        key: int | None = None,
        headers: Json | None = None,
        algorithm: str = "RS256",
        ahead: float = 0,
        **claims: Any,
    ) -> str:
        """As Microsoft makes one for an activity; a claim or header that is None is left out.

        Its times are the machine's, `ahead` seconds later: whoever checks it looks at that clock.
        """
        number, now = self.newest if key is None else key, int(time.time() + ahead)
        usual = {"serviceurl": service_url, "nbf": now - 60, "exp": now + 3_540, "iss": ISSUER, "aud": APP_ID}
        names = {"kid": kid(number), "x5t": kid(number), **(headers or {})}
        given = {name: value for name, value in (usual | claims).items() if value is not None}
        signs: Any = {"HS256": "a secret of somebody's own, which is long enough", "none": None}
        secret = signs[algorithm] if algorithm in signs else private_key(number)
        return jwt.encode(given, secret, algorithm, {name: value for name, value in names.items() if value is not None})


def kid(number: int) -> str:
    return f"key-{number}"


def openid(url: str) -> Json:
    """https://login.botframework.com/v1/.well-known/openidconfiguration"""
    return {
        "issuer": ISSUER,
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": f"{url}/v1/.well-known/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    }


# --- the bot's own ---------------------------------------------------------------------------------------------------


class LoginRefuses(Exception):
    """An answer of the login endpoint that is no token."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.body: Json = {"error": error, "error_description": description, "error_codes": [7_000_215]}


def granted(tenant: str, form: Json, name: str) -> Json:
    """A token for the bot's id and password, in the tenant in which it is registered."""
    if tenant != TENANT:
        raise LoginRefuses("invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
    if form.get("grant_type") != "client_credentials" or form.get("scope") != SCOPE:
        raise LoginRefuses("invalid_scope", f"AADSTS70011: {form.get('scope')} is not valid.")
    if form.get("client_id") != APP_ID:
        raise LoginRefuses("unauthorized_client", "AADSTS700016: The application was not found.")
    if form.get("client_secret") != APP_PASSWORD:
        raise LoginRefuses("invalid_client", "AADSTS7000215: Invalid client secret provided.")
    return {"token_type": "Bearer", "expires_in": 3_599, "ext_expires_in": 3_599, "access_token": f"ey.{name}"}
