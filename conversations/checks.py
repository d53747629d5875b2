"""The checks across answers: two that do not fit together, an approval of one's own, the same words everywhere.

Each looks only at answers that stand (complete, waiting for a yes, due for review) and says nothing where one is not
there or cannot be read for certain. What it says quotes nobody: it names answers and days, and what would settle it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from conversations.item_standing import STANDS, ItemStanding, said_by
from conversations.names import label_of
from conversations.once import once
from conversations.packs import PROFILE_FIELDS, ItemType
from conversations.quantities import MEASURES, Quantity, quantities
from conversations.review import Act, ActKind, State
from conversations.standing import APPROVER, DECISION_DATE, Standing

_METRICS = ("success.target", "success.baseline")
REHEARSAL = "rollback.tested_on"
_LOAD = "scale.load_tested"
_AUDIENCE = "train.audience"
_LOGS = "observe.logs"

GO_LIVE = "go_live_on"  # the field of the intake, a day as YYYY-MM-DD
DECISION_NEAR_DAYS = 14  # C10
SAME_WORDS = 3  # C11
LOG_MONTHS = 6  # C8: Regulation (EU) 2024/1689, Articles 19(1) and 26(6)
# The day from which C8 blocks: Regulation (EU) 2026/1744.
HIGH_RISK_FROM = {"high_risk_annex_iii": date(2027, 12, 2), "high_risk_annex_i": date(2028, 8, 2)}

_TYPED = frozenset({ItemType.TEXT, ItemType.METRIC, ItemType.URL, ItemType.CHANNEL})  # types in which words are typed
_LATE_STAGES = PROFILE_FIELDS["stage"][PROFILE_FIELDS["stage"].index("scaling") :]
_LINK = re.compile(r"(?:https?://)?([^\s<>|]+\.[^\s<>|]*/[^\s<>|]*)", re.IGNORECASE)
_DOWN = re.compile(
    r"\b(down|reduc\w*|cut\w*|lower\w*|fewer|less|decreas\w*|drop\w*|shorten\w*|at most)\b", re.IGNORECASE
)
_UP = re.compile(r"\b(increas\w*|rais\w*|grow\w*|higher|up from|at least)\b", re.IGNORECASE)
_MONTHS_IN = {"day": 1 / 30, "week": 7 / 30, "month": 1, "year": 12}


class Severity(StrEnum):
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check that did not pass. The first of `items` is the one whose answer would settle it soonest."""

    id: str
    severity: Severity
    items: tuple[str, ...]
    says: str


Clash: TypeAlias = tuple[tuple[str, ...], str]  # the items, and the sentence


def failed_checks(standing: Standing) -> tuple[Finding, ...]:
    """At most one finding a check, in the order of their numbers."""
    return tuple(
        Finding(
            id=name,
            severity=severity(standing),
            items=tuple(dict.fromkeys(key for items, _ in clashes for key in items)),
            says=" ".join(says for _, says in clashes),
        )
        for name, (severity, check) in CHECKS.items()
        if (clashes := list(check(standing)))
    )


# --- the checks, as they are numbered in docs/scoring.md -----------------------------------------------------------


def _approves_oneself(standing: Standing) -> Iterator[Clash]:
    for item in standing.items.values():
        for other in item.item.must_differ_from:
            person = _named(item)
            if person is not None and other in standing.items and _named(standing.items[other]) == person:
                labels = f"{_label(standing, item.item.key)} and {_label(standing, other)}"
                says = f"The {labels} are one person; naming somebody else for one of the two settles it."
                yield (item.item.key, other), says
    answers = [item.answer.by for item in standing.items.values() if item.answer and item.state is not State.OPEN]
    own = answers.count(standing.approver or "")
    if own * 2 > len(answers):
        says = (
            f"The approver wrote {own} of {len(answers)} answers; answers from others, or another approver, settle it."
        )
        yield (APPROVER,), says


def _after_what_it_precedes(standing: Standing) -> Iterator[Clash]:
    pairs = ((key, item.item.before) for key, item in standing.items.items() if item.item.before)
    for key, later in pairs:
        day, limit = _day(standing, key), _day(standing, later)
        if day and limit and day > limit:
            says = (
                f"The {_label(standing, key)} is on {_said(day)}, after the {_label(standing, later)} "
                f"on {_said(limit)}; moving one of the two settles it."
            )
            yield (key, later), says


def _rehearsal(standing: Standing) -> Iterator[Clash]:
    key, today = REHEARSAL, standing.now.date()
    day = _day(standing, key)
    if day is None:
        return
    limit = standing.items[key].item.review_days
    if day > today:
        yield (key,), f"The rollback rehearsal on {_said(day)} is yet to come; the day of one that was held settles it."
    elif (today - day).days > limit:
        says = f"The rollback was rehearsed on {_said(day)}, more than {limit} days ago; a new rehearsal settles it."
        yield (key,), says


def _target_and_baseline(standing: Standing) -> Iterator[Clash]:
    pair = _target(standing)
    if pair is None:
        return
    (target, baseline), up = pair, _means_up(standing)
    if target == baseline:
        yield _METRICS, "The target is the same number as the baseline; correcting one of the two settles it."
    elif up is not None and up is not (target > baseline):
        yield _METRICS, "The target moves away from where it should go; correcting it or the baseline settles it."


def _units_of_target(standing: Standing) -> Iterator[Clash]:
    target, baseline = ({level.unit for level in _levels(standing, key)} & MEASURES for key in _METRICS)
    if target and baseline and target.isdisjoint(baseline):
        yield _METRICS, "The target and the baseline are in different units; one unit for both settles it."


def _peak_above_tested(standing: Standing) -> Iterator[Clash]:
    words = _words(standing, _LOAD)
    tested, peak = _after(r"\btest\w*", words), _after(r"\bpeak\w*", words)
    if tested and peak and tested.unit == peak.unit and peak.value > tested.value:
        yield (_LOAD,), "The expected peak is above the load that was tested; a test at the peak settles it."


def _audience_above_tested(standing: Standing) -> Iterator[Clash]:
    users = [number.value for number in _numbers(standing, _LOAD) if number.unit == "user"]
    people = [number.value for number in _numbers(standing, _AUDIENCE) if number.unit not in MEASURES]
    if users and people and max(people) > max(users):
        yield (_LOAD, _AUDIENCE), "The audience is larger than the load test assumed; a test with all of it settles it."


def _logs_kept(standing: Standing) -> Iterator[Clash]:
    kept = [n.value * _MONTHS_IN[n.unit] for n in _numbers(standing, _LOGS) if n.unit in _MONTHS_IN]
    if kept and max(kept) < LOG_MONTHS and standing.profile.get("eu_class") in HIGH_RISK_FROM:
        says = f"A high-risk system keeps its logs {LOG_MONTHS} months at least, and here it is less; "
        yield (_LOGS,), says + "keeping them longer, or another risk class, settles it."


def _training_after_go_live(standing: Standing) -> Iterator[Clash]:
    last, go_live = _day(standing, "train.plan"), standing.profile.get(GO_LIVE)
    if last and go_live and last > date.fromisoformat(go_live):
        says = f"Training ends on {_said(last)}, go-live is on {_said(date.fromisoformat(go_live))}; "
        yield ("train.plan",), says + "moving one of the two settles it."


def _review_not_started(standing: Standing) -> Iterator[Clash]:
    key, decision_on = "secure.review_status", standing.decision_on
    act = _answer(standing, key)
    if act is None or act.option != "not_started" or decision_on is None:
        return
    if (decision_on - standing.now.date()).days <= DECISION_NEAR_DAYS:
        says = f"The decision is due on {_said(decision_on)} and the security review has not begun; "
        yield (key, DECISION_DATE), says + "beginning it, or a later decision, settles it."


def _same_words(standing: Standing) -> Iterator[Clash]:
    by_words: dict[str, list[str]] = defaultdict(list)
    for key, item in standing.items.items():
        if words := _typed(item):
            by_words[words].append(key)
    for keys in by_words.values():
        if len(keys) >= SAME_WORDS:
            labels = ", ".join(_label(standing, key) for key in keys)
            yield tuple(keys), f"The same words answer {labels}; an answer for each settles it."


@once
def _typed(item: ItemStanding) -> str:
    """The words of an answer that is typed, as far as they are the same in another writing."""
    return " ".join(_words_of(item).casefold().split()).rstrip(".") if item.item.type in _TYPED else ""


def _gone_or_closed(standing: Standing) -> Iterator[Clash]:
    for key, item in standing.items.items():
        act = item.outdated if item.state is State.STALE else None
        if act is not None and act.kind is ActKind.LEFT:
            says = f"The answer about {_label(standing, key)} names somebody who has left; somebody else settles it."
            yield (key,), says
        elif act is not None and act.kind is ActKind.ARCHIVED:
            says = f"The answer about {_label(standing, key)} names a channel that is closed; another one settles it."
            yield (key,), says


def _same_link(standing: Standing) -> Iterator[Clash]:
    keys = ("run.runbook", "scope.production_plan")
    links = [_LINK.search(_words(standing, key)) for key in keys]
    pages = {link[1].casefold().rstrip("/.,;)") for link in links if link}
    if all(links) and len(pages) == 1:
        yield keys, "The runbook and the production plan are the same link; a page for each settles it."


_Rate: TypeAlias = Callable[[Standing], Severity]


def _always(severity: Severity) -> _Rate:
    return lambda _standing: severity


def _once_scaling(standing: Standing) -> Severity:
    return Severity.BLOCK if standing.profile["stage"] in _LATE_STAGES else Severity.WARN


def _once_in_force(standing: Standing) -> Severity:
    return Severity.BLOCK if standing.now.date() >= HIGH_RISK_FROM[standing.profile["eu_class"]] else Severity.WARN


_WARN, _BLOCK = _always(Severity.WARN), _always(Severity.BLOCK)

CHECKS: Mapping[str, tuple[_Rate, Callable[[Standing], Iterable[Clash]]]] = {
    "C1": (_BLOCK, _approves_oneself),
    "C2": (_WARN, _after_what_it_precedes),
    "C3": (_WARN, _rehearsal),
    "C4": (_WARN, _target_and_baseline),
    "C5": (_WARN, _units_of_target),
    "C6": (_once_scaling, _peak_above_tested),
    "C7": (_WARN, _audience_above_tested),
    "C8": (_once_in_force, _logs_kept),
    "C9": (_WARN, _training_after_go_live),
    "C10": (_BLOCK, _review_not_started),
    "C11": (_WARN, _same_words),
    "C12": (_WARN, _gone_or_closed),
    "C13": (_WARN, _same_link),
}


# --- what they read ------------------------------------------------------------------------------------------------


def _answer(standing: Standing, key: str) -> Act | None:
    item = standing.items.get(key)
    return item.answer if item is not None and item.state in STANDS else None


def _named(item: ItemStanding) -> str | None:
    return item.named if item.state in STANDS else None


def _day(standing: Standing, key: str) -> date | None:
    if key == DECISION_DATE:
        return standing.decision_on
    act = _answer(standing, key)
    return act.day if act else None


def _words(standing: Standing, key: str) -> str:
    """The words of an answer that stands; none where they were erased."""
    item = standing.items.get(key)
    return "" if item is None else _words_of(item)


@once
def _words_of(item: ItemStanding) -> str:
    act = item.answer if item.state in STANDS else None
    return "; ".join(said.said or "" for said in said_by(item, act)) if act else ""


def _numbers(standing: Standing, key: str) -> tuple[Quantity, ...]:
    item = standing.items.get(key)
    return () if item is None else _numbers_of(item)


@once
def _numbers_of(item: ItemStanding) -> tuple[Quantity, ...]:
    return quantities(_words_of(item))


def _levels(standing: Standing, key: str) -> list[Quantity]:
    """Numbers that say how much, not by how much it changes."""
    return [number for number in _numbers(standing, key) if not number.by]


def _target(standing: Standing) -> tuple[float, float] | None:
    """Target and baseline where both have a number in the same unit; the target's last one counts."""
    now = {level.unit: level.value for level in reversed(_levels(standing, _METRICS[1])) if level.unit}
    pairs = [(level.value, now[level.unit]) for level in _levels(standing, _METRICS[0]) if level.unit in now]
    return pairs[-1] if pairs else None


def _means_up(standing: Standing) -> bool | None:
    words = _words(standing, _METRICS[0])
    up, down = bool(_UP.search(words)), bool(_DOWN.search(words))
    return None if up is down else up


def _after(word: str, text: str) -> Quantity | None:
    """The first number with a unit that follows a word."""
    found = re.search(word, text, re.IGNORECASE)
    numbers = (number for number in quantities(text) if found and number.at > found.end() and number.unit)
    return next(numbers, None)


def _label(standing: Standing, key: str) -> str:
    return label_of(standing.pack.by_key[key])


def _said(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
