"""What is to come at the terminal: who will be written to, when and why, if nobody does anything. Nothing is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.console.inbound import PLATFORM
from adapters.console.terminal import handle
from bot.plans import Planner
from bot.reasons import BECAUSE, because, moment, reason
from conversations.calendars import Calendar
from conversations.digests import digest_moment
from conversations.letters import Pending
from conversations.names import label_of
from conversations.people import Account
from conversations.planning import part_since
from conversations.reminders import Kind, looks, reminders
from conversations.standing import Standing

AHEAD = timedelta(weeks=4)  # what comes later is only counted


@dataclass(frozen=True, slots=True, order=True)
class Coming:
    at: datetime
    person: str
    kind: str
    about: str
    why: str

    def said(self, zone: ZoneInfo) -> str:
        kind, why = self.kind.replace("_", " "), f"{self.why[0].upper()}{self.why[1:]}"
        return f"{moment(self.at, zone)} · {handle(self.person)} · {kind}: {self.about}. {why}."


async def what_comes(
    planner: Planner, standings: Collection[Standing], now: datetime, tenant: str, zone: ZoneInfo
) -> Sequence[str]:
    """A line for each thing of the coming weeks, soonest first, and one for all the rest."""
    who = {person for standing in standings for person in looks(standing)} - {""}
    found = await planner.found(Account(platform=PLATFORM, tenant=tenant, id=person) for person in sorted(who))
    calendars = {account.id: planner.calendar_for(each.person, each.preferences) for account, each in found.items()}
    coming = [one for standing in standings for one in _reminders(standing, calendars, now)]
    for account, pending in found.items():
        plan = await planner.plan(pending, now, None)
        coming += [
            Coming(line.at, line.person, line.kind, ", ".join(line.labels or line.projects), reason(line, zone))
            for line in plan.lines
        ]
        coming += _digest(standings, pending, calendars[account.id], now)
    coming.sort()
    soon = [one.said(zone) for one in coming if one.at <= now + AHEAD]
    later = coming[len(soon) :]
    return [*soon, f"From {moment(later[0].at, zone)} on: {len(later)} more."] if later else soon


def _reminders(standing: Standing, calendars: Mapping[str, Calendar], now: datetime) -> Iterator[Coming]:
    """Of what has come already, the plan knows when it goes out."""
    for each in reminders(standing, calendars.__getitem__):
        if each.at > now:
            item = standing.items.get(each.item or "")
            about = f"{label_of(item.item)}, {standing.review.project}" if item else standing.review.project
            of = f" (number {each.step} of {each.most})" if each.most > 1 else ""
            yield Coming(each.at, each.person, each.kind, about, f"{because(each.kind, each.about)}{of}")


def _digest(standings: Collection[Standing], pending: Pending, calendar: Calendar, now: datetime) -> Iterator[Coming]:
    said, who = pending.preferences, pending.account.id
    parts = {s.review.project: since for s in standings if (since := part_since(s, who)) is not None}
    if parts and said.digest:
        since = max(min(parts.values()), said.digest_since or min(parts.values()))
        at = digest_moment(calendar, said, done_until=pending.told.digest_at, new_since=since).at
        if at > now:
            yield Coming(at, who, Kind.DIGEST, ", ".join(parts), BECAUSE[Kind.DIGEST])
