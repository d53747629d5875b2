from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import inbound
from adapters.slack.manifest import manifest, scopes, to_yaml
from tests.house.tree import ROOT
from tests.journeys.terminal import Terminal

PUBLIC = "https://readiness.acme.io"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


# --- its form --------------------------------------------------------------------------------------------------------


def words(least: int, most: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most, **more}


def record(required: str, /, **properties: Any) -> dict[str, Any]:
    """Slack takes no key that it does not know."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def many(of: Any, most: int) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": most, "uniqueItems": True, "items": of}


FLAG = {"type": "boolean"}
URL = words(1, 2500, pattern="^https?://")
# What we use of https://docs.slack.dev/reference/app-manifest, with the limits of its tables.
SCHEMA = record(
    "_metadata display_information features oauth_config settings",
    _metadata=record("major_version", major_version={"const": 2}, minor_version={"type": "integer"}),
    display_information=record(
        "name",
        name=words(1, 35),
        description=words(1, 140),
        background_color=words(4, 7, pattern="^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$"),
        long_description=words(175, 4000),
    ),
    features=record(
        "app_home bot_user slash_commands shortcuts",
        app_home=record(
            "", home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled={"const": False}
        ),
        bot_user=record("display_name", display_name=words(1, 80), always_online=FLAG),
        shortcuts=many(
            record(
                "name type callback_id description",
                name=words(1, 24),
                type={"enum": ["message", "global"]},
                callback_id=words(1, 255),
                description=words(1, 150),
            ),
            10,
        ),
        slash_commands=many(
            record(
                "command description",
                command=words(2, 32, pattern="^/"),
                url=URL,
                description=words(1, 2000),
                usage_hint=words(1, 1000),
                should_escape={"const": True},  # people and channels come as ids only then
            ),
            50,
        ),
    ),
    oauth_config=record(
        "scopes",
        redirect_urls=many(URL, 1000),
        scopes=record("bot", bot=many(words(1, 50), 255), bot_optional=many(words(1, 50), 255)),
    ),
    settings=record(
        "event_subscriptions interactivity socket_mode_enabled token_rotation_enabled",
        event_subscriptions=record("bot_events", request_url=URL, bot_events=many(words(1, 50), 100)),
        interactivity=record("is_enabled", is_enabled={"const": True}, request_url=URL),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled={"const": False},
    ),
)


def addresses(node: Any) -> Iterator[str]:
    """Every address in a document, with the key it stands under."""
    pairs = node.items() if isinstance(node, dict) else [("", each) for each in node]
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from (f"{key} {found}".strip() for found in addresses(value))
        elif "://" in str(value):
            yield f"{key} {value}".strip()


@pytest.mark.parametrize(("public_url", "socket"), [(None, True), (PUBLIC, True), (PUBLIC, False)])
def test_slack_takes_it(public_url: str | None, socket: bool) -> None:
    document = manifest(public_url, socket=socket)
    assert [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(document)] == []
    assert yaml.safe_load(to_yaml(document)) == document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("display_information.name", "A" * 36),
        ("display_information.nickname", "x"),
        ("features.slash_commands", []),
        ("settings.event_subscriptions.request_url", "readiness.acme.io"),
    ],
)
def test_what_slack_would_not_take_is_found(path: str, value: Any) -> None:
    document = manifest(PUBLIC, socket=False)
    *parents, last = path.split(".")
    here = document
    for name in parents:
        here = here[name]
    here[last] = value
    assert not jsonschema.Draft7Validator(SCHEMA).is_valid(document)


def test_for_socket_mode_it_holds_no_address() -> None:
    document = manifest(None, socket=True)
    assert list(addresses(document)) == []
    assert document["settings"]["socket_mode_enabled"] is True


def test_otherwise_slack_is_told_where_to_call() -> None:
    document = manifest(PUBLIC, socket=False)
    assert sorted(addresses(document)) == [
        f"features slash_commands url {PUBLIC}/slack/events",
        f"oauth_config redirect_urls {PUBLIC}/slack/oauth_redirect",
        f"settings event_subscriptions request_url {PUBLIC}/slack/events",
        f"settings interactivity request_url {PUBLIC}/slack/events",
    ]
    assert document["settings"]["socket_mode_enabled"] is False


def test_with_socket_mode_browsers_may_still_have_to_come_back() -> None:
    assert list(addresses(manifest(PUBLIC, socket=True))) == [
        f"oauth_config redirect_urls {PUBLIC}/slack/oauth_redirect"
    ]


def test_without_an_address_somebody_has_to_be_told_to_use_a_socket() -> None:
    with pytest.raises(ValueError, match="where to call"):
        manifest(None, socket=False)


# --- the command, and the file ----------------------------------------------------------------------------------------


def test_it_is_printed_for_the_address_that_is_set(terminal: Terminal) -> None:
    ran = terminal.run("manifest", "slack", PUBLIC_URL=f"{PUBLIC}/")
    assert (ran.code, ran.err) == (0, "")
    assert yaml.safe_load(ran.out) == manifest(PUBLIC, socket=False)
    ran = terminal.run("manifest", "slack", "--socket")
    assert (ran.code, ran.err) == (0, "")
    assert yaml.safe_load(ran.out) == manifest(None, socket=True)


def test_without_an_address_the_command_says_what_to_set(terminal: Terminal) -> None:
    ran = terminal.run("manifest", "slack")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert ran.err.startswith("PUBLIC_URL: set it")


def test_the_file_at_the_top_is_what_the_command_prints(terminal: Terminal) -> None:
    lines = (ROOT / "manifest.yml").read_text().splitlines(keepends=True)
    printed = terminal.run("manifest", "slack", "--socket").out
    assert "".join(line for line in lines if not line.startswith("#")) == printed


# --- what it asks for, against what is used ---------------------------------------------------------------------------

# https://docs.slack.dev/reference/events: what each event needs; one of the scopes is enough for events of both kinds.
EVENTS: Mapping[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_id_changed": set(),
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "team_join": {"users:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
# https://docs.slack.dev/reference/methods: what each method needs, in the kinds of channels that we are in.
METHODS: Mapping[str, set[str]] = {
    "apps.connections.open": set(),  # of the app's own token
    "auth.test": set(),
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "dnd.info": {"dnd:read"},
    "oauth.v2.access": set(),
    "reactions.add": {"reactions:write"},
    "reactions.remove": {"reactions:write"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
FEATURES: Mapping[str, set[str]] = {"slash_commands": {"commands"}, "shortcuts": {"commands"}}
KNOWN = {name.replace("_", "."): name for name in dir(AsyncWebClient) if re.fullmatch(r"[a-z]+(_[a-zA-Z0-9]+)+", name)}
SPELLED = {attribute: method for method, attribute in KNOWN.items() if attribute not in ("api_call", "token_revoke")}


def methods_called() -> set[str]:
    """Methods of the Web API that the code names: `client.chat_update(…)`, or "chat.update" as a text."""
    found = set()
    for path in (ROOT / "adapters" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in SPELLED:
                found.add(SPELLED[node.attr])
            elif isinstance(node, ast.Constant) and node.value in KNOWN:
                found.add(str(node.value))
    return found


def events() -> list[str]:
    listed: list[str] = manifest(None, socket=True)["settings"]["event_subscriptions"]["bot_events"]
    return listed


def test_every_event_that_is_wanted_is_read_and_every_one_that_is_read_is_wanted() -> None:
    wanted = {event.partition(".")[0] for event in events()}  # message.im is a message
    assert wanted == set(inbound._READERS)


def test_every_method_that_is_called_has_its_scopes() -> None:
    called = methods_called()
    assert called - set(METHODS) == set()
    assert {"chat.postMessage", "auth.test", "conversations.info"} <= called
    assert {scope for method in called for scope in METHODS[method]} <= set(scopes())


def test_every_event_has_its_scopes() -> None:
    assert {scope for event in events() for scope in EVENTS[event]} <= set(scopes())


def test_no_scope_is_asked_for_that_nothing_needs() -> None:
    needed = [
        *(METHODS[method] for method in methods_called()),
        *(EVENTS[event] for event in events()),
        *(FEATURES[name] for name in manifest(None, socket=True)["features"] if name in FEATURES),
    ]
    assert set(scopes()) == set().union(*needed)


def test_what_is_optional_is_what_tells_of_e_mails() -> None:
    optional = manifest(None, socket=True)["oauth_config"]["scopes"]["bot_optional"]
    assert optional == ["users:read.email"]  # `people.to_person` reads them, for AI_READINESS_ADMINS
    assert set(optional).isdisjoint(scopes())


def test_what_is_asked_for_is_in_order_and_once() -> None:
    assert list(scopes()) == sorted(set(scopes()))
    assert events() == sorted(set(events()))
