"""Cards for one person, composed from where a review stands: what they are asked, and what they are told."""

from __future__ import annotations

from datetime import date

from conversations.cards import AskCard, ConfirmCard, GoneCard, PackOfferCard, QuietCard, Tap, Way
from conversations.composing import minutes_for
from conversations.item_standing import ANSWERS, ItemStanding
from conversations.names import label_of
from conversations.pack_changes import Change, to_pack_changes
from conversations.packs import ItemType
from conversations.quiet import last_done, quiet_since, unasked
from conversations.review import LIVING, Act, ActKind, Phase, State
from conversations.standing import Standing
from conversations.told import snoozed_until
from conversations.ways import ask_ways, confirm_ways, item_ways


def ask_card(standing: Standing, item: ItemStanding, person: str) -> AskCard:
    key = item.item.key
    open_ = item.assigned is not None and item.assignee == person and standing.phase in LIVING
    asks = (a for a in reversed(standing.live) if a.kind is ActKind.DELEGATED and a.item == key)
    asked = next((a for a in asks if a.person == person), None)
    # The first answer since then settles it; the asking made no earlier one old, and a later one is nobody's to hear.
    answers = (act for act in standing.live if act.kind in ANSWERS and act.item == key)
    since = next((act for act in answers if asked and act.n > asked.n), None) if item.answer else None
    return AskCard(
        by=asked.by if asked else "",
        to=person,
        project=standing.review.project,
        short=standing.pack.question_of[key].short,
        label=label_of(item.item),
        prompt=item.item.prompt,
        example=item.item.example,
        minutes=minutes_for([item.item]),
        open=open_,
        answered_by=since.by if since and not open_ else None,
        until=snoozed_until(standing, item, person, asked) if open_ else None,
        ways=ask_ways(standing, key) if open_ else (),
    )


def confirm_card(standing: Standing, item: ItemStanding, person: str, before: date | None = None) -> ConfirmCard:
    """`before` is the day on which they were asked the same before."""
    mine = item.named_here == person and item.answer is not None
    waiting = mine and item.state is State.UNCONFIRMED and standing.phase in LIVING
    wanted = not mine and item.answer is None and _has_declined(standing, item, person)  # somebody else
    return ConfirmCard(
        by=item.answer.by if mine and item.answer else "",
        project=standing.review.project,
        role=item.item.role or label_of(item.item),
        prompt=item.item.prompt,
        review_days=item.item.review_days,
        answer=True if mine and item.confirmed else False if wanted else None,
        asked=item.assignee if wanted and item.assigned else None,
        before=before if waiting else None,
        open=waiting,
        until=snoozed_until(standing, item, person, item.answer) if waiting else None,
        ways=confirm_ways(standing, item.item.key) if waiting else (),
    )


def _has_declined(standing: Standing, item: ItemStanding, person: str) -> bool:
    return any(a.kind is ActKind.DECLINED and a.by == person and a.item == item.item.key for a in standing.live)


def quiet_card(standing: Standing, last: str, _owner: str) -> QuietCard:
    """Settled by whatever anybody does; from then on it says nothing that could change."""
    asked = standing.items[standing.asked].item if standing.asked else None
    open_ = standing.phase is Phase.OPEN and asked is not None and last_done(standing) == int(last)
    return QuietCard(
        project=standing.review.project,
        since=quiet_since(standing) if open_ else None,
        unasked=unasked(standing) if open_ else 0,
        total=len(standing.items) if open_ else 0,
        next_question=standing.pack.question_of[asked.key].short if open_ and asked else "",
        next_minutes=minutes_for([asked]) if open_ and asked else 0,
        open=open_,
        ways=_quiet_ways(standing, asked.key) if open_ and asked else (),
    )


def _quiet_ways(standing: Standing, asked: str) -> tuple[Way, ...]:
    return (Way(tap=Tap.GO_ON), *item_ways(standing, asked, (Tap.ASK,)), Way(tap=Tap.PAUSE))


def gone_card(standing: Standing, person: str, owner: str) -> GoneCard:
    """To the owner: who takes the places of somebody who has left, or is away for too long?"""
    places = places_of(standing, person)
    empty = [item for item in places if item.assigned is None]
    open_ = bool(empty) and standing.owner == owner != person and standing.phase in LIVING
    heirs = _heirs(standing, empty)
    away = standing.away.get(person) if person not in standing.gone else None
    return GoneCard(
        project=standing.review.project,
        person=person,
        roles=tuple(item.item.role or label_of(item.item) for item in empty or places),
        heirs=heirs,
        asked=places[0].assignee if places and not empty else None,
        until=away.day if away and open_ else None,
        open=open_,
        ways=_ways_to_fill(standing, empty[0], heirs) if open_ else (),
    )


def owner_gone_card(standing: Standing, person: str, heir: str) -> GoneCard:
    open_ = standing.heir == heir and standing.owner == person and standing.phase in LIVING
    return GoneCard(
        project=standing.review.project,
        person=person,
        roles=(),
        of_owner=True,
        open=open_,
        ways=(Way(tap=Tap.TAKE), Way(tap=Tap.HAND_OVER)) if open_ else (),
    )


def pack_offer_card(standing: Standing, version: str, owner: str) -> PackOfferCard:
    offer = next(act for act in standing.review.acts if act.kind is ActKind.PACK_OFFERED and act.option == version)
    taken = next((a.by for a in standing.live if a.kind is ActKind.PACK_TAKEN and a.option == version), None)
    open_ = open_offer(standing) is offer and standing.owner == owner and standing.phase in LIVING
    changed = {change["item"] for change in offer.changes if change["becomes"] != Change.NEW}
    answered = [key for key, item in standing.items.items() if item.answer is not None]
    return PackOfferCard(
        project=standing.review.project,
        pack=standing.pack.name,
        version=standing.pack.version,
        offered=version,
        changes=to_pack_changes(offer.changes),
        kept=len([key for key in answered if key not in changed]),
        open=open_,
        taken_by=taken,
        ways=(Way(tap=Tap.TAKE_OVER),) if open_ else (),
    )


def open_offer(standing: Standing) -> Act | None:
    """The newest version that was offered and neither taken nor followed by a later one."""
    about = (act for act in reversed(standing.live) if act.kind in (ActKind.PACK_OFFERED, ActKind.PACK_TAKEN))
    newest = next(about, None)
    return newest if newest is not None and newest.kind is ActKind.PACK_OFFERED else None


def places_of(standing: Standing, person: str) -> list[ItemStanding]:
    """The answers that name somebody who has left, and nobody else since; and what nobody sees to who is here."""
    items, gone, away = standing.items.values(), standing.gone.get(person), standing.away.get(person)
    if gone is not None:
        return [item for item in items if item.state is State.STALE and item.outdated is gone]
    return [item for item in items if away is not None and item.vacated is away]


def _heirs(standing: Standing, places: list[ItemStanding]) -> tuple[str, ...]:
    """Up to two who have answered something of the same questions, are here, and are not asked anyway."""
    questions = {standing.pack.question_of[item.item.key].key for item in places}
    of = (i for i in standing.items.values() if standing.pack.question_of[i.item.key].key in questions)
    authors = dict.fromkeys(item.answer.by for item in of if item.answer and not item.answer.outside)
    absent = (*standing.gone, *standing.away, standing.owner)
    return tuple(author for author in authors if author not in absent)[:2]


def _ways_to_fill(standing: Standing, item: ItemStanding, heirs: tuple[str, ...]) -> tuple[Way, ...]:
    key, name = item.item.key, standing.pack.names[item.item.key]
    ask = (Way(tap=Tap.ASK, item=key, name=name, choice=heir) for heir in heirs)
    if item.item.type is not ItemType.PERSON:
        return (*ask, *item_ways(standing, key, (Tap.EDIT,)))
    return (*ask, *item_ways(standing, key, (Tap.TAKE, Tap.ASK)))
