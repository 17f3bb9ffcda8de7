"""What a guest may see and do, one file a kind of thing."""

from collections.abc import Sequence
from typing import Protocol

from plait.kernel.actor import Actor
from plait.kernel.texts import Texts
from plait.sharing.guest.model import Act, Deed, GuestFile, Link, NewLink, Shown

__all__ = ["Thing"]


class Thing(Protocol):
    """A kind of thing that a link may be for. ``actor`` is the node itself in the name of the link: a guest has no rights of its own."""

    async def language(self, actor: Actor, new: NewLink) -> str:
        """Return the language of this thing's papers ("": not known); raise its own refusal, or ``guest-not-open``, when no link can be made for it."""
        ...

    async def show(self, actor: Actor, link: Link, acts: Sequence[Act], say: Texts) -> Shown:
        """Return what the guest sees and may do, after what was done already by this link and by others for the same thing."""
        ...

    async def act(self, actor: Actor, link: Link, deed: Deed) -> str:
        """Do what the guest asks for, once; return in words (English) what was done. Raise ``guest-answered`` when somebody else was first."""
        ...

    async def paper(self, actor: Actor, link: Link) -> bytes:
        """Return the PDF that goes with the thing; raise ``guest-not-open`` when there is none."""
        ...

    async def file(self, actor: Actor, link: Link, place: int) -> GuestFile:
        """Return one of the files shown, counted from 1; raise ``guest-not-open`` when there is none."""
        ...
