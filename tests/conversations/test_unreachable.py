"""People who cannot be written to: what they were to be asked is asked in the thread, once, and the owner is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from conversations.board import board
from conversations.cards import About, AskHereCard, Became, PlanLine, Tap, UnreachableCard, WhyNot
from conversations.effects import Post, Revise
from conversations.letters import Plan, Told
from conversations.people import Preferences
from conversations.planning import NEVER_LATER
from conversations.reminders import Kind, looks
from conversations.review import ActKind, Review
from conversations.standing import stand
from tests.conversations.test_planning import NINE_THIRTY, OFFICE, TUESDAY, asked, lacking, planned, reviews_of
from tests.dialogue import Dialogue, a_dialogue
from tests.reminding import due

OWNER, DECIDER, STEPS = "run.service_owner", "rollback.decider", "rollback.steps"
ASK_STEPS = f"ask/{STEPS}/dana"
PEOPLE = {"lead": "@lena", "sponsor": "@sol"}


def dana_is_asked() -> Dialogue:
    return a_dialogue().hears("ana: ask @dana steps").written(ASK_STEPS)


def dana_cannot_be_reached() -> Dialogue:
    return dana_is_asked().cannot_be_reached("dana", ASK_STEPS)


def here(dialogue: Dialogue, key: str = "") -> AskHereCard:
    """The newest message in the thread to somebody who cannot be written to, or the one of that key."""
    keys = [each for each in dialogue.review.posted if each.startswith("here/")]
    card = dialogue.card(key or keys[-1])
    assert isinstance(card, AskHereCard)
    return card


def told(dialogue: Dialogue, who: str = "ana") -> UnreachableCard:
    """What somebody is told, or would be, of the newest one who cannot be written to."""
    spell = list(dialogue.standing.unreachable.values())[-1]
    card = dialogue.card(f"reach/{spell.n}/{who}")
    assert isinstance(card, UnreachableCard)
    return card


def tellers(dialogue: Dialogue) -> list[str]:
    return [each.person for each in due(dialogue) if each.key.startswith("reach/")]


# --- in the thread ---------------------------------------------------------------------------------------------------


def test_what_could_not_be_written_is_asked_in_the_thread() -> None:
    dialogue = dana_cannot_be_reached()

    (posted,) = (each for each in dialogue.turn.effects if isinstance(each, Post))
    assert (posted.key.partition("/")[0], posted.to) == ("here", None)
    card = here(dialogue)
    assert (card.to, card.label, card.role, card.became) == ("dana", "steps", "", None)
    assert [way.tap for way in card.ways] == [Tap.ANSWER, Tap.NOT_ME, Tap.LATER, Tap.DOES_NOT_APPLY]
    assert ASK_STEPS not in dialogue.review.posted


def test_told_twice_of_the_same_letter_nothing_is_asked_again() -> None:
    dialogue = dana_cannot_be_reached()
    version = dialogue.review.version

    dialogue.cannot_be_reached("dana", ASK_STEPS).says()

    assert dialogue.review.version == version


def test_the_same_is_asked_once_while_they_stay_unreachable() -> None:
    dialogue = dana_cannot_be_reached().nudges("dana", STEPS)

    dialogue.cannot_be_reached("dana", dialogue.review.posted[-1]).posts()


def test_in_the_thread_two_are_asked_a_week_at_most_and_the_rest_counts_as_never_written() -> None:
    dialogue = a_dialogue()
    items = (STEPS, "rollback.trigger", "run.runbook")
    for item in items:
        dialogue.hears(f"ana: ask @dana {item.rpartition('.')[2]}")
    keys = [f"ask/{item}/dana" for item in items]
    dialogue.written(*keys).cannot_be_reached("dana", *keys)

    assert len([key for key in dialogue.review.posted if key.startswith("here/")]) == 2
    assert [each.item for each in due(dialogue) if each.person == "dana" and each.kind is Kind.ASK] == ["run.runbook"]


def test_who_was_named_is_asked_there_whether_it_is_right() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform").written(f"confirm/{OWNER}/dana")
    dialogue.cannot_be_reached("dana", f"confirm/{OWNER}/dana")

    card = here(dialogue)
    assert (card.to, card.role) == ("dana", "service owner")
    assert [way.tap for way in card.ways] == [Tap.YES, Tap.NO, Tap.SNOOZE, Tap.SNOOZE]
    dialogue.presses("dana", Tap.YES, OWNER)
    assert (here(dialogue).became, here(dialogue).by, here(dialogue).ways) == (Became.KEPT, "dana", ())


def test_an_answer_that_may_be_another_one_by_now_is_asked_for_a_nod() -> None:
    dialogue = a_dialogue().hears("ana: decider: @lee", "lee: yes").nudges("lee", DECIDER, About.REVIEW)
    dialogue.cannot_be_reached("lee", dialogue.review.posted[-1])

    assert here(dialogue).holds
    assert [way.tap for way in here(dialogue).ways][:2] == [Tap.ANSWER, Tap.KEEP]


@pytest.mark.parametrize(
    ("line", "became"),
    [
        ("tom: steps: git revert, users see the old form, 10 minutes", Became.ANSWERED),
        ("ana: ask @tom steps", Became.ASKED),
        ("ana: pause", Became.PAUSED),
        ("ana: done", Became.CLOSED),
    ],
)
def test_in_the_thread_too_it_says_what_became_of_it(line: str, became: Became) -> None:
    dialogue = dana_cannot_be_reached().hears(line)

    assert (here(dialogue).became, here(dialogue).ways) == (became, ())
    assert any(isinstance(each, Revise) and each.key.startswith("here/") for each in dialogue.turn.effects)


def test_an_ask_that_was_taken_back_is_settled() -> None:
    dialogue = dana_cannot_be_reached().hears("ana: undo")

    assert here(dialogue).became is Became.SETTLED


def test_who_is_named_anew_is_asked_on() -> None:
    dialogue = a_dialogue().hears("ana: @dana, Claims Platform").written(f"confirm/{OWNER}/dana")
    dialogue.cannot_be_reached("dana", f"confirm/{OWNER}/dana")
    dialogue.hears("ana: service owner: @dana, Claims Team")

    assert here(dialogue).became is None


def test_what_is_settled_when_it_comes_back_is_not_asked() -> None:
    dialogue = dana_is_asked().hears("tom: steps: git revert, users see the old form, 10 minutes")

    dialogue.cannot_be_reached("dana", ASK_STEPS).posts()
    assert "dana" in dialogue.standing.unreachable


def test_a_message_about_nothing_to_ask_is_only_noted_and_comes_again() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "tom: decider: @lee", "lee: yes").leaves("lee").written("gone/lee/ana")
    dialogue.cannot_be_reached("ana", "gone/lee/ana").posts()

    assert "gone/lee/ana" in [each.key for each in due(dialogue) if each.person == "ana"]


def test_a_letter_without_a_line_of_it_is_noted_too() -> None:
    dialogue = a_dialogue().cannot_be_reached("ana").says()

    assert list(dialogue.standing.unreachable) == ["ana"]
    assert dialogue.cannot_be_reached("ana").says().standing.unreachable["ana"].n == 1


def test_a_heads_up_that_did_not_arrive_tells_nobody_else() -> None:
    dialogue = dana_is_asked().nudges("dana", STEPS, kind=Kind.HEADS_UP)
    dialogue.cannot_be_reached("dana", dialogue.review.posted[-1])

    assert here(dialogue).label == "steps"
    assert not [each for each in due(dialogue, STEPS) if each.kind is Kind.ESCALATION]


def test_of_who_has_left_nothing_is_noted() -> None:
    dialogue = dana_is_asked().leaves("dana").cannot_be_reached("dana", ASK_STEPS)

    assert dialogue.says().standing.unreachable == {}


def test_who_leaves_is_gone_and_no_longer_unreachable() -> None:
    assert dana_cannot_be_reached().leaves("dana").standing.unreachable == {}


def test_a_message_that_nobody_knows_of_is_passed_over() -> None:
    dialogue = a_dialogue().cannot_be_reached("dana", "ask/of.nothing/dana").posts()

    assert list(dialogue.standing.unreachable) == ["dana"]


def test_a_card_about_what_is_no_longer_asked_says_so() -> None:
    dialogue = dana_cannot_be_reached()
    pack = dialogue.review.pack
    questions = tuple(each for each in pack.questions if each.key != "rollback")
    without = stand(replace(dialogue.review, pack=replace(pack, questions=questions)), dialogue.now)

    key = next(key for key in dialogue.review.posted if key.startswith("here/"))
    assert type(board(without)[key]).__name__ == "RetiredCard"


def test_nobody_takes_it_back() -> None:
    dialogue = dana_cannot_be_reached()
    acts = [act for act in dialogue.standing.live if act.kind is ActKind.UNREACHABLE]

    dialogue.hears("ana: undo", "ana: undo")

    assert [act for act in dialogue.standing.live if act.kind is ActKind.UNREACHABLE] == acts


@pytest.mark.parametrize("end", [("ana: done",), ("ana: cancel", "ana: cancel")])
def test_of_a_closed_review_nothing_is_noted(end: tuple[str, ...]) -> None:
    dialogue = dana_is_asked().hears(*end)

    dialogue.cannot_be_reached("dana", ASK_STEPS).refused()


# --- who is told -----------------------------------------------------------------------------------------------------


def test_the_owner_is_told_once_and_can_ask_somebody() -> None:
    dialogue = dana_cannot_be_reached()
    assert tellers(dialogue) == ["ana"]

    card = told(dialogue)
    assert (card.person, card.labels, card.of_owner, card.open) == ("dana", ("steps",), False, True)
    assert [(way.tap, way.item, way.more) for way in card.ways] == [(Tap.ASK, STEPS, False), (Tap.OPEN, None, True)]
    dialogue.written(f"reach/{dialogue.standing.unreachable['dana'].n}/ana")
    assert tellers(dialogue) == []
    assert tellers(dialogue.hears("ana: hand over @tom")) == []


def test_it_is_settled_when_they_are_heard_of() -> None:
    dialogue = dana_cannot_be_reached()
    key = f"reach/{dialogue.standing.unreachable['dana'].n}/ana"
    dialogue.written(key).hears("dana: steps: git revert, users see the old form, 10 minutes")

    card = dialogue.card(key)
    assert isinstance(card, UnreachableCard)
    assert (card.open, card.back, card.ways) == (False, True, ())


def test_when_nothing_waits_for_them_there_is_nobody_to_ask_for() -> None:
    dialogue = dana_cannot_be_reached().hears("tom: steps: git revert, users see the old form, 10 minutes")

    assert (told(dialogue).labels, [way.tap for way in told(dialogue).ways]) == ((), [Tap.OPEN])


@pytest.mark.parametrize(
    ("about", "unreachable", "who"),
    [
        (PEOPLE, (), ["lena"]),
        ({"sponsor": "@sol"}, (), ["sol"]),
        ({}, (), []),
        (PEOPLE, ("lena",), ["sol", "sol"]),
        (PEOPLE, ("lena", "sol"), []),
    ],
)
def test_of_the_owner_the_lead_is_told_else_the_sponsor(
    about: dict[str, str], unreachable: tuple[str, ...], who: list[str]
) -> None:
    dialogue = a_dialogue()
    if about:
        dialogue.submits("ana", "about", about)
    for each in unreachable:
        dialogue.cannot_be_reached(each)
    dialogue.cannot_be_reached("ana")

    assert tellers(dialogue) == who


def test_who_is_told_instead_of_the_owner_may_see_the_review() -> None:
    dialogue = a_dialogue().submits("ana", "about", PEOPLE).hears("ana: ask @ana steps").cannot_be_reached("ana")
    assert told(dialogue, "lena").of_owner
    dialogue.written(f"reach/{dialogue.standing.unreachable['ana'].n}/lena")

    dialogue.hears("lena: status", private=True)

    assert not dialogue.turn.refused
    assert dialogue.turn.review is not None


# --- and back --------------------------------------------------------------------------------------------------------


def test_whatever_they_say_ends_it() -> None:
    assert dana_cannot_be_reached().hears("dana: steps: git revert").standing.unreachable == {}


def test_whatever_they_press_ends_it_even_what_changes_nothing() -> None:
    dialogue = dana_cannot_be_reached().presses("dana", Tap.STATUS)

    dialogue.says("whisper dana summary")
    assert dialogue.standing.unreachable == {}
    assert dialogue.review.acts[-1].kind is ActKind.REACHABLE


def test_what_is_refused_changes_nothing() -> None:
    dialogue = dana_cannot_be_reached()

    assert list(dialogue.hears("dana: done").refused().standing.unreachable) == ["dana"]


def test_others_do_not_end_it() -> None:
    dialogue = dana_cannot_be_reached().hears("tom: status").leaves("tom").archives("#x")

    assert list(dialogue.standing.unreachable) == ["dana"]


def test_who_lets_the_bot_in_again_can_be_written_to() -> None:
    dialogue = dana_cannot_be_reached().can_be_reached("dana").says()

    assert dialogue.standing.unreachable == {}
    version = dialogue.review.version
    assert dialogue.can_be_reached("dana").says().review.version == version


def test_who_is_heard_of_is_looked_at_anew() -> None:
    dialogue = dana_cannot_be_reached()
    before = looks(dialogue.standing)["dana"]

    dialogue.can_be_reached("dana")

    assert not before & looks(dialogue.standing)["dana"]
    assert "dana" in dialogue.turn.looks


def test_the_next_reminder_counts_from_what_was_asked_in_the_thread() -> None:
    dialogue = dana_cannot_be_reached().can_be_reached("dana")

    (nudge,) = (each for each in due(dialogue, STEPS) if each.person == "dana")
    assert (nudge.kind, nudge.at.date()) == (Kind.NUDGE, date(2026, 11, 26))


def test_who_cannot_be_written_to_a_second_time_is_asked_and_told_of_again() -> None:
    dialogue = dana_cannot_be_reached().can_be_reached("dana").nudges("dana", STEPS)
    first = len([key for key in dialogue.review.posted if key.startswith("here/")])

    dialogue.cannot_be_reached("dana", dialogue.review.posted[-1])

    assert len([key for key in dialogue.review.posted if key.startswith("here/")]) == first + 1
    assert tellers(dialogue) == ["ana"]


# --- planning --------------------------------------------------------------------------------------------------------


def cut_off(review: Review, who: str = "ana") -> Review:
    """`who` could not be written to about it a day ago."""
    dialogue = a_dialogue()
    dialogue.turn = replace(dialogue.turn, review=review)
    dialogue.now = NINE_THIRTY - timedelta(days=1)
    return dialogue.cannot_be_reached(who).review


def of(plan: Plan) -> list[tuple[str, bool, WhyNot | None]]:
    return [(line.kind, line.send, line.why_not) for line in plan.lines]


def in_thread(plan: Plan) -> list[str]:
    effects = (effect for turn in plan.turns for effect in turn.effects)
    return [effect.key for effect in effects if isinstance(effect, Post) and effect.to is None]


def test_what_comes_while_they_stay_unreachable_is_asked_in_the_thread_once_a_day() -> None:
    review = cut_off(lacking("run.service_owner", "run.runbook"))
    plan = planned(review)

    assert (plan.letter, plan.in_thread, plan.letter_on, plan.writes) == (None, *[NINE_THIRTY.date()] * 2, True)
    assert of(plan) == [("nudge", True, None), ("nudge", False, WhyNot.UNREACHABLE)]
    (key,) = in_thread(plan)
    (after,) = reviews_of(plan)
    remind, noted = after.acts[-2:]
    assert key == f"here/{remind.n}"
    assert (remind.kind, noted.kind, noted.target) == (ActKind.REMINDED, ActKind.UNREACHABLE, remind.n)
    assert plan.look_at == {review.id: TUESDAY}


def test_what_was_asked_in_the_thread_waits_until_they_are_heard_of() -> None:
    (after,) = reviews_of(planned(cut_off(lacking("run.service_owner"))))
    later = NINE_THIRTY + timedelta(days=14)
    plan = planned(after, now=later)

    assert (plan.turns, of(plan)) == ((), [("nudge", False, WhyNot.UNREACHABLE)])
    line: PlanLine = plan.lines[0]
    assert line.since == NINE_THIRTY - timedelta(days=1)
    assert plan.look_at == {after.id: later + NEVER_LATER}


def test_two_a_week_are_asked_in_one_thread() -> None:
    review = cut_off(lacking("run.service_owner", "run.runbook", "fail.modes"))
    (first,) = reviews_of(planned(review))
    (second,) = reviews_of(planned(first, now=TUESDAY))
    plan = planned(second, now=TUESDAY + timedelta(days=1))

    assert in_thread(plan) == []
    assert plan.look_at == {review.id: NINE_THIRTY + timedelta(days=7)}
    assert in_thread(planned(second, now=NINE_THIRTY + timedelta(days=7)))


def test_the_thread_is_written_in_in_their_hours_only() -> None:
    review = cut_off(lacking("run.service_owner"))
    plan = planned(review, now=NINE_THIRTY - timedelta(hours=1))

    assert (in_thread(plan), plan.look_at) == ([], {review.id: NINE_THIRTY})


def test_who_had_their_message_of_the_day_is_not_asked_in_a_thread() -> None:
    review = cut_off(lacking("run.service_owner"))
    had = Told(letter_on=NINE_THIRTY.date(), letter_at=NINE_THIRTY)
    plan = planned(review, now=NINE_THIRTY + timedelta(hours=1), told=had)

    assert (in_thread(plan), plan.look_at) == ([], {review.id: TUESDAY})


def test_a_letter_about_another_review_comes_first() -> None:
    review, other = cut_off(lacking("run.service_owner")), lacking("run.runbook", number=2)
    plan = planned(review, other)

    assert plan.letter is not None
    assert [line.review for line in plan.letter.lines] == [other.id]
    assert (in_thread(plan), plan.look_at[review.id]) == ([], TUESDAY)


def test_whose_nudges_are_off_is_nudged_nowhere_and_asked_all_the_same() -> None:
    quiet = Preferences(nudges=False, digest=False)
    review = asked(cut_off(lacking("run.service_owner", "run.runbook"), "dana"), "dana", "run.runbook", NINE_THIRTY)

    assert in_thread(planned(cut_off(lacking("run.service_owner")), said=quiet)) == []
    assert in_thread(planned(review, who="dana", said=quiet))


def test_no_question_says_when_somebody_will_be_written_to_who_cannot_be() -> None:
    review = asked(cut_off(lacking("run.runbook"), "dana"), "dana", "run.runbook", NINE_THIRTY)
    plan = planned(review, who="dana", now=NINE_THIRTY + timedelta(hours=9))

    assert in_thread(plan) == []
    assert all(after.waits == {} for after in reviews_of(plan))


def test_the_digest_leaves_out_what_they_cannot_be_written_to_about() -> None:
    review, other = cut_off(lacking("run.service_owner")), lacking("run.runbook", number=2)
    weekly = Preferences(digest_at=OFFICE.begins)
    plan = planned(review, other, said=weekly)

    assert plan.digest is not None
    assert [line.project for line in plan.digest.card.lines] == ["Project 2"]


def test_a_digest_of_nothing_else_waits_for_its_next_day() -> None:
    plan = planned(cut_off(lacking("run.service_owner")), said=Preferences(digest_at=OFFICE.begins))

    assert plan.digest is None
    (line,) = (line for line in plan.lines if line.kind == Kind.DIGEST)
    assert (line.why_not, line.at) == (WhyNot.UNREACHABLE, NINE_THIRTY + timedelta(days=7))


def test_back_again_they_get_one_letter_of_what_waits() -> None:
    review = cut_off(lacking("run.service_owner", "run.runbook", "fail.modes", "rollback.steps"))
    dialogue = a_dialogue()
    dialogue.turn, dialogue.now = replace(dialogue.turn, review=review), NINE_THIRTY
    plan = planned(dialogue.can_be_reached("ana").review)

    assert plan.letter is not None
    assert (len(plan.letter.lines), in_thread(plan)) == (3, [])
