"""However answers, edits, deletions and undo follow one another, nobody takes away what somebody else has said.

Few items and few people, so that they meet; every text is another one, so that words can be looked for.
"""

from __future__ import annotations

from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.item_standing import ItemStanding
from conversations.review import Act, Phase
from conversations.standing import Standing
from tests.dialogue import Dialogue, a_dialogue

PEOPLE = ("ana", "tom", "lee")  # @ana owns the review
LINK, TEXT = "run.runbook", "run.ops_team"
Step: TypeAlias = tuple[str, str, str, int, int]  # what, who, about which item, what kind of text, which message

steps = st.tuples(
    st.sampled_from(
        (
            "answers",
            "answers",
            "fills in",
            "edits",
            "edits",
            "deletes",
            "undoes",
            "disowns",
            "uses",
            "decides",
            "goes on",
        )
    ),
    st.sampled_from(PEOPLE),
    st.sampled_from((LINK, LINK, TEXT)),
    st.integers(0, 3),
    st.integers(0, 2),
)
scripts = st.lists(steps, min_size=6, max_size=16)


def text_for(item: str, kind: int, number: int) -> str:
    """All that is asked for; or something is lacking; or there is none."""
    if kind < 2:
        return f"https://wiki.acme.io/n{number}n" if item == LINK else f"Claims Ops n{number}n, since 6 October 2026"
    if kind == 2:
        return f"somewhere in wiki n{number}n" if item == LINK else f"Claims Platform Team n{number}n"
    return f"n/a because there is none n{number}n"


def taken(dialogue: Dialogue, step: Step) -> None:
    what, who, item, kind, ago = step
    text = text_for(item, kind, len(dialogue.turns))
    message = max(1, dialogue.messages - ago)
    match what:
        case "answers":
            dialogue.hears(f"{who}: {item}: {text}")
        case "goes on":  # a plain reply, to what was followed up
            dialogue.hears(f"{who}: since {1 + kind} October 2026")
        case "fills in":
            dialogue.submits(who, "run", {item: text})
        case "edits":
            dialogue.edits(author(dialogue, message), message, text)
        case "deletes":
            dialogue.deletes(author(dialogue, message), message)
        case "decides":
            dialogue.hears(f"{who}: {'accept' if kind % 2 else 'reject'} {item}")
        case _:
            dialogue.hears(f"{who}: {WORDS[what].format(n=1 + ago)}")


WORDS = {"undoes": "undo", "disowns": "not an answer", "uses": "use {n}"}
TAKES_BACK = ("edits", "deletes", "undoes")


def author(dialogue: Dialogue, message: int) -> str:
    by = (act.by for act in dialogue.review.acts if act.source == f"m{message}")
    return next(by, "ana")


def said_in(item: ItemStanding) -> list[Act]:
    """The answers that stand, or stand against each other, or are waved aside for now."""
    return [act for act in (item.answer, item.waiver, *item.sides) if act is not None]


@settings(max_examples=200)  # two have to meet on one item, in the right order
@given(scripts)
def test_what_others_said_stays_where_it_stood(script: list[Step]) -> None:
    dialogue = a_dialogue()
    for step in script:
        before, acts = dialogue.standing, len(dialogue.review.acts)
        taken(dialogue, step)
        told = "\n".join(dialogue.lines)
        assert dialogue.standing.phase is Phase.OPEN
        who = dialogue.heard.actor.id
        if step[0] in TAKES_BACK:
            answered = {act.item for act in dialogue.review.acts[acts:] if act.verdict and not act.revises}
            for key in before.items.keys() - answered:
                stands = [(act.by, act.said) for act in said_in(dialogue.item(key))]
                gone = [a for a in said_in(before.items[key]) if a.by != who and (a.by, a.said) not in stands]
                assert not gone, f"{key}: {gone}\n{told}"
        what_was_withdrawn_stands_nowhere(dialogue.standing, told)


def what_was_withdrawn_stands_nowhere(standing: Standing, told: str) -> None:
    live = {act.n for act in standing.live}
    older = {act.revises for act in standing.live}
    for item in standing.items.values():
        for act in said_in(item):
            assert act.n in live, f"{act} was taken back\n{told}"
            assert act.n not in older, f"{act} has a later version\n{told}"
            assert act.said is not None, f"{act} was erased\n{told}"


@given(scripts)
def test_the_newest_version_of_a_message_is_what_it_says(script: list[Step]) -> None:
    """Where an answer stands that came in a message, it says what the message says now."""
    dialogue, reads = a_dialogue(), dict[str, str]()
    for step in script:
        taken(dialogue, step)
        heard = dialogue.heard
        if heard.source is not None and not dialogue.turn.refused:
            reads[heard.source] = heard.text
        for item in dialogue.standing.items.values():
            for act in said_in(item):
                said = reads.get(act.source or "", act.said or "")
                assert said.endswith(act.said or ""), f"{act.said!r} of {said!r}\n" + "\n".join(dialogue.lines)
