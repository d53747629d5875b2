"""Teams' activities as ours. Pure and total: what is nonsense, or nobody's business here, gives nothing.

An activity has a key for each way in which Teams may repeat it. Who speaks, and where, is told besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from adapters.commands import is_command
from adapters.news import Step
from adapters.payloads import Payload, listed, words
from adapters.teams.mentions import said_in
from adapters.teams.news import Envelope, Fact, News, opened
from adapters.teams.presses import invoked, submitted
from adapters.teams.surroundings import conversation_updated, installation_updated, those_told
from conversations.activities import Activity, ActivityKind

_NO_FILES = ("text/html", "image/", "application/vnd.microsoft.card.")  # a pasted image opens for the bot alone


def to_activities(body: object, *, at: datetime) -> News:
    """A body of the messaging endpoint; `at` is when it came."""
    envelope = opened(body, at) if isinstance(body, Mapping) else None
    if envelope is None:
        return News(tenant="", happened_at=at)
    read = _READERS.get(words(envelope.body, "type"))
    facts = read(envelope) if read else ()
    told = (*those_told(envelope), *facts)
    return News(tenant=envelope.tenant, happened_at=envelope.happened_at, facts=told)


def _message(envelope: Envelope) -> tuple[Fact, ...]:
    if isinstance(envelope.body.get("value"), Mapping):
        return submitted(envelope)
    return _heard(envelope)


def _updated(envelope: Envelope) -> tuple[Fact, ...]:
    """A message that was never heard is heard now; its original, should it still come, is then a repetition."""
    edition = envelope.happened_at.astimezone(UTC).isoformat(timespec="microseconds")  # all of one length
    return _with_change(_heard(envelope), ActivityKind.EDIT, envelope.key(f"edit/{edition}"), edition)


def _gone(envelope: Envelope) -> tuple[Fact, ...]:
    """A message that was never heard is heard without its words, so that its original is a repetition."""
    wordless = {name: value for name, value in envelope.body.items() if name not in ("text", "attachments", "entities")}
    steps = _heard(replace(envelope, body=wordless))
    return _with_change(steps, ActivityKind.DELETION, envelope.key("gone"))


def _with_change(steps: tuple[Step, ...], kind: ActivityKind, key: str, edition: str = "") -> tuple[Fact, ...]:
    changes = (replace(step.activity, kind=kind, keys=(key,), edition=edition) for step in steps)
    return (*steps, *(Step(activity=each, if_seen=True) for each in changes))


def _heard(envelope: Envelope) -> tuple[Step, ...]:
    """In a thread a reply, which is a command too where the bot is mentioned; in chats what has a command's form."""
    said = _reply(envelope)
    if said is None:
        return ()
    if said.reference.thread is not None:
        return (Step(activity=replace(said, hosts=True)),)
    if said.private:
        return (Step(activity=_command(said) if is_command(said.text) else said),)
    return (Step(activity=_command(said)),) if said.addressed else ()


def _command(said: Activity) -> Activity:
    return replace(said, kind=ActivityKind.COMMAND, addressed=False)


def _reply(envelope: Envelope) -> Activity | None:
    """A message as a reply, wherever it stands. Of an app's, only those in threads are anybody's business."""
    author, said = envelope.author(), said_in(envelope.body, envelope.own)
    if author is None or not envelope.id or (author.bot and envelope.here.thread is None):
        return None
    return Activity(
        keys=(envelope.key(),),
        kind=ActivityKind.MESSAGE,
        actor=author,
        reference=envelope.here,
        at=envelope.at,
        text=said.text,
        source=envelope.source,
        file=None if said.text else _file(envelope.body),
        private=envelope.personal,
        addressed=said.addressed and not author.bot and not envelope.personal,
        people=said.people,
    )


def _file(body: Payload) -> str | None:
    """The address of the first file that came with a message."""
    files = (each for each in listed(body, "attachments") if not words(each, "contentType").startswith(_NO_FILES))
    addresses = (words(file, "contentUrl") for file in files)
    return next((address for address in addresses if address.startswith("https://")), None)


_READERS: Mapping[str, Callable[[Envelope], tuple[Fact, ...]]] = {
    "message": _message,
    "messageUpdate": _updated,
    "messageDelete": _gone,
    "invoke": invoked,
    "installationUpdate": installation_updated,
    "conversationUpdate": conversation_updated,
}
