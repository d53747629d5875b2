"""An answer as the rules see it: tidied, with its words, addresses and numbers, and the people it names."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.language.people import candidates
from conversations.language.reading import LONGEST, Reading, read, tidy
from tests.answers.measure import rules

RULES = rules()
AUTHOR = "<@U0>"
_PARTICLES = ["van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "al", "el", "bin", "la", "le"]
_PARTICLES += ["ter", "ten", "du", "y", "zu"]


def reading(text: str) -> Reading:
    return read(text, RULES, today=date(2026, 11, 23))


def named(text: str) -> list[str]:
    return [each.name for each in candidates(reading(text), AUTHOR, RULES)]


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("<https://a.io/x|here>", "https://a.io/x"),
        ("<https://a.io/x>", "https://a.io/x"),
        ("<mailto:ana@acme.io|ana@acme.io>", "ana@acme.io"),
        ("<tel:+4912345|call>", "+4912345"),
        ("one \n\n two", "one; two"),
        ("  a\t b  ", "a b"),
        ("*bold* and _slanted_", "bold and slanted"),
        ("> quoted", "quoted"),
        ("ok :tada: fine", "ok fine"),
        ("“a” «b» ‘c’", '"a" "b" \'c\''),
        ("ﬁne ２", "fine 2"),
        ("x" * (LONGEST + 1), "x" * LONGEST),
    ],
)
def test_an_answer_is_tidied_before_it_is_read(text: str, tidied: str) -> None:
    assert tidy(text, RULES) == tidied


@pytest.mark.parametrize(
    "particle",
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "al",
        "el",
        "bin",
        "la",
        "le",
        "ter",
        "ten",
        "du",
        "y",
        "zu",
    ],
)
def test_a_particle_belongs_to_a_name(particle: str) -> None:
    assert named(f"Ana {particle} Costa") == [f"Ana {particle} Costa"]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Ana Costa, of claims", ["Ana Costa"]),
        ("Ana Maria Costa", ["Ana Maria Costa"]),
        ("Product Owner Ana Costa", ["Ana Costa"]),
        ("Dr. Ana Costa", ["Ana Costa"]),
        ("me", [AUTHOR]),
        ("<@U1>, <@U2>", ["<@U1>", "<@U2>"]),
        ("<@U1>. Yes, <@U1>", ["<@U1>"]),
        ("ana@acme.io", ["ana@acme.io"]),
        ("ana costa", ["ana costa"]),
        ("ana maria costa", ["ana maria costa"]),
        # no full name
        ("Ana, Costa", []),
        ("D. Costa", []),
        ("ANA COSTA", []),
        ("ana", []),
        ("one two three four", []),
    ],
)
def test_who_is_named(text: str, people: list[str]) -> None:
    assert named(text) == people


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2,310 claims", [(2310, "count", "claims")]),
        ("1.700 Fälle", [(1700, "count", "falle")]),
        ("4 200 claims", [(4200, "count", "claims")]),
        ("5'100 claims", [(5100, "count", "claims")]),
        ("4,5 claims", [(4.5, "count", "claims")]),
        ("4.5 claims", [(4.5, "count", "claims")]),
        ("12k claims", [(12_000, "count", "claims")]),
        ("3 thousand claims", [(3000, "count", "claims")]),
        ("3 million claims", [(3_000_000, "count", "claims")]),
        ("a dozen drivers", [(12, "count", "drivers")]),
        ("150 EUR", [(150, "currency", "eur")]),
        ("150€", [(150, "currency", "€")]),
        ("$150", [(150, "currency", "$")]),
        ("20 %", [(20, "share", "%")]),
        ("half the claims", [(0.5, "share", "")]),
        ("half an hour", [(0.5, "time", "an")]),
        ("10 minutes", [(10, "time", "minutes")]),
        ("it is 7", [(7, "bare", "")]),
        ("phase 5 %", [(5, "share", "%")]),
        ("phase 2", []),
        ("in 2026", []),
        ("no one", []),
        ("one of them", []),
        ("GPT-4", []),
        ("at 10:30", []),
    ],
)
def test_a_number_has_its_kind_and_its_noun(text: str, numbers: list[tuple[float, str, str]]) -> None:
    assert [(each.value, each.kind, each.noun) for each in reading(text).numbers] == numbers


def test_a_currency_may_stand_before_its_number() -> None:
    assert [(each.value, each.kind) for each in reading("EUR 150 and usd 20").numbers] == [
        (150, "currency"),
        (20, "currency"),
    ]


@pytest.mark.parametrize(
    ("word", "shouted", "identifier", "compound"),
    [
        ("claims", False, False, False),
        ("Claims", False, False, False),
        ("A", False, False, False),
        ("SAP", True, True, False),
        ("MAX", True, True, False),
        ("claims-ai", False, False, True),
        ("TRIAGE_AI", True, True, True),
        ("PolicyCore", False, True, False),
        ("b2b", False, True, False),
    ],
)
def test_what_kind_of_word_it_is(word: str, shouted: bool, identifier: bool, compound: bool) -> None:
    (found,) = reading(word).words
    assert (found.text, found.capital) == (word, word[0].isupper())
    assert (found.shouted, found.identifier, found.compound) == (shouted, identifier, compound)


def test_words_are_read_once_however_it_is_asked_and_whichever_way_a_day_would_be_looked_for() -> None:
    today, text = date(2026, 11, 23), "whatever was said before, but with no day in it"
    one = read(text, RULES, today=today)
    assert read(text, RULES, today=today, past=False, date_order=None) is one
    assert read(text, RULES, today=today, past=True) is one
    assert read(f"{text}, or on friday", RULES, today=today, past=True) != read(
        f"{text}, or on friday", RULES, today=today
    )
