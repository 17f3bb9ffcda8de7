"""What the operator pages show and take: a badge and a PIN in, jobs in the operator's language out."""

import asyncio
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from plait.identity.people.badges.model import Enter, OperatorView
from plait.identity.people.badges.service import BadgeService
from plait.kernel.actor import Actor
from plait.kernel.problems import LIMITED, UNAUTHENTICATED, Problem
from plait.kernel.texts import LANGUAGES, Texts, language_of
from plait.manufacturing.line.floor.model import BAD_PHOTO, NO_STATION, Act, Board, Note
from plait.manufacturing.line.floor.service import FloorService
from plait.public.operator.model import Choice, State
from plait.public.operator.words import NAMES, words_in
from plait.public.spam import Guesses
from plait.web.border import CROSS_SITE

__all__ = ["OperatorPages", "language_in"]

MARK = "op"
AT_ONCE = 2
PIXELS = 60_000_000


def language_in(headers: Mapping[str, str], asked: str = "") -> str:
    """Return the language for a page: the one asked for, else the first of the browser's that we speak."""
    wanted = (asked, *headers.get("accept-language", "").split(",")[:10])
    return next((found for each in wanted if (found := language_of(each.partition(";")[0]))), LANGUAGES[0])


class OperatorPages:
    """Pages of people at the machines; ``guesses`` counts badges that do not exist, by address."""

    def __init__(self, badges: BadgeService, floor: FloorService) -> None:
        self.badges = badges
        self.floor = floor
        self.guesses = self.guarding()
        self._reading = asyncio.Semaphore(AT_ONCE)

    guarding = Guesses
    """What counts wrong badges; tests give it a clock of their own."""

    def page(self, language: str) -> dict[str, Any]:
        """Return what the page shows before anybody has signed in: it is the same for everybody."""
        say = Texts(language)
        return {"firm": self.badges.guard.firm(), "say": say, "languages": NAMES, "words": words_in(say)}

    # -- who

    async def enter(self, asked: Enter, headers: Mapping[str, str], address: str) -> tuple[str, OperatorView]:
        """Sign in with badge and PIN; raise ``rate-limited`` for an address that guesses badges, else as ``BadgeService.enter``."""
        self.check_mark(headers)
        self.guesses.check(address)
        if not await self.badges.known(asked.badge):
            self.guesses.wrong(address)
        return await self.badges.enter(asked)

    def who(self, headers: Mapping[str, str], method: str) -> tuple[Actor, OperatorView]:
        """Return who is signed in; raise ``unauthenticated``, also when the page believes it is somebody else, or ``cross-site``."""
        if method != "GET":
            self.check_mark(headers)
        actor, view = self.badges.session(headers, method)
        if headers.get("x-person", actor.id) != actor.id:
            raise Problem(UNAUTHENTICATED, "Somebody else is signed in on this telephone.")
        return actor, view

    @staticmethod
    def check_mark(headers: Mapping[str, str]) -> None:
        """Raise ``cross-site`` for what our own script has not sent: another site's page cannot set this header without being asked first."""
        if headers.get("x-plait", "") != MARK:
            raise Problem(CROSS_SITE, "The header X-Plait is absent.")

    # -- what

    async def state(self, actor: Actor, view: OperatorView, station: str, language: str) -> State:
        """Return everything the page shows; a machine that is no more is none."""
        board: Board | None = None
        if station:
            try:
                board = await self.floor.board(actor, station)
            except Problem as problem:
                if problem.code != NO_STATION:
                    raise
        say = Texts(language)
        stop, scrap = self._choices(self.floor.stop_reasons, say), self._choices(self.floor.scrap_reasons, say)
        return State(view, await self.floor.stations(actor), stop, scrap, board)

    @staticmethod
    def _choices(reasons: tuple[str, ...], say: Texts) -> list[Choice]:
        return [(reason, _capital(say(reason))) for reason in reasons]

    async def choose(self, actor: Actor, station: str) -> Board:
        """Return the board of the machine somebody has chosen; raise ``no-such-station``."""
        return await self.floor.board(actor, station)

    async def act(self, actor: Actor, act: Act, once: str | None, sent: datetime | None) -> Board:
        """Do what was tapped, once."""
        return await self.floor.act(actor, act, once, sent)

    async def add_photo(self, actor: Actor, act: Act, content: bytes, once: str | None, sent: datetime | None) -> Note:
        """Keep a photo, once."""
        return await self.floor.add_photo(actor, act, content, once, sent)

    async def read(self, content: bytes, address: str) -> list[str]:
        """Return the texts of the codes in a picture of a badge; raise ``photo`` for what is no picture, ``rate-limited`` for too many of them."""
        self.guesses.check(address)
        if self._reading.locked():
            raise Problem(LIMITED, "Other pictures are being read.", retry_after=2)
        async with self._reading:
            texts = await asyncio.to_thread(_read, content)
        if not texts:
            self.guesses.wrong(address)
        return texts


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _read(content: bytes) -> list[str]:
    from PIL import Image, ImageOps

    from plait.labour.studio.codes import read_codes

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > PIXELS:
                raise Problem(BAD_PHOTO, f"It has {picture.width} by {picture.height} dots.")
            picture.draft("L", (1600, 1600))
            plain = ImageOps.exif_transpose(picture).convert("L")
        plain.thumbnail((1600, 1600))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Problem(BAD_PHOTO, "It is no picture, or is damaged.") from error
    return [text[:300] for text in read_codes(plain).values()]
