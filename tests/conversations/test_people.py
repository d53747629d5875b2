"""People: who is asked, named, confirms and declines, and what people of other organisations never do."""

from __future__ import annotations

from conversations.cards import AskCard, ConfirmCard, MineCard, NotApplicableCard, NoticeCard
from conversations.review import State
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to, answering, person

# --- asking somebody -----------------------------------------------------------------------------------------------


def ask_card(dialogue: Dialogue, item: str, who: str) -> AskCard:
    card = dialogue.card(f"ask/{item}/{who}")
    assert isinstance(card, AskCard)
    return card


def test_asking_somebody_writes_to_them_and_goes_on() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam").asked("run.ops_team")

    dialogue.says("revise question/run", "revise root").written("ask/run.service_owner/sam")
    dialogue.says()
    card = ask_card(dialogue, "run.service_owner", "sam")
    assert (card.by, card.open) == ("tom", True)


def test_what_somebody_was_asked_does_not_come_again_until_they_decline() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam", *answering("run.service_owner")).asked(None)

    dialogue.hears("sam: not me").asked("run.service_owner")
    assert not ask_card(dialogue, "run.service_owner", "sam").open


def test_not_me_can_name_somebody_else() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam", "sam: not me, ask @lee")

    dialogue.posts().asked("run.ops_team")
    assert dialogue.item("run.service_owner").assignee == "lee"
    assert ask_card(dialogue, "run.service_owner", "lee").by == "sam"


def test_only_the_person_asked_can_say_not_me() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam runbook").presses("kim", "not_me", "run.runbook")

    dialogue.whispers("kim refused").refused()


def test_not_me_on_a_card_is_about_its_own_item() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam runbook", "tom: ask @sam plan").presses("sam", "not_me", "run.runbook")

    assert dialogue.item("run.runbook").assignee is None
    assert dialogue.item("train.plan").assignee == "sam"


def test_the_assignee_answers_by_name_or_directly_and_a_plain_reply_goes_to_the_item_asked() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam", f"sam: {CORE['run.ops_team']}").state("run.ops_team", State.COMPLETE)
    dialogue.state("run.service_owner", State.OPEN)

    dialogue.hears("sam: @dana", private=True).state("run.service_owner", State.UNCONFIRMED)
    card = ask_card(dialogue, "run.service_owner", "sam")
    assert (card.open, card.answered_by) == (False, "sam")


def test_a_direct_message_puts_off_what_was_asked_there() -> None:
    dialogue = a_dialogue().hears("tom: ask @sam runbook").hears("sam: later Fri", private=True)

    dialogue.state("run.runbook", State.DEFERRED).asked("run.service_owner")


def test_an_answer_of_the_assignee_that_makes_two_is_waited_for_no_longer() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears("tom: ask @sam runbook")
    dialogue.hears("sam: https://wiki.acme.io/other", private=True).state("run.runbook", State.CONFLICT)

    assert not ask_card(dialogue, "run.runbook", "sam").open


def test_taking_an_item_assigns_it_and_leaves_it_the_one_asked() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("tom: ask me").asked("run.ops_team")
    assert dialogue.item("run.ops_team").assignee == "tom"
    assert not [key for key in dialogue.review.posted if key.startswith("ask/")]

    dialogue.presses("lee", "take", "run.runbook").asked("run.ops_team")
    assert dialogue.item("run.runbook").assignee == "lee"


def test_taking_what_somebody_else_was_asked_brings_it_back_into_the_walk() -> None:
    a_dialogue().hears("ana: ask @sam", "ana: ask me service owner").asked("run.service_owner")


# --- being named ---------------------------------------------------------------------------------------------------


def test_a_named_person_confirms() -> None:
    dialogue = a_dialogue().hears("ana: @dana").state("run.service_owner", State.UNCONFIRMED)

    dialogue.written("confirm/run.service_owner/dana").hears("dana: yes").state("run.service_owner", State.COMPLETE)
    dialogue.says("revise question/run", "revise confirm/run.service_owner/dana to dana", "revise root")
    card = dialogue.card("confirm/run.service_owner/dana")
    assert isinstance(card, ConfirmCard)
    assert card.answer is True
    dialogue.hears("dana: yes service owner").whispers("dana nothing_to_confirm").refused()


def test_naming_oneself_confirms() -> None:
    a_dialogue().hears("dana: me").state("run.service_owner", State.COMPLETE)


def test_who_has_said_yes_is_not_asked_again_when_named_anew() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: yes", "ana: service owner: @dana, Claims Platform")

    dialogue.state("run.service_owner", State.COMPLETE)


def test_nobody_confirms_for_another() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "tom: yes service owner").whispers("tom refused").refused()

    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    assert card.people == ("dana",)


def test_a_named_person_declines_and_the_item_is_asked_again() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: no").asked("run.service_owner")

    dialogue.state("run.service_owner", State.OPEN)
    card = dialogue.card("confirm/run.service_owner/dana")
    assert isinstance(card, ConfirmCard)
    assert card.answer is False


def test_a_no_to_what_was_taken_back_meanwhile_changes_nothing_else() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: no", "ana: undo", "ana: @lee").asked("run.ops_team")

    assert dialogue.item("run.service_owner").named == "lee"


def test_declining_can_ask_another() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: no, ask @lee").asked("run.ops_team")

    dialogue.posts()
    card = dialogue.card("confirm/run.service_owner/dana")
    assert isinstance(card, ConfirmCard)
    assert (card.answer, card.asked) == (False, "lee")


def test_once_somebody_else_is_named_who_declined_is_asked_for_nobody() -> None:
    card = a_dialogue().hears("ana: @dana", "dana: no", "ana: @lee").card("confirm/run.service_owner/dana")

    assert isinstance(card, ConfirmCard)
    assert (card.open, card.answer, card.asked) == (False, None, None)


def test_what_somebody_was_asked_is_settled_by_the_first_answer_whatever_comes_later() -> None:
    dialogue = a_dialogue().hears("ana: ask @bo ops_team", f"bo: ops_team: {CORE['run.ops_team']}")
    settled = dialogue.card("ask/run.ops_team/bo")
    assert isinstance(settled, AskCard)
    assert settled.answered_by == "bo"

    dialogue.hears("ana: ask @bo runbook", "tom: ops_team: Claims Ops, since 2 November", "ana: use 2")
    assert dialogue.card("ask/run.ops_team/bo") == settled


def test_declining_can_take_it_over() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: no, ask me").asked("run.service_owner")

    assert dialogue.item("run.service_owner").assignee == "dana"


def test_a_bare_yes_means_what_one_was_named_for_last() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: decider: @dana", "dana: yes")

    dialogue.state("rollback.decider", State.COMPLETE).state("run.service_owner", State.UNCONFIRMED)


def test_a_rota_needs_nobodys_word() -> None:
    a_dialogue().hears("ana: decider: on-call rota claims-ai in PagerDuty").state("rollback.decider", State.COMPLETE)


def test_somebody_named_anew_is_asked_and_the_first_no_longer() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: service owner: @lee")
    again = dialogue.card("confirm/run.service_owner/lee")
    assert isinstance(again, ConfirmCard)
    assert again.open

    card = dialogue.card("confirm/run.service_owner/dana")
    assert isinstance(card, ConfirmCard)
    assert (card.open, card.answer) == (False, None)


# --- my items ------------------------------------------------------------------------------------------------------


def test_mine_lists_what_one_is_asked_named_for_and_can_agree_to() -> None:
    dialogue = a_dialogue().hears(*answering("rollback.steps", "run.runbook"), "ana: ask @priya runbook")
    dialogue.hears("tom: steps: n/a because it has no users at all", "priya: mine")

    card = dialogue.whispered()
    assert isinstance(card, MineCard)
    assert [(line.name, line.wants) for line in card.lines] == [
        ("runbook", "answer"),
        ("steps", "accept"),
        ("approver", "confirm"),
    ]


def test_nothing_of_a_closed_review_is_anybodys() -> None:
    dialogue = a_dialogue().hears("ana: ask @priya runbook", "ana: done", "priya: mine")
    card = dialogue.whispered()

    assert isinstance(card, MineCard)
    assert card.lines == ()


# --- people of other organisations ---------------------------------------------------------------------------------

EVE = person("eve", outsider=True)


def test_an_outsider_who_is_named_is_never_written_to() -> None:
    dialogue = a_dialogue(people=(EVE,)).hears("ana: @eve").posts("who/run.service_owner")

    dialogue.state("run.service_owner", State.UNCONFIRMED).hears("eve: yes service owner").whispers("eve outsider")


def test_an_outsider_does_not_name_themselves_approver() -> None:
    dialogue = a_dialogue(people=(EVE,)).hears("eve: approver: me").state("approve.approver", State.UNCONFIRMED)
    assert dialogue.standing.approver is None

    dialogue.submits("eve", "approve", {"approve.approver": "@eve"}).state("approve.approver", State.UNCONFIRMED)


def test_an_outsider_is_neither_asked_nor_handed_the_review() -> None:
    dialogue = a_dialogue(people=(EVE,)).hears("ana: ask @eve").whispers("ana outsider").refused()

    dialogue.hears("ana: owner @eve").whispers("ana outsider").refused()
    dialogue.hears("ana: @dana", "dana: no, ask @eve").whispers("dana outsider").refused()
    dialogue.hears("eve: ask me").whispers("eve outsider").refused()
    dialogue.hears("ana: @dana", "eve: me").whispers("eve outsider").refused()


def test_an_outsider_accepts_nothing() -> None:
    dialogue = a_dialogue(people=(EVE,)).hears("ana: plan: n/a because it is a batch without users", "eve: accept plan")

    dialogue.whispers("eve outsider").refused()


def test_who_takes_an_answer_hears_that_it_is_theirs() -> None:
    a_dialogue_up_to("run.ops_team").hears("tom: ask me").whispers("tom yours").asked("run.ops_team")


def test_an_outsider_who_was_spoken_to_is_not_written_to_when_that_is_used_as_an_answer() -> None:
    dialogue = a_dialogue(people=(EVE,)).hears("ana: @eve please", "tom: use that")

    dialogue.posts("who/run.service_owner").state("run.service_owner", State.UNCONFIRMED)
    assert dialogue.item("run.service_owner").named_here is None


def test_words_of_an_outsider_stay_marked_whoever_uses_them() -> None:
    dialogue = a_dialogue(people=(EVE,)).hears("eve: @tom can you run this?", "ana: use that")
    dialogue.hears("ana: @lee please ask Claims Platform", "eve: use that")

    assert [(act.by, act.outside) for act in dialogue.review.acts if act.verdict] == [("eve", True), ("ana", False)]


def test_an_outsider_is_neither_lead_nor_sponsor() -> None:
    dialogue = a_dialogue(people=(EVE,)).submits("ana", "about", {"lead": "@eve"}).refused()
    assert set(dialogue.turn.errors) == {"lead"}

    dialogue.submits("ana", "about", {"sponsor": "@eve", "stage": "idea"}).refused().leaves("ana")
    assert dialogue.standing.heir is None


def test_a_name_that_was_only_typed_is_nobodys_to_confirm_even_where_it_looks_like_an_id() -> None:
    dialogue = a_dialogue().hears("ana: Dana Ruiz", "Dana Ruiz: mine").state("run.service_owner", State.UNCONFIRMED)
    card = dialogue.whispered()
    assert isinstance(card, MineCard)
    assert card.lines == ()

    dialogue.hears("Dana Ruiz: not me").whispers("Dana Ruiz nothing_to_confirm")
    dialogue.hears("Dana Ruiz: yes").state("run.ops_team", State.VAGUE)


def test_who_was_asked_puts_it_off_by_its_name() -> None:
    for words in ("later Fri", "later, by Fri", "Later until 4 Dec"):
        a_dialogue().hears("ana: ask @joe ops team", f"joe: ops_team: {words}").state("run.ops_team", State.DEFERRED)
    a_dialogue().hears("joe: ops_team: later, when Ops has a lead").state("run.ops_team", State.VAGUE)


def waiver(dialogue: Dialogue, item: str) -> NotApplicableCard:
    card = dialogue.card(f"waiver/{item}")
    assert isinstance(card, NotApplicableCard)
    return card


def test_of_a_critical_answer_nobody_is_offered_what_only_an_approver_decides() -> None:
    dialogue = a_dialogue().hears("ana: fallback: n/a because the old form stays open for ever")
    assert waiver(dialogue, "fail.fallback").ways == ()
    assert waiver(dialogue.hears("tom: approver: @priya"), "fail.fallback").ways


def test_what_was_said_not_to_apply_and_taken_back_does_not_apply_by_nobodys_word() -> None:
    dialogue = a_dialogue().hears("ana: plan: n/a because it is a batch").hears("ana: undo")
    assert waiver(dialogue, "train.plan").taken_back
    dialogue.hears("ana: plan: n/a because it is a batch", "tom: reject plan")
    assert not waiver(dialogue, "train.plan").taken_back


def test_a_lead_who_is_seen_to_be_of_another_organisation_is_not_asked_to_take_over() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@eve", "sponsor": "@lee"})
    dialogue.people = {"eve": EVE}
    dialogue.hears("eve: @dana").leaves("ana").expects("heir", "lee", dialogue.standing.heir)


def test_who_has_said_yes_to_a_part_is_asked_where_nobody_leads() -> None:
    dialogue = a_dialogue().hears("ana: decider: @sam", "sam: yes decider").leaves("ana")
    dialogue.expects("heir", "sam", dialogue.standing.heir).hears("sam: owner me")
    dialogue.expects("owner", "sam", dialogue.standing.owner)
