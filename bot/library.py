"""Where packs and rules come from: the files that ship with the engine, and an organisation's own folder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

from bot.settings import BadSettings, Settings
from conversations.decide import Engine
from conversations.language.rules import Rules, load_rules
from conversations.pack_files.parser import parse_packs
from conversations.packs import Library
from conversations.regions import Regions

RULES = "vague_rules.yaml"
_UNTHANKED = frozenset({"teams"})  # no sign can be put on a message there, nor be shown to one person in a thread


class NoSuchFolder(BadSettings):
    """The folder with the organisation's own packs is not there."""


class NoSuchPack(BadSettings):
    """No pack has the name of the one that new reviews shall use."""


def bundled() -> dict[str, str]:
    """The texts of the packs that ship with the product, by file name."""
    folder = files("conversations").joinpath("packs")
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".yaml") and entry.name != RULES
    }


def own(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise NoSuchFolder(f"AI_READINESS_PACKS: there is no folder {folder}; make it, or unset the variable")
    paths = sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml") and path.is_file())
    return {str(path): path.read_text(encoding="utf-8", errors="replace") for path in paths}  # a complaint names it


def load_library(settings: Settings, rules: Rules) -> Library:
    """Raises `PackFaults` with every complaint."""
    return parse_packs({**bundled(), **own(settings.packs)}, known_parts(rules))


def shipped_rules(date_order: str | None = None) -> Rules:
    text = files("conversations").joinpath("packs", RULES).read_text(encoding="utf-8")
    return replace(load_rules(text, RULES), date_order=date_order)


def known_parts(rules: Rules) -> frozenset[str]:
    return frozenset(rules.parts)


def load_engine(settings: Settings, pack: str | None = None) -> Engine:
    """Raises `PackFaults`, `NoSuchFolder`, and `NoSuchPack` where the pack of new reviews is none of the packs."""
    from bot.calendars import calendar_for, countries  # noqa: PLC0415  # public holidays are a large library

    rules = shipped_rules(settings.date_order)
    library, name = load_library(settings, rules), (pack or settings.pack).casefold()
    if name not in library.packs:
        raise NoSuchPack(f"No pack is called {name!r}; there are {', '.join(library.packs)}.")
    ids = frozenset(admin for admin in settings.admins if "@" not in admin)  # who has an e-mail is for the platform
    return Engine(
        library=library,
        rules=rules,
        pack=name,
        zone=settings.zone,
        admins=ids,
        calendar_of=calendar_for(settings.zone, settings.country),
        regions=Regions(zones=zones, countries=countries),
        unthanked=_UNTHANKED,
    )


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())
