"""Where the bot may send its token: only to addresses of Microsoft's, or of an emulator on this machine."""

from __future__ import annotations

import re

# A token goes wherever an activity says, so a host stands here by its whole name: in `trafficmanager.net` and in
# `azurewebsites.net` everybody can have one. Regions and tenants are in the path.
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
_HOSTS = (
    r"smba\.trafficmanager\.net",
    r"smba\.infra\.gcc\.teams\.microsoft\.com",
    r"smba\.infra\.gov\.teams\.microsoft\.us",
    r"smba\.infra\.dod\.teams\.microsoft\.us",
    r"(?:[a-z0-9-]+\.)*botframework\.(?:com|azure\.us)",
    r"(?:[a-z0-9-]+\.)*teams\.microsoft\.(?:com|us)",
)
_PATH = r"(?:/[A-Za-z0-9._~%-]*)*"
_MICROSOFT = re.compile(rf"https://(?:{'|'.join(_HOSTS)})(?::443)?{_PATH}", re.IGNORECASE)
_LOOPBACK = re.compile(
    rf"https?://(?:localhost|127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){{3}}|\[::1\])(?::\d{{1,5}})?{_PATH}",
    re.IGNORECASE | re.ASCII,
)


def is_accepted(address: str, *, emulated: bool) -> bool:
    """`emulated`: authentication is off. Then only this machine is accepted, and else only Microsoft."""
    return (_LOOPBACK if emulated else _MICROSOFT).fullmatch(address) is not None
