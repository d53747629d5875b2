"""How a way on stands in a card's data, both directions, pure. Teams keeps it in its messages: no name may change.

Data and inputs come back as one object, which anybody can have written: all of ours is inside `air`, and no input is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.payloads import inside, storable, words
from conversations.cards import Tap, Way
from conversations.preferences import WORDS_OF

DIGEST_SHOWN = 12  # characters of a pack's digest; enough to tell two packs of one review apart
OURS = "air"

Data: TypeAlias = dict[str, Any]

_TAPS = frozenset(Tap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What came back of a button. `digest` is the beginning of one, of `DIGEST_SHOWN` characters.

    `shown_in` is the delivery of the message it stands in. `picks`: a person is to be chosen, who becomes the choice.
    `asked`: what it lacked was asked for, and is in `inputs`.
    """

    tap: Tap
    item: str | None = None
    choice: str | None = None
    review: str | None = None
    digest: str | None = None
    shown_in: str | None = None
    picks: bool = False
    asked: bool = False
    inputs: Mapping[str, str]


def to_data(way: Way, *, review: str | None, pack: str | None, shown_in: str | None, picks: bool = False) -> Data:
    """`review` and `pack` are the card's own: a way that names another review is about a pack that is not known here.

    How one is written to is one's own to say, and no review's.
    """
    about = None if way.tap in WORDS_OF else way.review or review
    digest = pack[:DIGEST_SHOWN] if pack and about is not None and about == review else None
    return ours(
        tap=way.tap,
        item=way.item,
        choice=way.choice,
        review=about,
        pack=digest,
        shown_in=shown_in,
        pick=picks,
    )


def from_data(value: object) -> Pressed | None:
    """None for what is no button of ours."""
    said, tap = said_in(value), words(said_in(value), "tap")
    if tap not in _TAPS:
        return None
    return Pressed(
        tap=Tap(tap),
        item=words(said, "item") or None,
        choice=words(said, "choice") or None,
        review=words(said, "review") or None,
        digest=words(said, "pack") or None,
        shown_in=shown_in(value),
        picks=said.get("pick") is True,
        asked=said.get("asked") is True,
        inputs=inputs_of(value),
    )


def to_asked(pressed: Pressed, opened: str | None = None) -> Data:
    """The same button, once what it lacks was asked for. `opened` tells this asking from others of the same."""
    return ours(
        tap=pressed.tap,
        item=pressed.item,
        choice=pressed.choice,
        review=pressed.review,
        pack=pressed.digest,
        shown_in=pressed.shown_in,
        pick=pressed.picks,
        asked=True,
        opened=opened,
    )


def to_back(shown_in: str | None) -> Data:
    """What shows the message's card again, in the place of a form."""
    return ours(back=True, shown_in=shown_in)


def goes_back(value: object) -> bool:
    return said_in(value).get("back") is True


def shown_in(value: object) -> str | None:
    """The delivery of the message that a button, or a form, stands in."""
    return words(said_in(value), "in") or None


# --- what all data has in common -------------------------------------------------------------------------------------


def ours(*, shown_in: str | None = None, **said: object) -> Data:
    """What is not there is left out."""
    named = {**said, "in": shown_in}
    return {OURS: {name: value for name, value in named.items() if value is not None and value is not False}}


def said_in(value: object) -> Mapping[str, Any]:
    """What of an action's data is ours; empty where nothing is."""
    return inside(value, OURS)


def inputs_of(value: object) -> Mapping[str, str]:
    """What stood in a card's inputs, by id. Clients send numbers as such, and nothing at all for what is empty."""
    given = value.items() if isinstance(value, Mapping) else ()
    return {
        storable(name): storable(str(said))
        for name, said in given
        if isinstance(name, str) and name != OURS and type(said) in (str, int, float)
    }
