"""One sample or more of every card in its main states, with the words that people said in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from conversations.cards import (
    AskCard,
    BlockerLine,
    Card,
    ConfirmCard,
    ConflictCard,
    EditCard,
    EditLine,
    Elsewhere,
    Ending,
    FieldFault,
    FieldLine,
    FollowUpCard,
    FormCard,
    FormErrorsCard,
    GoneCard,
    HelpCard,
    HomeCard,
    ListCard,
    MineCard,
    MineLine,
    NotApplicableCard,
    NotedCard,
    Notice,
    NoticeCard,
    PackChange,
    PackOfferCard,
    PromiseLine,
    QuestionCard,
    QuestionLine,
    QuietCard,
    Quote,
    ReportCard,
    RetiredCard,
    ReviewLine,
    RootCard,
    Row,
    SummaryCard,
    Tap,
    Way,
    WelcomeCard,
    WhoCard,
)
from conversations.packs import ItemType
from conversations.review import Phase, State
from tests.adapters.private_samples import MORNING, NUDGES, TOLD, digests, letters, preferences

TODAY = date(2026, 11, 23)
MODES = (
    "1) Summary invents a policy number: 5 % daily sample review catches it. 2) Model API times out: 5xx alert. "
    "3) Wrong language: users report in #claims-ai-support."
)
WORDS: Mapping[int, str] = {
    1: "<@dana>",
    2: MODES,
    3: "more or less",
    4: "10 minutes",
    5: "<@lee>",
    6: "whoever is on the claims-ai rota",
    7: "it runs without users, in a nightly batch",
    8: "Dana from Claims",
    9: "[bold red]now[/] *this* `is` <!channel> \x1b[31mred\x1b[0m {{ 7 * 7 }} <b>bold</b>\nand a second line",
    10: "https://wiki.acme.io/claims-copilot/a-page-with-a-name-that-is-longer-than-most/runbook#how-to-switch-it-off",
}


def quote(*acts: int, by: str = "tom", hour: int = 10, outside: bool = False) -> Quote:
    return Quote(acts=acts, by=by, at=datetime(2026, 11, 23, hour, 4, tzinfo=UTC), outside=outside)


def ways(*taps: Tap, item: str | None = None) -> tuple[Way, ...]:
    return tuple(Way(tap=tap, item=item, name=item and item.rpartition(".")[2]) for tap in taps)


_SHORTS = ("Running it", "Failure", "Success", "Rollback", "Approval", "Training")
_BLOCKERS = (
    BlockerLine(label="steps", question="Rollback", reason="not answered", who="ana"),
    BlockerLine(label="decider", question="Rollback", reason="not confirmed", who="lee"),
    BlockerLine(label="approver", question="Approval", reason="not answered", who="ana"),
    BlockerLine(label="target", question="Success", reason="parts missing", who="ana"),
)
_ROOT_WAYS = ways(Tap.NEXT, Tap.STATUS, Tap.ABOUT, Tap.ASK, Tap.PAUSE, Tap.HAND_OVER)


def root(**changes: object) -> RootCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "phase": Phase.OPEN,
        "readiness": 25,
        "progress": 48,
        "band": "early",
        "answered": 9,
        "open": 12,
        "total": 21,
        "owner": "ana",
        "decision_on": date(2026, 12, 15),
        "days_left": 22,
        "approver": "priya",
        "blockers": _BLOCKERS[:3],
        "next_question": "Rollback",
        "next_minutes": 2,
        "questions": _counts((4, 4), (3, 3), (2, 3), (0, 4), (0, 3), (0, 4)),
        "ways": _ROOT_WAYS,
    }
    return RootCard(**fields | changes)  # type: ignore[arg-type]  # a root card's fields, by name


def _counts(*counts: tuple[int, int]) -> tuple[QuestionLine, ...]:
    return tuple(
        QuestionLine(short=_SHORTS[i % 6], answered=answered, total=total) for i, (answered, total) in enumerate(counts)
    )


def row(name: str, state: State, prompt: str = "What is it?", **changes: object) -> Row:
    fields: dict[str, object] = {
        "item": f"q.{name}",
        "name": name,
        "label": name.replace("_", " "),
        "prompt": prompt,
        "state": state,
    }
    return Row(**fields | changes)  # type: ignore[arg-type]  # a row's fields, by name


_FALLBACK = "When it is down or wrong, what do users do instead?"
_RESPONDER = "Who gets the first alert (a person, or a rota with today's name)?"
_QUESTION_WAYS = (
    Way(tap=Tap.ANSWER, choice="fail"),
    *ways(Tap.ASK, Tap.LATER, Tap.DOES_NOT_APPLY, Tap.SKIP, Tap.BACK, Tap.HELP),
)


def question(*rows: Row, **changes: object) -> QuestionCard:
    fields: dict[str, object] = {
        "number": 2,
        "of": 6,
        "title": "What happens when it fails?",
        "short": "Failure",
        "minutes": 2,
        "rows": rows,
        "why": "If the old way of working has been removed, a short outage becomes a business stop.",
        "example": "<@U03LEE> writes the summary by hand in the existing claim form; we keep that form until June 2027",
        "ways": _QUESTION_WAYS,
    }
    return QuestionCard(**fields | changes)  # type: ignore[arg-type]  # a question card's fields, by name


_ASKED = question(
    row("modes", State.COMPLETE, quote=quote(2)),
    row("fallback", State.OPEN, _FALLBACK, asked=True),
    row("first_responder", State.DEFERRED, _RESPONDER, due_on=date(2026, 12, 3), assignee="sam"),
)
_EVERY_STATE = question(
    row("open", State.OPEN),
    row("gap", State.KNOWN_GAP, quote=quote(3), due_on=date(2027, 2, 1)),
    row("partly", State.VAGUE, quote=quote(3, 4)),
    row("kept", State.VAGUE, quote=quote(3), kept=True),
    row("deferred", State.DEFERRED, due_on=date(2026, 12, 3)),
    row("unconfirmed", State.UNCONFIRMED, quote=quote(1), named="dana"),
    row("complete", State.COMPLETE, quote=quote(10)),
    row("stale", State.STALE, quote=quote(99)),
    row("conflict", State.CONFLICT, quote=quote(5)),
    row("pending", State.NA_PENDING, quote=quote(7)),
    row("accepted", State.NA_ACCEPTED, quote=quote(7)),
    row("delegated", State.OPEN, assignee="sam"),
    row("typed", State.COMPLETE, quote=quote(9)),
    row("choice", State.OPEN, "Security review status (add the ticket)?", asked=True),
    options=("approved", "approved_with_conditions", "in_review"),
    why=None,
    example="approved, SEC-1412",
)
_ANSWERED = question(
    row("modes", State.COMPLETE, quote=quote(2)),
    row("fallback", State.COMPLETE, quote=quote(4)),
    row("first_responder", State.UNCONFIRMED, quote=quote(5), named="lee"),
    why=None,
    example=None,
    ways=(Way(tap=Tap.EDIT, choice="fail"),),
)


def follow_up(ending: Ending | None = None, **changes: object) -> FollowUpCard:
    taps = (Tap.KEEP, Tap.LATER, Tap.ASK, Tap.DOES_NOT_APPLY, Tap.NOT_AN_ANSWER)
    fields: dict[str, object] = {
        "short": "Rollback",
        "label": "steps",
        "says": "I have the step. How many minutes does it take?",
        "ending": ending,
        "ways": () if ending else ways(*taps, item="rollback.steps"),
    }
    return FollowUpCard(**fields | changes)  # type: ignore[arg-type]  # a follow-up's fields, by name


_CONFLICT = ConflictCard(
    short="Rollback",
    label="decider",
    settlers=("sam", "ana"),
    sides=(quote(5, by="ana"), quote(6, hour=11)),
    ways=(
        Way(tap=Tap.USE, item="rollback.decider", choice="1"),
        Way(tap=Tap.USE, item="rollback.decider", choice="2"),
        *ways(Tap.WRITE_ANOTHER, Tap.ASK, item="rollback.decider"),
    ),
)


def not_applicable(**changes: object) -> NotApplicableCard:
    fields: dict[str, object] = {
        "short": "Training",
        "label": "audience",
        "reason": quote(7, by="ana"),
        "by": "ana",
        "critical": False,
        "approver": "priya",
        "ways": ways(Tap.ACCEPT, Tap.REJECT, item="train.audience"),
    }
    return NotApplicableCard(**fields | changes)  # type: ignore[arg-type]  # its fields, by name


def summary(**changes: object) -> SummaryCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "phase": Phase.OPEN,
        "readiness": 59,
        "progress": 88,
        "band": "building",
        "open": 2,
        "total": 21,
        "blockers": (BlockerLine(label="approver", question="Approval", reason="not confirmed", who="mika"),),
        "next_gap": "F3",
        "next_gap_labels": ("Rollback: tested on", "Approval: approver"),
        "checks": ("Training ends on 22 Jan, go-live is 15 Jan.",),
        "promises": (
            PromiseLine(label="runbook", short="Running it", who="dana", on=date(2026, 12, 4), known_gap=False),
            PromiseLine(label="support route", short="Running it", who="lee", on=date(2027, 2, 1), known_gap=True),
        ),
        "waiting_for": ("dana", "mika"),
        "weakest": "Training",
        "lead_over_weakest": 25,
        "blocked_ceiling": 59,
        "pack": "core 0.1.0",
        "ways": ways(Tap.REPORT, Tap.EDIT, Tap.PAUSE, Tap.HAND_OVER),
    }
    return SummaryCard(**fields | changes)  # type: ignore[arg-type]  # a summary's fields, by name


def ask(**changes: object) -> AskCard:
    fields: dict[str, object] = {
        "to": "sam",
        "by": "ana",
        "project": "Claims Copilot",
        "short": "Training",
        "label": "lead",
        "prompt": "Who leads training and user communication?",
        "example": "<@U05MIKA> (Mika Berg, Claims Learning)",
        "minutes": 1,
        "ways": ways(Tap.ANSWER, Tap.NOT_ME, Tap.LATER, Tap.DOES_NOT_APPLY, Tap.OPEN, item="train.lead"),
    }
    return AskCard(**fields | changes)  # type: ignore[arg-type]  # an ask's fields, by name


def confirm(**changes: object) -> ConfirmCard:
    fields: dict[str, object] = {
        "by": "priya",
        "project": "Claims Copilot",
        "role": "service owner",
        "prompt": "Name the one person who answers for this service after go-live.",
        "review_days": 90,
        "ways": ways(Tap.YES, Tap.NO, item="run.service_owner"),
    }
    return ConfirmCard(**fields | changes)  # type: ignore[arg-type]  # a confirmation's fields, by name


def quiet(**changes: object) -> QuietCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "since": date(2026, 11, 19),
        "unasked": 12,
        "total": 21,
        "next_question": "Rollback",
        "next_minutes": 2,
        "ways": ways(Tap.GO_ON, Tap.ASK, Tap.PAUSE),
    }
    return QuietCard(**fields | changes)  # type: ignore[arg-type]  # a quiet card's fields, by name


_HEIR_WAYS = (
    Way(tap=Tap.ASK, item="fail.first_responder", name="first_responder", choice="sam"),
    *ways(Tap.TAKE, Tap.ASK, item="fail.first_responder"),
)


def gone(*roles: str, **changes: object) -> GoneCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "person": "lee",
        "roles": roles,
        "heirs": ("sam",),
        "ways": _HEIR_WAYS,
    }
    return GoneCard(**fields | changes)  # type: ignore[arg-type]  # a gone card's fields, by name


def change(label: str, becomes: str) -> PackChange:
    return PackChange(label=label, prompt=f"What about the {label}?", becomes=becomes)


def pack_offer(*changes: PackChange, **others: object) -> PackOfferCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "pack": "core",
        "version": "0.1.0",
        "offered": "0.2.0",
        "changes": changes,
        "kept": 17,
        "ways": ways(Tap.TAKE_OVER),
    }
    return PackOfferCard(**fields | others)  # type: ignore[arg-type]  # an offer's fields, by name


_WHO = WhoCard(
    short="Running it",
    label="service owner",
    quote=quote(8, by="ana"),
    ways=ways(Tap.WRITE_ANOTHER, Tap.ASK, item="run.service_owner"),
)
_NOTED = NotedCard(
    short="Failure",
    label="modes",
    next_number=2,
    next_of=3,
    next_prompt=_FALLBACK,
    ways=ways(Tap.UNDO, Tap.NOT_AN_ANSWER),
)
_FORM = FormCard(
    name="fail",
    title="What happens when it fails?",
    fields=(
        FieldLine(name="fail.modes", label="modes", hint="Name up to three ways it can go wrong.", quote=quote(2)),
        FieldLine(name="fail.fallback", label="fallback", hint=_FALLBACK),
        FieldLine(
            name="fail.status",
            label="status",
            hint="Which is it?",
            type=ItemType.CHOICE,
            example="approved, SEC-1412",
            options=("in_review", "approved"),
        ),
    ),
    seen=3,
    pack="abc",
)
_ABOUT = FormCard(
    name="about",
    title="Claims Copilot",
    fields=(
        FieldLine(
            name="stage",
            label="stage",
            hint="",
            type=ItemType.CHOICE,
            value="pilot",
            options=("idea", "pilot", "scaling"),
        ),
        FieldLine(name="lead", label="lead", hint="", type=ItemType.PERSON, value="dana"),
        FieldLine(name="go_live_on", label="go_live_on", hint="", type=ItemType.DATE, value="2027-01-15"),
        FieldLine(name="decision_date", label="decision_date", hint="", type=ItemType.DATE),
    ),
    seen=3,
    pack="abc",
    ways=ways(Tap.DONE, Tap.CANCEL),
)


def _waits(tap: Tap, item: str) -> tuple[Way, ...]:
    return tuple(replace(way, review="r1") for way in ways(tap, item=item))


def _opens(thread: str) -> tuple[Way, ...]:
    return (Way(tap=Tap.OPEN, choice=f"C1/{thread}", review=thread),)


_LINES = (
    MineLine(
        project="Claims Copilot",
        short="Rollback",
        label="decider",
        name="decider",
        prompt="Who can order it?",
        wants="answer",
        ways=_waits(Tap.ANSWER, "rollback.decider"),
    ),
    MineLine(
        project="Claims Copilot",
        short="Training",
        label="audience",
        name="audience",
        prompt="Who?",
        wants="accept",
        ways=_waits(Tap.ACCEPT, "train.audience"),
    ),
    MineLine(
        project="Claims Copilot",
        short="Running it",
        label="service owner",
        name="service_owner",
        prompt="Who?",
        wants="confirm",
        ways=_waits(Tap.YES, "run.service_owner"),
    ),
)
_REVIEWS = (
    ReviewLine(
        project="Claims Copilot",
        stage="pilot",
        phase=Phase.OPEN,
        readiness=59,
        blockers=1,
        decision_on=date(2026, 12, 15),
        owner="ana",
        next_question="Rollback",
        ways=_opens("1700000000.000100"),
    ),
    ReviewLine(
        project="A project with a name that is much longer than others",
        stage="scaling",
        phase=Phase.PAUSED,
        readiness=8,
        blockers=12,
        decision_on=None,
        owner="tom",
    ),
)

_ABOUTS = {
    FieldFault.NOT_A_CHOICE: "in_review, approved",
    FieldFault.TOO_LONG: "5210",
    FieldFault.ANSWERED_MEANWHILE: "tom",
    FieldFault.OUTSIDE_HOURS: "9:30-16:30 mon-fri",
    FieldFault.TOO_FAR: "2027-11-24",
}
_ELSEWHERE = (Elsewhere(platform="teams", name="Dana Rossi"),)
_DETAILS: Mapping[Notice, Mapping[str, object]] = {
    Notice.APART: {"accounts": _ELSEWHERE},
    Notice.CANCEL_SURE: {"ways": ways(Tap.CANCEL)},
    Notice.CLOSED: {"phase": Phase.DONE, "ways": ways(Tap.RESUME)},
    Notice.CODE_TO_JOIN: {"label": "K7QM-4XWP"},
    Notice.FORGOTTEN: {"names": ("who can order it", "steps")},
    Notice.HELD_UNTIL: {"day": date(2026, 12, 22)},
    Notice.HOW_TO_SAY: {"act": "hours"},
    Notice.JOINED: {"accounts": _ELSEWHERE, "act": "link", "ways": ways(Tap.PREFERENCES)},
    Notice.LEFT_ALONE: {"person": "carol", "ways": ways(Tap.USE_THAT)},
    Notice.LEFT_ALONE_FILE: {"ways": ways(Tap.USE_THAT)},
    Notice.NAME_MISSING: {"ways": ways(Tap.START)},
    Notice.NAME_TAKEN: {"ways": _opens("1700000000.000100")},
    Notice.NO_PRIVATE_CHAT: {"person": "sam"},
    Notice.NO_SUCH_COUNTRY: {"label": "XX", "names": ("AX", "MX")},
    Notice.NO_SUCH_ZONE: {"label": "Europe/Berln", "names": ("Europe/Berlin",)},
    Notice.OUTSIDE_HOURS: {"label": "9:30-16:30 mon-fri"},
    Notice.TOO_FAR: {"day": date(2027, 11, 24)},
    Notice.NO_SUCH_ITEM: {"names": ("steps", "train.lead")},
    Notice.NO_SUCH_PACK: {"label": "ful", "names": ("core", "full")},
    Notice.NO_SUCH_REVIEW: {"label": "Claims", "names": ("Claims Copilot", "Letter Sorter", "Invoice Reader", "Other")},
    Notice.OUTSIDER: {"names": ("sam",), "ways": ways(Tap.ASK, item="train.lead")},
    Notice.OVERLAYS_CHANGED: {
        "names": ("overseer", "instructions for use", "disclosure", "staff informed"),
        "count": 1,
    },
    Notice.PAST_DAY: {"ways": ways(Tap.LATER, item="train.plan")},
    Notice.PLACE_LOST: {"ways": ways(Tap.RESUME)},
    Notice.REFUSED: {"people": ("ana", "tom"), "act": "Paused"},
    Notice.YOURS: {"label": "who can order it"},
    Notice.TAKEN_BACK: {"names": ("steps", "decider")},
    Notice.TOO_LONG: {"count": 5210},
    Notice.UNTIL_WHEN: {"ways": ways(Tap.LATER, item="train.plan")},
    Notice.WHICH_DAY: {"ways": ways(Tap.DATE)},
    Notice.WHO: {"ways": ways(Tap.ASK, item="train.lead")},
    Notice.WHY_NOT: {"ways": ways(Tap.DOES_NOT_APPLY, item="train.plan")},
}
NOTICES: Mapping[Notice, NoticeCard] = {
    notice: replace(
        NoticeCard(notice=notice, project="Claims Copilot", phase=Phase.OPEN),
        **_DETAILS.get(notice, {}),  # type: ignore[arg-type]  # a notice's fields, by name
    )
    for notice in Notice
}

CARDS: Mapping[str, Card] = {
    "root-new": root(answered=0, progress=0, readiness=0, decision_on=None, days_left=None, next_question="Running it"),
    "root-open": root(),
    "root-four-blockers": root(blockers=_BLOCKERS),
    "root-twelve-questions": root(questions=_counts(*[(4, 4)] * 7, (1, 3), (0, 2), (2, 2), (0, 4), (0, 2))),
    "root-answered": root(
        readiness=92, answered=21, open=0, band="ready_for_decision", blockers=(), next_question=None
    ),
    "root-paused": root(
        phase=Phase.PAUSED, phase_by="ana", paused_until=date(2027, 1, 4), ways=ways(Tap.RESUME, Tap.STATUS)
    ),
    "root-paused-by-the-world": root(phase=Phase.PAUSED, phase_by="", ways=ways(Tap.RESUME, Tap.STATUS)),
    "root-done": root(
        phase=Phase.DONE,
        phase_by="ana",
        phase_on=date(2026, 12, 1),
        readiness=81,
        answered=19,
        open=2,
        ways=ways(Tap.REPORT, Tap.STATUS),
    ),
    "root-cancelled": root(phase=Phase.CANCELLED, phase_by="ana", ways=ways(Tap.REPORT, Tap.START)),
    "root-long-name": root(project="A project with a name that is much longer than forty characters"),
    "question-asked": _ASKED,
    "question-every-state": _EVERY_STATE,
    "question-answered": _ANSWERED,
    "question-waiting": question(
        row("modes", State.OPEN, assignee="sam", waits_until=MORNING.replace(day=23)),
        row("fallback", State.VAGUE, quote=quote(3), assignee="sam", waits_until=MORNING),
        row("first_responder", State.UNCONFIRMED, quote=quote(5), named="lee", waits_until=MORNING),
    ),
    "question-outside": replace(
        _ANSWERED, rows=(row("modes", State.COMPLETE, quote=quote(2, by="gus", outside=True)),)
    ),
    "follow-up": follow_up(),
    "follow-up-noted": follow_up(Ending.NOTED),
    "follow-up-kept": follow_up(Ending.KEPT, missing=("duration",)),
    "follow-up-left-open": follow_up(Ending.LEFT_OPEN, missing=("duration", "unit")),
    "follow-up-deferred": follow_up(Ending.DEFERRED, due_on=date(2026, 12, 4)),
    "follow-up-asked": follow_up(Ending.ASKED, person="sam"),
    "follow-up-withdrawn": follow_up(Ending.WITHDRAWN),
    "follow-up-settled": follow_up(Ending.SETTLED),
    "conflict": _CONFLICT,
    "conflict-outside": replace(_CONFLICT, sides=(quote(5, by="ana"), quote(6, by="gus", hour=11, outside=True))),
    "conflict-settled": ConflictCard(
        short="Rollback", label="decider", settlers=("sam",), sides=(), holds=quote(5, by="ana")
    ),
    "not-applicable": not_applicable(),
    "not-applicable-critical": not_applicable(critical=True),
    "not-applicable-no-approver": not_applicable(critical=True, approver=None, ways=()),
    "not-applicable-agreed": not_applicable(open=False, accepted_by="tom", ways=()),
    "not-applicable-refused": not_applicable(open=False, ways=()),
    "not-applicable-taken-back": not_applicable(open=False, taken_back=True, reason=None, ways=()),
    "who": _WHO,
    "who-named": WhoCard(short="Running it", label="service owner", quote=None, named="dana"),
    "who-kept": WhoCard(short="Running it", label="service owner", quote=None, kept=True),
    "summary": summary(all_asked=True),
    "summary-answered": summary(
        open=0,
        readiness=92,
        band="ready_for_decision",
        blockers=(),
        next_gap=None,
        next_gap_labels=(),
        checks=(),
        promises=(),
        waiting_for=(),
    ),
    "summary-status": summary(open=12),
    "summary-done": summary(phase=Phase.DONE, open=12, ways=()),
    "ask": ask(),
    "ask-put-off": ask(until=date(2026, 11, 24)),
    "ask-answered": ask(open=False, answered_by="tom", ways=()),
    "ask-settled": ask(open=False, ways=()),
    "confirm": confirm(),
    "confirm-asked-before": confirm(before=date(2026, 11, 20)),
    "confirm-put-off": confirm(until=date(2026, 11, 24)),
    "confirm-yes": confirm(open=False, answer=True, ways=()),
    "confirm-no": confirm(open=False, answer=False, ways=()),
    "confirm-settled": confirm(open=False, ways=()),
    "quiet": quiet(),
    "retired": RetiredCard(project="Claims Copilot", about="instructions"),
    "quiet-for-long": quiet(since=date(2026, 11, 12), unasked=1),
    "quiet-settled": quiet(open=False, ways=()),
    "gone": gone("first responder"),
    "gone-several-roles": gone(
        "first responder", "approver", "steps", "runbook", "alerts", heirs=(), ways=_HEIR_WAYS[1:]
    ),
    "gone-owner": gone(
        person="ana", of_owner=True, heirs=("sam", "tom"), ways=ways(Tap.HAND_OVER, item="fail.first_responder")
    ),
    "gone-away": gone("first responder", until=date(2027, 1, 4)),
    "gone-settled": gone("first responder", open=False, ways=()),
    "gone-asked": gone("first responder", open=False, asked="sam", ways=()),
    "gone-closed": gone(open=False, ways=()),
    "gone-owner-settled": gone(person="ana", of_owner=True, open=False, ways=()),
    "pack-offer": pack_offer(change("fallback drill", "new"), change("training plan", "dropped")),
    "pack-offer-many": pack_offer(
        *(change(f"part {n}", "new") for n in range(1, 8)),
        change("steps", "judged_anew"),
        *(change(label, "reworded") for label in ("alerts", "logs", "runbook")),
        kept=1,
    ),
    "pack-offer-same": pack_offer(kept=21),
    "pack-offer-taken": pack_offer(open=False, taken_by="ana", ways=()),
    "pack-offer-gone": pack_offer(change("steps", "new"), open=False, ways=()),
    "noted": _NOTED,
    "help": HelpCard(ways=ways(Tap.START, Tap.MINE, Tap.HELP_ALL)),
    "help-all": HelpCard(everything=True, ways=ways(Tap.START, Tap.MINE)),
    "form": _FORM,
    "form-about": _ABOUT,
    "form-errors": FormErrorsCard(errors=tuple((f"q.{fault}", fault, _ABOUTS.get(fault, "")) for fault in FieldFault)),
    "list": ListCard(reviews=_REVIEWS),
    "list-empty": ListCard(reviews=()),
    "mine": MineCard(lines=_LINES),
    "mine-empty": MineCard(lines=()),
    "mine-long": MineCard(lines=_LINES * 4),
    "home": HomeCard(waiting=_LINES, projects=_REVIEWS, ways=ways(Tap.START, Tap.HELP)),
    "home-long": HomeCard(waiting=_LINES * 4, projects=_REVIEWS * 6, ways=ways(Tap.START, Tap.HELP)),
    "home-nothing-waits": HomeCard(waiting=(), projects=_REVIEWS[1:], ways=ways(Tap.START, Tap.HELP)),
    "home-preferences": HomeCard(
        waiting=_LINES[:1], projects=_REVIEWS[:1], preferences=preferences(), ways=ways(Tap.START, Tap.HELP)
    ),
    "home-only-preferences": HomeCard(
        waiting=(), projects=(), preferences=preferences(), ways=ways(Tap.START, Tap.HELP)
    ),
    "home-empty": HomeCard(waiting=(), projects=(), ways=ways(Tap.START, Tap.HELP)),
    "welcome": WelcomeCard(ways=ways(Tap.START, Tap.HELP_ALL)),
    "edit": EditCard(
        project="Claims Copilot",
        answered=5,
        total=21,
        lines=(
            EditLine(short="Failure", rows=_ASKED.rows, ways=(Way(tap=Tap.EDIT, choice="fail"),)),
            EditLine(short="Rollback", rows=_EVERY_STATE.rows, ways=(Way(tap=Tap.EDIT, choice="rollback"),)),
        ),
    ),
    "report": ReportCard(
        summary=summary(),
        owner="ana",
        decision_on=date(2026, 12, 15),
        questions=(
            ("What happens when it fails?", 67, _ASKED.rows),
            ("What's the rollback plan?", 0, _EVERY_STATE.rows),
        ),
    ),
    **TOLD,
    **letters(ask(), confirm(), quiet(), gone("first responder"), pack_offer(change("fallback drill", "new"))),
    **digests(quote(2)),
    **{f"notice-{notice}": card for notice, card in NOTICES.items()},
}
BROKEN = replace(NUDGES["nudge-promised"], due_on=None)  # no template can say it
