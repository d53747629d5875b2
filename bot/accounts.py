"""Whose accounts on two platforms have the same e-mail: they are joined, and told with what they do next.

Whether the e-mail is theirs, a platform vouches for; but whoever runs an organisation can give its people any e-mail.
So where a platform has a home in the settings, only its people are looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from conversations.people import Account
from storage.joins import join_by_email, same_email
from storage.threads import Units

_log = logging.getLogger(__name__)


class Accounts:
    """`homes` are by platform: the one organisation whose people count, None for nobody's."""

    def __init__(
        self, units: Units, read: Units, *, homes: Mapping[str, str | None], clock: Callable[[], datetime]
    ) -> None:
        self._units = units
        self._read = read
        self._homes = homes
        self._clock = clock

    async def look(self) -> None:
        """Raises `Busy` and `StorageDown`."""
        for pair in await self._read(same_email):
            if all(map(self._is_at_home, pair)):
                await self._units(join_by_email, pair, self._clock())
                _log.info("accounts_joined", extra={"platforms": sorted(each.platform for each in pair)})

    def _is_at_home(self, account: Account) -> bool:
        return self._homes.get(account.platform, account.tenant) == account.tenant
