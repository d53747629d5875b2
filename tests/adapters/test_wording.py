from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from adapters import filters
from adapters.marks import fitting
from adapters.wording import Reader, button, word, words_in_general
from conversations.cards import FollowUpCard, Quote, Tap, Way
from tests.adapters.samples import CARDS, TODAY
from tests.adapters.screen import UTC_ZONE, WORDING, shown

LINK = "https://wiki.acme.io/" + "a" * 90


def follow_up(says: str) -> FollowUpCard:
    return FollowUpCard(short="Rollback", label="steps", says=says)


def test_a_day_has_its_weekday_and_the_year_only_when_it_is_another() -> None:
    assert filters.when(date(2026, 12, 15), TODAY, UTC_ZONE) == "Tue 15 Dec"
    assert filters.when(date(2027, 1, 4), TODAY, UTC_ZONE) == "Mon 4 Jan 2027"


def test_a_quiet_day_has_its_name_within_the_last_week_and_its_date_before() -> None:
    assert filters.since(date(2026, 11, 17), TODAY, UTC_ZONE) == "Tuesday"
    assert filters.since(date(2026, 11, 16), TODAY, UTC_ZONE) == "Mon 16 Nov"


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "a"), (2, "a and b"), (3, "a, b and c"), (4, "a, b, c and 1 more"), (5, "a, b, c and 2 more")],
)
def test_a_list_stops_at_three(count: int, said: str) -> None:
    assert filters.few("abcde"[:count]) == said


def test_a_moment_is_said_in_the_zone_it_is_read_in() -> None:
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert filters.when(moment, TODAY, ZoneInfo("Europe/Berlin")) == "Fri 1 Jan 2027 00:30"


@pytest.mark.parametrize(
    ("zone", "hour", "said"),
    [("UTC", 9, "at 09:30"), ("Asia/Tokyo", 9, "at 18:30"), ("Asia/Tokyo", 16, "on Tue 24 Nov at 01:30")],
)
def test_a_moment_to_come_has_its_day_only_when_that_is_another(zone: str, hour: int, said: str) -> None:
    moment = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
    assert filters.at(moment, TODAY, ZoneInfo(zone)) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((0, 1, 2, 3, 4), "Mon to Fri"),
        ((4, 2, 3), "Wed to Fri"),
        ((0, 1), "Mon and Tue"),
        ((0, 2, 3), "Mon, Wed and Thu"),
        ((6,), "Sun"),
    ],
)
def test_three_days_in_a_row_are_a_range(days: tuple[int, ...], said: str) -> None:
    assert filters.weekdays(days) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (120, "2 minutes")],
)
def test_what_takes_a_minute_or_more_takes_whole_ones(seconds: int, said: str) -> None:
    assert filters.takes(seconds) == said


def test_small_counts_are_words() -> None:
    assert [filters.counted(count, "gap", "gaps") for count in (1, 2, 12, 13)] == [
        "one gap",
        "two gaps",
        "twelve gaps",
        "13 gaps",
    ]
    assert [filters.times(count) for count in (1, 2, 3)] == ["once", "twice", "three times"]


def test_an_empty_place_is_called_by_its_role() -> None:
    assert filters.nobody("approver") == "nobody is named as approver"
    assert filters.nobody("the person who can order a rollback") == "nobody is named who can order a rollback"


@pytest.mark.parametrize(
    ("way", "on", "said"),
    [
        (Way(tap=Tap.SNOOZE, choice="1d"), None, "Later: tomorrow"),
        (Way(tap=Tap.SNOOZE, choice="1w"), None, "Later: next week"),
        (Way(tap=Tap.SNOOZE), None, "Later: choose a day"),
        (Way(tap=Tap.NAME), "heads-up", "Add"),
        (Way(tap=Tap.NAME), "escalation", "Name somebody"),
        (Way(tap=Tap.OPEN), "escalation", "See the thread"),
        (Way(tap=Tap.OPEN), "digest", "Open"),
        (Way(tap=Tap.GO_ON), "digest", "Keep going"),
        (Way(tap=Tap.KEEP), "nudge-review", "Yes, it holds"),
        (Way(tap=Tap.KEEP), "nudge-passed", "Yes"),
        (Way(tap=Tap.KEEP), "nudge-status", "No change"),
        (Way(tap=Tap.KEEP), "nudge-parts", "Keep as is"),
    ],
)
def test_a_button_says_what_it_does_where_it_stands(way: Way, on: str | None, said: str) -> None:
    assert button(way, CARDS[on] if on else None) == said
    assert len(said) <= 24


def test_a_word_stands_once_in_the_list_of_words() -> None:
    words = words_in_general()
    assert (words["NAME: …"], words["ok"], words["use N [NAME]"]) == ("Answer", "Go on", "Use this")
    assert (words["snooze Fri"], words["digest fri"]) == ("Later: choose a day", "Send on another day")


@pytest.mark.parametrize("count", [0, 1, 2, 1200])
def test_counts_have_their_plural(count: int) -> None:
    assert filters.plural(count, "blocker") == {0: "0 blockers", 1: "1 blocker", 2: "2 blockers"}.get(
        count, "1,200 blockers"
    )


def test_a_short_answer_is_whole_and_on_one_line() -> None:
    assert filters.shortened("first\n  second") == "first second"


def test_a_long_answer_shows_sixty_characters_and_ends_between_words() -> None:
    short = filters.shortened("word " * 40)
    assert short.endswith("word…")
    assert 60 <= len(short) <= 66


@pytest.mark.parametrize("before", [0, 20, 55, 59])
def test_a_link_is_shown_whole(before: int) -> None:
    text = f"{'x' * before} {LINK} and more words that say what is to be found there".strip()
    assert LINK in filters.shortened(text)


def test_a_person_in_an_answer_is_never_cut() -> None:
    assert filters.shortened(f"{'x' * 55} <@dana.of.the.long.name> does it, and so on").startswith(
        f"{'x' * 55} <@dana.of.the.long.name>"
    )


def test_two_messages_that_made_one_answer_are_joined() -> None:
    said = Quote(acts=(1, 2), by="tom", at=datetime(2026, 11, 23, tzinfo=UTC))
    assert filters.spoken(said, {1: "first", 2: "second"}) == "first; second"
    assert filters.spoken(said, {2: "second"}) == "second"
    assert filters.spoken(said, {}) is None


def test_a_project_is_cut_at_forty() -> None:
    assert len(filters.project("x" * 41)) == 40
    assert filters.project("x" * 40) == "x" * 40


def test_a_value_is_never_read_as_a_template_or_as_style() -> None:
    assert "{{ 7 * 7 }} [bold]" in shown(follow_up("{{ 7 * 7 }} [bold]"))


def test_an_unknown_part_is_an_error() -> None:
    words = WORDING.of(follow_up("?"), Reader(words={}, today=TODAY, zone=UTC_ZONE))
    with pytest.raises(AttributeError):
        words.say("no_such_part")
    with pytest.raises(UndefinedError):
        WORDING.document("report.txt", report={})


@pytest.mark.parametrize(
    ("way", "elsewhere", "expected"),
    [
        (Way(tap=Tap.KEEP, item="rollback.steps", name="steps"), True, "keep steps"),
        (Way(tap=Tap.KEEP, item="rollback.steps", name="steps"), False, "keep"),
        (Way(tap=Tap.ACCEPT, item="train.audience", name="audience"), False, "accept audience"),
        (Way(tap=Tap.ACCEPT, item="train.audience"), False, "accept train.audience"),
        (Way(tap=Tap.ASK, item="train.lead", name="lead"), False, "ask @name"),
        (Way(tap=Tap.ASK, item="train.lead", name="lead"), True, "ask @name lead"),
        (Way(tap=Tap.ASK), True, "ask @name"),
        (Way(tap=Tap.YES, item="run.service_owner"), True, "yes run.service_owner"),
        (Way(tap=Tap.YES), False, "yes"),
        (Way(tap=Tap.USE, item="rollback.decider", choice="2"), False, "use 2"),
        (Way(tap=Tap.USE, item="rollback.decider", name="decider", choice="2"), True, "use 2 decider"),
        (Way(tap=Tap.OPEN), False, ""),
        (Way(tap=Tap.SNOOZE, item="rollback.decider", choice="1d"), True, "rollback.decider: snooze 1d"),
        (Way(tap=Tap.SNOOZE, item="rollback.decider"), True, "rollback.decider: snooze Fri"),
        (Way(tap=Tap.NAME, item="rollback.decider", name="decider"), True, "decider: @name"),
        (Way(tap=Tap.LET_GO, item="rollback.decider"), True, "ok"),
        (Way(tap=Tap.WHY), False, "why"),
        (Way(tap=Tap.PREFERENCES), False, "nudges"),
        (Way(tap=Tap.DIGEST_DAY), False, "digest fri"),
        (Way(tap=Tap.DIGEST_DAY, choice="tue"), False, "digest tue"),
    ],
)
def test_a_word_names_its_own_answer_where_another_may_be_asked(way: Way, elsewhere: bool, expected: str) -> None:
    assert word(way, elsewhere=elsewhere) == expected


def test_marks_become_ascii_only_where_they_must() -> None:
    assert fitting("✓ 4/4 · …", "utf-8") == "✓ 4/4 · …"
    assert fitting("✓ 4/4 · … 东", "ascii") == "+ 4/4 | ... ?"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("a\x00b\x07c\x08d", "abcd"),
        ("tab\there", "tab here"),
        ("\u202etxt.exe\u202c", "txt.exe"),
        ("two\nlines", "two\nlines"),
        ("\x9b31mred", "red"),
        ("half \ud83d", "half "),
    ],
)
def test_nothing_that_people_type_steers_a_screen(typed: str, seen: str) -> None:
    assert filters.visible(typed) == seen
