"""Where a review stands: what its acts add up to at a moment.

Nothing is kept that can be added up again, so taking an act back is leaving it out. Days are those of the zone of
`now`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import reduce

from conversations.item_standing import ANSWERS, STANDS, ItemStanding, at, tells, then
from conversations.once import Known
from conversations.outdating import World, outdated_by, vacated, world_of
from conversations.packs import Item, Pack
from conversations.review import LIVING, Act, ActKind, Phase, Review
from conversations.verdicts import Verdict

DECISION_DATE = "approve.decision_date"  # the two items that the engine itself reads, in every pack that has them
APPROVER = "approve.approver"

_PHASES = {
    ActKind.PAUSED: Phase.PAUSED,
    ActKind.RESUMED: Phase.OPEN,
    ActKind.FINISHED: Phase.DONE,
    ActKind.CANCELLED: Phase.CANCELLED,
}
_HEIRS = ("lead", "sponsor")  # fields of the intake: who is asked first when a review has lost its owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    review: Review
    pack: Pack  # the review's, with what joins it by the intake
    now: datetime
    phase: Phase = Phase.OPEN
    phase_act: Act | None = None  # what brought it there, and by whom
    owner: str
    decision_on: date | None = None
    profile: Mapping[str, str]
    items: Mapping[str, ItemStanding]  # in pack order
    added_up: Mapping[str, ItemStanding]  # the same, before anybody looked at the clock
    asked: str | None = None
    live: tuple[Act, ...]  # the acts that count
    gone: Mapping[str, Act]  # who has left and was not heard since
    away: Mapping[str, Act]  # who is away until a day, and was not heard since
    unreachable: Mapping[str, Act]  # who cannot be written to, since when, and was not heard since
    known: Known = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def approver(self) -> str | None:
        item = self.items.get(APPROVER)
        return item.named_here if item and item.state in STANDS and item.named_here not in self.gone else None

    @property
    def heir(self) -> str | None:
        """Who is asked to take over a review whose owner has left; at last whoever has said yes to a part in it."""
        if self.owner not in self.gone:
            return None
        administrators = (left.person for left in self.gone.values())
        named = (item.named_here for item in self.items.values() if item.confirmed)
        heirs = (*(self.profile.get(field) for field in _HEIRS), *administrators, *named)
        outside = {act.by for act in self.live if act.outside}
        return next((heir for heir in heirs if heir and heir not in self.gone and heir not in outside), None)

    @property
    def nothing_left_to_ask(self) -> bool:
        return all(item.settled and item.claim is None for item in self.items.values() if item.item.required)

    def is_critical(self, item: Item) -> bool:
        from_now_on = item.critical_from is not None and self.now.date() >= item.critical_from
        return from_now_on or item.is_critical(self.profile)

    def last_day(self, put_off: Act) -> date:
        """The last day that an answer can be put off to: at most the horizon, and not after the decision."""
        days = timedelta(days=self.pack.scoring.defer_horizon_days)
        last = put_off.at.astimezone(self.now.tzinfo).date() + days
        return min(last, self.decision_on) if self.decision_on else last


def stand(review: Review, now: datetime, since: Standing | None = None) -> Standing:
    """`since` is where it stood some acts before, or after: items that these are not about are not added up again."""
    withdrawn = {act.target for act in review.acts if act.kind is ActKind.WITHDRAWN}
    live = tuple(act for act in review.acts if act.kind is not ActKind.WITHDRAWN and act.n not in withdrawn)
    profile = reduce(lambda profile, act: {**profile, **act.profile}, live, {"stage": "pilot"})
    pack = review.pack.joined_by(profile)
    folded = _folded(review, pack, live, since.added_up if since else {})
    phase, phase_act = _phase(live, now)
    world = world_of(review.acts, live, now.date())
    standing = Standing(
        review=review,
        pack=pack,
        now=now,
        phase=phase,
        phase_act=phase_act,
        owner=_newest(live, ActKind.HANDED_OVER) or review.started_by,
        decision_on=_decision_on(live, folded.get(DECISION_DATE)),
        profile=profile,
        items=folded,
        added_up=folded,
        live=live,
        gone=world.gone,
        away=world.away,
        unreachable=world.unreachable,
    )
    items = {key: _looked_at(standing, _aged(item, world, live)) for key, item in folded.items()}
    return replace(standing, items=items, asked=_asked(items) if phase in LIVING else None)


def told_of(standing: Standing, review: Review) -> Standing:
    """Where the review of a standing stands once acts have joined it; of REMINDED ones nothing else follows."""
    joined = review.acts[len(standing.review.acts) :]
    if any(act.kind is not ActKind.REMINDED for act in joined):
        return stand(review, standing.now)
    return replace(standing, review=review, live=(*standing.live, *joined))


def _looked_at(standing: Standing, item: ItemStanding) -> ItemStanding:
    """The item at the moment, and then without those who are away."""
    stands = at(item, standing.now, standing.last_day)
    left = vacated(stands, standing.away, standing.decision_on) if standing.away else stands
    return stands if left is stands else at(left, standing.now, standing.last_day)


def _aged(item: ItemStanding, world: World, live: tuple[Act, ...]) -> ItemStanding:
    outdated = outdated_by(item, world, live)
    return item if outdated is None else replace(item, outdated=outdated)


def _folded(
    review: Review, pack: Pack, live: tuple[Act, ...], known: Mapping[str, ItemStanding]
) -> dict[str, ItemStanding]:
    """What the acts make of each item, in the order in which they were done."""
    counts = _answer_counts(review.acts)
    chosen = next((act for act in reversed(live) if act.kind is ActKind.REOPENED), None)
    about: dict[str, list[Act]] = {key: [] for key in pack.by_key}
    for act in live:
        if act.kind is ActKind.LEFT:
            for acts in about.values():
                acts.append(act)
        elif act.item in about and tells(act) and (act.kind is not ActKind.REOPENED or act is chosen):
            about[act.item].append(act)
    items = pack.by_key.items()
    return {key: _added_up(known.get(key), item, tuple(about[key]), counts.get(key, 0)) for key, item in items}


def _added_up(known: ItemStanding | None, item: Item, acts: tuple[Act, ...], count: int) -> ItemStanding:
    """As it is known already, where the same acts are about it."""
    if known is not None and known.item is item and known.acts == acts and known.history_count == count:
        return known
    return reduce(then, acts, ItemStanding(item=item, acts=acts, history_count=count))


def _answer_counts(acts: Iterable[Act]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for act in acts:
        if act.item is not None and act.kind in ANSWERS and not act.again:
            counts[act.item] = counts.get(act.item, 0) + 1
    return counts


def _phase(live: tuple[Act, ...], now: datetime) -> tuple[Phase, Act | None]:
    act = next((act for act in reversed(live) if act.kind in _PHASES), None)
    if act is None or (act.kind is ActKind.PAUSED and act.day is not None and now.date() >= act.day):
        return Phase.OPEN, None
    return _PHASES[act.kind], act


def _newest(live: tuple[Act, ...], kind: ActKind) -> str | None:
    return next((act.person for act in reversed(live) if act.kind is kind), None)


def _decision_on(live: tuple[Act, ...], item: ItemStanding | None) -> date | None:
    if item and item.answer and item.answer.verdict is Verdict.COMPLETE:
        return item.answer.day
    for act in reversed(live):
        dated = act.kind is ActKind.DATED
        if dated or (act.item == DECISION_DATE and act.kind is ActKind.ANSWERED and act.verdict is Verdict.COMPLETE):
            return act.day
    return None


def _asked(items: Mapping[str, ItemStanding]) -> str | None:
    claims = [(item.claim.turn, -item.claim.n, key) for key, item in items.items() if item.claim is not None]
    if claims:  # the newest turn first, and within it (a form) in the order of its fields
        return max(claims)[-1]
    left = [item for item in items.values() if not item.settled]
    left.sort(key=lambda item: item.skipped)  # skipped ones come again after all others
    return left[0].item.key if left else None
