"""What stops reminders, what begins them anew, what puts them off, and those about answers that are there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.cards import About
from conversations.packs import ItemType
from conversations.reminders import Kind
from conversations.review import State
from tests.dialogue import Dialogue, a_dialogue, a_dialogue_up_to, person
from tests.reminding import ITEM, OFFICE, a_review_of, an_item, diary, due, looked_at, said, send, write

URL = an_item(ItemType.URL, critical=False)
LINK = "https://wiki.acme.io/runbook"


def asked_for(kind: ItemType = ItemType.URL, **fields: object) -> Dialogue:
    return a_review_of(an_item(kind, **{"critical": False, **fields}), an_item(ItemType.TEXT, key="thing.next"))


def first(dialogue: Dialogue, item: str = ITEM) -> str:
    return said(due(dialogue, item)[0])


# --- what stops them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "doing",
    [
        [f"ana: {LINK}"],
        ["ana: n/a because we have none"],  # somebody has yet to agree
        ["ana: n/a because we have none", "tom: accept asked"],
        ["ana: the wiki somewhere", "ana: keep"],
        ["ana: asked: we have none", "ana: keep asked"],
        [f"ana: {LINK}", "tom: asked: https://wiki.acme.io/other"],  # two answers
        ["ana: pause"],
        ["ana: done"],
        ["ana: cancel", "ana: cancel"],
    ],
)
def test_an_answer_and_all_that_takes_its_place_stops_them(doing: list[str]) -> None:
    dialogue = asked_for()
    assert diary(dialogue, most=1) == ["Thu 26 Nov 09:30 nudge/open 1 to ana"]

    assert diary(dialogue.hears(*doing)) == []


def test_nobody_is_reminded_of_what_nobody_was_asked_for() -> None:
    dialogue = a_dialogue()

    assert {each.item for each in due(dialogue)} == {"run.service_owner", None}
    dialogue.hears("ana: @dana, Claims Platform")
    assert {each.item for each in due(dialogue)} == {"run.service_owner", "run.ops_team", None}


def test_whoever_says_not_me_hears_no_more_of_it_until_they_are_asked_again() -> None:
    dialogue = asked_for()
    diary(dialogue, most=1)
    dialogue.presses("ana", "not_me", ITEM)
    assert due(dialogue, ITEM) == []

    dialogue.hears("tom: ask @lee asked")
    assert diary(dialogue, most=1) == ["Thu 26 Nov 09:30 ask 0 to lee"]
    dialogue.presses("lee", "not_me", ITEM)
    assert due(dialogue, ITEM) == []  # it is the owner's again, who is not asked again

    dialogue.hears("ana: ask me asked")
    assert first(dialogue) == "Tue 01 Dec 09:30 nudge/open 1 to ana"


def test_who_answers_takes_part_again() -> None:
    dialogue = asked_for()
    diary(dialogue, most=1)
    dialogue.presses("ana", "not_me", ITEM).hears("ana: asked: on the wiki")

    assert first(dialogue) == "Tue 01 Dec 09:30 nudge/parts 1 to ana"


def test_people_of_other_organisations_are_never_written_to() -> None:
    dialogue = asked_for().hears("ana: ask @ida asked")
    assert [each.person for each in due(dialogue, ITEM)] == ["ida"]  # nothing is known of her yet

    dialogue.people = {**dialogue.people, "ida": person("ida", outsider=True)}
    dialogue.hears("ida: next: something else")
    assert due(dialogue, ITEM) == []
    assert due(dialogue.hears("ida: asked: on the wiki"), ITEM) == []


def test_who_was_asked_and_has_left_is_followed_by_the_owner_from_that_day_on() -> None:
    dialogue = asked_for().hears("ana: ask @sam asked")
    diary(dialogue, most=2)
    looked_at(dialogue, "2026-12-02").leaves("sam")

    assert first(dialogue) == "Mon 07 Dec 09:30 nudge/open 1 to ana"


def test_who_took_it_and_has_left_is_followed_by_the_owner() -> None:
    dialogue = asked_for().hears("sam: ask me asked")
    looked_at(dialogue, "2026-12-02").leaves("sam")

    assert first(dialogue) == "Mon 07 Dec 09:30 nudge/open 1 to ana"


# --- whom they go to, and what begins them anew --------------------------------------------------------------------


def test_who_is_asked_hears_so_in_their_hours_and_is_reminded_from_that_day_on() -> None:
    dialogue = asked_for()
    dialogue.now += timedelta(hours=9)  # 18:00
    dialogue.hears("ana: ask @sam asked")

    assert [each.key for each in due(dialogue, ITEM)] == [f"ask/{ITEM}/sam"]
    assert diary(dialogue) == [
        "Tue 24 Nov 09:30 ask 0 to sam",
        "Fri 27 Nov 09:30 nudge/open 1 to sam",
        "Thu 03 Dec 09:30 nudge/open 2 to sam",
        "Thu 10 Dec 09:30 nudge/open 3 to sam",
    ]


def test_nobody_is_reminded_before_they_were_asked() -> None:
    dialogue = asked_for().hears("ana: ask @sam asked")
    away = replace(OFFICE, away_until=date(2026, 12, 14))

    assert diary(dialogue, most=2, sam=away) == [
        "Mon 14 Dec 09:30 ask 0 to sam",
        "Thu 17 Dec 09:30 nudge/open 1 to sam",
    ]


def test_who_is_asked_a_second_time_is_asked_in_a_new_message() -> None:
    dialogue = asked_for().hears("ana: ask @sam asked")
    diary(dialogue, most=1)
    dialogue.hears("ana: ask @sam asked")

    assert [(each.kind, each.key) for each in due(dialogue, ITEM)] == [(Kind.ASK, "")]


def test_a_new_owner_is_reminded_from_the_first_step_on_of_what_was_asked_before() -> None:
    dialogue = asked_for()
    diary(dialogue, most=2)
    dialogue.hears("ana: owner @bo")

    assert first(dialogue) == "Thu 26 Nov 09:30 nudge/open 1 to bo"


@pytest.mark.parametrize(
    ("doing", "expected"),
    [
        (["ana: asked: on the wiki"], "nudge/parts 1 to ana"),
        (["ana: asked: we have none"], "nudge/gap 1 to ana"),
        (["ana: ask @sam asked", "sam: not me"], "nudge/open 1 to ana"),
        (["ana: pause", "ana: resume"], "nudge/open 1 to ana"),
        ([f"ana: {LINK}", "ana: undo"], "nudge/open 1 to ana"),
        (["tom: n/a because we have none", "ana: reject asked"], "nudge/open 1 to ana"),
    ],
)
def test_what_asks_for_it_anew_begins_the_steps_anew(doing: list[str], expected: str) -> None:
    dialogue = asked_for()
    diary(dialogue, most=2)
    looked_at(dialogue, "2026-12-03").hears(*doing)  # a Thursday

    assert first(dialogue) == f"Tue 08 Dec 09:30 {expected}"


def test_parts_that_are_not_there_are_asked_for_as_such() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("ana: Claims Platform Ops")

    assert first(dialogue, "run.ops_team") == "Thu 26 Nov 09:30 nudge/parts 1 to ana"


def test_what_was_only_judged_anew_begins_nothing_anew() -> None:
    dialogue = asked_for().hears("ana: asked: on the wiki")
    diary(dialogue, most=1)
    answer = dialogue.item(ITEM).answer
    assert answer is not None
    again = replace(answer, n=len(dialogue.review.acts) + 1, revises=answer.n, again=True)
    write(dialogue, replace(dialogue.review, acts=(*dialogue.review.acts, again)))

    assert dialogue.item(ITEM).answer == again
    assert first(dialogue) == "Wed 02 Dec 09:30 nudge/parts 2 to ana"


def test_a_pause_until_a_day_begins_them_anew_on_that_day_and_nothing_comes_before() -> None:
    dialogue = asked_for().hears("ana: ask @sam next", "ana: pause until 2026-12-07")  # a Monday

    assert {each.at.date() for each in due(dialogue)} == {date(2026, 12, 7), date(2026, 12, 10)}
    assert [said(each) for each in due(looked_at(dialogue, "2026-12-07"))] == [
        "Mon 07 Dec 09:30 ask 0 to sam",
        "Thu 10 Dec 09:30 nudge/open 1 to ana",
    ]


def test_it_goes_on_for_nobody_before_it_does_for_the_review() -> None:
    dialogue = asked_for().hears("ana: ask @sam next", "ana: pause until 2026-12-07")
    east = replace(OFFICE, zone=ZoneInfo("Pacific/Auckland"))  # it is 13:00 there when the day begins in UTC

    assert said(due(dialogue, "thing.next", sam=east)[0]) == "Mon 07 Dec 00:00 ask 0 to sam"


def test_what_was_asked_while_it_was_paused_waits_until_it_goes_on() -> None:
    dialogue = asked_for().hears("ana: pause", "ana: ask @sam asked")
    assert due(dialogue) == []

    looked_at(dialogue, "2026-12-03").hears("ana: resume")
    assert first(dialogue) == "Thu 03 Dec 12:00 ask 0 to sam"


# --- snoozes -------------------------------------------------------------------------------------------------------


def test_what_is_snoozed_comes_on_that_morning_as_the_next_step() -> None:
    dialogue = asked_for()
    diary(dialogue, most=1)
    dialogue.presses("ana", "snooze", ITEM, choice="1d")
    assert first(dialogue) == "Fri 27 Nov 09:30 nudge/open 2 to ana"

    diary(dialogue, most=1)
    dialogue.presses("ana", "snooze", ITEM, choice="1w").presses("ana", "snooze", ITEM, choice="1d")
    assert diary(dialogue) == ["Mon 30 Nov 09:30 nudge/open 3 to ana"]


def test_the_last_one_comes_once_more_where_it_was_snoozed() -> None:
    dialogue = a_review_of(an_item(ItemType.URL))
    diary(dialogue, most=3)
    dialogue.presses("ana", "snooze", ITEM, choice="1w")

    assert diary(dialogue) == [
        "Wed 16 Dec 09:30 nudge/open 3 to ana",
        "Fri 18 Dec 09:30 heads_up 1 to ana",
        "Mon 21 Dec 09:30 escalation 1 to lena",
    ]


def test_nobody_is_told_of_it_before_the_day_of_a_snooze() -> None:
    dialogue = a_review_of(an_item(ItemType.URL))
    diary(dialogue, most=4)
    dialogue.presses("ana", "snooze", ITEM, choice="1w")

    assert diary(dialogue, most=1) == ["Fri 18 Dec 09:30 nudge/open 3 to ana"]
    assert [each.person for each in due(dialogue, ITEM)] == ["lena"]


def test_of_what_is_asked_for_every_week_nobody_is_told_before_the_day_of_a_snooze_either() -> None:
    dialogue = a_review_of(an_item(ItemType.CHOICE))
    diary(dialogue, most=4)
    dialogue.presses("ana", "snooze", ITEM, choice="1w")

    assert diary(dialogue, most=2) == ["Thu 17 Dec 09:30 nudge/open 4 to ana", "Fri 11 Dec 09:30 escalation 1 to lena"]


def test_a_snooze_holds_where_the_item_is_asked_for_anew_and_of_one_person_only() -> None:
    dialogue = asked_for()
    diary(dialogue, most=1)
    dialogue.presses("ana", "snooze", ITEM, choice="1w").hears("ana: asked: on the wiki")
    assert first(dialogue) == "Thu 03 Dec 09:30 nudge/parts 1 to ana"

    dialogue.hears("ana: ask @sam asked")
    assert first(dialogue) == "Thu 26 Nov 09:30 ask 0 to sam"


def test_a_snooze_of_what_was_never_sent_holds_as_well() -> None:
    dialogue = asked_for()
    diary(dialogue, most=1)
    dialogue.presses("ana", "snooze", ITEM, choice="1w")
    reminded = next(act for act in dialogue.review.acts if act.option == Kind.NUDGE)
    others = replace(reminded, person="bo")
    write(dialogue, replace(dialogue.review, acts=tuple(others if a is reminded else a for a in dialogue.review.acts)))

    assert first(dialogue) == "Thu 03 Dec 09:30 nudge/open 1 to ana"


# --- what was promised ---------------------------------------------------------------------------------------------


def test_what_is_put_off_is_asked_for_on_that_morning_and_the_next_and_then_as_its_type() -> None:
    dialogue = asked_for().hears("ana: later 2026-12-04").state(ITEM, State.DEFERRED)  # a Friday

    assert diary(dialogue) == [
        "Fri 04 Dec 09:30 nudge/promised 1 to ana",
        "Mon 07 Dec 09:30 nudge/promised 2 to ana",
        "Thu 10 Dec 09:30 nudge/open 1 to ana",
        "Wed 16 Dec 09:30 nudge/open 2 to ana",
        "Wed 23 Dec 09:30 nudge/open 3 to ana",
    ]


def test_who_has_promised_is_asked_first_and_then_whom_it_is_waited_for_from() -> None:
    dialogue = asked_for().hears("tom: later 2026-12-04")

    assert diary(dialogue, most=3) == [
        "Fri 04 Dec 09:30 nudge/promised 1 to tom",
        "Mon 07 Dec 09:30 nudge/promised 2 to tom",
        "Thu 10 Dec 09:30 nudge/open 1 to ana",
    ]


def test_a_known_gap_with_a_day_is_a_promise_too() -> None:
    dialogue = asked_for().hears("tom: we have none, it is written by 2027-03-05").state(ITEM, State.KNOWN_GAP)

    assert diary(dialogue, lasts=timedelta(weeks=20), most=3) == [
        "Fri 05 Mar 09:30 nudge/promised 1 to tom",
        "Mon 08 Mar 09:30 nudge/promised 2 to tom",
        "Thu 11 Mar 09:30 nudge/gap 1 to ana",
    ]


def test_a_promise_of_somebody_who_left_is_the_owners() -> None:
    dialogue = asked_for().hears("tom: later 2026-12-04").leaves("tom")

    assert first(dialogue) == "Fri 04 Dec 09:30 nudge/promised 1 to ana"


def test_who_was_asked_before_the_promised_day_hears_of_it_at_once() -> None:
    dialogue = asked_for().hears("ana: later 2026-12-04", "ana: ask @sam asked")

    assert [said(each) for each in due(dialogue, ITEM)] == [
        "Mon 23 Nov 09:30 ask 0 to sam",
        "Fri 04 Dec 09:30 nudge/promised 1 to ana",
    ]


def test_a_promised_morning_can_be_snoozed() -> None:
    dialogue = asked_for().hears("tom: later 2026-12-04")
    diary(dialogue, most=2)
    dialogue.presses("tom", "snooze", ITEM, choice="1d")

    assert first(dialogue) == "Tue 08 Dec 09:30 nudge/promised 2 to tom"


def test_who_has_put_it_off_and_then_promises_it_is_asked_on_the_promised_day() -> None:
    dialogue = asked_for()
    diary(dialogue, most=1)
    dialogue.presses("ana", "snooze", ITEM, choice="2026-12-18").hears("ana: asked: later 2026-12-04")

    assert first(dialogue) == "Fri 04 Dec 09:30 nudge/promised 1 to ana"


def test_what_was_put_off_after_the_second_time_is_waited_for_from_nobody_else_before_that_day() -> None:
    dialogue = asked_for().hears("tom: later 2026-12-04")
    diary(dialogue, most=2)
    dialogue.presses("tom", "snooze", ITEM, choice="1w")

    assert [said(each) for each in due(dialogue, ITEM)] == ["Mon 14 Dec 09:30 nudge/promised 2 to tom"]


def test_a_promise_that_somebody_says_is_not_theirs_is_missing_from_then_on() -> None:
    dialogue = asked_for().hears("tom: later 2026-12-04").state(ITEM, State.DEFERRED)
    diary(dialogue, most=1)
    dialogue.presses("tom", "not_me", ITEM).state(ITEM, State.OPEN)

    assert diary(dialogue, most=1) == ["Wed 09 Dec 09:30 nudge/open 1 to ana"]  # three worked days after that Friday


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-12-01", "Fri 04 Dec 09:30 nudge/promised 1 to tom"),  # it holds, whatever came after it and was refused
        ("2026-12-04", "Wed 09 Dec 09:30 nudge/open 1 to ana"),
    ],
)
def test_what_is_asked_for_anew_on_the_promised_day_is_promised_no_more(on: str, expected: str) -> None:
    dialogue = asked_for().hears("tom: later 2026-12-04")
    looked_at(dialogue, on).hears("tom: asked: n/a because we have none", "ana: reject asked")

    assert first(dialogue) == expected


# --- answers that may be others by now -----------------------------------------------------------------------------


def test_the_day_after_a_date_it_is_asked_once_whether_it_was_so() -> None:
    dialogue = asked_for(ItemType.DATE).hears("ana: 2026-12-04").state(ITEM, State.COMPLETE)
    assert diary(dialogue) == ["Mon 07 Dec 09:30 nudge/passed 1 to ana"]
    assert first(dialogue) != "Mon 07 Dec 09:30 nudge/passed 1 to ana"

    dialogue = asked_for(ItemType.DATE).hears("ana: 2026-11-20").state(ITEM, State.COMPLETE)
    assert diary(dialogue) == []


def test_who_is_asked_whether_it_was_so_is_not_asked_beside_it_or_the_day_after_whether_the_answer_holds() -> None:
    dialogue = asked_for(ItemType.DATE, review_days=30).hears("ana: 2026-12-14")

    assert diary(dialogue, lasts=timedelta(weeks=12)) == [
        "Tue 15 Dec 09:30 nudge/passed 1 to ana",
        "Wed 23 Dec 09:30 nudge/review 2 to ana",
    ]


def test_a_date_that_is_said_to_hold_once_it_has_passed_is_not_asked_about_by_whoever_comes_to_own_it() -> None:
    dialogue = asked_for(ItemType.DATE).hears("ana: 2026-12-04")
    diary(dialogue, most=1)
    dialogue.presses("ana", "keep", ITEM).hears("ana: owner @tom")

    assert diary(dialogue, lasts=timedelta(days=30)) == []


def test_a_date_that_is_said_to_hold_before_it_comes_is_asked_about_all_the_same() -> None:
    dialogue = asked_for(ItemType.DATE, review_days=14).hears("ana: 2027-01-08")
    diary(dialogue, most=1)
    dialogue.presses("ana", "keep", ITEM)

    assert "Mon 11 Jan 09:30 nudge/passed 1 to ana" in diary(dialogue)


def test_whether_it_was_so_is_asked_of_whom_the_date_was_asked_from() -> None:
    dialogue = asked_for(ItemType.DATE).hears("ana: ask @sam asked", "sam: 2026-12-04")
    diary(dialogue, most=0)

    assert first(dialogue) == "Mon 07 Dec 09:30 nudge/passed 1 to sam"
    assert diary(dialogue.leaves("ana").hears("ana: owner me").presses("sam", "not_me", ITEM), lasts=timedelta(days=30))


def test_a_choice_that_does_not_clear_the_way_is_asked_after_each_week() -> None:
    dialogue = a_review_of(an_item(ItemType.CHOICE)).hears("ana: in review").state(ITEM, State.COMPLETE)

    assert diary(dialogue, most=3) == [
        "Mon 30 Nov 09:30 nudge/status 1 to ana",
        "Mon 07 Dec 09:30 nudge/status 2 to ana",
        "Mon 14 Dec 09:30 nudge/status 3 to ana",
    ]
    assert diary(dialogue.hears("ana: asked: approved")) == []


def test_nobody_is_asked_after_a_choice_who_said_not_me() -> None:
    dialogue = a_review_of(an_item(ItemType.CHOICE)).hears("ana: in review")
    diary(dialogue, most=1)

    assert due(dialogue.presses("ana", "not_me", ITEM), ITEM) == []


def old(review_days: int = 30) -> Dialogue:
    """Answered on 23 November; due for review on Wednesday 23 December."""
    return asked_for(review_days=review_days).hears(f"ana: {LINK}")


def test_an_answer_is_looked_at_again_a_week_before_its_day_and_on_it() -> None:
    assert diary(old(), lasts=timedelta(weeks=30)) == [
        "Wed 16 Dec 09:30 nudge/review 1 to ana",
        "Wed 23 Dec 09:30 nudge/review 2 to ana",
    ]


def test_one_that_came_late_stands_for_both() -> None:
    dialogue = old()
    send(looked_at(dialogue, "2026-12-22"), due(dialogue, ITEM)[0])

    assert diary(dialogue, lasts=timedelta(weeks=30)) == []


def test_what_was_only_judged_anew_is_as_old_as_it_was() -> None:
    dialogue = old()
    diary(dialogue, most=1)
    answer = dialogue.item(ITEM).answer
    assert answer is not None
    again = replace(answer, n=len(dialogue.review.acts) + 1, revises=answer.n, again=True)
    write(dialogue, replace(dialogue.review, acts=(*dialogue.review.acts, again)))

    assert first(dialogue) == "Wed 23 Dec 09:30 nudge/review 2 to ana"


def test_who_says_not_me_to_that_is_not_asked_again() -> None:
    dialogue = old()
    diary(dialogue, most=1)

    assert due(dialogue.presses("ana", "not_me", ITEM), ITEM) == []


def test_a_short_time_has_no_week_before_it() -> None:
    assert diary(old(review_days=7), lasts=timedelta(weeks=30)) == ["Mon 30 Nov 09:30 nudge/review 1 to ana"]


def test_a_change_of_the_clocks_moves_no_day_of_a_review() -> None:
    dialogue = asked_for(review_days=178).waits(hours=2).hears(f"ana: {LINK}")
    auckland = replace(OFFICE, zone=ZoneInfo("Pacific/Auckland"))  # where it was shortly after midnight, on a Tuesday

    assert diary(dialogue, lasts=timedelta(weeks=30), ana=auckland) == [
        "Thu 13 May 21:30 nudge/review 1 to ana",  # half past nine on Friday the 14th there
        "Thu 20 May 21:30 nudge/review 2 to ana",
    ]


def test_who_says_that_it_holds_is_asked_again_after_as_long() -> None:
    dialogue = old()
    diary(dialogue, most=2)
    dialogue.presses("ana", "keep", ITEM)

    assert diary(dialogue, lasts=timedelta(weeks=30), most=1) == ["Fri 15 Jan 09:30 nudge/review 1 to ana"]


def test_a_snooze_of_a_review_brings_it_again_and_does_not_touch_another_question() -> None:
    dialogue = asked_for(ItemType.DATE, review_days=30).hears("ana: 2027-01-15")
    diary(dialogue, most=1)
    dialogue.presses("ana", "snooze", ITEM, choice="1d")

    assert diary(dialogue) == [
        "Thu 17 Dec 09:30 nudge/review 2 to ana",
        "Wed 23 Dec 09:30 nudge/review 2 to ana",
        "Mon 18 Jan 09:30 nudge/passed 1 to ana",
    ]


def test_of_a_critical_answer_that_nobody_looks_at_the_service_owner_is_told() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform", "dana: yes", "ana: fallback: By hand in the old form")
    fallback = dialogue.item("fail.fallback")
    assert fallback.state in (State.COMPLETE, State.VAGUE)
    dialogue.now = (fallback.old_from or dialogue.now) - timedelta(days=8)
    dialogue.presses("dana", "keep", "run.service_owner")
    lines = diary(dialogue, "fail.fallback", lasts=timedelta(weeks=8))

    assert [line.split(" ", 4)[4] for line in lines] == [
        "nudge/review 1 to ana",
        "nudge/review 2 to ana",
        "heads_up 1 to ana",
        "escalation 1 to dana",
    ]


def test_who_is_named_is_asked_whether_it_holds_and_nobody_is_told_of_the_service_owner_but_themselves() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform", "dana: yes")
    lines = diary(dialogue, "run.service_owner", lasts=timedelta(weeks=30))

    assert [line.split(" ", 4)[4] for line in lines] == ["nudge/review 1 to dana", "nudge/review 2 to dana"]


def test_a_closed_channel_asks_once_for_another() -> None:
    dialogue = (
        a_dialogue().hears("ana: support route: #claims-ai-helpdesk, Mon-Fri 8-18").archives("#claims-ai-helpdesk")
    )

    assert diary(dialogue, "run.support_route", lasts=timedelta(weeks=60)) == ["Mon 23 Nov 09:30 nudge/review 1 to ana"]


def test_an_answer_that_names_somebody_who_left_is_asked_of_the_owner_in_one_message() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform", "dana: yes").leaves("dana")

    assert [each.key for each in due(dialogue) if each.kind is Kind.OWNER_GONE] == ["gone/dana/ana"]
    assert due(dialogue, "run.service_owner") == []


# --- people who are named ------------------------------------------------------------------------------------------


def test_who_is_named_is_asked_to_say_yes_three_times_at_most() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform")
    assert due(dialogue, "run.service_owner")[0].key == "confirm/run.service_owner/dana"

    assert diary(dialogue, "run.service_owner") == [
        "Mon 23 Nov 09:30 confirm 1 to dana",
        "Tue 24 Nov 09:30 confirm 2 to dana",
        "Fri 27 Nov 09:30 confirm 3 to dana",
    ]
    dialogue.presses("dana", "snooze", "run.service_owner", choice="1w")
    assert first(dialogue, "run.service_owner") == "Fri 04 Dec 09:30 confirm 3 to dana"
    assert due(dialogue, "run.service_owner")[0].key == ""


def test_after_a_pause_it_is_asked_on() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform")
    diary(dialogue, "run.service_owner", most=1)
    dialogue.hears("ana: pause")
    looked_at(dialogue, "2026-12-03").hears("ana: resume")

    assert first(dialogue, "run.service_owner") == "Fri 04 Dec 09:30 confirm 2 to dana"


@pytest.mark.parametrize("doing", ["dana: yes", "dana: no"])
def test_either_answer_ends_that(doing: str) -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform", doing)

    assert [each for each in due(dialogue) if each.kind is Kind.CONFIRM] == []


def test_who_is_not_here_is_not_asked_to_say_yes() -> None:
    gone = a_dialogue().hears("ana: @dana, Claims Platform")
    left = next(act for act in a_dialogue().hears("ana: @dana").leaves("dana").review.acts if act.by == "dana")
    stranger = a_dialogue(people=(person("olga", outsider=True),)).hears("olga: hello?", "ana: service owner: @olga")

    assert left.by == "dana"
    assert [each.person for each in due(gone) if each.kind is Kind.CONFIRM] == ["dana"]
    assert [each for each in due(stranger) if each.kind is Kind.CONFIRM] == []


def test_a_reminder_says_what_it_counts_from_and_whether_it_is_critical() -> None:
    dialogue = a_dialogue().hears("ana: skip", "ana: ask @sam runbook")
    by_item = {each.item: each for each in due(dialogue)}
    owner, runbook = by_item["run.service_owner"], by_item["run.runbook"]

    assert (owner.target, owner.most, owner.critical, owner.about) == (0, 3, True, About.OPEN)
    assert (runbook.target, runbook.most, runbook.critical, runbook.about) == (2, 1, False, None)
