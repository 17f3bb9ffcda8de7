"""Drawing a label of 100 by 60 mm at 203 dpi (800 by 480 dots, black and white) and reading it back."""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

from plait.kernel.problems import Problem
from plait.labour.studio.codes import data_matrix, gs1_128, qr, read_codes
from plait.labour.studio.model import Form, Label
from plait.labour.studio.rules import NO_GLYPH, UNREADABLE

__all__ = ["SIZE", "cut", "draw", "fitted", "font_of", "picture"]

SIZE = (800, 480)
DPI = 203
MARGIN = 24
HEADER = 60
GAP = 12
TEXT_TOP = HEADER + 24
QUIET = 4
QR_ROOM = 270
QR_ROOM_ABOVE = 210
BARS = 100
ROWS_TOP = 164
ROW = 36
VALUE_LEFT = 140
SYMBOL_ROOM = 140
FONTS = ("DejaVuSans.ttf", "arial.ttf", "Arial.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc", "wqy-zenhei.ttc")
CJK = "manimgx_fonts_cjk"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
MISSING = "\U0010fffe"


@lru_cache(maxsize=64)
def _fonts(size: int) -> tuple[Font, ...]:
    found: list[Font] = [ImageFont.load_default(size)]
    for name in (*FONTS, *_own()):
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(found)


@lru_cache(maxsize=1)
def _own() -> tuple[str, ...]:
    """Return the font with Chinese characters that comes with plait, for computers that have none."""
    from importlib.util import find_spec

    spec = find_spec(CJK)
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    return tuple(str(file) for file in sorted(folder.glob("*.ttc"))) if folder is not None else ()


def _covers(font: Font, text: str) -> bool:
    blank = font.getmask(MISSING)
    drawn = {char: font.getmask(char) for char in set(text) if not char.isspace()}
    return all(mask.size != blank.size or bytes(mask) != bytes(blank) for mask in drawn.values())


def font_of(text: str, size: int) -> Font:
    """Return a font that has every character of ``text``; raise ``label-text``."""
    for font in _fonts(size):
        if _covers(font, text):
            return font
    raise Problem(NO_GLYPH, f"no font on this computer has all of {text!r}")


def fitted(text: str, width: int, sizes: Sequence[int]) -> Font:
    """Return the largest font of ``sizes`` in which ``text`` is at most ``width`` dots wide, else the smallest."""
    fonts = (font_of(text, size) for size in sizes)
    smallest: Font | None = None
    for font in fonts:
        smallest = font
        if font.getlength(text) <= width:
            return font
    assert smallest is not None
    return smallest


def cut(text: str, font: Font, width: int) -> str:
    """Return ``text``, shortened with three dots when it is wider than ``width``."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "...") > width:
        text = text[:-1]
    return text.rstrip() + "..."


def _wrapped(text: str, width: int) -> tuple[list[str], Font]:
    """Return ``text`` in one or two lines and the font for them."""
    one = fitted(text, width, (40, 36, 32))
    if one.getlength(text) <= width:
        return [text], one
    font = font_of(text, 28)
    words, first = text.split(), ""
    while words and font.getlength(f"{first} {words[0]}".strip()) <= width:
        first = f"{first} {words.pop(0)}".strip()
    if not first:
        return [cut(text, font, width)], font
    return [first, *([cut(" ".join(words), font, width)] if words else [])], font


def _header(canvas: ImageDraw.ImageDraw, label: Label) -> None:
    canvas.rectangle((0, 0, SIZE[0], HEADER), fill=0)
    title = font_of(label.title, 24)
    right = SIZE[0] - MARGIN - title.getlength(label.title)
    canvas.text((right, HEADER / 2), label.title, fill=255, font=title, anchor="lm")
    width = int(right - 2 * MARGIN)
    firm = fitted(label.firm, width, (32, 28, 24))
    canvas.text((MARGIN, HEADER / 2), cut(label.firm, firm, width), fill=255, font=firm, anchor="lm")


def _qr(base: Image.Image, canvas: ImageDraw.ImageDraw, link: str, room: int) -> int:
    """Draw the QR code at the right with its quiet zone free; return the left edge of its column."""
    modules = qr(link, 1).width
    scale = max(3, room // (modules + QUIET))
    code = qr(link, scale)
    quiet = QUIET * scale
    left, top = SIZE[0] - max(MARGIN, quiet) - code.width, HEADER + quiet + 1
    base.paste(code, (left, top))
    call, font = "Scan for origin and passport", font_of("", 17)
    below = top + code.height + quiet + 1
    canvas.text((min(left + code.width / 2, SIZE[0] - MARGIN - font.getlength(call) / 2), below), call, fill=0, font=font, anchor="mt")
    return left - quiet


def _rows(canvas: ImageDraw.ImageDraw, rows: Sequence[tuple[str, str]], width: int) -> None:
    """Draw the rows, what and value beside one another."""
    for number, (what, value) in enumerate(rows):
        middle, room = ROWS_TOP + ROW * number + ROW / 2, width - VALUE_LEFT
        font = fitted(value, room, (26, 22, 18))
        canvas.text((MARGIN, middle), what, fill=0, font=font_of(what, 19), anchor="lm")
        canvas.text((MARGIN + VALUE_LEFT, middle), cut(value, font, room), fill=0, font=font, anchor="lm")


def _matrix(base: Image.Image, canvas: ImageDraw.ImageDraw, elements: str) -> None:
    """Draw the GS1 DataMatrix at the bottom left and its text beside it, one line an application identifier."""
    modules = data_matrix(elements, 1).width
    code = data_matrix(elements, max(3, SYMBOL_ROOM // modules))
    top = SIZE[1] - MARGIN - code.height
    base.paste(code, (MARGIN, top))
    lines = [f"({part}" for part in elements.split("(") if part]
    font = font_of(elements, 22)
    middle = top + code.height / 2 - 30 * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        canvas.text((MARGIN + code.width + 2 * MARGIN, middle + 30 * number), line, fill=0, font=font, anchor="lm")


def _linear(base: Image.Image, canvas: ImageDraw.ImageDraw, elements: str) -> None:
    """Draw the GS1-128 at the bottom, its text under it."""
    scale = 4  # 0.50 mm: the General Specifications ask for at least 0.495 mm on logistic units
    flat = gs1_128(elements, scale)
    bars = flat.resize((flat.width, BARS), Image.Resampling.NEAREST)
    left = MARGIN + 10 * scale - MARGIN // 2
    top = SIZE[1] - MARGIN - 26 - bars.height
    base.paste(bars, (left, top))
    canvas.text((left + bars.width / 2, SIZE[1] - MARGIN), elements, fill=0, font=font_of(elements, 22), anchor="mb")


def picture(label: Label) -> Image.Image:
    """Return the label as a picture of black and white dots."""
    base = Image.new("L", SIZE, 255)
    canvas = ImageDraw.Draw(base)
    canvas.fontmode = "L"
    _header(canvas, label)
    right = _qr(base, canvas, label.link, QR_ROOM_ABOVE if label.linear else QR_ROOM)
    width = right - MARGIN - GAP
    lines, font = _wrapped(label.name, width)
    step = 46 if len(lines) == 1 else 36
    for number, line in enumerate(lines):
        canvas.text((MARGIN, TEXT_TOP + step * number), line, fill=0, font=font, anchor="lt", stroke_width=0.6)
    _rows(canvas, label.rows, width)
    if label.linear:
        _linear(base, canvas, label.elements)
    else:
        _matrix(base, canvas, label.elements)
    return base.point(lambda dot: 255 if dot > 140 else 0).convert("1", dither=Image.Dither.NONE)


def draw(label: Label, form: Form = "png") -> bytes:
    """Return the label as PNG, PDF or ZPL, read back before it leaves; raise ``label-unreadable`` when a code says something else."""
    finished = picture(label)
    codes = read_codes(finished.convert("L"))
    wanted = {"]Q1": label.link, "]C1" if label.linear else "]d2": label.elements}
    if codes != wanted:
        raise Problem(UNREADABLE, f"the codes read {codes}, they should read {wanted}")
    if form == "zpl":
        return _zpl(finished)
    buffer = io.BytesIO()
    if form == "pdf":
        finished.save(buffer, "PDF", resolution=DPI)
    else:
        finished.save(buffer, "PNG", dpi=(DPI, DPI), optimize=True)
    return buffer.getvalue()


def _zpl(dots: Image.Image) -> bytes:
    """Return the picture as one ZPL II format: a graphic field of hexadecimal digits, in which a printed dot is a 1 (ZPL II Programming Guide, ^GF)."""
    row = -(-dots.width // 8)
    bits = ImageChops.invert(dots.convert("L")).convert("1").tobytes()
    return b"^XA^PW%d^LL%d^FO0,0^GFA,%d,%d,%d,%s^FS^XZ\n" % (dots.width, dots.height, len(bits), len(bits), row, bits.hex().upper().encode())
