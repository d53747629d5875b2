"""What people press and fill in on cards: only what is really shown to them, and the invokes that Teams makes of it.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tests.adaptive_cards import elements
from tests.fake_teams_checks import about_card
from tests.fake_teams_delivery import SILENT
from tests.fake_teams_people import People
from tests.fake_teams_reading import text_of
from tests.fake_teams_state import Json, Message, Person
from tests.fakes import Answer
from tests.written import people_wrote

_SENDS = ("Action.Execute", "Action.Submit", "Action.OpenUrl")
_CARD, _SENTENCE = "application/vnd.microsoft.card.adaptive", "application/vnd.microsoft.activity.message"


class Hands(People):
    async def presses(
        self,
        who: str,
        message: Message,
        what: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        inside: str | None = None,
        submits: bool = False,
    ) -> Answer:
        """A button by its words or its verb, with `inputs` filled in: by the id of a field or its words.

        `inside` are words of the row or block that the button stands in, where several are called so. A client that
        knows no `Action.Execute` `submits`. What the answer shows is shown; a link only opens.
        """
        person = self.person(who)
        card = self._sees(person, message)
        action = _action(card, what, inside)
        if action["type"] == "Action.OpenUrl":
            return SILENT
        people_wrote((inputs or {}).values())
        filled = self._filled(card, inputs or {}, complete=action.get("associatedInputs", "auto") != "none")
        data = {**action.get("data", {}), **(filled if action.get("associatedInputs", "auto") != "none" else {})}
        if submits:
            return await self._submitted(person, message, action, data | filled)
        pressed = {"type": action["type"], "title": action.get("title"), "verb": action["verb"], "data": data}
        answer = await self._invokes(person, message, pressed)
        self._follows(person, message, answer)
        return answer

    async def _invokes(self, person: Person, message: Message, action: Json) -> Answer:
        place = self.place(message.conversation)
        value = {"action": action, "trigger": "manual"}
        named = {"name": "adaptiveCard/action", "value": value, "replyToId": message.id}
        activity = self.activity("invoke", place, person, message.conversation, **named)
        return await self.brings(activity | {"id": self.name("f:")})

    async def _submitted(self, person: Person, message: Message, action: Json, data: Json) -> Answer:
        """As a message without words."""
        other = action.get("fallback")
        assert isinstance(other, dict), f"{action.get('title')} has nothing to fall back to"
        place, value = self.place(message.conversation), {**data, **other.get("data", {})}
        reply = {"replyToId": message.id, "value": value}
        return await self.brings(self.activity("message", place, person, message.conversation, **reply))

    def _sees(self, person: Person, message: Message) -> Json:
        place = self.place(message.conversation)
        assert person.id in place.members, f"{person.name} is not in {place.name}"
        there = place.messages.get((message.conversation, message.id)) is message and not message.deleted
        assert there, "the message is gone"
        card = message.card_for(person.id)
        assert card, "the message has no card"
        return card

    def _follows(self, person: Person, message: Message, answer: Answer) -> None:
        """Shows what the answer to a press says, to who pressed."""
        if not answer.ok:
            return
        assert isinstance(answer.body, dict), f"an invoke wants an answer, and got {answer.body!r}"
        assert answer.body["statusCode"] == 200, answer.body
        value = answer.body["value"]
        if answer.body["type"] == _CARD:
            self.complaints.extend(about_card(self, value))
            message.shown[person.id] = value
        else:
            assert answer.body["type"] == _SENTENCE, answer.body
            assert isinstance(value, str), answer.body
            self.toasts.append((person.id, value))

    # --- inputs ---

    def _filled(self, card: Json, typed: Mapping[str, Any], *, complete: bool) -> Json:
        """What all inputs hold, as the client sends it: nothing of those that are empty."""
        fields = [each for each in elements(card) if each.get("type", "").startswith("Input.")]
        named = {_field(fields, name)["id"]: value for name, value in typed.items()}
        held = {each["id"]: self._kept(each, named) for each in fields}
        for each in fields:
            if complete:
                assert held[each["id"]] or not each.get("isRequired"), f"the client asks for {each.get('label')!r}"
        return {name: value for name, value in held.items() if value}

    def _kept(self, element: Json, typed: Mapping[str, Any]) -> str:
        if element["id"] not in typed:
            return str(element.get("value", ""))
        value = typed[element["id"]]
        if element["type"] == "Input.ChoiceSet":
            return self._chosen(element, value)
        _fits(element, str(value))
        return str(value)

    def _chosen(self, element: Json, value: str) -> str:
        """A choice by its words or value; a person of the picker by what tests call them."""
        if "choices.data" in element and value.startswith("@"):
            return self.person(value).directory_id
        choices = element.get("choices", [])
        found = next((each["value"] for each in choices if value in (each["title"], each["value"])), None)
        if found is None and element.get("style") == "filtered" and value == "":
            return ""
        assert found is not None, f"{value!r} cannot be chosen, only {[each['title'] for each in choices]}"
        return str(found)


def _fits(element: Json, value: str) -> None:
    """What the client lets somebody type."""
    if element["type"] == "Input.Date" and value:
        date.fromisoformat(value)
    if element["type"] == "Input.Text":
        assert len(value) <= element.get("maxLength", 100_000), "the client takes no more characters"
        assert not value or re.fullmatch(element.get("regex", ".*"), value, re.DOTALL), element.get("errorMessage")


def _action(card: Json, what: str, inside: str | None) -> Json:
    """The one action called so."""
    found = [action for action, block in actions_in(card) if what in _names(action) and (inside or "") in block]
    there = [action.get("title", action.get("verb")) for action, _ in actions_in(card)]
    assert found, f"nothing is called {what!r}, only {there}"
    assert len(found) == 1, f"{len(found)} are called {what!r}"
    return found[0]


def actions_in(card: Json) -> Iterator[tuple[Json, str]]:
    """Every action of a card with the words of what it stands in: the element of the body, or those before it."""
    before = ""
    for part in card["body"]:
        words = text_of(part)
        before = words if part["type"] != "ActionSet" else before
        for each in elements(part):
            if each.get("type") in _SENDS:
                yield each, f"{before}\n{words}"


def _names(action: Json) -> tuple[Any, ...]:
    return action.get("title"), action.get("verb"), action.get("id")


def _field(fields: list[Json], name: str) -> Json:
    found = [each for each in fields if name in (each["id"], each.get("label"))]
    assert len(found) == 1, (
        f"{len(found)} fields are called {name!r}; there are {[each.get('label') for each in fields]}"
    )
    return found[0]
