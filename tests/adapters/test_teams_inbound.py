from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.news import ForEach, Step
from adapters.teams.inbound import to_activities
from adapters.teams.names import channel_of, message_name, split_name, thread_of
from adapters.teams.news import ChannelTold, Fact, ForTeam, Parted, PersonTold, Press, Reach
from conversations.activities import Activity, ActivityKind

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
HAPPENED = datetime(2026, 11, 23, 8, 59, 58, 461541, UTC)
T, BOT, ANA, DANA = "3c8f-tenant", "28:b0t", "29:1ana-Z_x=", "29:1dana"
TEAM, CHANNEL = "19:team@thread.tacv2", "19:claims@thread.tacv2"
ROOT, ID = "1763888400000", "1763888460000"
THREAD = f"{CHANNEL};messageid={ROOT}"
CHAT, GROUP = "a:1chat", "19:group@thread.v2"
URL = "https://smba.trafficmanager.net/emea/"
FILE = "https://acme.sharepoint.com/sites/claims/runbook.pdf"
DOWNLOAD = {"contentType": "application/vnd.microsoft.teams.file.download.info", "contentUrl": FILE, "name": "runbook"}
HTML = {"contentType": "text/html", "content": "<p>x</p>", "contentUrl": "https://acme.example/no-file"}
ME = {"type": "mention", "mentioned": {"id": BOT, "name": "AI Readiness"}, "text": "<at>AI Readiness</at>"}
ANA_SILVA = {"id": ANA, "name": "Ana Silva", "aadObjectId": "aad-ana"}
ASKED = {"air": {"tap": "skip", "item": "run.service_owner", "in": "d/1/0"}, "day": "2026-12-01"}


def activity(kind: str, *, sender: object = ANA_SILVA, **others: Any) -> dict[str, Any]:
    """In a channel's thread; a field that is None is left out."""
    data = {"tenant": {"id": T}, "team": {"id": TEAM}, "channel": {"id": CHANNEL}}
    body: dict[str, Any] = {
        "type": kind,
        "id": ID,
        "timestamp": "2026-11-23T08:59:58.4615413Z",
        "channelId": "msteams",
        "serviceUrl": URL,
        "from": sender,
        "conversation": {"id": THREAD, "conversationType": "channel", "isGroup": True, "tenantId": T},
        "recipient": {"id": BOT, "name": "AI Readiness"},
        "localTimezone": "Europe/Lisbon",
        "channelData": data | others.pop("channelData", {}),
    }
    return {name: value for name, value in (body | others).items() if value is not None}


def in_chat(kind: str, conversation: str = CHAT, **others: Any) -> dict[str, Any]:
    named = "personal" if conversation == CHAT else "groupChat"
    place = {"id": conversation, "conversationType": named, "tenantId": T}
    return activity(kind, conversation=place, **others) | {"channelData": {"tenant": {"id": T}}}


def message(text: str = "the queue goes to people", **others: Any) -> dict[str, Any]:
    return activity("message", text=text, attachments=[HTML], **others)


def mention(text: str, **others: Any) -> dict[str, Any]:
    return message(f"<at>AI Readiness</at>&nbsp;{text}", entities=[ME], **others)


def direct(text: str, **others: Any) -> dict[str, Any]:
    return in_chat("message", text=text, **others)


def pressing(**others: Any) -> dict[str, Any]:
    value = {"action": {"type": "Action.Execute", "verb": "skip", "data": ASKED}, "trigger": "manual"}
    named = {"name": "adaptiveCard/action", "value": value, "replyToId": "170"}
    return activity("invoke", **(named | others))


def installing(action: str, **others: Any) -> dict[str, Any]:
    return activity("installationUpdate", action=action, **others)


def event(named: str, **data: Any) -> dict[str, Any]:
    place = {"id": TEAM, "conversationType": "channel"}
    return activity("conversationUpdate", conversation=place, channelData={"eventType": named, **data})


def facts(body: object) -> list[Fact]:
    return list(to_activities(body, at=AT).facts)


def around(body: object) -> list[Fact]:
    """Without who and where."""
    return [fact for fact in facts(body) if not isinstance(fact, PersonTold | ChannelTold)]


def steps(body: object) -> list[Step]:
    return [fact for fact in facts(body) if isinstance(fact, Step)]


def only(body: object) -> Activity:
    (step,) = around(body)
    assert isinstance(step, Step)
    assert not step.if_seen
    return step.activity


def press(body: object, at: datetime = AT) -> Press:
    (found,) = [fact for fact in to_activities(body, at=at).facts if isinstance(fact, Press)]
    return found


def test_names_say_where_a_message_stands() -> None:
    assert split_name(message_name(THREAD, ID)) == (THREAD, ID)
    assert (channel_of(THREAD), thread_of(THREAD)) == (CHANNEL, THREAD)
    assert (channel_of(CHAT), thread_of(CHAT), thread_of(CHANNEL)) == (CHAT, None, None)


def test_a_reply_in_a_thread_is_a_message() -> None:
    said = only(message())
    assert (said.kind, said.text) == (ActivityKind.MESSAGE, "the queue goes to people")
    assert (said.reference.platform, said.reference.tenant) == ("teams", T)
    assert (said.reference.channel, said.reference.thread) == (CHANNEL, THREAD)
    assert (said.source, said.keys) == (f"{THREAD} {ID}", (f"teams/{T}/activity/{THREAD}/{ID}",))
    assert (said.actor.id, said.actor.name, said.actor.bot, said.actor.outsider) == (ANA, "Ana Silva", False, False)
    assert (said.at, said.file, said.private, said.addressed, said.hosts) == (AT, None, False, False, True)


def test_a_mention_in_a_channel_is_a_reply_that_is_addressed_to_the_bot() -> None:
    said = only(mention("start AI Readiness review"))
    assert (said.kind, said.text) == (ActivityKind.MESSAGE, "start AI Readiness review")
    assert (said.addressed, said.hosts, said.reference.thread) == (True, True, THREAD)
    assert said.people == {}


def test_a_mention_outside_of_threads_is_a_command() -> None:
    place = {"id": CHANNEL, "conversationType": "channel"}
    said = only(mention("status", conversation=place))
    assert (said.kind, said.text, said.addressed, said.hosts) == (ActivityKind.COMMAND, "status", False, False)
    assert (said.reference.channel, said.reference.thread) == (CHANNEL, None)
    assert around(message(conversation=place)) == []


@pytest.mark.parametrize("text", ["start Claims Copilot --pack full", " HELP all ", "mine", "away until 3 Dec", "home"])
def test_in_a_chat_with_the_bot_the_words_of_a_command_are_one(text: str) -> None:
    said = only(direct(text))
    assert (said.kind, said.text, said.private) == (ActivityKind.COMMAND, text.strip(), True)
    assert (said.reference.channel, said.reference.thread, said.source) == ("", None, f"{CHAT} {ID}")


@pytest.mark.parametrize("text", ["yes", "list the steps one by one", "help us decide", "hi there Sam", ""])
def test_other_words_in_a_chat_with_the_bot_are_a_reply(text: str) -> None:
    said = only(direct(text))
    assert (said.kind, said.text, said.private, said.hosts) == (ActivityKind.MESSAGE, text, True, False)
    assert (said.reference.channel, said.reference.thread) == ("", None)


def test_a_mention_in_a_chat_with_the_bot_is_nothing_particular() -> None:
    said = only(direct("<at>AI Readiness</at> mine", entities=[ME]))
    assert (said.kind, said.text, said.addressed) == (ActivityKind.COMMAND, "mine", False)


def test_in_a_group_chat_what_follows_the_mention_is_a_command() -> None:
    said = only(in_chat("message", GROUP, text="<at>AI Readiness</at> the queue", entities=[ME]))
    assert (said.kind, said.text, said.private) == (ActivityKind.COMMAND, "the queue", False)
    assert (said.reference.channel, said.reference.thread, said.source) == ("", None, f"{GROUP} {ID}")
    assert around(in_chat("message", GROUP, text="the queue")) == []


@pytest.mark.parametrize(
    ("conversation", "private"),
    [({"id": "personal-chat-id"}, True), ({"id": "group-chat-id", "isGroup": True}, False)],
)
def test_an_emulator_may_not_say_what_kind_of_chat_it_is(conversation: dict[str, Any], private: bool) -> None:
    body = mention("mine") | {"conversation": conversation, "channelData": {"tenant": {"id": T}}}
    assert (only(body).private, only(body).reference.channel) == (private, "")


@pytest.mark.parametrize(
    ("attachments", "file"),
    [
        ([HTML, DOWNLOAD, {**DOWNLOAD, "contentUrl": "https://acme.example/2"}], FILE),
        ([{"contentType": "reference", "contentUrl": FILE}], FILE),
        ([HTML], None),
        ([{"contentType": "image/png", "contentUrl": "https://smba.trafficmanager.net/v3/attachments/1"}], None),
        ([{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": FILE}], None),
        ([{**DOWNLOAD, "contentUrl": "javascript:alert(1)"}, 3, {}], None),
        (None, None),
    ],
)
def test_a_file_without_words_is_its_address(attachments: object, file: str | None) -> None:
    assert only(activity("message", text="\n", attachments=attachments)).file == file
    assert only(activity("message", text="see this", attachments=attachments)).file is None


@pytest.mark.parametrize(
    "person", [{"id": "28:flow", "name": "Flow"}, {"id": "29:1flow", "role": "bot"}, {"id": "29:1x", "role": "skill"}]
)
def test_an_app_speaks_as_one_and_commands_nothing(person: dict[str, str]) -> None:
    said = only(mention("status", sender=person))
    assert (said.actor.bot, said.addressed, said.text) == (True, False, "status")
    assert facts(direct("status", sender=person)) == []


@pytest.mark.parametrize(
    "body",
    [
        message(sender={"id": BOT, "name": "AI Readiness"}),
        message(sender=None),
        message(sender={"id": "an/id"}),
        message(sender={"id": "an id"}),
        message(sender={"id": "<29:1>"}),
        message(id=None),
        message(id="1/gone"),
        activity("messageDelete", sender={"id": BOT}),
        activity("messageReaction", reactionsAdded=[{"type": "like"}]),
        activity("typing"),
        activity("event", name="application/vnd.microsoft.readReceipt"),
        activity("invoke", name="composeExtension/query", value={"commandId": "x"}),
        activity("invoke", name="task/fetch", value={"data": ASKED}),
        pressing(sender={"id": "28:flow"}),
        event("teamMemberAdded") | {"membersAdded": [{"id": BOT}]},
        event("teamMemberRemoved") | {"membersRemoved": [{"id": "28:flow"}, {"id": "an id"}]},
        in_chat("conversationUpdate", GROUP, membersRemoved=[{"id": DANA}]),
        event("channelRenamed", channel={"id": CHANNEL, "name": "Claims"}),
        event("channelRestored", channel={"id": CHANNEL, "name": "Claims"}),
        event("channelDeleted", channel={}),
        event("teamRenamed"),
        in_chat("installationUpdate", GROUP, action="remove"),
        installing("add-upgrade"),
        installing("remove-upgrade"),
    ],
)
def test_what_is_not_for_us_comes_to_nothing_that_is_done(body: dict[str, Any]) -> None:
    assert around(body) == []


@pytest.mark.parametrize("body", [None, [], "x", 3, {}, {"type": "message"}, message(conversation={"id": "a b"})])
def test_what_is_no_activity_gives_nothing(body: object) -> None:
    assert facts(body) == []


@pytest.mark.parametrize(("home", "outsider"), [(None, False), (T, False), ("other", True)])
def test_people_of_other_tenants_are_known_as_such(home: str | None, outsider: bool) -> None:
    assert only(message(sender={"id": DANA, "tenantId": home})).actor.outsider is outsider


def test_the_tenant_is_the_customers() -> None:
    assert to_activities(message(channelData={"tenant": {"id": "other"}}), at=AT).tenant == "other"
    assert to_activities(message(channelData={"tenant": None}), at=AT).tenant == T
    assert facts(message(channelData={"tenant": None}, conversation={"id": THREAD})) == []


# --- edits and deletions ---


@pytest.mark.parametrize("named", ["editMessage", "undeleteMessage"])
def test_an_edit_is_first_heard_if_it_never_was(named: str) -> None:
    heard, edited = steps(message("new words") | {"type": "messageUpdate", "channelData": {"eventType": named}})
    assert (heard.activity.kind, heard.if_seen) == (ActivityKind.MESSAGE, False)
    assert (edited.activity.kind, edited.if_seen) == (ActivityKind.EDIT, True)
    assert heard.activity.keys == only(message()).keys
    assert edited.activity.keys == (f"teams/{T}/activity/{THREAD}/{ID}/edit/2026-11-23T08:59:58.461541+00:00",)
    for each in (heard.activity, edited.activity):
        assert (each.text, each.source, each.reference.thread) == ("new words", f"{THREAD} {ID}", THREAD)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-11-23T09:00:00Z", "2026-11-23T09:00:00.5Z"),
        ("2026-11-23T09:00:00.1234567Z", "2026-11-23T09:00:01Z"),
        ("2026-11-23T10:00:00+02:00", "2026-11-23T09:00:00Z"),
        ("2026-11-23T08:00:00", "2026-11-23T09:00:00Z"),
        ("2026-11-23T08:00:00Z", "not a time"),  # it came now
        ("2026-11-23T08:00:00Z", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_what_was_written_later_sorts_later(earlier: str, later: str) -> None:
    editions = [steps(message(timestamp=at) | {"type": "messageUpdate"})[1].activity.edition for at in (earlier, later)]
    assert editions == sorted(editions)
    assert len(set(editions)) == 2


def test_a_deletion_has_no_words_and_is_its_authors() -> None:
    heard, gone = steps(mention("secret words", replyToId=ROOT) | {"type": "messageDelete"})
    assert (heard.activity.kind, heard.activity.text, heard.activity.addressed) == (ActivityKind.MESSAGE, "", False)
    assert heard.activity.keys == only(message()).keys
    assert (gone.activity.kind, gone.if_seen, gone.activity.text) == (ActivityKind.DELETION, True, "")
    assert (gone.activity.source, gone.activity.actor.id) == (f"{THREAD} {ID}", ANA)
    assert gone.activity.keys == (f"teams/{T}/activity/{THREAD}/{ID}/gone",)


def test_in_a_chat_with_the_bot_edits_and_deletions_count_too() -> None:
    heard, edited = steps(direct("mine") | {"type": "messageUpdate"})
    assert (heard.activity.kind, edited.activity.kind) == (ActivityKind.COMMAND, ActivityKind.EDIT)
    heard, gone = steps(in_chat("messageDelete"))
    assert (heard.activity.kind, gone.activity.kind) == (ActivityKind.MESSAGE, ActivityKind.DELETION)
    assert gone.activity.private


# --- presses ---


def test_a_press_comes_with_all_that_was_filled_in() -> None:
    pressed = press(pressing())
    assert (pressed.data, pressed.verb, pressed.message) == (ASKED, "skip", f"{THREAD} 170")
    assert (pressed.conversation, pressed.invoked, pressed.automatic) == (THREAD, True, False)
    done = pressed.activity
    assert (done.kind, done.actor.id, done.private) == (ActivityKind.BUTTON, ANA, False)
    assert (done.reference.channel, done.reference.thread) == (CHANNEL, THREAD)
    assert done.keys[0] == f"teams/{T}/activity/{THREAD}/{ID}"


def test_an_older_client_presses_by_a_message() -> None:
    pressed = press(in_chat("message", value=ASKED, replyToId="170"))
    assert (pressed.data, pressed.verb, pressed.message) == (ASKED, "", f"{CHAT} 170")
    assert (pressed.invoked, pressed.activity.private, pressed.activity.reference.channel) == (False, True, "")


def test_a_client_may_ask_by_itself_how_a_card_is() -> None:
    body = pressing()
    body["value"]["trigger"] = "automatic"
    assert press(body).automatic


def test_a_press_whose_card_is_not_named_is_one() -> None:
    assert press({name: value for name, value in pressing().items() if name != "replyToId"}).message is None
    assert press(pressing(value="nonsense")).data == {}


@pytest.mark.parametrize("seconds", [0, 1, 30, 59])
def test_a_press_that_comes_again_with_another_id_is_known(seconds: int) -> None:
    for begun in range(0, 60, 7):
        first = press(pressing(), AT + timedelta(seconds=begun))
        again = press(pressing(id="f:2", timestamp=None), AT + timedelta(seconds=begun + seconds))
        assert set(first.activity.keys) & set(again.activity.keys)


@pytest.mark.parametrize(
    "other",
    [
        pressing(replyToId="171"),
        pressing(sender={"id": DANA}),
        pressing(conversation={"id": f"{CHANNEL};messageid=2", "conversationType": "channel"}),
        pressing(value={"action": {"verb": "keep", "data": ASKED}}),
        pressing(value={"action": {"verb": "skip", "data": ASKED | {"day": "2026-12-02"}}}),
    ],
)
def test_another_press_is_another(other: dict[str, Any]) -> None:
    first, second = press(pressing(id="f:1")), press({**other, "id": "f:2"})
    assert not set(first.activity.keys) & set(second.activity.keys)


def test_the_same_press_later_is_another() -> None:
    later = press(pressing(id="f:2"), AT + timedelta(minutes=2))
    assert not set(press(pressing()).activity.keys) & set(later.activity.keys)


# --- what happens around the words ---


def test_who_speaks_and_where_is_told_first() -> None:
    person, channel, _ = facts(message(channelData={"channel": {"id": CHANNEL, "name": "Claims AI"}}))
    assert person == PersonTold(
        id=ANA, name="Ana Silva", zone="Europe/Lisbon", directory="aad-ana", conversation=None, service_url=URL
    )
    assert channel == ChannelTold(id=CHANNEL, name="Claims AI", team=TEAM, service_url=URL, overheard=True)


@pytest.mark.parametrize(
    "body",
    [
        message("<at>AI Readiness</at> mine", entities=[ME]),
        message(value={"air": {}}),
        {**message(), "type": "messageDelete"},
    ],
)
def test_what_names_the_bot_or_is_pressed_does_not_tell_that_it_overhears(body: dict[str, Any]) -> None:
    assert [told.overheard for told in facts(body) if isinstance(told, ChannelTold)] == [None]


def test_a_chat_is_told_with_who_it_is_with() -> None:
    info = [{"type": "clientInfo", "timezone": "Asia/Tokyo"}]
    sparse = direct("hi", sender={"id": ANA}, entities=info, localTimezone=None)
    (told,) = [fact for fact in facts(sparse) if not isinstance(fact, Step)]
    assert told == PersonTold(id=ANA, name=None, zone="Asia/Tokyo", directory=None, conversation=CHAT, service_url=URL)
    assert [type(fact) for fact in facts(in_chat("message", GROUP, text="x"))] == [PersonTold]


def test_what_came_last_says_teams_own_clock() -> None:
    assert to_activities(message(), at=AT).happened_at == HAPPENED
    assert to_activities(message(timestamp=None), at=AT).happened_at == AT


def test_who_was_added_is_told() -> None:
    added = [{"id": DANA, "aadObjectId": "aad-dana"}, {"id": BOT}, {"id": "28:flow"}, {}, 3]
    told = facts(event("teamMemberAdded") | {"membersAdded": added})
    assert [fact.id for fact in told if isinstance(fact, PersonTold)] == [ANA, DANA]
    assert told[-1] == ChannelTold(id=CHANNEL, name=None, team=TEAM, service_url=URL)


@pytest.mark.parametrize("named", ["channelCreated", "channelRenamed", "channelRestored"])
def test_a_channel_is_told_with_its_name(named: str) -> None:
    told = facts(event(named, channel={"id": "19:new", "name": "New name"}))
    assert told[-1] == ChannelTold(id="19:new", name="New name", team=TEAM, service_url=URL)


def test_a_deleted_channel_is_no_place_any_more_and_is_told_to_all() -> None:
    reach, lost, closed = around(event("channelDeleted", channel={"id": CHANNEL, "name": "Claims AI"}))
    assert reach == Reach(channel=CHANNEL, lost=True)
    assert isinstance(lost, ForEach)
    assert isinstance(closed, ForEach)
    assert (lost.activity.kind, lost.channel) == (ActivityKind.UNPOSTABLE, CHANNEL)
    assert (closed.activity.kind, closed.channel, closed.activity.text) == (ActivityKind.ARCHIVED, None, "#Claims-AI")
    assert set(lost.activity.keys).isdisjoint(closed.activity.keys)
    assert not any(isinstance(fact, ChannelTold) for fact in facts(event("channelDeleted", channel={"id": CHANNEL})))


@pytest.mark.parametrize(
    "body",
    [
        installing("remove"),
        event("teamMemberRemoved") | {"membersRemoved": [{"id": DANA}, {"id": BOT}]},
        event("teamArchived"),
        event("teamDeleted"),
        event("teamHardDeleted"),
    ],
)
def test_a_team_that_is_closed_to_the_bot_is_no_place_any_more(body: dict[str, Any]) -> None:
    reach, lost = around(body)
    assert reach == Reach(team=TEAM, lost=True)
    assert isinstance(lost, ForTeam)
    assert (lost.activity.kind, lost.team) == (ActivityKind.UNPOSTABLE, TEAM)
    assert not any(isinstance(fact, ChannelTold) for fact in facts(body))


@pytest.mark.parametrize("named", ["teamUnarchived", "teamRestored"])
def test_a_team_can_be_opened_again(named: str) -> None:
    assert around(event(named)) == [Reach(team=TEAM, lost=False)]


@pytest.mark.parametrize(
    "body",
    [in_chat("installationUpdate", action="remove"), in_chat("conversationUpdate", membersRemoved=[{"id": BOT}])],
)
def test_who_removes_the_bot_for_themselves_is_out_of_reach(body: dict[str, Any]) -> None:
    assert facts(body) == [Reach(person=ANA, lost=True)]


def test_who_is_taken_out_of_a_team_is_told_of_with_its_channel() -> None:
    assert around(event("teamMemberRemoved") | {"membersRemoved": [{"id": DANA}, {"id": "28:flow"}]}) == [
        Parted(person=DANA, channel=CHANNEL)
    ]


def test_who_installs_the_bot_for_themselves_is_welcomed_there() -> None:
    welcomed = only(in_chat("installationUpdate", action="add", id="f:1"))
    assert (welcomed.kind, welcomed.actor.id, welcomed.private) == (ActivityKind.INSTALLED, ANA, True)
    assert (welcomed.reference.channel, welcomed.keys) == ("", (f"teams/{T}/installed/{CHAT}/f:1",))


def test_a_team_is_told_with_its_group_where_teams_says_it() -> None:
    told = message() | {"channelData": message()["channelData"] | {"team": {"id": TEAM, "aadGroupId": "5c1b-group"}}}
    assert [fact.group for fact in facts(told) if isinstance(fact, ChannelTold)] == ["5c1b-group"]


def test_who_installs_the_bot_for_a_team_is_welcomed_where_it_was_put() -> None:
    chosen = {"settings": {"selectedChannel": {"id": CHANNEL}}, "channel": None}
    body = installing("add", conversation={"id": TEAM, "conversationType": "channel"}, channelData=chosen)
    welcomed = only(body)
    assert (welcomed.reference.channel, welcomed.reference.thread, welcomed.private) == (CHANNEL, None, False)
    assert facts(body)[1] == ChannelTold(id=CHANNEL, name=None, team=TEAM, service_url=URL)


def test_an_installation_welcomes_once_and_another_one_again() -> None:
    assert only(installing("add", timestamp=None)).keys == only(installing("add")).keys
    assert only(installing("add")).keys != only(installing("add", id="f:later")).keys
    assert steps(activity("conversationUpdate", membersAdded=[{"id": BOT}])) == []


EVERYTHING = (
    message(),
    mention("status"),
    direct("mine"),
    message("new") | {"type": "messageUpdate"},
    activity("messageDelete"),
    pressing(),
    installing("add"),
    installing("remove"),
    event("channelDeleted", channel={"id": CHANNEL, "name": "Claims"}),
    event("teamMemberAdded") | {"membersAdded": [{"id": DANA}]},
)


@pytest.mark.parametrize("body", EVERYTHING)
def test_a_redelivery_is_the_same_again(body: dict[str, Any]) -> None:
    assert facts(copy.deepcopy(body)) == facts(body)


@pytest.mark.parametrize("body", EVERYTHING)
def test_every_activity_of_a_body_has_keys_of_its_own(body: dict[str, Any]) -> None:
    told = [fact.activity for fact in facts(body) if isinstance(fact, Step | ForEach | ForTeam)]
    keys = [key for each in told for key in each.keys]
    assert len(keys) == len(set(keys))


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_PATHS = [(name,) for name in message()] + [
    ("conversation", "id"),
    ("conversation", "conversationType"),
    ("from", "id"),
    ("from", "name"),
    ("channelData", "team"),
    ("channelData", "channel"),
    ("channelData", "eventType"),
    ("value",),
    ("entities",),
    ("membersAdded",),
    ("membersRemoved",),
]


@given(st.sampled_from(EVERYTHING), st.dictionaries(st.sampled_from(_PATHS), _ANYTHING, max_size=3))
def test_nonsense_breaks_nothing_wherever_it_stands(body: dict[str, Any], nonsense: dict[tuple[str, ...], Any]) -> None:
    broken = copy.deepcopy(body)
    for (*above, name), value in nonsense.items():
        place = broken
        for each in above:
            place = place[each] if isinstance(place.get(each), dict) else {}
        place[name] = value
    for fact in facts(broken):
        if isinstance(fact, Step):
            assert fact.activity.actor.id
            assert all(fact.activity.keys)


@given(_ANYTHING)
def test_no_json_is_more_than_nothing(body: object) -> None:
    assert facts(body) == []
