"""The screen on the wall in a whole node."""

import re
from pathlib import Path

from tests.support.nodes import nodes


async def test_a_screen_shows_states_and_does_nothing(tmp_path: Path) -> None:
    """Tests that a link's page comes without a login, is private and without script of its own, shows the machines in its language, and is gone when closed."""
    async with nodes(tmp_path, "helix") as (helix,):
        made = await helix.ok("POST", "/api/v1/wall/links", {"title": "Tor <3>", "language": "de"})
        page = await helix.call("GET", made["path"], token="")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"].startswith("noindex")
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert "Tor &lt;3&gt;" in page.text
        assert not re.search(r"style=|<script>|onclick", page.text)
        await helix.ok(
            "POST", "/api/v1/machines", {"id": "m1", "name": "Säge <1>", "group": "saw", "config": {"endpoint": "opc.tcp://127.0.0.1:1/x", "cell": "c"}}
        )
        tiles = await helix.call("GET", f"{made['path']}/tiles", token="")
        assert "Säge &lt;1&gt;" in tiles.text
        assert "stumm" in tiles.text
        viewer = (await helix.ok("POST", "/api/v1/tokens", {"role": "viewer"}))["token"]
        assert (await helix.call("POST", "/api/v1/wall/links", {"title": "x"}, token=viewer)).status_code == 403
        await helix.ok("DELETE", f"/api/v1/wall/links/{made['link']['id']}")
        gone, wrong = await helix.call("GET", made["path"], token=""), await helix.call("GET", "/wall/nothing", token="")
        assert (gone.status_code, wrong.status_code, gone.text) == (404, 404, wrong.text)
        assert (await helix.call("GET", f"{made['path']}/tiles", token="")).status_code == 404
        assert made["path"].removeprefix("/wall/") not in str([fact.body for fact in await helix.facts()])
