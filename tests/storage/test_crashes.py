from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from storage.database import open_database
from storage.models import DeliveryState
from storage.queries import reviews
from storage.shelf import PackShelf
from tests.storage.crashes import PLAYS, SAID, Rule, lines, received
from tests.storage.tiny import everything, run


def test_a_process_killed_anywhere_loses_nothing_and_says_nothing_twice(database_url: str, tmp_path: Path) -> None:
    """And where the outcome of a send is guessed instead of asked for, this test finds it out."""
    folder = tmp_path / "plays"
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "tests.storage.crashes", database_url, str(folder)], check=True, timeout=300)

    database = open_database(database_url)
    found = run(database.read(reviews, PackShelf()))
    rows = run(everything(database))["outbox"]
    database.close()

    assert {review.project: [act.said for act in review.acts] for review in found} == {
        play.thread: list(SAID) for play in PLAYS
    }
    assert {row["state"] for row in rows} <= {DeliveryState.SENT, DeliveryState.SUPERSEDED}
    lost: Counter[Rule] = Counter()
    doubled: Counter[Rule] = Counter()
    for play in PLAYS:
        wanted = {row["delivery_id"] for row in rows if row["thread"] == play.thread and row["state"] == "sent"}
        arrived = Counter(lines(received(folder, play)))
        assert len(wanted) >= 2 + len(SAID) * 4
        lost[play.rule] += len(wanted - arrived.keys())
        doubled[play.rule] += sum(times - 1 for times in arrived.values())
    assert (lost[Rule.ASK], doubled[Rule.ASK]) == (0, 0)
    assert lost[Rule.SEND_AGAIN] == 0 < doubled[Rule.SEND_AGAIN]
    assert doubled[Rule.NEVER_AGAIN] == 0 < lost[Rule.NEVER_AGAIN]
