"""What people press, choose and submit: only what is really shown to them, and the payloads that Slack makes of it.

https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.block_kit import complaints, elements_of
from tests.fake_slack_delivery import SILENT, Kind
from tests.fake_slack_people import People
from tests.fake_slack_state import APP, DOMAIN, TEAM, Json, Message, Person, View
from tests.fake_slack_views import choose, entered, options_of, pushed, replaced, value_of, view_json
from tests.fake_slack_web import message_json
from tests.fakes import Answer
from tests.written import people_wrote

Shown = Message | View


class Hands(People):
    # --- buttons and menus ---

    async def presses(
        self, who: str, shown: Shown, what: str, *, choice: Any = None, block: str | None = None
    ) -> Answer:
        """A button by its words or its `action_id`; a menu likewise, with the `choice` in it by words or value.

        An overflow's option may be named alone. `block` says which, where several are called so.
        """
        person = self.person(who)
        self._sees(person, shown)
        where, element, option = _find(shown, what, block)
        visible = element.get("visible_to_user_ids")
        assert visible is None or person.id in visible, f"{person.name} does not see {what!r}"
        action = self._action(where, element, option if choice is None else choice)
        if isinstance(shown, View) and element["type"] not in ("button", "overflow"):
            shown.typed[where["block_id"], element["action_id"]] = choose(self, element, choice)
        return await self.brings(Kind.PRESSED, self._pressed(person, shown, action))

    def _sees(self, person: Person, shown: Shown) -> None:
        if isinstance(shown, View):
            assert shown.user == person.id, f"{person.name} does not see this view"
            assert shown.body["type"] == "home" or shown is self.modal(person.id), "the modal is not on top"
            return
        channel = self.channels[shown.channel]
        assert person.id in channel.members, f"{person.name} is not in {channel.name}"
        there = shown in self.ephemerals if shown.seen_by else channel.messages.get(shown.ts) is shown
        assert there, "the message is gone"
        assert shown.seen_by in (None, person.id), f"{person.name} does not see this message"

    def _action(self, block: Json, element: Json, choice: Any) -> Json:
        names = {"action_id": element["action_id"], "block_id": block["block_id"]}
        action = {"type": element["type"], **names, "action_ts": self.ts()}
        if element["type"] == "button":
            return action | {key: element[key] for key in ("text", "value", "style") if key in element}
        assert choice is not None, f"a choice is needed in {element['action_id']}"
        return action | choose(self, element, choice)

    def _pressed(self, person: Person, shown: Shown, action: Json) -> Json:
        payload = {**self._who("block_actions", person), "trigger_id": self.trigger(person.id), "actions": [action]}
        if isinstance(shown, View):
            return payload | {"container": {"type": "view", "view_id": shown.id}, "view": view_json(shown)}
        channel = self.channels[shown.channel]
        container: Json = {"type": "message", "message_ts": shown.ts, "channel_id": channel.id}
        container["is_ephemeral"] = shown.seen_by is not None
        if shown.thread_ts:
            container["thread_ts"] = shown.thread_ts
        payload |= {"container": container, "channel": {"id": channel.id, "name": channel.shown_name}}
        chosen = {key: value for key, value in action.items() if key == "type" or key.startswith("selected_")}
        state = entered(shown.blocks, {(action["block_id"], action["action_id"]): chosen})
        payload |= {"state": {"values": state}}
        payload |= {"response_url": self.response_url(person.id, channel.id, shown)}
        return payload if shown.seen_by else payload | {"message": message_json(channel, shown)}

    def _who(self, kind: str, person: Person) -> Json:
        return {
            "type": kind,
            "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
            "team": {"id": TEAM, "domain": DOMAIN},
            "api_app_id": APP,
            "token": "verification",
            "enterprise": None,
            "is_enterprise_install": False,
        }

    # --- shortcuts ---

    async def shortcut(self, who: str, message: Message | None = None, *, callback_id: str = "use_as_answer") -> Answer:
        """From a message's menu, or from anywhere without one. Also where the bot is not in the channel."""
        person = self.person(who)
        kind = "message_action" if message else "shortcut"
        payload = {**self._who(kind, person), "callback_id": callback_id, "action_ts": self.ts()}
        payload["trigger_id"] = self.trigger(person.id)
        if message:
            self._sees(person, message)
            channel = self.channels[message.channel]
            payload |= {"channel": {"id": channel.id, "name": channel.shown_name}, "message_ts": message.ts}
            payload |= {"message": message_json(channel, message)}
            payload |= {"response_url": self.response_url(person.id, channel.id, message)}
        return await self.brings(Kind.PRESSED, payload)

    # --- modals ---

    def fills(self, who: str, values: Mapping[str, Any]) -> View:
        """Types and chooses in the open modal, by a field's words, its block or its action; nothing is sent."""
        people_wrote(values.values())
        view = self._on_top(who)
        for name, value in values.items():
            block, element = _field(view, name)
            _fits(element, value)
            view.typed[block["block_id"], element["action_id"]] = choose(self, element, value)
        return view

    async def submits(self, who: str, values: Mapping[str, Any] | None = None) -> Answer:
        """Fills in `values` and submits; what was there stays. The modal does what the answer says.

        Complaints of the app are in `answer.body["errors"]` by block, and the modal stays open.
        """
        view, person = self.fills(who, values or {}), self.person(who)
        assert "submit" in view.body, "this modal has nothing to submit"
        _complete(view)
        payload = {**self._who("view_submission", person), "trigger_id": self.trigger(person.id)}
        answer = await self.brings(Kind.PRESSED, {**payload, "view": view_json(view), "response_urls": []})
        if answer.ok:
            self._follows(view, answer.body if isinstance(answer.body, dict) else {})
        return answer

    def _follows(self, view: View, action: Json) -> None:
        """`response_action`: nothing closes the modal."""
        match action.get("response_action"):
            case None:
                self._leaves(view)
            case "clear":
                self.modals[view.user] = []
            case "update":
                replaced(self, view, _sound(action["view"]))
            case "push":
                pushed(self, view.user, _sound(action["view"]))
            case "errors":
                inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                assert action["errors"], "errors without an error"
                assert action["errors"].keys() <= inputs, f"no input is named {action['errors'].keys() - inputs}"
            case other:
                raise AssertionError(f"response_action {other!r} is not known")

    def _leaves(self, view: View) -> None:
        stack = self.modals.get(view.user, [])
        if view in stack:
            stack.remove(view)

    async def closes(self, who: str) -> Answer:
        """Closes the modal on top; the app is told where it wanted to be."""
        view, person = self._on_top(who), self.person(who)
        self._leaves(view)
        if not view.body.get("notify_on_close"):
            return SILENT
        payload = {**self._who("view_closed", person), "view": view_json(view), "is_cleared": False}
        return await self.brings(Kind.PRESSED, payload)

    def _on_top(self, who: str) -> View:
        view = self.modal(who)
        assert view, f"{who} has no modal open"
        return view


def _find(shown: Shown, what: str, block_id: str | None) -> tuple[Json, Json, str | None]:
    """The one block and element called so; of an overflow's option also the option."""
    called = [
        (block, element, option)
        for block in shown.blocks
        if block_id in (None, block["block_id"])
        for element in map(dict, elements_of(block))
        for name, option in _names(element)
        if name == what
    ]
    there = sorted({name for block in shown.blocks for each in elements_of(block) for name, _ in _names(dict(each))})
    assert called, f"nothing is called {what!r}, only {there}"
    assert len(called) == 1, f"{len(called)} are called {what!r}, in {[block['block_id'] for block, _, _ in called]}"
    return called[0]


def _names(element: Json) -> set[tuple[str, str | None]]:
    names = {(element.get("action_id", ""), None)}
    if element["type"] == "button":
        return names | {(element["text"]["text"], None)}
    if element["type"] == "overflow":
        return names | {(each["text"]["text"], each["value"]) for each in options_of(element)}
    return names | ({(element["placeholder"]["text"], None)} if "placeholder" in element else set())


def _field(view: View, name: str) -> tuple[Json, Json]:
    fields = [(block, block["element"]) for block in view.blocks if block["type"] == "input"]
    found = [
        (block, element)
        for block, element in fields
        if name in (block["label"]["text"], block["block_id"], element["action_id"])
    ]
    labels = [block["label"]["text"] for block, _ in fields]
    assert len(found) == 1, f"{len(found)} fields are called {name!r}; there are {labels}"
    return found[0]


def _fits(element: Json, value: Any) -> None:
    """The client lets nobody type more than a field takes."""
    if element["type"].endswith("_input") and value:
        assert len(value) <= element.get("max_length", 3_000), "the client takes no more characters"
        assert len(value) >= element.get("min_length", 0), "the client wants more characters"


def _complete(view: View) -> None:
    """The client sends no form with an empty field that is not optional."""
    state = entered(view.blocks, view.typed)
    for block in view.blocks:
        if block["type"] == "input" and not block.get("optional"):
            value = value_of(state[block["block_id"]][block["element"]["action_id"]])
            assert value not in (None, []), f"the client asks to fill in {block['label']['text']!r}"


def _sound(view: Json) -> Json:
    found = complaints(view)
    assert not found, found
    return view
