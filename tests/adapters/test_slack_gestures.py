from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.news import ForEach, Step
from adapters.slack import forms
from adapters.slack.inbound import StartWanted, Used, to_activities, to_command, to_press, to_saved, to_shortcut
from adapters.slack.modals import Origin
from adapters.slack.prompts import Prompt, to_prompt, to_start
from adapters.slack.ways import OVERFLOW, action_id
from conversations.activities import Activity, ActivityKind, Button, Form
from conversations.cards import Tap, Way
from tests.adapters.slack_payloads import (
    ANA,
    BOT,
    CHANNEL,
    COMMAND,
    DANA,
    DIGEST,
    DIRECT,
    EVENTS,
    FILE,
    MESSAGE,
    OWN,
    REVIEW,
    ROOT,
    SKIP,
    TS,
    T,
    action,
    enveloped,
    in_view,
    pressing,
    saving,
    shortcut,
)

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_slash_command_is_answered_where_slack_takes_it() -> None:
    said = to_command(COMMAND, at=AT)
    assert said is not None
    assert (said.kind, said.text) == (ActivityKind.COMMAND, "start Claims & Co for <@U0DANA>")
    assert (said.reference.tenant, said.reference.channel, said.reference.thread) == (T, CHANNEL, None)
    assert (said.actor.id, list(said.people), said.reply_to) == (ANA, [DANA], COMMAND["response_url"])
    assert said.keys == (f"slack/T0ACME/command/{COMMAND['trigger_id']}",)


def test_a_slash_command_of_an_organisation_is_the_organisations() -> None:
    said = to_command(COMMAND | {"is_enterprise_install": "true", "enterprise_id": "E0ACME"}, at=AT)
    assert said is not None
    assert said.reference.tenant == "E0ACME"


@pytest.mark.parametrize("others", [{"ssl_check": "1"}, {"user_id": ""}, {"trigger_id": "?"}, {"team_id": ""}])
def test_a_check_or_half_a_command_is_none(others: dict[str, str]) -> None:
    assert to_command(COMMAND | others, at=AT) is None


def test_a_pressed_button_is_an_activity_of_its_review() -> None:
    press = to_press(pressing(SKIP), at=AT)
    assert press is not None
    done = press.activity
    assert (done.kind, done.review, done.actor.id) == (ActivityKind.BUTTON, REVIEW, ANA)
    assert done.button == Button(act="skip", item="run.service_owner", digest=DIGEST)
    assert (done.reference.tenant, done.reference.channel, done.reference.thread) == (T, CHANNEL, ROOT)
    assert (done.reply_to, done.private) == ("https://hooks.slack.com/actions/T0ACME/2/y", False)
    assert done.keys == (f"slack/T0ACME/press/{TS}/skip|run.service_owner|/1763888470.5/{ANA}",)
    assert (press.message, press.trigger_id[:11], press.pressed.tap) == (TS, "12321423423", Tap.SKIP)


@pytest.mark.parametrize(
    ("others", "channel", "thread", "private"),
    [
        ({"message": OWN | {"thread_ts": None}}, CHANNEL, None, False),
        ({"message": OWN | {"thread_ts": TS}}, CHANNEL, None, False),  # the card that a thread hangs from
        ({"container": {"message_ts": TS, "is_ephemeral": True}, "message": None}, CHANNEL, None, False),
        (
            {"container": {"message_ts": TS, "is_ephemeral": True, "thread_ts": ROOT}, "message": None},
            CHANNEL,
            ROOT,
            False,
        ),
        (
            {"channel": {"id": DIRECT, "name": "directmessage"}, "message": OWN | {"thread_ts": None}},
            DIRECT,
            None,
            True,
        ),
        ({"channel": {"id": DIRECT, "name": "directmessage"}}, DIRECT, ROOT, True),
    ],
)
def test_a_card_is_in_the_thread_that_it_stands_in(
    others: dict[str, Any], channel: str, thread: str | None, private: bool
) -> None:
    press = to_press(pressing(SKIP, **others), at=AT)
    assert press is not None
    reference = press.activity.reference
    assert (reference.channel, reference.thread, press.activity.private) == (channel, thread, private)


@pytest.mark.parametrize(
    ("pressed", "button"),
    [
        (
            {
                "type": "overflow",
                "action_id": OVERFLOW,
                "selected_option": {"value": action_id(Way(tap=Tap.LATER, item="run.service_owner"))},
            },
            Button(act="later", item="run.service_owner"),
        ),
        (
            {"type": "users_select", "action_id": "ask|run.service_owner|", "selected_user": DANA},
            Button(act="ask", item="run.service_owner", choice=DANA),
        ),
        (
            {"type": "users_select", "action_id": "answer|run.service_owner|", "selected_user": DANA},
            Button(act="answer", item="run.service_owner", choice=DANA),
        ),
        (
            {"type": "datepicker", "action_id": "date||", "selected_date": "2026-12-15"},
            Button(act="date", choice="2026-12-15"),
        ),
        (
            {"type": "conversations_select", "action_id": "edit||", "selected_conversation": "C0OPS"},
            Button(act="edit", choice="C0OPS"),
        ),
        (
            {"type": "static_select", "action_id": "edit||", "selected_option": {"value": "run"}},
            Button(act="edit", choice="run"),
        ),
        (
            {"type": "button", "action_id": "use|run.service_owner|2"},
            Button(act="use", item="run.service_owner", choice="2"),
        ),
        (
            {"type": "button", "action_id": f"ask|run.service_owner|{DANA}"},
            Button(act="ask", item="run.service_owner", choice=DANA),
        ),
    ],
)
def test_what_was_chosen_goes_with_the_button(pressed: dict[str, Any], button: Button) -> None:
    press = to_press(pressing(SKIP | pressed), at=AT)
    assert press is not None
    done = press.activity
    assert done.button == Button(act=button.act, item=button.item, choice=button.choice, digest=DIGEST)
    assert list(done.people) == ([DANA] if button.choice == DANA else [])


@pytest.mark.parametrize(
    ("tap", "words"),
    [(Tap.MINE, "mine"), (Tap.HELP, "help"), (Tap.HELP_ALL, "help all"), (Tap.STATUS, "status")],
)
def test_a_button_without_a_review_is_a_command(tap: Tap, words: str) -> None:
    press = to_press(pressing(action(Way(tap=tap), review=None)), at=AT)
    assert press is not None
    assert (press.activity.kind, press.activity.text) == (ActivityKind.COMMAND, words)
    about_one = to_press(pressing(action(Way(tap=tap))), at=AT)
    assert about_one is not None
    assert about_one.activity.kind is ActivityKind.BUTTON


@pytest.mark.parametrize("review", [None, REVIEW])
@pytest.mark.parametrize(
    ("tap", "words"),
    [
        (Tap.NUDGES_ON, "nudges on"),
        (Tap.NUDGES_OFF, "nudges off"),
        (Tap.DIGEST_ON, "digest on"),
        (Tap.DIGEST_OFF, "digest off"),
        (Tap.DIGEST_NOW, "digest now"),
    ],
)
def test_what_is_ones_own_to_say_is_no_reviews(tap: Tap, words: str, review: str | None) -> None:
    press = to_press(pressing(action(Way(tap=tap), review=review)), at=AT)
    assert press is not None
    done = press.activity
    assert (done.kind, done.text, done.review, done.button) == (ActivityKind.COMMAND, words, None, None)


@pytest.mark.parametrize("tap", [Tap.WHY, Tap.LET_GO, Tap.NAME, Tap.SNOOZE])
def test_a_button_of_a_letter_is_of_the_review_of_its_line(tap: Tap) -> None:
    way = Way(tap=tap, item="run.service_owner", choice="1d" if tap is Tap.SNOOZE else None)
    other = "e" * 32
    where = {"channel": {"id": DIRECT, "name": "directmessage"}, "message": OWN | {"thread_ts": None}}
    press = to_press(pressing(action(way, review=other), **where), at=AT)
    assert press is not None
    done = press.activity
    assert (done.kind, done.review, done.private, done.reference.thread) == (ActivityKind.BUTTON, other, True, None)
    assert done.button == Button(act=tap, item="run.service_owner", choice=way.choice, digest=DIGEST)
    assert done.reply_to == "https://hooks.slack.com/actions/T0ACME/2/y"


def test_a_button_in_the_home_is_answered_there() -> None:
    press = to_press(in_view(action(Way(tap=Tap.MINE), review=None), {"type": "home", "private_metadata": ""}), at=AT)
    assert press is not None
    assert (press.activity.reply_to, press.activity.private, press.activity.reference.channel) == ("home", True, "")
    assert press.message is None
    assert press.activity.keys[0].startswith("slack/T0ACME/press/V0ONE/mine||/")


@pytest.mark.parametrize(
    ("metadata", "channel", "thread"),
    [
        (json.dumps({"review": REVIEW, "channel": CHANNEL, "thread": ROOT}), CHANNEL, ROOT),
        (json.dumps({"channel": None, "thread": 3}), "", None),
        ("[1]", "", None),
        ("{", "", None),
    ],
)
def test_a_button_in_a_form_knows_where_the_form_was_opened(metadata: str, channel: str, thread: str | None) -> None:
    press = to_press(in_view(SKIP, {"type": "modal", "private_metadata": metadata}), at=AT)
    assert press is not None
    assert (press.activity.reference.channel, press.activity.reference.thread) == (channel, thread)
    assert press.activity.reply_to == "view/V0ONE"


@pytest.mark.parametrize(
    ("others", "tenant", "outsider"),
    [
        ({"user": {"id": ANA, "team_id": "T0OTHER"}}, T, True),
        ({"user": {"id": ANA}}, T, False),
        ({"user": {"id": ANA, "team_id": "E0ACME"}, "team": {"id": T, "enterprise_id": "E0ACME"}}, T, False),
        ({"user": {"id": ANA, "team_id": "E0OTHER"}, "team": {"id": T, "enterprise_id": "E0ACME"}}, T, True),
        (
            {
                "user": {"id": ANA, "team_id": "E0ACME"},
                "team": None,
                "enterprise": {"id": "E0ACME"},
                "is_enterprise_install": True,
            },
            "E0ACME",
            False,
        ),
        (  # a form that was opened from another organisation's workspace
            {
                "user": {"id": ANA, "team_id": "T0OTHER"},
                "team": {"id": "T0OTHER", "enterprise_id": "E0OTHER"},
                "view": {"id": "V0ONE", "app_installed_team_id": T},
            },
            T,
            True,
        ),
    ],
)
def test_who_pressed_may_be_of_another_organisation(others: dict[str, Any], tenant: str, outsider: bool) -> None:
    press = to_press(pressing(SKIP, **others), at=AT)
    assert press is not None
    assert (press.activity.reference.tenant, press.activity.actor.outsider) == (tenant, outsider)


@pytest.mark.parametrize(
    "payload",
    [
        pressing(action(Way(tap=Tap.OPEN, choice="C1/1.0"))),  # a link
        pressing(SKIP | {"action_id": "someone_elses"}),
        pressing(SKIP | {"action_ts": None}),
        pressing(SKIP, actions=[]),
        pressing(SKIP, user={}),
        pressing(SKIP, container={}),
        {},
    ],
)
def test_a_press_that_is_not_ours_is_none(payload: dict[str, Any]) -> None:
    assert to_press(payload, at=AT) is None


ORIGIN = Origin(review=REVIEW, channel=CHANNEL, thread=ROOT)


def filled(modal: Mapping[str, Any], **inputs: Mapping[str, object]) -> dict[str, Any]:
    return dict(modal) | {"state": {"values": {block: {"value": state} for block, state in inputs.items()}}}


def test_a_prompt_that_was_saved_is_the_button_with_its_choice() -> None:
    prompt = to_prompt(Prompt(tap=Tap.ASK, item="run.service_owner", digest=DIGEST, origin=ORIGIN))
    asked = to_saved(saving(filled(prompt, choice={"type": "users_select", "selected_user": DANA})), at=AT)
    assert asked is not None
    assert (asked.kind, asked.review, asked.actor.id) == (ActivityKind.BUTTON, REVIEW, ANA)
    assert asked.button == Button(act="ask", item="run.service_owner", choice=DANA, digest=DIGEST)
    assert (asked.reference.channel, asked.reference.thread, asked.private) == (CHANNEL, ROOT, False)
    assert (list(asked.people), asked.reply_to) == ([DANA], None)


def test_a_start_that_was_saved_is_a_command_in_the_chosen_channel() -> None:
    view = filled(
        to_start(["core"]),
        name={"type": "plain_text_input", "value": "Claims Copilot"},
        channel={"type": "conversations_select", "selected_conversation": CHANNEL},
    )
    urls = [{"response_url": "https://hooks.slack.com/app/T0ACME/4/w", "channel_id": CHANNEL}]
    started = to_saved(saving(view, response_urls=urls), at=AT)
    assert started is not None
    assert (started.kind, started.text) == (ActivityKind.COMMAND, 'start "Claims Copilot" --pack core')
    assert (started.reference.channel, started.reference.thread) == (CHANNEL, None)
    assert started.reply_to == "https://hooks.slack.com/app/T0ACME/4/w"


def test_a_form_that_was_saved_names_its_people() -> None:
    carried = {"form": "run", "seen": 3, "known": {}, "people": {}, "review": REVIEW, "channel": DIRECT}
    view = filled(
        {"callback_id": forms.CALLBACK, "private_metadata": json.dumps(carried)},
        run__service_owner={"type": "users_select", "selected_user": DANA},
    )
    saved = to_saved(saving(view), at=AT)
    assert saved is not None
    assert (saved.kind, saved.review, saved.private) == (ActivityKind.FORM, REVIEW, True)
    assert saved.form == Form(name="run", values={"run__service_owner": f"<@{DANA}>"}, seen=3)
    assert list(saved.people) == [DANA]


@pytest.mark.parametrize("payload", [saving({}), saving({"callback_id": "start_review"}), saving({}, user={}), {}])
def test_a_modal_that_is_not_ours_to_read_is_none(payload: dict[str, Any]) -> None:
    assert to_saved(payload, at=AT) is None


def used(message: Mapping[str, Any]) -> Activity | None:
    found = to_shortcut(shortcut(message), at=AT, own=BOT)
    assert isinstance(found, Used)
    assert (found.tenant, found.who, found.response_url) == (T, DANA, "https://hooks.slack.com/app/T0ACME/3/z")
    return found.activity


def test_a_message_that_is_used_is_its_writers_answer() -> None:
    answer = used(MESSAGE | {"text": "ok &amp; thanks"})
    assert answer is not None
    assert (answer.kind, answer.text, answer.deliberate) == (ActivityKind.MESSAGE, "ok & thanks", True)
    assert (answer.actor.id, answer.actor.outsider, answer.source, answer.reference.thread) == (ANA, False, TS, ROOT)
    assert answer.keys == (f"slack/T0ACME/use/{CHANNEL}/{TS}",)
    assert answer.reply_to is None  # what its writer is told is not for who pointed at it


def test_who_points_at_a_message_of_ones_own_is_told_where_they_did() -> None:
    answer = used(MESSAGE | {"user": DANA})
    assert answer is not None
    assert answer.reply_to == "https://hooks.slack.com/app/T0ACME/3/z"


def test_what_two_people_say_to_each_other_is_nobodys_answer() -> None:
    payload = shortcut(MESSAGE) | {"channel": {"id": "D0BOTH", "name": "directmessage"}}
    assert to_shortcut(payload, at=AT) == Used(
        tenant=T, who=DANA, response_url="https://hooks.slack.com/app/T0ACME/3/z", activity=None
    )


def test_the_bots_own_card_is_known_by_its_mark_where_the_payload_names_no_app() -> None:
    card = MESSAGE | {"user": "U0NEW", "bot_id": "B0NEW", "metadata": {"event_type": "ai_readiness"}}
    assert used(card) is None


def test_an_apps_message_that_is_used_is_the_answer_of_who_used_it() -> None:
    answer = used(MESSAGE | {"user": "U0OTHER", "bot_id": "B0OTHER"})
    assert answer is not None
    assert (answer.actor.id, answer.actor.bot) == (DANA, False)


def test_a_file_that_is_used_answers_by_its_address() -> None:
    answer = used(MESSAGE | {"text": "", "files": [{"permalink": FILE}]})
    assert answer is not None
    assert answer.text == FILE


def test_an_answer_from_outside_stays_one_when_it_is_used() -> None:
    answer = used(MESSAGE | {"user_team": "T0OTHER", "team": "T0OTHER"})
    assert answer is not None
    assert answer.actor.outsider


@pytest.mark.parametrize(
    "message", [MESSAGE | {"thread_ts": TS}, MESSAGE | {"thread_ts": None}, OWN, OWN | {"ts": TS}, {}]
)
def test_only_somebodys_reply_in_a_thread_can_be_used(message: dict[str, Any]) -> None:
    assert used(message) is None


def test_the_global_shortcut_wants_the_form_that_starts_a_review() -> None:
    payload = {
        "type": "shortcut",
        "callback_id": "start_review",
        "trigger_id": "944799105734.773906753841.38b5894552bdd4a780554ee59d1f3638",
        "user": {"id": ANA, "team_id": T},
        "team": {"id": T},
        "action_ts": "1763888480.1",
    }
    assert to_shortcut(payload, at=AT) == StartWanted(tenant=T, who=ANA, trigger_id=payload["trigger_id"])  # type: ignore[arg-type]  # it is a text
    assert to_shortcut(payload | {"trigger_id": ""}, at=AT) is None
    assert to_shortcut(payload | {"callback_id": "other"}, at=AT) is None
    assert to_shortcut({}, at=AT) is None


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
PAYLOADS: tuple[dict[str, Any], ...] = (
    *(enveloped(event) for event in EVENTS),
    COMMAND,
    pressing(SKIP),
    in_view(SKIP, {"type": "modal", "private_metadata": "{}"}),
    shortcut(MESSAGE),
    saving(to_prompt(Prompt(tap=Tap.ASK, item="run.service_owner", digest=DIGEST, origin=ORIGIN))),
    saving(to_start(["core"])),
)


def _places(value: object) -> Iterable[tuple[str | int, ...]]:
    """Every place in a payload."""
    yield ()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from ((name, *rest) for rest in _places(part))


def _activities(payload: dict[str, Any]) -> list[Activity]:
    return [fact.activity for fact in to_activities(payload, at=AT).facts if isinstance(fact, Step | ForEach)]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A real payload with something else in the place of one of its parts."""
    payload: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(PAYLOADS)))
    *path, last = draw(st.sampled_from([place for place in _places(payload) if place]))
    here: Any = payload
    for name in path:
        here = here[name]
    here[last] = draw(JSON)
    return payload


@given(st.one_of(damaged(), st.dictionaries(st.text(max_size=5), JSON, max_size=4)))
def test_no_payload_is_too_strange(payload: dict[str, Any]) -> None:
    command, press, shortcut = to_command(payload, at=AT), to_press(payload, at=AT), to_shortcut(payload, at=AT)
    saved = to_saved(payload, at=AT)
    pointed = shortcut.activity if isinstance(shortcut, Used) else None
    found = (*_activities(payload), command, press.activity if press else None, pointed, saved)
    for activity in filter(None, found):
        kept = activity.text + "".join(activity.keys)
        assert "\x00" not in kept
        assert kept.encode()  # no half of a character
        assert activity.reference.tenant
        assert all("/" not in who for who in (activity.actor.id, *activity.people))
