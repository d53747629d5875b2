"""From the text of the files to a `Library`, or to the list of everything that is wrong with them.

Files are told apart by their top-level key: `pack`, `overlays` or `facts`. Either everything is right, or every
complaint is listed at once. A pack that `extends` another has all of its questions, may replace anything but them, and
adds questions of its own; it never changes what it inherits, so a name means the same wherever it is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict
from itertools import chain
from typing import Any

import yaml

from conversations.pack_documents import canonical_json, contents, from_document, item_content, to_item
from conversations.pack_files.checks import Documents, complaint_at, faults_across, where
from conversations.pack_files.fields import EXTENDING_PACK, FACTS, OVERLAYS, PACK
from conversations.pack_files.nodes import Block, Complaint, Shape, Source, compose, line_of
from conversations.packs import OVERLAY_QUESTION, Condition, Fact, Item, Library, Overlay, Pack, Question


class PackFaults(Exception):
    """Some pack cannot be used; `complaints` has every reason, in the order of the files and lines."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


def parse_packs(sources: Mapping[str, str], known_parts: frozenset[str]) -> Library:
    """The library of `sources` (file name → YAML text); `known_parts` are those that the answer rules can find.

    Raises `PackFaults` with everything that is wrong.
    """
    documents = _checked(sources, known_parts)
    return _to_library(documents)


def lint(
    sources: Mapping[str, str], known_parts: frozenset[str], in_use: Mapping[tuple[str, str], Set[str]]
) -> tuple[Complaint, ...]:
    """The complaints of `parse_packs`; and, once there are none, packs and overlays that differ from one in use.

    `in_use` has the digests by (name, version) of all `contents` that reviews run on.
    """
    try:
        documents = _checked(sources, known_parts)
    except PackFaults as faults:
        return faults.complaints
    return tuple(_changed_in_use(documents, in_use))


def _checked(sources: Mapping[str, str], known_parts: frozenset[str]) -> Documents:
    complaints: list[Complaint] = []
    documents = Documents()
    for file, content in sources.items():
        _read_file(Source(file=file, complaints=complaints), content, documents)
    complaints += faults_across(documents, known_parts)
    if complaints:
        place = {file: position for position, file in enumerate(sources)}
        raise PackFaults(sorted(complaints, key=lambda complaint: (place[complaint.file], complaint.line)))
    return documents


def _read_file(source: Source, content: str, documents: Documents) -> None:
    root = compose(source, content)
    if root is None:
        return
    shape = _shape_of(root)
    if shape is None:
        wrong = "the top of the file has none of pack, overlays, facts"
        source.complain(line_of(root), wrong, "begin it with one of them, as pack: our-pack")
        return
    block = shape.read(source, "file", root)
    if shape is OVERLAYS:
        documents.overlay_files.append(block)
    elif shape is FACTS:
        _add_facts(source, block, documents.facts)
    else:
        documents.packs.append(block)


def _shape_of(root: yaml.Node) -> Shape | None:
    names = [key.value for key, _ in root.value] if isinstance(root, yaml.MappingNode) else []
    shapes = {"pack": EXTENDING_PACK if "extends" in names else PACK, "overlays": OVERLAYS, "facts": FACTS}
    return next((shape for name, shape in shapes.items() if name in names), None)


def _add_facts(source: Source, block: Block, facts: dict[str, Block]) -> None:
    for fact in (fact for fact in block.get("facts", ()) if "id" in fact.values):
        key = fact.get("id")
        if facts.setdefault(key, fact) != fact:
            source.complain(key.line, f"fact '{key}' is there already ({where(facts[key])})", "choose another id")


def _changed_in_use(documents: Documents, in_use: Mapping[tuple[str, str], Set[str]]) -> Iterator[Complaint]:
    blocks = {(block.get("pack"), block.get("version")): block for block in [*documents.packs, *documents.overlays]}
    documents_of_packs = (_to_pack(block, documents).document for block in documents.packs)
    digests = dict(chain.from_iterable(contents(document).items() for document in documents_of_packs))
    for (name, version), digest in digests.items():
        if digest not in in_use.get((name, version), {digest}):
            block = blocks[name, version]
            kind = "overlay" if block in documents.overlays else "pack"
            wrong = f"{kind} '{name}' {version} is in use with other content"
            yield complaint_at(block, block.get("version"), wrong, "raise the version; running reviews keep theirs")


def _to_library(documents: Documents) -> Library:
    return Library(
        packs={str(name): _to_pack(pack, documents) for name, pack in documents.latest.items()},
        overlays=tuple(_to_overlay(overlay) for overlay in documents.overlays),
        overlay_question=_overlay_question(documents),
        facts={str(key): Fact(**_plain(fact)) for key, fact in documents.facts.items()},
        owasp_ids=_plain(documents.gathered("owasp_ids")),
        eu_dates=_plain(documents.gathered("eu_dates")),
    )


def _to_pack(pack: Block, documents: Documents) -> Pack:
    """The pack with all that it inherits, and all overlays. Built from its own document, so that a reloaded one is
    equal to it.
    """
    line = documents.lineage(pack)
    merged = {"language": "en"} | {name: value for member in line for name, value in member.values.items()}
    questions = sorted((q for member in line for q in member.get("questions", ())), key=_order)
    asking = [*questions, *documents.overlays]
    cited = {item.get("fact") for block in asking for item in block.get("items")} - {None}
    content = {name: _plain(merged[name]) for name in ("version", "title", "language", "est_minutes", "scoring")}
    content["name"] = merged["pack"]
    if "nudges" in merged:  # a pack that says nothing of them is the same as before there were any
        content["nudges"] = _plain(merged["nudges"])
    content["questions"] = [
        _question_fields(q) | {"items": [item_content(_to_item(item)) for item in q.get("items")]} for q in questions
    ]
    overlays = [_to_overlay(overlay) for overlay in documents.overlays]
    content["overlays"] = [asdict(o) | {"items": [item_content(item) for item in o.items]} for o in overlays]
    content["overlay_question"] = asdict(_overlay_question(documents))
    content["facts"] = {key: asdict(Fact(**_plain(documents.facts[key]))) for key in cited}
    return from_document(canonical_json(content))


def _to_overlay(overlay: Block) -> Overlay:
    return Overlay(
        key=str(overlay.get("pack")),
        version=str(overlay.get("version")),
        when=overlay.get("when"),
        critical_from=_plain(overlay.get("critical_from", {})),
        items=tuple(_to_item(item) for item in overlay.get("items")),
    )


def _overlay_question(documents: Documents) -> Question:
    named = [file.get("question") for file in documents.overlay_files if "question" in file.values]
    return Question(**_question_fields(named[0]), items=()) if named else OVERLAY_QUESTION


def _to_item(item: Block) -> Item:
    content = _plain(item)
    content["rota_allowed"] = content.pop("cardinality", "one") == "one_or_rota"
    content["minimum"] = content.pop("min", None)
    return to_item(content)


def _question_fields(question: Block) -> dict[str, Any]:
    return {
        "key": str(question.get("id")),
        "title": str(question.get("title")),
        "short": str(question.get("short")),
        "weight": question.get("weight", 1),
    }


def _plain(value: Any) -> Any:
    """What was read, without its lines."""
    match value:
        case Block():
            return _plain(value.values)
        case Condition():
            return asdict(value)
        case Mapping():
            return {str(name): _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case str():
            return str(value)
        case _:
            return value


def _order(question: Block) -> float:
    return float(question.get("order", "inf"))  # a question without a place comes last
