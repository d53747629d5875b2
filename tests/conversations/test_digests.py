"""The weekly digest: what it says of each project, for whom, and when it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.activities import ConversationReference
from conversations.calendars import Calendar
from conversations.cards import DigestCard, DigestLine, DigestState, RollUpLine, Tap, Way
from conversations.composing import root_card
from conversations.digests import Occasion, digest_card, digest_moment
from conversations.people import Preferences
from conversations.review import Review
from conversations.scoring import score
from conversations.standing import stand
from tests.dialogue import Dialogue, a_dialogue, answering

MONDAY = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
BEFORE = MONDAY - WEEK
APPROVING = "ana: approver: @ana"


def started(*lines: str, at: str = "2026-11-23T09:00Z", project: str = "Claims Copilot") -> Dialogue:
    return a_dialogue(at=at, project=project).hears(*lines)


def placed(dialogue: Dialogue, name: str = "R1") -> Review:
    place = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1.1")
    return replace(dialogue.review, id=name, project=name, reference=place)


def the_digest(
    *reviews: Review, person: str = "ana", now: datetime = MONDAY, since: datetime | None = BEFORE
) -> DigestCard:
    card, _ = digest_card([stand(each, now) for each in reviews], person, now, since)
    return card


def the_line(dialogue: Dialogue, now: datetime = MONDAY, since: datetime | None = BEFORE) -> DigestLine:
    (line,) = the_digest(placed(dialogue), now=now, since=since).lines
    return line


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_an_owner_sees_what_is_theirs_and_alive_the_next_decision_first() -> None:
    undated, later = placed(started(), "Undated"), placed(started("ana: date 15 Jan 2027"), "Later")
    soon, done = placed(started("ana: date 15 Dec"), "Soon"), placed(started("ana: done"), "Done")
    foreign = placed(started("ana: owner @tom"), "Foreign")
    card = the_digest(undated, later, done, soon, foreign)

    assert [(line.project, line.days_left) for line in card.lines] == [("Soon", 15), ("Later", 46), ("Undated", None)]
    assert (card.on, card.pack, card.lead_over_weakest, card.blocked_ceiling) == (MONDAY.date(), "core 0.1.0", 25, 59)
    assert [way.tap for way in card.ways] == [Tap.DIGEST_DAY, Tap.DIGEST_OFF]
    assert not card.asked_for


def test_a_sponsor_sees_a_row_of_each_with_what_blocks_and_nothing_of_people() -> None:
    sponsored = started("ana: date 15 Dec").submits("ana", "about", {"sponsor": "@zoe", "stage": "scaling"})
    own = placed(started().hears("ana: owner @zoe"), "Own")
    both = placed(started().submits("ana", "about", {"sponsor": "@zoe"}).hears("ana: owner @zoe"), "Both")
    clear = started(*answering(), "dana: yes", "lee: yes", "priya: yes", "mika: yes")
    clear.submits("ana", "about", {"sponsor": "@zoe"})
    card = the_digest(placed(sponsored), own, both, placed(clear, "Clear"), person="zoe")

    assert card.roll_up == (
        RollUpLine(project="Clear", stage="pilot", readiness=100, blocker=None, decision_on=date(2026, 12, 15)),
        RollUpLine(project="R1", stage="scaling", readiness=2, blocker="service owner", decision_on=date(2026, 12, 15)),
    )
    assert [line.project for line in card.lines] == ["Both", "Own"]


def test_whose_nothing_is_gets_an_empty_one() -> None:
    card = the_digest(placed(started()), person="zoe")

    assert (card.lines, card.roll_up, card.pack, card.lead_over_weakest, card.blocked_ceiling) == ((), (), "", 0, 0)


def test_the_day_is_the_readers() -> None:
    card, _ = digest_card([stand(placed(started()), MONDAY)], "ana", MONDAY, None, on=date(2026, 12, 1), asked_for=True)

    assert (card.on, card.asked_for) == (date(2026, 12, 1), True)


# --- what it says of a project ---------------------------------------------------------------------------------------


def test_a_project_that_needs_somebody_says_what_blocks_and_how_to_answer() -> None:
    line = the_line(started("ana: ask @tom service_owner"))

    assert (line.state, line.blockers) == (DigestState.BLOCKED, 6)
    assert line.blocker is not None
    assert (line.blocker.label, line.blocker.who, line.blocker_asked) == ("service owner", "tom", True)
    assert line.ways == (
        Way(tap=Tap.ANSWER, item="run.service_owner", name="service_owner", review="R1"),
        Way(tap=Tap.OPEN, choice="C1/1.1", review="R1"),
    )
    assert (line.next_gap, line.next_gap_labels[0]) == ("F2", "Running it: where problems are reported")


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ((), False),
        (("ana: @dana, Claims Platform",), True),
        (("ana: Dana Smith from Claims",), False),
        (("ana: @dana, Claims Platform", "dana: yes"), False),
    ],
)
def test_who_is_named_was_asked_to_confirm_it_and_a_stranger_was_not(lines: tuple[str, ...], asked: bool) -> None:
    assert the_line(started(*lines)).blocker_asked is asked


def test_without_a_blocker_what_is_next_can_be_answered() -> None:
    everything = started(*answering("train.help_channel"), "dana: yes", "lee: yes", "priya: yes")
    line = the_line(everything)

    assert (line.state, line.blocker, line.blocker_asked) == (DigestState.BLOCKED, None, False)
    assert [way.tap for way in line.ways] == [Tap.NEXT, Tap.OPEN]


def test_where_nothing_is_left_nothing_is_to_do() -> None:
    line = the_line(started(*answering(), "dana: yes", "lee: yes", "priya: yes", "mika: yes"))

    assert (line.state, line.readiness, line.progress, line.ways) == (DigestState.CALM, 100, 100, ())
    assert (line.next_gap, line.next_gap_labels) == (None, ())


def test_a_paused_one_says_until_when() -> None:
    line = the_line(started("ana: pause until 4 Jan 2027"))

    assert (line.state, line.until, line.ways) == (DigestState.PAUSED, date(2027, 1, 4), ())


@pytest.mark.parametrize(("days", "state"), [(20, DigestState.BLOCKED), (21, DigestState.IDLE)])
def test_after_three_weeks_without_anybody_it_is_asked_whether_to_pause(days: int, state: DigestState) -> None:
    dialogue = started("ana: ops team: Claims Ops")
    line = the_line(dialogue, now=dialogue.now + timedelta(days=days))

    assert line.state is state
    if state is DigestState.IDLE:
        assert line.ways == (Way(tap=Tap.PAUSE, review="R1"), Way(tap=Tap.GO_ON, review="R1"))


def test_a_readiness_is_held_against_where_it_stood() -> None:
    dialogue = started(*answering("rollback.steps"), "dana: yes", "lee: yes", "priya: yes", "mika: yes")
    dialogue.waits(days=3).hears("ana: steps: Turn off the flag claims in LaunchDarkly, the old form shows, 10 minutes")
    line = the_line(dialogue, since=dialogue.now - timedelta(days=1))
    assert (line.readiness, line.change, line.new, line.new_more) == (100, 41, ("steps",), 0)

    answered = dialogue.now
    dialogue.waits(days=1).hears("ana: undo")
    line = the_line(dialogue, since=answered)
    assert (line.readiness, line.change, line.new) == (59, -41, ())


@pytest.mark.parametrize("since", [None, datetime(2026, 11, 22, tzinfo=UTC)])
def test_since_the_start_everything_is_new_and_there_is_nothing_to_compare_with(since: datetime | None) -> None:
    line = the_line(started(*answering()), since=since)

    assert line.change is None
    assert line.new == ("service owner", "operating team", "where problems are reported")
    assert line.new_more == 18


def test_promises_of_the_next_week_and_known_gaps_are_told_with_who_and_when() -> None:
    dialogue = started(
        "ana: later 7 Dec",
        "tom: later 8 Dec",
        "sam: later 22 Jan 2027",
        "ana: plan: n/a because it runs without users",
    )
    dialogue.hears("tom: accept plan")
    line = the_line(dialogue)

    assert [(each.label, each.on, each.who) for each in line.due] == [("service owner", date(2026, 12, 7), "ana")]
    assert [(each.label, each.on, each.who) for each in line.gaps] == [
        ("where problems are reported", date(2027, 1, 22), "sam")
    ]
    assert line.not_applicable == 1


def test_questions_are_those_of_the_root_card() -> None:
    dialogue = started("ana: @dana, Claims Platform")
    standing = stand(dialogue.review, MONDAY)

    assert the_line(dialogue).questions == root_card(standing, score(standing)).questions


# --- one answer to read ----------------------------------------------------------------------------------------------


def checked(*reviews: Review, now: datetime = MONDAY, person: str = "ana") -> list[tuple[str, str]]:
    card, review = digest_card([stand(each, now) for each in reviews], person, now, None)
    shown = [(line.project, line.spot_check_label) for line in card.lines if line.spot_check]
    assert [project for project, _ in shown] == ([review] if review else [])
    return shown


def by_tom(*but: str) -> list[str]:
    return answering(*but, by=lambda key: "ana" if key == "approve.approver" else "tom")


def test_who_approves_is_shown_one_complete_answer_of_somebody_else_another_one_each_week() -> None:
    one, two = (placed(started(*by_tom("approve.approver"), APPROVING), name) for name in ("One", "Two"))
    weeks = [checked(one, two, now=MONDAY + n * WEEK) for n in range(12)]

    assert all(len(shown) == 1 for shown in weeks)
    assert checked(two, one) == weeks[0] == checked(one, two, now=MONDAY + timedelta(days=6))
    assert len({shown[0] for shown in weeks}) > 6
    assert {shown[0][0] for shown in weeks} == {"One", "Two"}


def test_nobody_else_is_shown_one_nor_one_of_their_own_nor_what_was_erased() -> None:
    dialogue = started(*by_tom("approve.approver"), "ana: approver: @priya")
    assert checked(placed(dialogue)) == []
    own = placed(started(*answering("approve.approver"), APPROVING))
    assert checked(own) == []
    review = placed(started(*by_tom("approve.approver"), APPROVING))
    erased = replace(review, acts=tuple(replace(act, said=None) for act in review.acts))
    assert checked(erased) == []
    card, quoted = digest_card([stand(review, MONDAY)], "ana", MONDAY, None, asked_for=True)
    assert (quoted, [line.spot_check for line in card.lines]) == (None, [None])


def test_the_quote_is_of_the_act_that_answers() -> None:
    review = placed(started("tom: runbook: https://wiki.acme.io/copilot/runbook", APPROVING))
    (line,) = the_digest(review).lines

    assert line.spot_check is not None
    assert (line.spot_check.acts, line.spot_check.by, line.spot_check_label) == ((1,), "tom", "runbook")


# --- when it comes ---------------------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")
WORKWEEK = Calendar(zone=BERLIN, begins=time(9, 30), ends=time(16, 30), days=frozenset(range(5)))
START = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday, after half past nine in Berlin


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("said", "calendar", "day", "at"),
    [
        ({}, {}, "2026-11-30", "2026-11-30T09:30"),
        ({"digest_day": 2, "digest_at": time(14)}, {}, "2026-11-25", "2026-11-25T14:00"),
        ({"digest_at": time(14)}, {}, "2026-11-23", "2026-11-23T14:00"),
        ({}, {"holidays": {date(2026, 11, 30)}}, "2026-11-30", "2026-12-01T09:30"),
        ({"digest_at": time(14)}, {"holidays": {date(2026, 11, 23)}}, "2026-11-23", "2026-11-24T14:00"),
        ({}, {"away_until": date(2026, 12, 3)}, "2026-11-30", "2026-12-03T09:30"),
        ({}, {"days": frozenset({3})}, "2026-11-30", "2026-12-03T09:30"),
        ({}, {"begins": time(11)}, "2026-11-30", "2026-11-30T11:00"),
        ({"digest_at": time(18)}, {"days": frozenset({0, 4})}, "2026-11-23", "2026-11-27T09:30"),
    ],
)
def test_it_comes_on_its_day_or_the_next_one_that_is_worked(
    said: dict[str, object], calendar: dict[str, object], day: str, at: str
) -> None:
    occasion = digest_moment(replace(WORKWEEK, **calendar), replace(Preferences(), **said), None, START)  # type: ignore[arg-type]  # each one's own, by name

    assert occasion == Occasion(day=date.fromisoformat(day), at=local(at))


@pytest.mark.parametrize(
    ("done_until", "new_since", "day"),
    [
        (None, "2026-11-30T09:29", "2026-11-30"),
        (None, "2026-11-30T09:30", "2026-12-07"),
        ("2026-11-30T09:30", "2026-11-01T12:00", "2026-12-07"),
        ("2026-11-16T09:31", "2026-11-01T12:00", "2026-11-23"),  # missed since: it is the first one
        ("2026-12-02T10:00", "2026-11-01T12:00", "2026-12-07"),  # the one of Monday was put off
        ("2025-01-06T09:30", "2026-11-24T12:00", "2026-11-30"),  # they owned nothing for long
        ("2026-11-30T09:00", "2026-11-01T12:00", "2026-12-07"),  # its time was moved within the day
    ],
)
def test_it_is_the_first_one_that_is_not_done(done_until: str | None, new_since: str, day: str) -> None:
    done = local(done_until) if done_until else None

    assert digest_moment(WORKWEEK, Preferences(), done, local(new_since)).day == date.fromisoformat(day)


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "Asia/Kathmandu")
calendars = st.builds(
    lambda zone, begins, hours, days, holidays, away: Calendar(
        zone=ZoneInfo(zone),
        begins=time(begins, 30),
        ends=time(min(begins + hours, 23), 45),
        days=days,
        holidays=frozenset(date(2026, 1, 1) + timedelta(days=day) for day in holidays),
        away_until=away,
    ),
    st.sampled_from(ZONES),
    st.integers(0, 22),
    st.integers(1, 12),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.integers(0, 400), max_size=20),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 6, 1)),
)
wishes = st.builds(
    lambda day, hour, minute: Preferences(digest_day=day, digest_at=time(hour, minute)),
    st.integers(0, 6),
    st.integers(0, 23),
    st.integers(0, 59),
)
moments = st.integers(0, 90 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(calendars, wishes, moments)
def test_a_year_of_digests_is_weekly_within_hours_and_never_doubled(
    calendar: Calendar, said: Preferences, start: datetime
) -> None:
    done: datetime | None = None
    occasions: list[Occasion] = []
    for _ in range(52):
        occasions.append(digest_moment(calendar, said, done, start))
        done = occasions[-1].at

    first = calendar.day_of(start)
    for occasion, following in zip([None, *occasions], occasions, strict=False):
        since = occasion.at if occasion else start
        due = datetime.combine(following.day, said.digest_at, calendar.zone).astimezone(UTC)
        assert calendar.is_open(following.at)
        assert following.at >= due > since
        assert following.day.weekday() == said.digest_day
        assert (following.day - first).days <= 7  # none is left out that was not put off into the next one
        assert calendar.works_on(following.day) <= (calendar.day_of(following.at) <= calendar.after(following.day, 1))
        first = max(following.day, calendar.day_of(following.at))


@given(calendars, wishes, moments, st.integers(0, 60))
def test_several_that_were_missed_are_one(calendar: Calendar, said: Preferences, start: datetime, late: int) -> None:
    missed = digest_moment(calendar, said, None, start)
    sent = missed.at + timedelta(days=late)

    assert digest_moment(calendar, said, sent, start).at > sent
    assert (digest_moment(calendar, said, sent, start).day - calendar.day_of(sent)).days in range(1, 8)
