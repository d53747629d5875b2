from __future__ import annotations

import json

import pytest

from adapters.payloads import DEEPEST, NoPayload, from_json
from adapters.slack.payloads import ident


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + closing * levels


def test_what_is_nested_as_deeply_as_is_allowed_is_read() -> None:
    assert json.dumps(from_json(nested(DEEPEST))) == nested(DEEPEST)
    assert from_json(b'{"a": [1, null, "x"]}') == {"a": [1, None, "x"]}


@pytest.mark.parametrize(
    "text",
    [
        nested(DEEPEST + 1),
        nested(DEEPEST + 1, '{"a":', "}").replace(":}", ":1}"),
        nested(100_000),
        "[" * 100_000,
        "9" * 5_000,
        "{",
        "",
        b"\xff",
    ],
)
def test_what_is_nested_more_deeply_or_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(NoPayload):
        from_json(text)


def test_an_id_of_slack_is_no_longer_than_a_form_can_carry() -> None:
    assert ident({"channel": {"id": "C" * 255}}, "channel", "id") == "C" * 255
    assert ident({"channel": {"id": "C" * 256}}, "channel", "id") == ""
