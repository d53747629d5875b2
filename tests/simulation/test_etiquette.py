"""For each rule of the etiquette a story that keeps it and one that breaks it: a judge that cannot fail is a defect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.simulation.etiquette import Judge
from tests.simulation.facts import (
    Answered,
    Asked,
    Confirmed,
    Declined,
    Deferred,
    Delegated,
    DoNotDisturb,
    Down,
    Fact,
    Habits,
    HandedOver,
    Informed,
    Item,
    Left,
    Line,
    Message,
    Person,
    PhaseSet,
    Preferred,
    Reopened,
    SetAside,
    Snoozed,
    Spoke,
    Started,
)
from tests.simulation.rules import Breach, Rule

MONDAY = date(2026, 6, 1)
PEOPLE = (
    Person(name="ana"),  # the owner
    Person(name="sam"),
    Person(name="lea"),  # the lead
    Person(name="pat"),  # the sponsor
    Person(name="kiri", zone="Pacific/Auckland", country="NZ"),
    Person(name="yael", zone="Asia/Jerusalem", country="IL"),
    Person(name="lou", zone="Europe/Berlin", country="DE"),
    Person(name="guest", outside=True),
    Person(name="far", reachable=False),
)
ITEMS = (
    Item(key="yes", type="yes_no"),
    Item(key="who", type="person", critical=True, confirm=True),
    Item(key="what", type="text", critical=True),
    Item(key="link", type="url"),
    Item(key="more", type="url"),
    Item(key="last", type="url"),
    Item(key="channel", type="channel", critical=True),
    Item(key="when", type="date"),
    Item(key="state", type="choice", critical=True),
    Item(key="success.target", type="metric", critical=True),
    Item(key="run.service_owner", type="person", critical=True),
)


def on(day: int, clock: str = "09:30") -> datetime:
    """So many days after the first Monday, in UTC."""
    return datetime.combine(MONDAY + timedelta(days=day), time.fromisoformat(clock), UTC)


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def started(owner: str = "ana", review: str = "r") -> Started:
    return Started(at=on(0, "08:00"), review=review, owner=owner, items=ITEMS, lead="lea", sponsor="pat")


def asked(item: str, at: datetime, review: str = "r") -> Asked:
    return Asked(at=at, review=review, item=item)


def sent(at: datetime, *items: str, to: str = "ana", kind: str = "nudge", review: str = "r") -> Message:
    lines = tuple(Line(kind=kind, review=review, item=item) for item in items or ("",))
    return Message(at=at, to=to, lines=lines)


def digest(at: datetime, to: str = "ana", kind: str = "digest") -> Message:
    return Message(at=at, to=to, weekly=kind)


def answered(item: str, at: datetime, by: str = "ana", **how: object) -> Answered:
    return replace(Answered(at=at, review="r", item=item, by=by), **how)  # type: ignore[arg-type]  # a test's shorthand


def no_digests(*people: str) -> list[Fact]:
    return [Preferred(at=on(-9), person=name, habits=Habits(digest=None)) for name in people or ("ana",)]


def breaches(*facts: Fact, until: datetime) -> list[Breach]:
    judge = Judge(PEOPLE)
    judge.told(*facts)
    return judge.breaches(until)


def rules(*facts: Fact, until: datetime) -> set[Rule]:
    """What a story breaks, but for digests, which have their own tests."""
    return {breach.rule for breach in breaches(*no_digests(), *facts, until=until)}


QUICK: tuple[Fact, ...] = (started(), asked("yes", on(0, "10:00")))
"""An item of the kind that is nudged on the next working day, and three working days later."""


def test_a_nudge_on_the_next_working_morning_breaks_nothing() -> None:
    assert rules(*QUICK, sent(on(1), "yes"), until=on(1, "23:00")) == set()


@pytest.mark.parametrize(
    ("to", "at"),
    [
        ("ana", on(1, "09:29")),
        ("ana", on(1, "16:31")),
        ("ana", on(5, "10:00")),  # a Saturday
        ("kiri", on(1, "10:00")),  # ten at night in Auckland
        ("yael", on(4, "08:00")),  # a Friday is a weekend's day there
        ("lou", on(24 * 7 + 5, "10:00")),  # a Saturday in November
        ("lou", datetime(2026, 12, 25, 10, tzinfo=UTC)),  # a Friday and Christmas
        ("guest", on(1, "10:00")),
    ],
)
def test_nobody_is_written_to_outside_their_working_hours(to: str, at: datetime) -> None:
    assert Rule.HOURS in rules(started(), sent(at, to=to, kind="confirm"), until=at)


@pytest.mark.parametrize(
    ("to", "at"),
    [
        ("ana", on(1, "09:30")),
        ("ana", on(1, "16:30")),
        ("kiri", on(0, "21:30")),  # half past nine on Tuesday
        ("yael", on(6, "08:00")),  # a Sunday is a working day there
        ("lou", datetime(2026, 3, 27, 8, 30, tzinfo=UTC)),  # winter time
        ("lou", datetime(2026, 3, 30, 7, 30, tzinfo=UTC)),  # summer time, after the clocks changed
    ],
)
def test_working_hours_are_those_of_the_persons_own_place(to: str, at: datetime) -> None:
    assert Rule.HOURS not in rules(started(), sent(at, to=to, kind="confirm"), until=at)


def test_hours_absence_and_do_not_disturb_are_respected_from_when_they_were_set() -> None:
    late = Preferred(at=on(0, "12:00"), person="sam", habits=Habits(hours=(time(11), time(19))))
    away = Preferred(at=on(1, "12:00"), person="sam", habits=Habits(away_until=day(3)))
    busy = DoNotDisturb(at=on(3, "08:00"), person="sam", start=on(3, "09:00"), end=on(3, "11:00"))

    def hours(at: datetime) -> bool:
        story = (started(), late, away, busy, sent(at, to="sam", kind="confirm"))
        return Rule.HOURS in rules(*story, until=at)

    assert [hours(at) for at in (on(1, "10:00"), on(1, "11:00"), on(2, "12:00"), on(3, "10:00"), on(3, "11:30"))] == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_there_is_one_message_a_day_over_all_projects_and_the_digest_is_apart() -> None:
    two = (*QUICK, started(review="s"), asked("yes", on(0, "10:00"), "s"))
    both = replace(sent(on(1), "yes"), lines=sent(on(1), "yes").lines + sent(on(1), "yes", review="s").lines)

    assert rules(*two, both, digest(on(1)), until=on(1, "23:00")) == {Rule.REFUSED}  # the digest is off here
    assert Rule.SECOND in rules(*two, sent(on(1), "yes"), sent(on(1, "15:00"), "yes", review="s"), until=on(1, "23:00"))


def test_a_day_is_the_persons_own_day() -> None:
    kiri = (started("kiri"), asked("yes", on(0, "02:00")), asked("who", on(0, "02:00")))
    morning, next_morning = on(1, "22:00"), on(2, "21:45")  # Wednesday and Thursday in Auckland
    same_day = on(2, "03:00")  # Wednesday afternoon

    def second(at: datetime) -> bool:
        story = (*no_digests("kiri"), *kiri, sent(morning, "who", to="kiri"), sent(at, "yes", to="kiri"))
        return Rule.SECOND in rules(*story, until=at)

    assert (second(same_day), second(next_morning)) == (True, False)


def test_a_message_has_three_lines_at_most() -> None:
    items = ("yes", "link", "what", "more")
    story: tuple[Fact, ...] = (started(), *(asked(item, on(0, "10:00")) for item in items))
    assert Rule.LINES in rules(*story, sent(on(3), *items), until=on(3, "10:00"))
    assert Rule.LINES not in rules(*story, sent(on(3), *items[:3]), until=on(3, "10:00"))


@pytest.mark.parametrize(
    "act",
    [
        answered("yes", on(0, "12:00")),
        SetAside(at=on(0, "12:00"), review="r", item="yes", by="ana", how="kept"),
        SetAside(at=on(0, "12:00"), review="r", item="yes", by="ana", how="waiting"),
        PhaseSet(at=on(0, "12:00"), review="r", by="ana", phase="paused", until=day(2)),
        PhaseSet(at=on(0, "12:00"), review="r", by="ana", phase="paused"),
        PhaseSet(at=on(0, "12:00"), review="r", by="ana", phase="done"),
        PhaseSet(at=on(0, "12:00"), review="r", by="ana", phase="cancelled"),
        Deferred(at=on(0, "12:00"), review="r", item="yes", by="ana", until=day(2)),
        Snoozed(at=on(0, "12:00"), by="ana", items=(("r", "yes"),), until=day(2)),
    ],
)
def test_nothing_is_said_about_what_is_closed_paused_promised_or_snoozed(act: Fact) -> None:
    assert rules(*QUICK, act, sent(on(1), "yes"), until=on(1, "10:00")) == {Rule.CLOSED}
    assert rules(*QUICK, act, until=on(1, "23:00")) == set()


def test_what_the_walk_has_not_reached_is_not_nudged() -> None:
    assert rules(started(), sent(on(3), "yes"), until=on(3, "10:00")) == {Rule.CLOSED}


def test_a_nudge_waits_for_nobody_but_its_person() -> None:
    ask = Delegated(at=on(0, "11:00"), review="r", item="yes", by="ana", to="sam")
    card = sent(on(0, "11:00"), "yes", to="sam", kind="ask")
    assert rules(*QUICK, ask, card, sent(on(1), "yes"), until=on(1, "10:00")) == {Rule.WRONG_PERSON}
    assert rules(*QUICK, ask, card, sent(on(1), "yes", to="sam"), until=on(1, "23:00")) == set()


def test_who_said_not_me_is_left_alone() -> None:
    ask = Delegated(at=on(0, "11:00"), review="r", item="yes", by="ana", to="sam")
    card = sent(on(0, "11:00"), "yes", to="sam", kind="ask")
    no = Declined(at=on(0, "12:00"), review="r", item="yes", by="sam")
    assert rules(*QUICK, ask, card, no, sent(on(1), "yes", to="sam"), until=on(1, "10:00")) == {Rule.WRONG_PERSON}
    assert rules(*QUICK, ask, card, no, sent(on(1), "yes"), until=on(1, "23:00")) == set()


def test_nudges_follow_the_table() -> None:
    # +1, then +3 working days: Tuesday, Friday
    assert rules(*QUICK, sent(on(1), "yes"), sent(on(4), "yes"), until=on(20)) == set()
    assert Rule.CADENCE in rules(*QUICK, sent(on(1), "yes"), sent(on(3), "yes"), until=on(3, "10:00"))
    assert Rule.CADENCE in rules(*QUICK, sent(on(0, "15:00"), "yes"), until=on(0, "16:00"))


def test_working_days_leave_out_weekends() -> None:
    story = (started(), asked("link", on(3, "10:00")))  # a Thursday; three working days later is Tuesday
    assert Rule.CADENCE in rules(*story, sent(on(7), "link"), until=on(7, "10:00"))
    assert rules(*story, sent(on(8), "link"), until=on(8, "10:00")) == set()


def test_there_are_no_nudges_after_the_last_and_a_new_anchor_begins_anew() -> None:
    story = (*QUICK, sent(on(1), "yes"), sent(on(4), "yes"))
    again = Reopened(at=on(9, "10:00"), review="r", item="yes", by="ana")
    assert Rule.MAXIMUM in rules(*story, sent(on(10), "yes"), until=on(10, "10:00"))
    assert rules(*story, again, sent(on(10), "yes"), until=on(10, "10:00")) == set()


def test_a_nudge_that_never_comes_is_found() -> None:
    assert rules(*QUICK, until=on(1, "23:00")) == {Rule.FORGOTTEN}
    assert rules(*QUICK, until=on(1, "09:00")) == set()
    assert rules(*QUICK, answered("yes", on(1, "09:45")), until=on(3)) == set()


def test_a_message_with_room_for_a_line_is_no_excuse_and_a_full_one_is() -> None:
    rest = ("link", "more", "last")
    story = (*QUICK, *(asked(item, on(-4, "10:00")) for item in rest))
    asked_early: tuple[Fact, ...] = (story[0], *story[2:], story[1])
    assert rules(*asked_early, sent(on(1), *rest), sent(on(2), "yes"), until=on(2, "23:00")) == set()
    assert Rule.FORGOTTEN in rules(
        *asked_early, sent(on(1), *rest[:2]), sent(on(2), "yes", "last"), until=on(2, "23:00")
    )


SNOOZE = Snoozed(at=on(1, "10:00"), by="ana", items=(("r", "yes"),), until=day(3))


def test_a_snooze_ends_with_a_message_on_its_day_or_the_next_allowed_one() -> None:
    story = (*QUICK, sent(on(1), "yes"), SNOOZE)
    away = Preferred(at=on(2), person="ana", habits=Habits(digest=None, away_until=day(4)))
    assert rules(*story, sent(on(3), "yes"), until=on(3, "23:00")) == set()
    assert Rule.SNOOZE in rules(*story, until=on(3, "23:00"))
    assert Rule.SNOOZE in rules(*story, sent(on(4), "yes"), until=on(4, "23:00"))
    assert rules(*story, away, sent(on(4), "yes"), until=on(4, "23:00")) == set()
    assert rules(*story, Down(at=on(3, "00:00"), end=on(4, "00:00")), sent(on(4), "yes"), until=on(5, "00:00")) == set()


def test_a_snooze_is_settled_by_an_answer_and_put_off_by_a_message_that_took_the_day() -> None:
    story = (*QUICK, sent(on(1), "yes"), SNOOZE)
    full = sent(on(3), "what", "who", "last")
    assert Rule.SNOOZE not in rules(*story, answered("yes", on(2)), until=on(9))
    assert Rule.SNOOZE not in rules(*story, full, sent(on(4), "yes"), until=on(4, "23:00"))


def test_a_snooze_after_the_last_nudge_brings_one_more() -> None:
    story = (*QUICK, sent(on(1), "yes"), sent(on(4), "yes"))
    snooze = Snoozed(at=on(4, "10:00"), by="ana", items=(("r", "yes"),), until=day(7))
    assert rules(*story, snooze, sent(on(7), "yes"), until=on(9)) == set()
    assert Rule.MAXIMUM in rules(*story, snooze, sent(on(7), "yes"), sent(on(11), "yes"), until=on(12))


PROMISE = Deferred(at=on(0, "11:00"), review="r", item="yes", by="sam", until=day(2))
PAUSED_A_WHILE = ((4, "paused"), (10, "open"))


def test_a_promise_is_asked_for_on_its_morning_and_once_more_of_who_gave_it() -> None:
    story = (*QUICK, PROMISE)
    kept = [sent(on(2), "yes", to="sam"), sent(on(3), "yes", to="sam")]
    assert rules(*story, *kept, until=on(3, "23:00")) == set()
    assert rules(*story, until=on(2, "23:00")) == {Rule.FORGOTTEN}
    assert Rule.WRONG_PERSON in rules(*story, sent(on(2), "yes"), until=on(2, "10:00"))
    assert Rule.CADENCE in rules(*story, *kept, sent(on(3, "14:00"), "yes"), until=on(3, "15:00"))


def test_after_a_promise_it_is_missing_and_asked_as_its_kind() -> None:
    story = (*QUICK, PROMISE, sent(on(2), "yes", to="sam"), sent(on(3), "yes", to="sam"))
    more = [sent(on(4), "yes"), sent(on(9), "yes")]
    assert rules(*story, *more, until=on(9, "10:00")) == set()
    assert Rule.MAXIMUM in rules(*story, *more, sent(on(15), "yes"), until=on(15, "10:00"))


def test_a_promise_that_was_put_off_is_nobody_elses_to_keep() -> None:
    story = (*QUICK, PROMISE, sent(on(2), "yes", to="sam"))
    put_off = Snoozed(at=on(2, "12:00"), by="sam", items=(("r", "yes"),), until=day(14))
    missing = sent(on(4), "yes")
    assert rules(*story, sent(on(3), "yes", to="sam"), missing, until=on(4, "10:00")) == set()
    assert rules(*story, put_off, missing, until=on(4, "10:00")) == {Rule.WRONG_PERSON}
    assert rules(*story, put_off, sent(on(14), "yes", to="sam"), until=on(14, "20:00")) == set()


def test_a_promise_taken_back_is_asked_of_the_owner_by_the_table() -> None:
    no = Declined(at=on(2, "12:00"), review="r", item="yes", by="sam")
    story = (*QUICK, PROMISE, sent(on(2), "yes", to="sam"), no, sent(on(3), "yes"))
    assert Rule.CADENCE in rules(*story, sent(on(4), "yes"), until=on(4, "10:00"))
    assert rules(*story, sent(on(8), "yes"), until=on(20)) == set()


def test_a_promise_ends_a_snooze_of_who_gives_it_and_a_refusal_may_or_may_not() -> None:
    snooze = Snoozed(at=on(1, "10:00"), by="ana", items=(("r", "yes"),), until=day(14))
    promise = Deferred(at=on(1, "11:00"), review="r", item="yes", by="ana", until=day(2))
    waived = SetAside(at=on(1, "11:00"), review="r", item="yes", by="ana", how="waiting")
    refused = Reopened(at=on(1, "12:00"), review="r", item="yes", by="sam")
    story = (*QUICK, sent(on(1), "yes"), snooze)
    assert rules(*story, promise, until=on(2, "20:00")) == {Rule.FORGOTTEN}
    assert rules(*story, promise, sent(on(2), "yes"), until=on(2, "20:00")) == set()
    assert rules(*story, waived, refused, sent(on(2), "yes"), until=on(2, "20:00")) == set()
    assert rules(*story, waived, refused, until=on(14, "00:00")) == set()
    assert rules(*story, waived, refused, until=on(14, "20:00")) == {Rule.FORGOTTEN}


def test_a_promise_put_off_after_its_last_morning_is_nobody_elses_either() -> None:
    story = (*QUICK, PROMISE, sent(on(2), "yes", to="sam"), sent(on(3), "yes", to="sam"))
    put_off = Snoozed(at=on(3, "12:00"), by="sam", items=(("r", "yes"),), until=day(14))
    assert rules(*story, put_off, sent(on(4), "yes"), until=on(4, "10:00")) == {Rule.WRONG_PERSON}
    assert rules(*story, put_off, sent(on(14), "yes", to="sam"), until=on(14, "20:00")) == set()


def test_a_snooze_until_a_day_before_the_promised_one_brings_nothing_before_that() -> None:
    off = Snoozed(at=on(0, "12:00"), by="sam", items=(("r", "yes"),), until=day(1))
    story = (*no_digests("sam"), *QUICK, PROMISE, off)
    assert rules(*story, sent(on(2), "yes", to="sam"), until=on(3, "09:00")) == set()
    assert Rule.CLOSED in rules(*story, sent(on(1), "yes", to="sam"), until=on(2, "10:00"))
    assert rules(*story, until=on(3, "09:00")) == {Rule.SNOOZE}


def test_a_promise_put_off_over_a_pause_may_be_asked_of_who_gave_it_as_well_as_of_the_assignee() -> None:
    mornings = [sent(on(2), "yes", to="sam"), sent(on(3), "yes", to="sam")]
    off = Snoozed(at=on(3, "12:00"), by="sam", items=(("r", "yes"),), until=day(9))
    pause, resume = (PhaseSet(at=on(n, "12:00"), review="r", by="ana", phase=to) for n, to in PAUSED_A_WHILE)
    story = (*no_digests("sam"), *QUICK, PROMISE, *mornings, off, pause, resume)
    assert rules(*story, sent(on(11), "yes", to="sam"), sent(on(11), "yes"), until=on(12, "09:00")) == set()
    assert Rule.WRONG_PERSON in rules(*story, sent(on(11), "yes", to="lea"), until=on(12, "09:00"))


def test_a_promise_holds_until_its_day_where_what_came_after_it_is_refused() -> None:
    story = (*QUICK, PROMISE, SetAside(at=on(1), review="r", item="yes", by="sam", how="waiting"))
    before, then = (Reopened(at=on(n, "12:00"), review="r", item="yes", by="ana") for n in (1, 2))
    kept = [sent(on(2), "yes", to="sam"), sent(on(3), "yes", to="sam")]
    assert rules(*story, before, *kept, until=on(3, "20:00")) == set()
    assert rules(*story, before, until=on(2, "20:00")) == {Rule.FORGOTTEN}
    assert Rule.WRONG_PERSON in rules(*story, then, *kept[1:], until=on(3, "10:00"))
    assert rules(*story, then, sent(on(3), "yes"), until=on(3, "20:00")) == set()


def test_a_hand_over_after_a_promise_begins_the_steps_of_the_table_for_the_new_owner() -> None:
    promise: list[Fact] = [PROMISE, sent(on(2), "yes", to="sam"), sent(on(3), "yes", to="sam")]
    over = HandedOver(at=on(9, "15:00"), review="r", by="ana", to="lou")
    story = (*no_digests("lou"), *QUICK, *promise, sent(on(4), "yes"), sent(on(9), "yes"), over)
    more = [sent(on(n), "yes", to="lou") for n in (10, 15)]
    assert rules(*story, *more, until=on(40)) == set()
    assert Rule.MAXIMUM in rules(*story, *more, sent(on(22), "yes", to="lou"), until=on(22, "10:00"))


def test_a_promise_of_somebody_who_is_away_is_the_owners() -> None:
    away = Preferred(at=on(1), person="sam", habits=Habits(digest=None, away_until=day(20)))
    assert rules(*no_digests("sam"), *QUICK, PROMISE, sent(on(1, "12:00"), "yes"), until=on(2)) == {Rule.CLOSED}
    assert rules(*no_digests("sam"), *QUICK, PROMISE, away, sent(on(1, "12:00"), "yes"), until=on(2)) == set()


def test_what_somebody_was_asked_for_is_the_owners_where_they_are_away_past_the_decision() -> None:
    decision = Informed(at=on(0), review="r", by="ana", decision=day(9))
    ask = Delegated(at=on(0, "11:00"), review="r", item="yes", by="ana", to="sam")
    story = (*no_digests("sam"), *QUICK, decision, ask, sent(on(0, "11:00"), "yes", to="sam", kind="ask"))

    def away(until: int) -> Preferred:
        return Preferred(at=on(0, "12:00"), person="sam", habits=Habits(digest=None, away_until=day(until)))

    assert rules(*story, away(14), sent(on(1, "12:00"), "yes"), until=on(2)) == set()
    assert rules(*story, away(7), sent(on(1, "12:00"), "yes"), until=on(2)) == {Rule.WRONG_PERSON}


def test_who_is_asked_in_the_place_of_somebody_away_may_put_it_off_too() -> None:
    away = Preferred(at=on(1), person="sam", habits=Habits(digest=None, away_until=day(4)))
    put_off = Snoozed(at=on(1, "14:00"), by="ana", items=(("r", "yes"),), until=day(14))
    kept = [sent(on(4), "yes", to="sam"), sent(on(7), "yes", to="sam")]
    story = (*no_digests("sam"), *QUICK, PROMISE, away, sent(on(1, "12:00"), "yes"), put_off, *kept)
    assert rules(*story, until=on(14, "00:00")) == set()
    assert rules(*story, until=on(14, "20:00")) == {Rule.SNOOZE}


def test_a_vague_answer_is_asked_about_at_once_and_counts_from_then() -> None:
    vague = answered("yes", on(3, "12:00"), by="sam", verdict="vague")
    story = (*QUICK, sent(on(1), "yes"), vague)
    assert rules(*story, sent(on(4), "yes"), sent(on(9), "yes"), until=on(20)) == set()
    assert rules(*story, sent(on(4), "yes"), sent(on(7), "yes"), until=on(7, "10:00")) == {Rule.CADENCE}


NAMED: tuple[Fact, ...] = (started(), asked("who", on(0, "10:00")), answered("who", on(0, "11:00"), named="sam"))


def test_a_named_person_gets_a_card_and_two_more_and_the_others_wait() -> None:
    cards = [sent(on(0, "11:00"), "who", to="sam", kind="confirm"), sent(on(1), "who", to="sam")]
    assert rules(*NAMED, *cards, sent(on(4), "who", to="sam", kind="confirm"), until=on(20)) == set()
    assert Rule.CADENCE in rules(*NAMED, *cards, sent(on(3), "who", to="sam"), until=on(3, "10:00"))
    assert Rule.WRONG_PERSON in rules(*NAMED, *cards, sent(on(2), "who"), until=on(2, "10:00"))
    yes = Confirmed(at=on(1, "12:00"), review="r", item="who", by="sam")
    assert Rule.CLOSED in rules(*NAMED, *cards, yes, sent(on(4), "who", to="sam"), until=on(4, "10:00"))


def test_who_names_themselves_is_not_asked() -> None:
    mine = (*NAMED[:2], answered("who", on(0, "11:00"), named="ana"))
    assert rules(*mine, until=on(5)) == set()


def test_an_ask_leaves_at_once_within_hours_and_else_the_next_morning() -> None:
    noon = Delegated(at=on(0, "12:00"), review="r", item="yes", by="ana", to="sam")
    night = replace(noon, at=on(0, "20:00"))
    assert rules(*QUICK, noon, sent(on(0, "12:10"), "yes", to="sam", kind="ask"), until=on(0, "20:00")) == set()
    assert rules(*QUICK, noon, sent(on(0, "14:00"), "yes", to="sam", kind="ask"), until=on(0, "20:00")) == {Rule.PROMPT}
    assert rules(*QUICK, noon, until=on(1, "09:00")) == {Rule.PROMPT}
    assert rules(*QUICK, night, sent(on(1), "yes", to="sam", kind="ask"), until=on(1, "20:00")) == set()
    assert rules(*QUICK, night, until=on(1, "20:00")) == {Rule.PROMPT}


def test_an_ask_waits_for_the_next_day_where_the_days_message_has_left() -> None:
    first = Delegated(at=on(0, "10:30"), review="r", item="yes", by="ana", to="sam")
    second = Delegated(at=on(0, "12:00"), review="r", item="link", by="ana", to="sam")
    cards = (
        sent(on(0, "10:30"), "yes", to="sam", kind="ask"),
        sent(on(1), "link", to="sam", kind="ask"),
    )
    assert rules(*QUICK, first, cards[0], second, cards[1], until=on(1, "10:00")) == set()


def test_nudges_count_from_the_day_the_person_was_asked() -> None:
    ask = Delegated(at=on(0, "12:00"), review="r", item="link", by="ana", to="sam")
    away = Preferred(at=on(0, "09:00"), person="sam", habits=Habits(digest=None, away_until=day(3)))
    card = sent(on(3), "link", to="sam", kind="ask")
    story = (*no_digests("sam"), started(), asked("link", on(0, "10:00")), away, ask, card)
    assert Rule.CADENCE in rules(*story, sent(on(4), "link", to="sam"), until=on(4, "10:00"))
    assert rules(*story, sent(on(8), "link", to="sam"), until=on(8, "10:00")) == set()


def test_a_stale_answer_comes_up_a_week_before_its_review_date_and_on_it() -> None:
    story = (started(), asked("link", on(0, "10:00")), answered("link", on(0, "12:00")))
    review = 90  # a Sunday: 30 August
    kept = [sent(on(review - 6), "link"), sent(on(review + 1), "link")]
    assert rules(*story, *kept, until=on(200)) == set()
    assert rules(*story, sent(on(review - 10), "link"), until=on(100)) == {Rule.CLOSED}
    assert Rule.MAXIMUM in rules(*story, *kept, sent(on(review + 9), "link"), until=on(100))


def test_what_was_asked_about_a_date_before_the_week_of_its_review_stands_for_no_step_of_that() -> None:
    story = (started(), asked("when", on(0, "10:00")), answered("when", on(0, "12:00"), day=day(79)))
    # Its review is on day 90, a Sunday, and the notice of that on Monday, day 84.
    assert rules(*story, sent(on(80), "when"), sent(on(84), "when"), sent(on(91), "when"), until=on(95)) == set()
    assert rules(*story, sent(on(80), "when"), sent(on(81), "when"), until=on(95)) == {Rule.CADENCE}


def test_who_says_not_me_to_an_answer_that_comes_up_again_leaves_it_answered_and_is_left_alone() -> None:
    story = (started(), asked("link", on(0, "10:00")), answered("link", on(0, "12:00"), by="sam"))
    not_me = Declined(at=on(84, "12:00"), review="r", item="link", by="sam")
    declined = (*no_digests("sam"), *story, sent(on(84), "link", to="sam"), not_me)
    assert rules(*declined, sent(on(85), "link"), sent(on(91), "link"), until=on(200)) == set()
    assert Rule.WRONG_PERSON in rules(*declined, sent(on(91), "link", to="sam"), until=on(200))


def test_a_passed_date_is_asked_about_unless_it_had_passed_when_it_was_said() -> None:
    def story(said: int) -> tuple[Fact, ...]:
        return started(), asked("when", on(0, "10:00")), answered("when", on(0, "12:00"), day=day(said))

    assert rules(*story(7), sent(on(8), "when"), until=on(9)) == set()
    assert rules(*story(7), sent(on(7), "when"), until=on(9)) == {Rule.CLOSED}
    assert rules(*story(-30), sent(on(8), "when"), until=on(9)) == {Rule.CLOSED}


def test_a_choice_in_review_is_tapped_weekly() -> None:
    story = (started(), asked("state", on(0, "10:00")), answered("state", on(0, "12:00"), clears=False))
    weeks = [sent(on(7 * n), "state") for n in range(1, 9)]
    assert rules(*story, *weeks, until=on(60)) == set()
    assert rules(*story, weeks[0], sent(on(9), "state"), until=on(10)) == {Rule.CADENCE}


def test_a_week_with_a_holiday_in_it_may_last_five_working_days() -> None:
    story = (
        *no_digests("kiri"),
        started("kiri"),
        asked("state", on(35, "21:30")),
        sent(on(36, "21:30"), "state", to="kiri"),
    )
    for n, broken in ((42, {Rule.CADENCE}), (43, set()), (44, set()), (45, {Rule.FORGOTTEN})):  # Friday 39 is Matariki
        assert rules(*story, sent(on(n, "21:30"), "state", to="kiri"), until=on(n, "22:00")) == broken


GONE_UNANSWERED: tuple[Fact, ...] = (
    started(),
    asked("what", on(0, "10:00")),
    Delegated(at=on(0, "10:00"), review="r", item="what", by="ana", to="sam"),
    sent(on(0, "10:00"), "what", to="sam", kind="ask"),
    *(sent(on(at), "what", to="sam") for at in (3, 9, 16)),
)
WARNED = sent(on(17), "what", to="sam", kind="heads_up")


def test_an_escalation_comes_after_its_warning_on_an_earlier_day() -> None:
    told = sent(on(18), "what", to="lea", kind="escalation")
    assert rules(*GONE_UNANSWERED, WARNED, told, until=on(30)) == set()
    assert Rule.WARNING in rules(*GONE_UNANSWERED, told, until=on(30))
    same_day = replace(told, at=on(17, "14:00"))
    assert Rule.WARNING in rules(*GONE_UNANSWERED, WARNED, same_day, until=on(30))
    assert Rule.ESCALATION in rules(*GONE_UNANSWERED, WARNED, told, replace(told, at=on(21)), until=on(30))


def test_a_warning_comes_after_the_last_nudge_once_and_only_where_somebody_is_told() -> None:
    assert Rule.CADENCE in rules(*GONE_UNANSWERED[:-1], replace(WARNED, at=on(11)), until=on(12))
    assert Rule.MAXIMUM in rules(*GONE_UNANSWERED, WARNED, replace(WARNED, at=on(18)), until=on(30))
    nobody = Informed(at=on(1), review="r", by="ana", lead="sam")
    assert Rule.ESCALATION in rules(*GONE_UNANSWERED, nobody, WARNED, until=on(30))


def test_the_last_nudge_about_a_review_is_the_one_on_its_date_whether_or_not_one_came_before_it() -> None:
    story = (
        started(),
        asked("what", on(0, "10:00")),
        answered("what", on(0, "12:00")),
        asked("run.service_owner", on(80)),
        answered("run.service_owner", on(80), named="yael"),
    )
    warned, told = (sent(on(93), "what", kind="heads_up"), sent(on(94, "08:00"), "what", to="yael", kind="escalation"))
    assert rules(*story, sent(on(91), "what"), warned, told, until=on(95)) == set()
    early = replace(warned, at=on(86))
    assert rules(*story, sent(on(84), "what"), early, until=on(87)) == {Rule.CADENCE}


def test_an_escalation_is_about_something_critical_that_is_open_and_goes_to_the_lead() -> None:
    told = sent(on(18), "what", to="lea", kind="escalation")
    done = answered("what", on(17, "12:00"))
    assert Rule.ESCALATION in rules(
        *GONE_UNANSWERED, WARNED, replace(told, to="kiri", at=on(17, "22:00")), until=on(30)
    )
    assert Rule.ESCALATION in rules(*GONE_UNANSWERED, WARNED, done, told, until=on(30))
    assert Rule.ESCALATION in rules(
        *GONE_UNANSWERED, WARNED, sent(told.at, "link", to="lea", kind="escalation"), until=on(30)
    )


def test_an_escalation_never_goes_to_the_one_who_was_nudged() -> None:
    told = sent(on(18), "what", to="sam", kind="escalation")
    lead = Informed(at=on(17, "12:00"), review="r", by="ana", lead="sam")
    assert Rule.WARNING in rules(*GONE_UNANSWERED, WARNED, lead, told, until=on(30))


def test_a_sponsor_hears_of_the_target_and_of_people_shortly_before_the_decision_only() -> None:
    told = sent(on(18), "what", to="pat", kind="escalation")
    assert Rule.SPONSOR in rules(*GONE_UNANSWERED, WARNED, told, until=on(30))

    def as_item(facts: tuple[Fact, ...], item: str) -> list[Fact]:
        changed = [replace(fact, item=item) if isinstance(fact, Asked | Delegated) else fact for fact in facts]
        said = [fact.lines[0].kind if isinstance(fact, Message) else "" for fact in changed]
        return [
            replace(fact, lines=(Line(kind=kind, review="r", item=item),)) if isinstance(fact, Message) else fact
            for fact, kind in zip(changed, said, strict=True)
        ]

    target = as_item((*GONE_UNANSWERED, WARNED, told), "success.target")
    assert rules(*target, until=on(30)) == set()


def test_the_sponsor_of_a_person_item_comes_after_the_lead_and_within_ten_days_of_the_decision() -> None:
    story: tuple[Fact, ...] = (
        *NAMED,
        sent(on(0, "11:00"), "who", to="sam", kind="confirm"),
        sent(on(1), "who", to="sam"),
        sent(on(4), "who", to="sam"),
        sent(on(7), "who", to="sam", kind="heads_up"),
    )
    lead = sent(on(8), "who", to="lea", kind="escalation")
    sponsor = sent(on(9), "who", to="pat", kind="escalation")
    soon = Informed(at=on(2), review="r", by="ana", decision=day(15))
    assert rules(*story, soon, lead, sponsor, until=on(10)) == set()
    assert rules(*story, soon, sponsor, until=on(10)) == {Rule.SPONSOR}
    assert rules(*story, lead, sponsor, until=on(10)) == {Rule.SPONSOR}


def test_a_roll_up_goes_to_sponsors_and_an_owner_is_gone_only_when_somebody_left() -> None:
    assert Rule.SPONSOR in rules(started(), digest(on(0), "lea", "roll_up"), until=on(1))
    assert Rule.SPONSOR not in rules(started(), digest(on(0), "pat", "roll_up"), until=on(1))
    gone = sent(on(1), to="lea", kind="owner_gone")
    assert Rule.WRONG_PERSON in rules(started(), gone, until=on(2))
    assert rules(started(), Left(at=on(0, "12:00"), person="ana"), gone, until=on(2)) == set()


def test_nobody_who_left_is_written_to() -> None:
    assert Rule.HOURS in rules(*QUICK, Left(at=on(0, "12:00"), person="ana"), sent(on(1), "yes"), until=on(2))


def test_nothing_is_posted_in_a_thread_but_for_whom_the_bot_cannot_write_to() -> None:
    post = replace(sent(on(1), "yes"), place="thread", names=("ana",))
    assert Rule.THREAD in rules(*QUICK, post, until=on(1, "10:00"))
    far: tuple[Fact, ...] = (started("far"), QUICK[1])
    to_far = [replace(post, to="far", names=("far",), at=on(at)) for at in (1, 4)]
    assert rules(*far, *no_digests("far"), *to_far, until=on(5)) == set()
    assert Rule.THREAD in rules(*far, *no_digests("far"), replace(to_far[0], names=()), until=on(2))
    third = replace(to_far[0], at=on(3))
    assert Rule.THREAD in rules(*far, *no_digests("far"), to_far[0], third, to_far[1], until=on(5))


def test_after_an_outage_what_had_no_room_is_dropped_not_sent_the_next_day() -> None:
    items = ("link", "more", "last", "what")
    story: tuple[Fact, ...] = (started(), *(asked(item, on(0, "10:00")) for item in items))
    outage = Down(at=on(3, "00:00"), end=on(5, "00:00"))
    merged = sent(on(7), *items[:3])
    assert rules(*story, outage, merged, sent(on(8), "what"), until=on(8, "10:00")) == {Rule.CATCH_UP}
    assert rules(*story, outage, merged, until=on(10, "20:00")) == set()
    # without an outage the fourth has its turn the next day
    full = sent(on(3), *items[:3])
    assert rules(*story, full, sent(on(4), "what"), until=on(4, "20:00")) == set()


def test_a_quiet_walk_is_said_to_the_owner_once_after_two_quiet_working_days() -> None:
    quiet = sent(on(2), kind="quiet_walk")
    assert rules(started(), quiet, until=on(9)) == set()
    assert Rule.QUIET in rules(started(), replace(quiet, at=on(1)), until=on(9))
    assert Rule.QUIET in rules(started(), Spoke(at=on(1), review="r", by="sam"), quiet, until=on(9))
    assert Rule.QUIET in rules(started(), replace(quiet, to="sam"), until=on(9))
    assert Rule.QUIET in rules(started(), quiet, replace(quiet, at=on(7)), until=on(9))
    everything = [asked(item.key, on(0, "09:00")) for item in ITEMS]
    assert Rule.QUIET in rules(started(), *everything, quiet, until=on(2))


def test_who_turned_nudges_off_gets_none() -> None:
    def story(**habits: object) -> list[Fact]:
        off = Habits(digest=None, **habits)  # type: ignore[arg-type]  # a test's shorthand
        return [*QUICK, Preferred(at=on(0, "12:00"), person="ana", habits=off)]

    assert rules(*story(nudges=False), until=on(9)) == set()
    assert rules(*story(nudges=False), sent(on(1), "yes"), until=on(2)) == {Rule.REFUSED}
    assert rules(*story(nudges_until=day(3)), sent(on(2), "yes"), until=on(2, "10:00")) == {Rule.REFUSED}
    assert rules(*story(nudges_until=day(3)), sent(on(3), "yes"), until=on(3, "10:00")) == set()
    assert rules(*story(nudges_until=day(3)), until=on(3, "20:00")) == {Rule.FORGOTTEN}


def test_a_paused_review_is_asked_about_from_its_day() -> None:
    paused = PhaseSet(at=on(0, "12:00"), review="r", by="ana", phase="paused", until=day(2))
    assert rules(*QUICK, paused, sent(on(2), "yes"), until=on(2, "10:00")) == set()
    assert rules(*QUICK, paused, sent(on(2), "yes"), until=on(7, "20:00")) == {Rule.FORGOTTEN}


def test_a_pause_ends_for_everybody_when_its_day_begins_where_they_are() -> None:
    began = replace(started(owner="kiri"), at=on(0, "00:00"))  # for whom it is ten hours later
    promise = Deferred(at=on(0, "11:00"), review="r", item="yes", by="lou", until=day(1))
    paused = PhaseSet(at=on(0, "12:00"), review="r", by="kiri", phase="paused", until=day(3))
    later = Spoke(at=on(2, "13:00"), review="r", by="kiri")
    story = (*no_digests("kiri", "lou"), began, asked("yes", on(0, "10:00")), promise, paused, later)
    assert rules(*story, until=on(3, "00:00")) == set()
    assert rules(*story, until=on(3, "20:00")) == {Rule.FORGOTTEN}


def test_the_end_of_a_pause_begins_the_steps_anew() -> None:
    paused = PhaseSet(at=on(4, "12:00"), review="r", by="ana", phase="paused", until=day(9))
    story = (*QUICK, sent(on(1), "yes"), sent(on(4), "yes"), paused)
    assert Rule.CLOSED in rules(*story, sent(on(8), "yes"), until=on(9, "09:00"))
    assert rules(*story, sent(on(10), "yes"), sent(on(15), "yes"), until=on(30)) == set()
    again = (sent(on(10), "yes"), sent(on(15), "yes"), sent(on(18), "yes"))
    assert Rule.MAXIMUM in rules(*story, *again, until=on(30))


def test_a_hand_over_moves_what_nobody_was_asked_for() -> None:
    over = HandedOver(at=on(0, "12:00"), review="r", by="ana", to="sam")
    assert rules(*no_digests("sam"), *QUICK, over, sent(on(1), "yes", to="sam"), until=on(1, "20:00")) == set()
    wrong = rules(*no_digests("sam"), *QUICK, over, sent(on(1), "yes"), until=on(1, "10:00"))
    assert wrong == {Rule.WRONG_PERSON}


# Digests: Mondays at 09:30 unless the person says otherwise.

QUIET = (started(),)


def weeks(*facts: Fact, until: datetime) -> set[Rule]:
    return {breach.rule for breach in breaches(*QUIET, *facts, until=until)}


def test_a_digest_leaves_once_a_week_and_is_neither_missed_nor_doubled() -> None:
    mondays = [digest(on(7 * n)) for n in range(3)]
    assert weeks(*mondays, until=on(20)) == set()
    assert weeks(mondays[0], mondays[2], until=on(20)) == {Rule.MISSED}
    assert weeks(*mondays, digest(on(17)), until=on(20)) == {Rule.DOUBLED}
    assert weeks(mondays[0], digest(on(8)), mondays[2], until=on(20)) == {Rule.MISSED}


def test_a_digest_may_come_late_after_an_outage_or_an_absence() -> None:
    outage = Down(at=on(6, "12:00"), end=on(9, "12:00"))
    away = Preferred(at=on(0, "12:00"), person="ana", habits=Habits(away_until=day(9)))
    for reason in (outage, away):
        assert weeks(digest(on(0)), reason, digest(on(9, "13:00")), digest(on(14)), until=on(20)) == set()
    assert weeks(digest(on(0)), outage, digest(on(14)), until=on(20)) == {Rule.MISSED}


def test_a_week_of_absence_has_no_digest() -> None:
    away = Preferred(at=on(-10), person="ana", habits=Habits(away_until=day(14)))
    assert weeks(away, digest(on(14)), until=on(20)) == set()


def test_a_holiday_moves_the_digest_to_the_next_working_day() -> None:
    lou = started("lou")
    easter = datetime(2027, 3, 29, 7, 30, tzinfo=UTC)  # a Monday and a holiday in Germany
    begun = replace(lou, at=easter - timedelta(days=2))

    def found(at: datetime) -> set[Rule]:
        return {breach.rule for breach in breaches(begun, digest(at, "lou"), until=easter + timedelta(days=4))}

    assert found(easter + timedelta(days=1)) == set()
    assert found(easter + timedelta(days=2)) == {Rule.MISSED}
    assert found(easter) == {Rule.HOURS}


def test_a_digest_that_moves_to_the_next_working_day_keeps_its_time() -> None:
    early = Preferred(at=on(-9), person="ana", habits=Habits(hours=(time(7), time(16)), away_until=day(1)))
    down = Down(at=on(1, "09:00"), end=on(3, "00:00"))
    assert weeks(early, down, digest(on(3)), until=on(6)) == set()
    assert weeks(early, replace(down, at=on(1, "10:00")), digest(on(3)), until=on(6)) == {Rule.MISSED}


def test_a_digest_follows_the_clock_through_a_change_of_time() -> None:
    before = datetime(2026, 10, 19, 7, 30, tzinfo=UTC)  # 09:30 in Berlin in summer
    after = datetime(2026, 10, 26, 8, 30, tzinfo=UTC)  # 09:30 in winter
    begun = replace(started("lou"), at=before - timedelta(days=2))
    end = after + timedelta(days=3)
    assert breaches(begun, digest(before, "lou"), digest(after, "lou"), until=end) == []
    early = breaches(begun, digest(before, "lou"), digest(after - timedelta(hours=1), "lou"), until=end)
    assert {breach.rule for breach in early} >= {Rule.HOURS, Rule.DOUBLED}


def test_a_moved_digest_is_still_one_a_week() -> None:
    friday = Preferred(at=on(2), person="ana", habits=Habits(digest=(4, time(11))))
    rest = [digest(on(n, "11:00")) for n in (11, 18)]
    assert weeks(digest(on(0)), friday, *rest, until=on(20)) == set()
    assert weeks(digest(on(0)), friday, digest(on(4, "11:00")), *rest, until=on(20)) == {Rule.DOUBLED}
    assert weeks(digest(on(0)), friday, rest[0], until=on(20)) == {Rule.MISSED}


def test_a_digest_is_for_owners_who_want_one() -> None:
    off = Preferred(at=on(1), person="ana", habits=Habits(digest=None))
    assert weeks(digest(on(0)), off, until=on(20)) == set()
    assert weeks(digest(on(0)), off, digest(on(14)), until=on(20)) == {Rule.REFUSED}
    assert Rule.WRONG_PERSON in weeks(digest(on(0)), digest(on(0), "sam"), until=on(2))


def test_who_hands_over_the_last_review_gets_no_more_digests() -> None:
    over = HandedOver(at=on(2), review="r", by="ana", to="sam")
    assert weeks(digest(on(0)), over, digest(on(7), "sam"), until=on(9)) == set()
    assert weeks(digest(on(0)), over, until=on(9)) == {Rule.MISSED}
    assert weeks(digest(on(0)), over, digest(on(7), "sam"), digest(on(7)), until=on(9)) == {Rule.WRONG_PERSON}


def test_what_was_broken_is_said_with_its_evidence() -> None:
    late = breaches(*no_digests(), *QUICK, sent(on(1, "20:00"), "yes"), until=on(1, "21:00"))
    assert [str(breach) for breach in late if breach.rule is Rule.HOURS] == [
        (
            "Tue 02 Jun 2026 20:00 UTC, ana: nudge at Tue 02 Jun 20:00 UTC, who works from 09:30 to 16:30 "
            "(messages outside working hours)"
        )
    ]
