"""What the README and `docs/slack.md` name is there, and what is there is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer
import yaml

from adapters.wording import LABELS
from bot.cli import app
from bot.settings import Settings
from conversations.accounts import Linking
from conversations.activities import Activity, ActivityKind, ConversationReference
from conversations.cards import HelpCard
from conversations.effects import Whisper
from conversations.ports import Found
from tests.dialogue import a_dialogue, engine, person
from tests.house.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SLACK = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
LARGEST_PICTURE = 120_000  # bytes


def first_column(document: str, heading: str) -> set[str]:
    """What stands between backquotes in the first cells of the table whose first heading this is."""
    rows = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", document, re.MULTILINE)
    assert rows, heading
    # A cell may hold an escaped bar.
    return {name for row in rows[1].splitlines() for name in re.findall(r"`([^`]+)`", re.split(r"(?<!\\)\|", row)[1])}


def settings() -> set[str]:
    return {str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()}


def commands(group: object, before: str = "") -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        inner = list(commands(command, f"{before}{name} "))
        yield from inner or [f"{before}{name}"]


def pictures(document: str) -> list[tuple[str, str]]:
    return re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", document)


def card_of(words: str) -> object:
    """What a command says to who typed it; None where a review begins."""
    command = Activity(
        keys=(words,),
        kind=ActivityKind.COMMAND,
        actor=person("tom"),
        reference=ConversationReference(platform="slack", tenant="T1", channel="C1"),
        at=a_dialogue().now,
        text=words,
    )
    turn = engine().decide(command, Found(linking=Linking(new_code="K7QM-4XWP")))
    return next((effect.card for effect in turn.effects if isinstance(effect, Whisper)), None)


def is_known(words: str) -> bool:
    return words.startswith("help") or not isinstance(card_of(words), HelpCard)


def test_the_readme_names_every_setting_and_no_other() -> None:
    assert first_column(README, "variable") == settings()


def test_the_readme_names_every_command_and_no_other() -> None:
    named = " | ".join(first_column(README, "command"))
    there = set(commands(typer.main.get_command(app)))
    assert {name for name in there if not re.search(rf"(?<![\w-]){name}(?![\w-])", named)} == set()
    assert {name.split()[1] for name in first_column(README, "command") if name.startswith("ai-readiness ")} == {
        name.split()[0] for name in there
    }


def test_each_setting_for_slack_is_named_there_and_each_that_is_named_exists() -> None:
    named = set(re.findall(r"\b(?:SLACK|AI_READINESS|DATABASE|PUBLIC)_[A-Z_]+\b", SLACK))
    assert named <= settings()
    assert {name for name in settings() if name.startswith("SLACK_")} <= named


def test_the_scopes_are_the_manifests() -> None:
    wanted = MANIFEST["oauth_config"]["scopes"]
    assert first_column(SLACK, "scope") == {*wanted["bot"], *wanted["bot_optional"]}


def test_the_events_are_the_manifests() -> None:
    assert first_column(SLACK, "event") == set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


def test_the_names_that_people_look_for_are_the_manifests() -> None:
    features = MANIFEST["features"]
    assert f"/invite @{features['bot_user']['display_name']}" in SLACK
    assert [each["name"] for each in features["shortcuts"] if f"*{each['name']}*" not in SLACK] == []
    assert {name.split()[0] for name in first_column(SLACK, "command")} == {
        each["command"] for each in features["slash_commands"]
    }


@pytest.mark.parametrize("typed", sorted(first_column(SLACK, "command")))
def test_each_documented_word_of_the_command_is_known(typed: str) -> None:
    assert is_known(typed.partition(" ")[2])


def test_another_word_is_not() -> None:
    assert not is_known("nonsense")


def test_the_buttons_that_are_named_are_there() -> None:
    labels = {label.button for label in LABELS.values()}
    named = {
        "Change when I write",
        "Why this?",
        "Not me",
        "Answer",
        "Edit",
        "Undo",
        "Not an answer",
        "Report",
        "Start a review",
        "About",
    }
    assert named <= labels
    assert [name for name in named if f"*{name}*" not in SLACK] == []


@pytest.mark.parametrize("folder", ["", "docs"])
def test_every_picture_is_there_is_small_and_is_told_to_who_cannot_see_it(folder: str) -> None:
    shown = pictures(SLACK if folder else README)
    assert shown
    assert [place for alt, place in shown if len(alt.split()) < 8] == []
    sizes = {place: (ROOT / folder / place).stat().st_size for _, place in shown}
    assert {place: size for place, size in sizes.items() if size > LARGEST_PICTURE} == {}


def test_every_picture_in_the_folder_is_shown() -> None:
    kept = {path.name for path in (ROOT / "docs" / "pictures").iterdir()}
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = [place for each in documents for _, place in pictures(each.read_text(encoding="utf-8"))]
    assert kept == {place.rpartition("/")[2] for place in shown}


def test_every_document_that_it_points_to_is_there() -> None:
    places = re.findall(r"\]\((?!https?:)([^)#]+)", SLACK)
    assert places
    assert [place for place in places if not (ROOT / "docs" / place).is_file()] == []
