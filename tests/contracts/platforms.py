"""The platforms of the contract."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contracts.on_console import ConsolePlatform
from tests.contracts.on_slack import SlackPlatform
from tests.contracts.on_teams import TeamsPlatform
from tests.contracts.pressing import Platform

PLATFORMS: Mapping[str, Platform] = {each.name: each for each in (SlackPlatform(), TeamsPlatform(), ConsolePlatform())}
