"""Some kills of the suite of faults, and that it finds what was planted; all of it is `make faults`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.databases import Base, PostgresBase, SqliteBase
from tests.faults.kills import ANY_MOMENT, ELSEWHERE, MIGRATION, POINTS, killed, rounds_for
from tests.faults.scene import HURRY
from tests.faults.world import Played, played
from tests.journeys.dying import Child, a_child
from tests.journeys.terminal import ROOT


@pytest.fixture(scope="module")
def children() -> Iterator[dict[str, Child]]:
    """One for each platform, as soon as it is asked for."""
    with ExitStack() as stack:

        class Children(dict[str, Child]):
            def __missing__(self, platform: str) -> Child:
                self[platform] = stack.enter_context(a_child(platform))
                return self[platform]

        yield Children()


@pytest.fixture(params=["sqlite", "postgres"])
def base(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Base:
    if request.param == "sqlite":
        return SqliteBase(tmp_path)
    return PostgresBase(url=str(request.getfixturevalue("server_url")), prefix=f"faults_{worker_id}")


def plays(child: Child, platform: str, base: Base, folder: Path, point: str, times: int, *planted: str) -> Played:
    act, rounds = killed(point, times, seed=1), rounds_for(times)
    return asyncio.run(
        played(act, point, child, platform, base, folder, rounds=rounds, prepared=(HURRY, *planted), patience=10)
    )


@pytest.mark.parametrize(
    ("platform", "point"),
    [
        ("slack", ANY_MOMENT),
        ("slack", "relay_sent"),
        ("slack", "tick_planned"),
        ("slack", MIGRATION),
        ("teams", "acts_written"),
        ("teams", "relay_told"),
    ],
)
def test_killed_again_and_again_nothing_is_lost_doubled_or_out_of_order(
    children: dict[str, Child], base: Base, tmp_path: Path, platform: str, point: str
) -> None:
    row = plays(children[platform], platform, base, tmp_path, point, 2 if platform == "slack" else 1)
    assert row.verdict.all == []
    assert row.times == len(row.recoveries) > 0


def test_every_point_that_the_product_names_is_killed_at() -> None:
    sources = (path.read_text() for folder in ("bot", "storage", "adapters") for path in (ROOT / folder).rglob("*.py"))
    named = {name for source in sources for name in re.findall(r'reach\("(\w+)"\)', source)}
    assert {*POINTS, *ELSEWHERE} - {ANY_MOMENT, MIGRATION} == named


@pytest.mark.parametrize(
    ("planted", "point", "kind"),
    [
        ("acks_before_commit", "turn_begun", "lost"),
        ("marks_before_send", "marked_too_soon", "lost"),
        ("claims_without_lock", "relay_claimed", "doubled"),
    ],
)
def test_a_planted_fault_is_found(
    children: dict[str, Child], tmp_path: Path, planted: str, point: str, kind: str
) -> None:
    row = plays(children["slack"], "slack", SqliteBase(tmp_path), tmp_path, point, 1, f"tests.faults.inside:{planted}")
    assert getattr(row.verdict, kind)
