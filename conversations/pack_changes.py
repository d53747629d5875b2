"""What a later version of a pack makes of the answers that a review has.

Compares two packs item by item, by name; which answers there are is not known here. How much an answer counts (its
weight, whether it blocks, when it is looked at again) follows the pack by itself and is no change of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from conversations.cards import PackChange
from conversations.names import label_of
from conversations.pack_documents import version_numbers
from conversations.packs import Item, Pack

# The fields of an item that a verdict depends on, and those that only say what is asked for.
JUDGED_BY = (
    "type",
    "parts",
    "options",
    "direction",
    "rota_allowed",
    "allow_deferred",
    "reject",
    "evidence",
    "minimum",
    "unit",
)
WORDED_BY = ("label", "role", "prompt", "why", "example", "follow_up", "fact")


class Change(StrEnum):
    NEW = "new"  # asked for the first time
    DROPPED = "dropped"  # asked no longer; its answer stays in the history and is not shown
    JUDGED_ANEW = "judged_anew"  # by other rules than those it was accepted by
    REWORDED = "reworded"  # asked for in other words; the answer stays as it is
    KEPT = "kept"


def is_newer(old: Pack, new: Pack) -> bool:
    """A later version of the same pack. Other content under the same version is nothing to offer."""
    return old.name == new.name and version_numbers(old.version) < version_numbers(new.version)


def changes(old: Pack, new: Pack) -> Mapping[str, Change]:
    """By item, whatever is not kept: in the order of `new`, then what it drops. All overlays are looked at, whether
    or not they have joined.
    """
    return _changes(_all_items(old), _all_items(new))


def offered(old: Pack, new: Pack, profile: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    """What becomes of the answers to be seen in a review with this profile, for an act to keep: plain texts, in order.

    Holds what a card needs, as the running pack does not know what the later one asks.
    """
    before, after = old.joined_by(profile).by_key, new.joined_by(profile).by_key
    shown = {**before, **after}
    return tuple(
        {"item": key, "becomes": change.value, "label": label_of(shown[key]), "prompt": shown[key].prompt}
        for key, change in _changes(before, after).items()
    )


def to_pack_changes(kept: Iterable[Mapping[str, str]]) -> tuple[PackChange, ...]:
    """The lines of a card from what `offered` told an act."""
    return tuple(PackChange(label=told["label"], prompt=told["prompt"], becomes=told["becomes"]) for told in kept)


def _changes(old: Mapping[str, Item], new: Mapping[str, Item]) -> dict[str, Change]:
    compared = {key: _change(old[key], item) if key in old else Change.NEW for key, item in new.items()}
    compared |= {key: Change.DROPPED for key in old if key not in new}
    return {key: change for key, change in compared.items() if change is not Change.KEPT}


def _change(old: Item, new: Item) -> Change:
    if _differ(old, new, JUDGED_BY):
        return Change.JUDGED_ANEW
    return Change.REWORDED if _differ(old, new, WORDED_BY) else Change.KEPT


def _differ(old: Item, new: Item, fields: Iterable[str]) -> bool:
    return any(getattr(old, name) != getattr(new, name) for name in fields)


def _all_items(pack: Pack) -> dict[str, Item]:
    return dict(pack.by_key) | {item.key: item for overlay in pack.overlays for item in overlay.items}
