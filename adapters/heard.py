"""What is heard for a button, where that is not what it says."""

from __future__ import annotations

from collections import Counter

from adapters.cutting import clamp

_NUMBER = 4  # room for what tells two buttons apart that are heard alike


class Heard:
    """The buttons of one card: no two of them are heard alike. `most` is how many characters may be heard."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: Counter[str] = Counter()

    def apart(self, label: str, heard: str) -> str | None:
        """What is said for a button, where that is not its label: never twice the same."""
        said = clamp(heard or label, self._most - _NUMBER)
        self._times[said] += 1
        if self._times[said] > 1:
            return f"{said}, {self._times[said]}"
        return said if heard else None
