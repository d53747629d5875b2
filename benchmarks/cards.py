"""From a card to the bytes that are sent: what the templates, the layout and the SDK's models cost over plain dicts.

The card has twelve blocks in Slack: the list of what waits for somebody. All variants make the same message of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import thread_time
from typing import Any, TypeAlias

from jinja2 import Environment
from slack_sdk.models.blocks import ButtonElement, MarkdownTextObject, PlainTextObject, SectionBlock

from adapters.laying_out import lay_out
from adapters.slack.texts import Slack
from adapters.teams.texts import Teams
from adapters.wording import Reader, Wording
from benchmarks.figures import Figure, counted, spread
from benchmarks.load import NotMeasured
from benchmarks.profiling import Profile
from benchmarks.setting import Setting
from conversations.cards import MineCard, MineLine
from tests.adapters import slack_screen, teams_screen
from tests.adapters.samples import CARDS, TODAY, WORDS

Payload: TypeAlias = dict[str, Any]

BLOCKS = 12
READER = Reader(words=WORDS, today=TODAY, zone=slack_screen.UTC_ZONE)
_ROUNDS, _SECONDS = 7, 0.06  # of each variant in a round
_SHOWN = 10  # lines
_LABELS = {"answer": "Answer", "accept": "Accept", "confirm": "Yes, that's me"}
_SENTENCES: Mapping[str, Callable[[MineLine], str]] = {
    "answer": lambda line: line.prompt,
    "accept": lambda line: f"Does “{line.label}” not apply? You decide.",
    "confirm": lambda line: f"You are named as {line.label}. Is that right?",
}
_TEMPLATE = """\
{%- if wants == "answer" %}{{ prompt }}{% elif wants == "accept" %}Does “{{ label }}” not apply? You decide.
{%- else %}You are named as {{ label }}. Is that right?{% endif -%}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One line of the list."""

    line: MineLine
    place: str
    sentence: str
    label: str
    heard: str


async def cards(_setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    card = the_card()
    variants: Mapping[str, Callable[[], bytes]] = {
        "Slack dicts": lambda: _bytes(_slack(card, _section)),
        "Slack Jinja": lambda: _bytes(_slack(card, _section, _by_template)),
        "Slack models": lambda: _bytes(_slack(card, _modelled)),
        "Slack": lambda: _bytes(_ours_in_slack(card)),
        "Teams dicts": lambda: _bytes(_teams(card)),
        "Teams": lambda: _bytes(teams_screen.message(card).card),
    }
    for name, variant in variants.items():
        if json.loads(variant()) != json.loads(variants["Teams" if "Teams" in name else "Slack"]()):
            raise NotMeasured(f"{name}: not the same message")
    rounds = [{name: _cpu_seconds(variant) for name, variant in variants.items()} for _ in range(1 + _ROUNDS)][1:]
    print(", ".join(f"{name} {min(one[name] for one in rounds) * 1e6:.0f} µs" for name in variants), flush=True)
    told = [*_figures(rounds)]
    if not all(figure.met for figure in told):
        print(f"where the time of a card goes\n{_profiled(card)}", flush=True)
    return told


async def cards_shape(_setting: Setting) -> list[Figure]:
    """Every card of both platforms, twice: each template is compiled once."""
    wordings = (Wording(Slack()), Wording(Teams()))
    with _compiling() as compiled:
        for card in (*CARDS.values(), *CARDS.values()):
            for wording in wordings:
                lay_out(card, wording.of(card, READER))
    return [counted(9, "times that a template is compiled", max(compiled.values()), 1)]


@contextmanager
def _compiling() -> Iterator[Counter[tuple[int, str | None]]]:
    """How often each environment compiles which template."""
    seen, compile_ = Counter[tuple[int, str | None]](), Environment.compile

    def noted(environment: Environment, source: Any, name: str | None = None, *others: Any, **named: Any) -> Any:
        seen[id(environment), name] += 1
        return compile_(environment, source, name, *others, **named)

    Environment.compile = noted  # type: ignore[assignment,method-assign]  # there is no other way to hear of it
    try:
        yield seen
    finally:
        Environment.compile = compile_  # type: ignore[method-assign]


def the_card() -> MineCard:
    card = CARDS["mine-long"]
    assert isinstance(card, MineCard)
    return card


def _figures(rounds: list[dict[str, float]]) -> Iterator[Figure]:
    wanted = (
        ("Slack", "Slack dicts", 6.0),
        ("Slack Jinja", "Slack dicts", None),
        ("Slack models", "Slack dicts", None),
        ("Teams", "Teams dicts", 6.0),
    )
    titles = {"Slack": "Slack card to bytes", "Teams": "Teams card to bytes"}
    for name, floor, target in wanted:
        title = titles.get(name, f"{name.removeprefix('Slack ')}, the same message")
        yield spread(9, title, "dicts and f-strings", [one[name] / one[floor] for one in rounds], target)


def _cpu_seconds(variant: Callable[[], object]) -> float:
    """Of one of them."""
    begun, many = thread_time(), 0
    while (taken := thread_time() - begun) < _SECONDS:
        for _ in range(10):
            variant()
        many += 10
    return taken / many


def _profiled(card: MineCard) -> Profile:
    with Profile() as profile:
        for _ in range(300):
            _ours_in_slack(card)
            teams_screen.message(card)
    return profile


def _bytes(message: Payload) -> bytes:
    return json.dumps(message).encode()


def _ours_in_slack(card: MineCard) -> Payload:
    message = slack_screen.message(card)
    assert len(message.blocks) == BLOCKS
    return {"text": message.text, "blocks": message.blocks}


# --- the same by hand ----------------------------------------------------------------------------------------------


def _by_f_string(line: MineLine) -> str:
    return _SENTENCES[line.wants](line)


def _lines(card: MineCard, say: Callable[[MineLine], str] = _by_f_string) -> Iterator[_Told]:
    for number, line in enumerate(card.lines[:_SHOWN], 1):
        place = f"{number}. {line.project}, {line.short}:"
        heard = f"{number}, {line.project}, {line.short}"
        yield _Told(line=line, place=place, sentence=say(line), label=_LABELS[line.wants], heard=heard)


def _in_words(card: MineCard, lines: Iterable[_Told]) -> str:
    lines = list(lines)
    ways = "; ".join(f"{told.label[0].lower()}{told.label[1:]}: {told.heard}" for told in lines)
    said = (f"{told.place} {told.sentence}" for told in lines)
    return "\n".join((_title(card), *said, f"and {len(card.lines) - _SHOWN} more", f"You can: {ways}."))


def _title(card: MineCard) -> str:
    return f"{len(card.lines)} things wait for you."


def _slack(
    card: MineCard,
    section: Callable[[str, _Told | None], Payload],
    say: Callable[[MineLine], str] = _by_f_string,
) -> Payload:
    lines = list(_lines(card, say))
    blocks = [
        section(f"*{_title(card)}*", None),
        *(section(f"*{told.place}* {told.sentence}", told) for told in lines),
        section(f"and {len(card.lines) - _SHOWN} more", None),
    ]
    return {"text": _in_words(card, lines), "blocks": blocks}


def _section(text: str, told: _Told | None) -> Payload:
    drawn = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}
    if told is None:
        return drawn
    way = told.line.ways[0]
    return drawn | {
        "block_id": f"{told.heard.partition(',')[0]}/{way.review}/{slack_screen.PACK[:12]}",
        "accessory": {
            "type": "button",
            "action_id": f"{way.tap}|{way.item}|",
            "text": {"type": "plain_text", "text": told.label, "emoji": False},
            "accessibility_label": f"{told.label}: {told.heard}",
        },
    }


def _modelled(text: str, told: _Told | None) -> Payload:
    shown = MarkdownTextObject(text=text, verbatim=True)
    if told is None:
        return SectionBlock(text=shown, expand=True).to_dict()
    way = told.line.ways[0]
    button = ButtonElement(
        text=PlainTextObject(text=told.label, emoji=False),
        action_id=f"{way.tap}|{way.item}|",
        accessibility_label=f"{told.label}: {told.heard}",
    )
    name = f"{told.heard.partition(',')[0]}/{way.review}/{slack_screen.PACK[:12]}"
    return SectionBlock(block_id=name, text=shown, expand=True, accessory=button).to_dict()


_environment = Environment(autoescape=True)
_compiled = _environment.from_string(_TEMPLATE)


def _by_template(line: MineLine) -> str:
    return _compiled.render(wants=line.wants, prompt=line.prompt, label=line.label).strip()


def _teams(card: MineCard) -> Payload:
    lines = list(_lines(card))
    body = [_run(_title(card), bold=True)]
    for at, told in enumerate(lines):
        body.append(_run(told.place, f" {told.sentence}", bold=True) | {"spacing": "Small"})
        body.append({"type": "ActionSet", "actions": [_button(told, aside=at >= 6)], "spacing": "Small"})
    body.append(_run(f"and {len(card.lines) - _SHOWN} more", bold=False) | {"spacing": "Small"})
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": "en",
        "fallbackText": _in_words(card, lines),
        "body": body,
    }


def _run(text: str, more: str = "", *, bold: bool) -> Payload:
    inlines: list[Payload] = [{"type": "TextRun", "text": text, "weight": "Bolder"} if bold else _plain(text)]
    return {"type": "RichTextBlock", "inlines": [*inlines, _plain(more)] if more else inlines}


def _plain(text: str) -> Payload:
    return {"type": "TextRun", "text": text}


def _button(told: _Told, *, aside: bool) -> Payload:
    way = told.line.ways[0]
    air = {"tap": way.tap, "item": way.item, "review": way.review, "pack": teams_screen.PACK[:12]}
    data = {"air": air | {"in": teams_screen.DELIVERY}}
    return {
        "type": "Action.Execute",
        "title": told.label,
        "verb": way.tap,
        "data": data,
        "fallback": {"type": "Action.Submit", "title": told.label, "data": data},
        "tooltip": f"{told.label}: {told.heard}",
    } | ({"mode": "secondary"} if aside else {})
