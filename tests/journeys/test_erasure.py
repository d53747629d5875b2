"""Of a message that was deleted no word is left: in no table, in no delivery, on no card that is shown from then on."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from conversations.activities import Activity, ActivityKind
from conversations.board import board
from storage.database import Database
from storage.outbox import claim, mark_sent
from storage.queries import reviews
from storage.shelf import PackShelf
from storage.unit_of_work import run_turn
from tests.adapters.screen import shown
from tests.conversations.test_nobody_loses import LINK, PEOPLE, TEXT, taken
from tests.dialogue import Dialogue, a_dialogue, engine
from tests.storage.tiny import AT, everything, run

ACTS = ("answers", "answers", "answers", "fills in", "edits", "deletes", "undoes", "decides")
STEPS = 25


def played(seed: int) -> tuple[Dialogue, list[Activity]]:
    """A dialogue, and what was heard in it. Every text has a mark of its own to look for, like `n12n`."""
    chance, dialogue = random.Random(seed), a_dialogue()
    heard = [dialogue.heard]
    for _ in range(STEPS):
        about = chance.choice(PEOPLE), chance.choice((LINK, TEXT)), chance.randrange(4), chance.randrange(3)
        taken(dialogue, (chance.choice(ACTS), *about))
        heard.append(replace(dialogue.heard, review=dialogue.review.id))
    return dialogue, heard


def marks(heard: list[Activity], *, deleted: bool) -> set[str]:
    """Of all texts that messages have had: of those that were deleted, or of the others."""
    gone = {one.source for one in heard if one.kind is ActivityKind.DELETION}
    said = (one for one in heard if (one.source in gone) is deleted)
    return {mark for one in said for mark in re.findall(r"n\d+n", one.text)}


@pytest.mark.parametrize("seed", [2, 4, 6])  # in which a good deal is deleted
@pytest.mark.parametrize("sending", [True, False], ids=["sent", "waiting"])
def test_what_was_deleted_is_nowhere(database: Database, seed: int, sending: bool) -> None:
    dialogue, heard = played(seed)
    shelf = PackShelf()

    async def send() -> list[str]:
        """What the terminal shows of everything that is due."""
        screens = []
        while due := await database.units(claim, now=AT.replace(year=2030), me="me", limit=20):
            for one in due:
                screens += [shown(one.delivery.card, words=one.words)] if one.delivery.card else []
                await database.units(mark_sent, one.delivery, f"p{one.delivery.id}", me="me", now=AT)
        return screens

    async def scene() -> tuple[str, list[str]]:
        for activity in heard:
            await database.units(run_turn, activity, engine().decide, shelf)
            if sending:
                await send()
        (review,) = await database.read(reviews, shelf)
        assert review.acts == dialogue.review.acts
        return str(await everything(database)), await send()

    rows, screens = run(scene())
    words = {act.n: act.said for act in dialogue.review.acts if act.said}
    screens += [shown(card, words=words) for card in board(dialogue.standing).values()]
    assert [mark for mark in marks(heard, deleted=True) if mark in rows or mark in str(screens)] == []
    assert marks(heard, deleted=True), "nothing was deleted"
    assert any(mark in rows for mark in marks(heard, deleted=False)), "nothing was kept"
