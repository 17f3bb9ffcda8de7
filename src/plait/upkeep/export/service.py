"""An export of a node's folder, while the node runs or stands: read on snapshots, facts first, put in place when it is whole."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import MetaData

from plait import __version__
from plait.circulation.epcis.tables import metadata as events_metadata
from plait.identity.tables import firm as firm_row
from plait.kernel.activity import Activity
from plait.kernel.actor import Scope
from plait.kernel.clock import SYSTEM, WallClock, iso
from plait.kernel.firm import Firm
from plait.kernel.os import fsync_dir, replace
from plait.kernel.problems import CONFLICT, NOT_FOUND, Problem
from plait.kernel.settings import Settings
from plait.sharing.directory.tables import members
from plait.store import Blobs, Database, metadata
from plait.upkeep.export.files import Listed, Writer, write_documents, write_events, write_facts, write_inbox, write_signals, write_tables

__all__ = ["Manifest", "export"]

WORDS = """Everything the firm {name} had in its node of plait on {made}.

facts.ndjson   every business fact in order; "hash" covers the fact before it, so that anybody can verify the chain
events.json    every event of goods (EPCIS 2.0, ISO/IEC 19987)
documents/     each trade document as JSON with its signature (JWS), and as UBL where UBL has a word for it
tables/        everything else, a CSV file a table
inbox/         what came to the order desk, as it came, with drawings and pictures
signals/       what machines said, a CSV file a series
manifest.json  each file with what it holds, how many entries, and its SHA-256

Keys, passwords and tokens are not in it: an export is for reading. To move the node, make a backup.
"""


class Manifest(msgspec.Struct, frozen=True):
    """What an export holds."""

    party_id: str
    name: str
    made: str
    program: str
    files: list[Listed]


def _firms(party: str, name: str, conn: object) -> dict[str, Firm]:
    own = {party: Firm(party, name, "", "")}
    known = members(conn, Scope(everything=True), party)  # type: ignore[arg-type]
    return own | {each.party_id: Firm(each.party_id, each.name, each.did, each.url, each.gln, isic=each.isic, region=each.region) for each in known}


def _database(url: str, tables: MetaData) -> Database:
    activity = Activity()
    return Database(url, tables, WallClock(activity), activity)


def export(folder: Path, settings: Settings, target: Path, step: Callable[[str], None]) -> Manifest:
    """Write the export of the node in ``folder`` to the new folder ``target``; raise ``not-found`` or ``conflict``.

    It is written beside ``target`` first, so what stands there is whole. ``step`` is told the name of each file.
    """
    if not settings.store.url and not (folder / "plait.db").exists():
        raise Problem(NOT_FOUND, f"{folder} holds no node.")
    if target.exists():
        raise Problem(CONFLICT, f"{target} exists already; name a new folder.")
    draft = target.with_name(f"{target.name}.part")
    if draft.exists():
        raise Problem(CONFLICT, f"{draft} is left from an export that was cut off; remove it first.")
    draft.mkdir(parents=True)
    try:
        manifest = _write(folder, settings, Writer(draft, step))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    (draft / "README.txt").write_text(WORDS.format(name=manifest.name or "without a name", made=manifest.made), "utf-8")
    (draft / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    fsync_dir(draft)
    replace(draft, target)
    return manifest


def _write(folder: Path, settings: Settings, out: Writer) -> Manifest:
    facts = _database(settings.store.url or f"sqlite:///{folder / 'plait.db'}", metadata)
    events = _database(settings.store.events_url or f"sqlite:///{folder / 'events.db'}", events_metadata)
    made = iso(SYSTEM.now())
    with facts.look() as conn:
        party, profile = firm_row(conn) or ("", None)
        name = profile.name if profile else ""
        write_facts(out, conn)
        write_documents(out, conn, _firms(party, name, conn))
        write_tables(out, conn)
        if settings.store.events_url or (folder / "events.db").exists():
            with events.look() as stored:
                write_events(out, stored, made)
        if (folder / "blobs").is_dir():
            write_inbox(out, conn, Blobs(folder / "blobs"))
        write_signals(out, conn, folder / "lake")
    return Manifest(party, name, made, f"plait {__version__}", out.files)
