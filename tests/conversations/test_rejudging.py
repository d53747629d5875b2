from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from conversations.language.rules import Rules
from conversations.packs import Condition, Overlay
from conversations.rejudging import Rejudged, rejudged, rejudged_document
from conversations.review import ActKind, Review
from conversations.verdicts import Verdict
from tests.builders import AT, a_review, complete, described, pack, vague
from tests.dialogue import Dialogue, a_dialogue, engine

STEPS = "rollback.steps"
RULES = engine().rules
STRICTER = replace(RULES, reason_words=99)  # no reason is long enough
SHORTER = replace(RULES, defer_horizon_days=1)
N_A = "n/a because it runs in a nightly batch without any users"


def again(dialogue: Dialogue, rules: Rules = RULES) -> Rejudged:
    return rejudged(dialogue.review, rules, dialogue.now)


def differing(found: Rejudged) -> list[tuple[str | None, str | None, str | None]]:
    return [(each.then.item, each.then.verdict, each.now.verdict) for each in found.differences]


def kinds(found: Rejudged) -> list[tuple[ActKind, ActKind]]:
    return [(each.then.kind, each.now.kind) for each in found.differences]


def test_what_does_not_apply_any_more_is_an_answer_that_lacks_something() -> None:
    dialogue = a_dialogue().hears("ana: @dana", f"tom: {N_A}", "ana: https://wiki.acme.io/runbook")
    found = again(dialogue, STRICTER)
    assert differing(found) == [("run.ops_team", Verdict.NOT_APPLICABLE, Verdict.VAGUE)]
    assert kinds(found) == [(ActKind.WAIVED, ActKind.ANSWERED)]
    assert (found.answers, found.left_out) == (3, 0)
    assert found.then.items["run.ops_team"].waiver
    assert not found.now.items["run.ops_team"].waiver


def test_a_review_stays_as_it_was() -> None:
    dialogue = a_dialogue().hears("ana: @dana", f"tom: {N_A}")
    assert again(dialogue, STRICTER).then.review is dialogue.review


def test_a_promise_is_measured_by_the_horizon_from_when_it_was_made() -> None:
    dialogue = a_dialogue().hears("ana: fallback: by Friday @tom").waits(days=40)
    found = again(dialogue, SHORTER)
    assert differing(found) == [("fail.fallback", Verdict.DEFERRED, Verdict.MISSING)]
    (difference,) = found.differences
    assert (difference.then.known_gap, difference.now.known_gap) == (False, True)
    assert difference.now.at == dialogue.now - timedelta(days=40)


def test_a_joined_answer_is_joined_again() -> None:
    dialogue = a_dialogue().hears("ana: steps: git revert in the copilot repository", "tom: 10 minutes, by the on-call")
    second = dialogue.review.acts[-1]
    assert second.target == 1
    assert again(dialogue).differences == ()
    unjoined = [replace(act, said="n/a") if act.n == 1 else act for act in dialogue.review.acts]
    found = rejudged(replace(dialogue.review, acts=tuple(unjoined)), RULES, dialogue.now)
    assert {each.then.n for each in found.differences} == {1, 2}


def test_a_side_of_a_conflict_stays_one() -> None:
    dialogue = a_dialogue().hears("ana: runbook: https://wiki.acme.io/a/b", "tom: runbook: https://wiki.acme.io/c/d")
    assert dialogue.review.acts[-1].kind is ActKind.RIVALLED
    assert again(dialogue).differences == ()
    waived = a_dialogue().hears("ana: ops_team: Claims Ops, weekly call since 6 October 2026", f"tom: ops_team: {N_A}")
    assert kinds(again(waived, STRICTER)) == [(ActKind.WAIVED, ActKind.ANSWERED)]


def test_a_version_that_was_judged_anew_is_judged_as_its_author_s() -> None:
    dialogue = a_dialogue().hears("ana: steps: git revert in the copilot repository", "tom: 10 minutes, by the on-call")
    dialogue.waits(days=1).hears("ana: undo")
    newest = dialogue.review.acts[-1]
    assert (newest.by, newest.revises) == ("tom", 2)
    found = again(dialogue)
    assert (found.answers, found.differences) == (1, ())


def test_an_answer_whose_words_are_gone_is_counted_and_left_out() -> None:
    review = a_review(complete("run.runbook", said=None), complete(STEPS, said="Turn the flag off, 10 minutes"))
    found = rejudged(review, RULES, AT)
    assert (found.answers, found.left_out) == (1, 1)
    nothing_left = rejudged(a_review(complete(STEPS, said=None)), STRICTER, AT)
    assert (nothing_left.answers, nothing_left.left_out, nothing_left.differences) == (0, 1, ())


def test_an_answer_to_what_only_joined_later_is_not_judged() -> None:
    # A later pack may ask for it under a condition that did not hold when it was answered.
    steps = pack().by_key[STEPS]
    overlay = Overlay(
        key="agent",
        version="0.1.0",
        when=Condition(field="ai_kind", values=("agent",)),
        critical_from={},
        items=(replace(steps, key="agent.steps"),),
    )
    joined = replace(pack(), overlays=(overlay,))
    answer = replace(vague(STEPS, said="git revert"), item="agent.steps", verdict=Verdict.COMPLETE)
    review: Review = a_review(answer, described(ai_kind="agent"), pack=joined)
    found = rejudged(review, RULES, AT)
    assert (found.answers, found.differences) == (1, ())


def test_days_are_those_of_the_zone() -> None:
    late = AT.replace(hour=23)
    review = a_review(complete("rollback.tested_on", said="today", at=late, day=date(2026, 11, 24)))
    berlin = ZoneInfo("Europe/Berlin")
    assert rejudged(review, RULES, late.astimezone(berlin)).differences == ()
    (difference,) = rejudged(review, RULES, late).differences
    assert difference.now.day == date(2026, 11, 23)


def test_the_document_says_what_differs_and_what_would_be() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: fallback: by Friday @tom")
    document = rejudged_document(again(dialogue, SHORTER), name=lambda who: f"@{who}")
    assert document["project"] == "Claims Copilot"
    assert (document["answers"], document["left_out"]) == (2, 0)
    (difference,) = document["differences"]
    assert (difference["item"], difference["label"]) == ("fail.fallback", "Failure: what users do instead")
    assert (difference["act"], difference["author"]) == (2, "@ana")
    assert difference["answered_at"] == "2026-11-23T09:00:00+00:00"
    assert (difference["then"]["verdict"], difference["then"]["day"]) == ("deferred", "2026-11-27")
    assert (difference["now"]["verdict"], difference["now"]["known_gap"]) == ("missing", True)
    assert document["readiness"]["now"] < document["readiness"]["then"]
    assert document["blockers"]["then"] == document["blockers"]["now"]


def test_a_judgement_in_the_document_holds_what_was_compared_and_nothing_else() -> None:
    dialogue = a_dialogue().hears("ana: fallback: by Friday @tom")
    (difference,) = rejudged_document(again(dialogue, SHORTER), name=lambda who: f"@{who}")["differences"]
    assert difference["now"] == {
        "kind": "answered",
        "verdict": "missing",
        "missing": difference["now"]["missing"],
        "known_gap": True,
        "day": "2026-11-27",
        "person": None,
        "rota": False,
        "option": None,
    }
    assert isinstance(difference["now"]["missing"], list)
