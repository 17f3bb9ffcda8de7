"""The pages without a login in a real browser, wide and on a phone."""

import asyncio
import io
import re
import shutil
from decimal import Decimal

import pytest
from PIL import Image

from plait.kernel.money import Money
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.part.model import Material, Operation, Part
from tests.support import require
from tests.support.nodes import nodes

GTIN = "09521002000016"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--hide-scrollbars", "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


async def browse(folder, *arguments):
    """Run Chromium once and return what it prints and what it logs."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require("Chromium", browser, "install it (Debian: apt-get install chromium)")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments, stdout=pipe, stderr=pipe)
    out, log = await asyncio.wait_for(process.communicate(), 60)
    return out.decode("utf-8", "replace"), log.decode("utf-8", "replace")


async def furnish(node):
    """A firm with something to show."""
    profile = {"name": "helix", "gln": "9521002000009", "gcp": "9521002", "isic": "2814", "region": "DE-BW"}
    await node.ok("PUT", "/api/v1/firm", profile)
    can = Capability("gears", "gear.cylindrical", ("steel",), module_min_mm=1, module_max_mm=6, quality=5, certificates=("ISO 9001",))
    await node.ok("POST", "/api/v1/capabilities", can)
    steel = Material("BAR", "Bar", price=Money(Decimal(1), "EUR"))
    routing = (Operation(10, "Turn", "turning", "lathe"),)
    part = Part("GS", "A", "Gear set <3>", GTIN, material="20CrMnTi", process="gear.cylindrical", routing=routing, materials=(steel,))
    await node.ok("PUT", "/api/v1/parts/BAR", Part("BAR", "A", "Bar", supply="buy"))
    await node.ok("PUT", "/api/v1/parts/GS", part)
    await node.node.activity.wait_idle()


PAGES = (("/", "Making of cylindrical gears"), (f"/item/01/{GTIN}", "Gear set &lt;3&gt;"), ("/item/01/09521002000023", "Not known here"))


@pytest.mark.parametrize(("width", "height"), [(1440, 1000), (390, 844)], ids=["wide", "phone"])
async def test_pages_open_clean(tmp_path, width, height):
    """Tests that each page shows what it is about, asks nobody outside, logs no error, and is not blank at either width."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        base = f"http://127.0.0.1:{node.settings.http.port}"
        for path, words in PAGES:
            shown, log = await browse(tmp_path, "--dump-dom", f"--window-size={width},{height}", base + path)
            assert words in shown
            assert [link for link in re.findall(r'(?:src|href)="(https?://[^"]+)"', shown) if not link.startswith(base)] == []
            assert "CONSOLE" not in log, log
            picture = tmp_path / "shot.png"
            await browse(tmp_path, f"--screenshot={picture}", f"--window-size={width},{height}", base + path)
            with Image.open(io.BytesIO(picture.read_bytes())) as image:
                assert image.width == width
                assert len(image.convert("RGB").getcolors(1 << 24)) > 50


async def test_pages_hold_no_script_and_are_locked_down(tmp_path):
    """Tests that a page carries a strict content security policy and that what a firm writes is escaped."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        answer = await node.call("GET", f"/item/01/{GTIN}", token="")
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert "Gear set <3>" not in answer.text
        assert (await node.call("GET", "/static/plait.css", token="")).headers["content-type"].startswith("text/css")
        assert (await node.call("GET", "/static/..%2Fservice.py", token="")).status_code == 404
        assert (await node.call("GET", "/item/01/09521002000017", token="")).status_code in (400, 404)
