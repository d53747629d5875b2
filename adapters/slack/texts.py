"""How a sentence looks in Slack: people by name, and nothing that people typed can ring, format or link elsewhere.

A sentence becomes mrkdwn, or plain text where something in it has a character that mrkdwn would act upon: `*_~` and
its like cannot be escaped. https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from adapters.cutting import clamp
from adapters.marked import RUNG, SAID, STRESS, TYPED, Marking, Names, pieces, with_addresses
from adapters.slack.elements import Element, markup, plain_text
from adapters.slack.limits import TEXT, URL

_ID = re.compile(r"[UW][A-Z0-9]+")
_RINGS_ALL = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # has no width; behind it the word is no longer what Slack looks for

# What mrkdwn acts upon: signs, names of emoji, and at the beginning of a line what looks like a quote or a list
_ACTS = re.compile(r"[*_~`]|:[\w+'’-]+:|^\s*(?:>|[•-]\s|\d+\.\s)", re.MULTILINE)
_OURS = "\x00"  # stands for markup of our own where text is searched for what acts


class Slack(Marking):
    """Slack as a `wording.Platform`."""

    begins = "/ai-readiness"

    def invitation(self) -> str:
        return f"Type {self.typed('/invite @AI Readiness')} there"


def to_texts(lines: Iterable[str], names: Mapping[str, str]) -> list[Element]:
    """Sentences, each on its line, as few texts, none too long for a section. `names` are those of people, by id."""
    texts: list[tuple[bool, str]] = []
    for is_markup, text in (each for line in lines for each in _texts(line, names)):
        if texts and texts[-1][0] == is_markup and len(texts[-1][1]) + len(text) < TEXT:
            texts[-1] = (is_markup, f"{texts[-1][1]}\n{text}")
        else:
            texts.append((is_markup, text))
    return [markup(text) if is_markup else plain_text(text) for is_markup, text in texts]


def bare(marked: str, names: Mapping[str, str]) -> str:
    """A sentence for where there is no markup at all: `plain_text`, and what a screen reader says."""
    return _known(names).bare(marked)


def plain(marked: str, names: Mapping[str, str]) -> str:
    """A sentence for the `text` of a message, which Slack reads: escaped, and ringing nobody."""
    return _RINGS_ALL.sub(f"@{_WORD_JOINER}", _escaped(bare(marked, names)))


def is_person(text: str) -> bool:
    """Whether it is an id, as Slack writes those of people."""
    return _ID.fullmatch(text) is not None


def _texts(line: str, names: Mapping[str, str]) -> list[tuple[bool, str]]:
    """A sentence, and whether it is markup; behind its rings where it cannot be."""
    people = _known(names)
    shown = list(_markup(line, people))
    marked = "".join(text for text, _ in shown)
    if len(marked) <= TEXT and not _ACTS.search("".join(loose for _, loose in shown)):
        return [(True, marked)]
    rings = [_ring(who) for style, who in pieces(line) if style == RUNG and people.are(who)]
    return [*([(True, " ".join(rings))] if rings else []), (False, clamp(people.bare(line), TEXT))]


def _known(names: Mapping[str, str]) -> Names:
    return Names(names, is_person)


def _markup(marked: str, people: Names) -> Iterator[tuple[str, str]]:
    """A sentence as mrkdwn, piece by piece, each with what of it lies open to be acted upon."""
    for style, text in pieces(marked):
        if style == STRESS:
            yield "*", _OURS
        elif style == TYPED:
            yield f"`{_escaped(text)}`", "`" if "`" in text else _OURS
        elif style == RUNG and people.are(text):
            yield _ring(text), _OURS
        elif style == SAID:
            yield from _with_links(text)
        else:
            words = people.in_words(style, text)
            yield _escaped(words), words


def _with_links(text: str) -> Iterator[tuple[str, str]]:
    """Text in which addresses can be opened; each is shown as typed, so that no other one is behind it."""
    for piece, is_address in with_addresses(text, URL):
        yield (f"<{_escaped(piece)}>", _OURS) if is_address else (_escaped(piece), piece)


def _ring(who: str) -> str:
    return f"<@{_escaped(who)}>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
