"""Packs: the versioned sets of questions as values.

A pack is data. Nothing here opens a file or reads YAML (`pack_files/` does, from text that the shell hands over); the
document that a pack is kept as is the business of `pack_documents.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from conversations.cadences import Escalation, Nudging

# What the intake asks of a project, and the answers it offers.
PROFILE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "stage": ("idea", "pilot", "scaling", "production", "adopted"),
    "ai_kind": ("llm_app", "agent", "classic_ml", "vendor_feature"),
    "exposure": ("staff", "customers", "decisions_about_people"),
    "eu_class": (
        "outside_eu",
        "not_assessed",
        "minimal",
        "transparency_art_50",
        "high_risk_annex_iii",
        "high_risk_annex_i",
    ),
}


class ItemType(StrEnum):
    PERSON = "person"
    TEXT = "text"
    URL = "url"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    METRIC = "metric"
    CHANNEL = "channel"


class Direction(StrEnum):
    PAST = "past"
    FUTURE = "future"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`profile.NAME == value` or `profile.NAME in [a, b]`: parsed, never evaluated as code."""

    field: str
    values: tuple[str, ...]

    def holds(self, profile: Mapping[str, str]) -> bool:
        return profile.get(self.field) in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    credit: float  # 0.0 to 1.0, what choosing it is worth
    synonyms: tuple[str, ...] = ()
    needs_reason: bool = False
    needs_acceptance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The named thing that a question needs; it has one answer."""

    key: str
    prompt: str
    type: ItemType
    why: str
    example: str
    follow_up: str
    guards: str  # the failure point F1 to F5 that its answer guards against
    label: str = ""  # a few words for lists; empty: its name
    role: str = ""  # what the person named in its answer is
    weight: int = 1
    review_days: int = 180
    required: bool = True
    critical: bool = False
    critical_when: Condition | None = None
    critical_from: date | None = None  # set where an overlay's item has joined a pack (`joined_by`), in no document
    confirm_by_named_person: bool = False
    parts: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    clears_blocker: tuple[str, ...] = ()
    direction: Direction = Direction.ANY
    rota_allowed: bool = False  # `cardinality: one_or_rota`
    allow_deferred: bool = True
    must_differ_from: tuple[str, ...] = ()
    before: str | None = None
    reject: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    escalate: tuple[Escalation, ...] | None = None  # None: as its type is
    minimum: float | None = None
    unit: str | None = None
    fact: str | None = None
    covers: tuple[str, ...] = ()
    map: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_critical(self, profile: Mapping[str, str]) -> bool:
        return self.critical or (self.critical_when is not None and self.critical_when.holds(profile))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    key: str
    title: str
    short: str
    items: tuple[Item, ...]
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A dated claim that a "why we ask" line rests on. A contested one is kept to be known, never shown."""

    id: str
    claim: str
    source: str
    quality: str
    caveat: str | None = None
    use_in_bot: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """The constants of the score; they are printed beside it."""

    lead_over_weakest: int
    blocked_ceiling: int
    bands: Mapping[str, int]  # name → the lowest readiness that earns it; lowest band first
    gate: int
    defer_horizon_days: int
    stale_grace_days: int
    # what an answer is worth that is neither complete (1) nor missing (0)
    unconfirmed_credit: float = 0.8
    stale_credit: float = 0.5  # for one more period of `review_days`, then 0
    conflict_credit: float = 0.5
    deferred_credit: float = 0.25
    vague_credit: float = 0.5  # times the share of its parts that are there


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Items that join any pack while the profile matches; those of all overlays form one question at the end."""

    key: str
    version: str
    when: Condition
    critical_from: Mapping[str, date]  # value of `when.field` → the day from which its items are critical
    items: tuple[Item, ...]

    def critical_on(self, profile: Mapping[str, str]) -> date | None:
        return self.critical_from.get(profile.get(self.when.field, ""))


# Stands in where no file of overlays names its question.
OVERLAY_QUESTION = Question(key="overlay", title="What else applies to this project?", short="Also", items=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    name: str
    version: str
    title: str
    language: str
    est_minutes: int
    scoring: Scoring
    questions: tuple[Question, ...]
    facts: Mapping[str, Fact] = field(default_factory=dict)  # those that an item cites, of an overlay too
    overlays: tuple[Overlay, ...] = ()
    overlay_question: Question = OVERLAY_QUESTION  # without items: those of the overlays that join become its own
    nudges: Nudging = field(default_factory=Nudging)
    digest: str  # sha256 hex of `document`
    document: str  # the merged content as canonical JSON: what storage keeps, what `from_document` reads
    items: tuple[Item, ...] = field(init=False, repr=False, compare=False)
    by_key: Mapping[str, Item] = field(init=False, repr=False, compare=False)
    question_of: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    names: Mapping[str, str] = field(init=False, repr=False, compare=False)  # key → the shortest that people can type
    # The packs that overlays have made of this one. It is asked for at each turn, and a profile has few combinations.
    _joined: dict[tuple[tuple[str, date | None], ...], Pack] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        pairs = [(item, question) for question in self.questions for item in question.items]
        object.__setattr__(self, "items", tuple(item for item, _ in pairs))
        object.__setattr__(self, "by_key", {item.key: item for item, _ in pairs})
        object.__setattr__(self, "question_of", {item.key: question for item, question in pairs})
        last = Counter(item.key.rpartition(".")[2] for item, _ in pairs)
        short = {key: key.rpartition(".")[2] for key in self.by_key}
        object.__setattr__(self, "names", {key: name if last[name] == 1 else key for key, name in short.items()})

    def joined_by(self, profile: Mapping[str, str]) -> Pack:
        """This pack with one more question, the last: the items of all overlays that hold for `profile`.

        It keeps the digest and the document, as it is the same content. The pack itself where no overlay holds.
        """
        joining = [(overlay, overlay.critical_on(profile)) for overlay in self.overlays if overlay.when.holds(profile)]
        if not joining:
            return self
        key = tuple((overlay.key, day) for overlay, day in joining)
        if key not in self._joined:
            items = tuple(replace(item, critical_from=day) for overlay, day in joining for item in overlay.items)
            question = replace(self.overlay_question, items=items)
            self._joined[key] = replace(self, questions=(*self.questions, question))
        return self._joined[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything that the folders of packs hold."""

    packs: Mapping[str, Pack]  # by name, the latest version of each
    overlays: tuple[Overlay, ...]
    overlay_question: Question  # title and weight of the question that matching overlays form; without items
    facts: Mapping[str, Fact]
    owasp_ids: Mapping[str, Mapping[str, str]]  # slug → edition → official id
    eu_dates: Mapping[str, str]

    def find_item(self, key: str) -> Item | None:
        return next((item for item in self._items() if item.key == key), None)

    def nearest(self, name: str) -> list[str]:
        """Up to three names of packs and items that look like `name`, the most similar first."""
        known = dict.fromkeys([*self.packs, *(item.key for item in self._items())])
        return get_close_matches(name, known)

    def _items(self) -> list[Item]:
        of_packs = [item for pack in self.packs.values() for item in pack.items]
        return of_packs + [item for overlay in self.overlays for item in overlay.items]
