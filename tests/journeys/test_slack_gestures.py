"""What people do in Slack besides replying, through the running `serve`: words, buttons, forms, the Home, shortcuts."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fake_slack import FakeSlack, rung, text_of
from tests.fake_slack_state import Channel, Message, View
from tests.journeys.terminal import AT
from tests.serving import HTTP, PROJECT, TRANSPORTS, Scene, Serve, ok, with_serve

MORNING = datetime.fromisoformat(AT) + timedelta(minutes=40)  # of a Monday, when everybody may be written to
OPS = "Claims Platform Ops, they joined the weekly call on 6 October"
EVERY_TRANSPORT = pytest.mark.parametrize("over", TRANSPORTS)


def play(scene: Scene, url: str, over: str = HTTP, **fake: Any) -> FakeSlack:
    return with_serve(scene, url, over, clock=lambda: MORNING, fake=fake)


async def pressed(serve: Serve, who: str, shown: Message | View | None, what: str, **more: Any) -> None:
    assert shown
    ok(await serve.slack.presses(who, shown, what, **more))
    await serve.settled()


async def commanded(serve: Serve, who: str, words: str, where: str = "claims") -> str:
    """What the newest whisper says after a command."""
    ok(await serve.slack.command(who, where, words))
    await serve.settled()
    return text_of(serve.told(who))


def modal(serve: Serve, who: str) -> View:
    view = serve.slack.modal(who)
    assert view, f"{who} has no modal open"
    return view


# --- words -----------------------------------------------------------------------------------------------------------


@EVERY_TRANSPORT
def test_each_word_is_answered_to_who_said_it_and_to_nobody_else(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        before = len(serve.of_bot())
        for words, says in (
            ("help", "/ai-readiness start NAME"),
            ("frobnicate", "/ai-readiness start NAME"),
            ("list", PROJECT),
            ("mine", "Nothing waits for you"),
            ("status", "21 of 21 open"),
            ("  STATUS   claims  copilot ", "21 of 21 open"),
            (f"start {PROJECT.upper()}", "under review already"),
            ("digest", "none is yours yet"),
            ("nudges", "How I may write to you"),
            ("hours 8-12", "Noted: I write to you Mon to Fri, 08:00 to 12:00"),
            ("away until 4 Jan", "Noted: you are away until Mon 4 Jan"),
        ):
            assert says in await commanded(serve, "ben", words), words
        assert len(serve.of_bot()) == before
        assert serve.slack.told("ana") == []

    play(scene, sqlite_url, over)


@EVERY_TRANSPORT
def test_a_mention_outside_of_threads_is_a_word_and_without_one_asks_for_help(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        for text, says in (
            ("@ai-readiness", "/ai-readiness start NAME"),
            ("@ai-readiness list", "No reviews yet"),
            ("hello @ai-readiness", "/ai-readiness start NAME"),
            ("@ai-readiness start Claims Copilot", ""),
            ("@ai-readiness status", "21 of 21 open"),
        ):
            for mention_first in (False, True)[: 2 if says else 1]:
                ok_ = await serve.slack.says("ben", "claims", text, mention_first=mention_first)
                assert ok_.ok
                await serve.settled()
                assert says in text_of(serve.told("ben")) if says else serve.root()

    play(scene, sqlite_url, over)


def test_a_mention_in_a_reviews_thread_is_a_reply_and_elsewhere_a_word(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        await serve.says("ana", f"@ai-readiness ops_team: {OPS}")
        assert await serve.answer("run.ops_team") == OPS
        other = await serve.slack.says("ben", "claims", "what do we say about it?")
        await serve.slack.says("ben", "claims", "@ai-readiness status", thread=other.ts)
        await serve.settled()
        assert "20 of 21 open" in text_of(serve.told("ben"))

    play(scene, sqlite_url)


def test_words_work_in_direct_messages_and_a_welcome_comes_once(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        for word, says in (("help", "/ai-readiness start NAME"), ("list", "No reviews yet"), ("hello?", "")):
            assert (await serve.slack.says("tom", "@tom", word)).ok
            await serve.settled()
            assert text_of(serve.direct("tom", says))
        assert "start NAME" in await commanded(serve, "tom", "help", "@tom")
        there = [text_of(each) for each in serve.slack.direct("tom").messages.values() if each.of_bot]
        assert len([text for text in there if "is installed" in text]) == 1

    play(scene, sqlite_url)


# --- forms -----------------------------------------------------------------------------------------------------------


@EVERY_TRANSPORT
def test_a_form_complains_at_its_field_and_is_kept_once_it_is_right(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        await pressed(serve, "ana", serve.root(), "About")
        answer = await serve.slack.submits("ana", {"decision_date": "2020-01-01"})
        assert list(answer.body["errors"]) == ["decision_date"]
        ok(await serve.slack.submits("ana", {"decision_date": "2026-12-15"}))
        assert serve.slack.modal("ana") is None
        await serve.settled()
        assert await serve.answer("approve.decision_date") == "2026-12-15"

    play(scene, sqlite_url, over)


def test_of_two_people_with_one_form_open_neither_overwrites_the_other(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        for who in ("dana", "lee"):
            await pressed(serve, who, serve.card("1 of 6"), "Answer")
        ok(await serve.slack.submits("dana", {"run.ops_team": OPS}))
        await serve.settled()
        second = await serve.slack.submits("lee", {"run.ops_team": "Service Desk, they joined on 3 November"})
        await serve.settled()
        item = (await serve.items())["run.ops_team"]
        held = second.body and "run.ops_team" in second.body["errors"]
        assert held or item["state"] == "conflict"
        assert item["history_count"] == (1 if held else 2)

    play(scene, sqlite_url)


def test_what_a_button_needs_to_know_is_asked_for_at_once(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        for button, value in (
            ("Later", "2026-12-04"),
            ("Does not apply", "it is run by its vendor"),
            ("Ask somebody", "lee"),
        ):
            await pressed(serve, "ana", serve.card("1 of 6"), button)
            (field,) = [block["label"]["text"] for block in modal(serve, "ana").blocks if block["type"] == "input"]
            ok(await slack.submits("ana", {field: value}))
            assert slack.modal("ana") is None
            await serve.settled()
        items = await serve.items()
        assert items["run.service_owner"]["state"] == "deferred"
        assert items["run.ops_team"]["state"] in ("na_pending", "na_accepted")
        assert items["run.support_route"]["assignee"] == "@lee"
        assert text_of(await serve.written("lee", "asks you"))

    play(scene, sqlite_url)


def test_the_answers_are_listed_and_one_is_changed_from_there(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        await serve.says("ana", "done")
        await serve.says("ana", "resume")
        await pressed(serve, "ana", serve.card("21 of 21 open"), "Edit")
        assert "0 of 21 answered. Which answer is to change?" in text_of(modal(serve, "ana"))
        await pressed(serve, "ana", modal(serve, "ana"), "edit||rollback")
        ok(await serve.slack.submits("ana", {"rollback.steps": "git revert, 10 minutes"}))
        await serve.settled()
        assert serve.card("I have the step and how long it takes.") is not None

    with_serve(scene, sqlite_url)


def test_who_presses_a_button_that_cannot_open_anything_is_told(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        for button, says in (("Later", "That did not open. Press it once more."), ("Answer", "Running it")):
            serve.slack.fail("views.open", "expired_trigger_id")
            await pressed(serve, "lee", serve.card("1 of 6"), button)
            assert says in text_of(serve.told("lee"))
        await pressed(serve, "lee", serve.told("lee"), "Answer")
        assert "Operating team" in text_of(modal(serve, "lee"))

    play(scene, sqlite_url)


def test_a_form_that_was_closed_before_it_came_is_not_said_elsewhere(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        serve.slack.fail("views.update", 500)
        ok(await serve.slack.presses("lee", serve.card("1 of 6"), "Answer"))
        await serve.slack.closes("lee")
        await serve.settled()
        assert (serve.slack.modal("lee"), serve.slack.told("lee")) == (None, [])

    with_serve(scene, sqlite_url)


def test_about_is_the_owners_and_its_buttons_work(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        await pressed(serve, "ben", serve.root(), "About")
        assert "submit" not in modal(serve, "ben").body
        await pressed(serve, "ana", serve.root(), "About")
        ok(await slack.submits("ana", {"stage": "Production", "sponsor": "priya"}))
        await serve.settled()
        await pressed(serve, "ana", serve.root(), "About")
        await pressed(serve, "ana", modal(serve, "ana"), "The review is done")
        assert "done" in text_of(serve.root())

    play(scene, sqlite_url)


def test_the_shortcut_opens_the_form_that_starts_a_review(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        ok(await serve.slack.shortcut("ben", callback_id="start_review"))
        labels = [block["label"]["text"] for block in modal(serve, "ben").blocks if block["type"] == "input"]
        ok(await serve.slack.submits("ben", dict(zip(labels, ("Travel Bot", "Full", "claims"), strict=True))))
        await serve.settled()
        assert "Travel Bot" in text_of(serve.root())

    play(scene, sqlite_url)


# --- the Home --------------------------------------------------------------------------------------------------------


@EVERY_TRANSPORT
def test_the_home_shows_what_is_so_and_its_buttons_work(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await slack.opens_home("ana", tab="messages")
        await serve.settled()
        assert slack.home("ana") is None
        await slack.opens_home("ana")
        await serve.settled()
        await pressed(serve, "ana", slack.home("ana"), "Help")
        assert "/ai-readiness start NAME" in text_of(modal(serve, "ana"))
        await slack.closes("ana")
        await pressed(serve, "ana", slack.home("ana"), "Start a review")
        ok(await slack.submits("ana", {"What is the project called?": PROJECT, "In which channel?": "claims"}))
        await serve.settled()
        await slack.opens_home("ana")
        await serve.settled()
        assert PROJECT in text_of(slack.home("ana"))
        await pressed(serve, "ana", slack.home("ana"), "Answer next")
        ok(await slack.submits("ana", {"run.ops_team": OPS}))
        await serve.settled()
        assert await serve.answer("run.ops_team") == OPS

    play(scene, sqlite_url, over)


def test_nobody_starts_a_review_in_a_channel_that_they_are_not_in(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await slack.opens_home("ana")
        await serve.settled()
        await slack.leaves("ana", "claims")
        await pressed(serve, "ana", slack.home("ana"), "Start a review")
        fields = {"What is the project called?": PROJECT, "In which channel?": "claims"}
        answer = await slack.submits("ana", fields)
        assert "You are not in that channel." in str(answer.body)
        await serve.settled()
        assert not slack.messages("claims")

    play(scene, sqlite_url)


def test_what_waits_for_somebody_is_done_in_the_home_which_shows_what_is_left(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        await serve.says("ana", "service_owner: @dana, Claims Platform")
        await serve.says("ana", "ask @dana ops_team")
        await slack.opens_home("dana")
        await serve.settled()
        assert "2 things wait for you" in text_of(slack.home("dana"))
        await pressed(serve, "dana", slack.home("dana"), "Yes, that's me")
        await slack.closes("dana")
        assert "1 thing waits for you" in text_of(slack.home("dana"))
        await pressed(serve, "dana", slack.home("dana"), "Answer")
        ok(await slack.submits("dana", {"run.ops_team": OPS}))
        await serve.settled()
        assert "Nothing waits for you" in text_of(slack.home("dana"))

    play(scene, sqlite_url)


# --- messages --------------------------------------------------------------------------------------------------------


@EVERY_TRANSPORT
def test_a_reply_that_was_left_alone_can_be_pointed_at(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        said = await serve.says("ana", "@tom can you ask the service desk?")
        assert "I left that alone" in text_of(serve.told("ana"))
        ok(await slack.shortcut("ben", said))
        ok(await slack.shortcut("ben", said))
        await serve.settled()
        item = (await serve.items())["run.service_owner"]
        assert (item["answer"], item["author"], item["history_count"]) == (
            "@tom can you ask the service desk?",
            "@ana",
            1,
        )
        outside = await slack.says("ana", "claims", "somewhere else")
        for message in (outside.message, serve.root(), serve.card("1 of 6")):
            ok(await slack.shortcut("ben", message))
            await serve.settled()
            assert "reply" in text_of(serve.told("ben"))

    play(scene, sqlite_url, over)


@EVERY_TRANSPORT
def test_an_edit_changes_the_answer_and_a_deletion_takes_it_back(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        said = await serve.says("ana", f"ops_team: {OPS}")
        ok(await serve.slack.edits(said, "ops_team: Service Desk, they joined on 3 November"))
        await serve.settled()
        item = (await serve.items())["run.ops_team"]
        assert (item["answer"], item["history_count"]) == ("Service Desk, they joined on 3 November", 2)
        ok(await serve.slack.unfurls(said))
        ok(await serve.slack.deletes(said))
        await serve.settled()
        item = (await serve.items())["run.ops_team"]
        assert (item["state"], item["answer"]) == ("open", None)
        assert "Service Desk" not in text_of(serve.card("1 of 6"))

    play(scene, sqlite_url, over)


def test_a_card_that_somebody_deletes_is_there_again_where_it_is_needed(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        ok(await serve.slack.deletes(serve.card("1 of 6")))
        await serve.says("ana", f"ops_team: {OPS}")
        assert OPS in text_of(serve.card("1 of 6"))

    play(scene, sqlite_url)


def test_a_name_that_is_nobodys_here_is_asked_about_and_chosen(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        await serve.says("ana", "service_owner: dana.ruiz@acme.example, Claims Platform")
        card = serve.card("one name matches nobody here")
        assert rung(card) == set()
        await pressed(serve, "ana", card, "Choose a person", choice="dana")
        item = (await serve.items())["run.service_owner"]
        assert item["state"] == "unconfirmed"
        assert text_of(await serve.written("dana", "named you as service owner"))

    play(scene, sqlite_url)


# --- questions to one person -----------------------------------------------------------------------------------------


@EVERY_TRANSPORT
def test_who_is_named_or_asked_answers_by_button_or_by_reply(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        await serve.says("ana", "service_owner: @dana, Claims Platform")
        await serve.says("ana", "decider: @tom")
        await serve.says("ana", "ask @lee ops_team")
        await serve.says("ana", "ask @mika baseline")
        assert (await serve.items())["run.service_owner"]["state"] == "unconfirmed"
        await pressed(serve, "dana", await serve.written("dana", "named you"), "Yes, that's me")
        await serve.written("tom", "named you")
        assert (await slack.says("tom", "@tom", "yes")).ok
        asked = await serve.written("lee", "asks you")
        assert (await slack.says("lee", "@lee", OPS, thread=asked.ts)).ok
        await pressed(serve, "mika", await serve.written("mika", "asks you"), "Answer")
        ok(await slack.submits("mika", {"success.baseline": "14 min median, May-July 2026, 2,310 claims"}))
        await serve.settled()
        items = await serve.items()
        there = [
            items[key]["state"] for key in ("run.service_owner", "rollback.decider", "run.ops_team", "success.baseline")
        ]
        assert there == ["complete"] * 4
        assert items["run.ops_team"]["author"] == "@lee"

    play(scene, sqlite_url, over)


def test_an_old_button_says_so_and_does_nothing(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        await serve.says("ana", "service_owner: @dana, Claims Platform")
        named = await serve.written("dana", "named you")
        with slack.holding():
            await slack.presses("ana", serve.card("1 of 6"), "Skip")
            await slack.presses("dana", named, "Yes, that's me")
        await serve.says("ana", f"ops_team: {OPS}")
        await serve.says("ana", "service_owner: @lee, Claims Platform")
        before = await serve.items()
        assert all(each.ok for each in await slack.releases())
        await serve.settled()
        assert await serve.items() == before
        for who in ("ana", "dana"):
            assert "This button is of an older card" in text_of(serve.told(who))

    play(scene, sqlite_url)


# --- channels and people that come and go ----------------------------------------------------------------------------


def test_a_start_where_the_bot_is_no_member_is_taken_back_and_says_how_to_invite_it(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        serve.slack.adds_channel("travel", bot=False)
        ok(await serve.slack.command("ana", "travel", "start Travel Bot"))
        await serve.settled()
        assert text_of(serve.direct("ana", "/invite"))
        ok(await serve.slack.invites("travel"))
        await serve.starts("Travel Bot", where="travel")
        assert "Travel Bot" in text_of(serve.root("travel"))

    play(scene, sqlite_url)


def test_a_command_where_two_others_are_among_themselves_is_answered(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        slack.channels["D0OTHERS"] = Channel(id="D0OTHERS", name="@dana", members={"U0BEN", "U0DANA"})
        assert "start NAME" in await commanded(serve, "ben", "help", "D0OTHERS")
        ok(await slack.command("ben", "D0OTHERS", "start Between Us"))
        await serve.settled()
        assert text_of(serve.direct("ben", "Between Us"))

    play(scene, sqlite_url)


def test_a_review_may_live_in_the_messages_with_the_bot(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.slack.command("ana", "@ana", "start Just Mine")
        await serve.settled()
        root = serve.direct("ana", "Just Mine")
        assert (await serve.slack.says("ana", "@ana", f"ops_team: {OPS}", thread=root.ts)).ok
        await serve.settled()
        assert "1 of 21 answered" in text_of(serve.direct("ana", "Just Mine"))

    play(scene, sqlite_url)


@pytest.mark.parametrize("how", ["archives", "kicks_bot", "deletes_channel"])
def test_a_review_whose_channel_goes_ends_and_its_owner_is_told(sqlite_url: str, how: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        slack.adds_channel("travel")
        await serve.starts("Travel Bot", where="travel")
        await serve.starts()
        await serve.says("ana", "help_channel: #travel")
        with slack.holding():  # Slack tells of it when it is done
            await getattr(slack, how)("travel")
        assert all(each.ok for each in await slack.releases())
        await serve.settled()
        assert text_of(serve.direct("ana", "I can't post in the channel of Travel Bot, so it is paused."))
        if how == "archives":  # of a deleted one Slack no longer tells the name that people wrote
            assert (await serve.items())["train.help_channel"]["state"] == "stale"

    play(scene, sqlite_url)


def test_a_channel_with_another_name_or_id_is_the_same_place(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        ok(await slack.renames("claims", "claims-all"))
        ok(await slack.moves("claims-all", "C0MOVED"))
        await serve.says("ana", f"ops_team: {OPS}", where="claims-all")
        assert OPS in text_of(serve.card("1 of 6", "claims-all"))
        assert "1 of 21 answered" in text_of(serve.root("claims-all"))

    play(scene, sqlite_url)


def test_who_leaves_the_company_leaves_items_to_somebody_else(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        await serve.says("ana", "service_owner: @dana, Claims Platform")
        await serve.says("dana", "yes")
        ok(await serve.slack.deactivates("dana"))
        await serve.settled()
        assert (await serve.items())["run.service_owner"]["state"] == "stale"
        await pressed(serve, "ana", await serve.written("ana", "@dana (service owner) left"), "I'll do it")
        assert (await serve.items())["run.service_owner"]["answer"] == "@ana"

    play(scene, sqlite_url)


def test_an_app_that_was_removed_takes_events_all_the_same(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        await serve.starts()
        assert all(each.ok for each in await serve.slack.uninstalls())
        said = await serve.slack.says("ana", "claims", f"ops_team: {OPS}", thread=serve.root().ts)
        assert said.ok
        assert await serve.answer("run.ops_team") == OPS

    play(scene, sqlite_url)


def test_guests_answer_and_people_of_other_organisations_answer_but_are_never_written_to(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        slack.adds_person("gus", is_restricted=True)
        slack.adds_person("zoe", is_stranger=True, team="T0OTHER")
        slack.channel("claims").ext_shared = True
        slack.channel("claims").members |= {"U0GUS", "U0ZOE"}
        await serve.starts()
        await serve.says("gus", f"ops_team: {OPS}")
        await serve.says("zoe", "fallback: Adjusters write the summary by hand in the old claim form")
        await serve.says("zoe", "n/a because it is run by its vendor")
        await serve.says("ana", "decider: @zoe")
        items = await serve.items()
        assert (items["run.ops_team"]["state"], items["fail.fallback"]["state"]) == ("complete", "complete")
        assert items["run.service_owner"]["state"] == "na_pending"
        assert "(from outside)" in text_of(serve.card("1 of 6"))
        assert "D0ZOE" not in slack.channels

    play(scene, sqlite_url)


# --- what people type ------------------------------------------------------------------------------------------------

NASTY = {  # what is typed, and what of it is read at least
    "markup": (
        "*bold* _italic_ ~gone~ `code` > quote & <b>tag</b> {{ 7 * 7 }} {% raw %} :tada: =1+1",
        "*bold* _italic_ ~gone~ `code` > quote & <b>tag</b>",
    ),
    "bells": (
        "@here @channel @everyone <!here> <!channel> <!subteam^S0TEAM> <@U0BEN> <#C0CLAIMS> @ben",
        "@here @channel @everyone <!here> <!channel>",
    ),
    "links": ("https://evil.example/a?b=c&d=e [x](https://evil.example)", "https://evil.example/a?b=c&d=e [x]"),
    "signs": ("\u202eabc \u0007 \x01U0BEN\x05 tab\there", "abc U0BEN tab here"),
}
_LINK = re.compile(r"<(https?://[^>|]*)>")


def as_read(card: Message) -> str:
    """Without what keeps Slack from acting upon it."""
    return html.unescape(_LINK.sub(r"\1", text_of(card))).replace("\u2060", "")


@EVERY_TRANSPORT
@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_type_stands_as_typed_and_rings_nobody(sqlite_url: str, nasty: str, over: str) -> None:
    typed, read = NASTY[nasty]

    async def scene(serve: Serve) -> None:
        slack = serve.slack
        ok(await slack.command("ana", "claims", f"start {typed}"))
        await serve.settled()
        await serve.says("ana", f"ops_team: {typed}, they joined on 6 October 2026")
        assert read in as_read(serve.card("1 of 6"))
        await serve.says("tom", f"ops_team: {typed}, they joined on 7 October 2026")
        await pressed(serve, "lee", serve.card("1 of 6"), "Answer")
        await slack.opens_home("ana")
        for words in ("list", "status", "mine"):
            await commanded(serve, "ana", words)
        await serve.says("ana", "report")
        said = [call.arguments for call in slack.calls if call.method.startswith(("chat.", "views.", "response_url"))]
        rings = {who for each in said for name in ("blocks", "view") for who in rung(each.get(name))}
        assert rings <= {"U0ANA"}  # who has two answers to choose from
        assert not {who for each in said for who in rung({"type": "mrkdwn", "text": each.get("text") or ""})}

    play(scene, sqlite_url, over)
