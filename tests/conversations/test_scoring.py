from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from conversations.packs import ItemType, Pack, Question
from conversations.review import Act, ActKind, State
from conversations.scoring import Score, credit, score, seconds_for
from conversations.standing import stand
from tests.builders import (
    AT,
    a_review,
    act,
    all_complete,
    complete,
    confirmed,
    deferred,
    described,
    missing,
    pack,
    vague,
    waived,
)
from tests.dialogue import a_dialogue

CORE, FULL = pack("core"), pack("full")
NAMED = tuple(item.key for item in CORE.items if item.confirm_by_named_person)
TYPED = tuple(item.key for item in CORE.items if item.type in (ItemType.TEXT, ItemType.METRIC))
HALF = {  # of three parts there is no half: two questions share it out, and rollback.steps has the third below it
    "fail.modes": ["detection"],
    "fail.fallback": ["action"],
    "run.ops_team": ["team"],
    "success.target": ["metric_name", "unit"],
    "success.baseline": ["number"],
    "success.review": ["owner", "cadence"],
    "rollback.trigger": ["signal"],
    "rollback.steps": ["action"],
    "approve.criteria": ["criterion"],
    "train.audience": ["group"],
    "train.plan": ["format"],
}
EVERY_SECOND = tuple(item.key for question in CORE.questions for item in question.items[1::2])
LATER = date(2026, 12, 4)


def scored(*acts: Act | Iterable[Act], of: Pack = CORE, at: datetime = AT) -> Score:
    return score(stand(a_review(*acts, pack=of), at))


def core_but(*keys: str) -> list[Act]:
    return all_complete(CORE, but=keys)


def only(key: str, *acts: Act, at: datetime = AT) -> Score:
    """Everything else is in order, and fresh at that moment."""
    return scored((replace(a, at=at) for a in core_but(key)), acts, at=at)


def earned(key: str, *acts: Act, of: Pack = CORE, at: datetime = AT) -> float | None:
    standing = stand(a_review(*acts, pack=of), at)
    return credit(standing, standing.items[key])


def stale(days: int = 15) -> list[Act]:
    """Everything answered and confirmed so long ago that its review was due this many days ago."""
    back = {item.key: AT - timedelta(days=item.review_days + days) for item in CORE.items}
    return [replace(a, at=back[a.item or ""]) for a in core_but()]


# --- the table of domain.md §7.2: progress, weakest, readiness, blockers, falls next at ----------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    acts: list[Act]
    of: Pack = CORE
    mean: int
    weakest: int
    readiness: int
    blockers: int
    falls: str | None


ROWS = {
    "A all complete, confirmed": Row(acts=core_but(), mean=100, weakest=100, readiness=100, blockers=0, falls=None),
    "B rollback question empty, rest complete": Row(
        acts=core_but("rollback.trigger", "rollback.steps", "rollback.decider", "rollback.tested_on"),
        mean=83,
        weakest=0,
        readiness=25,
        blockers=2,
        falls="F3",
    ),
    "C only the approver missing": Row(
        acts=core_but("approve.approver"), mean=91, weakest=50, readiness=59, blockers=1, falls="F3"
    ),
    "D training one quarter done, rest complete": Row(
        acts=core_but("train.plan", "train.lead", "train.help_channel"),
        mean=88,
        weakest=28,
        readiness=53,
        blockers=0,
        falls="F4",
    ),
    "E every text and metric with half the parts, rest complete": Row(
        acts=[*core_but(*TYPED), *(vague(key, *HALF[key]) for key in TYPED)],
        mean=57,
        weakest=25,
        readiness=50,
        blockers=3,
        falls="F2",
    ),
    "F all names given, none confirmed": Row(
        acts=[a for a in core_but() if a.kind is not ActKind.CONFIRMED],
        mean=94,
        weakest=90,
        readiness=59,
        blockers=3,
        falls="F3",
    ),
    "G everything TBD": Row(
        acts=[missing(item.key) for item in CORE.items], mean=0, weakest=0, readiness=0, blockers=6, falls="F2"
    ),
    "H every item deferred with a date": Row(
        acts=[deferred(item.key, LATER) for item in CORE.items],
        mean=25,
        weakest=25,
        readiness=25,
        blockers=6,
        falls="F2",
    ),
    "I all complete but stale": Row(acts=stale(), mean=50, weakest=50, readiness=50, blockers=6, falls="F2"),
    "J half of each question N/A, not accepted": Row(
        acts=[*core_but(*EVERY_SECOND), *(waived(key) for key in EVERY_SECOND)],
        mean=58,
        weakest=44,
        readiness=58,
        blockers=2,
        falls="F3",
    ),
    "K full pack complete, security review in review": Row(
        of=FULL,
        acts=[*all_complete(FULL, but=["secure.review_status"]), complete("secure.review_status", option="in_review")],
        mean=98,
        weakest=77,
        readiness=59,
        blockers=1,
        falls="F3",
    ),
    "L full pack: core complete, nothing else": Row(
        of=FULL, acts=core_but(), mean=50, weakest=0, readiness=25, blockers=2, falls="F2"
    ),
    "M full pack complete, adoption question empty": Row(
        of=FULL,
        acts=all_complete(FULL, but=["adopt.adoption_target", "adopt.value_case"]),
        mean=91,
        weakest=0,
        readiness=25,
        blockers=0,
        falls="F4",
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_scenarios_of_the_formula_score_as_they_should(row: Row) -> None:
    points = scored(row.acts, of=row.of)
    assert points.weakest is not None
    assert (
        Row(
            acts=row.acts,
            of=row.of,
            mean=points.progress,
            weakest=points.questions[points.weakest],
            readiness=points.readiness,
            blockers=len(points.blockers),
            falls=points.next_gap.failure_point if points.next_gap else None,
        )
        == row
    )
    assert points.checks == ()


# --- credits -------------------------------------------------------------------------------------------------------

OWNER, STEPS, LINK = "run.service_owner", "rollback.steps", "run.runbook"
REVIEW, OPTIONAL = "secure.review_status", "observe.dashboard"


@pytest.mark.parametrize(
    ("key", "acts", "worth"),
    [
        (STEPS, [complete(STEPS)], 1.0),
        (OWNER, [complete(OWNER)], 0.8),
        (OWNER, [complete(OWNER), confirmed(OWNER)], 1.0),
        (OWNER, [complete(OWNER, by="service_owner")], 1.0),
        (STEPS, [complete(STEPS), act(ActKind.RIVALLED, STEPS, by="tom", said="another")], 0.5),
        (STEPS, [deferred(STEPS, LATER)], 0.25),
        (STEPS, [vague(STEPS, "action")], 0.5 / 3),
        (STEPS, [vague(STEPS, "action"), act(ActKind.KEPT, STEPS)], 0.5 / 3),
        (STEPS, [vague(STEPS, "action", "mechanism", "duration")], 0.5),
        (LINK, [vague(LINK, "url")], 0.0),
        (STEPS, [missing(STEPS)], 0.0),
        (STEPS, [missing(STEPS, known_gap=True, day=date(2027, 2, 1))], 0.0),
        (STEPS, [waived(STEPS)], 0.0),
        (STEPS, [waived(STEPS), act(ActKind.ACCEPTED, STEPS, by="tom")], None),
        (REVIEW, [complete(REVIEW, option="approved")], 1.0),
        (REVIEW, [complete(REVIEW, option="approved_with_conditions")], 0.8),
        (REVIEW, [complete(REVIEW, option="in_review")], 0.4),
        (REVIEW, [complete(REVIEW, option="not_started")], 0.0),
        (OPTIONAL, [], None),
        (OPTIONAL, [missing(OPTIONAL, known_gap=True)], None),
        (OPTIONAL, [waived(OPTIONAL)], None),
        (OPTIONAL, [complete(OPTIONAL)], 1.0),
        (OPTIONAL, [vague(OPTIONAL)], 0.0),
    ],
)
def test_an_answer_is_worth_what_its_state_says(key: str, acts: list[Act], worth: float | None) -> None:
    assert earned(key, *acts, of=FULL) == worth


@pytest.mark.parametrize(
    ("days", "worth"), [(180, 1.0), (181, 0.5), (360, 0.5), (361, 0.0)], ids=["fresh", "due", "last day", "over"]
)
def test_a_stale_answer_is_worth_half_for_one_more_period(days: int, worth: float) -> None:
    assert earned(STEPS, complete(STEPS), at=AT + timedelta(days=days)) == worth


def test_a_stale_choice_is_worth_half_of_its_option() -> None:
    assert earned(REVIEW, complete(REVIEW, option="in_review"), of=FULL, at=AT + timedelta(days=181)) == 0.2


def test_a_promise_counts_until_the_working_day_after_its_day() -> None:
    friday = LATER
    assert earned(STEPS, deferred(STEPS, friday), at=datetime(2026, 12, 7, 23, 59, tzinfo=AT.tzinfo)) == 0.25
    assert earned(STEPS, deferred(STEPS, friday), at=datetime(2026, 12, 8, tzinfo=AT.tzinfo)) == 0.0


def test_the_credits_are_data_of_the_pack() -> None:
    own = replace(CORE, scoring=replace(CORE.scoring, unconfirmed_credit=0.6))
    assert earned(OWNER, complete(OWNER), of=own) == 0.6


# --- blockers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "reason"),
    [
        ([], "not answered"),
        ([missing(STEPS)], "not answered"),
        ([missing(STEPS, known_gap=True)], "known gap"),
        ([vague(STEPS, "action")], "parts missing"),
        ([deferred(STEPS, LATER)], "promised"),
        ([complete(STEPS), act(ActKind.RIVALLED, STEPS, by="tom", said="another")], "two answers"),
        ([waived(STEPS)], "waiting for acceptance"),
    ],
)
def test_a_critical_item_blocks_and_says_why(acts: list[Act], reason: str) -> None:
    points = only(STEPS, *acts)
    assert [(b.item, b.reason, b.who) for b in points.blockers] == [(STEPS, reason, "ana")]


def test_an_agreed_not_applicable_does_not_block() -> None:
    assert only(STEPS, waived(STEPS), act(ActKind.ACCEPTED, STEPS, by="approver")).blockers == ()


def test_who_answers_for_a_blocker_is_the_person_named_then_the_assignee_then_the_owner() -> None:
    asked = act(ActKind.DELEGATED, OWNER, person="sam")
    handed_over = act(ActKind.HANDED_OVER, person="eve")
    cases = [[handed_over], [handed_over, asked], [asked, complete(OWNER)]]
    blockers = [only(OWNER, *acts).blockers for acts in cases]
    assert [[(b.reason, b.who) for b in found] for found in blockers] == [
        [("not answered", "eve")],
        [("not answered", "sam")],
        [("not confirmed", "service_owner")],
    ]


def test_nobody_is_waited_for_who_is_not_known_here() -> None:
    (blocker,) = only(OWNER, complete(OWNER, person="Dana from Claims", stranger=True)).blockers
    assert (blocker.reason, blocker.who) == ("not confirmed", "ana")


@pytest.mark.parametrize(("days", "reasons"), [(14, []), (15, ["due for review"])])
def test_a_stale_critical_item_blocks_after_its_grace(days: int, reasons: list[str]) -> None:
    due = AT + timedelta(days=180 + days)
    assert [b.reason for b in only(STEPS, complete(STEPS), at=due).blockers] == reasons


@pytest.mark.parametrize(
    ("option", "days", "reasons"),
    [
        ("approved_with_conditions", 0, []),
        ("in_review", 0, ["does not clear"]),
        ("in_review", 185, ["does not clear"]),
        ("approved", 185, []),
    ],
)
def test_only_some_options_clear(option: str, days: int, reasons: list[str]) -> None:
    now = AT + timedelta(days=days)
    rest = [replace(a, at=now) for a in all_complete(FULL, but=[REVIEW])]
    points = scored(rest, complete(REVIEW, option=option), of=FULL, at=now)
    assert [b.reason for b in points.blockers if b.item == REVIEW] == reasons


def test_what_is_critical_depends_on_the_project() -> None:
    rest = all_complete(FULL, but=["observe.output_review"])
    assert scored(rest, of=FULL).blockers == ()
    points = scored(rest, described(exposure="decisions_about_people"), of=FULL)
    assert [b.item for b in points.blockers] == ["observe.output_review"]


def test_a_failed_check_that_blocks_is_a_blocker_with_its_sentence() -> None:
    points = only("approve.approver", complete("approve.approver", person="service_owner", by="service_owner"))
    (blocker,) = points.blockers
    (check,) = points.checks
    assert (blocker.item, check.id, blocker.reason) == ("approve.approver", "C1", check.says)
    assert (blocker.who, points.readiness) == ("service_owner", 59)


# --- readiness, bands, counts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("readiness", "band"),
    [(0, "early"), (39, "early"), (40, "building"), (59, "building"), (60, "limited_rollout"), (79, "limited_rollout")],
)
def test_a_band_begins_at_its_lowest_readiness(readiness: int, band: str) -> None:
    capped = replace(CORE, scoring=replace(CORE.scoring, blocked_ceiling=readiness))
    points = scored(core_but("approve.approver"), of=capped)
    assert (points.readiness, points.band) == (min(readiness, 75), band)


def test_everything_in_order_is_ready_for_a_decision() -> None:
    assert scored(core_but()).band == "ready_for_decision"


def test_scores_are_floored_and_never_lost_to_arithmetic() -> None:
    points = scored(core_but("train.help_channel"))
    assert (points.questions["train"], points.progress) == (85, 97)
    named = ["run.service_owner", "fail.first_responder", "rollback.decider", "approve.approver", "train.lead"]
    of = Question(key="all", title="All", short="All", items=tuple(CORE.by_key[key] for key in named))
    unconfirmed = scored((complete(key) for key in named), of=replace(CORE, questions=(of,)))
    assert (unconfirmed.questions["all"], unconfirmed.progress) == (80, 80)


def test_a_question_weighs_in_the_mean_as_its_pack_says() -> None:
    heavy = tuple(replace(q, weight=3 if q.key == "rollback" else 1) for q in CORE.questions)
    acts = core_but("rollback.trigger", "rollback.steps", "rollback.decider", "rollback.tested_on")
    assert scored(acts, of=replace(CORE, questions=heavy)).progress == 62  # 5 of 8


def test_a_question_that_does_not_apply_leaves_the_mean_and_shows_as_done() -> None:
    keys = [item.key for item in CORE.questions[-1].items]
    agreed = [a for key in keys for a in (waived(key), act(ActKind.ACCEPTED, key, by="tom"))]
    points = scored(core_but(*keys, "fail.modes"), agreed)
    assert (points.questions["train"], points.weakest, points.progress) == (100, "fail", 94)  # (4 + 5/7) of 5


def test_a_pack_in_which_nothing_counts_holds_nothing_back() -> None:
    optional = Question(key="o", title="O", short="O", items=(FULL.by_key[OPTIONAL],))
    points = scored(of=replace(FULL, questions=(optional,)))
    assert (points.readiness, points.progress, points.weakest) == (100, 100, None)


def test_every_item_is_answered_promised_or_open() -> None:
    points = scored(
        complete("run.service_owner"),
        complete(STEPS),
        act(ActKind.RIVALLED, STEPS, by="tom", said="another"),
        [waived("train.audience"), act(ActKind.ACCEPTED, "train.audience", by="tom")],
        deferred(LINK, LATER),
        vague("fail.modes", "detection"),
        missing("run.support_route", known_gap=True),
        waived("train.plan"),
    )
    assert (points.answered, points.open, points.total) == (3, 17, 21)


# --- what comes next -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "falls"), [("idea", "F1"), ("pilot", "F2"), ("scaling", "F3"), ("production", "F4"), ("adopted", "F5")]
)
def test_the_next_gap_is_looked_for_from_the_stage_on(stage: str, falls: str) -> None:
    gap = scored(described(stage=stage)).next_gap
    assert gap is not None
    assert gap.failure_point == falls


def test_the_next_gap_names_the_two_that_take_the_least_time() -> None:
    assert only("rollback.tested_on").next_gap is None  # one of many at F3 may be open: the gate is passed
    keys = ("rollback.trigger", "rollback.steps", "rollback.decider", "rollback.tested_on")
    gap = scored(core_but(*keys)).next_gap
    assert gap is not None
    assert (gap.failure_point, gap.items) == ("F3", ("rollback.tested_on", "rollback.decider"))


def test_a_blocker_is_a_gap_though_the_gate_is_passed() -> None:
    gap = only(STEPS).next_gap
    assert gap is not None
    assert (gap.failure_point, gap.items) == ("F3", (STEPS,))


def test_a_check_that_blocks_is_a_gap_at_the_answers_it_is_about() -> None:
    gap = only("approve.approver", complete("approve.approver", person="service_owner", by="service_owner")).next_gap
    assert gap is not None
    assert (gap.failure_point, gap.items) == ("F3", ("run.service_owner", "approve.approver"))


def test_an_agreed_not_applicable_cannot_lift_a_gap() -> None:
    keys = ("run.support_route", "fail.modes", "train.audience")
    agreed = [waived(keys[0]), act(ActKind.ACCEPTED, keys[0], by="tom")]
    gap = scored(core_but(*keys), agreed).next_gap
    assert gap is not None
    assert (gap.failure_point, gap.items) == ("F2", ("fail.modes", "train.audience"))


def test_every_type_of_answer_takes_some_time_and_the_packs_as_long_as_they_say() -> None:
    assert all(seconds_for(kind) > 0 for kind in ItemType)
    minutes = [sum(seconds_for(item.type) for item in each.items) / 60 for each in (CORE, FULL)]
    assert [round(m, 1) for m in minutes] == [12.3, 22.2]


def test_who_never_said_yes_and_has_left_blocks_at_once() -> None:
    named = a_dialogue().hears("ana: @dana").leaves("dana").state("run.service_owner", State.STALE)
    said_yes = a_dialogue().hears("ana: @dana", "dana: yes").leaves("dana").state("run.service_owner", State.STALE)
    reasons = [
        [blocker.reason for blocker in score(each.standing).blockers if blocker.item == "run.service_owner"]
        for each in (named, said_yes)
    ]
    assert reasons == [["not confirmed"], []]
