"""The one entrance of the engine: an activity and what was found for it, to a turn.

In a review's thread it is recognized and stepped. A command (the slash command, or a mention outside of threads)
starts a review or looks at several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import partial

from conversations import linking, oneself
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.board import board
from conversations.calendars import Calendar
from conversations.cards import Card, NotedCard, Notice, NoticeCard, Tap, Way
from conversations.composing import summary_card
from conversations.effects import Effect, React, Revise, Turn, Whisper
from conversations.engine import begin, lapse, step
from conversations.events import Event, PackTaken
from conversations.language.rules import Rules
from conversations.lapses import due_at, holds
from conversations.names import folded_name
from conversations.once import knowing
from conversations.overview import home_card, list_card, mine_card, welcome_card
from conversations.packs import Library
from conversations.people import Person, Preferences
from conversations.permissions import may_see
from conversations.ports import Found
from conversations.preferences import speaks_of
from conversations.recognizer import recognize
from conversations.regions import Regions
from conversations.reminders import looks, with_looks
from conversations.reports import with_names
from conversations.review import LIVING, Review
from conversations.scoring import score
from conversations.standing import Standing, stand
from conversations.surroundings import with_word_of
from conversations.views import help_card, mine_lines
from conversations.ways import open_ways
from conversations.wishes import Speaker

MAX_NAME = 80  # characters of a project's name
_TOLD_BY_THE_WORLD = (
    ActivityKind.LEFT,
    ActivityKind.AWAY,
    ActivityKind.ARCHIVED,
    ActivityKind.UNPOSTABLE,
    ActivityKind.UNREACHABLE,
    ActivityKind.REACHABLE,
    ActivityKind.CALLED_BACK,
)
_OF_ONES_OWN = (ActivityKind.EDIT, ActivityKind.DELETION)
_START = re.compile(r"start(?:\s+(?P<name>(?!--|—).*?))?(?:\s+(?:--|—)pack[\s=]+(?P<pack>\S+))?", re.IGNORECASE)
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What every decision needs and no activity brings. Days are those of `zone`."""

    library: Library
    rules: Rules
    pack: str = "core"
    zone: tzinfo
    admins: frozenset[str] = frozenset()  # ids, besides those whom the platform calls so
    calendar_of: Callable[[Person | None, Preferences], Calendar]
    regions: Regions
    unthanked: frozenset[str] = frozenset()  # platforms on which the question's own card says what was understood

    @property
    def packs(self) -> tuple[str, ...]:
        """Those that a new review can have, the usual one first."""
        return (self.pack, *(name for name in self.library.packs if name != self.pack))

    def decide(self, activity: Activity, found: Found) -> Turn:
        """One activity to one turn. Raises `EventRefused`, which is nobody's to hear."""
        now, activity = activity.at.astimezone(self.zone), self._knowing_admins(activity)
        if activity.kind is ActivityKind.LAPSE and found.review is not None:
            turn = lapse(found.review, now, self.library.packs.get(found.review.pack.name))
            return with_looks(turn, None, now)  # a whole look, which brings back what was lost
        before = _standing_of(found, now)
        turn = self._of_oneself(activity, found, now) or self._of_reviews(activity, found, before, now)
        turn = linking.with_news(turn, activity, found)
        if activity.reference.platform in self.unthanked:
            turn = replace(turn, effects=tuple(each for each in turn.effects if not _is_thanks(each)))
        versions = {each.id: each.version for each in (*found.others, found.review) if each is not None}
        if turn.review is not None and versions.get(turn.review.id) == turn.review.version:
            return turn
        return with_looks(turn, before, now)

    def _of_reviews(self, activity: Activity, found: Found, here: Standing | None, now: datetime) -> Turn:
        if activity.kind is ActivityKind.COMMAND:
            return self._command(activity, found, now)
        if activity.kind is ActivityKind.INSTALLED:
            return _said(activity, welcome_card())
        if here is None and activity.addressed:
            thread = activity.reference.thread if activity.hosts else None
            return self._command(replace(activity, reference=replace(activity.reference, thread=thread)), found, now)
        if here is None:
            return _nothing_there(activity)
        if here.review.reference.channel == activity.reference.channel:
            activity = replace(activity, private=False)  # the review itself lives in this direct message
        return self._in_thread(here, activity, found, now)

    def _knowing_admins(self, activity: Activity) -> Activity:
        """Those of the settings are known in every activity, wherever they are."""
        if not self.admins:
            return activity
        known = {activity.actor.id: activity.actor, **activity.people}
        ids = sorted(self.admins)
        admins = {who: replace(known.get(who) or Actor(id=who, name=who), admin=True) for who in ids}
        actor = admins.get(activity.actor.id, activity.actor)
        return replace(activity, actor=actor, people={**activity.people, **admins})

    def _in_thread(self, standing: Standing, activity: Activity, found: Found, now: datetime) -> Turn:
        review = standing.review
        if not _is_there_for(activity, standing):
            return _nothing_there(activity)
        event = recognize(activity, standing, self.rules, self._today(activity, found))
        turn = step(standing, self._with_pack(event, review), self.rules)
        if activity.kind not in _TOLD_BY_THE_WORLD:
            turn = with_word_of(standing, activity.actor, turn)
        reopened = review.phase not in LIVING and turn.review is not None and turn.review.phase in LIVING
        if reopened and (taken := _named(found, review.project, but=review)) is not None:
            card = _name_taken(activity, taken, review.project, now)
            return _said(activity, card, refused=True, review=review)
        return turn

    def _today(self, activity: Activity, found: Found) -> date | None:
        """Where the actor is; known only where it was looked for."""
        wishes = found.preferences
        return None if wishes is None else self.calendar_of(found.person, wishes).day_of(activity.at)

    def _with_pack(self, event: Event, review: Review) -> Event:
        latest = self.library.packs.get(review.pack.name)
        return replace(event, pack=latest) if isinstance(event, PackTaken) else event

    def _of_oneself(self, activity: Activity, found: Found, now: datetime) -> Turn | None:
        """What somebody says about how they are written to; None where it is something else, or said to others."""
        to_others = activity.kind is ActivityKind.MESSAGE and found.review is None and not activity.private
        if not speaks_of(activity) or (to_others and not activity.addressed):
            return None
        return oneself.heard(activity, found, self._speaker(found, now))

    def _speaker(self, found: Found, now: datetime) -> Speaker:
        return Speaker(
            said=found.preferences or Preferences(),
            calendar_of=partial(self.calendar_of, found.person),
            now=now,
            rules=self.rules,
            regions=self.regions,
        )

    def _command(self, activity: Activity, found: Found, now: datetime) -> Turn:
        if (start := _start_in(activity)) is not None:
            return self._start(activity, found, now, start)
        first, rest = (*_words(activity).split(maxsplit=1), "", "")[:2]
        seen = [stand(review, now) for review in found.others]
        seen = [standing for standing in seen if may_see(standing, activity.actor, activity.reference.channel)]
        if first.casefold() == "home":
            return _said(activity, self._home(activity, found, seen, now))
        if (linked := linking.heard(activity, found)) is not None:
            return linked
        view = _COMMANDS.get(first.casefold(), _help)
        return view(activity, seen, rest.strip("\"' "))

    def _home(self, activity: Activity, found: Found, seen: list[Standing], now: datetime) -> Card:
        speaker = self._speaker(found, now)
        return home_card(seen, activity.actor.id, oneself.card_of(activity, found, speaker, speaker.said))

    def _start(self, activity: Activity, found: Found, now: datetime, words: re.Match[str]) -> Turn:
        name = _project_in(words)
        pack = self.library.packs.get((words["pack"] or self.pack).casefold())
        if activity.actor.outsider:
            return _said(activity, NoticeCard(notice=Notice.OUTSIDER, project=name), refused=True)
        if not activity.reference.channel:
            return _said(activity, NoticeCard(notice=Notice.NEEDS_CHANNEL, project=name), refused=True)
        if not name:
            notice = NoticeCard(notice=Notice.NAME_MISSING, ways=(Way(tap=Tap.START),))
            return _said(activity, notice, refused=True)
        if pack is None:
            names = tuple(self.library.packs)
            return _said(
                activity,
                NoticeCard(notice=Notice.NO_SUCH_PACK, label=words["pack"] or self.pack, names=names),
                refused=True,
            )
        if taken := _named(found, name):
            return _started_again(activity, stand(taken, now), _name_taken(activity, taken, name, now))
        review = Review(
            id=activity.turn,
            reference=_thread_of(activity.reference, activity.turn),
            project=name,
            started_by=activity.actor.id,
            started_at=activity.at,
            pack=pack,
            owner=activity.actor.id,
            shown_at=now,
        )
        return begin(review, now)


def _standing_of(found: Found, now: datetime) -> Standing | None:
    """Where the review stands now, which is most often where its newest turn has left it."""
    if found.stood is not None and holds(found.stood, now):
        return knowing(replace(found.stood, now=now), found.stood, score, board, looks, due_at)
    return stand(found.review, now) if found.review is not None else None


def project_to_start(activity: Activity) -> str | None:
    """The project that a command starts a review of, where it is such a one: only who has its name matters then."""
    start = _start_in(activity)
    return None if start is None else _project_in(start)


def _start_in(activity: Activity) -> re.Match[str] | None:
    return _START.fullmatch(_words(activity))


def _words(activity: Activity) -> str:
    return activity.text.translate(_QUOTES).strip()


def _project_in(start: re.Match[str]) -> str:
    typed = with_names(start["name"] or "", lambda who: f"@{who}")  # a person's name in it is only a name
    return " ".join(typed.strip("\"' ").split())[:MAX_NAME]


def _is_there_for(activity: Activity, standing: Standing) -> bool:
    """A review does not exist for who may not see it, by its id neither; but what one has said there is one's own."""
    if activity.kind in _TOLD_BY_THE_WORLD:
        return True
    who, acts = activity.actor.id, standing.review.acts
    own = activity.kind in _OF_ONES_OWN and any(act.by == who and act.source == activity.source for act in acts)
    return own or may_see(standing, activity.actor, activity.reference.channel)


def _nothing_there(activity: Activity) -> Turn:
    """The same where there is no such review, and where it is not there for this person."""
    if activity.review is not None and activity.kind in (ActivityKind.BUTTON, ActivityKind.FORM):
        return _said(activity, NoticeCard(notice=Notice.OLD_BUTTON), refused=True)
    if activity.kind is ActivityKind.MESSAGE and activity.private and not activity.actor.bot:
        return _said(activity, help_card())  # somebody speaks to the bot, and nobody else would answer
    return Turn(review=None)


def _thread_of(reference: ConversationReference, review_id: str) -> ConversationReference:
    """A terminal has no messages that a thread could hang from, so the review names it."""
    thread = review_id if reference.platform == "console" else reference.thread
    return ConversationReference(
        platform=reference.platform, tenant=reference.tenant, channel=reference.channel, thread=thread
    )


def _named(found: Found, name: str, but: Review | None = None) -> Review | None:
    """The living review that has a name already."""
    living = (review for review in found.others if review.phase in LIVING and (but is None or review.id != but.id))
    return next((review for review in living if folded_name(review.project) == folded_name(name)), None)


def _name_taken(activity: Activity, taken: Review, name: str, now: datetime) -> NoticeCard:
    """Who may not see the review that has the name learns no more of it than that."""
    seen = may_see(stand(taken, now), activity.actor, activity.reference.channel)
    shown, ways = (taken.project, open_ways(taken)) if seen else (name, ())
    return NoticeCard(notice=Notice.NAME_TAKEN, project=shown, ways=ways)


def _started_again(activity: Activity, taken: Standing, card: NoticeCard) -> Turn:
    """Where the review lives, its card and its question are said once more: they may have been lost on the way."""
    turn, review = _said(activity, card, refused=True), taken.review
    if review.reference.channel != activity.reference.channel:
        return turn
    asked = {f"question/{each.key}" for each in taken.pack.questions if taken.asked in {it.key for it in each.items}}
    shown = (Revise(key=key, card=each) for key, each in board(taken).items() if key in {"root", *asked})
    return replace(turn, review=review, standing=taken, effects=(*shown, *turn.effects))


def _said(activity: Activity, card: Card, *, refused: bool = False, review: Review | None = None) -> Turn:
    return Turn(review=review, effects=(Whisper(to=activity.actor.id, card=card),), refused=refused)


def _is_thanks(effect: Effect) -> bool:
    return isinstance(effect, React) or (isinstance(effect, Whisper) and isinstance(effect.card, NotedCard))


def _status(activity: Activity, seen: list[Standing], name: str) -> Turn:
    """Of the reviews of the channel; in a chat, where there can be none, of all that they may see."""
    channel = activity.reference.channel
    here = [s for s in seen if activity.private or not channel or s.review.reference.channel == channel]
    wanted = [s for s in seen if folded_name(s.review.project) == folded_name(name)] if name else here
    living = [standing for standing in wanted if standing.phase in LIVING] or wanted
    if name and not wanted:
        names = tuple(standing.review.project for standing in seen)
        return _said(activity, NoticeCard(notice=Notice.NO_SUCH_REVIEW, label=name, names=names), refused=True)
    if len(living) == 1:
        card, review = summary_card(living[0], score(living[0])), living[0].review.id
        ways = tuple(replace(way, review=review) for way in card.ways)  # the whisper is no review's message
        return _said(activity, replace(card, ways=ways))
    return _said(activity, list_card(living))


def _list(activity: Activity, seen: list[Standing], _rest: str) -> Turn:
    return _said(activity, list_card(seen))


def _mine(activity: Activity, seen: list[Standing], _rest: str) -> Turn:
    return _said(activity, mine_card(seen, activity.actor.id))


def _help(activity: Activity, seen: list[Standing], rest: str) -> Turn:
    waiting = sum(len(mine_lines(standing, activity.actor.id, by_name=True)) for standing in seen)
    return _said(activity, help_card(everything=rest.casefold() == "all", waiting=waiting))


_COMMANDS: Mapping[str, Callable[[Activity, list[Standing], str], Turn]] = {
    "status": _status,
    "list": _list,
    "mine": _mine,
    "help": _help,
}
