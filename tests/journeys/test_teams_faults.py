"""Bad days: Teams repeats itself, refuses and says nothing; somebody forges requests and tokens."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.fake_teams import Trouble, text_of
from tests.fake_teams_state import Json, Message
from tests.served import ok
from tests.serving_teams import MENTIONED, READ, TeamsServe, delivery_ids, with_serve

ITEMS = {  # any order
    "run.ops_team": "Claims Platform Ops, they joined the weekly call on 6 October",
    "fail.fallback": "Adjusters write the summary by hand in the old claim form",
    "success.baseline": "14 min median, May-July 2026, 2,310 claims",
    "train.audience": "420 adjusters in Leeds and Porto",
}


def labelled(item: str) -> str:
    return f"{item.partition('.')[2]}: {ITEMS[item]}"


async def answers_all(serve: TeamsServe, thread: str) -> None:
    for item in ITEMS:
        await serve.teams.says("ana", "claims", serve.heard(labelled(item)), thread=thread)


async def answered_once(serve: TeamsServe) -> None:
    """Each of ITEMS has its one answer, and everybody heard of it once."""
    await serve.settled()
    items = await serve.items()
    assert {key: (items[key]["answer"], items[key]["history_count"]) for key in ITEMS} == {
        key: (answer, 1) for key, answer in ITEMS.items()
    }
    assert len(set(delivery_ids(serve.teams))) == len(delivery_ids(serve.teams))
    said = [text_of(each) for each in serve.of_bot()]
    assert len(set(said)) == len(said)


# --- again, and in another order -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hearing", [MENTIONED, READ])
def test_what_comes_five_times_in_any_order_counts_once(sqlite_url: str, hearing: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        thread = await serve.starts()
        with serve.teams.holding():
            await answers_all(serve, thread)
        assert all(each.ok for each in await serve.teams.releases(2, 0, 3, 1))
        for backwards in (True, False, True, True):
            assert all(each.ok for each in await serve.teams.redelivers(backwards=backwards))
        await answered_once(serve)

    with_serve(scene, sqlite_url, hearing=hearing)


def test_what_comes_three_times_at_once_counts_once(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        serve.teams.copies = 3
        thread = await serve.starts()
        await answers_all(serve, thread)
        answers = [answer for each in serve.teams.delivered for answer in each.answers]
        assert all(answer.ok for answer in answers)
        assert len(answers) == 3 * (1 + len(ITEMS))
        await answered_once(serve)

    with_serve(scene, sqlite_url)


def test_a_press_that_comes_at_once_and_later_and_under_another_id_is_one(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        teams.copies = 2
        card = serve.card("1 of 6")
        ok(await teams.presses("ana", card, "Skip"))
        await serve.settled()
        asked = text_of(serve.card("1 of 6"))
        for anew in (False, True, True):
            assert all(each.ok for each in await teams.redelivers(2, anew=anew))
        await serve.settled()
        assert text_of(serve.card("1 of 6")) == asked
        assert (await serve.items())["run.service_owner"]["state"] == "open"

    with_serve(scene, sqlite_url)


def test_a_form_that_is_saved_twice_at_once_and_again_is_taken_once(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await teams.presses("lee", card, "Answer"))
        teams.copies = 2
        ok(await teams.presses("lee", card, "Save", {"run.ops_team": ITEMS["run.ops_team"]}))
        teams.copies = 1
        assert all(each.ok for each in await teams.redelivers(1, anew=True))
        await serve.settled()
        item = (await serve.items())["run.ops_team"]
        assert (item["answer"], item["history_count"]) == (ITEMS["run.ops_team"], 1)
        assert ITEMS["run.ops_team"] in text_of(card)

    with_serve(scene, sqlite_url)


def test_an_edit_that_comes_before_its_message_is_the_answer(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams, thread = serve.teams, await serve.starts()
        with teams.holding():
            said = await teams.says("ana", "claims", serve.heard("audience: 40 adjusters in Leeds"), thread=thread)
            await teams.edits(said.message, serve.heard("audience: 42 adjusters in Leeds"))
        assert all(each.ok for each in await teams.releases(1, 0, 1, 0))
        await serve.settled()
        assert await serve.answer("train.audience") == "42 adjusters in Leeds"

    with_serve(scene, sqlite_url)


def test_a_deletion_that_comes_before_its_message_leaves_nothing(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams, thread = serve.teams, await serve.starts()
        with teams.holding():
            said = await teams.says("ana", "claims", serve.heard("audience: 40 adjusters in Leeds"), thread=thread)
            await teams.deletes(said.message)
        assert all(each.ok for each in await teams.releases(1, 0, 0, 1))
        await serve.settled()
        assert (await serve.items())["train.audience"]["state"] == "open"

    with_serve(scene, sqlite_url)


def test_to_be_installed_twice_at_once_is_one_welcome(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        serve.teams.copies = 2
        assert all(each.ok for each in await serve.teams.installs("dana"))
        await serve.settled()
        assert len(serve.of_bot("@dana")) == 1
        await serve.teams.removes("dana")
        await serve.teams.installs("dana")
        await serve.settled()
        assert len(serve.of_bot("@dana")) == 2

    with_serve(scene, sqlite_url)


def test_a_team_is_welcomed_in_its_channel_and_who_installs_it_for_themselves_alone(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        assert all(each.ok for each in await serve.teams.installs("ana", "claims"))
        await serve.settled()
        assert len(serve.of_bot()) == 1
        assert serve.of_bot("@ana") == []
        await serve.teams.installs("ana")
        await serve.settled()
        assert (len(serve.of_bot()), len(serve.of_bot("@ana"))) == (1, 1)

    with_serve(scene, sqlite_url)


# --- requests that are not Teams' ------------------------------------------------------------------------------------


def an_activity(serve: TeamsServe) -> Json:
    return serve.teams.activity("message", serve.teams.place("@ana"), serve.teams.person("ana"), text="help")


async def status_of(serve: TeamsServe, body: Json | bytes | str, **more: Any) -> int:
    return (await serve.teams.sends(json.dumps(body) if isinstance(body, dict) else body, **more)).status


def bad_tokens(serve: TeamsServe) -> dict[str, str]:
    """Of each kind one, that is no good for this bot, this activity or this moment."""
    keys, url = serve.teams.keys, serve.teams.service_url
    good = keys.token(url)
    head, claims, signature = good.split(".")
    return {
        "garbage": "x",
        "nothing behind it": "",
        "three parts of garbage": "a.b.c",
        "another signature": f"{head}.{claims}.{signature[::-1]}",
        "no signature": f"{head}.{claims}.",
        "a key that nobody published": keys.token(url, key=7),
        "a key of no name": keys.token(url, headers={"kid": None}),
        "a name that is no word": keys.token(url, headers={"kid": 'x" or 1'}),
        "no algorithm": keys.token(url, algorithm="none"),
        "a secret that was guessed": keys.token(url, algorithm="HS256"),
        "expired": keys.token(url, ahead=-2 * 3600),
        "expired six minutes ago": keys.token(url, ahead=-3600 - 300),
        "not yet valid": keys.token(url, ahead=3600),
        "without an end": keys.token(url, exp=None),
        "for another bot": keys.token(url, aud="another"),
        "for several": keys.token(url, aud=[serve.settings.teams_app_id, "another"]),
        "for nobody": keys.token(url, aud=None),
        "by somebody else": keys.token(url, iss="https://sts.windows.net/x/"),
        "by nobody": keys.token(url, iss=None),
        "for another address": keys.token("https://smba.trafficmanager.net/emea/"),
        "for no address": keys.token(url, serviceurl=None),
    }


def test_no_token_but_a_good_one_is_taken(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams, body = serve.teams, an_activity(serve)
        found = {name: await status_of(serve, body, token=token) for name, token in bad_tokens(serve).items()}
        assert found == dict.fromkeys(found, 401)
        kind, good = {"Content-Type": "application/json"}, teams.keys.token(teams.service_url)
        for header in ({}, {"Authorization": f"Basic {good}"}, {"Authorization": good}, {"Authorization": "Bearer"}):
            assert await status_of(serve, body, headers=kind | header) == 401
        assert await status_of(serve, {**body, "channelId": "slack"}) == 401  # no key is endorsed for it
        assert await status_of(serve, {**body, "channelId": None}) == 401
        assert await status_of(serve, {**body, "serviceUrl": None}) == 401
        await serve.settled()
        assert serve.of_bot("@ana") == []
        almost_expired = teams.keys.token(teams.service_url, ahead=-3600 - 240 + 60)
        assert await status_of(serve, body, token=almost_expired) == 200
        await serve.settled()
        assert len(serve.of_bot("@ana")) == 1

    with_serve(scene, sqlite_url)


def test_a_key_that_is_not_endorsed_for_teams_opens_nothing(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        assert await status_of(serve, an_activity(serve)) == 401

    async def play(serve: TeamsServe) -> None:
        serve.teams.keys.endorsed[0] = ("webchat",)
        await scene(serve)

    with_serve(play, sqlite_url)


def test_a_new_key_is_known_at_once_and_an_old_one_no_longer(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        teams.keys.rotates(keeps=False)
        await serve.says("ana", labelled("run.ops_team"))
        assert await status_of(serve, an_activity(serve), token=teams.keys.token(teams.service_url, key=0)) == 401

    with_serve(scene, sqlite_url)


def test_names_of_keys_that_are_invented_make_us_ask_a_few_times_only(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams, body = serve.teams, an_activity(serve)
        invented = (teams.keys.token(teams.service_url, key=1, headers={"kid": f"invented-{n}"}) for n in range(50))
        found = await asyncio.gather(*(status_of(serve, body, token=token) for token in invented))
        assert set(found) == {401}
        assert len(teams.called("keys")) <= 5

    with_serve(scene, sqlite_url)


def test_while_the_keys_cannot_be_had_nobody_is_believed_and_nothing_is_lost(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        teams.fail("keys", 500, times=None)
        said = await teams.says("ana", "@ana", "help")
        assert said.answer.status in (401, 503)
        status, wrong = await serve.readyz()
        assert (status, list(wrong)) == (503, ["teams"])
        teams.heals()
        await asyncio.sleep(2.1)  # it is not asked at once again
        assert all(each.ok for each in await teams.retries())
        await serve.settled()
        assert len(serve.of_bot("@ana")) == 1
        assert await serve.readyz() == (200, {})

    with_serve(scene, sqlite_url)


NO_ACTIVITIES: dict[str, bytes] = {
    "not JSON": b"{",
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
    "a word": b'"x"',
    "a number": b"1",
    "not UTF-8": b'{"type": "\xff"}',
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", NO_ACTIVITIES)
def test_a_body_that_is_no_activity_is_refused(sqlite_url: str, name: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        assert await status_of(serve, NO_ACTIVITIES[name]) in (400, 401)  # what it is about cannot be told either

    async def emulated(serve: TeamsServe) -> None:
        assert await status_of(serve, NO_ACTIVITIES[name]) == 400

    with_serve(scene, sqlite_url)
    with_serve(emulated, sqlite_url, fake={"signs": False})


def test_an_activity_without_its_type_or_with_nonsense_in_it_is_refused_or_nothing(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        body = an_activity(serve)
        without = {name: value for name, value in body.items() if name != "type"}
        assert await status_of(serve, without) == 400
        assert await status_of(serve, {**body, "type": 3}) == 400
        for name, nonsense in (("from", None), ("conversation", "x"), ("channelData", []), ("entities", "x")):
            assert await status_of(serve, {**body, name: nonsense}) in (200, 400), name
        for kind in ("typing", "event", "messageReaction", "endOfConversation", "trace", "invoke", "handoff", "?"):
            assert await status_of(serve, {**body, "type": kind}) == 200, kind

    with_serve(scene, sqlite_url)


def test_what_is_too_large_is_refused(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        assert await status_of(serve, {**an_activity(serve), "text": "x" * 1024**2}) == 413

    with_serve(scene, sqlite_url)


@pytest.mark.parametrize(
    "address",
    [
        *("https://evil.example/", "http://smba.trafficmanager.net/emea/", "https://smba.trafficmanager.net.evil.io/"),
        *("https://evil.trafficmanager.net/", "https://x@evil.io/smba.trafficmanager.net", "ftp://127.0.0.1/", ""),
    ],
)
def test_the_token_goes_to_no_foreign_address(sqlite_url: str, address: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        body = {**an_activity(serve), "serviceUrl": address}
        assert await status_of(serve, body, token=teams.keys.token(address)) == 403
        await serve.settled()
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
            assert database.execute("SELECT service_url FROM address").fetchall() == []  # where anything could be sent

    with_serve(scene, sqlite_url)


def test_without_authentication_only_this_machine_is_heard_and_no_token_is_sent(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        body = {**an_activity(serve), "serviceUrl": "https://smba.trafficmanager.net/emea/"}
        assert await status_of(serve, body) == 403
        assert serve.teams.called("token") == []
        await serve.says("ana", labelled("run.ops_team"))
        assert await serve.answer("run.ops_team") == ITEMS["run.ops_team"]

    with_serve(scene, sqlite_url, fake={"signs": False})


# --- Teams refuses, is silent, or was heard and does not say so ------------------------------------------------------


async def eventful(serve: TeamsServe) -> Message:
    """Something that is posted, revised and whispered; the question's card."""
    said = await serve.teams.says("ana", "claims", "@AI Readiness start Claims Copilot")
    assert said.ok
    await serve.settled(30)
    await answers_all(serve, said.message.conversation)
    ok((await serve.teams.says("ana", "claims", "@AI Readiness list")).answer)
    return serve.card("1 of 6")


async def all_is_said(serve: TeamsServe) -> None:
    await answered_once(serve)
    assert "4 of 21 answered" in text_of(serve.root())
    assert "Claims Copilot" in text_of(serve.direct("ana"))


@pytest.mark.parametrize("how", ["Throttled", "PreconditionFailed"])
def test_what_teams_puts_off_is_said_in_the_end_and_once(sqlite_url: str, how: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        for method in ("post", "update", "create"):
            serve.teams.fail(method, how, times=2, seconds=1)
        await eventful(serve)
        await serve.settled(30)
        await all_is_said(serve)
        assert {call.method for call in serve.teams.calls if call.error == how} == {"post", "update", "create"}

    with_serve(scene, sqlite_url)


@pytest.mark.parametrize("trouble", [Trouble.DROP_BEFORE, 500, 502])
def test_what_teams_did_not_hear_is_said_again_where_it_matters(sqlite_url: str, trouble: Trouble | int) -> None:
    async def scene(serve: TeamsServe) -> None:
        serve.teams.fail("post", trouble, where="claims")
        serve.teams.fail("update", trouble, times=2)
        serve.teams.fail("token", trouble)
        await eventful(serve)
        await serve.settled(30)
        await all_is_said(serve)

    with_serve(scene, sqlite_url)


def test_of_what_teams_may_have_heard_the_newer_copy_of_a_card_is_revised(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        said = await teams.says("ana", "@ana", "help")  # everybody is known by now
        await serve.settled()
        with teams.holding():
            said = await teams.says("ana", "claims", "@AI Readiness start Claims Copilot")
        teams.fail("post", Trouble.DROP_AFTER, where=said.message.conversation)  # the root
        await teams.releases()
        await serve.settled(30)
        before = serve.of_bot(said.message.conversation)
        assert [text_of(each).splitlines()[0] for each in before[:2]] == [text_of(before[0]).splitlines()[0]] * 2
        await answers_all(serve, said.message.conversation)
        await serve.settled(30)
        first, second, *_ = serve.of_bot(said.message.conversation)
        assert first.versions == 1
        assert "4 of 21 answered" in text_of(second)

    with_serve(scene, sqlite_url)


def test_a_review_whose_card_got_lost_is_shown_to_who_starts_it_again(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        with teams.holding():
            said = await teams.says("ana", "claims", "@AI Readiness start Claims Copilot")
        thread = said.message.conversation
        teams.fail("post", 503, where=thread, times=None)
        await teams.releases()
        await serve.settled(30)
        assert serve.of_bot(thread) == []
        teams.heals()
        again = await teams.says("ana", "claims", "@AI Readiness start claims copilot")
        await serve.settled(30)
        assert "under review already" in text_of(serve.direct("ana"))
        assert len(serve.of_bot(thread)) == 2, "the card and the question, in the thread where they belong"
        assert serve.of_bot(again.message.conversation) == []
        await answers_all(serve, thread)
        await all_is_said(serve)

    with_serve(scene, sqlite_url)


@pytest.mark.parametrize(
    "code",
    ["BotNotInConversationRoster", "ConversationBlockedByUser", "MessageWritesBlocked"],
)
def test_where_the_bot_is_not_let_in_it_does_not_insist(sqlite_url: str, code: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        thread = await serve.starts()
        teams.fail("post", code, where="@ana", times=None)
        teams.fail("create", code, times=None)
        for words in ("list", "mine", "help"):
            ok((await teams.says("ana", "claims", f"@AI Readiness {words}", thread=thread)).answer)
        await serve.settled(30)
        refused = [call for call in teams.calls if call.error]
        assert len(refused) <= 3
        assert await serve.readyz() == (200, {})
        teams.heals()
        ok((await teams.says("ana", "@ana", "help")).answer)
        await serve.settled()
        assert serve.of_bot("@ana"), "who speaks to it can be spoken to"

    with_serve(scene, sqlite_url)


def test_what_an_administrator_has_shut_out_waits(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        thread = await serve.starts()
        teams.fail("*", "BotDisabledByAdmin", times=3)
        await teams.says("ana", "claims", serve.heard(labelled("run.ops_team")), thread=thread)
        await teams.until(lambda: any(call.error == "BotDisabledByAdmin" for call in teams.calls))
        assert await serve.pending() > 0

    with_serve(scene, sqlite_url)


def test_a_silence_holds_up_nobody_else(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        quiet = serve.thread()
        teams.fail("post", Trouble.SLOW, where=quiet, seconds=60)
        teams.fail("update", Trouble.SLOW, where=quiet, seconds=60, times=None)
        await teams.says("ana", "claims", serve.heard("Ops will take it over after launch"), thread=quiet)
        said = await teams.says("ben", "claims", "@AI Readiness start Letters")
        await teams.until(lambda: len(teams.messages(said.message.conversation)) == 3)

    with_serve(scene, sqlite_url)


def test_a_chat_that_was_shut_and_opened_again_is_spoken_in(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await teams.installs("ana")
        await serve.settled()
        assert len(serve.of_bot("@ana")) == 1
        await teams.removes("ana")
        teams.person("ana").blocks_bot = True
        await serve.starts()
        teams.person("ana").blocks_bot = False
        await teams.installs("ana")
        await serve.settled()
        assert len(serve.of_bot("@ana")) == 2

    with_serve(scene, sqlite_url)


def test_a_bot_that_is_put_out_of_a_team_is_quiet_there_and_says_so_to_the_owner(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await teams.installs("ana")
        await serve.starts()
        before = len(teams.calls)
        assert all(each.ok for each in await teams.removes("ben", "claims"))
        await serve.settled()
        assert "Resume" in text_of(serve.direct("ana", "post in the channel of Claims Copilot"))
        assert {call.method for call in teams.calls[before:] if call.error} <= {"member"}  # it may look who that was

    with_serve(scene, sqlite_url)


def test_a_letter_that_teams_may_have_heard_says_what_was_pressed_in_it(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams, yes = serve.teams, "Yes, that's me"
        await teams.says("dana", "@dana", "help")
        await serve.starts()
        teams.fail("post", Trouble.DROP_AFTER, where=teams.personal("dana").id)
        await serve.says("ana", "@dana, Claims Platform")
        letter = await serve.written("dana", yes)
        ok(await teams.presses("dana", letter, yes))
        await serve.settled(30)
        assert yes not in text_of(letter)
        assert text_of(letter).startswith("You are service owner for Claims Copilot.")
        assert len(serve.of_bot("@dana")) == 2  # with what she was told of help

    with_serve(scene, sqlite_url)
