"""What people say, change and remove: replies in threads, direct messages, mentions of the bot.

In a channel outside of threads nothing but a mention is heard. Slack tells of one mention twice; in a thread both
events come to the same steps with a key in common, and whichever is first does the work.
"""

from __future__ import annotations

from dataclasses import replace

from adapters.commands import is_command
from adapters.news import Step
from adapters.payloads import Payload, inside, listed, words
from adapters.slack.mrkdwn import people_in, to_text, words_after_mention
from adapters.slack.names import PLATFORM, is_direct, message_name
from adapters.slack.news import Envelope, Fact, Removed, people_of
from adapters.slack.payloads import ident
from conversations.activities import Activity, ActivityKind

_HEARD = ("", "thread_broadcast", "file_share", "me_message", "bot_message")  # subtypes of what somebody says
_TOMBSTONE = "tombstone"  # stands for a message that is gone and has replies


def message_said(envelope: Envelope) -> tuple[Fact, ...]:
    """Of `message` and of `app_mention`."""
    event, channel = envelope.event, ident(envelope.event, "channel")
    match words(event, "subtype"):
        case "message_changed":
            return _changed(envelope, inside(event, "message"), inside(event, "previous_message"), channel)
        case "message_deleted":
            return _gone(envelope, inside(event, "previous_message"), channel)
        case subtype if subtype in _HEARD and not envelope.is_own(event):
            client = ident(event, "client_msg_id")
            also = (f"{PLATFORM}/{envelope.tenant}/client/{client}",) if client else ()
            return _heard(envelope, event, channel, keys=(envelope.key(), *also))
        case _:
            return ()


def file_of(message: Payload) -> str | None:
    """The address of the first file that came with a message."""
    addresses = (words(file, "permalink") for file in listed(message, "files"))
    return next((address for address in addresses if address), None)


def _heard(envelope: Envelope, message: Payload, channel: str, keys: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """A reply, or a command. A mention in a thread is both: whether a review lives there is not known here."""
    said = reply_in(envelope, message, channel, keys)
    if said is None:
        return ()
    called, bot = words_after_mention(words(message, "text"), envelope.own), said.actor.bot
    if said.reference.thread is not None:
        return (Step(activity=replace(said, addressed=called is not None and not bot)),)
    if said.private:
        command = not bot and is_command(said.text)
        return (Step(activity=_command(said, said.text.strip()) if command else said),)
    if words(envelope.event, "type") == "app_mention" and not bot:
        return (Step(activity=_command(said, said.text.strip() if called is None else called)),)
    return ()


def reply_in(envelope: Envelope, message: Payload, channel: str, keys: tuple[str, ...] = ()) -> Activity | None:
    """A message as a reply, wherever it stands; `keys` are its other ones."""
    ts, thread, author = ident(message, "ts"), ident(message, "thread_ts"), envelope.author(message)
    if author is None or not (channel and ts):
        return None
    text = to_text(words(message, "text"), envelope.own)
    return Activity(
        keys=(*keys, f"{PLATFORM}/{envelope.tenant}/message/{channel}/{ts}"),
        kind=ActivityKind.MESSAGE,
        actor=author,
        reference=envelope.place(channel, thread if thread not in ("", ts) else None),
        at=envelope.at,
        text=text,
        source=message_name(channel, ts),
        file=None if text.strip() else file_of(message),
        private=is_direct(channel),
        people=people_of(text, envelope.own),
    )


def _command(said: Activity, text: str) -> Activity:
    people = {who: person for who, person in said.people.items() if who in people_in(text)}
    return replace(said, kind=ActivityKind.COMMAND, text=text, people=people)


def _changed(envelope: Envelope, now: Payload, before: Payload, channel: str) -> tuple[Fact, ...]:
    """A message that was never heard is heard now; its original, should it still come, is then a repetition."""
    if words(now, "subtype") == _TOMBSTONE:
        return _gone(envelope, before, channel)
    edition, same = ident(now, "edited", "ts"), words(now, "text") == words(before, "text")
    if not edition or same or words(now, "subtype") not in _HEARD or envelope.is_own(now):
        return ()  # links were unfolded, replies counted
    steps = _heard(envelope, now, channel)
    if not steps or steps[0].activity.actor.bot:
        return ()  # an app's words are left alone, and so are its changes
    edit = replace(steps[0].activity, kind=ActivityKind.EDIT, keys=(envelope.key(),), edition=edition)
    return (*steps, Step(activity=edit, if_seen=True))


def _gone(envelope: Envelope, message: Payload, channel: str) -> tuple[Fact, ...]:
    """A message that was never heard is heard without its words, so that its original is a repetition.

    An app's too: somebody may have made it an answer.
    """
    ts = ident(message, "ts")
    if envelope.is_own(message):
        return (Removed(channel=channel, message=message_name(channel, ts)),) if channel and ts else ()
    if words(message, "subtype") not in _HEARD:
        return ()
    steps = _heard(envelope, {**message, "text": "", "files": []}, channel)
    gone = (replace(step.activity, kind=ActivityKind.DELETION, keys=(envelope.key(),)) for step in steps)
    return (*steps, *(Step(activity=each, if_seen=True) for each in gone))
