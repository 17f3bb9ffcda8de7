"""The verbs of papers: the letterhead, and letters as PDF."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem, register
from plait.kernel.texts import Texts
from plait.manufacturing.desk.papers import tables
from plait.manufacturing.desk.papers.commercial import Terms
from plait.manufacturing.desk.papers.model import Letter, Letterhead, LetterheadPut, Logo
from plait.manufacturing.desk.papers.typeset import typeset
from plait.store import Store, Tx

__all__ = ["LOGO_BYTES", "PaperService"]

BAD_LOGO = register("bad-logo", 422, "The logo cannot be printed", "Send a PNG or JPEG picture of at most 1 MB and 4000 pixels a side.")
LOGO_BYTES = 1_000_000
MOST_PIXELS = 4000


def _logo(content: bytes) -> Logo:
    """Return the picture, looked at; raise ``bad-logo``."""
    import io

    from PIL import Image, UnidentifiedImageError

    if len(content) > LOGO_BYTES:
        raise Problem(BAD_LOGO, f"it has {len(content)} bytes")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if max(picture.size) > MOST_PIXELS:
                raise Problem(BAD_LOGO, f"it measures {picture.size[0]} by {picture.size[1]} pixels")
            picture.load()
            return Logo("png" if picture.format == "PNG" else "jpeg", content)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Problem(BAD_LOGO, f"it is no PNG or JPEG that can be read: {error}") from error


def _drawn(logo: Logo) -> bytes:
    """Return a picture inside an SVG: files handed to the typesetter in memory have to be text."""
    import io
    from base64 import b64encode

    from PIL import Image

    with Image.open(io.BytesIO(logo.content), formats=("PNG", "JPEG")) as picture:
        width, height = picture.size
    link = f"data:image/{logo.kind};base64,{b64encode(logo.content).decode()}"
    size = f'width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}"><image {size} href="{link}"/></svg>'.encode()


class PaperService:
    """The firm's letterhead and the papers on it."""

    def __init__(self, store: Store, guard: Guard) -> None:
        self.store = store
        self.guard = guard

    async def terms(self, actor: Actor) -> Terms:
        """Return what every paper bears: the firm, its letterhead and logo."""
        scope = self.guard.scope(actor, "read", "desk.letterhead")
        kept = await self.store.read(lambda conn: tables.letterhead(conn, scope))
        return Terms(self.guard.firm(), kept.letterhead, kept.logo)

    async def letterhead(self, actor: Actor) -> Letterhead:
        """Return the letterhead; an empty one when none was entered. Only our own people see it."""
        self.guard.scope(actor, "read", "desk.letterhead").own("letterheads")
        return (await self.terms(actor)).letterhead

    async def put_letterhead(self, actor: Actor, letterhead: Letterhead, once: str | None = None) -> Letterhead:
        """Enter or change the letterhead; its logo stays."""
        self.guard.require(actor, "desk.write")

        def work(tx: Tx) -> None:
            kept = tables.letterhead(tx.conn, tables.ALL)
            if kept.letterhead != letterhead:
                _keep(tx, letterhead, kept.logo)

        await self.store.write(actor, work, once=once)
        return letterhead

    async def put_logo(self, actor: Actor, content: bytes) -> None:
        """Take a picture (PNG or JPEG) for the letterhead, none when ``content`` is empty; raise ``bad-logo``."""
        self.guard.require(actor, "desk.write")
        logo = await asyncio.to_thread(_logo, content) if content else None
        await self.store.write(actor, lambda tx: _keep(tx, tables.letterhead(tx.conn, tables.ALL).letterhead, logo))

    async def texts(self, actor: Actor, language: str = "") -> Texts:
        """Return the texts of ``language``, of the letterhead's own when it is empty, at the firm's place."""
        terms = await self.terms(actor)
        return Texts(language or terms.letterhead.language, terms.firm.zone)

    async def pdf(self, letter: Letter, terms: Terms, at: datetime, symbol: str = "", labels: Sequence[bytes] = ()) -> bytes:
        """Return a letter as PDF, dated ``at``; ``symbol`` is an SVG picture for it, ``labels`` PNG pictures for pages of their own.

        Raise ``paper-failed``.
        """
        letter = msgspec.structs.replace(letter, labels=tuple(f"label-{place}.svg" for place in range(len(labels))))
        pictures = {name: await asyncio.to_thread(_drawn, Logo("png", content)) for name, content in zip(letter.labels, labels, strict=True)}
        if terms.logo:
            pictures["logo.svg"] = await asyncio.to_thread(_drawn, terms.logo)
        if symbol:
            pictures["symbol.svg"] = symbol.encode()
        return await asyncio.to_thread(typeset, "letter", letter, at, pictures)


def _keep(tx: Tx, letterhead: Letterhead, logo: Logo | None) -> None:
    tables.put_letterhead(tx.conn, letterhead, logo)
    tx.append("desk/letterhead", LetterheadPut(letterhead, hashlib.sha256(logo.content).hexdigest() if logo else ""))
