"""Cards as Adaptive Cards: how each part of a layout is drawn. Sentences are the templates', limits `limits.py`'s.

Only the oldest elements, which every client shows; what people typed is `texts.py`'s to keep from acting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.cutting import clamp, fallback_of
from adapters.heard import Heard
from adapters.laying_out import lay_out
from adapters.layout import Break, Buttons, Choice, ItemLine, Layout, Line, Tone, address_of, fallback
from adapters.marked import sentence
from adapters.pieces import buttons_aside
from adapters.prompting import capitalised
from adapters.teams import limits
from adapters.teams.limits import Element
from adapters.teams.texts import Mentions, bare, plain, rings_somebody, to_heading, to_ringing, to_runs
from adapters.teams.ways import Data, to_data
from adapters.wording import Words
from conversations.cards import Card, QuestionCard, Tap, Way

_QUIET = {"isSubtle": True, "size": "Small"}
_OWN_ROW = {"spacing": "Small"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message: its card, and its first line, which is all that a notification shows."""

    card: dict[str, Any]
    summary: str


def to_card(
    card: Card,
    words: Words,
    *,
    review: str | None,
    pack: str | None,
    shown_in: str | None,
    names: Mapping[str, str],
    links: Mapping[str, str],
    rings: bool = True,
) -> Rendered:
    """A card as a message. `names` are people's, by id.

    `links` are the addresses of `Tap.OPEN`, by its choice, "" for where the message itself stands; one without an
    address is left out. Buttons carry `review`, where their way names no other, the digest of its pack, and
    `shown_in`, the delivery that they are sent with. Without `rings` people are named and not told, as in a revision.
    """
    drawing = _Drawing(card, words, review=review, pack=pack, shown_in=shown_in, names=names, links=links, rings=rings)
    return drawing.rendered()


def to_adaptive(
    body: Sequence[Element], *, said: Sequence[str], mentions: Mentions | None = None, most: int = limits.CARD_BYTES
) -> dict[str, Any]:
    """A card of these elements, `most` bytes of it; `said` is all of it in words, for clients that show no cards."""
    frame: dict[str, Any] = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": limits.VERSION,
        "lang": "en",
        "fallbackText": fallback_of(said, limits.FALLBACK),
    }
    if mentions and mentions.entities:
        frame["msteams"] = {"entities": mentions.entities}
    return {**frame, "body": limits.fitting(body, most - limits.size_of({**frame, "body": []}))}


def action(title: str, verb: str, data: Data, **others: object) -> Element:
    """A button that is answered. Clients that cannot wait for an answer submit the same data."""
    return {
        "type": "Action.Execute",
        "title": clamp(title, limits.LABEL),
        "verb": verb,
        "data": data,
        "fallback": {"type": "Action.Submit", "title": clamp(title, limits.LABEL), "data": data},
        **{name: value for name, value in others.items() if value},
    }


def shares(rows: Sequence[int], most: int = limits.IN_SIGHT) -> list[int]:
    """How many buttons of each row are in sight: the first of each, then, from above, what there is room for."""
    shared = [min(row, 1) if at < most else 0 for at, row in enumerate(rows)]
    for at, row in enumerate(rows):
        if shared[at]:
            shared[at] += min(row - shared[at], most - sum(shared))
    return shared


class _Drawing:
    """One card's layout, and its elements."""

    def __init__(
        self,
        card: Card,
        words: Words,
        *,
        review: str | None,
        pack: str | None,
        shown_in: str | None,
        names: Mapping[str, str],
        links: Mapping[str, str],
        rings: bool,
    ) -> None:
        self._review, self._pack, self._shown_in = review, pack, shown_in
        self._names, self._links, self._rings = names, links, rings
        self._heard = Heard(limits.HEARD)
        self._mentions = Mentions()
        self._layout = _in_teams(card, lay_out(card, words)).without(self._leads_nowhere)

    def rendered(self) -> Rendered:
        body = list(_parted(self._all()))
        said = [plain(line, self._names) for line in fallback(self._layout)]
        summary = clamp(bare(self._layout.title, self._names), limits.SUMMARY)
        return Rendered(card=to_adaptive(body, said=said, mentions=self._mentions), summary=summary)

    def _leads_nowhere(self, way: Way) -> bool:
        return way.tap is Tap.OPEN and not 0 < len(self._address(way) or "") <= limits.URL

    def _address(self, way: Way) -> str | None:
        return address_of(way, self._review, self._links)

    def _all(self) -> Iterator[Element | Break]:
        yield from self._title()
        parts = self._layout.parts
        rows = [part for part in parts if isinstance(part, Buttons) and not _is_link(part)]
        in_sight = iter(shares([len(_first(row)) for row in rows]))
        for at, part in enumerate(parts):
            after = parts[at + 1] if at + 1 < len(parts) else None
            if isinstance(part, Break):
                yield part
            elif isinstance(part, Buttons):
                if not _is_link(part):
                    yield self._actions(part, next(in_sight))
            else:
                yield from self._line(
                    part, after.in_sight[0] if isinstance(after, Buttons) and _is_link(after) else None
                )

    # --- texts -------------------------------------------------------------------------------------------------------

    def _title(self) -> list[Element]:
        title = self._layout.title
        if self._layout.heading:
            return [to_heading(title, self._names)]
        over_others = any(not isinstance(part, Buttons) for part in self._layout.parts)
        return self._sentence(sentence(Line(lead=title, text="") if over_others else Line(text=title)))

    def _line(self, part: Line | ItemLine, link: Choice | None) -> Iterator[Element]:
        if isinstance(part, Line) and part.tone is Tone.QUIET:
            shown = [to_runs(sentence(part), self._names, **_QUIET)]
        else:
            shown = self._sentence(sentence(part))
        if link:
            shown[-1]["inlines"].extend(self._link(link))
        yield from (element | _OWN_ROW for element in shown)

    def _sentence(self, marked: str) -> list[Element]:
        if self._rings and rings_somebody(marked):
            return to_ringing(marked, self._names, self._mentions)
        return [to_runs(marked, self._names)]

    # --- buttons -----------------------------------------------------------------------------------------------------

    def _link(self, choice: Choice) -> list[Element]:
        """What only opens something takes no button's place."""
        opens = self._button(choice)
        label, url = opens["title"], opens["url"]
        tooltip = {"tooltip": opens["tooltip"]} if "tooltip" in opens else {}
        run = {"type": "TextRun", "text": label, "color": "Accent"}
        return [
            {"type": "TextRun", "text": "  "},
            run | {"selectAction": {"type": "Action.OpenUrl", "url": url} | tooltip},
        ]

    def _actions(self, buttons: Buttons, in_sight: int) -> Element:
        first = _first(buttons)
        more = [*first[in_sight:], *buttons.more]
        shown = [
            *(self._button(choice, picks=choice is buttons.picker) for choice in first[:in_sight]),
            *(self._button(choice, picks=choice is buttons.picker) | {"mode": "secondary"} for choice in more),
        ]
        return {"type": "ActionSet", "actions": shown[: limits.ROW]} | (_OWN_ROW if buttons.of_line else {})

    def _button(self, choice: Choice, *, picks: bool = False) -> Element:
        label = capitalised(bare(choice.label, self._names))
        tooltip = self._heard.apart(label, bare(choice.heard, self._names))
        if address := self._address(choice.way):
            opens = {"type": "Action.OpenUrl", "title": clamp(label, limits.LABEL), "url": address}
            return opens | ({"tooltip": tooltip} if tooltip else {})
        data = to_data(choice.way, review=self._review, pack=self._pack, shown_in=self._shown_in, picks=picks)
        return action(label, choice.way.tap, data, style=_style(choice), tooltip=tooltip)


def _in_teams(card: Card, layout: Layout) -> Layout:
    """A question has no *Help* here, where six buttons are all that a card has, but what takes an answer back."""
    if not isinstance(card, QuestionCard):
        return layout
    shown = layout.without(lambda way: way.tap is Tap.HELP)
    return replace(shown, parts=(*shown.parts, *buttons_aside(card.aside)))


def _parted(elements: Iterable[Element | Break]) -> Iterator[Element]:
    """Elements without the breaks between them; what is behind one is set apart."""
    apart = False
    for each in elements:
        if isinstance(each, Break):
            apart = True
        else:
            yield each | {"separator": True, "spacing": "Medium"} if apart else each
            apart = False


def _is_link(buttons: Buttons) -> bool:
    """Whether a line's only button opens something."""
    return buttons.of_line and [choice.way.tap for choice in buttons.choices] == [Tap.OPEN]


def _first(buttons: Buttons) -> Sequence[Choice]:
    """What would be in sight if there were room for all of it."""
    return (*([buttons.picker] if buttons.picker else []), *buttons.in_sight)


def _style(choice: Choice) -> str | None:
    if choice.way.tap is Tap.CANCEL:
        return "destructive"
    return "positive" if choice.primary else None
