"""What `doctor` looks at on Teams: the app's registration, and what the bot has to reach."""

from __future__ import annotations

import asyncio

from adapters.checks import Seen
from adapters.teams.checks import look_at_app
from adapters.teams.logins import Credentials
from bot.settings import Settings


def seen_at_teams(settings: Settings) -> list[Seen]:
    """Without authentication Microsoft is not spoken with, so it is not asked either."""
    if settings.teams_auth_off:
        return [_unproven(settings)]
    password = settings.teams_app_password
    own = Credentials(
        app_id=settings.teams_app_id or "",
        password=password.get_secret_value() if password else "",
        tenant=settings.teams_tenant_id or "",
    )
    return asyncio.run(look_at_app(own))


def _unproven(settings: Settings) -> Seen:
    own = {
        "TEAMS_APP_ID": settings.teams_app_id,
        "TEAMS_APP_PASSWORD": settings.teams_app_password,
        "TEAMS_TENANT_ID": settings.teams_tenant_id,
    }
    unused = [variable for variable, value in own.items() if value]
    rest = f"; not used: {', '.join(unused)}" if unused else ""
    return Seen(
        check="teams", says=f"TEAMS_AUTH=off: Teams itself is not heard, only an emulator on this machine{rest}"
    )
