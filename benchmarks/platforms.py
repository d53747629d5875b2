"""What differs between platforms: how things are called there, what serves there, and how messages come from there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks.processes import Server
from conversations.activities import Actor, ConversationReference

THREADS = 64  # that messages rotate over, until all items of their reviews are answered; then over the next ones
FLOOR, PRODUCT = "floor", "product"
_NUMBER = re.compile(r"\d{5}")  # of a review, in the name of its channel

# A signed request; the number makes it unlike all others, and the time of it is when it is asked for.
Request: TypeAlias = Callable[[ConversationReference, str, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A server, and what it is asked."""

    server: Server
    request: Request


# Databases of the floor and of the product, and a folder; all of them, by name, in the order they are measured in.
Servers: TypeAlias = Callable[[tuple[str, str], Path], AbstractContextManager[Mapping[str, Asked]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Each review, told by its number, has a channel of its own, in which `actor` says everything."""

    name: str  # as a reference has it
    title: str
    floor: str  # what it does, in a word or two
    actor: Actor
    tenant: Callable[[int], str]  # as many reviews as are answered in turn have one, with its rates
    channel: Callable[[int], str]
    thread: Callable[[int], str]
    root: Callable[[int], str]  # the review's own message
    other: Callable[[int], str]  # any other one of its thread
    mention: Callable[[str], str]  # of somebody, by the initial
    servers: Servers

    def place(self, number: int) -> ConversationReference:
        return ConversationReference(
            platform=self.name,
            tenant=self.tenant(number // THREADS),
            channel=self.channel(number),
            thread=self.thread(number),
        )


def number_in(channel: str) -> int:
    found = _NUMBER.search(channel)
    assert found, channel
    return int(found[0])
