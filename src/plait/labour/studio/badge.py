"""Drawing a badge in the size of a bank card (ISO/IEC 7810 ID-1: 85.60 by 53.98 mm) at 300 dpi, and reading its code back."""

import io
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

from plait.kernel.problems import Problem
from plait.labour.studio.codes import qr, read_codes, svg
from plait.labour.studio.label import cut, fitted, font_of
from plait.labour.studio.rules import UNREADABLE

__all__ = ["SIZE", "badge"]

SIZE = (1011, 638)
DPI = 300
MARGIN = 40
BAND = 92
CODE = 400
QUIET = 4
MM = (85.6, 53.98)


def _lines(number: str) -> list[str]:
    """Return the number in lines of eight signs."""
    groups = number.split()
    return [" ".join(groups[at : at + 2]) for at in range(0, len(groups), 2)]


def _picture(firm: str, name: str, url: str, number: str) -> Image.Image:
    base = Image.new("L", SIZE, 255)
    canvas = ImageDraw.Draw(base)
    canvas.rectangle((0, 0, SIZE[0], BAND), fill=0)
    top = fitted(firm, SIZE[0] - 2 * MARGIN, (46, 40, 34))
    canvas.text((MARGIN, BAND / 2), cut(firm, top, SIZE[0] - 2 * MARGIN), fill=255, font=top, anchor="lm")
    scale = CODE // (qr(url, 1).width + 2 * QUIET)
    code = qr(url, scale)
    left, high = SIZE[0] - MARGIN - code.width, BAND + (SIZE[1] - BAND - code.height) // 2
    base.paste(code, (left, high))
    room = left - QUIET * scale - MARGIN
    for line, words in enumerate(_wrapped(name, room)):
        canvas.text((MARGIN, BAND + 70 + 64 * line), words, fill=0, font=fitted(words, room, (54, 46, 40, 34)), anchor="lm", stroke_width=0.8)
    font = font_of(number, 34)
    for line, words in enumerate(reversed(_lines(number))):
        canvas.text((MARGIN, SIZE[1] - MARGIN - 46 * line), words, fill=0, font=font, anchor="ls")
    return base


def _wrapped(name: str, room: int) -> list[str]:
    """Return a name in at most two lines."""
    font = fitted(name, room, (54, 46, 40, 34))
    if font.getlength(name) <= room or " " not in name:
        return [cut(name, font, room)]
    words, first = name.split(), ""
    while words and font.getlength(f"{first} {words[0]}".strip()) <= room:
        first = f"{first} {words.pop(0)}".strip()
    return [cut(each, font, room) for each in (first, " ".join(words)) if each]


def badge(firm: str, name: str, url: str, number: str, form: str) -> bytes:
    """Return a badge as ``png``, ``pdf`` or ``svg`` (the port ``Badges``); raise ``label-unreadable`` when its code says something else, ``label-text``."""
    picture = _picture(firm, name, url, number)
    found = read_codes(picture)
    if found != {"]Q1": url}:
        raise Problem(UNREADABLE, f"the badge reads {found}")
    if form == "svg":
        return _svg(firm, name, url, number).encode()
    buffer = io.BytesIO()
    if form == "pdf":
        picture.save(buffer, "PDF", resolution=DPI)
    else:
        picture.save(buffer, "PNG", dpi=(DPI, DPI), optimize=True)
    return buffer.getvalue()


def _svg(firm: str, name: str, url: str, number: str) -> str:
    """Return the badge as SVG in millimetres; its code is drawn by the same writer."""
    code = svg("qr", url)
    code = code[code.index("<svg") :].replace("<svg", '<svg x="48" y="12.5" preserveAspectRatio="xMidYMid meet"', 1)
    code = _sized(code, 37)
    numbers = "".join(
        f'<text x="4" y="{35 + 4.5 * line}" font-size="3.6" font-family="monospace">{escape(words)}</text>' for line, words in enumerate(_lines(number))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{MM[0]}mm" height="{MM[1]}mm" viewBox="0 0 {MM[0]} {MM[1]}">'
        f'<rect width="{MM[0]}" height="{MM[1]}" fill="#fff"/><rect width="{MM[0]}" height="8"/>'
        f'<text x="4" y="5.6" font-size="4" fill="#fff" font-family="sans-serif">{escape(firm)}</text>'
        f'<text x="4" y="17" font-size="4.6" font-weight="600" font-family="sans-serif" {_squeezed(name)}>{escape(name)}</text>{numbers}{code}</svg>'
    )


def _squeezed(name: str) -> str:
    """Return what keeps a long name beside the code."""
    return 'textLength="43" lengthAdjust="spacingAndGlyphs"' if len(name) > 17 else ""


def _sized(code: str, size: int) -> str:
    """Return an SVG element in another size, its own measures kept as the view box."""
    import re

    head, _, rest = code.partition(">")
    width, height = (re.search(rf'\b{side}="([\d.]+)', head) for side in ("width", "height"))
    assert width is not None and height is not None
    box = "" if "viewBox" in head else f' viewBox="0 0 {width[1]} {height[1]}"'
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return f'{head} width="{size}" height="{size}"{box}>{rest}'
