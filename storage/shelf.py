"""The packs that reviews run on, by digest; each is read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select

from conversations.pack_documents import from_document
from conversations.packs import Pack
from storage.models import pack

_BODIES = select(pack.c.digest, pack.c.body).where(pack.c.digest.in_(bindparam("digests", expanding=True)))


class PackShelf:
    """Shared by all threads: it only ever grows, and a pack that is read twice is the same pack."""

    def __init__(self) -> None:
        self._packs: dict[str, Pack] = {}

    def packs(self, connection: Connection, digests: Iterable[str]) -> Mapping[str, Pack]:
        """All packs seen so far, those of `digests` among them."""
        missing = set(digests) - self._packs.keys()
        if missing:
            rows = connection.execute(_BODIES, {"digests": sorted(missing)})
            self._packs |= {digest: from_document(body) for digest, body in rows}
        return self._packs

    def keep(self, pack: Pack) -> None:
        self._packs[pack.digest] = pack
