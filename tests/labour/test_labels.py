"""Labels are read back from the picture."""

import asyncio
import hashlib
import io
import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from plait.kernel import gs1
from plait.kernel.actor import ANONYMOUS, system_actor
from plait.kernel.facts import decode
from plait.kernel.firm import Firm
from plait.kernel.problems import Problem
from plait.labour.studio import label as drawing
from plait.labour.studio import rules
from plait.labour.studio.model import LabelMade, LabelRequest
from plait.labour.studio.service import LabelService
from tests.circulation.house import Rights
from tests.support import make_store

HELIX = Firm("p", "Helix Gears", "did:web:helix", "https://helix.example", "9521002000004", "9521002", resolver_url="https://id.helix.example/r")
ME = system_actor("p")


def gtin(article: int) -> str:
    code = f"09521002{article:05}"
    return code + gs1.check_digit(code)


def codes(png: bytes) -> dict[str, str]:
    return {found.symbology_identifier: found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))}


def png_of(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("lot", "serial", "name", "quantity"),
    [
        ("", "", "Gear set", None),
        ("PO-00001/2", "", "Gear set 20CrMnTi", 20),
        ("", "A-1", "", 1),
        ("L1", "S/1%<>&", "A name that is a good deal too long for one line and even for two lines of a small label", 0.5),
        ("12345678901234567890", "ABCDEFGHIJKLMNOPQRST", "Everything as long as may be", 123456),
    ],
)
async def test_label_reads_back(tmp_path: Path, lot: str, serial: str, name: str, quantity: float | None) -> None:
    """Tests that both codes of a label decode, in GS1 mode where it is one, to the identity that went in."""
    async with make_store(tmp_path) as store:
        png = await LabelService(store, Rights(HELIX), store.clock).label(ME, gtin(1), lot, serial, name, quantity)
    found = codes(png)
    assert set(found) == {"]Q1", "]d2"}
    expected = gs1.sgtin(gtin(1), serial) if serial else gs1.lgtin(gtin(1), lot) if lot else gs1.gtin(gtin(1))
    assert found["]Q1"].startswith("https://id.helix.example/r/01/")
    assert gs1.canonical(found["]Q1"]) == expected
    assert found["]d2"] == f"(01){gtin(1)}" + (f"(10){lot}" if lot else "") + (f"(21){serial}" if serial else "")
    key = gs1.read_elements(found["]d2"])
    assert dict(key.qualifiers) == {ai: value for ai, value in (("10", lot), ("21", serial)) if value}
    picture = Image.open(io.BytesIO(png))
    assert (picture.size, picture.mode) == ((800, 480), "1")
    assert round(picture.info["dpi"][0]) == 203


async def test_unit_label(tmp_path: Path) -> None:
    """Tests that the label of a logistic unit bears its SSCC as GS1-128 and as a link."""
    number = gs1.sscc_number("9521002", 7)
    async with make_store(tmp_path) as store:
        png = await LabelService(store, Rights(HELIX), store.clock).sscc(ME, number, "helix to meridian", 120)
    assert codes(png) == {"]Q1": f"https://id.helix.example/r/00/{number}", "]C1": f"(00){number}"}


@pytest.mark.parametrize("serial", ["", "A-1"])
async def test_forms_say_the_same(tmp_path: Path, serial: str) -> None:
    """Tests that the page is as large as the label and that page and printer's dots read back as the picture does."""
    async with make_store(tmp_path) as store:
        service = LabelService(store, Rights(HELIX), store.clock)
        png, pdf, zpl = [await service.label(ME, gtin(1), "L1", serial, "Gear", 3, form) for form in ("png", "pdf", "zpl")]
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        assert [round(side / 72 * 25.4) for side in page.get_size()] == [100, 60]
        assert codes(png_of(page.render(scale=203 / 72).to_pil())) == codes(png)
    found = re.fullmatch(rb"\^XA\^PW800\^LL480\^FO0,0\^GFA,48000,48000,100,([0-9A-F]{96000})\^FS\^XZ\n", zpl)
    assert found is not None
    dots = Image.frombytes("1", (800, 480), bytes(255 - byte for byte in bytes.fromhex(found[1].decode())))
    assert dots.tobytes() == Image.open(io.BytesIO(png)).convert("1").tobytes()


async def test_printer(tmp_path: Path) -> None:
    """Tests that a printer is sent every copy, that printing is noted, and that one that is away or not set is said so."""
    got = bytearray()
    ended = asyncio.Event()

    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.extend(await reader.read(-1))
        writer.close()
        ended.set()

    server = await asyncio.start_server(taken, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with make_store(tmp_path) as store:
        service = LabelService(store, Rights(HELIX), store.clock, address)
        wanted = LabelRequest(name="Pallet", sscc=gs1.sscc_number("9521002", 7))
        printed = await service.send(ME, wanted, 2)
        await ended.wait()
        assert (got.count(b"^XA"), got.count(b"^XZ")) == (2, 2)
        server.close()
        await server.wait_closed()
        for printer, code in ((address, "printer-unreachable"), ("", "no-printer"), ("host:port", "no-printer")):
            with pytest.raises(Problem) as refusal:
                await LabelService(store, Rights(HELIX), store.clock, printer).send(ME, wanted, 1)
            assert refusal.value.code == code
        assert [decode(fact) for fact in await store.facts()] == [printed]


async def test_made_once(tmp_path: Path) -> None:
    """Tests that making a label is noted with the picture's hash, the same label once; looking at one is not noted."""
    async with make_store(tmp_path) as store:
        service = LabelService(store, Rights(HELIX), store.clock)
        png = await service.label(ME, gtin(1), "L1", "A-1", "Gear", 1)
        assert await service.label(ME, gtin(1), "L1", "A-1", "Gear", 1) == png
        assert codes(await service.show(ME, f"01/{gtin(1)}/21/A%2F1", "Gear"))["]Q1"].endswith("/21/A%2F1")
        facts = await store.facts()
        assert [decode(fact) for fact in facts] == [LabelMade(gs1.sgtin(gtin(1), "A-1"), "Gear", "1", hashlib.sha256(png).hexdigest())]


@pytest.mark.parametrize(
    "path",
    [
        "01/09521002000018/21/A",
        f"01/{gtin(1)}/21/{'A' * 21}",
        f"01/{gtin(1)}/21/A/10/L",
        f"01/{gtin(1)}/21",
        "414/9521002000004",
        "00/123",
        "nothing",
        "",
    ],
)
async def test_bad_identity(tmp_path: Path, path: str) -> None:
    """Tests that an identity that breaks the rules of GS1 gets no label."""
    async with make_store(tmp_path) as store:
        with pytest.raises(Problem) as refusal:
            await LabelService(store, Rights(HELIX), store.clock).show(ME, path)
        assert refusal.value.code == "gs1-key"
        assert await store.facts() == []


async def test_who_may(tmp_path: Path) -> None:
    """Tests that a label is made for those who may only."""
    async with make_store(tmp_path) as store:
        service = LabelService(store, Rights(HELIX), store.clock)
        for call in (service.label(ANONYMOUS, gtin(1)), service.sscc(ANONYMOUS, "1"), service.show(ANONYMOUS, f"01/{gtin(1)}")):
            with pytest.raises(Problem) as refusal:
                await call
            assert refusal.value.code == "forbidden"


async def test_unreadable_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a label whose code is damaged is refused instead of printed."""
    _, label = rules.article_label(HELIX, gtin(1), "", "A-1", "Gear", 1)
    finished = drawing.picture(label)
    finished.paste(255, (600, 100, 720, 300))
    monkeypatch.setattr(drawing, "picture", lambda _: finished)
    with pytest.raises(Problem) as refusal:
        drawing.draw(label)
    assert refusal.value.code == "label-unreadable"


def test_text_that_cannot_be_drawn() -> None:
    """Tests that characters no font has are refused, not printed as boxes."""
    _, label = rules.article_label(HELIX, gtin(1), "", "A-1", "Gear \U000e1234", 1)
    with pytest.raises(Problem) as refusal:
        drawing.draw(label)
    assert refusal.value.code == "label-text"


def test_quiet_zones_are_free() -> None:
    """Tests that no ink stands within four modules of the QR code, one of the DataMatrix."""
    for serial in ("A-1", "ABCDEFGHIJKLMNOPQRST"):
        _, label = rules.article_label(HELIX, gtin(1), "12345678901234567890", serial, "A rather long name of a rather small gear", 1)
        picture = drawing.picture(label).convert("L")
        for found in zxingcpp.read_barcodes(picture):
            corners = [found.position.top_left, found.position.top_right, found.position.bottom_left, found.position.bottom_right]
            left, right = min(corner.x for corner in corners), max(corner.x for corner in corners) + 1
            top, bottom = min(corner.y for corner in corners), max(corner.y for corner in corners) + 1
            free = 27 if found.symbology_identifier == "]Q1" else 6
            around = (left - free, top - free, right + free, bottom + free)
            assert min(around[:2]) >= 0
            assert around[2] <= 800
            frame = picture.crop(around)
            frame.paste(255, (left - 3 - around[0], top - 3 - around[1], right + 3 - around[0], bottom + 3 - around[1]))
            assert frame.getextrema() == (255, 255), (serial, found.symbology_identifier)


async def test_what_the_codes_say(tmp_path: Path) -> None:
    """Tests that a label is told with what its codes were read as, for pieces and for logistic units, and only to who may see labels."""
    async with make_store(tmp_path) as store:
        service = LabelService(store, Rights(HELIX), store.clock, "printer.example")
        found = await service.read(ME, f"01/{gtin(1)}/21/A1", "Gear set", 2)
        assert (found.symbol, found.elements, found.link) == ("GS1 DataMatrix", f"(01){gtin(1)}(21)A1", f"https://id.helix.example/r/01/{gtin(1)}/21/A1")
        assert (found.path, found.query, found.printer) == (f"01/{gtin(1)}/21/A1", "name=Gear+set&quantity=2", "printer.example")
        assert (await service.read(ME, "00/195210020000000013")).symbol == "GS1-128"
        with pytest.raises(Problem):
            await service.read(ANONYMOUS, f"01/{gtin(1)}")
