"""Cards as Slack's blocks: how each part of a layout is drawn. Sentences are the templates', limits are `limits.py`'s.

Only the oldest kinds of blocks, which every client shows; what people typed is `texts.py`'s to keep from acting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from typing import Any

from slack_sdk.models.views import View

from adapters.cutting import clamp, fallback_of
from adapters.heard import Heard
from adapters.laying_out import lay_out
from adapters.layout import Break, Buttons, Choice, ItemLine, Line, Tone, address_of, fallback
from adapters.marked import sentence
from adapters.slack import elements, limits
from adapters.slack.elements import Element
from adapters.slack.texts import bare, plain, to_texts
from adapters.slack.ways import OVERFLOW, action_id, block_id
from adapters.wording import Words
from conversations.cards import Card, HomeCard, Tap, Way
from conversations.preferences import WORDS_OF

LABEL = 24  # characters of a button


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    text: str  # all of it in words, escaped
    blocks: limits.Blocks


def to_message(
    card: Card,
    words: Words,
    *,
    review: str | None,
    pack: str | None,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> Message:
    """A card as a message. `names` are people's, by id.

    `links` are the addresses of `Tap.OPEN`, by its choice, "" for where the message itself stands; one without an
    address is left out. Buttons carry `review`, where their way names no other, and with it the digest of its pack.
    """
    drawing = _Drawing(card, words, review=review, pack=pack, names=names, links=links)
    text = fallback_of([plain(line, names) for line in fallback(drawing.layout)], limits.MESSAGE_TEXT)
    return Message(text=text, blocks=drawing.blocks(limits.BLOCKS_IN_MESSAGE, limits.MESSAGE_CHARACTERS))


def to_home(card: HomeCard, words: Words, *, names: Mapping[str, str], links: Mapping[str, str]) -> dict[str, Any]:
    """The App Home as a `views.publish` takes it; else as `to_message`."""
    drawing = _Drawing(card, words, review=None, pack=None, names=names, links=links)
    return View(type="home", blocks=drawing.blocks(limits.BLOCKS_IN_VIEW, limits.VIEW_CHARACTERS)).to_dict()


def to_modal(
    card: Card,
    words: Words,
    *,
    title: str,
    review: str | None,
    pack: str | None,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> dict[str, Any]:
    """Any card inside an open modal, to be read and closed; else as `to_message`."""
    drawing = _Drawing(card, words, review=review, pack=pack, names=names, links=links)
    return View(
        type="modal",
        title=_text(title, limits.VIEW_TITLE),
        close=_text("Close", limits.VIEW_TITLE),
        blocks=drawing.blocks(limits.BLOCKS_IN_VIEW, limits.VIEW_CHARACTERS),
    ).to_dict()


class _Drawing:
    """One card's layout, and its blocks."""

    def __init__(
        self,
        card: Card,
        words: Words,
        *,
        review: str | None,
        pack: str | None,
        names: Mapping[str, str],
        links: Mapping[str, str],
    ) -> None:
        self._review, self._pack, self._names, self._links = review, pack, names, links
        self._numbers = count(1)
        self._heard = Heard(limits.ACCESSIBILITY_LABEL)
        self.layout = lay_out(card, words).without(self._leads_nowhere)

    def blocks(self, most: int, characters: int) -> limits.Blocks:
        return limits.fitting(list(self._all()), most, characters)

    def _leads_nowhere(self, way: Way) -> bool:
        """Without an address, or with a name that is too long to be read back."""
        unknown = way.tap is Tap.OPEN and not 0 < len(self._address(way) or "") <= limits.URL
        return unknown or len(action_id(way)) > limits.OPTION_VALUE

    def _address(self, way: Way) -> str | None:
        return address_of(way, self._review, self._links)

    def _all(self) -> Iterator[Element]:
        lines: list[Line | ItemLine] = []
        if self.layout.heading:
            yield elements.header(_text(bare(self.layout.title, self._names), limits.HEADER))
        else:
            lines.append(self._title())
        for part in self.layout.parts:
            if isinstance(part, Line | ItemLine):
                lines.append(part)
            else:
                yield from self._below(lines, part)
                lines = []
        yield from self._texts(lines)

    def _below(self, lines: Sequence[Line | ItemLine], part: Buttons | Break) -> Iterator[Element]:
        """Lines, and what ends them; a button that is about the last one stands beside it."""
        if isinstance(part, Break):
            yield from [*self._texts(lines), elements.divider()]
        elif part.of_line and len(part.choices) == 1:
            yield from self._texts(lines[:-1])
            yield from self._with_button(lines[-1], part.choices[0])
        else:
            yield from [*self._texts(lines), *self._actions(part)]

    # --- texts -------------------------------------------------------------------------------------------------------

    def _title(self) -> Line:
        over_others = any(not isinstance(part, Buttons) for part in self.layout.parts)
        return Line(lead=self.layout.title, text="") if over_others else Line(text=self.layout.title)

    def _texts(self, lines: Sequence[Line | ItemLine]) -> Iterator[Element]:
        for quiet, together in groupby(lines, key=_is_quiet):
            for text in to_texts(map(sentence, together), self._names):
                yield elements.context(text) if quiet else elements.section(text)

    # --- buttons -----------------------------------------------------------------------------------------------------

    def _actions(self, buttons: Buttons) -> Iterator[Element]:
        """One block for each review that the buttons are about, as a block's name says which.

        What is one's own to say is no review's, and stands with the others.
        """
        known = [self._about(choice.way) for choice in buttons.choices if choice.way.tap not in WORDS_OF]
        usual = known[0] if known else self._review
        for review in dict.fromkeys([*known, usual]):
            shown = list(self._interactive(buttons, review, usual))
            for at in range(0, len(shown), limits.ACTIONS):
                yield elements.actions(self._block_id(review), shown[at : at + limits.ACTIONS])

    def _with_button(self, line: Line | ItemLine, choice: Choice) -> Iterator[Element]:
        *before, last = to_texts([sentence(line)], self._names)
        yield from map(elements.section, before)
        beside = self._button(choice)
        yield elements.section(last, block_id=self._block_id(self._about(choice.way)), accessory=beside)

    def _about(self, way: Way) -> str | None:
        return way.review or self._review

    def _block_id(self, review: str | None) -> str:
        return block_id(next(self._numbers), review, self._pack if review == self._review else None)

    def _interactive(self, buttons: Buttons, review: str | None, usual: str | None) -> Iterator[Element]:
        def here(choice: Choice) -> bool:
            return (usual if choice.way.tap in WORDS_OF else self._about(choice.way)) == review

        if buttons.picker and here(buttons.picker):
            label = _text(bare(buttons.picker.label, self._names), limits.PLACEHOLDER)
            yield elements.select_person(action_id(buttons.picker.way), label)
        yield from (self._button(choice) for choice in buttons.in_sight if here(choice))
        if menu := [self._option(choice) for choice in buttons.more if here(choice)]:
            yield elements.overflow(OVERFLOW, menu)

    def _button(self, choice: Choice) -> Element:
        label = bare(choice.label, self._names)
        return elements.button(
            _text(label, LABEL),
            action_id(choice.way),
            url=self._address(choice.way),
            style=_style(choice),
            accessibility_label=self._heard.apart(label, bare(choice.heard, self._names)),
        )

    def _option(self, choice: Choice) -> Element:
        label = _text(bare(choice.label, self._names), limits.OPTION_TEXT)
        return elements.option(label, action_id(choice.way), url=self._address(choice.way))


def _is_quiet(part: Line | ItemLine) -> bool:
    return isinstance(part, Line) and part.tone is Tone.QUIET


def _style(choice: Choice) -> str | None:
    if choice.way.tap is Tap.CANCEL:
        return "danger"
    return "primary" if choice.primary else None


def _text(text: str, most: int) -> Element:
    return elements.plain_text(clamp(text, most))
