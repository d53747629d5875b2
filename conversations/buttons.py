"""Buttons: each is its word, about the item that it carries; one of an older card says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from conversations import events
from conversations.activities import Activity, Button
from conversations.cards import OF_ACT, Tap
from conversations.events import Event, Unclear, View
from conversations.heard import ASKS_FOR, Heard, answered, made, on_day
from conversations.packs import ItemType
from conversations.quiet import QUIET_DAYS, quiet_since
from conversations.review import Act, Phase
from conversations.words import declined, snoozed, word_in


def pressed(heard: Heard, activity: Activity) -> Event:
    """A button is its word, about the item that it carries; one of an older card says so."""
    button = activity.button
    if button is None or button.act not in set(Tap):
        return heard.misspoken(Unclear.OLD_BUTTON)
    tap = Tap(button.act)
    if _is_old(heard, button, tap):
        return heard.misspoken(Unclear.OLD_BUTTON)
    if not button.choice and tap in ASKS_FOR:
        return heard.lacking(tap, button.item)
    return _PRESSED.get(tap, _like_the_word)(heard, button) or heard.misspoken(Unclear.OLD_BUTTON)


def _is_old(heard: Heard, button: Button, tap: Tap) -> bool:
    """Of another pack, or about what is asked no longer."""
    if not heard.standing.pack.digest.startswith(button.digest or ""):  # platforms may carry its beginning only
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
    return heard.viewed(View.FORM, question, item=button.item) if known else None


def _answer_pressed(heard: Heard, button: Button) -> Event | None:
    """With somebody chosen for an item it is the answer, else the form that it is written in."""
    if button.item and button.choice and heard.standing.items[button.item].item.type is ItemType.PERSON:
        return answered(heard, {button.item: f"<@{button.choice}>"}, explicit=True)
    return _form_of(heard, button)


def _edit_pressed(heard: Heard, button: Button) -> Event | None:
    return _form_of(heard, button) if button.choice and not button.item else _like_the_word(heard, button)


def _later_pressed(heard: Heard, button: Button) -> Event:
    day, item = heard.day(button.choice or ""), button.item or heard.standing.asked
    if day is None or item is None:
        return heard.lacking(Tap.LATER, item)
    return on_day(heard, day, events.Deferred, item=item, until=day)


def _does_not_apply_pressed(heard: Heard, button: Button) -> Event:
    item = button.item or heard.standing.asked
    return answered(heard, {item: f"N/A because {button.choice}"}) if item else heard.misspoken(Unclear.NOTHING_ASKED)


def _not_me_pressed(heard: Heard, button: Button) -> Event | None:
    who = f"<@{button.choice}>" if button.choice else None
    return declined(heard, button.item, who) if button.item else _like_the_word(heard, button)


def _no_pressed(heard: Heard, button: Button) -> Event | None:
    who = f", ask <@{button.choice}>" if button.choice else ""
    return word_in(heard, f"no {button.item}{who}") if button.item else _like_the_word(heard, button)


def _undo_pressed(heard: Heard, button: Button) -> Event | None:
    """Where it names an answer that is not the newest act of who presses, it takes back that answer, if they may."""
    act, is_newest = _act_of(heard, button), _is_newest(heard, button)
    if act is not None and not is_newest:
        return made(heard, events.Disowned, item=act.item, pointed=True)
    return made(heard, events.Undone, pointed=act is not None) if is_newest else None


def _not_an_answer_pressed(heard: Heard, button: Button) -> Event | None:
    if (act := _act_of(heard, button)) is not None:
        return made(heard, events.Disowned, item=act.item, pointed=True)
    return made(heard, events.Disowned, item=button.item) if _is_newest(heard, button) else None


def _act_of(heard: Heard, button: Button) -> Act | None:
    """The answer that the button names, where it stands."""
    return next((act for act in heard.standing.live if button.choice == f"{OF_ACT}{act.n}"), None)


def _is_newest(heard: Heard, button: Button) -> bool:
    """What stands beside an answer is about that one; pressed late, it must not take back another."""
    newest = next((act for act in reversed(heard.standing.live) if act.by == heard.by.id), None)
    return button.choice is None or (newest is not None and button.choice in (str(newest.turn), f"{OF_ACT}{newest.n}"))


def _snooze_pressed(heard: Heard, button: Button) -> Event:
    line = heard.lines[0].item if heard.lines else None
    return snoozed(heard, button.item or line, heard.snoozing_day(button.choice or ""))


def _let_go_pressed(heard: Heard, button: Button) -> Event | None:
    return made(heard, events.LetGo, item=button.item) if button.item else word_in(heard, "ok")


def _go_on_pressed(heard: Heard, _button: Button) -> Event | None:
    """By the owner, whom a message or the digest told that nobody has said anything for days, while it is so."""
    standing = heard.standing
    quiet = standing.phase is Phase.OPEN and quiet_since(standing) + timedelta(days=QUIET_DAYS) <= standing.now.date()
    return made(heard, events.WentOn) if quiet and heard.by.id == standing.owner else None


def _why_pressed(heard: Heard, button: Button) -> Event:
    return heard.viewed(View.WHY, message=button.choice)


def _with_choice(words: str) -> Callable[[Heard, Button], Event | None]:
    """The word that a button stands for, with what was chosen on it."""
    return lambda heard, button: word_in(heard, words.format(choice=button.choice, item=button.item or "").strip())


_PRESSED: Mapping[Tap, Callable[[Heard, Button], Event | None]] = {
    Tap.ANSWER: _answer_pressed,
    Tap.NEXT: _form_of,
    Tap.WRITE_ANOTHER: _answer_pressed,
    Tap.EDIT: _edit_pressed,
    Tap.LATER: _later_pressed,
    Tap.DOES_NOT_APPLY: _does_not_apply_pressed,
    Tap.ASK: _with_choice("ask <@{choice}> {item}"),
    Tap.TAKE: _with_choice("ask me {item}"),
    Tap.HAND_OVER: _with_choice("owner <@{choice}>"),
    Tap.DATE: _with_choice("date {choice}"),
    Tap.USE: _with_choice("use {choice} {item}"),
    Tap.NOT_ME: _not_me_pressed,
    Tap.NO: _no_pressed,
    Tap.UNDO: _undo_pressed,
    Tap.NOT_AN_ANSWER: _not_an_answer_pressed,
    Tap.GO_ON: _go_on_pressed,
    Tap.SNOOZE: _snooze_pressed,
    Tap.LET_GO: _let_go_pressed,
    Tap.NAME: _answer_pressed,
    Tap.WHY: _why_pressed,
    Tap.CANCEL: lambda heard, button: made(heard, events.Cancelled, sure=button.choice == "sure"),
}
_TAPS_WITH_ITEM = (Tap.KEEP, Tap.ACCEPT, Tap.REJECT, Tap.YES, Tap.EDIT)
_OF_THE_ASKED = (Tap.SKIP, Tap.BACK)
