"""The three pages that Teams links to from the app: what it is, what it keeps, and on whose terms it is used."""

from __future__ import annotations

from aiohttp import web

from adapters.pages import HEADERS, page
from adapters.product import IN_FULL, PRODUCT
from adapters.teams.manifest import ABOUT, PRIVACY, TERMS

_PRIVACY = """<p>It keeps what people answer in the threads of its reviews, on its cards and in their chats with it: the
words, who wrote them, and when. It keeps people's names and time zones as Teams tells them, when they want to be
written to, and what they were written to about.</p>
<p>What is said anywhere else is not kept, not even where it may read all of a team's channels. What people write is
sent to nobody but Microsoft Teams, and stands in no log. Whether an answer is complete is decided by rules, not by a
model.</p>
<p>Deleting a message in Teams erases its words here too. For anything else, ask whoever runs this server.</p>"""
_TERMS = """<p>This server is run by your organisation, or on its behalf, and on its terms. What people answer belongs
to them and to their organisation. Numbers and reminders help a team to decide; they decide nothing.</p>"""
_PAGES = {
    ABOUT: page(
        PRODUCT,
        f"<p>{IN_FULL}</p>\n<p>In Teams, add it to your team, and mention it in a channel:"
        f" <code>@{PRODUCT} start</code> and the name of your project.</p>",
    ),
    PRIVACY: page(f"What {PRODUCT} keeps", _PRIVACY),
    TERMS: page(f"On whose terms {PRODUCT} is used", _TERMS),
}


def routes() -> list[web.RouteDef]:
    async def shown(request: web.Request) -> web.Response:
        return web.Response(text=_PAGES[request.path], headers=HEADERS)

    return [web.get(path, shown) for path in _PAGES]
