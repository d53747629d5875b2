"""Buttons: each is its word, about the item that it carries; one of an older card says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conversations import events
from conversations.activities import Activity, Button
from conversations.cards import Tap
from conversations.events import Event, Unclear, View
from conversations.heard import Heard, answered, made, on_day
from conversations.words import word_in


def pressed(heard: Heard, activity: Activity) -> Event:
    """A button is its word, about the item that it carries; one of an older card says so."""
    button = activity.button
    if button is None or button.act not in set(Tap):
        return heard.misspoken(Unclear.OLD_BUTTON)
    tap = Tap(button.act)
    if _is_old(heard, button, tap):
        return heard.misspoken(Unclear.OLD_BUTTON)
    if not button.choice and tap in _ASKS_FOR:
        return heard.misspoken(_ASKS_FOR[tap])
    return _PRESSED.get(tap, _like_the_word)(heard, button) or heard.misspoken(Unclear.OLD_BUTTON)


def _is_old(heard: Heard, button: Button, tap: Tap) -> bool:
    """Of another pack, or about what is asked no longer."""
    if button.digest not in (None, heard.standing.pack.digest):
        return True
    if button.item is None:
        return False
    return button.item not in heard.standing.items or (tap in _OF_THE_ASKED and button.item != heard.standing.asked)


def _like_the_word(heard: Heard, button: Button) -> Event | None:
    tap = Tap(button.act)
    item = f" {button.item}" if button.item and tap in _TAPS_WITH_ITEM else ""
    return word_in(heard, tap.value.replace("_", " ") + item)


def _form_of(heard: Heard, button: Button) -> Event | None:
    pack = heard.standing.pack
    question = pack.question_of[button.item].key if button.item else button.choice
    known = question is None or question in {each.key for each in pack.questions}
    return heard.viewed(View.FORM, question) if known else None


def _edit_pressed(heard: Heard, button: Button) -> Event | None:
    return _like_the_word(heard, button) if button.item else _form_of(heard, button)


def _later_pressed(heard: Heard, button: Button) -> Event:
    day, item = heard.day(button.choice or ""), button.item or heard.standing.asked
    if day is None or item is None:
        return heard.misspoken(Unclear.UNTIL_WHEN)
    return on_day(heard, day, events.Deferred, item=item, until=day)


def _does_not_apply_pressed(heard: Heard, button: Button) -> Event:
    item = button.item or heard.standing.asked
    return answered(heard, {item: f"N/A because {button.choice}"}) if item else heard.misspoken(Unclear.NOTHING_ASKED)


def _not_me_pressed(heard: Heard, button: Button) -> Event | None:
    return made(heard, events.Declined, item=button.item) if button.item else _like_the_word(heard, button)


def _with_choice(words: str) -> Callable[[Heard, Button], Event | None]:
    """The word that a button stands for, with what was chosen on it."""
    return lambda heard, button: word_in(heard, words.format(choice=button.choice, item=button.item or "").strip())


_PRESSED: Mapping[Tap, Callable[[Heard, Button], Event | None]] = {
    Tap.ANSWER: _form_of,
    Tap.NEXT: _form_of,
    Tap.WRITE_ANOTHER: _form_of,
    Tap.EDIT: _edit_pressed,
    Tap.LATER: _later_pressed,
    Tap.DOES_NOT_APPLY: _does_not_apply_pressed,
    Tap.ASK: _with_choice("ask <@{choice}> {item}"),
    Tap.TAKE: _with_choice("ask me {item}"),
    Tap.HAND_OVER: _with_choice("owner <@{choice}>"),
    Tap.DATE: _with_choice("date {choice}"),
    Tap.USE: _with_choice("use {choice} {item}"),
    Tap.NOT_ME: _not_me_pressed,
    Tap.NOT_AN_ANSWER: lambda heard, button: made(heard, events.Disowned, item=button.item),
    Tap.GO_ON: lambda heard, _button: word_in(heard, "ok"),
    Tap.CANCEL: lambda heard, button: made(heard, events.Cancelled, sure=button.choice == "sure"),
}
_ASKS_FOR: Mapping[Tap, Unclear] = {
    Tap.LATER: Unclear.UNTIL_WHEN,
    Tap.DATE: Unclear.WHICH_DAY,
    Tap.HAND_OVER: Unclear.WHO,
    Tap.ASK: Unclear.WHO,
    Tap.DOES_NOT_APPLY: Unclear.WHY_NOT,
}
_TAPS_WITH_ITEM = (Tap.KEEP, Tap.ACCEPT, Tap.REJECT, Tap.YES, Tap.NO, Tap.EDIT)
_OF_THE_ASKED = (Tap.SKIP, Tap.BACK)
