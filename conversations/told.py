"""What single people were written to about a review, and what became of each message.

That they were written to stands in its acts (REMINDED); what became of it is looked up in the acts that came after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from conversations.cards import About, Became
from conversations.item_standing import ItemStanding
from conversations.review import LIVING, Act, ActKind, Phase, Review, State
from conversations.standing import Standing
from conversations.steps import Kind
from conversations.verdicts import Verdict

LETS_GO = (Kind.HEADS_UP, Kind.ESCALATION)  # kinds that offer to leave it
PRESSES = (Kind.NUDGE, *LETS_GO)  # kinds that nobody has asked for
LOOKS = (About.STATUS, About.PASSED, About.REVIEW)  # an answer is there, and is it so?
_OWN_NAMES = (Kind.ASK, Kind.CONFIRM)
_WITHOUT_ITEM: Mapping[str, Kind] = {  # by how their keys begin
    "quiet": Kind.QUIET_WALK,
    "gone": Kind.OWNER_GONE,
    "owner": Kind.OWNER_GONE,
    "reach": Kind.OWNER_GONE,
    "pack": Kind.NUDGE,
}
_WAITING = (State.OPEN, State.KNOWN_GAP, State.VAGUE, State.DEFERRED, State.STALE)
_LACKING = (State.OPEN, State.KNOWN_GAP, State.VAGUE)
_ANSWERS = (ActKind.ANSWERED, ActKind.RIVALLED, ActKind.SETTLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    became: Became | None = None  # None while it is open
    by: str | None = None
    until: date | None = None


def key_of(review: Review, told: Act) -> str:
    """The key of the message that a REMINDED act stands for: its own, where it has no older name."""
    named = f"{told.option}/{told.item}/{told.person}"
    own = f"reminder/{told.n}/{told.person}"
    return own if own in review.posted or told.option not in _OWN_NAMES else named


def message_at(standing: Standing, person: str, key: str) -> Act | None:
    """The message of that name, else the newest one that somebody was written to."""
    messages = messages_to(standing, person)
    return message_named(standing, person, key) or (messages[-1] if messages else None)


def message_named(standing: Standing, person: str, key: str) -> Act | None:
    option = _WITHOUT_ITEM.get(key.partition("/")[0])
    messages = reversed(messages_to(standing, person))
    return next((act for act in messages if key_of(standing.review, act) == key or _is(act, option)), None)


def _is(told: Act, option: str | None) -> bool:
    return told.item is None and told.option == option


def messages_to(standing: Standing, person: str) -> list[Act]:
    """All that somebody was written to, oldest first; what is asked no longer is left out."""
    told = (act for act in standing.live if act.kind is ActKind.REMINDED and act.person == person)
    return [act for act in told if act.item is None or act.item in standing.items]


def open_messages(standing: Standing, person: str) -> list[Act]:
    """Those about answers that are waited for."""
    return [act for act in messages_to(standing, person) if act.item and is_open(standing, act)]


def newest_letter(messages: list[Act]) -> list[Act]:
    """The lines of one letter stand in one turn."""
    return [act for act in messages if act.turn == messages[-1].turn]


def written_to_about(standing: Standing, item: str, kinds: Collection[str] = tuple(Kind)) -> tuple[str, ...]:
    """Who was written to about an item, in messages of these kinds."""
    told = (act for act in standing.live if act.kind is ActKind.REMINDED and act.item == item)
    return tuple(dict.fromkeys(act.person for act in told if act.person and act.option in kinds))


def answerers(standing: Standing) -> set[str | None]:
    """Who was written to and can do something about it yet; who was told what blocks a review is told what follows."""
    told = (act for act in standing.live if act.kind is ActKind.REMINDED and act.option in PRESSES)
    known = (act for act in told if act.item in standing.items)
    return {act.person for act in known if act.option == Kind.ESCALATION or _is_theirs(outcome(standing, act))}


def _is_theirs(of: Outcome) -> bool:
    return of.became in (None, Became.SNOOZED, Became.DECLINED, Became.LET_GO)


def told_instead(standing: Standing) -> set[str | None]:
    """Who was told of people who cannot be written to, while these cannot."""
    spells = {act.n for act in standing.unreachable.values()}
    told = (act for act in standing.live if act.kind is ActKind.REMINDED and act.item is None)
    return {act.person for act in told if act.target in spells}


def is_open(standing: Standing, told: Act) -> bool:
    item = standing.items[told.item or ""]
    if told.option == Kind.ASK:
        return standing.phase in LIVING and item.assigned is not None and item.assignee == told.person
    if told.option == Kind.CONFIRM:
        return standing.phase in LIVING and item.state is State.UNCONFIRMED and item.named_here == told.person
    return outcome(standing, told).became is None


def outcome(standing: Standing, told: Act) -> Outcome:
    """What became of a nudge, a heads-up or an escalation."""
    item = standing.items[told.item or ""]
    since = takewhile(lambda act: act.n > told.n, reversed(standing.live))
    for act in (act for act in since if act.item == told.item and not act.again):
        if _asks_again(item, told, act):
            break
        if found := _settled_by(item, told, act):
            return found
    if standing.phase_act is not None and standing.phase is not Phase.OPEN:
        became = Became.PAUSED if standing.phase is Phase.PAUSED else Became.CLOSED
        return Outcome(became=became, by=standing.phase_act.by or None, until=standing.phase_act.day)
    waits = item.state in _WAITING or told.about in LOOKS
    return Outcome() if waits and not item.kept else Outcome(became=Became.SETTLED)


def snoozed_until(standing: Standing, item: ItemStanding, person: str, since: Act | None) -> date | None:
    """The day to which somebody has put off what they were written to about an item since an act."""
    snoozed = (a for a in reversed(standing.live) if a.kind is ActKind.SNOOZED and a.item == item.item.key)
    return next((act.day for act in snoozed if act.by == person and since and act.n > since.n), None)


def looks_at(standing: Standing, item: str, person: str) -> bool:
    """Whether somebody was written to because an answer that stands may be another one by now."""
    return any(act.item == item and act.about in LOOKS for act in open_messages(standing, person))


def can_be_renewed(standing: Standing, item: ItemStanding, person: str) -> bool:
    """Whether it means something to say that an answer holds: it is due for review, or will be soon."""
    if item.old_from is None or item.state not in (State.COMPLETE, State.STALE):
        return False
    if item.outdated is not None and item.outdated.kind in (ActKind.LEFT, ActKind.AWAY):
        return False
    soon = standing.now + timedelta(days=standing.pack.nudges.review_before_days)
    return item.old_from <= soon or looks_at(standing, item.item.key, person)


def _asks_again(item: ItemStanding, told: Act, act: Act) -> bool:
    """Since then it is theirs again, whatever was before."""
    if act.kind in _ANSWERS:
        return item.state in _LACKING and not item.kept and not _is_promise(act)
    return act is item.assigned and act.person == told.person


def _is_promise(answer: Act) -> bool:
    return answer.verdict is Verdict.DEFERRED or (answer.known_gap and answer.day is not None)


def _settled_by(item: ItemStanding, told: Act, act: Act) -> Outcome | None:
    theirs = act.by == told.person
    match act.kind:
        case ActKind.ANSWERED | ActKind.RIVALLED | ActKind.SETTLED if not _is_promise(act):
            return Outcome(became=Became.ANSWERED, by=act.by)
        case ActKind.ANSWERED | ActKind.RIVALLED | ActKind.DEFERRED:
            return Outcome(became=Became.DEFERRED, by=act.by, until=act.day)
        case ActKind.WAIVED if item.waiver is not None:
            return Outcome(became=Became.WAIVED, by=item.waiver.by)
        case ActKind.KEPT | ActKind.CONFIRMED:
            return Outcome(became=Became.KEPT, by=act.by)
        case ActKind.DELEGATED if act is item.assigned:
            return Outcome(became=Became.ASKED, by=act.person)
        case ActKind.TAKEN if item.assignee == act.by and not theirs:
            return Outcome(became=Became.ASKED, by=act.by)
        case ActKind.DECLINED if theirs:
            return Outcome(became=Became.DECLINED, by=act.by)
        case ActKind.SNOOZED if theirs:
            return Outcome(became=Became.SNOOZED, by=act.by, until=act.day)
        case ActKind.LET_GO if act.target == told.n:
            return Outcome(became=Became.LET_GO, by=act.by)
        case _:
            return None
