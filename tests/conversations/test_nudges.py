"""What people do about what they were written to: answer, put it off, leave it to others, say that it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from conversations.activities import Activity, ActivityKind
from conversations.cards import (
    About,
    AskCard,
    Became,
    ConfirmCard,
    EscalationCard,
    HeadsUpCard,
    NotedCard,
    NoticeCard,
    NudgeCard,
    QuestionCard,
    Tap,
    WhyCard,
)
from conversations.people import Preferences
from conversations.permissions import may_see
from conversations.ports import Found
from conversations.preferences import counts_days
from conversations.reminders import Kind
from conversations.review import Act, ActKind, State
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to, answering, person

OWNER, RUNBOOK, STEPS, REVIEW = "run.service_owner", "run.runbook", "rollback.steps", "secure.review_status"


def nudge(dialogue: Dialogue) -> NudgeCard:
    card = dialogue.newest()
    assert isinstance(card, NudgeCard)
    return card


def became(dialogue: Dialogue) -> tuple[Became | None, str | None, date | None]:
    card = dialogue.newest()
    assert isinstance(card, NudgeCard | HeadsUpCard | EscalationCard)
    assert not card.ways or card.became in (None, Became.DECLINED)
    return card.became, card.by, card.until


def ways(card: NudgeCard | HeadsUpCard | EscalationCard | ConfirmCard) -> list[str]:
    """In sight, and in the overflow with a plus."""
    chosen = ((way, way.choice if way.tap is not Tap.OPEN else None) for way in card.ways)
    return ["+" * way.more + way.tap + (f" {choice}" if choice else "") for way, choice in chosen]


def sam_nudged(item: str = RUNBOOK, about: About = About.OPEN, kind: Kind = Kind.NUDGE) -> Dialogue:
    return a_dialogue().hears(f"ana: ask @sam {item}").nudges("sam", item, about, kind=kind)


# --- what is on a card ----------------------------------------------------------------------------------------------


def test_a_nudge_says_what_is_open_and_offers_its_ways_out() -> None:
    card = nudge(sam_nudged())

    assert (card.project, card.short, card.label) == ("Claims Copilot", "Running it", "runbook")
    assert (card.about, card.missing, card.due_on, card.became) == (About.OPEN, "", None, None)
    assert card.example.startswith("https://")
    assert ways(card) == ["answer", "+snooze 1d", "+snooze 1w", "+snooze", "+not_me", "+does_not_apply"]


def test_a_nudge_about_parts_asks_for_the_missing_ones() -> None:
    dialogue = a_dialogue().hears("ana: steps: git revert").nudges("ana", STEPS, About.PARTS)
    answer = dialogue.item(STEPS).answer

    assert answer is not None
    assert nudge(dialogue).missing == answer.follow_up
    assert nudge(dialogue).example == ""


@pytest.mark.parametrize("days", [1, 14, 30])  # before that day, once it has lapsed, and long after
def test_a_promise_says_its_day(days: int) -> None:
    dialogue = a_dialogue().hears("ana: runbook: by 2026-12-04").waits(days=days)
    dialogue.nudges("ana", RUNBOOK, About.PROMISED, target=promise(dialogue).n)

    assert nudge(dialogue).due_on == date(2026, 12, 4)


def promise(dialogue: Dialogue) -> Act:
    made = dialogue.item(RUNBOOK).answer or dialogue.item(RUNBOOK).deferral
    assert made is not None
    return made


def test_a_day_that_has_passed_says_which() -> None:
    dialogue = a_dialogue().hears("ana: tested on: 2026-11-20").nudges("ana", "rollback.tested_on", About.PASSED)
    card = nudge(dialogue)

    assert (card.due_on, ways(card)[:2]) == (date(2026, 11, 20), ["answer", "keep"])


def test_an_answer_to_be_looked_at_again_says_by_when() -> None:
    card = nudge(a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").nudges("ana", RUNBOOK, About.REVIEW))

    assert card.due_on == date(2027, 5, 22)
    assert ways(card)[:2] == ["answer", "keep"]


def test_a_heads_up_says_who_will_be_told_and_when() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@lena"}).nudges("ana", OWNER, kind=Kind.HEADS_UP)
    card = dialogue.newest()

    assert isinstance(card, HeadsUpCard)
    assert (card.lead, card.on, card.role) == ("lena", date(2026, 11, 24), "service owner")
    assert ways(card) == ["name", "let_go"]
    dialogue.nudges("ana", STEPS, kind=Kind.HEADS_UP)
    card = dialogue.newest()
    assert isinstance(card, HeadsUpCard)
    assert (card.role, ways(card)) == ("", ["answer", "let_go"])


def test_who_will_be_told_is_called_what_they_are() -> None:
    leads = a_dialogue().submits("ana", "about", {"lead": "@ana"})
    for dialogue, part in ((a_dialogue(), "owner"), (leads, "lead")):
        card = dialogue.hears("ana: ask @sam decider").nudges("sam", "rollback.decider", kind=Kind.HEADS_UP).newest()
        assert isinstance(card, HeadsUpCard)
        assert (card.lead, card.part) == ("ana", part)


def test_an_escalation_says_who_was_asked_and_when_is_the_decision() -> None:
    dialogue = a_dialogue().hears("ana: date 2026-12-15", "ana: ask @sam decider").nudges("sam", "rollback.decider")
    dialogue.nudges("lena", "rollback.decider", kind=Kind.ESCALATION)
    card = dialogue.newest()

    assert isinstance(card, EscalationCard)
    assert (card.asked, card.decision_on, card.days_left) == ("sam", date(2026, 12, 15), 22)
    assert ways(card) == ["name", "open", "+let_go"]
    dialogue.sleeps(days=3)
    assert dialogue.newest() == card
    card = a_dialogue().nudges("lena", OWNER, kind=Kind.ESCALATION).newest()
    assert isinstance(card, EscalationCard)
    assert (card.asked, card.decision_on, card.days_left) == ("ana", None, None)


def test_a_repeated_confirm_and_a_repeated_ask_are_cards_of_their_kind() -> None:
    dialogue = (
        a_dialogue().hears("ana: @dana").written(f"confirm/{OWNER}/dana").nudges("dana", OWNER, kind=Kind.CONFIRM)
    )
    card = dialogue.newest()
    assert isinstance(card, ConfirmCard)
    assert ways(card) == ["yes", "no", "+snooze 1w", "+snooze", "+open"]

    assert isinstance(sam_nudged(kind=Kind.ASK).newest(), AskCard)


def test_a_repeated_confirm_says_when_it_was_asked_before() -> None:
    key = f"confirm/{OWNER}/dana"
    dialogue = a_dialogue().hears("ana: @dana").written(key).sleeps(days=1)
    dialogue.nudges("dana", OWNER, kind=Kind.CONFIRM).sleeps(days=3).nudges("dana", OWNER, kind=Kind.CONFIRM)
    asked = [dialogue.card(each) for each in dialogue.review.posted if each.endswith("/dana")]

    before = [card.before for card in asked if isinstance(card, ConfirmCard)]
    assert before == [None, date(2026, 11, 23), date(2026, 11, 24)]
    settled = dialogue.hears("dana: yes").newest()
    assert isinstance(settled, ConfirmCard)
    assert settled.before is None


def test_an_ask_that_waits_says_until_when_on_its_question() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook", "ana: @dana")
    until = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    review = dialogue.review

    def rows() -> dict[str, datetime | None]:
        card = dialogue.card("question/run")
        assert isinstance(card, QuestionCard)
        return {row.item: row.waits_until for row in card.rows if row.waits_until}

    object.__setattr__(review, "waits", {f"ask/{RUNBOOK}/sam": until, f"confirm/{OWNER}/dana": until})
    assert rows() == {OWNER: until, RUNBOOK: until}
    dialogue.written(f"ask/{RUNBOOK}/sam")
    assert rows() == {OWNER: until}


# --- what becomes of it ---------------------------------------------------------------------------------------------

SETTLED: dict[str, tuple[list[str], tuple[Became | None, str | None, date | None]]] = {
    "answered": ([f"kim: runbook: {CORE[RUNBOOK]}"], (Became.ANSWERED, "kim", None)),
    "two answers": (
        [f"kim: runbook: {CORE[RUNBOOK]}", "tom: runbook: https://wiki.acme.io/b"],
        (Became.ANSWERED, "tom", None),
    ),
    "two answers, settled": (
        [f"kim: runbook: {CORE[RUNBOOK]}", "tom: runbook: https://wiki.acme.io/b", "ana: use 1"],
        (Became.ANSWERED, "ana", None),
    ),
    "an answer that lacks something": (["kim: runbook: TBD"], (None, None, None)),
    "… and is kept": (["kim: runbook: TBD", "kim: keep"], (Became.KEPT, "kim", None)),
    "promised in words": (["kim: runbook: by 2026-12-04"], (Became.DEFERRED, "kim", date(2026, 12, 4))),
    "put off": (["kim: runbook: later 2026-12-04"], (Became.DEFERRED, "kim", date(2026, 12, 4))),
    "snoozed": (["sam: snooze 1w"], (Became.SNOOZED, "sam", date(2026, 11, 30))),
    "snoozed, and answered": (["sam: snooze 1w", f"kim: runbook: {CORE[RUNBOOK]}"], (Became.ANSWERED, "kim", None)),
    "not me": (["sam: not me"], (Became.DECLINED, "sam", None)),
    "not me, and somebody else": (["sam: not me, ask @kim"], (Became.ASKED, "kim", None)),
    "not me, and asked again": (["sam: not me", "ana: ask @sam runbook"], (None, None, None)),
    "somebody else asked, who declines": (["ana: ask @kim runbook", "kim: not me"], (None, None, None)),
    "taken by somebody else": (["kim: ask me runbook"], (Became.ASKED, "kim", None)),
    "taken by oneself": (["sam: ask me runbook"], (None, None, None)),
    "does not apply": (["kim: runbook: n/a because it ends soon"], (Became.WAIVED, "kim", None)),
    "does apply": (["kim: runbook: n/a because it ends soon", "ana: reject runbook"], (None, None, None)),
    "accepted": (["kim: runbook: n/a because it ends soon", "ana: accept runbook"], (Became.WAIVED, "kim", None)),
    "paused": (["ana: pause until 2026-12-04"], (Became.PAUSED, "ana", date(2026, 12, 4))),
    "paused and resumed": (["ana: pause", "ana: resume"], (None, None, None)),
    "done": (["ana: done"], (Became.CLOSED, "ana", None)),
    "answered, and done": ([f"kim: runbook: {CORE[RUNBOOK]}", "ana: done"], (Became.ANSWERED, "kim", None)),
    "answered and taken back": ([f"kim: runbook: {CORE[RUNBOOK]}", "kim: undo"], (None, None, None)),
    "snoozed and taken back": (["sam: snooze 1d", "sam: undo"], (None, None, None)),
}


@pytest.mark.parametrize("name", SETTLED)
def test_a_nudge_says_what_became_of_it(name: str) -> None:
    lines, outcome = SETTLED[name]
    dialogue = sam_nudged()
    key = dialogue.review.posted[-1]
    for line in lines:
        dialogue.hears(line)

    assert became(dialogue) == outcome
    if outcome[0] is not None:
        assert any(f"revise {key} to sam" in line for line in dialogue.lines)


def test_where_nothing_can_be_posted_nobody_is_said_to_have_paused_it() -> None:
    assert became(sam_nudged().loses_its_place()) == (Became.PAUSED, None, None)


def test_what_is_settled_says_nothing_that_could_change() -> None:
    dialogue = a_dialogue().hears("ana: runbook: by 2026-12-04").nudges("ana", RUNBOOK, About.PROMISED)
    dialogue.hears(f"tom: runbook: {CORE[RUNBOOK]}")
    card = nudge(dialogue)

    assert (card.due_on, card.missing, card.ways) == (None, "", ())
    assert nudge(dialogue.sleeps(days=400)) == card


def test_an_answer_that_is_judged_anew_settles_it_for_nobody_in_particular() -> None:
    dialogue = a_dialogue_up_to(STEPS).hears("ana: git revert", "tom: takes 10 minutes").nudges("tom", STEPS)
    dialogue.deletes("ana", len(list(CORE)[: list(CORE).index(STEPS)]) + 1)

    assert became(dialogue)[0] in (None, Became.SETTLED)
    settled = a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").nudges("ana", RUNBOOK)
    assert became(settled) == (Became.SETTLED, None, None)


def test_an_escalation_and_a_heads_up_settle_alike() -> None:
    for kind in (Kind.HEADS_UP, Kind.ESCALATION):
        dialogue = a_dialogue().nudges("ana", OWNER, kind=kind).hears("tom: service owner: me")
        assert became(dialogue) == (Became.ANSWERED, "tom", None)


# --- snoozing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("snooze 1d", date(2026, 11, 24)),
        ("snooze 1w", date(2026, 11, 30)),
        ("Snooze 2 W", date(2026, 12, 7)),
        ("snooze Fri", date(2026, 11, 27)),
        ("snooze until 2026-12-04", date(2026, 12, 4)),
    ],
)
def test_who_was_written_to_puts_it_off(words: str, day: date) -> None:
    dialogue = sam_nudged().hears(f"sam: {words}")

    assert became(dialogue) == (Became.SNOOZED, "sam", day)
    dialogue.state(RUNBOOK, State.OPEN)
    assert dialogue.item(RUNBOOK).assignee == "sam"


@pytest.mark.parametrize(
    ("choice", "day"), [("1d", date(2026, 11, 24)), ("1w", date(2026, 11, 30)), ("2026-12-04", date(2026, 12, 4))]
)
def test_a_button_puts_it_off_too(choice: str, day: date) -> None:
    assert became(sam_nudged().presses("sam", Tap.SNOOZE, RUNBOOK, choice))[2] == day
    assert became(sam_nudged().presses("sam", Tap.SNOOZE, None, choice))[2] == day


@pytest.mark.parametrize("words", ["snooze", "snooze 2020-01-01"])
def test_without_a_day_to_come_one_is_asked_for(words: str) -> None:
    dialogue = sam_nudged().hears(f"sam: {words}")

    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    assert [(way.tap, way.item) for way in card.ways] == [(Tap.SNOOZE, RUNBOOK)]
    assert became(dialogue)[0] is None


def test_a_button_without_a_day_asks_for_one_and_one_that_is_none_too() -> None:
    sam_nudged().presses("sam", Tap.SNOOZE, RUNBOOK).whispers("sam until_when")
    sam_nudged().presses("sam", Tap.SNOOZE, RUNBOOK, "soon").whispers("sam until_when")


def test_where_nothing_was_written_there_is_nothing_to_put_off() -> None:
    a_dialogue().hears("tom: snooze 1d").whispers("tom nothing_sent")
    a_dialogue().presses("tom", Tap.SNOOZE, None, "1d").whispers("tom nothing_sent")
    sam_nudged().presses("tom", Tap.SNOOZE, RUNBOOK, "1d").whispers("tom refused").refused()


def test_of_words_that_name_no_day_it_is_an_answer() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").nudges("tom", "run.ops_team").hears("tom: snooze the alerts")

    assert dialogue.review.acts[-1].kind is ActKind.ANSWERED


def test_an_ask_and_a_confirm_say_until_when_they_are_put_off() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook").written(f"ask/{RUNBOOK}/sam").hears("sam: snooze 1d")
    ask = dialogue.newest()
    assert isinstance(ask, AskCard)
    assert (ask.open, ask.until) == (True, date(2026, 11, 24))

    dialogue = (
        a_dialogue().hears("ana: @dana").written(f"confirm/{OWNER}/dana").presses("dana", Tap.SNOOZE, OWNER, "1w")
    )
    confirm = dialogue.newest()
    assert isinstance(confirm, ConfirmCard)
    assert (confirm.open, confirm.until) == (True, date(2026, 11, 30))
    dialogue.hears("dana: yes")
    confirm = dialogue.newest()
    assert isinstance(confirm, ConfirmCard)
    assert (confirm.answer, confirm.until) == (True, None)


# --- letting go -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.HEADS_UP, Kind.ESCALATION])
def test_it_is_let_go_by_word_and_by_button(kind: Kind) -> None:
    for dialogue in (
        a_dialogue().nudges("kim", OWNER, kind=kind).hears("kim: ok"),
        a_dialogue().nudges("kim", OWNER, kind=kind).presses("kim", Tap.LET_GO, OWNER),
        a_dialogue().nudges("kim", OWNER, kind=kind).presses("kim", Tap.LET_GO),
    ):
        assert became(dialogue) == (Became.LET_GO, "kim", None)
        assert (dialogue.review.acts[-1].kind, dialogue.review.acts[-1].target) == (ActKind.LET_GO, 1)
        dialogue.hears("kim: undo")
        assert became(dialogue)[0] is None


def test_it_is_let_go_once_and_only_by_who_was_told() -> None:
    dialogue = a_dialogue().nudges("kim", OWNER, kind=Kind.ESCALATION).presses("tom", Tap.LET_GO, OWNER)
    dialogue.whispers("tom refused").presses("kim", Tap.LET_GO, OWNER)
    dialogue.presses("kim", Tap.LET_GO, OWNER).whispers("kim nothing_sent").hears("kim: ok").says()
    a_dialogue().nudges("kim", OWNER).presses("kim", Tap.LET_GO, OWNER).whispers("kim nothing_sent")


def test_ok_after_a_nudge_is_mere_thanks() -> None:
    sam_nudged().hears("sam: ok").says()


# --- not me ---------------------------------------------------------------------------------------------------------


def test_an_owner_who_is_asked_because_nobody_else_is_can_say_not_me() -> None:
    dialogue = a_dialogue().nudges("ana", OWNER).hears("ana: not me")
    card = nudge(dialogue)

    assert (dialogue.review.acts[-1].kind, dialogue.review.acts[-1].item) == (ActKind.DECLINED, OWNER)
    assert (card.became, ways(card)) == (Became.DECLINED, ["ask"])
    dialogue.presses("ana", Tap.ASK, OWNER, "kim")
    assert (nudge(dialogue).became, nudge(dialogue).by, nudge(dialogue).ways) == (Became.ASKED, "kim", ())


def test_a_button_declines_what_it_is_about_and_only_for_who_was_written_to() -> None:
    dialogue = a_dialogue().nudges("ana", STEPS).presses("tom", Tap.NOT_ME, STEPS).whispers("tom refused")

    dialogue.presses("ana", Tap.NOT_ME, STEPS)
    assert nudge(dialogue).became is Became.DECLINED


def test_who_has_taken_something_and_declines_has_it_no_more() -> None:
    dialogue = a_dialogue().hears("tom: ask me runbook").nudges("tom", RUNBOOK).hears("tom: not me")

    assert dialogue.item(RUNBOOK).assignee is None


# --- it holds -------------------------------------------------------------------------------------------------------


def test_an_old_answer_holds_and_its_time_begins_anew() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").sleeps(days=181).state(RUNBOOK, State.STALE)
    dialogue.nudges("ana", RUNBOOK, About.REVIEW).presses("ana", Tap.KEEP, RUNBOOK).state(RUNBOOK, State.COMPLETE)

    assert became(dialogue) == (Became.KEPT, "ana", None)
    assert not dialogue.item(RUNBOOK).kept
    assert dialogue.item(RUNBOOK).renewed_at == dialogue.now
    dialogue.sleeps(days=180).state(RUNBOOK, State.COMPLETE).sleeps(days=1).state(RUNBOOK, State.STALE)


def test_undo_takes_back_that_it_holds() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").sleeps(days=181).hears("ana: keep runbook")

    dialogue.state(RUNBOOK, State.COMPLETE).hears("ana: undo").state(RUNBOOK, State.STALE)


def test_a_new_answer_and_other_words_of_it_begin_by_themselves() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").sleeps(days=181).hears("ana: keep runbook")
    dialogue.sleeps(days=1).edits("ana", 1, "runbook: https://wiki.acme.io/c")

    assert dialogue.item(RUNBOOK).renewed_at is None
    assert dialogue.item(RUNBOOK).answer is not None


def test_a_week_before_its_day_it_can_be_said_too_and_not_earlier() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").hears("ana: keep runbook")
    dialogue.whispers("ana nothing_to_keep").refused()

    dialogue.sleeps(days=174).hears("ana: keep runbook").expects("refused", False, dialogue.turn.refused)


@pytest.mark.parametrize("private", [True, False])
def test_what_somebody_was_written_to_about_holds_at_any_time(private: bool) -> None:
    dialogue = a_dialogue("full").hears(f"ana: {REVIEW}: in review").nudges("ana", REVIEW, About.STATUS)
    dialogue.hears("ana: keep", private=private)

    assert became(dialogue) == (Became.KEPT, "ana", None)
    dialogue.hears("tom: keep").whispers("tom nothing_to_keep")


def test_nothing_holds_that_names_who_has_left() -> None:
    dialogue = a_dialogue().hears("ana: decider: @lee", "lee: yes").leaves("lee").hears("ana: keep decider")

    dialogue.whispers("ana nothing_to_keep").state("rollback.decider", State.STALE)


def test_what_holds_though_the_channel_was_closed_is_no_longer_old() -> None:
    dialogue = a_dialogue().hears("ana: support route: #claims-help, Mon-Fri 8-18").archives("#claims-help")
    dialogue.hears("ana: keep support_route").state("run.support_route", State.COMPLETE)

    dialogue.archives("#claims-help").state("run.support_route", State.STALE)


def test_the_named_persons_yes_renews_it() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: yes").sleeps(days=91).state(OWNER, State.STALE)
    dialogue.hears("dana: yes service owner").state(OWNER, State.COMPLETE)
    dialogue.hears("dana: yes service owner").whispers("dana nothing_to_confirm")

    dialogue.sleeps(days=84).nudges("dana", OWNER, About.REVIEW).hears("dana: yes")
    assert became(dialogue) == (Became.KEPT, "dana", None)
    dialogue.hears("dana: undo")
    assert became(dialogue)[0] is None


def test_a_name_that_matches_nobody_is_kept_and_not_renewed() -> None:
    dialogue = a_dialogue().hears("ana: Dana Ruiz", "ana: keep")

    assert (dialogue.item(OWNER).kept, dialogue.item(OWNER).renewed_at) == (True, None)


# --- in a direct message --------------------------------------------------------------------------------------------


def test_a_plain_reply_answers_the_newest_letter() -> None:
    dialogue = (
        a_dialogue().hears("ana: ask @sam runbook").nudges("sam", STEPS).hears(f"sam: {CORE[STEPS]}", private=True)
    )

    dialogue.state(STEPS, State.COMPLETE).state(RUNBOOK, State.OPEN)
    dialogue.hears(f"sam: {CORE[RUNBOOK]}", private=True).state(RUNBOOK, State.COMPLETE)


def test_who_was_written_to_is_not_led_into_the_walk() -> None:
    card = a_dialogue().nudges("sam", STEPS).hears(f"sam: {CORE[STEPS]}", private=True).whispered()

    assert isinstance(card, NotedCard)
    assert card.next_prompt is None


def test_in_the_thread_a_plain_reply_goes_where_any_reply_goes() -> None:
    a_dialogue().nudges("sam", STEPS).hears("sam: @dana").state(OWNER, State.UNCONFIRMED)


def test_a_token_fills_another_line_of_the_letter() -> None:
    dialogue = a_dialogue().in_one_letter("ana", STEPS, RUNBOOK, "rollback.tested_on")
    dialogue.hears(f"ana: {CORE[RUNBOOK]}", private=True).state(RUNBOOK, State.COMPLETE).state(STEPS, State.OPEN)

    dialogue.hears(f"ana: {CORE[STEPS]}", private=True).state(STEPS, State.COMPLETE)
    dialogue.hears("ana: 2026-11-10", private=True).state("rollback.tested_on", State.COMPLETE)


def test_words_are_about_the_first_open_line() -> None:
    dialogue = a_dialogue().in_one_letter("ana", STEPS, RUNBOOK).hears("ana: later 2026-12-04", private=True)
    dialogue.state(STEPS, State.DEFERRED).hears("ana: not me", private=True)

    assert (dialogue.review.acts[-1].kind, dialogue.review.acts[-1].item) == (ActKind.DECLINED, RUNBOOK)
    dialogue.hears("ana: snooze 1d", private=True).whispers("ana nothing_sent")


def test_an_update_that_was_asked_for_makes_no_conflict() -> None:
    dialogue = a_dialogue("full").hears(f"ana: {REVIEW}: in review", f"tom: ask @sam {REVIEW}")
    dialogue.nudges("sam", REVIEW, About.STATUS).hears("sam: passed", private=True).state(REVIEW, State.COMPLETE)

    dialogue = a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").nudges("sam", RUNBOOK, About.REVIEW)
    dialogue.hears("sam: https://wiki.acme.io/new", private=True).state(RUNBOOK, State.COMPLETE)
    a_dialogue().hears(f"ana: runbook: {CORE[RUNBOOK]}").nudges("sam", RUNBOOK, About.REVIEW).hears(
        "tom: runbook: https://wiki.acme.io/new"
    ).state(RUNBOOK, State.CONFLICT)


def test_a_person_chosen_on_a_heads_up_is_the_answer() -> None:
    dialogue = a_dialogue().nudges("ana", OWNER, kind=Kind.HEADS_UP).presses("ana", Tap.NAME, OWNER, "dana")

    assert dialogue.item(OWNER).named == "dana"
    a_dialogue().nudges("ana", OWNER, kind=Kind.HEADS_UP).presses("ana", Tap.NAME, OWNER).whispers("ana form")


# --- why ------------------------------------------------------------------------------------------------------------


def why(dialogue: Dialogue) -> WhyCard:
    card = dialogue.whispered()
    assert isinstance(card, WhyCard)
    return card


def test_why_tells_the_rule_of_the_newest_message() -> None:
    dialogue = a_dialogue().sleeps(days=1).nudges("ana", OWNER).hears("ana: why")
    card = why(dialogue)

    assert (card.kind, card.label, card.asked_on, card.most) == ("nudge", "service owner", date(2026, 11, 23), 3)
    assert [way.tap for way in card.ways] == [Tap.PREFERENCES]
    dialogue.hears("tom: why").whispers("tom nothing_sent")


def test_a_line_tells_its_own() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook").written(f"ask/{RUNBOOK}/sam")
    dialogue.nudges("sam", STEPS, target=1).presses("sam", Tap.WHY, choice=f"ask/{RUNBOOK}/sam")
    assert (why(dialogue).kind, why(dialogue).label) == ("ask", "runbook")

    dialogue.presses("sam", Tap.WHY, choice=dialogue.review.posted[-1])
    assert (why(dialogue).label, why(dialogue).asked_on) == ("steps", date(2026, 11, 23))
    dialogue.presses("sam", Tap.WHY)
    assert why(dialogue).label == "steps"


def test_a_message_about_the_whole_review_has_a_why_as_well() -> None:
    dialogue = a_dialogue().written("quiet/0/ana").nudges("ana", STEPS)
    dialogue.presses("ana", Tap.WHY, choice="quiet/0/ana")

    assert (why(dialogue).kind, why(dialogue).label, why(dialogue).most) == ("quiet_walk", "", 1)


@pytest.mark.parametrize(
    ("kind", "about", "most"),
    [
        (Kind.NUDGE, About.STATUS, 0),
        (Kind.NUDGE, About.REVIEW, 2),
        (Kind.NUDGE, About.PROMISED, 2),
        (Kind.NUDGE, About.PASSED, 1),
        (Kind.NUDGE, About.GAP, 3),
        (Kind.CONFIRM, None, 3),
        (Kind.ESCALATION, None, 1),
    ],
)
def test_it_says_how_often_at_most(kind: Kind, about: About, most: int) -> None:
    assert why(a_dialogue().nudges("ana", STEPS, about, kind=kind).hears("ana: why")).most == most


# --- who sees it ----------------------------------------------------------------------------------------------------


def test_who_was_told_what_blocks_a_review_may_see_it() -> None:
    dialogue = a_dialogue().nudges("lena", OWNER, kind=Kind.ESCALATION).hears("ana: @dana")

    assert may_see(dialogue.standing, person("lena"), "elsewhere")


def test_who_was_nudged_may_see_it_while_it_is_theirs() -> None:
    dialogue = a_dialogue().nudges("kim", STEPS)
    assert may_see(dialogue.standing, person("kim"), "elsewhere")
    assert may_see(dialogue.hears("kim: snooze 1d").standing, person("kim"), "elsewhere")

    assert not may_see(dialogue.hears(f"ana: steps: {CORE[STEPS]}").standing, person("kim"), "elsewhere")


# --- when the walk came to it ---------------------------------------------------------------------------------------


def test_a_review_knows_when_the_walk_came_to_each_item() -> None:
    dialogue = a_dialogue()
    start = dialogue.now
    assert dialogue.review.reached == {OWNER: start}

    dialogue.sleeps(days=1).hears("ana: @dana", "ana: undo")
    assert dialogue.review.reached == {OWNER: start, "run.ops_team": dialogue.now}
    dialogue.sleeps(days=1).submits("ana", "run", {key: CORE[key] for key in CORE if key.startswith("run.")})
    assert dialogue.review.reached["fail.modes"] == dialogue.now
    assert RUNBOOK not in dialogue.review.reached
    dialogue.hears(*answering()).asked(None)


def test_a_line_of_a_letter_is_put_off_by_its_name() -> None:
    dialogue = (
        a_dialogue().in_one_letter("sam", RUNBOOK, "run.ops_team").hears("sam: ops_team: snooze 1w", private=True)
    )

    snoozed = dialogue.review.acts[-1]
    assert (snoozed.kind, snoozed.item, snoozed.day) == (ActKind.SNOOZED, "run.ops_team", date(2026, 11, 30))


def test_words_that_only_begin_like_a_snooze_are_an_answer() -> None:
    dialogue = a_dialogue().nudges("sam", RUNBOOK).hears("sam: runbook: snooze the alerts, https://wiki.acme.io/r")

    assert dialogue.item(RUNBOOK).state is State.COMPLETE


def test_tomorrow_is_that_of_whoever_says_it() -> None:
    """At 21:00 UTC it is the next morning in Auckland."""
    dialogue = a_dialogue().nudges("sam", RUNBOOK)
    activity = Activity(
        keys=("k",),
        kind=ActivityKind.MESSAGE,
        actor=person("sam"),
        reference=dialogue.review.reference,
        at=datetime(2026, 11, 23, 21, tzinfo=UTC),
        text="snooze 1d",
    )
    wishes = Preferences(zone="Pacific/Auckland")
    turn = dialogue.engine.decide(activity, Found(review=dialogue.review, preferences=wishes))

    assert turn.review is not None
    assert turn.review.acts[-1].day == date(2026, 11, 25)
    assert counts_days(activity)
