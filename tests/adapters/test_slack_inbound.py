from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.news import ForEach, Step, about
from adapters.slack.inbound import to_activities
from adapters.slack.news import (
    Fact,
    Moved,
    PersonTold,
    Removed,
    Renamed,
    Uninstalled,
)
from conversations.activities import Activity, ActivityKind
from tests.adapters.slack_payloads import (
    ANA,
    BOT,
    CHANNEL,
    DANA,
    DIRECT,
    EVENTS,
    FILE,
    MESSAGE,
    OWN,
    REVIEW,
    ROOT,
    TS,
    T,
    changed,
    deleted,
    direct,
    edit,
    enveloped,
    mention,
    message,
)

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
HAPPENED = datetime.fromtimestamp(1763888460, UTC)  # the `event_time` of an envelope


def facts(event: Mapping[str, Any], **envelope: object) -> tuple[Fact, ...]:
    return to_activities(enveloped(event, **envelope), at=AT).facts  # type: ignore[arg-type]  # any field of it


def steps(event: Mapping[str, Any], **envelope: object) -> list[Step]:
    found = facts(event, **envelope)
    return [fact for fact in found if isinstance(fact, Step)]


def only(event: Mapping[str, Any], **envelope: object) -> Activity:
    (step,) = facts(event, **envelope)
    assert isinstance(step, Step)
    assert not step.if_seen
    return step.activity


def test_a_reply_in_a_thread_is_a_message() -> None:
    said = only(message("<@U0DANA|dana>, see <#C0OPS|ops> &amp; <https://acme.io/r|r>"))
    assert said.kind is ActivityKind.MESSAGE
    assert said.text == "<@U0DANA>, see #ops & r (https://acme.io/r)"
    assert (said.reference.platform, said.reference.tenant) == ("slack", T)
    assert (said.reference.channel, said.reference.thread, said.source) == (CHANNEL, ROOT, TS)
    assert (said.actor.id, said.actor.name, said.actor.bot, said.actor.outsider) == (ANA, ANA, False, False)
    assert (said.at, said.file, said.private, said.reply_to, list(said.people)) == (AT, None, False, None, [DANA])
    assert said.keys == (
        "slack/T0ACME/event/Ev0ONE",
        "slack/T0ACME/client/9ac5d4cb-7a4c-4f1a-8d3e-0a7a1d2c3e4f",
        f"slack/T0ACME/message/{CHANNEL}/{TS}",
    )


@pytest.mark.parametrize(
    "others",
    [
        {"subtype": "thread_broadcast", "root": OWN},
        {"subtype": "me_message"},
        {"subtype": "file_share", "files": [{"id": "F0DOC", "permalink": FILE}]},
        {"channel": "G0SECRET", "channel_type": "group"},
        {"client_msg_id": None},
    ],
)
def test_a_reply_may_be_said_in_many_ways(others: dict[str, Any]) -> None:
    said = only(message(**others))
    assert (said.kind, said.text, said.file) == (ActivityKind.MESSAGE, MESSAGE["text"], None)


@pytest.mark.parametrize(
    ("files", "file"),
    [
        ([{"id": "F0DOC", "permalink": FILE}, {"permalink": "https://acme.slack.com/files/2"}], FILE),
        ([{"id": "F0DOC", "file_access": "check_file_info"}, {"permalink": FILE}], FILE),
        ([{"id": "F0DOC", "mode": "tombstone"}], None),
    ],
)
def test_a_file_without_words_is_its_address(files: list[object], file: str | None) -> None:
    assert only(message("", subtype="file_share", files=files)).file == file


@pytest.mark.parametrize(
    ("others", "who"),
    [
        ({"subtype": "bot_message", "bot_id": "B0HOOK", "user": None, "username": "deploys"}, "B0HOOK"),
        ({"bot_id": "B0OTHER", "user": "U0OTHER", "app_id": "A0OTHER"}, "U0OTHER"),
        ({"user": "USLACKBOT"}, "USLACKBOT"),
    ],
)
def test_an_app_speaks_as_one(others: dict[str, Any], who: str) -> None:
    said = only(message(f"<@{BOT}> status", **others))  # and it commands nothing
    assert (said.actor.id, said.actor.bot, said.text) == (who, True, "status")


@pytest.mark.parametrize(
    "event",
    [
        message(user=BOT, bot_id="B0BOT", app_id="A0READY"),
        message(user=BOT),
        message(user="U0ELSEWHERE", bot_id="B0ELSEWHERE", bot_profile={"app_id": "A0READY"}),
        message(user=None, subtype="bot_message", bot_id="B0BOT", app_id="A0READY"),
        changed(OWN | {"text": "Claims Copilot, 1 of 21", "edited": {"user": "B0BOT", "ts": "2.0"}}, OWN),
        direct("done", user=BOT, bot_id="B0BOT"),
        message(subtype="channel_join", thread_ts=None),
        message("just talk", thread_ts=None),
        message(f"<@{BOT}> status", thread_ts=None),  # its mention is the other event
        message(thread_ts=TS),  # the beginning of a thread
        message(user=None),
        message(channel=None),
        message(ts=None),
        mention(f"<@{BOT}> start X", thread_ts=None, user="U0OTHER", bot_id="B0OTHER"),
        changed(edit("new words") | {"thread_ts": None}, MESSAGE),
        changed(edit(MESSAGE["text"], attachments=[{"from_url": "https://acme.io"}]), MESSAGE),  # a link unfolds
        changed(MESSAGE | {"text": "other", "reply_count": 1}, MESSAGE),  # nobody edited it
        changed(edit("other", bot_id="B0OTHER"), MESSAGE),
        changed(edit("other", subtype="channel_topic"), MESSAGE),
        deleted(MESSAGE | {"thread_ts": ROOT, "subtype": "channel_join"}),
        deleted({"subtype": "tombstone", "user": "USLACKBOT", "ts": ROOT, "thread_ts": ROOT, "hidden": True}),
        {name: value for name, value in MESSAGE.items() if name != "thread_ts"},
        {"type": "app_home_opened", "user": ANA, "channel": DIRECT, "tab": "messages", "event_ts": "1.0"},
        {"type": "member_joined_channel", "user": BOT, "channel": CHANNEL, "team": T},
        {"type": "member_left_channel", "user": ANA, "channel": CHANNEL, "team": T},
        {"type": "tokens_revoked", "tokens": {"oauth": [ANA], "bot": []}},
        {"type": "reaction_added", "user": ANA, "item": {"channel": CHANNEL, "ts": TS}},
        {"type": "channel_archive"},
        {"type": "channel_rename", "channel": CHANNEL},
        {"type": "channel_id_changed", "old_channel_id": CHANNEL},
        {"type": "user_change", "user": ANA},
        {},
    ],
)
def test_what_is_not_for_us_comes_to_nothing(event: dict[str, Any]) -> None:
    assert facts(event) == ()


def test_the_bot_may_be_known_by_other_means_than_the_envelope() -> None:
    event = enveloped(message(user=BOT), authorizations=[])
    assert to_activities(event, at=AT, own=BOT).facts == ()
    assert to_activities(event, at=AT).facts != ()


def test_a_mention_in_a_thread_is_a_reply_that_is_addressed_to_the_bot() -> None:
    said = only(message(f"<@{BOT}>, status Claims, <@{DANA}>"))
    assert (said.kind, said.addressed, said.text) == (ActivityKind.MESSAGE, True, f"status Claims, <@{DANA}>")
    assert not only(message("status Claims")).addressed
    assert not only(message(f"<@{BOT}> status", bot_id="B0OTHER")).addressed


@pytest.mark.parametrize("text", [f"<@{BOT}> undo", f"thanks <@{BOT}>, status", "<@U0BOT|ai readiness>"])
def test_the_two_events_of_one_mention_are_the_same_steps_with_a_key_in_common(text: str) -> None:
    first = steps(message(text), event_id="Ev0ONE")
    second = steps(mention(text), event_id="Ev0TWO")
    assert [(step.activity.kind, step.activity.text, step.activity.addressed) for step in first] == [
        (step.activity.kind, step.activity.text, step.activity.addressed) for step in second
    ]
    for one, other in zip(first, second, strict=True):
        assert set(one.activity.keys) & set(other.activity.keys)
        assert one.activity.reference == other.activity.reference


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"<@{BOT}> start Claims &amp; Co", "start Claims & Co"),
        (f"<@{BOT}|ai>: status", "status"),
        (f"hello <@{BOT}> help", "help"),
        (f"<@{BOT}>", ""),
    ],
)
def test_a_mention_outside_of_threads_is_a_command(text: str, words: str) -> None:
    said = only(mention(text, thread_ts=None))
    assert (said.kind, said.text, said.reference.channel) == (ActivityKind.COMMAND, words, CHANNEL)
    assert (said.reference.thread, said.private, said.file) == (None, False, None)


@pytest.mark.parametrize(
    "text",
    [
        "start Claims Copilot --pack full",
        "Status",
        "status Claims",
        "list",
        "mine",
        "digest",
        "digest off",
        "digest Monday 09:30",
        "nudges",
        "nudges pause until 3 Dec",
        "hours 9-17",
        "away until 3 Dec",
        "home",
        "link",
        "link off",
        "link K7QM-4XWP",
        "link k7qm4xwp",
        "link K7QM 4XWP",
        " HELP all ",
        f"<@{BOT}> mine",
    ],
)
def test_in_a_direct_message_the_words_of_the_command_are_one(text: str) -> None:
    said = only(direct(text))
    assert (said.kind, said.reference.channel, said.reference.thread) == (ActivityKind.COMMAND, DIRECT, None)
    assert said.text.casefold() == text.replace(f"<@{BOT}> ", "").strip().casefold()
    assert (said.source, said.private) == (f"{DIRECT}/{TS}", True)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "list the steps one by one",
        "mine are in the wiki",
        "link to follow",
        "link attached",
        "link https://wiki.acme.io/runbook",
        "link well-made",
        "hours of operation",
        "away from keyboard",
        "digest goes to the whole team",
        "help us decide",
        "nudges people weekly",
        "restart",
        "",
    ],
)
def test_other_words_in_a_direct_message_are_a_reply(text: str) -> None:
    said = only(direct(text))
    assert (said.kind, said.text, said.private) == (ActivityKind.MESSAGE, text, True)
    assert (said.reference.channel, said.reference.thread, said.source) == (DIRECT, None, f"{DIRECT}/{TS}")


def test_in_a_thread_of_a_direct_message_everything_is_a_reply() -> None:
    said = only(direct("status", thread_ts=ROOT))
    assert (said.kind, said.reference.thread, said.private) == (ActivityKind.MESSAGE, ROOT, True)
    assert said.source == f"{DIRECT}/{TS}"


def test_an_edit_is_first_heard_if_it_never_was() -> None:
    heard, edited = steps(changed(edit("<@U0DANA> takes it"), MESSAGE), event_id="Ev0EDIT")
    assert (heard.activity.kind, heard.if_seen) == (ActivityKind.MESSAGE, False)
    assert heard.activity.keys == (f"slack/T0ACME/message/{CHANNEL}/{TS}",)
    assert (edited.activity.kind, edited.if_seen) == (ActivityKind.EDIT, True)
    assert edited.activity.keys == ("slack/T0ACME/event/Ev0EDIT",)
    assert edited.activity.edition == "1763888500.000000"
    for said in (heard.activity, edited.activity):
        assert (said.text, list(said.people), said.source) == ("<@U0DANA> takes it", [DANA], TS)
        assert (said.actor.id, said.reference.thread) == (ANA, ROOT)


def test_the_original_of_an_edit_that_comes_late_is_a_repetition() -> None:
    original = only(message())
    for event in (changed(edit("new"), MESSAGE), deleted(MESSAGE)):
        assert set(steps(event, event_id="Ev0LATER")[0].activity.keys) <= set(original.keys)


def test_an_edit_in_a_direct_message_counts_outside_of_threads_too() -> None:
    before = {name: value for name, value in MESSAGE.items() if name != "thread_ts"}
    now = {name: value for name, value in edit("new").items() if name != "thread_ts"}
    heard, edited = steps(changed(now, before, DIRECT))
    assert (heard.activity.source, edited.activity.source) == (f"{DIRECT}/{TS}", f"{DIRECT}/{TS}")
    assert edited.activity.private


def test_a_deletion_has_no_words_and_is_its_authors() -> None:
    before = MESSAGE | {"subtype": "file_share", "files": [{"permalink": FILE}]}
    heard, gone = steps(deleted(before), event_id="Ev0GONE")
    assert (heard.activity.kind, heard.activity.text, heard.activity.file) == (ActivityKind.MESSAGE, "", None)
    assert heard.activity.keys == (f"slack/T0ACME/message/{CHANNEL}/{TS}",)
    assert (gone.activity.kind, gone.if_seen) == (ActivityKind.DELETION, True)
    assert gone.activity.keys == ("slack/T0ACME/event/Ev0GONE",)
    assert (gone.activity.source, gone.activity.actor.id, gone.activity.text) == (TS, ANA, "")


def test_the_deletion_of_an_apps_message_counts_as_somebody_may_have_used_it() -> None:
    _, gone = steps(deleted(MESSAGE | {"bot_id": "B0OTHER"}))
    assert (gone.activity.kind, gone.activity.source) == (ActivityKind.DELETION, TS)


@pytest.mark.parametrize(
    ("event", "removed"),
    [
        (deleted(OWN), Removed(channel=CHANNEL, message=ROOT)),
        (deleted(OWN, DIRECT), Removed(channel=DIRECT, message=f"{DIRECT}/{ROOT}")),
        (
            changed({"subtype": "tombstone", "user": "USLACKBOT", "ts": ROOT, "thread_ts": ROOT}, OWN),
            Removed(channel=CHANNEL, message=ROOT),
        ),
    ],
)
def test_a_card_that_is_taken_away_is_told(event: dict[str, Any], removed: Removed) -> None:
    assert facts(event) == (removed,)


def test_a_direct_message_that_is_gone_while_it_has_replies_is_a_deletion() -> None:
    tombstone = {"subtype": "tombstone", "user": "USLACKBOT", "ts": TS, "thread_ts": TS, "text": "This was deleted."}
    _, gone = steps(changed(tombstone, MESSAGE | {"thread_ts": TS}, DIRECT))
    assert (gone.activity.kind, gone.activity.actor.id) == (ActivityKind.DELETION, ANA)


@pytest.mark.parametrize(
    ("others", "outsider"),
    [
        ({"user_team": T, "source_team": T}, False),
        ({"user_team": "T0OTHER", "source_team": "T0OTHER", "team": "T0OTHER"}, True),
        ({"team": "T0OTHER"}, True),
        ({"user_team": "E0ACME"}, False),
        ({"user_team": "E0OTHER"}, True),
        ({"team": None}, True),  # nobody knows
    ],
)
def test_people_of_other_organisations_are_known_as_such(others: dict[str, Any], outsider: bool) -> None:
    granted = [{"enterprise_id": "E0ACME", "team_id": T, "user_id": BOT, "is_bot": True}]
    said = only(message(**others), is_ext_shared_channel=True, authorizations=granted)
    assert said.actor.outsider is outsider
    assert not only(message(**others), is_ext_shared_channel=False).actor.outsider


@pytest.mark.parametrize(
    ("others", "tenant"),
    [
        ({"team_id": "T0OTHER"}, T),  # in a shared channel only the authorization says where the bot lives
        ({"authorizations": []}, T),
        ({"authorizations": None}, T),
        (
            {
                "authorizations": [
                    {"enterprise_id": "E0ACME", "team_id": T, "user_id": BOT, "is_enterprise_install": True}
                ]
            },
            "E0ACME",
        ),
    ],
)
def test_the_tenant_is_where_the_bot_is_installed(others: dict[str, Any], tenant: str) -> None:
    event = {"type": "app_uninstalled"}
    assert to_activities(enveloped(event) | others, at=AT).tenant == tenant
    assert only(message(), **others).reference.tenant == tenant


@pytest.mark.parametrize("kind", ["channel_archive", "group_archive", "channel_deleted", "group_deleted"])
def test_a_closed_channel_is_no_place_any_more_and_is_told_to_all(kind: str) -> None:
    lost, closed = facts({"type": kind, "channel": CHANNEL, "user": ANA, "event_ts": "1.0"})
    assert isinstance(lost, ForEach)
    assert isinstance(closed, ForEach)
    assert (lost.activity.kind, lost.channel) == (ActivityKind.UNPOSTABLE, CHANNEL)
    assert (closed.activity.kind, closed.channel, closed.activity.text) == (ActivityKind.ARCHIVED, None, "#C0CLAIMS")
    assert set(lost.activity.keys).isdisjoint(closed.activity.keys)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "channel_left", "channel": CHANNEL, "actor_id": ANA, "event_ts": "1.0"},
        {"type": "group_left", "channel": CHANNEL},
        {"type": "member_left_channel", "user": BOT, "channel": CHANNEL, "channel_type": "C", "team": T},
    ],
)
def test_a_bot_that_is_put_out_of_a_channel_has_no_place_there(event: dict[str, Any]) -> None:
    (lost,) = facts(event)
    assert isinstance(lost, ForEach)
    assert (lost.activity.kind, lost.channel) == (ActivityKind.UNPOSTABLE, CHANNEL)


def test_what_is_told_of_many_reviews_is_told_to_each_once() -> None:
    (lost,) = facts({"type": "channel_left", "channel": CHANNEL})
    assert isinstance(lost, ForEach)
    there = replace(lost.activity.reference, thread=ROOT)
    one, other = (about(lost.activity, review, at=there) for review in (REVIEW, "other"))
    assert one.reference == there
    assert (one.review, one.keys) == (REVIEW, (f"slack/T0ACME/event/Ev0ONE/unpostable/{REVIEW}",))
    assert one.keys != other.keys


def test_who_was_deactivated_has_left() -> None:
    user = {"id": DANA, "team_id": T, "name": "dana", "deleted": True, "is_bot": False, "tz": "Europe/Berlin"}
    told, left = facts({"type": "user_change", "user": user, "cache_ts": 1763888400, "event_ts": "1.0"})
    assert told == PersonTold(user=user)
    assert isinstance(left, ForEach)
    assert (left.activity.kind, left.activity.actor.id, left.channel) == (ActivityKind.LEFT, DANA, None)
    assert left.activity.keys == ("slack/T0ACME/event/Ev0ONE",)


@pytest.mark.parametrize("kind", ["user_change", "team_join"])
def test_what_slack_says_of_a_person_is_told(kind: str) -> None:
    user = {"id": DANA, "team_id": T, "deleted": False, "profile": {"real_name": "Dana Ruiz"}}
    assert facts({"type": kind, "user": user}) == (PersonTold(user=user),)


@pytest.mark.parametrize(
    ("event", "fact"),
    [
        ({"type": "channel_id_changed", "old_channel_id": "G1", "new_channel_id": "C1"}, Moved(old="G1", new="C1")),
        (
            {"type": "channel_rename", "channel": {"id": "C1", "name": "claims", "created": 1360782804}},
            Renamed(channel="C1", name="claims"),
        ),
        ({"type": "group_rename", "channel": {"id": "G1", "name": "secret"}}, Renamed(channel="G1", name="secret")),
        ({"type": "app_uninstalled"}, Uninstalled(at=HAPPENED)),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}}, Uninstalled(at=HAPPENED)),
    ],
)
def test_what_changes_around_a_review_is_told(event: dict[str, Any], fact: Fact) -> None:
    assert facts(event) == (fact,)


def test_the_home_is_a_command_that_is_answered_there() -> None:
    event = {"type": "app_home_opened", "user": ANA, "channel": DIRECT, "tab": "home", "view": None, "event_ts": "1.0"}
    home = only(event)
    assert (home.kind, home.text, home.reply_to, home.actor.id) == (ActivityKind.COMMAND, "home", "home", ANA)
    assert home.keys == ("slack/T0ACME/event/Ev0ONE",)


@pytest.mark.parametrize("event", EVENTS)
def test_a_redelivery_is_the_same_again(event: dict[str, Any]) -> None:
    again = enveloped(copy.deepcopy(event)) | {"event_time": 1763888999}
    assert to_activities(again, at=AT).facts == facts(event)


def test_every_activity_of_an_event_has_keys_of_its_own() -> None:
    for event in EVENTS:
        told = [fact.activity for fact in facts(event) if isinstance(fact, Step | ForEach)]
        keys = [key for activity in told for key in activity.keys]
        assert len(keys) == len(set(keys))
