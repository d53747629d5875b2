"""Forgetting: one person in a review, or whatever was said in one that was closed long ago.

What is left is that an item was answered, its verdict and its days. In the place of a person stands what reads as a
name that matches nobody here, so that every platform shows it as plain words. Whoever was two people stays two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from conversations.activities import Activity
from conversations.answering import PEOPLE_FIELDS
from conversations.board import board
from conversations.effects import Turn
from conversations.ports import Decide, Found
from conversations.reminders import with_looks
from conversations.review import Act, Review
from conversations.scene import shown
from conversations.standing import stand

ERASED = "someone who was erased"
SOMEONE = "someone"  # in a review whose words were kept long enough
_NEVER_NAMES = ("type", "tap")  # fields of a card that hold no person, whatever people are called


@dataclass(frozen=True)
class Forgotten:
    """`instead` says what stands in the place of each id; `names` is what these people are called, as others type it.

    A name of one word is a word like any other, and is only found behind an @, or where it stands alone.
    """

    instead: Mapping[str, str]
    names: tuple[str, ...] = ()

    def in_words(self, text: str) -> str:
        if text in self.instead or text.casefold() in self._called:
            return self.instead.get(text, self._anybody)
        named = self._mention.sub(lambda found: self.instead[found[1]], text) if self.instead else text
        return self._typed.sub(self._anybody, named) if self._typed else named

    def in_key(self, key: str) -> str:
        """The name of a message, a delivery or a lane: its parts are between slashes."""
        return "/".join(self.instead.get(part, part) for part in key.split("/"))

    def in_json(self, value: Any) -> Any:
        """What a card says, as it is kept."""
        match value:
            case str():
                return self.in_key(self.in_words(value))
            case list():
                return [self.in_json(each) for each in value]
            case dict():
                return {name: each if name in _NEVER_NAMES else self.in_json(each) for name, each in value.items()}
            case _:
                return value

    @cached_property
    def _anybody(self) -> str:
        return next(iter(self.instead.values()), SOMEONE)

    @cached_property
    def _called(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self.names)

    @cached_property
    def _mention(self) -> re.Pattern[str]:
        return re.compile(f"<@({'|'.join(map(re.escape, self.instead))})>")

    @cached_property
    def _typed(self) -> re.Pattern[str] | None:
        typed = [re.escape(name) if _is_unlike_words(name) else f"@{re.escape(name)}" for name in self.names]
        return re.compile(rf"(?<!\w)@?(?:{'|'.join(typed)})(?!\w)", re.IGNORECASE) if typed else None


def _is_unlike_words(name: str) -> bool:
    return len(name.split()) > 1 or "@" in name


def forgotten_in(review: Review, who: str, names: Iterable[str]) -> Forgotten:
    """A person of this review, beside others who were erased from it before."""
    before = {each for each in _people(review) if each.startswith(ERASED)}
    return Forgotten({who: f"{ERASED} ({len(before) + 1})" if before else ERASED}, tuple(names))


def forget(activity: Activity, found: Found, decide: Decide, forgotten: Forgotten) -> Turn:
    """The turn in which the actor of a LEFT leaves a review for good: with their words, and with their name.

    What is on show says it otherwise from now on, but for what they themselves were written to.
    """
    review = found.review
    if review is None:
        return Turn(review=None)
    now, gone, before_it = activity.at, forgotten.instead.values(), stand(review, activity.at)
    left = decide(activity, found).review or review
    after = without(replace(left, version=review.version), forgotten, lambda act: act.by == activity.actor.id)
    before = {forgotten.in_key(key): card for key, card in board(before_it).items()}
    turn = shown(before, stand(after, now))
    kept = tuple(each for each in turn.effects if getattr(each, "to", None) not in gone)
    return with_looks(replace(turn, effects=kept, forgets=True), before_it, now)


def everybody_in(review: Review) -> Forgotten:
    """Whoever an old review knows, each by a number."""
    everybody = dict.fromkeys(_people(review))
    before = [who for who in everybody if who.startswith(f"{SOMEONE} (")]
    known = [who for who in everybody if who not in before and not who.startswith(ERASED)]
    return Forgotten({who: f"{SOMEONE} ({n})" for n, who in enumerate(known, 1 + len(before))})


def empty(_activity: Activity, found: Found, forgotten: Forgotten) -> Turn:
    """The turn in which a review loses all its words and names; nothing is said of it."""
    if found.review is None:
        return Turn(review=None)
    after = without(found.review, forgotten, lambda _: True)
    return Turn(review=replace(after, version=found.review.version + 1), forgets=True)


def without(review: Review, forgotten: Forgotten, wordless: Callable[[Act], bool]) -> Review:
    """The review without people, and without the words of the acts that are `wordless`."""
    return replace(
        review,
        started_by=forgotten.instead.get(review.started_by, review.started_by),
        owner=forgotten.instead.get(review.owner, review.owner),
        acts=tuple(_without(act, forgotten, wordless(act)) for act in review.acts),
        posted=tuple(map(forgotten.in_key, review.posted)),
        waits={forgotten.in_key(key): until for key, until in review.waits.items()},
    )


def _without(act: Act, forgotten: Forgotten, wordless: bool) -> Act:
    typed = wordless and act.stranger and act.person not in forgotten.instead
    return replace(
        act,
        by=forgotten.instead.get(act.by, act.by),
        said=forgotten.in_words(act.said) if act.said is not None and not wordless else None,
        source=None if wordless else act.source,
        person=forgotten.in_words(act.person) if act.person and not typed else None,
        follow_up=forgotten.in_words(act.follow_up) if act.follow_up else act.follow_up,
        profile={name: forgotten.in_words(value) for name, value in act.profile.items()},
    )


def _people(review: Review) -> Iterator[str]:
    """Whoever it knows by an id, and whoever stands in somebody's place."""
    yield from (review.started_by, review.owner)
    for act in review.acts:
        yield from (who for who in (act.by, act.person) if who and not (act.stranger and who == act.person))
        yield from (value for name, value in act.profile.items() if name in PEOPLE_FIELDS)
