"""Rows to values and values to rows; pure.

A row is a mapping of column names, as Core gives and takes them. Nothing else in this package knows which field of
the engine stands in which column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias, assert_never, get_args

from pydantic import TypeAdapter

from conversations.activities import Activity, ConversationReference, Source
from conversations.cards import Card, Quote, Way
from conversations.effects import Effect, Post, React, Revise, Turn, Whisper, Write
from conversations.names import folded_name
from conversations.packs import Pack
from conversations.ports import Delivery, DeliveryKind
from conversations.review import Act, Review
from storage.models import DeliveryState

Row: TypeAlias = Mapping[Any, Any]
_Said: TypeAlias = Post | Revise | Whisper | React  # where the activity was, or its review is

# Fields of an act with a column of their own; what else it says stands in `detail`, where it is not the default.
_OF_ACT = {
    "n": "n",
    "turn": "turn",
    "kind": "kind",
    "by": "by_person",
    "at": "at",
    "via": "via",
    "item": "item",
    "said": "said",
    "source": "source_key",
    "verdict": "verdict",
}
_DETAIL = {
    field.name: field.default if field.default_factory is MISSING else field.default_factory()
    for field in fields(Act)
    if field.name not in _OF_ACT
}
_KEPT_AS = {"type": "its_type"}
_READ_AS = {kept: name for name, kept in _KEPT_AS.items()}
_CARDS = {kind.__name__: kind for kind in get_args(Card)}


# --- reviews -------------------------------------------------------------------------------------------------------


def to_review_row(review: Review) -> dict[str, Any]:
    reference = review.reference
    return {
        "id": review.id,
        "platform": reference.platform,
        "tenant": reference.tenant,
        "channel": reference.channel,
        "thread": reference.thread,
        "project_key": folded_name(review.project),
        "pack_digest": review.pack.digest,
        "started_by": review.started_by,
        "started_at": review.started_at,
        "project": review.project,
        "owner": review.owner,
        "phase": review.phase,
        "version": review.version,
        "state": {
            "posted": list(review.posted),
            "shown_at": review.shown_at.isoformat(),
            "reached": {item: at.isoformat() for item, at in review.reached.items()},
            "waits": {key: until.isoformat() for key, until in review.waits.items()},
        },
    }


def to_review(row: Row, pack: Pack, acts: Iterable[Row]) -> Review:
    return Review(
        id=row["id"],
        reference=_to_reference(row, row["thread"]),
        project=row["project"],
        started_by=row["started_by"],
        started_at=row["started_at"],
        pack=pack,
        phase=row["phase"],
        owner=row["owner"],
        acts=tuple(to_act(act) for act in acts),
        posted=tuple(row["state"]["posted"]),
        shown_at=datetime.fromisoformat(row["state"]["shown_at"]),
        reached=_moments(row["state"].get("reached", {})),  # reviews that are older know none
        waits=_moments(row["state"].get("waits", {})),
        version=row["version"],
    )


def is_of(row: Row, review: Review) -> bool:
    """Whether a review is the one that its row tells of: a later version, or another place, makes it another one."""
    return bool(row["version"] == review.version) and _to_reference(row, row["thread"]) == review.reference


def _moments(written: Mapping[str, str]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(at) for name, at in written.items()}


def to_act_row(review_id: str, act: Act) -> dict[str, Any]:
    columns = {column: getattr(act, name) for name, column in _OF_ACT.items()}
    return columns | {"review_id": review_id, "via": act.via.value, "detail": dict(_details(act))}


def to_act(row: Row) -> Act:
    values = {name: row[column] for name, column in _OF_ACT.items()}
    values["via"] = Source(values["via"])
    for name, value in row["detail"].items():
        values[name] = tuple(value) if isinstance(value, list) else value
    if "day" in values:
        values["day"] = date.fromisoformat(values["day"])
    return Act(**values)


def _details(act: Act) -> Iterator[tuple[str, Any]]:
    for name, default in _DETAIL.items():
        value = getattr(act, name)
        if value != default:
            yield name, _plain(value)


def _plain(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return dict(value)
        case _:
            return value


# --- cards ---------------------------------------------------------------------------------------------------------


def to_card_json(card: Card) -> dict[str, Any]:
    """`type` is the name of its class; a field of that name is kept as `its_type`."""
    name = type(card).__name__
    content = _adapter(name).dump_python(card, mode="json")
    return {"type": name, **{_KEPT_AS.get(field, field): value for field, value in content.items()}}


def to_card(content: Mapping[str, Any]) -> Card:
    plain = {_READ_AS.get(name, name): value for name, value in content.items() if name != "type"}
    card: Card = _adapter(content["type"]).validate_python(plain)
    return card


def quoted_acts(value: object) -> frozenset[int]:
    """The acts whose words a card shows."""
    match value:
        case None | str():
            return frozenset()
        case Quote(acts=acts):
            return frozenset(acts)
        case tuple():
            return frozenset().union(*map(quoted_acts, value))
        case Way():
            return frozenset()
        case _ if is_dataclass(value):
            return frozenset().union(*(quoted_acts(getattr(value, field.name)) for field in fields(value)))
        case _:
            return frozenset()


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_CARDS[name])


# --- deliveries ----------------------------------------------------------------------------------------------------


def to_outbox_rows(turn: Turn, activity: Activity, name: str) -> list[dict[str, Any]]:
    """A row for each effect, in order; `name` is what their delivery ids begin with."""
    alone = all(isinstance(effect, Whisper | Write) for effect in turn.effects)
    return [
        _to_outbox_row(effect, activity, turn.review, alone)
        | {"delivery_id": f"{name}/{index}", "created_at": activity.at}
        for index, effect in enumerate(turn.effects)
    ]


def to_delivery(row: Row) -> Delivery:
    """Of a row of the outbox, with its message's `platform_id` and its review's `pack_digest`, channel and thread."""
    return Delivery(
        id=row["id"],
        delivery_id=row["delivery_id"],
        lane=row["lane"],
        kind=row["kind"],
        reference=_place(row),
        review=row["review_id"],
        key=row["message_key"],
        to=row["to_person"],
        card=None if row["card"] is None else to_card(row["card"]),
        source=row["source_key"],
        attempts=row["attempts"],
        message=row["platform_id"],
        pack=row["pack_digest"],
        created_at=row["created_at"],
    )


def _place(row: Row) -> ConversationReference:
    """Where its review is; but a whisper is said where the person is, and that may be outside of the thread."""
    here = _to_reference(row, row["thread"])
    if row["kind"] is DeliveryKind.WHISPER:
        return here
    return replace(
        here, channel=here.channel or row["review_channel"] or "", thread=here.thread or row["review_thread"]
    )


def _to_outbox_row(effect: Effect, activity: Activity, review: Review | None, alone: bool) -> dict[str, Any]:
    if isinstance(effect, Write):
        post = Post(key="", card=effect.card, to=effect.to.id)
        there = ConversationReference(platform=effect.to.platform, tenant=effect.to.tenant, channel="")
        return _to_outbox_row(post, replace(activity, reference=there), None, alone) | {"message_key": None}
    at = activity.reference if review is None or isinstance(effect, Whisper) else review.reference
    key = None if isinstance(effect, Whisper | React) else effect.key
    to = None if isinstance(effect, React) else effect.to
    card = None if isinstance(effect, React) else effect.card
    return {
        "lane": _lane(effect, at, review, alone),
        "kind": _kind(effect),
        "platform": at.platform,
        "tenant": at.tenant,
        "channel": at.channel,
        "thread": at.thread,
        "review_id": review.id if review else None,
        "message_key": key,
        "to_person": to,
        "card": to_card_json(card) if card else None,
        "source_key": _source(effect, activity),
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "tries": 0,
    }


def _kind(effect: _Said) -> DeliveryKind:
    match effect:
        case Post():
            return DeliveryKind.POST
        case Revise():
            return DeliveryKind.REVISE
        case Whisper():
            return DeliveryKind.WHISPER
        case React(off=off):
            return DeliveryKind.UNREACT if off else DeliveryKind.REACT
        case _:
            assert_never(effect)


def _source(effect: _Said, activity: Activity) -> str | None:
    match effect:
        case React(source=source):
            return source
        case Whisper(to=to) if to == activity.actor.id:  # an open form is the actor's own
            return activity.reply_to
        case _:
            return None


def _lane(effect: _Said, at: ConversationReference, review: Review | None, alone: bool) -> str:
    """What keeps its order. A whisper stays behind the cards of its turn; alone it waits for no thread."""
    to = None if isinstance(effect, React) or (isinstance(effect, Whisper) and not alone) else effect.to
    if to is not None:
        return f"person/{at.platform}/{at.tenant}/{to}"
    return f"review/{review.id}" if review else f"channel/{at.platform}/{at.tenant}/{at.channel}"


def _to_reference(row: Row, thread: str | None) -> ConversationReference:
    return ConversationReference(platform=row["platform"], tenant=row["tenant"], channel=row["channel"], thread=thread)
