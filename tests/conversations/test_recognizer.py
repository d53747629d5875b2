"""A table of replies: where the review stands, what somebody says, and which event it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache

import pytest

from conversations.activities import Activity, ActivityKind, Button, ConversationReference, Form
from conversations.events import Answered, Event, LeftAlone, Said
from conversations.recognizer import recognize
from conversations.standing import Standing
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to, answering, as_typed, engine, person

OUTSIDER, ROBOT = person("eve", outsider=True), person("robo", bot=True)
_SAID = {field.name for field in fields(Said)}


def _vague_steps() -> Dialogue:
    return a_dialogue_up_to("rollback.steps").hears("ana: git revert")


SITUATIONS: Mapping[str, Callable[[], Dialogue]] = {
    "start": a_dialogue,  # run.service_owner, a person, is asked
    "team": lambda: a_dialogue_up_to("run.ops_team"),  # a text; support_route and runbook are open beside it
    "channel": lambda: a_dialogue_up_to("run.support_route"),
    "runbook": lambda: a_dialogue_up_to("run.runbook"),
    "modes": lambda: a_dialogue_up_to("fail.modes"),
    "responder": lambda: a_dialogue_up_to("fail.first_responder"),
    "trigger": lambda: a_dialogue_up_to("rollback.trigger"),  # a text; decider and tested_on are open beside it
    "follow-up": _vague_steps,
    "tested_on": lambda: a_dialogue_up_to("rollback.tested_on"),
    "two names": lambda: a_dialogue().hears("ana: @dana", "ana: decider: @dana"),
    "asked sam": lambda: a_dialogue().hears("ana: @dana", "ana: ask @sam runbook"),
    "all asked of sam": lambda: a_dialogue().hears(*answering("run.runbook"), "ana: ask @sam runbook"),
    "waiver": lambda: a_dialogue_up_to("train.plan").hears("ana: n/a because it is a batch job without users"),
    "conflict": lambda: a_dialogue_up_to("fail.modes").hears("tom: runbook: https://wiki.acme.io/other/runbook"),
    "edit": lambda: a_dialogue_up_to("fail.modes").hears("tom: edit runbook"),
    "finished": lambda: a_dialogue().hears(*answering()),
    "choice": lambda: _asking_for_the_review_status(),
}


def _asking_for_the_review_status() -> Dialogue:
    dialogue = a_dialogue("full").hears("ana: edit secure.review_status")
    return dialogue.asked("secure.review_status")


@cache
def standing(situation: str) -> Standing:
    return SITUATIONS[situation]().standing


def hears(situation: str, line: str = "", **more: object) -> Event:
    who, _, text = line.partition(": ")
    people = {OUTSIDER.id: OUTSIDER, ROBOT.id: ROBOT}
    activity = Activity(
        keys=("k",),
        kind=ActivityKind.MESSAGE,
        actor=people.get(who) or person(who),
        reference=ConversationReference(platform="console", tenant="local", channel="terminal"),
        at=standing(situation).now,
        text=as_typed(text),
        source="m1",
        people=people,
    )
    for name, value in more.items():
        object.__setattr__(activity, name, value)
    return recognize(activity, standing(situation), engine().rules)


def short(event: Event, text: str = "") -> str:
    """The event's name and its own fields; a whole reply's words are left out."""
    words = [type(event).__name__]
    if isinstance(event, Answered):
        whole = list(event.values.values()) == [as_typed(text)]
        words += list(event.values) if whole else [f"{key}={said}" for key, said in event.values.items()]
        return " ".join([*words, *(name for name in ("explicit", "replaces") if getattr(event, name))])
    if isinstance(event, LeftAlone):
        return f"LeftAlone {event.because}" + (f" {event.to}" if event.to else "")
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name not in _SAID | {"words", "outsiders"} and value not in (None, field.default):
            words.append(str(value))
    return " ".join(words)


ASKED = "Answered run.ops_team"  # the whole reply goes to the item asked
TABLE = [
    # every word of the table, in any case, with smart quotes and spaces
    ("team", "undo", "Undone"),
    ("team", "  UNDO ", "Undone"),
    ("team", "not an answer", "Disowned"),
    ("team", "Not  an   Answer", "Disowned"),
    ("follow-up", "keep", "Kept rollback.steps"),
    ("follow-up", "keep as is", "Kept rollback.steps"),
    ("team", "keep", "Misspoken nothing_to_keep"),
    ("follow-up", "keep steps", "Kept rollback.steps"),
    ("follow-up", "keep stepps", "Misspoken no_such_item"),
    ("team", "skip", "Skipped run.ops_team"),
    ("finished", "skip", "Misspoken nothing_asked"),
    ("team", "back", "Reopened run.service_owner"),
    ("start", "back", "Misspoken first"),
    ("finished", "back", "Reopened train.help_channel"),
    ("team", "later Fri", "Deferred run.ops_team 2026-11-27"),
    ("team", "later, by Fri", "Answered run.ops_team"),
    ("team", "Later by 4 December", "Deferred run.ops_team 2026-12-04"),
    ("team", "later until next Friday", "Deferred run.ops_team 2026-12-04"),
    ("team", "later on 2026-12-01", "Deferred run.ops_team 2026-12-01"),
    ("team", "later", "Misspoken until_when"),
    ("team", "later soon", "Misspoken until_when"),
    ("team", "later 2020-01-01", "Misspoken past_day"),
    ("finished", "later Fri", "Misspoken nothing_asked"),
    ("team", "n/a because it has no team", ASKED),
    ("waiver", "accept plan", "WaiverAccepted train.plan"),
    ("waiver", "reject train.plan", "WaiverRejected train.plan"),
    ("waiver", "accept", "WaiverAccepted train.plan"),
    ("waiver", "accept plann", "Misspoken no_such_item"),
    ("team", "accept", "Misspoken nothing_to_accept"),
    ("team", "ask @sam", "Delegated run.ops_team sam"),
    ("team", "Ask @sam runbook", "Delegated run.runbook sam"),
    ("team", "ask @sam about service owner", "Delegated run.service_owner sam"),
    ("team", "ask @sam for the thing", "Misspoken no_such_item"),
    ("finished", "ask @sam", "Misspoken nothing_asked"),
    ("team", "ask @eve", "Misspoken outsider"),
    ("team", "ask @robo", "Misspoken who"),
    ("team", "ask me", "Delegated run.ops_team ana"),
    ("team", "me", "Delegated run.ops_team ana"),
    ("start", "me", "Answered run.service_owner"),
    ("finished", "me", "Misspoken nothing_asked"),
    ("conflict", "use 2", "Settled run.runbook 2"),
    ("conflict", "use 1 runbook", "Settled run.runbook 1"),
    ("conflict", "use 1 plan", "Misspoken no_conflict"),
    ("team", "use 1", "Misspoken no_conflict"),
    ("team", "use 1 runbok", ASKED),
    ("team", "use that", "Reclaimed"),
    ("team", "edit runbook", "Reopened run.runbook"),
    ("team", "edit help channel", "Reopened train.help_channel"),
    ("team", "edit", "Misspoken which"),
    ("team", "edit runbok", "Misspoken no_such_item"),
    ("team", "status", "Viewed status"),
    ("team", "help", "Viewed help"),
    ("team", "help all", "Viewed help all"),
    ("team", "report", "Viewed report"),
    ("team", "about", "Viewed about"),
    ("team", "next", "Viewed form"),
    ("team", "mine", "Viewed mine"),
    ("team", "why", "Viewed why"),
    ("team", "pause", "Paused"),
    ("team", "pause until 4 January", "Paused 2027-01-04"),
    ("team", "pause until spring", "Misspoken which_day"),
    ("team", "pause until 2020-01-01", "Misspoken past_day"),
    ("team", "resume", "Resumed"),
    ("team", "Done", "Finished"),
    ("team", "cancel", "Cancelled"),
    ("team", "owner @tom", "HandedOver tom"),
    ("team", "owner @eve", "Misspoken outsider"),
    ("team", "owner me", "HandedOver ana"),
    ("team", "date 15 Dec", "DateChanged 2026-12-15"),
    ("team", "date 12/04", "Misspoken which_day"),
    ("team", "date 2020-01-01", "Misspoken past_day"),
    ("team", "snooze 1d", "Misspoken nothing_sent"),
    ("team", "snooze Fri", "Misspoken nothing_sent"),
    ("team", "snooze", "Misspoken nothing_sent"),
    # only the whole of a reply is a word
    ("team", "done by Friday", ASKED),
    ("team", "Undo the deployment and call Ops", ASKED),
    ("team", "skip level managers", ASKED),
    ("team", "keep the old form", ASKED),
    ("team", "edit everything by hand", ASKED),
    ("team", "accept the risk", ASKED),
    ("team", "use 2 reviewers", ASKED),
    ("team", "snooze alerts after five minutes", ASKED),
    ("team", "later this Friday we meet them", ASKED),
    ("team", "date of the board is 15 Dec", ASKED),
    ("team", "owner: the platform team", ASKED),
    ("team", "report to the board", ASKED),
    ("team", "helpdesk", ASKED),
    # yes and no
    ("start", "yes", "Answered run.service_owner"),
    ("start", "no", "Answered run.service_owner"),
    ("team", "dana: yes", "Confirmed run.service_owner"),
    ("team", "dana: Yes, that’s me", "Confirmed run.service_owner"),
    ("team", "dana: no", "Declined run.service_owner"),
    ("team", "dana: no, ask @lee", "Declined run.service_owner lee"),
    ("team", "dana: no, ask me", "Declined run.service_owner dana"),
    ("team", "dana: no, ask @eve", "Misspoken outsider"),
    ("team", "tom: yes service owner", "Confirmed run.service_owner"),
    ("team", "dana: no service_owner, ask @lee", "Declined run.service_owner lee"),
    ("team", "yes of course", ASKED),
    ("team", "no idea", ASKED),
    ("team", "no, ask @lee", ASKED),
    ("two names", "dana: yes", "Confirmed rollback.decider"),
    ("two names", "dana: not me", "Declined rollback.decider"),
    ("asked sam", "sam: not me", "Declined run.runbook"),
    ("asked sam", "sam: not me, ask @lee", "Declined run.runbook lee"),
    ("asked sam", "tom: not me", "Misspoken nothing_to_confirm"),
    # exact options come before any word
    ("choice", "not started", "Answered secure.review_status replaces"),
    ("choice", "Passed", "Answered secure.review_status replaces"),
    # what is no answer
    ("team", "// just between us", "LeftAlone aside"),
    ("team", "ok", "LeftAlone acknowledged"),
    ("team", "Thanks, got it", "LeftAlone acknowledged"),
    ("team", "noted +1", "LeftAlone acknowledged"),
    ("team", "👍", "LeftAlone acknowledged"),
    ("team", ":thumbsup:", "LeftAlone acknowledged"),
    ("team", "@dana thanks", "LeftAlone acknowledged"),
    ("team", "", "LeftAlone empty"),
    ("team", "robo: The build is green", "LeftAlone bot"),
    ("team", "@carol can you look at this?", "LeftAlone to_somebody carol"),
    ("team", "@carol please check the runbook", "LeftAlone to_somebody carol"),
    ("team", "@carol could somebody from Ops join", "LeftAlone to_somebody carol"),
    ("team", "@carol: is that your team", "LeftAlone to_somebody carol"),
    ("team", "@carol, when was that?", "LeftAlone to_somebody carol"),
    ("start", "@ana can do it, I am asked all the time, can you believe", "Answered run.service_owner"),
    ("start", "@dana accepted on 3 Nov", "Answered run.service_owner"),
    ("start", "@dana, Claims Platform", "Answered run.service_owner"),
    ("start", "@dana", "Answered run.service_owner"),
    # tokens, each to its own item
    (
        "start",
        "@tomas https://wiki.acme.io/run",
        "Answered run.service_owner=<@tomas> run.runbook=https://wiki.acme.io/run",
    ),
    (
        "start",
        "@tomas https://wiki.acme.io/run?a=1",
        "Answered run.service_owner=<@tomas> run.runbook=https://wiki.acme.io/run?a=1",
    ),
    ("team", "https://wiki.acme.io/run", "Answered run.runbook"),
    ("team", "#claims-desk, Mon-Fri 8-18", "Answered run.support_route"),
    ("team", "@dana", ASKED),
    ("team", "2026-12-01", ASKED),
    ("team", "https://wiki.acme.io/run 2026-12-01", ASKED),
    ("team", "see https://wiki.acme.io/run", ASKED),
    ("asked sam", "https://wiki.acme.io/run", "Answered run.runbook"),
    ("all asked of sam", "https://wiki.acme.io/run", "Answered run.runbook"),
    ("trigger", "2026-11-10", "Answered rollback.tested_on"),
    ("trigger", "@lee", "Answered rollback.decider"),
    ("trigger", "@lee and 2026-11-10", "Answered rollback.decider=<@lee> rollback.tested_on=2026-11-10"),
    ("modes", "https://wiki.acme.io/run", "Answered fail.modes"),
    ("follow-up", "2026-11-10", "Answered rollback.tested_on"),
    ("follow-up", "10 minutes", "Answered rollback.steps"),
    # another item
    ("team", "runbook: https://wiki.acme.io/run", "Answered run.runbook=https://wiki.acme.io/run explicit"),
    ("team", "run.runbook : none yet", "Answered run.runbook=none yet explicit"),
    ("team", "Help channel: #claims-help", "Answered train.help_channel=#claims-help explicit"),
    ("team", "help-channel: #claims-help", "Answered train.help_channel=#claims-help explicit"),
    ("team", "Shifts: two a day", ASKED),
    ("team", "runbook:", ASKED),
    ("team", "https://wiki.acme.io/run: there", ASKED),
    ("edit", "https://wiki.acme.io/new", "Answered run.runbook replaces"),
    ("finished", "One more thing we forgot", "Misspoken nothing_asked"),
    ("team", "x" * 4_000, ASKED),
    ("team", "x" * 4_001, "Misspoken too_long 4001"),
]


@pytest.mark.parametrize(("situation", "line", "event"), TABLE, ids=[f"{each[0]}: {each[1][:50]}" for each in TABLE])
def test_a_line_is_the_event_that_the_table_says(situation: str, line: str, event: str) -> None:
    who, _, text = line.partition(": ")
    known = who in ("ana", "tom", "dana", "sam", "robo")
    said = hears(situation, line if known else f"ana: {line}")

    assert short(said, text if known else line) == event


def test_the_nearest_names_are_offered_for_a_mistyped_one() -> None:
    event = hears("team", "ana: edit runbok")

    assert getattr(event, "words", ()) == ("runbok", "runbook")


def test_a_direct_message_answers_what_that_person_was_asked_for() -> None:
    event = hears("asked sam", "sam: Ops has one, ask Lee for the link", private=True)

    assert short(event) == "Answered run.runbook=Ops has one, ask Lee for the link explicit"


def test_a_direct_message_of_somebody_who_was_asked_nothing_goes_to_the_item_asked() -> None:
    assert short(hears("asked sam", "tom: Claims Ops", private=True), "Claims Ops") == "Answered run.ops_team explicit"


def test_the_newest_of_several_requests_is_meant_in_a_direct_message() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam plan", "ana: ask @sam runbook", "ana: ask @sam modes")

    dialogue.hears("sam: later Fri", private=True)

    assert dialogue.item("fail.modes").due_on is not None


def test_a_file_alone_is_kept_for_use_that() -> None:
    event = hears("runbook", "ana: ", file="https://files.acme.io/runbook.pdf")

    assert short(event) == "LeftAlone file"


BUTTONS = [
    ("team", Button(act="skip", item="run.ops_team"), "Skipped run.ops_team"),
    ("team", Button(act="back", item="run.ops_team"), "Reopened run.service_owner"),
    ("team", Button(act="skip", item="run.service_owner"), "Misspoken old_button"),  # of an older card
    ("team", Button(act="skip", digest="of another pack"), "Misspoken old_button"),
    ("team", Button(act="skip", item="no.such_item"), "Misspoken old_button"),
    ("team", Button(act="dance"), "Misspoken old_button"),
    ("team", Button(act="open"), "Misspoken old_button"),
    ("team", None, "Misspoken old_button"),
    ("team", Button(act="answer", choice="run"), "Viewed form run"),
    ("team", Button(act="answer", item="train.plan"), "Viewed form train"),
    ("team", Button(act="next"), "Viewed form"),
    ("conflict", Button(act="write_another", item="run.runbook"), "Viewed form run"),
    ("team", Button(act="edit", item="run.runbook"), "Reopened run.runbook"),
    ("team", Button(act="edit", choice="run"), "Viewed form run"),
    ("team", Button(act="later", item="run.runbook", choice="2026-12-04"), "Deferred run.runbook 2026-12-04"),
    ("team", Button(act="later", item="run.runbook"), "Misspoken until_when"),
    ("team", Button(act="later", item="run.runbook", choice="soon"), "Misspoken until_when"),
    ("team", Button(act="later", choice="2020-01-01"), "Misspoken past_day"),
    ("team", Button(act="does_not_apply", item="run.runbook"), "Misspoken why_not"),
    (
        "team",
        Button(act="does_not_apply", item="run.runbook", choice="no wiki"),
        "Answered run.runbook=N/A because no wiki",
    ),
    ("finished", Button(act="does_not_apply", choice="no wiki"), "Misspoken nothing_asked"),
    ("team", Button(act="ask", item="run.runbook"), "Misspoken who"),
    ("team", Button(act="ask", item="run.runbook", choice="sam"), "Delegated run.runbook sam"),
    ("team", Button(act="ask", item="run.runbook", choice="eve"), "Misspoken outsider"),
    ("team", Button(act="take", item="run.runbook"), "Delegated run.runbook ana"),
    ("team", Button(act="hand_over", choice="tom"), "HandedOver tom"),
    ("team", Button(act="hand_over"), "Misspoken who"),
    ("team", Button(act="date", choice="2026-12-15"), "DateChanged 2026-12-15"),
    ("team", Button(act="date"), "Misspoken which_day"),
    ("conflict", Button(act="use", item="run.runbook", choice="2"), "Settled run.runbook 2"),
    ("follow-up", Button(act="keep", item="rollback.steps"), "Kept rollback.steps"),
    ("follow-up", Button(act="not_an_answer", item="rollback.steps"), "Disowned rollback.steps"),
    ("team", Button(act="not_an_answer"), "Disowned"),
    ("waiver", Button(act="accept", item="train.plan"), "WaiverAccepted train.plan"),
    ("waiver", Button(act="reject", item="train.plan"), "WaiverRejected train.plan"),
    ("team", Button(act="yes", item="run.service_owner"), "Confirmed run.service_owner"),
    ("team", Button(act="no", item="run.service_owner"), "Declined run.service_owner"),
    ("asked sam", Button(act="not_me", item="run.runbook"), "Declined run.runbook"),
    ("asked sam", Button(act="not_me"), "Misspoken nothing_to_confirm"),
    ("team", Button(act="cancel"), "Cancelled"),
    ("team", Button(act="cancel", choice="sure"), "Cancelled True"),
    ("team", Button(act="undo"), "Undone"),
    ("team", Button(act="use_that"), "Reclaimed"),
    ("team", Button(act="status"), "Viewed status"),
    ("team", Button(act="report"), "Viewed report"),
    ("team", Button(act="about"), "Viewed about"),
    ("team", Button(act="mine"), "Viewed mine"),
    ("team", Button(act="help"), "Viewed help"),
    ("team", Button(act="help_all"), "Viewed help all"),
    ("team", Button(act="pause"), "Paused"),
    ("team", Button(act="resume"), "Resumed"),
    ("team", Button(act="done"), "Finished"),
]


@pytest.mark.parametrize(("situation", "button", "event"), BUTTONS, ids=[f"{each[0]}: {each[1]}" for each in BUTTONS])
def test_a_button_is_its_word_about_its_item(situation: str, button: Button | None, event: str) -> None:
    assert short(hears(situation, "ana: ", kind=ActivityKind.BUTTON, button=button)) == event


def test_a_form_brings_its_values_and_the_version_it_showed() -> None:
    form = Form(name="run", values={"run.runbook": CORE["run.runbook"]}, seen=3)

    assert short(hears("team", "ana: ", kind=ActivityKind.FORM, form=form)).startswith("FormSubmitted")
    assert short(hears("team", "ana: ", kind=ActivityKind.FORM)) == "Misspoken old_button"


def test_the_intake_is_a_form_called_about() -> None:
    event = hears("team", "ana: ", kind=ActivityKind.FORM, form=Form(name="about", values={"stage": "pilot"}, seen=3))

    assert short(event) == "Described {'stage': 'pilot'}"
