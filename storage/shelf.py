"""What a process has read already and need not read again: packs, and where reviews stood after their newest turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select

from conversations.pack_documents import from_document
from conversations.packs import Pack
from conversations.standing import Standing
from storage.models import pack

_BODIES = select(pack.c.digest, pack.c.body).where(pack.c.digest.in_(bindparam("digests", expanding=True)))
_MOST = 128  # reviews whose standing is remembered, about 70 kB each where 21 items are answered


class PackShelf:
    """Shared by all threads. The packs only ever grow, and one that is read twice is the same pack."""

    def __init__(self) -> None:
        self._packs: dict[str, Pack] = {}
        self._stood: dict[str, Standing] = {}

    def packs(self, connection: Connection, digests: Iterable[str]) -> Mapping[str, Pack]:
        """All packs seen so far, those of `digests` among them."""
        missing = set(digests) - self._packs.keys()
        if missing:
            rows = connection.execute(_BODIES, {"digests": sorted(missing)})
            self._packs |= {digest: from_document(body) for digest, body in rows}
        return self._packs

    def keep(self, pack: Pack) -> None:
        self._packs[pack.digest] = pack

    def stood(self, review_id: str) -> Standing | None:
        """Whether it is where the review still stands is for the review's version, read under its lock, to say."""
        return self._stood.get(review_id)

    def remember(self, standing: Standing) -> None:
        """Where a turn that was *committed* has left its review. Who had no turn for the longest time is forgotten."""
        self._stood.pop(standing.review.id, None)
        self._stood[standing.review.id] = standing
        if len(self._stood) > _MOST:
            del self._stood[next(iter(self._stood))]
