"""What platforms really bring for a review that is under way, and for each thing that can be pressed in it."""

from __future__ import annotations

import json

from tests.block_kit import elements_of
from tests.fake_teams import BOT_NAME
from tests.fake_teams_hands import actions_in
from tests.fuzz.slack_tries import Seed
from tests.serving import Serve
from tests.serving_teams import TeamsServe

_COMMANDS = ("help", "list", "report", "mine", "hours 9-17", "away until 2026-12-01", "digest off", "nonsense")


async def slack_seeds(serve: Serve) -> list[Seed]:
    slack = serve.slack
    await serve.starts()
    said = await serve.says("ana", "we have a runbook and @dana runs it")
    await serve.says("ben", "somebody from operations, probably")
    for word in ("skip", "status", "later in 3 days"):
        await serve.says("ana", word)
    await slack.command("ana", "claims", "status")
    await slack.opens_home("ana")
    await _opens_form(serve)
    with slack.holding():
        for each in serve.of_bot():
            for block in each.blocks:
                for element in elements_of(block):
                    if element["type"] == "button" and "url" not in element:
                        await slack.presses("ana", each, element["action_id"], block=block["block_id"])
        for words in _COMMANDS:
            await slack.command("ben", "claims", words)
        for words in ("run.service_owner: @dana", "n/a because it is small", "ask @dana", "undo", "pause", "why"):
            await slack.says("ben", "claims", words, thread=serve.root().ts)
        await slack.says("ana", "@ana", "mine")
        await slack.shortcut("ben", said)
        await slack.shortcut("ben", callback_id="start_review")
        await slack.edits(said, "another answer altogether")
        await slack.deletes(said)
        await slack.renames("claims", "claims-ai")
        await slack.becomes("ben", tz="Asia/Tokyo")
        if slack.modals.get(slack.person("ana").id):
            await slack.submits("ana")
    brought = [*slack.delivered, *slack._late]  # what was held back
    await serve.settled()
    return [Seed(each.kind, json.dumps(each.payload)) for each in brought]


async def _opens_form(serve: Serve) -> None:
    """Ana has a form open, if one of the buttons opens one."""
    for each in reversed(serve.of_bot()):
        for block in each.blocks:
            for element in elements_of(block):
                if element["type"] == "button" and element["text"]["text"] == "Answer":
                    await serve.slack.presses("ana", each, element["action_id"], block=block["block_id"])
                    await serve.settled()
                    return


async def teams_seeds(serve: TeamsServe) -> list[str]:
    teams = serve.teams
    await teams.installs("ana")
    await serve.starts()
    said = await serve.says("ana", "we have a runbook and @dana runs it")
    for word in ("skip", "status"):
        await serve.says("ana", word)
    with teams.holding():
        for each in serve.of_bot():
            for action, _ in actions_in(each.card_for(teams.person("ana").id) or {"body": []}):
                if action["type"] != "Action.OpenUrl":
                    pressed = {"type": action["type"], "verb": action["verb"], "data": action.get("data")}
                    await teams._invokes(teams.person("ana"), each, pressed)  # also what is not filled in
        for words in ("help", "list", "report", "digest off", "run.service_owner: @dana", "ask @ben", "undo", "pause"):
            await teams.says("ben", "claims", f"@{BOT_NAME} {words}", thread=serve.thread())
            await teams.says("ana", "@ana", words)
        await teams.edits(said, "another answer altogether")
        await teams.deletes(said)
        await teams.installs("ben")
        await teams.removes("ben")
        await teams.leaves("lee")
    brought = [*teams.delivered, *teams._late]  # what was held back
    await serve.settled()
    return [json.dumps(each.activity) for each in brought]
