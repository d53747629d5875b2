from __future__ import annotations

from dataclasses import dataclass, field, replace

from conversations.once import Known, knowing, once


@dataclass(frozen=True, slots=True)
class Thing:
    size: int = 1
    known: Known = field(default_factory=dict, init=False, repr=False, compare=False)


asked: list[tuple[object, ...]] = []


@once
def grown(thing: Thing, *by: int, note: str = "") -> int:
    asked.append((*by, note))
    return thing.size + sum(by)


def test_it_is_worked_out_once_for_each_value_and_anew_for_another() -> None:
    asked.clear()
    thing = Thing()
    assert [grown(thing), grown(thing), grown(replace(thing, size=2))] == [1, 1, 2]
    assert len(asked) == 2


def test_the_newest_result_is_found_while_the_arguments_are_equal_whatever_they_are_called_with() -> None:
    asked.clear()
    thing = Thing()
    assert [grown(thing, 1, note="a"), grown(thing, 1, note="b"), grown(thing, 2), grown(thing, 1)] == [2, 2, 3, 2]
    assert asked == [(1, "a"), (2, ""), (1, "")]


def test_another_value_may_be_told_what_is_known_and_is_told_no_more() -> None:
    asked.clear()
    one = Thing()
    assert knowing(Thing(), one, grown).known == {}
    grown(one)
    assert grown(knowing(Thing(size=5), one, grown)) == 1
    assert len(asked) == 1
