"""The table of reminders, row by row: who is written to about one answer, when, how often, and who is told then.

The review is one of a single item, asked on Monday 23 November 2026 at 09:00; everybody works from 09:30 to 16:30 UTC.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.packs import ItemType
from tests.dialogue import a_dialogue_up_to
from tests.reminding import ITEM, OFFICE, PEOPLE, a_review_of, an_item, diary, due, looked_at, said, send

NUDGED = {
    ItemType.PERSON: ["Tue 24 Nov", "Thu 26 Nov", "Tue 01 Dec"],
    ItemType.CHOICE: ["Tue 24 Nov", "Tue 01 Dec", "Tue 08 Dec"],
    ItemType.DATE: ["Wed 25 Nov", "Mon 30 Nov", "Thu 03 Dec"],
    ItemType.CHANNEL: ["Wed 25 Nov", "Mon 30 Nov"],
    ItemType.URL: ["Thu 26 Nov", "Wed 02 Dec", "Wed 09 Dec"],
    ItemType.METRIC: ["Thu 26 Nov", "Wed 02 Dec", "Wed 09 Dec"],
    ItemType.NUMBER: ["Thu 26 Nov", "Wed 02 Dec", "Wed 09 Dec"],
    ItemType.TEXT: ["Thu 26 Nov", "Wed 02 Dec", "Wed 09 Dec"],
    ItemType.YES_NO: ["Tue 24 Nov", "Fri 27 Nov"],
}
TOLD = {  # the heads-up to who was asked, and the escalation
    ItemType.PERSON: ["Thu 03 Dec 09:30 heads_up 1 to ana", "Fri 04 Dec 09:30 escalation 1 to lena"],
    ItemType.CHOICE: ["Thu 10 Dec 09:30 heads_up 1 to ana", "Fri 11 Dec 09:30 escalation 1 to lena"],
    ItemType.DATE: ["Mon 07 Dec 09:30 heads_up 1 to ana", "Tue 08 Dec 09:30 escalation 1 to lena"],
    ItemType.URL: ["Fri 11 Dec 09:30 heads_up 1 to ana", "Mon 14 Dec 09:30 escalation 1 to lena"],
    ItemType.TEXT: ["Fri 11 Dec 09:30 heads_up 1 to ana", "Mon 14 Dec 09:30 escalation 1 to lena"],
    ItemType.YES_NO: ["Tue 01 Dec 09:30 heads_up 1 to ana", "Wed 02 Dec 09:30 escalation 1 to lena"],
}


def nudges(kind: ItemType) -> list[str]:
    return [f"{day} 09:30 nudge/open {step} to ana" for step, day in enumerate(NUDGED[kind], 1)]


@pytest.mark.parametrize("kind", [kind for kind in ItemType if kind is not ItemType.CHOICE])
def test_who_is_asked_is_reminded_by_the_type_of_the_answer_and_then_no_more(kind: ItemType) -> None:
    assert diary(a_review_of(an_item(kind, critical=False))) == nudges(kind)


def test_a_choice_is_asked_for_every_week_until_it_is_made() -> None:
    lines = diary(a_review_of(an_item(ItemType.CHOICE, critical=False)), lasts=timedelta(weeks=20))

    assert lines[:3] == nudges(ItemType.CHOICE)
    assert lines[-1] == "Tue 06 Apr 09:30 nudge/open 20 to ana"


@pytest.mark.parametrize("kind", ItemType)
def test_of_a_critical_answer_somebody_is_told_in_the_end_by_its_type(kind: ItemType) -> None:
    told = TOLD.get(kind, [])

    assert diary(a_review_of(an_item(kind)), most=len(NUDGED[kind]) + len(told)) == nudges(kind) + told


def test_a_choice_is_asked_for_on_after_somebody_was_told() -> None:
    lines = diary(a_review_of(an_item(ItemType.CHOICE)), most=7)

    assert lines[5:] == ["Tue 15 Dec 09:30 nudge/open 4 to ana", "Tue 22 Dec 09:30 nudge/open 5 to ana"]


def test_the_target_has_its_sponsor_told() -> None:
    dialogue = a_dialogue_up_to("success.target").submits("ana", "about", PEOPLE)

    assert diary(dialogue, "success.target")[3:] == [
        "Fri 11 Dec 09:30 heads_up 1 to ana",
        "Mon 14 Dec 09:30 escalation 1 to sol",
    ]


# --- who is told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "sponsor"),
    [
        ("2026-12-10", "Mon 07 Dec 09:30"),  # near before the lead is told: the next working day after that
        ("2026-12-18", "Tue 08 Dec 09:30"),  # ten days before
        ("2026-12-21", "Fri 11 Dec 09:30"),
        ("2026-12-30", "Mon 21 Dec 09:30"),  # ten days before is a Sunday
    ],
)
def test_for_a_person_the_sponsor_is_told_after_the_lead_from_ten_days_before_the_decision(
    decision: str, sponsor: str
) -> None:
    dialogue = a_review_of(an_item(ItemType.PERSON)).hears(f"ana: date {decision}")

    assert diary(dialogue)[4:] == ["Fri 04 Dec 09:30 escalation 1 to lena", f"{sponsor} escalation 2 to sol"]


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({"lead": "@lena"}, ["lena"]),  # no sponsor is named
        ({"sponsor": "@sol"}, ["sol"]),  # the owner is the lead, and was nudged
        ({}, []),
        ({"lead": "@ana", "sponsor": "@sol"}, ["sol"]),
        ({"lead": "@sol", "sponsor": "@sol"}, ["sol"]),  # once
        ({"lead": "@lena", "sponsor": "@ana"}, ["lena"]),
    ],
)
def test_who_is_not_named_or_was_nudged_is_skipped_and_where_nobody_is_left_nobody_is_warned(
    people: dict[str, str], told: list[str]
) -> None:
    dialogue = a_review_of(an_item(ItemType.PERSON), people=people).hears("ana: date 2026-12-10")
    lines = [line.split()[4:] for line in diary(dialogue)[3:]]

    warned = [["heads_up", "1", "to", "ana"]] if told else []
    assert lines == [*warned, *(["escalation", str(n), "to", who] for n, who in enumerate(told, 1))]


def test_without_a_decision_in_sight_the_sponsor_is_never_told() -> None:
    assert "sol" not in "".join(diary(a_review_of(an_item(ItemType.PERSON))))


def test_who_has_left_is_not_told() -> None:
    dialogue = a_review_of(an_item(ItemType.URL))
    diary(dialogue, most=3)

    assert due(dialogue, ITEM)
    assert due(dialogue.leaves("lena"), ITEM) == []


def test_who_is_told_hears_of_it_on_their_next_working_day_after_the_warning_was_sent() -> None:
    dialogue = a_review_of(an_item(ItemType.URL))
    diary(dialogue, most=4)
    tokyo = replace(OFFICE, zone=ZoneInfo("Asia/Tokyo"))

    # Warned on Friday at 09:30 UTC, 18:30 in Tokyo; the Monday there begins at 00:30 UTC.
    assert [said(each) for each in due(dialogue, ITEM, lena=tokyo)] == ["Mon 14 Dec 00:30 escalation 1 to lena"]


def test_the_day_of_the_warning_ends_wherever_the_two_are() -> None:
    dialogue = a_review_of(an_item(ItemType.YES_NO))
    west, east = (replace(OFFICE, zone=ZoneInfo(zone)) for zone in ("America/New_York", "Asia/Tokyo"))
    diary(dialogue, most=2, ana=west)
    warning = due(dialogue, ITEM, ana=west)[0]
    send(dialogue, warning, warning.at + timedelta(hours=6, minutes=30))  # 16:00 in New York, 06:00 next day in Tokyo
    told = due(dialogue, ITEM, ana=west, lena=east)[0]
    assert told.at - dialogue.now >= timedelta(hours=24)
    assert told.at.astimezone(west.zone).date() > dialogue.now.astimezone(west.zone).date()


def test_it_ends_for_who_begins_early_too() -> None:
    dialogue = a_review_of(an_item(ItemType.YES_NO))
    early = replace(OFFICE, begins=time(5), zone=ZoneInfo("Asia/Jerusalem"))
    sydney = replace(OFFICE, begins=time(8), ends=time(16), zone=ZoneInfo("Australia/Sydney"))
    diary(dialogue, most=3, ana=early)  # a warning at 05:00; at 21:00 there the day begins in Sydney

    told = due(dialogue, ITEM, lena=sydney)[0]
    assert told.at.astimezone(early.zone).date() > dialogue.now.astimezone(early.zone).date()


def test_let_it_go_ends_it_where_it_is_said_by_who_was_told_and_not_by_who_was_warned() -> None:
    dialogue = a_review_of(an_item(ItemType.PERSON)).hears("ana: date 2026-12-10")
    diary(dialogue, most=4)
    dialogue.presses("ana", "let_go", ITEM)
    assert [each.person for each in due(dialogue, ITEM)] == ["lena"]

    diary(dialogue, most=1)
    assert [each.person for each in due(dialogue, ITEM)] == ["sol"]
    dialogue.presses("lena", "let_go", ITEM)
    assert due(dialogue, ITEM) == []


# --- their days ----------------------------------------------------------------------------------------------------


def test_days_are_worked_ones_by_the_calendar_of_who_is_reminded() -> None:
    absent = replace(OFFICE, away_until=date(2026, 12, 1))
    holiday = replace(OFFICE, holidays={date(2026, 11, 24)})
    sundays = replace(OFFICE, days=frozenset({6}))
    for calendar, day in ((absent, "Tue 01 Dec"), (holiday, "Wed 25 Nov"), (sundays, "Sun 29 Nov")):
        found = due(a_review_of(an_item(ItemType.PERSON)), ITEM, ana=calendar)
        assert [said(each) for each in found] == [f"{day} 09:30 nudge/open 1 to ana"]


def test_a_step_that_came_late_moves_the_next_and_none_is_made_up_for() -> None:
    dialogue = a_review_of(an_item(ItemType.PERSON, critical=False))
    send(looked_at(dialogue, "2026-12-10"), due(dialogue, ITEM)[0])  # a Thursday

    assert diary(dialogue) == ["Mon 14 Dec 09:30 nudge/open 2 to ana", "Thu 17 Dec 09:30 nudge/open 3 to ana"]
