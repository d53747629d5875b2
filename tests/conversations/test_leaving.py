"""People leave, channels close, the model becomes another one: what that makes old, and who is asked about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations.cards import GoneCard, NoticeCard, RootCard, Tap
from conversations.checks import failed_checks
from conversations.effects import Post, Revise, Whisper
from conversations.review import Phase, State
from conversations.verdicts import Verdict
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to, answering, person

DECIDER, RESPONDER, OPS = "rollback.decider", "fail.first_responder", "run.ops_team"
ROOT = person("root", admin=True)
ABOUT = {"lead": "@lena", "sponsor": "@sven"}


def gone_card(dialogue: Dialogue, key: str) -> GoneCard:
    card = dialogue.card(key)
    assert isinstance(card, GoneCard)
    return card


def c12(dialogue: Dialogue) -> list[str]:
    return [key for check in failed_checks(dialogue.standing) if check.id == "C12" for key in check.items]


def told(dialogue: Dialogue, who: str, since: int) -> list[object]:
    """What was said to somebody alone, from a turn on."""
    effects = (effect for turn in dialogue.turns[since:] for effect in turn.effects)
    return [effect for effect in effects if isinstance(effect, Post | Revise | Whisper) and effect.to == who]


# --- who is named --------------------------------------------------------------------------------------------------


def lee_left() -> Dialogue:
    return a_dialogue().hears("ana: @dana", "tom: decider: @lee", "lee: yes", "tom: steps: git revert").leaves("lee")


def test_an_answer_that_names_who_left_is_due_for_review_at_once() -> None:
    dialogue = lee_left().state(DECIDER, State.STALE).says("revise question/rollback", "revise root")

    assert c12(dialogue) == [DECIDER]
    card = gone_card(dialogue, "gone/lee/ana")
    assert (card.person, card.roles, card.heirs, card.open) == (
        "lee",
        ("the person who can order a rollback",),
        ("tom",),
        True,
    )
    assert [(way.tap, way.choice) for way in card.ways] == [(Tap.ASK, "tom"), (Tap.TAKE, None), (Tap.ASK, None)]


def test_the_owner_is_not_told_that_they_answered_beside_them() -> None:
    dialogue = a_dialogue().hears("ana: decider: @lee", "lee: yes", "ana: steps: git revert").leaves("lee")

    assert gone_card(dialogue, "gone/lee/ana").heirs == ()


@pytest.mark.parametrize("settling", ["ana: decider: @kim", "tom: decider: me", "tom: ask me decider"])
def test_naming_somebody_else_settles_it(settling: str) -> None:
    dialogue = lee_left().written("gone/lee/ana").hears(settling)

    assert not gone_card(dialogue, "gone/lee/ana").open
    assert gone_card(dialogue, "gone/lee/ana").ways == ()
    assert c12(dialogue) == []
    assert Revise(key="gone/lee/ana", card=gone_card(dialogue, "gone/lee/ana"), to="ana") in dialogue.turn.effects


def test_who_takes_a_place_is_named_there_and_has_confirmed_it() -> None:
    dialogue = lee_left().hears("tom: ask me decider").state(DECIDER, State.COMPLETE)

    assert dialogue.item(DECIDER).named == "tom"
    lee_left().presses("tom", Tap.TAKE, DECIDER).state(DECIDER, State.COMPLETE)


def test_a_button_asks_who_answered_beside_them() -> None:
    dialogue = lee_left().presses("ana", Tap.ASK, DECIDER, "tom").says("revise question/rollback")

    asked = gone_card(dialogue, "gone/lee/ana")
    assert (asked.open, asked.asked) == (False, "tom")
    dialogue.hears("tom: me", private=True).state(DECIDER, State.COMPLETE)
    assert not gone_card(dialogue, "gone/lee/ana").open


def test_who_takes_a_place_is_asked_again_where_it_is_not_theirs_either() -> None:
    dialogue = lee_left().presses("ana", Tap.ASK, DECIDER, "tom").hears("tom: not me")

    assert gone_card(dialogue, "gone/lee/ana").open


def test_taking_what_nobody_has_left_stays_an_assignment() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: ask me service owner")

    assert dialogue.item("run.service_owner").named == "dana"


def test_nothing_is_ever_said_again_to_who_left() -> None:
    dialogue = a_dialogue().hears("ana: ask @lee runbook", "ana: service owner: @lee", "ana: decider: @lee")
    before = len(dialogue.turns)
    dialogue.leaves("lee").hears(*answering("train.lead"), "ana: train.lead: @lee", "ana: done").waits(days=400)
    dialogue.hears("ana: resume", "ana: owner @tom", "tom: decider: @kim")

    assert told(dialogue, "lee", before) == []


def test_naming_again_who_left_is_due_for_review_too() -> None:
    dialogue = lee_left().hears("tom: train.lead: @lee").state("train.lead", State.STALE)

    assert c12(dialogue) == [DECIDER, "train.lead"]
    assert gone_card(dialogue, "gone/lee/ana").roles == ("the person who can order a rollback", "training lead")


def test_who_comes_back_and_does_something_is_no_longer_gone() -> None:
    dialogue = lee_left().hears("lee: status").state(DECIDER, State.STALE)
    dialogue.hears("lee: runbook: https://wiki.acme.io/a").state(DECIDER, State.COMPLETE)

    assert c12(dialogue) == []
    assert not gone_card(dialogue, "gone/lee/ana").open
    dialogue.hears("lee: undo").state(DECIDER, State.COMPLETE)
    dialogue.leaves("lee").state(DECIDER, State.STALE).hears("lee: skip").state(DECIDER, State.COMPLETE)


def test_words_of_theirs_that_others_use_bring_nobody_back() -> None:
    dialogue = a_dialogue_up_to(OPS).hears("lee: @carol can you look?", "ana: decider: @lee").leaves("lee")

    dialogue.hears("tom: use that").state(DECIDER, State.STALE)
    dialogue.deletes("lee", 2).state(DECIDER, State.STALE)


def test_an_answer_of_theirs_that_is_judged_anew_brings_nobody_back() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "lee: takes 10 minutes")
    dialogue.hears("ana: decider: @lee").leaves("lee").state(DECIDER, State.STALE)
    dialogue.edits("ana", 12, "Turn off the flag").state(DECIDER, State.STALE)
    dialogue.deletes("ana", 12).state(DECIDER, State.STALE)


def test_leaving_twice_is_leaving_once() -> None:
    dialogue = lee_left()
    review = dialogue.review

    assert dialogue.leaves("lee").says().review is review


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.DONE, Phase.CANCELLED])
def test_leaving_is_noted_in_every_phase_and_asked_about_while_the_review_lives(phase: Phase) -> None:
    words = {Phase.PAUSED: ["pause"], Phase.DONE: ["done"], Phase.CANCELLED: ["cancel", "cancel"]}[phase]
    dialogue = a_dialogue().hears("ana: decider: @lee", *(f"ana: {word}" for word in words)).leaves("lee")

    dialogue.state(DECIDER, State.STALE).phase(phase)
    assert gone_card(dialogue, "gone/lee/ana").open is (phase is Phase.PAUSED)
    dialogue.hears("ana: resume").expects("open", True, gone_card(dialogue, "gone/lee/ana").open)


def test_a_person_mentioned_in_an_answer_in_words_has_left() -> None:
    dialogue = a_dialogue().hears("ana: success.review: @dana reviews it monthly in the Claims Ops meeting")
    dialogue.leaves("dana").state("success.review", State.STALE)

    card = gone_card(dialogue, "gone/dana/ana")
    assert [way.tap for way in card.ways] == [Tap.EDIT]
    assert c12(dialogue) == ["success.review"]
    dialogue.hears("tom: success.review: @kim reviews it monthly in the Claims Ops meeting")
    dialogue.state("success.review", State.COMPLETE)


def test_of_two_people_in_one_answer_each_who_left_is_missed() -> None:
    dialogue = a_dialogue().hears("ana: success.review: @dana and @kim review it monthly in the Claims Ops meeting")
    dialogue.leaves("dana").leaves("kim").state("success.review", State.STALE)

    assert gone_card(dialogue, "gone/dana/ana").open
    dialogue.hears("dana: runbook: https://wiki.acme.io/a").state("success.review", State.STALE)
    assert gone_card(dialogue, "gone/kim/ana").open


def test_a_mention_in_the_first_of_two_messages_counts() -> None:
    dialogue = a_dialogue_up_to("success.review").hears("ana: @dana looks at it", "ana: monthly in the Claims meeting")
    dialogue.state("success.review", State.COMPLETE).leaves("dana").state("success.review", State.STALE)


def test_a_name_that_only_looks_like_somebodys_is_nobodys() -> None:
    dialogue = a_dialogue().hears("ana: decider: Lee from Claims Platform").leaves("Lee from Claims Platform").says()

    assert c12(dialogue) == []


def test_the_side_of_a_conflict_that_names_who_left_is_old_once_it_holds() -> None:
    dialogue = a_dialogue().hears("tom: decider: @kim", "sam: decider: @lee").leaves("lee")
    dialogue.state(DECIDER, State.CONFLICT).hears("ana: use 2 decider").state(DECIDER, State.STALE)

    a_dialogue().hears("tom: decider: @kim", "sam: decider: @lee").leaves("lee").hears("ana: use 1 decider").state(
        DECIDER, State.UNCONFIRMED
    )


def test_who_left_accepts_nothing_as_the_approver() -> None:
    dialogue = a_dialogue().hears("ana: approver: @priya", "priya: yes").leaves("priya")

    assert dialogue.standing.approver is None


# --- who was asked -------------------------------------------------------------------------------------------------


def test_what_who_left_was_asked_falls_back_to_the_owner() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam").asked(OPS).leaves("sam").asked("run.service_owner")

    dialogue.says("revise question/run", "revise root")
    assert dialogue.item("run.service_owner").assignee is None


def test_what_who_left_had_taken_is_nobodys_again() -> None:
    dialogue = a_dialogue().hears("sam: ask me runbook").leaves("sam")

    assert dialogue.item("run.runbook").assignee is None


@pytest.mark.parametrize("word", ["ask @sam", "owner @sam", "ask @sam runbook"])
def test_who_left_is_neither_asked_nor_handed_the_review(word: str) -> None:
    a_dialogue().hears("sam: runbook: TBD").leaves("sam").hears(f"ana: {word}").whispers("ana who").refused()


def test_who_left_is_not_offered_in_the_place_of_another() -> None:
    dialogue = a_dialogue().hears("sam: steps: git revert", "tom: trigger: soon", "ana: decider: @lee").leaves("sam")
    dialogue.says().leaves("lee")

    assert gone_card(dialogue, "gone/lee/ana").heirs == ("tom",)


def test_who_has_no_part_in_a_review_may_leave_unnoticed() -> None:
    dialogue = a_dialogue().hears("ana: decider: @lee")
    review = dialogue.review

    assert dialogue.leaves("kim").says().review is review


# --- the owner -----------------------------------------------------------------------------------------------------

HEIRS: list[tuple[dict[str, str], tuple[str, ...], str | None]] = [  # the intake, who else has left, who is asked
    (ABOUT, (), "lena"),
    ({"sponsor": "@sven"}, (), "sven"),
    ({"lead": "@ana", "sponsor": "@sven"}, (), "sven"),
    (ABOUT, ("lena",), "sven"),
    (ABOUT, ("lena", "sven"), "root"),
    ({}, (), "root"),
]


@pytest.mark.parametrize(("about", "left", "heir"), HEIRS)
def test_the_owner_is_gone_and_one_person_is_asked(
    about: dict[str, str], left: tuple[str, ...], heir: str | None
) -> None:
    dialogue = a_dialogue(people=(ROOT,)).submits("ana", "about", {"stage": "pilot", **about})
    for who in (*left, "ana"):
        dialogue.leaves(who)

    dialogue.posts()
    card = gone_card(dialogue, f"owner/ana/{heir}")
    assert (card.person, card.of_owner, card.open, [way.tap for way in card.ways]) == (
        *("ana", True, True),
        [Tap.TAKE, Tap.HAND_OVER],
    )


@pytest.mark.parametrize(
    ("word", "private"),
    [("me", True), ("ask me", True), ("owner me", True), ("owner me", False), ("owner @lena", False)],
)
def test_the_person_asked_takes_it_over(word: str, private: bool) -> None:
    dialogue = a_dialogue().submits("ana", "about", ABOUT).leaves("ana").hears(f"lena: {word}", private=private)

    assert dialogue.review.owner == "lena"
    assert not gone_card(dialogue, "owner/ana/lena").open
    dialogue.hears("lena: pause").phase(Phase.PAUSED)


def test_in_the_thread_me_is_about_what_is_asked_there_also_of_the_person_asked() -> None:
    dialogue = a_dialogue().submits("ana", "about", ABOUT).leaves("ana").hears("lena: me")
    dialogue.state("run.service_owner", State.COMPLETE).asked(OPS).hears("lena: ask me", "lena: me")

    assert dialogue.item(OPS).assignee == "lena"
    assert dialogue.review.owner == "ana"
    assert gone_card(dialogue, "owner/ana/lena").open


def test_or_gives_it_to_somebody_else_by_a_button_too() -> None:
    dialogue = a_dialogue().submits("ana", "about", ABOUT).leaves("ana").presses("lena", Tap.HAND_OVER, choice="tom")
    assert dialogue.review.owner == "tom"

    dialogue = a_dialogue().submits("ana", "about", ABOUT).leaves("ana").presses("lena", Tap.TAKE)
    assert dialogue.review.owner == "lena"


def test_only_the_person_asked_and_the_owner_may_hand_over_or_move_the_date() -> None:
    dialogue = a_dialogue(people=(ROOT,)).submits("ana", "about", ABOUT).leaves("ana")

    for word in ("owner @tom", "date 15 Dec"):
        for who in ("tom", "sven", "root"):
            dialogue.hears(f"{who}: {word}").whispers(f"{who} refused")
    dialogue.hears("lena: pause").whispers("lena refused")
    dialogue.hears("lena: date 15 Dec").expects("refused", False, dialogue.turn.refused)
    dialogue.hears("ana: owner @tom").expects("owner", "tom", dialogue.review.owner)


def test_while_the_owner_is_here_nobody_else_may() -> None:
    a_dialogue(people=(ROOT,)).submits("ana", "about", ABOUT).hears("lena: owner me").whispers("lena refused").hears(
        "root: owner me"
    ).whispers("root refused")


def test_the_next_one_is_asked_when_who_was_asked_leaves_too() -> None:
    dialogue = a_dialogue(people=(ROOT,)).submits("ana", "about", {"lead": "@lena"}).leaves("ana")
    dialogue.leaves("lena").expects("heir", "root", dialogue.standing.heir)

    assert not gone_card(dialogue, "owner/ana/lena").open


def test_an_administrator_who_was_asked_and_leaves_is_followed_by_another() -> None:
    people = (ROOT, person("rita", admin=True))
    dialogue = a_dialogue(people=people).leaves("ana")
    dialogue.expects("heir", "root", dialogue.standing.heir).leaves("root")

    dialogue.hears("rita: me", private=True)
    assert dialogue.review.owner == "rita"


def test_where_nobody_is_known_nothing_is_posted_and_any_administrator_may_take_it() -> None:
    dialogue = a_dialogue().leaves("ana").says()
    dialogue.people = {"root": ROOT}

    dialogue.hears("tom: owner me").whispers("tom refused").hears("root: owner me")
    assert dialogue.review.owner == "root"


def test_who_turns_out_to_be_of_another_organisation_neither_takes_it_over_nor_moves_the_date() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@zed"}).leaves("ana")
    dialogue.expects("heir", "zed", dialogue.standing.heir)
    dialogue.people = {"zed": person("zed", outsider=True)}

    for word in ("me", "ask me", "owner me", "owner @tom", "date 15 Dec"):
        dialogue.hears(f"zed: {word}", private=True).whispers("zed outsider").refused()
    dialogue.presses("zed", Tap.TAKE).whispers("zed outsider").refused()
    assert dialogue.review.owner == "ana"


ADMINISTERS_ELSEWHERE = person("zed", outsider=True, admin=True)


def test_an_administrator_of_another_organisation_is_neither_asked_nor_rescues() -> None:
    dialogue = a_dialogue(people=(ADMINISTERS_ELSEWHERE,)).leaves("ana").says()
    dialogue.hears("zed: owner @bob").whispers("zed outsider").refused()

    assert a_dialogue(people=(ADMINISTERS_ELSEWHERE, ROOT)).leaves("ana").standing.heir == "root"


def test_the_settings_make_nobody_of_another_organisation_an_administrator_here() -> None:
    dialogue = a_dialogue(people=(person("zed", outsider=True),))
    dialogue.engine = replace(dialogue.engine, admins=frozenset({"zed"}))

    dialogue.hears("ana: ask @zed").whispers("ana outsider").refused()
    dialogue.leaves("ana").says().hears("zed: owner @bob").whispers("zed outsider").refused()


def test_the_settings_make_nobody_of_a_bot() -> None:
    dialogue = a_dialogue()
    dialogue.engine = replace(dialogue.engine, admins=frozenset({"robo"}))

    dialogue.hears("ana: owner @robo").whispers("ana who").refused()


def test_the_owner_comes_back() -> None:
    dialogue = a_dialogue().submits("ana", "about", ABOUT).leaves("ana").hears("ana: @dana")

    assert not gone_card(dialogue, "owner/ana/lena").open
    dialogue.hears("lena: owner me").whispers("lena refused")


def test_an_owner_who_was_named_too_is_replaced_once_there_is_a_new_one() -> None:
    dialogue = a_dialogue().submits("ana", "about", ABOUT).hears("ana: me").leaves("ana")
    dialogue.says("revise question/run", "revise root")
    assert not gone_card(dialogue, "gone/ana/lena").open

    dialogue.hears("lena: owner me")
    assert gone_card(dialogue, "gone/ana/lena").open


def test_a_lead_or_sponsor_who_leaves_is_asked_nothing_later() -> None:
    dialogue = a_dialogue().submits("ana", "about", ABOUT).leaves("lena").says().leaves("ana")

    assert dialogue.standing.heir == "sven"


# --- channels ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "closed", "old"),
    [
        ("#claims-ai-helpdesk, Mon-Fri 8-18", "#claims-ai-helpdesk", True),
        ("#claims-ai-helpdesk, Mon-Fri 8-18", "#Claims-AI-Helpdesk", True),
        ("#Claims-AI-Helpdesk: Mon-Fri 8-18", "#claims-ai-helpdesk", True),
        ("the channel (#claims-ai-helpdesk!), Mon-Fri 8-18", "#claims-ai-helpdesk", True),
        ("#claims-ai-helpdesk, Mon-Fri 8-18", "#claims-ai", False),
        ("#claims-ai-helpdesk, Mon-Fri 8-18", "#helpdesk", False),
        ("#claims-ai-helpdesk, Mon-Fri 8-18", "#claims-ai-helpdesk-2", False),
    ],
)
def test_a_closed_channel_makes_an_answer_old(words: str, closed: str, old: bool) -> None:
    dialogue = a_dialogue().hears(f"ana: support route: {words}").state("run.support_route", State.COMPLETE)
    dialogue.archives(closed).state("run.support_route", State.STALE if old else State.COMPLETE)

    assert c12(dialogue) == (["run.support_route"] if old else [])
    dialogue.hears("tom: support route: #claims-help, Mon-Fri 8-18").state(
        "run.support_route", State.COMPLETE if old else State.CONFLICT
    )


def test_a_channel_that_is_named_after_it_was_closed_is_open_again() -> None:
    dialogue = a_dialogue().hears("ana: support route: #claims-help, Mon-Fri 8-18").archives("#claims-help")

    dialogue.hears("tom: support route: #claims-help, daily 8-20").state("run.support_route", State.COMPLETE)


def test_a_channel_that_nobody_named_may_close_unnoticed_and_closes_once() -> None:
    dialogue = a_dialogue().hears("ana: support route: #claims-help, Mon-Fri 8-18")
    review = dialogue.review
    assert dialogue.archives("#elsewhere").says().review is review

    review = dialogue.archives("#claims-help").says("revise question/run", "revise root").review
    assert dialogue.archives("#claims-help").says().review is review


def test_a_channel_in_words_counts_too_and_nobody_is_written_to_about_it() -> None:
    dialogue = a_dialogue().hears("ana: success.review: @dana posts it monthly in #claims-ai").archives("#claims-ai")

    dialogue.state("success.review", State.STALE)
    assert not [key for key in dialogue.review.posted if key.startswith("gone/")]


# --- another model -------------------------------------------------------------------------------------------------

TRIED = ("scale.load_tested", "scale.edge_cases", "rollback.tested_on")


def tried() -> Dialogue:
    dialogue = a_dialogue("full").hears(f"ana: rollback.tested_on: {CORE['rollback.tested_on']}")
    dialogue.hears("ana: load tested: Tested 60 requests per minute, expected peak 50 requests per minute")
    dialogue.hears("ana: edge cases: 90 cases: scanned handwriting and mixed languages; 7 failed, 5 were fixed")
    return dialogue.hears(f"ana: {OPS}: {CORE[OPS]}")


def states(dialogue: Dialogue) -> set[State]:
    return {dialogue.item(key).state for key in TRIED}


def test_another_kind_of_model_makes_old_what_was_tried_with_the_one_before() -> None:
    dialogue = tried().submits("ana", "about", {"ai_kind": "llm_app"})
    assert states(dialogue) == {State.COMPLETE}

    dialogue.submits("ana", "about", {"ai_kind": "llm_app", "stage": "scaling"})
    assert states(dialogue) == {State.COMPLETE}
    dialogue.submits("ana", "about", {"ai_kind": "vendor_feature"})
    assert states(dialogue) == {State.STALE}
    dialogue.state(OPS, State.COMPLETE)
    assert c12(dialogue) == []
    dialogue.hears("ana: undo")
    assert states(dialogue) == {State.COMPLETE}


def test_what_was_tried_after_the_change_is_new() -> None:
    dialogue = (
        tried().submits("ana", "about", {"ai_kind": "llm_app"}).submits("ana", "about", {"ai_kind": "classic_ml"})
    )
    dialogue.hears("ana: rollback.tested_on: 2026-11-20").state("rollback.tested_on", State.COMPLETE)

    assert dialogue.item("scale.load_tested").verdict is Verdict.COMPLETE
    dialogue.state("scale.load_tested", State.STALE)


# --- never posted --------------------------------------------------------------------------------------------------


def test_a_review_that_can_never_be_posted_frees_its_name_and_tells_only_who_started_it() -> None:
    dialogue = a_dialogue().cannot_be_posted().whispers("ana never_posted").phase(Phase.CANCELLED)
    assert dialogue.review.phase is Phase.CANCELLED

    dialogue.others = (dialogue.review,)
    dialogue.hears("tom: /ai-readiness start Claims Copilot").says("post root", "post question/run")


def test_said_again_nothing_happens() -> None:
    dialogue = a_dialogue().cannot_be_posted()
    review = dialogue.review

    assert dialogue.cannot_be_posted().says().review is review


def test_a_paused_review_is_withdrawn_too() -> None:
    dialogue = a_dialogue().hears("ana: owner @tom", "tom: pause").cannot_be_posted()

    dialogue.whispers("ana never_posted").phase(Phase.CANCELLED)


def test_an_administrator_of_the_settings_is_asked_to_take_over() -> None:
    dialogue = a_dialogue()
    dialogue.engine = replace(dialogue.engine, admins=frozenset({"zoe"}))

    assert dialogue.leaves("ana").standing.heir == "zoe"


def test_administrators_of_the_platform_are_known_beside_those_of_the_settings() -> None:
    dialogue = a_dialogue(people=(ROOT,))
    dialogue.engine = replace(dialogue.engine, admins=frozenset({"zoe"}))

    assert dialogue.leaves("ana").standing.heir == "root"


# --- the place is lost -----------------------------------------------------------------------------------------------


def test_where_nothing_can_be_posted_any_more_the_review_is_paused_and_only_its_owner_told() -> None:
    dialogue = a_dialogue().hears("ana: @dana").loses_its_place().whispers("ana place_lost").phase(Phase.PAUSED)
    card, root = dialogue.whispered(), dialogue.card("root")

    assert isinstance(card, NoticeCard)
    assert [way.tap for way in card.ways] == [Tap.RESUME]
    assert isinstance(root, RootCard)
    assert (root.phase_by, dialogue.review.phase) == ("", Phase.PAUSED)


@pytest.mark.parametrize("lines", [["ana: pause"], ["ana: done"], ["ana: cancel", "ana: cancel"]])
def test_of_a_review_that_does_not_run_nothing_is_said(lines: list[str]) -> None:
    dialogue = a_dialogue().hears(*lines)
    review = dialogue.review

    assert dialogue.loses_its_place().says().review is review


def test_the_place_is_lost_once() -> None:
    dialogue = a_dialogue().loses_its_place()
    review = dialogue.review

    assert dialogue.loses_its_place().says().review is review
    dialogue.hears("ana: undo").whispers("ana nothing_to_undo")


def test_what_changed_meanwhile_is_shown_when_the_review_is_resumed() -> None:
    dialogue = a_dialogue().loses_its_place().hears("ana: resume")

    dialogue.says("revise root").phase(Phase.OPEN)
    dialogue.loses_its_place().whispers("ana place_lost")


def test_of_an_owner_who_has_left_the_heir_is_told_where_there_is_one() -> None:
    with_heir = a_dialogue().submits("ana", "about", {"lead": "@tom"}).leaves("ana")

    with_heir.loses_its_place().whispers("tom place_lost")
    a_dialogue().leaves("ana").loses_its_place().says().phase(Phase.PAUSED)
