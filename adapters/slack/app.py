"""Bolt's app: it speaks both transports, checks addresses and installs; what Slack sends is `Listeners`' to answer."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow

from adapters.slack.desk import Desk
from adapters.slack.listeners import Listeners
from adapters.slack.workspaces import Workspaces


def to_app(desk: Desk, workspaces: Workspaces, flow: AsyncOAuthFlow | None) -> AsyncApp:
    """`Listeners` stand ahead of Bolt's authorization, which would ask Slack, and lose what cannot be authorized."""
    return AsyncApp(
        name="ai-readiness",
        logger=logging.getLogger("slack_bolt"),
        signing_secret="",
        client=workspaces.nobody(),
        before_authorize=Listeners(desk),
        authorize=None if flow else _authorize,  # Bolt takes one of both
        oauth_flow=flow,
        request_verification_enabled=False,  # `endpoint.events` has done it
        ignoring_self_events_enabled=False,  # it would hide that somebody has deleted a card
    )


async def _authorize() -> AuthorizeResult:
    raise AssertionError("`Listeners` answers whatever would need a token")
