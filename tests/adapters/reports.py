"""A report as `interfaces` fixes it, with what people like to type in it."""

from __future__ import annotations

from typing import Any

from tests.adapters.samples import WORDS


def item(key: str, state: str, **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "key": key, "state": state, "verdict": "missing", "answer": None, "missing": [], "author": None,
        "answered_at": None, "assignee": None, "due_at": None, "source": None, "history_count": 0,
    }  # fmt: skip
    return fields | changes


def answered(key: str, answer: str, state: str = "complete", **changes: object) -> dict[str, object]:
    at = "2026-11-23T10:04:00+00:00"
    return item(key, state, answer=answer, author="@tom", answered_at=at, source="thread", **changes)


REPORT: dict[str, Any] = {
    "schema": 1,
    "generated_at": "2026-11-23T12:00:00+00:00",
    "project": "Claims *Copilot*",
    "tenant": "local",
    "platform": "console",
    "channel": "terminal",
    "phase": "open",
    "pack": {"name": "core", "version": "0.1.0"},
    "profile": {"stage": "pilot"},
    "owner": "@ana",
    "decision_date": "2026-12-15",
    "started_at": "2026-11-23T09:00:00+00:00",
    "readiness": 59,
    "progress": 83,
    "band": "building",
    "blockers": [{"item": "approve.approver", "reason": "not confirmed", "who": "@mika"}],
    "next_gap": {"failure_point": "F3", "items": ["rollback.tested_on", "approve.approver"]},
    "checks": [{"id": "C3", "severity": "warn", "items": ["rollback.tested_on"], "says": "The rehearsal lies ahead."}],
    "questions": [
        {
            "key": "run",
            "title": "Who will run this in production?",
            "score": 71,
            "items": [
                answered("run.service_owner", "@dana", "unconfirmed"),
                answered("run.ops_team", WORDS[9]),
                item("run.support_route", "deferred", due_at="2026-12-03", assignee="@sam"),
                answered("run.runbook", WORDS[10]),
            ],
        },
        {
            "key": "fail",
            "title": "What happens when it fails?",
            "score": 20,
            "items": [
                answered(
                    "fail.modes", f"<@lee> notes:\n- {WORDS[2]}\n1. see {WORDS[10]}_a_", "vague", missing=["duration"]
                ),
                item("fail.fallback", "open"),
            ],
        },
    ],
}

REVIEWS = (
    {"project": "Claims Copilot", "stage": "pilot", "phase": "open", "readiness": 59, "blockers": 1,
     "decision_date": "2026-12-15", "owner": "@ana"},
    {"project": "A project with a \x1b[31mname\x1b[0m that is much longer than others", "stage": "scaling",
     "phase": "paused", "readiness": 8, "blockers": 12, "decision_date": None, "owner": "@tom"},
)  # fmt: skip
