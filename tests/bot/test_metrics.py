from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.metrics import Metrics, Overdue, Waiting
from conversations.effects import Post
from conversations.errors import Busy, StorageDown
from storage.database import open_database
from storage.inspection import waiting_deliveries
from storage.models import DeliveryState
from storage.outbox import claim, give_up
from tests.bot.test_relay import CARD, wants
from tests.storage.tiny import AT, begun, run

LABELS = ("platform", "kind", "outcome", "state", "why", "le")


async def nothing() -> Mapping[str, int]:
    return {}


async def nobody_knows() -> int:
    raise StorageDown


def scraped(counted: Metrics, waiting: Waiting = nothing, overdue: Overdue = nobody_knows) -> dict[str, float]:
    """By name and labels, without when each was made."""
    body, content_type = asyncio.run(counted.scraped(waiting, overdue))
    assert content_type.startswith("text/plain; version=")
    samples = [sample for family in text_string_to_metric_families(body.decode()) for sample in family.samples]
    return {
        " ".join([sample.name, *(sample.labels[label] for label in LABELS if label in sample.labels)]): sample.value
        for sample in samples
        if not sample.name.endswith("_created")
    }


def test_before_anything_was_counted_there_is_nothing_to_tell() -> None:
    assert scraped(Metrics()) == {}


def test_what_was_heard_is_counted_with_the_time_it_took() -> None:
    counted = Metrics()
    counted.heard("slack", "message", "taken", seconds=0.02)
    counted.heard("slack", "message", "taken", seconds=4.0)
    counted.heard("slack", "button", "refused", seconds=0.001)
    told = scraped(counted)
    assert told["ai_readiness_activities_total slack message taken"] == 2
    assert told["ai_readiness_activities_total slack button refused"] == 1
    assert told["ai_readiness_ack_seconds_count slack"] == 3
    assert told["ai_readiness_ack_seconds_bucket slack 0.01"] == 1
    assert told["ai_readiness_ack_seconds_bucket slack 3.0"] == 2
    assert told["ai_readiness_ack_seconds_bucket slack +Inf"] == 3


def test_each_try_of_a_delivery_is_counted() -> None:
    counted = Metrics()
    counted.delivered("slack", "post", "postponed")
    counted.delivered("slack", "post", "sent")
    told = scraped(counted)
    assert told["ai_readiness_deliveries_total slack post sent"] == 1
    assert told["ai_readiness_deliveries_total slack post postponed"] == 1


def test_what_people_were_written_is_counted_and_what_had_to_wait() -> None:
    counted = Metrics()
    counted.noted("slack", "letter", "nudge")
    counted.noted("slack", "letter", "nudge")
    counted.noted("slack", "digest", "roll_up")
    counted.noted("slack", "held", "hours")
    told = scraped(counted)
    assert told["ai_readiness_letters_total slack nudge"] == 2
    assert told["ai_readiness_digests_total slack roll_up"] == 1
    assert told["ai_readiness_held_back_total slack hours"] == 1


def test_who_was_not_looked_at_in_time_is_counted_when_it_is_scraped() -> None:
    async def two() -> int:
        return 2

    assert scraped(Metrics(), overdue=two) == {"ai_readiness_reminders overdue": 2}


def test_two_of_them_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.delivered("slack", "post", "sent")
    assert scraped(other) == {}


def test_what_waits_is_looked_up_when_it_is_scraped(database_url: str) -> None:
    database = open_database(database_url)

    async def counts() -> Mapping[str, int]:
        return await database.read(waiting_deliveries)

    async def scene() -> tuple[bytes, bytes]:
        counted = Metrics()
        await begun(database.units)
        first, _ = await counted.scraped(counts, nobody_knows)
        await wants(database.units, Post(key="summary", card=CARD), key="k")
        (one,) = await database.units(claim, now=AT, me="me", limit=1)
        await database.units(give_up, one.delivery, DeliveryState.PARKED, "refused", me="me", now=AT)
        second, _ = await counted.scraped(counts, nobody_knows)
        return first, second

    first, second = run(scene())
    assert b'ai_readiness_deliveries_waiting{state="pending"} 2.0' in first
    assert b'ai_readiness_deliveries_waiting{state="parked"} 0.0' in first
    assert b'ai_readiness_deliveries_waiting{state="pending"} 2.0' in second
    assert b'ai_readiness_deliveries_waiting{state="parked"} 1.0' in second
    database.close()


@pytest.mark.parametrize("error", [Busy(), StorageDown(), None])
def test_without_a_database_the_rest_is_told(error: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "WAITING_SECONDS", 0.05)

    async def cannot() -> Mapping[str, int]:
        if error:
            raise error
        await asyncio.sleep(60)
        return {}

    async def can() -> Mapping[str, int]:
        return {"pending": 3}

    counted = Metrics()
    counted.delivered("slack", "post", "sent")
    assert len(scraped(counted, can)) == 2
    assert list(scraped(counted, cannot)) == ["ai_readiness_deliveries_total slack post sent"]
