"""Which parts of an answer are found: each closed part by its form, in several languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from conversations.language.asked import Asked
from conversations.language.evidence import Evidence, weigh
from conversations.language.reading import read
from conversations.packs import Item
from tests.answers import measure

RULES = measure.rules()
TODAY = date(2026, 11, 23)


def weighed(text: str, *parts: str) -> Evidence:
    item = measure.library().find_item("fail.modes")
    assert isinstance(item, Item)
    reading = read(text, RULES, today=TODAY)
    return weigh(Asked(replace(item, parts=parts), reading, TODAY, "<@U0>", RULES))


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("number", "420 adjusters"),
        ("number", "a dozen drivers"),
        ("number", "zwölf Fahrer"),
        ("number", "half of them"),
        ("unit", "NPS 42"),
        ("date", "seit dem 3. Oktober"),
        ("date", "by the end of Q1 2027"),
        ("duration", "half an hour"),
        ("duration", "45-minute sessions"),
        ("duration", "sechs Monate"),
        ("duration", "une heure"),
        ("cadence", "every second Tuesday"),
        ("cadence", "Fridays"),
        ("cadence", "tous les lundis"),
        ("cadence", "cada semana"),
        ("cadence", "jeden zweiten Montag"),
        ("threshold", "latency above 30 seconds"),
        ("threshold", "a single wrong dose"),
        ("threshold", "3 rejected parcels"),
        ("owner", "<@U1>"),
        ("owner", "Dörte Kamm and Axel Wirth"),
        ("owner", "I check"),
        ("owner", "the Data Engineering team"),
        ("period", "12 EUR pro Monat"),
        ("measured_period", "May to July 2026"),
        ("measured_period", "over the last 6 weeks"),
        ("measured_period", "Q3"),
        ("measured_period", "all of 2025"),
        ("measured_period", "counted today"),
        ("evidence", "SEC-1412"),
        ("evidence", "das Prüfprotokoll"),
        ("route", "#claims-ai"),
        ("route", "the on-call"),
        ("route", "wakes the plant fitter"),
        ("out_of_scope", "nicht für Kinder"),
        ("out_of_scope", "jamais pour les mineurs"),
        ("money_pair", "4,200 EUR a month for 1,900 hours"),
        ("number_pair", "50 req/min tested, 30 req/min expected"),
    ],
)
def test_a_closed_part_is_known_by_its_form(part: str, text: str) -> None:
    assert weighed(text, part).found == (part,)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("number", "phase 2, version 4, in 2026, GPT-4, no one"),
        ("number", "45 minutes"),
        ("number", "twice a week"),
        ("unit", "CSAT up"),
        ("date", "by March 2027"),
        ("date", "12/11"),
        ("date", "KW 50"),
        ("date", "next week"),
        ("cadence", "regularly"),
        ("threshold", "for 15 minutes"),
        ("owner", "the shift lead"),
        ("owner", "Whichever team is free"),
        ("measured_period", "next month"),
        ("measured_period", "in 2028"),
        ("route", "an e-mail to the team"),
        ("out_of_scope", "no restrictions"),
        ("money_pair", "4,200 EUR a month"),
        ("number_pair", "40 requests with 12 browsers"),
    ],
)
def test_what_only_looks_like_a_closed_part_is_none(part: str, text: str) -> None:
    assert weighed(text, part).closed_missing == (part,)


def test_open_parts_are_covered_by_specific_words() -> None:
    assert weighed("Milkers squint at ear tags under torchlight", "action", "fallback_target").enough
    assert not weighed("appropriate measures in the standard process", "action", "fallback_target").enough


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("team", "the Data Engineering team"),
        ("group", "12 adjusters"),
        ("metric_name", "12 adjusters"),
        ("signal", "3 wrong payouts"),
        ("result", "two clerks and three fitters"),
        ("format", "2 hours"),
        ("system", "drafts letters with PolicyCore"),
        ("source", "out of PolicyCore"),
        ("access_status", "SEC-1"),
        ("access_status", "<@U1>"),
        ("access_status", "3 Dec"),
        ("place", "#claims-ai"),
        ("place", "https://wiki.acme.io/x"),
    ],
)
def test_an_open_part_can_be_known_by_its_form(part: str, text: str) -> None:
    assert weighed(text, part).found == (part,)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("team", "whoever is free"),
        ("group", "30 EUR"),
        ("result", "3 clerks"),
        ("format", "30 EUR"),
        ("access_status", "30 EUR"),
        ("place", "30 EUR"),
        ("place", "SEC-1"),
    ],
)
def test_another_form_is_not_that_open_part(part: str, text: str) -> None:
    assert weighed(text, part).open_missing == (part,)


def test_a_bare_list_fills_one_open_part_only() -> None:
    assert not weighed("typos, slang, handwriting, dialects", "case_type", "detection").enough
    assert weighed("typos, slang: the clerk laughs, dialects", "case_type", "detection").enough
