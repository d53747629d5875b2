"""The ways on from a card: its buttons, and the words that do the same. The first one is what most people need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from conversations.cards import Tap, Way
from conversations.packs import Item, ItemType, Question
from conversations.review import LIVING, Phase, Review
from conversations.standing import Standing

_ROOT_WAYS: Mapping[Phase, tuple[tuple[Tap, ...], tuple[Tap, ...]]] = {  # in sight, and in the overflow
    Phase.OPEN: ((Tap.NEXT, Tap.STATUS), (Tap.ABOUT, Tap.ASK, Tap.PAUSE, Tap.HAND_OVER)),
    Phase.PAUSED: ((Tap.RESUME, Tap.STATUS), (Tap.ABOUT, Tap.ASK, Tap.HAND_OVER)),
    Phase.DONE: ((Tap.REPORT, Tap.STATUS), (Tap.RESUME,)),
    Phase.CANCELLED: ((Tap.REPORT, Tap.START), (Tap.RESUME,)),
}

_FOLLOW_UP = ((Tap.KEEP, Tap.LATER), (Tap.ASK, Tap.DOES_NOT_APPLY, Tap.NOT_AN_ANSWER))
_ASK = ((Tap.ANSWER, Tap.NOT_ME), (Tap.LATER, Tap.DOES_NOT_APPLY))


def item_ways(standing: Standing, key: str, taps: Iterable[Tap], more: Iterable[Tap] = ()) -> tuple[Way, ...]:
    """Ways that are about one item; those of `more` stand in the overflow."""
    name = standing.pack.names[key]
    in_sight = (Way(tap=tap, item=key, name=name) for tap in taps)
    return (*in_sight, *(Way(tap=tap, item=key, name=name, more=True) for tap in more))


def open_ways(review: Review, *, more: bool = False) -> tuple[Way, ...]:
    """To a review's thread, once it has one."""
    channel, thread = review.reference.channel, review.reference.thread
    return (Way(tap=Tap.OPEN, choice=f"{channel}/{thread}", review=review.id, more=more),) if thread else ()


def follow_up_ways(standing: Standing, key: str) -> tuple[Way, ...]:
    return item_ways(standing, key, *_FOLLOW_UP)


def ask_ways(standing: Standing, key: str) -> tuple[Way, ...]:
    return (*item_ways(standing, key, *_ASK), *open_ways(standing.review, more=True))


def ask_here_ways(standing: Standing, key: str, *, confirms: bool, holds: bool) -> tuple[Way, ...]:
    """As those of a letter's line, in the thread that it is about."""
    if confirms:
        return (*item_ways(standing, key, (Tap.YES, Tap.NO)), *_snoozes(standing, key, "1w", None))
    return nudge_ways(standing, key, holds=True) if holds else item_ways(standing, key, *_ASK)


def confirm_ways(standing: Standing, key: str) -> tuple[Way, ...]:
    in_sight = item_ways(standing, key, (Tap.YES, Tap.NO))
    return (*in_sight, *_snoozes(standing, key, "1w", None), *open_ways(standing.review, more=True))


def nudge_ways(standing: Standing, key: str, *, holds: bool) -> tuple[Way, ...]:
    """`holds`: there is an answer, and it may only want a nod."""
    in_sight = item_ways(standing, key, (Tap.ANSWER, Tap.KEEP) if holds else (Tap.ANSWER,))
    more = item_ways(standing, key, (), (Tap.NOT_ME, Tap.DOES_NOT_APPLY))
    return (*in_sight, *_snoozes(standing, key, "1d", "1w", None), *more)


def heads_up_ways(standing: Standing, item: Item) -> tuple[Way, ...]:
    return item_ways(standing, item.key, (_naming(item), Tap.LET_GO))


def escalation_ways(standing: Standing, item: Item) -> tuple[Way, ...]:
    name = item_ways(standing, item.key, (_naming(item),))
    return (*name, *open_ways(standing.review), *item_ways(standing, item.key, (), (Tap.LET_GO,)))


def _naming(item: Item) -> Tap:
    return Tap.NAME if item.type is ItemType.PERSON else Tap.ANSWER


def _snoozes(standing: Standing, key: str, *choices: str | None) -> Iterator[Way]:
    """Until tomorrow, until next week; without a choice a day is asked for."""
    name = standing.pack.names[key]
    return (Way(tap=Tap.SNOOZE, item=key, name=name, choice=choice, more=True) for choice in choices)


def conflict_ways(standing: Standing, key: str, sides: int) -> tuple[Way, ...]:
    name = standing.pack.names[key]
    use = (Way(tap=Tap.USE, item=key, name=name, choice=str(n)) for n in range(1, sides + 1))
    return (*use, *item_ways(standing, key, (Tap.WRITE_ANOTHER,), (Tap.ASK,)))


def root_ways(phase: Phase, *, asking: bool) -> tuple[Way, ...]:
    first, more = _ROOT_WAYS[phase]
    idle = () if asking else (Tap.NEXT, Tap.ASK)  # they are about what is asked
    return (
        *(Way(tap=tap) for tap in first if tap not in idle),
        *(Way(tap=tap, more=True) for tap in more if tap not in idle),
    )


def question_ways(standing: Standing, question: Question, asked: Item | None) -> tuple[Way, ...]:
    if standing.phase not in LIVING:
        return ()
    if asked is None:
        return (Way(tap=Tap.EDIT, choice=question.key),)
    return (
        Way(tap=Tap.ANSWER, choice=question.key),
        *item_ways(standing, asked.key, (Tap.ASK,)),
        *item_ways(standing, asked.key, (), (Tap.LATER, Tap.DOES_NOT_APPLY, Tap.SKIP, Tap.BACK, Tap.HELP)),
    )


def summary_ways(phase: Phase) -> tuple[Way, ...]:
    if phase not in LIVING:
        return (Way(tap=Tap.REPORT), Way(tap=Tap.RESUME, more=True))
    last = Tap.PAUSE if phase is Phase.OPEN else Tap.RESUME
    more = (last, Tap.HAND_OVER)
    return (Way(tap=Tap.REPORT), Way(tap=Tap.EDIT), *(Way(tap=tap, more=True) for tap in more))
