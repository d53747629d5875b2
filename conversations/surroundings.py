"""What happens around a review: people leave, channels close, a later pack is there, nobody says anything for days.

The platform or the clock tells it; a review only notes what concerns it.
"""

from __future__ import annotations

from dataclasses import replace

from conversations import events
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
    """Noted where something of theirs is due before they are back, and where such a note says another day."""
    who, noted = event.by.id, scene.standing.away.get(event.by.id)
    act = scene.act(ActKind.AWAY, by="", person=who, day=event.until)
    after = standing_after(scene, [act])
    otherwise = places_of(after, who) if noted is None else noted.day != event.until
    return turn_of(scene, act) if otherwise else whispered(scene)


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
