"""The form of how somebody is written to: opened by a button without a turn, and what comes back of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from adapters.slack.inbound import to_saved
from adapters.slack.interactions import Interactions
from adapters.slack.texts import Slack
from adapters.wording import Reader, Wording, Words
from conversations.activities import Activity, ActivityKind
from conversations.cards import Card, FieldFault, FormCard, Notice, PreferencesCard, Tap, Way
from conversations.effects import FieldError, Turn
from conversations.preferences import preferences_form
from tests.adapters.slack_payloads import ANA, DIRECT, OWN, action, in_view, pressing, saving
from tests.block_kit import complaints

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SO = PreferencesCard(
    begins=time(9, 30),
    ends=time(16, 30),
    days=(0, 1, 2, 3, 4),
    zone="Europe/Berlin",
    country="DE-BY",
    away_until=None,
    nudges=True,
    nudges_from=None,
    digest=True,
    digest_day=0,
    digest_at=time(9, 30),
    next_digest_on=date(2026, 11, 30),
)
AWAY = replace(SO, away_until=date(2026, 12, 7), nudges_from=date(2026, 12, 14), days=(0, 2))
WORDING = Wording(Slack())


class Desk:
    """Reads preferences, opens what it is given, and takes a turn that ends with `errors`."""

    def __init__(self, so: PreferencesCard | None = SO, errors: Mapping[str, FieldError] | None = None) -> None:
        self.shell = SimpleNamespace(clock=lambda: AT)
        self.opened: list[tuple[dict[str, Any], bool]] = []
        self.ran: list[Activity] = []
        self.said: list[Notice] = []
        self._so, self._errors = so, errors or {}

    async def preferences(self, tenant: str, who: str, tap: Tap) -> FormCard | None:
        assert (tenant, who) == ("T0ACME", ANA)
        return preferences_form(self._so, tap) if self._so else None

    async def open(self, _tenant: str, _trigger: str, view: dict[str, Any], *, above: bool = False) -> str:
        self.opened.append((view, above))
        return "V0NEW"

    async def say_at(self, _address: str, notice: Notice) -> None:
        self.said.append(notice)

    async def run(self, activity: Activity) -> Turn:
        self.ran.append(activity)
        return Turn(review=None, errors=self._errors)

    async def names(self, *_: object) -> Mapping[str, str]:
        return {}

    async def channel_names(self, *_: object) -> Mapping[str, str]:
        return {}

    def words(self, card: Card) -> Words:
        return WORDING.of(card, Reader(words={}, today=AT.date(), zone=ZoneInfo("UTC")))


def does(desk: Desk) -> Interactions:
    return Interactions(desk)  # type: ignore[arg-type]  # as much of a desk as is needed here


def pressed(tap: Tap = Tap.PREFERENCES) -> dict[str, Any]:
    message = OWN | {"thread_ts": None}
    return pressing(action(Way(tap=tap)), channel={"id": DIRECT, "name": "directmessage"}, message=message)


def opened(so: PreferencesCard = SO, payload: Mapping[str, Any] | None = None) -> dict[str, Any]:
    desk = Desk(so)
    asyncio.run(does(desk).pressed(payload or pressed()))
    ((view, above),) = desk.opened
    assert (complaints(view), desk.ran, desk.said) == ([], [], [])
    assert above == (payload is not None)
    return view


def inputs(view: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def first(element: Mapping[str, Any]) -> dict[str, Any]:
    """The state of an input that was left as it was."""
    match element["type"]:
        case "datepicker":
            return {"selected_date": element.get("initial_date")}
        case "static_select":
            return {"selected_option": element.get("initial_option")}
        case _:
            return {"value": element.get("initial_value")}


def saved(view: Mapping[str, Any], **typed: dict[str, Any]) -> dict[str, Any]:
    states = {name: {"value": first(block["element"]) | typed.get(name, {})} for name, block in inputs(view).items()}
    return saving({**view, "state": {"values": states}})


def changed(view: Mapping[str, Any], **typed: dict[str, Any]) -> Mapping[str, str]:
    activity = to_saved(saved(view, **typed), at=AT)
    assert activity is not None
    assert activity.form is not None
    assert (activity.kind, activity.form.name, activity.review) == (ActivityKind.FORM, "preferences", None)
    return activity.form.values


def test_it_shows_what_is_so() -> None:
    held = {name: first(block["element"]) for name, block in inputs(opened()).items()}
    assert held.pop("nudges")["selected_option"]["value"] == "on"
    assert held.pop("digest")["selected_option"]["value"] == "on"
    assert held.pop("away") == {"selected_date": None}
    assert {name: state["value"] for name, state in held.items()} == {
        "hours": "9:30-16:30",
        "days": "mon-fri",
        "zone": "Europe/Berlin",
        "country": "DE-BY",
        "digest_when": "mon 9:30",
    }


def test_another_day_for_the_digest_is_asked_for_without_the_rest() -> None:
    desk = Desk()
    asyncio.run(does(desk).pressed(pressed(Tap.DIGEST_DAY)))
    ((view, _),) = desk.opened
    assert (view["title"]["text"], list(inputs(view))) == ("Your weekly digest", ["digest", "digest_when"])
    assert changed(view, digest_when={"value": "fri 14:00"}) == {"digest_when": "fri 14:00"}


def test_what_is_short_has_an_input_of_one_line() -> None:
    typed = [each["element"] for each in inputs(opened()).values() if each["element"]["type"] == "plain_text_input"]
    assert [element["multiline"] for element in typed] == [False] * 5


def test_a_form_does_not_say_its_title_again() -> None:
    assert opened()["blocks"][0]["elements"][0]["text"] == "What you don't change stays as it is."


def test_who_is_away_sees_until_when_and_who_paused_has_both_choices() -> None:
    blocks = inputs(opened(AWAY))
    assert first(blocks["away"]["element"]) == {"selected_date": "2026-12-07"}
    assert first(blocks["nudges"]["element"]) == {"selected_option": None}
    assert first(blocks["days"]["element"]) == {"value": "mon, wed"}


def test_it_opens_above_a_form_that_is_open() -> None:
    opened(payload=in_view(action(Way(tap=Tap.PREFERENCES)), {"type": "modal", "private_metadata": "{}"}))


def test_where_nothing_can_be_read_that_is_said() -> None:
    desk = Desk(None)
    asyncio.run(does(desk).pressed(pressed()))
    assert (desk.opened, desk.ran, desk.said) == ([], [], [Notice.NOT_OPENED])


def test_only_what_was_changed_comes_back() -> None:
    assert changed(opened()) == {}
    assert changed(opened(AWAY)) == {}
    off = {"selected_option": {"value": "off"}}
    typed = changed(opened(), hours={"value": "8-12"}, nudges=off, zone={"value": " "})
    assert typed == {"hours": "8-12", "nudges": "off"}
    assert changed(opened(), away={"selected_date": "2026-12-24"}) == {"away": "2026-12-24"}


def test_to_take_out_a_day_of_return_or_a_country_is_to_have_none() -> None:
    assert changed(opened(AWAY), away={"selected_date": None}) == {"away": "none"}
    assert changed(opened(), country={"value": None}) == {"country": "none"}


def test_a_day_that_stands_on_the_button_opens_nothing() -> None:
    desk = Desk()
    payload = pressing(action(Way(tap=Tap.DIGEST_DAY, choice="fri")))
    asyncio.run(does(desk).pressed(payload))
    assert (desk.opened, [each.button and each.button.choice for each in desk.ran]) == ([], ["fri"])


def test_what_cannot_be_is_said_at_its_field() -> None:
    errors = {"hours": FieldError(fault=FieldFault.NO_DAY)}
    desk = Desk(errors=errors)
    answer = asyncio.run(does(desk).saved(saved(opened(), hours={"value": "at night"})))
    assert '"response_action": "errors"' in answer.body
    assert '"hours"' in answer.body
    (ran,) = desk.ran
    assert (ran.reference.channel, ran.private) == (DIRECT, True)
