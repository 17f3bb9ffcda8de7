"""Codes read from a photo, for browsers that give no camera: on the way to the search, nothing is kept."""

import asyncio
import io

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from plait.kernel.problems import CONFLICT, INVALID, TOO_LARGE, Problem
from plait.web.reply import problem_response

__all__ = ["decode"]

LARGEST = 12_000_000
PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


async def decode(request: Request) -> Response:
    """Return the texts of the codes in the picture that was sent, as JSON."""
    try:
        if request.method != "POST" or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Problem(CONFLICT, "A picture is posted by a page of this node.")
        picture = bytearray()
        async for chunk in request.stream():
            picture += chunk
            if len(picture) > LARGEST:
                raise Problem(TOO_LARGE, f"The picture is larger than {LARGEST // 1_000_000} MB.")
        return JSONResponse(await asyncio.to_thread(_read, bytes(picture)))
    except Problem as problem:
        return problem_response(problem)


def _read(content: bytes) -> list[str]:
    from PIL import Image, UnidentifiedImageError

    from plait.labour.studio.codes import read_codes

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS:
                raise Problem(TOO_LARGE, "The picture has more than 50 million points.")
            picture.draft("L", (2000, 2000))
            plain = picture.convert("L")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise Problem(INVALID, "This is no picture that can be read (JPEG, PNG, WebP).") from error
    return list(read_codes(plain).values())
