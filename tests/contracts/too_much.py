"""Far more, and far longer, than anybody says: cards that would break every limit, if nothing were cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache
from typing import Any

from conversations.activities import Actor, ConversationReference
from conversations.board import board
from conversations.cards import (
    About,
    BlockerLine,
    Card,
    DigestCard,
    DigestLine,
    DigestState,
    FormCard,
    GoneCard,
    HeadsUpCard,
    HomeCard,
    LetterCard,
    Notice,
    NoticeCard,
    NudgeCard,
    PreferencesCard,
    PromiseLine,
    QuestionCard,
    QuestionLine,
    Quote,
    RollUpLine,
    Tap,
    Way,
)
from conversations.events import View, Viewed
from conversations.overview import home_card, list_card
from conversations.packs import Item, ItemType, Option, Pack
from conversations.review import ActKind, Review
from conversations.standing import Standing, stand
from conversations.verdicts import Verdict
from conversations.views import view_card
from tests.builders import AT, a_review, act, pack

PROJECT = ("🦄 Claims & <Copilot> *for* everybody " * 4)[:80]
NAME = ("Prof. Dr. Maximiliane-Theodora von und zu Hohenlohe-Langenburg-Schillingsfürst 🦄🦄🦄🦄")[:80]
WORD, LINK, WORDS = "x" * 4_000, f"https://wiki.acme.io/{'a' * 3_879}", "a word & another <one> " * 173 + "🦄" * 21
FLAT = ("a line of an answer 🦄 " * 140)[:3_000]  # as much as an input holds, to a character
ANSWERS = (WORD, LINK, WORDS, "<@U1> reviews it", "🦄" * 4_000)
HERE = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1763888400.000100")
LONG_KEY = "a_key_" + "k" * 140


# --- far too much ----------------------------------------------------------------------------------------------------


def large_pack(type_: ItemType | None = None, items: int = 60) -> Pack:
    """One question with many items, all but their types as long as somebody might make them."""
    types = [type_] if type_ else list(ItemType)
    made = tuple(_item(n, types[n % len(types)]) for n in range(items))
    (question, *_) = pack().questions
    title = "Who will run this in production, and who will when nobody else does? " * 6
    return replace(
        pack(), questions=(replace(question, items=made, title=title, short="Running it " * 9),), overlays=()
    )


def _item(n: int, type_: ItemType) -> Item:
    options = tuple(Option(value=f"{m:03}_" + "option_name_that_is_long_" * 3, credit=1.0) for m in range(120))
    return replace(
        pack().by_key["run.ops_team"],
        key=f"run.{LONG_KEY}_{n:02}"[-150:],
        type=type_,
        label=f"{n} " + "a label of many words " * 100,
        prompt=f"{n} " + "a question that goes on and on " * 80,
        why="because of this and that and more " * 120,
        example="an example of this and that " * 140,
        follow_up="and what is it, then? " * 40,
        role="the one person who answers for it " * 5,
        confirm_by_named_person=type_ is ItemType.PERSON,
        options=options if type_ is ItemType.CHOICE else (),
        parts=(),
        fact=None,
    )


@cache
def large(type_: ItemType | None = None, answer: str | None = None, done: int = 60) -> Standing:
    """Its first `done` items were answered, each in 4,000 characters or in `answer`."""
    asked = large_pack(type_)
    said = [answer or ANSWERS[n % len(ANSWERS)] for n in range(done)]
    acts = [
        act(ActKind.ANSWERED, item.key, said=words, verdict=Verdict.COMPLETE, by="U1")
        for item, words in zip(asked.items, said, strict=False)
    ]
    review = a_review(*acts, pack=asked, project=PROJECT, owner="U1", started_by="U1", reference=HERE, id="f" * 32)
    return stand(review, AT + timedelta(days=1))


@cache
def torn() -> Standing:
    """An item with two answers, of the longest words by the longest names."""
    first, *_ = large_pack().items
    acts = [act(ActKind.ANSWERED, first.key, said=WORD, verdict=Verdict.COMPLETE, by="U1")]
    acts += [act(ActKind.RIVALLED, first.key, said=LINK, verdict=Verdict.COMPLETE, by=f"U{n}") for n in range(2, 62)]
    return stand(a_review(*acts, pack=large_pack(), project=PROJECT, reference=HERE, owner="U1", started_by="U1"), AT)


@cache
def many() -> tuple[Standing, ...]:
    """300 reviews."""
    review = a_review(reference=HERE, owner="U1", started_by="U1")
    return tuple(stand(_named(review, n), AT) for n in range(300))


def _named(review: Review, n: int) -> Review:
    place = replace(review.reference, thread=f"1763888{n:03}.000100")
    return replace(review, id=f"{n:032x}", project=f"{n} {PROJECT}"[:80], reference=place)


def cards() -> Iterator[Card]:
    me = Actor(id="U1", name="U1")
    for standing in (large(), large(done=30), torn()):
        yield from board(standing).values()
        for view in View:
            yield view_card(standing, Viewed(by=me, view=view, question="run" if view is View.FORM else None))
    yield list_card(many())
    yield home_card(many(), "U1")
    yield view_card(large(done=30), Viewed(by=me, view=View.MINE))
    yield heirs()
    yield crowded()
    yield letter()
    yield letter(since=AT.date())
    yield digest()
    yield how_to_write()


def heirs() -> GoneCard:
    people = tuple(f"U{n}" for n in range(2, 42))
    ask = tuple(Way(tap=Tap.ASK, item="run.service_owner", name="service_owner", choice=who) for who in people)
    return GoneCard(project=PROJECT, person="U1", roles=(NAME * 3,) * 40, heirs=people, ways=ask)


def crowded() -> NoticeCard:
    """A way of every kind, all in the overflow."""
    return NoticeCard(notice=Notice.NO_SUCH_ITEM, names=(WORD,) * 3, ways=tuple(Way(tap=tap, more=True) for tap in Tap))


# --- far too much for one person ---


def of_line(n: int, *taps: Tap) -> tuple[Way, ...]:
    """As many ways as a line has, each of the line's own review."""
    way = Way(tap=Tap.ANSWER, item="run.service_owner", name="service_owner", review=f"{n:032x}")
    snoozes = (replace(way, tap=Tap.SNOOZE, choice=choice, more=True) for choice in ("1d", "1w", None))
    others = (replace(way, tap=tap, more=True) for tap in (Tap.NOT_ME, Tap.DOES_NOT_APPLY))
    return (*(replace(way, tap=tap) for tap in taps), *snoozes, *others)


LABEL = "a label of many words " * 10
OF_ALL: dict[str, Any] = {"project": PROJECT, "short": "Running it " * 9, "label": LABEL, "seconds": 3_600}
WHO: dict[str, Any] = {"role": "the person who can order a rollback " * 4, "lead": "U1"}


def letter(
    since: date | None = None, *, asks: str = "a question that goes on and on " * 160, example: str = "such as " * 300
) -> LetterCard:
    """Three lines of three reviews, each with more to say than there is room for."""
    nudge = NudgeCard(
        **OF_ALL,
        prompt=asks,
        example=example,
        about=About.OPEN,
        type=ItemType.METRIC,
        ways=of_line(1, Tap.ANSWER),
    )
    heads_up = HeadsUpCard(**OF_ALL, **WHO, part="service_owner", on=AT.date(), ways=of_line(2, Tap.NAME, Tap.LET_GO))
    again = replace(nudge, about=About.PARTS, missing=asks, ways=of_line(3, Tap.ANSWER))
    aside = (Way(tap=Tap.WHY, review=f"{1:032x}"), Way(tap=Tap.PREFERENCES))
    return LetterCard(to="U2", lines=(nudge, heads_up, again), since=since, ways=aside)


def digest() -> DigestCard:
    """Ten projects of which three need somebody, with forty known gaps each; and a sponsor's."""
    gap = PromiseLine(label=LABEL, short="Running it", who="U1", on=AT.date(), known_gap=True)
    blocker = BlockerLine(label=LABEL, question="Running it", reason="not answered", who="U2")
    counts = tuple(QuestionLine(short=f"Question {n} " * 2, answered=n, total=12) for n in range(12))
    line = DigestLine(
        project=PROJECT,
        state=DigestState.BLOCKED,
        readiness=59,
        change=6,
        progress=88,
        decision_on=AT.date(),
        days_left=15,
        blockers=20,
        blocker=blocker,
        blocker_asked=True,
        new=(LABEL,) * 3,
        new_more=17,
        next_gap="F3",
        next_gap_labels=(LABEL,) * 12,
        questions=counts,
        due=(replace(gap, known_gap=False),) * 40,
        gaps=(gap,) * 40,
        not_applicable=40,
        spot_check=Quote(acts=(1,), by="U1", at=AT),
        spot_check_label=LABEL,
    )
    states = [*[DigestState.BLOCKED] * 3, *[DigestState.IDLE] * 7, *[DigestState.CALM] * 20]
    return DigestCard(
        on=AT.date(),
        lines=tuple(replace(line, state=state, ways=of_project(n, state)) for n, state in enumerate(states)),
        roll_up=(RollUpLine(project=PROJECT, stage="scaling", readiness=3, blocker=WORD, decision_on=AT.date()),) * 30,
        pack="core 1.4, full 1.4",
        ways=(Way(tap=Tap.DIGEST_DAY), Way(tap=Tap.DIGEST_OFF)),
    )


def of_project(n: int, state: DigestState) -> tuple[Way, ...]:
    review = f"{n:032x}"
    answer = Way(tap=Tap.ANSWER, item="run.service_owner", name="service_owner", review=review)
    if state is DigestState.BLOCKED:
        return (answer, Way(tap=Tap.OPEN, choice=f"C1/1763888{n:03}.000100", review=review))
    return (Way(tap=Tap.PAUSE, review=review), Way(tap=Tap.GO_ON, review=review))


def how_to_write(**changes: Any) -> PreferencesCard:
    so = PreferencesCard(
        begins=time(9, 30),
        ends=time(16, 30),
        days=(0, 2, 4, 6),
        zone="America/Argentina/ComodRivadavia",
        country="DE-BY",
        away_until=AT.date(),
        nudges=True,
        nudges_from=AT.date(),
        digest=True,
        digest_day=6,
        digest_at=time(23, 30),
        next_digest_on=AT.date(),
        ways=tuple(Way(tap=tap) for tap in (Tap.PREFERENCES, Tap.NUDGES_OFF, Tap.DIGEST_OFF, Tap.DIGEST_NOW)),
    )
    return replace(so, **changes)


# --- as everybody is shown it ---


class Names(dict[str, str]):
    """Everybody has a long one."""

    def __missing__(self, _: str) -> str:
        return NAME


NAMES = Names({f"U{n}": f"{n} {NAME}"[:80] for n in range(1, 62)})
PACKS = [f"{n}_{'p' * 90}" for n in range(120)]


def said(standing: Standing) -> dict[int, str]:
    return {each.n: each.said for each in standing.review.acts if each.said}


SAID = dict.fromkeys(range(1, 62), WORD)


def form_card(standing: Standing, view: View = View.FORM) -> FormCard:
    card = view_card(standing, Viewed(by=Actor(id="U1", name="U1"), view=view, question="run"))
    assert isinstance(card, FormCard)
    return card


def asked(type_: ItemType) -> QuestionCard:
    card = board(large(type_, done=0))["question/run"]
    assert isinstance(card, QuestionCard)
    return card


def bytes_of(view: object) -> int:
    return len(json.dumps(view).encode())


def full_home() -> HomeCard:
    return replace(home_card(many(), "U1"), preferences=how_to_write())


def full_report() -> Card:
    return view_card(large(), Viewed(by=Actor(id="U1", name="U1"), view=View.REPORT))
