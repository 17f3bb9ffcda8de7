"""Photos from a telephone: looked at as pictures, kept byte for byte."""

import asyncio
import io
from typing import Any

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.line.floor.model import BAD_PHOTO

__all__ = ["Picture", "looked_at"]

FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PIXELS = 80_000_000


class Picture(msgspec.Struct, frozen=True):
    """What a photo is: media type, width and height in pixels."""

    media: str
    width: int
    height: int


async def looked_at(content: bytes, megabytes: float) -> Picture:
    """Return what a photo is; raise ``photo`` for one that is too large, no picture, damaged, or of another kind."""
    if len(content) > megabytes * 1_000_000:
        raise Problem(BAD_PHOTO, f"It has {len(content) / 1e6:.1f} MB; {megabytes:g} are the most.")
    return await asyncio.to_thread(_look, content)


def _look(content: bytes) -> Picture:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as picture:
            width, height = picture.size
            if width * height > PIXELS:
                raise Problem(BAD_PHOTO, f"It has {width} by {height} dots.")
            found = Picture(FORMATS[str(picture.format)], width, height)
            _whole(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Problem(BAD_PHOTO, "It is no picture, or is damaged.") from error
    return found


def _whole(picture: Any) -> None:
    """Decode the picture, a JPEG at an eighth of its size: what stops in the middle is damaged."""
    picture.draft("L", (picture.width // 8, picture.height // 8))
    picture.load()
