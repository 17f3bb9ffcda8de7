"""What things were before a table changed them, so that it can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.applier import CHANGED_SINCE
from plait.manufacturing.desk.masters import tables
from plait.manufacturing.desk.masters.model import Price
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.part import stock as books
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Part, Stock
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.model import WorkCentre
from plait.manufacturing.schedule.service import drop_centre, put_centres
from plait.manufacturing.schedule.site import tables as site_tables
from plait.manufacturing.schedule.site.model import Site
from plait.manufacturing.schedule.site.service import drop_in, put_in
from plait.store import Tx

__all__ = ["Thing", "Touched", "images_of", "put_back", "snapshot"]

ALL = Scope(everything=True)
What: TypeAlias = Literal["part", "price", "stock", "site", "centre"]
ORDER: Sequence[What] = ("price", "stock", "part", "centre", "site")


class Touched(NamedTuple):
    """One thing a table changes: a part, a price (by its key), the stock of a part, a site, a work centre."""

    what: What
    key: str


Thing: TypeAlias = Mapping[Touched, bytes]
_json = msgspec.json.Encoder(order="deterministic").encode


def price_key(price: Price) -> str:
    """Return the key of a price as one text."""
    return "\n".join(tables.key_of(price))


def snapshot(conn: Connection, touched: Iterable[Touched]) -> dict[Touched, bytes]:
    """Return what is there of ``touched`` now, as JSON; what is not there is left out."""
    wanted = set(touched)
    kinds = {each.what for each in wanted}
    found: dict[Touched, bytes] = {}
    if "part" in kinds:
        found |= {Touched("part", part.id): _json(part) for part in part_tables.parts(conn, ALL)}
    if "price" in kinds:
        found |= {Touched("price", price_key(price)): _json(price) for price in tables.prices(conn, ALL)}
    if "site" in kinds:
        found |= {Touched("site", id): _json(site) for id, (site, _) in site_tables.sites(conn, ALL).items()}
    if "centre" in kinds:
        found |= {Touched("centre", id): _json(row) for id, row in schedule_tables.centres(conn, ALL).items()}
    if "stock" in kinds:
        lots: dict[str, list[Stock]] = {}
        for _, row in part_tables.stock(conn, ALL):
            lots.setdefault(row.part_id, []).append(row)
        found |= {Touched("stock", id): _json(sorted(rows, key=lambda row: (row.lot, row.order, row.owner))) for id, rows in lots.items()}
    return {key: value for key, value in found.items() if key in wanted}


def images_of(touched: Iterable[Touched], before: Thing, after: Thing) -> list[tables.Image]:
    """Return what is different now."""
    keys = [key for key in dict.fromkeys(touched) if before.get(key) != after.get(key)]
    return [tables.Image(key.what, key.key, before.get(key), after.get(key)) for key in keys]


def put_back(tx: Tx, images: Sequence[tables.Image]) -> int:
    """Put everything back as it was; raise ``changed-since``, changing nothing, when something is not as the table left it or is in use."""
    keys = {Touched(image.what, image.key): image for image in images}  # type: ignore[arg-type]
    now = snapshot(tx.conn, keys)
    for key, image in keys.items():
        if now.get(key) != image.after:
            name = key.key.split("\n")[1] if key.what == "price" else key.key
            raise Problem(CHANGED_SINCE, f"{key.what} {name} is no longer what the table made of it.")
    for what in ORDER:
        mine = [image for image in images if image.what == what]
        if mine:
            BACK[what](tx, mine)
    return len(images)


def _prices(tx: Tx, images: Sequence[tables.Image]) -> None:
    decode = msgspec.json.Decoder(Price).decode
    gone = [decode(image.after) for image in images if image.before is None and image.after is not None]
    tables.put_prices(tx.conn, [decode(image.before) for image in images if image.before is not None], gone)


def _stock(tx: Tx, images: Sequence[tables.Image]) -> None:
    for image in images:
        books.restore(tx, image.key, msgspec.json.decode(image.before, type=list[Stock]) if image.before is not None else [])


def _parts(tx: Tx, images: Sequence[tables.Image]) -> None:
    decode = msgspec.json.Decoder(Part).decode
    made = {(run.order.part_id, run.order.revision) for run in line_tables.runs(tx.conn, ALL)}
    new = []
    for image in images:
        assert image.after is not None
        after, before = decode(image.after), decode(image.before) if image.before is not None else None
        if (before is None or before.revision != after.revision) and (after.id, after.revision) in made:
            raise Problem(CHANGED_SINCE, f"part {after.id} has been made by revision {after.revision}.")
        PartService.withdraw_in(tx, after, before)
        new += [after.id] if before is None else []
    if new:
        _unused(tx, set(new))


def _unused(tx: Tx, gone: set[str]) -> None:
    used = {row.part_id for _, row in part_tables.stock(tx.conn, ALL)}
    used |= {line.part for part in part_tables.parts(tx.conn, ALL) for line in part.materials}
    used |= {line.part_id for line in book_tables.lines(tx.conn, ALL)}
    used |= {price.part_id for price in tables.prices(tx.conn, ALL)}
    if used & gone:
        raise Problem(CHANGED_SINCE, f"{', '.join(sorted(used & gone)[:5])} came by this table and is used by now (orders, stock, prices, bills of material).")


def _centres(tx: Tx, images: Sequence[tables.Image]) -> None:
    decode = msgspec.json.Decoder(WorkCentre).decode
    put_centres(tx, [decode(image.before) for image in images if image.before is not None], "a table was taken back")
    groups = {op.group for part in part_tables.parts(tx.conn, ALL) for op in part.routing}
    for image in images:
        if image.before is None and image.after is not None:
            left = {row.group for id, row in schedule_tables.centres(tx.conn, ALL).items() if id != image.key}
            if (groups - left) & {decode(image.after).group} or not drop_centre(tx, image.key):
                raise Problem(CHANGED_SINCE, f"work centre {image.key} is used by now.")


def _sites(tx: Tx, images: Sequence[tables.Image]) -> None:
    for image in images:
        if image.before is not None:
            put_in(tx, msgspec.json.decode(image.before, type=Site))
        elif not drop_in(tx, image.key):
            raise Problem(CHANGED_SINCE, f"work centres are at the site {image.key} by now.")


BACK = {"price": _prices, "stock": _stock, "part": _parts, "centre": _centres, "site": _sites}
