"""Giving each firm its master data, and the contracts that stand before the first order."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

from plait.cli.demo.firm import FirmClient
from plait.cli.demo.scene import WIRED, Scene
from plait.cli.demo.script import FIRMS, Script
from plait.kernel.clock import SYSTEM
from plait.kernel.os import write_private

PATIENCE_S = 60.0

__all__ = ["PERSON", "STANDING", "furnish", "introduce", "standing_agreements"]

# Who sits at each firm's console: entered without a password, and signed in by a link made on this computer.
PERSON = {"name": "Office", "role": "admin"}

# (who reads, whose data, which dataset): agreed once, between those who trade; everybody lets the association see aggregates.
STANDING = (
    ("helix", "northforge", "traceability"),
    ("oakmill", "northforge", "traceability"),
    ("helix", "embercoat", "traceability"),
    ("meridian", "helix", "traceability"),
    ("meridian", "oakmill", "traceability"),
    *(("riverport", name, "aggregates") for name in FIRMS if name != "riverport"),
)

# Whom each firm is willing to show where goods came from, if asked; a stand-in's customer is among them.
SHOWN_TO = {"northforge": ("helix", "oakmill"), "embercoat": ("helix", "oakmill"), "helix": ("meridian",), "oakmill": ("meridian", "helix")}


async def furnish(scene: Scene, name: str) -> None:
    """Tell one node who it is, what it makes, what lies in its store, and where its machines are."""
    firm, script = scene.firms[name], scene.scripts[name]
    described = await firm.call("PUT", "/api/v1/firm", script.firm)
    firm.party, firm.did = described["party_id"], described["did"]
    await firm.post("/api/v1/people", PERSON)
    for part in script.parts:
        await firm.call("PUT", f"/api/v1/parts/{quote(part['id'])}", part)
    for stock in script.stock:
        await firm.post("/api/v1/stock", stock)
    for capability in script.capabilities:
        await firm.post("/api/v1/capabilities", capability)
    for centre in script.work_centres:
        await firm.call("PUT", f"/api/v1/work-centres/{centre['id']}", centre)
    await _machines(scene, firm, script)
    if name == WIRED:
        await _sensors(scene, firm, script)


async def _machines(scene: Scene, firm: FirmClient, script: Script) -> None:
    for machine in script.machines:
        own = {key: value for key, value in machine.items() if key != "cell"}
        config = {"endpoint": f"opc.tcp://127.0.0.1:{scene.plant_ports[firm.name]}/plant", "cell": machine["cell"]}
        await firm.post("/api/v1/machines", own | {"adapter": "opcua", "config": config})


async def _sensors(scene: Scene, firm: FirmClient, script: Script) -> None:
    """Let the plant's sensors in, and wait until each cell is born; business time stands still meanwhile."""
    filters = [f"spBv1.0/{firm.name}/#"]
    made = await firm.post("/api/v1/devices", {"name": "plant", "publish": filters, "subscribe": filters})
    account = {"port": scene.mqtt_port, "user": made["name"], "password": made["password"], "group": firm.name}
    write_private(scene.sensors, json.dumps(account).encode())
    wanted = {f"{firm.name}/plant/{machine['cell']}.SpindleLoad" for machine in script.machines}
    async with asyncio.timeout(PATIENCE_S):
        while not wanted <= {each["name"] for each in await firm.get("/api/v1/signals")}:
            await SYSTEM.sleep(0.05)


async def introduce(scene: Scene) -> None:
    """Let every node learn of the others from one seed address, the association's."""
    seed = scene.firms["riverport"].url
    for name in FIRMS:
        if name != "riverport":
            await scene.firms[name].post("/api/v1/directory/join", {"url": seed})
            await scene.settle()


async def standing_agreements(scene: Scene) -> None:
    """Publish what may be asked for and by whom, and negotiate the standing agreements."""
    for name, allowed in SHOWN_TO.items():
        await _offer(scene, name, "traceability", "trace", [scene.firms[each].did for each in allowed])
    for name in FIRMS:
        if name != "riverport":
            await _offer(scene, name, "aggregates", "aggregates", [scene.firms["riverport"].did])
    for reader, owner, dataset in STANDING:
        await scene.firms[reader].post("/api/v1/sharing/agreements", {"party": scene.firms[owner].party, "dataset": dataset})
        await scene.settle()


async def _offer(scene: Scene, name: str, dataset: str, title: str, partners: list[str]) -> None:
    body: dict[str, Any] = {"id": dataset, "kind": dataset, "title": title, "path": "/api/v1", "policy": {"membership": True, "partners": partners}}
    await scene.firms[name].post("/api/v1/sharing/datasets", body)
