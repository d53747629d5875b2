from __future__ import annotations

import asyncio
import re

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.teams.about import routes
from adapters.teams.manifest import manifest

DEVELOPER = manifest("0f0d3a5e-6f0b-4a5c-9a51-4e6b8a3a9d11", "", version="1.2.3", reads_channels=True)["developer"]


def test_each_page_that_the_manifest_points_to_is_there_and_says_something_of_its_own() -> None:
    async def scene() -> set[str]:
        app = web.Application()
        app.add_routes(routes())
        said = set()
        async with TestClient(TestServer(app)) as client:
            for name in ("websiteUrl", "privacyUrl", "termsOfUseUrl"):
                answer = await client.get(DEVELOPER[name])
                text = await answer.text()
                assert (answer.status, answer.content_type) == (200, "text/html")
                assert "script" not in text
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                said.add(re.sub(r"<[^>]*>", "", text))
        return said

    assert len(asyncio.run(scene())) == 3
