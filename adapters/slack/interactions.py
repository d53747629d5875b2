"""Buttons, forms and shortcuts: what a person did in a card or a modal, and what opens at once because of it.

What opens a modal is good for three seconds. So a modal is opened first, empty; then the turn is taken, and what it
whispers fills the modal.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from slack_bolt.response import BoltResponse

from adapters.payloads import Payload, inside, words
from adapters.prompting import needs_prompt, opens_form
from adapters.slack import forms, prompts
from adapters.slack.desk import Desk, received
from adapters.slack.inbound import Press, StartWanted, Used, to_press, to_saved, to_shortcut
from adapters.slack.modals import loading, origin
from adapters.slack.names import HOME, in_view, is_address, view_of
from adapters.slack.payloads import tenant_of
from adapters.slack.submissions import chosen_channels
from adapters.wording import LABELS
from conversations.activities import Activity, ActivityKind, ConversationReference
from conversations.cards import FormCard, FormErrorsCard, Notice, Tap
from conversations.effects import Turn, Whisper
from conversations.errors import Busy, StaleReview, StorageDown
from conversations.preferences import OPENS_FORM

_MEMBERS = 1_000  # of a channel that are looked at; in a larger one anybody may start a review


class Interactions:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def pressed(self, payload: Payload) -> BoltResponse:
        press = to_press(payload, at=self._desk.shell.clock())
        if press is None:
            return received()
        if press.pressed.tap in OPENS_FORM and not press.pressed.choice:
            await self._ask_for_preferences(press)
        elif needs_prompt(press.pressed.tap, press.pressed.choice):
            await self._ask_for_more(payload, press)
        elif _opens_form(press) or press.activity.reply_to == HOME:  # nothing can be whispered into the Home
            await self._in_modal(press)
        else:
            await self._leave_settled(press.activity, await self._desk.run(press.activity))
        return received()

    async def saved(self, payload: Payload) -> BoltResponse:
        view = inside(payload, "view")
        tenant = tenant_of(payload)
        channels = await self._desk.channel_names(tenant, chosen_channels(view))
        activity = to_saved(payload, channels, at=self._desk.shell.clock())
        if activity is not None and await self._is_elsewhere(activity):
            return _at_channel(self._desk.sentence(Notice.NOT_A_MEMBER))
        if activity is None:
            return received({"response_action": "update", "view": self._desk.shown(Notice.OLD_BUTTON)})
        turn = await self._desk.run(activity)
        if turn is None or not turn.errors:
            if not activity.reference.channel:  # it was opened in the Home
                await self._show_home(activity)
            return received()
        card = FormErrorsCard(errors=tuple((name, error.fault, error.about) for name, error in turn.errors.items()))
        names = await self._desk.names(tenant, [about for *_, about in card.errors if about])
        errors = forms.errors(card, self._desk.words(card), view, names)
        return received({"response_action": "errors", "errors": errors})

    async def _is_elsewhere(self, activity: Activity) -> bool:
        """Whether somebody would start a review in a channel that they are not in; Slack offers all public ones."""
        channel, tenant = activity.reference.channel, activity.reference.tenant
        if activity.kind is not ActivityKind.COMMAND or not channel:
            return False
        told = await self._desk.call(tenant, "conversations_members", channel=channel, limit=_MEMBERS)
        members, more = told.get("members"), words(told, "response_metadata", "next_cursor")
        return isinstance(members, list) and not more and activity.actor.id not in members

    async def shortcut(self, payload: Payload) -> BoltResponse:
        own = await self._desk.own(tenant_of(payload))
        match to_shortcut(payload, at=self._desk.shell.clock(), own=own):
            case StartWanted(tenant=tenant, trigger_id=trigger):
                await self._desk.open(tenant, trigger, prompts.to_start(self._desk.packs))
            case Used(activity=Activity() as activity, response_url=address):
                turn = await self._desk.run(activity)
                if address and turn is not None and turn.review is None:
                    await self._desk.say_at(address, Notice.NOT_A_REPLY)
            case Used(response_url=str(address)):
                await self._desk.say_at(address, Notice.NOT_A_REPLY)
            case _:
                pass
        return received()

    async def _ask_for_more(self, payload: Payload, press: Press) -> None:
        pressed, at = press.pressed, press.activity.reference
        if pressed.tap is Tap.START:
            view = prompts.to_start(self._desk.packs, channel=at.channel or None)
        else:
            where = replace(
                origin(inside(payload, "view")), review=pressed.review, channel=at.channel, thread=at.thread
            )
            prompt = prompts.Prompt(tap=pressed.tap, item=pressed.item, digest=pressed.digest, origin=where)
            view = prompts.to_prompt(prompt)
        await self._open(press, view)

    async def _ask_for_preferences(self, press: Press) -> None:
        """They are read while the person waits, and not in a turn: nothing is done by looking at them."""
        at = press.activity.reference
        form = await self._desk.preferences(at.tenant, press.activity.actor.id, press.pressed.tap)
        await self._open(press, self._view_of(form, at) if form else None)

    def _view_of(self, form: FormCard, at: ConversationReference) -> dict[str, Any]:
        return forms.to_view(form, self._desk.words(form), {}, review=None, reference=at, names={})

    async def _open(self, press: Press, view: dict[str, Any] | None) -> None:
        """What could not be opened is said where the button was pressed."""
        tenant, place, opened = press.activity.reference.tenant, press.activity.reply_to or "", None
        if view is not None:
            opened = await self._desk.open(tenant, press.trigger_id, view, above=view_of(place) is not None)
        if opened is None and is_address(place):
            await self._desk.say_at(place, Notice.NOT_OPENED)

    async def _in_modal(self, press: Press) -> None:
        tenant, desk = press.activity.reference.tenant, self._desk
        above = view_of(press.activity.reply_to or "") is not None
        view = await desk.open(tenant, press.trigger_id, loading(LABELS[press.pressed.tap].button), above=above)
        activity = replace(press.activity, reply_to=in_view(view) if view else None)
        try:
            turn = await desk.run(activity)
        except (Busy, StaleReview, StorageDown):
            if view is None:
                raise
            await desk.show(tenant, view, Notice.NOT_SAVED)
            return
        await self._leave_settled(activity, turn)
        if press.activity.reply_to == HOME:
            await self._show_home(press.activity)

    async def _show_home(self, after: Activity) -> None:
        # What was done is kept; the Home is shown anew when it is opened.
        with suppress(Busy, StaleReview, StorageDown):
            await self._desk.run(home_again(after))

    async def _leave_settled(self, activity: Activity, turn: Turn | None) -> None:
        """A modal that was opened, or pressed in, and in which nothing will be said."""
        view, who = view_of(activity.reply_to or ""), activity.actor.id
        said = turn is None or any(isinstance(effect, Whisper) and effect.to == who for effect in turn.effects)
        if view is not None and not said:
            await self._desk.show(activity.reference.tenant, view, Notice.SAVED)


def _at_channel(sentence: str) -> BoltResponse:
    return received({"response_action": "errors", "errors": {prompts.CHANNEL: sentence}})


def _opens_form(press: Press) -> bool:
    return opens_form(press.pressed.tap, press.pressed.item, press.pressed.choice)


def home_again(activity: Activity) -> Activity:
    """After something was done in the Home: it shows what is so now."""
    keys = tuple(f"{key}/home" for key in activity.keys)
    asked = replace(activity, keys=keys, kind=ActivityKind.COMMAND, text=HOME, review=None, reply_to=HOME)
    return replace(asked, button=None, form=None)
