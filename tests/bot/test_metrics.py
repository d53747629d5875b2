from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.metrics import Look, Metrics, Now
from bot.watching import Facts
from conversations.errors import Busy, StaleReview, StorageDown
from storage.health import Figures
from tests.storage.tiny import AT

NOBODY = Figures(pending=0, parked=0, oldest=None, due=None, look=None, revision="0001")


async def down() -> Figures:
    raise StorageDown


async def well() -> dict[str, str | None]:
    return {"database": None, "slack": "It does not answer."}


def scraped(counted: Metrics, look: Look = down, *, free_bytes: int | None = None) -> dict[str, float]:
    """Ours, by name and labels in their order."""
    now = Now(at=AT, under_way={"read": 0, "write": 3}, free_bytes=free_bytes)
    body, content_type = asyncio.run(counted.scraped(look, well, now))
    assert content_type.startswith("text/plain; version=")
    samples = [sample for family in text_string_to_metric_families(body.decode()) for sample in family.samples]
    return {
        " ".join([sample.name.removeprefix("ai_readiness_"), *map(str, sorted(sample.labels.values()))]): sample.value
        for sample in samples
        if sample.name.startswith("ai_readiness_") and "_bucket" not in sample.name and sample.value
    }


def bucket(counted: Metrics, name: str, le: str) -> float:
    body, _ = asyncio.run(counted.scraped(down, well, Now(at=AT, under_way={})))
    (line,) = [
        each for each in body.decode().splitlines() if each.startswith(f"ai_readiness_{name}") and f'"{le}"' in each
    ]
    return float(line.rpartition(" ")[2])


def test_what_was_heard_is_counted_with_the_time_it_took() -> None:
    counted = Metrics()
    counted.heard("slack", "command", "kept", seconds=0.02)
    counted.heard("slack", "command", "kept", seconds=4.0)
    counted.heard("slack", "what somebody made up", "refused", seconds=0.001)
    told = scraped(counted)
    assert told["requests_total command kept slack"] == 2
    assert told["requests_total other refused slack"] == 1
    assert told["ack_seconds_count slack"] == 3
    assert [bucket(counted, "ack_seconds_bucket", le) for le in ("0.01", "3.0", "+Inf")] == [1, 2, 3]


def test_turns_are_counted_with_their_times_their_retries_and_why_they_were_refused() -> None:
    counted = Metrics()
    about: Facts = {"platform": "slack", "kind": "message"}
    counted.counted("turn", {**about, "outcome": "committed", "retries": 2}, 0.02)
    counted.counted("turn", {**about, "outcome": "refused", "why": "outsider", "retries": 0}, 0.02)
    counted.counted("turn", {**about, "outcome": "StorageDown"}, 2.0)
    told = scraped(counted)
    assert told["turns_total committed message slack"] == 1
    assert told["turns_total StorageDown message slack"] == 1
    assert told["turn_retries_total slack"] == 2
    assert told["refusals_total outsider"] == 1
    assert told["turn_seconds_count message slack"] == 3


def test_each_try_of_a_delivery_is_counted_and_how_long_it_took_from_its_turn() -> None:
    counted = Metrics()
    about: Facts = {"platform": "slack", "kind": "post", "attempts": 0}
    counted.counted("delivery", {**about, "outcome": "told_to_wait", "retry_after": 30.0}, 0.1)
    counted.counted("delivery", {**about, "outcome": "sent", "delay": 31.5}, 0.2)
    told = scraped(counted)
    assert told["deliveries_total post sent slack"] == 1
    assert told["deliveries_total post slack told_to_wait"] == 1
    assert told["retry_after_seconds_sum slack"] == 30
    assert told["delivery_delay_seconds_sum slack"] == 31.5
    assert told["delivery_seconds_count post slack"] == 2


def test_what_people_were_written_is_counted_and_what_had_to_wait() -> None:
    counted = Metrics()
    counted.noted("slack", "letter", "nudge")
    counted.noted("slack", "digest", "roll_up")
    counted.noted("slack", "held", "hours")
    counted.late(90)
    told = scraped(counted)
    assert told["letters_total nudge slack"] == 1
    assert told["digests_total roll_up slack"] == 1
    assert told["held_back_total hours slack"] == 1
    assert told["reminder_lag_seconds_sum"] == 90


def test_units_ticks_and_requests_are_counted() -> None:
    counted = Metrics()
    counted.counted("unit", {"unit": "run_turn", "access": "write"}, 0.002)
    counted.counted("unit", {"unit": "run_turn", "access": "write", "outcome": "Busy"}, 0.0)
    counted.counted("tick", {"tick": "due", "outcome": "StorageDown"}, 1)
    counted.counted("request", {"path": "/slack/events", "status": 401}, 0.001)
    told = scraped(counted)
    assert told["unit_seconds_count write"] == 2
    assert told["unit_failures_total Busy write"] == 1
    assert told["ticks_total StorageDown due"] == 1
    assert told["http_requests_total /slack/events 401"] == 1
    assert told["units_in_progress write"] == 3


def test_this_process_and_what_it_is_built_on_are_told() -> None:
    body, _ = asyncio.run(Metrics().scraped(down, well, Now(at=AT, under_way={})))
    told = body.decode()
    for line in (
        'ai_readiness_build_info{name="slack-bolt",version="1.',
        "process_resident_memory_bytes ",
        "python_info{",
    ):
        assert line in told


def test_a_loop_that_is_held_up_is_felt() -> None:
    async def scene(counted: Metrics) -> None:
        async with counted.watching():
            await asyncio.sleep(0.01)
            time.sleep(metrics.LOOP_SECONDS + 0.3)  # noqa: ASYNC251  # that is what is felt
            await asyncio.sleep(0.01)

    counted = Metrics()
    asyncio.run(scene(counted))
    assert scraped(counted)["event_loop_lag_seconds_count"] == 1
    assert scraped(counted)["event_loop_lag_seconds_sum"] > 0.2


def test_two_of_them_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.late(1)
    assert "reminder_lag_seconds_count" not in scraped(other)


# --- what waits ------------------------------------------------------------------------------------------------------


def test_what_waits_is_told_with_its_age() -> None:
    async def look() -> Figures:
        ago = AT - timedelta(seconds=60)
        return Figures(pending=2, parked=1, oldest=ago, due=AT + timedelta(seconds=9), look=ago, revision="0007")

    told = scraped(Metrics(), look, free_bytes=5)
    assert told["deliveries_waiting pending"] == 2
    assert told["deliveries_waiting parked"] == 1
    assert told["outbox_oldest_seconds"] == 60
    assert "outbox_due_seconds" not in told  # it is 0: its moment is to come
    assert told["reminders_overdue_seconds"] == 60
    assert told["database_schema_info 0007"] == 1
    assert told["database_disk_free_bytes"] == 5
    assert told["database_up"] == 1
    assert told["ready database"] == 1
    assert "ready slack" not in told  # it is 0


@pytest.mark.parametrize("error", [Busy(), StaleReview(), StorageDown(), None])
def test_without_a_database_the_rest_is_told(error: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "FIGURES_SECONDS", 0.05)

    async def cannot() -> Figures:
        if error:
            raise error
        await asyncio.sleep(60)
        return NOBODY

    counted = Metrics()
    counted.late(1)
    body, _ = asyncio.run(counted.scraped(cannot, well, Now(at=AT, under_way={})))
    told = body.decode()
    assert "ai_readiness_database_up 0.0" in told
    assert "ai_readiness_reminder_lag_seconds_count 1.0" in told
    assert "ai_readiness_outbox" not in told
