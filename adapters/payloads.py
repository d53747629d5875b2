"""Looking into what a platform sent, without trusting its shape: what is not there, or is no text, is empty.

Texts come without what no database takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]

DEEPEST = 32  # levels of a body; what platforms send has about a dozen
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no database takes them
_TRUE = (True, "true")  # a form knows texts only


class NoPayload(ValueError):
    """It is no JSON, or is nested too deeply to be walked through safely."""


def from_json(text: str | bytes) -> object:
    """Raises `NoPayload`."""
    try:
        told: object = json.loads(text)
    except (ValueError, RecursionError):
        raise NoPayload from None
    level = [told]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return told
    raise NoPayload


def _inside(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def storable(text: str) -> str:
    return _UNSTORABLE.sub("", text)


def at(payload: object, *path: str) -> object:
    """Whatever stands at the end of a path."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload


def inside(payload: object, *path: str) -> Payload:
    """The object at the end of a path."""
    here = at(payload, *path)
    return here if isinstance(here, Mapping) else {}


def words(payload: object, *path: str) -> str:
    """The text at the end of a path."""
    here = at(payload, *path)
    return storable(here) if isinstance(here, str) else ""


def fitting(form: re.Pattern[str], payload: object, *path: str) -> str:
    """The text at the end of a path, where all of it has that form."""
    here = words(payload, *path)
    return here if form.fullmatch(here) else ""


def listed(payload: object, *path: str) -> list[Payload]:
    """The objects in the list at the end of a path."""
    here = at(payload, *path)
    return [each for each in here if isinstance(each, Mapping)] if isinstance(here, list) else []


def is_true(payload: object, *path: str) -> bool:
    return at(payload, *path) in _TRUE
