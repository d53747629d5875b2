"""What was due in a time of which nobody knows what was sent, as an older copy of the database is worked on since."""

from __future__ import annotations

from datetime import timedelta

from conversations.cards import WhyNot
from conversations.letters import Silence, Told
from conversations.people import Preferences
from conversations.review import ActKind
from tests.builders import AT
from tests.conversations.test_planning import NINE_THIRTY, TUESDAY, asked, held, lacking, planned, reviews_of

UNTIL = NINE_THIRTY + timedelta(hours=2)
NOW = UNTIL + timedelta(hours=1)
RESTORED = Silence(since=UNTIL, until=UNTIL, lost=Silence(since=AT - timedelta(days=12), until=UNTIL))
ITEMS = ("run.ops_team", "run.runbook")


def test_what_was_due_then_counts_as_told_and_its_next_step_comes_in_its_time() -> None:
    plan = planned(lacking(*ITEMS), silence=RESTORED, now=NOW)
    assert plan.letter is None
    assert {why for _, why, _ in held(plan)} == {WhyNot.LOST}
    (review,) = reviews_of(plan)
    assert [(act.kind, act.item) for act in review.acts[-2:]] == [(ActKind.REMINDED, item) for item in ITEMS]
    assert not any(key.startswith("reminder/") for key in review.posted)
    again = planned(review, silence=RESTORED, now=TUESDAY)
    assert (again.letter, again.turns) == (None, ())
    days = next(day for day in range(2, 15) if planned(review, silence=RESTORED, now=NOW + timedelta(days=day)).letter)
    assert days >= 2


def test_what_somebody_was_asked_then_is_not_asked_again() -> None:
    review = asked(lacking(*ITEMS), "sam", "run.runbook", AT - timedelta(days=3))
    plan = planned(review, who="sam", silence=RESTORED, now=NOW)
    assert plan.letter is None
    (after,) = reviews_of(plan)
    assert after.posted[-1] == "ask/run.runbook/sam"
    assert planned(after, who="sam", silence=RESTORED, now=NOW).turns == ()


def test_who_had_a_letter_today_has_no_second_one_and_what_came_since_comes_tomorrow() -> None:
    review = asked(lacking(*ITEMS), "sam", "run.runbook", NINE_THIRTY)
    review = asked(review, "sam", "run.ops_team", UNTIL + timedelta(minutes=5))
    plan = planned(review, who="sam", silence=RESTORED, now=NOW)
    assert (plan.letter, plan.letter_on, plan.writes) == (None, NOW.date(), True)
    assert {why for _, why, _ in held(plan)} == {WhyNot.LOST, WhyNot.TODAY}
    assert min(plan.look_at.values()) == TUESDAY


def test_what_was_due_before_the_copy_or_after_it_was_lost_goes_out() -> None:
    early = Silence(since=UNTIL, until=UNTIL, lost=Silence(since=UNTIL - timedelta(hours=1), until=UNTIL))
    plan = planned(lacking(*ITEMS), silence=early, now=NOW)
    assert plan.letter is not None
    assert len(plan.letter.lines) == 2


def test_what_nobody_would_have_sent_was_not_sent() -> None:
    plan = planned(lacking(*ITEMS), said=Preferences(digest=False, nudges=False), silence=RESTORED, now=NOW)
    assert (plan.letter_on, plan.turns) == (None, ())
    assert {why for _, why, _ in held(plan)} == {WhyNot.NUDGES_OFF}


def test_a_digest_of_that_time_is_done_and_the_next_one_comes_in_a_week() -> None:
    told = Told(digest_at=NINE_THIRTY - timedelta(days=7))
    plan = planned(lacking(), said=Preferences(), told=told, silence=RESTORED, now=NOW)
    assert (plan.digest, plan.lost_digest, plan.digest_on, plan.writes) == (None, AT.date(), AT.date(), True)
    assert min(plan.look_at.values()) == NINE_THIRTY + timedelta(days=7)
