"""Cards about people who cannot be written to: what they are asked in the thread, and who is told of it."""

from __future__ import annotations

from conversations.cards import AskHereCard, Tap, UnreachableCard, Way
from conversations.item_standing import ItemStanding
from conversations.names import label_of
from conversations.review import LIVING, Act, ActKind
from conversations.scoring import seconds_for
from conversations.standing import Standing
from conversations.steps import Kind
from conversations.told import LOOKS
from conversations.unreachable import outcome_here
from conversations.ways import ask_here_ways, item_ways, open_ways


def ask_here_card(standing: Standing, item: ItemStanding, told: Act) -> AskHereCard:
    """In the place of the message that `told`, a REMINDED, stands for."""
    key, now = item.item.key, outcome_here(standing, told)
    confirms = told.option == Kind.CONFIRM
    holds = told.about in LOOKS
    return AskHereCard(
        to=told.person or "",
        project=standing.review.project,
        short=standing.pack.question_of[key].short,
        label=label_of(item.item),
        prompt=item.item.prompt,
        seconds=seconds_for(item.item.type),
        role=(item.item.role or label_of(item.item)) if confirms else "",
        holds=holds,
        became=now.became,
        by=now.by,
        until=now.until,
        ways=ask_here_ways(standing, key, confirms=confirms, holds=holds) if now.became is None else (),
    )


def unreachable_card(standing: Standing, spell: str, reader: str) -> UnreachableCard:
    """`spell` is the number of the act since which it is so."""
    since = standing.review.acts[int(spell) - 1]
    person = since.person or ""
    lasts = standing.unreachable.get(person) == since
    open_ = lasts and standing.phase in LIVING
    waiting = _waiting(standing, since) if open_ else []
    return UnreachableCard(
        project=standing.review.project,
        person=person,
        to=reader,
        labels=tuple(label_of(item.item) for item in waiting),
        of_owner=person == standing.owner,
        back=not lasts and person not in standing.gone,
        open=open_,
        ways=_ways(standing, waiting) if open_ else (),
    )


def _waiting(standing: Standing, since: Act) -> list[ItemStanding]:
    """What they are asked in the thread and have not answered."""
    acts = (act for act in standing.live if act.kind is ActKind.UNREACHABLE and act.item in standing.items)
    theirs = (act for act in acts if act.person == since.person and act.n >= since.n)
    told = (standing.review.acts[(act.target or 0) - 1] for act in theirs)
    return [standing.items[act.item or ""] for act in told if outcome_here(standing, act).became is None]


def _ways(standing: Standing, waiting: list[ItemStanding]) -> tuple[Way, ...]:
    ask = item_ways(standing, waiting[0].item.key, (Tap.ASK,)) if waiting else ()
    return (*ask, *open_ways(standing.review, more=bool(ask)))
