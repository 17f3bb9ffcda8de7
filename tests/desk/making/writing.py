"""Writers of real files: spreadsheets, mails, pages."""

import io
import zipfile
from base64 import encodebytes
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import typst
import xlsxwriter

__all__ = ["BOLD", "F", "N", "compound", "d", "glyph_pdf", "mail", "ods", "typst_pdf", "workbook", "zipped"]

BOLD: dict[str, Any] = {"bold": True}


class N(NamedTuple):
    """A cell with a number format."""

    value: Any
    style: str


class F(NamedTuple):
    """A cell with a formula and its kept result."""

    formula: str
    value: Any
    style: str = ""


def d(text: str) -> date:
    """Return a day from its ISO form."""
    return date.fromisoformat(text)


def _put(book: Any, sheet: Any, row: int, column: int, cell: Any) -> None:
    style = ""
    if isinstance(cell, F):
        sheet.write_formula(row, column, cell.formula, book.add_format({"num_format": cell.style}) if cell.style else None, cell.value)
        return
    if isinstance(cell, N):
        cell, style = cell.value, cell.style
    if isinstance(cell, (date, datetime)):
        style = style or ("dd.mm.yyyy hh:mm" if isinstance(cell, datetime) else "dd.mm.yyyy")
        sheet.write_datetime(row, column, cell, book.add_format({"num_format": style}))
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write(row, column, cell, book.add_format({"num_format": style}) if style else None)


def workbook(*sheets: dict[str, Any]) -> bytes:
    """Return an Excel file. A sheet: ``name``, ``rows``, ``merged`` (ranges), ``hidden`` (columns), ``left`` and ``top`` (blank ones before)."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 3, 2)})
    for number, each in enumerate(sheets, 1):
        sheet = book.add_worksheet(each.get("name", f"Sheet{number}"))
        for span in each.get("merged", ()):
            sheet.merge_range(span, "")
        for row, cells in enumerate(each["rows"], each.get("top", 0)):
            for column, cell in enumerate(cells, each.get("left", 0)):
                _put(book, sheet, row, column, cell)
        for span in each.get("hidden", ()):
            sheet.set_column(span, None, None, {"hidden": True})
    book.close()
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _ods_cell(cell: Any) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"><text:p>{cell:%d.%m.%Y}</text:p></table:table-cell>'
    if isinstance(cell, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def ods(name: str, rows: Sequence[Sequence[Any]]) -> bytes:
    """Return an OpenDocument spreadsheet of one sheet."""
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    lines = "".join(f"<table:table-row>{''.join(_ods_cell(cell) for cell in row)}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.3"><office:body><office:spreadsheet>'
        f'<table:table table:name="{escape(name)}">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entry = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="1.3">{entry.format("/", kind)}{entry.format("content.xml", "text/xml")}</manifest:manifest>'
    )
    return zipped({"mimetype": kind.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()})


def mail(head: str, *parts: tuple[str, bytes], encoding: str = "base64") -> bytes:
    """Return an e-mail: ``head`` lines, then each part (its header lines, its content) in ``encoding``; one part alone stands bare."""
    lines = head.strip().replace("\n", "\r\n").encode("ascii") + b"\r\nMIME-Version: 1.0\r\n"

    def body(header: str, content: bytes) -> bytes:
        coded = encodebytes(content) if encoding == "base64" else content
        top = f"{header.strip()}\nContent-Transfer-Encoding: {encoding}\n\n".encode("ascii")
        return (top + coded).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    if len(parts) == 1:
        return lines + body(*parts[0])
    mark = f"=_part_{len(head):04x}"
    lines += f'Content-Type: multipart/mixed; boundary="{mark}"\r\n\r\n'.encode()
    for part in parts:
        lines += f"--{mark}\r\n".encode() + body(*part) + b"\r\n"
    return lines + f"--{mark}--\r\n".encode()


def typst_pdf(source: str) -> bytes:
    """Return the PDF that typst sets from its source."""
    head = '#set document(date: datetime(year: 2026, month: 3, day: 2))\n#set text(font: "Libertinus Serif", size: 10pt)\n'
    return bytes(typst.compile((head + source).encode("utf-8"), format="pdf"))


def glyph_pdf(lines: Sequence[tuple[float, float, float, str]]) -> bytes:
    """Return a one-page PDF of text (left, bottom, size, words) in a font of its own whose signs are plain boxes, with what each stands for."""
    signs = sorted({sign for *_, words in lines for sign in words})
    code = {sign: number for number, sign in enumerate(signs, 1)}
    wide = [500 if sign.isascii() else 1000 for sign in signs]
    stream = "\n".join(f"BT /F1 {size} Tf {x} {y} Td <{''.join(f'{code[sign]:02x}' for sign in words)}> Tj ET" for x, y, size, words in lines)
    known = "\n".join(f"<{code[sign]:02x}> <{sign.encode('utf-16-be').hex()}>" for sign in signs)
    unicode = (
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap /CMapName/U def /CMapType 2 def 1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(signs)} beginbfchar\n{known}\nendbfchar endcmap end end"
    )
    glyphs = [f"{width} 0 0 0 {width} 700 d1 50 0 {width - 100} 650 re f" for width in wide]
    names = " ".join(f"/g{number}" for number in range(1, len(signs) + 1))
    procedures = "".join(f"/g{number} {number + 6} 0 R" for number in range(1, len(signs) + 1))
    return pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 1/LastChar {len(signs)}/Widths[{' '.join(map(str, wide))}]"
        f"/Encoding<</Type/Encoding/Differences[1 {names}]>>/CharProcs<<{procedures}>>/ToUnicode 6 0 R/Resources<<>>>>",
        f"<</Length {len(unicode)}>>stream\n{unicode}\nendstream",
        *(f"<</Length {len(glyph)}>>stream\n{glyph}\nendstream" for glyph in glyphs),
    )


def pdf(*objects: str, trailer: str = "") -> bytes:
    """Return a PDF of numbered objects, the first its catalogue."""
    out = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    return out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode("latin-1")


def compound(streams: dict[str, bytes]) -> bytes:
    """Return an OLE compound file (512-byte sectors) of named streams, as Office wraps a workbook with a password."""
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fat = [fat_mark, end]
    body = b""
    entries = [("Root Entry", 5, end, 0)]
    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")
        padded += b"\0" * (-len(padded) % 512)
        count, first = len(padded) // 512, len(fat)
        fat += [*range(first + 1, first + count), end]
        body += padded
        entries.append((name, 2, first, len(padded)))
    assert len(fat) <= 128
    assert len(entries) <= 4
    table = b"".join(value.to_bytes(4, "little") for value in [*fat, *[free] * (128 - len(fat))])
    directory = b""
    for number, (name, kind, first, size) in enumerate(entries):
        raw = name.encode("utf-16-le") + b"\0\0"
        right = number + 1 if 0 < number < len(entries) - 1 else free
        child = 1 if number == 0 else free
        entry = raw.ljust(64, b"\0") + len(raw).to_bytes(2, "little") + bytes([kind, 1])
        entry += free.to_bytes(4, "little") + right.to_bytes(4, "little") + child.to_bytes(4, "little") + b"\0" * 36
        directory += entry + first.to_bytes(4, "little") + size.to_bytes(8, "little")
    directory = directory.ljust(512, b"\0")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0" + b"\0" * 6 + b"\0" * 4
    numbers = [1, 1, 0, 4096, end, 0, end, 0, 0, *[free] * 108]
    return header + b"".join(value.to_bytes(4, "little") for value in numbers) + table + directory + body
