"""`ai-readiness doctor`: the checks, in the order in which they are told.

A check looks at what was found and says one thing about it; where what it looks at could not be had, it says nothing,
because another check has said why. Looking changes nothing and makes no file. No value of a secret is ever shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TypeAlias

from adapters.checks import Seen
from bot.bootstrap import machine_clock
from bot.library import NoSuchFolder, bundled, known_parts, load_library, own, shipped_rules
from bot.settings import Settings, usable_settings, what_serve_lacks
from conversations.errors import StorageDown
from conversations.pack_files.nodes import Complaint
from conversations.pack_files.parser import lint
from storage.inspection import Inspection, Unseen, inspect_database
from storage.parked import Parked
from storage.revisions import Position

# What was said for the moment and never arrived is nobody's care any more after that.
MOMENT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check has to say; `todo` has a sentence for each thing to be done, and nothing where all is well."""

    check: str
    says: str
    todo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the checks look at. What could not be had is None, and then its trouble says why."""

    settings: Settings
    wrong: Mapping[str, str]  # settings that cannot be used, by variable
    packs: Mapping[str, str] | None  # texts by file name
    packs_trouble: str
    complaints: Sequence[Complaint]  # about the packs
    database: Inspection | None
    database_trouble: str


Check: TypeAlias = Callable[[Ground], Finding | None]


def examine() -> list[Finding]:
    """All checks that can be made."""
    ground = _ground()
    found = (check(ground) for check in CHECKS)
    return [*(finding for finding in found if finding is not None), *_slack(ground), *_teams(ground)]


def _slack(ground: Ground) -> list[Finding]:
    """Asked only where it is configured, and never at another address than was meant."""
    if not ground.settings.on_slack or "SLACK_API_URL" in ground.wrong:
        return []
    from bot.doctor_slack import seen_at_slack  # noqa: PLC0415  # its SDK is loaded only where it is used

    return _findings(seen_at_slack(ground.settings, ground.database))


def _teams(ground: Ground) -> list[Finding]:
    if not ground.settings.on_teams or "TEAMS_AUTH" in ground.wrong:
        return []
    from bot.doctor_teams import seen_at_teams  # noqa: PLC0415  # the web is loaded only where it is used

    return _findings(seen_at_teams(ground.settings))


def _findings(seen: Iterable[Seen]) -> list[Finding]:
    return [Finding(check=one.check, says=one.says, todo=one.todo) for one in seen]


def as_lines(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"{'!' if finding.todo else '✓'} {finding.check}: {finding.says}"
        yield from (f"    {sentence}" for sentence in finding.todo)


def _ground() -> Ground:
    settings, wrong = usable_settings()
    packs, packs_trouble = _packs_of(settings)
    database, database_trouble = (None, "") if "DATABASE_URL" in wrong else _database_of(settings)
    return Ground(
        settings=settings,
        wrong=wrong,
        packs=packs,
        packs_trouble=packs_trouble,
        complaints=lint(packs or {}, known_parts(shipped_rules()), in_use={}),
        database=database,
        database_trouble=database_trouble,
    )


def _packs_of(settings: Settings) -> tuple[Mapping[str, str] | None, str]:
    try:
        return {**bundled(), **own(settings.packs)}, ""
    except NoSuchFolder as missing:
        return None, str(missing)


def _database_of(settings: Settings) -> tuple[Inspection | None, str]:
    try:
        return inspect_database(settings.database_url), ""
    except StorageDown as down:
        return None, str(down)


# --- the checks ----------------------------------------------------------------------------------------------------


def _settings(ground: Ground) -> Finding:
    if not ground.wrong:
        return Finding(check="settings", says="all can be used")
    todo = tuple(f"{variable}: {why}." for variable, why in ground.wrong.items())
    return Finding(check="settings", says=f"{len(todo)} cannot be used", todo=todo)


def _serve(ground: Ground) -> Finding | None:
    settings = ground.settings
    lacking = [line for line in what_serve_lacks(settings) if line.partition(":")[0] not in ground.wrong]
    configured = settings.on_slack or settings.on_teams
    if configured and lacking:
        return Finding(check="serve", says=f"{_counted(len(lacking), 'setting')} to put right", todo=tuple(lacking))
    if any(variable.startswith(("SLACK_", "TEAMS_")) for variable in ground.wrong):
        return None
    if not configured:
        return Finding(check="serve", says="no platform is configured; `chat` works")
    return Finding(check="serve", says="; ".join(_ways(settings)))


def _ways(settings: Settings) -> Iterator[str]:
    """How each platform is heard."""
    if settings.on_slack:
        way = "by Socket Mode" if settings.by_socket else "by HTTP"
        yield f"Slack {way}, {'many workspaces' if settings.many_workspaces else 'one workspace'}"
    if settings.teams_auth_off:
        yield "Teams without authentication, for an emulator on this machine"
    elif settings.on_teams:
        yield "Teams, single tenant"


def _database(ground: Ground) -> Finding | None:
    if ground.database_trouble:
        return Finding(check="database", says="cannot be read", todo=(ground.database_trouble,))
    if ground.database is None:
        return None
    if ground.database.schema is None:
        return Finding(check="database", says=f"{ground.database.name} is made when it is first worked on")
    working = f", in use by {ground.database.holder}" if ground.database.holder else ""
    return Finding(check="database", says=f"{ground.database.name} answers{working}")


def _schema(ground: Ground) -> Finding | None:
    schema = ground.database.schema if ground.database else None
    if schema is None:
        return None
    if schema.position.workable:
        return Finding(check="schema", says=f"revision {schema.found}, {_WORKABLE[schema.position]}")
    if schema.position is Position.AHEAD:
        todo = "Use the newer version of this program that the database belongs to, or name another DATABASE_URL."
        says = f"revision {schema.found}, and this program knows revisions up to {schema.wanted} only"
        return Finding(check="schema", says=says, todo=(todo,))
    says = f"revision {schema.found} of {schema.wanted}" if schema.found else "there are no tables yet"
    return Finding(check="schema", says=says, todo=("Bring it up to date with: ai-readiness migrate",))


_WORKABLE = {
    Position.CURRENT: "up to date",
    Position.UNFINISHED: "up to date; when no older process is at work any more, run: ai-readiness migrate --finish",
    Position.EXTENDED: "of a newer version, beside which this one can work",
}


def _packs(ground: Ground) -> Finding:
    if ground.packs is None:
        return Finding(check="packs", says="your own cannot be read", todo=(f"{ground.packs_trouble}.",))
    if ground.complaints:
        return _complained("packs", f"{_counted(len(ground.complaints), 'thing')} to put right", ground.complaints)
    return Finding(check="packs", says=f"{_counted(len(ground.packs), 'file')}, nothing to put right")


def _pack_of_new_reviews(ground: Ground) -> Finding | None:
    if ground.packs is None or ground.complaints:
        return None
    names = load_library(ground.settings, shipped_rules()).packs
    name = ground.settings.pack.casefold()
    if name in names:
        return Finding(check="new reviews", says=f"pack {name}")
    todo = f"Set AI_READINESS_PACK to one of {', '.join(names)}, or put that pack into your folder of packs."
    return Finding(check="new reviews", says=f"no pack is called {name!r}", todo=(todo,))


def _packs_in_use(ground: Ground) -> Finding | None:
    in_use = ground.database.packs_in_use if ground.database else {}
    if not in_use or ground.packs is None or ground.complaints:
        return None
    changed = lint(ground.packs, known_parts(shipped_rules()), in_use=in_use)
    if changed:
        return _complained("packs in use", f"{_counted(len(changed), 'pack')} changed under the same version", changed)
    return Finding(check="packs in use", says="each version is what its reviews began with")


def _holidays(ground: Ground) -> Finding | None:
    if "AI_READINESS_COUNTRY" in ground.wrong:
        return None
    country = ground.settings.country
    says = f"those of {country}" if country else "none"
    return Finding(check="holidays", says=f"{says}, where somebody's country is unknown")


def _deliveries(ground: Ground) -> Finding | None:
    if ground.database is None or not ground.database.readable:
        return None
    since = machine_clock() - MOMENT
    parked = [one for one in ground.database.parked if one.key is not None or one.created_at > since]
    if not parked:
        return Finding(check="deliveries", says="none is parked")
    places = groupby(sorted(parked, key=_place), key=_place)
    todo = (
        "See that the bot is still there and may write; a card is posted with the next answer, or when it changes.",
        "To send them again: ai-readiness outbox retry --all, or by name; ai-readiness outbox list has the names.",
    )
    lines = tuple(_parked_at(place, list(there)) for place, there in places)
    return Finding(check="deliveries", says=f"{_counted(len(parked), 'message')} parked", todo=(*lines, *todo))


def _unseen(ground: Ground) -> Finding | None:
    if ground.database is None or not ground.database.readable:
        return None
    unseen = ground.database.unseen
    if not unseen:
        return Finding(check="reviews", says="each can be seen, or is on its way")
    says = f"{_counted(len(unseen), 'review')} without a card that the bot knows of"
    return Finding(check="reviews", says=says, todo=tuple(map(_unseen_one, unseen)))


CHECKS: tuple[Check, ...] = (
    _settings,
    _serve,
    _database,
    _schema,
    _packs,
    _pack_of_new_reviews,
    _packs_in_use,
    _holidays,
    _deliveries,
    _unseen,
)


# --- words ---------------------------------------------------------------------------------------------------------


def _complained(check: str, says: str, complaints: Sequence[Complaint]) -> Finding:
    return Finding(check=check, says=says, todo=tuple(map(str, complaints)))


def _place(parked: Parked) -> tuple[str, str, str, str]:
    return parked.platform, parked.tenant, parked.channel, parked.trouble


def _parked_at(place: tuple[str, str, str, str], parked: Sequence[Parked]) -> str:
    platform, tenant, channel, trouble = place
    since = min(one.created_at for one in parked)
    return f"{len(parked)} in {platform} {tenant} {channel} since {since:%Y-%m-%d %H:%M} UTC: {trouble}."


def _unseen_one(review: Unseen) -> str:
    place = f"{review.platform} {review.tenant} {review.channel}"
    todo = "See that the bot may write there, and answer in its thread: the card is posted with the next answer."
    if review.thread is None:
        todo = "What is written below its card, if it is there, is not heard: start it again under another name."
    return f"{review.project} in {place}, started {review.started_at:%Y-%m-%d %H:%M} UTC. {todo}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
