from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from sqlalchemy import create_engine, update

from bot.chat import SLASHES
from storage.models import review
from tests.journeys.answers import ANSWERS
from tests.journeys.terminal import CHAT, NOW, Ran, Terminal

BACK = "Come back with: ai-readiness chat 'Claims Copilot'"
LONG = 40_000


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


def typed(ran: Ran) -> list[str]:
    """The lines that were typed as messages, with their numbers."""
    return re.findall(r"^\d+ @\w+> .*$", ran.out, re.MULTILINE)


def answer(terminal: Terminal, item: str) -> object:
    return terminal.items()[item]["answer"]


# --- coming and going --------------------------------------------------------------------------------------------


def test_the_first_question_comes_at_once_and_the_end_says_where_it_stands_and_how_to_come_back(
    terminal: Terminal,
) -> None:
    ran = terminal.chat()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.lstrip().startswith("Claims Copilot · just started")
    assert "1 of 6 · Who will run this in production?" in ran.out
    assert "Claims Copilot · just started" in ran.out.strip().splitlines()[-2]
    assert ran.out.rstrip().splitlines()[-1] == BACK


def test_words_that_mean_nothing_in_a_closed_review_are_no_end(terminal: Terminal) -> None:
    ran = terminal.chat("done", "thanks", "// aside", "status")
    assert (ran.code, ran.err) == (0, "")
    assert [line.partition("> ")[0] for line in typed(ran)] == ["1 @ana", "2 @ana", "3 @ana", "4 @ana"]
    assert "Your next line is number 5." in terminal.chat().words


def test_coming_back_goes_on_with_the_next_number(terminal: Terminal) -> None:
    first = terminal.chat("@dana, Claims Platform", "", "  ", "/status", "// between us", "👍", "/ai-readiness mine")
    assert [line.partition("> ")[0] for line in typed(first)] == ["1 @ana", "2 @ana", "3 @ana"]
    again = terminal.run(
        "chat", "  claims  COPILOT", "--as", "@Tom", "--at", NOW.isoformat(), typed=["help", "/quit", "no"]
    )
    assert again.code == 0
    assert [line.partition("> ")[0] for line in typed(again)] == ["4 @tom"]
    assert "number 4" in again.words
    assert BACK in again.out
    assert answer(terminal, "run.service_owner") == "@dana, Claims Platform"


def test_without_a_name_it_is_the_only_open_review_or_the_example(terminal: Terminal) -> None:
    assert "Example project" in terminal.run("chat").out
    assert "Example project" in terminal.run("chat", typed=["cancel", "cancel"]).out
    terminal.run("chat", "Letter Writer")
    assert "Letter Writer" in terminal.run("chat").out.splitlines()[1]


def test_a_name_that_shells_would_cut_is_quoted(terminal: Terminal) -> None:
    name = "Ana's $HOME; `id`"
    ran = terminal.run("chat", name)
    assert ran.out.rstrip().splitlines()[-1] == """Come back with: ai-readiness chat 'Ana'"'"'s $HOME; `id`'"""
    assert "number 1" in terminal.run("chat", name).words


def test_the_person_is_you_and_the_pack_is_the_one_that_was_named(terminal: Terminal) -> None:
    ran = terminal.run("chat", "--pack", "full", typed=["status"])
    assert typed(ran) == ["1 @you> status"]
    assert "0 of 36 answered" in ran.out
    report = terminal.report("Example project")
    assert (report["pack"]["name"], report["owner"]) == ("full", "@you")


# --- the clock ---------------------------------------------------------------------------------------------------


def test_a_clock_before_what_the_database_has_seen_is_refused(terminal: Terminal) -> None:
    terminal.chat("/at +3d", "@dana, Claims Platform")
    ran = terminal.chat("help")
    assert (ran.code, ran.out) == (1, "")
    assert "2026-11-26T09:00" in ran.err
    assert "DATABASE_URL" in ran.err
    silent = terminal.run("chat", "Claims Copilot", typed=["/at +1h"])
    assert "Thu 26 Nov 2026, 10:00" in silent.out


@pytest.mark.parametrize(
    "line", ["/at 2026-11-22T09:00", "/at -3d", "/at soon", "/at", "/at +99999d", "/at 9999-99-99"]
)
def test_a_clock_that_cannot_be_moved_so_stays(terminal: Terminal, line: str) -> None:
    ran = terminal.chat(line)
    assert ran.code == 1
    assert "Line 1 was not carried out." in ran.out
    assert ran.err == ""


def test_the_clock_does_not_move_where_a_platform_has_reviews(terminal: Terminal) -> None:
    terminal.chat()
    engine = create_engine(f"sqlite:///{terminal.folder}/ai-readiness.db")
    with engine.begin() as connection:
        connection.execute(update(review).values(platform="slack", project_key="elsewhere"))
    engine.dispose()
    ran = terminal.chat("/at +1d")
    assert ran.code == 1
    assert "Slack or Teams" in ran.out


def test_what_was_promised_comes_back_when_its_day_has_passed(terminal: Terminal) -> None:
    ran = terminal.chat("runbook: later 25 Nov", "/at +1d", "/at +6d")
    assert ran.code == 0
    assert ran.out.index("Tue 24 Nov 2026, 09:00") < ran.out.index("Mon 30 Nov 2026, 09:00")


def test_the_hour_is_said_before_what_came_of_it_and_only_where_something_did(terminal: Terminal) -> None:
    ran = terminal.chat("@dana, Claims Platform", "/as dana", "yes", "/as ana", "pause until 1 Dec", "/at 2026-12-10")
    hours = re.findall(r"^It is (.*) now\.\n\n(.*)$", ran.out, re.MULTILINE)
    assert [(hour, said.partition(" · ")[0]) for hour, said in hours] == [
        ("Mon 23 Nov 2026, 09:30", "→ to @ana:"),
        ("Mon 30 Nov 2026, 09:30", "→ to @ana:"),
        ("Tue 1 Dec 2026, 00:00", "Claims Copilot"),
        ("Thu 3 Dec 2026, 09:30", "→ to @ana:"),
        ("Fri 4 Dec 2026, 09:30", "→ to @ana:"),
        ("Mon 7 Dec 2026, 09:30", "→ to @ana:"),
        ("Thu 10 Dec 2026, 00:00", "Claims Copilot"),
    ]


def test_what_falls_due_in_several_reviews_is_said_in_the_order_of_its_hours(terminal: Terminal) -> None:
    terminal.chat("pause until 3 Dec")
    ran = terminal.chat("/ai-readiness start Letter Writer", "pause until 1 Dec", "/at 2026-12-03T12:00")
    hours = re.findall(r"^It is (.*00:00) now\.\n\n(.*?) · ", ran.out, re.MULTILINE)
    assert hours == [("Tue 1 Dec 2026, 00:00", "Letter Writer"), ("Thu 3 Dec 2026, 00:00", "Claims Copilot")]
    assert ran.out.rindex("Thu 3 Dec 2026, 12:00") > ran.out.rindex("Thu 3 Dec 2026, 00:00")


# --- lines that cannot be run ------------------------------------------------------------------------------------


def test_a_refused_act_ends_a_transcript_and_names_its_line(terminal: Terminal) -> None:
    ran = terminal.chat("", "@dana, Claims Platform", "/as tom", "pause", "ops_team: nobody")
    assert ran.code == 1
    assert "Line 4 was not carried out." in ran.out
    assert "@ana" in ran.out.partition("Line 4")[0].rpartition("pause")[2], "it says who can"
    assert len(typed(ran)) == 2
    assert BACK in ran.out
    assert ran.err == ""


def test_with_keep_going_it_goes_on_behind_each_of_them(terminal: Terminal) -> None:
    lines = ["/nonsense", "/as tom", "pause", "/form nothing", "ops_team: Ops since 6 Oct", "/as two words"]
    ran = terminal.chat(*lines, options=["--keep-going"])
    assert ran.code == 0
    assert re.findall(r"Line (\d) was not carried out\.", ran.out) == ["1", "3", "4", "6"]
    assert answer(terminal, "run.ops_team") == "Ops since 6 Oct"


def test_an_unknown_slash_line_is_answered_with_those_there_are(terminal: Terminal) -> None:
    ran = terminal.chat("/nonsense")
    assert ran.code == 1
    assert all(line in ran.out for line in ("/nonsense", *SLASHES))


def test_a_thin_answer_is_no_such_line(terminal: Terminal) -> None:
    assert terminal.chat("ops_team: somebody will").code == 0


# --- what was typed is changed -------------------------------------------------------------------------------------

OWNER = "@dana, Claims Platform"


def test_a_line_that_is_changed_answers_what_it_answered(terminal: Terminal) -> None:
    ran = terminal.chat(OWNER, "ops_team: Ops since 6 Oct", "/change 1 @lee, Claims Platform")
    assert ran.code == 0
    assert answer(terminal, "run.service_owner") == "@lee, Claims Platform"
    assert len(typed(ran)) == 2, "it is no new line"


def test_a_line_that_is_removed_answers_nothing_and_its_words_are_nowhere(terminal: Terminal) -> None:
    ran = terminal.chat("@dana, zebra finches", "/remove 1", "status")
    assert ran.code == 0
    assert "That message and its words are forgotten." in ran.out
    assert answer(terminal, "run.service_owner") is None
    assert b"zebra finches" not in (terminal.folder / "ai-readiness.db").read_bytes()


def test_lines_of_an_earlier_sitting_can_be_changed_too(terminal: Terminal) -> None:
    terminal.chat(OWNER)
    assert terminal.chat("/change 1 @lee").code == 0
    assert answer(terminal, "run.service_owner") == "@lee"


@pytest.mark.parametrize("line", ["/change 2 @lee", "/remove 2"])
def test_a_change_of_which_nothing_comes_is_acknowledged(terminal: Terminal, line: str) -> None:
    ran = terminal.chat(OWNER, "// between us", line)
    assert ran.code == 0
    assert "Noted. Nothing in the review changes by it." in ran.out


@pytest.mark.parametrize(("line", "deed"), [("/change 1 @lee", "change what"), ("/remove 1", "delete that message")])
def test_what_somebody_else_has_said_is_theirs_to_change(terminal: Terminal, line: str, deed: str) -> None:
    ran = terminal.chat(OWNER, "/as tom", line)
    assert ran.code == 1
    assert f"Only @ana can {deed}" in ran.words
    assert "Line 3 was not carried out." in ran.out
    assert answer(terminal, "run.service_owner") == OWNER


NO_LINE = ("/change", "/change 1", "/change 3 @lee", "/change 0 @lee", "/change x @lee", "/change ² @lee")
NONE_TO_REMOVE = ("/remove", "/remove 3", "/remove -1", "/remove 1 2", "/remove it")


@pytest.mark.parametrize("line", [*NO_LINE, *NONE_TO_REMOVE])
def test_a_line_that_is_not_there_cannot_be_changed(terminal: Terminal, line: str) -> None:
    ran = terminal.chat(OWNER, "// between us", line)
    assert ran.code == 1
    assert "Say which of your lines, and for a change the new words: /change 3" in ran.words
    assert "The newest is number 2." in ran.words
    assert answer(terminal, "run.service_owner") == OWNER


def test_before_the_first_line_there_is_none_to_change(terminal: Terminal) -> None:
    assert "There is none yet." in terminal.chat("/remove 1").words


# --- what happens around a review ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/left", "Say who has left, as in /left @lee."),
        ("/left Lee Ho", "Say who has left, as in /left @lee."),
        ("/archived", "Say which channel, as in /archived #claims-help."),
        ("/archived #a #b", "Say which channel, as in /archived #claims-help."),
    ],
)
def test_who_left_or_what_was_closed_has_to_be_said(terminal: Terminal, line: str, said: str) -> None:
    ran = terminal.chat(line)
    assert ran.code == 1
    assert said in ran.out


def test_who_left_and_what_was_closed_is_told_to_every_review(terminal: Terminal) -> None:
    terminal.chat("service_owner: @Lee", "support_route: #claims-ai, weekdays 9-17")
    ran = terminal.chat("/ai-readiness start Letter Writer", "service_owner: @lee", "/left LEE", "/archived claims-ai")
    assert ran.code == 0
    assert "Noted: LEE has left." in ran.out
    assert "Noted: claims-ai is closed." in ran.out
    assert terminal.items("Letter Writer")["run.service_owner"]["state"] == "stale"
    states = {key: item["state"] for key, item in terminal.items().items() if item["answer"]}
    assert states == {"run.service_owner": "stale", "run.support_route": "stale"}


# --- what is an answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["👍", "🎉🎉", ":tada:", "// note to self", "thanks, noted", "@tom can you look?"])
def test_what_is_no_answer_is_left_alone(terminal: Terminal, line: str) -> None:
    assert terminal.chat(line).code == 0
    assert [item["state"] for item in terminal.items().values()] == ["open"] * 21


def test_forty_thousand_characters_are_kept_or_said_to_be_too_long_but_never_cut(terminal: Terminal) -> None:
    words = "ops_team: " + "we " * (LONG // 3)
    ran = terminal.chat(words, options=["--keep-going"])
    assert ran.code == 0
    kept = answer(terminal, "run.ops_team")
    assert kept in (None, words.partition(": ")[2].strip())
    assert kept or "too long" in ran.words or "characters" in ran.words


def test_a_transcript_is_read_as_utf_8_whatever_it_holds(terminal: Terminal) -> None:
    ran = terminal.chat("\ufeff/as tom", "ops_team: Café Ops caf\udce9", "support_route: a\rb")
    assert (ran.code, ran.err) == (0, "")
    assert answer(terminal, "run.ops_team") == "Café Ops caf\ufffd"
    assert terminal.items()["run.support_route"]["author"] == "@tom"


def test_at_the_keyboard_it_prompts_and_goes_on_after_a_refused_line(terminal: Terminal) -> None:
    ours, its = pty.openpty()
    with os.fdopen(ours, "wb", buffering=0) as keyboard, os.fdopen(its, "rb") as stdin:
        keyboard.write(b"/nonsense\nhelp\n/quit\n")
        ended = subprocess.run(
            [Path(sys.executable).parent / "ai-readiness", *CHAT],
            cwd=terminal.folder, stdin=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.findall(r"^(\d+ @ana> )", ended.stdout, re.MULTILINE) == ["1 @ana> ", "1 @ana> ", "2 @ana> "]
    assert "/as NAME" in ended.stdout


HOSTILE = [
    "[bold red]x[/] [link=file:///etc]y[/link] [/]",
    "{{ 7 * 7 }} {% raw %} {# x #} ${HOME} %s",
    "<b>x</b> <!channel> @everyone &amp; <script>",
    "*a* _b_ `c` ~d~ | # e \\[f\\]",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_is_shown_as_it_was_typed(terminal: Terminal, words: str) -> None:
    ran = terminal.chat(f"ops_team: {words}", "/report")
    assert ran.code == 0
    assert answer(terminal, "run.ops_team") == words
    assert " ".join(words.split()) in ran.words.partition("/report")[2]
    assert words in terminal.run("report", "Claims Copilot").words


def test_nothing_that_was_typed_steers_the_terminal(terminal: Terminal) -> None:
    nasty = "a\x1b[2Jb\x1b]0;title\x07c\x9b31md\u202ee\rf\x08g"
    first = terminal.run(*CHAT[:1], f"Claims {nasty}", *CHAT[2:], typed=[f"ops_team: {nasty}", f"/{nasty}"])
    name = f"Claims {nasty}"
    shown = first.out + terminal.run("list").out
    for words in (("report", name), ("report", name, "--format", "md"), ("chat", name)):
        ran = terminal.run(*words)
        shown += ran.out + ran.err
    assert not re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_colours_are_for_terminals_only(terminal: Terminal) -> None:
    assert "\x1b" not in terminal.chat("@dana").out
    assert "\x1b" in terminal.chat("status", FORCE_COLOR="1").out
    assert not re.search(r"\x1b\[[\d;]*3\d", terminal.chat("status", FORCE_COLOR="1", NO_COLOR="1").out)


@pytest.mark.parametrize("columns", ["80", "200"])
def test_everything_that_is_said_fits_into_eighty_columns(terminal: Terminal, columns: str) -> None:
    lines = [f"{item}: {words}" for item, words in ANSWERS.items() if not item.startswith(("scope", "scale"))]
    walk = [*lines[:21], "/form run", "", "", "", "", "help all", "/report", "/status", "mine", "ops_team: we will see"]
    ran = terminal.chat(*walk, options=["--keep-going"], COLUMNS=columns)
    said = [line for line in ran.out.splitlines() if not re.match(r"(\d+ )?@\w+> ", line)]
    assert [line for line in said if cell_len(line) > 80 and "https://" not in line] == []


# --- people ------------------------------------------------------------------------------------------------------


def test_people_are_the_same_in_any_case_with_or_without_the_sign(terminal: Terminal) -> None:
    ran = terminal.chat(
        "/as @Dana", "run.runbook: https://wiki.acme.io/runbook", "/AS dana", "/as TOM", "service_owner: @DANA"
    )
    assert ran.code == 0
    items = terminal.items()
    assert items["run.runbook"]["author"] == "@dana"
    assert (items["run.service_owner"]["answer"], items["run.service_owner"]["author"]) == ("@dana", "@tom")


# --- forms -------------------------------------------------------------------------------------------------------

RUN = ["@dana, Claims Platform", "", "#claims-ai-helpdesk, Mon-Fri 8-18", "https://wiki.acme.io/runbook"]


@pytest.mark.parametrize("opened", ["/form run", "/form Who will run this in production?", "/form", "next"])
def test_a_form_takes_the_lines_that_follow_one_an_item(terminal: Terminal, opened: str) -> None:
    ran = terminal.chat(opened, *RUN, "ops_team: Claims Ops")
    assert ran.code == 0
    states = {key: (item["answer"], item["source"]) for key, item in terminal.items().items() if item["answer"]}
    assert states.pop("run.ops_team")[0] == "Claims Ops"
    if opened.startswith("/form "):
        assert states == {
            "run.service_owner": (RUN[0], "form"),
            "run.support_route": (RUN[2], "form"),
            "run.runbook": (RUN[3], "form"),
        }
    assert states["run.service_owner"] == (RUN[0], "form")


def test_a_form_with_faults_says_them_at_their_fields_and_saves_nothing(terminal: Terminal) -> None:
    ran = terminal.chat("/form run", "@dana and @tom", "Claims Ops", "", "no link yet", options=["--keep-going"])
    said = ran.out.rpartition("no link yet")[2]
    assert "Nothing is saved yet; 2 lines to look at again." in said
    assert "service owner: One person" in said
    assert "runbook: " in said
    assert [item["state"] for item in terminal.items().values()] == ["open"] * 21


def test_a_form_that_is_left_or_runs_out_of_lines_is_no_trouble(terminal: Terminal) -> None:
    left = terminal.chat("/form run", "@dana", "/leave", "/form run", "", "", "", "", "/form run", "/status")
    assert left.code == 0
    assert [item["state"] for item in terminal.items().values()] == ["open"] * 21
    ended = terminal.chat("/form run", "@dana, Claims Platform")
    assert ended.code == 0
    assert answer(terminal, "run.service_owner") == "@dana, Claims Platform"


def test_the_intake_is_a_form_of_its_own(terminal: Terminal) -> None:
    ran = terminal.chat("about", *[""] * 12, "status")
    assert ran.code == 0
    assert terminal.report()["profile"] == {"stage": "pilot"}
    assert "Noted; `about` shows it." in terminal.chat("about", "scaling", *[""] * 11).out


# --- commands ----------------------------------------------------------------------------------------------------


def test_another_review_is_started_and_entered_by_its_command(terminal: Terminal) -> None:
    ran = terminal.chat("@dana", "/ai-readiness  START  “Letter Writer” --pack full", "@tom", "@AI Readiness list")
    assert ran.code == 0
    assert [line.partition("> ")[0] for line in typed(ran)] == ["1 @ana", "1 @ana", "2 @ana"]
    assert "Come back with: ai-readiness chat 'Letter Writer'" in ran.out
    assert terminal.items("Letter Writer")["scope.use_case"]
    assert answer(terminal, "run.service_owner") == "@dana"


def test_a_name_that_is_taken_is_refused(terminal: Terminal) -> None:
    ran = terminal.chat("/ai-readiness start claims  copilot")
    assert ran.code == 1
    assert "Line 1 was not carried out." in ran.out


def test_a_finished_review_answers_with_how_to_go_on(terminal: Terminal) -> None:
    ran = terminal.chat("cancel", "cancel", "@dana, Claims Platform", options=["--keep-going"])
    assert "resume" in ran.out.rpartition("@dana")[2]
    assert (terminal.report()["phase"], answer(terminal, "run.service_owner")) == ("cancelled", None)
    terminal.chat("resume", "@dana, Claims Platform")
    assert (terminal.report()["phase"], answer(terminal, "run.service_owner")) == ("open", "@dana, Claims Platform")


def test_a_report_says_when_it_was_made_in_utc(terminal: Terminal) -> None:
    terminal.chat()
    assert datetime.fromisoformat(terminal.report()["started_at"]) == datetime(2026, 11, 23, 9, tzinfo=UTC)


# --- nudges ------------------------------------------------------------------------------------------------------


def test_who_is_asked_hears_of_it_at_once_and_after_hours_in_the_morning(terminal: Terminal) -> None:
    ran = terminal.chat(
        "/at 2026-11-23T11:00", "ask @sam ops_team", "/at 2026-11-23T20:00", "ask @tom runbook", "/at +1d"
    )
    at_once, _, late = ran.out.partition("ask @tom runbook")
    assert "→ to @sam:\n@ana asks you for one answer about Claims Copilot" in at_once.partition("/at 2026-11-23T20")[0]
    assert late.index("It is Tue 24 Nov 2026, 09:30 now.") < late.index("→ to @tom:")


def test_what_is_to_come_is_listed_with_the_reason_and_nothing_is_sent(terminal: Terminal) -> None:
    ran = terminal.chat("ask @sam ops_team", "/nudges", "/at +2h", "/nudges")
    before, after = (part.partition("/at +2h")[0] for part in ran.out.split("@ana> /nudges")[1:])
    words = " ".join(before.split())
    assert "Mon 23 Nov 2026, 09:30 · @sam · ask: operating team, Claims Copilot. Somebody asked them." in words
    assert "Tue 24 Nov 2026, 09:30 · @ana · nudge: service owner, Claims Copilot." in words
    assert "Mon 30 Nov 2026, 09:30 · @ana · digest" not in words  # the one of today comes first
    assert "→ to @sam" not in before
    assert "Thu 26 Nov 2026, 09:30 · @sam · nudge: operating team" in " ".join(after.split())
    assert all(line.isascii() or " · " in line or "→" in line for line in before.splitlines() if "Nov" in line)


def test_what_is_held_back_is_listed_with_when_it_comes(terminal: Terminal) -> None:
    ran = terminal.chat("nudges off", "/at +8d", "/nudges")
    assert "They have turned nudges off." in ran.words


def test_where_nobody_is_waited_for_nothing_is_to_come(terminal: Terminal) -> None:
    assert "Nobody will be written to" in terminal.chat("cancel", "cancel", "/nudges").out


def test_the_digest_is_shown_as_it_would_be_now(terminal: Terminal) -> None:
    ran = terminal.chat("@dana, Claims Platform", "/digest", "/as tom", "/digest", options=["--keep-going"])
    assert "Your week, Mon 23 Nov. 1 project, 1 needs you." in ran.out.partition("/as tom")[0]
    assert "Your week" not in ran.out.partition("/as tom")[2]


def test_who_comes_back_later_is_told_what_was_missed_as_one(terminal: Terminal) -> None:
    terminal.chat("@dana, Claims Platform")
    options = ["--at", "2026-11-30T10:00:00+00:00"]
    ran = terminal.run("chat", "Claims Copilot", "--as", "ana", *options)
    assert ran.out.count("→ to @ana:\nI could not write since Mon 23 Nov.") == 1


def test_the_clock_moves_through_all_hours_so_nothing_is_said_to_be_missed(terminal: Terminal) -> None:
    ran = terminal.chat("ask @sam ops_team", "/at +30d")
    assert "I could not write" not in ran.out
    assert ran.out.count("→ to @sam:") > 2
