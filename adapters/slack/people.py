"""Who people are in Slack: who is asked about, and what a user object says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters import people
from adapters.failures import Refused
from adapters.payloads import Payload, inside, is_true, words
from adapters.people import zone_named
from adapters.slack.failures import PERSON, UNANSWERED, to_failure
from adapters.slack.names import PLATFORM, SLACKBOT
from adapters.slack.payloads import ident
from adapters.slack.workspaces import Workspaces
from conversations.people import Person
from conversations.ports import PeopleStore

_PEOPLE = ("U", "W")  # what their ids begin with; those of bots and workflows do not


class People(people.People):
    def __init__(
        self,
        store: PeopleStore,
        workspaces: Workspaces,
        clock: Callable[[], datetime],
        *,
        admins: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(PLATFORM, store, clock, admins=admins)
        self._workspaces = workspaces

    async def saw(self, user: Payload, tenant: str) -> Person | None:
        """Slack said this of somebody. None where it does not say of whom. Raises `Busy` and `StorageDown`."""
        person = to_person(user, tenant, self._clock())
        if person is not None:
            await self.keep(person)
        return person

    async def _read(self, tenant: str, who: str) -> Person | None:
        client = await self._workspaces.client(tenant)
        try:
            told = await client.users_info(user=who)
        except UNANSWERED as error:
            failed = to_failure(error)
            if isinstance(failed, Refused) and failed.code in PERSON:
                return None
            raise failed from error
        return to_person(inside(told.data, "user"), tenant, self._clock())

    def _can_be_asked(self, who: str) -> bool:
        return who.startswith(_PEOPLE)


def to_person(user: Payload, tenant: str, now: datetime) -> Person | None:
    """A user object, as `users.info` and `user_change` show it; None without an id.

    https://docs.slack.dev/reference/objects/user-object
    """
    who, email = ident(user, "id"), words(user, "profile", "email").strip().lower()
    if not who:
        return None
    return Person(
        platform=PLATFORM,
        tenant=tenant,
        id=who,
        name=_name(user) or who,
        zone=zone_named(words(user, "tz")),
        email=email or None,
        vouched=bool(email) and is_true(user, "is_email_confirmed"),
        here=not is_true(user, "deleted"),
        bot=is_true(user, "is_bot") or who == SLACKBOT,
        admin=is_true(user, "is_admin") or is_true(user, "is_owner"),
        guest=is_true(user, "is_restricted") or is_true(user, "is_ultra_restricted"),
        outsider=is_true(user, "is_stranger") or not _is_at_home(user, tenant),
        read_at=now,
    )


def _name(user: Payload) -> str:
    names = (("profile", "display_name"), ("profile", "real_name"), ("real_name",), ("name",))
    return next((name for path in names if (name := words(user, *path).strip())), "")


def _is_at_home(user: Payload, tenant: str) -> bool:
    """People of a large organisation belong to several of its workspaces; who cannot be told to be ours is not."""
    teams = inside(user, "enterprise_user").get("teams")
    homes = {ident(user, "team_id"), ident(user, "enterprise_user", "enterprise_id")} - {""}
    return not homes or tenant in homes or (isinstance(teams, list) and tenant in teams)
