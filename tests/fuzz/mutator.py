"""One mutator for all: of a payload that is real it makes one that is not, and of bytes other bytes.

It takes a `random.Random`, which may be one of a seed or one that Hypothesis steers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 2**64, 10**400, 0.5, -0.0, 1e308),
    *(float("inf"), float("nan"), "", " ", "\n", "0", "-1", "null", "9" * 400, "1e309", "\x00", "a\x00b", "\ud800"),
    *("\udfff\ud800", "\u202eabc", "\ufeff", "é" * 50, "𝕏" * 30, "%s%n%x", "{{ 7 * 7 }}", "${7*7}", "<!channel>"),
    *("<@U0ANA>", "<at>ana</at>", "' OR 1=1 --", "../../etc/passwd", "a;b|c/d\\e", "\r\nSet-Cookie: a=b"),
    *("https://evil.example/x", "javascript:alert(1)", "=cmd|' /C calc'!A0", "2026-11-23T25:61:00Z", "9999-12-31"),
    *([], {}, [[]], [{}], {"": ""}, {"id": {}}, {"id": None}, [None], ["a", 1, None], {"type": "block_actions"}),
)
_LONG = (255, 256, 4_000, 4_001, 40_000)
_DEEP = (8, 20, 31, 32, 33, 64, 150)
_GARBAGE = (
    b"\x00",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"[" * 2_000,
    b'{"a":' * 2_000,
    b'"',
    b"\\",
    b"}",
    b"=&",
)
_NUMBERS = (b"1e999999", b"-", b"0" * 300, b"9" * 4_299, b"9" * 5_000, b"NaN", b"1.", b"0x1")

_Place = tuple[Any, Any]  # an object or a list, and which of it


class Mutator:
    """`foreign` are words that belong elsewhere: ids of another review, another tenant's people, addresses."""

    def __init__(self, random: Random, foreign: Sequence[str] = ()) -> None:
        self._random = random
        self._foreign = foreign

    def payload(self, seed: str) -> Any:
        """Of a JSON text: it with one to three changes."""
        whole = {"": json.loads(seed)}
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            self._change(_places(whole))
        return whole[""]

    def text(self, seed: bytes) -> bytes:
        """Of any bytes: they with one to three changes."""
        made = seed
        for _ in range(self._random.choice((1, 1, 2, 3))):
            made = self._bytes(made)
        return made

    def _change(self, places: list[_Place]) -> None:
        random = self._random
        holder, key = random.choice(places)
        value = holder[key]
        match random.randrange(9):
            case 0 | 1:
                holder[key] = deepcopy(random.choice(ODD))  # what is changed next may be in it
            case 2 if key != "":
                del holder[key]
            case 3 if self._foreign:
                holder[key] = random.choice(self._foreign)
            case 4:
                other, name = random.choice(places)
                holder[key] = json.loads(json.dumps(other[name]))
            case 5:
                holder[key] = random.choice(([value], {"id": value}, [value, value], str(value), [value] * 300))
            case 6 if isinstance(holder, dict):
                holder[random.choice(("type", "id", "user", "text", "channel", "value", "subtype", ""))] = value
            case 7:
                holder[key] = _nested(random.choice(_DEEP), value)
            case _:
                words = value if isinstance(value, str) and value else random.choice(("a", "é ", "<b>", "@ana "))
                holder[key] = (words * (random.choice(_LONG) // len(words) + 1))[: random.choice(_LONG)]

    def _bytes(self, made: bytes) -> bytes:
        random = self._random
        here = random.randrange(len(made) + 1)
        match random.randrange(7):
            case 0 if here < len(made):
                return made[:here] + bytes([made[here] ^ 1 << random.randrange(8)]) + made[here + 1 :]
            case 1:
                return made[:here]
            case 2:
                return made[:here] + random.choice(_GARBAGE) + made[here:]
            case 3:
                return made[:here] + made[here : here + random.randrange(40)] + made[here:]
            case 4:
                return made.replace(b":", b":" + random.choice(_NUMBERS) + b",", 1)
            case 5:
                return made + made
            case _:
                return made[:here] + random.randbytes(random.randrange(1, 20)) + made[here:]


def _places(whole: Any) -> list[_Place]:
    found: list[_Place] = []
    left = [whole]
    while left:
        holder = left.pop()
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                left.append(holder[key])
    return found


def _nested(levels: int, value: Any) -> Any:
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value
