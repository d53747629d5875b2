"""Slack's payloads as activities. Pure and total: what is nonsense, or nobody's business here, gives nothing.

An activity has a key for each way in which Slack may repeat it. People are known by their ids only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from adapters.commands import command_of
from adapters.payloads import Payload, inside, is_true, listed, words
from adapters.slack.messages import message_said, reply_in
from adapters.slack.modals import origin, view_key
from adapters.slack.mrkdwn import to_text
from adapters.slack.names import HOME, PLATFORM, in_view, is_direct, message_name
from adapters.slack.news import Envelope, Fact, News, home_of, people_of
from adapters.slack.payloads import homes_of, ident, moment, tenant_of
from adapters.slack.submissions import NO_NAMES, submitted
from adapters.slack.surroundings import (
    channel_closed,
    channel_moved,
    channel_renamed,
    home_opened,
    member_left,
    person_told,
    place_lost,
    tokens_revoked,
    uninstalled,
)
from adapters.slack.ways import Pressed, from_ids
from conversations.activities import Activity, ActivityKind, Actor, Button, ConversationReference, Form
from conversations.cards import Tap

# What a select or a picker holds, by the name that Slack gives it; each kind has one.
_CHOSEN = ("selected_user", "selected_date", "selected_channel", "selected_conversation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A pressed button, or a choice on a card. Where more is to be asked first, `activity` is not run."""

    pressed: Pressed
    activity: Activity
    trigger_id: str
    message: str | None  # the card, as the sender named it; None in a form or the Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Somebody pointed at a message. Without an activity it is no reply in a thread, or the bot's own."""

    tenant: str
    who: str
    response_url: str | None
    activity: Activity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWanted:
    """Somebody wants the form that starts a review."""

    tenant: str
    who: str
    trigger_id: str


def to_activities(envelope: Payload, *, at: datetime, own: str | None = None) -> News:
    """An envelope of the Events API. `own` is the bot's id, for where the envelope does not name it."""
    event, tenant = inside(envelope, "event"), tenant_of(envelope)
    authorized = next(iter(listed(envelope, "authorizations")), {})
    seen = Envelope(
        event=event,
        tenant=tenant,
        id=ident(envelope, "event_id"),
        own=(ident(authorized, "user_id") if is_true(authorized, "is_bot") else "") or own or "",
        app=ident(envelope, "api_app_id"),
        homes=homes_of(envelope),
        shared=is_true(envelope, "is_ext_shared_channel"),
        at=at,
        happened_at=moment(envelope, "event_time") or at,
    )
    read = _READERS.get(words(event, "type"))
    return News(tenant=tenant, facts=read(seen) if read and tenant and seen.id else ())


def to_command(form: Payload, *, at: datetime) -> Activity | None:
    """A slash command."""
    tenant, who, trigger = tenant_of(form), ident(form, "user_id"), ident(form, "trigger_id")
    if not (tenant and who and trigger) or ident(form, "ssl_check"):
        return None
    channel, text = ident(form, "channel_id"), to_text(words(form, "text")).strip()
    return Activity(
        keys=(f"{PLATFORM}/{tenant}/command/{trigger}",),
        kind=ActivityKind.COMMAND,
        actor=Actor(id=who, name=who),
        reference=ConversationReference(platform=PLATFORM, tenant=tenant, channel=channel),
        at=at,
        text=text,
        reply_to=words(form, "response_url") or None,
        private=is_direct(channel),
        people=people_of(text),
    )


def to_press(payload: Payload, *, at: datetime) -> Press | None:
    """What was pressed. Nothing for what is not ours, and for a link, which the client has opened by itself."""
    tenant, actor, action = tenant_of(payload), actor_of(payload), next(iter(listed(payload, "actions")), {})
    pressed, pressed_at = _pressed(action), ident(action, "action_ts")
    message, view = ident(payload, "container", "message_ts"), ident(payload, "view", "id")
    if actor is None or pressed is None or pressed.tap is Tap.OPEN or not (tenant and pressed_at and (message or view)):
        return None
    reference = _place(payload, tenant)
    button = Button(act=pressed.tap, item=pressed.item, choice=pressed.choice, digest=pressed.digest)
    pressing = Activity(
        keys=(f"{PLATFORM}/{tenant}/press/{message or view}/{words(action, 'action_id')}/{pressed_at}/{actor.id}",),
        kind=ActivityKind.BUTTON,
        actor=actor,
        reference=reference,
        at=at,
        review=pressed.review,
        reply_to=_reply_to(payload),
        private=is_direct(reference.channel) or not reference.channel,
        button=button,
        people=_chosen_people(action, button),
    )
    return Press(
        pressed=pressed,
        activity=_as_command(pressing, pressed),
        trigger_id=ident(payload, "trigger_id"),
        message=message_name(reference.channel, message) if message else None,
    )


def to_saved(payload: Payload, channels: Mapping[str, str] = NO_NAMES, *, at: datetime) -> Activity | None:
    """A modal that was saved; `channels` are the names of those that were chosen in it, by id.

    Nothing for one that is not ours to read, or was opened by an older version.
    """
    tenant, actor, view = tenant_of(payload), actor_of(payload), inside(payload, "view")
    saved = submitted(view, channels) if tenant and actor and ident(view, "id") else None
    if actor is None or saved is None:
        return None
    channel, content = saved.origin.channel or "", saved.content
    saving = Activity(
        keys=(view_key(tenant, view),),
        kind=ActivityKind.BUTTON,
        actor=actor,
        reference=ConversationReference(platform=PLATFORM, tenant=tenant, channel=channel, thread=saved.origin.thread),
        at=at,
        review=saved.origin.review,
        reply_to=words(next(iter(listed(payload, "response_urls")), {}), "response_url") or None,
        private=is_direct(channel) or not channel,
    )
    match content:
        case Form(values=values):
            people = people_of("\n".join(values.values()))
            return replace(saving, kind=ActivityKind.FORM, form=content, people=people)
        case Button():
            return replace(saving, button=content, people=_chosen_people({}, content))
        case str():
            return replace(saving, kind=ActivityKind.COMMAND, text=content)
        case _:
            assert_never(content)


def to_shortcut(payload: Payload, *, at: datetime, own: str | None = None) -> Used | StartWanted | None:
    """A shortcut of the manifest's. An answer is its writer's, whoever pointed at it."""
    tenant, actor, trigger = tenant_of(payload), actor_of(payload), ident(payload, "trigger_id")
    if not tenant or actor is None:
        return None
    match words(payload, "type"), words(payload, "callback_id"):
        case "message_action", "use_as_answer":
            address = words(payload, "response_url") or None
            used = _used(payload, tenant, actor, own, at)
            return Used(tenant=tenant, who=actor.id, response_url=address, activity=used)
        case "shortcut", "start_review" if trigger:
            return StartWanted(tenant=tenant, who=actor.id, trigger_id=trigger)
        case _:
            return None


def _used(payload: Payload, tenant: str, pointing: Actor, own: str | None, at: datetime) -> Activity | None:
    message, channel = inside(payload, "message"), ident(payload, "channel", "id")
    seen = Envelope(
        event={},
        tenant=tenant,
        id="",
        own=own or "",
        app=ident(payload, "api_app_id"),
        homes=homes_of(payload),
        shared=bool(home_of(message)),
        at=at,
        happened_at=at,
    )
    said = reply_in(seen, message, channel)
    if said is None or said.reference.thread is None or said.private or seen.is_own(message):
        return None  # what two people say to each other is nobody's answer
    author = pointing if said.actor.bot else said.actor
    return replace(
        said,
        keys=(f"{PLATFORM}/{tenant}/use/{channel}/{ident(message, 'ts')}",),
        actor=author,
        text=said.text if said.file is None else said.file,
        deliberate=True,
        reply_to=(words(payload, "response_url") or None) if author.id == pointing.id else None,
    )


def actor_of(payload: Payload) -> Actor | None:
    who, team = ident(payload, "user", "id"), ident(payload, "user", "team_id")
    return Actor(id=who, name=who, outsider=bool(team) and team not in homes_of(payload)) if who else None


def _pressed(action: Payload) -> Pressed | None:
    """An overflow's option is a button by itself; of anything else the option is what was chosen on it."""
    option, overflow = words(action, "selected_option", "value"), words(action, "type") == "overflow"
    pressed = from_ids(words(action, "block_id"), option if overflow else words(action, "action_id"))
    held = (ident(action, name) for name in _CHOSEN)
    chosen = next((each for each in held if each), "" if overflow else option)
    return replace(pressed, choice=chosen) if pressed and chosen else pressed


def _chosen_people(action: Payload, button: Button) -> dict[str, Actor]:
    named = button.choice if button.act in (Tap.ASK, Tap.HAND_OVER) else ident(action, "selected_user")
    return {named: Actor(id=named, name=named)} if named else {}


def _as_command(pressing: Activity, pressed: Pressed) -> Activity:
    """Where no review is meant, some buttons are the command of the same word."""
    command = command_of(pressed.tap, of_review=pressed.review is not None)
    if command is None:
        return pressing
    return replace(pressing, kind=ActivityKind.COMMAND, text=command, review=None, button=None)


def _place(payload: Payload, tenant: str) -> ConversationReference:
    """Where a card is. A form stands nowhere: it carries where it was opened."""
    channel, message = ident(payload, "channel", "id"), ident(payload, "container", "message_ts")
    thread = ident(payload, "container", "thread_ts") or ident(payload, "message", "thread_ts")
    if not message:
        opened = origin(inside(payload, "view"))
        channel, thread = opened.channel or "", opened.thread or ""
    elif thread == message:
        thread = ""  # the card that a thread begins with stands in the channel, and so does who presses it
    return ConversationReference(platform=PLATFORM, tenant=tenant, channel=channel, thread=thread or None)


def _reply_to(payload: Payload) -> str | None:
    view = ident(payload, "view", "id")
    if view:
        return HOME if words(payload, "view", "type") == HOME else in_view(view)
    return words(payload, "response_url") or None


_READERS: Mapping[str, Callable[[Envelope], tuple[Fact, ...]]] = {
    "message": message_said,
    "app_mention": message_said,
    **dict.fromkeys(("channel_archive", "group_archive", "channel_deleted", "group_deleted"), channel_closed),
    **dict.fromkeys(("channel_left", "group_left"), place_lost),
    "member_left_channel": member_left,
    "channel_id_changed": channel_moved,
    **dict.fromkeys(("channel_rename", "group_rename"), channel_renamed),
    **dict.fromkeys(("user_change", "team_join"), person_told),
    "app_home_opened": home_opened,
    "app_uninstalled": uninstalled,
    "tokens_revoked": tokens_revoked,
}
