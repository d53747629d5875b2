"""Samples of what one person is written to of the bot's own accord, and of what they are told about that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from conversations.cards import (
    About,
    AskCard,
    AskHereCard,
    Became,
    BlockerLine,
    Card,
    ConfirmCard,
    DigestCard,
    DigestLine,
    DigestState,
    Elsewhere,
    EscalationCard,
    GoneCard,
    HeadsUpCard,
    LetterCard,
    Line,
    NudgeCard,
    PackOfferCard,
    PreferencesCard,
    PromiseLine,
    QuestionLine,
    QuietCard,
    Quote,
    RollUpLine,
    Tap,
    UnreachableCard,
    Way,
    WhyCard,
)
from conversations.packs import ItemType
from conversations.reminders import Kind

DECIDER = "rollback.decider"


def _ways(item: str, *taps: Tap, more: tuple[Tap, ...] = (), review: str = "r1") -> tuple[Way, ...]:
    name = item.rpartition(".")[2]
    in_sight = (Way(tap=tap, item=item, name=name, review=review) for tap in taps)
    return (*in_sight, *(Way(tap=tap, item=item, name=name, review=review, more=True) for tap in more))


def nudge_ways(item: str, review: str = "r1") -> tuple[Way, ...]:
    """As `conversations.ways.nudge_ways`, bound to a review as in a letter."""
    answer, snooze, *others = _ways(item, Tap.ANSWER, more=(Tap.SNOOZE, Tap.NOT_ME, Tap.DOES_NOT_APPLY), review=review)
    return (answer, *(replace(snooze, choice=choice) for choice in ("1d", "1w", None)), *others)


def holding_ways(item: str) -> tuple[Way, ...]:
    answer, *others = nudge_ways(item)
    return (answer, *_ways(item, Tap.KEEP), *others)


GAPS = (About.OPEN, About.PARTS, About.GAP, About.PROMISED)


def nudge(about: About = About.OPEN, became: Became | None = None, **changes: Any) -> NudgeCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "short": "Rollback",
        "label": "who can order it",
        "prompt": "Who can order the rollback without asking anyone else?",
        "example": "<@U03LEE> (Lee Ho, Claims Platform)",
        "about": about,
        "type": ItemType.PERSON,
        "seconds": 20,
        "became": became,
        "ways": () if became else nudge_ways(DECIDER) if about in GAPS else holding_ways(DECIDER),
    }
    return NudgeCard(**fields | changes)  # type: ignore[arg-type]  # a nudge's fields, by name


def runbook(about: About = About.OPEN, **changes: Any) -> NudgeCard:
    fields: dict[str, Any] = {
        "short": "Running it",
        "label": "runbook",
        "prompt": "Link the runbook (how to check it, restart it, switch it off).",
        "example": "https://wiki.acme.io/claims-copilot/runbook",
        "type": ItemType.URL,
        "ways": nudge_ways("run.runbook"),
    }
    return nudge(about, **fields | changes)


def _target(about: About = About.OPEN, **changes: Any) -> NudgeCard:
    fields: dict[str, Any] = {
        "short": "Success",
        "label": "target",
        "prompt": "Which business number should move, to what target, by when?",
        "example": "Average claim handling time down to 9 minutes by 31 March 2027",
        "type": ItemType.METRIC,
        "seconds": 60,
        "ways": nudge_ways("success.target"),
    }
    return nudge(about, **fields | changes)


_SECURITY: Mapping[str, Any] = {
    "short": "Security",
    "label": "security review",
    "prompt": "Security review status (add the ticket)?",
    "type": ItemType.CHOICE,
    "example": "approved, SEC-1412",
}
_REHEARSAL: Mapping[str, Any] = {
    "label": "last rehearsal",
    "prompt": "On what date was the rollback last rehearsed, with the connected systems switched on?",
    "type": ItemType.DATE,
    "example": "12 November 2026",
}
_FALLBACK: Mapping[str, Any] = {
    "short": "Failure",
    "label": "what users do instead",
    "prompt": "When it is down or wrong, what do users do instead?",
    "type": ItemType.TEXT,
    "seconds": 120,
}
NUDGES: Mapping[str, NudgeCard] = {
    "nudge": nudge(),
    "nudge-link": runbook(),
    "nudge-number": _target(),
    "nudge-text": nudge(**_FALLBACK),
    "nudge-parts": nudge(
        About.PARTS,
        label="steps",
        type=ItemType.TEXT,
        seconds=30,
        missing="I have the step. How many minutes does it take?",
    ),
    "nudge-gap": nudge(About.GAP, short="Running it", label="where users ask for help", type=ItemType.CHANNEL),
    "nudge-promised": runbook(About.PROMISED, due_on=date(2026, 11, 23)),
    "nudge-promised-yesterday": runbook(About.PROMISED, due_on=date(2026, 11, 20)),
    "nudge-status": nudge(About.STATUS, **_SECURITY),
    "nudge-passed": nudge(About.PASSED, due_on=date(2026, 11, 20), **_REHEARSAL),
    "nudge-review": nudge(About.REVIEW, due_on=date(2026, 11, 30), **_FALLBACK),
    "nudge-review-due": nudge(About.REVIEW, due_on=date(2026, 11, 23), **_FALLBACK),
    **{f"nudge-{became}": nudge(became=became, by="ana", until=date(2026, 11, 24)) for became in Became},
    "nudge-declined-and-who": nudge(became=Became.DECLINED, by="dana", ways=_ways(DECIDER, Tap.ASK)),
    "nudge-answered-by-nobody-known": nudge(became=Became.ANSWERED),
}


def heads_up(**changes: object) -> HeadsUpCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "short": "Approval",
        "label": "approver",
        "role": "approver",
        "lead": "ana",
        "part": "lead",
        "on": date(2026, 11, 24),
        "seconds": 20,
        "ways": _ways("approve.approver", Tap.NAME, Tap.LET_GO),
    }
    return HeadsUpCard(**fields | changes)  # type: ignore[arg-type]  # its fields, by name


def escalation(**changes: object) -> EscalationCard:
    fields: dict[str, object] = {
        "project": "Claims Copilot",
        "short": "Rollback",
        "label": "who can order it",
        "role": "the person who can order a rollback",
        "decision_on": date(2026, 12, 1),
        "days_left": 8,
        "asked": "sam",
        "seconds": 20,
        "ways": _ways(DECIDER, Tap.NAME, Tap.OPEN, more=(Tap.LET_GO,)),
    }
    return EscalationCard(**fields | changes)  # type: ignore[arg-type]  # its fields, by name


def why(kind: Kind = Kind.NUDGE, about: About | None = None, *, most: int = 3) -> WhyCard:
    return WhyCard(
        kind=kind,
        project="Claims Copilot",
        label="who can order it",
        asked_on=date(2026, 11, 23),
        most=most,
        about=about,
        ways=(Way(tap=Tap.PREFERENCES),),
    )


_ASIDE = (Way(tap=Tap.WHY, review="r1"), Way(tap=Tap.PREFERENCES))


def letter(*lines: Line, since: date | None = None) -> LetterCard:
    return LetterCard(to="dana", lines=lines, since=since, ways=_ASIDE if any(line.ways for line in lines) else ())


_BLOCKER = BlockerLine(label="approver", question="Approval", reason="not answered", who="mika")
_COUNTS = (
    ("Running it", 4, 4),
    ("Failure", 3, 3),
    ("Success", 2, 3),
    ("Rollback", 0, 4),
    ("Approval", 0, 3),
    ("Training", 1, 4),
)


def digest_line(project: str, state: DigestState = DigestState.CALM, **changes: object) -> DigestLine:
    fields: dict[str, object] = {
        "project": project,
        "state": state,
        "readiness": 81,
        "change": 0,
        "progress": 90,
        "decision_on": date(2027, 1, 9),
        "days_left": 40,
    }
    return DigestLine(**fields | changes)  # type: ignore[arg-type]  # a digest line's fields, by name


def _blocked(project: str, review: str, **changes: object) -> DigestLine:
    fields: dict[str, object] = {
        "readiness": 59,
        "change": 6,
        "decision_on": date(2026, 12, 15),
        "days_left": 15,
        "blockers": 1,
        "blocker": _BLOCKER,
        "blocker_asked": True,
        "new": ("steps", "today's number"),
        "next_gap": "F3",
        "next_gap_labels": ("Rollback: last rehearsal",),
        "ways": (
            *_ways("approve.approver", Tap.ANSWER, review=review),
            Way(tap=Tap.OPEN, choice="C1/1700000000.000100", review=review),
        ),
    }
    return digest_line(project, DigestState.BLOCKED, **fields | changes)


def _idle(project: str, review: str) -> DigestLine:
    taps = (Way(tap=Tap.PAUSE, review=review), Way(tap=Tap.GO_ON, review=review))
    return digest_line(project, DigestState.IDLE, ways=taps)


_DIGEST_WAYS = (Way(tap=Tap.DIGEST_DAY), Way(tap=Tap.DIGEST_OFF))


def digest(*lines: DigestLine, **changes: object) -> DigestCard:
    fields: dict[str, object] = {
        "on": date(2026, 11, 30),
        "lines": lines,
        "pack": "core 0.1.0",
        "lead_over_weakest": 25,
        "blocked_ceiling": 59,
        "ways": _DIGEST_WAYS,
    }
    return DigestCard(**fields | changes)  # type: ignore[arg-type]  # a digest's fields, by name


_ROLL_UP = (
    RollUpLine(
        project="Claims Copilot", stage="pilot", readiness=59, blocker="approver", decision_on=date(2026, 12, 15)
    ),
    RollUpLine(project="Letter Sorter", stage="scaling", readiness=81, blocker=None, decision_on=None),
)


def digests(spot_check: Quote) -> Mapping[str, DigestCard]:
    claims = _blocked(
        "Claims Copilot",
        "r1",
        questions=tuple(QuestionLine(short=short, answered=n, total=of) for short, n, of in _COUNTS),
        due=(
            PromiseLine(label="support route", short="Running it", who="dana", on=date(2026, 12, 4), known_gap=False),
        ),
        gaps=(PromiseLine(label="training plan", short="Training", who="lee", on=date(2027, 2, 1), known_gap=True),),
        not_applicable=2,
        spot_check=spot_check,
        spot_check_label="ways it can go wrong",
    )
    return {
        "digest": digest(claims, digest_line("Letter Sorter"), _idle("Invoice Reader", "r3")),
        "digest-quiet": digest(digest_line("Letter Sorter"), digest_line("Fraud Radar", DigestState.PAUSED)),
        "digest-quiet-but-asked-for": digest(digest_line("Letter Sorter"), asked_for=True),
        "digest-good-news": digest(digest_line("Letter Sorter", change=4, new=("runbook",))),
        "digest-more-to-answer": digest(
            _blocked("Letter Sorter", "r2", blockers=0, blocker=None, blocker_asked=False),
            _blocked("Invoice Reader", "r3", blockers=3, blocker_asked=False),
            _blocked("Fraud Radar", "r4", blocker=replace(_BLOCKER, reason="not confirmed")),
            _blocked("Last of Four", "r5", blockers=0, blocker=None),
        ),
        "digest-many": digest(
            *(_blocked(f"Project {n}", f"r{n}", change=-n, new=(), new_more=0) for n in range(1, 5)),
            digest_line("On hold", DigestState.PAUSED, until=date(2027, 1, 4)),
            digest_line("Without a date", decision_on=None, days_left=None),
            digest_line("Decided today", days_left=0),
            digest_line("Gone by", days_left=-2),
            *(digest_line(f"Calm {n}", change=n) for n in range(22)),
        ),
        "digest-promised-before": digest(
            digest_line(
                "Letter Sorter",
                due=(
                    PromiseLine(
                        label="runbook", short="Running it", who="dana", on=date(2026, 11, 27), known_gap=False
                    ),
                    PromiseLine(label="steps", short="Rollback", who="lee", on=date(2026, 11, 30), known_gap=False),
                ),
            )
        ),
        "digest-off": digest(digest_line("Letter Sorter"), asked_for=True, ways=(Way(tap=Tap.DIGEST_ON),)),
        "digest-none-yet": digest(asked_for=True, pack=""),
        "digest-roll-up": digest(roll_up=_ROLL_UP),
        "digest-owner-and-sponsor": digest(claims, roll_up=_ROLL_UP),
    }


def preferences(changed: str = "", **changes: object) -> PreferencesCard:
    fields: dict[str, object] = {
        "begins": time(9, 30),
        "ends": time(16, 30),
        "days": (0, 1, 2, 3, 4),
        "zone": "Europe/Berlin",
        "country": "DE-BY",
        "away_until": None,
        "nudges": True,
        "nudges_from": None,
        "digest": True,
        "digest_day": 0,
        "digest_at": time(9, 30),
        "next_digest_on": date(2026, 11, 30),
        "changed": changed,
        "ways": (Way(tap=Tap.PREFERENCES), Way(tap=Tap.NUDGES_OFF), Way(tap=Tap.DIGEST_OFF)),
    }
    return PreferencesCard(**fields | changes)  # type: ignore[arg-type]  # preferences, by name


_BACK = date(2027, 1, 4)
_OFF = (Way(tap=Tap.NUDGES_ON), Way(tap=Tap.DIGEST_ON), Way(tap=Tap.DIGEST_NOW))
PREFERENCES: Mapping[str, PreferencesCard] = {
    "preferences": preferences(),
    "preferences-off": preferences(
        days=(0, 2, 3), country=None, away_until=_BACK, nudges=False, digest=False, next_digest_on=None, ways=_OFF
    ),
    "preferences-paused": preferences(nudges_from=_BACK, next_digest_on=None),
    "preferences-hours": preferences("hours"),
    "preferences-away": preferences("away", away_until=_BACK),
    "preferences-back": preferences("away"),
    "preferences-nudges-on": preferences("nudges"),
    "preferences-nudges-off": preferences("nudges", nudges=False),
    "preferences-nudges-paused": preferences("nudges", nudges_from=_BACK),
    "preferences-digest": preferences("digest", digest_day=4, next_digest_on=date(2026, 12, 4)),
    "preferences-several": preferences("several", nudges=False, digest_day=4, next_digest_on=date(2026, 12, 4)),
    "preferences-joined": preferences(
        joined=(Elsewhere(platform="teams", name="Dana Rossi"), Elsewhere(platform="console", name="dana"))
    ),
    "preferences-digest-off": preferences("digest", digest=False, next_digest_on=None),
}


def _here_ways(*taps: Tap, item: str = "rollback.steps") -> tuple[Way, ...]:
    """In a message of the review's own, which says of which it is; what comes after the second is in the overflow."""
    name = item.rpartition(".")[2]
    return tuple(Way(tap=tap, item=item, name=name, more=n > 1) for n, tap in enumerate(taps))


def ask_here(**changes: object) -> AskHereCard:
    fields: dict[str, object] = {
        "to": "dana",
        "project": "Claims Copilot",
        "short": "Rollback",
        "label": "steps",
        "prompt": "How is it turned off, and how long does that take?",
        "seconds": 60,
        "ways": _here_ways(Tap.ANSWER, Tap.NOT_ME, Tap.LATER, Tap.DOES_NOT_APPLY),
    }
    return AskHereCard(**fields | changes)  # type: ignore[arg-type]  # the card's fields, by name


def unreachable(*labels: str, **changes: object) -> UnreachableCard:
    ask = (Way(tap=Tap.ASK, item="rollback.steps", name="steps"),) if labels else ()
    fields: dict[str, object] = {"project": "Claims Copilot", "person": "dana", "to": "ana", "labels": labels}
    ways = (*ask, _THREAD)
    return UnreachableCard(**fields | {"ways": ways} | changes)  # type: ignore[arg-type]  # its fields, by name


_THREAD = Way(tap=Tap.OPEN, choice="C1/1700000000.000100", review="1700000000.000100", more=True)
_NAMED = {"role": "service owner", "label": "service owner", "short": "Running it", "seconds": 20}
UNREACHABLE: Mapping[str, Card] = {
    "ask-here": ask_here(),
    "ask-here-named": ask_here(ways=_here_ways(Tap.YES, Tap.NO, Tap.SNOOZE, item="run.service_owner"), **_NAMED),
    "ask-here-holds": ask_here(holds=True, ways=_here_ways(Tap.ANSWER, Tap.KEEP, Tap.SNOOZE, Tap.NOT_ME)),
    "ask-here-named-yes": ask_here(became=Became.KEPT, by="dana", ways=(), **_NAMED),
    "ask-here-answered": ask_here(became=Became.ANSWERED, by="tom", ways=()),
    "ask-here-declined": ask_here(became=Became.DECLINED, by="dana", ways=()),
    "unreachable": unreachable("steps"),
    "unreachable-several": unreachable("steps", "trigger"),
    "unreachable-nothing-asked": unreachable(),
    "unreachable-owner": unreachable(person="ana", to="lena", of_owner=True),
    "unreachable-back": unreachable(open=False, back=True, ways=()),
    "unreachable-settled": unreachable(open=False, ways=()),
    "letter-unreachable": letter(unreachable("steps")),
}


def letters(
    ask: AskCard, confirm: ConfirmCard, quiet: QuietCard, gone: GoneCard, offer: PackOfferCard
) -> Mapping[str, LetterCard]:
    elsewhere = nudge(project="Letter Sorter", ways=nudge_ways(DECIDER, "r2"))
    answered = nudge(became=Became.ANSWERED, by="ana")
    return {
        "letter": letter(nudge(), runbook(About.PROMISED, due_on=date(2026, 11, 23))),
        "letter-one": letter(nudge()),
        "letter-one-settled": letter(answered),
        "letter-one-settled-by-the-reader": letter(replace(answered, by="dana")),
        "letter-one-of-two-settled": letter(answered, runbook()),
        "letter-all-settled": letter(answered, nudge(became=Became.SNOOZED, until=date(2026, 11, 24))),
        "letter-two-projects": letter(nudge(), _target(), elsewhere),
        "letter-catch-up": letter(nudge(), elsewhere, since=date(2026, 11, 19)),
        "letter-catch-up-of-one": letter(confirm, since=date(2026, 11, 19)),
        "letter-put-off": letter(replace(ask, until=_BACK), replace(confirm, until=_BACK), runbook()),
        "letter-mixed": letter(confirm, ask, heads_up()),
        "letter-mixed-more": letter(escalation(), gone, nudge(About.REVIEW, due_on=date(2026, 11, 30), **_FALLBACK)),
        "letter-quiet-and-offer": letter(quiet, offer),
        "letter-ask": letter(ask),
        "letter-confirm": letter(confirm),
        "letter-heads-up": letter(heads_up()),
        "letter-escalation": letter(escalation()),
        "letter-quiet": letter(quiet),
        "letter-gone": letter(gone),
        "letter-offer": letter(offer),
    }


WHYS: Mapping[str, WhyCard] = {
    **{f"why-{about}": why(about=about) for about in About},
    "why-status-weekly": why(about=About.STATUS, most=0),
    **{f"why-{kind}": why(kind) for kind in Kind},
    "why-once": why(most=1),
}
TOLD: Mapping[str, Card] = {
    **NUDGES,
    "heads-up": heads_up(),
    "heads-up-other-day": heads_up(on=date(2026, 11, 27)),
    "heads-up-to-owner": heads_up(part="owner"),
    "heads-up-to-sponsor": heads_up(lead="sol", part="sponsor", label="target", short="Success", role=""),
    "heads-up-to-service-owner": heads_up(lead="dana", part="service_owner", label="fallback", role=""),
    "heads-up-no-person": heads_up(label="steps", short="Rollback", role=""),
    "heads-up-let-go": heads_up(became=Became.LET_GO, ways=()),
    "heads-up-answered": heads_up(became=Became.ANSWERED, by="ana", ways=()),
    "escalation": escalation(),
    "escalation-no-person": escalation(label="steps", role="", decision_on=None, days_left=None),
    "escalation-today": escalation(days_left=0),
    "escalation-gone-by": escalation(days_left=-1),
    "escalation-let-go": escalation(became=Became.LET_GO, ways=()),
    **UNREACHABLE,
    **WHYS,
    **PREFERENCES,
}
MORNING = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # when somebody will be asked
