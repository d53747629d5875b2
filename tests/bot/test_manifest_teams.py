from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from adapters.product import COLOUR
from adapters.teams.manifest import READS_CHANNELS, SCHEMA, manifest, package, to_json
from tests.house.tree import ROOT
from tests.journeys.terminal import Terminal

APP, PUBLIC = "0f0d3a5e-6f0b-4a5c-9a51-4e6b8a3a9d11", "https://readiness.acme.io"
SET = {"TEAMS_APP_ID": APP, "PUBLIC_URL": PUBLIC}
CHECKED = jsonschema.Draft7Validator(  # it says that it is of draft 4, and has a `const` of later ones
    json.loads((ROOT / "tests" / "schemas" / "MicrosoftTeams.schema.json").read_text(encoding="utf-8"))
)
ICONS = {"color.png": 192, "outline.png": 32}


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(folder=tmp_path)


def document(*, reads_channels: bool = True, app_id: str = APP) -> dict[str, Any]:
    return manifest(app_id, PUBLIC, version="1.2.3", reads_channels=reads_channels)


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    else:
        for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from texts(each)


def asked_for(told: dict[str, Any]) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = told["authorization"]["permissions"]["resourceSpecific"]
    return listed


# --- its form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reads_channels", [True, False])
def test_teams_takes_it(reads_channels: bool) -> None:
    told = document(reads_channels=reads_channels)
    assert [error.message for error in CHECKED.iter_errors(told)] == []
    assert told["$schema"].endswith(f"/v{SCHEMA}/MicrosoftTeams.schema.json")
    assert json.loads(to_json(told)) == told


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("manifestVersion", "1.28"),
        ("name.short", "A" * 31),
        ("description.short", "A" * 81),
        ("nickname", "x"),
        ("developer.privacyUrl", "readiness.acme.io"),
    ],
)
def test_what_teams_would_not_take_is_found(path: str, value: str) -> None:
    told = document()
    *parents, last = path.split(".")
    here = told
    for name in parents:
        here = here[name]
    here[last] = value
    assert not CHECKED.is_valid(told)


def test_it_can_be_talked_to_in_channels_and_alone() -> None:
    (bot,) = document()["bots"]
    assert (bot["botId"], bot["scopes"], bot["isNotificationOnly"]) == (APP, ["team", "personal"], False)
    named = {each["scopes"][0]: [command["title"] for command in each["commands"]] for each in bot["commandLists"]}
    assert named["team"] == ["start", "status", "list", "mine", "digest", "nudges", "home", "help"]
    assert named["personal"] == named["team"][1:]  # a review begins in a channel


def test_what_points_to_us_points_to_the_public_address() -> None:
    told = document()
    addresses = {text for text in texts(told) if "://" in text} - {told["$schema"]}
    assert all(address.startswith(PUBLIC) for address in addresses)
    assert told["validDomains"] == ["readiness.acme.io"]


def test_an_app_keeps_its_id_for_as_long_as_its_bot_does() -> None:
    ids = {document(reads_channels=reads)["id"] for reads in (True, False)}
    assert ids == {document(app_id=APP.upper())["id"]}
    assert UUID(*ids) != UUID(APP)
    assert ids != {document(app_id=APP.replace("0", "1"))["id"]}


def test_reading_channels_is_asked_for_and_said_to_be_for_what() -> None:
    told = document()
    assert asked_for(told) == [{"name": READS_CHANNELS, "type": "Application"}]
    assert told["webApplicationInfo"]["id"] == APP
    assert "lets it read the messages in the team's channels" in told["description"]["full"]
    assert "neither kept, nor logged, nor sent on" in told["description"]["full"]


def test_without_it_nothing_is_asked_for() -> None:
    told = document(reads_channels=False)
    assert {"webApplicationInfo", "authorization"}.isdisjoint(told)
    assert "only messages that mention it" in told["description"]["full"]


# --- the package -----------------------------------------------------------------------------------------------------


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """The rows of a PNG of eight bits a colour, each a list of red, green, blue and, where there is one, alpha."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind, *_, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, kind in (2, 6), interlaced) == (8, True, 0)
    size = {2: 3, 6: 4}[kind]
    raw = zlib.decompress(b"".join(content for name, content in chunks(png) if name == b"IDAT"))
    rows, before = [], bytes(width * size)
    for n in range(height):
        start = n * (width * size + 1)
        before = unfiltered(raw[start], raw[start + 1 : start + 1 + width * size], before, size)
        rows.append([tuple(before[at : at + size]) for at in range(0, len(before), size)])
    return rows


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def unfiltered(kind: int, row: bytes, above: bytes, size: int) -> bytes:
    """https://www.w3.org/TR/png-3/#9Filters"""
    out = bytearray()
    for at, value in enumerate(row):
        left, up = (out[at - size] if at >= size else 0), above[at]
        corner = above[at - size] if at >= size else 0
        nearest = min((left, up, corner), key=lambda each: abs(left + up - corner - each))
        out.append((value + (0, left, up, (left + up) // 2, nearest)[kind]) % 256)
    return bytes(out)


def packed(**how: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(package(document(**how))))


def test_the_package_holds_the_manifest_and_its_icons() -> None:
    with packed() as held:
        assert held.testzip() is None
        assert held.namelist() == ["manifest.json", *ICONS]
        assert json.loads(held.read("manifest.json")) == document()
        assert set(document()["icons"].values()) == set(ICONS)


@pytest.mark.parametrize("name", ICONS)
def test_the_icons_have_the_size_that_teams_wants(name: str) -> None:
    rows = pixels(packed().read(name))
    assert (len(rows), {len(row) for row in rows}) == (ICONS[name], {ICONS[name]})


def test_the_outline_is_white_on_nothing() -> None:
    drawn = [pixel for row in pixels(packed().read("outline.png")) for pixel in row]
    assert {pixel[:3] for pixel in drawn if pixel[3]} == {(255, 255, 255)}
    assert 0.1 < sum(pixel[3] > 0 for pixel in drawn) / len(drawn) < 0.6


def test_the_colour_icon_is_full_to_its_edges_and_has_something_in_its_middle() -> None:
    rows = pixels(packed().read("color.png"))
    own = tuple(bytes.fromhex(COLOUR[1:]))
    assert {*rows[0], *rows[-1], *(row[0] for row in rows), *(row[-1] for row in rows)} == {own}
    safe = [pixel for row in rows[36:156] for pixel in row[36:156]]  # clients may cut off what is further out
    drawn = [pixel for row in rows for pixel in row if pixel != own]
    assert len(drawn) < 1.1 * sum(pixel != own for pixel in safe)
    assert len(set(drawn)) > 3


def test_the_same_manifest_gives_the_same_bytes() -> None:
    assert package(document()) == package(document())
    with packed() as held:
        assert {entry.compress_type for entry in held.infolist()} == {zipfile.ZIP_STORED}
        assert {entry.date_time for entry in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# --- the command -----------------------------------------------------------------------------------------------------


def test_it_is_printed_for_what_is_set(terminal: Terminal) -> None:
    ran = terminal.run("manifest", "teams", **SET)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == manifest(APP, PUBLIC, version=version("ai-readiness"), reads_channels=True)
    ran = terminal.run("manifest", "teams", "--without-channel-reading", "--app-version", "1.2.3", **SET)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == document(reads_channels=False)


def test_with_a_file_the_package_is_written_there(terminal: Terminal) -> None:
    for name in ("a.zip", "b.zip"):
        ran = terminal.run("manifest", "teams", "--out", name, "--app-version", "1.2.3", **SET)
        assert (ran.code, ran.out, ran.err) == (0, "", f"{name} can be uploaded to Teams.\n")
    written = [(terminal.folder / name).read_bytes() for name in ("a.zip", "b.zip")]
    assert written == [package(document())] * 2


@pytest.mark.parametrize(
    ("words", "settings", "says"),
    [
        ((), {}, ["TEAMS_APP_ID: set it", "PUBLIC_URL: set it"]),
        ((), {"TEAMS_APP_ID": APP}, ["PUBLIC_URL: set it"]),
        ((), SET | {"TEAMS_APP_ID": "ai-readiness"}, ["TEAMS_APP_ID: set it"]),
        (("--out", "nowhere/app.zip"), SET, ["--out: nowhere/app.zip cannot be written"]),
        (("--app-version", "1.2"), SET, ["--app-version: '1.2' is none"]),
        (("--app-version", "01.2.3"), SET, ["--app-version: '01.2.3' is none"]),
    ],
)
def test_what_cannot_be_used_is_said_at_once(
    terminal: Terminal, words: tuple[str, ...], settings: dict[str, str], says: list[str]
) -> None:
    ran = terminal.run("manifest", "teams", *words, **settings)
    assert (ran.code, ran.out) == (2, "")
    assert [said.startswith(says[n]) for n, said in enumerate(ran.err.splitlines())] == [True] * len(says)
    assert list(terminal.folder.iterdir()) == []
