"""The sender against the fake of Slack, through the real SDK: every kind of delivery, and what may go wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.failures import Refused
from adapters.pacing import Rate
from adapters.slack.failures import CONTENT, LOST, PERMANENT, PERSON, PLACE, RATE, UNKNOWN, WORKSPACE
from adapters.slack.pacing import RATES, Pace
from adapters.slack.people import People
from adapters.slack.sender import SlackSender
from adapters.slack.texts import Slack
from adapters.slack.workspaces import Workspaces
from adapters.wording import Wording
from conversations.activities import ConversationReference
from conversations.cards import Card, HomeCard, Notice, NoticeCard, Tap, Way
from conversations.errors import DeliveryFailed, Unsayable
from conversations.people import Person
from conversations.ports import Delivery, DeliveryKind
from tests.adapters import samples
from tests.adapters.playing import Clock
from tests.fake_slack import BOT_TOKEN, FakeSlack, Trouble
from tests.fake_slack_reading import text_of
from tests.fake_slack_state import BOT, Message

TEAM, CHANNEL, ANA = "T0ACME", "C0CLAIMS", "U0ANA"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROOT, QUESTION, FOLLOW_UP, FORM = (
    samples.root(),
    samples.CARDS["question-asked"],
    samples.follow_up(),
    samples.CARDS["form"],
)
HELD = NoticeCard(notice=Notice.YOURS, project="Claims Copilot", label="fallback")


class Shelf:
    """A `ports.PeopleStore` in memory."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}

    async def keep(self, people: Iterable[Person]) -> None:
        self.people |= {person.id: person for person in people}

    async def find(self, platform: str, tenant: str, ids: Iterable[str]) -> tuple[Person, ...]:
        return tuple(self.people[who] for who in ids if who in self.people)


@dataclass(frozen=True, kw_only=True)
class Talk:
    slack: FakeSlack
    sender: SlackSender
    clock: Clock

    async def says(self, card: Card | None, **fields: Any) -> str | None:
        return await self.sender.deliver(self.delivery(card, **fields), samples.WORDS)

    def delivery(self, card: Card | None, **fields: Any) -> Delivery:
        """Of a review in #claims; `thread` is its root."""
        thread = fields.pop("thread", None)
        place = ConversationReference(
            platform="slack", tenant=TEAM, channel=fields.pop("channel", CHANNEL), thread=thread
        )
        known: dict[str, Any] = {
            "id": 1,
            "delivery_id": "turn/0",
            "lane": "review/r1",
            "kind": DeliveryKind.POST,
            "review": "r1",
        }
        return Delivery(**known | {"reference": place, "card": card, "created_at": self.clock()} | fields)

    async def root(self) -> str:
        name = await self.says(ROOT, key="root", delivery_id="turn/root")
        assert name is not None
        return name

    async def fails(self, card: Card | None, **fields: Any) -> DeliveryFailed:
        with pytest.raises(DeliveryFailed) as failed:
            await self.says(card, **fields)
        return failed.value

    def posted(self, thread: str | None = None, where: str = "claims") -> list[Message]:
        return self.slack.messages(where, thread)

    def arguments(self, method: str) -> Any:
        return self.slack.called(method)[-1].arguments


async def talk(play: Callable[[Talk], Awaitable[None]], rates: Mapping[str, Rate] = RATES) -> None:
    clock = Clock(NOON)
    async with FakeSlack(clock=clock) as slack:
        workspaces = Workspaces(BOT_TOKEN, api_url=slack.base_url)
        sender = SlackSender(
            workspaces,
            People(Shelf(), workspaces, clock),
            Wording(Slack()),
            zone=ZoneInfo("UTC"),
            clock=clock,
            pace=Pace(rates=rates, clock=clock.seconds, sleep=clock.sleep),
        )
        try:
            await play(Talk(slack=slack, sender=sender, clock=clock))
        finally:
            await workspaces.close()


def in_slack(play: Callable[[Talk], Awaitable[None]]) -> Callable[[], None]:
    """A test that talks to a Slack of its own."""
    return lambda: asyncio.run(talk(play))


# --- posts -----------------------------------------------------------------------------------------------------------


@in_slack
async def test_a_root_card_is_posted_in_the_channel_and_names_its_thread(t: Talk) -> None:
    name = await t.root()
    (message,) = t.posted()
    assert (message.ts, message.thread_ts) == (name, None)
    assert "Claims Copilot" in text_of(message)
    assert "Claims Copilot" in message.text


@in_slack
async def test_other_cards_are_posted_in_the_thread(t: Talk) -> None:
    root = await t.root()
    name = await t.says(QUESTION, key="question/fail", thread=root)
    (message,) = t.posted(root)
    assert message.ts == name


@in_slack
async def test_a_message_carries_its_delivery_id_and_rings_and_unfurls_nothing(t: Talk) -> None:
    root = await t.root()
    await t.says(QUESTION, key="question/fail", thread=root, delivery_id="turn/7")
    said = t.arguments("chat.postMessage")
    assert said["metadata"] == {"event_type": "ai_readiness", "event_payload": {"delivery_id": "turn/7"}}
    assert (said["unfurl_links"], said["unfurl_media"]) == (False, False)
    assert (said["parse"], said["link_names"]) == ("none", False)
    await t.says(QUESTION, kind=DeliveryKind.REVISE, key="root", message=root, delivery_id="turn/8")
    said = t.arguments("chat.update")
    assert said["metadata"]["event_payload"] == {"delivery_id": "turn/8"}
    assert (said["parse"], said["link_names"]) == ("none", False)


@in_slack
async def test_a_card_that_breaks_was_never_sent(t: Talk) -> None:
    root = await t.root()
    with pytest.raises(Unsayable):
        await t.says(samples.BROKEN, key="question/fail", thread=root)
    assert not t.posted(root)


@in_slack
async def test_a_post_to_a_person_goes_into_their_direct_messages(t: Talk) -> None:
    root = await t.root()
    for n in range(2):
        name = await t.says(samples.ask(), key=f"ask/{n}", to=ANA, thread=root)
        message = t.slack.messages(t.slack.direct("ana").id)[-1]
        assert name == f"{message.channel}/{message.ts}"
    assert len(t.slack.called("conversations.open")) == 1


@in_slack
async def test_what_has_to_wait_for_its_place_is_not_rendered_in_vain(t: Talk) -> None:
    root, ask = await t.root(), samples.ask()
    t.slack.fail("conversations.open", "ratelimited")
    await t.fails(ask, key="ask/1", to=ANA, thread=root)
    assert t.slack.called("chat.getPermalink") == []
    await t.says(ask, key="ask/1", to=ANA, thread=root)
    assert len(t.slack.called("chat.getPermalink")) == 1


@in_slack
async def test_a_review_in_direct_messages_has_its_thread_there(t: Talk) -> None:
    direct = t.slack.direct("ana").id
    root = await t.says(ROOT, key="root", channel=direct)
    assert root is not None
    assert root.startswith(f"{direct}/")
    name = await t.says(QUESTION, key="question/fail", channel=direct, thread=root)
    (message,) = t.posted(root.partition("/")[2], direct)
    assert name == f"{direct}/{message.ts}"
    await t.says(QUESTION, kind=DeliveryKind.REVISE, key="question/fail", message=name, channel=direct, thread=root)
    assert message.edited


@in_slack
async def test_all_calls_of_a_workspace_go_through_one_connection(t: Talk) -> None:
    root = await t.root()
    for n in range(30):
        await t.says(QUESTION, key=f"question/{n}", thread=root)
    assert len(t.posted(root)) == 30
    assert t.slack.connections == 1


@in_slack
async def test_posts_in_one_channel_start_a_second_apart_and_none_is_refused(t: Talk) -> None:
    root = await t.root()
    for n in range(5):
        await t.says(QUESTION, key=f"question/{n}", thread=root)
    times = [call.at for call in t.slack.called("chat.postMessage")]
    assert [(after - before).total_seconds() for before, after in pairwise(times)] == [1.0] * 5


# --- names, days and links -------------------------------------------------------------------------------------------


@in_slack
async def test_people_on_a_card_are_asked_for_once_and_shown_by_name(t: Talk) -> None:
    card = replace(ROOT, owner="U0PRIYA", approver="U0BEN")
    for _ in range(2):
        await t.says(card, key="root")
    shown = text_of(t.posted()[0]) + t.posted()[0].text
    assert "priya" in shown.lower()
    assert "U0PRIYA" not in t.posted()[0].text
    assert len(t.slack.called("users.info")) == len({call.arguments["user"] for call in t.slack.called("users.info")})


@in_slack
async def test_a_way_to_a_thread_is_a_link_that_is_asked_for_once(t: Talk) -> None:
    root = await t.root()
    for n in range(2):
        await t.says(samples.ask(), key=f"ask/{n}", to=ANA, thread=root)
    address = f"https://acme.slack.com/archives/{CHANNEL}/p{root.replace('.', '')}"
    assert address in str(t.slack.messages(t.slack.direct("ana").id)[-1].blocks)
    assert len(t.slack.called("chat.getPermalink")) == 1


@in_slack
async def test_a_way_to_another_thread_leads_there(t: Talk) -> None:
    root = await t.root()
    ways = (Way(tap=Tap.OPEN, choice=f"{CHANNEL}/{root}"),)
    await t.says(replace(samples.ask(), ways=ways), key="ask/1", to=ANA)
    assert root.replace(".", "") in str(t.slack.messages(t.slack.direct("ana").id)[-1].blocks)


@pytest.mark.parametrize("trouble", ["ratelimited", "message_not_found", "internal_error", Trouble.DROP_BEFORE])
def test_a_link_that_cannot_be_had_is_left_out(trouble: str | Trouble) -> None:
    async def play(t: Talk) -> None:
        root = await t.root()
        t.slack.fail("chat.getPermalink", trouble, times=None)
        await t.says(samples.ask(), key="ask/1", to=ANA, thread=root)
        (message,) = t.slack.messages(t.slack.direct("ana").id)
        assert "archives" not in str(message.blocks)

    asyncio.run(talk(play))


@in_slack
async def test_a_moment_is_read_where_the_reader_is(t: Talk) -> None:
    t.slack.person("ana").tz = "Pacific/Auckland"
    root = await t.root()
    for to in ("U0BEN", ANA):
        await t.says(samples.CARDS["conflict"], kind=DeliveryKind.WHISPER, to=to, thread=root)
    await t.says(samples.CARDS["conflict"], key="conflict/1", thread=root)
    london, auckland, channel = map(text_of, (*t.slack.told("ben"), *t.slack.told("ana"), *t.posted(root)))
    assert "Mon 23 Nov 11:04" in london
    assert "Mon 23 Nov 11:04" in channel
    assert "Tue 24 Nov 00:04" in auckland


@in_slack
async def test_every_card_can_be_said_to_a_person_and_in_a_thread(t: Talk) -> None:
    root = await t.root()
    cards = [card for card in samples.CARDS.values() if not isinstance(card, HomeCard)]
    for n, card in enumerate(cards):
        await t.says(card, key=f"card/{n}", thread=root)
        await t.says(card, key=f"card/{n}", to=ANA, thread=root)
    assert len(t.posted(root)) == len(t.slack.messages(t.slack.direct("ana").id)) == len(cards)


# --- revisions -------------------------------------------------------------------------------------------------------


@in_slack
async def test_a_revision_changes_the_message(t: Talk) -> None:
    root = await t.root()
    again = replace(ROOT, readiness=99)
    assert await t.says(again, kind=DeliveryKind.REVISE, key="root", message=root, thread=root) is None
    (message,) = t.posted()
    assert "99" in text_of(message)
    assert message.edited


@pytest.mark.parametrize("code", sorted(LOST))
def test_a_card_that_can_no_longer_be_changed_is_posted_anew(code: str) -> None:
    async def play(t: Talk) -> None:
        root = await t.root()
        before = await t.says(QUESTION, key="question/fail", thread=root)
        t.slack.fail("chat.update", code)
        revision = {"kind": DeliveryKind.REVISE, "key": "question/fail", "message": before, "thread": root}
        name = await t.says(QUESTION, **revision, delivery_id="turn/9")
        assert [message.ts for message in t.posted(root)] == [before, name]

    asyncio.run(talk(play))


@in_slack
async def test_a_card_that_was_posted_anew_before_is_not_posted_once_more(t: Talk) -> None:
    root = await t.root()
    revision = {"kind": DeliveryKind.REVISE, "key": "question/fail", "message": "1763900000.000001", "thread": root}
    t.slack.fail("chat.postMessage", Trouble.DROP_AFTER)
    assert (await t.fails(QUESTION, **revision, delivery_id="turn/9")).unknown
    name = await t.says(QUESTION, **revision, delivery_id="turn/9", attempts=1)
    assert [message.ts for message in t.posted(root)] == [name]


@in_slack
async def test_a_card_to_a_person_is_posted_anew_to_them(t: Talk) -> None:
    root = await t.root()
    lost = f"{t.slack.direct('ana').id}/1763900000.000001"
    name = await t.says(samples.ask(), kind=DeliveryKind.REVISE, key="ask/1", to=ANA, message=lost, thread=root)
    (message,) = t.slack.messages(t.slack.direct("ana").id)
    assert name == f"{message.channel}/{message.ts}"


@in_slack
async def test_a_letter_that_is_gone_is_not_written_a_second_time(t: Talk) -> None:
    lost = f"{t.slack.direct('ana').id}/1763900000.000001"
    revision = {"kind": DeliveryKind.REVISE, "key": "letter/2026-11-23/slack/T0ACME/U0ANA", "to": ANA}
    assert await t.says(samples.ask(), **revision, message=lost) is None
    assert t.slack.messages(t.slack.direct("ana").id) == []


@in_slack
async def test_a_letter_is_changed_in_its_place_and_found_by_its_id(t: Talk) -> None:
    root = await t.root()
    letter = {"key": "letter/1", "to": ANA, "delivery_id": "letter/1", "thread": root}
    name = await t.says(samples.ask(), **letter)
    direct = t.slack.direct("ana").id
    assert name is not None
    assert name.startswith(f"{direct}/")
    assert await t.says(samples.ask(open=False), **letter, kind=DeliveryKind.REVISE, message=name) is None
    (message,) = t.slack.messages(direct)
    assert message.edited
    assert await t.sender.look_up(t.delivery(samples.ask(), **letter)) == name


@pytest.mark.parametrize("code", sorted(PERSON | {"messages_tab_disabled"}))
def test_a_letter_to_who_cannot_be_written_to_is_given_up(code: str) -> None:
    async def play(t: Talk) -> None:
        t.slack.fail("chat.postMessage" if code == "messages_tab_disabled" else "conversations.open", code)
        failed = await t.fails(samples.ask(), key="letter/1", to=ANA)
        assert (failed.permanent, failed.unreachable) == (True, True)

    asyncio.run(talk(play))


@in_slack
async def test_a_root_card_that_is_gone_stays_gone(t: Talk) -> None:
    failed = await t.fails(ROOT, kind=DeliveryKind.REVISE, key="root", message="1763900000.000001")
    assert failed.permanent
    assert t.posted() == []


# --- whispers --------------------------------------------------------------------------------------------------------


@in_slack
async def test_a_whisper_goes_to_the_address_it_was_asked_for_at(t: Talk) -> None:
    t.slack.adds_channel("elsewhere", bot=False)
    address = t.slack.response_url(ANA, "C0ELSEWHERE")
    said = await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, source=address, channel="C0ELSEWHERE")
    assert said is None
    assert len(t.slack.told("ana")) == 1
    assert t.slack.called("chat.postEphemeral") == []
    body = t.arguments("response_url")
    assert (body["response_type"], body["replace_original"]) == ("ephemeral", False)
    assert "thread_ts" not in body


@in_slack
async def test_an_address_that_is_too_old_or_used_up_gives_way_to_an_ephemeral(t: Talk) -> None:
    root = await t.root()
    address = t.slack.response_url(ANA, CHANNEL)
    whisper = {"kind": DeliveryKind.WHISPER, "to": ANA, "thread": root}
    for _ in range(6):
        await t.says(HELD, **whisper, source=address)
    assert [len(t.slack.called(method)) for method in ("response_url", "chat.postEphemeral")] == [6, 1]
    old = t.slack.response_url(ANA, CHANNEL)
    t.clock.now += timedelta(minutes=31)
    await t.says(HELD, **whisper, source=old)
    assert len(t.slack.told("ana")) == 7


@in_slack
async def test_a_whisper_without_an_address_is_an_ephemeral_in_the_thread(t: Talk) -> None:
    root = await t.root()
    await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, thread=root)
    (message,) = t.slack.told("ana")
    assert message.thread_ts == root


@pytest.mark.parametrize("reason", ["bot is not there", "person is not there", "archived", "nowhere", "thread is gone"])
def test_a_whisper_that_has_no_channel_becomes_a_direct_message(reason: str) -> None:
    async def play(t: Talk) -> None:
        where = t.slack.adds_channel("far", bot=reason != "bot is not there", archived=reason == "archived")
        if reason == "person is not there":
            where.members.discard(ANA)
        thread = "1763900000.000001" if reason == "thread is gone" else None
        channel = "" if reason == "nowhere" else where.id
        await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, channel=channel, thread=thread)
        assert len(t.slack.messages(t.slack.direct("ana").id)) == 1

    asyncio.run(talk(play))


@in_slack
async def test_in_direct_messages_a_whisper_is_said_aloud_where_it_was_asked_for(t: Talk) -> None:
    direct = t.slack.direct("ana").id
    asked = await t.says(samples.ask(), key="ask/1", to=ANA)
    await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, channel=direct)
    await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, channel=direct, thread=asked)
    assert asked is not None
    assert [message.thread_ts for message in t.slack.messages(direct)] == [None, None, asked.partition("/")[2]]
    assert t.slack.called("chat.postEphemeral") == []


@in_slack
async def test_what_cannot_be_shown_is_not_said_directly_either(t: Talk) -> None:
    t.slack.fail("chat.postEphemeral", "invalid_blocks")
    assert (await t.fails(HELD, kind=DeliveryKind.WHISPER, to=ANA)).permanent
    assert t.slack.called("chat.postMessage") == []


async def opened(t: Talk) -> str:
    client = await t.sender._calls._workspaces.client(TEAM)
    block = {"type": "section", "text": {"type": "plain_text", "text": "One moment …"}}
    loading = {"type": "modal", "title": {"type": "plain_text", "text": "Loading"}, "blocks": [block]}
    view: str = (await client.views_open(trigger_id=t.slack.trigger(ANA), view=loading))["view"]["id"]
    return view


@in_slack
async def test_a_form_comes_into_the_modal_that_waits_for_it(t: Talk) -> None:
    view = await opened(t)
    await t.says(FORM, kind=DeliveryKind.WHISPER, to=ANA, source=f"view/{view}")
    modal = t.slack.modal("ana")
    assert modal is not None
    assert modal.body["callback_id"] == "form"
    assert t.slack.told("ana") == []


@in_slack
async def test_another_card_is_shown_inside_of_the_modal(t: Talk) -> None:
    view = await opened(t)
    await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, source=f"view/{view}")
    modal = t.slack.modal("ana")
    assert modal is not None
    assert "this is yours now" in text_of(modal)
    assert t.slack.told("ana") == []


@in_slack
async def test_a_modal_that_was_closed_wants_no_form_and_what_is_said_is_said_elsewhere(t: Talk) -> None:
    root = await t.root()
    await t.says(FORM, kind=DeliveryKind.WHISPER, to=ANA, source="view/V0GONE", thread=root)
    assert t.slack.told("ana") == []
    await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, source="view/V0GONE", thread=root)
    assert len(t.slack.told("ana")) == 1


@in_slack
async def test_a_home_is_published(t: Talk) -> None:
    await t.says(samples.CARDS["home"], kind=DeliveryKind.WHISPER, to=ANA, source="home", channel="", review=None)
    home = t.slack.home("ana")
    assert home is not None
    assert "Claims Copilot" in text_of(home)


@in_slack
async def test_another_card_for_somebody_at_home_is_a_direct_message(t: Talk) -> None:
    await t.says(HELD, kind=DeliveryKind.WHISPER, to=ANA, source="home", channel="", review=None)
    assert len(t.slack.messages(t.slack.direct("ana").id)) == 1


# --- reactions -------------------------------------------------------------------------------------------------------


@in_slack
async def test_an_understood_answer_gets_a_mark_and_loses_it_again(t: Talk) -> None:
    message = await answer(t)
    for kind, marks in [(DeliveryKind.REACT, {"white_check_mark": [BOT]}), (DeliveryKind.UNREACT, {})]:
        for _ in range(2):  # it is as it should be: the second time too
            await t.says(None, kind=kind, source=message.ts)
            assert message.reactions == marks


@in_slack
async def test_an_answer_in_direct_messages_is_marked_there(t: Talk) -> None:
    message = (await t.slack.says("ana", "@ana", "It is mine")).message
    await t.says(None, kind=DeliveryKind.REACT, source=f"{message.channel}/{message.ts}")
    assert message.reactions


@in_slack
async def test_a_mark_on_what_is_gone_is_not_missed(t: Talk) -> None:
    await t.says(None, kind=DeliveryKind.REACT, source="1763900000.000001")


@in_slack
async def test_a_mark_that_may_not_be_made_holds_nobody_up(t: Talk) -> None:
    t.slack.scopes = set(t.slack.scopes) - {"reactions:write"}
    message = await answer(t)
    assert (await t.fails(None, kind=DeliveryKind.REACT, source=message.ts)).permanent


async def answer(t: Talk) -> Message:
    return (await t.slack.says("ana", "claims", "It is mine")).message


# --- looking up ------------------------------------------------------------------------------------------------------


async def posts(t: Talk, where: str) -> dict[str, Any]:
    match where:
        case "channel":
            return {"key": "root"}
        case "thread":
            return {"key": "question/fail", "thread": await t.root()}
        case _:
            return {"key": "ask/1", "to": ANA}


@pytest.mark.parametrize("where", ["channel", "thread", "person"])
def test_a_message_whose_answer_was_lost_is_found(where: str) -> None:
    async def play(t: Talk) -> None:
        fields = await posts(t, where)
        t.slack.fail("chat.postMessage", Trouble.DROP_AFTER)
        assert (await t.fails(QUESTION, **fields)).unknown
        name = await t.sender.look_up(t.delivery(QUESTION, **fields))
        channel = t.slack.direct("ana") if where == "person" else t.slack.channel("claims")
        ts = list(channel.messages)[-1]
        assert name == (f"{channel.id}/{ts}" if where == "person" else ts)

    asyncio.run(talk(play))


@pytest.mark.parametrize("where", ["channel", "thread", "person"])
def test_a_message_that_never_arrived_is_not_found(where: str) -> None:
    async def play(t: Talk) -> None:
        fields = await posts(t, where)
        t.slack.fail("chat.postMessage", Trouble.DROP_BEFORE)
        assert (await t.fails(QUESTION, **fields)).unknown
        assert await t.sender.look_up(t.delivery(QUESTION, **fields)) is None

    asyncio.run(talk(play))


@in_slack
async def test_who_else_writes_our_ids_into_a_message_is_not_believed(t: Talk) -> None:
    message = await answer(t)
    message.metadata = {"event_type": "ai_readiness", "event_payload": {"delivery_id": "turn/0"}}
    assert await t.sender.look_up(t.delivery(ROOT, key="root")) is None


async def crowd(t: Talk, root: str, replies: int) -> None:
    for n in range(replies):
        await t.slack.says("ben", "claims", f"reply {n}", thread=root)


@in_slack
async def test_a_message_is_found_behind_many_others_in_pages_of_fifteen(t: Talk) -> None:
    root = await t.root()
    delivery = t.delivery(QUESTION, key="question/fail", thread=root)
    await crowd(t, root, 40)
    name = await t.says(QUESTION, key="question/fail", thread=root)
    assert await t.sender.look_up(delivery) == name
    assert {call.arguments["limit"] for call in t.slack.called("conversations.replies")} == {"15"}
    assert len(t.slack.called("conversations.replies")) == 3


def test_an_app_that_may_read_one_page_a_minute_gets_to_the_end() -> None:
    async def play(t: Talk) -> None:
        root = await t.root()
        delivery = t.delivery(QUESTION, key="question/fail", thread=root)
        await crowd(t, root, 40)
        name = await t.says(QUESTION, key="question/fail", thread=root)
        told = []
        for _ in range(2):
            with pytest.raises(DeliveryFailed) as failed:
                await t.sender.look_up(delivery)
            told.append(failed.value.retry_after_seconds)
            t.clock.now += timedelta(seconds=60)
        assert await t.sender.look_up(delivery) == name
        assert told == [60, 60]
        assert len(t.slack.called("conversations.replies")) == 3

    asyncio.run(talk(play, rates={"conversations.replies": Rate(60.0)}))


@in_slack
async def test_nobody_reads_on_for_ever(t: Talk) -> None:
    root = await t.root()
    await crowd(t, root, 200)
    with pytest.raises(LookupError):
        await t.sender.look_up(t.delivery(QUESTION, key="question/fail", thread=root))
    assert len(t.slack.called("conversations.replies")) == 10


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "channel_not_found", "thread_not_found"])
def test_where_nothing_may_be_read_nobody_can_tell(code: str) -> None:
    async def play(t: Talk) -> None:
        root = await t.root()
        t.slack.fail("conversations.replies", code)
        with pytest.raises(LookupError):
            await t.sender.look_up(t.delivery(QUESTION, key="question/fail", thread=root))

    asyncio.run(talk(play))


@pytest.mark.parametrize("trouble", ["ratelimited", "internal_error", "invalid_auth", 503, Trouble.DROP_BEFORE])
def test_a_look_that_did_not_come_about_is_taken_later(trouble: str | int | Trouble) -> None:
    async def play(t: Talk) -> None:
        root = await t.root()
        t.slack.fail("conversations.replies", trouble, times=None)
        with pytest.raises(DeliveryFailed):
            await t.sender.look_up(t.delivery(QUESTION, key="question/fail", thread=root))

    asyncio.run(talk(play))


@in_slack
async def test_only_posts_can_be_looked_up(t: Talk) -> None:
    for kind in set(DeliveryKind) - {DeliveryKind.POST}:
        with pytest.raises(LookupError):
            await t.sender.look_up(t.delivery(HELD, kind=kind, to=ANA, source="x"))
    assert t.slack.calls == []


# --- what Slack answers ----------------------------------------------------------------------------------------------

METHODS: dict[str, dict[str, Any]] = {
    "chat.postMessage": {"card": ROOT, "key": "root"},
    "chat.update": {"card": ROOT, "key": "root", "kind": DeliveryKind.REVISE, "message": "1763900000.000001"},
    "chat.postEphemeral": {"card": HELD, "kind": DeliveryKind.WHISPER, "to": ANA},
    "conversations.open": {"card": HELD, "key": "ask/1", "to": ANA},
    "views.update": {"card": FORM, "kind": DeliveryKind.WHISPER, "to": ANA, "source": "view/V1"},
    "views.publish": {"card": samples.CARDS["home"], "kind": DeliveryKind.WHISPER, "to": ANA, "source": "home"},
    "reactions.add": {"card": None, "kind": DeliveryKind.REACT, "source": "1763900000.000001"},
    "reactions.remove": {"card": None, "kind": DeliveryKind.UNREACT, "source": "1763900000.000001"},
}


@pytest.mark.parametrize("method", METHODS)
def test_a_rate_is_told_and_then_kept_without_asking_again(method: str) -> None:
    async def play(t: Talk) -> None:
        t.slack.fail(method, "ratelimited", retry_after=17)
        for _ in range(2):
            failed = await t.fails(**METHODS[method])
            assert (failed.retry_after_seconds, failed.unknown, failed.permanent) == (17, False, False)
        assert len(t.slack.called(method)) == 1

    asyncio.run(talk(play))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("trouble", [Trouble.DROP_BEFORE, Trouble.DROP_AFTER, 500, 503, "internal_error"])
def test_what_may_have_arrived_is_said_to_be_unknown_and_sent_once(method: str, trouble: Trouble | int | str) -> None:
    async def play(t: Talk) -> None:
        t.slack.fail(method, trouble, times=None)
        assert (await t.fails(**METHODS[method])).unknown
        assert len(t.slack.called(method)) == 1

    asyncio.run(talk(play))


@pytest.mark.parametrize(("trouble", "unknown"), [("ratelimited", False), (503, True), (Trouble.DROP_AFTER, True)])
def test_an_address_may_fail_too(trouble: str | int | Trouble, unknown: bool) -> None:
    async def play(t: Talk) -> None:
        t.slack.fail("response_url", trouble, retry_after=17)
        address = t.slack.response_url(ANA, CHANNEL)
        failed = await t.fails(HELD, kind=DeliveryKind.WHISPER, to=ANA, source=address)
        assert failed.unknown is unknown
        assert failed.retry_after_seconds == (None if unknown else 17)
        assert t.slack.called("chat.postEphemeral") == []

    asyncio.run(talk(play))


@in_slack
async def test_what_can_never_be_is_given_up_and_a_closed_workspace_is_asked_again_in_minutes(t: Talk) -> None:
    for code in PERMANENT | WORKSPACE:
        t.slack.fail("chat.postMessage", code)
        failed = await t.fails(ROOT, key="root")
        told = (failed.permanent, failed.retry_after_seconds, failed.unknown)
        assert told == ((True, None, False) if code in PERMANENT else (False, 300, False)), code


@in_slack
async def test_a_refusal_that_nobody_heard_of_is_borne_for_a_while_and_for_a_root_card_longer(t: Talk) -> None:
    t.slack.fail("chat.postMessage", "brand_new_code", times=None)
    root, other = t.delivery(ROOT, key="root"), t.delivery(FOLLOW_UP, key="follow_up/1", to=ANA)

    async def outcome(delivery: Delivery) -> tuple[float | None, bool]:
        with pytest.raises(Refused) as failed:
            await t.sender.deliver(delivery, samples.WORDS)
        return failed.value.retry_after_seconds, failed.value.permanent

    assert [await outcome(root), await outcome(other)] == [(60, False), (60, False)]
    t.clock.now += timedelta(minutes=11)
    assert [await outcome(root), await outcome(other)] == [(60, False), (None, True)]
    t.clock.now += timedelta(days=1)
    assert await outcome(root) == (None, True)


def test_where_nobody_listens_nothing_was_sent() -> None:
    async def play(t: Talk) -> None:
        t.sender._calls._workspaces._api_url = "http://127.0.0.1:9/api/"
        failed = await t.fails(None, kind=DeliveryKind.REACT, source="1763900000.000001")
        assert (failed.retry_after_seconds, failed.unknown, failed.permanent) == (None, False, False)

    asyncio.run(talk(play))


def test_no_code_means_two_things() -> None:
    kinds = [PLACE, PERSON, LOST, CONTENT, WORKSPACE, UNKNOWN, RATE]
    assert sum(map(len, kinds)) == len(frozenset().union(*kinds))
