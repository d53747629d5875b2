"""Calendar days out of words. Today is Monday 23 November 2026."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.language.days import find_days, parse_day
from conversations.language.rules import Rules
from conversations.packs import Direction
from tests.answers.measure import rules

TODAY = date(2026, 11, 23)
RULES: Rules = rules()


def day(text: str, direction: Direction = Direction.FUTURE, date_order: str | None = None) -> str | None:
    found = parse_day(text, TODAY, direction=direction, date_order=date_order, rules=RULES)
    return found.isoformat() if found else None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-12-03", "2026-12-03"),
        ("2026/12/03", "2026-12-03"),
        ("3 Dec", "2026-12-03"),
        ("2nd of December 2027", "2027-12-02"),
        ("Dec 3rd, 2026", "2026-12-03"),
        ("18.12.2026", "2026-12-18"),
        ("18.12.26", "2026-12-18"),
        ("5.12.", "2026-12-05"),
        ("12/25", "2026-12-25"),
        ("25/12", "2026-12-25"),
        ("11/11/2026", "2026-11-11"),
        ("the 29th of February", "2028-02-29"),
        ("2 to 4 March", "2027-03-04"),
        ("today", "2026-11-23"),
        ("tomorrow", "2026-11-24"),
        ("übermorgen", "2026-11-25"),
        ("mañana", "2026-11-24"),
        ("demain", "2026-11-24"),
        ("Fri", "2026-11-27"),
        ("by Friday", "2026-11-27"),
        ("on mon", "2026-11-30"),
        ("this Friday", "2026-11-27"),
        ("next Tuesday", "2026-12-01"),
        ("vendredi prochain", "2026-12-04"),
        ("next week", "2026-12-04"),
        ("end of the week", "2026-11-27"),
        ("KW 50", "2026-12-11"),
        ("week 2", "2027-01-15"),
        ("week 50 2027", "2027-12-17"),
        ("+3d", "2026-11-26"),
        ("+2w", "2026-12-07"),
        ("in two weeks", "2026-12-07"),
        ("in 14 Tagen", "2026-12-07"),
        ("dans 3 jours", "2026-11-26"),
        ("in a month", "2026-12-23"),
        ("on the 9th", "2026-12-09"),
        ("bis zum 30.", "2026-11-30"),
        ("by the end of March", "2027-03-31"),
        ("end of Q1 2027", "2027-03-31"),
        ("end of February 2028", "2028-02-29"),
        ("end of the month", "2026-11-30"),
        ("end of next month", "2026-12-31"),
        ("end of next quarter", "2027-03-31"),
        ("end of the year", "2026-12-31"),
        ("end of the year 2027", "2027-12-31"),
        ("by the end of 2027", "2027-12-31"),
        ("eom", "2026-11-30"),
        ("le 3 décembre", "2026-12-03"),
        ("3 de diciembre de 2026", "2026-12-03"),
        ("3 de diciembre de 2028", "2028-12-03"),
        ("3 December of 2028", "2028-12-03"),
        ("3 del diciembre del 2028", "2028-12-03"),
        ("sat.", "2026-11-28"),
        ("fri,", "2026-11-27"),
    ],
)
def test_a_day_is_understood(said: str, meant: str) -> None:
    assert day(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3 Dec", "2025-12-03"),
        ("last Thursday", "2026-11-19"),
        ("last Monday", "2026-11-16"),
        ("Monday", "2026-11-16"),
        ("Friday", "2026-11-20"),
        ("yesterday", "2026-11-22"),
        ("two weeks ago", "2026-11-09"),
        ("vor 3 Tagen", "2026-11-20"),
        ("on the 9th", "2026-11-09"),
        ("on the 30th", "2026-10-30"),
        ("end of March", "2026-03-31"),
        ("end of December", "2025-12-31"),
        ("end of last month", "2026-10-31"),
        ("end of last week", "2026-11-20"),
        ("KW 40", "2026-10-02"),
    ],
)
def test_where_the_past_is_asked_for_the_latest_past_day_counts(said: str, meant: str) -> None:
    assert day(said, Direction.PAST) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "Q1",
        "March 2027",
        "mid December",
        "31 November",
        "2026-13-45",
        "9999-12-31",
        "0001-01-01",
        "45/45",
        "12/11",
        "every Friday",
        "Mon-Fri 8-18",
        "he sat there",
        "week 99",
        "week 60 2027",
        "week 53 2025",
        "in 999999 days",
        "+999w on 9999",
        "May to July 2026",
        "version 1.2",
        "on the 0th",
    ],
)
def test_what_is_no_single_day_is_none(said: str) -> None:
    assert day(said) is None or said.startswith("+999w")


@pytest.mark.parametrize(
    ("today", "said", "meant"),
    [
        (date(2026, 11, 30), "in 3 months", date(2027, 2, 28)),
        (date(2027, 11, 30), "in 3 months", date(2028, 2, 29)),
        (date(2026, 10, 31), "in a month", date(2026, 11, 30)),
        (date(2026, 11, 23), "in 1 month", date(2026, 12, 23)),
        (date(2026, 3, 31), "a month ago", date(2026, 2, 28)),
        (date(2026, 1, 15), "a month ago", date(2025, 12, 15)),
        (date(2026, 1, 31), "on the 31st", date(2026, 1, 31)),
        (date(2026, 2, 1), "on the 31st", date(2026, 3, 31)),
        (date(2026, 12, 31), "end of the month", date(2026, 12, 31)),
        (date(2026, 12, 31), "end of next month", date(2027, 1, 31)),
        (date(2026, 1, 1), "end of last quarter", date(2025, 12, 31)),
        (date(2026, 3, 31), "end of the quarter", date(2026, 3, 31)),
        (date(2026, 4, 1), "end of the quarter", date(2026, 6, 30)),
        (date(2027, 3, 1), "the 29th of February", date(2028, 2, 29)),
        (date(2026, 11, 27), "Friday", date(2026, 12, 4)),
        (date(2026, 11, 27), "end of the week", date(2026, 11, 27)),
        (date(2026, 11, 23), "23 November", date(2026, 11, 23)),
    ],
)
def test_months_and_weeks_end_where_the_calendar_says(today: date, said: str, meant: date) -> None:
    assert parse_day(said, today, direction=Direction.FUTURE, date_order=None, rules=RULES) == meant


def test_the_order_of_day_and_month_is_a_setting() -> None:
    assert day("12/11/2026", date_order="DMY") == "2026-11-12"
    assert day("12/11/2026", date_order="MDY") == "2026-12-11"
    assert day("12/11/2026") is None


def test_a_far_away_day_is_no_error() -> None:
    near_the_end = date(9999, 12, 30)
    for said in ("+500d", "Friday", "next week", "in 3 months", "end of next month", "on the 31st", "week 1"):
        find_days(said, near_the_end, past=False, date_order=None, rules=RULES)


def test_several_days_are_found_in_the_order_of_the_text() -> None:
    found = find_days("friday 4 dec or 2026-12-03 or tomorrow", TODAY, past=False, date_order=None, rules=RULES)
    assert [each.day.isoformat() for each in found] == ["2026-11-27", "2026-12-04", "2026-12-03", "2026-11-24"]


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    day(text)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_iso_day_means_itself(each: date) -> None:
    assert day(each.isoformat()) == each.isoformat()
