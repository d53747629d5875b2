"""What takes answers back, or words them anew: undo, "not an answer", and edits and deletions of messages.

An answer that is taken back is withdrawn by another act; an edited one has a later version, which stands wherever the
earlier one stood. So whatever others said meanwhile stays. Only a deletion erases words, and it does so everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from conversations import events
from conversations.answering import answer_act, judged_anew, revision_of
from conversations.board import board
from conversations.cards import Notice, Tap, Way
from conversations.effects import React, Turn
from conversations.events import Event
from conversations.item_standing import ANSWERS
from conversations.names import label_of
from conversations.review import TOLD, Act, ActKind, Review
from conversations.scene import Scene, shown, turn_of, whispered, with_acts
from conversations.standing import APPROVER, Standing, stand


def undone(scene: Scene, event: events.Undone) -> Turn:
    since = 0 if event.pointed else None
    return _taken_back(scene, lambda act: act.by == event.by.id and act.kind not in _NOT_UNDONE, since)


def undone_when_closed(scene: Scene, event: Event) -> Turn:
    """Of a closed review only what closed it can be taken back."""
    act = scene.standing.phase_act
    if act is None or act.by != event.by.id:
        return closed(scene, event)
    return _taken_back(scene, lambda each: each.n == act.n)


def disowned(scene: Scene, event: events.Disowned) -> Turn:
    by, owner = event.by.id, scene.standing.owner
    about = (event.item,) if event.item else scene.standing.items
    since = 0 if event.pointed else None
    return _taken_back(scene, lambda act: act.kind in ANSWERS and by in (act.by, owner) and act.item in about, since)


def edited(scene: Scene, event: events.Edited) -> Turn:
    """A new version of each answer that came from the message; what its words no longer answer is withdrawn."""
    if event.edition and event.edition <= _newest_edition(scene.standing.review, event.source):
        return whispered(scene)  # a later one was here first
    newest = answers_in(scene.standing, event.source)
    left = [act for act in scene.standing.live if _was_left_alone(act, event) and act.said != event.text]
    changed = _versions(scene, event, newest)
    if any(act.kind is ActKind.WAIVED and act.item == APPROVER for act in changed):
        return whispered(scene, scene.notice(Notice.ALWAYS_APPLIES), refused=True)
    gone = [*_all_versions(scene.standing, [act for act in newest if act.item not in event.values]), *left]
    instead = [replace(act, said=event.text) for act in left if event.text]
    acts = [*changed, *instead, *_withdrawals(scene, gone)]
    if not acts and (not event.edition or not newest):
        return whispered(scene)
    noted = acts or [scene.act(ActKind.REREAD)]  # so that an earlier edit which is yet to come is known to be one
    turn = turn_of(scene, *(replace(act, edition=event.edition) for act in noted))
    return replace(turn, effects=(*_thanks_anew(newest, changed, gone), *turn.effects))


def _newest_edition(review: Review, source: str | None) -> str:
    return max((act.edition for act in review.acts if act.source == source), default="")


def _was_left_alone(act: Act, event: events.Edited) -> bool:
    """A file stays the file that it is, whatever is written beside it."""
    return act.kind is ActKind.LEFT_ALONE and act.item is None and act.source == event.source


def edited_when_closed(scene: Scene, event: events.Edited) -> Turn:
    return closed(scene, event) if answers_in(scene.standing, event.source) else whispered(scene)


def deleted(scene: Scene, event: events.Deleted) -> Turn:
    """Whatever came from the message is taken back, and its words are erased wherever they are kept."""
    standing = scene.standing
    said = [act for act in standing.review.acts if event.source and act.source == event.source and act.said is not None]
    if not said:
        return whispered(scene)
    gone = [act for act in said if act in standing.live]
    after = with_acts(standing.review, [*_withdrawals(scene, gone), *_judged_alone(scene, gone)])
    forgotten = scene.notice(Notice.FORGOTTEN, names=_labels(standing, gone))
    return shown(board(standing), stand(_erased(after, {act.n for act in said}), scene.now), (forgotten,))


def closed(scene: Scene, _event: Event) -> Turn:
    return whispered(scene, scene.notice(Notice.CLOSED, ways=(Way(tap=Tap.RESUME),)), refused=True)


def answers_in(standing: Standing, source: str | None) -> list[Act]:
    """The answers that count and came from a message, each in its newest version."""
    return [act for act in newest_versions(standing) if act.source == source] if source else []


def newest_versions(standing: Standing) -> list[Act]:
    """The answers that count, in the version that counts."""
    older = {act.revises for act in standing.live}
    answers = (act for act in standing.live if act.kind in ANSWERS and act.item in standing.items)
    return [act for act in answers if act.n not in older]


def items_answered_by(standing: Standing, source: str | None) -> list[str]:
    """The items that a message was meant to answer when it was sent, unless somebody has taken its answers back.

    That an edit took them away is no taking back: another one may bring them.
    """
    answers = [act for act in standing.review.acts if source and act.source == source and act.kind in ANSWERS]
    numbers = {act.n for act in answers}
    taken = (a for a in standing.review.acts if a.kind is ActKind.WITHDRAWN and a.target in numbers)
    if any(act.source != source for act in taken):
        return []
    first = (act.item for act in answers if act.turn == answers[0].turn and act.said is not None)
    return [item for item in first if item is not None and item in standing.items]


def _taken_back(scene: Scene, which: Callable[[Act], bool], since: int | None = None) -> Turn:
    """The newest turn with such acts, after act `since`, by default what was undone last: again, it does nothing."""
    standing = scene.standing
    since = _last_undone(standing.review, scene.event.by.id) if since is None else since
    own = [act for act in standing.live if act.n > since and act.revises is None and which(act)]
    if not own:
        return whispered(scene, scene.notice(Notice.NOTHING_TO_UNDO), refused=True)
    gone = _all_versions(standing, [act for act in own if act.turn == own[-1].turn])
    turn = turn_of(scene, *_withdrawals(scene, gone), *_judged_alone(scene, gone))
    thanked = dict.fromkeys(act.source for act in gone if act.kind in ANSWERS and not act.follow_up and act.source)
    said = scene.notice(Notice.TAKEN_BACK, names=_labels(standing, gone))
    return replace(turn, effects=(*(React(source=source, off=True) for source in thanked), *turn.effects, said))


def _last_undone(review: Review, by: str) -> int:
    """The newest act that a person took back by saying so, not by an edit or a deletion; 0 for none."""
    sources = {act.n: act.source for act in review.acts}
    undone = (act for act in review.acts if act.kind is ActKind.WITHDRAWN and act.by == by)
    said = (act for act in undone if act.source is None or act.source != sources.get(act.target or 0))
    return max((act.n for act in said), default=0)


def _withdrawals(scene: Scene, gone: Iterable[Act]) -> Iterator[Act]:
    return (scene.act(ActKind.WITHDRAWN, item=act.item, target=act.n) for act in gone)


def _versions(scene: Scene, event: events.Edited, newest: Collection[Act]) -> list[Act]:
    """What the message says now; and of what was joined to what it said before, another version too."""
    standing, rules = scene.standing, scene.rules
    old = {act.item: act for act in newest}
    said = events.Answered(
        by=event.by, source=event.source, values=event.values, explicit=True, outsiders=event.outsiders
    )
    versions: list[Act] = []
    for key, text in event.values.items():
        before = old.get(key)
        if before is None:
            versions.append(answer_act(standing, said, key, text, rules))
        elif before.said != text:
            first = next((act for act in standing.live if act.n == before.target), None)
            versions.append(revision_of(standing, before, text, first, rules, at=scene.now, outsiders=event.outsiders))
    first_n = len(standing.review.acts) + 1
    numbered = {act.revises: replace(act, n=first_n + i) for i, act in enumerate(versions)}
    seconds = [act for act in newest_versions(standing) if act.target in numbered.keys() - {None}]
    return [*versions, *(_joined_anew(scene, act, numbered[act.target]) for act in seconds)]


def _judged_alone(scene: Scene, gone: Collection[Act]) -> list[Act]:
    """The second of two messages that were one answer, without the first."""
    taken = {act.n for act in gone}
    seconds = (act for act in newest_versions(scene.standing) if act.target in taken and act.n not in taken)
    return [_joined_anew(scene, second, None) for second in seconds]


def _joined_anew(scene: Scene, second: Act, first: Act | None) -> Act:
    return judged_anew(scene.standing, second, scene.rules, first)


def _all_versions(standing: Standing, acts: Iterable[Act]) -> list[Act]:
    """Acts with all the versions that they have had."""
    numbers = {act.n for act in acts} | {act.revises for act in acts if act.revises}
    for act in standing.live:  # a version comes after what it revises
        if act.revises in numbers:
            numbers.add(act.n)
    for act in reversed(standing.live):
        if act.n in numbers and act.revises:
            numbers.add(act.revises)
    return [act for act in standing.live if act.n in numbers]


def _erased(review: Review, numbers: Collection[int]) -> Review:
    """Without these words; and a name that was only typed is one of them."""
    acts = (
        replace(act, said=None, person=None if act.stranger else act.person) if act.n in numbers else act
        for act in review.acts
    )
    return replace(review, acts=tuple(acts))


def _thanks_anew(before: Iterable[Act], after: Iterable[Act], gone: Collection[Act]) -> Iterator[React]:
    """The ✓ follows what the message says now."""
    revised = {act.revises for act in after}
    left = [act for act in before if act not in gone and act.n not in revised]
    was, now = any(not act.follow_up for act in before), any(not act.follow_up for act in (*after, *left))
    source = next((act.source for act in (*before, *after) if act.source), None)
    if source and was is not now:
        yield React(source=source, off=was)


def _labels(standing: Standing, acts: Iterable[Act]) -> tuple[str, ...]:
    items = (standing.items.get(act.item or "") for act in acts)
    return tuple(dict.fromkeys(label_of(item.item) for item in items if item is not None))


_NOT_UNDONE = (*TOLD, ActKind.REREAD, ActKind.LEFT_ALONE, ActKind.CANCEL_ASKED, ActKind.QUIET_ENDED, ActKind.PACK_TAKEN)
