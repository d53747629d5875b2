"""The engine: one event in, one turn out.

Theory of operation. A review is a list of acts (`review.py`); where it stands is what they add up to
(`standing.py`); what should be on show follows from that (`board.py`). So a handler has one job: to decide which
acts an event adds. `_turn` adds them, and its effects are what changed on the board, with the whisper that a
handler may hand along.

Rules.
1. `TRANSITIONS` is the whole truth about what may happen when. An absent row is `EventRefused`: late, doubled or
   a programming error. What a person should hear about is a row whose handler whispers.
2. Who may do it is asked once, before the handler, of one table (`permissions.py`).
3. A refused event changes nothing.
4. `now` is an argument, and there is no other clock; same inputs, same turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from conversations import events
from conversations.activities import Source
from conversations.answering import DECISION_FIELD, answer_act, form_errors, intake
from conversations.board import Board, board, changes
from conversations.cards import FormErrorsCard, Notice, NoticeCard, Tap, Way
from conversations.effects import Effect, FieldError, React, Turn, Whisper
from conversations.errors import EventRefused
from conversations.events import Event
from conversations.names import label_of
from conversations.packs import ItemType
from conversations.permissions import INSIDERS_ONLY, who_may
from conversations.review import Act, ActKind, Phase, Review, State
from conversations.rules import Rules
from conversations.standing import APPROVER, DECISION_DATE, ItemStanding, Standing, stand
from conversations.views import noted_card, view_card


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a handler looks at."""

    standing: Standing
    event: Event
    rules: Rules

    @property
    def now(self) -> datetime:
        return self.standing.now

    def item(self, key: str) -> ItemStanding:
        return self.standing.items[key]

    def act(self, kind: ActKind, **fields: object) -> Act:
        """A new act of this event; `_turn` numbers it."""
        event = self.event
        act = Act(n=0, turn=0, kind=kind, by=event.by.id, at=self.now, via=event.via, source=event.source)
        return replace(act, **fields)  # type: ignore[arg-type]  # the fields are an act's, by name

    def notice(self, notice: Notice, **fields: object) -> Whisper:
        card = NoticeCard(notice=notice, project=self.standing.review.project, phase=self.standing.phase)
        return Whisper(to=self.event.by.id, card=replace(card, **fields))  # type: ignore[arg-type]  # a card's, by name


Handler: TypeAlias = Callable[[Scene, Any], Turn]  # each takes the event that its row names


def begin(review: Review, now: datetime) -> Turn:
    """The first turn of a new review, which has no acts yet: its root card and its first question."""
    return _shown({}, stand(review, now))


def step(standing: Standing, event: Event, rules: Rules) -> Turn:
    """One event through the engine, at the moment of `standing`. Raises `EventRefused`."""
    scene = Scene(standing=standing, event=event, rules=rules)
    handler = TRANSITIONS.get((scene.standing.phase, type(event)))
    if handler is None:
        raise EventRefused(f"{type(event).__name__} in phase {scene.standing.phase}")
    return _refusal(scene) or handler(scene, event)


def lapse(review: Review, now: datetime) -> Turn:
    """Time has passed: whatever the board says otherwise now is put right."""
    turn = _shown(board(stand(review, review.shown_at)), stand(review, now))
    return (
        replace(turn, review=replace(turn.review, shown_at=now))
        if turn.review and turn.effects
        else Turn(review=review)
    )


# --- what handlers share -------------------------------------------------------------------------------------------


def _turn(scene: Scene, *acts: Act, also: tuple[Effect, ...] = ()) -> Turn:
    return _shown(board(scene.standing), _after(scene, acts), also)


def _after(scene: Scene, acts: Iterable[Act]) -> Standing:
    """Where the review stands with some acts more."""
    review = scene.standing.review
    first, turn = len(review.acts) + 1, review.version + 1
    numbered = tuple(replace(act, n=first + i, turn=turn) for i, act in enumerate(acts))
    return stand(replace(review, acts=review.acts + numbered), scene.now)


def _shown(before: Board, after: Standing, also: tuple[Effect, ...] = ()) -> Turn:
    """The next version of a review, and what changes on its board by it."""
    shown, posted = board(after), after.review.posted
    review = replace(
        after.review,
        phase=after.phase,
        owner=after.owner,
        posted=(*posted, *(key for key in shown if key not in posted)),
        version=after.review.version + 1,
    )
    return Turn(review=review, effects=(*changes(before, shown, posted), *also))


def _whispered(scene: Scene, *whispers: Effect, refused: bool = False) -> Turn:
    return Turn(review=scene.standing.review, effects=whispers, refused=refused)


def _refusal(scene: Scene) -> Turn | None:
    event = scene.event
    if event.by.outsider and isinstance(event, INSIDERS_ONLY):
        return _whispered(scene, scene.notice(Notice.OUTSIDER), refused=True)
    people = who_may(scene.standing, event)
    if people is None or event.by.id in people:
        return None
    return _whispered(scene, scene.notice(Notice.REFUSED, people=people, act=type(event).__name__), refused=True)


# --- answers -------------------------------------------------------------------------------------------------------


def _answered(scene: Scene, event: events.Answered) -> Turn:
    acts = [answer_act(scene.standing, event, key, text, scene.rules) for key, text in event.values.items()]
    if any(act.kind is ActKind.WAIVED and act.item == APPROVER for act in acts):
        return _whispered(scene, scene.notice(Notice.ALWAYS_APPLIES), refused=True)
    return _with_thanks(scene, acts)


def _form_submitted(scene: Scene, event: events.FormSubmitted) -> Turn:
    values = {key: text for key, text in event.values.items() if text.strip()}
    errors = form_errors(scene.standing, replace(event, values=values), scene.rules)
    if errors or not values:
        return replace(_whispered(scene, *_errors_whisper(scene, errors)), errors=errors, refused=bool(errors))
    answered = events.Answered(
        by=event.by, via=Source.FORM, source=event.source, values=values, replaces=True, outsiders=event.outsiders
    )
    return _answered(replace(scene, event=answered), answered)


def _errors_whisper(scene: Scene, errors: Mapping[str, FieldError]) -> tuple[Effect, ...]:
    card = FormErrorsCard(errors=tuple((key, error.fault, error.about) for key, error in errors.items()))
    return (Whisper(to=scene.event.by.id, card=card),) if errors else ()


def _with_thanks(scene: Scene, acts: Sequence[Act]) -> Turn:
    """The ✓, and to who has answered what comes next, where nothing else asks for something first."""
    before, after, source = board(scene.standing), _after(scene, acts), acts[-1].source
    understood = any(act.verdict is not None and not act.follow_up for act in acts)
    said = any(act.item and f"follow_up/{act.item}" in before for act in acts)  # its follow-up turns into "noted"
    noted = noted_card(after, acts[-1]) if understood and not said and scene.event.via is Source.THREAD else None
    turn = _shown(before, after, (Whisper(to=scene.event.by.id, card=noted),) if noted else ())
    return replace(turn, effects=(React(source=source), *turn.effects)) if understood and source else turn


def _kept(scene: Scene, event: events.Kept) -> Turn:
    item = scene.item(event.item)
    if not item.can_be_kept and item.claim is None:
        return _whispered(scene, scene.notice(Notice.NOTHING_TO_KEEP), refused=True)
    return _turn(scene, scene.act(ActKind.KEPT, item=event.item))


def _deferred(scene: Scene, event: events.Deferred) -> Turn:
    standing = scene.standing
    last = scene.now.date() + timedelta(days=standing.pack.scoring.defer_horizon_days)
    last = min(last, standing.decision_on) if standing.decision_on else last
    gap = event.until > last
    act = scene.act(ActKind.DEFERRED, item=event.item, day=event.until, known_gap=gap)
    return _turn(scene, act, also=(scene.notice(Notice.HELD_UNTIL, day=last),) if gap else ())


def _waiver_decided(scene: Scene, event: events.WaiverAccepted | events.WaiverRejected) -> Turn:
    kind = ActKind.ACCEPTED if isinstance(event, events.WaiverAccepted) else ActKind.REJECTED
    if scene.item(event.item).state is not State.NA_PENDING:
        return _whispered(scene, scene.notice(Notice.NOTHING_TO_ACCEPT), refused=True)
    return _turn(scene, scene.act(kind, item=event.item))


def _settled(scene: Scene, event: events.Settled) -> Turn:
    sides = scene.item(event.item).sides
    if not 1 <= event.choice <= len(sides):
        return _whispered(scene, scene.notice(Notice.NO_CONFLICT), refused=True)
    return _turn(scene, scene.act(ActKind.SETTLED, item=event.item, target=sides[event.choice - 1].n))


# --- people --------------------------------------------------------------------------------------------------------


def _delegated(scene: Scene, event: events.Delegated) -> Turn:
    return _turn(scene, _delegation(scene, event.item, event.to))


def _delegation(scene: Scene, item: str, to: str) -> Act:
    if to == scene.event.by.id:
        return scene.act(ActKind.TAKEN, item=item)
    return scene.act(ActKind.DELEGATED, item=item, person=to)


def _confirmed(scene: Scene, event: events.Confirmed) -> Turn:
    if scene.item(event.item).confirmed:
        return _whispered(scene, scene.notice(Notice.NOTHING_TO_CONFIRM), refused=True)
    return _turn(scene, scene.act(ActKind.CONFIRMED, item=event.item))


def _declined(scene: Scene, event: events.Declined) -> Turn:
    acts = [scene.act(ActKind.DECLINED, item=event.item)]
    if event.ask:
        acts.append(_delegation(scene, event.item, event.ask))
    return _turn(scene, *acts)


# --- the walk ------------------------------------------------------------------------------------------------------


def _skipped(scene: Scene, event: events.Skipped) -> Turn:
    others = [key for key, item in scene.standing.items.items() if not item.settled and key != event.item]
    if not others and not scene.item(event.item).settled:
        return _whispered(scene, scene.notice(Notice.ONLY_ONE_LEFT))
    return _turn(scene, scene.act(ActKind.SKIPPED, item=event.item))


def _reopened(scene: Scene, event: events.Reopened) -> Turn:
    return _turn(scene, scene.act(ActKind.REOPENED, item=event.item))


def _undone(scene: Scene, event: events.Undone) -> Turn:
    return _taken_back(scene, lambda act: act.by == event.by.id and act.kind not in _NOT_UNDONE)


def _disowned(scene: Scene, event: events.Disowned) -> Turn:
    by, owner = event.by.id, scene.standing.owner
    about = (event.item,) if event.item else scene.standing.items
    return _taken_back(scene, lambda act: act.kind in _ANSWERS and by in (act.by, owner) and act.item in about)


def _taken_back(scene: Scene, which: Callable[[Act], bool]) -> Turn:
    """The newest turn with such acts; said again there is nothing to take back."""
    acts, by = scene.standing.review.acts, scene.event.by.id
    since = max((act.n for act in acts if act.kind is ActKind.WITHDRAWN and act.by == by), default=0)
    gone = [act for act in scene.standing.live if act.n > since and which(act)]
    if not gone:
        return _whispered(scene, scene.notice(Notice.NOTHING_TO_UNDO), refused=True)
    return _withdrawn(scene, [act for act in gone if act.turn == gone[-1].turn])


def _withdrawn(scene: Scene, gone: list[Act]) -> Turn:
    seconds = _seconds_of(scene, gone)
    left = [_alone(scene, act) for act in seconds]
    withdrawn = (scene.act(ActKind.WITHDRAWN, item=act.item, target=act.n) for act in (*gone, *seconds))
    turn = _turn(scene, *withdrawn, *left)
    thanked = (act for act in gone if act.kind in _ANSWERS and not act.follow_up)
    sources = dict.fromkeys(act.source for act in thanked if act.source)
    labels = tuple(label_of(scene.item(act.item).item) for act in gone if act.item)
    said = scene.notice(Notice.TAKEN_BACK, names=labels, act=gone[-1].kind)
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


def _reclaimed(scene: Scene, event: events.Reclaimed) -> Turn:
    standing = scene.standing
    used = {act.source for act in standing.live if act.verdict is not None}
    kept = (act for act in reversed(standing.live) if act.kind is ActKind.LEFT_ALONE and act.source not in used)
    left = next((act for act in kept if act.said), None)
    item = (left.item or standing.asked) if left else None
    if left is None or item is None or (left.item and standing.items[left.item].settled):
        return _whispered(scene, scene.notice(Notice.NOTHING_TO_USE), refused=True)
    author = replace(event.by, id=left.by, name=left.by)
    answered = events.Answered(by=author, source=left.source, values={item: left.said or ""})
    return _answered(scene, answered)


# --- the review ----------------------------------------------------------------------------------------------------


def _paused(scene: Scene, event: events.Paused) -> Turn:
    return _turn(scene, scene.act(ActKind.PAUSED, day=event.until))


def _resumed(scene: Scene, _event: Event) -> Turn:
    return _turn(scene, scene.act(ActKind.RESUMED))


def _finished(scene: Scene, _event: Event) -> Turn:
    return _turn(scene, scene.act(ActKind.FINISHED))


def _cancelled(scene: Scene, event: events.Cancelled) -> Turn:
    newest = next((act for act in reversed(scene.standing.live) if act.by == event.by.id), None)
    if event.sure or (newest is not None and newest.kind is ActKind.CANCEL_ASKED):
        return _turn(scene, scene.act(ActKind.CANCELLED))
    sure = Way(tap=Tap.CANCEL, choice="sure")
    return _turn(scene, scene.act(ActKind.CANCEL_ASKED), also=(scene.notice(Notice.CANCEL_SURE, ways=(sure,)),))


def _handed_over(scene: Scene, event: events.HandedOver) -> Turn:
    return _turn(scene, scene.act(ActKind.HANDED_OVER, person=event.to))


def _date_changed(scene: Scene, event: events.DateChanged) -> Turn:
    return _turn(scene, _dated(scene, event, event.to))


def _dated(scene: Scene, event: Event, day: date) -> Act:
    """The date of the decision is an answer where the pack asks for it."""
    if DECISION_DATE not in scene.standing.items:
        return scene.act(ActKind.DATED, day=day)
    values = {DECISION_DATE: day.isoformat()}
    answered = events.Answered(by=event.by, source=event.source, values=values, replaces=True)
    return answer_act(scene.standing, answered, DECISION_DATE, day.isoformat(), scene.rules)


def _described(scene: Scene, event: events.Described) -> Turn:
    errors, profile = intake(event.values, scene.now, scene.rules)
    if errors or not profile:
        return replace(_whispered(scene, *_errors_whisper(scene, errors)), errors=errors, refused=bool(errors))
    day = profile.pop(DECISION_FIELD, None)
    acts = [scene.act(ActKind.DESCRIBED, profile=profile)] if profile else []
    if day:
        acts.append(_dated(scene, event, date.fromisoformat(day)))
    return _turn(scene, *acts)


# --- looking, and words that change nothing ------------------------------------------------------------------------


def _viewed(scene: Scene, event: events.Viewed) -> Turn:
    return _whispered(scene, Whisper(to=event.by.id, card=view_card(scene.standing, event)))


def _left_alone(scene: Scene, event: events.LeftAlone) -> Turn:
    notice = _LEFT_ALONE.get(event.because)
    page = _open_page(scene.standing) if notice is Notice.LEFT_ALONE_FILE else None
    if notice is None or (notice is Notice.LEFT_ALONE_FILE and page is None):
        return _whispered(scene)
    way = Way(tap=Tap.USE_THAT)
    act = scene.act(ActKind.LEFT_ALONE, said=event.words, item=page)
    return _turn(scene, act, also=(scene.notice(notice, person=event.to, ways=(way,)),))


def _open_page(standing: Standing) -> str | None:
    """The item that a file could answer: the one asked, else the first open one that wants a page."""
    open_ = (State.OPEN, State.KNOWN_GAP, State.DEFERRED)
    pages = [k for k, item in standing.items.items() if item.item.type is ItemType.URL and item.state in open_]
    return standing.asked if standing.asked in pages else next(iter(pages), None)


def _misspoken(scene: Scene, event: events.Misspoken) -> Turn:
    said = scene.notice(Notice(event.unclear.value), names=event.words, count=event.count)
    return _whispered(scene, said, refused=event.unclear not in _ONLY_ASKED)


def _closed(scene: Scene, _event: Event) -> Turn:
    return _whispered(scene, scene.notice(Notice.CLOSED, ways=(Way(tap=Tap.RESUME),)), refused=True)


def _already(scene: Scene, _event: Event) -> Turn:
    return _whispered(scene, scene.notice(Notice.ALREADY), refused=True)


def _undone_when_closed(scene: Scene, event: Event) -> Turn:
    """Of a closed review only what closed it can be taken back."""
    act = scene.standing.phase_act
    if act is None or act.by != event.by.id:
        return _closed(scene, event)
    return _taken_back(scene, lambda each: each.n == act.n)


_ANSWERS = (ActKind.ANSWERED, ActKind.RIVALLED, ActKind.WAIVED)
_NOT_UNDONE = (ActKind.LEFT_ALONE, ActKind.CANCEL_ASKED)
_ONLY_ASKED = (events.Unclear.UNTIL_WHEN, events.Unclear.NOTHING_ASKED)
_LEFT_ALONE = {
    events.LeftAloneBecause.TO_SOMEBODY: Notice.LEFT_ALONE,
    events.LeftAloneBecause.FILE: Notice.LEFT_ALONE_FILE,
}

_ROWS: Mapping[type[Event], tuple[Handler | None, Handler | None, Handler | None, Handler | None]] = {
    # event                  open              paused            done                 cancelled
    events.Answered: (_answered, _answered, _closed, _closed),
    events.FormSubmitted: (_form_submitted, _form_submitted, _closed, _closed),
    events.Described: (_described, _described, _closed, _closed),
    events.Kept: (_kept, _kept, _closed, _closed),
    events.Deferred: (_deferred, _deferred, _closed, _closed),
    events.WaiverAccepted: (_waiver_decided, _waiver_decided, _closed, _closed),
    events.WaiverRejected: (_waiver_decided, _waiver_decided, _closed, _closed),
    events.Delegated: (_delegated, _delegated, _closed, _closed),
    events.Confirmed: (_confirmed, _confirmed, _closed, _closed),
    events.Declined: (_declined, _declined, _closed, _closed),
    events.Settled: (_settled, _settled, _closed, _closed),
    events.Skipped: (_skipped, _skipped, _closed, _closed),
    events.Reopened: (_reopened, _reopened, _closed, _closed),
    events.Undone: (_undone, _undone, _undone_when_closed, _undone_when_closed),
    events.Disowned: (_disowned, _disowned, _closed, _closed),
    events.Reclaimed: (_reclaimed, _reclaimed, _closed, _closed),
    events.Paused: (_paused, _paused, _closed, _closed),
    events.Resumed: (_already, _resumed, _resumed, _resumed),
    events.Finished: (_finished, _finished, _already, _closed),
    events.Cancelled: (_cancelled, _cancelled, _cancelled, _already),
    events.HandedOver: (_handed_over, _handed_over, _closed, _closed),
    events.DateChanged: (_date_changed, _date_changed, _closed, _closed),
    events.Viewed: (_viewed, _viewed, _viewed, _viewed),
    events.LeftAlone: (_left_alone, _left_alone, None, None),
    events.Misspoken: (_misspoken, _misspoken, _closed, _closed),
}
TRANSITIONS: Mapping[tuple[Phase, type[Event]], Handler] = {
    (phase, event): handler
    for event, handlers in _ROWS.items()
    for phase, handler in zip(Phase, handlers, strict=True)
    if handler is not None
}
LEADS_TO: Mapping[type[Event], Phase] = {  # for the diagram; a test holds it against the handlers
    events.Paused: Phase.PAUSED,
    events.Resumed: Phase.OPEN,
    events.Finished: Phase.DONE,
    events.Cancelled: Phase.CANCELLED,
}
