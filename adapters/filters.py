"""How values are said in a sentence: days, counts, names of states and parts, and quotes cut to a length.

Plain functions without a platform in them; `wording.py` hands them to the templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from conversations.cards import PackChange, QuestionLine, Quote

LEAST_SHOWN = 60  # characters of an answer that are always shown
PROJECT_SHOWN = 40
SHOWN_OF_A_KIND = 3
SHOWN_QUESTIONS = 6  # on the root card; beyond, the complete ones are counted only
TAKEN_BACK = "(taken back)"
FROM_OUTSIDE = " (from outside)"  # behind who said it

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MINUTE = 60  # seconds
_THE_PERSON = "the person "
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHOLE = re.compile(r"(?:https?://|www\.)\S+|<@[^>\s]+>")
_MENTION = re.compile(r"<@([^>\s]+)>")
_ESCAPE_SEQUENCE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, links
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]"  # CSI and two-character sequences
)
# Control characters but for the end of a line, halves of characters, and what turns the direction of reading
_HIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_SAMPLE_PERSON = re.compile(r"<@U\d+([A-Z]+)>")

_FAILURE_POINTS = {
    "F1": "from idea to pilot",
    "F2": "from pilot to scale",
    "F3": "from scale to production",
    "F4": "from production to adoption",
    "F5": "from adoption to value",
}
_REASONS = {  # of a blocker; any other is the sentence of a check
    "not answered": "not answered",
    "parts missing": "partly answered",
    "promised": "promised",
    "not confirmed": "not confirmed",
    "waiting for acceptance": "waiting for agreement",
    "does not clear": "not cleared",
    "known gap": "known gap",
    "two answers": "two answers",
    "due for review": "due for review",
}
_PARTS = {
    "access_status": "whether access is granted",
    "action": "the step",
    "cadence": "how often",
    "case_type": "which cases",
    "choice": "which of the choices",
    "criterion": "what has to be true",
    "date": "the day",
    "detection": "how you would notice",
    "duration": "how long it takes",
    "evidence": "a number or a document",
    "failure_mode": "what can go wrong",
    "fallback_target": "what people use instead",
    "format": "the form it takes",
    "group": "which people",
    "log_content": "what is logged",
    "measured_period": "when it was measured",
    "mechanism": "how it is done",
    "metric_name": "which number",
    "money_pair": "the cost and the worth",
    "number": "how many",
    "number_pair": "the two numbers",
    "out_of_scope": "what it is not for",
    "owner": "who does it",
    "period": "over which time",
    "person": "who it is",
    "place": "where",
    "result": "what came of it",
    "route": "where it goes",
    "signal": "the signal",
    "source": "where it comes from",
    "system": "which system",
    "task": "the task",
    "team": "which team",
    "threshold": "at what value",
    "unit": "the unit",
    "url": "a link",
}
_FIELDS = {
    "ai_kind": "kind of AI",
    "away": "away until",
    "digest_when": "day of the digest",
    "eu_class": "EU AI Act class",
    "go_live_on": "go-live",
    "zone": "time zone",
    "llm_app": "LLM application",
    "classic_ml": "classic machine learning",
    "outside_eu": "outside the EU",
    "transparency_art_50": "transparency (Art 50)",
    "high_risk_annex_iii": "high risk (Annex III)",
    "high_risk_annex_i": "high risk (Annex I)",
}


def visible(text: str) -> str:
    """The text without what a screen would act on: escape sequences, control and direction characters."""
    if text.isprintable():  # as nearly always
        return text
    return _HIDDEN.sub(lambda found: " " * found[0].isspace(), _ESCAPE_SEQUENCE.sub("", text))


def named(text: str) -> str:
    """What was said, with people as `@ID`."""
    return _MENTION.sub(r"@\1", text)


def when(moment: date | datetime, today: date, zone: ZoneInfo) -> str:
    """`Tue 15 Dec`, with the year where it is another one than today's and with the time where there is one."""
    time = ""
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone)
        time = f" {moment:%H:%M}"
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{_DAYS[moment.weekday()][:3]} {moment.day} {_MONTHS[moment.month - 1]}{year}{time}"


def at(moment: datetime, today: date, zone: ZoneInfo) -> str:
    """`at 09:30` today, `on Tue 24 Nov at 09:30` on another day."""
    moment = moment.astimezone(zone)
    day = "" if moment.date() == today else f"on {when(moment.date(), today, zone)} "
    return f"{day}at {clock(moment.time())}"


def clock(moment: time) -> str:
    return f"{moment:%H:%M}"


def weekday(day: int) -> str:
    """0 → `Monday`."""
    return _DAYS[day]


def weekdays(days: Iterable[int]) -> str:
    """`Mon to Fri`, `Mon, Tue and Thu`."""
    first, *others = (_DAYS[day][:3] for day in sorted(days))
    if len(others) > 1 and max(days) - min(days) == len(others):
        return f"{first} to {others[-1]}"
    return listed([first, *others])


def since(day: date, today: date, zone: ZoneInfo) -> str:
    """`Thursday` within the last week, where no other one can be meant; else as `when`."""
    return _DAYS[day.weekday()] if 0 <= (today - day).days < 7 else when(day, today, zone)


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def counted(count: int, one: str, many: str) -> str:
    """`two gaps`, in a sentence to one person; beyond twelve as `plural`."""
    return f"{_NUMBERS[count]} {one if count == 1 else many}" if count < len(_NUMBERS) else plural(count, one, many)


def times(count: int) -> str:
    """`once`, `three times`."""
    return {1: "once", 2: "twice"}.get(count) or counted(count, "time", "times")


def takes(seconds: int) -> str:
    """How long an answer takes: `20 seconds`, and from a minute on in whole ones."""
    return plural(seconds, "second") if seconds < _MINUTE else plural(-(-seconds // _MINUTE), "minute")


def nobody(role: str) -> str:
    """That a place is empty: `nobody is named as approver`, `nobody is named who can order a rollback`."""
    who = role.removeprefix(_THE_PERSON)
    return f"nobody is named {who}" if who != role else f"nobody is named as {role}"


def shortened(text: str, least: int = LEAST_SHOWN) -> str:
    """The text on one line, at least `least` characters of it, cut with `…` between words; links and people whole."""
    line = " ".join(text.split())
    cut = least
    while cut < len(line) and not line[cut].isspace() and cut < least + 20:
        cut += 1
    for whole in _WHOLE.finditer(line):
        if whole.start() < cut < whole.end():
            cut = whole.end()
    return line if len(line) <= cut + 1 else f"{line[:cut].rstrip()}…"


def project(name: str) -> str:
    return name if len(name) <= PROJECT_SHOWN else f"{name[: PROJECT_SHOWN - 1].rstrip()}…"


def spoken(quote: Quote, words: Mapping[int, str]) -> str | None:
    """What was said, both halves where two messages made one answer; None once it is erased."""
    said = [words[act] for act in quote.acts if act in words]
    return "; ".join(said) if said else None


def example(text: str) -> str:
    """A pack's example, in which people stand as `<@U02DANA>`: nobody of that name is here, so none is rung."""
    return _SAMPLE_PERSON.sub(lambda person: f"@{person[1].lower()}", text)


def failure_point(point: str) -> str:
    return _FAILURE_POINTS.get(point, point)


def reason(blocker: str) -> str:
    return _REASONS.get(blocker, blocker.rstrip("."))


def is_state(reason: str) -> bool:
    """Whether a blocker's reason is where its answer stands, and not the sentence of a check."""
    return reason in _REASONS


def part(name: str) -> str:
    """A part of an answer, or words that say it already."""
    return _PARTS.get(name, plain(name))


def plain(name: str) -> str:
    """A choice, a field or a band as words: `limited_rollout` → `limited rollout`."""
    return _FIELDS.get(name, name.replace("_", " "))


def listed(things: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *others, end = things
    return f"{', '.join(others)} {last} {end}" if others else end


def few(things: Sequence[str]) -> str:
    """`a, b, c and 2 more`: a list stops at three of a kind."""
    more = len(things) - SHOWN_OF_A_KIND
    return listed([*things[:SHOWN_OF_A_KIND], f"{more} more"] if more > 0 else things)


def folded(lines: Sequence[QuestionLine]) -> tuple[int, Sequence[QuestionLine]]:
    """How many complete ones are counted only, where there are many questions, and those that are shown."""
    complete = [line for line in lines if line.answered >= line.total]
    if len(lines) <= SHOWN_QUESTIONS or len(complete) < 2:
        return 0, lines
    return len(complete), [line for line in lines if line not in complete]


def by_kind(changes: Iterable[PackChange]) -> Iterable[Sequence[PackChange]]:
    """What becomes of answers, the same together, in the order in which each comes first."""
    kinds: dict[str, list[PackChange]] = {}
    for change in changes:
        kinds.setdefault(change.becomes, []).append(change)
    return kinds.values()


def count_mark(line: QuestionLine) -> str:
    """The mark before a count: all, some or none of a question's answers are there."""
    if line.answered >= line.total:
        return "✓"
    return "◐" if line.answered else "○"
