"""What each event does: the acts it adds to a review. Which handler runs when stands in `engine.py`.

A handler decides nothing about messages; what is to be said to one person it hands along as a whisper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from conversations import events
from conversations.activities import Source
from conversations.answering import DECISION_FIELD, answer_act, form_errors, intake
from conversations.board import board
from conversations.cards import FormErrorsCard, Notice, Tap, Way
from conversations.effects import Effect, FieldError, React, Turn, Whisper
from conversations.events import Event
from conversations.names import label_of
from conversations.packs import ItemType
from conversations.review import Act, ActKind, State
from conversations.scene import Scene, shown, standing_after, turn_of, whispered
from conversations.standing import ANSWERS, APPROVER, DECISION_DATE, UNANSWERED, Standing
from conversations.views import noted_card, view_card


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
    turn = shown(before, after, (Whisper(to=scene.event.by.id, card=noted),) if noted else ())
    return replace(turn, effects=(React(source=source), *turn.effects)) if understood and source else turn


def kept(scene: Scene, event: events.Kept) -> Turn:
    item = scene.item(event.item)
    if not item.can_be_kept and item.claim is None:
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
    if scene.item(event.item).confirmed:
        return whispered(scene, scene.notice(Notice.NOTHING_TO_CONFIRM), refused=True)
    return turn_of(scene, scene.act(ActKind.CONFIRMED, item=event.item))


def declined(scene: Scene, event: events.Declined) -> Turn:
    acts = [scene.act(ActKind.DECLINED, item=event.item)]
    if event.ask:
        acts.append(_delegation(scene, event.item, event.ask))
    return turn_of(scene, *acts)


def skipped(scene: Scene, event: events.Skipped) -> Turn:
    others = [key for key, item in scene.standing.items.items() if not item.settled and key != event.item]
    if not others and not scene.item(event.item).settled:
        return whispered(scene, scene.notice(Notice.ONLY_ONE_LEFT))
    return turn_of(scene, scene.act(ActKind.SKIPPED, item=event.item))


def reopened(scene: Scene, event: events.Reopened) -> Turn:
    return turn_of(scene, scene.act(ActKind.REOPENED, item=event.item))


def undone(scene: Scene, event: events.Undone) -> Turn:
    return _taken_back(scene, lambda act: act.by == event.by.id and act.kind not in _NOT_UNDONE)


def disowned(scene: Scene, event: events.Disowned) -> Turn:
    by, owner = event.by.id, scene.standing.owner
    about = (event.item,) if event.item else scene.standing.items
    return _taken_back(scene, lambda act: act.kind in ANSWERS and by in (act.by, owner) and act.item in about)


def _taken_back(scene: Scene, which: Callable[[Act], bool]) -> Turn:
    """The newest turn with such acts; said again there is nothing to take back."""
    acts, by = scene.standing.review.acts, scene.event.by.id
    since = max((act.n for act in acts if act.kind is ActKind.WITHDRAWN and act.by == by), default=0)
    gone = [act for act in scene.standing.live if act.n > since and which(act)]
    if not gone:
        return whispered(scene, scene.notice(Notice.NOTHING_TO_UNDO), refused=True)
    return _withdrawn(scene, [act for act in gone if act.turn == gone[-1].turn])


def _withdrawn(scene: Scene, gone: list[Act]) -> Turn:
    seconds = _seconds_of(scene, gone)
    left = [_alone(scene, act) for act in seconds]
    withdrawn = (scene.act(ActKind.WITHDRAWN, item=act.item, target=act.n) for act in (*gone, *seconds))
    turn = turn_of(scene, *withdrawn, *left)
    thanked = (act for act in gone if act.kind in ANSWERS and not act.follow_up)
    sources = dict.fromkeys(act.source for act in thanked if act.source)
    labels = tuple(label_of(scene.item(act.item).item) for act in gone if act.item)
    said = scene.notice(Notice.TAKEN_BACK, names=labels)
    return replace(turn, effects=(*(React(source=s, off=True) for s in sources), *turn.effects, said))


def _seconds_of(scene: Scene, gone: list[Act]) -> list[Act]:
    """The standing answers that were joined to what is taken back."""
    taken = {act.n for act in gone}
    answers = (item.answer for item in scene.standing.items.values())
    return [act for act in answers if act is not None and act.target in taken and act.n not in taken]


def _alone(scene: Scene, second: Act) -> Act:
    """The second message of a join as its author's answer, judged anew without the first."""
    item, text = second.item or "", second.said or ""
    author = replace(scene.event.by, id=second.by, name=second.by)
    answered = events.Answered(by=author, via=second.via, source=second.source, values={item: text}, explicit=True)
    return replace(answer_act(scene.standing, answered, item, text, scene.rules), kind=second.kind, at=second.at)


def reclaimed(scene: Scene, event: events.Reclaimed) -> Turn:
    standing = scene.standing
    used = {act.source for act in standing.live if act.verdict is not None}
    unused = (act for act in reversed(standing.live) if act.kind is ActKind.LEFT_ALONE and act.source not in used)
    left = next((act for act in unused if act.said), None)
    item = (left.item or standing.asked) if left else None
    if left is None or item is None or (left.item and standing.items[left.item].settled):
        return whispered(scene, scene.notice(Notice.NOTHING_TO_USE), refused=True)
    author = replace(event.by, id=left.by, name=left.by)
    return answered(scene, events.Answered(by=author, source=left.source, values={item: left.said or ""}))


def paused(scene: Scene, event: events.Paused) -> Turn:
    return turn_of(scene, scene.act(ActKind.PAUSED, day=event.until))


def resumed(scene: Scene, _event: Event) -> Turn:
    return turn_of(scene, scene.act(ActKind.RESUMED))


def finished(scene: Scene, _event: Event) -> Turn:
    return turn_of(scene, scene.act(ActKind.FINISHED))


def cancelled(scene: Scene, event: events.Cancelled) -> Turn:
    newest = next((act for act in reversed(scene.standing.live) if act.by == event.by.id), None)
    if event.sure or (newest is not None and newest.kind is ActKind.CANCEL_ASKED):
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
    errors, profile = intake(event.values, scene.now, scene.rules)
    if errors or not profile:
        return replace(whispered(scene, *_errors_whisper(scene, errors)), errors=errors, refused=bool(errors))
    day = profile.pop(DECISION_FIELD, None)
    acts = [scene.act(ActKind.DESCRIBED, profile=profile)] if profile else []
    if day:
        acts.append(_dated(scene, event, date.fromisoformat(day)))
    return turn_of(scene, *acts)


def viewed(scene: Scene, event: events.Viewed) -> Turn:
    return whispered(scene, Whisper(to=event.by.id, card=view_card(scene.standing, event)))


def left_alone(scene: Scene, event: events.LeftAlone) -> Turn:
    notice = _LEFT_ALONE.get(event.because)
    page = _open_page(scene.standing) if notice is Notice.LEFT_ALONE_FILE else None
    if notice is None or (notice is Notice.LEFT_ALONE_FILE and page is None):
        return whispered(scene)
    way = Way(tap=Tap.USE_THAT)
    act = scene.act(ActKind.LEFT_ALONE, said=event.words, item=page)
    return turn_of(scene, act, also=(scene.notice(notice, person=event.to, ways=(way,)),))


def _open_page(standing: Standing) -> str | None:
    """The item that a file could answer: the one asked, else the first open one that wants a page."""
    pages = [k for k, item in standing.items.items() if item.item.type is ItemType.URL and item.state in UNANSWERED]
    return standing.asked if standing.asked in pages else next(iter(pages), None)


def ignored(scene: Scene, _event: Event) -> Turn:
    """The thread of a closed review belongs to whoever talks there."""
    return whispered(scene)


def misspoken(scene: Scene, event: events.Misspoken) -> Turn:
    said = scene.notice(Notice(event.unclear.value), names=event.words, count=event.count)
    return whispered(scene, said, refused=event.unclear not in _ONLY_ASKED)


def closed(scene: Scene, _event: Event) -> Turn:
    return whispered(scene, scene.notice(Notice.CLOSED, ways=(Way(tap=Tap.RESUME),)), refused=True)


def already(scene: Scene, _event: Event) -> Turn:
    return whispered(scene, scene.notice(Notice.ALREADY), refused=True)


def undone_when_closed(scene: Scene, event: Event) -> Turn:
    """Of a closed review only what closed it can be taken back."""
    act = scene.standing.phase_act
    if act is None or act.by != event.by.id:
        return closed(scene, event)
    return _taken_back(scene, lambda each: each.n == act.n)


_NOT_UNDONE = (ActKind.LEFT_ALONE, ActKind.CANCEL_ASKED)
_ONLY_ASKED = (events.Unclear.UNTIL_WHEN, events.Unclear.NOTHING_ASKED)
_LEFT_ALONE = {
    events.LeftAloneBecause.TO_SOMEBODY: Notice.LEFT_ALONE,
    events.LeftAloneBecause.FILE: Notice.LEFT_ALONE_FILE,
}
