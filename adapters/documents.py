"""Documents for standard output: a report as text and as Markdown, the lists of reviews and of packs.

A report comes as the JSON that `report --format json` prints, so that all its formats say the same. What people typed
is shown as typed and acts nowhere.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from adapters import filters
from adapters.wording import Reader, Wording
from conversations.packs import Item, Pack
from conversations.review import State
from conversations.verdicts import Judgement

WIDTH = 80
_UTC = ZoneInfo("UTC")  # as in the JSON

_LINK = re.compile(r"(https?://[^\s<>]*[^\s<>.,;:!?)\]'\"])")
# What acts within a line in CommonMark and its dialects; a colon only where it would make an emoji.
_ACTS = re.compile(r"([\\`*_\[\]<>#|~&$]|!(?=\[)|:(?=[\w+-]+:))")
_ACTS_AT_START = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")


class PlainText:
    """Text without any markup, as a `wording.Platform`."""

    def escape(self, text: str) -> str:
        return filters.visible(filters.named(text))

    def person(self, who: str, *, ring: bool = False) -> str:  # noqa: ARG002  # a document rings nobody
        return self.escape(who if who.startswith("@") else f"@{who}")

    def name(self, who: str) -> str:
        return self.escape(who)

    def said(self, text: str) -> str:
        return self.escape(text)

    def typed(self, word: str) -> str:
        return f"`{word}`"

    def command(self, words: str) -> str:
        return self.typed(f"/ai-readiness {words}")

    def invitation(self) -> str:
        return f"Type {self.typed('/invite @AI Readiness')} there"


class Markdown(PlainText):
    """CommonMark, as a `wording.Platform`."""

    def escape(self, text: str) -> str:
        return escaped(super().escape(text))

    def said(self, text: str) -> str:
        """Lines stay lines, within the paragraph that they stand in."""
        lines = (line.strip() for line in filters.visible(filters.named(text)).splitlines())
        return "\\\n  ".join(_ACTS_AT_START.sub(_behind_backslash, escaped(line)) for line in lines if line)


def escaped(line: str) -> str:
    """Markdown that shows the line as it was typed; links are links, and keep their characters."""
    pieces = _LINK.split(line)
    shown = [f"<{piece}>" if _LINK.fullmatch(piece) else _ACTS.sub(r"\\\1", piece) for piece in pieces]
    return "".join(shown)


def report_text(report: Mapping[str, Any]) -> str:
    return _report("report.txt", PlainText(), report)


def report_markdown(report: Mapping[str, Any]) -> str:
    return _report("report.md", Markdown(), report)


def replay_text(document: Mapping[str, Any]) -> str:
    """From what `replay --format json` prints."""
    return _report("replay.txt", PlainText(), document)


def reviews_text(reviews: Iterable[Mapping[str, Any]]) -> str:
    """From the rows of `list --format json`."""
    head = ("project", "stage", "readiness", "blockers", "decision", "owner")
    rows = [
        (
            filters.project(filters.visible(row["project"])),
            filters.plain(row["stage"]) + ("" if row["phase"] == "open" else f", {row['phase']}"),
            str(row["readiness"]),
            str(row["blockers"]),
            filters.when(_day(row["decision_date"]), date.min, _UTC) if row["decision_date"] else "no date",
            PlainText().person(row["owner"]),
        )
        for row in reviews
    ]
    return _columns([head, *rows]) if rows else "No reviews yet. `ai-readiness chat` starts one."


def packs_text(packs: Iterable[Pack]) -> str:
    head = ("name", "version", "title", "questions", "answers", "minutes")
    rows = [
        (p.name, p.version, p.title, str(len(p.questions)), str(len(p.items)), f"about {p.est_minutes}") for p in packs
    ]
    return _columns([head, *rows])


def trial_text(item: Item, judged: Judgement) -> str:
    """One answer to an item, and what it was judged to be."""
    rows = [
        ("verdict", filters.plain(judged.verdict)),
        ("found", ", ".join(judged.found)),
        ("missing", ", ".join(judged.missing)),
        ("follow-up", judged.follow_up or ""),
    ]
    lines = [filled(filters.visible(item.prompt), f"{item.key}: ")]
    return "\n".join([*lines, *(filled(text, f"  {name:<9}  ") for name, text in rows if text)])


def filled(text: str, lead: str = "") -> Markup:
    """A paragraph behind `lead`, 80 columns wide but for links; lines that were typed stay lines."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += textwrap.wrap(line, max(WIDTH - len(lead), 20), break_long_words=False, break_on_hyphens=False)
    return Markup(lead + ("\n" + " " * len(lead)).join(lines))


def _report(template: str, platform: PlainText, report: Mapping[str, Any]) -> str:
    reader = Reader(words={}, today=date.min, zone=_UTC)  # a document is kept: every day with its year
    text = Wording(platform).document(
        template,
        report=report,
        reader=reader,
        day=_day,
        filled=filled,
        said=lambda text: Markup(platform.said(text)),
        state_of=State,
    )
    return text.rstrip("\n")


def _day(iso: str) -> date:
    return datetime.fromisoformat(iso).date()


def _behind_backslash(found: re.Match[str]) -> str:
    """A number at the start of a line would begin a list by the sign that follows it."""
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
