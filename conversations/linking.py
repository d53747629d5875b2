"""The word `link`: accounts of one person on several platforms are joined, and parted again.

Who is joined shares one letter a day and how they are written to; no review is changed by it, and none is seen by it.
Codes are made and kept outside: here it is only said what is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from conversations.accounts import CountTry, Join, Joined, Joining, KeepCode, NoteTold, Part
from conversations.activities import Activity, ActivityKind
from conversations.cards import Card, Elsewhere, Notice, NoticeCard, Tap, Way
from conversations.effects import Turn, Whisper, Write
from conversations.people import Account
from conversations.ports import Found

BY_CODE, BY_EMAIL = "link", "email"
OFF = "off"
_LINK = re.compile(r"link(?:\s+(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)
_ASIDE = re.compile(r"[\W_]+")  # around a code and in it, however it was typed
_OWN_DOING = (ActivityKind.MESSAGE, ActivityKind.COMMAND, ActivityKind.BUTTON, ActivityKind.FORM)


def asked_in(activity: Activity) -> str | None:
    """What follows the word, where it may be the word: a code, `off`, or nothing."""
    if activity.kind is not ActivityKind.COMMAND and not activity.addressed:
        return None
    match = _LINK.fullmatch(activity.text.strip("\"'“”‘’ \n"))
    return as_code(match["rest"] or "") if match else None


def as_code(typed: str) -> str:
    """As it is kept: `k7qm 4xwp` is `K7QM4XWP`."""
    return _ASIDE.sub("", typed).upper()


def is_own_doing(activity: Activity) -> bool:
    """Whether its actor did something themselves, and so may be told something with it."""
    return activity.kind in _OWN_DOING and not activity.actor.bot


def elsewhere(joined: Iterable[Joined]) -> tuple[Elsewhere, ...]:
    return tuple(Elsewhere(platform=each.account.platform, name=each.name) for each in joined)


def heard(activity: Activity, found: Found) -> Turn | None:
    """None where it is something else, and for people of other organisations: the bot never writes to them."""
    asked, linking = asked_in(activity), found.linking
    if asked is None or linking is None or activity.actor.outsider:
        return None
    if not asked:
        card = _notice(Notice.CODE_TO_JOIN, found.joined, label=linking.new_code)
        return _said(activity, card, KeepCode(code=linking.new_code))
    if asked == OFF.upper():
        return _parted(activity, found)
    if linking.spent:
        return _said(activity, NoticeCard(notice=Notice.CODES_SPENT), refused=True)
    if (owner := linking.owner) is None:
        return _said(activity, NoticeCard(notice=Notice.NO_SUCH_CODE), CountTry(), refused=True)
    if _is_here(activity, owner.account):
        return _said(activity, NoticeCard(notice=Notice.CODE_FOR_ELSEWHERE), refused=True)
    return _joined(activity, found, owner, asked)


def with_news(turn: Turn, activity: Activity, found: Found) -> Turn:
    """Who was joined by their e-mail is told with the next thing that they do and that the bot says something about."""
    if not found.untold or not turn.effects or turn.errors or turn.joining is not None or activity.actor.outsider:
        return turn
    told = Write(to=_account(activity), card=_told(found.joined, BY_EMAIL))
    return replace(turn, effects=(*turn.effects, told), joining=NoteTold())


def _joined(activity: Activity, found: Found, owner: Joined, code: str) -> Turn:
    others = (owner, *(each for each in found.joined if each.account != owner.account))
    here = Joined(account=_account(activity), name=activity.actor.name)
    turn = _said(activity, _told(others, BY_CODE), Join(account=owner.account, code=code))
    return replace(turn, effects=(*turn.effects, Write(to=owner.account, card=_told((here,), BY_CODE))))


def _parted(activity: Activity, found: Found) -> Turn:
    if not found.joined:
        return _said(activity, NoticeCard(notice=Notice.NOT_JOINED), refused=True)
    here = Joined(account=_account(activity), name=activity.actor.name)
    turn = _said(activity, _notice(Notice.APART, found.joined), Part())
    told = (Write(to=each.account, card=_notice(Notice.APART, (here,))) for each in found.joined)
    return replace(turn, effects=(*turn.effects, *told))


def _told(joined: Iterable[Joined], by: str) -> NoticeCard:
    return replace(_notice(Notice.JOINED, joined), act=by, ways=(Way(tap=Tap.PREFERENCES),))


def _notice(notice: Notice, joined: Iterable[Joined], *, label: str = "") -> NoticeCard:
    return NoticeCard(notice=notice, label=label, accounts=elsewhere(joined))


def _is_here(activity: Activity, account: Account) -> bool:
    """On a platform and in an organisation somebody has one account."""
    return (account.platform, account.tenant) == (activity.reference.platform, activity.reference.tenant)


def _account(activity: Activity) -> Account:
    return Account(platform=activity.reference.platform, tenant=activity.reference.tenant, id=activity.actor.id)


def _said(activity: Activity, card: Card, joining: Joining | None = None, *, refused: bool = False) -> Turn:
    whisper = Whisper(to=activity.actor.id, card=card)
    return Turn(review=None, effects=(whisper,), refused=refused, joining=joining)
