"""What each event does: the acts it adds to a review. Which handler runs when stands in `engine.py`.

A handler decides nothing about messages; what is to be said to one person it hands along as a whisper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from conversations import events
from conversations.activities import Source
from conversations.answering import DECISION_FIELD, answer_act, form_errors, intake
from conversations.board import board
from conversations.cards import Became, FormErrorsCard, Notice, Tap, Way
from conversations.effects import Effect, FieldError, React, Turn, Whisper
from conversations.events import Event
from conversations.item_standing import UNANSWERED
from conversations.names import label_of
from conversations.packs import ItemType
from conversations.review import Act, ActKind, State
from conversations.scene import Scene, shown, standing_after, turn_of, whispered
from conversations.standing import APPROVER, DECISION_DATE, Standing
from conversations.told import LETS_GO, can_be_renewed, messages_to, open_messages, outcome
from conversations.views import noted_card, view_card
from conversations.ways import item_ways


def answered(scene: Scene, event: events.Answered) -> Turn:
    acts = [answer_act(scene.standing, event, key, text, scene.rules) for key, text in event.values.items()]
    if any(act.kind is ActKind.WAIVED and act.item == APPROVER for act in acts):
        return whispered(scene, scene.notice(Notice.ALWAYS_APPLIES), refused=True)
    return _with_thanks(scene, acts)


def form_submitted(scene: Scene, event: events.FormSubmitted) -> Turn:
    values = {key: text for key, text in event.values.items() if text.strip()}
    errors = form_errors(scene.standing, replace(event, values=values), scene.rules)
    if errors or not values:
        return replace(whispered(scene, *_errors_whisper(scene, errors)), errors=errors, refused=bool(errors))
    said = events.Answered(
        by=event.by, via=Source.FORM, source=event.source, values=values, replaces=True, outsiders=event.outsiders
    )
    return answered(replace(scene, event=said), said)


def _errors_whisper(scene: Scene, errors: Mapping[str, FieldError]) -> tuple[Effect, ...]:
    card = FormErrorsCard(errors=tuple((key, error.fault, error.about) for key, error in errors.items()))
    return (Whisper(to=scene.event.by.id, card=card),) if errors else ()


def _with_thanks(scene: Scene, acts: Sequence[Act]) -> Turn:
    """The ✓, and to who has answered what comes next, where nothing else asks for something first."""
    before, after, source = board(scene.standing), standing_after(scene, acts), acts[-1].source
    understood = any(act.verdict is not None and not act.follow_up for act in acts)
    said = any(act.item and f"follow_up/{act.item}" in before for act in acts)  # its follow-up turns into "noted"
    noted = noted_card(after, acts[-1]) if understood and not said and scene.event.via is Source.THREAD else None
    written_to = {told.item for told in open_messages(scene.standing, scene.event.by.id)}
    if noted and any(act.item in written_to or scene.item(act.item or "").assignee == act.by for act in acts):
        noted = replace(noted, next_number=None, next_of=0, next_prompt=None)  # they were asked for this one only
    turn = shown(before, after, (Whisper(to=scene.event.by.id, card=noted),) if noted else ())
    return replace(turn, effects=(React(source=source), *turn.effects)) if understood and source else turn


def kept(scene: Scene, event: events.Kept) -> Turn:
    item = scene.item(event.item)
    holds = can_be_renewed(scene.standing, item, event.by.id)
    if not (item.can_be_kept or holds) and item.claim is None:
        return whispered(scene, scene.notice(Notice.NOTHING_TO_KEEP), refused=True)
    return turn_of(scene, scene.act(ActKind.KEPT, item=event.item))


def deferred(scene: Scene, event: events.Deferred) -> Turn:
    standing = scene.standing
    last = scene.now.date() + timedelta(days=standing.pack.scoring.defer_horizon_days)
    last = min(last, standing.decision_on) if standing.decision_on else last
    gap = event.until > last
    act = scene.act(ActKind.DEFERRED, item=event.item, day=event.until, known_gap=gap)
    return turn_of(scene, act, also=(scene.notice(Notice.HELD_UNTIL, day=last),) if gap else ())


def waiver_decided(scene: Scene, event: events.WaiverAccepted | events.WaiverRejected) -> Turn:
    kind = ActKind.ACCEPTED if isinstance(event, events.WaiverAccepted) else ActKind.REJECTED
    if scene.item(event.item).state is not State.NA_PENDING:
        return whispered(scene, scene.notice(Notice.NOTHING_TO_ACCEPT), refused=True)
    return turn_of(scene, scene.act(kind, item=event.item))


def settled(scene: Scene, event: events.Settled) -> Turn:
    sides = scene.item(event.item).sides
    if not 1 <= event.choice <= len(sides):
        return whispered(scene, scene.notice(Notice.NO_CONFLICT, count=len(sides)), refused=True)
    return turn_of(scene, scene.act(ActKind.SETTLED, item=event.item, target=sides[event.choice - 1].n))


def delegated(scene: Scene, event: events.Delegated) -> Turn:
    mine = scene.notice(Notice.YOURS, label=label_of(scene.item(event.item).item))
    return turn_of(scene, _delegation(scene, event.item, event.to), also=(mine,) if event.to == event.by.id else ())


def _delegation(scene: Scene, item: str, to: str) -> Act:
    if to == scene.event.by.id:
        return scene.act(ActKind.TAKEN, item=item)
    return scene.act(ActKind.DELEGATED, item=item, person=to)


def confirmed(scene: Scene, event: events.Confirmed) -> Turn:
    item = scene.item(event.item)
    if item.confirmed and not can_be_renewed(scene.standing, item, event.by.id):
        return whispered(scene, scene.notice(Notice.NOTHING_TO_CONFIRM), refused=True)
    return turn_of(scene, scene.act(ActKind.CONFIRMED, item=event.item))


def declined(scene: Scene, event: events.Declined) -> Turn:
    acts = [scene.act(ActKind.DECLINED, item=event.item)]
    if event.ask:
        acts.append(_delegation(scene, event.item, event.ask))
    return turn_of(scene, *acts)


def snoozed(scene: Scene, event: events.Snoozed) -> Turn:
    return turn_of(scene, scene.act(ActKind.SNOOZED, item=event.item, day=event.until))


def let_go(scene: Scene, event: events.LetGo) -> Turn:
    told = (act for act in reversed(messages_to(scene.standing, event.by.id)) if act.option in LETS_GO)
    newest = next((act for act in told if act.item == event.item), None)
    if newest is None or outcome(scene.standing, newest).became not in (None, Became.PAUSED):
        return whispered(scene, scene.notice(Notice.NOTHING_SENT), refused=True)
    return turn_of(scene, scene.act(ActKind.LET_GO, item=event.item, target=newest.n))


def skipped(scene: Scene, event: events.Skipped) -> Turn:
    others = [key for key, item in scene.standing.items.items() if not item.settled and key != event.item]
    if not others and not scene.item(event.item).settled:
        return whispered(scene, scene.notice(Notice.ONLY_ONE_LEFT))
    return turn_of(scene, scene.act(ActKind.SKIPPED, item=event.item))


def reopened(scene: Scene, event: events.Reopened) -> Turn:
    return turn_of(scene, scene.act(ActKind.REOPENED, item=event.item))


def reclaimed(scene: Scene, event: events.Reclaimed) -> Turn:
    standing = scene.standing
    used = {act.source for act in standing.live if act.verdict is not None}
    unused = (act for act in reversed(standing.live) if act.kind is ActKind.LEFT_ALONE and act.source not in used)
    left = next((act for act in unused if act.said), None)
    item = (left.item or standing.asked) if left else None
    if left is None or item is None or item not in standing.items or (left.item and standing.items[item].settled):
        return whispered(scene, scene.notice(Notice.NOTHING_TO_USE), refused=True)
    author = replace(event.by, id=left.by, name=left.by, outsider=left.outside)
    outsiders = frozenset({left.person} if left.person and left.stranger else ())
    values = {item: left.said or ""}
    return answered(scene, events.Answered(by=author, source=left.source, values=values, outsiders=outsiders))


def paused(scene: Scene, event: events.Paused) -> Turn:
    return turn_of(scene, scene.act(ActKind.PAUSED, day=event.until))


def resumed(scene: Scene, _event: Event) -> Turn:
    return turn_of(scene, scene.act(ActKind.RESUMED))


def finished(scene: Scene, _event: Event) -> Turn:
    return turn_of(scene, scene.act(ActKind.FINISHED))


def cancelled(scene: Scene, event: events.Cancelled) -> Turn:
    newest = next((act for act in reversed(scene.standing.live) if act.by == event.by.id), None)
    said_again = newest is not None and newest.kind is ActKind.CANCEL_ASKED
    if event.sure or (said_again and event.via is not Source.BUTTON):  # the button that asks is not the one that does
        return turn_of(scene, scene.act(ActKind.CANCELLED))
    sure = Way(tap=Tap.CANCEL, choice="sure")
    return turn_of(scene, scene.act(ActKind.CANCEL_ASKED), also=(scene.notice(Notice.CANCEL_SURE, ways=(sure,)),))


def handed_over(scene: Scene, event: events.HandedOver) -> Turn:
    return turn_of(scene, scene.act(ActKind.HANDED_OVER, person=event.to))


def date_changed(scene: Scene, event: events.DateChanged) -> Turn:
    return turn_of(scene, _dated(scene, event, event.to))


def _dated(scene: Scene, event: Event, day: date) -> Act:
    """The date of the decision is an answer where the pack asks for it."""
    if DECISION_DATE not in scene.standing.items:
        return scene.act(ActKind.DATED, day=day)
    values = {DECISION_DATE: day.isoformat()}
    answered = events.Answered(by=event.by, source=event.source, values=values, replaces=True)
    return answer_act(scene.standing, answered, DECISION_DATE, day.isoformat(), scene.rules)


def described(scene: Scene, event: events.Described) -> Turn:
    errors, profile = intake(event, scene.now, scene.rules)
    if errors or not profile:
        return replace(whispered(scene, *_errors_whisper(scene, errors)), errors=errors, refused=bool(errors))
    day = profile.pop(DECISION_FIELD, None)
    acts = [scene.act(ActKind.DESCRIBED, profile=profile)] if profile else []
    if day:
        acts.append(_dated(scene, event, date.fromisoformat(day)))
    return turn_of(scene, *acts, also=_overlays_changed(scene, acts))


def _overlays_changed(scene: Scene, acts: Sequence[Act]) -> tuple[Effect, ...]:
    """Which answers the intake has brought or taken with it, to who filled it in."""
    before, after = scene.standing.pack, standing_after(scene, acts).pack
    joined = tuple(label_of(item) for key, item in after.by_key.items() if key not in before.by_key)
    left = sum(key not in after.by_key for key in before.by_key)
    changed = scene.notice(Notice.OVERLAYS_CHANGED, names=joined, count=left)
    return (changed,) if joined or left else ()


def viewed(scene: Scene, event: events.Viewed) -> Turn:
    return whispered(scene, Whisper(to=event.by.id, card=view_card(scene.standing, event)))


def left_alone(scene: Scene, event: events.LeftAlone) -> Turn:
    notice = _LEFT_ALONE.get(event.because)
    page = _open_page(scene.standing) if notice is Notice.LEFT_ALONE_FILE else None
    if notice is None or (notice is Notice.LEFT_ALONE_FILE and page is None):
        return whispered(scene)
    way = Way(tap=Tap.USE_THAT)
    act = scene.act(ActKind.LEFT_ALONE, said=event.words, item=page, person=event.to, stranger=event.to_outsider)
    return turn_of(scene, act, also=(scene.notice(notice, person=event.to, ways=(way,)),))


def _open_page(standing: Standing) -> str | None:
    """The item that a file could answer: the one asked, else the first open one that wants a page."""
    pages = [k for k, item in standing.items.items() if item.item.type is ItemType.URL and item.state in UNANSWERED]
    return standing.asked if standing.asked in pages else next(iter(pages), None)


def ignored(scene: Scene, _event: Event) -> Turn:
    """The thread of a closed review belongs to whoever talks there."""
    return whispered(scene)


def misspoken(scene: Scene, event: events.Misspoken) -> Turn:
    ways = _ways_to_say_it(scene, event)
    said = scene.notice(Notice(event.unclear.value), names=event.words, count=event.count, ways=ways)
    return whispered(scene, said, refused=event.unclear not in _ONLY_ASKED)


def _ways_to_say_it(scene: Scene, event: events.Misspoken) -> tuple[Way, ...]:
    tap = Tap.OPEN if event.unclear is events.Unclear.OLD_BUTTON else event.tap
    if tap is None or event.item is None:
        return (Way(tap=tap),) if tap else ()
    return item_ways(scene.standing, event.item, (tap,))


def already(scene: Scene, _event: Event) -> Turn:
    return whispered(scene, scene.notice(Notice.ALREADY), refused=True)


_ONLY_ASKED = (events.Unclear.UNTIL_WHEN, events.Unclear.NOTHING_ASKED)
_LEFT_ALONE = {
    events.LeftAloneBecause.TO_SOMEBODY: Notice.LEFT_ALONE,
    events.LeftAloneBecause.FILE: Notice.LEFT_ALONE_FILE,
}
