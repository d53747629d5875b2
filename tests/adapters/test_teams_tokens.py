from __future__ import annotations

import asyncio
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from adapters.teams.service_urls import is_accepted
from adapters.teams.tokens import KeysUnavailable, Unauthorized, Verifier
from tests.fake_teams import APP_ID, FakeTeams, Trouble

SERVICE_URL = "https://smba.trafficmanager.net/emea/"
BODY = {"type": "message", "channelId": "msteams", "serviceUrl": SERVICE_URL}


class Clock:
    """Seconds, as a monotonic clock counts them."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def verifier(teams: FakeTeams, clock: Clock | None = None) -> Verifier:
    return Verifier(APP_ID, openid_url=teams.openid_url, clock=clock or Clock())


def bearer(teams: FakeTeams, **claims: Any) -> str:
    return f"Bearer {teams.keys.token(SERVICE_URL, **claims)}"


def fetched(teams: FakeTeams) -> int:
    return len(teams.called("keys"))


async def claimed(checks: Verifier, header: str | None, body: dict[str, Any]) -> Any:
    token = await checks.token(header)
    token.check(body)
    return token.claims


async def refused(checks: Verifier, header: str | None, body: dict[str, Any] = BODY) -> bool:
    try:
        await claimed(checks, header, body)
    except Unauthorized:
        return True
    return False


async def all_unknown(checks: Verifier, teams: FakeTeams, count: int) -> bool:
    names = (f"invented-{n}" for n in range(count))
    return all([await refused(checks, bearer(teams, headers={"kid": name})) for name in names])


def test_a_genuine_token_says_what_it_claims() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            claims = await claimed(verifier(teams), bearer(teams), BODY)
            assert (claims["aud"], claims["serviceurl"]) == (APP_ID, SERVICE_URL)

    asyncio.run(run())


# The rows of what the SDK was measured to do, and some that it takes or breaks on.
_TOKENS: dict[str, dict[str, Any]] = {
    "a signature of somebody else's key": {"key": 7, "headers": {"kid": "key-0"}},
    "expired ten minutes ago": {"exp": time.time() - 600},
    "not valid for ten minutes yet": {"nbf": time.time() + 600},
    "issued in ten minutes": {"iat": time.time() + 600},
    "without an end": {"exp": None},
    "with an end that is no number": {"exp": "soon"},
    "without an issuer": {"iss": None},
    "of another issuer": {"iss": "https://sts.windows.net/common/"},
    "for nobody": {"aud": None},
    "for another bot": {"aud": "another"},
    "for several": {"aud": [APP_ID, "another"]},
    "for a list of one": {"aud": [APP_ID]},
    "without a service URL": {"serviceurl": None},
    "for another service URL": {"serviceurl": "https://smba.trafficmanager.net/amer/"},
    "for nearly that service URL": {"serviceurl": SERVICE_URL.rstrip("/")},
    "without the name of its key": {"headers": {"kid": None}},
    "of a key that nobody published": {"headers": {"kid": "invented"}},
    "not signed": {"algorithm": "none"},
    "signed by a password": {"algorithm": "HS256"},
}


@pytest.mark.parametrize("claims", _TOKENS.values(), ids=_TOKENS)
def test_a_token_is_refused(claims: dict[str, Any]) -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            checks = verifier(teams)
            assert await refused(checks, bearer(teams, **claims))
            assert not await refused(checks, bearer(teams))

    asyncio.run(run())


def test_what_is_no_bearer_token_is_refused_without_asking_anybody() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            good, nested = bearer(teams), urlsafe_b64encode(b"[" * 5_000).decode()
            headers = (None, "", "Bearer", "Bearer ", "Basic YTpi", good.replace("Bearer", "bearer"), good[7:])
            garbage = ("Bearer x", "Bearer a.b.c", f"Bearer {nested}.e30.x", "Bearer é\udce9.a.b", "Bearer 🙂.🙂.🙂")
            for header in (*headers, *garbage):
                assert await refused(verifier(teams), header), header
            assert teams.calls == []

    asyncio.run(run())


def test_clocks_may_differ_by_five_minutes() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            checks, now = verifier(teams), time.time()
            assert await claimed(checks, bearer(teams, exp=now - 240), BODY)
            assert await claimed(checks, bearer(teams, nbf=now + 240), BODY)

    asyncio.run(run())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"channelId": "msteams"},
        {"serviceUrl": SERVICE_URL},
        {"channelId": "msteams", "serviceUrl": None},
        {"channelId": ["msteams"], "serviceUrl": SERVICE_URL},
        {"channelId": "skype", "serviceUrl": SERVICE_URL},
        {"channelId": "", "serviceUrl": SERVICE_URL},
    ],
)
def test_an_activity_that_its_token_is_not_for_is_refused(body: dict[str, Any]) -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            assert await refused(verifier(teams), bearer(teams), body)

    asyncio.run(run())


def test_a_key_counts_only_for_the_channels_that_may_use_it() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            teams.keys.endorsed[0] = ("webchat",)
            assert await refused(verifier(teams), bearer(teams))
            assert await claimed(verifier(teams), bearer(teams), BODY | {"channelId": "webchat"})

    asyncio.run(run())


def test_a_key_that_was_published_since_is_accepted_at_once_and_one_that_was_withdrawn_then_is_not() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            checks, old = verifier(teams), bearer(teams)
            await claimed(checks, old, BODY)
            assert await all_unknown(checks, teams, 1)
            teams.keys.rotates(keeps=False)
            assert await claimed(checks, bearer(teams), BODY)
            assert await refused(checks, old)

    asyncio.run(run())


def test_invented_keys_are_not_looked_for_each() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            clock = Clock()
            checks = verifier(teams, clock)
            assert await all_unknown(checks, teams, 50)
            assert fetched(teams) == 4
            teams.keys.rotates()
            assert await refused(checks, bearer(teams))
            clock.now += 15
            assert await claimed(checks, bearer(teams), BODY)
            assert fetched(teams) == 5

    asyncio.run(run())


def test_who_needs_keys_at_the_same_time_waits_for_the_same_ones() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            checks = verifier(teams)
            await asyncio.gather(*(claimed(checks, bearer(teams), BODY) for _ in range(20)))
            assert fetched(teams) == 1
            teams.keys.rotates()
            await asyncio.gather(*(claimed(checks, bearer(teams), BODY) for _ in range(20)))
            assert fetched(teams) == 2

    asyncio.run(run())


def test_who_goes_while_waiting_leaves_the_keys_to_the_others() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            teams.fail("keys", Trouble.SLOW, seconds=0.1)
            checks = verifier(teams)
            first = asyncio.create_task(claimed(checks, bearer(teams), BODY))
            second = asyncio.create_task(claimed(checks, bearer(teams), BODY))
            await asyncio.sleep(0.05)
            first.cancel()
            assert await second
            assert fetched(teams) == 1

    asyncio.run(run())


@pytest.mark.parametrize(("method", "how"), [("openid", 503), ("keys", 500), ("keys", Trouble.DROP_BEFORE)])
def test_where_no_keys_can_be_had_nobody_can_tell(method: str, how: Trouble | int) -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            teams.fail(method, how, times=None)
            clock = Clock()
            checks = verifier(teams, clock)
            assert not await checks.ready()
            asked = len(teams.calls)
            for _ in range(5):
                with pytest.raises(KeysUnavailable):
                    await claimed(checks, bearer(teams), BODY)
            assert len(teams.calls) == asked  # not so soon
            teams.heals()
            clock.now += 2
            assert await checks.ready()
            assert await claimed(checks, bearer(teams), BODY)

    asyncio.run(run())


def test_a_new_key_that_cannot_be_looked_for_is_not_called_bad() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            checks, old = verifier(teams), bearer(teams)
            await claimed(checks, old, BODY)
            teams.keys.rotates()
            teams.fail("openid", 503, times=None)
            for _ in range(2):
                with pytest.raises(KeysUnavailable):
                    await claimed(checks, bearer(teams), BODY)
            assert await claimed(checks, old, BODY)

    asyncio.run(run())


def test_keys_are_asked_for_anew_twice_a_day_and_believed_for_one_day_at_most() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            clock, hour = Clock(), 3_600
            checks = verifier(teams, clock)
            await claimed(checks, bearer(teams), BODY)
            clock.now += 11 * hour
            await claimed(checks, bearer(teams), BODY)
            assert fetched(teams) == 1
            clock.now += hour
            await claimed(checks, bearer(teams), BODY)
            assert fetched(teams) == 2
            teams.fail("*", 503, times=None)
            clock.now += 23 * hour
            assert await claimed(checks, bearer(teams), BODY)
            clock.now += hour
            with pytest.raises(KeysUnavailable):
                await claimed(checks, bearer(teams), BODY)

    asyncio.run(run())


def test_while_keys_are_waited_for_everything_else_goes_on() -> None:
    async def run() -> None:
        async with FakeTeams() as teams:
            teams.fail("keys", Trouble.SLOW, seconds=0.3)
            checking = asyncio.create_task(claimed(verifier(teams), bearer(teams), BODY))
            turns = 0
            while not checking.done():
                await asyncio.sleep(0.01)
                turns += 1
            assert turns > 10
            assert await checking

    asyncio.run(run())


@pytest.mark.parametrize(
    "address",
    [
        SERVICE_URL,
        "https://smba.trafficmanager.net/kr/3c8f0a52-9b1d-4e57-8c55-6f3b0d1a7e44/",
        "https://smba.trafficmanager.net",
        "https://SMBA.trafficmanager.net:443/emea",
        "https://smba.infra.gcc.teams.microsoft.com/gcc",
        "https://smba.infra.gov.teams.microsoft.us/gcch",
        "https://webchat.botframework.com/",
    ],
)
def test_microsoft_is_spoken_to(address: str) -> None:
    assert is_accepted(address, emulated=False)
    assert not is_accepted(address, emulated=True)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://smba.trafficmanager.net/emea/",
        "https://evil.trafficmanager.net/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evilbotframework.com/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example/smba.trafficmanager.net/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://evil.example#.botframework.com/",
        "https://evil.example?.botframework.com/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net/\n",
        "https://smba.trafficmanager.net/?to=x",
        " https://smba.trafficmanager.net/",
        "https://smba。trafficmanager.net/",
        "https://anybody.blob.core.windows.net/",
        "https://169.254.169.254/",
        "file:///etc/passwd",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://0.0.0.0:3978/",
        "http://128.0.0.1/",
    ],
)
def test_nobody_else_is(address: str) -> None:
    assert not is_accepted(address, emulated=False)
    assert not is_accepted(address, emulated=True)


@pytest.mark.parametrize(
    "address",
    ["http://localhost:56150/_connector", "http://127.0.0.1:3978/amer/x/", "https://127.1.2.3", "http://[::1]:80/"],
)
def test_an_emulator_on_this_machine_is_spoken_to_only_where_nobody_has_to_prove_who_they_are(address: str) -> None:
    assert is_accepted(address, emulated=True)
    assert not is_accepted(address, emulated=False)
