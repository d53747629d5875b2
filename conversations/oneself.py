"""What somebody says about how they are written to, or asks to be told now, as a turn.

It is said to the bot wherever one is, and answered to that person alone. No review is changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from conversations.activities import Activity, ActivityKind
from conversations.cards import Card, FormErrorsCard, Notice, NoticeCard, PreferencesCard, Tap, Way
from conversations.digests import digest_card, is_told
from conversations.effects import FieldError, Turn, Whisper
from conversations.linking import elsewhere
from conversations.people import Preferences
from conversations.ports import Found
from conversations.preferences import (
    OPENS_FORM,
    WORDS_OF,
    changed_by_form,
    preferences_card,
    preferences_form,
    submitted,
)
from conversations.review import LIVING
from conversations.standing import Standing, stand
from conversations.wishes import Speaker, spoken, wished

_WEEK = timedelta(days=7)  # whose changes a digest that is asked for shows


def heard(activity: Activity, found: Found, speaker: Speaker) -> Turn | None:
    """None where it means something else, and is for the review or the command of that name to hear."""
    form, button = activity.form, activity.button
    if form is not None:
        return _submitted(activity, found, speaker, form.values)
    if button is not None and button.act in OPENS_FORM and not button.choice:
        return _told(activity, preferences_form(card_of(activity, found, speaker, speaker.said), button.act))
    said = spoken(f"{WORDS_OF[button.act]} {button.choice or ''}" if button else activity.text)
    return None if said is None else _spoken(activity, found, speaker, *said)


def card_of(
    activity: Activity, found: Found, speaker: Speaker, preferences: Preferences, changed: str = ""
) -> PreferencesCard:
    calendar, weekly = speaker.calendar_of(preferences), bool(_standings(activity, found, speaker))
    card = preferences_card(preferences, calendar, speaker.now, weekly=weekly, changed=changed)
    return replace(card, joined=elsewhere(found.joined))


def _spoken(activity: Activity, found: Found, speaker: Speaker, about: str, rest: str) -> Turn | None:
    if about == "digest" and rest.casefold() in ("", "now"):
        standings = _standings(activity, found, speaker)
        if not standings:
            return _told(activity, NoticeCard(notice=Notice.NO_DIGEST), refused=True)
        if rest:
            return _told(activity, _digest(activity, speaker, standings))
    wish = wished(speaker, about, rest)
    if isinstance(wish, Preferences):
        return _changed(activity, found, speaker, wish, about if rest else "")
    if wish is None and _is_a_reply(activity, found):
        return None
    return _told(activity, wish or NoticeCard(notice=Notice.HOW_TO_SAY, act=about), refused=True)


def _is_a_reply(activity: Activity, found: Found) -> bool:
    """Other words than these may be an answer; said to the bot by its name, where no review is, they are a command."""
    return activity.kind is ActivityKind.MESSAGE and (found.review is not None or not activity.addressed)


def _submitted(activity: Activity, found: Found, speaker: Speaker, values: Mapping[str, str]) -> Turn:
    wish, errors = submitted(speaker, values)
    if errors:
        return _faulty(activity, errors)
    return _changed(activity, found, speaker, wish, changed_by_form(speaker.said, wish))


def _faulty(activity: Activity, errors: Mapping[str, FieldError]) -> Turn:
    card = FormErrorsCard(errors=tuple((name, error.fault, error.about) for name, error in errors.items()))
    return Turn(review=None, effects=(Whisper(to=activity.actor.id, card=card),), errors=errors, refused=True)


def _changed(activity: Activity, found: Found, speaker: Speaker, wish: Preferences, changed: str) -> Turn:
    card = card_of(activity, found, speaker, wish, changed)
    whisper = Whisper(to=activity.actor.id, card=card)
    return Turn(review=None, effects=(whisper,), preferences=wish if wish != speaker.said else None)


def _digest(activity: Activity, speaker: Speaker, standings: list[Standing]) -> Card:
    card, _ = digest_card(
        standings, activity.actor.id, speaker.now, speaker.now - _WEEK, on=speaker.today, asked_for=True
    )
    return card if speaker.said.digest else replace(card, ways=(Way(tap=Tap.DIGEST_ON),))


def _standings(activity: Activity, found: Found, speaker: Speaker) -> list[Standing]:
    """Of the reviews that a digest of theirs would be about."""
    known = {review.id: review for review in (*found.others, found.review) if review is not None}
    living = [stand(review, speaker.now) for review in known.values() if review.phase in LIVING]
    return [standing for standing in living if is_told(standing, activity.actor.id)]


def _told(activity: Activity, card: Card, *, refused: bool = False) -> Turn:
    return Turn(review=None, effects=(Whisper(to=activity.actor.id, card=card),), refused=refused)
