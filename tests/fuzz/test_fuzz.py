"""A few thousand of the requests of `make fuzz`: every kind of them; and that what it looks for would be found."""

from __future__ import annotations

import pytest
from aiohttp import web

from adapters.slack import endpoint as on_slack
from adapters.teams.tokens import Token
from bot import server
from tests.fuzz.play import Opens, Outcome, play
from tests.fuzz.table import figures, table
from tests.fuzz.teams_tries import FORGERIES
from tests.fuzz.worlds import installed, over_http, over_sockets

SEED = 20261123


@pytest.mark.parametrize(("opens", "requests"), [(over_http, 2_500), (over_sockets, 500), (installed, 500)])
def test_whatever_is_sent_nothing_breaks_and_nothing_forged_is_taken(opens: Opens, requests: int) -> None:
    outcome = play(0, SEED, requests, opens)
    assert outcome.violations == [], table(outcome)
    assert outcome.requests == requests
    assert 0 < outcome.trusted.total() < requests
    assert "5xx 0, " in figures(outcome, seconds=1)
    if opens is over_http:
        tried = {kind for endpoint, kind, _ in outcome.counts if endpoint == "POST /api/messages"}
        assert FORGERIES.keys() <= tried


def found(opens: Opens, requests: int = 300) -> list[str]:
    return [each.partition("\n")[0] for each in play(0, SEED, requests, opens).violations]


def test_a_signature_that_is_not_looked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_slack, "_is_signed", lambda *_: True)
    violations = found(over_http)
    assert any(each.startswith("POST /slack/events, unsigned: answered 200") for each in violations)
    assert any("while forged requests came, there was more" in each for each in violations)


def test_a_token_for_another_service_url_that_is_taken_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Token, "check", lambda *_: None)
    assert "POST /api/messages, another service URL: answered 200" in found(over_http, 1_200)


def test_a_body_that_breaks_what_reads_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unread(request: web.Request) -> None:
        await request.text()

    monkeypatch.setattr(server, "_receive", unread)
    violations = found(over_http, 600)
    assert any(each.endswith("answered 500") for each in violations)
    assert any(each.startswith("logged bot.server: request_broke") for each in violations)


def test_the_same_seed_tries_the_same() -> None:
    def tried(outcome: Outcome) -> dict[tuple[str, str], int]:
        return {(endpoint, kind): count for (endpoint, kind, _), count in outcome.counts.items()}

    assert tried(play(0, 7, 100, over_http)) == tried(play(0, 7, 100, over_http))
