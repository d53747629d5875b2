"""Confusion counts of the verdict rules per set of answers: `python -m tests.answers.measure [FILE…] [--show]`.

`good` are answers labelled complete, `bad` all others. Nothing is fitted to the answers, so the line of a set is also
what comes out when that set is left out.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from conversations.language.rules import Rules, load_rules
from conversations.pack_files.parser import parse_packs
from conversations.packs import Library
from conversations.verdicts import Context, Verdict, judge

HERE = Path(__file__).parent
PACKS = HERE.parent.parent / "conversations" / "packs"
RULES = "vague_rules.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    answer: Mapping[str, Any]
    verdict: Verdict

    @property
    def right(self) -> bool:
        return bool(self.answer["verdict"] == self.verdict.value)

    @property
    def good_rejected(self) -> bool:
        return self.answer["verdict"] == "complete" and self.verdict is not Verdict.COMPLETE

    @property
    def bad_accepted(self) -> bool:
        return self.answer["verdict"] != "complete" and self.verdict is Verdict.COMPLETE


@cache
def rules() -> Rules:
    return load_rules((PACKS / RULES).read_text(encoding="utf-8"), RULES)


@cache
def library() -> Library:
    """All packs and overlays of the project."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in PACKS.glob("*.yaml") if path.name != RULES}
    return parse_packs(sources, frozenset(rules().parts))


def answers(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]


def outcome(answer: Mapping[str, Any], loaded: Rules) -> Outcome:
    decision = answer.get("decision_date")
    context = Context(
        at=datetime.fromisoformat(answer["at"]),
        author=answer["author"],
        decision_on=date.fromisoformat(decision) if decision else None,
    )
    item = library().find_item(answer["item"])
    if item is None:
        raise KeyError(answer["item"])
    return Outcome(answer=answer, verdict=judge(item, answer["answer"], context, loaded).verdict)


def by_set(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    sets: dict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        sets[each.answer["set"]].append(each)
    return dict(sets)


def report(outcomes: list[Outcome], *, show: bool = False) -> Iterator[str]:
    good = sum(each.answer["verdict"] == "complete" for each in outcomes)
    rejected, accepted = sum(each.good_rejected for each in outcomes), sum(each.bad_accepted for each in outcomes)
    same = sum(each.right for each in outcomes)
    yield f"good rejected {rejected} of {good}, bad accepted {accepted} of {len(outcomes) - good}"
    yield f"    same verdict {same} of {len(outcomes)}"
    confused = Counter((each.answer["verdict"], each.verdict.value) for each in outcomes if not each.right)
    yield from (f"    {labelled} judged {judged}: {count}" for (labelled, judged), count in sorted(confused.items()))
    for each in outcomes if show else ():
        if not each.right:
            yield f"    {each.answer['item']}: {each.answer['answer']!r} judged {each.verdict.value}"


def main(arguments: list[str]) -> None:
    paths = [Path(each) for each in arguments if not each.startswith("--")] or sorted(HERE.glob("*.jsonl"))
    for name, outcomes in by_set(outcome(each, rules()) for each in answers(paths)).items():
        sys.stdout.write(f"{name}: " + "\n".join(report(outcomes, show="--show" in arguments)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
