"""How somebody wants to be written to: in words wherever they are, on buttons, in a form; and what is none of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.activities import Activity, ActivityKind, Button, ConversationReference, Form
from conversations.calendars import Calendar
from conversations.cards import (
    Card,
    DigestCard,
    FieldFault,
    FormCard,
    FormErrorsCard,
    HelpCard,
    HomeCard,
    Notice,
    NoticeCard,
    PreferencesCard,
    Tap,
    Way,
)
from conversations.effects import Turn, Whisper
from conversations.packs import ItemType
from conversations.people import Preferences
from conversations.ports import Found
from conversations.preferences import counts_days, preferences_form, speaks_of, speaks_of_nothing_else
from conversations.review import ActKind, Review
from conversations.wishes import typed_days, typed_hours
from tests.dialogue import a_dialogue, engine, person

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
ALONE = ConversationReference(platform="slack", tenant="T1", channel="D1")
THREAD = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1.1")
SAID = Preferences()


def an_activity(text: str = "", **more: Any) -> Activity:
    activity = Activity(keys=("k",), kind=ActivityKind.COMMAND, actor=person("ana"), reference=ALONE, at=NOW, text=text)
    return replace(activity, **more)


def decided(
    activity: Activity, said: Preferences | None = None, *others: Review, review: Review | None = None, **more: Any
) -> Turn:
    return replace(engine(), **more).decide(activity, Found(review=review, others=others, preferences=said))


def says(text: str, said: Preferences | None = None, *others: Review) -> Turn:
    return decided(an_activity(text), said, *others)


def presses(tap: str, choice: str | None = None, said: Preferences | None = None, *others: Review) -> Turn:
    return decided(an_activity(kind=ActivityKind.BUTTON, button=Button(act=tap, choice=choice)), said, *others)


def submits(said: Preferences | None = None, **values: str) -> Turn:
    form = Form(name="preferences", values=values, seen=0)
    return decided(an_activity(kind=ActivityKind.FORM, form=form), said)


def a_review(*lines: str) -> Review:
    dialogue = a_dialogue().hears(*lines)
    return replace(dialogue.review, reference=THREAD)


def card_of(turn: Turn) -> Card:
    (effect,) = turn.effects
    assert isinstance(effect, Whisper)
    assert (effect.to, turn.review) == ("ana", None)
    return effect.card


def shown(turn: Turn) -> PreferencesCard:
    card = card_of(turn)
    assert isinstance(card, PreferencesCard)
    assert not turn.refused
    return card


def refusal(turn: Turn) -> NoticeCard:
    card = card_of(turn)
    assert isinstance(card, NoticeCard)
    assert (turn.refused, turn.preferences) == (True, None)
    return card


# --- words -----------------------------------------------------------------------------------------------------------

SPOKEN = {
    "nudges off": {"nudges": False},
    "Nudges OFF": {"nudges": False},
    "nudges  “off”": {"nudges": False},
    "nudges pause until Mon": {"nudges_from": date(2026, 11, 30)},
    "nudges pause until 7 Dec": {"nudges_from": date(2026, 12, 7)},
    "nudges paused till 2026-12-07": {"nudges_from": date(2026, 12, 7)},
    "nudges pause tomorrow": {"nudges_from": date(2026, 11, 24)},
    "nudges pause until next week": {"nudges_from": date(2026, 11, 30)},
    "away until Fri": {"away_until": date(2026, 11, 27)},
    "away\u00a0until 7\u00a0Dec": {"away_until": date(2026, 12, 7)},
    "“away till 7 December”": {"away_until": date(2026, 12, 7)},
    "hours 9-17": {"begins": time(9), "ends": time(17)},
    "hours 9 - 17": {"begins": time(9), "ends": time(17)},
    "hours 8:30–15.45": {"begins": time(8, 30), "ends": time(15, 45), "digest_at": time(9, 30)},
    "hours 9h to 17h": {"begins": time(9), "ends": time(17)},
    "hours 9am-5pm": {"begins": time(9), "ends": time(17)},
    "hours 9 am - 5:30 pm": {"begins": time(9), "ends": time(17, 30)},
    "hours 9-5pm": {"begins": time(9), "ends": time(17)},
    "hours 12am-12pm": {"begins": time(0), "ends": time(12)},
    "hours 13-17": {"begins": time(13), "ends": time(17), "digest_at": time(13)},
    "hours mon-thu": {"days": (0, 1, 2, 3)},
    "hours sun-thu": {"days": (0, 1, 2, 3, 6)},
    "hours mon, wed and fri": {"days": (0, 2, 4)},
    "hours mo-fr": {"days": (0, 1, 2, 3, 4)},
    "hours Montag bis Freitag": {"days": (0, 1, 2, 3, 4)},
    "hours europe/berlin": {"zone": "Europe/Berlin"},
    "hours UTC": {"zone": "UTC"},
    "hours DE": {"country": "DE"},
    "hours de-by": {"country": "DE-BY"},
    "hours no holidays": {"country": ""},
    "hours DE-BY 9-17, Europe/Berlin mon-fri": {
        "begins": time(9),
        "ends": time(17),
        "days": (0, 1, 2, 3, 4),
        "zone": "Europe/Berlin",
        "country": "DE-BY",
    },
    "hours 9-17 at": {"begins": time(9), "ends": time(17), "country": "AT"},
}


@pytest.mark.parametrize(("text", "change"), SPOKEN.items())
def test_words_change_what_they_speak_of(text: str, change: dict[str, Any]) -> None:
    turn = says(text)

    moved = "digest_at" in change and change["digest_at"] != SAID.digest_at
    assert turn.preferences == replace(SAID, **change, digest_since=NOW if moved else None)
    assert shown(turn).changed == text.strip("“ ").split()[0].casefold()


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("nudges on", {"nudges": False}, {}),
        ("nudges on", {"nudges_from": date(2026, 12, 1)}, {}),
        ("nudges pause until Fri", {"nudges": False}, {"nudges_from": date(2026, 11, 27)}),
        ("away off", {"away_until": date(2026, 12, 1)}, {"away_until": NOW.date()}),
        ("digest off", {}, {"digest": False, "digest_since": NOW}),
        ("digest on", {"digest": False}, {"digest_since": NOW}),
        ("digest tue", {}, {"digest_day": 1, "digest_since": NOW}),
        ("digest on Tuesday", {"digest": False}, {"digest_day": 1, "digest_since": NOW}),
        ("digest fri 14:00", {}, {"digest_day": 4, "digest_at": time(14), "digest_since": NOW}),
        ("digest fri at 2pm", {}, {"digest_day": 4, "digest_at": time(14), "digest_since": NOW}),
        ("digest freitag, 9.30", {}, {"digest_day": 4, "digest_since": NOW}),
    ],
)
def test_words_change_what_was_said_before(text: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert says(text, replace(SAID, **before), a_review()).preferences == replace(SAID, **after)


@pytest.mark.parametrize(
    "text", ["nudges", "hours", "away", "nudges on", "away off", "digest on", "digest mon 9:30", "hours 9:30-16:30"]
)
def test_what_is_so_already_is_shown_and_not_kept_again(text: str) -> None:
    turn = says(text)

    assert turn.preferences is None
    assert shown(turn).changed == (text.split(maxsplit=1)[0] if " " in text else "")


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("nudges pause", Notice.WHICH_DAY),
        ("nudges pause until whenever", Notice.WHICH_DAY),
        ("away until 3/4", Notice.WHICH_DAY),  # of March, or of April
        ("away until 2026-11-20", Notice.PAST_DAY),
        ("away until today", Notice.PAST_DAY),
        ("away until 2027-12-24", Notice.TOO_FAR),
        ("away until further notice", Notice.HOW_TO_SAY),
        ("away for a while", Notice.HOW_TO_SAY),
        ("nudges less", Notice.HOW_TO_SAY),
        ("hours 17-9", Notice.HOURS_TOO_SHORT),
        ("hours 9-9:30", Notice.HOURS_TOO_SHORT),
        ("hours 9-24", Notice.HOW_TO_SAY),
        ("hours 9-13pm", Notice.HOW_TO_SAY),
        ("hours 9", Notice.HOW_TO_SAY),
        ("hours 9-17-19", Notice.HOW_TO_SAY),
        ("hours 9-17 8-16", Notice.HOW_TO_SAY),
        ("hours are 9-17", Notice.HOW_TO_SAY),
        ("hours 9-17 Mars/Base", Notice.NO_SUCH_ZONE),
        ("hours xx 9-17", Notice.HOW_TO_SAY),
        ("hours 9-17 xx", Notice.NO_SUCH_COUNTRY),
        ("hours 9-9:10 XX", Notice.HOURS_TOO_SHORT),
        ("digest sometimes", Notice.HOW_TO_SAY),
        ("digest mon noon", Notice.HOW_TO_SAY),
        ("digest 9:30", Notice.HOW_TO_SAY),
        ("digest mon 7:00", Notice.OUTSIDE_HOURS),
        ("digest mon 16:30", Notice.OUTSIDE_HOURS),
        ("digest sun", Notice.OUTSIDE_HOURS),
    ],
)
def test_what_cannot_be_is_refused_and_said_how(text: str, notice: Notice) -> None:
    card = refusal(says(text))

    assert card.notice is notice
    if notice is Notice.HOW_TO_SAY:
        assert card.act == text.split(maxsplit=1)[0]


def test_a_refusal_names_what_can_be() -> None:
    assert refusal(says("digest mon 7:00")).label == "9:30-16:30 mon-fri"
    assert refusal(says("away until 2027-12-24")).day == date(2027, 11, 24)
    assert refusal(says("hours 9-17 Europe/Berln")).names[0] == "Europe/Berlin"
    assert refusal(says("hours berlin")).names == ("Europe/Berlin",)
    assert refusal(says("hours DE-BYE")).names == ("DE-BY", "DE-BE", "DE")
    assert refusal(says("hours QX")).names == ()


def test_days_are_those_of_their_own_zone() -> None:
    late = an_activity("away until tomorrow", at=datetime(2026, 11, 23, 23, tzinfo=UTC))

    assert decided(late).preferences == replace(SAID, away_until=date(2026, 11, 24))
    turn = decided(late, replace(SAID, zone="Europe/Berlin"))
    assert turn.preferences == replace(SAID, zone="Europe/Berlin", away_until=date(2026, 11, 25))


# --- where they are heard --------------------------------------------------------------------------------------------


def in_thread(text: str, review: Review | None, **more: Any) -> Turn:
    heard = an_activity(text, kind=ActivityKind.MESSAGE, reference=THREAD, source="m9", **more)
    return decided(heard, review=review)


def test_in_a_thread_the_review_does_not_hear_them() -> None:
    turn = in_thread("Away until Fri", a_review())

    assert turn.preferences == replace(SAID, away_until=date(2026, 11, 27))
    assert shown(turn).changed == "away"


@pytest.mark.parametrize(
    "text", ["hours are 9-17", "away until further notice", "digest of the week", "home", "nudges"]
)
def test_other_words_in_a_thread_are_the_reviews(text: str) -> None:
    turn = in_thread(text, a_review())

    assert turn.preferences is None
    assert (turn.review is None) is (text == "nudges")


@pytest.mark.parametrize(("more", "heard"), [({}, False), ({"addressed": True}, True), ({"private": True}, True)])
def test_where_no_review_is_only_what_is_said_to_the_bot_is_heard(more: dict[str, bool], heard: bool) -> None:
    assert (in_thread("nudges off", None, **more).preferences is not None) is heard


def test_other_words_to_the_bot_are_a_command_by_its_name_and_get_help_in_private() -> None:
    card = card_of(in_thread("away for a while", None, addressed=True))
    assert isinstance(card, NoticeCard)
    assert card.notice is Notice.HOW_TO_SAY
    assert isinstance(card_of(in_thread("away for a while", None, private=True)), HelpCard)


@pytest.mark.parametrize("more", [{"deliberate": True}, {"actor": person("robo", bot=True)}])
def test_robots_and_what_is_pointed_at_as_an_answer_do_not_say_them(more: dict[str, Any]) -> None:
    assert in_thread("nudges off", a_review(), **more).preferences is None


@pytest.mark.parametrize(
    ("activity", "may"),
    [
        (an_activity("nudges"), True),
        (an_activity("“digest  now”"), True),
        (an_activity("Home "), True),
        (an_activity("status"), False),
        (an_activity("hours 9-17", kind=ActivityKind.MESSAGE), True),
        (an_activity("working hours 9-17", kind=ActivityKind.MESSAGE), False),
        (an_activity("hours " + "x" * 200, kind=ActivityKind.MESSAGE), False),
        (an_activity("nudges off", kind=ActivityKind.EDIT), False),
        (an_activity(kind=ActivityKind.BUTTON, button=Button(act="preferences")), True),
        (an_activity(kind=ActivityKind.BUTTON, button=Button(act="pause")), False),
        (an_activity(kind=ActivityKind.BUTTON), False),
        (an_activity(kind=ActivityKind.FORM, form=Form(name="preferences", values={}, seen=0)), True),
        (an_activity(kind=ActivityKind.FORM, form=Form(name="about", values={}, seen=0)), False),
        (an_activity(kind=ActivityKind.FORM), False),
    ],
)
def test_it_is_cheap_to_know_what_may_speak_of_them(activity: Activity, may: bool) -> None:
    assert speaks_of(activity) is may


@pytest.mark.parametrize(("text", "alone"), [("hours", True), ("Home ", False), ("status", False)])
def test_of_words_that_speak_of_them_only_home_is_about_reviews_too(text: str, alone: bool) -> None:
    assert speaks_of_nothing_else(an_activity(text)) is alone


@pytest.mark.parametrize(
    ("activity", "counts"),
    [
        (an_activity(kind=ActivityKind.BUTTON, button=Button(act="snooze", choice="1d")), True),
        (an_activity(kind=ActivityKind.BUTTON, button=Button(act="later")), False),
        (an_activity(kind=ActivityKind.BUTTON), False),
        (an_activity("snooze 1w", kind=ActivityKind.MESSAGE), True),
        (an_activity("later 1w", kind=ActivityKind.MESSAGE), False),
        (an_activity("snooze 1w", kind=ActivityKind.EDIT), False),
    ],
)
def test_what_is_put_off_is_counted_in_days_of_their_own(activity: Activity, counts: bool) -> None:
    assert counts_days(activity) is counts


def test_an_absence_that_the_platform_tells_is_heard_by_the_review() -> None:
    told = an_activity("2026-12-09", kind=ActivityKind.AWAY, actor=person("dana"))
    after = decided(told, review=a_review("ana: @dana, Claims Platform", "dana: later 7 Dec")).review

    assert not speaks_of(told)
    assert after is not None
    assert (after.acts[-1].kind, after.acts[-1].day) == (ActKind.AWAY, date(2026, 12, 9))


# --- buttons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tap", "choice", "after"),
    [
        (Tap.NUDGES_OFF, None, {"nudges": False}),
        (Tap.DIGEST_OFF, None, {"digest": False, "digest_since": NOW}),
        (Tap.DIGEST_DAY, "fri 14:00", {"digest_day": 4, "digest_at": time(14), "digest_since": NOW}),
    ],
)
def test_a_button_does_what_its_word_does(tap: Tap, choice: str | None, after: dict[str, Any]) -> None:
    assert presses(tap, choice).preferences == replace(SAID, **after)
    assert presses(Tap.NUDGES_ON, None, replace(SAID, nudges=False)).preferences == SAID
    assert presses(Tap.DIGEST_ON, None, replace(SAID, digest=False)).preferences == replace(SAID, digest_since=NOW)


@pytest.mark.parametrize("tap", [Tap.PREFERENCES, Tap.DIGEST_DAY])
def test_a_button_that_lacks_a_choice_opens_the_form(tap: Tap) -> None:
    turn = presses(tap, None, replace(SAID, away_until=date(2026, 12, 1), nudges_from=date(2026, 12, 1)))
    card = card_of(turn)

    assert isinstance(card, FormCard)
    of_digest = {"digest": "on", "digest_when": "mon 9:30"}
    others = {
        "hours": "9:30-16:30",
        "days": "mon-fri",
        "zone": "UTC",
        "country": "",
        "away": "2026-12-01",
        "nudges": "",
    }
    offered = of_digest if tap is Tap.DIGEST_DAY else others | of_digest
    assert {field.name: field.value for field in card.fields} == offered
    assert all(field.brief or field.type in (ItemType.DATE, ItemType.CHOICE) for field in card.fields)
    assert (turn.refused, turn.preferences) == (False, None)


def test_who_gets_no_digest_is_not_offered_another_day_for_it() -> None:
    assert Tap.DIGEST_DAY in {way.tap for way in shown(says("digest on")).ways}
    assert Tap.DIGEST_DAY not in {way.tap for way in shown(says("digest off")).ways}


def test_a_button_with_a_choice_that_is_none_says_how() -> None:
    assert refusal(presses(Tap.DIGEST_DAY, "someday")).notice is Notice.HOW_TO_SAY


# --- the form --------------------------------------------------------------------------------------------------------

AFTERNOONS = {"begins": time(13), "ends": time(17)}


def test_a_form_changes_what_was_filled_in() -> None:
    turn = submits(
        hours="8-15",
        days="tue, thu",
        zone="europe/lisbon",
        country="pt",
        away="2026-12-01",
        nudges="off",
        digest="on",
        digest_when="thu 14:30",
    )

    assert turn.preferences == Preferences(
        begins=time(8),
        ends=time(15),
        days=(1, 3),
        zone="Europe/Lisbon",
        country="PT",
        away_until=date(2026, 12, 1),
        nudges=False,
        digest_day=3,
        digest_at=time(14, 30),
        digest_since=NOW,
    )
    assert shown(turn).changed == "several"


@pytest.mark.parametrize(
    ("field", "words", "before", "after", "changed"),
    [
        ("country", "none", {}, {"country": ""}, "hours"),
        ("country", "NO", {}, {"country": "NO"}, "hours"),
        ("away", "off", {"away_until": date(2026, 12, 1)}, {"away_until": NOW.date()}, "away"),
        ("nudges", "on", {"nudges_from": date(2026, 12, 1)}, {}, "nudges"),
        ("digest", "off", {}, {"digest": False, "digest_since": NOW}, "digest"),
        ("hours", "13-17", {}, AFTERNOONS | {"digest_at": time(13), "digest_since": NOW}, "several"),
        ("hours", "  ", {}, {}, ""),
    ],
)
def test_one_field_of_a_form(
    field: str, words: str, before: dict[str, Any], after: dict[str, Any], changed: str
) -> None:
    said = replace(SAID, **before)
    turn = submits(said, **{field: words})
    made = replace(SAID, **after)

    assert turn.preferences == (None if made == said else made)
    assert shown(turn).changed == changed


@pytest.mark.parametrize(
    ("field", "words", "fault", "about"),
    [
        ("hours", "early", FieldFault.NO_HOURS, ""),
        ("hours", "17-9", FieldFault.HOURS_TOO_SHORT, ""),
        ("days", "often", FieldFault.NO_WEEKDAY, ""),
        ("zone", "New York", FieldFault.NO_SUCH_ZONE, "America/New_York"),
        ("zone", "qqqq", FieldFault.NO_SUCH_ZONE, ""),
        ("country", "Bavaria", FieldFault.NO_SUCH_COUNTRY, ""),
        ("country", "DE-BYE", FieldFault.NO_SUCH_COUNTRY, "DE-BY, DE-BE, DE"),
        ("away", "soon", FieldFault.NO_DAY, ""),
        ("away", "2026-11-20", FieldFault.PAST_DAY, ""),
        ("away", "2028-01-01", FieldFault.TOO_FAR, ""),
        ("nudges", "maybe", FieldFault.NOT_A_CHOICE, ""),
        ("digest", "maybe", FieldFault.NOT_A_CHOICE, ""),
        ("digest_when", "whenever", FieldFault.NO_WHEN, ""),
        ("digest_when", "9:30", FieldFault.NO_WHEN, ""),
        ("digest_when", "mon 20:00", FieldFault.OUTSIDE_HOURS, "9:30-16:30 mon-fri"),
        ("shoes", "42", FieldFault.NO_SUCH_FIELD, ""),
    ],
)
def test_what_a_field_cannot_hold_is_said_at_it_and_nothing_is_kept(
    field: str, words: str, fault: FieldFault, about: str
) -> None:
    turn = submits(None, **{"nudges": "off", field: words})
    error = turn.errors[field]

    assert (error.fault, error.about if field != "zone" else error.about.split(", ")[0]) == (fault, about)
    assert (turn.refused, turn.preferences, list(turn.errors)) == (True, None, [field])
    assert card_of(turn) == FormErrorsCard(errors=((field, fault, error.about),))


def test_the_digest_is_held_against_the_hours_of_the_same_form() -> None:
    assert submits(digest_when="sat 19:00", hours="18-22", days="sat").preferences is not None
    errors = submits(digest_when="mon 12:00", hours="13-17").errors
    assert errors["digest_when"].about == "13:00-17:00 mon-fri"


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_the_card_says_what_counts_whoever_said_it() -> None:
    said = replace(SAID, zone="Europe/Berlin", country="DE-BY", away_until=date(2026, 12, 1), nudges=False)

    assert shown(says("hours", said, a_review())) == PreferencesCard(
        begins=time(9, 30),
        ends=time(16, 30),
        days=(0, 1, 2, 3, 4),
        zone="Europe/Berlin",
        country="DE-BY",
        away_until=date(2026, 12, 1),
        nudges=False,
        nudges_from=None,
        digest=True,
        digest_day=0,
        digest_at=time(9, 30),
        next_digest_on=date(2026, 12, 1),
        ways=(
            Way(tap=Tap.PREFERENCES),
            Way(tap=Tap.NUDGES_ON),
            Way(tap=Tap.DIGEST_OFF),
            Way(tap=Tap.DIGEST_DAY, more=True),
            Way(tap=Tap.DIGEST_NOW, more=True),
        ),
    )


def test_an_absence_or_a_pause_that_is_over_is_not_shown() -> None:
    card = shown(says("away", replace(SAID, away_until=date(2026, 11, 23), nudges_from=date(2026, 11, 20))))

    assert (card.away_until, card.nudges_from) == (None, None)


@pytest.mark.parametrize(
    ("said", "at", "lines", "day"),
    [
        ({}, "2026-11-23T09:00Z", (), date(2026, 11, 23)),
        ({}, "2026-11-23T09:30Z", (), date(2026, 11, 30)),
        ({"digest_since": datetime(2026, 11, 23, 10, tzinfo=UTC)}, "2026-11-23T10:00Z", (), date(2026, 11, 30)),
        ({"country": "DE"}, "2027-03-29T12:00Z", (), date(2027, 3, 30)),  # Easter Monday: it has been put off
        ({"digest": False}, "2026-11-23T09:00Z", (), None),
        ({}, "2026-11-23T09:00Z", ("ana: owner @tom",), None),
        ({}, "2026-11-23T09:00Z", ("ana: done",), None),
    ],
)
def test_the_next_digest_is_told_where_there_is_one(
    said: dict[str, Any], at: str, lines: tuple[str, ...], day: date | None
) -> None:
    asked = an_activity("hours", at=datetime.fromisoformat(at))

    assert shown(decided(asked, replace(SAID, **said), a_review(*lines))).next_digest_on == day


def test_at_home_it_is_one_line_and_one_way_to_change_it() -> None:
    card = card_of(says("home", replace(SAID, nudges=False)))

    assert isinstance(card, HomeCard)
    assert card.preferences is not None
    assert (card.preferences.nudges, card.preferences.ways) == (False, (Way(tap=Tap.PREFERENCES),))


# --- the digest, now -------------------------------------------------------------------------------------------------


def test_the_digest_can_be_asked_for() -> None:
    card = card_of(says("digest now", None, a_review()))
    assert isinstance(card, DigestCard)
    assert (card.asked_for, card.on, [line.project for line in card.lines]) == (True, NOW.date(), ["Claims Copilot"])

    assert isinstance(card_of(presses(Tap.DIGEST_NOW, None, None, a_review())), DigestCard)
    thread = an_activity("digest now", kind=ActivityKind.MESSAGE, reference=THREAD)
    assert isinstance(card_of(decided(thread, review=a_review())), DigestCard)
    assert shown(says("digest", None, a_review())).changed == ""


def test_a_digest_that_is_off_offers_to_turn_it_on() -> None:
    card = card_of(says("digest now", replace(SAID, digest=False), a_review()))
    assert isinstance(card, DigestCard)
    assert [way.tap for way in card.ways] == [Tap.DIGEST_ON]


@pytest.mark.parametrize("text", ["digest", "digest now"])
def test_whose_no_project_is_has_no_digest(text: str) -> None:
    assert refusal(says(text, None, a_review("ana: owner @tom"))).notice is Notice.NO_DIGEST


# --- round trips -----------------------------------------------------------------------------------------------------

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


@given(times, times, weekdays)
def test_hours_are_read_as_they_are_written(begins: time, ends: time, days: frozenset[int]) -> None:
    calendar = Calendar(zone=ZoneInfo("UTC"), begins=begins, ends=ends, days=days)
    turn = says(f"hours {typed_hours(calendar)}")
    long_enough = ends.hour * 60 + ends.minute - begins.hour * 60 - begins.minute >= 60

    assert (turn.preferences is not None) is long_enough
    if turn.preferences:
        assert (turn.preferences.begins, turn.preferences.ends) == (begins, ends)
        assert turn.preferences.days == tuple(sorted(days))
        assert begins <= turn.preferences.digest_at < ends


@given(times, times, weekdays, st.integers(0, 6))
def test_a_form_that_was_not_touched_says_what_is_so(begins: time, ends: time, days: frozenset[int], on: int) -> None:
    minutes = [at.hour * 60 + at.minute for at in (begins, ends)]
    if minutes[1] - minutes[0] < 60 or on not in days:
        return
    said = Preferences(
        begins=begins, ends=ends, days=tuple(sorted(days)), zone="Europe/Paris", digest_day=on, digest_at=begins
    )
    form = preferences_form(replace(shown(says("hours", said)), country="FR"))
    turn = submits(said, **{field.name: field.value for field in form.fields})

    assert turn.errors == {}
    assert turn.preferences == replace(said, country="FR")


@pytest.mark.parametrize(
    ("days", "written"), [((4, 0, 2), "mon, wed, fri"), ((1, 2), "tue, wed"), ((2, 3, 4), "wed-fri")]
)
def test_three_weekdays_in_a_row_are_written_as_a_range(days: tuple[int, ...], written: str) -> None:
    assert typed_days(days) == written


@given(weekdays)
def test_weekdays_are_written_shortly(days: frozenset[int]) -> None:
    assert typed_days(days).count("-") <= 1


@given(st.text(max_size=30), st.sampled_from(["nudges ", "hours ", "away ", "digest ", ""]))
def test_whatever_is_said_is_answered(rest: str, word: str) -> None:
    assert says(word + rest).effects
