"""The verbs of transfers: give a partner its token, suspend, resume and end; and as consumer open a pull and wait for its start."""

import asyncio
import secrets
from collections import defaultdict

import msgspec
from msgspec import UNSET

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.kernel.facts import Fact, decode
from plait.kernel.ids import new_id, urn
from plait.kernel.ports import Guard
from plait.kernel.problems import FORBIDDEN, UNREACHABLE, Problem
from plait.sharing.dsp import (
    BASE,
    PULL,
    DataAddress,
    EndpointProperty,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    encode,
    make,
)
from plait.sharing.errors import NO_CONTRACT, NO_PROCESS
from plait.sharing.followups import FollowUps
from plait.sharing.machine import DSP_STATE
from plait.sharing.negotiation import tables as agreement_tables
from plait.sharing.negotiation.agreements import AgreementService
from plait.sharing.negotiation.model import Agreed
from plait.sharing.peer import detail_of, segment
from plait.sharing.tables import timeline
from plait.sharing.transfer import rules, tables
from plait.sharing.transfer.contracts import Contracts, token_hash
from plait.sharing.transfer.model import Transfer, TransferView
from plait.sharing.transfer.steps import Steps
from plait.store import Store, Tx
from plait.web import Answer

__all__ = ["TransferService"]

ALL = Scope(everything=True)
HTTP = "https://w3id.org/idsa/v4.1/HTTP"
AGAIN = frozenset({404, 408, 425, 429})
BACKOFF_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)


class TransferService:
    """Transfers in both roles. ``start_s``: seconds to wait for a partner's start message."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, agreements: AgreementService, contracts: Contracts, *, start_s: float = 15.0) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.contracts = contracts
        self.peers = agreements.peers
        self.start_s = start_s
        self.steps = Steps(self.peers)
        self.followups = FollowUps(store.activity)
        self._changed: dict[str, asyncio.Event] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        agreements.on_end.append(self._agreement_ended)
        store.follow("sharing.transfer.refused", frozenset({"store.letter_refused"}), self._letter_refused)

    @property
    def me(self) -> Actor:
        """The node itself."""
        return system_actor(self.guard.firm().party_id)

    async def open(self) -> None:
        """Take up what was under way when the node stopped: start what was asked for; end what a partner may not know to be started."""

        def interrupted(tx: Tx) -> list[str]:
            rows = tables.transfers(tx.conn, ALL, role="provider")
            for row in rows:
                if row.state == "STARTED" and not row.confirmed:
                    self.steps.say(tx, row, "termination", "The node stopped before the start was confirmed; ask anew.")
            return [row.pid for row in rows if row.state == "REQUESTED"]

        for pid in await self.store.write(self.me, interrupted):
            self.go_on(pid)

    async def close(self) -> None:
        """Stop follow-ups."""
        await self.followups.close()

    def go_on(self, pid: str, pause: float = 0.0) -> None:
        """As provider: start a transfer that was asked for, right after the present answer."""
        self.followups.soon(lambda: self._start(pid, "REQUESTED"), pause)

    def stir(self, pid: str) -> None:
        """Wake whoever waits for the transfer to start."""
        event = self._changed.get(pid)
        if event is not None:
            event.set()

    def _agreement_ended(self, tx: Tx, row: Agreed, reason: str, tell: bool) -> None:
        self.steps.end_all(tx, row.id, reason, tell=tell)

    async def _start(self, pid: str, state: str) -> None:
        """As provider: start what is requested or suspended (``state``), or end it with the reason.

        The token leaves this node in the message alone; here only its hash is kept.
        """
        token = secrets.token_urlsafe(32)

        def work(tx: Tx) -> Transfer | None:
            row = tables.transfer(tx.conn, ALL, pid)
            if row is None or row.role != "provider" or row.state != state:
                return None
            held = agreement_tables.agreement(tx.conn, ALL, row.agreement)
            reasons = self.contracts.unsatisfied(held) if held else []
            if held is None or held.state != "active" or reasons:
                self.steps.say(tx, row, "termination", f"Your firm {'; '.join(reasons)}." if reasons else "The agreement is no longer in force.")
                return None
            started = rules.MACHINE.step(row.state, "start", "provider")
            return self.steps.move(tx, row, "out", TransferStartMessage.__name__, started, cause="", token=token_hash(token), confirmed=False)

        row = await self.store.write(self.me, work)
        if row is not None:
            await self._send_start(row, encode(self._start_message(row, token)))

    def _start_message(self, row: Transfer, token: str) -> TransferStartMessage:
        properties = [make(EndpointProperty, name=name, value=value) for name, value in (("authorization", token), ("authType", "bearer"))]
        address = make(DataAddress, endpoint_type=HTTP, endpoint=self.guard.firm().url, endpoint_properties=properties)
        return make(TransferStartMessage, provider_pid=row.provider_pid, consumer_pid=row.consumer_pid, data_address=address)

    async def _send_start(self, row: Transfer, message: bytes) -> None:
        """Bring the start to the consumer at once, for it waits; it bears a secret, so it goes through no table."""
        partner = self.peers.member(row.party)
        url = f"{row.callback}/transfers/{segment(row.peer_pid)}/start"
        why = ""
        for wait in (*BACKOFF_S, 0.0):
            try:
                answer = await self.peers.call(partner, "POST", url, message)
            except Problem as problem:
                why = problem.detail
            else:
                if 200 <= answer.status < 300:
                    await self._confirm(row.pid)
                    return
                why = detail_of(answer)
                if 400 <= answer.status < 500 and answer.status not in AGAIN:
                    break
            await SYSTEM.sleep(wait)
        await self._end(row.pid, f"{partner.name} did not take the start: {why}")

    async def _confirm(self, pid: str) -> None:
        def work(tx: Tx) -> None:
            row = tables.transfer(tx.conn, ALL, pid)
            if row is not None and row.state == "STARTED" and not row.confirmed:
                tables.put(tx.conn, msgspec.structs.replace(row, confirmed=True, version=row.version + 1))

        await self.store.write(self.me, work)

    async def _end(self, pid: str, reason: str) -> None:
        def work(tx: Tx) -> None:
            row = tables.transfer(tx.conn, ALL, pid)
            if row is not None and row.state not in rules.MACHINE.final:
                self.steps.say(tx, row, "termination", reason)

        await self.store.write(self.me, work)

    async def change(self, actor: Actor, pid: str, name: str, reason: str = "") -> TransferView:
        """Suspend, complete or terminate (``suspension``, ``completion``, ``termination``); raise ``no-such-process`` or ``dsp-state``."""
        self.guard.require(actor, "sharing.write")
        scope = self.guard.scope(actor, "read", "sharing")

        def work(tx: Tx) -> None:
            row = tables.transfer(tx.conn, scope, pid)
            if row is None:
                raise Problem(NO_PROCESS, f"There is no transfer {pid}.")
            self.steps.say(tx, row, name, reason)

        await self.store.write(actor, work)
        return await self.process(actor, pid)

    async def resume(self, actor: Actor, pid: str) -> TransferView:
        """As provider: start a suspended transfer again with a new token; raise ``no-such-process`` or ``dsp-state``."""
        self.guard.require(actor, "sharing.write")
        view = await self.process(actor, pid)
        if view.role != "provider" or view.state != "SUSPENDED":
            raise Problem(DSP_STATE, f"Transfer {pid} is {view.state}; a provider resumes what is suspended.")
        self.followups.soon(lambda: self._start(pid, "SUSPENDED"))
        return view

    async def process(self, actor: Actor, pid: str) -> TransferView:
        """Return one transfer with its timeline; raise ``no-such-process``."""
        scope = self.guard.scope(actor, "read", "sharing")
        row = await self.store.read(lambda conn: tables.transfer(conn, scope, pid))
        if row is None:
            raise Problem(NO_PROCESS, f"There is no transfer {pid}.")
        return await self._view(row)

    async def processes(self, actor: Actor) -> list[TransferView]:
        """Return the transfers the actor may see, newest first."""
        scope = self.guard.scope(actor, "read", "sharing")
        return [await self._view(row) for row in await self.store.read(lambda conn: tables.transfers(conn, scope))]

    async def _view(self, row: Transfer) -> TransferView:
        steps = await self.store.read(lambda conn: timeline(conn, ALL, row.pid))
        partner = self.peers.directory.member(row.party)
        name = partner.name if partner else row.party
        return TransferView(row.pid, row.role, row.party, name, row.agreement, row.dataset, row.state, row.reason, row.begun, row.changed, steps)

    async def pull(self, agreement: Agreed, base: str) -> tuple[Transfer, DataAddress]:
        """As consumer: return a started transfer under an agreement and where to pull; open one and wait for its start if there is none.

        Raise ``forbidden`` with the partner's reason, or ``partner-unreachable`` when the start does not come.
        """
        async with self._opening[agreement.id]:
            row = await self._latest(agreement.id)
            if row is None or row.state in rules.MACHINE.final:
                row = await self._begin(agreement, base)
            if row.state == "REQUESTED":
                row = await self._await_start(row)
        if row.state != "STARTED":
            name = self.peers.member(row.party).name
            raise Problem(FORBIDDEN, f"{name} does not let {row.dataset} flow ({row.state.lower()}): {row.reason or 'no reason given'}")
        return row, msgspec.json.decode(row.address, type=DataAddress)

    async def _latest(self, agreement: str) -> Transfer | None:
        rows = await self.store.read(lambda conn: tables.transfers(conn, ALL, agreement=agreement, role="consumer"))
        return rows[0] if rows else None

    async def _begin(self, agreement: Agreed, base: str) -> Transfer:
        row = Transfer(urn(new_id()), "consumer", agreement.party, base, agreement.id, agreement.dataset)
        what, state = TransferRequestMessage.__name__, rules.MACHINE.step("", "request", "consumer")
        return await self.store.write(self.me, lambda tx: self.steps.move(tx, row, "out", what, state))

    async def _await_start(self, row: Transfer) -> Transfer:
        """Ask (again) for the transfer and wait for its start: in this call, for whoever needs the data is waiting too."""
        event = self._changed.setdefault(row.pid, asyncio.Event())
        try:
            await self._ask(row)
            async with asyncio.timeout(self.start_s):
                while (now := await self._now(row.pid)).state == "REQUESTED":
                    event.clear()
                    if (now := await self._now(row.pid)).state != "REQUESTED":
                        break
                    await event.wait()
        except TimeoutError as error:
            name = self.peers.member(row.party).name
            raise Problem(UNREACHABLE, f"{name} did not start the transfer of {row.dataset} within {self.start_s:g} s.") from error
        finally:
            self._changed.pop(row.pid, None)
        return now

    async def _now(self, pid: str) -> Transfer:
        row = await self.store.read(lambda conn: tables.transfer(conn, ALL, pid))
        assert row is not None
        return row

    async def _ask(self, row: Transfer) -> None:
        own = f"{self.guard.firm().url}{BASE}"
        message = make(TransferRequestMessage, consumer_pid=row.pid, agreement_id=row.agreement, format=PULL, callback_address=own)
        partner = self.peers.member(row.party)
        answer = await self.peers.call(partner, "POST", f"{row.callback}/transfers/request", encode(message))
        if 200 <= answer.status < 300:
            await self._learn(row.pid, answer)
        elif 400 <= answer.status < 500 and answer.status not in {408, 425, 429}:
            why = detail_of(answer)
            await self._end(row.pid, why)
            raise Problem(NO_CONTRACT, f"{partner.name} refuses {row.dataset}: {why}", partner=partner.party_id, dataset=row.dataset)
        else:
            raise Problem(UNREACHABLE, f"{partner.name} answered {answer.status}: {detail_of(answer)}")

    async def _learn(self, pid: str, answer: Answer) -> None:
        try:
            ack = msgspec.json.decode(answer.body, type=TransferProcess)
        except msgspec.DecodeError:
            return

        def work(tx: Tx) -> None:
            row = tables.transfer(tx.conn, ALL, pid)
            if row is not None and not row.peer_pid and ack.consumer_pid == pid:
                tables.put(tx.conn, msgspec.structs.replace(row, peer_pid=ack.provider_pid, version=row.version + 1))

        await self.store.write(self.me, work)

    async def look(self, row: Transfer) -> bool:
        """As consumer: ask the provider where the transfer stands; tell whether it has ended, which is then noted."""
        state = await self._peer_state(row)
        if state != "" and state not in rules.MACHINE.final:
            return False

        def work(tx: Tx) -> None:
            now = tables.transfer(tx.conn, ALL, row.pid)
            if now is not None and now.state not in rules.MACHINE.final:
                self.steps.move(tx, now, "own", "has ended at the provider", "TERMINATED", "The provider has ended the transfer.", cause="")

        await self.store.write(self.me, work)
        return True

    async def _peer_state(self, row: Transfer) -> str:
        answer = await self.peers.call(self.peers.member(row.party), "GET", f"{row.callback}/transfers/{segment(row.peer_pid)}")
        said = answer.json() if answer.status == 200 else {}
        return str(said.get("state", "")) if isinstance(said, dict) else ""

    async def _letter_refused(self, fact: Fact) -> None:
        """A partner refused a message of ours for good: unless it had taken it all the same, the transfer ends here."""
        body = decode(fact)
        if body is None or not body.key.startswith("dsp:t:"):
            return
        pid, name, _ = body.key.removeprefix("dsp:t:").rsplit(":", 2)
        detail = detail_of(Answer(body.status, {}, body.detail.encode()))
        self.followups.soon(lambda: self._after_refusal(pid, name, detail))

    async def _after_refusal(self, pid: str, name: str, detail: str) -> None:
        row = await self._now(pid)
        if row.state in rules.MACHINE.final:
            return
        try:
            taken = await self._peer_state(row) in rules.SEEN[name]
        except Problem:
            taken = False
        if not taken:
            await self._end(pid, f"The partner refused our {name}: {detail}")


def endpoint_of(address: DataAddress) -> str:
    """Return where to pull, without a trailing slash; empty when the address names no place."""
    return "" if address.endpoint is UNSET else str(address.endpoint).rstrip("/")
