"""The passport of an article, lot or piece as a guest sees it: what its link opens, receipt, reports, and documents that belong to it."""

from collections.abc import Sequence

import msgspec

from plait.circulation.passport.service import PassportService
from plait.kernel.actor import Actor
from plait.kernel.clock import parse_iso
from plait.kernel.problems import NOT_FOUND, Problem
from plait.kernel.texts import Texts
from plait.manufacturing.vocabulary import name_of
from plait.sharing.guest.model import Act, Deed, Field, Form, GuestFile, Link, NewLink, Row, Shown
from plait.sharing.guest.rules import NOT_NOW, person
from plait.sharing.guest.things.order import confirmed, first

__all__ = ["PassportThing"]

FILE = "passport.json"
SAID = {"received": "confirmed receipt", "problem": "reported a problem", "upload": "sent a document"}
SHOWN_EVENTS = 60


class PassportThing:
    """One passport, in the tier of its link: what is public, or what a person with a legitimate interest may see (materials, whole history)."""

    def __init__(self, passports: PassportService) -> None:
        self.passports = passports

    async def language(self, actor: Actor, new: NewLink) -> str:
        """As ``Thing.language``; raise ``gs1-key``, or ``not-found`` for a lot or piece of which nothing is known."""
        seen = await self.passports.view(new.id.strip(), everything=new.tier == "interest")
        if not seen["known"]:
            raise Problem(NOT_FOUND, f"nothing is known of {seen['uri']}")
        return ""

    async def show(self, actor: Actor, link: Link, acts: Sequence[Act], say: Texts) -> Shown:
        """As ``Thing.show``."""
        seen = await self.passports.view(link.thing, everything=link.tier == "interest")
        identity = (*((say(label), value) for label, value in seen["identity"]), (say("Its name anywhere"), seen["uri"]))
        facts = tuple((say(label), _words(label, value, say)) for label, value in seen["facts"])
        happened = tuple(Row(say(each["said"]), ((say("When"), say.moment(parse_iso(each["at"]))),)) for each in seen["events"][-SHOWN_EVENTS:])
        received = first(acts)
        note = say("Shown is what everybody may see.")
        if link.tier == "interest":
            note = say("Shown is also what a person with a legitimate interest may see: materials and the whole history. Please keep it to yourself.")
        forms = (*((_received(say),) if received is None else ()), _problem(say), _document(say))
        rows = (Row(say("Which one it is"), identity), Row(say("What it is"), facts), *happened)
        rows = tuple(row for row in rows if row.pairs)
        about = {"item": say("This is the page of one piece."), "batch": say("This is the page of one lot."), "model": say("This is the page of the article.")}
        state = confirmed(link, received, say) if received else about[seen["granularity"]]
        return Shown(
            say("Passport: {name}", name=seen["name"]),
            "",
            state,
            "good" if received else "",
            rows,
            notes=(note,),
            forms=forms,
            version=link.tier,
            files=(FILE,),
            answered=received is not None,
        )

    async def act(self, actor: Actor, link: Link, deed: Deed) -> str:
        """As ``Thing.act``."""
        await self.passports.view(link.thing)
        return SAID.get(deed.act, deed.act)

    async def paper(self, actor: Actor, link: Link) -> bytes:
        """As ``Thing.paper``."""
        del actor
        raise Problem(NOT_NOW, f"there is no paper of {link.thing}")

    async def file(self, actor: Actor, link: Link, place: int) -> GuestFile:
        """As ``Thing.file``: the passport as data, in the tier of the link."""
        if place != 1:
            raise Problem(NOT_NOW, f"there is no file {place} of {link.thing}")
        passport = await self.passports.opened(link.thing, everything=link.tier == "interest")
        return GuestFile(FILE, msgspec.json.format(msgspec.json.encode(passport), indent=2))


def _words(label: str, value: str, say: Texts) -> str:
    if label in ("Process", "Material"):
        return say(name_of(value))
    return say.moment(parse_iso(value)) if label == "Made at" else value


def _received(say: Texts) -> Form:
    fields = (Field("note", say("Anything you want to tell us"), "long", most=2000), person(say))
    return Form("received", say("Confirm receipt"), say("It has come"), fields, once=True, post=False, main=True)


def _problem(say: Texts) -> Form:
    fields = (Field("text", say("What is wrong?"), "long", needed=True, most=4000), Field("files", say("Photos"), "files"))
    return Form("problem", say("Report a problem"), say("Send"), fields)


def _document(say: Texts) -> Form:
    fields = (Field("files", say("Certificates, reports, pictures"), "files", needed=True), Field("text", say("What is it?"), most=300))
    return Form("upload", say("Send a document that belongs to it"), say("Send"), fields)
