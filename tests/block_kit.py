"""What Slack would refuse in blocks and views: a reading of its Block Kit reference, apart from the product's own.

Tables say which keys a thing has and what each may hold; a key or a type that no table names is a complaint, also
where Slack would let it pass. https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
Spec = Mapping[str, Check]  # by key; a required key ends in "!"

_OF_A_MESSAGE, _OF_A_VIEW = 50, 100  # blocks, at most


def complaints(shown: Sequence[Any] | Mapping[str, Any]) -> list[str]:
    """What Slack would refuse in the blocks of a message, or in a view; empty when it takes them."""
    if isinstance(shown, Mapping):
        return [*_shape(_VIEWS, shown, "view"), *_whole(shown.get("blocks", []), "view"), *_submit(shown)]
    found = _array(_typed(_BLOCKS), 0, _OF_A_MESSAGE)(shown, "blocks")
    return [*found, *_whole(shown, "")]


# --- what a value may be -----------------------------------------------------------------------------------------


def _string(most: int, least: int = 1) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{path}: a string is needed"
        elif not least <= len(value) <= most:
            yield f"{path}: {len(value)} characters, {least} to {most} are allowed"

    return check


def _matching(pattern: str) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not (isinstance(value, str) and re.fullmatch(pattern, value)):
            yield f"{path}: {value!r} is not of the form {pattern}"

    return check


def _kind(*types: type) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if type(value) not in types:
            yield f"{path}: {value!r} is of the wrong type"

    return check


def _array(item: Check, least: int, most: int) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list | tuple):
            yield f"{path}: a list is needed"
            return
        if not least <= len(value) <= most:
            yield f"{path}: {len(value)} of them, {least} to {most} are allowed"
        for n, each in enumerate(value):
            yield from item(each, f"{path}[{n}]")

    return check


def _object(spec: Spec) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{path}: an object is needed"
            return
        known = {key.removesuffix("!"): each for key, each in spec.items()}
        yield from (f"{path}: unknown key {key!r}" for key in value.keys() - known.keys())
        yield from (f"{path}: {key[:-1]!r} is missing" for key in spec if key[-1] == "!" and key[:-1] not in value)
        for key in known.keys() & value.keys():
            yield from known[key](value[key], f"{path}.{key}")

    return check


def _typed(specs: Mapping[str, Spec], *only: str) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if kind not in specs or (only and kind not in only):
            yield f"{path}: type {kind!r} is not known here"
        else:
            yield from _shape(specs, value, path)

    return check


def _shape(specs: Mapping[str, Spec], value: Mapping[str, Any], path: str) -> Iterator[str]:
    kind = str(value.get("type"))
    if kind not in specs:
        yield f"{path}: type {kind!r} is not known here"
        return
    yield from _object({"type!": _kind(str), **specs[kind]})(value, path)
    yield from _RULES.get(kind, _no_rule)(value, path)


# --- rules over several keys -------------------------------------------------------------------------------------


def _no_rule(value: Any, path: str) -> Iterator[str]:
    yield from ()


def _section(value: Any, path: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield f"{path}: 'text' or 'fields' is missing"


def _image(value: Any, path: str) -> Iterator[str]:
    if ("image_url" in value) == ("slack_file" in value):
        yield f"{path}: one of 'image_url' and 'slack_file' is needed"


def _select(value: Any, path: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield f"{path}: one of 'options' and 'option_groups' is needed"
    yield from _choices(value, path)


def _choices(value: Any, path: str) -> Iterator[str]:
    """What is chosen at first is one of the options, and no two options have the same value."""
    groups = value.get("option_groups", [])
    options = [*value.get("options", []), *(each for group in groups for each in group.get("options", []))]
    chosen = value.get("initial_options", [value["initial_option"]] if "initial_option" in value else [])
    yield from (f"{path}: {each!r} is chosen at first and is no option" for each in chosen if each not in options)
    values = Counter(each.get("value") for each in options)
    yield from (f"{path}: {n} options have the value {each!r}" for each, n in values.items() if n > 1)


def _lengths(value: Any, path: str) -> Iterator[str]:
    low, high, first = value.get("min_length", 0), value.get("max_length", 3_000), value.get("initial_value", "")
    if low > high:
        yield f"{path}: 'min_length' is over 'max_length'"
    if len(first) > high:
        yield f"{path}: 'initial_value' is longer than 'max_length'"


_RULES: Mapping[str, Check] = {
    "section": _section,
    "image": _image,
    "static_select": _select,
    "multi_static_select": _select,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "overflow": _choices,
    "plain_text_input": _lengths,
}


def _submit(view: Mapping[str, Any]) -> Iterator[str]:
    has_input = any(isinstance(block, Mapping) and block.get("type") == "input" for block in view.get("blocks", []))
    if view.get("type") == "modal" and has_input and "submit" not in view:
        yield "view: 'submit' is missing, and there are inputs"


def _whole(blocks: Any, path: str) -> Iterator[str]:
    """Names are told apart: a block's in the whole, an action's in its block; one element at most has the focus."""
    objects = [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, list | tuple) else []
    names = Counter(block["block_id"] for block in objects if "block_id" in block)
    yield from (f"{path}: {n} blocks are named {name!r}" for name, n in names.items() if n > 1)
    for n, block in enumerate(objects):
        actions = Counter(each["action_id"] for each in elements_of(block) if "action_id" in each)
        yield from (f"{path}[{n}]: {k} actions are named {name!r}" for name, k in actions.items() if k > 1)
    if sum(bool(each.get("focus_on_load")) for block in objects for each in elements_of(block)) > 1:
        yield f"{path}: more than one element has the focus"
    markdown = sum(len(block.get("text", "")) for block in objects if block.get("type") == "markdown")
    if markdown > 12_000:
        yield f"{path}: {markdown} characters in markdown blocks, 12000 are allowed"


def elements_of(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The elements of a block that somebody can use."""
    several = block.get("elements", []) if block.get("type") == "actions" else []
    found = [*several, block.get("accessory"), block.get("element")]
    return [each for each in found if isinstance(each, Mapping)]


# --- objects -----------------------------------------------------------------------------------------------------

_FLAG, _TIME = _kind(bool), _kind(int)


def _text(most: int) -> Check:
    return _typed(
        {
            "plain_text": {"text!": _string(most), "emoji": _FLAG},
            "mrkdwn": {"text!": _string(most), "verbatim": _FLAG},
        }
    )


def _plain(most: int) -> Check:
    return _typed({"plain_text": {"text!": _string(most), "emoji": _FLAG}})


_CONFIRM = _object(
    {
        "title!": _plain(100),
        "text!": _text(300),
        "confirm": _plain(30),
        "deny": _plain(30),
        "style": _matching("primary|danger"),
    }
)
_OPTION: Spec = {"text!": _plain(75), "value!": _string(150), "description": _plain(75)}
_RICH_OPTION: Spec = {"text!": _text(75), "value!": _string(150), "description": _text(75)}
_OVERFLOW_OPTION: Spec = {**_OPTION, "url": _string(3_000)}
_OPTIONS = _array(_object(_OPTION), 1, 100)
_GROUPS = _array(_object({"label!": _plain(75), "options!": _OPTIONS}), 1, 100)
_FILTER = _object(
    {
        "include": _array(_matching("im|mpim|private|public"), 1, 4),
        "exclude_external_shared_channels": _FLAG,
        "exclude_bot_users": _FLAG,
    }
)

# --- elements ----------------------------------------------------------------------------------------------------

_ACTION: Spec = {"action_id": _string(255)}
_FOCUS: Spec = {"focus_on_load": _FLAG}
_MENU: Spec = {**_ACTION, **_FOCUS, "placeholder": _plain(150), "confirm": _CONFIRM}
_MANY: Spec = {"max_selected_items": _kind(int)}
_IDS = _array(_string(255), 0, 100)
_DISPATCH = _object({"trigger_actions_on": _array(_matching("on_enter_pressed|on_character_entered"), 1, 2)})
_INPUT: Spec = {**_ACTION, **_FOCUS, "placeholder": _plain(150), "dispatch_action_config": _DISPATCH}
_RESPONDS: Spec = {"response_url_enabled": _FLAG}

_ELEMENTS: Mapping[str, Spec] = {
    "button": {
        **_ACTION,
        "text!": _plain(75),
        "value": _string(2_000, 0),
        "url": _string(3_000),
        "style": _matching("primary|danger"),
        "confirm": _CONFIRM,
        "accessibility_label": _string(75),
        "visible_to_user_ids": _IDS,
    },
    "overflow": {**_ACTION, "options!": _array(_object(_OVERFLOW_OPTION), 1, 5), "confirm": _CONFIRM},
    "static_select": {**_MENU, "options": _OPTIONS, "option_groups": _GROUPS, "initial_option": _object(_OPTION)},
    "users_select": {**_MENU, "initial_user": _string(255)},
    "channels_select": {**_MENU, **_RESPONDS, "initial_channel": _string(255)},
    "conversations_select": {
        **_MENU,
        **_RESPONDS,
        "initial_conversation": _string(255),
        "default_to_current_conversation": _FLAG,
        "filter": _FILTER,
    },
    "multi_static_select": {
        **_MENU,
        **_MANY,
        "options": _OPTIONS,
        "option_groups": _GROUPS,
        "initial_options": _array(_object(_OPTION), 1, 100),
    },
    "multi_users_select": {**_MENU, **_MANY, "initial_users": _IDS},
    "radio_buttons": {
        **_ACTION,
        **_FOCUS,
        "options!": _array(_object(_RICH_OPTION), 1, 10),
        "initial_option": _object(_RICH_OPTION),
        "confirm": _CONFIRM,
    },
    "checkboxes": {
        **_ACTION,
        **_FOCUS,
        "options!": _array(_object(_RICH_OPTION), 1, 10),
        "initial_options": _array(_object(_RICH_OPTION), 1, 10),
        "confirm": _CONFIRM,
    },
    "datepicker": {**_MENU, "initial_date": _matching(r"\d{4}-\d\d-\d\d")},
    "timepicker": {**_MENU, "initial_time": _matching(r"\d\d:\d\d"), "timezone": _string(255)},
    "datetimepicker": {**_ACTION, **_FOCUS, "initial_date_time": _TIME, "confirm": _CONFIRM},
    "image": {
        "image_url": _string(3_000),
        "slack_file": _kind(dict),
        "alt_text!": _string(2_000),
    },
    "plain_text_input": {
        **_INPUT,
        "multiline": _FLAG,
        "initial_value": _string(3_000, 0),
        "min_length": _kind(int),
        "max_length": _kind(int),
    },
    "email_text_input": {**_INPUT, "initial_value": _string(3_000, 0)},
    "url_text_input": {**_INPUT, "initial_value": _string(3_000, 0)},
    "number_input": {
        **_INPUT,
        "is_decimal_allowed!": _FLAG,
        "initial_value": _string(100),
        "min_value": _string(100),
        "max_value": _string(100),
    },
}

_SELECTS = ("static_select", "users_select", "channels_select", "conversations_select")
_SEVERAL = ("multi_static_select", "multi_users_select")
_PICKED = ("radio_buttons", "checkboxes", "datepicker", "timepicker")
_TYPED_IN = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
_IN_ACTIONS = _typed(_ELEMENTS, "button", "overflow", "datetimepicker", *_SELECTS, *_PICKED)
_ACCESSORY = _typed(_ELEMENTS, "button", "overflow", "image", *_SELECTS, *_SEVERAL, *_PICKED)
_IN_INPUT = _typed(_ELEMENTS, "datetimepicker", *_SELECTS, *_SEVERAL, *_PICKED, *_TYPED_IN)

# --- rich text ---------------------------------------------------------------------------------------------------

_STYLE = _object(dict.fromkeys(("bold", "italic", "strike", "code", "highlight", "client_highlight"), _FLAG))
_INLINE: Mapping[str, Spec] = {
    "text": {"text!": _string(12_000), "style": _STYLE},
    "link": {"url!": _string(3_000), "text": _string(12_000), "unsafe": _FLAG, "style": _STYLE},
    "user": {"user_id!": _matching("[UW][A-Z0-9]+"), "style": _STYLE},
    "usergroup": {"usergroup_id!": _matching("S[A-Z0-9]+"), "style": _STYLE},
    "channel": {"channel_id!": _matching("[CG][A-Z0-9]+"), "style": _STYLE},
    "broadcast": {"range!": _matching("here|channel|everyone")},
    "emoji": {"name!": _string(100), "unicode": _string(100), "style": _STYLE},
    "date": {"timestamp!": _TIME, "format!": _string(255), "url": _string(3_000), "fallback": _string(255)},
}
_RUN: Spec = {"elements!": _array(_typed(_INLINE), 0, 1_000)}
_BORDER: Spec = {"border": _TIME}
_LIST: Spec = {
    "style!": _matching("bullet|ordered"),
    "elements!": _array(_typed({"rich_text_section": _RUN}), 1, 1_000),
    "indent": _kind(int),
    "offset": _kind(int),
    **_BORDER,
}
_RICH = _typed(
    {
        "rich_text_section": _RUN,
        "rich_text_quote": {**_RUN, **_BORDER},
        "rich_text_preformatted": {**_RUN, **_BORDER},
        "rich_text_list": _LIST,
    }
)

# --- blocks and views --------------------------------------------------------------------------------------------

_NAMED: Spec = {"block_id": _string(255)}


def _in_context(value: Any, path: str) -> Iterator[str]:
    image = isinstance(value, Mapping) and value.get("type") == "image"
    yield from (_typed(_ELEMENTS, "image") if image else _text(3_000))(value, path)


_BLOCKS: Mapping[str, Spec] = {
    "section": {
        **_NAMED,
        "text": _text(3_000),
        "fields": _array(_text(2_000), 1, 10),
        "accessory": _ACCESSORY,
        "expand": _FLAG,
    },
    "header": {**_NAMED, "text!": _plain(150)},
    "divider": _NAMED,
    "context": {**_NAMED, "elements!": _array(_in_context, 1, 10)},
    "actions": {**_NAMED, "elements!": _array(_IN_ACTIONS, 1, 25)},
    "input": {
        **_NAMED,
        "label!": _plain(2_000),
        "element!": _IN_INPUT,
        "hint": _plain(2_000),
        "optional": _FLAG,
        "dispatch_action": _FLAG,
    },
    "image": {
        **_NAMED,
        "image_url": _string(3_000),
        "slack_file": _kind(dict),
        "alt_text!": _string(2_000),
        "title": _plain(2_000),
    },
    "rich_text": {**_NAMED, "elements!": _array(_RICH, 1, 1_000)},
    "markdown": {**_NAMED, "text!": _string(12_000)},
}
_VIEW: Spec = {
    "blocks!": _array(_typed(_BLOCKS), 0, _OF_A_VIEW),
    "private_metadata": _string(3_000, 0),
    "callback_id": _string(255, 0),
    "external_id": _string(255, 0),
}
_VIEWS: Mapping[str, Spec] = {
    "home": _VIEW,
    "modal": {
        **_VIEW,
        "title!": _plain(24),
        "submit": _plain(24),
        "close": _plain(24),
        "clear_on_close": _FLAG,
        "notify_on_close": _FLAG,
        "submit_disabled": _FLAG,
    },
}
