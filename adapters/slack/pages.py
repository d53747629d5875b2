"""What people read in a browser after an installation: what became of it, and what to do next. Pure."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from conversations.ports import Installation

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}
_STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}"

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
    return _page(f"AI Readiness is in {installed.name}", body)


def stopped_page(why: str, *, again: str) -> str:
    """`why` may be anything: it comes in an address, and is never repeated."""
    heading, words = _STOPPED.get(why, _OTHERWISE)
    return _page(heading, f'<p>{words}</p>\n<p><a href="{escape(again)}">Install AI Readiness</a></p>')


def _page(heading: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>{_STYLE}</style>
<title>{escape(heading)}</title>
<h1>{escape(heading)}</h1>
{body}
</html>
"""
