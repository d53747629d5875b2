"""Numbers read out of an answer, with their units; what is not certain by its form is left out."""

from __future__ import annotations

import pytest

from conversations.quantities import quantities

_SMALL = ["to", "by", "in", "and", "of", "or", "on", "out", "from", "for", "the", "a", "an", "at", "with", "up", "down"]


def read(text: str) -> list[tuple[float, str | None]]:
    return [(each.value, each.unit) for each in quantities(text)]


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("second", ["s", "sec", "secs", "second", "seconds"]),
        ("minute", ["min", "mins", "minute", "minutes", "Minutes"]),
        ("hour", ["h", "hr", "hrs", "hour", "hours"]),
        ("day", ["day", "days"]),
        ("%", ["%", "percent"]),
        ("eur", ["€", "eur", "EUR", "euro", "euros"]),
        ("usd", ["$", "usd", "dollar", "dollars"]),
        ("gbp", ["£", "gbp", "pound", "pounds"]),
        ("request", ["req", "reqs", "request", "requests"]),
        ("ms", ["ms"]),
    ],
)
def test_a_unit_has_one_name_however_it_is_written(unit: str, written: list[str]) -> None:
    assert {read(f"12 {each}")[0] for each in written} == {(12, unit)}


@pytest.mark.parametrize("text", ["EUR 42", "€42", "€ 42", "42€", "42 eur"])
def test_money_has_its_currency_before_or_behind(text: str) -> None:
    assert read(text) == [(42, "eur")]


@pytest.mark.parametrize("text", ["$5", "USD 5", "5 dollars"])
def test_dollars_are_money_too(text: str) -> None:
    assert read(text) == [(5, "usd")]


@pytest.mark.parametrize(
    "word",
    [
        "to",
        "by",
        "in",
        "and",
        "of",
        "or",
        "on",
        "out",
        "from",
        "for",
        "the",
        "a",
        "an",
        "at",
        "with",
        "up",
        "down",
        "until",
        "To",
    ],
)
def test_a_small_word_behind_a_number_is_no_unit(word: str) -> None:
    assert read(f"14 {word} 9") == [(14, None), (9, None)]
    assert read(f"2000 {word} reach") == []  # so it is the year 2000


@pytest.mark.parametrize("text", ["1.5k", "2 thousand", "3m", "4 mn", "5 bn", "6 million", "7 Billion"])
def test_a_number_with_a_multiple_behind_it_is_not_certain(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "month", ["Jan", "feb", "mar", "april", "may", "june", "july", "aug", "september", "oct", "Nov", "december"]
)
def test_the_day_of_a_month_is_no_quantity(month: str) -> None:
    assert read(f"on 12 {month}") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("40 requests per minute", [(40, "request/minute")]),
        ("40 requests / min", [(40, "request/minute")]),
        ("8 hours per week", [(8, "hour/week")]),
        ("1,234,567 claims", [(1234567, "claim")]),
        ("1,5 h", [(1.5, "hour")]),
        ("1.500 claims", [(1.5, "claim")]),
        ("1900 hours", [(1900, "hour")]),
        ("$2026 a month", [(2026, "usd")]),
        ("1999", []),
        ("2100", [(2100, None)]),
        ("10:30", []),
        ("3-4 days", []),
        ("v2", []),
        ("7 us", [(7, "us")]),
    ],
)
def test_a_number_is_read_by_its_form(text: str, found: list[tuple[float, str | None]]) -> None:
    assert read(text) == found


def test_a_change_by_some_amount_is_no_level() -> None:
    assert [each.by for each in quantities("down BY 20 %, to 9 %, nearby 3 %")] == [True, False, False]


def test_a_quantity_is_where_its_number_begins() -> None:
    assert [each.at for each in quantities("by EUR 42, then 7 h")] == [7, 16]
