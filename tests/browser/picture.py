"""Pictures of pages, held against blessed ones.

Two machines never draw the same pixels, even with the same typefaces: browsers and a port in an address differ. So a picture is compared
as one sees it from three metres: averaged over squares of 16 pixels, where a word more or less is a shade and a missing panel is a hole.
"""

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from tests.browser.typefaces import versions

__all__ = ["BLESSED", "SHARE", "TALLEST", "blessing", "differing", "hold", "small"]

BLESSED = Path(__file__).parent / "blessed"
SQUARE = 16
SHADE = 7
SHARE = 0.012
COLOURS = 48
TALLEST = 1800


@dataclass(frozen=True)
class Difference:
    """How far a picture is from the blessed one: the ``share`` of squares that look different, and ``why`` in words."""

    share: float
    why: str


def blessing() -> bool:
    """Tell whether this run makes the blessed pictures anew (PLAIT_BLESS=1)."""
    return os.environ.get("PLAIT_BLESS") == "1"


def small(png: bytes, colours: int = COLOURS) -> bytes:
    """Return a screenshot with few colours, cut at the length of two screens: a tenth of its size."""
    with Image.open(io.BytesIO(png)) as image:
        plain = image.convert("RGB")
        plain = plain.crop((0, 0, plain.width, min(plain.height, TALLEST)))
        out = io.BytesIO()
        plain.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _seen(image: Image.Image, height: int) -> Image.Image:
    """Return the picture on a ground of its own colour, as high as ``height``, one pixel a square."""
    plain = image.convert("RGB")
    ground = Image.new("RGB", (plain.width, height), plain.getpixel((plain.width - 1, plain.height - 1)))
    ground.paste(plain, (0, 0))
    return ground.resize((-(-plain.width // SQUARE), -(-height // SQUARE)), Image.Resampling.BOX)


def differing(shown: bytes, blessed: bytes) -> Difference:
    """Return how different two PNG pictures look."""
    with Image.open(io.BytesIO(shown)) as one, Image.open(io.BytesIO(blessed)) as other:
        if one.width != other.width:
            return Difference(1.0, f"{one.width} px wide, blessed {other.width}")
        height = max(one.height, other.height)
        gap = ImageChops.difference(_seen(one, height), _seen(other, height))
        bands = gap.split()
        most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
        marked = most.point(lambda value: 255 if value > SHADE else 0)
        share = marked.histogram()[255] / (marked.width * marked.height)
        box = marked.getbbox() or (0, 0, 0, 0)
    return Difference(share, f"{share:.1%} of it looks different, between {tuple(SQUARE * side for side in box)}")


def hold(name: str, shown: bytes, folder: Path, home: Path = BLESSED) -> str:
    """Hold a ``small`` screenshot against the blessed picture of that name in ``home``, or bless it; return what is wrong in words, empty when nothing is.

    What is wrong lies in ``folder`` afterwards. A picture that looks the same is left as it is, so that blessing again changes only what has changed.
    """
    file = home / f"{name}.png"
    if blessing():
        home.mkdir(parents=True, exist_ok=True)
        if not file.exists() or differing(shown, file.read_bytes()).share > 0:
            file.write_bytes(shown)
        (BLESSED / "fonts.json").write_text(json.dumps(versions(), indent=1, sort_keys=True) + "\n", "utf-8")
        return ""
    if not file.exists():
        return f"{name}: there is no blessed picture; look at the page, then `make pictures`"
    found = differing(shown, file.read_bytes())
    if found.share <= SHARE:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.png").write_bytes(shown)
    made_with = json.loads((BLESSED / "fonts.json").read_text("utf-8")) if (BLESSED / "fonts.json").exists() else {}
    here = versions()
    other = "" if made_with == here else f" (fonts differ: blessed with {made_with}, here {here})"
    return f"{name}: {found.why}; see {folder / name}.png{other}"
