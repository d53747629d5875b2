"""What is told of a whole review, and when somebody is to be looked at because of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from conversations.calendars import Calendar
from conversations.lapses import due_at
from conversations.quiet import quiet_key
from conversations.reminders import SOONEST, Kind, Reminder, looks, reminders, with_looks
from conversations.review import Act, ActKind
from conversations.scene import with_acts
from conversations.standing import stand
from tests.dialogue import Dialogue, a_dialogue, answering
from tests.reminding import OFFICE, diary, due, said, send, with_sent, write


def of_review(dialogue: Dialogue, **calendars: Calendar) -> list[str]:
    return [f"{said(each)} as {each.key}" for each in due(dialogue, None, **calendars) if each.item is None]


# --- quiet reviews -------------------------------------------------------------------------------------------------


def test_the_owner_is_told_once_that_it_is_quiet_after_two_working_days_of_theirs() -> None:
    dialogue = a_dialogue()
    assert of_review(dialogue) == ["Wed 25 Nov 09:30 quiet_walk 1 to ana as quiet/0/ana"]
    sydney = replace(OFFICE, zone=ZoneInfo("Australia/Sydney"), holidays={date(2026, 11, 24)})
    assert of_review(dialogue, ana=sydney) == ["Wed 25 Nov 22:30 quiet_walk 1 to ana as quiet/0/ana"]

    diary(dialogue, None, most=2)
    assert of_review(dialogue) == []
    dialogue.hears("tom: skip")
    assert of_review(dialogue) == [f"Fri 27 Nov 09:30 quiet_walk 1 to ana as {quiet_key(dialogue.standing)}"]


def test_after_a_pause_the_days_begin_anew() -> None:
    dialogue = a_dialogue().hears("ana: pause until 2026-12-07")

    assert of_review(dialogue) == ["Wed 09 Dec 09:30 quiet_walk 1 to ana as quiet/1/ana"]
    assert of_review(dialogue.hears("ana: pause")) == []
    assert of_review(dialogue.hears("ana: resume", "ana: done")) == []


def test_nothing_is_quiet_where_nothing_is_left_to_ask() -> None:
    assert of_review(a_dialogue().hears(*answering())) == []


# --- people who have left ------------------------------------------------------------------------------------------


def test_without_an_owner_the_lead_is_asked_to_take_over_and_the_owner_is_told_nothing() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@lena"}).leaves("ana")

    assert [said(each) for each in due(dialogue)] == ["Mon 23 Nov 09:30 owner_gone 1 to lena"]
    assert of_review(dialogue) == ["Mon 23 Nov 09:30 owner_gone 1 to lena as owner/ana/lena"]
    diary(dialogue, None, most=1)
    assert due(dialogue) == []


def test_who_is_named_and_is_not_here_is_told_of_once_to_the_owner() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform", "dana: yes").leaves("dana")
    assert "Mon 23 Nov 09:30 owner_gone 1 to ana as gone/dana/ana" in of_review(dialogue)

    diary(dialogue, None, most=1)
    assert "gone/dana/ana" not in "".join(of_review(dialogue))


def test_who_is_away_on_the_day_is_told_of_to_the_owner_and_so_is_not_the_owner_themselves() -> None:
    dialogue = a_dialogue().hears("ana: edit runbook", "sam: later 2026-12-04").goes_away("sam", "2026-12-14")
    assert "gone/sam/ana" in "".join(of_review(dialogue))

    dialogue.goes_away("ana", "2026-12-14")
    assert "gone/ana" not in "".join(of_review(dialogue))


def test_a_later_version_of_the_questions_is_offered_to_the_owner_once() -> None:
    dialogue = a_dialogue()
    offer = Act(n=0, turn=0, kind=ActKind.PACK_OFFERED, by="", at=dialogue.now, option="9.9.9")
    write(dialogue, with_acts(dialogue.review, [offer]))

    assert of_review(dialogue)[0] == "Mon 23 Nov 09:30 nudge 1 to ana as pack/9.9.9/ana"
    diary(dialogue, None, most=1)
    assert "pack/" not in "".join(of_review(dialogue))


def test_the_soonest_comes_first_and_then_what_is_critical() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam modes", "ana: ask @sam fallback", "ana: ask @sam target")
    found = [each for each in due(dialogue) if each.person == "sam"]

    assert [each.item for each in found] == ["fail.fallback", "success.target", "fail.modes"]


# --- when to look --------------------------------------------------------------------------------------------------


def test_owner_and_sponsor_of_a_living_review_are_looked_at_for_their_digest() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@lena", "sponsor": "@sol"}).hears("ana: pause")

    weekly = {(dialogue.review.started_at, "weekly")}
    assert looks(dialogue.standing) == {"ana": weekly, "sol": weekly}
    assert looks(dialogue.leaves("ana").standing) == {"sol": weekly}
    assert looks(dialogue.hears("ana: done").standing) == {}


def test_who_becomes_the_owner_is_looked_at_for_their_digest_though_they_wait_for_something_already() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook")
    before = dialogue.standing
    turn = with_looks(dialogue.hears("ana: owner @sam").turn, before, dialogue.now)

    assert turn.looked["sam"] is None
    assert turn.looks["sam"] <= dialogue.now


def test_who_is_away_has_a_part_in_it_though_nothing_is_theirs_until_they_are_back() -> None:
    dialogue = a_dialogue().hears("tom: runbook: later 2026-12-04").goes_away("tom", "2027-01-11")

    assert looks(dialogue.standing)["tom"] == {(dialogue.now, "away")}


def test_the_review_itself_is_looked_at_when_it_lapses() -> None:
    dialogue = a_dialogue().hears("ana: later 2026-12-04")

    assert looks(dialogue.standing)[""] == {(due_at(dialogue.standing), "lapse")}


def test_who_is_asked_is_looked_at_at_once() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook")

    assert [at for at, _ in looks(dialogue.standing)["sam"]] == [dialogue.now]


def test_what_somebody_waits_for_already_does_not_hide_what_is_new_for_them() -> None:
    """However early the old one was due: it may have been put off."""
    before = a_dialogue().hears("ana: ask @sam runbook")
    then = before.standing
    later = before.waits(days=9).hears("ana: ask @sam fallback")
    turn = with_looks(later.turn, then, later.now)

    assert (turn.looked["sam"], turn.looks["sam"]) == (None, later.now)


def test_what_is_put_off_is_looked_at_anew_though_by_some_calendar_it_would_come_then_anyway() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform")
    diary(dialogue, "run.service_owner", most=2)
    before, then = dialogue.standing, looks(dialogue.standing)["dana"]
    assert said(due(dialogue, "run.service_owner")[0]) == "Fri 27 Nov 09:30 confirm 3 to dana"
    put_off = dialogue.presses("dana", "snooze", "run.service_owner", choice="2026-11-26")
    turn = with_looks(put_off.turn, before, put_off.now)

    assert {at for at, _ in then} == {at for at, _ in looks(put_off.standing)["dana"]} == {turn.looks["dana"]}
    assert turn.looked["dana"] is None


def test_of_whom_nothing_is_new_nobody_is_told_anew() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook")
    turn = with_looks(dialogue.turn, dialogue.standing, dialogue.now)

    assert turn.looks == turn.looked
    assert turn.looks.keys() == {"ana", "sam"}


ZONES = ("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
CALENDARS = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    begins=st.sampled_from([time(0), time(7, 15), time(9, 30)]),
    ends=st.sampled_from([time(16, 30), time(23, 59)]),
    days=st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    holidays=st.frozensets(st.dates(date(2026, 11, 20), date(2027, 2, 1)), max_size=4),
    away_until=st.none() | st.dates(date(2026, 11, 20), date(2027, 2, 1)),
)
PEOPLE = ("ana", "sam", "dana", "lena", "sol")
LINES = (
    "ana: @dana, Claims Platform",
    "dana: yes",
    "dana: no",
    "ana: ask @sam",
    "sam: not me",
    "sam: on the wiki somewhere",
    "ana: later 2026-12-04",
    "sam: runbook: sam writes it by 2026-12-10",
    "ana: date 2026-12-18",
    "ana: skip",
    "ana: pause until 2026-12-07",
    "ana: pause",
    "ana: resume",
    "ana: undo",
    "ana: n/a because we have none",
    "tom: fallback: by hand in the old form",
    "tom: support route: #claims-ai, Mon-Fri 8-18",
)
STEPS = st.lists(st.sampled_from(LINES) | st.integers(0, 200), max_size=8)


def played(steps: list[Any], calendars: dict[str, Calendar], delays: list[int]) -> Dialogue:
    """People talk; a number lets so many hours pass, and what is due by then is sent, each so many hours late."""
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@lena", "sponsor": "@sol"})
    for step in steps:
        if isinstance(step, str):
            dialogue.hears(step)
            continue
        until = dialogue.now + timedelta(hours=step)
        for delay in delays:
            found = [each for each in due(dialogue, None, **calendars) if each.at <= until]
            if found:
                send(dialogue, found[0], found[0].at + timedelta(hours=delay))
        dialogue.now = max(dialogue.now, until)
        if (
            delays
            and delays[0] % 2
            and (told := [a for a in dialogue.review.acts if a.kind is ActKind.REMINDED and a.item])
        ):
            snoozed = Act(
                n=0, turn=0, kind=ActKind.SNOOZED, by=told[-1].person or "", at=dialogue.now, item=told[-1].item
            )
            day = dialogue.now.date() + timedelta(days=delays[0])
            write(dialogue, with_acts(dialogue.review, [replace(snoozed, day=day)]))
    return dialogue


MORNING = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)  # in the last zone it is the day before
MOMENTS = st.integers(0, 150 * 24 * 60).map(lambda minutes: MORNING + timedelta(minutes=minutes))
LAST = Calendar(zone=ZoneInfo("Etc/GMT+12"), begins=time(0), ends=time(23, 59), days=frozenset(range(7)))


@example(calendar=LAST, moment=MORNING, days=0)
@example(calendar=replace(LAST, zone=ZoneInfo("Pacific/Kiritimati")), moment=MORNING, days=0)
@given(calendar=CALENDARS, moment=MOMENTS, days=st.integers(0, 7))
def test_nobodys_calendar_is_before_the_one_of_looking(calendar: Calendar, moment: datetime, days: int) -> None:
    today = moment.date()

    assert SOONEST.opens(moment) <= calendar.opens(moment)
    assert SOONEST.opens_on(today) <= calendar.opens_on(today)
    assert SOONEST.day_of(moment) <= calendar.day_of(moment)
    assert SOONEST.after(today, days) <= calendar.after(today, days)


@given(
    steps=STEPS,
    then=st.fixed_dictionaries(dict.fromkeys(PEOPLE, CALENDARS)),
    now=st.fixed_dictionaries(dict.fromkeys(PEOPLE, CALENDARS)),
    delays=st.lists(st.integers(0, 30), max_size=4),
)
def test_nobody_is_looked_at_too_late_whatever_their_calendar_says(
    steps: list[Any], then: dict[str, Calendar], now: dict[str, Calendar], delays: list[int]
) -> None:
    dialogue = played(steps, then, delays)
    looked = looks(dialogue.standing)
    found = due(dialogue, None, **now)

    assert {each.person for each in found} <= set(looked)
    for each in found:
        calendar = now.get(each.person, OFFICE)
        assert min(at for at, _ in looked[each.person]) <= each.at, each
        assert calendar.is_open(each.at), each
        assert each.at.tzinfo is UTC


@given(steps=STEPS, calendar=CALENDARS, delays=st.lists(st.integers(0, 30), max_size=4))
def test_whose_calendar_it_is_changes_when_and_never_what(
    steps: list[Any], calendar: Calendar, delays: list[int]
) -> None:
    dialogue = played(steps, {}, delays)
    mine, theirs = due(dialogue), due(dialogue, None, **dict.fromkeys((*PEOPLE, "tom"), calendar))

    def what(found: list[Reminder]) -> set[tuple[Any, ...]]:
        return {(each.person, each.item, each.target, each.key) for each in found}

    assert what(mine) == what(theirs)


@given(steps=STEPS, calendar=CALENDARS)
def test_one_after_the_other_they_end_or_come_weekly(steps: list[Any], calendar: Calendar) -> None:
    dialogue = played(steps, {}, [0])
    review, now = dialogue.review, dialogue.now
    sent = list[tuple[Reminder, datetime]]()
    while found := reminders(stand(review, now), lambda _: calendar):
        now = max(now, found[0].at)
        review = with_sent(review, found[0], now)
        sent.append((found[0], now))
        assert len(sent) < 200, sent[-5:]
    steps_of = [(each.person, each.kind, each.item, each.about, each.target, each.step) for each, _ in sent]
    assert len(set(steps_of)) == len(steps_of)
    escalated = [(each.item, at) for each, at in sent if each.kind is Kind.ESCALATION]
    warned = {each.item: at for each, at in sent if each.kind is Kind.HEADS_UP}
    assert all(at - warned[item] >= timedelta(hours=24) for item, at in escalated if item in warned)
