"""What people type and read for an item, a project and a person."""

from __future__ import annotations

import re
from difflib import get_close_matches

from conversations.packs import Item, Pack

_MENTION = re.compile(r"<@([^>\s]+)>")


def label_of(item: Item) -> str:
    return item.label or _last(item.key).replace("_", " ")


def find_item(name: str, pack: Pack) -> str | None:
    """The key of the item that somebody means, by its key or else by its label; None when there is none, or more."""
    labelled = [key for key, item in pack.by_key.items() if _folded(label_of(item)) == _folded(name)]
    return find_key(name, pack) or (labelled[0] if len(labelled) == 1 else None)


def find_key(name: str, pack: Pack) -> str | None:
    """Likewise, where it is a key or the last part of one that is written."""
    keys = [key for key in pack.by_key if _folded(name) in (key, _last(key))]
    return keys[0] if len(keys) == 1 else None


def nearest_items(name: str, pack: Pack) -> tuple[str, ...]:
    return tuple(get_close_matches(name.casefold(), pack.names.values(), n=3, cutoff=0.5))


def folded_name(project: str) -> str:
    """Two projects with the same one are the same: case and spaces do not count."""
    return " ".join(project.split()).casefold()


def mentioned(text: str) -> str | None:
    """The id of the first person mentioned."""
    found = _MENTION.search(text)
    return found.group(1) if found else None


def _folded(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().casefold()).replace("’", "'")


def _last(key: str) -> str:
    return key.rpartition(".")[2]
