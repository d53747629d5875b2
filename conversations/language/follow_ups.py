"""What the bot asks when something is missing: what is there, then what is asked for. All sentences are data."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.language.rules import Rules
from conversations.packs import Item, ItemType


def ask_for(item: Item, rules: Rules) -> str:
    """The item's own follow-up; a choice offers its options."""
    if item.type is not ItemType.CHOICE:
        return item.follow_up
    return rules.says["choice"].format(options=", ".join(option.value.replace("_", " ") for option in item.options))


def say(item: Item, rules: Rules, name: str, **values: str) -> str:
    return rules.says[name].format(ask=ask_for(item, rules), **values)


def ask_for_parts(item: Item, missing: Sequence[str], rules: Rules) -> str:
    """`I have the step. How long is that …`; the item's own words where nothing is there, or where much is missing."""
    found = [rules.parts[part].have for part in item.parts if part not in missing]
    if not found or not missing:
        return item.follow_up
    listed = rules.says["and"].join([*([", ".join(found[:-1])] if found[1:] else []), found[-1]])
    ask = rules.parts[missing[0]].ask if len(missing) == 1 else item.follow_up
    return f"{rules.says['have'].format(parts=listed)} {ask}"
