"""What the README and `docs/teams.md` name is there, and what is there is named."""

from __future__ import annotations

import re

import pytest

from adapters.product import PRODUCT
from adapters.teams import manifest as names
from adapters.teams.endpoint import PATH
from adapters.teams.logins import LOGIN_URL
from adapters.teams.manifest import manifest
from adapters.teams.service_urls import is_accepted
from adapters.teams.tokens import OPENID_URL
from adapters.wording import LABELS
from tests.bot.test_docs_slack import README, first_column, is_known, settings
from tests.house.tree import ROOT

TEAMS = (ROOT / "docs" / "teams.md").read_text(encoding="utf-8")
DOCUMENT = manifest(
    "0f0d3a5e-6f0b-4a5c-9a51-4e6b8a3a9d11", "https://readiness.acme.io", version="1.2.3", reads_channels=True
)


def typed() -> set[str]:
    """The documented commands, without the mention before each."""
    return {words.removeprefix(f"@{PRODUCT} ") for words in first_column(TEAMS, "command")}


def sections(document: str) -> set[str]:
    """As GitHub's links name them."""
    heads = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}


def test_each_setting_for_teams_is_named_there_and_each_that_is_named_exists() -> None:
    named = set(re.findall(r"\b(?:TEAMS|AI_READINESS|DATABASE|PUBLIC)_[A-Z_]*[A-Z]\b", TEAMS))
    assert named <= settings()
    assert {name for name in settings() if name.startswith("TEAMS_")} <= named


def test_the_permission_and_the_places_are_the_manifests() -> None:
    asked = DOCUMENT["authorization"]["permissions"]["resourceSpecific"]
    assert [each["name"] for each in asked if f"`{each['name']}`" not in TEAMS] == []
    paths = (PATH, names.ABOUT, names.PRIVACY, names.TERMS)
    assert [path for path in paths if path not in TEAMS] == []


def test_the_commands_that_teams_offers_are_documented() -> None:
    offered = {each["title"] for lists in DOCUMENT["bots"][0]["commandLists"] for each in lists["commands"]}
    assert offered <= {words.split()[0] for words in typed()}
    assert f"@{DOCUMENT['name']['short']} start" in TEAMS


@pytest.mark.parametrize("words", sorted(typed()))
def test_each_documented_command_is_known(words: str) -> None:
    assert is_known(words)


def test_the_addresses_that_it_calls_are_named() -> None:
    called = first_column(TEAMS, "address")
    assert called >= {host for url in (LOGIN_URL, OPENID_URL) for host in [url.split("/")[2]]}
    assert is_accepted("https://smba.trafficmanager.net/amer/", emulated=False)
    assert "smba.trafficmanager.net" in called


def test_the_buttons_that_are_named_are_there() -> None:
    named = {"Answer", "Edit", "Undo", "Not an answer", "About"}
    assert named <= {label.button for label in LABELS.values()}
    assert [name for name in named if f"*{name}*" not in TEAMS] == []


def test_every_place_that_it_points_to_is_there() -> None:
    places = re.findall(r"\]\((?!https?:)([^)]+)\)", TEAMS)
    assert places
    for place in places:
        path, _, section = place.partition("#")
        document = (ROOT / "docs" / path).resolve() if path else ROOT / "docs" / "teams.md"
        assert document.is_file(), place
        assert not section or section in sections(document.read_text(encoding="utf-8")), place


def test_the_readme_leads_there() -> None:
    assert "(docs/teams.md)" in README
