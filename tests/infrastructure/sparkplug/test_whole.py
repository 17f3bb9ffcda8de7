"""Two whole nodes: an edge node speaks to the first, which is an edge node of the second."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from plait.infrastructure.sparkplug.write import Told
from plait.kernel.os import free_port
from plait.kernel.settings import Mqtt, Sparkplug
from plait.wire.sparkplug import DataType
from tests.support.edge import PahoEdge
from tests.support.nodes import Running


async def come(true: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(80):
        while not await true():
            await asyncio.sleep(0.05)


async def test_from_a_device_through_a_node_to_another(tmp_path: Path) -> None:
    """Tests that a metric is in the first node's lake and, by its own edge node, in the second's, where it logs in; a restart loses nothing."""
    one, two = Running("one", tmp_path / "one"), Running("two", tmp_path / "two")
    ports = free_port(), free_port()
    up = Sparkplug(server=f"mqtt://127.0.0.1:{ports[1]}", user="one", password_file="two.password", group="firm", edge="one", series=("hall/*",))
    up = msgspec.structs.replace(up, primary_host="plait", every_ms=50)
    one.settings = msgspec.structs.replace(one.settings, mqtt=Mqtt(port=ports[0], anonymous=True), sparkplug=up)
    two.settings = msgspec.structs.replace(two.settings, mqtt=Mqtt(port=ports[1]))
    edge = PahoEdge(ports[0], {"load": Told("load", 0, 1.5, alias=7), "program": Told("program", 0, "O1", DataType.STRING, 8)})

    def there(node: Running, series: str, value: float | str) -> Callable[[], Coroutine[Any, Any, bool]]:
        async def look() -> bool:
            listed = await node.ok("GET", "/api/v1/signals")
            return any(each["name"] == series and each.get("value") == value for each in listed)

        return look

    try:
        await two.start()
        login = await two.ok("POST", "/api/v1/devices", {"name": "one", "publish": ["spBv1.0/firm/#"], "subscribe": ["spBv1.0/#"]})
        one.folder.mkdir()
        (one.folder / "two.password").write_text(login["password"], "utf-8")
        await one.start()
        await edge.start()
        await come(there(one, "hall/edge/saw.load", 1.5))
        await come(there(two, "firm/one/hall:edge:saw.load", 1.5))
        edge.change("program", "O2")
        edge.change("load", 2.5)
        await come(there(two, "firm/one/hall:edge:saw.load", 2.5))
        await come(there(two, "firm/one/hall:edge:saw.program", "O2"))
        await edge.stop()
        await one.stop()
        await one.start()
        await edge.start()
        edge.change("load", 3.5)
        await come(there(one, "hall/edge/saw.load", 3.5))
        await come(there(two, "firm/one/hall:edge:saw.load", 3.5))
        view = await two.ok("GET", f"/api/v1/signals/{quote('firm/one/hall:edge:saw.load', safe='')}?since=2026-01-01T00:00:00Z")
        assert {2.5, 3.5} <= {each["value"] for each in view["values"]}
    finally:
        await edge.stop()
        await one.stop()
        await two.stop()
