"""What a platform gives to `serve`: what it is heard through, what speaks there, and what tells whether both can."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.server import Check
from conversations.ports import Quiet, Roll, Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    name: str
    sender: Sender
    routes: Sequence[web.RouteDef]
    checks: Mapping[str, Check]  # by the name that `/readyz` tells
    quiet: Quiet | None = None  # tells who must not be disturbed
    roll: Roll | None = None  # tells who is here no longer
    run: Callable[[], Coroutine[Any, Any, None]] | None = None  # until it is cancelled; None: it calls us
