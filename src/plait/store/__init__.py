"""The store: one writer, the fact log, followers, the outbox; durable segments and blobs."""

from plait.store.blobs import Blobs
from plait.store.database import Base, Database
from plait.store.follow import FollowerView
from plait.store.letters import Letter, LetterGivenUp, LetterRetried, Queue
from plait.store.log import ChainReport, check_chain, read_links
from plait.store.migrate import migration
from plait.store.outbox import Outbox
from plait.store.rows import upsert
from plait.store.segments import Damage, Segments, damaged, read_records
from plait.store.store import LossAccepted, Store, Tx
from plait.store.tables import metadata
from plait.store.times import from_ms, ms_of, now_ms

__all__ = [
    "Base",
    "Blobs",
    "ChainReport",
    "Damage",
    "Database",
    "FollowerView",
    "Letter",
    "LetterGivenUp",
    "LetterRetried",
    "LossAccepted",
    "Outbox",
    "Queue",
    "Segments",
    "Store",
    "Tx",
    "check_chain",
    "damaged",
    "from_ms",
    "metadata",
    "migration",
    "ms_of",
    "now_ms",
    "read_links",
    "read_records",
    "upsert",
]
