"""Sentences whose styles travel inside them, as control characters, until a platform draws them piece by piece.

The characters are taken out of everything that comes from outside, so that nobody can type a style.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from adapters.filters import visible
from adapters.layout import ItemLine, Line

PERSON, RUNG, SAID, TYPED, END, STRESS, GREETED = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x07"
MENTION = re.compile(r"<@([^>\s]+)>")
_MARKED = re.compile(f"([{PERSON}-{GREETED}])")
_ADDRESS = re.compile(r"https?://\w[^\s<>“”]*", re.IGNORECASE)
# https://www.rfc-editor.org/rfc/rfc3986, and letters of any script
_SOUND = re.compile(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+")
_TRAILING = ".,:;!?\"'’…"


class Marking:
    """A `wording.Platform`, but for what its commands begin with, and how the bot is invited."""

    begins: ClassVar[str]

    def escape(self, text: str) -> str:
        return _with_people(visible(text), END)

    def person(self, who: str, *, ring: bool = False) -> str:
        return f"{RUNG if ring else PERSON}{visible(who)}{END}"

    def name(self, who: str) -> str:
        return f"{GREETED}{visible(who)}{END}"

    def said(self, text: str) -> str:
        return f"{SAID}{_with_people(visible(text), SAID)}{END}"

    def typed(self, word: str) -> str:
        return f"{TYPED}{visible(word)}{END}"

    def command(self, words: str) -> str:
        return self.typed(f"{self.begins} {words}")


class Names:
    """How people are called in sentences: by `names`, by id. `is_id` tells an id from a name that matches nobody."""

    def __init__(self, names: Mapping[str, str], is_id: Callable[[str], bool]) -> None:
        self._names, self._is_id = names, is_id

    def are(self, who: str) -> bool:
        return who in self._names or self._is_id(who)

    def called(self, who: str) -> str:
        """`@Dana` for an id, the name itself where it matches nobody here."""
        return f"@{name_of(who, self._names) or who}" if self.are(who) else who

    def in_words(self, style: str, text: str) -> str:
        """A piece of a sentence without any markup."""
        if style in (PERSON, RUNG):
            return self.called(text)
        if style == GREETED:
            return name_of(text, self._names) or text
        return f"“{text}”" if style == TYPED else text

    def bare(self, marked: str) -> str:
        """A sentence without any markup."""
        if not _MARKED.search(marked):
            return marked
        return "".join(self.in_words(style, text) for style, text in pieces(marked))


def name_of(who: str, names: Mapping[str, str]) -> str:
    """A name on one line, empty where there is none."""
    return " ".join(visible(names.get(who, "")).split())


def stressed(marked: str) -> str:
    return f"{STRESS}{marked}{STRESS}" if marked else ""


def sentence(part: Line | ItemLine) -> str:
    """A line with what stands before it; its bar and its mark say nothing that is not in its words."""
    if isinstance(part, ItemLine):
        return f"{'▶ ' if part.asked else ''}{part.mark} {stressed(part.label)} · {part.text}"
    before = f"{part.bar}  " if part.bar else ""
    return before + " ".join(piece for piece in (stressed(part.lead), part.text) if piece)


def pieces(marked: str) -> Iterator[tuple[str, str]]:
    """A sentence's pieces with their style, `END` where there is none. `STRESS` begins and ends between them."""
    style, (first, *others) = END, _MARKED.split(marked)
    if first:
        yield style, first
    for mark, piece in zip(others[::2], others[1::2], strict=True):
        if mark == STRESS:
            yield STRESS, ""
        else:
            style = mark
        if piece:
            yield style, piece


def with_addresses(text: str, most: int) -> Iterator[tuple[str, bool]]:
    """What was said, piece by piece, and whether it is an address of a page, of `most` characters."""
    begin = 0
    for found in _ADDRESS.finditer(text):
        address = _without_trailing(found[0])
        if len(address) > most or not _SOUND.fullmatch(address):
            continue
        yield text[begin : found.start()], False
        yield address, True
        begin = found.start() + len(address)
    yield text[begin:], False


def _with_people(text: str, style: str) -> str:
    """Text with its people marked; behind each `style` goes on."""
    return MENTION.sub(lambda found: f"{PERSON}{found[1]}{style}", text) if "<@" in text else text


def _without_trailing(address: str) -> str:
    """What ends the sentence around an address does not belong to it, nor a bracket that was opened before it."""
    while address[-1] in _TRAILING or (address[-1] == ")" and address.count(")") > address.count("(")):
        address = address[:-1]
    return address
