"""What the bot writes to single people in Slack of its own accord, through the running `serve`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.fake_slack import text_of
from tests.fake_slack_state import Message
from tests.journeys.terminal import AT
from tests.serving import HTTP, TRANSPORTS, Scene, Serve, ok, with_serve

MORNING = datetime.fromisoformat(AT) + timedelta(minutes=40)  # of a Monday, when everybody may be written to


class Clock:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


def play(scene: Scene, url: str, over: str = HTTP, clock: Clock | None = None) -> None:
    with_serve(scene, url, over, clock=clock or Clock())


async def named(serve: Serve) -> Message:
    """The letter to Dana, who was named."""
    await serve.starts()
    await serve.says("ana", "service_owner: @dana, Claims Platform")
    return await serve.written("dana", "named you as service owner")


def test_who_does_not_want_to_be_disturbed_is_written_to_afterwards(sqlite_url: str) -> None:
    clock = Clock()

    async def scene(serve: Serve) -> None:
        serve.slack.people["U0DANA"].dnd = (MORNING - timedelta(hours=1), MORNING + timedelta(hours=1))
        await serve.starts()
        await serve.says("ana", "service_owner: @dana, Claims Platform")
        await serve.slack.until(lambda: serve.slack.called("dnd.info"), 20)
        assert serve.slack.direct("dana").messages == {}
        clock.now += timedelta(hours=1, minutes=1)
        await serve.written("dana", "named you as service owner")

    play(scene, sqlite_url, clock=clock)


@pytest.mark.parametrize("over", TRANSPORTS)
def test_the_buttons_of_a_letter_do_what_they_say(sqlite_url: str, over: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        letter = await named(serve)
        ok(await slack.presses("dana", letter, "Why this?"))
        await serve.settled()
        assert "you were named" in text_of(serve.told("dana"))
        ok(await slack.presses("dana", letter, "Later: choose a day"))
        ok(await slack.submits("dana", {"Service owner: when shall I ask again?": "2026-12-04"}))
        await serve.settled()
        assert "Fri 4 Dec" in text_of(serve.direct("dana"))
        assert len(slack.direct("dana").messages) == 1
        assert (await serve.items())["run.service_owner"]["state"] == "unconfirmed"

    play(scene, sqlite_url, over)


def test_how_one_is_written_to_is_said_in_a_form(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        letter = await named(serve)
        ok(await slack.presses("dana", letter, "Change when I write"))
        wrong = await slack.submits("dana", {"hours": "at night", "zone": "Nowhere/Else"})
        assert set(wrong.body["errors"]) == {"hours", "zone"}
        ok(await slack.submits("dana", {"hours": "8-12", "zone": "Europe/Berlin"}))
        assert slack.modal("dana") is None
        await serve.settled()
        assert "08:00 to 12:00 (Europe/Berlin)" in text_of(serve.direct("dana", "Noted"))
        await slack.opens_home("dana")
        await serve.settled()
        home = slack.home("dana")
        assert home
        assert "08:00 to 12:00 (Europe/Berlin)" in text_of(home)
        ok(await slack.presses("dana", home, "Change when I write"))
        ok(await slack.submits("dana", {"digest": "Off"}))
        await serve.settled()
        assert "Weekly digest: off." in text_of(slack.home("dana"))

    play(scene, sqlite_url)


def test_who_is_not_here_any_more_is_not_written_to(sqlite_url: str) -> None:
    async def scene(serve: Serve) -> None:
        slack = serve.slack
        await serve.starts()
        slack.people["U0LEE"].deleted = True  # and nobody told of it
        await serve.says("ana", "ask @lee ops_team")
        await slack.until(lambda: slack.called("conversations.open"), 20)
        await serve.settled()
        assert slack.direct("lee").messages == {}

    play(scene, sqlite_url)
