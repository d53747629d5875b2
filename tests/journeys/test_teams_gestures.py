"""What people press and fill in on cards in Teams, through `serve`: what it does, and what they are shown for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.bootstrap import machine_clock
from tests.fake_teams import rung, text_of
from tests.fake_teams_state import Message
from tests.journeys.terminal import AT
from tests.served import ok
from tests.serving_teams import READ, TeamsServe, with_serve

WRONG = {"run.runbook": "somewhere", "run.ops_team": "Claims Ops, on-call"}
AHEAD = datetime.fromisoformat(AT) + timedelta(minutes=40) - machine_clock()


def shown_to(serve: TeamsServe, who: str, message: Message) -> str:
    return text_of(message.card_for(serve.teams.person(who).id))


def test_a_day_is_asked_for_in_the_cards_place_and_only_of_who_pressed(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        card = serve.card("1 of 6")
        before = text_of(card)
        ok(await teams.presses("ana", card, "Later"))
        assert "until when" in shown_to(serve, "ana", card)
        assert shown_to(serve, "ben", card) == before
        ok(await teams.presses("ana", card, "Back"))
        assert shown_to(serve, "ana", card) == before
        ok(await teams.presses("ana", card, "Later"))
        day = (machine_clock() + timedelta(days=10)).date().isoformat()
        ok(await teams.presses("ana", card, "Save", {"choice": day}))
        assert "until when" not in shown_to(serve, "ana", card)
        await serve.settled()
        assert (await serve.items())["run.service_owner"]["state"] == "deferred"
        assert teams.complaints == []

    with_serve(scene, sqlite_url)


def test_a_person_who_was_never_met_is_chosen_out_of_the_directory(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await teams.presses("ana", card, "Answer"))
        ok(await teams.presses("ana", card, "Save", {"run.service_owner": "@dana"}))
        await serve.settled()
        assert await serve.answer("run.service_owner") == "@dana"
        assert "@dana" in text_of(card)
        assert teams.complaints == []

    with_serve(scene, sqlite_url)


def test_a_form_with_faults_stays_and_says_why_with_all_that_was_typed(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await teams.presses("ana", card, "Answer"))
        ok(
            await teams.presses(
                "ana", card, "Save", {"run.runbook": "somewhere", "run.ops_team": "Claims Ops, on-call"}
            )
        )
        again = shown_to(serve, "ana", card)
        assert "somewhere" in again
        assert "Claims Ops, on-call" in again
        assert (await serve.items())["run.ops_team"]["state"] == "open"
        ok(await teams.presses("ana", card, "Save", {"run.runbook": "https://wiki.acme.io/runbook"}))
        await serve.settled()
        assert await serve.answer("run.runbook") == "https://wiki.acme.io/runbook"
        assert await serve.answer("run.ops_team") == "Claims Ops, on-call"
        assert teams.complaints == []

    with_serve(scene, sqlite_url)


def test_what_was_answered_is_taken_back_under_its_card(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        await serve.says("ana", "@dana, Claims Platform")
        card = serve.card("1 of 6")
        ok(await teams.presses("lee", card, "Undo"))  # nobody's but hers and the owner's
        assert teams.told("lee")
        ok(await teams.presses("ana", card, "Undo"))
        await serve.settled()
        assert (await serve.items())["run.service_owner"]["state"] == "open"
        assert "“@dana" not in text_of(card)

    with_serve(scene, sqlite_url)


def test_an_older_client_does_the_same_with_a_message(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await teams.presses("ana", card, "Skip", submits=True))
        await serve.settled()
        assert card.versions > 1
        assert "service owner" in text_of(card)

    with_serve(scene, sqlite_url)


def test_whoever_is_named_is_asked_in_their_own_chat_and_answers_there(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        await serve.says("ana", "@dana, Claims Platform")
        letter = await serve.written("dana", "named you")
        assert rung(letter) == set()
        ok(await teams.presses("dana", letter, "Yes, that's me"))
        await serve.settled()
        assert (await serve.items())["run.service_owner"]["state"] == "complete"
        assert len(serve.of_bot("@dana")) == 1
        assert teams.complaints == []

    with_serve(scene, sqlite_url, clock=lambda: machine_clock() + AHEAD)


def test_who_cannot_be_written_to_is_told_in_the_thread(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        await serve.says("ana", "@dana, Claims Platform")
        teams.person("ana").blocks_bot = True
        before = len(serve.of_bot())
        await serve.says("ana", "status")
        told = serve.of_bot()[before:]
        assert len(told) == 1
        assert rung(told[0]) == {teams.person("ana").id}
        assert "Claims Platform" not in text_of(told[0])
        assert teams.complaints == []

    with_serve(scene, sqlite_url)


def test_what_is_said_to_others_in_a_channel_that_is_read_is_nobodys_business(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        await serve.starts()
        posts = len(teams.called("post"))
        ok((await teams.says("ben", "claims", "lunch?")).answer)
        ok((await teams.says("ben", "claims", "start me up")).answer)
        await serve.settled()
        assert len(teams.called("post")) == posts

    with_serve(scene, sqlite_url, hearing=READ)


def test_a_review_cannot_be_started_where_nobody_else_reads_it(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        teams.adds_group("lunch", ("ana", "ben"))
        ok((await teams.says("ana", "@ana", "start Claims Copilot")).answer)
        ok((await teams.says("ana", "lunch", "@AI Readiness start Claims Copilot")).answer)
        await serve.settled()
        assert "channel" in text_of(serve.direct("ana"))
        assert not [each for each in serve.of_bot("lunch") if "1 of 6" in text_of(each)]

    with_serve(scene, sqlite_url)


def test_replies_without_ids_and_posts_with_other_names_lose_nothing(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        serve.teams.numbers_posts = False  # as an emulator does it
        await serve.starts()
        await serve.says("ana", "ops_team: Claims Platform Ops, they joined the weekly call on 6 October")
        assert "1 of 21 answered" in text_of(serve.root())
        assert "Claims Platform Ops" in text_of(serve.card("1 of 6"))

    async def nameless(serve: TeamsServe) -> None:
        serve.teams.names_replies = False
        await serve.starts("Letters")
        await serve.says("ana", "ops_team: Claims Platform Ops, they joined the weekly call on 6 October")
        items = await serve.items("Letters")
        assert items["run.ops_team"]["history_count"] == 1

    with_serve(scene, sqlite_url, fake={"signs": False})
    with_serve(nameless, sqlite_url)


def test_a_channel_that_is_deleted_and_a_team_that_is_archived_end_in_a_pause(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        teams = serve.teams
        teams.adds_channel("old")
        await teams.installs("ana")
        for where, project in (("old", "Letters"), ("claims", "Claims Copilot")):
            await serve.starts(project, where=where)
        ok(await teams.deletes_channel("old"))
        await serve.settled()
        assert "Letters" in text_of(serve.direct("ana", "paused"))
        assert "Claims Copilot" not in text_of(serve.direct("ana", "paused"))
        ok(await teams.archives_team())
        await serve.settled()
        ok((await teams.says("ana", "@ana", "list")).answer)
        await serve.settled()
        assert text_of(serve.direct("ana")).count("paused") == 2

    with_serve(scene, sqlite_url)
