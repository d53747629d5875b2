"""How a sentence looks in Slack: people by name, and nothing that people typed can ring, format or link elsewhere.

Styles travel inside the sentences as control characters, which are taken out of everything that comes from outside.
A sentence becomes mrkdwn, or plain text where something in it has a character that mrkdwn would act upon: `*_~` and
its like cannot be escaped. https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject

from adapters.filters import visible
from adapters.slack.limits import TEXT, URL, clamp

_PERSON, _RUNG, _SAID, _TYPED, _END, _STRESS = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06"
_MARKED = re.compile(f"([{_PERSON}-{_STRESS}])")
MENTION = re.compile(r"<@([^>\s]+)>")
_ID = re.compile(r"[UW][A-Z0-9]+")
_ADDRESS = re.compile(r"https?://\w[^\s<>“”]*", re.IGNORECASE)
# https://www.rfc-editor.org/rfc/rfc3986, and letters of any script
_SOUND = re.compile(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+")
_TRAILING = ".,:;!?\"'’…"
_RINGS_ALL = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # has no width; behind it the word is no longer what Slack looks for

# What mrkdwn acts upon: signs, names of emoji, and at the beginning of a line what looks like a quote or a list
_ACTS = re.compile(r"[*_~`]|:[\w+'’-]+:|^\s*(?:>|[•-]\s|\d+\.\s)", re.MULTILINE)
_OURS = "\x00"  # stands for markup of our own where text is searched for what acts


class Slack:
    """Slack as a `wording.Platform`."""

    def escape(self, text: str) -> str:
        return _with_people(visible(text), _END)

    def person(self, who: str, *, ring: bool = False) -> str:
        return f"{_RUNG if ring else _PERSON}{visible(who)}{_END}"

    def said(self, text: str) -> str:
        return f"{_SAID}{_with_people(visible(text), _SAID)}{_END}"

    def typed(self, word: str) -> str:
        return f"{_TYPED}{visible(word)}{_END}"

    def command(self, words: str) -> str:
        return self.typed(f"/ai-readiness {words}")


def stressed(marked: str) -> str:
    return f"{_STRESS}{marked}{_STRESS}" if marked else ""


def to_texts(lines: Iterable[str], names: Mapping[str, str]) -> list[MarkdownTextObject | PlainTextObject]:
    """Sentences, each on its line, as few texts, none too long for a section. `names` are those of people, by id."""
    texts: list[tuple[bool, str]] = []
    for is_markup, text in (each for line in lines for each in _texts(line, names)):
        if texts and texts[-1][0] == is_markup and len(texts[-1][1]) + len(text) < TEXT:
            texts[-1] = (is_markup, f"{texts[-1][1]}\n{text}")
        else:
            texts.append((is_markup, text))
    return [
        MarkdownTextObject(text=text, verbatim=True) if is_markup else PlainTextObject(text=text, emoji=False)
        for is_markup, text in texts
    ]


def bare(marked: str, names: Mapping[str, str]) -> str:
    """A sentence for where there is no markup at all: `plain_text`, and what a screen reader says."""
    return "".join(_in_words(style, text, names) for style, text in _pieces(marked))


def plain(marked: str, names: Mapping[str, str]) -> str:
    """A sentence for the `text` of a message, which Slack reads: escaped, and ringing nobody."""
    return _RINGS_ALL.sub(f"@{_WORD_JOINER}", _escaped(bare(marked, names)))


def name_of(who: str, names: Mapping[str, str]) -> str:
    """A name on one line, empty where there is none."""
    return " ".join(visible(names.get(who, "")).split())


def is_person(text: str) -> bool:
    """Whether it is an id, as Slack writes those of people."""
    return _ID.fullmatch(text) is not None


def _texts(line: str, names: Mapping[str, str]) -> list[tuple[bool, str]]:
    """A sentence, and whether it is markup; behind its rings where it cannot be."""
    pieces = list(_markup(line, names))
    markup = "".join(shown for shown, _ in pieces)
    if len(markup) <= TEXT and not _ACTS.search("".join(loose for _, loose in pieces)):
        return [(True, markup)]
    rings = [_ring(who) for style, who in _pieces(line) if style == _RUNG and _is_known(who, names)]
    return [*([(True, " ".join(rings))] if rings else []), (False, clamp(bare(line, names), TEXT))]


def _markup(marked: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A sentence as mrkdwn, piece by piece, each with what of it lies open to be acted upon."""
    for style, text in _pieces(marked):
        if style == _STRESS:
            yield "*", _OURS
        elif style == _TYPED:
            yield f"`{_escaped(text)}`", "`" if "`" in text else _OURS
        elif style == _RUNG and _is_known(text, names):
            yield _ring(text), _OURS
        elif style == _SAID:
            yield from _with_links(text)
        else:
            words = _in_words(style, text, names)
            yield _escaped(words), words


def _ring(who: str) -> str:
    return f"<@{_escaped(who)}>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _with_people(text: str, style: str) -> str:
    """Text with its people marked; behind each `style` goes on."""
    return MENTION.sub(lambda found: f"{_PERSON}{found[1]}{style}", text)


def _pieces(marked: str) -> Iterator[tuple[str, str]]:
    """A sentence's pieces with their style, `_END` where there is none. `_STRESS` begins and ends between them."""
    style = _END
    for piece in _MARKED.split(marked):
        if piece == _STRESS:
            yield _STRESS, ""
        elif _MARKED.fullmatch(piece):
            style = piece
        elif piece:
            yield style, piece


def _with_links(text: str) -> Iterator[tuple[str, str]]:
    """Text in which addresses can be opened; each is shown as typed, so that no other one is behind it."""
    begin = 0
    for found in _ADDRESS.finditer(text):
        address = _without_trailing(found[0])
        if len(address) > URL or not _SOUND.fullmatch(address):
            continue
        before = text[begin : found.start()]
        yield _escaped(before), before
        yield f"<{_escaped(address)}>", _OURS
        begin = found.start() + len(address)
    yield _escaped(text[begin:]), text[begin:]


def _without_trailing(address: str) -> str:
    """What ends the sentence around an address does not belong to it, nor a bracket that was opened before it."""
    while address[-1] in _TRAILING or (address[-1] == ")" and address.count(")") > address.count("(")):
        address = address[:-1]
    return address


def _in_words(style: str, text: str, names: Mapping[str, str]) -> str:
    if style in (_PERSON, _RUNG):
        return _name(text, names)
    return f"“{text}”" if style == _TYPED else text


def _name(who: str, names: Mapping[str, str]) -> str:
    """`@Dana` for an id, the name itself where it matches nobody here."""
    return f"@{name_of(who, names) or who}" if _is_known(who, names) else who


def _is_known(who: str, names: Mapping[str, str]) -> bool:
    return who in names or is_person(who)
