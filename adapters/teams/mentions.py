"""Teams' text as ours: people are `<@ID>`, channels `#name`, and everything else as it was typed.

Who is meant says the mention's entity, never a name: a project may be called as the bot is, and names can be copied.
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
"""

from __future__ import annotations

import html
import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.payloads import Payload, listed, storable, words
from adapters.teams.payloads import conversation_id, is_bot, person_id
from conversations.activities import Actor

_TAG = re.compile(r"<at\b[^<>]*>(?P<name>[^<>]*)</at>", re.IGNORECASE)
_BEGIN, _END = "\ud800", "\udfff"  # about a person's id until all that was typed is read; nobody can type these
_PERSON = re.compile(f"{_BEGIN}([^{_END}]+){_END}")
_TWICE = re.compile(f"({_BEGIN}[^{_END}]+{_END})(?:\\s*\\1)+")
_MOST = 100  # mentions in one message that are looked at
_PLACES = ("channel", "19:")  # the type of a mentioned channel, and what its id begins with
_CROWDS = ("team", "tag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    text: str
    addressed: bool  # the bot was mentioned
    people: Mapping[str, Actor]  # who else was


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    literal: str  # how it stands in the text
    name: str  # between its tags, as a text has it
    bare: bool  # without tags, as some clients write it
    mentioned: Payload
    person: str  # empty for what is no person

    @property
    def mark(self) -> str:
        if self.person:
            return _mark(self.person)
        if words(self.mentioned, "type") in _CROWDS:
            return f"@{self.name}"
        return hashtag(self.name)


def said_in(body: Payload, own: str) -> Said:
    """What a person typed, without the mention of `own`, the bot. Total: what is no mention stays as it is."""
    mentions = [_mention(entity) for entity in _entities(body)]
    marked = _TWICE.sub(r"\1", _marked(words(body, "text"), mentions))  # a name of two words may come as two mentions
    # What was typed as `<@…>` is nobody's mention.
    text = _PERSON.sub(r"<@\1>", _without(marked, own).replace("<@", "< @")).strip()
    people = {each.person: _actor(each) for each in mentions if each.person and f"<@{each.person}>" in text}
    return Said(text=text, addressed=any(each.person == own for each in mentions if own), people=people)


def is_addressed(body: Payload, own: str) -> bool:
    """The same of `own` alone: whether the bot was mentioned."""
    return bool(own) and any(_person(entity.get("mentioned")) == own for entity in _entities(body))


def hashtag(name: str) -> str:
    """How a channel of that name stands in a text; names have blanks, and hashtags have none."""
    return "#" + re.sub(r"\s+", "-", name.strip())


def _entities(body: Payload) -> list[Payload]:
    return [entity for entity in listed(body, "entities") if words(entity, "type") == "mention"][:_MOST]


def _person(mentioned: object) -> str:
    """Empty for a place or a crowd."""
    kind = words(mentioned, "type")
    place = kind in _PLACES or conversation_id(mentioned, "id").startswith(_PLACES)
    return "" if place or kind in _CROWDS else person_id(mentioned, "id")


def _mention(entity: Payload) -> _Mention:
    literal, mentioned = words(entity, "text"), entity.get("mentioned")
    tag = _TAG.fullmatch(literal.strip())
    return _Mention(
        literal=literal,
        name=_plain(tag["name"]) if tag else words(mentioned, "name"),
        bare=tag is None,
        mentioned=mentioned if isinstance(mentioned, Mapping) else {},
        person=_person(mentioned),
    )


def _actor(mention: _Mention) -> Actor:
    name = words(mention.mentioned, "name").strip()
    return Actor(id=mention.person, name=name or mention.person, bot=is_bot(mention.person))


def _marked(text: str, mentions: Sequence[_Mention]) -> str:
    """The text with its mentions marked. Entities come in the order of the text; two people may have one name."""
    waiting = defaultdict[str, deque[_Mention]](deque)
    for mention in mentions:
        waiting[_folded(mention.name)].append(mention)
    found, parts, done = set[str](), list[str](), 0
    for tag in _TAG.finditer(text):
        name = _folded(_plain(tag["name"]))
        meant = waiting.get(name)
        parts += (_plain(text[done : tag.start()]), meant[0].mark if meant else _plain(tag["name"]))
        if meant and len(meant) > 1:  # the last one's person may be mentioned again
            meant.popleft()
        found.add(name)
        done = tag.end()
    marked = "".join((*parts, _plain(text[done:])))
    for mention in mentions:
        if mention.bare and mention.literal and _folded(mention.name) not in found:
            marked = marked.replace(_plain(mention.literal), mention.mark, 1)
    return marked


def _without(marked: str, own: str) -> str:
    """Mentions of the bot are cut from the beginning, with what parts them from the words, or else the first one is."""
    mark = re.escape(_mark(own))
    said = re.sub(rf"\A(?:\s*{mark}[\s,:]*)+", "", marked)
    return re.sub(rf"[^\S\n]*{mark}", "", marked, count=1) if said == marked else said


def _mark(person: str) -> str:
    return f"{_BEGIN}{person}{_END}"


def _plain(text: str) -> str:
    """What stands for a character as that character."""
    return storable(html.unescape(text)).replace("\xa0", " ")


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
