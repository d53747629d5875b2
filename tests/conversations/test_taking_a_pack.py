"""A later version of a pack: it is offered once, forced on nobody, and what it changes comes when it is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import yaml

from conversations.board import board
from conversations.cards import FollowUpCard, PackOfferCard, QuestionCard, RetiredCard, Tap
from conversations.effects import Post, Revise
from conversations.pack_files.parser import parse_packs
from conversations.packs import Pack
from conversations.quiet import quiet_key
from conversations.reports import report
from conversations.review import Act, ActKind, State
from conversations.verdicts import Verdict
from tests.conversations.test_packs import BUNDLED, PARTS
from tests.dialogue import CORE, OF_A_REVIEW, Dialogue, a_dialogue, answering, engine, person, short

CORE_PACK = engine().library.packs["core"]
ADDED: Mapping[str, Any] = {
    "key": "run.recovery_plan",
    "label": "recovery plan",
    "prompt": "Link the recovery plan.",
    "type": "url",
    "why": "A region that is gone is not the hour to write one.",
    "example": "https://wiki.acme.io/recovery",
    "follow_up": "Is there a page I can link?",
    "guards": "F3",
}


def items_of(content: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(each["items"] for each in content["questions"] if each["id"] == key)
    return found


def item_of(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    return next(item for item in items_of(content, key.partition(".")[0]) if item["key"] == key)


@cache
def later(version: str = "0.2.0") -> Pack:
    """Core with a question added, one dropped, one reworded, and two that are judged by other parts."""
    content = yaml.safe_load(BUNDLED["core.yaml"])
    content["version"] = version
    items_of(content, "run").append(dict(ADDED))
    items_of(content, "train").remove(item_of(content, "train.help_channel"))
    item_of(content, "success.baseline")["prompt"] = "What is it today, over which weeks?"
    item_of(content, "fail.fallback")["parts"] = ["action", "fallback_target", "duration"]
    item_of(content, "rollback.steps")["parts"] = ["action"]
    if version != "0.2.0":
        items_of(content, "run").append({**ADDED, "key": "run.cost_centre", "label": "cost centre"})
    return parse_packs({**BUNDLED, "core.yaml": yaml.safe_dump(content, sort_keys=False)}, PARTS).packs["core"]


def appears(dialogue: Dialogue, version: str = "0.2.0") -> Dialogue:
    """The library holds a later version now."""
    library = engine().library
    packs = {**library.packs, "core": later(version)}
    dialogue.engine = replace(dialogue.engine, library=replace(library, packs=packs))
    return dialogue


def offered(dialogue: Dialogue, version: str = "0.2.0") -> Dialogue:
    return appears(dialogue, version).waits()


def offer(dialogue: Dialogue, version: str = "0.2.0", owner: str = "ana") -> PackOfferCard:
    card = dialogue.card(f"pack/{version}/{owner}")
    assert isinstance(card, PackOfferCard)
    return card


def posted(dialogue: Dialogue) -> list[str]:
    return [effect.key for turn in dialogue.turns for effect in turn.effects if isinstance(effect, Post)]


def offers(dialogue: Dialogue) -> list[Act]:
    return [act for act in dialogue.review.acts if act.kind is ActKind.PACK_OFFERED]


def finished() -> Dialogue:
    return _finished().twin()


@cache
def _finished() -> Dialogue:
    """Continued by twins of it only."""
    return a_dialogue().hears(*answering(), "dana: yes", "lee: yes", "priya: yes")


# --- the offer -------------------------------------------------------------------------------------------------------


def test_a_later_version_is_offered_to_the_owner_by_a_lapse() -> None:
    dialogue = offered(finished()).says()
    assert [act.option for act in offers(dialogue)] == ["0.2.0"]

    card = offer(dialogue)
    assert (card.pack, card.version, card.offered, card.open) == ("core", "0.1.0", "0.2.0", True)
    assert [way.tap for way in card.ways] == [Tap.TAKE_OVER]
    assert [(change.prompt, change.becomes) for change in card.changes] == [
        ("Link the recovery plan.", "new"),
        (CORE_PACK.by_key["fail.fallback"].prompt, "judged_anew"),
        ("What is it today, over which weeks?", "reworded"),
        (CORE_PACK.by_key["rollback.steps"].prompt, "judged_anew"),
        (CORE_PACK.by_key["train.help_channel"].prompt, "dropped"),
    ]
    assert card.kept == len(CORE) - 4


def test_it_is_offered_once_whatever_time_passes() -> None:
    dialogue = offered(finished())
    for _ in range(20):
        dialogue.waits(days=10)

    assert len(offers(dialogue)) == 1


def test_nobody_but_a_lapse_offers_it() -> None:
    dialogue = appears(a_dialogue()).hears("ana: @dana", "tom: status", "ana: pause", "ana: resume")

    assert offers(dialogue) == []


def test_a_closed_review_is_offered_nothing() -> None:
    done = offered(finished().hears("ana: done")).says()
    for _ in range(20):
        done.waits(days=10)
    assert offers(done) == []
    offered(finished().hears("ana: cancel", "ana: cancel")).says()


def test_a_review_that_is_opened_again_is_offered_it_then() -> None:
    dialogue = offered(finished().hears("ana: done")).hears("ana: resume").waits()

    assert len(offers(dialogue)) == 1


def test_an_offer_to_an_owner_who_has_left_waits_for_the_next_one() -> None:
    dialogue = finished().submits("ana", "about", {"lead": "@tom"}).leaves("ana")
    offered(dialogue).says()
    assert not offer(dialogue, owner="tom").open

    dialogue.hears("tom: owner me")
    assert offer(dialogue, owner="tom").open


def test_a_still_later_version_is_offered_again_and_closes_the_first_offer() -> None:
    dialogue = offered(offered(finished()).written("pack/0.2.0/ana"), "0.3.0").says("revise pack/0.2.0/ana to ana")

    assert not offer(dialogue).open
    assert offer(dialogue).taken_by is None
    assert offer(dialogue, "0.3.0").open


def test_an_offer_goes_on_to_who_owns_it_next() -> None:
    dialogue = offered(finished()).written("pack/0.2.0/ana").hears("ana: owner @tom")

    assert "revise pack/0.2.0/ana to ana" in [short(effect) for effect in dialogue.turn.effects]
    assert (offer(dialogue).open, offer(dialogue, owner="tom").open) == (False, True)


def test_an_earlier_version_and_the_same_one_are_no_offer() -> None:
    dialogue = finished()
    dialogue.engine = replace(dialogue.engine, library=replace(engine().library, packs={"core": _versioned("0.0.9")}))
    dialogue.waits().says()
    dialogue.hears("ana: take over").whispers("ana no_newer_pack").refused()


def _versioned(version: str) -> Pack:
    return replace(later(), version=version)


def test_nothing_is_forced() -> None:
    with_offer, without = offered(finished()), finished().waits()
    for _ in range(20):
        with_offer.waits(days=10)
        without.waits(days=10)

    assert with_offer.review.pack == without.review.pack == CORE_PACK
    assert with_offer.standing.items == without.standing.items
    assert with_offer.card("root") == without.card("root")


# --- taking it over --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["tom", "dana", "priya"])
def test_only_the_owner_takes_it_over(who: str) -> None:
    dialogue = offered(finished()).hears(f"{who}: take over").whispers(f"{who} refused").refused()
    dialogue.presses(who, Tap.TAKE_OVER).whispers(f"{who} refused").refused()

    assert dialogue.review.pack.version == "0.1.0"


def taken(dialogue: Dialogue, version: str = "0.2.0") -> Dialogue:
    dialogue = offered(dialogue, version).hears("ana: take over")
    assert dialogue.review.pack == later(version)
    return dialogue


def test_the_word_and_the_button_are_one() -> None:
    by_word, by_button = taken(finished()), offered(finished()).presses("ana", Tap.TAKE_OVER)

    assert by_button.review.pack == by_word.review.pack
    assert [act.kind for act in by_button.review.acts] == [act.kind for act in by_word.review.acts]


def test_what_it_adds_is_asked_and_what_it_drops_is_in_the_history_only() -> None:
    dialogue = taken(finished())

    dialogue.state("run.recovery_plan", State.OPEN)
    assert "train.help_channel" not in dialogue.standing.items
    assert [act.said for act in dialogue.review.acts if act.item == "train.help_channel"] == [
        CORE["train.help_channel"]
    ]
    document = report(dialogue.standing, generated_at=dialogue.now, name=str)
    assert document["pack"]["version"] == "0.2.0"
    assert "train.help_channel" not in str(document)


def test_answers_are_judged_anew_by_the_rules_of_the_later_version() -> None:
    dialogue = taken(finished()).state("fail.fallback", State.VAGUE).asked("fail.fallback")

    assert dialogue.item("fail.fallback").answer is not None
    card = dialogue.card("follow_up/fail.fallback")
    assert isinstance(card, FollowUpCard)
    dialogue.hears("tom: 15 minutes").state("fail.fallback", State.COMPLETE).asked("run.recovery_plan")


def test_what_was_vague_may_be_complete_by_it() -> None:
    dialogue = a_dialogue().hears(*answering("rollback.steps"), "tom: Turn off the flag claims_copilot in LaunchDarkly")
    dialogue.state("rollback.steps", State.VAGUE)

    taken(dialogue).state("rollback.steps", State.COMPLETE)


def test_what_is_judged_alike_is_no_new_answer() -> None:
    before = finished()
    dialogue = taken(finished())
    kept = set(CORE) - {"fail.fallback", "rollback.steps", "train.help_channel"}

    assert {key: dialogue.item(key).answer for key in kept} == {key: before.item(key).answer for key in kept}
    assert {dialogue.item(key).history_count for key in kept} == {1}


def test_an_accepted_does_not_apply_stays_accepted() -> None:
    dialogue = a_dialogue().hears(*answering("rollback.steps"), "priya: yes")
    dialogue.hears("tom: steps: n/a because nothing is deployed at all", "priya: accept steps")
    dialogue.state("rollback.steps", State.NA_ACCEPTED)

    taken(dialogue).state("rollback.steps", State.NA_ACCEPTED)


def test_who_has_said_yes_has_said_it_for_the_later_version_too() -> None:
    dialogue = taken(finished())

    assert {dialogue.item(key).state for key in ("run.service_owner", "rollback.decider")} == {State.COMPLETE}


def test_the_card_says_who_took_it_over() -> None:
    card = offer(taken(finished()))

    assert (card.open, card.taken_by, card.ways) == (False, "ana", ())


def test_every_card_is_revised_as_its_buttons_carry_the_pack() -> None:
    before = offered(finished())
    shown = before.review.posted
    dialogue = before.hears("ana: take over")
    revised = [effect.key for effect in dialogue.turn.effects if isinstance(effect, Revise)]

    assert sorted(revised) == sorted(shown)
    card = dialogue.card("question/run")
    assert isinstance(card, QuestionCard)
    assert len(card.rows) == 5


def test_messages_about_what_is_dropped_are_retired() -> None:
    dialogue = finished().hears("ana: ask @sam help channel").written("ask/train.help_channel/sam")
    dialogue.nudges("sam", "train.help_channel").hears("ana: help channel: TBD")
    dialogue.hears("tom: help channel: n/a because they sit next to us", "lee: help channel: #other-desk, Mon-Fri 9-17")
    about = [key for key in dialogue.review.posted if "train.help_channel" in key]
    assert len(about) >= 3

    taken(dialogue)
    reminded = [key for key in dialogue.review.posted if key.startswith("reminder/")]
    assert [dialogue.card(key) for key in reminded] == [RetiredCard(project="Claims Copilot", about="help channel")]
    assert {type(dialogue.card(key)) for key in about} == {RetiredCard}
    assert set(dialogue.review.posted) <= set(board(dialogue.standing))


def test_no_button_of_the_earlier_version_does_anything() -> None:
    dialogue = offered(finished())
    before = dialogue.standing.pack.digest
    dialogue.hears("ana: take over").presses("ana", Tap.STATUS).whispers("ana summary")
    button = dialogue.heard.button
    assert button is not None
    for tap in OF_A_REVIEW:
        heard = replace(dialogue.heard, button=replace(button, act=tap.value, digest=before, item="run.runbook"))
        turn = dialogue.engine.decide(heard, dialogue.found)
        told = [short(effect) for effect in turn.effects]
        assert (tap, turn.refused, told) == (tap, True, ["whisper ana old_button"])


def test_it_is_taken_over_once() -> None:
    taken(finished()).hears("ana: take over").whispers("ana no_newer_pack").refused()


def test_what_was_never_offered_is_offered_first() -> None:
    dialogue = appears(finished()).hears("ana: take over").whispers("ana pack_offer")
    assert dialogue.review.pack.version == "0.1.0"

    appears(dialogue, "0.3.0").hears("ana: take over")
    dialogue.whispers("ana pack_offer")
    assert dialogue.review.pack.version == "0.1.0"
    assert dialogue.hears("ana: take over").review.pack.version == "0.3.0"


def test_versions_are_taken_one_after_the_other() -> None:
    dialogue = taken(taken(finished()), "0.3.0")

    assert "run.cost_centre" in dialogue.standing.items
    assert (offer(dialogue).open, offer(dialogue).taken_by) == (False, "ana")


def test_a_paused_review_may_be_taken_over_and_a_closed_one_not() -> None:
    paused = offered(finished().hears("ana: pause")).hears("ana: take over")
    assert paused.review.pack.version == "0.2.0"
    offered(finished()).hears("ana: done", "ana: take over").whispers("ana closed").refused()


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_undo_takes_back_an_answer_and_not_the_version() -> None:
    dialogue = taken(a_dialogue().hears(*answering(), "tom: fallback: They write it by hand in the old claim form"))
    dialogue.hears("tom: undo").hears("ana: undo", "ana: undo", "lee: undo")

    assert dialogue.review.pack.version == "0.2.0"
    assert not any(
        act.kind is ActKind.WITHDRAWN and dialogue.review.acts[(act.target or 1) - 1].kind is ActKind.PACK_TAKEN
        for act in dialogue.review.acts
    )


def test_an_answer_that_was_replaced_before_stands_judged_by_the_later_version_when_it_is_back() -> None:
    dialogue = a_dialogue().hears(f"ana: fallback: {CORE['fail.fallback']}")
    dialogue.hears("ana: fallback: Users write it by hand in the old claim form within 15 minutes")
    taken(dialogue).state("fail.fallback", State.COMPLETE)

    dialogue.hears("ana: undo").state("fail.fallback", State.VAGUE)


def test_what_was_said_to_a_dropped_question_can_be_deleted_edited_and_taken_back() -> None:
    dialogue = taken(finished().hears(f"tom: help channel: {CORE['train.help_channel']} or ask Mika"))
    number = next(int((act.source or "m0")[1:]) for act in dialogue.review.acts if "Mika" in (act.said or ""))
    dialogue.edits("tom", number, "#elsewhere").says()
    dialogue.deletes("tom", number)

    assert "Mika" not in repr(dialogue.review.acts)
    dialogue.hears("tom: undo", "tom: not an answer", "ana: not an answer")


def test_a_joined_answer_stays_joined() -> None:
    dialogue = a_dialogue().hears(*answering("fail.fallback"), "tom: Users write the summary by hand")
    dialogue.hears("tom: in the old claim form")
    before = dialogue.item("fail.fallback")
    taken(dialogue)
    after = dialogue.item("fail.fallback")

    assert before.answer is not None
    assert after.answer is not None
    assert after.answer.target == before.answer.target
    assert (before.answer.verdict, after.answer.verdict) == (Verdict.COMPLETE, Verdict.VAGUE)


def test_sides_of_a_conflict_stay_sides() -> None:
    dialogue = finished().hears("tom: fallback: They call the desk and a clerk types it for 20 minutes")
    dialogue.state("fail.fallback", State.CONFLICT)
    taken(dialogue).state("fail.fallback", State.CONFLICT)

    assert [side.by for side in dialogue.item("fail.fallback").sides] == ["ana", "tom"]
    dialogue.hears("ana: use 2").state("fail.fallback", State.COMPLETE)


def test_answers_of_other_organisations_stay_marked_and_what_they_name_is_not_written_to() -> None:
    dialogue = a_dialogue(people=(person("eve", outsider=True),))
    dialogue.hears(*answering("run.service_owner", "fail.fallback"), "ana: service owner: @eve")
    dialogue.hears(f"eve: fallback: {CORE['fail.fallback']}")
    taken(dialogue)

    answer = dialogue.item("fail.fallback").answer
    assert answer is not None
    assert answer.outside
    assert not [key for key in dialogue.review.posted if key.endswith("/eve")]


def test_a_review_with_an_overlay_keeps_it() -> None:
    dialogue = finished().submits("ana", "about", {"ai_kind": "agent"})
    taken(dialogue).state("llm.disclosure", State.OPEN)

    assert dialogue.standing.pack.questions[-1].key == "overlay"


def test_an_offer_does_not_count_as_something_said() -> None:
    dialogue = a_dialogue().hears("ana: @dana")
    key = quiet_key(dialogue.standing)

    assert quiet_key(offered(dialogue).written("pack/0.2.0/ana").standing) == key
