"""What the pages of guests show and take: a link's code in, words in the guest's language out."""

import secrets
from typing import Any

import msgspec

from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.public.asking import SUFFIXES, file_errors, tidy
from plait.public.logo import braid_svg
from plait.public.model import AskedFile
from plait.public.rules import language_of_page
from plait.public.service import TONGUES
from plait.public.spam import Guesses
from plait.sharing.guest.model import Act, Deed, GuestFile, Link, Shown
from plait.sharing.guest.rules import ANSWERED, CHANGED, GONE, WRONG
from plait.sharing.guest.service import GuestService

__all__ = ["GuestPages"]

HIDDEN = ("act", "version", "ticket")
TROUBLE = {
    CHANGED: "It has changed since you opened this page. Please look at what stands here now.",
    ANSWERED: "It was answered before, in another way. Please look at what stands here now.",
}
SAID = {
    "accept": "Your order is entered.",
    "reject": "Your answer is entered.",
    "received": "Your confirmation is entered.",
    "quote": "Your quotation is here.",
    "decline": "Your answer is entered.",
    "confirm": "Your confirmation is entered.",
    "refuse": "Your answer is entered.",
}


class GuestPages:
    """Pages of guests; ``guesses`` counts wrong codes by address."""

    def __init__(self, guests: GuestService) -> None:
        self.guests = guests
        self.guesses = self.guarding()

    guarding = Guesses
    """What counts wrong codes; tests give it a clock of their own."""

    async def enter(self, code: str, address: str) -> Link:
        """Return the link of a code; raise ``guest-link`` for a wrong one, which counts, or ``rate-limited``."""
        self.guesses.check(address)
        try:
            return await self.guests.enter(code)
        except Problem as problem:
            if problem.code == GONE:
                self.guesses.wrong(address)
            raise

    async def page(self, link: Link, deed: Deed | None = None, wrong: dict[str, str] | None = None, trouble: str = "", done: str = "") -> dict[str, Any]:
        """Return what the page shows: the thing, what was done, the forms (``deed`` and ``wrong``: what was typed, and what of it cannot be taken)."""
        say = self.guests.say(link)
        shown = await self.guests.show(link)
        acts = await self.guests.done(link)
        return {
            "firm": self.guests.guard.firm(),
            "braid": braid_svg(),
            "say": say,
            "tongues": TONGUES,
            "link": link,
            "shown": shown,
            "until": say.moment(link.expires),
            "acts": [self._told(each, say) for each in acts],
            "ticket": secrets.token_urlsafe(12),
            "deed": deed or Deed(""),
            "wrong": wrong or {},
            "trouble": trouble,
            "done": done,
            "suffixes": ",".join(sorted(SUFFIXES)),
        }

    def _told(self, act: Act, say: Texts) -> dict[str, Any]:
        said = [act.values[name] for name in ("reference", "text", "note") if act.values.get(name)]
        files = [each.name for each in act.files]
        return {"when": say.moment(act.at), "at": act.at.isoformat(), "what": say(WORDS.get(act.act, act.act)), "said": said, "files": files}

    def gone(self, asked: str, wanted: str) -> dict[str, Any]:
        """Return what is shown for a code that opens nothing, in the language ``asked`` for, else the browser's (``wanted``: Accept-Language)."""
        return {"firm": self.guests.guard.firm(), "braid": braid_svg(), "say": Texts(language_of_page(asked, wanted)), "tongues": TONGUES}

    async def act(self, link: Link, texts: dict[str, str], files: tuple[AskedFile, ...]) -> dict[str, Any]:
        """Do what a guest has sent; return the page afterwards. Raise ``guest-form`` with the page to be shown again (``page``), or as ``GuestService.act``."""
        long = {"text": "note", "note": "note"}
        values = {name: tidy(long.get(name, name), value) for name, value in texts.items() if name not in HIDDEN}
        act, version, ticket = (tidy(name, texts.get(name, ""))[:80] for name in HIDDEN)
        deed = Deed(act, version, ticket or secrets.token_urlsafe(12), values, tuple(GuestFile(file.name, file.content) for file in files))
        say = self.guests.say(link)
        if words := file_errors(files, say):
            raise Problem(WRONG, words, page=await self.page(link, deed, {"files": words}))
        try:
            done = await self.guests.act(link, deed)
        except Problem as problem:
            wrong = problem.extra.get("wrong", {})
            trouble = "" if wrong else say(TROUBLE.get(problem.code, "This could not be done here. Please write to us or telephone."))
            raise Problem(problem.code, problem.detail, page=await self.page(link, deed, wrong, trouble)) from problem
        return await self.page(await self._again(link), done=say(SAID.get(done.act, "It is here. Thank you.")))

    async def _again(self, link: Link) -> Link:
        return msgspec.structs.replace(await self.guests.link(self.guests.me(link), link.id), language=link.language)

    async def history(self, link: Link) -> str:
        """Return what the guest did by this link, signed by the firm (compact JWS)."""
        return (await self.guests.history(self.guests.me(link), id=link.id)).jws

    async def paper(self, link: Link) -> tuple[str, bytes]:
        """Return name and content of the PDF that goes with the thing; raise ``guest-not-open``."""
        shown: Shown = await self.guests.show(link)
        return shown.paper or "paper.pdf", await self.guests.paper(link)


WORDS = {
    "accept": "Accepted",
    "reject": "Rejected",
    "ask": "Asked",
    "received": "Receipt confirmed",
    "problem": "Problem reported",
    "damage": "Damage reported",
    "upload": "Sent",
    "quote": "Quoted",
    "decline": "Declined",
    "confirm": "Order confirmed",
    "refuse": "Order refused",
    "other": "Another quantity asked for",
}
