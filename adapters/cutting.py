"""How what is longer than a platform takes is cut with `…`. Nothing here fails."""

from __future__ import annotations

import re
from collections.abc import Sequence

MORE = "…"
_HALF_ENTITY = re.compile(r"&[a-z]{0,3}$")


def clamp(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - len(MORE)].rstrip()}{MORE}"


def clamp_escaped(text: str, most: int) -> str:
    """As `clamp`, for text in which `&`, `<` and `>` are escaped: none of them is cut in two."""
    return text if len(text) <= most else f"{_HALF_ENTITY.sub('', text[: most - len(MORE)]).rstrip()}{MORE}"


def fallback_of(lines: Sequence[str], most: int) -> str:
    """Lines, escaped or not, as one text. The last one says the ways on, and stays; what does not fit goes from
    before it."""
    *body, last = lines
    last = clamp_escaped(last, most // 2)
    room = most - len(last) - len(f"\n{MORE}\n")
    kept: list[str] = []
    for line in (clamp_escaped(each, most // 2 - len(f"\n{MORE}\n")) for each in body):
        if len(line) + 1 > room:
            kept.append(MORE)
            break
        kept.append(line)
        room -= len(line) + 1
    return "\n".join([*kept, last])
