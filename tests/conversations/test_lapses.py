"""When a review wants to be looked at: at each such moment it stands otherwise, and one second before it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest

from conversations.checks import failed_checks
from conversations.engine import lapse
from conversations.lapses import due_at, holds
from conversations.review import Review, State
from conversations.scoring import credit, score
from conversations.standing import Standing, stand
from tests.dialogue import CORE, Dialogue, a_dialogue, answering

Seen: TypeAlias = Callable[[Standing], object]  # what it is about, where a review stands
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def day(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@cache
def full() -> Dialogue:
    dialogue = a_dialogue("full")
    return dialogue.hears(*(f"ana: {key}: {item.example}" for key, item in dialogue.standing.pack.by_key.items()))


@cache
def overlaid(eu_class: str) -> Dialogue:
    return (
        full()
        .twin()
        .hears("ana: observe.logs: Prompt and answer; kept 3 months")
        .submits("ana", "about", {"eu_class": eu_class})
    )


def severity(check: str) -> Seen:
    return lambda standing: [each.severity for each in failed_checks(standing) if each.id == check]


def state(item: str) -> Seen:
    return lambda standing: standing.items[item].state


def worth(item: str) -> Seen:
    return lambda standing: credit(standing, standing.items[item])


def blocks(item: str) -> Seen:
    return lambda standing: item in [blocker.item for blocker in score(standing).blockers]


def phase(standing: Standing) -> object:
    return standing.phase


MOMENTS: dict[str, tuple[Callable[[], Dialogue], str, Seen]] = {
    "a pause ends": (lambda: a_dialogue().hears("ana: pause until 2026-12-04"), "2026-12-04", phase),
    "a promised day has passed": (  # a Friday; the Monday after it is the day of grace
        lambda: a_dialogue().hears("ana: runbook: @tom writes it by 2026-12-04"),
        "2026-12-08",
        state("run.runbook"),
    ),
    "a day that was put off to has passed": (
        lambda: a_dialogue().hears("ana: edit runbook", "ana: later 2026-12-02"),
        "2026-12-04",
        state("run.runbook"),
    ),
    "the day of the decision is gone": (
        lambda: a_dialogue().hears("ana: date 2026-12-04"),
        "2026-12-05",
        lambda standing: standing.now.date() > (standing.decision_on or standing.now.date()),
    ),
    "the decision is near and the security review has not begun": (
        lambda: full().twin().hears("ana: secure.review_status: not started", "ana: date 2026-12-21"),
        "2026-12-07",
        severity("C10"),
    ),
    "the duties of Annex III begin": (
        lambda: overlaid("high_risk_annex_iii"),
        "2027-12-02",
        severity("C8"),
    ),
    "the duties of Annex I begin": (lambda: overlaid("high_risk_annex_i"), "2028-08-02", severity("C8")),
    "an item becomes critical": (
        lambda: overlaid("high_risk_annex_iii"),
        "2027-12-02",
        lambda standing: [key for key, item in standing.items.items() if standing.is_critical(item.item)],
    ),
    "the rehearsal is long ago": (
        lambda: a_dialogue().hears(*answering("rollback.tested_on"), "ana: 2026-11-20"),
        "2027-05-20",
        severity("C3"),
    ),
    "an answer is due for review": (
        lambda: a_dialogue().hears("ana: service owner: me"),
        "2027-02-21T09:00:01",
        state("run.service_owner"),
    ),
    "a critical one blocks": (
        lambda: a_dialogue().hears("ana: service owner: me"),
        "2027-03-07T09:00:01",
        blocks("run.service_owner"),
    ),
    "it counts for nothing": (
        lambda: a_dialogue().hears("ana: service owner: me"),
        "2027-05-22T09:00:01",
        worth("run.service_owner"),
    ),
    "who was named has left, and it blocks": (
        lambda: a_dialogue().hears("ana: service owner: @dana", "dana: yes").leaves("dana"),
        "2026-12-07T09:00:01",
        blocks("run.service_owner"),
    ),
    "who was away is back": (
        lambda: a_dialogue().hears("ana: @dana", "ana: date 2026-12-15").goes_away("dana", "2026-12-20"),
        "2026-12-20",
        state("run.service_owner"),
    ),
}


@cache
def before(name: str) -> Dialogue:
    return MOMENTS[name][0]()


@pytest.mark.parametrize("name", MOMENTS)
def test_a_lapse_at_its_moment_changes_what_it_is_about_and_a_second_before_nothing(name: str) -> None:
    dialogue, moment, seen = before(name), day(MOMENTS[name][1]), MOMENTS[name][2]
    earlier = lapse(dialogue.review, moment - 2 * SECOND).review
    assert earlier is not None

    early = lapse(earlier, moment - SECOND)
    assert (early.review, early.effects) == (earlier, ())
    late = lapse(earlier, moment)
    assert late.review is not None
    assert late.effects
    assert seen(stand(late.review, moment)) != seen(stand(earlier, moment - SECOND))


@pytest.mark.parametrize("name", MOMENTS)
def test_where_a_review_stood_holds_until_such_a_moment_and_on_that_day_only(name: str) -> None:
    dialogue, moment = before(name), day(MOMENTS[name][1])
    morning = moment.replace(hour=0, minute=0, second=0)
    stood = stand(dialogue.review, morning)
    assert holds(stood, morning)
    assert holds(stood, morning + 23 * HOUR) == (moment == morning)
    assert moment == morning or (holds(stood, moment - SECOND) and not holds(stood, moment))
    assert not holds(stood, morning + 24 * HOUR)
    assert not holds(stood, morning - SECOND)
    assert not holds(stood, morning.astimezone(ZoneInfo("UTC")))


def test_where_a_closed_review_stood_is_looked_at_anew() -> None:
    closed = before("a pause ends").twin().hears("ana: cancel", "ana: cancel")
    assert not holds(closed.standing, closed.now)


@pytest.mark.parametrize("name", MOMENTS)
def test_each_such_moment_is_come_to(name: str) -> None:
    assert day(MOMENTS[name][1]) in walked(before(name), days=700)[0]


def walked(dialogue: Dialogue, days: int) -> tuple[list[datetime], Review]:
    """The moments from due to due, with a lapse at each, and the review after them."""
    review, now, moments = dialogue.review, dialogue.now, list[datetime]()
    until = now + timedelta(days=days)
    while (due := due_at(stand(review, now))) is not None and due <= until:
        assert due > now
        turn = lapse(review, due)
        assert turn.review is not None
        review, now = turn.review, due
        moments.append(due)
        assert len(moments) < 300, moments[-10:]
    return moments, review


LIVES: dict[str, Callable[[], Dialogue]] = {
    "new": a_dialogue,
    "paused": lambda: a_dialogue().hears("ana: pause"),
    "paused for a while": lambda: a_dialogue().hears("ana: pause until 2026-12-04"),
    "answered": lambda: a_dialogue().hears(*answering()),
    "full": full,
    "put off": lambda: a_dialogue().hears("ana: later 2026-12-04", "ana: later 2026-12-10", "ana: date 2026-12-07"),
    "without an owner": lambda: a_dialogue().leaves("ana"),
    "of an owner who left an heir": lambda: a_dialogue().submits("ana", "about", {"lead": "@lena"}).leaves("ana"),
}


@pytest.mark.parametrize("life", LIVES)
def test_walking_from_moment_to_moment_ends(life: str) -> None:
    dialogue = LIVES[life]()
    moments, review = walked(dialogue, days=1_200)

    assert due_at(stand(review, dialogue.now + timedelta(days=1_200))) is None
    assert len(moments) < 4 * len(review.pack.items)


def test_the_day_of_a_law_and_that_of_an_item_are_come_to_each_by_itself() -> None:
    law = a_dialogue("undated").submits("ana", "about", {"eu_class": "high_risk_annex_iii"})
    assert not {each.item.critical_from for each in law.standing.items.values()} - {None}
    assert day("2027-12-02") in walked(law, days=700)[0]

    standing = a_dialogue().standing
    runbook = standing.items["run.runbook"]
    dated = replace(runbook, item=replace(runbook.item, critical_from=date(2026, 11, 24)))
    assert due_at(replace(standing, items={**standing.items, "run.runbook": dated})) == day("2026-11-24")


def test_nothing_is_in_sight_of_a_closed_review_or_one_that_is_paused_without_a_day() -> None:
    assert due_at(a_dialogue().hears("ana: @dana", "ana: done").standing) is None
    assert due_at(a_dialogue().hears("ana: @dana", "ana: cancel", "ana: cancel").standing) is None
    assert due_at(a_dialogue().hears("ana: pause").standing) is None


def test_a_moment_is_the_one_of_the_zone() -> None:
    zone = ZoneInfo("America/New_York")
    review = a_dialogue().hears("ana: pause until 2026-11-25").review
    standing = stand(review, datetime(2026, 11, 23, 4, tzinfo=zone))

    assert due_at(standing) == datetime(2026, 11, 25, tzinfo=zone)


# --- what was put off ----------------------------------------------------------------------------------------------


def test_what_was_put_off_past_a_decision_that_moves_is_a_known_gap_and_comes_back() -> None:
    dialogue = a_dialogue().hears("ana: edit runbook", "ana: later 2026-12-10").state("run.runbook", State.DEFERRED)

    dialogue.hears("ana: date 2026-12-07").state("run.runbook", State.KNOWN_GAP)
    dialogue.hears("ana: date 2026-12-18").state("run.runbook", State.DEFERRED)
    dialogue.sleeps(days=19).state("run.runbook", State.OPEN)


def test_what_was_put_off_beyond_the_horizon_is_a_known_gap_from_the_beginning() -> None:
    a_dialogue().hears("ana: edit runbook", "ana: later 2026-12-23").state("run.runbook", State.DEFERRED)
    dialogue = a_dialogue().hears("ana: edit runbook", "ana: later 2026-12-24").state("run.runbook", State.KNOWN_GAP)

    assert "whisper ana held_until" in dialogue.lines[-1]
    dialogue.waits(days=20).state("run.runbook", State.KNOWN_GAP)


@pytest.mark.parametrize(
    "putting_off", [["edit runbook", "later 2026-12-04"], ["runbook: @tom writes it by 2026-12-04"]]
)
def test_what_was_put_off_is_asked_again_once_the_day_has_passed(putting_off: list[str]) -> None:
    dialogue = a_dialogue().hears(*answering("run.runbook"), *(f"ana: {line}" for line in putting_off)).asked(None)
    dialogue.now = day("2026-12-08")

    dialogue.waits().asked("run.runbook").says("revise question/run", "revise summary", "revise root")
    dialogue.hears(f"ana: {CORE['run.runbook']}").state("run.runbook", State.COMPLETE).asked(None)
