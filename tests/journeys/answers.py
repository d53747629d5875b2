"""A complete answer to each item of the pack `full`, as people would type it in the terminal."""

from __future__ import annotations

from collections.abc import Mapping

ANSWERS: Mapping[str, str] = {
    "run.service_owner": "@dana, Claims Platform",
    "run.ops_team": "Claims Platform Ops, they joined the weekly call on 6 October",
    "run.support_route": "#claims-ai-helpdesk, Mon-Fri 8-18",
    "run.runbook": "https://wiki.acme.io/x/claims-ops-runbook",
    "fail.modes": "Made-up policy numbers: caught by the daily 5% sample check. API timeouts: 5xx alert in Grafana.",
    "fail.fallback": "Users write the summary by hand in the old claim form",
    "fail.first_responder": "on-call rota ml-serving in PagerDuty (@lee until Friday)",
    "success.target": "Average handling time from 14 to 9 minutes by 31 March 2027",
    "success.baseline": "14 min median, May-July 2026, 2,310 claims",
    "success.review": "@dana reviews it monthly in the Claims Ops meeting",
    "rollback.trigger": "Error rate > 5% for 15 min or 3 wrong payouts in a day",
    "rollback.steps": "Turn off the copilot_claims flag; users see the old form within 10 minutes",
    "rollback.decider": "@lee",
    "rollback.tested_on": "2026-11-10",
    "approve.approver": "@priya, Head of Claims",
    "approve.criteria": "Under 2% wrong summaries on the 300-case set and SEC-1412 signed",
    "approve.decision_date": "15 Dec 2026",
    "train.audience": "420 adjusters in Leeds and Porto",
    "train.plan": "Two 45-minute workshops per site, finished by 22 January 2027",
    "train.lead": "@mika, Learning",
    "train.help_channel": "#claims-copilot-questions",
    "scope.use_case": "Drafts letters for adjusters to check. Not for deciding what is paid.",
    "scope.production_plan": "https://wiki.acme.io/claims/plan-for-2027",
    "scale.load_tested": "Tested 50 req/min, expected peak 30 req/min",
    "scale.edge_cases": "85 cases: non-native speakers, slang and prompt injection; 4 failed and now go to a human",
    "integrate.access": "PolicyCore API: read-only service account granted (CHG-20111)",
    "integrate.data_pipeline": "Policy extract every night at 02:00, owned by @pau in Data Services",
    "secure.review_status": "in review",
    "secure.risk_assessment": "https://grc.acme.io/assessments/AI-0877",
    "secure.compliance_checkpoint": "3 Dec 2026",
    "observe.dashboard": "https://grafana.acme.io/d/claims-serving",
    "observe.alerts": "Error rate over 4% for 10 minutes pages the rota ml-serving",
    "observe.logs": "Prompt, answer, model version; kept 12 months",
    "observe.output_review": "@noor re-reads 25 summaries each Friday",
    "adopt.adoption_target": "60% of the adjusters active each week by 30 April 2027",
    "adopt.value_case": "EUR 5,100 a month to run, saves roughly 1,700 hours a month",
}
