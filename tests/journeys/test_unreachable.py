"""Somebody whom the bot cannot write to, on the platforms that have such people, through the running `serve`."""

from __future__ import annotations

from datetime import timedelta

from tests import serving, serving_teams
from tests.fake_slack import text_of
from tests.fake_teams import rung
from tests.fake_teams import text_of as text_in_teams
from tests.journeys.test_slack_letters import Clock

NAMED = "service_owner: @dana, Claims Platform"


def test_in_slack_the_thread_is_used_and_the_owner_told(sqlite_url: str) -> None:
    clock = Clock()

    async def scene(serve: serving.Serve) -> None:
        slack = serve.slack
        await serve.starts()
        slack.fail("conversations.open", "user_not_visible")
        await serve.says("ana", NAMED)
        await slack.until(lambda: any("can't write to" in text_of(each) for each in serve.of_bot()), 20)
        await serve.settled()
        card = serve.card("you are named as service owner")
        assert "Claims Platform" not in text_of(card)
        clock.now += timedelta(days=1)
        assert "I can't write to" in text_of(await serve.written("ana", "I can't write to"))
        serving.ok(await slack.presses("dana", card, "Yes, that's me"))
        await serve.settled()
        assert "is service owner. Thanks." in text_of(serve.card("is service owner"))
        assert "again; nothing to do" in text_of(serve.direct("ana", "I can write to"))

    serving.with_serve(scene, sqlite_url, clock=clock)


def test_in_teams_the_thread_is_used_until_they_let_the_bot_in(sqlite_url: str) -> None:
    clock = Clock()

    async def scene(serve: serving_teams.TeamsServe) -> None:
        teams = serve.teams
        teams.person("dana").blocks_bot = True
        await serve.starts()
        await serve.says("ana", NAMED)
        await teams.until(lambda: any("can't write to" in text_in_teams(each) for each in serve.of_bot()), 20)
        await serve.settled()
        card = serve.card("you are named as service owner")
        assert rung(card) == {teams.person("dana").id}
        clock.now += timedelta(days=1)
        assert "service owner" in text_in_teams(await serve.written("ana", "I can't write to"))
        teams.person("dana").blocks_bot = False
        assert all(answer.ok for answer in await teams.installs("dana"))
        await serve.settled()
        assert "nothing to do" in text_in_teams(serve.direct("ana", "I can write to"))
        clock.now += timedelta(days=1)
        await serve.written("dana", "named you as service owner")

    serving_teams.with_serve(scene, sqlite_url, clock=clock)
