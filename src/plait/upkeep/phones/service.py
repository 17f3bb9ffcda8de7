"""The verbs of the way in for phones: allow, stop, say how it stands; and the job that keeps its certificate fresh."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Collection
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import structlog

from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.facts import decode
from plait.kernel.os import local_addresses
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.kernel.settings import Phones
from plait.kernel.texts import Texts
from plait.store import Store
from plait.upkeep.phones.certificate import FILE, Certificate, context, ensure
from plait.upkeep.phones.model import BAD_PLACE, CertificateMade, PhonesAllowed, PhonesStopped, PhonesView, PhonesWanted
from plait.web import App, Server, serve

__all__ = ["PhonesService"]

EVERYWHERE = "0.0.0.0"  # noqa: S104 - asked for by an administrator
PAUSE_S = 600.0
GRACE_S = 0.5

_log = structlog.get_logger("plait.phones")


class PhonesService:
    """``names`` are the host names under which the node answers; ``draw`` makes a QR code; the application is given to ``open``."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        folder: Path,
        settings: Phones,
        names: Callable[[], Collection[str]],
        draw: Callable[[str], str],
        connections: int,
    ) -> None:
        self.store = store
        self.guard = guard
        self._folder = folder / "phones"
        self._settings = settings
        self._names = names
        self._draw = draw
        self._connections = connections
        self._app: App | None = None
        self._wanted: PhonesAllowed | None = None
        self._server: Server | None = None
        self._tls: ssl.SSLContext | None = None
        self._certificate: Certificate | None = None
        self._why = ""
        self._changing = asyncio.Lock()

    async def open(self, app: App) -> None:
        """Serve ``app`` to phones if that was allowed before on this computer; where it cannot be, say so in the log and go on.

        The certificate goes into no backup: a folder without it was restored, and another network was never let in.
        """
        self._app = app
        last = await self.store.latest(("admin.phones_allowed", "admin.phones_stopped"))
        told = decode(last) if last is not None else None
        if not isinstance(told, PhonesAllowed):
            return
        if (self._folder / FILE).exists():
            self._wanted = told
            await self._try()
        else:
            _log.warning("phones were allowed on another computer; allow them again here")
            await self.store.write(system_actor(self.guard.firm().party_id, "phones"), lambda tx: tx.append("phones", PhonesStopped()) and None)

    def trouble(self) -> str:
        """Return why phones that are allowed cannot come, empty when nothing hinders them."""
        return self._why

    async def close(self) -> None:
        """Stop listening; what was allowed stays so for the next start."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.stop()

    async def run(self) -> None:
        """Look after the certificate and, where phones are allowed but cannot come, try again; every ten minutes."""
        while True:
            await SYSTEM.sleep(PAUSE_S)
            await self.look_after()

    async def look_after(self) -> None:
        """Renew the certificate when it ends soon or lacks an address this computer has now; begin to listen where that failed before."""
        async with self._changing:
            if self._server is not None:
                await self._certify()
            elif self._wanted is not None:
                await self._try()

    async def _try(self) -> None:
        assert self._wanted is not None
        try:
            self._server = await self._listen(self._wanted)
            self._why = ""
        except (Problem, OSError) as error:
            self._why = error.detail if isinstance(error, Problem) else str(error)
            _log.warning("phones are allowed but cannot come", address=self._wanted.address, port=self._wanted.port, why=self._why)

    async def _certify(self) -> ssl.SSLContext:
        """Return what TLS is spoken with, its certificate made anew where that is due."""
        here = await asyncio.to_thread(local_addresses)
        names = {"localhost", "127.0.0.1", *here, *(name for name in self._names() if name)}
        certificate, made = await asyncio.to_thread(ensure, self._folder, names, SYSTEM.now())
        if made:
            told = CertificateMade(certificate.fingerprint, sorted(certificate.names), certificate.until)
            node = system_actor(self.guard.firm().party_id, "phones")
            await self.store.write(node, lambda tx: tx.append("phones", told) and None)
        if made or self._tls is None:
            self._tls = context(certificate, self._tls)
        self._certificate = certificate
        return self._tls

    async def _listen(self, wanted: PhonesAllowed) -> Server:
        if self._app is None:
            raise Problem(CONFLICT, "The node is still starting.")
        return await serve(self._app.twin(), wanted.address, wanted.port, grace_s=GRACE_S, connections=self._connections, tls=await self._certify())

    # -- the verbs

    async def allow(self, actor: Actor, wanted: PhonesWanted, language: str = "en") -> PhonesView:
        """Let the network in, now and after each start; raise ``phones-address``, ``port-taken``."""
        self.guard.require(actor, "admin.phones")
        place = PhonesAllowed(wanted.address or self._settings.address or EVERYWHERE, wanted.port or self._settings.port)
        await asyncio.to_thread(_check, place.address)
        async with self._changing:
            if self._server is None or self._wanted != place:
                await self.close()
                try:
                    self._server = await self._listen(place)
                    await self.store.write(actor, lambda tx: tx.append("phones", place) and None)
                except BaseException:
                    await self.close()
                    if self._wanted is not None:
                        await self._try()
                    raise
                self._wanted, self._why = place, ""
        return await self.status(actor, language)

    async def stop(self, actor: Actor, language: str = "en") -> PhonesView:
        """Shut the network out now and for good; open connections end. Where nothing was allowed, nothing changes."""
        self.guard.require(actor, "admin.phones")
        async with self._changing:
            if self._wanted is not None:
                await self.store.write(actor, lambda tx: tx.append("phones", PhonesStopped()) and None)
                self._wanted, self._why = None, ""
            # A stop that came by the way that ends answers first.
            ending = asyncio.ensure_future(self.close())
            await asyncio.wait({ending}, timeout=0.05)
            ending.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await self.status(actor, language)

    async def status(self, actor: Actor, language: str = "en") -> PhonesView:
        """Return how it stands."""
        self.guard.require(actor, "admin.phones")
        here = list(await asyncio.to_thread(local_addresses))
        wanted, listening, known = self._wanted, self._server is not None, self._certificate
        urls = _urls(wanted.address, self._server.port, here, self._names()) if wanted is not None and self._server is not None else []
        return PhonesView(
            wanted is not None,
            listening,
            self._why,
            here,
            urls,
            known.fingerprint if known is not None and wanted is not None else "",
            known.until if known is not None and wanted is not None else None,
            self._words(urls, language),
            await asyncio.to_thread(self._draw, urls[0]) if urls else "",
        )

    async def address(self) -> str:
        """Return the first address by which phones come now, "" when they do not."""
        if self._wanted is None or self._server is None:
            return ""
        urls = _urls(self._wanted.address, self._server.port, list(await asyncio.to_thread(local_addresses)), self._names())
        return urls[0] if urls else ""

    def _words(self, urls: list[str], language: str) -> list[str]:
        """Say what it means that the network is let in, or shut out."""
        say = Texts(language)
        if not urls or self._certificate is None:
            return [say("Only this computer reaches the node. Phones and other computers do not.")]
        values: dict[str, Any] = {"url": urls[0], "fingerprint": self._certificate.fingerprint, "day": say.day(self._certificate.until)}
        return [
            say("Every phone and computer in the same network can open {url}: whoever is in the building's wireless network, too.", **values),
            say("Without signing in they see the firm's card, labels and guest links. For the rest they need a password, a badge or a token."),
            say(
                "The browser warns once: no authority vouches for this computer. Compare the fingerprint it shows, then go on: {fingerprint}",
                **values,
            ),
            say("The certificate is good until {day} and is renewed by itself before; then the browser asks again.", **values),
            say("Switch it off with `plait phones stop`; it is off at once, and stays off."),
        ]


def _check(address: str) -> None:
    """Raise ``phones-address`` for what is no address of this computer."""
    with contextlib.suppress(ValueError):
        given = ip_address(address)
        if given.is_unspecified or given.is_loopback or address in local_addresses():
            return
    raise Problem(BAD_PLACE, f"{address[:60]} is none of this computer's addresses: {', '.join(local_addresses()) or 'it has none'}.")


def _urls(address: str, port: int, here: list[str], names: Collection[str]) -> list[str]:
    """Return the addresses by which phones come: numbers first, which every phone finds, then the name that multicast DNS knows."""
    anywhere = ip_address(address).is_unspecified
    hosts = here if anywhere else [address]
    hosts = [*hosts, *(sorted(name for name in names if name.endswith(".local")) if anywhere else [])]
    return [f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}" for host in hosts or ["localhost"]]
