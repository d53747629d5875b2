"""The sender against the fake of Teams, through the real SDK: every kind of delivery, and what may go wrong with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from adapters.teams.failures import Refused
from adapters.teams.names import ANSWERED
from adapters.teams.places import link
from conversations.cards import Notice, NoticeCard, Tap, Way
from conversations.errors import Unsayable
from conversations.people import Person
from conversations.ports import DeliveryKind
from tests.adapters import samples
from tests.adapters.teams_talk import NOON, Talk, in_teams
from tests.adaptive_cards import elements
from tests.fake_teams import TENANT, Message, Trouble, rung, text_of

ROOT, QUESTION, FOLLOW_UP, FORM = (
    samples.root(),
    samples.CARDS["question-asked"],
    samples.follow_up(),
    samples.CARDS["form"],
)
HELD = NoticeCard(notice=Notice.YOURS, project="Claims Copilot", label="fallback")
NO_CHAT = "I can't write to you privately yet"


async def thread_of(t: Talk) -> str:
    """The thread of a review that has begun."""
    await t.meets("ana")
    name = await t.says(ROOT, key="root", delivery_id="turn/root")
    assert name is not None
    return name.partition(" ")[0]


async def shown(t: Talk, thread: str) -> Message:
    """The newest message of a thread."""
    return t.teams.messages(thread)[-1]


# --- posts -----------------------------------------------------------------------------------------------------------


@in_teams
async def test_a_root_card_is_a_new_post_and_names_its_thread_first(t: Talk) -> None:
    await t.meets("ana")
    name = await t.says(ROOT, key="root")
    (root,) = t.teams.messages("claims")
    assert name == f"{root.conversation} {root.id}"
    assert root.conversation == f"{t.teams.place('claims').id};messageid={root.id}"
    assert "Claims Copilot" in text_of(root)


@in_teams
async def test_where_a_post_is_called_otherwise_than_its_thread_both_are_in_the_name(t: Talk) -> None:
    t.teams.numbers_posts = False
    await t.meets("ana")
    name = await t.says(ROOT, key="root")
    (root,) = t.teams.messages("claims")
    assert name == f"{root.conversation} {root.id}"
    assert root.id not in root.conversation


@in_teams
async def test_a_root_card_stands_in_the_thread_in_which_it_was_asked_for(t: Talk) -> None:
    thread = await thread_of(t)
    name = await t.says(ROOT, key="root", thread=thread)
    assert name == f"{thread} {(await shown(t, thread)).id}"
    assert len(t.teams.messages(thread)) == 2


@in_teams
async def test_a_question_stands_in_its_review_s_thread(t: Talk) -> None:
    thread = await thread_of(t)
    name = await t.says(QUESTION, key="question/fails", thread=thread)
    assert name == f"{thread} {(await shown(t, thread)).id}"


@in_teams
async def test_a_reply_without_an_id_has_no_name(t: Talk) -> None:
    t.teams.names_replies = False
    thread = await thread_of(t)
    assert await t.says(QUESTION, key="question/fails", thread=thread) is None
    assert len(t.teams.messages(thread)) == 2


@in_teams
async def test_a_message_is_a_card_with_a_summary_and_no_text_beside_it(t: Talk) -> None:
    thread = await thread_of(t)
    await t.says(QUESTION, key="question/fails", thread=thread, delivery_id="r1/2/0")
    activity = (await shown(t, thread)).activity
    assert "text" not in activity
    assert "channelData" not in activity
    assert activity["summary"].startswith("2 of 6")
    assert '"in": "r1/2/0"' in str(activity["attachments"]).replace("'", '"')


@in_teams
async def test_a_card_that_breaks_was_never_sent(t: Talk) -> None:
    thread = await thread_of(t)
    with pytest.raises(Unsayable):
        await t.says(samples.BROKEN, key="question/fails", thread=thread)
    assert len(t.teams.messages(thread)) == 1


@in_teams
async def test_who_is_asked_is_written_to_in_their_chat_and_notified(t: Talk) -> None:
    await t.meets("ana")
    name = await t.says(samples.CARDS["ask"], key="ask/steps/ben", to="ben")
    (message,) = t.teams.messages("@ben")
    assert name == f"{t.teams.personal('ben').id} {message.id}"
    assert message.activity["channelData"] == {"notification": {"alert": True}}


@in_teams
async def test_nobody_of_another_organisation_is_written_to(t: Talk) -> None:
    ben = t.teams.person("ben").id
    t.shelf.rows[TENANT, ben] = Person(platform="teams", tenant=TENANT, id=ben, name="Ben", outsider=True, read_at=NOON)
    await t.meets("ana")
    assert (await t.fails(FOLLOW_UP, to="ben", key="ask/steps/ben")).permanent
    assert t.methods() == []


@in_teams
async def test_signs_on_messages_stay_unsaid(t: Talk) -> None:
    for kind in (DeliveryKind.REACT, DeliveryKind.UNREACT):
        assert await t.says(None, kind=kind, source="19:x;messageid=1 2") is None
    assert t.teams.calls == []


@in_teams
async def test_nobody_can_tell_whether_a_message_arrived(t: Talk) -> None:
    for kind in DeliveryKind:
        with pytest.raises(LookupError):
            await t.sender.look_up(t.delivery(ROOT, kind=kind, key="root", attempts=1))


# --- revisions -------------------------------------------------------------------------------------------------------


@in_teams
async def test_a_revision_changes_the_message_and_rings_nobody(t: Talk) -> None:
    await t.meets("ana", privately=True)
    thread = await thread_of(t)
    for card, fields in ((ROOT, {"key": "root"}), (QUESTION, {"key": "question/a", "thread": thread})):
        name = await t.says(card, **fields)
        assert await t.says(FOLLOW_UP, kind=DeliveryKind.REVISE, message=name, **fields) is None
        changed = next(each for each in t.teams.messages("claims") if name == f"{each.conversation} {each.id}")
        assert changed.versions == 2
        assert not rung(changed)
    name = await t.says(FOLLOW_UP, to="ana", key="ask/a/ana")
    await t.says(FOLLOW_UP, to="ana", key="ask/a/ana", kind=DeliveryKind.REVISE, message=name)
    (message,) = t.teams.messages("@ana")
    assert message.versions == 2
    assert "channelData" not in message.activity


@in_teams
async def test_a_message_that_was_deleted_is_posted_anew_once(t: Talk) -> None:
    thread = await thread_of(t)
    name = await t.says(QUESTION, key="question/a", thread=thread)
    (await shown(t, thread)).deleted = True
    revised: dict[str, Any] = {"key": "question/a", "thread": thread, "kind": DeliveryKind.REVISE, "message": name}
    new = await t.says(FOLLOW_UP, **revised)
    assert new == f"{thread} {(await shown(t, thread)).id}" != name
    assert (await t.fails(FOLLOW_UP, **revised, attempts=1)).permanent


@in_teams
async def test_a_root_card_that_was_deleted_and_a_letter_that_is_gone_are_not_posted_again(t: Talk) -> None:
    await t.meets("ana", privately=True)
    root = await t.says(ROOT, key="root")
    letter = await t.says(samples.CARDS["letter"], to="ana", key="letter/1")
    for each in (*t.teams.messages("claims"), *t.teams.messages("@ana")):
        each.deleted = True
    failed = await t.fails(ROOT, key="root", kind=DeliveryKind.REVISE, message=root)
    assert isinstance(failed, Refused)
    assert (failed.status, failed.permanent) == (404, True)
    said = {"to": "ana", "key": "letter/1", "kind": DeliveryKind.REVISE, "message": letter}
    assert await t.says(samples.CARDS["letter"], **said) is None
    assert t.teams.messages("claims") == t.teams.messages("@ana") == []


# --- whispers --------------------------------------------------------------------------------------------------------


@in_teams
async def test_a_whisper_is_said_alone(t: Talk) -> None:
    thread = await thread_of(t)
    assert await t.says(HELD, kind=DeliveryKind.WHISPER, to="ana", thread=thread, source=f"{thread} 1") is None
    assert [text_of(each) for each in t.teams.messages("@ana")] == [text_of(t.teams.messages("@ana")[0])]
    assert len(t.teams.messages("claims")) == 1


@pytest.mark.parametrize(
    ("card", "source"),
    [(HELD, ANSWERED), (FORM, ANSWERED), (samples.CARDS["form-errors"], None), (samples.CARDS["noted"], "x y")],
    ids=["notice", "form", "errors", "noted"],
)
def test_what_the_answer_to_a_click_says_is_not_said_again(card: Any, source: str | None) -> None:
    @in_teams
    async def scene(t: Talk) -> None:
        assert await t.says(card, kind=DeliveryKind.WHISPER, to="ana", source=source) is None
        assert t.teams.calls == []

    scene()


@in_teams
async def test_what_no_answer_to_a_click_can_hold_is_said_alone(t: Talk) -> None:
    await t.meets("ana")
    for card in (samples.CARDS["summary"], samples.CARDS["notice-closed"]):
        await t.says(card, kind=DeliveryKind.WHISPER, to="ana", source=ANSWERED)
    await t.says(FORM, kind=DeliveryKind.WHISPER, to="ana")
    assert len(t.teams.messages("@ana")) == 3


@pytest.mark.parametrize("known", [True, False], ids=["a chat that was closed", "no chat"])
def test_where_somebody_cannot_be_reached_alone_they_are_named_in_the_thread(known: bool) -> None:
    @in_teams
    async def scene(t: Talk) -> None:
        thread = await thread_of(t)
        await t.meets("ben", privately=known)
        t.teams.person("ben").blocks_bot = True
        await t.says(HELD, kind=DeliveryKind.WHISPER, to="ben", thread=thread)
        said = await shown(t, thread)
        assert rung(said) == {t.teams.person("ben").id}
        assert "ben" in text_of(said)
        assert "this is yours now" in text_of(said)
        assert t.book.rows[TENANT, t.teams.person("ben").id].lost

    scene()


@pytest.mark.parametrize(
    "card",
    [
        samples.CARDS[name]
        for name in (
            *("report", "home", "preferences", "digest", "form", "form-about"),
            *("notice-code_to_join", "notice-joined", "notice-apart"),
        )
    ],
    ids=lambda card: type(card).__name__,
)
def test_no_answer_and_nothing_of_a_person_is_shown_to_all(card: Any) -> None:
    @in_teams
    async def scene(t: Talk) -> None:
        thread = await thread_of(t)
        await t.meets("ben")
        t.teams.person("ben").blocks_bot = True
        await t.says(card, kind=DeliveryKind.WHISPER, to="ben", thread=thread)
        said = await shown(t, thread)
        assert text_of(said).count("\n") == 0
        assert NO_CHAT in text_of(said)
        assert rung(said) == {t.teams.person("ben").id}

    scene()


@in_teams
async def test_who_is_told_of_an_account_elsewhere_is_told_in_their_own_chat(t: Talk) -> None:
    await t.meets("ben", privately=True)
    await t.says(samples.CARDS["notice-joined"], to="ben", channel="", review=None)
    (said,) = t.teams.messages("@ben")
    assert "You are one person to me with" in text_of(said)


@in_teams
async def test_who_is_outside_is_answered_where_they_spoke(t: Talk) -> None:
    thread, ben = await thread_of(t), t.teams.person("ben").id
    t.shelf.rows[TENANT, ben] = Person(platform="teams", tenant=TENANT, id=ben, name="Ben", outsider=True, read_at=NOON)
    await t.says(NoticeCard(notice=Notice.OUTSIDER), kind=DeliveryKind.WHISPER, to="ben", thread=thread)
    assert "for people of this organisation" in text_of(await shown(t, thread))
    assert t.teams.messages("@ben") == []


@in_teams
async def test_in_a_chat_there_is_nowhere_else_to_say_it(t: Talk) -> None:
    await t.meets("ben", privately=True)
    t.teams.person("ben").blocks_bot = True
    failed = await t.fails(HELD, kind=DeliveryKind.WHISPER, to="ben", channel="")
    assert failed.permanent
    assert t.teams.messages("claims") == []


@in_teams
async def test_nobody_waits_long_for_a_whisper(t: Talk) -> None:
    await t.meets("ben", privately=True)
    t.teams.fail("post", 502, times=None)
    whisper: dict[str, Any] = {"kind": DeliveryKind.WHISPER, "to": "ben"}
    assert (await t.fails(HELD, **whisper)).unknown
    assert (await t.fails(HELD, **whisper, created_at=NOON - timedelta(minutes=11))).permanent


# --- what may go wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("Throttled", (7, False, False)),
        ("PreconditionFailed", (2, False, False)),
        ("MessageSizeTooBig", (None, True, False)),
        ("BotNotInConversationRoster", (None, True, False)),
        ("BotDisabledByAdmin", (300, False, False)),
        ("ConversationNotFound", (None, True, False)),
        ("MessageWritesBlocked", (None, True, False)),
        (500, (None, False, True)),
        (400, (60, False, False)),
        (Trouble.DROP_BEFORE, (None, False, True)),
        (Trouble.DROP_AFTER, (None, False, True)),
    ],
    ids=str,
)
def test_a_post_that_fails_says_what_became_of_it(how: Any, outcome: Any) -> None:
    @in_teams
    async def scene(t: Talk) -> None:
        thread = await thread_of(t)
        t.teams.fail("post", how, seconds=7)
        failed = await t.fails(QUESTION, key="question/a", thread=thread)
        assert (failed.retry_after_seconds, failed.permanent, failed.unknown) == outcome

    scene()


@in_teams
async def test_a_refusal_that_nobody_has_heard_of_is_borne_for_a_while(t: Talk) -> None:
    thread = await thread_of(t)
    t.teams.fail("*", 400, times=None)
    for key, thread_id, patience in (("question/a", thread, timedelta(minutes=10)), ("root", None, timedelta(days=1))):
        early = NOON - patience + timedelta(seconds=5)
        fields: dict[str, Any] = {"key": key, "thread": thread_id}
        assert (await t.fails(QUESTION, **fields, created_at=early)).retry_after_seconds == 60
        assert (await t.fails(QUESTION, **fields, created_at=NOON - patience)).permanent


@in_teams
async def test_a_conversation_takes_a_few_at_once_and_then_one_a_second(t: Talk) -> None:
    thread = await thread_of(t)
    for n in range(12):
        await t.says(FOLLOW_UP, key=f"follow_up/{n}", thread=thread)
    times = [call.at for call in t.teams.called("post")]
    assert times[4] == times[0]
    assert {later - at for at, later in pairwise(times[4:])} == {timedelta(seconds=1)}


@in_teams
async def test_a_tenant_takes_no_more_than_it_may(t: Talk) -> None:
    await t.meets("ana")
    for n in range(40):
        t.teams.adds_channel(f"c{n}")
        await t.says(ROOT, key="root", channel=t.teams.place(f"c{n}").id)
    times = [call.at for call in t.teams.called("create")]
    assert max(sum(at <= each < at + timedelta(seconds=1) for each in times) for at in times) <= 30
    assert times[-1] - times[0] < timedelta(seconds=2)


@in_teams
async def test_who_was_refused_for_the_rate_holds_the_conversation_and_no_other(t: Talk) -> None:
    thread, other = await thread_of(t), await thread_of(t)
    t.teams.fail("post", "Throttled", seconds=30)
    await t.fails(FOLLOW_UP, key="follow_up/a", thread=thread)
    waits = (await t.fails(FOLLOW_UP, key="follow_up/b", thread=thread)).retry_after_seconds
    assert waits is not None
    assert 29 <= waits <= 30
    await t.says(FOLLOW_UP, key="follow_up/c", thread=other)
    assert len(t.teams.called("post")) == 2


# --- readings --------------------------------------------------------------------------------------------------------


@in_teams
async def test_what_is_for_one_person_is_read_in_their_zone(t: Talk) -> None:
    thread, conflict = await thread_of(t), samples.CARDS["conflict"]
    await t.meets("ana", privately=True, zone="Pacific/Auckland")
    await t.says(conflict, key="conflict/a", thread=thread)
    await t.says(conflict, key="ask/a/ana", to="ana")
    assert "10:04" in text_of(await shown(t, thread))
    assert "23:04" in text_of(t.teams.messages("@ana")[0])


@in_teams
async def test_what_a_card_opens_is_a_link_to_its_message(t: Talk) -> None:
    thread = await thread_of(t)
    ways = tuple(Way(tap=Tap.OPEN, choice=each) for each in (thread, "a:1chat 5"))
    card = NoticeCard(notice=Notice.NAME_TAKEN, ways=ways)
    await t.says(card, key="follow_up/a", thread=thread)
    actions = elements((await shown(t, thread)).card, "Action.OpenUrl")
    assert [each["url"] for each in actions] == [link(TENANT, thread)]


@in_teams
async def test_many_at_once_are_said_side_by_side(t: Talk) -> None:
    await t.meets("ana")
    t.teams.fail("create", Trouble.SLOW, times=None, seconds=0.3)
    for n in range(8):
        t.teams.adds_channel(f"c{n}")
    async with asyncio.timeout(2):
        says = (t.says(ROOT, key="root", channel=t.teams.place(f"c{n}").id) for n in range(8))
        assert len(set(await asyncio.gather(*says))) == 8
