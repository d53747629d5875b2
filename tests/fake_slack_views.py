"""Modals and homes: Slack's methods for them, and what somebody has entered in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.block_kit import complaints, elements_of
from tests.fake_slack_state import APP, BOT_ID, TEAM, Json, SlackRefuses, View, Workspace
from tests.fake_slack_web import Arguments, Method, named_view

_LARGEST, _DEEPEST = 250_000, 3

# How an element says what was entered, and what it starts with.
_ENTERED: Mapping[str, tuple[str, str]] = {
    **{f"{each}_input": ("value", "initial_value") for each in ("plain_text", "email_text", "url_text", "number")},
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
}


def options_of(element: Mapping[str, Any]) -> list[Json]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(each for group in groups for each in group["options"])]


def choose(slack: Workspace, element: Json, choice: Any) -> Json:
    """What an element says once `choice` was typed or chosen: an option by its words or value, a person by name."""
    kind = element["type"]
    key = "selected_option" if kind == "overflow" else _ENTERED[kind][0]
    return {"type": kind, key: _chosen(slack, element, key, choice)}


def _chosen(slack: Workspace, element: Json, key: str, choice: Any) -> Any:
    match key:
        case "selected_option":
            return None if choice is None else _option(element, choice)
        case "selected_options":
            return [_option(element, each) for each in choice]
        case "selected_user":
            return choice and slack.person(choice).id
        case "selected_users":
            return [slack.person(each).id for each in choice]
        case "selected_channel" | "selected_conversation":
            return choice and slack.channel(choice).id
        case _:
            return choice or None


def _option(element: Json, choice: str) -> Json:
    options = options_of(element)
    found = [each for each in options if choice in (each["text"]["text"], each["value"])]
    assert found, f"{choice!r} cannot be chosen, only {[each['text']['text'] for each in options]}"
    return found[0]


def entered(blocks: list[Json], typed: Mapping[tuple[str, str], Json]) -> Json:
    """`state.values`: by block and action what was typed or chosen, else what the element starts with."""
    values: Json = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in _ENTERED:
                names = (block["block_id"], element["action_id"])
                values.setdefault(names[0], {})[names[1]] = typed.get(names, _initial(element))
    return values


def _initial(element: Mapping[str, Any]) -> Json:
    key, initial = _ENTERED[element["type"]]
    empty: Any = [] if key in ("selected_options", "selected_users") else None
    return {"type": element["type"], key: element.get(initial) or empty}


def value_of(state: Json) -> Any:
    return state[_ENTERED[state["type"]][0]]


def view_json(view: View) -> Json:
    """A view as Slack shows it in answers and payloads."""
    body = {"private_metadata": "", "callback_id": "", "external_id": "", **view.body}
    modal = {"title": None, "submit": None, "close": None, "clear_on_close": False, "notify_on_close": False}
    return {
        **modal,
        **body,
        "id": view.id,
        "team_id": TEAM,
        "state": {"values": entered(view.blocks, view.typed)},
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT_ID,
    }


# --- methods -----------------------------------------------------------------------------------------------------


def checked(arguments: Arguments, kind: str) -> Json:
    body = arguments.json("view")
    if not isinstance(body, dict) or body.get("type") != kind:
        raise SlackRefuses("invalid_arguments", f"a view of type {kind} is needed")
    if len(json.dumps(body)) > _LARGEST:
        raise SlackRefuses("view_too_large")
    if found := complaints(body):
        raise SlackRefuses("invalid_arguments", *found)
    return body


def _made(slack: Workspace, user: str, body: Json, previous: View | None) -> View:
    id_ = slack.name("V")
    root = previous.root if previous else id_
    body = named_view(slack, body)
    return View(id=id_, user=user, body=body, hash=_hash(slack), root=root, previous=previous.id if previous else None)


def _hash(slack: Workspace) -> str:
    return f"{int(slack.clock().timestamp())}.{slack.name('h')}"


def pushed(slack: Workspace, user: str, body: Json) -> View:
    stack = slack.modals.setdefault(user, [])
    if len(stack) >= _DEEPEST:
        raise SlackRefuses("push_limit_reached")
    stack.append(_made(slack, user, body, stack[-1] if stack else None))
    return stack[-1]


def replaced(slack: Workspace, view: View, body: Json) -> View:
    """The same view with another body; what was typed stays where block and action are still there."""
    view.body, view.hash = named_view(slack, body), _hash(slack)
    there = {(block["block_id"], each.get("action_id")) for block in view.blocks for each in elements_of(block)}
    view.typed = {names: each for names, each in view.typed.items() if names in there}
    return view


def _open(slack: Workspace, arguments: Arguments) -> Json:
    (trigger,) = arguments.needs("trigger_id")
    body = checked(arguments, "modal")
    _is_new(slack, body)
    user = slack.takes_trigger(trigger)
    slack.modals[user] = []
    return {"view": view_json(pushed(slack, user, body))}


def _push(slack: Workspace, arguments: Arguments) -> Json:
    (trigger,) = arguments.needs("trigger_id")
    body = checked(arguments, "modal")
    _is_new(slack, body)
    return {"view": view_json(pushed(slack, slack.takes_trigger(trigger), body))}


def _is_new(slack: Workspace, body: Json) -> None:
    views = (view for stack in slack.modals.values() for view in stack)
    if body.get("external_id") and body["external_id"] in {view.body.get("external_id") for view in views}:
        raise SlackRefuses("duplicate_external_id")


def _update(slack: Workspace, arguments: Arguments) -> Json:
    body = checked(arguments, "modal")
    if arguments.get("view_id") is None:
        arguments.needs("external_id")
    names = (arguments.get("view_id"), arguments.get("external_id"))
    views = (view for stack in slack.modals.values() for view in stack)
    found = next((each for each in views if each.id == names[0] or each.body.get("external_id", "") == names[1]), None)
    if found is None:
        raise SlackRefuses("not_found")
    _is_current(found, arguments)
    return {"view": view_json(replaced(slack, found, body))}


def _is_current(view: View, arguments: Arguments) -> None:
    if "hash" in arguments and arguments["hash"] != view.hash:
        raise SlackRefuses("hash_conflict")


def _publish(slack: Workspace, arguments: Arguments) -> Json:
    (user,) = arguments.needs("user_id")
    if user not in slack.people:
        raise SlackRefuses("user_not_found")
    if slack.people[user].deleted:
        raise SlackRefuses("not_enabled")
    body = checked(arguments, "home")
    if user in slack.homes:
        _is_current(slack.homes[user], arguments)
        return {"view": view_json(replaced(slack, slack.homes[user], body))}
    slack.homes[user] = _made(slack, user, body, None)
    return {"view": view_json(slack.homes[user])}


VIEW_METHODS: Mapping[str, Method] = {
    "views.open": _open,
    "views.publish": _publish,
    "views.push": _push,
    "views.update": _update,
}
