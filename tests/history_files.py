"""Whole reviews as what happened in them, kept as lines of JSON and replayed with today's `step`.

The first line is the header. Every other one is a moment: an event under the name of its class, with its fields that
are not the default, `Lapsed`, where only time had passed, or `Wrote`, where single people were written to. Moments are
written in the review's zone, so that they fall on the days that they fell on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from conversations.activities import ConversationReference
from conversations.board import board
from conversations.engine import begin, lapse, step
from conversations.events import Event
from conversations.language.rules import Rules
from conversations.pack_documents import from_document
from conversations.packs import Pack
from conversations.review import Review
from conversations.scene import shown
from conversations.standing import stand
from tests.writing import Written, with_written

EVENTS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
_LAPSED, _WROTE = "Lapsed", "Wrote"
_NOWHERE = ConversationReference(platform="console", tenant="local", channel="terminal", thread="history")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    project: str
    pack: str  # its name
    started_by: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    at: datetime
    event: Event | None = None  # None: a lapse
    latest: Pack | None = None  # what a lapse found to offer
    wrote: tuple[Written, ...] = ()  # the lines of letters


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    header: Header
    moments: tuple[Moment, ...]


def replay(history: History, pack: Pack, rules: Rules) -> Review:
    """The review that comes of a history today. Raises `EventRefused` where an event is accepted no more."""
    header = history.header
    review = Review(
        id="history",
        reference=_NOWHERE,
        project=header.project,
        started_by=header.started_by,
        started_at=header.started_at,
        pack=pack,
        owner=header.started_by,
        shown_at=header.started_at,
    )
    review = begin(review, header.started_at).review or review
    for moment in history.moments:
        review = _next(review, moment, rules)
    return review


def _next(review: Review, moment: Moment, rules: Rules) -> Review:
    if moment.wrote:
        after = stand(with_written(review, moment.at, moment.wrote), moment.at)
        return shown(board(stand(review, moment.at)), after).review or review
    if moment.event is None:
        return lapse(review, moment.at, moment.latest).review or review
    return step(stand(review, moment.at), moment.event, rules).review or review


def to_lines(history: History) -> Iterator[str]:
    yield _json(_fields(history.header))
    yield from map(to_line, history.moments)


def to_history(lines: Iterable[str]) -> History:
    """What `to_lines` wrote. Raises `KeyError` and `TypeError` for an event or a field that is no more."""
    header, *moments = lines
    return History(header=_filled(Header, json.loads(header)), moments=tuple(map(from_line, moments)))


def to_line(moment: Moment) -> str:
    plain = _fields(moment)
    at, event = plain.pop("at"), plain.pop("event", {})
    name = type(moment.event).__name__ if moment.event else _WROTE if moment.wrote else _LAPSED
    return _json({"at": at, "event": name, **plain, **event})


def from_line(line: str) -> Moment:
    plain = json.loads(line)
    at, name = plain.pop("at"), plain.pop("event")
    if name in (_LAPSED, _WROTE):
        moved: Moment = _filled(Moment, {"at": at, **plain})
        return moved
    return Moment(at=datetime.fromisoformat(at), event=_filled(EVENTS[name], plain))


def _json(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False)


def _fields(value: Any) -> dict[str, Any]:
    named = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.name: _plain(each) for field, each in named if each != _default(field)}


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(each) for each in value]
        case frozenset():
            return sorted(value)
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case Pack():
            return value.document
        case _:
            return _fields(value) if is_dataclass(value) else value


def _made(kind: Any, plain: Any) -> Any:
    """A JSON value as what a field's annotation says that it is."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is UnionType:  # `… | None`, and None is never written
        return _made(args[0], plain)
    if origin is Mapping:
        return {name: _made(args[1], each) for name, each in plain.items()}
    if origin is not None:
        return origin(_made(args[0], each) for each in plain)
    if kind is Pack:
        return from_document(plain)
    if is_dataclass(kind):
        return _filled(kind, plain)
    return kind.fromisoformat(plain) if issubclass(kind, date) else kind(plain)


def _filled(kind: Any, plain: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    return kind(**{name: _made(hints[name], each) for name, each in plain.items()})
