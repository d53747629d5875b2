"""A table of replies: where the review stands, what somebody says, and which event it is."""

from __future__ import annotations

import pytest

from tests.dialogue import a_dialogue
from tests.situations import hears, short

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
    ("team", "later", "Misspoken until_when later run.ops_team"),
    ("team", "later soon", "Misspoken until_when later run.ops_team"),
    ("team", "later 2020-01-01", "Misspoken past_day later run.ops_team"),
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
    ("team", "ask @eve", "Misspoken outsider ask run.ops_team"),
    ("team", "ask @robo", "Misspoken who ask run.ops_team"),
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
    ("team", "edit", "Viewed edit"),
    ("team", "edit runbok", "Misspoken no_such_item"),
    # what cards call an item names it as well, where that is all that is said
    ("team", "ask @sam where problems are reported", "Delegated run.support_route sam"),
    ("team", "ask @sam about Where users ask for help", "Delegated train.help_channel sam"),
    ("team", "ask @sam where problems are reported by adjusters", ASKED),
    ("team", "edit today’s number", "Reopened success.baseline"),
    ("team", "keep who gets the first alert", "Kept fail.first_responder"),
    ("waiver", "accept training plan", "WaiverAccepted train.plan"),
    ("conflict", "use 1 training plan", "Misspoken no_conflict"),
    ("team", "use 1 of the two rota channels", ASKED),
    ("team", "keep the old form for another four weeks", ASKED),
    ("team", "Where problems are reported: #help, 9-17", "Answered run.support_route=#help, 9-17 explicit"),
    ("team", "today’s number: 14 minutes in October", "Answered success.baseline=14 minutes in October explicit"),
    ("team", "What triggers it: latency", "Answered rollback.trigger=latency explicit"),
    ("team", "Where problems are: in the wiki", ASKED),
    ("team", "no training plan", ASKED),
    ("team", "yes operating team", ASKED),
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
    ("team", "owner @eve", "Misspoken outsider hand_over"),
    ("team", "owner me", "HandedOver ana"),
    ("team", "date 15 Dec", "DateChanged 2026-12-15"),
    ("team", "date", "Misspoken which_day date"),
    ("team", "date 12/04", "Misspoken which_day date"),
    ("team", "date 2020-01-01", "Misspoken past_day date"),
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
    ("team", "dana: no, ask @eve", "Misspoken outsider ask run.service_owner"),
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
    ("yes or no", "yes", "Answered eu.workers_informed replaces"),
    ("yes or no", "No", "Answered eu.workers_informed replaces"),
    # what can show a yes is its own, though a page is open beside it
    ("yes or no", "https://wiki.acme.io/notice", "Answered eu.workers_informed replaces"),
    ("yes or no", "2026-11-02", "Answered eu.workers_informed replaces"),
    ("yes or no", "@dana", "Answered eu.overseer replaces"),
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

    assert getattr(event, "words", ()) == ("runbook",)


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
