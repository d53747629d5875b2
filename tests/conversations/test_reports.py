from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conversations.activities import Source
from conversations.packs import Pack
from conversations.reports import COLUMNS, report, rows_for_csv, with_names
from conversations.review import Act, ActKind
from conversations.standing import stand
from tests.builders import (
    AT,
    a_review,
    act,
    all_complete,
    complete,
    confirmed,
    deferred,
    described,
    missing,
    pack,
    vague,
    waived,
)

STEPS = "rollback.steps"
QUESTION = next(question for question in pack().questions if question.key == "rollback")
ROLLBACK = replace(pack(), questions=(QUESTION,))  # one question is enough to see everything


def at_name(person: str) -> str:
    return f"@{person}"


def reported(*acts: Act | Iterable[Act], of: Pack | None = None, at: datetime = AT) -> dict[str, Any]:
    return report(stand(a_review(*acts, pack=of), at), generated_at=at, name=at_name)


def item(key: str, *acts: Act | Iterable[Act], at: datetime = AT) -> dict[str, Any]:
    document = reported(*acts, at=at)
    (found,) = [entry for question in document["questions"] for entry in question["items"] if entry["key"] == key]
    return dict(found)


def test_a_report_is_this_json_to_the_letter() -> None:
    document = reported(
        complete("rollback.trigger", said="More than 3 wrong payouts in a day", by="tom"),
        vague(STEPS, "action", said="git revert"),
        complete("rollback.decider", said="<@lee> decides", person="lee", via=Source.FORM),
        deferred("rollback.tested_on", date(2026, 12, 2)),
        act(ActKind.DELEGATED, STEPS, person="sam"),
        act(ActKind.DATED, day=date(2026, 12, 15)),
        of=ROLLBACK,
    )
    assert json.dumps(document, indent=1) == (Path(__file__).parent / "report.json").read_text().rstrip()


def test_reports_of_an_unchanged_review_are_equal_but_for_the_moment() -> None:
    standing = stand(a_review(all_complete(pack())), AT)
    first = report(standing, generated_at=AT, name=at_name)
    second = report(standing, generated_at=AT + timedelta(hours=1), name=at_name)
    assert first != second
    assert first | {"generated_at": ""} == second | {"generated_at": ""}


def test_the_profile_holds_people_as_names() -> None:
    document = reported(described(stage="scaling", lead="eve", go_live_on="2027-01-15"))
    assert document["profile"] == {"stage": "scaling", "lead": "@eve", "go_live_on": "2027-01-15"}


def test_a_report_without_a_gap_or_a_date_says_so() -> None:
    document = reported(all_complete(pack()))
    assert (document["next_gap"], document["blockers"], document["decision_date"]) == (None, [], "2026-12-15")
    assert reported()["decision_date"] is None


def test_a_failed_check_stands_beside_the_blocker_that_it_makes() -> None:
    document = reported(complete("run.service_owner", person="dana"), complete("approve.approver", person="dana"))
    (check,) = document["checks"]
    assert (check["id"], check["severity"], check["items"]) == (
        "C1",
        "block",
        ["approve.approver", "run.service_owner"],
    )
    assert document["blockers"][-1] == {"item": "approve.approver", "reason": check["says"], "who": "@dana"}


def test_moments_are_utc_whatever_the_zone_of_the_report() -> None:
    berlin = AT.astimezone(ZoneInfo("Europe/Berlin"))
    document = reported(complete(STEPS), at=berlin)
    assert document["generated_at"] == "2026-11-23T09:00:00+00:00"
    assert item(STEPS, complete(STEPS), at=berlin)["answered_at"] == "2026-11-23T09:00:00+00:00"
    assert report(stand(a_review(), AT), generated_at=datetime(2026, 1, 2, tzinfo=UTC), name=at_name)[
        "generated_at"
    ].startswith("2026-01-02T00:00:00")


def test_a_joined_answer_is_both_messages() -> None:
    acts = [vague(STEPS, "action", said="turn it off"), complete(STEPS, said="10 minutes", by="tom", target=1)]
    found = item(STEPS, acts)
    assert (found["answer"], found["author"], found["history_count"]) == ("turn it off; 10 minutes", "@tom", 2)


@pytest.mark.parametrize("erased", [0, 1])
def test_an_answer_of_which_a_part_was_erased_is_null(erased: int) -> None:
    acts = [vague(STEPS, "action"), complete(STEPS, target=1)]
    acts[erased] = replace(acts[erased], said=None)
    found = item(STEPS, acts)
    assert (found["answer"], found["author"], found["state"]) == (None, "@ana", "complete")


def test_a_conflict_shows_the_latest_of_its_answers() -> None:
    found = item(STEPS, complete(STEPS), act(ActKind.RIVALLED, STEPS, by="tom", said="another"))
    assert (found["state"], found["verdict"], found["answer"], found["author"]) == (
        "conflict",
        "complete",
        "another",
        "@tom",
    )


def test_what_does_not_apply_shows_the_reason() -> None:
    found = item(STEPS, complete(STEPS), waived(STEPS, by="tom"))
    assert (found["state"], found["verdict"], found["answer"]) == (
        "na_pending",
        "not_applicable",
        "n/a because it runs without users",
    )


def test_a_known_gap_has_the_day_it_will_be_closed() -> None:
    found = item(STEPS, missing(STEPS, known_gap=True, day=date(2027, 2, 1), said="we have none"))
    assert (found["state"], found["due_at"], found["missing"]) == ("known_gap", "2027-02-01", [])


def test_parts_are_missing_of_partly_answered_items_only() -> None:
    assert item(STEPS, vague(STEPS, "action"))["missing"] == ["mechanism", "duration"]
    assert item(STEPS, missing(STEPS, missing=("action",)))["missing"] == []


def test_mentions_are_written_as_names() -> None:
    assert with_names("<@ana> asks <@U02DANA>, not <#C1> or a < b", at_name) == "@ana asks @U02DANA, not <#C1> or a < b"


@pytest.mark.parametrize(
    ("words", "cell"),
    [
        ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("<@lee>", "'@lee"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("\nx", "'\nx"),
        ("＝1", "'＝1"),
        ('a = b, "c"', 'a = b, "c"'),
        ("", ""),
    ],
)
def test_no_cell_of_the_table_is_a_formula(words: str, cell: str) -> None:
    rows = rows_for_csv(reported(complete("rollback.trigger", said=words), of=ROLLBACK))
    assert rows[1][COLUMNS.index("answer")] == cell


def test_the_table_has_one_row_an_item_with_the_fields_of_the_json() -> None:
    document = reported(vague(STEPS, "action", said="git revert"), of=ROLLBACK)
    rows = rows_for_csv(document)
    assert rows[0] == list(document["questions"][0]["items"][0])
    assert [row[0] for row in rows[1:]] == [entry.key for entry in QUESTION.items]
    assert rows[2] == [
        STEPS,
        "vague",
        "vague",
        "git revert",
        "mechanism; duration",
        "'@ana",
        "2026-11-23T09:00:00+00:00",
        "",
        "",
        "thread",
        "1",
    ]
    text = StringIO()
    csv.writer(text).writerows(rows)
    assert list(csv.reader(StringIO(text.getvalue()))) == rows


def test_a_confirmed_person_is_complete() -> None:
    assert item("train.lead", complete("train.lead"), confirmed("train.lead"))["state"] == "complete"
