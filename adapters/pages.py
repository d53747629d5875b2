"""The few pages that people read in a browser. Nothing in them is loaded from anywhere, and nothing in them runs."""

from __future__ import annotations

from html import escape

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}
_STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}"


def page(heading: str, body: str) -> str:
    """`heading` is text, `body` is HTML."""
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
