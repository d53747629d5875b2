"""What people read in a browser after an installation: what became of it, and what to do next. Pure."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from adapters.pages import page
from conversations.ports import Installation

_ONCE_MORE, _NOTHING = "Please start once more", "Nothing was installed"
_STOPPED = {  # by Slack's and Bolt's names for why
    "access_denied": (_NOTHING, "You decided against it, and that is fine. Should you want it later, begin here:"),
    "invalid_browser": (
        _ONCE_MORE,
        "An installation has to end in the browser that it began in, and that browser has to take a cookie.",
    ),
    "invalid_state": (_ONCE_MORE, "This page was used already, or was begun more than ten minutes ago."),
    "missing_code": (_ONCE_MORE, "Slack did not say what you decided."),
    "invalid_code": (_ONCE_MORE, "Slack did not confirm the installation. A minute later it usually does."),
    "storage_error": (
        _ONCE_MORE,
        "It could not be kept just now. Try again in a minute, and tell who runs AI Readiness if it stays so.",
    ),
}
_OTHERWISE = (
    _NOTHING,
    "Slack did not let the app in. In some workspaces an administrator approves apps first: ask them, then begin here:",
)


def installed_page(installed: Installation, app: str) -> str:
    # https://docs.slack.dev/interactivity/deep-linking
    address = f"https://slack.com/app_redirect?{urlencode({'app': app, 'team': installed.tenant})}"
    body = f"""<p>What comes next, in the channel where your team talks:</p>
<ol>
<li>Invite it: <code>/invite @AI Readiness</code></li>
<li>Begin: <code>/ai-readiness start</code> and the name of your project</li>
</ol>
<p><a href="{escape(address)}">Open it in Slack</a></p>"""
    return page(f"AI Readiness is in {installed.name}", body)


def stopped_page(why: str, *, again: str) -> str:
    """`why` may be anything: it comes in an address, and is never repeated."""
    heading, words = _STOPPED.get(why, _OTHERWISE)
    return page(heading, f'<p>{words}</p>\n<p><a href="{escape(again)}">Install AI Readiness</a></p>')
