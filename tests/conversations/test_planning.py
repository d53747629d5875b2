"""What one person is written to at a moment: ana owns the reviews, whose items were all asked two weeks before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conversations.calendars import Calendar
from conversations.cards import AskCard, LetterCard, NudgeCard, QuestionCard, Tap, WhyNot
from conversations.effects import Revise
from conversations.letters import Pending, Plan, Silence, Told
from conversations.people import Account, Preferences
from conversations.planning import MOST_LINES, part_since, plan
from conversations.reminders import Kind
from conversations.review import Act, ActKind, Review
from conversations.standing import DECISION_DATE, stand
from tests.builders import AT, a_review, act, all_complete, described, pack

NINE_THIRTY = AT + timedelta(minutes=30)  # of a Monday
TUESDAY = NINE_THIRTY + timedelta(days=1)
LONG_AGO = AT - timedelta(days=14)
OFFICE = Calendar(zone=ZoneInfo("UTC"), begins=time(9, 30), ends=time(16, 30), days=frozenset(range(5)))
PERSONS = ("run.service_owner", "fail.first_responder", "rollback.decider", "approve.approver")
REHEARSAL = "rollback.tested_on"
KEPT_QUIET = Preferences(digest=False)


def lacking(*items: str, number: int = 1, **fields: Any) -> Review:
    """A review in which only these are open; nobody has said anything lately."""
    acts = [replace(each, at=LONG_AGO) for each in all_complete(pack(), but=items)]
    acts = [replace(each, day=date(2026, 11, 2)) if each.item == REHEARSAL else each for each in acts]
    reached = dict.fromkeys(items, LONG_AGO)
    posted = ("root", "summary", *(f"question/{question.key}" for question in pack().questions))
    review = a_review(acts, started_at=LONG_AGO, id=f"{number:032}", project=f"Project {number}", reached=reached)
    return replace(review, posted=posted, **fields)


def asked(review: Review, who: str, item: str, at: datetime) -> Review:
    n = len(review.acts) + 1
    delegated = act(ActKind.DELEGATED, item, person=who, at=at)
    return replace(review, acts=(*review.acts, replace(delegated, n=n, turn=n)), version=n)


def planned(
    *reviews: Review,
    who: str = "ana",
    now: datetime = NINE_THIRTY,
    said: Preferences = KEPT_QUIET,
    told: Told | None = None,
    calendar: Calendar = OFFICE,
    **known: Any,
) -> Plan:
    account = Account(platform="console", tenant="local", id=who)
    pending = Pending(account=account, person=None, preferences=said, told=told or Told(), reviews=reviews)
    return plan(pending, calendar, now, **known)


def held(plan: Plan) -> list[tuple[str, str | None, str]]:
    assert all(not line.send for line in plan.lines)
    return [(line.kind, line.why_not, f"{line.at:%a %d %H:%M}") for line in plan.lines]


def reviews_of(plan: Plan) -> list[Review]:
    return [turn.review for turn in plan.turns if turn.review is not None]


def test_what_has_come_goes_out_in_one_letter_over_all_reviews() -> None:
    plan = planned(lacking("run.service_owner"), lacking("run.runbook", number=2))

    assert plan.letter is not None
    assert (plan.letter.kind, plan.letter.day) == (Kind.NUDGE, AT.date())
    assert [(line.review[-1], line.card.project) for line in plan.letter.lines] == [
        ("1", "Project 1"),
        ("2", "Project 2"),
    ]
    (line,) = plan.lines
    assert (line.send, line.why_not, line.projects) == (True, None, ("Project 1", "Project 2"))
    assert line.items == ("run.service_owner", "run.runbook")


def test_each_review_notes_what_was_written_of_it_and_calls_the_line_by_that() -> None:
    review = lacking("run.service_owner")
    plan = planned(review)

    (after,) = reviews_of(plan)
    told = after.acts[-1]
    assert (told.kind, told.by, told.person, told.item) == (ActKind.REMINDED, "", "ana", "run.service_owner")
    assert (told.option, told.about, told.step, told.at) == ("nudge", "open", 1, NINE_THIRTY)
    assert plan.letter is not None
    assert [line.key for line in plan.letter.lines] == [f"reminder/{told.n}/ana"]
    assert after.posted[-1] == f"reminder/{told.n}/ana"
    assert (after.version, plan.read) == (review.version + 1, {review.id: review.version})


def test_the_ways_of_a_letter_say_of_which_review_they_are() -> None:
    plan = planned(lacking("run.service_owner"), lacking("run.runbook", number=2))

    assert plan.letter is not None
    card = plan.letter.card
    assert isinstance(card, LetterCard)
    assert [{way.review for way in line.ways} for line in card.lines] == [{f"{1:032}"}, {f"{2:032}"}]
    assert [way.tap for way in card.ways] == [Tap.WHY, Tap.PREFERENCES]
    assert card.ways[0].choice == plan.letter.lines[0].key


def test_a_letter_has_three_lines_and_the_rest_comes_another_day() -> None:
    plan = planned(lacking(*PERSONS))

    assert plan.letter is not None
    assert len(plan.letter.lines) == MOST_LINES
    sent, *rest = plan.lines
    assert sent.send
    assert {(line.why_not, line.at) for line in rest} == {(WhyNot.FULL, TUESDAY)}
    assert plan.look_at == {f"{1:032}": TUESDAY}


def test_that_a_review_is_quiet_waits_while_the_letter_has_another_line_of_it() -> None:
    quiet = lacking("run.runbook", "fail.modes", reached={"run.runbook": LONG_AGO})  # the other is not asked yet
    plan = planned(quiet)

    assert plan.letter is not None
    assert [line.key.partition("/")[0] for line in plan.letter.lines] == ["reminder"]
    assert [(line.kind, line.why_not, line.at) for line in plan.lines if not line.send] == [
        ("quiet_walk", WhyNot.BESIDE, TUESDAY)
    ]
    told = Told(letter_on=AT.date(), letter_at=NINE_THIRTY)
    next_day = planned(*reviews_of(plan), told=told, now=TUESDAY)
    assert next_day.letter is not None
    assert next_day.letter.kind == Kind.QUIET_WALK


def test_that_a_review_is_quiet_stands_beside_lines_of_others() -> None:
    plan = planned(
        lacking("run.service_owner"), lacking("run.runbook", "fail.modes", number=2, reached={"run.runbook": AT})
    )

    assert plan.letter is not None
    assert [line.key.partition("/")[0] for line in plan.letter.lines] == ["reminder", "quiet"]


def test_the_nearest_decision_comes_first() -> None:
    far, near = (lacking("run.runbook", DECISION_DATE, number=number) for number in (1, 2))
    dated = act(ActKind.DATED, day=date(2026, 12, 1), at=LONG_AGO)
    near = replace(near, acts=(*near.acts, replace(dated, n=len(near.acts) + 1, turn=99)))
    plan = planned(far, near)

    assert plan.lines[0].projects == ("Project 2", "Project 1")


@pytest.mark.parametrize(
    ("now", "calendar", "why", "until"),
    [
        (AT, OFFICE, WhyNot.HOURS, "Mon 23 09:30"),
        (AT + timedelta(hours=8), OFFICE, WhyNot.HOURS, "Tue 24 09:30"),
        (NINE_THIRTY - timedelta(days=1), OFFICE, WhyNot.DAY_OFF, "Mon 23 09:30"),
        (NINE_THIRTY, replace(OFFICE, holidays={AT.date()}), WhyNot.DAY_OFF, "Tue 24 09:30"),
        (NINE_THIRTY, replace(OFFICE, away_until=date(2026, 11, 26)), WhyNot.AWAY, "Thu 26 09:30"),
    ],
)
def test_nobody_is_written_to_outside_of_their_hours(
    now: datetime, calendar: Calendar, why: WhyNot, until: str
) -> None:
    review = asked(lacking("run.runbook"), "sam", "run.runbook", LONG_AGO)
    plan = planned(review, who="sam", now=now, calendar=calendar)

    assert (plan.letter, held(plan)) == (None, [("ask", why, until)])
    assert [f"{at:%a %d %H:%M}" for at in plan.look_at.values()] == [until]


def test_what_was_asked_in_the_evening_is_held_back_until_the_morning() -> None:
    evening = AT + timedelta(hours=10)
    plan = planned(asked(lacking("run.runbook"), "sam", "run.runbook", evening), who="sam", now=evening)
    assert held(plan) == [("ask", WhyNot.HOURS, "Tue 24 09:30")]


def test_what_comes_after_somebody_is_back_is_not_held_back_by_their_absence() -> None:
    away = replace(OFFICE, away_until=date(2026, 11, 26))
    review = lacking("run.runbook", reached={"run.runbook": AT})
    assert held(planned(review, calendar=away)) == []


def test_nobody_is_written_to_who_must_not_be_disturbed() -> None:
    plan = planned(lacking("run.runbook"), disturbed_until=NINE_THIRTY + timedelta(hours=2))
    assert held(plan) == [("nudge", WhyNot.DISTURBED, "Mon 23 11:30")]

    over = planned(lacking("run.runbook"), disturbed_until=NINE_THIRTY - timedelta(hours=2))
    assert over.letter is not None


def test_nobody_is_written_to_twice_a_day() -> None:
    told = Told(letter_on=AT.date(), letter_at=NINE_THIRTY)
    plan = planned(lacking("run.runbook"), told=told, now=NINE_THIRTY + timedelta(hours=3))

    assert held(plan) == [("nudge", WhyNot.TODAY, "Tue 24 09:30")]
    assert planned(lacking("run.runbook"), told=told, now=TUESDAY).letter is not None


def test_a_move_to_another_zone_makes_no_second_day() -> None:
    """On the evening of the old zone it is the next morning in the new one."""
    told = Told(letter_on=AT.date(), letter_at=NINE_THIRTY + timedelta(hours=6))
    tokyo = replace(OFFICE, zone=ZoneInfo("Asia/Tokyo"))
    morning = datetime(2026, 11, 24, 1, tzinfo=UTC)  # ten in Tokyo, nine and a half hours later
    plan = planned(lacking("run.runbook"), told=told, now=morning, calendar=tokyo)

    assert held(plan) == [("nudge", WhyNot.TODAY, "Wed 25 00:30")]


@pytest.mark.parametrize(
    ("said", "why", "until"),
    [
        (Preferences(nudges=False, digest=False), WhyNot.NUDGES_OFF, "Mon 30 09:30"),
        (Preferences(nudges_from=date(2026, 11, 26), digest=False), WhyNot.NUDGES_PAUSED, "Thu 26 09:30"),
    ],
)
def test_who_wants_no_nudges_gets_none_and_what_a_colleague_asks_all_the_same(
    said: Preferences, why: WhyNot, until: str
) -> None:
    assert held(planned(lacking("run.runbook"), said=said)) == [("nudge", why, until)]

    delegated = asked(lacking("run.runbook"), "sam", "run.runbook", AT)
    plan = planned(delegated, who="sam", said=said)
    assert plan.letter is not None
    assert plan.letter.kind == Kind.ASK


def test_nudges_come_again_on_the_day_until_which_they_were_paused() -> None:
    said = Preferences(nudges_from=AT.date(), digest=False)
    assert planned(lacking("run.runbook"), said=said).letter is not None


def test_a_question_that_waits_says_on_its_card_until_when_and_then_no_more() -> None:
    review = asked(lacking("run.runbook"), "sam", "run.runbook", AT)
    waits = planned(review, who="sam", now=AT)

    (turn,) = waits.turns
    assert turn.review is not None
    assert turn.review.waits == {"ask/run.runbook/sam": NINE_THIRTY}
    cards = [effect.card for effect in turn.effects if isinstance(effect, Revise)]
    rows = [row for card in cards if isinstance(card, QuestionCard) for row in card.rows]
    assert [row.waits_until for row in rows if row.item == "run.runbook"] == [NINE_THIRTY]

    again = planned(turn.review, who="sam", now=AT + timedelta(minutes=5))
    assert (again.turns, again.look_at) == ((), {review.id: NINE_THIRTY})

    sent = planned(turn.review, who="sam")
    assert sent.letter is not None
    assert isinstance(sent.letter.lines[0].card, AskCard)
    assert [after.waits for after in reviews_of(sent)] == [{}]
    assert sent.letter.lines[0].key == "ask/run.runbook/sam"


def test_after_a_silence_one_letter_says_since_when() -> None:
    silence = Silence(since=AT - timedelta(days=12), until=NINE_THIRTY)
    plan = planned(lacking("run.ops_team", "run.runbook"), silence=silence)

    assert plan.letter is not None
    assert (plan.letter.kind, plan.letter.card.since) == (Kind.CATCH_UP, date(2026, 11, 11))
    assert len(plan.letter.lines) == 2


MISSED = ("run.ops_team", "run.runbook", "fail.modes", "rollback.steps")
OUTAGE = Silence(since=AT - timedelta(days=12), until=NINE_THIRTY)


def test_what_had_no_room_in_the_letter_after_a_silence_counts_as_told() -> None:
    """The least urgent one: its next reminder comes in its time, and there is no second letter for it."""
    plan = planned(lacking(*MISSED), silence=OUTAGE)

    assert plan.letter is not None
    assert (plan.letter.kind, len(plan.letter.lines)) == (Kind.CATCH_UP, MOST_LINES)
    assert [line.why_not for line in plan.lines] == [None, WhyNot.DROPPED]
    (after,) = reviews_of(plan)
    assert {act.item for act in after.acts if act.kind is ActKind.REMINDED} == set(MISSED)
    assert len([key for key in after.posted if key.startswith("reminder/")]) == MOST_LINES
    told = Told(letter_on=AT.date(), letter_at=NINE_THIRTY)
    assert planned(after, silence=OUTAGE, told=told, now=TUESDAY).letter is None


def test_what_somebody_put_off_is_not_dropped() -> None:
    review = lacking(*MISSED)
    n = len(review.acts) + 1
    first = _reminded("fail.modes", 1)
    put_off = act(ActKind.SNOOZED, "fail.modes", by="ana", day=AT.date() - timedelta(days=3))
    acts = [replace(each, at=AT - timedelta(days=9), n=n + i, turn=n + i) for i, each in enumerate((first, put_off))]
    review = replace(review, acts=(*review.acts, *acts), version=n + 1)
    plan = planned(review, silence=OUTAGE)

    assert [line.why_not for line in plan.lines] == [None, WhyNot.FULL]
    later = planned(*reviews_of(plan), told=Told(letter_on=AT.date(), letter_at=NINE_THIRTY), now=TUESDAY)
    assert later.letter is not None
    assert later.letter.kind == Kind.NUDGE


@pytest.mark.parametrize(
    "silence",
    [
        Silence(since=AT - timedelta(days=2), until=NINE_THIRTY),  # its moment had come before
        Silence(since=LONG_AGO, until=LONG_AGO + timedelta(hours=2)),  # and here it came after
    ],
)
def test_a_silence_that_has_kept_nothing_back_is_not_spoken_of(silence: Silence) -> None:
    plan = planned(lacking("run.runbook"), silence=silence)
    assert plan.letter is not None
    assert (plan.letter.kind, plan.letter.card.since) == (Kind.NUDGE, None)


def test_what_was_held_back_until_a_silence_had_begun_is_caught_up_with() -> None:
    """It was asked on a Friday on which they had had their letter, and on Monday nobody was at work."""
    friday = datetime(2026, 11, 20, 14, tzinfo=UTC)
    review = asked(lacking("run.runbook"), "sam", "run.runbook", friday)
    told = Told(letter_on=friday.date(), letter_at=friday - timedelta(hours=4))
    silence = Silence(since=friday + timedelta(hours=4), until=TUESDAY)
    plan = planned(review, who="sam", now=TUESDAY, told=told, silence=silence)

    assert plan.letter is not None
    assert (plan.letter.kind, plan.letter.card.since) == (Kind.CATCH_UP, friday.date())
    before = planned(review, who="sam", now=TUESDAY, silence=silence)  # on that Friday nothing held it back
    assert before.letter is not None
    assert before.letter.kind == Kind.ASK


def test_a_silence_of_the_same_morning_is_not_spoken_of() -> None:
    review = lacking("run.runbook", reached={"run.runbook": AT - timedelta(days=5)})  # due today
    silence = Silence(since=AT, until=NINE_THIRTY + timedelta(hours=2))
    plan = planned(review, silence=silence, now=NINE_THIRTY + timedelta(hours=2))
    assert plan.letter is not None
    assert plan.letter.kind == Kind.NUDGE


def test_kinds_that_are_mixed_are_called_nudges() -> None:
    first = asked(lacking("run.runbook"), "ana", "run.runbook", AT)
    plan = planned(asked(lacking("run.ops_team"), "sam", "run.ops_team", AT), who="sam")
    assert plan.letter is not None
    assert plan.letter.kind == Kind.ASK
    both = planned(first, lacking("run.service_owner", number=2))
    assert both.letter is not None
    assert both.letter.kind == Kind.NUDGE
    assert all(isinstance(line.card, AskCard | NudgeCard) for line in both.letter.lines)


def test_a_heads_up_names_a_worked_day_and_nobody_is_told_before_it() -> None:
    """It goes out on a Friday; the lead works on Saturdays too."""
    owner, friday = "run.service_owner", NINE_THIRTY + timedelta(days=4)
    named = replace(described(lead="lena"), at=LONG_AGO)
    review = lacking(owner)
    sent = [replace(_reminded(owner, step), at=LONG_AGO + timedelta(days=2 * step)) for step in (1, 2, 3)]
    acts = [replace(each, n=len(review.acts) + i, turn=99) for i, each in enumerate((named, *sent), 1)]
    plan = planned(replace(review, acts=(*review.acts, *acts)), now=friday)

    assert plan.letter is not None
    assert plan.letter.kind == Kind.HEADS_UP
    (after,) = reviews_of(plan)
    assert after.acts[-1].day == date(2026, 11, 30)
    saturdays = replace(OFFICE, days=frozenset(range(7)))
    told = planned(after, who="lena", now=friday + timedelta(days=1), calendar=saturdays)
    assert [f"{at:%a %d %H:%M}" for at in told.look_at.values()] == ["Mon 30 09:30"]


def _reminded(item: str, step: int) -> Act:
    return act(ActKind.REMINDED, item, by="", person="ana", option="nudge", about="open", step=step)


def test_who_has_left_is_written_nothing() -> None:
    review = lacking("run.runbook")
    n = len(review.acts) + 1
    left = replace(act(ActKind.LEFT, by="ana", at=AT), n=n, turn=n)
    plan = planned(replace(review, acts=(*review.acts, left)), said=Preferences())
    assert (plan.letter, plan.digest, plan.lines) == (None, None, ())


def test_without_anything_in_sight_somebody_is_looked_at_again_within_the_week() -> None:
    plan = planned(lacking("run.runbook"), who="tom")
    assert plan.look_at == {f"{1:032}": NINE_THIRTY + timedelta(days=7)}
    assert (plan.turns, plan.lines) == ((), ())


# --- the digest ----------------------------------------------------------------------------------------------------


def test_an_owner_gets_the_digest_at_its_time_and_then_a_week_later() -> None:
    review = lacking("run.runbook")
    plan = planned(review, said=Preferences(nudges=False), told=Told(digest_at=NINE_THIRTY - timedelta(days=7)))

    assert plan.digest is not None
    assert (plan.digest.kind, plan.digest.day) == (Kind.DIGEST, AT.date())
    assert [line.project for line in plan.digest.card.lines] == ["Project 1"]
    assert [(line.kind, line.send) for line in plan.lines] == [("nudge", False), ("digest", True)]

    after = planned(review, said=Preferences(nudges=False), told=Told(digest_at=NINE_THIRTY), now=TUESDAY)
    assert after.digest is None
    assert [f"{at:%a %d %H:%M}" for at in after.look_at.values()] == ["Mon 30 09:30"]


def test_a_digest_goes_out_on_the_day_of_a_letter_too() -> None:
    told = Told(letter_on=AT.date(), letter_at=NINE_THIRTY - timedelta(minutes=5), digest_at=LONG_AGO)
    plan = planned(lacking("run.runbook"), said=Preferences(), told=told)
    assert (plan.letter, plan.digest is not None) == (None, True)


@pytest.mark.parametrize(("before", "sent"), [(timedelta(minutes=30), False), (timedelta(days=1), True)])
def test_a_digest_waits_a_day_where_another_account_of_theirs_had_its_own(before: timedelta, sent: bool) -> None:
    told = Told(digest_at=LONG_AGO, digest_elsewhere_at=NINE_THIRTY - before)
    plan = planned(lacking("run.runbook"), said=Preferences(nudges=False), told=told)
    assert (plan.digest is not None) is sent
    assert sent or min(plan.look_at.values()) == TUESDAY


def test_a_digest_that_could_not_go_out_goes_when_its_reader_is_free() -> None:
    late = planned(lacking("run.runbook"), said=Preferences(), told=Told(digest_at=LONG_AGO), now=AT)
    assert late.digest is None
    assert (late.lines[-1].kind, late.lines[-1].why_not) == ("digest", WhyNot.HOURS)

    disturbed = NINE_THIRTY + timedelta(hours=1)
    quiet = planned(
        lacking("run.runbook"),
        said=Preferences(nudges=False),
        told=Told(digest_at=LONG_AGO),
        disturbed_until=disturbed,
    )
    assert (quiet.digest, quiet.lines[-1].why_not, quiet.look_at) == (None, WhyNot.DISTURBED, {f"{1:032}": disturbed})


def test_turning_the_digest_on_again_makes_nothing_due_in_the_past() -> None:
    said = Preferences(nudges=False, digest_since=NINE_THIRTY - timedelta(minutes=1), digest_day=1)
    plan = planned(lacking("run.runbook"), said=said, told=Told(digest_at=LONG_AGO))
    assert plan.digest is None
    assert plan.look_at == {f"{1:032}": TUESDAY}


def test_a_sponsor_gets_a_line_for_each_project() -> None:
    review = lacking("run.runbook")
    named = replace(described(sponsor="sol"), n=len(review.acts) + 1, turn=99, at=LONG_AGO)
    review = replace(review, acts=(*review.acts, named))
    plan = planned(review, who="sol", said=Preferences())

    assert plan.digest is not None
    assert (plan.digest.kind, plan.digest.card.lines) == (Kind.ROLL_UP, ())
    assert [line.project for line in plan.digest.card.roll_up] == ["Project 1"]


def _handed(review: Review, who: str, at: datetime) -> Review:
    handed: Act = replace(act(ActKind.HANDED_OVER, person=who, at=at), n=len(review.acts) + 1, turn=99)
    return replace(review, acts=(*review.acts, handed))


def test_a_part_is_theirs_since_they_got_it() -> None:
    review = lacking("run.runbook")
    assert part_since(stand(review, AT), "ana") == LONG_AGO
    assert part_since(stand(review, AT), "tom") is None
    handed = _handed(review, "tom", AT - timedelta(days=1))
    assert part_since(stand(handed, AT), "tom") == AT - timedelta(days=1)
    assert part_since(stand(handed, AT), "ana") is None
