"""The scene of a handler: what it looks at, and how the acts that it adds become a turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from conversations.board import Board, board, changes
from conversations.cards import Notice, NoticeCard
from conversations.effects import Effect, Post, Turn, Whisper
from conversations.events import Event
from conversations.item_standing import ItemStanding
from conversations.language.rules import Rules
from conversations.once import knowing
from conversations.review import Act, ActKind, Review
from conversations.scoring import score
from conversations.standing import Standing, stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a handler looks at."""

    standing: Standing
    event: Event
    rules: Rules

    @property
    def now(self) -> datetime:
        return self.standing.now

    def item(self, key: str) -> ItemStanding:
        return self.standing.items[key]

    def act(self, kind: ActKind, **fields: object) -> Act:
        """A new act of this event; `turn_of` numbers it."""
        event = self.event
        act = Act(n=0, turn=0, kind=kind, by=event.by.id, at=self.now, via=event.via, source=event.source)
        return replace(act, outside=event.by.outsider, **fields)  # type: ignore[arg-type]  # the fields are an act's, by name

    def notice(self, notice: Notice, **fields: object) -> Whisper:
        card = NoticeCard(notice=notice, project=self.standing.review.project, phase=self.standing.phase)
        return Whisper(to=self.event.by.id, card=replace(card, **fields))  # type: ignore[arg-type]  # a card's, by name


def turn_of(scene: Scene, *acts: Act, also: tuple[Effect, ...] = ()) -> Turn:
    return shown(board(scene.standing), standing_after(scene, acts), also)


def standing_after(scene: Scene, acts: Iterable[Act]) -> Standing:
    """Where the review stands with some acts more."""
    return stand(with_acts(scene.standing.review, acts), scene.now, scene.standing)


def with_acts(review: Review, acts: Iterable[Act]) -> Review:
    """The review with some acts more, numbered; all of them make its next version."""
    first, turn = len(review.acts) + 1, review.version + 1
    numbered = tuple(replace(act, n=first + i, turn=turn) for i, act in enumerate(acts))
    return replace(review, acts=review.acts + numbered)


def shown(before: Board, after: Standing, also: tuple[Effect, ...] = ()) -> Turn:
    """The next version of a review, and what changes on its board by it. Who has left is told nothing.

    What is for one person is never posted here: they are written to in their own hours (`planning.py`).
    """
    posted = after.review.posted
    told = [each for each in changes(before, board(after), frozenset(posted)) if each.to not in after.gone]
    review = replace(
        after.review,
        phase=after.phase,
        owner=after.owner,
        posted=(*posted, *(each.key for each in told if isinstance(each, Post))),
        reached=_reached(after),
        version=after.review.version + 1,
    )
    standing = knowing(replace(after, review=review), after, score, board)  # what is posted now was on it
    return Turn(review=review, standing=standing, effects=(*told, *also))


def _reached(standing: Standing) -> Mapping[str, datetime]:
    """When the walk first came to each item, with the one that it asks now."""
    reached = standing.review.reached
    return reached if standing.asked is None or standing.asked in reached else {**reached, standing.asked: standing.now}


def whispered(scene: Scene, *whispers: Effect, refused: bool = False) -> Turn:
    return Turn(review=scene.standing.review, effects=whispers, refused=refused)
