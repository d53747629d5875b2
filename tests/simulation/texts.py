"""What people of the simulation answer: texts that are complete, or lack something, for every item of the packs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

COMPLETE: Mapping[str, str] = {
    "run.ops_team": "Claims Platform Ops, in our weekly call since {past}",
    "run.support_route": "#claims-ai-helpdesk, Mon-Fri 8-18",
    "run.runbook": "https://wiki.acme.io/copilot/runbook",
    "fail.modes": "It invents a policy number; the daily 5% sample check shows it",
    "fail.fallback": "Users write the summary by hand in the old claim form",
    "success.target": "Average handling time from 14 to 9 minutes by {future}",
    "success.baseline": "14 minutes on average, measured in the four weeks before {past} over 1,200 claims",
    "success.review": "{name} reviews it monthly in the Claims Ops meeting",
    "rollback.trigger": "Error rate > 5% for 15 min or 3 wrong payouts in a day",
    "rollback.steps": "Turn off the flag claims_copilot in LaunchDarkly, users see the old form, 10 minutes",
    "rollback.tested_on": "{past}",
    "approve.criteria": "Under 2% wrong summaries on the 300-case set and SEC-1412 signed",
    "approve.decision_date": "{decision}",
    "train.audience": "420 adjusters in Leeds and Porto",
    "train.plan": "2-hour workshop with recorded cases, before {future}",
    "train.help_channel": "#claims-ai-questions, weekdays 9-17",
    "scope.use_case": "Drafts claim summaries for adjusters to edit. Not for deciding payouts, not for injury claims.",
    "scope.production_plan": "https://wiki.acme.io/copilot/production-plan",
    "scale.load_tested": "Tested 50 req/min, expected peak 30 req/min",
    "scale.edge_cases": "85 cases: children, typed slang and prompt injection; 4 failed and are now routed to a human",
    "integrate.access": "PolicyCore API: read-only service account granted (CHG-20817)",
    "integrate.data_pipeline": "Policy tables from PolicyCore via nightly export; owner {name}, Data Engineering",
    "secure.review_status": "approved, SEC-1412",
    "secure.risk_assessment": "https://grc.acme.io/assessments/claims-copilot-2026",
    "secure.compliance_checkpoint": "{past}",
    "observe.dashboard": "https://grafana.acme.io/d/9f3k/claims",
    "observe.alerts": "Error rate above 5% for 10 minutes pages the claims-ai rota",
    "observe.logs": "Prompt, answer, model version; kept 12 months",
    "observe.output_review": "{name} and one team lead check 40 random summaries every week",
    "adopt.adoption_target": "70% of eligible adjusters active every week by {future}",
    "adopt.value_case": "EUR 5,100 a month to run, saves roughly 1,700 hours a month",
}
"""Of items that ask for a person the answer is the mention."""

LACKING: Mapping[str, str] = {
    "run.ops_team": "the team",
    "run.runbook": "it's in Confluence",
    "fail.modes": "It might hallucinate",
    "fail.fallback": "We'll fix it quickly",
    "success.target": "improve customer satisfaction",
    "success.baseline": "about the same as everyone else",
    "success.review": "we keep an eye on it",
    "rollback.trigger": "if something goes wrong",
    "rollback.steps": "git revert",
    "approve.criteria": "everyone is happy with it",
    "train.audience": "all users",
    "train.plan": "we'll send an email",
}

IN_REVIEW = "in review"


def written(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def complete(item: str, today: date, who: str, decision: date) -> str:
    """`who` is a mention; items for people are answered by it alone."""
    days = {"past": today - timedelta(days=21), "future": today + timedelta(days=200), "decision": decision}
    text = COMPLETE.get(item, "{name}")
    return text.format(name=who, **{name: written(day) for name, day in days.items()})
