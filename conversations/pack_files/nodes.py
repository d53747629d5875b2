"""Reading YAML with its line numbers: nodes become plain values, and whatever is wrong becomes a complaint.

Knows fields and values, not packs (`fields.py` has their tables). A `Read` takes (source, name of the field, node)
and returns the value or raises `BadValue`. A bad value is noted and left out and the reading goes on, so that one run
lists everything that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

import yaml

NULL, BOOL, INT, FLOAT, STR, DAY = (
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "timestamp")
)
# libyaml reads the bundled files in 10 ms instead of 160; an installation without it has the slower one only.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = {NULL: "empty", BOOL: "true or false", INT: "a number", FLOAT: "a number", STR: "text", DAY: "a date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    file: str
    line: int  # from 1
    wrong: str
    right: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.wrong}; {self.right}"


class BadValue(Exception):
    """A value that cannot be used: what it is, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong, right)
        self.wrong, self.right = wrong, right


class Word(str):
    """A text that knows the line it was read from, for complaints that come only when all files are read."""

    __slots__ = ("line",)

    line: int

    def __new__(cls, text: str, line: int) -> Word:
        word = super().__new__(cls, text)
        word.line = line
        return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A group of fields as read. Two blocks are equal when they say the same, wherever they stand."""

    file: str = field(compare=False)
    line: int = field(compare=False)
    values: Mapping[str, Any]  # the good ones
    names: frozenset[str]  # all that are written, good or bad

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self.values.get(name, otherwise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file being read, and the list (shared by all files) that its complaints go to."""

    file: str
    complaints: list[Complaint]

    def complain(self, line: int, wrong: str, right: str) -> None:
        self.complaints.append(Complaint(file=self.file, line=line, wrong=wrong, right=right))

    def attempt(self, read: Read, name: str, node: yaml.Node) -> list[Any]:
        """The value in a list of one, or an empty list and a complaint."""
        try:
            return [read(self, name, node)]
        except BadValue as bad:
            self.complain(line_of(node), bad.wrong, bad.right)
            return []


Read = Callable[[Source, str, yaml.Node], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Which fields a group has. `read` is itself a `Read`, so shapes nest."""

    noun: str
    fields: Mapping[str, Read]
    required: tuple[str, ...] = ()

    def read(self, source: Source, name: str, node: yaml.Node) -> Block:
        seen: set[str] = set()
        values: dict[str, Any] = {}
        for key, child in _pairs(name, node, f"write the fields of {self.noun}, one to a line"):
            if self._may_read(source, key, seen):
                values.update((str(key), value) for value in source.attempt(self.fields[key], key, child))
            seen.add(key)
        if missing := [f"'{name}'" for name in self.required if name not in seen]:
            wrong = f"{self.noun} has no {', '.join(missing)}"
            source.complain(line_of(node), wrong, f"it needs {', '.join(self.required)}")
        return Block(file=source.file, line=line_of(node), values=values, names=frozenset(seen))

    def _may_read(self, source: Source, key: Word, seen: set[str]) -> bool:
        if key in seen:
            source.complain(key.line, f"'{key}' is written twice", "keep one of the two")
        elif key not in self.fields:
            source.complain(key.line, f"{self.noun} has no field '{key}'", suggestion(key, self.fields))
        return key in self.fields and key not in seen


def compose(source: Source, text: str) -> yaml.Node | None:
    """The root node of a YAML text; None, and a complaint, where it is empty or no YAML."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        source.complain(line, f"this is not YAML ({error.problem})", "mend this line or the one before it")
        return None
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        source.complain(line, "there is a character here that YAML does not allow", "take it out")
        return None
    if root is None:
        source.complain(1, "the file is empty", "begin it with pack, overlays or facts, or remove it")
    return root


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def kind_of(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a group of fields"
    return "a list" if isinstance(node, yaml.SequenceNode) else _KINDS.get(node.tag, "something else")


def suggestion(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known here: {', '.join(names) or 'nothing'}"


def text(_source: Source, name: str, node: yaml.Node) -> Word:
    if node.tag != STR or not node.value.strip():
        said = "empty" if node.tag == STR else kind_of(node)
        raise BadValue(f"'{name}' is {said}", "write a text (in quotes if YAML takes it for something else)")
    return Word(node.value, line_of(node))


def word(_source: Source, name: str, node: yaml.Node) -> Word:
    """A name: taken as it is written, whatever YAML makes of it (`no`, `0.1`)."""
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip() or node.tag == NULL:
        raise BadValue(f"'{name}' is {kind_of(node)}", "write one word or name")
    return Word(node.value, line_of(node))


def matching(pattern: str, right: str) -> Read:
    def read(source: Source, name: str, node: yaml.Node) -> Word:
        found = word(source, name, node)
        if not re.fullmatch(pattern, found):
            raise BadValue(f"'{name}' is '{found}'", right)
        return found

    return read


def one_of(*names: str) -> Read:
    def read(source: Source, name: str, node: yaml.Node) -> Word:
        found = word(source, name, node)
        if found not in names:
            raise BadValue(f"'{name}' is '{found}'", suggestion(found, names))
        return found

    return read


def flag(_source: Source, name: str, node: yaml.Node) -> bool:
    if node.tag != BOOL:
        raise BadValue(f"'{name}' is {kind_of(node)}", "write true or false")
    return node.value.lower() in ("true", "yes", "on")


def whole(low: int, high: int | None = None) -> Read:
    right = f"write a whole number from {low} to {high}" if high is not None else f"write a whole number from {low} up"

    def read(_source: Source, name: str, node: yaml.Node) -> int:
        if node.tag != INT or not re.fullmatch(r"-?\d+", node.value):
            raise BadValue(f"'{name}' is {_shown(node)}", right)
        number = int(node.value)
        if number < low or (high is not None and number > high):
            raise BadValue(f"'{name}' is {number}", right)
        return number

    return read


def number(_source: Source, name: str, node: yaml.Node) -> float:
    if node.tag not in (INT, FLOAT) or not re.fullmatch(r"-?\d+(\.\d+)?", node.value):
        raise BadValue(f"'{name}' is {_shown(node)}", "write a number such as 6 or 0.5")
    return float(node.value)


def share(source: Source, name: str, node: yaml.Node) -> float:
    found = number(source, name, node)
    if not 0 <= found <= 1:
        raise BadValue(f"'{name}' is {node.value}", "write a number from 0 to 1")
    return found


def day(source: Source, name: str, node: yaml.Node) -> date:
    try:
        return date.fromisoformat(word(source, name, node))
    except ValueError:
        raise BadValue(f"'{name}' is '{node.value}'", "write a day as 2027-12-02") from None


def each(read: Read, *, may_be_empty: bool = True) -> Read:
    def read_list(source: Source, name: str, node: yaml.Node) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode):
            raise BadValue(f"'{name}' is {_shown(node)}", "write a list: [one, two] or a line with '-' for each")
        if not (node.value or may_be_empty):
            raise BadValue(f"'{name}' is an empty list", "write at least one")
        return [value for child in node.value for value in source.attempt(read, name, child)]

    return read_list


def table(read: Read) -> Read:
    """A group whose names are free: each value is read by `read`."""

    def read_table(source: Source, name: str, node: yaml.Node) -> dict[Word, Any]:
        pairs = _pairs(name, node, "write pairs as {name: value}")
        return {key: value for key, child in pairs for value in source.attempt(read, key, child)}

    return read_table


def _pairs(name: str, node: yaml.Node, right: str) -> list[tuple[Word, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise BadValue(f"'{name}' is {_shown(node)}", right)
    return [(Word(_name(key), line_of(key)), child) for key, child in node.value]


def _name(key: yaml.Node) -> str:
    return key.value if isinstance(key, yaml.ScalarNode) else kind_of(key)


def _shown(node: yaml.Node) -> str:
    """A short value as it is written, anything longer by its kind."""
    short = isinstance(node, yaml.ScalarNode) and 0 < len(node.value) <= 30
    return f"'{node.value}'" if short else kind_of(node)
