"""Hears all that Teams sends: each activity is a turn, and is acked once that is committed; a click is answered.

What cannot be kept is refused, so that Teams sends it again; a person, whose click comes once only, is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import assert_never
from zoneinfo import ZoneInfo

from adapters.news import ForEach, Step, about
from adapters.payloads import Payload, words
from adapters.teams.answers import Answer, said
from adapters.teams.inbound import to_activities
from adapters.teams.names import PLATFORM
from adapters.teams.news import Around, ChannelTold, ForTeam, News, Parted, PersonTold, Press, Reach
from adapters.teams.people import People
from adapters.teams.places import Places
from adapters.teams.texts import bare
from adapters.wording import Reader, Wording, Words
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import Card, Notice, NoticeCard, PreferencesCard
from conversations.effects import Turn
from conversations.errors import Busy, EventRefused, StaleReview, StorageDown
from conversations.ports import Delivery
from conversations.review import Review

TURN_SECONDS = 2.5  # for a turn; Teams waits for fifteen, and people for less
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What the rest of the application does for Teams. All but the last two raise `Busy` and `StorageDown`."""

    run: Callable[[Activity], Awaitable[Turn | None]]
    living: Callable[[str, str | None], Awaitable[Sequence[tuple[str, ConversationReference]]]]  # by tenant and channel
    theirs: Callable[[str, str], Awaitable[Sequence[tuple[str, ConversationReference]]]]  # by tenant and person
    review: Callable[[str, str], Awaitable[Review | None]]  # tenant, id
    shown: Callable[[str, str], Awaitable[tuple[Delivery, Mapping[int, str]] | None]]  # tenant, delivery: as it is now
    preferences: Callable[[str, str], Awaitable[PreferencesCard]]  # tenant, whose they are
    clock: Callable[[], datetime]
    heard: Callable[[str, str, float], object]  # kind, outcome, seconds


Pressed = Callable[[Press], Awaitable[Answer | None]]


class Desk:
    """`zone` is that of the settings. `pressed` does what a click asks for, and answers it."""

    def __init__(self, shell: Shell, people: People, places: Places, wording: Wording, *, zone: ZoneInfo) -> None:
        self.shell = shell
        self.people = people
        self._places = places
        self._wording = wording
        self._zone = zone

    async def hear(self, body: Payload, pressed: Pressed) -> Answer | None:
        """The answer to a click; None where nobody waits for one. Raises where nothing was kept."""
        loop = asyncio.get_running_loop()
        kind, outcome, begun = words(body, "type"), "kept", loop.time()
        try:
            return await self._heard(body, pressed)
        except (Busy, StaleReview, StorageDown) as error:
            outcome = "refused"
            _log.warning("activity_postponed", extra={"kind": kind, "error": type(error).__name__})
            if kind != "invoke":
                raise
            return said(self.sentence(Notice.NOT_SAVED))
        except Exception:
            outcome = "broke"
            raise
        finally:
            self.shell.heard(kind, outcome, loop.time() - begun)

    async def _heard(self, body: Payload, pressed: Pressed) -> Answer | None:
        news = to_activities(body, at=self.shell.clock())
        answer, seen = None, True
        for fact in news.facts:
            match fact:
                case Step(activity=activity, if_seen=if_seen):
                    if seen or not if_seen:
                        seen = await self.run(activity) is None
                case Press():
                    answer = await pressed(fact)
                case _:
                    await self._around(fact, news)
        return answer

    async def run(self, activity: Activity) -> Turn | None:
        """The turn, once it is committed; None where the activity was seen before."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                return await self.shell.run(await self.people.knows(activity))
        except TimeoutError:  # it may be kept yet: what comes again is a repetition then
            raise StorageDown from None
        except EventRefused:
            _log.info("event_refused", extra={"activity": activity.keys[0]})
            return Turn(review=None)

    async def _around(self, fact: Around, news: News) -> None:
        tenant = news.tenant
        match fact:
            case PersonTold():
                await self._let_in(fact, news)
                await self.people.told(tenant, fact)
            case Parted(person=person, channel=channel):
                await self.people.parted(tenant, person, channel)
            case ChannelTold() | Reach():
                await self._places.told(tenant, fact, news.happened_at)
            case ForEach(activity=activity, channel=channel):
                await self._tell_each(activity, [channel])
            case ForTeam(activity=activity, team=team):
                await self._tell_each(activity, await self._places.channels_of(tenant, team))
            case _:
                assert_never(fact)

    async def _let_in(self, told: PersonTold, news: News) -> None:
        """Whoever speaks to the bot alone again, or for the first time, can be written to about all that waits."""
        tenant, who = news.tenant, told.id
        if told.conversation is None or await self._places.has_chat(tenant, who):
            return
        activity = Activity(
            keys=(f"{PLATFORM}/{tenant}/reachable/{who}/{news.happened_at.isoformat()}",),
            kind=ActivityKind.REACHABLE,
            actor=Actor(id=who, name=told.name or who),
            reference=ConversationReference(platform=PLATFORM, tenant=tenant, channel=""),
            at=self.shell.clock(),
        )
        for review, reference in await self.shell.theirs(tenant, who):
            await self.run(about(activity, review, at=reference))

    async def _tell_each(self, activity: Activity, channels: Sequence[str | None]) -> None:
        """Each review has a key of its own for it, so that who is cut short goes on where it was."""
        for channel in channels:
            for review, reference in await self.shell.living(activity.reference.tenant, channel):
                await self.run(about(activity, review, at=reference))

    def sentence(self, notice: Notice) -> str:
        return self.words_of(NoticeCard(notice=notice))

    def words_of(self, card: Card, names: Mapping[str, str] = MappingProxyType({})) -> str:
        """Its first line, for where no more has room. `names` are people's, by id."""
        return bare(self.words(card).say("title"), names)

    def words(self, card: Card, said: Mapping[int, str] = MappingProxyType({})) -> Words:
        """`said` are the words of acts."""
        now = self.shell.clock().astimezone(self._zone)
        return self._wording.of(card, Reader(words=said, today=now.date(), zone=self._zone))
