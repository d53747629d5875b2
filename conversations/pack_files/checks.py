"""What must hold across documents: what a name refers to, what is there twice, what a pack extends.

Judges what could be read, also beside faults, so that one run lists them all. One generator for each kind of fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from conversations.pack_documents import version_numbers
from conversations.pack_files.fields import faults_within
from conversations.pack_files.nodes import Block, Complaint, Word, suggestion

_NOTHING = Block(file="", line=0, values={}, names=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What all files hold together, as read. A document that is there twice word for word counts once."""

    packs: list[Block] = field(default_factory=list)
    overlay_files: list[Block] = field(default_factory=list)
    facts: dict[str, Block] = field(default_factory=dict)

    @property
    def overlays(self) -> list[Block]:
        read = [overlay for file in self.overlay_files for overlay in file.get("overlays", ())]
        return [overlay for position, overlay in enumerate(read) if overlay not in read[:position]]

    @property
    def latest(self) -> dict[str, Block]:
        """By name, the pack with the highest version."""
        return {pack.get("pack"): pack for pack in sorted(self.packs, key=_version) if "pack" in pack.values}

    def gathered(self, name: str) -> dict[str, Any]:
        """A table that every file of overlays may add to."""
        return dict(chain.from_iterable(file.get(name, {}).items() for file in self.overlay_files))

    def lineage(self, pack: Block) -> list[Block]:
        """The pack after all that it extends, the oldest first; a cycle or an unknown name ends the search."""
        latest, line = self.latest, [pack]
        while (base := latest.get(line[0].get("extends"))) is not None and base not in line:
            line.insert(0, base)
        return line


def faults_across(documents: Documents, known_parts: frozenset[str]) -> Iterator[Complaint]:
    items = [item for pack in documents.packs for item in _items(pack)]
    items += [item for overlay in documents.overlays for item in overlay.get("items", ())]
    for item in items:
        yield from faults_within(item)
        yield from _faults_of_mentions(item, documents, known_parts)
    yield from _faults_of_versions(documents)
    for pack in documents.packs:
        yield from _faults_of_lineage(pack, documents)
        yield from _faults_of_names(pack, documents)
    yield from _faults_of_overlays(documents)


def _faults_of_mentions(item: Block, documents: Documents, known_parts: frozenset[str]) -> Iterator[Complaint]:
    """Parts, facts and risks that an item mentions and nobody has."""
    for part in item.get("parts", ()):
        if part not in known_parts:
            yield complaint_at(item, part, f"no part is called '{part}'", suggestion(part, known_parts))
    fact, risks = item.get("fact"), documents.gathered("owasp_ids")
    if fact is not None and fact not in documents.facts:
        yield complaint_at(item, fact, f"no file of facts has '{fact}'", suggestion(fact, documents.facts))
    elif fact is not None and not documents.facts[fact].get("use_in_bot", True):
        yield complaint_at(item, fact, f"fact '{fact}' is not for use in the bot", "cite another or leave it out")
    for risk in item.get("map", _NOTHING).get("owasp", ()):
        if risk not in risks:
            yield complaint_at(item, risk, f"no file of overlays has the OWASP risk '{risk}'", suggestion(risk, risks))


def _faults_of_versions(documents: Documents) -> Iterator[Complaint]:
    first: dict[tuple[str, str], Block] = {}
    for pack in documents.packs:
        name, version = pack.get("pack"), pack.get("version")
        same = first.setdefault((name, version), pack)
        if same != pack and name and version:
            wrong = f"pack '{name}' {version} is there already with other content ({where(same)})"
            yield complaint_at(pack, version, wrong, "raise the version or choose another name")


def _faults_of_lineage(pack: Block, documents: Documents) -> Iterator[Complaint]:
    base, latest = pack.get("extends"), documents.latest
    if base is None:
        return
    line = documents.lineage(pack)
    if base not in latest:
        yield complaint_at(pack, base, f"no pack is called '{base}'", suggestion(base, latest))
    elif latest.get(line[0].get("extends")) == pack:
        round_trip = " → ".join(str(member.get("pack")) for member in reversed(line))
        wrong = f"the pack extends itself ({round_trip} → {pack.get('pack')})"
        yield complaint_at(pack, base, wrong, "let one of them extend nothing")


def _faults_of_names(pack: Block, documents: Documents) -> Iterator[Complaint]:
    """Names that are there twice, here or in what the pack extends; and items that are named but not there."""
    of_overlays = [file.get("question", _NOTHING) for file in documents.overlay_files]
    seen: dict[str, str] = {q.get("id"): f"{q.file}:{q.get('id').line}" for q in of_overlays if "id" in q.values}
    line = documents.lineage(pack)
    for member in line:
        for block, name in _named(member):
            if member is pack and name in seen:
                wrong = f"'{name}' is there already ({seen[name]})"
                yield complaint_at(block, name, wrong, "choose another name")
            seen.setdefault(name, f"{block.file}:{name.line}")
    for question in pack.get("questions", ()):
        for item in question.get("items", ()):
            yield from _faults_of_prefix(question, item)
            if line[0].get("extends") is None:  # else what it inherits is not known, which is complained of elsewhere
                yield from _faults_of_references(item, [name for name in seen if "." in name])


def _faults_of_prefix(question: Block, item: Block) -> Iterator[Complaint]:
    key, mine = item.get("key"), question.get("id")
    if key is not None and mine is not None and key.split(".")[0] != mine:
        wrong = f"item '{key}' stands under the question '{mine}'"
        yield complaint_at(item, key, wrong, f"call it '{mine}.{key.split('.')[1]}'")


def _faults_of_references(item: Block, keys: Iterable[str]) -> Iterator[Complaint]:
    before = item.get("before")
    for name in [*item.get("must_differ_from", ()), *([before] if before is not None else [])]:
        if name not in keys:
            yield complaint_at(item, name, f"no item is called '{name}'", suggestion(name, keys))


def _faults_of_overlays(documents: Documents) -> Iterator[Complaint]:
    named = [(pack, pack.get("pack")) for pack in documents.packs if "pack" in pack.values]
    named += [pair for pack in documents.packs for pair in _named(pack)]
    seen = {name: f"{block.file}:{name.line}" for block, name in named}
    for overlay in documents.overlays:
        keys = [(item, item.get("key")) for item in overlay.get("items", ()) if "key" in item.values]
        for block, name in [(overlay, overlay.get("pack", Word("", 0))), *keys]:
            if name and name in seen:
                yield complaint_at(block, name, f"'{name}' is there already ({seen[name]})", "choose another name")
            seen.setdefault(name, f"{block.file}:{name.line}")
        yield from _faults_of_critical_days(overlay)
    for overlay in documents.overlays:
        for item in overlay.get("items", ()):
            yield from _faults_of_references(item, [name for name in seen if "." in name])


def _faults_of_critical_days(overlay: Block) -> Iterator[Complaint]:
    when = overlay.get("when")
    for value in overlay.get("critical_from", ()) if when is not None else ():
        if value not in when.values:
            wrong = f"'critical_from' names '{value}', which 'when' does not"
            yield complaint_at(overlay, value, wrong, suggestion(value, when.values))


def _named(pack: Block) -> list[tuple[Block, Word]]:
    """The questions of one file and their items, with their names, in order; those without one left out."""
    questions = [(question, question.get("id")) for question in pack.get("questions", ())]
    items = [(item, item.get("key")) for item in _items(pack)]
    return [(block, name) for block, name in [*questions, *items] if name is not None]


def _items(pack: Block) -> list[Block]:
    return [item for question in pack.get("questions", ()) for item in question.get("items", ())]


def _version(pack: Block) -> tuple[int, ...]:
    return version_numbers(pack.get("version", "0"))


def where(block: Block) -> str:
    return f"{block.file}:{block.line}"


def complaint_at(block: Block, at: Word, wrong: str, right: str) -> Complaint:
    return Complaint(file=block.file, line=at.line, wrong=wrong, right=right)
