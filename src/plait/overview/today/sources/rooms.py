"""Files that want a decision, machines that stand or are silent, contracts to sign, and messages that partners refused."""

from typing import Any

from plait.infrastructure.machines import tables as machine_tables
from plait.kernel.actor import Actor
from plait.kernel.clock import parse_iso
from plait.overview import paths
from plait.overview.today.model import MOST, Need
from plait.overview.today.sources import tables
from plait.overview.today.sources.common import Ground, rest
from plait.overview.words import Value, moment, word

__all__ = ["contracts", "files", "letters", "machines"]

LONGEST = 200


async def files(ground: Ground, actor: Actor) -> list[Need]:
    """Return the files and mails that wait for a person."""
    scope = ground.scope(actor, "desk.read", "desk.inbox")
    rows, total = await ground.read(lambda conn: tables.items(conn, scope, MOST))
    needs = [
        Need(
            id=f"doubt-in-inbox/{row.id}",
            kind="doubt-in-inbox",
            severity="soon",
            text="{file} from {sender} wants a decision: {summary}" if row.sender else "{file} wants a decision: {summary}",
            values={"file": word(row.name), "sender": word(row.sender), "summary": Value("summary", row.summary[:LONGEST])},
            link=paths.file(row.id),
            subject=row.id,
            since=row.received,
        )
        for row in rows
    ]
    return rest(needs, total, "{count} more files want a decision", paths.files(state="waiting"))


async def machines(ground: Ground, actor: Actor) -> list[Need]:
    """Return the machines that are down, or have not been heard of."""
    scope = ground.scope(actor, "machines.read", "machine")
    rows = await ground.read(lambda conn: machine_tables.machines(conn, scope))
    down = [_stands(row) for row in rows if row.known.state == "down" or row.known.down]
    silent = [_silent(row) for row in rows if row.known.state == "silent" and not row.known.down]
    first = rest(down[:MOST], len(down), "{count} more machines stand", paths.machines(state="down"))
    return [*first, *rest(silent[:MOST], len(silent), "{count} more machines are silent", paths.machines(state="silent"))]


def _stands(row: machine_tables.Row) -> Need:
    text = "{machine} stands since {since}" if row.since else "{machine} stands"
    return _need(row, "machine-stopped", text + (": {reason}" if row.known.reason else ""), "now")


def _silent(row: machine_tables.Row) -> Need:
    if row.heard is None and row.since is None:
        return _need(row, "machine-silent", "{machine} has not been heard of yet: {reason}", "note")
    return _need(row, "machine-silent", "{machine} is silent since {since}" + (": {reason}" if row.known.reason else ""), "now")


def _need(row: machine_tables.Row, kind: str, text: str, severity: Any) -> Need:
    since = row.since or row.heard
    values: dict[str, Value] = {"machine": word(row.machine.name), "reason": Value("term", row.known.reason)}
    if since is not None:
        values["since"] = moment(since)
    id = row.machine.id
    return Need(id=f"{kind}/{id}", kind=kind, severity=severity, text=text, values=values, link=paths.machine(id), subject=id, since=since)


async def contracts(ground: Ground, actor: Actor) -> list[Need]:
    """Return the contracts that a partner asks for and that want a person's word."""
    scope = ground.scope(actor, "sharing.read", "sharing")
    rows, total = await ground.read(lambda conn: tables.negotiations(conn, scope, MOST))
    needs = [
        Need(
            id=f"contract-to-sign/{row.pid}",
            kind="contract-to-sign",
            severity="soon",
            text="{partner} asks to see {data}: agree or decline" if row.role == "provider" else "A contract with {partner} on {data} wants your word",
            values={"partner": word(ground.name(row.party)), "data": word(row.dataset), "why": word(row.waiting)},
            link=paths.contract(row.pid),
            subject=row.pid,
            since=parse_iso(row.changed),
        )
        for row in rows
    ]
    return rest(needs, total, "{count} more contracts want your word", paths.sharing(state="waiting"))


async def letters(ground: Ground, actor: Actor) -> list[Need]:
    """Return the messages that partners refused: nothing is tried again until a person says so."""
    scope = ground.scope(actor, "deliveries.read", "delivery")
    rows, total = await ground.read(lambda conn: tables.letters(conn, scope, MOST))
    needs = [
        Need(
            id=f"delivery-dead-letter/{row.id}",
            kind="delivery-dead-letter",
            severity="soon",
            text="{partner} has refused a message: {why}",
            values={"partner": word(ground.name(row.party)), "why": word(row.answer.decode("utf-8", "replace")[:LONGEST]), "path": word(row.path)},
            link=paths.deliveries(),
            subject=str(row.id),
            since=parse_iso(row.at),
        )
        for row in rows
    ]
    return rest(needs, total, "{count} more messages were refused", paths.deliveries())
