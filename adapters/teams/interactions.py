"""What a click comes to, and what answers it: a turn, or a card that asks first and stands in the place of the other.

Only who clicked sees that card, until the message is revised. *Back* shows the message again, and so does a form that
was saved; one that could not be saved stays, with all that was typed, and says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.commands import command_of
from adapters.prompting import opens_form
from adapters.reading import may_be_people, parts_of
from adapters.teams import forms, prompts
from adapters.teams.answers import Answer, is_answered, said, shown
from adapters.teams.cards import to_card
from adapters.teams.desk import Desk
from adapters.teams.inputs import is_directory_id
from adapters.teams.names import ANSWERED
from adapters.teams.news import Press
from adapters.teams.people import People
from adapters.teams.reading import Readings
from adapters.teams.submissions import Submission, picked, submitted
from adapters.teams.texts import is_person, to_runs
from adapters.teams.ways import Pressed, from_data, goes_back, shown_in
from conversations.activities import Activity, ActivityKind, Button, Form, Shown
from conversations.cards import EditCard, FormCard, FormErrorsCard, Notice, NoticeCard, Tap
from conversations.effects import Turn, Whisper
from conversations.errors import Busy, StaleReview, StorageDown
from conversations.permissions import may_see
from conversations.ports import Delivery, DeliveryKind
from conversations.preferences import FORM, OPENS_FORM, preferences_form
from conversations.review import Review
from conversations.standing import stand
from conversations.views import form_named

_OPENED = 12  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Click:
    """A click, with what its data says; all of that is unchecked."""

    press: Press
    activity: Activity
    pressed: Pressed | None  # a button
    saved: Submission | None  # what stood in a card that asked
    shown_in: str | None

    @property
    def tenant(self) -> str:
        return self.activity.reference.tenant

    @property
    def who(self) -> str:
        return self.activity.actor.id

    @property
    def opened(self) -> str:
        """Another one for each click, and the same for one that is told again."""
        return hashlib.sha256(self.activity.keys[0].encode()).hexdigest()[:_OPENED]


class Interactions:
    """`packs` are those that a new review can have, the usual one first."""

    def __init__(self, desk: Desk, people: People, readings: Readings, *, packs: tuple[str, ...]) -> None:
        self._desk = desk
        self._people = people
        self._readings = readings
        self._packs = packs

    async def pressed(self, press: Press) -> Answer | None:
        if press.automatic or goes_back(press.data):
            return await self._again(press, shown_in(press.data))
        saved, pressed = submitted(press.data, await self._picked(press)), from_data(press.data)
        if saved is None and pressed is None:
            return said(self._desk.sentence(Notice.OLD_BUTTON))
        activity, shown_at = press.activity, shown_in(press.data)
        if shown_at and press.message:
            activity = replace(activity, pressed_in=Shown(delivery=shown_at, message=press.message))
        click = _Click(press=press, activity=activity, pressed=pressed, saved=saved, shown_in=shown_at)
        if saved is None and pressed is not None and (asks := await self._asks_first(click, pressed)) is not None:
            return asks
        if saved is not None and saved.strangers:
            return await self._refused(click, self._desk.sentence(Notice.NOBODY_HERE))
        return await self._taken(replace(click, activity=_meant(click)))

    async def _picked(self, press: Press) -> Mapping[str, str]:
        """Ids here of those who were chosen, by what came of them."""
        at, chosen = press.activity.reference, picked(press.data)
        directory = [each for each in chosen if is_directory_id(each)]
        found = await self._people.by_directory(at.tenant, directory, channel=at.channel)
        others = [each for each in chosen if each not in directory]
        known = await self._people.kept(at.tenant, others)
        return {**found, **{who: who for who in others if who in known or is_person(who)}}

    # --- what is asked first -----------------------------------------------------------------------------------------

    async def _asks_first(self, click: _Click, pressed: Pressed) -> Answer | None:
        """Without a turn: it does not depend on where a review stands."""
        if pressed.tap in OPENS_FORM and not pressed.choice:
            card = preferences_form(await self._desk.shell.preferences(click.tenant, click.who))
            return await self._form(click, card, None)
        if prompts.asking_of(pressed) is not None:
            return shown(
                prompts.to_prompt(pressed, names=await self._names(click, pressed.review), opened=click.opened)
            )
        if pressed.tap is Tap.START and click.activity.reference.channel:
            return shown(prompts.to_start(self._packs, shown_in=pressed.shown_in, opened=click.opened))
        return None

    # --- a turn, and its answer --------------------------------------------------------------------------------------

    async def _taken(self, click: _Click) -> Answer | None:
        turn = await self._desk.run(click.activity)
        if not click.press.invoked:
            return None
        try:
            return await self._answer(click, turn)
        except (Busy, StaleReview, StorageDown):
            if turn is not None and (turn.errors or turn.refused):
                raise
            return said(self._desk.sentence(Notice.DONE))  # it is kept; only how it looks now cannot be had

    async def _answer(self, click: _Click, turn: Turn | None) -> Answer | None:
        if turn is None:  # it was taken before
            return await self._again(click.press, click.shown_in)
        if turn.errors:
            return await self._faulty(click, turn)
        whispered = [each.card for each in turn.effects if isinstance(each, Whisper) and each.to == click.who]
        form = next((card for card in whispered if isinstance(card, FormCard)), None)
        if form is not None:
            return await self._form(click, form, turn.review)
        answers = next((card for card in whispered if isinstance(card, EditCard)), None)
        if answers is not None and turn.review is not None and click.pressed is not None:
            return await self._answers(click, click.pressed, answers, turn.review)
        notice = next((card for card in whispered if isinstance(card, NoticeCard) and is_answered(card)), None)
        if notice is not None and notice.notice is Notice.CANCEL_SURE:
            sure = prompts.to_sure(await self._sentence(click, notice), notice.ways[0], turn.review, click.shown_in)
            return shown(sure)
        if notice is not None:
            return await self._noticed(click, await self._sentence(click, notice), refused=turn.refused)
        if not click.saved and not click.activity.private and any(not is_answered(card) for card in whispered):
            return said(self._desk.sentence(Notice.SENT_PRIVATELY))
        # A message that is never revised, as a notice with a button, would look as if nothing had happened.
        unseen = "" if whispered else self._desk.sentence(Notice.DONE)
        return await self._again(click.press, click.shown_in, unseen=unseen)

    async def _sentence(self, click: _Click, notice: NoticeCard) -> str:
        names = await self._people.names_of(click.tenant, may_be_people(parts_of(notice), {}))
        return self._desk.words_of(notice, names)

    async def _noticed(self, click: _Click, sentence: str, *, refused: bool) -> Answer | None:
        """A sentence alone would leave a card that asked where it is."""
        if click.saved is None:
            return said(sentence)
        if refused:
            return await self._refused(click, sentence)
        return await self._again(click.press, click.shown_in, sentence)

    async def _faulty(self, click: _Click, turn: Turn) -> Answer:
        """The form once more, as it is now, with what was typed, and what keeps it from being saved."""
        form = click.saved.content if click.saved else None
        card = await self._form_named(click, form.name) if isinstance(form, Form) else None
        if card is None:
            return said(self._desk.sentence(Notice.OLD_BUTTON))
        told = FormErrorsCard(errors=tuple((name, error.fault, error.about) for name, error in turn.errors.items()))
        people = await self._people.names(click.tenant, [about for *_, about in told.errors if about])
        faults = forms.faults(told, self._desk.words(told), people)
        return await self._form(click, card, await self._review(click), faults=faults)

    async def _refused(self, click: _Click, sentence: str) -> Answer:
        """What was asked stays on show, with what was typed and why it cannot be taken."""
        pressed, typed = click.pressed, click.saved.typed if click.saved else prompts.NOTHING
        if pressed is not None and prompts.asking_of(replace(pressed, asked=False)) is not None:
            names = await self._names(click, pressed.review)
            return shown(prompts.to_prompt(pressed, names=names, opened=click.opened, refused=sentence, typed=typed))
        if pressed is not None and pressed.tap is Tap.START:
            at = click.shown_in
            return shown(prompts.to_start(self._packs, shown_in=at, opened=click.opened, refused=sentence, typed=typed))
        form = click.saved.content if click.saved else None
        card = await self._form_named(click, form.name) if isinstance(form, Form) else None
        if card is None:
            return said(sentence)
        at_fields = click.saved.strangers if click.saved else ()
        faults = dict.fromkeys(at_fields or ("",), sentence)
        return await self._form(click, card, await self._review(click), faults=faults)

    # --- cards that stand in the place of another --------------------------------------------------------------------

    async def _form(
        self, click: _Click, card: FormCard, review: Review | None, *, faults: Mapping[str, str] | None = None
    ) -> Answer:
        names = await self._names(click, review.id if review else None)
        told = _said_in(review) if review else {}
        content: dict[str, Any] = forms.to_form(
            card,
            self._desk.words(card, told),
            told,
            review=review.id if review else None,
            shown_in=click.shown_in,
            names=names,
            opened=click.opened,
            typed=click.saved.typed if click.saved and faults else None,
            faults=faults,
        )
        return shown(content)

    async def _answers(self, click: _Click, pressed: Pressed, card: EditCard, review: Review) -> Answer:
        """All of them, and a choice of one instead of a button at each, for which there is no room."""
        told, listed = _said_in(review), replace(card, lines=tuple(replace(each, ways=()) for each in card.lines))
        drawn = to_card(
            listed,
            self._desk.words(listed, told),
            review=None,
            pack=None,
            shown_in=None,
            names=await self._people.names_of(click.tenant, may_be_people(parts_of(listed), told)),
            links={},
            rings=False,
        )
        return shown(prompts.to_edit(card, drawn.card, pressed, opened=click.opened))

    async def _form_named(self, click: _Click, name: str) -> FormCard | None:
        if name == FORM:
            return preferences_form(await self._desk.shell.preferences(click.tenant, click.who))
        review = await self._review(click)
        return form_named(stand(review, click.activity.at), name) if review else None

    async def _review(self, click: _Click) -> Review | None:
        return await self._seen(click, click.saved.review if click.saved else None)

    async def _seen(self, click: _Click, name: str | None) -> Review | None:
        """The review of that id, to who may see it: anybody can have written the id."""
        review = await self._desk.shell.review(click.tenant, name) if name else None
        if review is None:
            return None
        at = click.activity
        return review if may_see(stand(review, at.at), at.actor, at.reference.channel) else None

    async def _again(self, press: Press, name: str | None, sentence: str = "", *, unseen: str = "") -> Answer | None:
        """The message as it is now, to who may see it, under a sentence; where that cannot be told, a word.

        `unseen` is the sentence above what is never revised.
        """
        if not press.invoked:
            return None
        at = press.activity.reference
        found = await self._desk.shell.shown(at.tenant, name) if name else None
        if found is None or found[0].card is None or not _is_in_sight(found[0], press.activity):
            return said(sentence or self._desk.sentence(Notice.DONE))
        delivery, words = found
        sentence = sentence or (unseen if delivery.key is None else "")
        as_revised = replace(delivery, kind=DeliveryKind.REVISE)
        card = (await self._readings.message(as_revised, found[0].card, words)).card
        above = [to_runs(sentence, {}, weight="Bolder")] if sentence else []
        return shown({**card, "body": [*above, *card["body"]]})

    async def _names(self, click: _Click, review: str | None) -> Mapping[str, str]:
        """Of who has to do with the review, and so can be chosen; and of who asks."""
        known = await self._seen(click, review)
        acts = known.acts if known else ()
        people = {act.by for act in acts} | {act.person for act in acts if act.person and not act.stranger}
        return await self._people.names(click.tenant, sorted({click.who, *filter(None, people)}))


def _said_in(review: Review) -> Mapping[int, str]:
    return {act.n: act.said for act in review.acts if act.said is not None}


def _is_in_sight(delivery: Delivery, activity: Activity) -> bool:
    """Whether who clicked may see the message: its name came back with the click, and anybody can have written it."""
    if delivery.to is not None:
        return delivery.to == activity.actor.id
    return delivery.reference.channel != "" and delivery.reference.thread == activity.reference.thread


def _meant(click: _Click) -> Activity:
    """The activity with what its data says: a button, a form, or a command."""
    saved, pressed = click.saved, click.pressed
    content = saved.content if saved else _button(pressed)
    review = saved.review if saved else pressed.review if pressed else None
    activity = replace(click.activity, review=review, reply_to=ANSWERED if click.press.invoked else None)
    match content:
        case Form():
            return replace(activity, kind=ActivityKind.FORM, form=content)
        case Button() if _only_asks(content):
            # Whoever goes back from a form and opens it again means it, however soon: content is no key of it.
            return replace(activity, keys=activity.keys[:1], kind=ActivityKind.BUTTON, button=content)
        case Button():
            command = command_of(Tap(content.act), of_review=review is not None)
            if command is not None:
                return replace(activity, kind=ActivityKind.COMMAND, text=command, review=None)
            return replace(activity, kind=ActivityKind.BUTTON, button=content)
        case str():  # a review that is started so has a post of its own: this thread is another's
            place = replace(activity.reference, thread=None)
            return replace(activity, kind=ActivityKind.COMMAND, text=content, review=None, reference=place)
        case None:
            return activity


def _only_asks(button: Button) -> bool:
    tap = Tap(button.act)
    return opens_form(tap, button.item, button.choice) or (tap is Tap.CANCEL and not button.choice)


def _button(pressed: Pressed | None) -> Button | None:
    if pressed is None:
        return None
    return Button(act=pressed.tap, item=pressed.item, choice=pressed.choice, digest=pressed.digest)
