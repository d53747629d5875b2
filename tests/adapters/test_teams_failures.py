"""What a refusal of the Bot Connector's means for a delivery."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import ClientConnectorError, ConnectionTimeoutError, ServerDisconnectedError

from adapters.failures import LATER_SECONDS, UNRECOGNISED_SECONDS, UNSAID_RETRY_SECONDS
from adapters.teams.failures import ADMINISTRATOR, CONTENT, code_of, no_longer, to_failure, unanswered
from conversations.errors import DeliveryFailed


def body(code: str) -> str:
    return json.dumps({"error": {"code": code, "message": "why"}})


def outcome(failed: DeliveryFailed) -> tuple[float | None, bool, bool]:
    return failed.retry_after_seconds, failed.permanent, failed.unknown


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (400, "BadSyntax", (None, True, False)),
        (400, "SomethingNew", (UNRECOGNISED_SECONDS, False, False)),
        (401, "BotNotRegistered", (LATER_SECONDS, False, False)),
        (401, "", (UNRECOGNISED_SECONDS, False, False)),
        (403, "ConversationBlockedByUser", (None, True, False)),
        (403, "BotNotInConversationRoster", (None, True, False)),
        (403, "SomethingNew", (None, True, False)),
        (403, "BotDisabledByAdmin", (LATER_SECONDS, False, False)),
        (404, "ConversationNotFound", (None, True, False)),
        (408, "", (None, False, True)),
        (412, "PreconditionFailed", (2.0, False, False)),
        (413, "MessageSizeTooBig", (None, True, False)),
        (429, "Throttled", (UNSAID_RETRY_SECONDS, False, False)),
        (500, "ServiceError", (None, False, True)),
        (502, "", (None, False, True)),
        (302, "", (UNRECOGNISED_SECONDS, False, False)),
    ],
)
def test_each_refusal_of_a_post_has_its_meaning(status: int, code: str, means: Any) -> None:
    assert outcome(to_failure(status, {}, body(code) if code else "a page", posting=True)) == means


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_what_is_no_post_is_simply_tried_again(status: int) -> None:
    assert outcome(to_failure(status, {}, "", posting=False)) == (None, False, False)


def test_a_refusal_for_the_rate_says_when_to_come_back() -> None:
    assert to_failure(429, {"Retry-After": "7"}, "", posting=True).retry_after_seconds == 7


@pytest.mark.parametrize("status", [403, 404])
def test_a_place_that_takes_nothing_is_closed_unless_an_administrator_can_open_it(status: int) -> None:
    assert to_failure(status, {}, "", posting=True).closed
    assert not to_failure(status, {}, body(min(ADMINISTRATOR)), posting=True).closed
    assert not to_failure(413, {}, body(min(CONTENT)), posting=True).closed


def test_nobody_waits_for_ever_for_what_nobody_has_heard_of() -> None:
    assert outcome(no_longer(to_failure(400, {}, body("SomethingNew"), posting=True))) == (None, True, False)
    for patient in (
        to_failure(401, {}, body("BotNotRegistered"), posting=True),
        to_failure(429, {"Retry-After": f"{UNRECOGNISED_SECONDS:.0f}"}, "", posting=True),
        to_failure(500, {}, "", posting=True),
    ):
        assert no_longer(patient) is patient


@pytest.mark.parametrize("said", ["", "<html>", "[]", "5", "{}", '{"error": "denied"}', '{"error": {"code": 5}}'])
def test_an_answer_without_a_code_has_none(said: str) -> None:
    assert code_of(said) == ""


def test_a_code_may_stand_at_the_top() -> None:
    assert code_of('{"code": "Throttled"}') == "Throttled"


class NoRoute(ClientConnectorError):
    """As when nobody listens there."""

    def __init__(self) -> None:
        OSError.__init__(self)


def test_a_post_that_was_not_answered_may_have_arrived_unless_nobody_was_reached() -> None:
    for error in (TimeoutError(), ServerDisconnectedError()):
        assert unanswered(error, posting=True).unknown
        assert not unanswered(error, posting=False).unknown
    for unreached in (NoRoute(), ConnectionTimeoutError()):
        assert not unanswered(unreached, posting=True).unknown
