"""What operators are handed is true: rules, dashboard, unit, and the page that explains them."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app
from bot.metrics import Metrics, Now
from bot.settings import Settings
from bot.stopping import STOP_SECONDS
from storage import models
from storage.database import open_database
from storage.health import Figures, figures
from storage.reminders import pulse
from tests.house.tree import PACKAGES, ROOT
from tests.storage.tiny import AT

DEPLOY, PAGE = ROOT / "deploy", (ROOT / "docs" / "operations.md").read_text()
RULES = [rule for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DEPLOY / "dashboard.json").read_text())
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
OF_PROMETHEUS = {"up"}


def families() -> dict[str, set[str]]:
    """What /metrics tells, when everything has happened once: each family with its samples."""
    metrics, about = Metrics(), {"platform": "slack", "kind": "post"}
    metrics.heard("slack", "command", "kept", seconds=0.1)
    for what in ("letter", "digest", "held"):
        metrics.noted("slack", what, "nudge")
    metrics.late(1)
    metrics.counted("request", {"path": "/slack/events", "status": 200}, 0.1)
    metrics.counted("turn", {**about, "outcome": "refused", "why": "outsider", "retries": 1}, 0.1)
    metrics.counted("unit", {"access": "write", "outcome": "Busy"}, 0.1)
    metrics.counted("delivery", {**about, "outcome": "sent", "delay": 1.0, "retry_after": 1.0}, 0.1)
    metrics.counted("tick", {"tick": "due"}, 0.1)

    async def look() -> Figures:
        return Figures(pending=1, parked=1, oldest=AT, due=AT, look=AT, revision="0001")

    async def ready() -> dict[str, str | None]:
        return {"database": None}

    body, _ = asyncio.run(metrics.scraped(look, ready, Now(at=AT, under_way={"write": 0}, free_bytes=1)))
    found = list(text_string_to_metric_families(body.decode()))
    return {family.name: {sample.name for sample in family.samples} for family in found}


def selected(expression: str) -> Iterator[str]:
    """The names of the series that an expression reads. Raises where it is no PromQL."""
    found: list[str] = []

    def visit(node: Any) -> bool:
        if isinstance(node, promql.VectorSelector):
            found.append(node.name or "")
        return True

    promql.walk(promql.parse(expression.replace("$__rate_interval", "5m")), visit)
    return iter(found)


def unknown(expressions: list[str]) -> set[str]:
    told = set().union(*families().values()) | OF_PROMETHEUS
    return {name for expression in expressions for name in selected(expression)} - told


def test_alerts_and_dashboard_ask_for_nothing_that_is_not_told() -> None:
    assert unknown([rule["expr"] for rule in RULES]) == set()
    assert unknown(QUERIES) == set()


@pytest.mark.parametrize("expression", ["max(ai_readiness_outbox_age) > 1", "rate(ai_readiness_turns[5m])"])
def test_a_name_that_is_not_told_is_found(expression: str) -> None:
    assert unknown([expression]) != set()


def test_what_is_no_promql_is_found() -> None:
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        list(selected("sum by (le (rate(x[5m]))"))


def test_each_alert_has_its_section_and_each_section_its_alert() -> None:
    sections = re.findall(r"^### (AiReadiness\w+)$", PAGE, re.MULTILINE)
    assert [rule["alert"] for rule in RULES] == sections
    for rule in RULES:
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")


def test_every_metric_is_on_the_page_and_no_other() -> None:
    told = {name for name in families() if name.startswith("ai_readiness_")}
    counters = {name for name, samples in families().items() if f"{name}_total" in samples}
    named = {f"{name}_total" if name in counters else name for name in told}
    rows = [row.split("|")[1] for row in PAGE.splitlines() if row.startswith("| `ai_readiness_")]
    assert {name for row in rows for name in re.findall(r"`(ai_readiness_\w+)`", row)} == named


def test_every_event_of_the_log_is_on_the_page_and_no_other() -> None:
    table = PAGE.partition("## Log")[2].partition("## Traces")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert {event for row in rows for event in re.findall(r"`(\w+)`", row)} == set(logged())


def logged() -> Iterator[str]:
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="_log"), attr=level), args=[ast.Constant(str(said)), *_]
                ):
                    assert level in ("info", "warning", "error"), path
                    assert re.fullmatch(r"[a-z_]+", said), f"{path}: an event is a constant word, not {said!r}"
                    yield said
                case _:
                    pass


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    panels = DASHBOARD["panels"]
    assert DASHBOARD["schemaVersion"] >= 36
    assert len({panel["id"] for panel in panels}) == len(panels)
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    for panel in panels:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        place = panel["gridPos"]
        assert 0 <= place["x"] <= 24 - place["w"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)


def test_files_that_the_page_names_are_there_and_the_other_way_round() -> None:
    named = set(re.findall(r"deploy/([\w.-]+)", PAGE))
    assert named == {path.name for path in DEPLOY.iterdir()}


def test_the_service_and_the_image_wait_for_the_end() -> None:
    unit = (DEPLOY / "ai-readiness.service").read_text()
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(seconds) > STOP_SECONDS


def commands() -> list[str]:
    """What the page tells to type: what is indented in it."""
    return [line.strip() for line in PAGE.splitlines() if line.startswith("    ")]


def test_each_command_of_ours_on_the_page_is_one_that_there_is() -> None:
    ours = {words for line in commands() for words in re.findall(r"`?ai-readiness ([a-z]+)", line)}
    told = set(re.findall(r"`ai-readiness ([a-z]+)[^`]*`", PAGE)) | ours
    listed = {command.name or (command.callback and command.callback.__name__) for command in app.registered_commands}
    assert {"migrate", "doctor"} <= told <= listed | {group.name for group in app.registered_groups} | {"serve"}


def test_a_key_is_made_as_the_page_says() -> None:
    (line,) = [each for each in commands() if each.startswith("python -c")]
    made = subprocess.run(
        shlex.split(line.replace("python", sys.executable, 1)), capture_output=True, text=True, check=True, timeout=60
    )
    assert Settings(AI_READINESS_KEY=made.stdout.strip(), _env_file=None).keys


def test_a_copy_made_as_the_page_says_is_whole(tmp_path: Path) -> None:
    """While the database is at work, with the log beside it."""
    (line,) = [each for each in commands() if each.startswith("ai-readiness backup ")]
    _, *told, target = shlex.split(line, comments=True)
    database = open_database(url := f"sqlite:///{tmp_path}/at-work.db")
    asyncio.run(database.units(pulse, AT))
    copy = tmp_path / Path(target).name
    assert CliRunner().invoke(app, [*told, str(copy)], env={"DATABASE_URL": url}).exit_code == 0
    database.close()
    copied = open_database(f"sqlite:///{copy}")
    assert asyncio.run(copied.read(figures)).revision
    assert asyncio.run(copied.read(lambda connection: connection.execute(select(models.pulse)).one())).ticked_at == AT
    copied.close()
