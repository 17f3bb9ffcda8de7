"""What has changed in the tables of ``plait.db`` since the first release; each change is one numbered migration."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, MetaData, Table, and_, bindparam, inspect, select

from plait.store.migrate import migration
from plait.store.tables import metadata, once, once_recorded

__all__ = ["digest_of_once", "numbers_to_find_and_count", "scopes_of_tokens", "words_of_parts"]

WORTH = "worth BIGINT NOT NULL DEFAULT 0"
INDEXES = {
    "desk_line_open": ("desk_line", "state, due"),
    "desk_line_worth": ("desk_line", "state, currency, worth"),
    "desk_line_order_no": ("desk_line", "order_no"),
    "desk_line_customer_part": ("desk_line", "customer_part_no"),
    "desk_inquiry_state": ("desk_inquiry", "state"),
    "part_part_gtin": ("part_part", "gtin"),
    "part_stock_lot": ("part_stock", "lot"),
    "trade_document_issued": ("trade_document", "issued, party, counterparty, type"),
    "trade_document_pairs": ("trade_document", "party, counterparty, type, issued"),
}
PARTIAL = {
    "sharing_negotiation_waiting": ("sharing_negotiation", "changed", "waiting <> ''"),
    "store_outbox_refused": ("store_outbox", "party, id", "state = 'refused'"),
}


@migration(metadata, 2)
def digest_of_once(conn: Connection) -> None:
    """Keep with each idempotency key what it was used for, and find old keys by their time."""
    _add(conn, once.name, "digest TEXT NOT NULL DEFAULT ''")
    once_recorded.create(conn, checkfirst=True)


@migration(metadata, 3)
def scopes_of_tokens(conn: Connection) -> None:
    """Let a token be narrower than its role, and say who made it and when it was last used."""
    if not inspect(conn).has_table("identity_token"):
        return
    for column in ("scopes TEXT NOT NULL DEFAULT ''", "maker TEXT NOT NULL DEFAULT ''", "used BIGINT"):
        _add(conn, "identity_token", column)


def _add(conn: Connection, table: str, column: str) -> None:
    if column.partition(" ")[0] not in {each["name"] for each in inspect(conn).get_columns(table)}:
        conn.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")


@migration(metadata, 4)
def numbers_to_find_and_count(conn: Connection) -> None:
    """Let orders be summed and found by customers' numbers, parts by GTIN, and whatever waits for a person be counted, each by an index."""
    there = set(inspect(conn).get_table_names())
    if "desk_line" in there:
        for column in (WORTH, *(f"{name} TEXT NOT NULL DEFAULT ''" for name in ("currency", "order_no", "customer_part_no"))):
            _add(conn, "desk_line", column)
        _fill(conn, "desk_line", ("id",), _of_line)
    if "part_part" in there:
        _add(conn, "part_part", "gtin TEXT NOT NULL DEFAULT ''")
        _fill(conn, "part_part", ("id", "revision"), _of_part)
    for name, (table, columns) in INDEXES.items():
        if table in there:
            conn.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({columns})")
    for name, (table, columns, where) in PARTIAL.items():
        if table in there:
            conn.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({columns}) WHERE {where}")


def _of_line(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the new columns of an order line as version 4 keeps them."""
    price = spec.get("price") or {"amount": "0", "currency": ""}
    worth = round(Decimal(price["amount"]) * Decimal(spec["quantity"]) * 100)
    folded = {name: str(spec.get(name, "")).casefold() for name in ("order_no", "customer_part_no")}
    return {"worth": worth, "currency": price["currency"], **folded}


def _of_part(spec: dict[str, Any]) -> dict[str, Any]:
    return {"gtin": str(spec.get("gtin", ""))}


def _fill(conn: Connection, name: str, key: tuple[str, ...], of: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Fill new columns of a table from what its rows hold."""
    table = Table(name, MetaData(), autoload_with=conn)
    rows = conn.execute(select(table.c.spec, *(table.c[part] for part in key)))
    made = [{**{f"this_{part}": row._mapping[part] for part in key}, **of(msgspec.json.decode(row.spec))} for row in rows]
    if made:
        this = and_(*(table.c[part] == bindparam(f"this_{part}") for part in key))
        conn.execute(table.update().where(this), made)


@migration(metadata, 5)
def words_of_parts(conn: Connection) -> None:
    """Let parts be found by what stands in their number, name, drawing or family."""
    if "part_part" in inspect(conn).get_table_names():
        _add(conn, "part_part", "words TEXT NOT NULL DEFAULT ''")
        _fill(conn, "part_part", ("id", "revision"), _words_of_part)
        conn.exec_driver_sql("CREATE INDEX IF NOT EXISTS part_part_words ON part_part (current, id, words)")


def _words_of_part(spec: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "gtin", "drawing_no", "family", "material_text")
    return {"words": "\n".join(str(spec.get(name, "")) for name in names).casefold()}


@migration(metadata, 6)
def places_of_machines(conn: Connection) -> None:
    """Keep where a machine stands and which of its signals were chosen."""
    if "machine_unit" in inspect(conn).get_table_names():
        _add(conn, "machine_unit", "place TEXT NOT NULL DEFAULT ''")
        _add(conn, "machine_unit", "signals TEXT NOT NULL DEFAULT '[]'")
