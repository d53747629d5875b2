"""What happens around a review: people leave, channels close, a later pack is there, nobody says anything for days.

The platform or the clock tells it; a review only notes what concerns it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conversations import events
from conversations.activities import Actor
from conversations.answering import judged_anew
from conversations.board import board
from conversations.cards import Notice, RetiredCard, Tap, Way
from conversations.composing_private import pack_offer_card, places_of
from conversations.corrections import newest_versions
from conversations.effects import Turn, Whisper
from conversations.events import Event
from conversations.pack_changes import Change, changes, is_newer, offered
from conversations.packs import Pack
from conversations.review import Act, ActKind, Review
from conversations.scene import Scene, shown, standing_after, turn_of, whispered, with_acts
from conversations.standing import Standing, stand
from conversations.told import message_named
from conversations.unreachable import to_ask_here


def person_left(scene: Scene, event: events.PersonLeft) -> Turn:
    """Noted of everybody who has a part in the review, so that nobody is asked or offered who is not here."""
    standing, who = scene.standing, event.by.id
    if who in standing.gone:
        return whispered(scene)
    left = scene.act(ActKind.LEFT, person=next((heir for heir in event.heirs if heir != who), None))
    leads = (standing.owner, standing.heir, standing.profile.get("lead"), standing.profile.get("sponsor"), *event.heirs)
    acts = standing.review.acts
    part = any(who in (act.by, act.person) or event.by.mention in (act.said or "") for act in acts)
    return turn_of(scene, left) if part or who in leads else whispered(scene)


def went_away(scene: Scene, event: events.WentAway) -> Turn:
    """Noted where something of theirs is due before they are back, and where such a note says another day.

    Who is back already has never been away, where nothing says so.
    """
    who, noted = event.by.id, scene.standing.away.get(event.by.id)
    act = scene.act(ActKind.AWAY, by="", person=who, day=event.until)
    if noted is None:
        missed = event.until > scene.now.date() and places_of(standing_after(scene, [act]), who)
        return turn_of(scene, act) if missed else whispered(scene)
    return turn_of(scene, act) if noted.day != event.until else whispered(scene)


def became_unreachable(scene: Scene, event: events.BecameUnreachable) -> Turn:
    """What waits for them is asked in the thread instead; the rest is as if it had never been written."""
    standing, who = scene.standing, event.by.id
    known = {act.target for act in standing.live if act.kind is ActKind.UNREACHABLE}
    lost = [told for told in _behind(standing, event) if told.n not in known]
    if who in standing.gone or not (lost or who not in standing.unreachable):
        return whispered(scene)
    return _unwritten(scene, event, _cannot_be_written_to(scene, who, lost))


def called_back(scene: Scene, event: events.CalledBack) -> Turn:
    """It is as if nobody had written to them then: what was let go beside it is to come again, too."""
    standing = scene.standing
    turns = {told.turn for told in _behind(standing, event)}
    written = (act for act in standing.live if act.turn in turns and act.kind is ActKind.REMINDED)
    theirs = [told for told in written if told.person == event.by.id]
    gone = (scene.act(ActKind.WITHDRAWN, by="", item=told.item, target=told.n) for told in theirs)
    return _unwritten(scene, event, gone)


def _behind(standing: Standing, event: events.BecameUnreachable | events.CalledBack) -> list[Act]:
    """The REMINDED acts of the messages that did not arrive."""
    found = (message_named(standing, event.by.id, key) for key in event.messages)
    return [told for told in found if told is not None]


def _unwritten(scene: Scene, event: events.BecameUnreachable | events.CalledBack, acts: Iterable[Act]) -> Turn:
    """The review with these acts more, and without the messages that did not arrive."""
    review = scene.standing.review
    posted = tuple(key for key in review.posted if key not in event.messages)
    noted = with_acts(replace(review, posted=posted), acts)
    return shown(board(scene.standing), stand(noted, scene.now))


def _cannot_be_written_to(scene: Scene, who: str, lost: list[Act]) -> Iterable[Act]:
    here = to_ask_here(scene.standing, who, lost)
    if not lost:
        yield scene.act(ActKind.UNREACHABLE, by="", person=who)
    for told in lost:
        item = told.item if told in here else None
        yield scene.act(ActKind.UNREACHABLE, by="", person=who, item=item, target=told.n)


def became_reachable(scene: Scene, event: events.BecameReachable) -> Turn:
    back = event.by.id in scene.standing.unreachable
    return turn_of(scene, scene.act(ActKind.REACHABLE)) if back else whispered(scene)


def with_word_of(standing: Standing, actor: Actor, turn: Turn) -> Turn:
    """The turn of somebody who could not be written to, with a note that they are there, where nothing says so."""
    unchanged = turn.review is not None and turn.review.version == standing.review.version
    if actor.id not in standing.unreachable or turn.refused or turn.errors or not unchanged:
        return turn
    act = Act(n=0, turn=0, kind=ActKind.REACHABLE, by=actor.id, at=standing.now)
    return shown(board(standing), stand(with_acts(standing.review, [act]), standing.now), turn.effects)


def channel_archived(scene: Scene, event: events.ChannelArchived) -> Turn:
    closed = scene.act(ActKind.ARCHIVED, channel=event.channel)
    same = standing_after(scene, [closed]).items == scene.standing.items
    return whispered(scene) if same else turn_of(scene, closed)


def never_posted(scene: Scene, _event: Event) -> Turn:
    """The review is withdrawn, so that its name is free; only who started it is told, as there is no thread."""
    after = standing_after(scene, [replace(scene.act(ActKind.CANCELLED), by=scene.standing.review.started_by)])
    review = replace(after.review, phase=after.phase, version=after.review.version + 1)
    told = scene.notice(Notice.NEVER_POSTED)
    return Turn(review=review, effects=(replace(told, to=review.started_by),))


def place_lost(scene: Scene, _event: Event) -> Turn:
    """The review is paused by nobody, and only its owner is told: what changed is shown when it is resumed."""
    after = standing_after(scene, [replace(scene.act(ActKind.PAUSED), by="")])
    review = replace(after.review, phase=after.phase, version=after.review.version + 1)
    told = scene.notice(Notice.PLACE_LOST, ways=(Way(tap=Tap.RESUME),))
    owner = after.owner if after.owner not in after.gone else after.heir
    return Turn(review=review, effects=(replace(told, to=owner),) if owner else ())


def went_on(scene: Scene, _event: Event) -> Turn:
    return turn_of(scene, scene.act(ActKind.QUIET_ENDED))


def pack_taken(scene: Scene, event: events.PackTaken) -> Turn:
    """The questions are those of the later version; answers are judged anew where its rules for them are others.

    Nobody takes over what they have not been shown: a version that was not offered yet is offered instead.
    """
    standing, pack = scene.standing, event.pack
    if pack is None or not is_newer(standing.review.pack, pack):
        return whispered(scene, scene.notice(Notice.NO_NEWER_PACK), refused=True)
    if not _was_offered(standing.review, pack):
        offered_ = stand(with_offer(standing.review, pack, standing), scene.now)
        card = pack_offer_card(offered_, pack.version, standing.owner)
        return shown(board(standing), offered_, (Whisper(to=event.by.id, card=card),))
    anew = {key for key, change in changes(standing.review.pack, pack).items() if change is Change.JUDGED_ANEW}
    asks = stand(replace(standing.review, pack=pack), scene.now)
    pairs = [(act, _by_new_rules(scene, asks, act)) for act in newest_versions(asks) if act.item in anew and act.said]
    judged = [again for act, again in pairs if replace(again, revises=act.revises, again=act.again) != act]
    taken = with_acts(standing.review, [scene.act(ActKind.PACK_TAKEN, option=pack.version), *judged])
    # Every card is revised, also one that says the same: its buttons carry the pack that it is of.
    shown_now = dict.fromkeys(standing.review.posted, RetiredCard(project="", about=""))
    return shown(shown_now, stand(replace(taken, pack=pack), scene.now))


def with_offer(review: Review, latest: Pack | None, standing: Standing) -> Review:
    """The review with the offer of a later version of its pack, where there is one that was not offered yet."""
    if latest is None or not is_newer(review.pack, latest) or _was_offered(review, latest):
        return review
    told = offered(review.pack, latest, standing.profile)
    act = Act(n=0, turn=0, kind=ActKind.PACK_OFFERED, by="", at=standing.now, option=latest.version, changes=told)
    return with_acts(review, [act])


def _was_offered(review: Review, pack: Pack) -> bool:
    return any(act.kind is ActKind.PACK_OFFERED and act.option == pack.version for act in review.acts)


def _by_new_rules(scene: Scene, standing: Standing, answer: Act) -> Act:
    first = next((act for act in standing.live if act.n == answer.target), None)
    return judged_anew(standing, answer, scene.rules, first)
