"""What `doctor` asks of Microsoft: is the app given a token, and can the keys be had by which its calls are checked.

No secret is told, and neither is waited for long. What cannot be asked from here is whether Teams reaches the bot.
"""

from __future__ import annotations

import re

import aiohttp

from adapters.checks import Seen
from adapters.teams.logins import Credentials, Login, NotLetIn
from adapters.teams.manifest import GUID
from adapters.teams.tokens import OPENID_URL, Verifier
from conversations.errors import DeliveryFailed

_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")  # a tenant can be named by one of its own
_REACH = "See that this machine reaches it."
_ENTRA = "the app's registration in Entra"
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_TODO = {
    "AADSTS7000215": f"Set TEAMS_APP_PASSWORD to a secret's value, not to its ID; a new one is made in {_ENTRA}.",
    "AADSTS7000222": f"The secret has expired. Make a new one in {_ENTRA}, and set TEAMS_APP_PASSWORD to its value.",
    "AADSTS700016": f"Set TEAMS_APP_ID and TEAMS_TENANT_ID to the two IDs that stand together in {_ENTRA}.",
    "AADSTS7000112": "The app is switched off. An administrator switches it on again under Enterprise applications.",
    "AADSTS7000229": "The app is registered, but not in use there: az ad sp create --id, and its ID, puts it in use.",
    "AADSTS90002": f"Set TEAMS_TENANT_ID to the Directory (tenant) ID in {_ENTRA}.",
}
_OTHERWISE = f"Compare TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID with {_ENTRA}."


async def look_at_app(own: Credentials, *, openid_url: str = OPENID_URL) -> list[Seen]:
    """What is not set is empty. A token is asked for only where all that it takes is there and may be right."""
    odd = _odd(own)
    seen = [Seen(check="teams app", says="its IDs are not as Entra writes them", todo=odd)] if odd else []
    if own.app_id and own.password and own.tenant and not odd:
        seen.append(await _token(own))
    return [*seen, await _keys(own.app_id, openid_url)]


def _odd(own: Credentials) -> tuple[str, ...]:
    todo, digits = [], "which has five groups of hexadecimal digits with dashes between them."
    if own.app_id and not GUID.fullmatch(own.app_id):
        todo.append(f"TEAMS_APP_ID: set it to the Application (client) ID, {digits}")
    if own.tenant and not (GUID.fullmatch(own.tenant) or _DOMAIN.fullmatch(own.tenant)):
        todo.append(f"TEAMS_TENANT_ID: set it to the Directory (tenant) ID, {digits}")
    return tuple(todo)


async def _token(own: Credentials) -> Seen:
    check = "teams token"
    try:
        async with aiohttp.ClientSession() as session:
            await Login(own).token(session)
    except NotLetIn as refused:
        todo = _TODO.get(refused.code, _OTHERWISE)
        return Seen(check=check, says=f"Microsoft gives none ({refused.code})", todo=(todo,))
    except DeliveryFailed:
        return Seen(check=check, says=f"{own.login_url} does not answer as Microsoft does", todo=(_REACH,))
    return Seen(check=check, says=f"app {own.app_id} is given one")


async def _keys(app_id: str, openid_url: str) -> Seen:
    check = "teams keys"
    if await Verifier(app_id, openid_url=openid_url).ready():
        return Seen(check=check, says="those by which Teams' calls are checked can be had")
    todo = f"{_REACH} Without the keys nobody who calls can prove who they are, and nobody is heard."
    return Seen(check=check, says=f"they cannot be had from {openid_url}", todo=(todo,))
