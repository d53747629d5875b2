"""Lines of the terminal as activities. `@name` is a person of this terminal, and every name is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from adapters.console.terminal import ID
from adapters.filters import plain
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference, Form
from conversations.cards import FormCard

PLATFORM = "console"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BOT = re.compile(r"\s*@ai[\s_-]?readiness\b[:,]?\s*(.*)", re.IGNORECASE | re.DOTALL)
_SLASH = re.compile(r"\s*/ai-readiness(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_COMMAND = re.compile(r"(?:start|list|digest|nudges|hours|away|home|link)\b.*|status \S.*", re.IGNORECASE | re.DOTALL)
_NOT_PEOPLE = frozenset({"channel", "here", "everyone"})
_PERSON_OR_NOT = re.compile(
    r"```.*?```|`[^`]*`"  # code
    r"|(?:https?://|www\.)\S+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)*"  # an e-mail address
    rf"|<@(?P<id>[^>\s]+)>|@(?P<name>{ID})",
    re.DOTALL,
)


def to_activity(line: str, *, number: int, who: str, reference: ConversationReference, at: datetime) -> Activity:
    """What a person typed, as the `number`-th line of the reference's thread.

    `/ai-readiness …` is always a command. After a mention of the bot so are the words that no thread has; as all of
    the terminal is one, anything else is a reply like any other. A command belongs to no thread.
    """
    kind, said = _kind(_UNSTORABLE.sub("", line), reference.thread)
    text = to_text(said)
    key = _key(number, reference)
    return Activity(
        keys=(key,),
        kind=kind,
        actor=actor(who),
        reference=reference if kind is ActivityKind.MESSAGE else replace(reference, thread=None),
        at=at,
        text=text,
        source=key,
        people=_people(text),
    )


def to_form(
    form: FormCard, values: Mapping[str, str], *, who: str, reference: ConversationReference, at: datetime, key: str
) -> Activity:
    """A form that was filled; `values` are what was typed, by field. `key` is this filling's alone."""
    options = {field.name: {plain(option).casefold(): option for option in field.options} for field in form.fields}
    filled = {name: options[name].get(typed.casefold(), to_text(typed)) for name, typed in values.items()}
    return Activity(
        keys=(key,),
        kind=ActivityKind.FORM,
        actor=actor(who),
        reference=reference,
        at=at,
        form=Form(name=form.name, values=filled, seen=form.seen),
        people=_people("\n".join(filled.values())),
    )


def to_edit(text: str, *, number: int, who: str, reference: ConversationReference, at: datetime, key: str) -> Activity:
    """The `number`-th line, which reads `text` now. `key` is this change's alone."""
    said = to_text(_kind(text, reference.thread)[1])
    gone = to_deletion(number, who=who, reference=reference, at=at, key=key)
    return replace(gone, kind=ActivityKind.EDIT, text=said, people=_people(said))


def to_deletion(number: int, *, who: str, reference: ConversationReference, at: datetime, key: str) -> Activity:
    """The `number`-th line, which is gone. `key` is this removal's alone."""
    return replace(_news(ActivityKind.DELETION, who, reference, at, key), source=_key(number, reference))


def to_lapse(*, reference: ConversationReference, at: datetime, key: str) -> Activity:
    """Nobody did anything; time has passed."""
    return _news(ActivityKind.LAPSE, "", reference, at, key)


def to_departure(name: str, *, reference: ConversationReference, at: datetime, key: str) -> Activity:
    """Somebody who is no longer here."""
    return _news(ActivityKind.LEFT, name, reference, at, key)


def to_archive(channel: str, *, who: str, reference: ConversationReference, at: datetime, key: str) -> Activity:
    """A channel that was closed, with or without its `#`."""
    name = _UNSTORABLE.sub("", channel).strip().removeprefix("#")
    return replace(_news(ActivityKind.ARCHIVED, who, reference, at, key), text=f"#{name}")


def to_text(typed: str) -> str:
    """`@name` as `<@name>`, but in code and addresses; without what no database takes."""
    return _PERSON_OR_NOT.sub(_mention, _UNSTORABLE.sub("", typed))


def actor(who: str) -> Actor:
    return Actor(id=person_id(who), name=person_id(who))


def is_name(typed: str) -> bool:
    """Whether it can be somebody's, as it would stand after an @."""
    return re.fullmatch(ID, person_id(typed)) is not None


def person_id(name: str) -> str:
    """`@Ana`, `Ana` → `ana`."""
    return name.strip().removeprefix("@").casefold()


def _key(number: int, reference: ConversationReference) -> str:
    """The name of a line: of its activity, and of the message that it is."""
    return f"{PLATFORM}/{reference.thread or '-'}/{number}"


def _news(kind: ActivityKind, who: str, reference: ConversationReference, at: datetime, key: str) -> Activity:
    """What happened around the words that are typed."""
    return Activity(keys=(key,), kind=kind, actor=actor(who), reference=reference, at=at)


def _kind(line: str, thread: str | None) -> tuple[ActivityKind, str]:
    if command := _SLASH.fullmatch(line):
        return ActivityKind.COMMAND, (command[1] or "").strip()
    if addressed := _BOT.fullmatch(line):
        rest = addressed[1].strip()
        reply = thread and rest and not _COMMAND.fullmatch(rest)
        return (ActivityKind.MESSAGE if reply else ActivityKind.COMMAND), rest
    return ActivityKind.MESSAGE, line


def _mention(found: re.Match[str]) -> str:
    name = found["name"]
    return found[0] if name is None or name.casefold() in _NOT_PEOPLE else f"<@{person_id(name)}>"


def _people(text: str) -> Mapping[str, Actor]:
    named = (found["id"] for found in _PERSON_OR_NOT.finditer(text))
    return {name: Actor(id=name, name=name) for name in named if name}
