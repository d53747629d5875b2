"""Where a review stands, by a short name, and what something said there is: `short(hears("team", "ana: undo"))`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache

from conversations.activities import Activity, ActivityKind, ConversationReference
from conversations.events import Answered, Event, LeftAlone, Said
from conversations.recognizer import recognize
from conversations.standing import Standing
from tests.dialogue import Dialogue, a_dialogue, a_dialogue_up_to, answering, as_typed, engine, person

OUTSIDER, ROBOT = person("eve", outsider=True), person("robo", bot=True)
_SAID = {field.name for field in fields(Said)}


def _vague_steps() -> Dialogue:
    return a_dialogue_up_to("rollback.steps").hears("ana: git revert")


SITUATIONS: Mapping[str, Callable[[], Dialogue]] = {
    "start": a_dialogue,  # run.service_owner, a person, is asked
    "team": lambda: a_dialogue_up_to("run.ops_team"),  # a text; support_route and runbook are open beside it
    "channel": lambda: a_dialogue_up_to("run.support_route"),
    "runbook": lambda: a_dialogue_up_to("run.runbook"),
    "modes": lambda: a_dialogue_up_to("fail.modes"),
    "responder": lambda: a_dialogue_up_to("fail.first_responder"),
    "trigger": lambda: a_dialogue_up_to("rollback.trigger"),  # a text; decider and tested_on are open beside it
    "follow-up": _vague_steps,
    "tested_on": lambda: a_dialogue_up_to("rollback.tested_on"),
    "two names": lambda: a_dialogue().hears("ana: @dana", "ana: decider: @dana"),
    "asked sam": lambda: a_dialogue().hears("ana: @dana", "ana: ask @sam runbook"),
    "all asked of sam": lambda: a_dialogue().hears(*answering("run.runbook"), "ana: ask @sam runbook"),
    "waiver": lambda: a_dialogue_up_to("train.plan").hears("ana: n/a because it is a batch job without users"),
    "conflict": lambda: a_dialogue_up_to("fail.modes").hears("tom: runbook: https://wiki.acme.io/other/runbook"),
    "edit": lambda: a_dialogue_up_to("fail.modes").hears("tom: edit runbook"),
    "finished": lambda: a_dialogue().hears(*answering()),
    "yes or no": lambda: a_dialogue("overlaid").hears("ana: edit eu.workers_informed"),
    "choice": lambda: a_dialogue("full").hears("ana: edit secure.review_status"),
}


@cache
def standing(situation: str) -> Standing:
    return SITUATIONS[situation]().standing


def hears(situation: str, line: str = "", **more: object) -> Event:
    who, _, text = line.partition(": ")
    people = {OUTSIDER.id: OUTSIDER, ROBOT.id: ROBOT}
    activity = Activity(
        keys=("k",),
        kind=ActivityKind.MESSAGE,
        actor=people.get(who) or person(who),
        reference=ConversationReference(platform="console", tenant="local", channel="terminal"),
        at=standing(situation).now,
        text=as_typed(text),
        source="m1",
        people=people,
    )
    for name, value in more.items():
        object.__setattr__(activity, name, value)
    return recognize(activity, standing(situation), engine().rules)


def short(event: Event, text: str = "") -> str:
    """The event's name and its own fields; a whole reply's words are left out."""
    words = [type(event).__name__]
    if isinstance(event, Answered):
        whole = list(event.values.values()) == [as_typed(text)]
        words += list(event.values) if whole else [f"{key}={said}" for key, said in event.values.items()]
        return " ".join([*words, *(name for name in ("explicit", "replaces") if getattr(event, name))])
    if isinstance(event, LeftAlone):
        return f"LeftAlone {event.because}" + (f" {event.to}" if event.to else "")
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name not in _SAID | {"words", "outsiders"} and value not in (None, field.default):
            words.append(str(value))
    return " ".join(words)
